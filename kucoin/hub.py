"""The latest state of everything the sockets push, fanned out to whoever looks.

Market data keeps the newest: whoever is slow skips. What concerns the account is kept for everybody, and where that
cannot be, they are told to read it anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from kucoin.book.books import Books
from kucoin.model.feed import BookChange, Candle, Depth, Pushed, Trade
from kucoin.model.feed_private import Lost, PrivatePush
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.stream.topics import Event

log = logging.getLogger(__name__)

_TAPE = 500  # trades a symbol that are kept
_INBOX = 50_000  # private events that wait for one session
_OLD = 10.0  # s after which what a feed said last is old, whatever it said
_STANDING = frozenset({FeedState.LIVE, FeedState.OPEN})

P = TypeVar("P", bound=Pushed)

# What tells two values of a kind apart besides the symbol.
_KEYS: Mapping[type[Pushed], Callable[[Any], Any]] = {
    Candle: attrgetter("symbol", "interval"),
    Depth: attrgetter("symbol", "levels"),
}
_symbol = attrgetter("symbol")


def _book_topic(symbol: str) -> str:
    return f"/market/level2:{symbol}" if "-" in symbol else f"/contractMarket/level2:{symbol}"


def _carries(status: FeedStatus, symbol: str) -> bool:
    """Whether a feed brings the updates of a book; where it does not tell, every feed of its market does."""
    if status.carries is not None:
        return _book_topic(symbol) in status.carries
    return status.name.startswith("feed-futures") == ("-" not in symbol)


class Latest(NamedTuple):
    """A value and when it came, in s of the feed's clock; the exchange's own time is in the value."""

    value: Any
    received: float


class Stretch(NamedTuple):
    """Part of a tape, oldest first. ``number`` is what to ask from next time; ``missed`` fell out before."""

    trades: tuple[Trade, ...]
    number: int
    missed: int


class Drained(NamedTuple):
    """What waited in an inbox. With ``reread`` something is missing, so the store has to be looked at."""

    events: tuple[PrivatePush, ...]
    reread: bool


class _Tape:
    """The last trades of a symbol; ``number`` counts all there were."""

    __slots__ = ("number", "trades")

    def __init__(self) -> None:
        self.trades: deque[Trade] = deque(maxlen=_TAPE)
        self.number = 0


class Inbox:
    """A session's own queue of private events. Filled by the hub, drained by one page at a time."""

    def __init__(self, bound: int = _INBOX) -> None:
        self._bound = bound
        self._lock = threading.Lock()
        self._events: list[PrivatePush] = []
        self._reread = True  # what came before it was opened

    def drain(self) -> Drained:
        """Take out what waited, in the order it came."""
        with self._lock:
            drained = Drained(tuple(self._events), self._reread)
            self._events, self._reread = [], False
        return drained

    def put(self, events: Iterable[PrivatePush]) -> None:
        """Append ``events``; where they do not fit, everything goes and the next `drain` says so."""
        with self._lock:
            self._events.extend(events)
            if len(self._events) > self._bound:
                self._events, self._reread = [], True

    def spoil(self) -> None:
        """Have the next `drain` say that something is missing."""
        with self._lock:
            self._reread = True


class Listening:
    """One listener's place in the hub.

    Attributes:
        problem: Why what it holds may be incomplete: it broke on something. None while all is well; it is set back by
            whoever has read everything anew.
    """

    def __init__(self, name: str, listener: Callable[[list[Event]], None], kinds: tuple[type[Event], ...]) -> None:
        self.name = name
        self.problem: str | None = None
        self._listener = listener
        self._kinds = kinds

    def tell(self, events: list[Event]) -> None:
        """Pass on those of ``events`` that it wants; a fault of the listener stays here."""
        wanted = [event for event in events if isinstance(event, self._kinds)]
        if not wanted:
            return
        try:
            self._listener(wanted)
        except Exception as error:
            if self.problem is None:  # one line a fault, not one a message
                log.exception("%s broke on what the feed brought", self.name)
            self.problem = f"{self.name} broke ({type(error).__name__}): what it shows may be old"


