"""What stands in the form of the order ticket, and the order that comes of it. Pure: nothing is drawn or asked here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kucoin.decimals import ONE, ZERO
from kucoin.desk import ticket_rules
from kucoin.desk.terms import Purse, Terms
from kucoin.desk.ticket_rules import Fault, Snapped, Unit
from kucoin.errors import InvalidRequest
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    TimeInForce,
    TradeType,
)
from kucoin.model.position import PositionMode
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, FuturesTicket, OcoTerms, SpotTicket, SpotTrigger, Ticket


class Kind(StrEnum):
    """The order types that the ticket offers; stops and take-profits wait for a price, OCO is of spot alone."""

    LIMIT = "Limit"
    MARKET = "Market"
    STOP = "Stop"
    TAKE_PROFIT = "Take profit"
    OCO = "OCO"

    @property
    def waits(self) -> bool:
        """Whether it waits for one price before it is an order."""
        return self in {Kind.STOP, Kind.TAKE_PROFIT}


def kinds(trade_type: TradeType, *, futures: bool) -> tuple[Kind, ...]:
    """Return the types that an account takes: no waiting orders on isolated margin, pairs on spot alone."""
    if not futures and trade_type is TradeType.MARGIN_ISOLATED_TRADE:
        return Kind.LIMIT, Kind.MARKET
    if not futures and trade_type is TradeType.TRADE:
        return tuple(Kind)
    return Kind.LIMIT, Kind.MARKET, Kind.STOP, Kind.TAKE_PROFIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The form as it stands: figures as they were typed, empty where nothing was.

    Attributes:
        unit: What ``size`` counts.
        stop_price: What a stop or take-profit waits for, and the stop of an OCO pair.
        at_market: Whether a stop or take-profit places a market order.
        watched: Which price a futures stop, or an attached one, watches.
        limit_price: Of the stop order of an OCO pair.
        take_profit: Attached to a futures order; likewise ``stop_loss``.
        cancel_after: Seconds, with GTT.
        close: Close a whole position, at the market; the fields of size then count for nothing.
        leverage: Of an opening order on isolated margin; None where it was not chosen.
    """

    kind: Kind = Kind.LIMIT
    price: str = ""
    size: str = ""
    unit: Unit = "base"
    stop_price: str = ""
    at_market: bool = False
    watched: StopPriceType = StopPriceType.TP
    limit_price: str = ""
    take_profit: str = ""
    stop_loss: str = ""
    time_in_force: TimeInForce = TimeInForce.GTC
    cancel_after: str = ""
    post_only: bool = False
    reduce_only: bool = False
    close: bool = False
    trade_type: TradeType = TradeType.TRADE
    auto_borrow: bool = False
    auto_repay: bool = False
    leverage: int | None = None

    @property
    def type(self) -> OrderType:
        """Whether the order that reaches the book names a price."""
        market = self.kind is Kind.MARKET or (self.kind.waits and self.at_market) or self.close
        return OrderType.MARKET if market else OrderType.LIMIT

    @property
    def limited(self) -> bool:
        """Whether the order names its price."""
        return self.type is OrderType.LIMIT


class Written(NamedTuple):
    """A ticket of a draft, or why there is none; ``remarks`` say what was changed of the input, by field."""

    ticket: Ticket | None
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...] = ()


def write(draft: Draft, side: Side, client_oid: str, terms: Terms) -> Written:
    """Return what ``draft`` comes to on ``side``, and everything that the exchange would refuse of it."""
    try:
        ticket, remarks = _Writer(draft, side, client_oid, terms).write()
    except _Missing as missing:
        return Written(None, missing.faults)
    return Written(ticket, ticket_rules.faults(ticket, terms), remarks)


def reference(draft: Draft, side: Side | None, terms: Terms) -> Decimal | None:
    """Return the price that a size in one unit is converted with into another; None where none is known."""
    for text in (draft.price if draft.limited else "", draft.stop_price if draft.kind.waits else ""):
        if (price := _number(text)) is not None:
            return price
    best = {Side.BUY: terms.ask, Side.SELL: terms.bid, None: None}[side]
    return next((price for price in (best, terms.last, terms.mark, terms.ask, terms.bid) if price), None)


def dearest(draft: Draft, side: Side, terms: Terms) -> Decimal | None:
    """Return the price that has to be paid for: of a pair that buys, the higher of its two limits; None if unknown."""
    price = reference(draft, side, terms)
    limit = _number(draft.limit_price) if draft.kind is Kind.OCO and side is Side.BUY else None
    return max((each for each in (price, limit) if each is not None), default=None)


def size_of(draft: Draft, side: Side | None, terms: Terms) -> Snapped | None:
    """Return the size in lots, or in coins on spot, with what was changed of it; None where none can be told."""
    value = _number(draft.size)
    price = reference(draft, side, terms)
    if value is None or (price is None and draft.unit != ("lots" if terms.rules.futures else "base")):
        return None
    return ticket_rules.snap_size(value, draft.unit, price, terms)


