"""Reading spot and margin fills: every trade once, on whatever pair, wherever the reading was cut off."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from kucoin.desk.catch_up import LATE
from kucoin.desk.fill_shelf import FillShelf
from kucoin.desk.spot_sync import MARGIN_LEDGER, SPOT_LEDGER, Pair, SpotSync
from kucoin.errors import ApiError, OutcomeUnknown, PermissionDenied
from kucoin.journal.database import Journal
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.order import TradeType
from kucoin.rest.client import Exchange
from tests.spot_source import DAY, HOUR, NOW, SpotSource

UID = "165111201"
CUT = OutcomeUnknown("GET /api/v1/hf/fills: outcome unknown, no answer came")
GONE = ApiError(code="900001", message="Symbol not exists", request="GET /api/v1/hf/fills")
CROSS, ISOLATED = TradeType.MARGIN_TRADE, TradeType.MARGIN_ISOLATED_TRADE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpotFillStore]:
    """An empty journal's fills."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield SpotFillStore(journal)
    journal.close()


@pytest.fixture
def source() -> SpotSource:
    """Trades on three accounts, some on the same pair, among them many of one day."""
    source = SpotSource(most=7)
    for hours in (70, 50, 49.5, 30, 5, 2):
        source.trade("BTC-USDT", NOW - hours * HOUR)
    for number in range(25):
        source.trade("KCS-BTC", NOW - 20 * HOUR + number * timedelta(seconds=1))
    source.trade("BTC-USDT", NOW - 40 * HOUR, CROSS)
    source.trade("BTC-USDT", NOW - 3 * HOUR, ISOLATED)
    source.enter(TradeType.TRADE, "USDT", "", NOW - 4 * HOUR, "TRANSFER")
    return source


class Reader:
    """A `SpotSync` as a start of the program makes it, and what it gave to the shelf."""

    def __init__(self, source: SpotSource, store: SpotFillStore) -> None:
        self.source = source
        self.shelf = FillShelf()
        self.shelf.add(store.spot(UID))
        self.sync = SpotSync(
            cast("Exchange", source),
            store,
            UID,
            has=self.shelf.has,
            take=self.shelf.add,
            wait=lambda _: None,
            tell=lambda _: None,
        )

    def run(self, *, hinted: Collection[Pair] = (), heard_of: tuple[str, ...] = ()) -> str | None:
        """Read up to the source's present."""
        return self.sync.run(self.source.now, hinted=hinted, heard_of=lambda: heard_of)


def kept(store: SpotFillStore) -> list[object]:
    """What the journal holds."""
    return sorted(store.spot(UID), key=lambda each: each.trade_id)


def honest(source: SpotSource, store: SpotFillStore) -> bool:
    """Whether the journal holds every trade up to the mark of the ledger that names it."""
    marks, known = store.marks(UID), {each.key for each in store.spot(UID)}
    ledgers = {TradeType.TRADE: marks.get(SPOT_LEDGER)}
    return all(
        each.key in known
        for each in source.told()
        if (mark := ledgers.get(each.trade_type, marks.get(MARGIN_LEDGER))) is not None and each.at <= mark.upto
    )


def asked(source: SpotSource) -> list[str]:
    """What was asked for, each run of the same once."""
    return [what for what, _ in itertools.groupby(what for what, *_ in source.asked)]


def test_the_ledgers_name_the_pairs(source: SpotSource, store: SpotFillStore) -> None:
    """Of each account, without anybody having heard of a pair; every digit as it was told."""
    reader = Reader(source, store)
    assert reader.run() is None
    assert kept(store) == source.told()
    assert sorted(reader.shelf.between(None, None), key=lambda each: each.trade_id) == source.told()
    assert reader.sync.since() == NOW - 3 * DAY


def test_single_quotes_name_a_pair_as_well(store: SpotFillStore) -> None:
    """As KuCoin's older pages show them."""
    source = SpotSource(named="{{'symbol':'{symbol}','orderId':'{order}','tradeId':'{trade}'}}")
    source.trade("BTC-USDT", NOW - HOUR)
    assert Reader(source, store).run() is None
    assert kept(store) == source.told()


def test_nothing_new_costs_two_questions(source: SpotSource, store: SpotFillStore) -> None:
    """However many pairs were traded before; what happened a moment ago is named again, and known."""
    source.trade("ETH-USDT", NOW - timedelta(minutes=1))
    reader = Reader(source, store)
    reader.run()
    source.asked.clear()
    source.now += timedelta(minutes=1)
    reader.run()
    assert asked(source) == [SPOT_LEDGER, MARGIN_LEDGER]
    assert {start for _, start, _, _ in source.asked} == {NOW - LATE}


def test_a_trade_that_a_ledger_names_late_is_found(source: SpotSource, store: SpotFillStore) -> None:
    """The ledgers' marks stay some way behind the present."""
    reader = Reader(source, store)
    reader.run()
    source.trade("SOL-USDT", NOW - LATE / 2)
    source.now += timedelta(minutes=1)
    reader.run()
    assert kept(store) == source.told()


def test_a_hint_is_read_before_a_ledger_names_it(source: SpotSource, store: SpotFillStore) -> None:
    """What was pushed need not wait for a ledger that is late."""
    reader = Reader(source, store)
    reader.run()
    source.trade("SOL-USDT", NOW, CROSS, named=False)
    reader.run(hinted=[(CROSS, "SOL-USDT")])
    assert kept(store) == source.told()


