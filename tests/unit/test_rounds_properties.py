"""Whatever is done on the practice engine, the ledger says what the engine did, exactly; what it lacks is named."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kucoin.desk.pnl import PnlBook
from kucoin.desk.rounds import Closed
from kucoin.model.order import FuturesFill, PositionSide
from tests.ledger_facts import DAY, INVERSE, LINEAR, D, ended, fill, paid
from tests.ledger_play import PLAYERS, Act, Play, acts
from tests.ledger_world import Told, book_of, check

ZERO = D(0)
_chance = st.randoms(use_true_random=False)


def _played(done: list[Act], **more: int) -> Play:
    play = Play(**more)
    for act in done:
        play.do(act)
    return play


def _rows(book: PnlBook) -> dict[str, Closed]:
    """The closed positions by the exchange's number."""
    reports = [book.report(currency=currency) for currency in book.currencies()]
    return {one.exchange.close_id: one for report in reports for one in report.positions if one.exchange is not None}


def _answers(book: PnlBook) -> object:
    reports = [book.report(currency=currency) for currency in book.currencies()]
    return [dict(book.open_rounds()), [(one.days, one.by_symbol, set(one.positions), one.net) for one in reports]]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts)
def test_the_ledger_says_what_the_engine_did(done: list[Act]) -> None:
    """Lots, price PnL, fees and funding of every position; nothing differs from what the exchange says of it."""
    play = _played(done)
    check(play.world.engine, PLAYERS, play.told())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts, _chance)
def test_the_order_of_telling_changes_nothing(done: list[Act], chance: Random) -> None:
    """Piece by piece, late, twice, with gaps or without: the ledger says what it says if told at once."""
    share = chance.choice((0.7, 1))
    for everything in _played(done).told().values():
        told = Told(*([event for event in part if chance.random() < share] for part in everything))
        events = [(name, event) for name, part in told._asdict().items() for event in part]
        chance.shuffle(events)
        book = PnlBook()
        for name, event in events:
            assert book.feed(**{name: [event]}) == 1
        assert _answers(book) == _answers(book_of(told))
        assert book.feed(**told._asdict()) == 0
        assert _answers(book) == _answers(book_of(told))


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts, _chance)
def test_a_missing_fill_is_named_where_it_belongs(done: list[Act], chance: Random) -> None:
    """The position that it belongs to says how many lots on which side; all others still differ by nothing."""
    for told in _played(done, step_s=65).told().values():
        plain = [fill for fill in told.fills if not (fill.open_fee and fill.close_fee) and _is_alone(fill, told)]
        if not plain:
            continue
        gone = chance.choice(plain)
        whole, lacking = _rows(book_of(told)), _rows(book_of(_without(told, gone)))
        assert set(lacking) == set(whole)
        for number, right in whole.items():
            if _holds(right, gone):
                moved = "bought" if gone.side == "buy" else "sold"
                lots = "1 lot" if gone.size == 1 else f"{gone.size:,} lots"
                assert f"{lots} {moved} " in lacking[number].missing
            else:
                assert (lacking[number].difference, lacking[number].missing) == (ZERO, "")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts, _chance)
def test_a_missing_funding_is_the_difference(done: list[Act], chance: Random) -> None:
    """A position that lacks a funding differs from the exchange by just that."""
    tolds = [told for told in _played(done, step_s=65).told().values() if told.funding]
    assume(tolds)
    told = chance.choice(tolds)
    gone = chance.choice(told.funding)
    rest = [one for one in told.funding if one is not gone]
    wrong = [one for one in _rows(book_of(told._replace(funding=rest))).values() if one.difference]
    assert [one.difference for one in wrong] in ([], [-gone.funding])
    assert all(f"fundings of {gone.funding.normalize():f} " in one.missing for one in wrong)