def in_unit(draft: Draft, unit: Unit) -> Draft:
    """Return ``draft`` with its size read in another unit."""
    return replace(draft, unit=unit)


def purse(draft: Draft, terms: Terms) -> Purse:
    """Return the account that pays."""
    return "futures" if terms.rules.futures else draft.trade_type


def position_side(draft: Draft, side: Side, terms: Terms) -> PositionSide:
    """Return which position an order acts on: in hedge mode reducing a short buys, and opening it sells."""
    if terms.position_mode is not PositionMode.HEDGE:
        return PositionSide.BOTH
    opens_long = (side is Side.BUY) != (draft.reduce_only or draft.close)
    return PositionSide.LONG if opens_long else PositionSide.SHORT


def closing(side: Side, terms: Terms) -> int | None:
    """Return the lots, without sign, of the position that an order on ``side`` would close; None where there is none.

    None also while it is not known which positions are open.
    """
    for position in terms.positions or ():
        if position.current_qty and (position.current_qty > 0) == (side is Side.SELL):
            return abs(position.current_qty)
    return None


def add(text: str, step: Decimal) -> str:
    """Return the typed size ``text`` with a preset's ``step`` added."""
    return f"{(_number(text) or ZERO) + step:,f}"


def presets(unit: Unit, terms: Terms) -> tuple[Decimal, ...]:
    """Return two sizes in ``unit`` that are worth pressing: round ones, the smaller worth about 100 to 1,000 units.

    They come from the price of now rounded to a power of ten, so that they stay what they are while it moves.
    """
    price = next((price for price in (terms.last, terms.mark, terms.ask) if price), None)
    if unit == "quote" or price is None:
        return Decimal(100), Decimal(1000)
    rules = terms.rules
    worth = price if unit == "base" or not rules.futures else rules.value(price, ONE)
    step = ONE.scaleb(3 - worth.adjusted() - 1)
    least = rules.lot if unit != "base" or not rules.futures else (rules.coins or rules.lot)
    small = max(step, least)
    return small, small.scaleb(1)


_NO_LEVERAGE = "Choose the leverage under “Margin and leverage”: no position is open that has one."


