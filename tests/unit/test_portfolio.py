"""Portfolio arithmetic: what is counted, what is named, and that the total is the sum of its parts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from kucoin.desk.portfolio import Line, PartKind, Place, Portfolio, Standing, appraise, nothing
from kucoin.desk.prices import Measure, Prices
from kucoin.model.market import Ticker

D = Decimal
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COINS = ("USDT", "BTC", "XBT", "ETH", "SHIB", "OMEGA")


# Last price and change in 24 h; OMEGA has neither.
ROWS = {"BTC": ("87112.4", "812.3"), "ETH": ("3018.11", "-55.2"), "SHIB": ("0.00001234", "0.00000007")}


class Board:
    """The tickers of ROWS."""

    def ticker(self, symbol: str) -> Ticker | None:
        """The pair's ticker."""
        base, quote = symbol.split("-")
        if quote != "USDT" or base not in ROWS:
            return None
        last, change = map(D, ROWS[base])
        return Ticker(symbol, last, None, None, None, change, None, None, None, None, None)


PRICES = Prices(Board(), {})
USDT = Measure(PRICES, "USDT")


def held(
    currency: str, total: str, liability: str = "0", moved: str | None = "0", account: str = "Spot trading"
) -> Line:
    """A line with a tenth of it on hold."""
    amount = D(total)
    moves = D(moved) if moved is not None else None
    return Line(account, currency, amount, amount * 9 / 10, amount / 10, D(liability), moves)


def place(*lines: Line, kind: PartKind = PartKind.SPOT, name: str = "", age: int = 0) -> Place:
    """An account read ``age`` seconds ago."""
    return Place(kind, name, lines, NOW - timedelta(seconds=age))


def worth(*places: Place, measure: Measure = USDT) -> Portfolio:
    """The portfolio of ``places``."""
    return appraise(places, measure, names={"BTC": "Bitcoin"}, prices_at=NOW)


amounts = st.decimals(min_value=D("-1e12"), max_value=D("1e12"), places=12)
owed = st.decimals(min_value=0, max_value=D("1e9"), places=12)
lines = st.builds(
    Line, st.sampled_from(["Spot trading", "Funding"]), st.sampled_from(COINS), amounts, amounts, amounts, owed, amounts
)
accounts = st.lists(
    st.builds(
        Place, st.sampled_from(PartKind), st.text(max_size=3), st.lists(lines, max_size=8).map(tuple), st.just(NOW)
    ),
    min_size=1,
    max_size=8,
)
units = st.sampled_from([USDT, Measure(PRICES, "BTC"), Measure(PRICES, "EUR", D("0.9201357911131719"))])


@given(accounts, units)
def test_the_total_is_the_exact_sum(places: list[Place], measure: Measure) -> None:
    """Parts, holdings and merged holdings add up to one figure, without a rounding anywhere."""
    result = worth(*places, measure=measure)
    with localcontext(prec=300):
        for values in (result.parts, result.holdings, result.merged):
            known = [each.value for each in values if each.value is not None]
            assert sum(known) == (result.total or 0)


@given(accounts, units, st.randoms(use_true_random=False))
def test_the_order_of_accounts_changes_nothing(places: list[Place], measure: Measure, shuffle: random.Random) -> None:
    """The same accounts in another order give the same figures."""
    shuffled = list(places)
    shuffle.shuffle(shuffled)
    one, other = worth(*places, measure=measure), worth(*shuffled, measure=measure)
    assert (one.total, one.change, one.change_ratio) == (other.total, other.change, other.change_ratio)
    assert (one.unpriced, one.merged) == (other.unpriced, other.merged)


@given(owed)
def test_debt_is_subtracted(liability: Decimal) -> None:
    """What is owed lowers the total by its whole value and shows as a liability, not as a smaller balance."""
    rich, indebted = worth(place(held("ETH", "7"))), worth(place(held("ETH", "7", str(liability))))
    assert rich.total is not None
    assert indebted.total == rich.total - liability * D("3018.11")
    assert (indebted.merged[0].total, indebted.merged[0].liability) == (D(7), liability)


def test_a_debt_larger_than_the_balance_is_negative() -> None:
    """A net debt is a negative part, and has no share of a negative total."""
    result = worth(place(held("USDT", "10", "110")))
    assert result.total == D(-100)
    assert (result.parts[0].share, result.change_ratio) == (None, None)


def test_change_is_what_prices_did() -> None:
    """One BTC and one ETH: each change price, and the ratio to what they were worth yesterday."""
    result = worth(place(held("BTC", "1"), held("ETH", "1")))
    assert result.change == D("812.3") - D("55.2")
    assert result.change_ratio == result.change / (D("87112.4") + D("3018.11") - result.change)


