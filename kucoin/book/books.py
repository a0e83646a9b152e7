"""All order books of the process, and the thread that fetches their snapshots."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from kucoin.book.book import Book, BookView
from kucoin.errors import KucoinError, StreamError
from kucoin.model.feed import BookChange, BookSnapshot

log = logging.getLogger(__name__)

_STOPPING = 1.5  # s that stop() waits for a snapshot under way; the thread is a daemon
_TICK = 0.5  # s between two looks at books that went odd


@dataclass(frozen=True, slots=True)
class Retries:
    """When snapshots are taken, in s.

    Attributes:
        first_look: From the wish for a book to a snapshot, though no update came.
        pause: Between two snapshots of a symbol, doubled by each that did not do.
        tries: How many of those there are in a row, before a ``rest``.
        proof: To a second snapshot that proves the first, where no update does.
        recheck: Between further ones, while still no update comes.
    """

    first_look: float = 2.0
    pause: float = 0.5
    tries: int = 5
    rest: float = 60.0
    proof: float = 10.0
    recheck: float = 30.0


class _Kept:
    """A book with its next snapshot: ``due`` None where none is needed."""

    def __init__(self, book: Book, due: float) -> None:
        self.book = book
        self.due: float | None = due
        self.asked_at = -math.inf
        self.failures = 0
        self.trouble = ""  # why the last snapshot did not do
        self.doubt: str | None = None  # why its updates may not come
        self.broken = False  # updates were missing or unreadable, and no snapshot has made up for it yet

    def proven(self, now: float) -> bool:
        """Whether an update has shown that the book is right, so that no snapshot is needed."""
        return self.book.problem(now) is None and not self.book.unheard


class Books:
    """Keeps books right, or says that they are not. Safe to call from any thread; nothing here waits for the network.

    Args:
        snapshot: Asks for a symbol's book. Raises a KucoinError.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        snapshot: Callable[[str], BookSnapshot],
        *,
        retries: Retries | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._snapshot = snapshot
        self._retries = retries or Retries()
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}
        self._repaired = {False: 0, True: 0}  # by whether it is futures
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="books", daemon=True)

    def start(self) -> None:
        """Begin to fetch snapshots."""
        self._thread.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def add(self, symbol: str) -> None:
        """Keep the book of ``symbol``; its updates must come to `apply` from now on."""
        with self._changed:
            if symbol not in self._kept:
                book = Book(symbol, quiet=self._retries.proof)
                self._kept[symbol] = _Kept(book, self._monotonic() + self._retries.first_look)
            self._changed.notify_all()

    def remove(self, symbol: str) -> None:
        """Keep it no more."""
        with self._changed:
            self._kept.pop(symbol, None)

    def apply(self, changes: Iterable[BookChange], *, now: float) -> None:
        """Take updates in the order they came; those of books that are not kept are passed over."""
        with self._changed:
            for change in changes:
                kept = self._kept.get(change.symbol)
                if kept is None:
                    continue
                try:
                    kept.book.apply(change, now=now)
                except StreamError as error:
                    log.warning("%s", error)
                    kept.broken = True
                    self._want_snapshot(kept, now)
                else:
                    if kept.book.sequence is None:
                        if kept.book.buffered == 1:
                            self._want_snapshot(kept, now)
                    elif kept.book.thin:
                        kept.book.reread("it ran thin")
                        self._want_snapshot(kept, now)

    def lose(self, symbols: Iterable[str], problem: str) -> None:
        """Call the books of ``symbols`` old, because their socket was lost."""
        with self._changed:
            for symbol in symbols:
                if kept := self._kept.get(symbol):
                    self._begin_anew(kept, problem)

    def doubt(self, symbol: str, problem: str | None) -> None:
        """Distrust the book of ``symbol``, because its updates do not come. Once they do (None), it is read anew."""
        with self._changed:
            kept = self._kept.get(symbol)
            if kept is None:
                return
            if kept.doubt and problem is None:
                self._begin_anew(kept, "its updates were not heard")
            kept.doubt = problem

    def view(self, symbol: str, count: int = 50) -> BookView | None:
        """Return the best levels of ``symbol``, None where its book is not kept."""
        with self._changed:
            kept = self._kept.get(symbol)
            if kept is None:
                return None
            view = kept.book.view(count, now=self._monotonic())
            trouble = kept.trouble if kept.failures >= self._retries.tries else ""
            problem = kept.doubt or view.problem
        if problem and trouble:
            problem = f"{problem}; {self._retries.tries} snapshots did not help: {trouble}"
        if problem == view.problem:
            return view
        return replace(view, problem=problem)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Whose books are kept."""
        with self._changed:
            return tuple(self._kept)

    def repaired(self, *, futures: bool) -> int:
        """Return how often a book of the market was made whole again after updates were missing, since the start."""
        with self._changed:
            return self._repaired[futures]

    def _begin_anew(self, kept: _Kept, problem: str) -> None:
        kept.book.lose(problem)
        kept.due = self._monotonic() + self._retries.first_look
        kept.failures = 0
        self._changed.notify_all()

    def _want_snapshot(self, kept: _Kept, now: float) -> None:
        """Have a snapshot taken soon; one that is due after a failure keeps its time."""
        if kept.due is None or not kept.failures:
            kept.due = max(now, kept.asked_at + self._retries.pause)
            self._changed.notify_all()

    def _work(self) -> None:
        while (symbol := self._next()) is not None:
            try:
                snapshot = self._snapshot(symbol)
            except KucoinError as error:
                self._failed(symbol, str(error))
            except Exception:
                log.exception("the snapshot of %s broke", symbol)
                self._failed(symbol, "a fault of this program, told in its log")
            else:
                self._take(symbol, snapshot)

    def _next(self) -> str | None:
        """Wait for a symbol whose snapshot is due; None when it is time to stop."""
        with self._changed:
            while not self._stopping:
                now = self._monotonic()
                self._look_for_odd(now)
                waiting = {symbol: kept.due for symbol, kept in self._kept.items() if kept.due is not None}
                symbol = min(waiting, key=waiting.__getitem__, default=None)
                if symbol is not None and waiting[symbol] <= now:
                    kept = self._kept[symbol]
                    if kept.proven(now):
                        kept.due, kept.failures = None, 0
                        continue
                    kept.asked_at = now
                    if kept.book.odd(now):
                        kept.book.reread("it is crossed or one-sided")
                    return symbol
                self._changed.wait(_TICK if symbol is None else min(_TICK, waiting[symbol] - now))
        return None

    def _look_for_odd(self, now: float) -> None:
        for symbol, kept in self._kept.items():
            if kept.book.odd(now) and not kept.failures:
                log.info("%s is crossed or one-sided, so it is read again", symbol)
                self._want_snapshot(kept, now)

    def _take(self, symbol: str, snapshot: BookSnapshot) -> None:
        with self._changed:
            kept = self._kept.get(symbol)
            if kept is None:
                return
            now = self._monotonic()
            if not kept.proven(now):
                try:
                    kept.book.take(snapshot, now=now, asked=kept.asked_at)
                except StreamError as error:
                    self._postpone(kept, str(error))
                    return
                if kept.book.lopsided:
                    self._postpone(kept, "the snapshot is crossed or one-sided as well")
                    return
            kept.failures, kept.trouble = 0, ""
            self._repaired["-" not in symbol] += kept.broken
            kept.broken = False
            kept.due = None
            if kept.book.unheard:
                kept.due = now + (self._retries.proof if kept.book.problem(now) else self._retries.recheck)

    def _failed(self, symbol: str, trouble: str) -> None:
        with self._changed:
            if kept := self._kept.get(symbol):
                self._postpone(kept, trouble)

    def _postpone(self, kept: _Kept, trouble: str) -> None:
        retries = self._retries
        kept.failures += 1
        kept.trouble = trouble
        if kept.failures == retries.tries:
            log.warning("%s: %d snapshots did not do, the last: %s", kept.book.symbol, kept.failures, trouble)
        late = kept.failures >= retries.tries
        kept.due = self._monotonic() + (retries.rest if late else retries.pause * 2 ** (kept.failures - 1))