class _Missing(Exception):
    """Something has to be typed before there is a ticket."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


def _number(text: str) -> Decimal | None:
    """Return what was typed, None where that is nothing or no number above zero."""
    try:
        value = ticket_rules.typed(text)
    except InvalidRequest:
        return None
    return value if value > 0 else None


def _read(field: str, text: str, what: str) -> Decimal:
    """Return a figure that has to be there; ``what`` names it."""
    if not text.strip():
        raise _Missing(Fault(field, f"{what} is missing."))
    try:
        return ticket_rules.typed(text)
    except InvalidRequest as error:
        raise _Missing(Fault(field, str(error))) from error


def _optional(field: str, text: str, what: str) -> Decimal | None:
    return _read(field, text, what) if text.strip() else None


class _Writer:
    """One draft on its way to a ticket."""

    def __init__(self, draft: Draft, side: Side, client_oid: str, terms: Terms) -> None:
        self._draft = draft
        self._side = side
        self._client_oid = client_oid
        self._terms = terms

    def write(self) -> tuple[Ticket, tuple[Fault, ...]]:
        """Return the ticket, and what was changed of the input."""
        if self._terms.rules.futures:
            return self._futures()
        return self._spot()

    def _price(self) -> Decimal | None:
        return _read("price", self._draft.price, "The price") if self._draft.limited else None

    def _size(self) -> tuple[Decimal, tuple[Fault, ...]]:
        _read("size", self._draft.size, "The size")
        snapped = size_of(self._draft, self._side, self._terms)
        if snapped is None:
            unit = "lots" if self._terms.rules.futures else self._terms.rules.base
            raise _Missing(Fault("size", f"No price is known to count the size with: type it in {unit}."))
        return snapped.value, (Fault("size", snapped.remark),) if snapped.remark else ()

    def _life(self) -> tuple[TimeInForce | None, int | None]:
        """Return how long a limit order lives, and its seconds with GTT."""
        draft = self._draft
        if not draft.limited:
            return None, None
        if draft.time_in_force is not TimeInForce.GTT:
            return draft.time_in_force, None
        seconds = _read("cancel_after", draft.cancel_after, "The time to live, in seconds,")
        if seconds != seconds.to_integral_value():
            raise _Missing(Fault("cancel_after", f"{seconds} is no whole number of seconds."))
        return draft.time_in_force, int(seconds)

    def _spot(self) -> tuple[SpotTicket, tuple[Fault, ...]]:
        draft = self._draft
        price = self._price()
        trigger = self._trigger()
        size, funds, remarks = self._amount()
        life, seconds = self._life()
        order = NewOrder(
            client_oid=self._client_oid,
            symbol=self._terms.symbol,
            side=self._side,
            type=draft.type,
            price=price,
            size=size,
            funds=funds,
            time_in_force=None if draft.kind is Kind.OCO else life,
            post_only=draft.post_only and draft.limited,
            cancel_after=None if draft.kind is Kind.OCO else seconds,
        )
        margin = draft.trade_type is not TradeType.TRADE
        ticket = SpotTicket(
            order=order,
            trade_type=draft.trade_type,
            auto_borrow=margin and draft.auto_borrow,
            auto_repay=margin and draft.auto_repay,
            trigger=trigger,
            oco=self._pair(),
        )
        return ticket, remarks

    def _amount(self) -> tuple[Decimal | None, Decimal | None, tuple[Fault, ...]]:
        """Return size, funds and what was changed: a market order typed in quote currency names what to spend."""
        draft = self._draft
        if draft.limited or draft.unit != "quote":
            size, remarks = self._size()
            return size, None, remarks
        snapped = ticket_rules.snap_funds(_read("size", draft.size, "The size"), self._terms)
        return None, snapped.value, (Fault("size", snapped.remark),) if snapped.remark else ()

    def _trigger(self) -> SpotTrigger | None:
        if not self._draft.kind.waits:
            return None
        price = _read("stop_price", self._draft.stop_price, "The price that it waits for")
        return SpotTrigger(stop=SpotStop.ENTRY if self._rises() else SpotStop.LOSS, price=price)

    def _rises(self) -> bool:
        """Whether a waiting order waits for the price to rise: a stop to buy does, a take-profit to buy does not."""
        return (self._draft.kind is Kind.STOP) == (self._side is Side.BUY)

    def _pair(self) -> OcoTerms | None:
        draft = self._draft
        if draft.kind is not Kind.OCO:
            return None
        return OcoTerms(
            stop_price=_read("stop_price", draft.stop_price, "The price that the stop waits for"),
            limit_price=_read("limit_price", draft.limit_price, "The limit of the stop"),
        )

    def _futures(self) -> tuple[FuturesTicket, tuple[Fault, ...]]:
        terms = self._terms
        if terms.margin_mode is None or terms.position_mode is None:
            raise _Missing(Fault("margin_mode", "The account's modes are still being read."))
        if self._draft.close:
            return self._closing(terms.margin_mode), ()
        return self._opening(terms.margin_mode)

    def _closing(self, mode: MarginMode) -> FuturesTicket:
        if closing(self._side, self._terms) is None:
            raise _Missing(Fault("size", f"No position is open that {self._side}ing would close."))
        order = NewFuturesOrder(
            client_oid=self._client_oid,
            symbol=self._terms.symbol,
            type=OrderType.MARKET,
            margin_mode=mode,
            position_side=position_side(self._draft, self._side, self._terms),
            close_order=True,
        )
        return FuturesTicket(order=order)

    def _opening(self, mode: MarginMode) -> tuple[FuturesTicket, tuple[Fault, ...]]:
        draft = self._draft
        price = self._price()
        stop = self._futures_stop()
        size, remarks = self._size()
        life, _ = self._life()
        order = NewFuturesOrder(
            client_oid=self._client_oid,
            symbol=self._terms.symbol,
            type=draft.type,
            margin_mode=mode,
            side=self._side,
            size=Lots(int(size)),
            price=price,
            leverage=self._leverage(mode),
            position_side=position_side(draft, self._side, self._terms),
            time_in_force=life,
            post_only=draft.post_only and draft.limited,
            reduce_only=draft.reduce_only,
            stop=stop,
        )
        return FuturesTicket(order=order, bracket=self._bracket()), remarks

    def _leverage(self, mode: MarginMode) -> int | None:
        if mode is not MarginMode.ISOLATED or self._draft.reduce_only:
            return None
        if self._draft.leverage is not None:
            return self._draft.leverage
        if self._terms.leverage is None:
            raise _Missing(Fault("leverage", _NO_LEVERAGE))
        return int(self._terms.leverage)

    def _futures_stop(self) -> FuturesStop | None:
        draft = self._draft
        if not draft.kind.waits:
            return None
        price = _read("stop_price", draft.stop_price, "The price that it waits for")
        direction = StopDirection.UP if self._rises() else StopDirection.DOWN
        return FuturesStop(direction=direction, price=price, price_type=draft.watched)

    def _bracket(self) -> Bracket | None:
        draft = self._draft
        if draft.kind.waits or draft.reduce_only:
            return None
        profit = _optional("take_profit", draft.take_profit, "The take-profit")
        loss = _optional("stop_loss", draft.stop_loss, "The stop")
        if profit is None and loss is None:
            return None
        above, below = (profit, loss) if self._side is Side.BUY else (loss, profit)
        return Bracket(above=above, below=below, price_type=draft.watched)


def for_side(faults: tuple[Fault, ...], side: Side) -> tuple[Fault, ...]:
    """Return ``faults`` by the fields of the form: what lies above a long's entry takes its profit."""
    names = (
        {"above": "take_profit", "below": "stop_loss"}
        if side is Side.BUY
        else {"above": "stop_loss", "below": "take_profit"}
    )
    return tuple(fault._replace(field=names.get(fault.field, fault.field)) for fault in faults)
