"""The tables of the journal, as the newest of `migrations` leaves them.

A column's key is the field's name in the model, its name what stands in the database. Decimals are text there, so that
not a digit is lost; moments are whole microseconds since 1970 (``_us``), as fine as a ``datetime``; words of the
exchange stand as they are. ``account`` is the uid of the account. What is unknown is NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator

from kucoin.model.activity import ActivityKind
from kucoin.model.order import Liquidity, MarginMode, OrderType, PositionSide, Side, TradeType
from kucoin.model.ticket import TicketState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Exact(TypeDecorator[Decimal]):
    """A decimal as the text that spells it, without exponent, trailing zeros included."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Decimal | None], str | None]:  # noqa: ARG002 SQLAlchemy's
        """Return what spells a value; it raises ValueError at one that is no finite number."""
        return _spelled

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Decimal | None]:  # noqa: ARG002
        """Return what reads it back."""
        return lambda text: None if text is None else Decimal(text)


class Moment(TypeDecorator[datetime]):
    """An aware moment as whole microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:  # noqa: ARG002
        """Return what counts."""
        return lambda at: None if at is None else microseconds(at)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """Return what makes a moment of the count."""
        return lambda count: None if count is None else _EPOCH + timedelta(microseconds=count)


class Flag(TypeDecorator[bool]):
    """Yes or no as 1 or 0: SQLite has no other, and Postgres takes no integer for its own."""

    impl = Integer
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[bool | None], int | None]:  # noqa: ARG002 SQLAlchemy's
        """Return what counts."""
        return lambda flag: None if flag is None else int(flag)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bool | None]:  # noqa: ARG002
        """Return what reads it back."""
        return lambda count: None if count is None else bool(count)


class Word(TypeDecorator[StrEnum]):
    """A member of ``kind`` as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def bind_processor(self, dialect: Dialect) -> Callable[[StrEnum | None], str | None]:  # noqa: ARG002
        """Return what takes a member's text."""
        return lambda member: None if member is None else member.value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], StrEnum | None]:  # noqa: ARG002
        """Return what finds the member; it raises KeyError at a word that this version does not know."""
        members: dict[str | None, StrEnum | None] = {None: None, **{member.value: member for member in self.kind}}
        return members.__getitem__


def microseconds(at: datetime) -> int:
    """Return a moment as it is kept."""
    return (at - _EPOCH) // _MICROSECOND


