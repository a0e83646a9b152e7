"""One socket and the thread that keeps it: it alone dials, reads, writes, and begins anew when the line is gone."""

from __future__ import annotations

import logging
import math
import random
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from kucoin.errors import KucoinError, StreamError
from kucoin.model.feed import Token
from kucoin.stream.line import Line
from kucoin.stream.protocol import Conversation, Timing
from kucoin.stream.topics import Event

log = logging.getLogger(__name__)

_NEWS = 1.0  # s after which whoever listens is told again that something was heard
_STOPPING = 1.0  # s that stop() waits; the thread is a daemon, so it cannot hold up the exit


class FeedState(StrEnum):
    """How a feed is. Only what comes while it is live is the present."""

    DOWN = "down"
    DIALLING = "dialling"
    OPEN = "open"  # not everything wanted is confirmed yet
    LIVE = "live"
    STALE = "stale"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed at one moment.

    Attributes:
        problem: Why the line was lost or could not be had, None while it stands.
        dials: How many connections were tried.
        heard_at: When something came last, in s of the feed's clock.
        carries: The topics that are wanted of it, None where that was not told.
        topics: Topic -> why it is not heard.
        oddities: Kind -> how many messages of it came over the present line that should not have.
        messages: How many messages have come over all lines.
        round_trip: From the last ping that was answered over the present line to its pong, in s.
    """

    name: str
    state: FeedState
    problem: str | None = None
    dials: int = 0
    heard_at: float | None = None
    carries: frozenset[str] | None = None
    topics: dict[str, str] = field(default_factory=dict)
    oddities: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    round_trip: float | None = None


class Sink(Protocol):
    """Whom a feed tells; called on the feed's thread, without any lock, and expected to return soon."""

    def publish(self, events: list[Event], *, received: float) -> None:
        """Take what came; ``received`` in s of the feed's clock."""

    def changed(self, status: FeedStatus) -> None:
        """Take a new state, or that the feed is well: once a second where something was heard.

        After a break, LIVE says that what was missed has to be asked for.
        """


@dataclass(frozen=True, slots=True)
class Manners:
    """How a feed behaves: the conversation's timing and, in s, the pauses between dials.

    Attributes:
        late: By which a wait may last too long, or the clock differ, before the process must have slept.
        token_timing: The token's ping durations replace those of ``timing``.
    """

    timing: Timing = field(default_factory=Timing)
    first_pause: float = 3.0  # KuCoin asks for 3 to 5
    longest_pause: float = 60.0
    late: float = 5.0
    token_timing: bool = True


def pause_after(failures: int, jitter: float, manners: Manners) -> float:
    """Return the s until the next dial after the n-th failure in a row; ``jitter`` is from 0 to 1."""
    pause = min(manners.first_pause * 2.0 ** min(failures - 1, 10), manners.longest_pause)
    return max(manners.first_pause, pause * (0.75 + jitter / 4))


