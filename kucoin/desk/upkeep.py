"""A thread that brings a ledger up to date, again and again, and says how far it is."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from kucoin.desk.refresh import pause_after
from kucoin.errors import JournalError, KucoinError

log = logging.getLogger(__name__)

State = Literal["off", "waiting", "reading", "syncing", "ready", "failed"]

_EVERY = 60.0  # s between two passes where nothing is heard
_SPACING = 2.0  # s between the beginnings of two passes, however much is heard
_STOPPING = 1.5  # s that stop() waits; the thread is a daemon
_FRESH = 180.0  # s for which what was up to date is taken to be so still, though it cannot be read


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a ledger is.

    Attributes:
        state: ``off``: there is nothing to keep one of (no key, no futures). ``waiting``: for the key to be found fit.
            ``reading``: what the journal holds. ``syncing``: what the exchange has and the journal has not, for the
            first time since the start. ``ready``: up to date, and kept so. ``failed``: see ``problem``; tried again.
            An attempt that fails leaves the state as it is as long as what is known is fresh.
        stage: What is being read just now, in words for the page; empty where nothing is, or not for long.
        done: How much of the stage is read: hours of the exchange's time.
        total: Of so many; None where that is not known.
        synced_at: When the ledger was up to date last; None before the first time since the start.
        since: The ledger holds every fill from here on; None before the first part was read.
        problem: Why the last attempt failed, or what could not be read; None where all is well.
    """

    state: State
    stage: str = ""
    done: int = 0
    total: int | None = None
    synced_at: datetime | None = None
    since: datetime | None = None
    problem: str | None = None


class _Stopped(Exception):
    """The thread is to end."""


class Upkeep:
    """Does its work once a minute, and soon after it was woken. Safe to call from any thread.

    Args:
        name: The thread's.
        title: What is kept, for the log.
        work: Brings it up to date, and shows so by `show`; it calls `wait` now and then, so that it can be ended.
        on: Whether there is anything to do at all.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self, name: str, *, title: str, work: Callable[[], None], on: bool, monotonic: Callable[[], float]
    ) -> None:
        self._title = title
        self._do = work
        self._on = on
        self._monotonic = monotonic
        self._ready_at: float | None = None  # when all was up to date
        self._changed = threading.Condition()  # guards what follows
        self._stopping = False
        self._woken = False
        self._generation = 0
        self._progress = Progress("waiting" if on else "off")
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @property
    def generation(self) -> int:
        """Grows whenever something may differ from before, `Progress.synced_at` aside."""
        with self._changed:
            return self._generation

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._changed:
            return self._progress

    def start(self) -> None:
        """Begin to work."""
        if self._on:
            self._thread.start()

    def stop(self) -> None:
        """Stop working; returns within 2 s even while the network hangs."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def wake(self) -> None:
        """Have the work done soon: something happened."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Let so many s go by, for the work alone; raises what ends it when it is time to."""
        with self._changed:
            if self._changed.wait_for(lambda: self._stopping, seconds):
                raise _Stopped

    def show(self, **changes: Any) -> None:
        """Put ``changes`` into the progress."""
        with self._changed:
            before, self._progress = self._progress, replace(self._progress, **changes)
            if replace(before, synced_at=None) != replace(self._progress, synced_at=None):
                self._generation += 1

    def grow(self) -> None:
        """Say that there is news."""
        with self._changed:
            self._generation += 1

    def _work(self) -> None:
        failures = 0
        try:
            while True:
                began = self._monotonic()
                try:
                    self._once()
                except _Stopped:
                    raise
                except KucoinError as error:
                    failures += 1
                    pause = pause_after(error, failures, random.random())
                    self._failed(str(error), failures, broken=isinstance(error, JournalError) or self._stale(pause))
                    self.wait(pause)
                except Exception as error:
                    failures += 1
                    self._failed("a fault of this program, told in its log", failures, broken=True)
                    log.exception("keeping the %s broke", self._title)
                    self.wait(pause_after(error, failures, random.random()))
                else:
                    failures = 0
                    self._rest(began)
        except _Stopped:
            return

    def _once(self) -> None:
        with self._changed:
            self._woken = False
        self._do()
        self._ready_at = self._monotonic()

    def _stale(self, pause: float) -> bool:
        """Whether what was up to date once will be so no more before anything is tried again, after ``pause`` s."""
        return self._ready_at is not None and self._monotonic() + pause - self._ready_at > _FRESH

    def _failed(self, problem: str, failures: int, *, broken: bool) -> None:
        """Say so; the next attempt goes on where this one ended."""
        self.wait(0.0)  # what fails because all is coming to its end is no news
        if failures == 1:  # one line an outage, however long it lasts
            log.warning("%s: %s", self._title, problem)
        self.show(problem=problem, **({"state": "failed"} if broken else {}))

    def _rest(self, began: float) -> None:
        """Wait until something was heard of, but not for long."""
        self.wait(max(0.0, began + _SPACING - self._monotonic()))
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._stopping, began + _EVERY - self._monotonic())
