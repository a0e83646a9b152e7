"""Keeps the account's limits, and whether new orders were stopped, beside the journal that both are written in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kucoin.desk.limits import require_sound
from kucoin.errors import InvalidRequest, JournalError, NotAllowed
from kucoin.journal.limits import LimitStore, Rules, Written
from kucoin.model.limits import Halt, Limits

log = logging.getLogger(__name__)

_UNREAD = "the limits were not read yet"
_NO_JOURNAL = "there is no journal"
_STOPPING = 1.5  # s that stop() waits; the thread is a daemon


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of the rules.

    Attributes:
        rules: None while they are not known, and where there is no journal: ``problem`` tells the two apart.
        halt: Who stopped new orders, as far as is known.
        problem: Why the rules are not known; empty otherwise.
        owed: Why a stop is not written down yet; empty otherwise.
    """

    rules: Rules | None = None
    halt: Halt | None = None
    problem: str = ""
    owed: str = ""


class Warden:
    """One thread at the journal, which reads the rules again and again: another process may change them.

    A stop holds at once, and is written as soon as it can be. Every other change holds once it is written.

    Args:
        store: Is read and written; None where there is none, and nothing can be set.
        account: Whose rules they are; None until the key was found fit.
        again: Seconds between two attempts at a journal that fails; ``every``: between two readings.
        now: Aware UTC.
    """

    def __init__(
        self,
        store: LimitStore | None,
        *,
        account: Callable[[], str | None],
        again: float = 0.5,
        every: float = 2.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._account = account
        self._again = again
        self._every = every
        self._now = now
        self._writing = threading.Lock()  # one change after the other; never waited for by a stop
        self._changed = threading.Condition()  # guards what follows
        self._written: Written | None = None
        self._of: str | None = None  # whose that is
        self._problem = _UNREAD if store else ""
        self._owed: Halt | None = None
        self._lifting = False
        self._trouble = ""  # with writing it
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="desk-warden", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        if self._store is not None:
            self._thread.start()

    def stop(self) -> None:
        """Write down a stop that is not written yet, if that can be done at once, and end; returns within 2 s."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def held(self) -> Held:
        """Return what is known."""
        with self._changed:
            rules = None if self._written is None else self._written.rules
            halt = (rules.halt if rules else None) or self._owed
            owed = f"the stop of new orders is not written down yet{self._trouble}" if self._owed else ""
            return Held(None if self._problem else rules, halt, self._problem, owed)

    def halt(self, by: str) -> bool:
        """Stop new orders; return whether that is news.

        It is written in any case: somebody may have lifted what stands here, or be about to.
        """
        with self._changed:
            news = self._lifting or not (self._owed or (self._written and self._written.rules.halt))
            if news or self._owed is None:
                self._owed = Halt(by=by, at=self._now())
                self._changed.notify_all()
            return news

    def lift(self, by: str) -> None:
        """Let orders be placed again.

        Raises:
            NotAllowed: It is not known yet whose.
            JournalError: That could not be written, or what stands there cannot be understood.
        """
        with self._writing:
            with self._changed:
                owed, self._lifting = self._owed, True
            try:
                self._change(by, _lifted)
                with self._changed:
                    if self._owed is owed:  # nobody stopped them again meanwhile
                        self._owed = None
            finally:
                with self._changed:
                    self._lifting = False

    def set(self, limits: Limits, by: str) -> None:
        """Hold orders to ``limits``, also where what held before cannot be understood: then orders stay stopped.

        Raises:
            NotAllowed: It is not known yet whose.
            JournalError: That could not be written.
        """
        now = self._now()

        def make(before: Rules | None) -> Rules:
            halt = before.halt if before else Halt(by=by, at=now)
            return Rules(limits=limits, halt=halt, by=by, at=now)

        with self._writing:
            self._change(by, make)

    def _change(self, by: str, make: Callable[[Rules | None], Rules]) -> None:
        if self._store is None:
            raise JournalError(_NO_JOURNAL)
        account = self._account()
        if account is None:
            raise NotAllowed("The exchange has not said yet whose API key it is, and limits are an account's.")
        self._take(account, self._store.change(account, lambda rules: make(_sound(rules)), by=by, at=self._now()))

    def _take(self, account: str, written: Written) -> None:
        """Take over what was read or written, unless something newer is known."""
        with self._changed:
            if self._of == account and self._written and written.seq < self._written.seq:
                return
            self._of, self._written, self._problem = account, written, ""

    def _work(self) -> None:
        stopping = False
        while not stopping:
            problem, trouble = _attempt(self._look), _attempt(self._write)
            with self._changed:
                if problem and problem != self._problem:
                    log.warning("%s", problem)
                self._problem = problem or (self._problem if self._of is None else "")
                self._trouble = f": {trouble}" if trouble else ""
                unfinished = problem or self._owed or self._of is None
                if not self._stopping and (trouble or not self._owed):
                    self._changed.wait(self._again if unfinished else self._every)
                stopping = self._stopping
        if trouble := _attempt(self._write):
            log.warning("whether new orders are stopped is not in the journal: %s", trouble)

    def _look(self) -> None:
        account = self._account()
        if account is not None and self._store is not None:
            written = self._store.read(account)
            if _sound(written.rules) is None:
                raise JournalError("the limits in the journal are none that could be set")
            self._take(account, written)

    def _write(self) -> None:
        """Write down a stop that nobody could write yet."""
        with self._writing:
            with self._changed:
                owed = self._owed
            if owed is not None:
                self._change(owed.by, lambda before: _stopped(before, owed))
                with self._changed:
                    self._owed = None


def _sound(rules: Rules | None) -> Rules | None:
    """Return ``rules``; None where their limits are none."""
    try:
        require_sound((rules and rules.limits) or Limits())
    except InvalidRequest:
        return None
    return rules


def _lifted(before: Rules | None) -> Rules:
    if before is None:
        raise JournalError("the limits in the journal cannot be read: set them anew first")
    return replace(before, halt=None)


def _stopped(before: Rules | None, halt: Halt) -> Rules:
    if before is None:
        raise JournalError("the limits in the journal cannot be read")
    return replace(before, halt=before.halt or halt)


def _attempt(work: Callable[[], None]) -> str:
    """Do ``work``, and return why that failed; empty where it did not."""
    try:
        work()
    except (JournalError, NotAllowed) as error:
        return str(error)
    except Exception as error:
        log.exception("the limits are not kept")
        return f"a fault of this program ({type(error).__name__}), of which its log tells more"
    return ""
