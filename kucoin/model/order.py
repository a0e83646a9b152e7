"""Orders and fills: what is asked for, and what the exchange says became of it.

`NewOrder` and `NewFuturesOrder` are wishes; every other value is the exchange's word. Spot and margin count in coins,
futures in lots, and the two are different types.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

Lots = NewType("Lots", int)
"""A size on futures. Its worth in coins depends on the contract's multiplier."""


class Side(StrEnum):
    """Of an order or fill."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """Whether an order names its price."""

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(StrEnum):
    """How long a limit order lives: until cancelled, until a time, at once, at once and whole. Futures: GTC and IOC."""

    GTC = "GTC"
    GTT = "GTT"
    IOC = "IOC"
    FOK = "FOK"


class Stp(StrEnum):
    """Which order ends where both sides of a trade are one user's.

    The newer, the older, both, or (spot and margin, limit orders only) both by the smaller size.
    """

    CN = "CN"
    CO = "CO"
    CB = "CB"
    DC = "DC"


class TradeType(StrEnum):
    """Which account pays for a spot order: spot, cross margin or isolated margin."""

    TRADE = "TRADE"
    MARGIN_TRADE = "MARGIN_TRADE"
    MARGIN_ISOLATED_TRADE = "MARGIN_ISOLATED_TRADE"


class Liquidity(StrEnum):
    """Which side of a trade a fill was."""

    MAKER = "maker"
    TAKER = "taker"


class MarginMode(StrEnum):
    """Whether a futures position stands on its own margin or on the whole account."""

    ISOLATED = "ISOLATED"
    CROSS = "CROSS"


class PositionSide(StrEnum):
    """BOTH in one-way mode; in hedge mode a position for each direction."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class StopPriceType(StrEnum):
    """The price that a futures stop watches: last trade, mark or index."""

    TP = "TP"
    MP = "MP"
    IP = "IP"


class StopDirection(StrEnum):
    """When a futures stop triggers: at or above its price, or at or below."""

    UP = "up"
    DOWN = "down"


class OrderStatus(StrEnum):
    """Where an order is in its life. The last three are final."""

    OPEN = "open"
    PARTIALLY_FILLED = "partially filled"
    FILLED = "filled"
    CANCELLED = "cancelled"  # ended, nothing was filled
    PARTIALLY_CANCELLED = "partially filled, rest cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A spot or margin order to place.

    Attributes:
        client_oid: Our own id for it, 1 to 40 characters of ``0-9 A-Z a-z _ -``, never used before.
        price: In quote currency; limit orders, and only they, have one.
        size: In base currency.
        funds: In quote currency, in place of ``size`` on a market order.
        time_in_force: Of a limit order; GTC where None.
        post_only: Cancelled rather than matched at once. Limit orders only, not with IOC or FOK.
        cancel_after: Seconds to live, with GTT and only then.
        stp: What happens where it would meet an order of our own; the exchange's default where None.
    """

    client_oid: str
    symbol: str
    side: Side
    type: OrderType
    price: Decimal | None = None
    size: Decimal | None = None
    funds: Decimal | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    cancel_after: int | None = None
    stp: Stp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesStop:
    """What a futures order waits for: ``price_type`` reaching ``price`` from the other side."""

    direction: StopDirection
    price: Decimal
    price_type: StopPriceType


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFuturesOrder:
    """A futures order to place.

    Attributes:
        client_oid: Our own id for it, 1 to 40 characters of ``0-9 A-Z a-z _ -``, never used before.
        side: None only with ``close_order``, where the exchange knows it.
        size: None only with ``close_order``, which closes the whole position.
        price: In quote currency; limit orders, and only they, have one.
        leverage: Of an opening order on isolated margin, which has no other place for it.
        margin_mode: Must be the contract's own, or the exchange refuses.
        position_side: LONG or SHORT in hedge mode, else BOTH.
        time_in_force: Of a limit order: GTC or IOC; GTC where None.
        post_only: Cancelled rather than matched at once. Limit orders only, not with IOC.
        reduce_only: Never opens or grows a position.
        stop: None for an order that is live at once.
    """

    client_oid: str
    symbol: str
    type: OrderType
    margin_mode: MarginMode
    side: Side | None = None
    size: Lots | None = None
    price: Decimal | None = None
    leverage: int | None = None
    position_side: PositionSide = PositionSide.BOTH
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    reduce_only: bool = False
    close_order: bool = False
    stp: Stp | None = None
    stop: FuturesStop | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A spot or margin order as it stands: sizes in base, ``price`` and funds in quote currency.

    ``price``, ``size`` and ``funds`` are None where the order was placed without. ``cancelled`` says that a part was,
    after which ``filled_size`` may still be above zero. ``in_book`` is False while an active order is on its way there.
    """

    order_id: str
    client_oid: str | None
    symbol: str
    side: Side
    type: OrderType | None
    trade_type: TradeType | None
    price: Decimal | None
    size: Decimal | None
    funds: Decimal | None
    filled_size: Decimal
    filled_funds: Decimal
    remaining_size: Decimal | None
    remaining_funds: Decimal | None
    cancelled_size: Decimal | None
    cancelled_funds: Decimal | None
    fee: Decimal | None
    fee_currency: str | None
    time_in_force: TimeInForce | None
    post_only: bool | None
    stp: Stp | None
    active: bool
    in_book: bool | None
    cancelled: bool
    cancel_reason: str | None
    created_at: datetime | None
    updated_at: datetime | None

    @property
    def average_price(self) -> Decimal | None:
        """What a filled coin cost, to 28 digits; None while nothing is filled."""
        return self.filled_funds / self.filled_size if self.filled_size else None

    @property
    def status(self) -> OrderStatus | None:
        """Where the order is in its life; None where it ended after a fill and its size is not known."""
        return status_of(
            active=self.active, cancelled=self.cancelled, kind=self.type, filled=self.filled_size, size=self.size
        )