class Feed:
    """A connection that is kept for ever. Safe to call from any thread.

    Args:
        name: Of the thread: ``feed-<market>-<kind>``.
        token: Asks for a token; called once per dial. Raises a KucoinError.
        sink: Takes what comes.
        practice: Which side of the fence is dialled.
        private: Whether it carries the account's own messages.
        puzzled: Called when a topic is silent and it is not known why; must return at once. The answer goes to `judge`.
        rest: Waits so many s between two dials.
    """

    def __init__(
        self,
        name: str,
        token: Callable[[], Token],
        sink: Sink,
        *,
        practice: bool,
        private: bool = False,
        manners: Manners | None = None,
        puzzled: Callable[[], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        rand: Callable[[], float] = random.random,
        rest: Callable[[float], object] | None = None,
    ) -> None:
        self.name = name
        self._token = token
        self._sink = sink
        self._practice = practice
        self._private = private
        self._manners = manners or Manners()
        self._puzzled = puzzled
        self._monotonic = monotonic
        self._wall = wall
        self._rand = rand
        self._status = FeedStatus(name, FeedState.DOWN)
        self._messages = 0
        self._told_at = -math.inf  # of the feed's clock
        self._lock = threading.Lock()  # around the wanted topics
        self._wanted: frozenset[str] = frozenset()
        self._listed: Collection[str] | None = None  # what `judge` was told last
        self._stop = threading.Event()
        self._rest = rest or self._stop.wait
        self._waker, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)
        self._waker.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def status(self) -> FeedStatus:
        """How the feed is now."""
        return self._status

    def start(self) -> None:
        """Begin to dial; returns at once."""
        self._thread.start()

    def stop(self, *, wait: bool = True) -> None:
        """End the feed; returns within 2 s in any state, at once where nobody has to ``wait`` for its thread."""
        self._stop.set()
        self._wake()
        if self._thread.ident is None:
            self._waker.close()
            self._wakes.close()
        elif wait and self._thread is not threading.current_thread():
            self._thread.join(_STOPPING)

    def want(self, topics: Iterable[str]) -> None:
        """Hear ``topics`` as well, on this connection and every later one."""
        with self._lock:
            self._wanted = self._wanted | frozenset(topics)
        self._wake()

    def drop(self, topics: Iterable[str]) -> None:
        """Hear ``topics`` no more."""
        with self._lock:
            self._wanted = self._wanted - frozenset(topics)
        self._wake()

    def judge(self, listed: Collection[str]) -> None:
        """Mark those silent topics whose symbol is none of ``listed``, all that the market lists now."""
        self._listed = listed
        self._wake()

    def _wake(self) -> None:
        try:
            self._wakes.send(b"!")
        except OSError:  # full: it is awake already; closed: it has ended
            log.debug("%s needs no call", self.name)

    def _run(self) -> None:
        failures = 0
        try:
            while not self._stop.is_set():
                began = self._monotonic()
                try:
                    self._connect_and_talk()
                except KucoinError as error:
                    problem = str(error)
                except Exception:
                    log.exception("%s broke", self.name)
                    problem = "a fault of this program, told in its log"
                else:
                    break
                stood = self._status.state in {FeedState.OPEN, FeedState.LIVE, FeedState.STALE}
                failures = 1 if stood else failures + 1
                pause = pause_after(failures, self._rand(), self._manners)
                # From dial to dial, however long one took: a hanging host must not make the way back any longer.
                pause = max(self._manners.first_pause, pause - (self._monotonic() - began))
                log.log(logging.WARNING if failures == 1 else logging.DEBUG, "%s: %s", self.name, problem)
                self._tell(state=FeedState.DOWN, problem=problem)
                self._rest(pause)
        finally:
            self._tell(state=FeedState.STOPPED)
            self._waker.close()
            self._wakes.close()

    def _connect_and_talk(self) -> None:
        """Talk on one connection until the feed is stopped.

        Raises:
            KucoinError: No token, no connection, or its end.
        """
        self._tell(state=FeedState.DIALLING, dials=self._status.dials + 1, heard_at=None)
        token = self._token()
        if self._stop.is_set():
            return
        line = Line.dial(token, self._waker, practice=self._practice)
        try:
            timing = self._manners.timing
            if self._manners.token_timing:
                timing = replace(timing, ping_interval=token.ping_interval, ping_timeout=token.ping_timeout)
            self._talk(line, timing)
        finally:
            line.close()

    def _talk(self, line: Line, timing: Timing) -> None:
        asked = self._topics()
        talk = Conversation(timing, asked, now=self._monotonic(), private=self._private)
        now, wall = self._monotonic(), self._wall()
        listed = self._listed
        while not self._stop.is_set():
            wait = talk.due(now)
            messages = line.read(wait)
            before, wall_before = now, wall
            now, wall = self._monotonic(), self._wall()
            _refuse_a_gap(now - before, wait, wall - wall_before, self._manners.late)
            events = talk.receive(messages, now=now)
            wanted = self._topics()
            if wanted is not asked:
                talk.want(wanted - asked)
                talk.drop(asked - wanted)
                asked = wanted
            if self._listed is not None and self._listed is not listed:
                listed = self._listed
                talk.judge(listed)
            self._messages += len(messages)
            self._follow(talk, now if messages else self._status.heard_at)
            if events:
                self._sink.publish(events, received=now)
            for message in talk.outgoing(now):  # last, since the line may take nothing: what came is not lost with it
                line.send(message)

    def _topics(self) -> frozenset[str]:
        with self._lock:
            return self._wanted

    def _follow(self, talk: Conversation, heard_at: float | None) -> None:
        """Keep the status in step with the conversation; tell whoever listens only of what matters to it."""
        state = FeedState.DIALLING
        if talk.stale:
            state = FeedState.STALE
        elif talk.welcomed:
            state = FeedState.LIVE if talk.settled or self._status.state is FeedState.LIVE else FeedState.OPEN
        same = state is self._status.state and talk.problems is self._status.topics
        self._status = replace(
            self._status,
            heard_at=heard_at,
            oddities=talk.oddities.counts,
            messages=self._messages,
            round_trip=talk.round_trip,
        )
        if not same:
            self._tell(state=state, problem=None, topics=talk.problems)
        elif heard_at is not None and heard_at - self._told_at >= _NEWS:
            self._tell()
        if talk.puzzled and self._puzzled is not None:
            talk.puzzled = False
            self._puzzled()

    def _tell(self, **changes: object) -> None:
        self._status = replace(self._status, carries=self._topics(), **changes)  # type: ignore[arg-type]  # each field by its own name
        self._told_at = self._monotonic()
        try:
            self._sink.changed(self._status)
        except Exception:
            log.exception("%s: whoever listens broke on %s", self.name, self._status.state)


def _refuse_a_gap(elapsed: float, wait: float, wall_elapsed: float, late: float) -> None:
    """Refuse to go on where the process slept or a clock jumped: nobody knows what was missed.

    Raises:
        StreamError: It did.
    """
    if elapsed > wait + late:
        raise StreamError(f"this process stood still for {elapsed - wait:.0f} s")
    if abs(wall_elapsed - elapsed) > late:
        raise StreamError(f"the clock jumped by {wall_elapsed - elapsed:+.0f} s")
