"""What the ledger claims to know: it takes back what grew old, and keeps asking for what was refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import cast

import pytest

from kucoin.book.books import Books
from kucoin.desk.ledger import Ledger
from kucoin.errors import KucoinError, NotFound, OutcomeUnknown, PermissionDenied
from kucoin.hub import Hub
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.rest.client import Exchange
from tests.feed_server import until
from tests.ledger_source import NOW, Source, end, payment, trade

UID = "165111201"
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LedgerStore]:
    """The ledger of an empty journal."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield LedgerStore(journal)
    journal.close()


@contextmanager
def kept(source: Source, store: LedgerStore, *, step: float = 3.0) -> Iterator[Ledger]:
    """A ledger of ``source``, up to date; whoever asks its clock for the time lets ``step`` s go by."""
    clock = count(0.0, step)
    ledger = Ledger(
        cast("Exchange", source),
        store,
        Hub(Books(lambda _: pytest.fail("no book is asked for"))),
        account=lambda: UID,
        held=tuple,
        wallets=dict,
        now=lambda: NOW,
        monotonic=lambda: next(clock),
    )
    ledger.start()
    try:
        until(lambda: ledger.progress().state == "ready")
        yield ledger
    finally:
        ledger.stop()


CUT = OutcomeUnknown("GET /api/v1/fills: outcome unknown, no answer came")
REFUSED = PermissionDenied(code="400007", message="Access denied.", request="GET /api/v1/fills")


@pytest.mark.parametrize(
    ("error", "step", "state"), [(CUT, 3.0, "ready"), (CUT, 100.0, "failed"), (REFUSED, 3.0, "failed")]
)
def test_what_was_up_to_date_is_so_for_three_minutes(
    store: LedgerStore, error: KucoinError, step: float, state: str
) -> None:
    """A ledger that cannot be read on says so; what was realised today is not told by what is old.

    Nor by what will be before it is tried again: a refusal of the key is waited upon for ten minutes.
    """
    source = Source(fills=[trade(0, NOW - DAY)])
    with kept(source, store, step=step) as ledger:

        def cut() -> None:
            raise error

        source.before = cut
        ledger.wake()
        until(lambda: ledger.progress().problem is not None)
        assert ledger.progress().state == state


def test_a_funding_that_was_refused_is_asked_for_again(store: LedgerStore) -> None:
    """A passing trouble of the exchange takes nothing away; until it is over, the ledger says so."""
    source = Source(fills=[trade(0, NOW - DAY)], payments=[payment(1, NOW - DAY / 2)])

    def refuse() -> None:
        if source.asked and source.asked[-1][0].startswith("funding"):
            raise NotFound(code="200003", message="Invalid symbol.", request="GET /api/v1/funding-history")

    source.before = refuse
    with kept(source, store, step=100.0) as ledger:
        for _ in range(3):  # the readings of some passes
            asked = len(source.asked)
            until(lambda asked=asked: len(source.asked) > asked)
            assert ledger.progress().problem is not None
        source.before = lambda: None
        until(lambda: len(ledger.payments()) == 1 and ledger.progress().problem is None)


def test_fundings_from_before_all_fills_are_of_no_position(store: LedgerStore) -> None:
    """KuCoin tells them twice as long as fills: what they were paid on has ended, and nobody tells how."""
    sold = NOW - DAY
    source = Source(
        fills=[trade(0, NOW - 2 * DAY), trade(1, sold)],
        closed=[end(1, sold, since=DAY)],
        payments=[replace(payment(1, NOW - 120 * DAY), position_qty=5)],
    )
    for _ in range(2):  # the second time out of the journal
        with kept(source, store) as ledger:
            [position] = ledger.report(currency="USDT").positions
            assert (position.difference, position.missing) == (Decimal(0), "")
            assert ledger.open_rounds() == {}
            assert len(ledger.payments()) == 1, "the Funding tab lists it"
