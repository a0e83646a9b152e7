"""One symbol's order book, kept by sequence numbers. Pure: updates, snapshots and the time are passed in."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.errors import SequenceGap, StreamError
from kucoin.model.feed import BookChange, BookSnapshot, Level, Row, sane

_BUFFER = 10_000  # updates kept while a snapshot is under way
_ODD = 1.0  # s that a book may be crossed or one-sided
_THIN = 50  # levels a side that are promised to whoever looks


@dataclass(frozen=True, slots=True)
class BookView:
    """The best levels at one moment, best first; sizes in base currency or lots.

    Attributes:
        problem: Why it must not be trusted, None where it may be.
        sequence: Of the last change in it, None while there is nothing.
        time: The exchange's count since 1970 of that change, 0 where none came since the snapshot.
        edges: The lowest bid and the highest ask that are known of, each None where the whole side is known.
    """

    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    problem: str | None
    sequence: int | None
    time: int
    edges: tuple[Decimal | None, Decimal | None] = (None, None)

    @property
    def trusted(self) -> bool:
        """Whether an order may be priced by it."""
        return self.problem is None


class _Side:
    """Bids or asks. ``prices`` ascend; with an ``edge``, nothing is known beyond it."""

    def __init__(self, levels: Iterable[Level] = (), *, bids: bool, complete: bool = True) -> None:
        self.levels = dict(levels)
        self.prices = sorted(self.levels)
        self._bids = bids
        # A side that is thin from the beginning is no part of a longer one.
        self.edge = None if complete or len(self.prices) < _THIN else self.prices[0 if bids else -1]

    @property
    def thin(self) -> bool:
        """Whether so little is known that more has to be asked for."""
        return self.edge is not None and len(self.prices) < _THIN

    def change(self, price: Decimal, size: Decimal) -> None:
        """Set the size of a level; 0 removes it."""
        if size:
            if self.edge is not None and (price < self.edge if self._bids else price > self.edge):
                return
            known = len(self.levels)
            self.levels[price] = size
            if len(self.levels) > known:
                insort(self.prices, price)
        elif self.levels.pop(price, None) is not None:
            del self.prices[bisect_left(self.prices, price)]

    def top(self, count: int) -> tuple[Level, ...]:
        """Return the best levels, best first."""
        prices = reversed(self.prices[-count:]) if self._bids else self.prices[:count]
        return tuple((price, self.levels[price]) for price in prices)


class Book:
    """An order book that knows whether it is right.

    It begins without levels and buffers updates. A snapshot gives it levels, and it is trusted from the first update on
    that fits to it. After a gap it is worth nothing until the next snapshot.

    A market may be so quiet that no update comes. Then a second snapshot of the same sequence proves as much, if it was
    asked for ``quiet`` s after the first came: an answer of the host may be old, but not so old, and whatever had
    happened since the updates are listened to would have been pushed.

    Args:
        quiet: In s; longer than an answer of the exchange may lag behind.
    """

    def __init__(self, symbol: str, *, quiet: float = 10.0) -> None:
        self.symbol = symbol
        self._quiet = quiet
        self.sequence: int | None = None
        self._bids = _Side(bids=True)
        self._asks = _Side(bids=False)
        self._buffer: deque[BookChange] = deque(maxlen=_BUFFER)
        self._problem = "it has not been read yet"
        self._seen: int | None = None  # where the updates had come to when the levels were given up for another reason
        self._confirmed = False
        self._unheard_since: float | None = None  # when the snapshot came, until the first update after it
        self._odd_since: float | None = None
        self._time = 0
        self._views: dict[int, BookView] = {}  # by depth, until the next change

    @property
    def buffered(self) -> int:
        """How many updates wait for a snapshot."""
        return len(self._buffer)

    @property
    def thin(self) -> bool:
        """Whether the snapshot did not reach far enough to fill a view any more."""
        return self._bids.thin or self._asks.thin

    @property
    def unheard(self) -> bool:
        """Whether all it holds is a snapshot, because no update has come since."""
        return self._unheard_since is not None

    def problem(self, now: float) -> str | None:
        """Return why the book is not to be trusted at ``now`` (in s that never jump), None where it is."""
        if self.sequence is None:
            return self._problem
        if not self._confirmed:
            return "no update has confirmed it yet"
        return "it is crossed or one-sided" if self.odd(now) else None

    @property
    def lopsided(self) -> bool:
        """Whether it is crossed or one-sided just now."""
        return self._odd_since is not None

    def odd(self, now: float) -> bool:
        """Say whether it has been crossed or one-sided for more than a second."""
        return self.sequence is not None and self._odd_since is not None and now - self._odd_since > _ODD

    def apply(self, change: BookChange, *, now: float) -> None:
        """Take an update.

        Raises:
            SequenceGap: Updates are missing before it; the book waits for a snapshot.
            StreamError: Its numbers are none; likewise.
        """
        sequence = self.sequence
        if sequence is None:
            self._buffer.append(change)
            return
        if change.last <= sequence:
            if self._unheard_since is not None:
                self._confirmed, self._unheard_since = True, None
                self._views = {}
            return
        if change.first > sequence + 1:
            self.lose(f"updates {sequence + 1} to {change.first - 1} are missing")
            self._buffer.append(change)
            raise SequenceGap(f"{self.symbol}: {self._problem}")
        overlaps = change.first <= sequence
        try:
            if change.bids:
                self._change(self._bids, change.bids, sequence if overlaps else 0)
            if change.asks:
                self._change(self._asks, change.asks, sequence if overlaps else 0)
        except ValueError as error:
            self.reread(str(error))
            self._seen = change.last
            raise StreamError(f"{self.symbol}: {error}") from None
        self.sequence = change.last
        self._time = change.time
        self._confirmed, self._unheard_since = True, None
        if self._views:
            self._views = {}
        bids, asks = self._bids.prices, self._asks.prices
        if bids and asks and bids[-1] < asks[0]:
            self._odd_since = None
        elif self._odd_since is None:
            self._odd_since = now

    def take(self, snapshot: BookSnapshot, *, now: float, asked: float | None = None) -> None:
        """Begin with ``snapshot``, which was asked for at ``asked`` (else ``now``), and apply what was buffered.

        Raises:
            SequenceGap: It is older than the oldest update that is still known, or than the last snapshot, or updates
                are missing after it: take another one.
            StreamError: Its numbers, or those of an update, are none.
        """
        waiting = sorted(self._buffer, key=lambda change: change.first)
        if waiting and snapshot.sequence < waiting[0].first - 1:
            raise SequenceGap(
                f"{self.symbol}: the snapshot ends at {snapshot.sequence}, the updates begin at {waiting[0].first}"
            )
        if self._seen is not None and not waiting and snapshot.sequence < self._seen:
            raise SequenceGap(f"{self.symbol}: the snapshot ends at {snapshot.sequence}, the updates at {self._seen}")
        if self.sequence is not None and snapshot.sequence < self.sequence:
            raise SequenceGap(f"{self.symbol}: the snapshot ends at {snapshot.sequence}, the book at {self.sequence}")
        if not all(sane(number) for side in (snapshot.bids, snapshot.asks) for level in side for number in level):
            raise StreamError(f"{self.symbol}: a snapshot holds what is no number")
        self._buffer.clear()
        same = snapshot.sequence == self.sequence
        since = self._unheard_since if same else None
        self._unheard_since = now if since is None else since
        self._bids = _Side(snapshot.bids, bids=True, complete=snapshot.complete)
        self._asks = _Side(snapshot.asks, bids=False, complete=snapshot.complete)
        self.sequence = snapshot.sequence
        proven = since is not None and (now if asked is None else asked) - since >= self._quiet
        self._confirmed = proven or (same and self._confirmed) or (self._seen is not None and not waiting)
        self._seen = None
        self._time = 0
        self._views = {}
        bids, asks = self._bids.prices, self._asks.prices
        if bids and asks and bids[-1] < asks[0]:
            self._odd_since = None
        elif self._odd_since is None:
            self._odd_since = now
        for index, change in enumerate(waiting):
            try:
                self.apply(change, now=now)
            except StreamError:
                self._buffer.extend(waiting[index + 1 :])
                raise

    def lose(self, problem: str) -> None:
        """Forget everything, because of ``problem``: updates begin anew and are buffered for the next snapshot."""
        self.sequence = None
        self._seen = None
        self._problem = problem
        self._confirmed = False
        self._unheard_since = None
        self._odd_since = None
        self._bids, self._asks = _Side(bids=True), _Side(bids=False)
        self._buffer.clear()
        self._views = {}

    def reread(self, problem: str) -> None:
        """Give the levels up, because of ``problem``. No update is missing: a snapshot that is not older will do."""
        seen, odd_since = self.sequence if self._confirmed else None, self._odd_since
        self.lose(problem)
        self._seen, self._odd_since = seen, odd_since

    def view(self, count: int, *, now: float) -> BookView:
        """Return the best ``count`` levels of each side; the same object until something changes."""
        problem = self.problem(now)
        view = self._views.get(count)
        if view is None or view.problem != problem:
            view = BookView(
                self.symbol,
                self._bids.top(count),
                self._asks.top(count),
                problem,
                self.sequence,
                self._time,
                (self._bids.edge, self._asks.edge),
            )
            self._views[count] = view
        return view

    def _change(self, side: _Side, rows: list[Row], known: int) -> None:
        """Apply ``rows``, those up to the sequence ``known`` left out.

        Raises:
            ValueError: One is no level; some may have been applied.
        """
        for price, size, sequence in rows:
            if not (sane(price) and sane(size)) or size < ZERO or price < ZERO:
                raise ValueError(f"an update holds what is no level: {size} at {price}")
            if price and (not known or sequence > known):
                side.change(price, size)
