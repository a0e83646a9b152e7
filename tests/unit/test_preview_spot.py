"""Previews of spot and margin orders against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kucoin.desk.preview import Preview, Rest, Taking
from kucoin.desk.terms import Terms
from kucoin.model.order import Side, TimeInForce, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import OcoTerms, SpotTrigger
from tests.preview_scene import book, coins, pair, see, terms_of

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
BOOK = book("BTC-USDT", bids="0.5@59990 0.5@59980", asks="0.5@60000 0.5@60010")
SPOT, CROSS = TradeType.TRADE, TradeType.MARGIN_TRADE


def terms(**more: object) -> Terms:
    """100,000 USDT and a coin on spot, 10,000 USDT on cross margin."""
    free = {(SPOT, "USDT"): D(100_000), (SPOT, "BTC"): D(1), (CROSS, "USDT"): D(10_000)}
    return terms_of(pair(), **{"available": free} | more)


def test_a_market_buy_walks_the_asks() -> None:
    """0.5 at 60,000 and 0.1 at 60,010 are 36,001 USDT, and a fee of a thousandth on top."""
    seen = see(coins(BUY, "0.6"), terms(), BOOK)
    assert seen.fills == ((D(60_000), D("0.5")), (D(60_010), D("0.1")))
    assert seen.average == D(36_001) / D("0.6")
    assert seen.slippage == D(36_001) / D("0.6") - 60_000
    assert (seen.fee, seen.fee_currency, seen.liquidity) == (D("36.001"), "USDT", Taking.TAKER)
    assert (seen.cost, seen.cost_currency) == (D("36037.001"), "USDT")
    assert (seen.gets, seen.gets_currency) == (D("0.6"), "BTC")
    assert (seen.available_before, seen.available_after) == (100_000, D("63962.999"))
    assert seen.sizes == (None, D("0.6"), D("0.6") * (D(36_001) / D("0.6")))
    assert (seen.borrow, seen.margin, seen.problem, seen.cautions) == (None, None, None, ())


def test_a_sell_pays_its_fee_of_what_comes_in() -> None:
    """0.5 at 59,990 and 0.1 at 59,980: 35,993 less 35.993."""
    seen = see(coins(SELL, "0.6"), terms(), BOOK)
    assert seen.slippage == 59_990 - D(35_993) / D("0.6")
    assert (seen.cost, seen.cost_currency) == (D("0.6"), "BTC")
    assert (seen.gets, seen.gets_currency) == (D("35957.007"), "USDT")
    assert seen.available_after == D("0.4")


def test_a_fee_in_coins_is_taken_of_the_coins() -> None:
    """A buy of 0.6 brings 0.5994."""
    of = terms_of(pair(fee_currency="BTC"), available={(SPOT, "USDT"): D(100_000)})
    seen = see(coins(BUY, "0.6"), of, BOOK)
    assert (seen.fee, seen.fee_currency) == (D("0.0006"), "BTC")
    assert (seen.cost, seen.gets) == (36_001, D("0.5994"))


def test_funds_buy_whole_steps() -> None:
    """36,000 USDT: 0.5 at 60,000, and of the 6,000 left 0.0999 at 60,010."""
    seen = see(coins(BUY, None, funds=D(36_000)), terms(), BOOK)
    assert (seen.filled, seen.rest, seen.rest_is) == (D("0.5999"), 0, None)
    assert seen.cost == D("35994.999") * D("1.001")
    selling = see(coins(SELL, None, funds=D(36_000)), terms(), BOOK)
    assert selling.filled == D("0.6002")  # 6,005 USDT are missing after 0.5 coins: 0.1002 at 59,980


def test_what_rests_pays_the_makers_rate() -> None:
    """0.5 at once, 0.1 at 60,005 later."""
    seen = see(coins(BUY, "0.6", "60005"), terms(), BOOK)
    assert (seen.filled, seen.rest, seen.rest_is, seen.liquidity) == (D("0.5"), D("0.1"), Rest.RESTS, Taking.BOTH)
    assert seen.fee == 30 + D("6000.5") * D("0.0008")
    assert seen.cost == D("36000.5") + 30 + D("6000.5") * D("0.0008")


def test_all_or_nothing_is_nothing_where_it_is_too_much() -> None:
    """0.5 are there of 0.6 at 60,005; at 60,010 it is filled."""
    seen = see(coins(BUY, "0.6", "60005", time_in_force=TimeInForce.FOK), terms(), BOOK)
    assert seen.problem == "Fill or kill: only 0.5 of 0.6 are there at 60,005 or better."
    assert (seen.fills, seen.rest, seen.cost) == ((), D("0.6"), None)
    assert see(coins(BUY, "0.6", "60010", time_in_force=TimeInForce.FOK), terms(), BOOK).problem is None


def test_what_is_missing_would_be_borrowed() -> None:
    """A limit order for 36,006 USDT freezes that and the dearer fee; it then pays 36,001 and 36.001."""
    ticket = coins(BUY, "0.6", "60010", trade_type=CROSS, auto_borrow=True)
    seen = see(ticket, terms(), BOOK)
    assert seen.borrow == D("26042.006")
    assert seen.available_after == 10_000 + D("26042.006") - D("36037.001")
    assert seen.notes == ("KuCoin rounds what is borrowed up to the step that it lends in.",)
    assert see(coins(BUY, "0.1", trade_type=CROSS, auto_borrow=True), terms(), BOOK).borrow == 0
    own = see(coins(BUY, "0.6", trade_type=CROSS), terms(), BOOK)
    assert (own.borrow, own.available_after) == (None, None)
    assert own.reasons["available_after"] == "26,037.001 USDT are missing."


def test_a_stop_meets_the_book_at_its_price() -> None:
    """Bids moved to 59,000: 0.5 there, 0.1 ten dollars below."""
    ticket = coins(SELL, "0.6", trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(59_000)))
    seen = see(ticket, terms(), BOOK)
    assert seen.fills == ((D(59_000), D("0.5")), (D(58_990), D("0.1")))
    assert seen.notes == ("As if it were triggered at 59,000.0, with a book as deep as the present one.",)


def test_of_a_pair_of_orders_the_limit_is_previewed() -> None:
    """It rests; what the stop would do instead is told in words."""
    ticket = coins(SELL, "0.5", "65000", oco=OcoTerms(stop_price=D(55_000), limit_price=D(54_900)))
    seen = see(ticket, terms(), BOOK)
    assert (seen.fills, seen.rest, seen.rest_is, seen.gets) == ((), D("0.5"), Rest.RESTS, D(32_500) * D("0.9992"))
    assert seen.notes == (
        "If 55,000.0 comes first, it sells at 54,900.0 or better instead, for about 27,450.00 USDT before fees.",
    )


def test_a_market_order_ends_where_the_pair_ends_it() -> None:
    """A tenth of a per mille beyond the best price is 60,006: 0.1 of 0.6 is cancelled."""
    of = replace(terms(), pair=pair(price_limit_rate=D("0.0001")))
    seen = see(coins(BUY, "0.6"), of, BOOK)
    assert (seen.filled, seen.rest, seen.rest_is) == (D("0.5"), D("0.1"), Rest.CANCELLED)
    assert seen.cautions[0].text == (
        "0.5000 of 0.6000 fill before the price leaves what the exchange allows: the rest would be cancelled."
    )


def _unknown(seen: Preview, *names: str) -> None:
    for name in names:
        assert getattr(seen, name) is None, name
        assert seen.reasons[name], name


def test_what_is_not_known_is_said() -> None:
    """No fee rate, no balance, no book: each figure that hangs on it is none, and why."""
    _unknown(see(coins(BUY, "0.6"), terms(fee=None), BOOK), "fee", "cost")
    _unknown(see(coins(BUY, "0.6"), terms(available={}), BOOK), "available_before", "available_after")
    _unknown(see(coins(BUY, "0.6"), terms(), None), "average", "fee", "cost", "gets", "available_after")
    empty = see(coins(BUY, "0.6"), terms(), book("BTC-USDT", bids="1@59990"))
    assert empty.problem == "Nobody is there to trade with: the book has no asks."


def test_a_limit_order_without_a_book_is_taken_to_rest() -> None:
    """Its own price bounds what it costs; that this is assumed is told."""
    seen = see(coins(BUY, "0.6", "60000"), terms(), None)
    assert (seen.rest, seen.rest_is, seen.cost) == (D("0.6"), Rest.RESTS, D(36_000) * D("1.0008"))
    assert seen.notes == ("The order book is not known: as if all of it rested and filled at its own price.",)
