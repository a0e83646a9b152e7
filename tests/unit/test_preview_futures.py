"""Previews of futures orders against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kucoin.desk.margins import Held
from kucoin.desk.preview import CautionKind, Holding, Preview, Rest, Taking, Worst
from kucoin.desk.terms import PriceLimit
from kucoin.model.order import FuturesStop, MarginMode, PositionSide, Side, StopDirection, StopPriceType, TimeInForce
from kucoin.model.position import RiskTier
from kucoin.model.ticket import Bracket
from tests.preview_scene import book, contract, group, inverse, lots, position, see, terms_of

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
BOOK = book("XBTUSDTM", bids="100@99999 100@99998", asks="197@100000 100@100001")
TERMS = terms_of(contract())
LONG = position(100, 90_000)  # 9,000 USDT: margin 905.94, maintenance 51.84


def close(one: Decimal | None, other: str) -> bool:
    """Whether two figures differ in nothing but the last of their digits."""
    return one is not None and abs(one - D(other)) < D("1E-12")


def test_a_market_order_walks_the_book() -> None:
    """197 lots at 100,000 and 53 at 100,001: 25,000.053 USDT, of which 0.06 % are 15.0000318."""
    seen = see(lots(BUY, 250), TERMS, BOOK, group())
    assert seen.fills == ((D(100_000), D(197)), (D(100_001), D(53)))
    assert (seen.filled, seen.rest, seen.rest_is, seen.problem) == (250, 0, None, None)
    assert seen.average == D("100000.212")
    assert (seen.best, seen.slippage, seen.slippage_ratio) == (100_000, D("0.212"), D("0.00000212"))
    assert seen.sizes == (250, D("0.25"), D("25000.053"))
    assert (seen.fee, seen.fee_currency, seen.fee_rate) == (D("15.0000318"), "USDT", D("0.0006"))
    assert (seen.liquidity, seen.cautions, seen.reasons) == (Taking.TAKER, (), {})


def test_an_isolated_position_is_opened_on_its_own_margin() -> None:
    """A tenth of 25,000.053 is margin; liquidated 9.49 % below: 10 % less 0.5 % maintenance and 0.01 % funding.

    2,500.0053 and 16.50003498 for closing go to the position, and 15.0000318 are the fee.
    """
    seen = see(lots(BUY, 250), TERMS, BOOK, group())
    assert (seen.position_before, seen.position_after) == (Holding(0, None), Holding(250, D("100000.212")))
    assert seen.margin == D("2500.0053")
    assert seen.cost == D("2531.50536678")
    assert (seen.available_before, seen.available_after) == (10_000, D("7468.49463322"))
    assert seen.liquidation == D("90510.1918812")
    assert seen.liquidation_before is None
    assert close(seen.distance, "0.094898081188")


def test_the_stop_says_what_can_be_lost() -> None:
    """At 99,000 the lots bring 24,750: 250.053 less than they cost, and fees of 14.85 and 15.0000318."""
    bracket = Bracket(above=None, below=D(99_000), price_type=StopPriceType.MP)
    seen = see(lots(BUY, 250, bracket=bracket), TERMS, BOOK, group())
    assert seen.worst == Worst(D("-279.9030318"), D("-0.02799030318"))
    profit = Bracket(above=D(110_000), below=None, price_type=StopPriceType.MP)
    assert see(lots(BUY, 250, bracket=profit), TERMS, BOOK, group()).worst is None


def test_a_stop_beyond_liquidation_is_told() -> None:
    """It would never be reached."""
    bracket = Bracket(above=None, below=D(90_000), price_type=StopPriceType.MP)
    (note,) = see(lots(BUY, 250, bracket=bracket), TERMS, BOOK, group()).notes
    assert note == "The stop lies beyond the estimated liquidation price, which comes first."


def test_reducing_leaves_entry_and_liquidation_alone() -> None:
    """40 of 100: 399.96 profit and 362.376 of the margin come back, 2.399976 are the fee.

    Liquidation is at (9,000 - 905.94 + 51.84) / 0.1, before and after.
    """
    seen = see(lots(SELL, 40), TERMS, BOOK, group(LONG))
    assert (seen.position_before, seen.position_after) == (Holding(100, D(90_000)), Holding(60, D(90_000)))
    assert seen.liquidation_before == seen.liquidation == 81_459
    assert seen.margin == 0
    assert seen.cost == D("-759.936024")


def test_adding_moves_entry_and_liquidation() -> None:
    """100 more at 100,000: (8,145.9 + 10,000 × 0.9051) / 0.2."""
    seen = see(lots(BUY, 100), TERMS, BOOK, group(LONG))
    assert seen.position_after == Holding(200, D(95_000))
    assert seen.liquidation == D("85984.5")


def test_more_than_there_is_turns_the_position() -> None:
    """The first 100 close, the last 50 open a short of 4,999.90: it gets the funding, and ends 9.5 % above."""
    seen = see(lots(SELL, 150), TERMS, BOOK, group(LONG))
    assert seen.position_after == Holding(-50, D(99_998))
    assert seen.margin == D("499.99")
    assert seen.liquidation == D("99998") * D("1.095")
    assert seen.notes == ("It closes 100 and opens 50 the other way.",)


def test_closing_all_leaves_nothing_to_liquidate() -> None:
    """By the close order, which knows side and size itself."""
    seen = see(lots(None, None, close_order=True), TERMS, BOOK, group(LONG))
    assert (seen.filled, seen.average, seen.position_after) == (100, 99_999, Holding(0, None))
    assert (seen.liquidation, seen.distance, seen.reasons) == (None, None, {})
    assert see(lots(None, None, close_order=True), TERMS, BOOK, group()).problem == "There is no position to close."


def test_an_order_that_only_reduces_is_cut() -> None:
    """150 of which 100 are there to close; the wrong way it is nothing at all."""
    seen = see(lots(SELL, 150, reduce_only=True), TERMS, BOOK, group(LONG))
    assert (seen.sizes.lots, seen.filled, seen.position_after) == (100, 100, Holding(0, None))
    assert seen.notes == ("It may only close: 50 of 150 are more than there is to close.",)
    wrong = see(lots(BUY, 50, reduce_only=True), TERMS, BOOK, group(LONG))
    assert wrong.problem == "There is no position that this order would close."


def test_a_hedge_has_a_position_for_each_side() -> None:
    """Selling the long closes it and never turns it; selling short leaves it alone."""
    both = group(replace(LONG, position_side="LONG"), replace(position(-20, 110_000), position_side="SHORT"))
    closing = see(lots(SELL, 150, position_side=PositionSide.LONG), TERMS, BOOK, both)
    assert (closing.filled, closing.position_after) == (100, Holding(0, None))
    adding = see(lots(SELL, 20, position_side=PositionSide.SHORT), TERMS, BOOK, both)
    assert adding.position_after == Holding(-40, D("104999.5"))


def test_cross_stands_on_the_account() -> None:
    """1 coin at 100,010 with a mark of 100,000: 10,000 less 10 and a fee of 60.006; it must keep 0.56 %."""
    view = book("XBTUSDTM", asks="5000@100010")
    terms = terms_of(contract(), leverage=D(20))
    seen = see(lots(BUY, 1000, margin_mode=MarginMode.CROSS), terms, view, group())
    assert seen.liquidation is not None
    assert abs(seen.liquidation - (D(100_000) - D("9929.994")) / D("0.9944")) < D("1E-20")
    assert seen.margin == D("5000.5")
    assert seen.cost == D("10") + D("60.006") + D(5_000)


def test_other_cross_positions_stand_on_the_same_account() -> None:
    """Another one keeps 0.56 % of 10,000; by the exchange's risk ratio all keep twice of what the rates say."""
    other = contract(symbol="ETHUSDTM", multiplier=D("0.01"), mark_price=D(5_000))
    held = replace(
        position(200, 50_000),
        symbol="ETHUSDTM",
        margin_mode="CROSS",
        mark_price=D(5_000),
        unrealised_pnl=D(0),
        pos_maint=None,
    )
    both = replace(group(), held=(Held(held, other, None),), stretched=D(2))
    view = book("XBTUSDTM", asks="5000@100000")
    seen = see(lots(BUY, 1000, margin_mode=MarginMode.CROSS), TERMS, view, both)
    assert seen.liquidation is not None
    assert abs(seen.liquidation - (D(100_000) - D(9_940) + 112) / D("0.9888")) < D("1E-20")


