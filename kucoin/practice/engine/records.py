"""What the engine keeps of what was asked, and what has become of it.

Records change in place. They hold plain values only, so that a store can write them as they are. Times are
milliseconds since 1970 unless the name says ``ns``.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from kucoin.decimals import ZERO
from kucoin.practice.engine.requests import FuturesRequest, OcoRequest, SpotRequest
from kucoin.practice.engine.terms import (
    TRADE,
    Family,
    MarginMode,
    OrderType,
    PositionSide,
    PriceType,
    Side,
    Stp,
    TimeInForce,
)


class Order(Struct, kw_only=True):
    """An order that was accepted, spot or futures.

    Attributes:
        serial: Rises with every record of the engine: time priority.
        price: Zero on a market order.
        size: None on a market order by funds. Base currency, or lots.
        remaining: What may still trade; on a market order by funds the budget decides instead.
        budget: Quote currency that a market buy may still spend, without fee.
        unit_hold: What one unit of size freezes; on futures, what one lot is worth at the order's price.
        hold: What is frozen for it: spot balance, or futures order margin.
        margined: Lots that the order margin covers, on futures; None where it is to be worked out anew.
        filled_funds: Quote currency of all fills; on futures their value in settlement currency.
        auto_repay: What it earns pays back a margin account's debt at once.
        is_closing: It may only shrink a position: reduce-only, close-order, or the closing side in hedge mode.
        force_taker: It pays the taker's fee whichever side it is on (a futures stop that went off).
        kind: ``trade``, or ``liquid`` and ``adl`` for what the exchange does by itself.
    """

    id: str
    serial: int
    user: str
    symbol: str
    account: str = TRADE
    request: SpotRequest | FuturesRequest
    side: Side
    type: OrderType
    time_in_force: TimeInForce = TimeInForce.GTC
    stp: Stp | None = None
    client_oid: str | None = None
    price: Decimal = ZERO
    size: Decimal | None = None
    funds: Decimal | None = None
    remaining: Decimal = ZERO
    budget: Decimal | None = None
    unit_hold: Decimal = ZERO
    hold: Decimal = ZERO
    margined: Decimal | None = None
    filled_size: Decimal = ZERO
    filled_funds: Decimal = ZERO
    canceled_size: Decimal = ZERO
    fee: Decimal = ZERO
    fee_currency: str = ""
    borrowed: Decimal = ZERO
    auto_repay: bool = False
    leverage: Decimal = ZERO
    is_closing: bool = False
    force_taker: bool = False
    kind: str = "trade"
    stop_id: str | None = None
    active: bool = True
    in_book: bool = False
    cancel_exist: bool = False
    cancel_reason: str | None = None
    expires_ms: int | None = None
    created_ms: int = 0
    updated_ms: int = 0
    ordered_ns: int = 0


class Stop(Struct, kw_only=True):
    """An order that waits for a price.

    Attributes:
        rises: It goes off when the price is at or above ``stop_price``, else at or below.
        kind: KuCoin's word for it: loss, entry, l_l_o, l_s_o, e_l_o, e_s_o; on futures up, down.
        status: NEW, TRIGGERED or CANCELLED.
        partner: The stop that ends when this one does.
        oco: The OCO order that it is a leg of.
        order_id: What it became. Futures orders keep the id of their stop.
        error: Why it could not be placed when it went off.
    """

    id: str
    serial: int
    user: str
    symbol: str
    request: SpotRequest | FuturesRequest
    side: Side | None
    rises: bool
    stop_price: Decimal
    price_type: PriceType = PriceType.LAST
    kind: str
    client_oid: str | None = None
    status: str = "NEW"
    partner: str | None = None
    oco: str | None = None
    order_id: str | None = None
    error: str | None = None
    created_ms: int
    ordered_ns: int
    triggered_ms: int | None = None


class Oco(Struct, kw_only=True):
    """A pair of stops of which one goes.

    ``status`` is NEW, TRIGGERED or CANCELLED; a triggered one is done (KuCoin's DONE) when the order of its leg is.
    """

    id: str
    user: str
    request: OcoRequest
    legs: tuple[str, str]
    status: str = "NEW"
    created_ms: int


class Fill(Struct, frozen=True, kw_only=True):
    """One user's side of a trade.

    Attributes:
        funds: Quote currency; on futures the value in settlement currency, without sign.
        fee: Positive when paid. On futures ``open_fee`` and ``close_fee`` split it.
        kind: ``trade``, ``liquid`` or ``adl``.
    """

    id: int
    user: str
    family: Family
    symbol: str
    order_id: str
    counter_order_id: str
    trade_id: int
    side: Side
    is_taker: bool
    force_taker: bool
    type: OrderType
    price: Decimal
    size: Decimal
    funds: Decimal
    fee: Decimal
    fee_rate: Decimal
    fee_currency: str
    account: str
    open_fee: Decimal = ZERO
    close_fee: Decimal = ZERO
    margin_mode: MarginMode | None = None
    position_side: PositionSide = PositionSide.BOTH
    is_stop: bool = False
    kind: str = "trade"
    created_ms: int
    created_ns: int


class Balance(Struct, kw_only=True):
    """One currency in one account. ``total`` counts what is on hold; the debt of a margin account stands beside it."""

    user: str
    account: str
    currency: str
    total: Decimal = ZERO
    hold: Decimal = ZERO
    principal: Decimal = ZERO
    interest: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """What can be spent."""
        return self.total - self.hold

    @property
    def liability(self) -> Decimal:
        """What is owed, interest included."""
        return self.principal + self.interest


class Wallet(Struct, kw_only=True):
    """A futures account of one settlement currency: money in it, and how much of it orders and positions tie up.

    ``total`` is realised money; the margin of isolated orders and positions and of cross orders lies inside it.
    """

    user: str
    currency: str
    total: Decimal = ZERO
    isolated_orders: Decimal = ZERO
    isolated_positions: Decimal = ZERO
    cross_orders: Decimal = ZERO
    version: int = 0


class Position(Struct, kw_only=True):
    """An open futures position; amounts in settlement currency. A closed one has ``qty`` 0.

    Attributes:
        qty: Lots, negative when short.
        cost: Signed value at entry (posCost).
        init, comm, cross, loss: Parts of the margin: initial, fee set aside for closing, added (deposits, funding
            received), used up (funding paid). An isolated position's margin is ``init + comm + cross - loss``; a cross
            one has the first alone.
        flow: Signed value of all fills so far (currentCost).
        paid: Fees paid since it was opened (currentComm).
        gross: Profit realised since then without fees and funding.
        opened, opened_value, closed, closed_value: Lots and unsigned values of all fills, for average prices.
    """

    id: str
    user: str
    symbol: str
    side: PositionSide
    settle: str
    mode: MarginMode
    leverage: Decimal
    level: int
    qty: Decimal = ZERO
    cost: Decimal = ZERO
    init: Decimal = ZERO
    comm: Decimal = ZERO
    cross: Decimal = ZERO
    loss: Decimal = ZERO
    flow: Decimal = ZERO
    paid: Decimal = ZERO
    gross: Decimal = ZERO
    funding: Decimal = ZERO
    opened: Decimal = ZERO
    opened_value: Decimal = ZERO
    closed: Decimal = ZERO
    closed_value: Decimal = ZERO
    opened_ms: int = 0
    updated_ms: int = 0

    @property
    def margin(self) -> Decimal:
        """What stands behind it: posMargin of an isolated position."""
        return self.init + self.comm + self.cross - self.loss


class ClosedPosition(Struct, frozen=True, kw_only=True):
    """A position that has ended.

    ``pnl`` is net of fees and funding; ``kind`` is CLOSE_LONG, LIQUID_SHORT, ADL_LONG ...
    """

    id: int
    user: str
    symbol: str
    settle: str
    mode: MarginMode
    side: PositionSide
    leverage: Decimal
    kind: str
    pnl: Decimal
    gross: Decimal
    fee: Decimal
    funding: Decimal
    open_price: Decimal
    close_price: Decimal
    opened_ms: int
    closed_ms: int


class Entry(Struct, frozen=True, kw_only=True):
    """A line of a ledger: one movement. ``amount`` is signed and net of ``fee``; ``balance`` is what it left."""

    id: int
    user: str
    account: str
    currency: str
    biz: str
    amount: Decimal
    fee: Decimal
    balance: Decimal
    created_ms: int
    symbol: str | None = None
    order_id: str | None = None
    trade_id: int | None = None
    remark: str | None = None


class LoanEntry(Struct, frozen=True, kw_only=True):
    """A line of the loan history: ``kind`` is borrow, repay or interest; a repayment is split into its two parts."""

    id: int
    user: str
    account: str
    currency: str
    kind: str
    principal: Decimal
    interest: Decimal
    daily_rate: Decimal
    created_ms: int


class FundingEntry(Struct, frozen=True, kw_only=True):
    """One settlement of funding on one position. ``funding`` is positive when received."""

    id: int
    user: str
    symbol: str
    side: PositionSide
    mode: MarginMode
    settle: str
    rate: Decimal
    mark_price: Decimal
    qty: Decimal
    value: Decimal
    funding: Decimal
    time_ms: int


class Profile(Struct, kw_only=True):
    """A user's settings.

    Attributes:
        house: One of the exchange's own: no limits, no liquidation, and nothing of it is recorded or pushed.
        maker_rate, taker_rate: Base fee rates on spot, before a pair's coefficients.
        modes, cross_leverage, leverage, levels: By contract: margin mode, leverages, risk limit level; absent is
            ISOLATED, 1, 1, 1.
        dead_after_s, dead_at_s, dead_symbols: The dead-man switch; None where it is not armed.
    """

    id: str
    house: bool = False
    maker_rate: Decimal = Decimal("0.001")
    taker_rate: Decimal = Decimal("0.001")
    hedge: bool = False
    modes: dict[str, MarginMode] = field(default_factory=dict)
    cross_leverage: dict[str, Decimal] = field(default_factory=dict)
    leverage: dict[str, Decimal] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    dead_after_s: int | None = None
    dead_at_s: int | None = None
    dead_symbols: tuple[str, ...] = ()
