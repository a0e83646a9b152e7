"""What an order comes to and which limit it would pass: each at its edge, and one increment to either side."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.limits import (
    Measured,
    Priced,
    Used,
    first_passed,
    measured,
    passed_by_leverage,
    reduces,
    require_sound,
    total,
    worded,
)
from kucoin.errors import InvalidRequest
from kucoin.model.limits import Limits
from kucoin.model.order import FuturesStop, Lots, OrderType, PositionSide, Side, StopDirection, StopPriceType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, OcoTerms, SpotTrigger
from tests.push_scene import INVERSE, LINEAR, PAIR
from tests.ticket_scene import futures_terms, spot_terms
from tests.trading_rig import futures, spot

D = Decimal
NONE = Used(D(0), D(0), D(0), D(0))


def order(**changes: Any) -> Measured:
    """An order worth 100 USDT at 5×, a tenth away from the mark."""
    usual: dict[str, Any] = {"symbol": LINEAR, "worth": D(100), "leverage": D(5), "orders": 1}
    return Measured(**{"prices": (Priced(D("77"), D("70"), "mark price"),), **usual, **changes})


def refused(limits: Limits, wish: Measured | None = None, used: Used = NONE) -> tuple[str, str] | None:
    """The limit that is passed and what is said of it, None where none is."""
    found = first_passed(limits, wish or order(), used)
    return None if found is None else (found.limit, str(found))


# The limit, what it is set to, the most that fits beside it, one increment more, and what is said then.
EDGES: dict[str, tuple[Limits, dict[str, Any], dict[str, Any], str]] = {
    "order_value": (
        Limits(order_value=D(12400)),
        {"wish": order(worth=D(12400))},
        {"wish": order(worth=D("12400.00000001"))},
        f"{LINEAR}: 12,400.00000001 USDT is more than 12,400 for one order (order value).",
    ),
    "daily_value": (
        Limits(daily_value=D(1000)),
        {"used": NONE._replace(daily_value=D(900))},
        {"used": NONE._replace(daily_value=D("900.00000001"))},
        f"{LINEAR}: with this one 1,000.00000001 USDT in one day are more than 1,000 (daily value).",
    ),
    "leverage": (
        Limits(leverage=D(5)),
        {},
        {"wish": order(leverage=D("5.01"))},
        f"{LINEAR}: 5.01x is more than 5x (leverage).",
    ),
    "open_orders": (
        Limits(open_orders=10),
        {"used": NONE._replace(open_orders=D(9))},
        {"used": NONE._replace(open_orders=D(10))},
        f"{LINEAR}: with this one 11 open orders are more than 10 (open orders).",
    ),
    "price_distance": (
        Limits(price_distance=D("0.1")),
        {"wish": order(prices=(Priced(D(77), D(70), "mark price"), Priced(D(63), D(70), "mark price")))},
        {"wish": order(prices=(Priced(D(77), D(70), "mark price"), Priced(D("62.9"), D(70), "mark price")))},
        f"{LINEAR}: 62.9 is more than 10 % away from the mark price 70 (price distance).",
    ),
    "orders_per_minute": (
        Limits(orders_per_minute=20),
        {"used": NONE._replace(orders_per_minute=D(19))},
        {"used": NONE._replace(orders_per_minute=D(20))},
        f"{LINEAR}: with this one 21 orders within 60 s are more than 20 (orders per minute).",
    ),
    "daily_loss": (
        Limits(daily_loss=D(500)),
        {"used": NONE._replace(daily_loss=D("499.99999999"))},
        {"used": NONE._replace(daily_loss=D(500))},
        f"{LINEAR}: 500 USDT are lost today, of 500 that may be (daily loss).",
    ),
    "symbols": (
        Limits(symbols=(PAIR, LINEAR)),
        {},
        {"wish": order(symbol="DOGE-USDT")},
        "DOGE-USDT is none of the symbols that may be traded (allowed symbols).",
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_a_limit_is_reached_and_never_passed(name: str) -> None:
    """What fits to the last digit passes; the smallest step more is refused, by that limit and with both figures."""
    limits, fits, passes, words = EDGES[name]
    assert refused(limits, **fits) is None
    assert refused(limits, **passes) == (name, words)
    assert refused(Limits(), **passes) is None


UNKNOWN: dict[str, tuple[Limits, dict[str, Any]]] = {
    "order_value": (Limits(order_value=D(1)), {"wish": order(worth="why")}),
    "daily_value": (Limits(daily_value=D(1)), {"wish": order(worth="why")}),
    "daily_value by now": (Limits(daily_value=D(10**6)), {"used": NONE._replace(daily_value="why")}),
    "leverage": (Limits(leverage=D(1)), {"wish": order(leverage="why")}),
    "open_orders": (Limits(open_orders=100), {"used": NONE._replace(open_orders="why")}),
    "price_distance": (Limits(price_distance=D(1)), {"wish": order(prices=(Priced(D(1), "why", "mark price"),))}),
    "daily_loss": (Limits(daily_loss=D(1)), {"used": NONE._replace(daily_loss="why")}),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_a_limit_needs_and_nobody_knows_refuses(name: str) -> None:
    """The refusal names the reason and the limit; without that limit nobody asks."""
    limits, given = UNKNOWN[name]
    found = refused(limits, **given)
    assert found is not None
    assert found[0] == name.partition(" ")[0]
    assert found[1].startswith(f"{LINEAR}: why, and a limit needs it (")
    assert refused(Limits(), **given) is None


NEAR = D("70000.1")
BUY, SELL = {"side": Side.BUY}, {"side": Side.SELL}
MARKET: dict[str, Any] = {"type": OrderType.MARKET, "price": None}
# What a ticket is worth at a last and mark price of 70,000.1, best prices of 70,000 and 70,000.2.
WORTHS: dict[str, tuple[Any, Decimal]] = {
    "a buy at its limit": (spot(price=D(60000), size=D("0.5")), D(30000)),
    "a sell below the market": (spot(**SELL, price=D(1), size=D("0.5")), D("35000.05")),
    "a sell above the market": (spot(**SELL, price=D(80000), size=D("0.5")), D(40000)),
    "a market buy": (spot(**MARKET, size=D("0.5")), D("35000.1")),
    "a market sell": (spot(**MARKET, **SELL, size=D("0.5")), D("35000.05")),
    "a market buy for funds": (spot(**MARKET, size=None, funds=D("12.34")), D("12.34")),
    "a waiting market buy": (
        spot(**MARKET, size=D("0.5"), trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D(90000))),
        D(45000),
    ),
    "a waiting sell": (
        spot(**SELL, price=D(59000), size=D("0.5"), trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(60000))),
        D(30000),
    ),
    "a pair": (
        spot(**SELL, price=D(80000), size=D("0.5"), oco=OcoTerms(stop_price=D(60000), limit_price=D(59000))),
        D(40000),
    ),
}


@pytest.mark.parametrize("name", WORTHS)
def test_an_order_is_worth_the_most_that_it_may_become(name: str) -> None:
    """A buy its limit, everything else the dearest price at which it may trade."""
    ticket, worth = WORTHS[name]
    assert measured(ticket, spot_terms(), NEAR, D(1)).worth == worth
    assert measured(ticket, spot_terms(), NEAR, D("0.5")).worth == worth / 2


def test_lots_are_worth_what_the_contract_says() -> None:
    """A linear lot its coins at the price, an inverse one a unit of quote currency at whatever price."""
    linear = futures_terms()
    coins = linear.rules.coins
    assert coins is not None
    assert measured(futures(size=Lots(3), price=D(60000)), linear, NEAR, D(1)).worth == 3 * coins * 60000
    inverse = futures_terms(INVERSE)
    assert measured(futures(symbol=INVERSE, size=Lots(3)), inverse, "why", D("1.001")).worth == D("3.003")


def test_what_is_not_known_is_said_and_never_taken_for_nothing() -> None:
    """Neither a price, nor a rate, nor a leverage; a buy with a limit needs no price of the market."""
    terms = futures_terms(leverage=None)
    found = measured(futures(**MARKET, leverage=None), terms, "its mark price is not known", D(1))
    assert (found.worth, found.leverage) == ("its mark price is not known", "the leverage is not known")
    assert measured(futures(), terms, NEAR, "no rate").worth == "no rate"
    assert isinstance(measured(spot(), spot_terms(), "its last price is not known", D(1)).worth, Decimal)


def test_prices_are_held_to_what_they_stand_beside() -> None:
    """A limit to the market, a waiting order's to its trigger, both of a pair's; a market order has none."""
    near = measured(spot(price=D(60000)), spot_terms(), NEAR, D(1)).prices
    assert near == (Priced(D(60000), NEAR, "last price"),)
    stop = FuturesStop(direction=StopDirection.UP, price=D(80000), price_type=StopPriceType.MP)
    assert measured(futures(price=D(60000), stop=stop), futures_terms(), NEAR, D(1)).prices[0].anchor == D(80000)
    pair = spot(**SELL, price=D(80000), oco=OcoTerms(stop_price=D(60000), limit_price=D(59000)))
    assert [each.anchor for each in measured(pair, spot_terms(), NEAR, D(1)).prices] == [NEAR, D(60000)]
    assert measured(spot(**MARKET), spot_terms(), NEAR, D(1)).prices == ()


def test_each_order_that_may_stand_in_the_market_counts() -> None:
    """Two of a pair, and those that a bracket leaves behind."""
    bracket = Bracket(above=D(80000), below=D(60000), price_type=StopPriceType.MP)
    tickets = [spot(), spot(oco=OcoTerms(stop_price=D(6), limit_price=D(5))), futures(), futures(bracket=bracket)]
    terms = (spot_terms(), spot_terms(), futures_terms(), futures_terms())
    found = [measured(each, of, NEAR, D(1)).orders for each, of in zip(tickets, terms, strict=True)]
    assert found == [1, 2, 1, 3]


def test_only_what_the_exchange_holds_to_a_position_reduces() -> None:
    """Reduce-only and close orders; never a spot order, nor one that leaves orders behind."""
    bracket = Bracket(above=D(80000), below=None, price_type=StopPriceType.MP)
    assert reduces(futures(reduce_only=True))
    assert reduces(futures(close_order=True, side=None, size=None))
    assert not reduces(futures())
    assert not reduces(futures(reduce_only=True, bracket=bracket))
    assert not reduces(spot(**SELL))


@pytest.mark.parametrize(
    ("position_side", "side", "only"),
    [
        (PositionSide.LONG, Side.SELL, True),
        (PositionSide.SHORT, Side.BUY, True),
        (PositionSide.LONG, Side.BUY, False),
        (PositionSide.SHORT, Side.SELL, False),
    ],
)
def test_in_hedge_mode_what_goes_with_its_side_opens(position_side: PositionSide, side: Side, only: bool) -> None:
    """Whatever else such an order says, nothing but the limits may let it pass."""
    assert reduces(futures(position_side=position_side, side=side, reduce_only=True)) is only


def test_a_leverage_is_held_to_its_limit() -> None:
    """Also where no order is placed."""
    assert passed_by_leverage(Limits(leverage=D(5)), LINEAR, D(5)) is None
    assert passed_by_leverage(Limits(leverage=D(5)), LINEAR, D("5.1")) is not None
    assert passed_by_leverage(Limits(), LINEAR, D(100)) is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(order_value=D(-1)), "order value -1 is not from 0 to"),
        (Limits(daily_loss=D("NaN")), "daily loss Decimal('NaN') is no number"),
        (Limits(leverage=D(10) ** 16), "leverage 10000000000000000 is not from 0 to 1,000,000,000,000,000"),
        (Limits(open_orders=2.5), "open orders 2.5 is no whole number"),  # type: ignore[arg-type]  # a caller's slip
        (Limits(orders_per_minute=True), "orders per minute True is no whole number"),
        (Limits(order_value=5), "order value 5 is no number"),  # type: ignore[arg-type]  # likewise
        (Limits(symbols=("BTC-USDT", " ")), "are no symbols"),
    ],
)
def test_what_is_no_limit_is_refused(limits: Limits, words: str) -> None:
    """Before it is written anywhere."""
    with pytest.raises(InvalidRequest, match=re.escape(words)):
        require_sound(limits)


def test_nought_is_a_limit_and_none_is_not() -> None:
    """Nothing may be risked at all, or everything."""
    require_sound(Limits(order_value=D(0), open_orders=0, symbols=("BTC-USDT",)))
    assert refused(Limits(order_value=D(0))) is not None
    assert refused(Limits(order_value=None)) is None


def test_sums_are_exact_and_end_at_what_is_not_known() -> None:
    """Also of figures that no machine number holds."""
    assert total([D(10) ** 18, D("1E-18")]) == D("1000000000000000000.000000000000000001")
    assert total([D(1), "why", "other"]) == "why"


def test_limits_are_told_in_words() -> None:
    """Those that are set."""
    limits = Limits(order_value=D(1000), open_orders=5, symbols=("BTC-USDT",))
    assert worded(limits) == "order value 1,000, open orders 5, allowed symbols BTC-USDT"