_moments = st.sampled_from((0, 0.001, 0.3, 5, 20, 60, 3600, 3600.01)).map(
    lambda seconds: DAY + timedelta(seconds=seconds)
)
_sides = st.sampled_from((None, *PositionSide))
_lots = st.integers(1, 4)
_nonsense = st.lists(
    st.one_of(
        st.builds(
            lambda at, lots, opens, side, kind, sign: (
                "fills",
                fill(at, sign * lots, "50000", opens=min(opens, lots), side=side, kind=kind),
            ),
            _moments,
            _lots,
            st.integers(0, 4),
            _sides,
            st.sampled_from(("trade", "trade", "liquid", "settlement")),
            st.sampled_from((1, -1)),
        ),
        st.builds(
            lambda at, lots, side, sign: ("funding", paid(at, "-0.01", sign * lots, side=side)),
            _moments,
            st.integers(0, 4),
            _sides,
            st.sampled_from((1, -1)),
        ),
        st.builds(
            lambda opened, closed, is_long: ("closed", ended(opened, closed, "1", is_long=is_long)),
            _moments,
            _moments,
            st.booleans(),
        ),
    ),
    max_size=9,
)


@settings(max_examples=500, deadline=None)
@given(_nonsense, _chance)
def test_no_nonsense_stops_the_ledger(events: list[tuple[str, Any]], chance: Random) -> None:
    """Whatever an exchange tells, it is taken; every row stands once, and the order of telling changes nothing."""
    told = Told(*([event for name, event in events if name == wanted] for wanted in Told._fields))
    at_once = book_of(told)
    chance.shuffle(events)
    book = PnlBook()
    for name, event in events:
        book.feed(**{name: [event]})
    assert _answers(book) == _answers(at_once)
    positions = at_once.report(currency="USDT").positions
    assert sorted(one.exchange.close_id for one in positions if one.exchange) == sorted(
        one.close_id for one in told.closed
    )
    assert all(one.held_lots > 0 for one in at_once.open_rounds().values())


@settings(max_examples=300, deadline=None)
@given(
    symbol=st.sampled_from((LINEAR, INVERSE)),
    is_long=st.booleans(),
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=8),
    cents=st.integers(2_000_000, 8_000_000),
    move=st.integers(-1_000_000, 1_000_000),
)
def test_partial_closes_add_up_to_the_whole(
    symbol: str, parts: list[int], cents: int, move: int, *, is_long: bool
) -> None:
    """However it is closed it earns what it was sold for less what it cost, with the sign of the price's move."""
    sign, entry, leaves = (1 if is_long else -1), str(D(cents) / 100), str(D(cents + move) / 100)
    opening = fill("09:00", sign * sum(parts), entry, symbol=symbol)
    book = PnlBook()
    book.feed(fills=[opening])
    for number, lots in enumerate(parts):
        (held,) = book.open_rounds().values()
        assert held.held_lots == sum(parts[number:])
        book.feed(fills=[fill(f"10:0{number}", -sign * lots, leaves, opens=0, symbol=symbol)])
    report = book.report(currency=opening.settle_currency)
    proceeds = report.turnover - opening.value
    assert report.price == (proceeds - opening.value) * (sign if symbol == LINEAR else -sign)
    if abs(move) > 100:
        assert (report.price > ZERO) is (move * sign > 0)


def _is_alone(fill: FuturesFill, told: Told) -> bool:
    """Whether nothing else happened in its moment: not a trade with oneself, nor one piece of a liquidation."""
    return sum(1 for one in told.fills if one.symbol == fill.symbol and one.at == fill.at) == 1


def _without(told: Told, gone: FuturesFill) -> Told:
    return told._replace(fills=[fill for fill in told.fills if fill is not gone])


def _holds(closed: Closed, fill: FuturesFill) -> bool:
    """Whether a fill belongs to a position."""
    ours = closed.round
    assert ours is not None
    assert ours.closed_at is not None
    same = (ours.symbol, ours.position_side) == (fill.symbol, str(fill.position_side))
    return same and ours.opened_at <= fill.at <= ours.closed_at
