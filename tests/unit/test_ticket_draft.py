"""From what stands in the form to the order that comes of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.rules import of_contract, of_pair
from kucoin.desk.terms import Terms
from kucoin.model.order import (
    Lots,
    MarginMode,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    TimeInForce,
    TradeType,
)
from kucoin.model.position import Position, PositionMode
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, FuturesTicket, OcoTerms, SpotTicket, SpotTrigger
from pages.widgets import ticket_draft
from pages.widgets.ticket_draft import Draft, Kind
from tests.push_scene import INVERSE, LINEAR, contract, pair

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
PAIR = pair(lot="0.00001")
QUOTES = {"last": D("70000.1"), "bid": D("70000"), "ask": D("70000.2")}
SPOT = Terms(
    symbol=PAIR.symbol,
    rules=of_pair(PAIR),
    pair=PAIR,
    available={(account, currency): D(10**6) for account in TradeType for currency in ("BTC", "USDT")},
    **QUOTES,  # type: ignore[arg-type]  # prices by name
)


def futures(symbol: str = LINEAR, **changes: Any) -> Terms:
    """What is known of a contract of a one-way account on cross margin."""
    listed = contract(symbol, supports_cross=True)
    usual = Terms(
        symbol=symbol,
        rules=of_contract(listed),
        contract=listed,
        position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSS,
        leverage=D(10),
        available={("futures", listed.settle_currency): D(10**6)},
        mark=D("70000.1"),
        positions=(),
        **QUOTES,  # type: ignore[arg-type]  # prices by name
    )
    return replace(usual, **changes)


def held(lots: int, side: str = "BOTH") -> Position:
    """An open position, of which the ticket reads size and side alone."""
    unknown = dict.fromkeys(set(Position.__dataclass_fields__) - {"symbol", "position_side", "current_qty"})
    return Position(symbol=LINEAR, position_side=side, current_qty=lots, **unknown)  # type: ignore[arg-type]


def spot(side: Side = BUY, **fields: Any) -> SpotTicket:
    """The ticket of a form on the pair."""
    written = ticket_draft.write(Draft(**{"price": "69000", "size": "0.5", **fields}), side, "id-1", SPOT)
    assert isinstance(written.ticket, SpotTicket), written.faults
    return written.ticket


def lots(side: Side = BUY, terms: Terms | None = None, **fields: Any) -> FuturesTicket:
    """The ticket of a form on a contract."""
    draft = Draft(**{"price": "69000", "size": "250", "unit": "lots", **fields})
    written = ticket_draft.write(draft, side, "id-1", terms or futures())
    assert isinstance(written.ticket, FuturesTicket), written.faults
    return written.ticket


def test_a_limit_order_is_what_was_typed() -> None:
    """Its own id, price and size to the digit, and how long it lives."""
    order = spot(time_in_force=TimeInForce.GTT, cancel_after="60", post_only=True).order
    assert (order.client_oid, order.symbol, order.side, order.type) == ("id-1", "BTC-USDT", BUY, OrderType.LIMIT)
    assert (order.price, order.size, order.funds) == (D(69000), D("0.5"), None)
    assert (order.time_in_force, order.cancel_after, order.post_only) == (TimeInForce.GTT, 60, True)


def test_what_another_type_has_no_use_for_stays_behind() -> None:
    """A market order has neither price nor life, whatever stood in fields that are hidden by now."""
    order = spot(kind=Kind.MARKET, post_only=True, time_in_force=TimeInForce.GTT, cancel_after="nonsense").order
    assert (order.type, order.price, order.time_in_force, order.post_only) == (OrderType.MARKET, None, None, False)
    assert spot(kind=Kind.LIMIT, stop_price="1").trigger is None


def test_a_market_order_in_quote_currency_names_what_to_spend() -> None:
    """Nothing is converted that the exchange converts better; a limit order has to be."""
    order = spot(kind=Kind.MARKET, size="100", unit="quote").order
    assert (order.size, order.funds) == (None, D(100))
    order = spot(size="100", unit="quote", price="70000").order
    assert (order.size, order.funds) == (D("0.00142"), None)


@pytest.mark.parametrize(
    ("kind", "side", "stop", "direction"),
    [
        (Kind.STOP, BUY, SpotStop.ENTRY, StopDirection.UP),
        (Kind.STOP, SELL, SpotStop.LOSS, StopDirection.DOWN),
        (Kind.TAKE_PROFIT, BUY, SpotStop.LOSS, StopDirection.DOWN),
        (Kind.TAKE_PROFIT, SELL, SpotStop.ENTRY, StopDirection.UP),
    ],
)
def test_type_and_side_tell_which_way_an_order_waits(
    kind: Kind, side: Side, stop: SpotStop, direction: StopDirection
) -> None:
    """A stop waits for what is worse, a take-profit for what is better."""
    assert spot(side, kind=kind, stop_price="68000").trigger == SpotTrigger(stop=stop, price=D(68000))
    waits = lots(side, kind=kind, stop_price="68000", watched=StopPriceType.MP, at_market=True).order
    assert waits.stop is not None
    assert (waits.stop.direction, waits.stop.price, waits.stop.price_type) == (direction, D(68000), StopPriceType.MP)
    assert (waits.type, waits.price) == (OrderType.MARKET, None)


def test_a_pair_of_orders_has_a_stop_with_its_own_limit() -> None:
    """And no life of its own: the exchange takes none."""
    ticket = spot(SELL, kind=Kind.OCO, price="75000", stop_price="65000", limit_price="64900")
    assert ticket.oco == OcoTerms(stop_price=D(65000), limit_price=D(64900))
    assert (ticket.trigger, ticket.order.time_in_force) == (None, None)


def test_borrowing_is_of_margin_alone() -> None:
    """What was set before the account was changed counts for nothing."""
    assert not spot(auto_borrow=True).auto_borrow
    ticket = spot(trade_type=TradeType.MARGIN_TRADE, auto_borrow=True, auto_repay=True)
    assert (ticket.trade_type, ticket.auto_borrow, ticket.auto_repay) == (TradeType.MARGIN_TRADE, True, True)


def test_a_size_in_coins_is_sent_in_lots() -> None:
    """Down to the lot, and it is said."""
    draft = Draft(price="69000", size="0.2504", unit="base")
    written = ticket_draft.write(draft, BUY, "id-1", futures())
    assert isinstance(written.ticket, FuturesTicket)
    assert written.ticket.order.size == Lots(250)
    assert [remark.field for remark in written.remarks] == ["size"]


def test_leverage_goes_with_an_opening_order_on_isolated_margin_alone() -> None:
    """Cross has its place elsewhere; an order that reduces has none."""
    isolated = futures(margin_mode=MarginMode.ISOLATED)
    assert lots().order.leverage is None
    assert lots(terms=isolated).order.leverage == 10
    assert lots(terms=isolated, leverage=3).order.leverage == 3
    nothing = replace(isolated, leverage=None)
    written = ticket_draft.write(Draft(price="69000", size="1", unit="lots"), BUY, "id-1", nothing)
    assert (written.ticket, written.faults[0].field) == (None, "leverage")


@pytest.mark.parametrize(("side", "profit", "loss"), [(BUY, "72000", "68000"), (SELL, "68000", "72000")])
def test_take_profit_and_stop_lie_on_the_right_side_of_each_order(side: Side, profit: str, loss: str) -> None:
    """What is above takes the profit of a long and stops a short."""
    ticket = lots(side, take_profit=profit, stop_loss=loss)
    assert ticket.bracket == Bracket(above=D(72000), below=D(68000), price_type=StopPriceType.TP)


@pytest.mark.parametrize(
    ("side", "reduces", "acts_on"),
    [
        (BUY, False, PositionSide.LONG),
        (SELL, False, PositionSide.SHORT),
        (BUY, True, PositionSide.SHORT),
        (SELL, True, PositionSide.LONG),
    ],
)
def test_hedge_mode_names_the_position(side: Side, reduces: bool, acts_on: PositionSide) -> None:
    """Opening a short sells, reducing it buys."""
    hedged = futures(position_mode=PositionMode.HEDGE, positions=(held(9, "LONG"), held(-9, "SHORT")))
    assert lots(side, terms=hedged, size="1", reduce_only=reduces).order.position_side is acts_on


def test_closing_names_no_side_and_no_size() -> None:
    """The exchange knows both; on the side that would not close anything there is no ticket."""
    long = futures(positions=(held(1250),))
    order = lots(SELL, terms=long, close=True, size="", price="").order
    assert (order.close_order, order.side, order.size, order.type) == (True, None, None, OrderType.MARKET)
    assert ticket_draft.closing(SELL, long) == 1250
    assert ticket_draft.write(Draft(close=True), BUY, "id-1", long).ticket is None


def test_no_modes_no_ticket() -> None:
    """An order on a guess is what 330005 and 330011 are for."""
    for unread in (futures(margin_mode=None), futures(position_mode=None)):
        written = ticket_draft.write(Draft(price="69000", size="1", unit="lots"), BUY, "id-1", unread)
        assert (written.ticket, written.faults[0].field) == (None, "margin_mode")


@pytest.mark.parametrize("field", ["price", "size"])
@pytest.mark.parametrize("text", ["", "  ", "0", "-1", "1e99", "NaN", "ten"])
def test_what_is_no_number_is_said_at_its_field(field: str, text: str) -> None:
    """No ticket comes of it."""
    written = ticket_draft.write(Draft(**{"price": "69000", "size": "1", field: text}), BUY, "id-1", SPOT)
    assert (written.ticket, [fault.field for fault in written.faults]) == (None, [field])


def test_what_the_exchange_would_refuse_is_said_with_the_ticket() -> None:
    """Off the tick: the desk's own rules say it."""
    written = ticket_draft.write(Draft(price="69000.05", size="1"), BUY, "id-1", SPOT)
    assert "price" in {fault.field for fault in written.faults}