def test_the_rate_of_the_tier_it_grows_into_counts() -> None:
    """Beyond 50,000 USDT a hundredth must be kept."""
    tiers = tuple(
        RiskTier("XBTUSDTM", level, D(0), D(most), D(10), D("0.1"), D(rate))
        for level, most, rate in ((1, 50_000, "0.005"), (2, 500_000, "0.01"))
    )
    view = book("XBTUSDTM", asks="5000@100000")
    terms = terms_of(contract(), tiers=tiers)
    seen = see(lots(BUY, 1000, margin_mode=MarginMode.CROSS), terms, view, group())
    assert seen.liquidation is not None
    assert abs(seen.liquidation - (D(100_000) - D(9_940)) / D("0.9894")) < D("1E-20")
    isolated = see(lots(BUY, 1000), terms, view, group())
    assert isolated.liquidation == D(100_000) * D("0.9101")


def test_a_dollar_a_lot_is_counted_in_coins() -> None:
    """5,000 lots at 100,000 and 5,000 at 80,000 are 0.1125 coins: 88,888.9 on average."""
    view = book("XBTUSDM", bids="5000@100000 5000@80000")
    seen = see(lots(SELL, 10_000, symbol="XBTUSDM"), terms_of(inverse()), view, group(of=inverse()))
    assert seen.average is not None
    assert abs(seen.average - D(800_000) / 9) < D("1E-15")
    assert (seen.fee, seen.fee_currency, seen.margin) == (D("0.0000675"), "XBT", D("0.01125"))
    assert seen.liquidation is not None
    assert abs(seen.liquidation - 10_000 / (D("0.1125") * D("0.905"))) < D("1E-15")