def storable(text: str) -> str:
    """Return foreign text without what a database cannot keep, so that no answer can make the journal fail."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _spelled(value: Decimal | None) -> str | None:
    if value is None:
        return None
    if not value.is_finite():
        raise ValueError(f"{value} is no amount")
    return f"{value:f}"


metadata = MetaData()

# One row: which journal this is. `version` counts the migrations that were applied.
about = Table(
    "journal",
    metadata,
    Column("version", Integer, nullable=False),
    Column("mode", Text, nullable=False),
)

# A trade has one number, but two fills where both of its orders are ours.
fill = Table(
    "fill",
    metadata,
    Column("account", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("trade_id", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("side", Word(Side), nullable=False),
    Column("type", Word(OrderType)),
    Column("kind", Text, nullable=False),
    Column("liquidity", Word(Liquidity)),
    Column("price", Exact, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("value", Exact, nullable=False),
    Column("fee", Exact, nullable=False),
    Column("fee_rate", Exact),
    Column("fee_currency", Text, nullable=False),
    Column("open_fee", Exact),
    Column("close_fee", Exact),
    Column("settle_currency", Text, nullable=False),
    Column("margin_mode", Word(MarginMode)),
    Column("position_side", Word(PositionSide)),
    Column("at_us", Moment, key="at", nullable=False),
)
Index("fill_by_time", fill.c.account, fill.c.at)

funding = Table(
    "funding",
    metadata,
    Column("account", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("payment_id", BigInteger, primary_key=True),
    Column("funding", Exact, nullable=False),
    Column("funding_rate", Exact),
    Column("mark_price", Exact),
    Column("position_qty", BigInteger),
    Column("position_cost", Exact),
    Column("settle_currency", Text, nullable=False),
    Column("margin_mode", Word(MarginMode)),
    Column("at_us", Moment, key="at", nullable=False),
    Column("position_side", Word(PositionSide)),
)
Index("funding_by_time", funding.c.account, funding.c.at)

closed_position = Table(
    "closed_position",
    metadata,
    Column("account", Text, primary_key=True),
    Column("close_id", Text, primary_key=True),
    Column("symbol", Text, nullable=False),
    Column("settle_currency", Text, nullable=False),
    Column("kind", Text),
    Column("position_side", Word(PositionSide)),
    Column("margin_mode", Word(MarginMode)),
    Column("leverage", Exact),
    Column("pnl", Exact, nullable=False),
    Column("trade_fee", Exact),
    Column("funding_fee", Exact),
    Column("roe", Exact),
    Column("open_price", Exact),
    Column("close_price", Exact),
    Column("opened_at_us", Moment, key="opened_at"),
    Column("closed_at_us", Moment, key="closed_at", nullable=False),
)
Index("closed_position_by_time", closed_position.c.account, closed_position.c.closed_at)

equity = Table(
    "equity",
    metadata,
    Column("account", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("at_us", Moment, key="at", primary_key=True, autoincrement=False),
    Column("equity", Exact, nullable=False),
    Column("unrealised", Exact),
)

# How far a stream was read without a gap: everything from `since` (NULL: from its beginning) up to `upto`.
mark = Table(
    "mark",
    metadata,
    Column("account", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("upto_us", Moment, key="upto", nullable=False),
    Column("since_us", Moment, key="since"),
)

# What somebody wanted to be done, written down before it is sent. `body` is the wish as JSON, `kind` says of what type.
intent = Table(
    "intent",
    metadata,
    Column("client_oid", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("placed_by", Text, key="by", nullable=False),
    Column("body", Text, nullable=False),
    Column("handed_at_us", Moment, key="handed_at", nullable=False),
    Column("worth", Exact),  # what it counts towards the limits, in USDT
)
Index("intent_by_time", intent.c.account, intent.c.handed_at)

# What became of it, one row for each thing that was learned; none is ever changed, the last one holds.
intent_event = Table(
    "intent_event",
    metadata,
    Column("client_oid", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("state", Word(TicketState), nullable=False),
    Column("order_id", Text),
    Column("code", Text),
    Column("words", Text, nullable=False),
    Column("at_us", Moment, key="at", nullable=False),
    Column("took_us", BigInteger),
)

# How the order that it became was seen to end, once.
intent_end = Table(
    "intent_end",
    metadata,
    Column("client_oid", Text, primary_key=True),
    Column("words", Text, nullable=False),
    Column("at_us", Moment, key="at", nullable=False),
)
Index("intent_end_by_time", intent_end.c.at)

# Who did what, and what came of it. A row's `mac` is made of the row and the `mac` before it, under a key that is kept
# elsewhere. `body` is JSON.
audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("account", Text, nullable=False),
    Column("at_us", Moment, key="at", nullable=False),
    Column("who", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("mac", Text, nullable=False),
)
Index("audit_by_time", audit.c.account, audit.c.at)

# What may be risked, as JSON: one row for each change, the last one holds.
limits = Table(
    "limits",
    metadata,
    Column("account", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("set_by", Text, key="by", nullable=False),
    Column("at_us", Moment, key="at", nullable=False),
)

# The alerts, as JSON: one row for each that was added or removed, fired or recovered.
alert = Table(
    "alert",
    metadata,
    Column("account", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("set_by", Text, key="by", nullable=False),
    Column("at_us", Moment, key="at", nullable=False),
)

spot_fill = Table(
    "spot_fill",
    metadata,
    Column("account", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("trade_id", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("side", Word(Side), nullable=False),
    Column("type", Word(OrderType)),
    Column("trade_type", Word(TradeType)),
    Column("liquidity", Word(Liquidity)),
    Column("price", Exact, nullable=False),
    Column("size", Exact, nullable=False),
    Column("funds", Exact, nullable=False),
    Column("fee", Exact),
    Column("fee_rate", Exact),
    Column("fee_currency", Text),
    Column("at_us", Moment, key="at", nullable=False),
)
Index("spot_fill_by_time", spot_fill.c.account, spot_fill.c.at)

# What changed a balance, or is about to: one row for each line of a ledger, deposit and withdrawal.
activity = Table(
    "activity",
    metadata,
    Column("account", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("kind", Word(ActivityKind), nullable=False),
    Column("business", Text, nullable=False),
    Column("change", Exact, nullable=False),
    Column("fee", Exact),
    Column("balance", Exact),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("counts", Flag, nullable=False),
    Column("at_us", Moment, key="at", nullable=False),
)
Index("activity_by_time", activity.c.account, activity.c.at)

# What each part of the account was worth, in USDT; `place` is empty for the whole.
worth = Table(
    "worth",
    metadata,
    Column("account", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("at_us", Moment, key="at", primary_key=True, autoincrement=False),
    Column("value", Exact, nullable=False),
    Column("complete", Flag, nullable=False),
)
Index("worth_by_time", worth.c.account, worth.c.at)

# What one of another unit cost then, in USDT.
rate = Table(
    "rate",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("at_us", Moment, key="at", primary_key=True, autoincrement=False),
    Column("price", Exact, nullable=False),
)
