"""The blotter: what was done on a day and what came of it, out of the audit, together with the fills of that day."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from kucoin.desk.audit import LOOKUP
from kucoin.errors import KucoinError
from kucoin.journal.audit import Chain, Row
from kucoin.journal.intents import IntentStore, wished
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.ticket import Ticket, TicketState, Transfer

log = logging.getLogger(__name__)

FILL = "fill"
EXCHANGE = "kucoin"
"""Who did it where the exchange told of a fill."""

_DAY = timedelta(days=1)
_PACE = 0.3  # s between two looks for what is new
_ASKED = 30.0  # s for which a day that somebody looked at is kept up to date
_STOPPING = 1.5  # s that stop() waits; the thread is a daemon
_OUTCOMES = frozenset(TicketState) - {TicketState.SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlotterLine:
    """One thing that was done or came of it.

    Attributes:
        key: Tells the line from all others.
        at: When, aware UTC.
        who: Who did it: somebody's name, ``desk`` for the program, ``kucoin`` for what the exchange told of.
        act: ``intent``, the state of a ticket for what became of it, ``fill``, or whatever else was noted.
        subject: What it was done to, such as our id of an order.
        wish: The order or transfer that it is about; None where it is about something else, or that is not known.
        body: What else the audit has of it; see `Audit.note`.
        lookups: How often the exchange was asked since, of an outcome that was not known.
        fill: The trade where ``act`` is ``fill``.
    """

    key: str
    at: datetime
    who: str
    act: str
    subject: str
    wish: Ticket | Transfer | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    lookups: int = 0
    fill: LedgerFill | None = None


class _Day:
    """What was read of a day. What its panels see is guarded by the lock of `Blotter`, the rest is its thread's."""

    def __init__(self, asked_at: float) -> None:
        self.asked_at = asked_at
        self.lines: tuple[BlotterLine, ...] | None = None
        self.before: date | None = None
        self.upto = 0  # of the audit's rows
        self.done: list[BlotterLine] = []  # in their order
        self.unknown: dict[str, int] = {}  # where of these is the one that says of an order that nothing is known
        self.wishes: dict[str, Ticket | Transfer | None] = {}  # by our id
        self.fills: Sequence[LedgerFill] = ()