@dataclass(frozen=True, slots=True)
class FuturesOrder:
    """A futures order as it stands: sizes in lots, values in ``settle_currency``, prices in quote currency.

    The exchange tells no fee here; fills do. ``average_price`` is None while nothing is filled, the stop fields are
    None on an order without stop.
    """

    order_id: str
    client_oid: str | None
    symbol: str
    side: Side
    type: OrderType | None
    price: Decimal | None
    size: Lots | None
    value: Decimal | None
    filled_size: Lots
    filled_value: Decimal
    average_price: Decimal | None
    settle_currency: str | None
    leverage: Decimal | None
    margin_mode: MarginMode | None
    position_side: PositionSide | None
    time_in_force: TimeInForce | None
    post_only: bool | None
    reduce_only: bool | None
    close_order: bool | None
    stp: Stp | None
    stop: StopDirection | None
    stop_price: Decimal | None
    stop_price_type: StopPriceType | None
    stop_triggered: bool | None
    active: bool
    cancelled: bool
    created_at: datetime | None
    updated_at: datetime | None
    ended_at: datetime | None

    @property
    def status(self) -> OrderStatus | None:
        """Where the order is in its life; None where it ended after a fill and its size is not known."""
        return status_of(
            active=self.active, cancelled=self.cancelled, kind=self.type, filled=self.filled_size, size=self.size
        )


def status_of(
    *, active: bool, cancelled: bool, kind: OrderType | None, filled: Decimal | int, size: Decimal | int | None
) -> OrderStatus | None:
    """Return where an order is in its life; None where it ended after a fill and its size is not known.

    Args:
        filled: In the unit of ``size``, which is None where the order was placed without.
    """
    if active:
        return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.OPEN
    if not filled:
        return OrderStatus.CANCELLED
    if size is not None and filled >= size:
        return OrderStatus.FILLED
    if cancelled:
        return OrderStatus.PARTIALLY_CANCELLED
    if kind is OrderType.MARKET:  # its size may be funds, or a whole position
        return OrderStatus.FILLED
    return None if size is None else OrderStatus.PARTIALLY_CANCELLED


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade of a spot or margin order: ``size`` in base, ``price`` and ``funds`` in quote currency.

    ``fee`` is positive when paid, in ``fee_currency``. ``fill_id`` orders the fills of an account, ``trade_id`` names
    the trade.
    """

    fill_id: int
    trade_id: int
    order_id: str
    symbol: str
    side: Side
    type: OrderType | None
    trade_type: TradeType | None
    liquidity: Liquidity | None
    price: Decimal
    size: Decimal
    funds: Decimal
    fee: Decimal
    fee_rate: Decimal | None
    fee_currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FuturesFill:
    """A trade of a futures order: ``size`` in lots, ``value`` and fees in ``settle_currency``.

    ``fee`` is positive when paid; ``open_fee`` and ``close_fee`` split it. ``kind`` is the exchange's word: trade,
    liquid, adl, settlement, or cancel for what was no trade.
    """

    trade_id: str
    order_id: str
    symbol: str
    side: Side
    type: OrderType | None
    kind: str
    liquidity: Liquidity | None
    price: Decimal
    size: Lots
    value: Decimal
    fee: Decimal
    fee_rate: Decimal | None
    fee_currency: str
    open_fee: Decimal | None
    close_fee: Decimal | None
    settle_currency: str
    margin_mode: MarginMode | None
    position_side: PositionSide | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelledAll:
    """What cancelling on every pair did: the pairs done, and what the exchange said of the others."""

    succeeded: tuple[str, ...]
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class DeadMan:
    """The dead-man switch: at ``triggers_at`` the orders on ``symbols`` are cancelled, on all where there are none."""

    timeout: int
    symbols: tuple[str, ...]
    triggers_at: datetime


@dataclass(frozen=True, slots=True)
class MarginPlaced:
    """A margin order that was taken, and what was borrowed for it."""

    order_id: str
    borrowed: Decimal | None
    loan_id: str | None


@dataclass(frozen=True, slots=True)
class OpenOrderValue:
    """What the open orders on a contract would add: sizes in lots, costs in ``settle_currency``."""

    buy_size: Lots
    sell_size: Lots
    buy_cost: Decimal
    sell_cost: Decimal
    settle_currency: str


@dataclass(frozen=True, slots=True)
class FeeRate:
    """What a trade on ``symbol`` costs this account, as fractions of its value."""

    symbol: str
    taker: Decimal
    maker: Decimal
