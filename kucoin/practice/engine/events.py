"""What happened, in the order in which it happened: what the wire pushes.

``at_ns`` rises strictly over all events of an engine. Events that belong to a record carry it, with those of its
figures that go on changing.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from kucoin.practice.engine.records import Order, Stop
from kucoin.practice.engine.terms import MarginMode, PositionSide, Side


class LevelChange(Struct, frozen=True, gc=False):
    """The total size at one price of a book is now ``size``; ``sequence`` is one more than before."""

    symbol: str
    sequence: int
    side: Side
    price: Decimal
    size: Decimal
    at_ns: int


class Trade(Struct, frozen=True, gc=False):
    """A trade; ``side`` is the taker's, ``sequence`` that of the level change it made."""

    symbol: str
    sequence: int
    trade_id: int
    side: Side
    price: Decimal
    size: Decimal
    maker_order_id: str
    taker_order_id: str
    at_ns: int


class OrderUpdate(Struct, frozen=True):
    """A step of an order's life: received, open, match, filled, canceled, update; figures as of this step."""

    order: Order
    kind: str
    filled_size: Decimal
    remaining: Decimal
    canceled_size: Decimal
    at_ns: int
    match_price: Decimal | None = None
    match_size: Decimal | None = None
    trade_id: int | None = None
    is_taker: bool = False
    old_size: Decimal | None = None


class StopUpdate(Struct, frozen=True):
    """A step of a stop's life: open, triggered or cancel; ``error`` says why a triggered one was not placed."""

    stop: Stop
    kind: str
    at_ns: int
    error: str | None = None


class BalanceUpdate(Struct, frozen=True):
    """A balance moved. ``relation`` is KuCoin's relationEvent: trade.hold, trade.setted, main.transfer ..."""

    user: str
    account: str
    currency: str
    total: Decimal
    hold: Decimal
    total_change: Decimal
    hold_change: Decimal
    relation: str
    at_ns: int
    symbol: str | None = None
    order_id: str | None = None
    trade_id: int | None = None


class WalletUpdate(Struct, frozen=True):
    """A futures wallet changed; at most once between two drains, after which it can be read."""

    user: str
    currency: str
    at_ns: int


class PositionUpdate(Struct, frozen=True):
    """A position changed: positionChange, marginChange, liquidation, adl."""

    user: str
    symbol: str
    side: PositionSide
    reason: str
    at_ns: int


class FundingPaid(Struct, frozen=True):
    """One position's funding; ``funding`` is positive when received."""

    user: str
    symbol: str
    side: PositionSide
    time_ms: int
    rate: Decimal
    mark_price: Decimal
    qty: Decimal
    funding: Decimal
    at_ns: int


class FundingSettled(Struct, frozen=True):
    """A contract's funding was settled."""

    symbol: str
    rate: Decimal
    time_ms: int
    at_ns: int


class RiskLevelChanged(Struct, frozen=True):
    """A user's risk limit level on a contract."""

    user: str
    symbol: str
    level: int
    at_ns: int


class MarginModeChanged(Struct, frozen=True):
    """A user's margin mode on a contract."""

    user: str
    symbol: str
    mode: MarginMode
    at_ns: int


class LeverageChanged(Struct, frozen=True):
    """A user's cross leverage on a contract."""

    user: str
    symbol: str
    leverage: Decimal
    at_ns: int


class DebtChanged(Struct, frozen=True):
    """A margin account borrowed, repaid, bore interest or was liquidated; ``account`` is margin or isolated:<pair>."""

    user: str
    account: str
    reason: str
    at_ns: int


Event = (
    LevelChange
    | Trade
    | OrderUpdate
    | StopUpdate
    | BalanceUpdate
    | WalletUpdate
    | PositionUpdate
    | FundingPaid
    | FundingSettled
    | RiskLevelChanged
    | MarginModeChanged
    | LeverageChanged
    | DebtChanged
)