class Hub:
    """The meeting point of sockets and screens. Safe to call from any thread; it is the feeds' sink.

    Args:
        books: Keeps the order books; gets their updates.
        monotonic: The feeds' clock.
    """

    def __init__(self, books: Books, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._books = books
        self._monotonic = monotonic
        self._lock = threading.Lock()  # held for copying only
        self._latest: dict[type[Event], dict[Any, Latest]] = {}
        self._tapes: dict[str, _Tape] = {}
        self._feeds: dict[str, FeedStatus] = {}
        self._inboxes: tuple[Inbox, ...] = ()  # these three are replaced as a whole
        self._listeners: tuple[Listening, ...] = ()
        self._resyncs: tuple[Callable[[str], None], ...] = ()

    def publish(self, events: list[Event], *, received: float) -> None:
        """Take what a feed brought: state first, then the books, the inboxes and the listeners."""
        changes: list[BookChange] = []
        private: list[PrivatePush] = []
        latest, tapes = self._latest, self._tapes
        with self._lock:
            for event in events:
                if isinstance(event, Trade):
                    tape = tapes.get(event.symbol)
                    if tape is None:
                        tape = tapes[event.symbol] = _Tape()
                    tape.trades.append(event)
                    tape.number += 1
                elif isinstance(event, BookChange):
                    changes.append(event)
                elif isinstance(event, PrivatePush):
                    private.append(event)
                else:
                    kind = type(event)
                    latest.setdefault(kind, {})[_KEYS.get(kind, _symbol)(event)] = Latest(event, received)
        if changes:
            self._books.apply(changes, now=received)
        if private:
            self._hand_out(private)
        for listening in self._listeners:
            listening.tell(events)

    def changed(self, status: FeedStatus) -> None:
        """Take a feed's new state: its books are worth nothing while it is down, and after it everything is reread."""
        with self._lock:
            before = self._feeds.get(status.name, FeedStatus(status.name, FeedState.DOWN))
            self._feeds[status.name] = status
            if status.state is FeedState.STOPPED:  # nobody wants it any more, so nobody misses it
                del self._feeds[status.name]
        if before.topics != status.topics:
            self._doubt(before.topics, status.topics)
        if before.state is status.state:
            heard_again = before.topics.keys() - status.topics.keys()
            if heard_again and status.state is FeedState.LIVE and "public" not in status.name:
                self._resync(status.name)
            return
        if "public" in status.name and (before.state in _STANDING) != (status.state in _STANDING):
            # On its return as well: the books must not go on waiting as they did while nothing could come.
            carried = [symbol for symbol in self._books.symbols if _carries(status, symbol)]
            self._books.lose(carried, f"its line is {status.state}")
        if status.state is FeedState.LIVE:
            self._resync(status.name)

    def latest(self, kind: type[P], symbol: str, *more: object) -> Latest | None:
        """Return the newest value of ``kind``, None where none came.

        Args:
            more: What else tells two apart: a candle's interval, a depth's levels.
        """
        with self._lock:
            return self._latest.get(kind, {}).get((symbol, *more) if more else symbol)

    def tape(self, symbol: str, number: int = 0) -> Stretch:
        """Return the trades of ``symbol`` from ``number`` on, as far as they are kept."""
        with self._lock:
            tape = self._tapes.get(symbol)
            if tape is None:
                return Stretch((), number, 0)
            oldest = tape.number - len(tape.trades)
            start = max(0, number - oldest)
            trades = tuple(tape.trades)[start:] if number < tape.number else ()
            return Stretch(trades, tape.number, max(0, oldest - number))

    def forget(self, symbol: str) -> None:
        """Let go of everything about ``symbol``: nobody looks any more."""
        with self._lock:
            self._tapes.pop(symbol, None)
            for values in self._latest.values():
                for key in [key for key in values if symbol in (key, key[0])]:
                    del values[key]

    def feeds(self) -> tuple[FeedStatus, ...]:
        """Return how each socket is, by name."""
        with self._lock:
            return tuple(self._feeds[name] for name in sorted(self._feeds))

    def problem(self, *, futures: bool, private: bool) -> str | None:
        """Return why what comes over one kind of socket may be old, None where it is live."""
        prefix = f"feed-{'futures' if futures else 'spot'}-{'private' if private else 'public'}"
        of_kind = [status for status in self.feeds() if status.name.startswith(prefix)]
        if not of_kind:
            return "there is no such line"
        return next((problem for status in of_kind if (problem := self._trouble(status))), None)

    def open_inbox(self, bound: int = _INBOX) -> Inbox:
        """Return a new inbox, filled from now on; its first `drain` says that what was before has to be read."""
        inbox = Inbox(bound)
        with self._lock:
            self._inboxes = (*self._inboxes, inbox)
        return inbox

    def close_inbox(self, inbox: Inbox) -> None:
        """Fill it no more."""
        with self._lock:
            self._inboxes = tuple(each for each in self._inboxes if each is not inbox)

    def listen(self, name: str, listener: Callable[[list[Event]], None], *kinds: type[Event]) -> Listening:
        """Call ``listener`` with what comes of ``kinds``, in order, on the feeds' threads: it must return soon."""
        listening = Listening(name, listener, kinds)
        with self._lock:
            self._listeners = (*self._listeners, listening)
        return listening

    def unlisten(self, listening: Listening) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each is not listening)

    def on_resync(self, hook: Callable[[str], None]) -> None:
        """Call ``hook`` with a feed's name whenever something of it may have been missed; it must return at once."""
        with self._lock:
            self._resyncs = (*self._resyncs, hook)

    def _trouble(self, status: FeedStatus) -> str | None:
        """Return why a feed is not to be relied on: it says so, or it has said nothing for long."""
        if status.state is not FeedState.LIVE:
            return status.problem or f"the line is {status.state}"
        if status.topics and "public" not in status.name:  # of public ones, whoever looks at the symbol is told
            topic, reason = next(iter(status.topics.items()))
            return f"{topic} is not heard: {reason}"
        if status.heard_at is not None and self._monotonic() - status.heard_at > _OLD:
            return f"nothing was heard for more than {_OLD:g} s"
        return None

    def _doubt(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Tell the books whose topics were marked, or are marked no more."""
        for symbol in self._books.symbols:
            topic = _book_topic(symbol)
            if before.get(topic) != after.get(topic):
                self._books.doubt(symbol, after.get(topic))

    def _hand_out(self, private: list[PrivatePush]) -> None:
        facts = [event for event in private if not isinstance(event, Lost)]
        for inbox in self._inboxes:
            inbox.put(facts)
        if len(facts) < len(private):
            self._resync("something unreadable")

    def _resync(self, name: str) -> None:
        """Have everybody read anew what ``name`` may not have told."""
        if "public" not in name:
            for inbox in self._inboxes:
                inbox.spoil()
        for hook in self._resyncs:
            try:
                hook(name)
            except Exception:
                log.exception("the resync after %s broke", name)
