"""Keeps the journal of orders beside those who place them: reads what earlier runs left, writes what was learned."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from kucoin.errors import JournalError
from kucoin.journal.intents import Intent, IntentStore, Outcome
from kucoin.model.ticket import Placement

log = logging.getLogger(__name__)

_BACK = timedelta(days=3)  # of which earlier orders are read; open ones are whatever their age
_NO_JOURNAL = "there is no journal"
_STOPPING = 1.5  # s that stop() waits; the thread is a daemon


class Clerk:
    """One thread at the journal. What it could not write it keeps, in order, and tries again until it can.

    Args:
        store: Is read and written; None where there is none, which is a problem for good.
        account: Whose orders are kept; None until the key was found fit.
        take: Is handed the account's orders of the last days, and all open ones, oldest first.
        again: Seconds between two attempts, and between two looks at the account.
        now: Aware UTC.
    """

    def __init__(
        self,
        store: IntentStore | None,
        *,
        account: Callable[[], str | None],
        take: Callable[[tuple[Placement, ...]], None],
        again: float = 0.5,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._account = account
        self._take = take
        self._again = again
        self._now = now
        self._changed = threading.Condition()  # guards what follows
        self._owed: list[Outcome] = []
        self._read: str | None = None
        self._problem: str | None = None if store else _NO_JOURNAL
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="desk-clerk", daemon=True)

    @property
    def problem(self) -> str | None:
        """Why the journal cannot be used at present, None where it can."""
        with self._changed:
            return self._problem

    @property
    def account(self) -> str | None:
        """Whose orders were read; None before."""
        with self._changed:
            return self._read

    def start(self) -> None:
        """Begin."""
        if self._store is not None:
            self._thread.start()

    def stop(self) -> None:
        """Write what is owed, if that can be done at once, and end; returns within 2 s."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def add(self, intent: Intent) -> None:
        """Write down what is about to be sent; waits until it is on disk.

        Raises:
            DuplicateClientOid: Its id was written down before.
            JournalError: It may be on disk or not.
        """
        self._open().add(intent)

    def get(self, client_oid: str) -> Placement | None:
        """Return the order with this id; None where there is none.

        Raises:
            JournalError: The journal cannot be read.
        """
        return self._open().get(client_oid)

    def owe(self, outcome: Outcome) -> None:
        """Have ``outcome`` written soon; where its intent names no account yet, once that is known."""
        with self._changed:
            self._owed.append(outcome)
            self._changed.notify_all()

    def _open(self) -> IntentStore:
        if self._store is None:
            raise JournalError(_NO_JOURNAL)
        return self._store

    def _work(self) -> None:
        stopping = False
        while not stopping:
            try:
                self._look()
                self._write()
            except JournalError as error:
                self._tell(str(error))
            except Exception as error:
                log.exception("the journal of orders is not kept")
                self._tell(f"the journal of orders is not kept: {error}")
            else:
                self._tell(None)
            with self._changed:
                if not self._stopping and (self._problem or not self._due()):
                    self._changed.wait(self._again)
                stopping = self._stopping
        try:
            self._write()
        except JournalError as error:
            log.warning("%d outcomes of orders are not in the journal: %s", len(self._owed), error)

    def _look(self) -> None:
        """Read what the journal has of the account, where that was not done yet."""
        account = self._account()
        if account is None or account == self.account:
            return
        store = self._open()
        known = {each.ticket.client_oid: each for each in store.open(account)}
        known |= {each.ticket.client_oid: each for each in store.since(account, self._now() - _BACK)}
        self._take(tuple(sorted(known.values(), key=lambda each: each.handed_at)))
        with self._changed:
            self._read = account

    def _write(self) -> None:
        if owed := self._due():
            self._open().note(owed)
            with self._changed:
                del self._owed[: len(owed)]

    def _due(self) -> list[Outcome]:
        """Return what is owed, up to the first of which it is not known whose it is."""
        account = self._account()
        with self._changed:
            due = takewhile(lambda each: account or each.intent is None or each.intent.account, self._owed)
            return [_named(each, account) for each in due]

    def _tell(self, problem: str | None) -> None:
        with self._changed:
            before, self._problem = self._problem, problem
        if problem and problem != before:
            log.warning("%s", problem)
        elif before and not problem:
            log.info("the journal of orders is kept again")


def _named(outcome: Outcome, account: str | None) -> Outcome:
    """Return ``outcome`` with the account that was not known when it came about."""
    if outcome.intent is None or outcome.intent.account or account is None:
        return outcome
    return replace(outcome, intent=replace(outcome.intent, account=account))
