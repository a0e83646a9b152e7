"""Brings the journal's activity up to what the exchange has: every ledger, and the lists beside them.

The newest is read first, from the mark of each list on; what is older is read back from there, window by window, when
there is time. A line that may still change, such as a withdrawal on its way, is shown and not kept: the mark of its
list stays before it, so that it is asked for until it has settled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kucoin.desk import activity_words as words
from kucoin.desk.catch_up import LATE, WEEK, CatchUp, Stage, Stream
from kucoin.errors import ApiError, AuthenticationFailed, JournalError, KucoinError, QuotaHeld, TooManyRequests
from kucoin.journal.activity import ActivityStore
from kucoin.journal.ledger import Mark
from kucoin.model.activity import Activity
from kucoin.model.ledger import Deposit, FuturesLedgerEntry, Withdrawal
from kucoin.model.page import Page
from kucoin.rest.client import Exchange
from kucoin.rest.limits import Urgency

LATER = timedelta(hours=1)
"""How late a line may turn up in a list of few."""
_DAY = timedelta(days=1)
_DAYS_TOLD = {  # how long KuCoin tells of a line; of the futures ledger it does not say
    words.FUNDING: 365,
    words.SPOT: 3,
    words.MARGIN: 3,
    words.FUTURES: 89,
    words.DEPOSITS: 365,
    words.WITHDRAWALS: 365,
    words.INTEREST: 180,
}
_MONTH = 30 * _DAY  # of interest may be asked for at once; of a ledger a day
_AHEAD = timedelta(minutes=1)  # of our clock: what is pending has the present moment
_LEDGERS = frozenset({words.FUNDING, words.SPOT, words.MARGIN, words.FUTURES})
_EVERY = 50.0  # s between two readings of a ledger of which nothing is heard
_SELDOM = 290.0  # s between two of another list
_REFUSED = 600.0  # s after a refusal
_MOST = 500  # rows of a page with a number
_PREFIX = "activity:"
_OF_ALL = (AuthenticationFailed, TooManyRequests, QuotaHeld, JournalError)
"""What fails for one list fails for each."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list of the exchange's.

    Attributes:
        source: As `Activity.source`.
        tail: Tells it from others of its source: the pair of an isolated account.
        ask: For a page.
        read: Makes a line of a row; None where it is none.
        settled: Whether a row stays as it is.
    """

    source: str
    tail: str
    ask: Callable[[datetime, datetime, int | None], Page[Any]]
    read: Callable[[Any], Activity | None]
    settled: Callable[[Any], bool] = lambda _: True

    @property
    def name(self) -> str:
        """As its mark is called."""
        return f"{_PREFIX}{self.source}{f':{self.tail}' if self.tail else ''}"


class ActivitySync:
    """Reads the activity of one account. For one thread.

    Args:
        exchange: Is asked with no urgency, so that what others need of the quotas stays theirs.
        store: Keeps the lines and the marks.
        account: Whose they are.
        take: Is given lines that are kept, some of them again and again.
        wait: Waits so many s; what it raises ends the reading.
        tell: Is told the present stage.
        monotonic: Seconds that never jump.

    Attributes:
        problems: Why a list cannot be read, by its source.
        synced: Until when a list was read last, by its source.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: ActivityStore,
        account: str,
        *,
        take: Callable[[Sequence[Activity]], object],
        wait: Callable[[float], None],
        tell: Callable[[Stage], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._account = account
        self._take = take
        self._monotonic = monotonic
        marks = {name: mark for name, mark in store.marks(account).items() if name.startswith(_PREFIX)}
        self._catch_up = CatchUp(marks, wait=wait, tell=tell)
        self._due: dict[str, float] = {}  # by list, when it is to be read again
        self._past_due: dict[str, float] = {}  # by list whose past was refused, when it is to be asked for again
        self._open: dict[str, dict[str, Activity]] = {}  # by list, the lines that may still change
        self._lists: list[_List] = []
        self.problems: dict[str, str] = {}
        self.synced: dict[str, datetime] = {}

    @property
    def open(self) -> list[Activity]:
        """The lines that may still change."""
        return [entry for entries in self._open.values() for entry in entries.values()]

    def since(self, source: str) -> datetime | None:
        """Return from when on every line of a source is known; None before the first reading."""
        names = [each.name for each in self._lists if each.source == source]
        known = [mark.since for name in names if (mark := self._catch_up.marks.get(name)) and mark.since]
        return max(known) if known and len(known) == len(names) else None

    def run(self, until: datetime, *, heard: Collection[str], pairs: Iterable[str]) -> None:
        """Read what is new up to ``until``, wherever that is due.

        Args:
            heard: The sources of which something was heard.
            pairs: Those of isolated accounts that there are.

        Raises:
            KucoinError: Nothing could be read, or not be kept; what is wrong with one list alone is a problem of it.
        """
        self._lists = list(self._all(sorted(pairs)))
        due = [
            each
            for each in self._lists
            if each.source in heard or self._monotonic() >= self._due.get(each.name, -math.inf)
        ]
        failed = [error for each in due if (error := self._read(each, until)) is not None]
        broken = [error for error in failed if not isinstance(error, ApiError)]
        if broken and len(failed) == len(due):
            raise broken[0]

    def behind(self, until: datetime) -> list[str]:
        """Return the lists of which an older part can still be read."""
        marks = self._catch_up.marks
        return [
            each.name
            for each in self._lists
            if (each.source not in self.problems or each.name in self._past_due)
            and self._monotonic() >= self._past_due.get(each.name, -math.inf)
            and (mark := marks.get(each.name)) is not None
            and mark.since is not None
            and mark.since > until - self._stream(each).told
        ]

    def read_back(self, name: str, until: datetime) -> None:
        """Read one window further back of a list.

        Raises:
            KucoinError: It could not be read, or not be kept; a refusal is a problem of the list alone.
        """
        (wanted,) = (each for each in self._lists if each.name == name)
        try:
            self._catch_up.read_back(self._stream(wanted), until)
        except ApiError as error:
            if isinstance(error, _OF_ALL):
                raise
            self.problems[wanted.source] = f"The past of the {words.TITLES[wanted.source]} cannot be read: {error}"
            self._past_due[name] = self._monotonic() + _REFUSED
        else:
            if self._past_due.pop(name, None) is not None:
                self.problems.pop(wanted.source, None)
            self._hold(wanted)

    def _read(self, wanted: _List, until: datetime) -> KucoinError | None:
        """Read what is new of a list; return what is wrong with it alone."""
        stream, marks = self._stream(wanted), self._catch_up.marks
        mark = marks.get(wanted.name)
        if mark is not None and mark.upto > until:  # by a clock that went wrong: what came since is not read
            marks = {**marks, wanted.name: replace(mark, upto=until - stream.widest)}
            self._catch_up.marks = marks
        self._catch_up.begin(stream, until - stream.widest)
        begun = self._catch_up.marks
        before = self._open.pop(wanted.name, {})  # all of them are told again, or are no more
        try:
            self._catch_up.read(stream, until)
        except BaseException as error:
            self._open[wanted.name] = before | self._open.get(wanted.name, {})
            if self._catch_up.marks is begun:
                self._catch_up.marks = marks  # nothing of it is known
            if not isinstance(error, KucoinError) or isinstance(error, _OF_ALL):
                raise
            # A key without a right, an account without margin, one host that is away: it keeps the others from nothing.
            self.problems[wanted.source] = f"The {words.TITLES[wanted.source]} cannot be read: {error}"
            self._due[wanted.name] = self._monotonic() + (_REFUSED if isinstance(error, ApiError) else 0.0)
            return error
        self._hold(wanted)
        if wanted.name not in self._past_due:
            self.problems.pop(wanted.source, None)
        self.synced[wanted.source] = until
        self._due[wanted.name] = self._monotonic() + (_EVERY if wanted.source in _LEDGERS else _SELDOM)
        return None

    def _stream(self, wanted: _List) -> Stream[Any]:
        interest, ledger = wanted.source == words.INTEREST, wanted.source in _LEDGERS
        day = _DAY - _AHEAD if wanted.source == words.FUTURES else _DAY  # a day is all that may be asked for
        return Stream(
            name=wanted.name,
            title=words.TITLES[wanted.source],
            ask=wanted.ask,
            add=partial(self._keep, wanted),
            take=lambda _: None,
            told=_DAYS_TOLD[wanted.source] * _DAY,
            widest=_MONTH if interest else day if ledger else WEEK,
            late=LATE if ledger and wanted.source != words.FUTURES else LATER,
        )

    def _keep(self, wanted: _List, rows: Sequence[Any], mark: Mark | None) -> None:
        """Keep the lines of a page that have settled, and hold the others."""
        read = [(wanted.settled(row), entry) for row in rows if (entry := wanted.read(row)) is not None]
        kept = [entry for settled, entry in read if settled]
        held = self._open.setdefault(wanted.name, {})
        held.update((entry.entry_id, entry) for settled, entry in read if not settled)
        for entry in kept:
            held.pop(entry.entry_id, None)
        self._store.add_activity(self._account, kept, mark and self._before_open(wanted, mark))
        self._take(kept)

    def _before_open(self, wanted: _List, mark: Mark) -> Mark:
        """Return a mark that is not behind a line that may still change."""
        return replace(mark, upto=min((mark.upto, *(entry.at for entry in self._open.get(wanted.name, {}).values()))))

    def _hold(self, wanted: _List) -> None:
        """Let the next reading begin before the lines that may still change."""
        mark = self._before_open(wanted, self._catch_up.marks[wanted.name])
        self._catch_up.marks = {**self._catch_up.marks, wanted.name: mark}

    def _all(self, pairs: Iterable[str]) -> Iterable[_List]:
        ledgers, transfers = self._exchange.ledgers, self._exchange.transfers
        yield _List(words.FUNDING, "", _asking(ledgers.funding, limit=_MOST), words.of_funding)
        yield _List(words.SPOT, "", _asking(ledgers.spot, limit=200), words.of_spot)
        yield _List(words.MARGIN, "", _asking(ledgers.margin, limit=200), words.of_margin)
        if self._exchange.has_futures:
            settled: Callable[[FuturesLedgerEntry], bool] = words.is_settled
            yield _List(words.FUTURES, "", _asking(ledgers.futures, ahead=_AHEAD, limit=50), words.of_futures, settled)
        final: Callable[[Deposit | Withdrawal], bool] = words.is_final
        yield _List(words.DEPOSITS, "", _asking(transfers.deposits, limit=_MOST), words.of_deposit, final)
        yield _List(words.WITHDRAWALS, "", _asking(transfers.withdrawals, limit=_MOST), words.of_withdrawal, final)
        for symbol in (None, *pairs):
            ask = _asking(self._exchange.margin.interest, symbol=symbol, limit=_MOST)
            yield _List(words.INTEREST, symbol or "", ask, partial(words.of_interest, symbol=symbol))


def _asking(
    ask: Callable[..., Page[Any]], *, ahead: timedelta = timedelta(), **fixed: Any
) -> Callable[[datetime, datetime, int | None], Page[Any]]:
    """Return what asks for a window from a cursor on, with no urgency."""

    def asked(start: datetime, end: datetime, cursor: int | None) -> Page[Any]:
        return ask(start=start, end=end + ahead, cursor=cursor, urgency=Urgency.BACKGROUND, **fixed)

    return asked