@pytest.mark.parametrize("every", [5, 7, 11])
def test_a_reading_that_is_cut_off_anywhere_goes_on_there(every: int, source: SpotSource, store: SpotFillStore) -> None:
    """Every few answers the line breaks, or the program ends: no mark passes a trade that is not kept."""
    answers = itertools.count(1)

    def cut() -> None:
        if next(answers) % every == 0:
            raise CUT

    source.before, source.most = cut, 25
    reader = Reader(source, store)
    for breaks in range(60):
        try:
            reader.run()
            break
        except OutcomeUnknown:
            assert honest(source, store)
            source.now += timedelta(seconds=30)
            if breaks % 3 == 0:
                source.trade("LTC-USDT", source.now)
                reader = Reader(source, store)
    else:
        pytest.fail("it never came to an end")
    assert honest(source, store)
    assert kept(store) == source.told()


def test_after_a_gap_every_pair_that_was_ever_heard_of_is_read(source: SpotSource, store: SpotFillStore) -> None:
    """A ledger tells 3 days, fills 7: what happened between is found on the pairs that are known."""
    Reader(source, store).run()
    source.now = NOW + 6 * DAY
    source.trade("BTC-USDT", NOW + DAY)  # of this pair there are marks
    source.trade("ADA-USDT", NOW + DAY)  # of this one an order
    reader = Reader(source, store)
    assert reader.run(heard_of=("ADA-USDT",)) is None
    assert {each.key for each in source.told()} <= {each.key for each in store.spot(UID)}
    assert reader.sync.since() == source.now - 3 * DAY


def test_a_guess_that_is_refused_does_no_harm(source: SpotSource, store: SpotFillStore) -> None:
    """A pair that was delisted, or never was one on margin, is not asked for again and again."""
    source.refused["OLD-USDT"] = GONE
    reader = Reader(source, store)
    assert reader.run(heard_of=("OLD-USDT",)) is None
    assert kept(store) == source.told()
    source.asked.clear()
    assert reader.run(heard_of=("OLD-USDT",)) is None
    assert asked(source) == [SPOT_LEDGER, MARGIN_LEDGER]


def test_a_named_pair_that_is_refused_is_said_and_asked_for_again(source: SpotSource, store: SpotFillStore) -> None:
    """It keeps no other from being read, and nobody claims that all is known."""
    source.trade("AAA-USDT", NOW - HOUR)
    source.refused["AAA-USDT"] = GONE
    reader = Reader(source, store)
    problem = reader.run()
    assert problem is not None
    assert "AAA-USDT" in problem
    assert "Symbol not exists" in problem
    assert len(kept(store)) == len(source.told()) - 1
    assert store.marks(UID)[SPOT_LEDGER].upto <= NOW - HOUR
    source.refused.clear()
    assert reader.run() is None
    assert kept(store) == source.told()


def test_a_key_that_may_not_read_ends_the_reading(source: SpotSource, store: SpotFillStore) -> None:
    """That is said of all, not of one pair."""
    source.refused["BTC-USDT"] = PermissionDenied(
        code="400007", message="Access denied", request="GET /api/v1/hf/fills"
    )
    with pytest.raises(PermissionDenied):
        Reader(source, store).run()


def test_an_account_without_margin_keeps_its_spot_ledger(source: SpotSource, store: SpotFillStore) -> None:
    """That its other ledger cannot be read is said; nobody claims to know all trades."""
    told = source.ledgers.margin

    def refuse(**_: object) -> None:
        raise GONE

    source.ledgers.margin = refuse
    reader = Reader(source, store)
    assert (reader.run() or "").startswith("The margin ledger cannot be read")
    assert {each.key for each in store.spot(UID)} == {
        each.key for each in source.told() if each.trade_type is TradeType.TRADE
    }
    assert reader.sync.since() is None
    source.ledgers.margin = told
    assert reader.run() is None
    assert kept(store) == source.told()


def test_a_trade_without_a_name_has_all_known_pairs_read(source: SpotSource, store: SpotFillStore) -> None:
    """A ledger that tells of a trade and not of its pair counts as one with a gap."""
    reader = Reader(source, store)
    reader.run()
    source.now += HOUR
    source.trade("BTC-USDT", source.now - LATE / 2, named=False)
    source.enter(TradeType.TRADE, "BTC", "?", source.now - LATE / 2)
    reader.run()
    assert kept(store) == source.told()


def test_a_trade_that_no_list_of_fills_has_is_said(store: SpotFillStore) -> None:
    """Once it had time to turn up there."""
    source = SpotSource()
    source.trade("BTC-USDT", NOW - LATE / 2)
    source.fills.clear()
    reader = Reader(source, store)
    assert reader.run() is None
    source.now += LATE
    assert "a trade on BTC-USDT" in (reader.run() or "")


def test_pages_that_do_not_end_are_given_up(store: SpotFillStore) -> None:
    """An exchange that tells the same page again and again holds the reading up no longer than once."""
    source = SpotSource()
    source.trade("BTC-USDT", NOW - HOUR)
    first = source.ledgers.spot
    source.ledgers.spot = lambda **question: first(**{**question, "cursor": None})
    with pytest.raises(OutcomeUnknown, match="do not end"):
        Reader(source, store).run()


def test_marks_of_pairs_and_ledgers_are_moments_of_the_past(source: SpotSource, store: SpotFillStore) -> None:
    """Each is some way behind the moment up to which was asked."""
    Reader(source, store).run()
    marks: dict[str, datetime] = {name: mark.upto for name, mark in store.marks(UID).items()}
    assert set(marks) == {
        "TRADE:BTC-USDT",
        "TRADE:KCS-BTC",
        "MARGIN_TRADE:BTC-USDT",
        "MARGIN_ISOLATED_TRADE:BTC-USDT",
    } | {
        SPOT_LEDGER,
        MARGIN_LEDGER,
    }
    assert set(marks.values()) == {NOW - LATE}