def test_what_rests_is_a_maker() -> None:
    """197 at 100,000 are taken at 0.06 %, 53 rest at 100,000.5 at 0.02 %; position and money are those after both."""
    seen = see(lots(BUY, 250, "100000.5"), TERMS, BOOK, group())
    assert (seen.filled, seen.rest, seen.rest_is, seen.liquidity) == (197, 53, Rest.RESTS, Taking.BOTH)
    assert seen.average == 100_000
    assert seen.fee == D("11.82") + D("5300.0265") * D("0.0002")
    assert seen.position_after == Holding(250, D("100000.106"))


def test_nothing_fills_below_the_best_price() -> None:
    """It rests whole; there is no average, and the reason is told."""
    seen = see(lots(BUY, 250, "99000"), TERMS, BOOK, group())
    assert (seen.filled, seen.rest, seen.average, seen.fee_rate) == (0, 250, None, D("0.0002"))
    assert seen.reasons["average"] == "Nothing fills at once."
    assert seen.position_after == Holding(250, D(99_000))


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"post_only": True}, "Post-only: it would trade at once with 100,000, so the exchange would cancel it."),
        ({"post_only": False}, None),
    ],
)
def test_an_order_for_makers_only_is_not_matched(terms: dict[str, bool], problem: str | None) -> None:
    """The exchange cancels it instead."""
    seen = see(lots(BUY, 250, "100000", **terms), TERMS, BOOK, group())
    assert seen.problem == problem
    assert (seen.position_after is None) is (problem is not None)


