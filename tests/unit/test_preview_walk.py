"""How far an order reaches into a book."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kucoin.book.book import BookView
from kucoin.decimals import ZERO
from kucoin.desk.preview import Rest
from kucoin.desk.preview_walk import Plan, Reach, reach, split
from kucoin.model.feed import Level
from kucoin.model.order import Side

D = Decimal
LOT = D("0.01")
sizes = st.integers(1, 500).map(lambda steps: steps * LOT)
books = st.dictionaries(st.integers(1, 300), sizes, max_size=12)
sides = st.sampled_from(list(Side))


def _reach(side: Side, levels: dict[int, Decimal], **more: object) -> Reach:
    ordered = tuple((D(price), levels[price]) for price in sorted(levels, reverse=side is Side.SELL))
    both: dict[str, tuple[Level, ...]] = {"bids": (), "asks": (), ("asks" if side is Side.BUY else "bids"): ordered}
    known: dict[str, object] = {"price": None, "size": None, "funds": None}
    plan = Plan(side=side, lot=LOT, **known | more)  # type: ignore[arg-type]  # the test's own words
    return reach(plan, BookView("BTC-USDT", both["bids"], both["asks"], None, 1, 0))


def _best_first(found: Reach, side: Side) -> bool:
    prices = [price for price, _ in found.fills]
    return prices == sorted(prices, reverse=side is Side.SELL)


@given(sides, books, sizes, st.none() | st.integers(1, 300))
def test_nothing_is_made_up_and_nothing_is_lost(
    side: Side, levels: dict[int, Decimal], size: Decimal, price: int | None
) -> None:
    """What fills and what does not are what was asked for, at prices it may have, the best ones first."""
    found = _reach(side, levels, size=size, price=None if price is None else D(price))
    assert found.filled + found.rest == size
    assert found.filled == sum((part for _, part in found.fills), ZERO)
    assert all(part <= levels[int(at)] for at, part in found.fills)
    assert _best_first(found, side)
    fits = [at for at in levels if price is None or (at <= price if side is Side.BUY else at >= price)]
    assert found.filled == min(size, sum((levels[at] for at in fits), ZERO))
    assert (found.rest_is is Rest.RESTS) is (price is not None and found.rest > 0)


@given(sides, books, st.integers(1, 10_000))
def test_funds_are_spent_to_the_last_step(side: Side, levels: dict[int, Decimal], funds: int) -> None:
    """A buy leaves less than a step's price; a sell brings them, and with one step less it would not."""
    found = _reach(side, levels, funds=D(funds))
    worth = sum((price * size for price, size in found.fills), ZERO)
    assert _best_first(found, side)
    there = sum((price * size for price, size in levels.items()), ZERO)
    if not found.fills:
        assert not levels or min(levels) * LOT > funds
    elif side is Side.BUY:
        worst = found.fills[-1][0]
        assert worth <= funds
        assert worth == there or funds - worth < max(levels) * LOT
        assert found.rest * worst <= funds - worth
    elif there >= funds:
        assert funds <= worth < funds + found.fills[-1][0] * LOT
    else:
        assert worth == there


@given(st.lists(st.tuples(st.integers(1, 300).map(D), sizes), max_size=8), sizes | st.just(ZERO))
def test_what_closes_comes_first(fills: list[Level], closable: Decimal) -> None:
    """Both parts together are the fills, and the first is as large as it may be."""
    closing, opening = split(fills, closable)
    total = sum((size for _, size in fills), ZERO)
    assert sum((size for _, size in closing), ZERO) == min(total, closable)
    worth = sum((price * size for price, size in fills), ZERO)
    assert sum((price * size for price, size in [*closing, *opening]), ZERO) == worth
    assert all(size > 0 for _, size in [*closing, *opening])