def test_change_counts_what_positions_moved() -> None:
    """A wallet that a position brought from 900 to 1,000 USDT gained 100; bitcoin's move comes on top of an XBT one."""
    wallets = place(held("USDT", "1000", moved="100"), held("XBT", "2", moved="0.5"), kind=PartKind.FUTURES)
    result = worth(wallets)
    assert result.change == D(100) + 2 * D("87112.4") - D("1.5") * D("86300.1")


def test_change_leaves_out_what_has_no_past() -> None:
    """An unknown move is neither a zero in the change nor a part of what it is compared with."""
    result = worth(place(held("ETH", "1"), held("BTC", "1", moved=None)))
    assert result.change == D("-55.2")
    assert result.change_ratio == D("-55.2") / D("3073.31")
    assert worth(place(held("BTC", "1", moved=None))).change is None


def test_a_coin_without_a_price_is_named() -> None:
    """It is worth nothing known: no zero, no share, and the total is incomplete."""
    result = worth(place(held("USDT", "50"), held("OMEGA", "1200")), place(held("OMEGA", "1"), kind=PartKind.FUNDING))
    assert (result.total, result.complete, result.unpriced) == (D(50), False, ("OMEGA",))
    assert [(each.value, each.unpriced) for each in result.parts] == [(D(50), ("OMEGA",)), (None, ("OMEGA",))]
    omega = result.merged[-1]
    assert (omega.currency, omega.total, omega.price, omega.value, omega.share) == ("OMEGA", D(1201), None, None, None)


def test_an_account_never_read_leaves_the_total_incomplete() -> None:
    """Its part is unknown, its problem is said, the others stand."""
    unread = Place(PartKind.CROSS, "", None, None, "GET /api/v3/margin/accounts: no answer")
    result = worth(place(held("USDT", "50")), unread)
    assert (result.total, result.complete) == (D(50), False)
    assert (result.parts[1].value, result.parts[1].problem) == (None, unread.problem)
    assert worth(unread).total is None


def test_an_account_read_in_part_leaves_the_total_incomplete() -> None:
    """What could be read counts."""
    partial = Place(PartKind.SUB, "grid-02", (held("USDT", "5"),), NOW, "futures were not read", partial=True)
    assert (worth(partial).total, worth(partial).complete) == (D(5), False)


def test_empty_accounts_are_worth_zero() -> None:
    """Read and empty is a figure; it is complete."""
    result = worth(place())
    assert (result.total, result.change, result.change_ratio, result.complete) == (D(0), D(0), None, True)


def test_merged_holdings_join_accounts_and_spellings() -> None:
    """XBT of futures and BTC of spot are one bitcoin, as old as its older reading; an unsaid amount stays unsaid."""
    futures = Line("Futures XBT", "XBT", D("0.5"), None, None)
    result = worth(place(held("BTC", "1")), place(futures, kind=PartKind.FUTURES, name="XBT", age=30))
    (merged,) = result.merged
    assert (merged.currency, merged.full_name, merged.total, merged.account) == ("BTC", "Bitcoin", D("1.5"), "")
    assert (merged.available, merged.on_hold, merged.share) == (None, None, D(1))
    assert merged.at == result.at == NOW - timedelta(seconds=30)
    assert [each.account for each in result.holdings] == ["Spot trading", "Futures XBT"]


def test_holdings_come_by_value() -> None:
    """The largest first, a debt after every asset, what has no price last."""
    result = worth(place(held("OMEGA", "9"), held("USDT", "0", "5"), held("SHIB", "1"), held("ETH", "1")))
    assert [each.currency for each in result.merged] == ["ETH", "SHIB", "USDT", "OMEGA"]


def test_the_total_is_repeated_in_other_units() -> None:
    """The conversion is what the total would be in that unit; without a rate it is unknown."""
    accounts = [place(held("BTC", "1"), held("USDT", "10"))]
    bitcoin, euro = Measure(PRICES, "BTC"), Measure(PRICES, "EUR")
    result = appraise(accounts, USDT, others=(bitcoin, euro), names={}, prices_at=NOW)
    assert result.conversions == (("BTC", worth(*accounts, measure=bitcoin).total), ("EUR", None))


def test_nothing_says_why() -> None:
    """A portfolio that cannot be shown has no figure at all."""
    result = nothing("EUR", Standing.REFUSED, "the key is unknown")
    assert (result.unit, result.standing, result.reason) == ("EUR", Standing.REFUSED, "the key is unknown")
    assert (result.total, result.complete, result.parts, result.merged) == (None, False, (), ())