def test_what_is_immediate_is_cancelled_else() -> None:
    """53 of 250 beyond the price; all of it below the best price."""
    part = see(lots(BUY, 250, "100000", time_in_force=TimeInForce.IOC), TERMS, BOOK, group())
    assert (part.filled, part.rest, part.rest_is, part.liquidity) == (197, 53, Rest.CANCELLED, Taking.TAKER)
    assert part.position_after == Holding(197, D(100_000))
    none = see(lots(BUY, 250, "99000", time_in_force=TimeInForce.IOC), TERMS, BOOK, group())
    assert none.problem == "Nothing would fill at 99,000 or better: the best price is 100,000."


def test_a_stop_meets_the_book_at_its_price() -> None:
    """The same book moved to 110,000: 197 there and 53 a dollar above; what was a stop pays as a taker."""
    stop = FuturesStop(direction=StopDirection.UP, price=D(110_000), price_type=StopPriceType.MP)
    seen = see(lots(BUY, 250, stop=stop), TERMS, BOOK, group())
    assert seen.fills == ((D(110_000), D(197)), (D(110_001), D(53)))
    assert seen.notes == ("As if it were triggered at 110,000.0, with a book as deep as the present one.",)
    rests = see(lots(BUY, 250, "110000", stop=stop), TERMS, BOOK, group())
    assert (rests.rest, rests.liquidity, rests.fee) == (53, Taking.TAKER, D("27500") * D("0.0006"))


def test_a_waiting_order_needs_no_position_yet() -> None:
    """It is no problem, and is told; one that closes whatever there is needs something."""
    stop = FuturesStop(direction=StopDirection.UP, price=D(110_000), price_type=StopPriceType.MP)
    seen = see(lots(BUY, 250, reduce_only=True, stop=stop), TERMS, BOOK, group())
    assert seen.problem is None
    assert seen.notes == ("There is no position that this order would close.",)
    closing = see(lots(None, None, close_order=True, stop=stop), TERMS, BOOK, group())
    assert closing.problem == "There is no position to close."


def test_a_market_order_ends_where_the_exchange_ends_it() -> None:
    """No price above 100,000 is allowed: the rest is cancelled, and that needs a tick."""
    terms = terms_of(contract(), price_limit=PriceLimit(D(100_000), D(90_000)))
    seen = see(lots(BUY, 250), terms, BOOK, group())
    assert (seen.filled, seen.rest, seen.rest_is) == (197, 53, Rest.CANCELLED)
    assert [each.kind for each in seen.cautions] == [CautionKind.THIN]


def _unknown(seen: Preview, *names: str) -> None:
    for name in names:
        assert getattr(seen, name) is None, name
        assert seen.reasons[name], name


def test_what_is_not_known_is_said() -> None:
    """No leverage, no fee rate, no account, no book: each figure that hangs on it is none, and why."""
    _unknown(see(lots(BUY, 1), terms_of(contract(), leverage=None), BOOK, group()), "margin", "liquidation", "cost")
    _unknown(see(lots(BUY, 1), terms_of(contract(), fee=None), BOOK, group()), "fee", "cost", "liquidation")
    _unknown(see(lots(BUY, 1), TERMS, BOOK, None), "position_before", "position_after", "liquidation", "margin")
    _unknown(see(lots(BUY, 1), TERMS, None, group()), "average", "fee", "cost", "position_after")
    _unknown(
        see(lots(BUY, 1), terms_of(contract(), available={}), BOOK, group()), "available_before", "available_after"
    )


def test_money_that_is_missing_is_told_in_full() -> None:
    """2,531.50536678 are needed of 2,500."""
    terms = terms_of(contract(), available={("futures", "USDT"): D(2_500)})
    seen = see(lots(BUY, 250), terms, BOOK, group())
    assert seen.available_after is None
    assert seen.reasons["available_after"] == "31.50536678 USDT are missing."
