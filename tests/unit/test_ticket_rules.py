"""What is said against a ticket, and how input is brought to what an exchange takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kucoin.desk import margin_needed
from kucoin.desk.terms import PriceLimit, Terms
from kucoin.desk.ticket_rules import (
    Unit,
    affordable,
    affordable_funds,
    faults,
    sizes,
    snap_funds,
    snap_price,
    snap_size,
    typed,
)
from kucoin.errors import InvalidRequest
from kucoin.model.order import (
    FeeRate,
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
    Stp,
    TimeInForce,
    TradeType,
)
from kucoin.model.position import PositionMode, RiskTier
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, FuturesTicket, OcoTerms, SpotTicket, SpotTrigger, Ticket
from tests.push_scene import LINEAR, PAIR, contract, pair
from tests.ticket_scene import futures_terms, held, spot_terms

D = Decimal
INVERSE = "XBTUSDM"
LISTED = replace(
    pair(PAIR, lot="0.00001"),
    base_min_size=D("0.0001"),
    base_max_size=D(1000),
    quote_min_size=D("0.1"),
    quote_max_size=D(10**6),
    quote_increment=D("0.000001"),
    min_funds=D(1),
)
SPOT = spot_terms(
    pair=LISTED, fee=FeeRate(PAIR, taker=D("0.001"), maker=D("0.0008")), price_limit=PriceLimit(D(77000), D(63000))
)
CONTRACT = contract(
    LINEAR,
    supports_cross=True,
    max_order_qty=10_000,
    market_max_order_qty=2500,
    max_price=D(1_000_000),
    maintain_margin=D("0.004"),
)
TIERS = (
    RiskTier(LINEAR, 1, D(0), D(100_000), D(100), D("0.01"), D("0.004")),
    RiskTier(LINEAR, 2, D(100_000), D(500_000), D(20), D("0.05"), D("0.025")),
)
CROSS = futures_terms(contract=CONTRACT, tiers=TIERS)
ISOLATED = replace(CROSS, margin_mode=MarginMode.ISOLATED, leverage=None)
MARGIN = TradeType.MARGIN_TRADE


def spot(**more: Any) -> SpotTicket:
    """A limit buy of 0.01 BTC at 70,000 with nothing wrong."""
    own = {name: more.pop(name) for name in list(more) if name in SpotTicket.__dataclass_fields__}
    order = NewOrder(client_oid="one", symbol=PAIR, side=Side.BUY, type=OrderType.LIMIT, price=D(70000), size=D("0.01"))
    return SpotTicket(order=replace(order, **more), **own)


def market(**more: Any) -> SpotTicket:
    """A market buy for 100 USDT."""
    return spot(**({"type": OrderType.MARKET, "price": None, "size": None, "funds": D(100)} | more))


def oco(stop: str = "71000", limit: str = "71010", **more: Any) -> SpotTicket:
    """Buy at 69,000, or at 71,010 once 71,000 is reached."""
    return spot(price=D(69000), oco=OcoTerms(stop_price=D(stop), limit_price=D(limit)), **more)


def futures(**more: Any) -> FuturesTicket:
    """A limit buy of ten lots at 70,000 on cross margin with nothing wrong."""
    bracket = more.pop("bracket", None)
    order = NewFuturesOrder(
        client_oid="one",
        symbol=LINEAR,
        type=OrderType.LIMIT,
        margin_mode=MarginMode.CROSS,
        side=Side.BUY,
        size=Lots(10),
        price=D(70000),
    )
    return FuturesTicket(order=replace(order, **more), bracket=bracket)


def isolated(**more: Any) -> FuturesTicket:
    """The same on isolated margin."""
    return futures(**({"margin_mode": MarginMode.ISOLATED, "leverage": 10} | more))


def stop(price: str = "69000") -> FuturesStop:
    """What a stop of a long waits for."""
    return FuturesStop(direction=StopDirection.DOWN, price=D(price), price_type=StopPriceType.MP)


def bracket(above: str | None = "72000", below: str | None = "69000") -> Bracket:
    """Take profit and stop loss of a long."""
    return Bracket(above=D(above) if above else None, below=D(below) if below else None, price_type=StopPriceType.TP)


def fields(ticket: Ticket, terms: Terms) -> list[str]:
    """What is said to be wrong."""
    return [fault.field for fault in faults(ticket, terms)]


FINE: list[tuple[Ticket, Terms]] = [
    (spot(), SPOT),
    (market(), SPOT),
    (market(size=D("0.01"), funds=None), SPOT),
    (spot(time_in_force=TimeInForce.GTT, cancel_after=60, post_only=True), SPOT),
    (spot(trade_type=MARGIN, auto_borrow=True, auto_repay=True), SPOT),
    (spot(trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(60000))), SPOT),
    (oco(), SPOT),
    (futures(), CROSS),
    (futures(type=OrderType.MARKET, price=None, size=Lots(1)), CROSS),
    (isolated(), ISOLATED),
    (futures(stop=stop(), reduce_only=True, side=Side.SELL), CROSS),
    (futures(bracket=bracket()), CROSS),
    (futures(close_order=True, side=None, size=None, type=OrderType.MARKET, price=None), CROSS),
    (futures(position_side=PositionSide.LONG), replace(CROSS, position_mode=PositionMode.HEDGE)),
]


@pytest.mark.parametrize(("ticket", "terms"), FINE)
def test_nothing_is_said_of_what_is_right(ticket: Ticket, terms: Terms) -> None:
    """Orders of every kind."""
    assert faults(ticket, terms) == ()


WRONG: list[tuple[str, Ticket, Terms]] = [
    ("price", spot(price=D("70000.05")), SPOT),
    ("price", spot(price=D(0)), SPOT),
    ("price", spot(price=D("Infinity")), SPOT),
    ("price", spot(price=None), SPOT),
    ("price", spot(price=D("77000.1")), SPOT),
    ("price", spot(side=Side.SELL, price=D("62999.9")), SPOT),
    ("price", market(price=D(70000)), SPOT),
    ("size", spot(size=D("0.010001")), SPOT),
    ("size", spot(size=D("0.00009")), SPOT),
    ("size", spot(size=D("1000.00001")), replace(SPOT, available={})),
    ("size", spot(size=D("0.0001"), price=D(9999)), SPOT),  # 0.9999 USDT
    ("size", market(size=D("0.01")), SPOT),
    ("size", market(funds=None), SPOT),
    ("size", spot(size=D("1E+500")), SPOT),
    ("funds", spot(funds=D(5)), SPOT),
    ("funds", market(funds=D("0.99")), SPOT),
    ("funds", market(funds=D("10.0000001")), SPOT),
    ("funds", market(funds=D(10**6 + 1)), replace(SPOT, available={})),
    ("time_in_force", market(time_in_force=TimeInForce.IOC), SPOT),
    ("post_only", market(post_only=True), SPOT),
    ("post_only", spot(post_only=True, time_in_force=TimeInForce.FOK), SPOT),
    ("cancel_after", spot(time_in_force=TimeInForce.GTT), SPOT),
    ("cancel_after", spot(cancel_after=60), SPOT),
    ("cancel_after", spot(time_in_force=TimeInForce.GTT, cancel_after=0), SPOT),
    ("stp", market(stp=Stp.DC), SPOT),
    ("auto_borrow", spot(auto_borrow=True), SPOT),
    ("auto_repay", spot(auto_repay=True), SPOT),
    (
        "auto_borrow",
        spot(trade_type=MARGIN, auto_borrow=True, trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(60000))),
        SPOT,
    ),
    ("symbol", spot(trade_type=MARGIN), replace(SPOT, pair=replace(LISTED, is_margin_enabled=False))),
    ("symbol", spot(), replace(SPOT, rules=replace(SPOT.rules, trading=False))),
    ("symbol", spot(), CROSS),
    ("symbol", spot(), replace(SPOT, pair=None)),
    ("stop_price", spot(trigger=SpotTrigger(stop=SpotStop.LOSS, price=D("60000.05"))), SPOT),
    (
        "stop_price",
        spot(trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(60000)), trade_type=TradeType.MARGIN_ISOLATED_TRADE),
        SPOT,
    ),
    ("stop_price", oco(stop="69500"), SPOT),  # not above the last price
    ("stop_price", oco(trade_type=MARGIN), SPOT),
    ("limit_price", oco(limit="71000.01"), SPOT),
    ("size", oco(limit="90", size=D("0.01")), SPOT),  # 0.9 USDT once the stop has gone
    ("post_only", oco(post_only=True), SPOT),
    ("time_in_force", oco(time_in_force=TimeInForce.IOC), SPOT),
    ("balance", spot(size=D("0.01")), replace(SPOT, available={(TradeType.TRADE, "USDT"): D("700.69")})),
    ("balance", spot(side=Side.SELL), replace(SPOT, available={(TradeType.TRADE, "BTC"): D("0.009")})),
    ("price", futures(price=D("70000.05")), CROSS),
    ("price", futures(price=D(73501)), CROSS),
    ("price", futures(side=Side.SELL, price=D(66499)), CROSS),
    ("price", futures(stop=stop(), price=D(1_000_001)), CROSS),
    ("price", futures(type=OrderType.MARKET, size=Lots(1)), CROSS),
    ("size", futures(size=Lots(0)), CROSS),
    ("size", futures(size=Lots(10_001)), replace(CROSS, tiers=None)),
    ("size", futures(size=Lots(2501), type=OrderType.MARKET, price=None), CROSS),
    ("size", futures(size=Lots(2501), bracket=bracket()), CROSS),
    ("size", futures(size=D("1.5")), CROSS),
    ("size", futures(size=None), CROSS),
    ("size", futures(close_order=True), CROSS),
    ("size", futures(size=Lots(8000)), CROSS),  # 560,000 USDT, and no tier allows more than 500,000
    ("side", futures(side=None), CROSS),
    ("stop_price", futures(stop=stop("69000.05")), CROSS),
    ("time_in_force", futures(time_in_force=TimeInForce.FOK), CROSS),
    ("post_only", futures(time_in_force=TimeInForce.IOC, post_only=True), CROSS),
    ("stp", futures(stp=Stp.DC), CROSS),
    ("above", futures(bracket=bracket(above="70000")), CROSS),
    ("below", futures(bracket=bracket(below="70000")), CROSS),
    ("above", futures(bracket=bracket(above="72000.05")), CROSS),
    ("above", futures(bracket=Bracket(above=None, below=None, price_type=StopPriceType.TP)), CROSS),
    ("above", futures(bracket=bracket(), stop=stop()), CROSS),
    ("above", futures(bracket=bracket(), reduce_only=True), CROSS),
    ("leverage", isolated(leverage=None), ISOLATED),
    ("leverage", isolated(leverage=0), ISOLATED),
    ("leverage", isolated(leverage=101), ISOLATED),
    ("margin_mode", isolated(), CROSS),
    ("margin_mode", futures(), ISOLATED),
    ("margin_mode", futures(), replace(CROSS, margin_mode=None)),
    ("margin_mode", futures(), replace(CROSS, contract=replace(CONTRACT, supports_cross=False))),
    ("position_side", futures(), replace(CROSS, position_mode=PositionMode.HEDGE)),
    ("position_side", futures(position_side=PositionSide.LONG), CROSS),
    ("position_side", futures(), replace(CROSS, position_mode=None)),
    ("balance", futures(), replace(CROSS, available={("futures", "USDT"): D(70)})),
    ("symbol", futures(), replace(CROSS, contract=None)),
]


@pytest.mark.parametrize(("field", "ticket", "terms"), WRONG)
def test_what_would_be_refused_is_said_beside_its_field(field: str, ticket: Ticket, terms: Terms) -> None:
    """One thing is wrong, and one thing is said, in a sentence."""
    found = faults(ticket, terms)
    assert [fault.field for fault in found] == [field]
    assert found[0].text.endswith(".")
    assert len(found[0].text) < 200


@pytest.mark.parametrize(
    ("ticket", "terms", "words"),
    [
        (isolated(), CROSS, f"{LINEAR} is on cross margin now, and the order says isolated."),
        (spot(size=D("0.00009")), SPOT, "0.00009 BTC is less than the smallest order of 0.0001 BTC."),
        (spot(price=D("70000.05")), SPOT, "The price 70,000.05 is no multiple of the tick 0.1."),
        (
            spot(),
            replace(SPOT, available={(TradeType.TRADE, "USDT"): D("700.69")}),
            "This takes 700.7 USDT, fee included; the spot account has 700.69 available.",
        ),
    ],
)
def test_a_fault_names_the_value_and_the_rule(ticket: Ticket, terms: Terms, words: str) -> None:
    """So that it can be put right without looking anything up."""
    assert [fault.text for fault in faults(ticket, terms)] == [words]


def test_an_order_that_closes_is_never_held_up_by_money() -> None:
    """Lots that close the position need no margin, and those beyond do."""
    poor = replace(CROSS, available={("futures", "USDT"): D(0)}, positions=(held(-10),))
    assert fields(futures(), poor) == []
    assert fields(futures(size=Lots(11)), poor) == ["balance"]
    assert fields(futures(size=Lots(11), reduce_only=True), poor) == []


@settings(max_examples=40)
@given(
    price=st.decimals("0.000001", "99999999", places=6),
    side=st.sampled_from([Side.BUY, Side.SELL]),
    tick=st.sampled_from(["0.1", "0.5", "0.00001", "10", "0.0000000001"]),
)
def test_a_price_is_brought_to_the_nearest_tick_that_costs_no_more(price: Decimal, side: Side, tick: str) -> None:
    """Of a buy down, of a sell up, by less than one tick; and what was changed is said."""
    terms = replace(SPOT, rules=replace(SPOT.rules, tick=D(tick)))
    value, remark = snap_price(price, terms, side)
    assert Fraction(value) % Fraction(tick) == 0
    assert value > 0
    away = Fraction(value) - Fraction(price)
    if value > D(tick):
        assert -Fraction(tick) < (away if side is Side.BUY else -away) <= 0
    assert bool(remark) is (value != price)


@settings(max_examples=40)
@given(
    size=st.decimals("0.00000001", "9999999", places=8),
    price=st.decimals("0.0001", "999999", places=4),
    unit=st.sampled_from(["lots", "base", "quote"]),
    kind=st.sampled_from(["linear", "inverse", "spot"]),
)
def test_a_size_is_brought_down_to_the_lot_exactly(size: Decimal, price: Decimal, unit: Unit, kind: str) -> None:
    """The most whole lots that are worth no more than what was typed, against fractions; also in the other units."""
    terms = {"linear": CROSS, "inverse": futures_terms(INVERSE), "spot": SPOT}[kind]
    if kind == "spot" and unit == "lots":
        with pytest.raises(InvalidRequest):
            snap_size(size, unit, price, terms)
        return
    one = {  # what one lot, or coin, is in the unit that was typed
        ("linear", "base"): Fraction(1, 1000),
        ("linear", "quote"): Fraction(price) / 1000,
        ("inverse", "base"): 1 / Fraction(price),
        ("spot", "quote"): Fraction(price),
    }.get((kind, unit), Fraction(1))
    lot = Fraction(terms.rules.lot)
    value, remark = snap_size(size, unit, price, terms)
    assert Fraction(value) == Fraction(size) / one // lot * lot
    assert bool(remark) is (Fraction(value) * one != Fraction(size))


def test_a_remark_says_what_was_changed() -> None:
    """In the words of the page."""
    assert snap_size(D("250.4"), "lots", None, CROSS) == (D(250), "250.4 was brought down to the lot: 250.")
    assert snap_size(D("0.1"), "lots", None, CROSS).remark == "0.1 lots is less than the smallest step of 1 lots."
    assert snap_size(D(100), "quote", D(70000), CROSS).remark == "100 USDT was brought down to the lot: 1 lots."
    assert snap_price(D("70000.04"), SPOT, Side.BUY).remark == "70,000.04 was brought down to the tick: 70,000.0."
    assert snap_funds(D("5.0000005"), SPOT) == (D(5), "5.0000005 was brought down to the step of 0.000001: 5.000000.")


def test_a_size_in_money_needs_a_price() -> None:
    """It is not guessed."""
    with pytest.raises(InvalidRequest, match="A price is needed"):
        snap_size(D(100), "quote", None, CROSS)


def test_a_size_is_told_in_every_unit() -> None:
    """Lots, coins and quote currency; inverse lots are dollars."""
    assert sizes(D(250), D(70000), CROSS) == (D(250), D("0.250"), D("17500.000"))
    assert sizes(D(700), D(70000), futures_terms(INVERSE)) == (D(700), D("0.01"), D(700))
    assert sizes(D("0.5"), D(70000), SPOT) == (None, D("0.5"), D("35000.0"))
    assert sizes(D(250), None, CROSS) == (D(250), D("0.250"), None)


@pytest.mark.parametrize("text", ["", "abc", "-1", "0", "NaN", "Infinity", "1e999999", "9" * 41, "1.2.3"])
def test_what_is_no_number_is_named(text: str) -> None:
    """Nothing but a number above zero comes through."""
    with pytest.raises(InvalidRequest, match="is no number above 0"):
        typed(text)


def test_commas_and_blanks_between_digits_are_read_over() -> None:
    """As they are written on the page."""
    assert typed(" 1,250.40 ") == D("1250.40")
    assert typed("12,345,678") == D(12345678)


@pytest.mark.parametrize("text", ["0,5", "1,5", "0,500", "12,34", "1234,567", "1.250,40", ",5", "1,250,4"])
def test_a_comma_that_may_be_a_point_is_not_read_over(text: str) -> None:
    """Half a coin never becomes five."""
    with pytest.raises(InvalidRequest, match="is not clear: commas part thousands"):
        typed(text)


@settings(max_examples=40)
@given(
    money=st.decimals("0.01", "9999999", places=6),
    price=st.decimals("1", "999999", places=1),
    fraction=st.sampled_from(["0.1", "0.25", "0.5", "0.75", "1"]),
    side=st.sampled_from(list(Side)),
    purse=st.sampled_from(list(TradeType)),
)
def test_what_a_percent_button_takes_is_there(
    money: Decimal, price: Decimal, fraction: str, side: Side, purse: TradeType
) -> None:
    """Never more than the part of what is available, fees included, and one lot more would be."""
    terms = replace(SPOT, available=dict.fromkeys([(purse, "USDT"), (purse, "BTC")], money))
    size, remark = affordable(D(fraction), terms, side=side, price=price, purse=purse)
    factor = Fraction("1.001") * Fraction(price) if side is Side.BUY else Fraction(1)
    part, lot = Fraction(money) * Fraction(fraction), Fraction(LISTED.base_increment)
    assert Fraction(size) * factor <= part < (Fraction(size) + lot) * factor
    assert bool(remark) is not bool(size)


def test_funds_for_a_market_order_leave_room_for_the_fee() -> None:
    """100 USDT pay for 99.900099."""
    terms = replace(SPOT, available={(TradeType.TRADE, "USDT"): D(100)})
    assert affordable_funds(D(1), terms, TradeType.TRADE) == (D("99.900099"), "")
    assert affordable_funds(D(1), replace(SPOT, available={}), TradeType.TRADE).remark


@settings(max_examples=40)
@given(
    money=st.integers(1, 200_000),
    leverage=st.sampled_from([1, 3, 20, 100]),
    side=st.sampled_from(list(Side)),
    at_market=st.booleans(),
)
def test_what_a_percent_button_opens_on_futures_passes(money: int, leverage: int, side: Side, at_market: bool) -> None:
    """All that is available opens no order of which anything would be said."""
    terms = replace(ISOLATED, available={("futures", "USDT"): D(money)})
    size, remark = affordable(
        D(1), terms, side=side, price=D(70000), purse="futures", leverage=D(leverage), at_market=at_market
    )
    assert bool(remark) is not bool(size)
    if size:
        kind = {"type": OrderType.MARKET, "price": None} if at_market else {}
        assert fields(isolated(side=side, size=Lots(int(size)), leverage=leverage, **kind), terms) == []


def test_a_percent_of_a_position_is_of_its_lots() -> None:
    """Only the side that reduces it has any."""
    terms = replace(CROSS, positions=(held(30),))
    sell = affordable(D("0.25"), terms, side=Side.SELL, price=None, purse="futures", reduce_only=True)
    buy = affordable(D("0.25"), terms, side=Side.BUY, price=None, purse="futures", reduce_only=True)
    assert sell == (D(7), "")
    assert buy == (D(0), f"There is no position on {LINEAR} to reduce.")


def test_what_is_not_known_is_said_and_not_guessed() -> None:
    """No leverage, no balance, no price: no size."""
    for terms, words in (
        (ISOLATED, "The leverage is not known yet."),
        (replace(CROSS, available={}), "What is available in USDT is not known yet."),
    ):
        assert affordable(D(1), terms, side=Side.BUY, price=D(70000), purse="futures") == (D(0), words)


def test_margin_of_an_order_is_that_of_both_ways_and_its_tier() -> None:
    """Initial and maintenance margin, and the fees of opening and closing."""
    terms = replace(CROSS, modes_at=datetime.now(UTC))
    assert margin_needed.share(D(10), D(50_000), terms) == D("0.1") + D("0.004") + D("0.0006") * D("2.1")
    assert margin_needed.share(D(10), D(200_000), terms) == D("0.1") + D("0.025") + D("0.0006") * D("2.1")
    assert margin_needed.room(terms, D(100)) == 100_000
    assert margin_needed.room(terms, D(20)) == 500_000
