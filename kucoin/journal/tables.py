"""The tables of the journal, as the newest of `migrations` leaves them.

Decimals are text, so that not a digit is lost; moments are whole microseconds since 1970 (``_us``), as fine as
a ``datetime``. ``account`` is the uid of the account. What is unknown is NULL.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, Column, Dialect, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return ``at`` as whole microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at_us: int) -> datetime:
    """Return the moment, aware UTC, that `microseconds` made ``at_us`` of."""
    return _EPOCH + timedelta(microseconds=at_us)


class Exact(TypeDecorator[Decimal]):
    """A decimal as the text that spells it, trailing zeros included."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's signature
        """Spell ``value`` without exponent.

        Raises:
            ValueError: It is no finite number.
        """
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError(f"{value} is no amount")
        return f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  SQLAlchemy's signature
        """Read it back."""
        return None if value is None else Decimal(value)


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
    Column("side", Text, nullable=False),
    Column("type", Text),
    Column("kind", Text, nullable=False),
    Column("liquidity", Text),
    Column("price", Exact, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("value", Exact, nullable=False),
    Column("fee", Exact, nullable=False),
    Column("fee_rate", Exact),
    Column("fee_currency", Text, nullable=False),
    Column("open_fee", Exact),
    Column("close_fee", Exact),
    Column("settle_currency", Text, nullable=False),
    Column("margin_mode", Text),
    Column("position_side", Text),
    Column("at_us", BigInteger, nullable=False),
)
Index("fill_by_time", fill.c.account, fill.c.at_us)

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
    Column("margin_mode", Text),
    Column("at_us", BigInteger, nullable=False),
)
Index("funding_by_time", funding.c.account, funding.c.at_us)

closed_position = Table(
    "closed_position",
    metadata,
    Column("account", Text, primary_key=True),
    Column("close_id", Text, primary_key=True),
    Column("symbol", Text, nullable=False),
    Column("settle_currency", Text, nullable=False),
    Column("kind", Text),
    Column("position_side", Text),
    Column("margin_mode", Text),
    Column("leverage", Exact),
    Column("pnl", Exact, nullable=False),
    Column("trade_fee", Exact),
    Column("funding_fee", Exact),
    Column("roe", Exact),
    Column("open_price", Exact),
    Column("close_price", Exact),
    Column("opened_at_us", BigInteger),
    Column("closed_at_us", BigInteger, nullable=False),
)
Index("closed_position_by_time", closed_position.c.account, closed_position.c.closed_at_us)

equity = Table(
    "equity",
    metadata,
    Column("account", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("at_us", BigInteger, primary_key=True),
    Column("equity", Exact, nullable=False),
    Column("unrealised", Exact),
)

# How far a stream was read without a gap: everything from `since_us` (NULL: from its beginning) up to `upto_us`.
mark = Table(
    "mark",
    metadata,
    Column("account", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("upto_us", BigInteger, nullable=False),
    Column("since_us", BigInteger),
)