class Blotter:
    """Reads days in the background, and answers from what was read. Safe to call from any thread.

    Args:
        chain: The audit; None where there is none, and no lines but those of fills.
        account: Whose days they are; None until the key was found fit.
        store: Is asked for orders that were wished on another day; None where there is no journal.
        fills: Answers with the account's trades from one moment on and before another, newest first; None is ever.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        chain: Chain | None,
        *,
        account: Callable[[], str | None],
        store: IntentStore | None,
        fills: Callable[[datetime | None, datetime | None], Sequence[LedgerFill]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = chain
        self._account = account
        self._store = store
        self._fills = fills
        self._now = now
        self._monotonic = monotonic
        self._of: str | None = None
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._days: dict[date, _Day] = {}
        self._generation = 0
        self._problem: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="desk-blotter", daemon=True)

    @property
    def generation(self) -> int:
        """Rises with every change of any day."""
        with self._lock:
            return self._generation

    @property
    def problem(self) -> str | None:
        """Why days cannot be read at present; None where they can."""
        with self._lock:
            return self._problem

    def today(self) -> date:
        """Return which day it is, in UTC."""
        return self._now().date()

    def lines(self, day: date) -> tuple[BlotterLine, ...] | None:
        """Return the lines of a UTC day, newest first; None while they are being read.

        It is the very same tuple until something changed. A day that nobody asks for is not read.
        """
        return self._day(day).lines

    def before(self, day: date) -> date | None:
        """Return the last day before ``day`` on which something was done; None where none is known of."""
        return self._day(day).before

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read nothing any more; returns within 2 s."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def _day(self, day: date) -> _Day:
        now = self._monotonic()
        with self._lock:
            held = self._days.setdefault(day, _Day(now))
            held.asked_at = now
            return held

    def _work(self) -> None:
        while not self._stopping.wait(_PACE):
            try:
                self._look()
            except KucoinError as error:
                self._tell(str(error))
            except Exception as error:
                problem = f"the blotter cannot be read: {error!r}"
                if problem != self.problem:
                    log.exception("the blotter cannot be read")
                self._tell(problem)
            else:
                self._tell(None)

    def _tell(self, problem: str | None) -> None:
        with self._lock:
            self._generation += problem != self._problem
            self._problem = problem

    def _look(self) -> None:
        """Bring up to date the days that somebody looks at, and let go of the others."""
        account, now = self._account() or "", self._monotonic()
        with self._lock:
            if account != self._of:
                self._of, self._days = account, {}
            self._days = {day: held for day, held in self._days.items() if now - held.asked_at < _ASKED}
            days = list(self._days.items())
        for day, held in days:
            self._read(account, day, held)

    def _read(self, account: str, day: date, held: _Day) -> None:
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        end = self._chain.end.seq if self._chain else 0
        rows: tuple[Row, ...] = ()
        if self._chain is not None and end > held.upto:
            rows = self._chain.between(account, begin, begin + _DAY, after=held.upto)
        fills = self._fills(begin, begin + _DAY)
        before = held.before or self._before(account, begin)
        held.upto = max([end, *(row.seq for row in rows)])
        if held.lines is not None and not rows and fills == held.fills:
            return
        self._take(held, rows)
        held.fills = fills
        lines = [*map(_trade, fills), *reversed(held.done)]  # of one moment, too, the later one comes first
        lines.sort(key=lambda line: line.at, reverse=True)
        with self._lock:
            held.lines, held.before = tuple(lines), before
            self._generation += 1

    def _before(self, account: str, at: datetime) -> date | None:
        """Return the last day on which something was done before ``at``."""
        noted = self._chain.before(account, at) if self._chain else None
        trades = self._fills(None, at)
        last = max(filter(None, (noted, trades[0].at if trades else None)), default=None)
        return last.date() if last else None

    def _take(self, held: _Day, rows: Sequence[Row]) -> None:
        """Make lines of what is new in the audit."""
        for row in rows:
            if row.act == LOOKUP and row.subject in held.unknown:
                place = held.unknown[row.subject]
                held.done[place] = replace(held.done[place], lookups=max(held.done[place].lookups, _times(row)))
                continue
            if row.act == TicketState.UNKNOWN:
                held.unknown[row.subject] = len(held.done)
            if row.act != TicketState.SENT:  # its intent says so
                held.done.append(self._line(held, row))

    def _line(self, held: _Day, row: Row) -> BlotterLine:
        body, oid = _read_body(row.body), row.subject
        if "ticket" in body:
            held.wishes[oid] = _read_wish(body)
        elif oid not in held.wishes and (row.act == LOOKUP or row.act in _OUTCOMES):  # wished on another day
            known = self._store.get(oid) if self._store else None
            held.wishes[oid] = known.ticket if known else None
        return BlotterLine(
            key=f"{row.seq}",
            at=row.at,
            who=row.who,
            act=row.act,
            subject=oid,
            wish=held.wishes.get(oid),
            body=body,
        )


def _trade(fill: LedgerFill) -> BlotterLine:
    return BlotterLine(key=" ".join(fill.key), at=fill.at, who=EXCHANGE, act=FILL, subject=fill.order_id, fill=fill)


def _times(row: Row) -> int:
    """How often an order had been looked up."""
    times = _read_body(row.body).get("times")
    return times if isinstance(times, int) else 1


def _read_body(text: str) -> Mapping[str, Any]:
    """What stands in a row; nothing where somebody spoilt it, which verifying it tells."""
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _read_wish(body: Mapping[str, Any]) -> Ticket | Transfer | None:
    try:
        return wished(body)
    except (KeyError, msgspec.ValidationError):
        return None
