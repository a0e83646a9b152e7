"""Keeps the audit beside those who act: writes down what they note, and verifies the chain of what is written."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from kucoin.errors import JournalError, NotSent
from kucoin.journal.audit import Act, Chain, Flaw, written
from kucoin.journal.audit_key import BEGINNING, End

log = logging.getLogger(__name__)

DESK = "desk"
"""Who acted where the program did."""

LOOKUP = "lookup"
"""The act of asking for an order whose outcome was not known."""

TURNED_AWAY = "turned away"
"""The act of somebody who may not do what was asked, or not now."""

_EVERY = 600.0  # s between two looks at all of the chain
_BREATH = 0.005  # s between two batches: nobody waits for them
_PACE = 0.25  # s between two writings of what was noted, and of the end beside the database
_LOOK = 1.0  # s between two looks for what is new
_STOPPING = 1.5  # s that stop() waits; the threads are daemons


def silent(who: str, act: str, subject: str, **body: object) -> None:
    """Stand in for `Audit.note` where nothing is kept."""


@contextmanager
def turning_away(note: Callable[..., None], who: str, subject: str, **body: object) -> Iterator[None]:
    """Note that ``who`` was turned away where what is done within raises NotSent."""
    try:
        yield
    except NotSent as error:
        note(who, TURNED_AWAY, subject, words=str(error), **body)
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the audit is as it was written.

    Attributes:
        first_bad: The number of the first row that is not; None where none is, or it is no row.
        words: What is wrong, as a clause; empty where nothing is.
        rows: How many rows hold.
        at: When that was found, first or, where it is intact, last; None while it is read for the first time.
    """

    state: Literal["intact", "broken", "unverifiable", "reading"]
    first_bad: int | None = None
    words: str = ""
    rows: int = 0
    at: datetime | None = None


class Audit:
    """What was done at this desk and by whom. Safe to call from any thread; nothing here waits.

    Args:
        chain: Is written and verified; None where this process has no journal, and nothing is kept.
        account: Whose account is acted on; None until the key was found fit.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        chain: Chain | None,
        *,
        account: Callable[[], str | None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.chain = chain
        self._account = account
        self._now = now
        self._monotonic = monotonic
        self._stopping = threading.Event()
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._owed: list[Act] = []
        self._problem: str | None = None
        self._verdict = Verdict(state="reading")
        self._threads = [
            threading.Thread(target=work, args=(chain,), name=name, daemon=True)
            for name, work in (("desk-audit", self._keep), ("desk-audit-check", self._check))
            if chain is not None
        ]

    @property
    def owed(self) -> int:
        """How many acts are not on disk yet."""
        with self._lock:
            return len(self._owed)

    @property
    def problem(self) -> str | None:
        """Why acts cannot be written at present; None where they can."""
        with self._lock:
            return self._problem

    def verdict(self) -> Verdict:
        """Return what was found when the chain was verified last; the very same object until it is again."""
        with self._lock:
            return self._verdict

    def note(self, who: str, act: str, subject: str, **body: Any) -> None:
        """Have written down that ``who`` did ``act`` to ``subject``: soon, in this order, and until it is on disk.

        Args:
            body: What else is to be known; the blotter shows these of it: ``text`` (a sentence of what was done),
                ``note`` (a line below it), ``state`` (that of a ticket or a cancel: which mark it gets), ``took`` (s).
        """
        if self.chain is None:
            return
        try:
            text = written(body)
        except (TypeError, ValueError, RecursionError):
            log.exception("what belongs to %s of %s cannot be written down", act, subject)
            text = written({"text": repr(body)})
        noted = Act(account=self._account() or "", at=self._now(), who=who, act=act, subject=subject, body=text)
        with self._lock:
            self._owed.append(noted)

    def start(self) -> None:
        """Begin to write and to verify."""
        if self.chain is None:
            return
        if self.chain.problem:
            self.note(DESK, "audit", "", text=f"The audit cannot be verified: {self.chain.problem}", state="refused")
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Write what is owed, if that can be done at once, and end; returns within 4 s."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_STOPPING)

    def _keep(self, chain: Chain) -> None:
        """Write what is owed, until the end."""
        while not self._stopping.wait(_PACE):
            self._write(chain)
        self._write(chain)
        if owed := self.owed:
            log.warning("%d acts are not in the audit: %s", owed, self.problem)

    def _write(self, chain: Chain) -> None:
        with self._lock:
            owed = tuple(self._owed)
        problem = None
        try:
            if owed:
                chain.add(owed)
                with self._lock:
                    del self._owed[: len(owed)]
            chain.keep_end()
        except (JournalError, OSError) as error:
            problem = str(error)
        except Exception as error:
            problem = f"the audit is not kept: {error!r}"
            if problem != self.problem:
                log.exception("the audit is not kept")
        with self._lock:
            before, self._problem = self._problem, problem
        if problem and problem != before:
            log.warning("%s", problem)

    def _check(self, chain: Chain) -> None:
        """Verify the chain from its beginning now and then, and what is new in between."""
        begun = self._monotonic()
        reached: End | None = None
        while not self._stopping.is_set():
            if self._monotonic() - begun >= _EVERY:
                begun, reached = self._monotonic(), None
            if reached is None or reached.seq < chain.end.seq:
                reached = self._verify(chain, reached or BEGINNING)
            self._stopping.wait(_LOOK)

    def _verify(self, chain: Chain, since: End) -> End | None:
        """Return how far the chain holds, None where it cannot be read, and tell what was found."""
        at = since
        try:
            for found in chain.verify(since):
                if isinstance(found, Flaw):
                    self._tell("broken", found.words, at, found.seq or None)
                    return at
                at = found
                if self._stopping.wait(_BREATH):
                    return at
        except Exception as error:
            if not isinstance(error, JournalError) and str(error) != self.verdict().words:
                log.exception("the audit is not verified")
            self._tell("unverifiable", str(error), at)
            return None
        self._tell("unverifiable" if chain.problem else "intact", chain.problem, at)
        return at

    def _tell(
        self, state: Literal["intact", "broken", "unverifiable"], words: str, at: End, first_bad: int | None = None
    ) -> None:
        told = Verdict(state=state, first_bad=first_bad, words=words, rows=at.seq, at=self._now())
        with self._lock:
            known = self._verdict
            if state != "intact" and replace(told, at=known.at) == known:
                return  # it was found before
            self._verdict = told
        if state != "intact":
            log.error("the audit is %s: %s", state, words)