def test_presets_add_up_and_are_worth_pressing() -> None:
    """Round numbers of the chosen unit; on an inverse contract a lot is a dollar."""
    assert ticket_draft.add("", D(50)) == "50"
    assert ticket_draft.add("0.5", D("0.01")) == "0.51"
    assert ticket_draft.presets("quote", SPOT) == (D(100), D(1000))
    assert ticket_draft.presets("base", SPOT) == (D("0.01"), D("0.1"))
    assert ticket_draft.presets("lots", futures()) == (D(10), D(100))
    assert ticket_draft.presets("lots", futures(INVERSE)) == (D(100), D(1000))


def test_faults_of_a_bracket_stand_at_the_field_that_was_typed() -> None:
    """Above is the take-profit of a buy and the stop of a sell."""
    fault = (ticket_draft.Fault("above", "too low"),)
    assert ticket_draft.for_side(fault, BUY)[0].field == "take_profit"
    assert ticket_draft.for_side(fault, SELL)[0].field == "stop_loss"


def test_shares_of_a_pair_that_buys_count_the_dearer_limit() -> None:
    """Its stop buys higher than its limit order; a sell needs no more coins for either."""
    draft = Draft(kind=Kind.OCO, price="69000", stop_price="71000", limit_price="71500")
    assert ticket_draft.dearest(draft, BUY, SPOT) == 71500
    assert ticket_draft.dearest(draft, SELL, SPOT) == 69000
    assert ticket_draft.dearest(replace(draft, limit_price=""), BUY, SPOT) == 69000
    assert ticket_draft.dearest(replace(draft, kind=Kind.LIMIT), BUY, SPOT) == 69000
