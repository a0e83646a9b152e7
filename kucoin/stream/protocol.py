"""The conversation on one socket: what is said when, and what is made of the answers.

Pure: it owns no socket, thread or clock. A `Conversation` lives as long as its connection; the next connection begins
another one, which asks again for everything.
"""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from kucoin.errors import StreamError
from kucoin.model.feed_private import Lost
from kucoin.stream import message as wire
from kucoin.stream.message import Message
from kucoin.stream.oddities import Oddities
from kucoin.stream.topics import FAMILIES, Event, Family, family_of, joined, spelled, symbol_of, umbrella

log = logging.getLogger(__name__)

_SHORTEST = 0.25  # s; no interval of a fast conversation is shorter
_QUOTA, _WINDOW = 90, 10.0  # messages that may leave in so many s; KuCoin cuts the line at 100
_FOR_PINGS = 5  # of them
_SHOWN = 200  # characters of foreign text that go into an error
_BUSY = frozenset({500, 509})  # codes of errors that pass by themselves


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations in s. The first two come with the token; the others are ours.

    Attributes:
        ping_interval: From ping to ping, whatever arrives.
        ping_timeout: From a ping to the end of the connection, unless a pong comes.
        welcome: From the dial to the first message.
        quiet: Without any frame until a ping asks whether anybody is there.
        stale: From that ping until what was heard is called old.
        ack: From a subscription to the second try, and from that to giving the topic a mark.
        silent: Without any message of a topic, until it is asked whether there is something to be heard at all.
        again: Until something is asked for again that was not answered, or refused because the exchange was busy.
    """

    ping_interval: float = 18.0
    ping_timeout: float = 10.0
    welcome: float = 5.0
    quiet: float = 5.0
    stale: float = 4.0
    ack: float = 1.5
    silent: float = 30.0
    again: float = 10.0

    def faster(self, factor: float) -> Timing:
        """Return the same at a fraction of the time, no duration below 0.25 s."""
        names = (name for name in self.__slots__)
        return replace(self, **{name: max(_SHORTEST, getattr(self, name) * factor) for name in names})


class _Topic:
    """A topic that is wanted.

    Attributes:
        heard: Something of it came since it was last looked at.
        ever: Something of it came over this connection.
        look_at: When its silence becomes remarkable, None until it is acknowledged.
        silent: It was, when it was last looked at.
    """

    __slots__ = ("ever", "family", "heard", "look_at", "silent")

    def __init__(self, family: Family) -> None:
        self.family = family
        self.heard = self.ever = self.silent = False
        self.look_at: float | None = None


@dataclass(slots=True)
class _Request:
    """A subscription under way, or waiting for its turn at ``due``; ``tries`` is how often it was sent."""

    topics: tuple[str, ...]
    wanted: bool
    due: float = 0.0
    tries: int = 0


class Conversation:
    """One connection's half of the protocol.

    Args:
        wanted: The topics to ask for as soon as the exchange said welcome; private ones are asked for first.
        private: Whether the connection carries the account's own messages, of which none may go lost unseen.
        now: Seconds that never jump, here and everywhere below.

    Attributes:
        welcomed: The exchange said welcome.
        stale: Nothing was heard for so long that what is known may be old.
        problems: Topic -> why it is not heard. Replaced as a whole, so that any thread may look at it.
        puzzled: Topics are silent that may have no symbol any more: have the market's list read, and tell `judge`.
        oddities: What came that should not have.
        round_trip: From the last ping that was answered to its pong, in s; None before the first.
    """

    def __init__(self, timing: Timing, wanted: Iterable[str] = (), *, now: float, private: bool = False) -> None:
        self.welcomed = False
        self.stale = False
        self.puzzled = False
        self.problems: dict[str, str] = {}
        self.oddities = Oddities()
        self.round_trip: float | None = None
        self._pinged_at = now
        self._timing = timing
        self._private = private
        self._numbers = itertools.count(1)
        self._topics: dict[str, _Topic] = {}
        self._queue: deque[_Request] = deque()
        self._asked: dict[str, _Request] = {}  # by id, until acknowledged
        self._out: list[str] = []
        self._sent: deque[float] = deque()  # when messages left, within the window
        self._welcome_by = now + timing.welcome
        self._ping_at = now + timing.ping_interval
        self._pong_by: float | None = None
        self._heard_at = now
        self._probed = False
        self._next_look = 0.0  # at topics that are silent
        self.want(wanted)

    @property
    def settled(self) -> bool:
        """Whether everything wanted was acknowledged, or given up for now and marked."""
        return self.welcomed and not self._asked and not any(request.due == 0.0 for request in self._queue)

    def want(self, topics: Iterable[str]) -> None:
        """Ask for ``topics``, those that are not asked for already.

        Raises:
            InvalidRequest: One is no topic of this client.
        """
        new = [topic for topic in topics if topic not in self._topics]
        new.sort(key=lambda topic: not family_of(topic).private)
        for topic in new:
            self._topics[topic] = _Topic(family_of(topic))
        self._queue.extend(_Request(group, wanted=True) for group in joined(new))

    def drop(self, topics: Iterable[str]) -> None:
        """End ``topics``, those that are wanted."""
        gone = [topic for topic in topics if self._topics.pop(topic, None)]
        for topic in gone:
            self._unmark(topic)
        self._queue.extend(_Request(group, wanted=False) for group in joined(gone))

    def receive(self, frames: Sequence[bytes], *, now: float) -> list[Event]:
        """Take a batch of messages, empty when only time has passed; return what to deliver.

        Raises:
            StreamError: The connection is dead or the exchange ended it; open another.
        """
        events: list[Event] = []
        if frames:
            self._heard_at, self._probed, self.stale = now, False, False
        for frame in frames:
            try:
                said = wire.decode(frame)
                topic = self._topics.get(said.topic)
                if topic is not None and said.type == wire.MESSAGE:
                    event = topic.family.read(said)
                    if not topic.heard:
                        self._first(said.topic, topic)
                else:
                    event = self._other(said, now)
            except wire.UNREADABLE as error:
                event = self._unreadable(error, now)
            if event is not None:
                events.append(event)
        self._keep_time(now)
        return events

    def judge(self, listed: Collection[str]) -> None:
        """Say of each silent topic whether its symbol is among those that the market lists now."""
        self.puzzled = False
        for name, topic in self._topics.items():
            symbol = symbol_of(name) if topic.silent else None
            if symbol is None:
                continue
            if symbol not in listed:
                self._mark([name], f"{symbol} is not listed any more")
            elif self._overdue(topic):
                self._mark([name], f"{symbol} is listed, but silent for {self._timing.silent:g} s")
            else:
                self._unmark(name)

    def outgoing(self, now: float) -> list[str]:
        """Return the messages to send now, in order, as many as KuCoin's limit allows."""
        while self._sent and self._sent[0] <= now - _WINDOW:
            self._sent.popleft()
        if self.welcomed:
            self._send_requests(now)
        messages, self._out = self._out, []
        self._sent.extend(now for _ in messages)
        return messages

    def due(self, now: float) -> float:
        """Return the s until `receive` has to be called again though nothing came."""
        if not self.welcomed:
            return max(0.0, self._welcome_by - now)
        moments = [self._ping_at, self._heard_at + self._timing.quiet, self._next_look]
        if self._probed:
            moments[1] = self._heard_at + self._timing.quiet + self._timing.stale
            if self.stale:
                moments.pop(1)
        if self._pong_by is not None:
            moments.append(self._pong_by)
        moments.extend(request.due for request in self._asked.values())
        moments.extend(request.due for request in self._queue if request.due > now)
        if any(request.due <= now for request in self._queue) and self._sent:
            moments.append(self._sent[0] + _WINDOW)
        return max(0.0, min(moments) - now)

    def _other(self, said: Message, now: float) -> Event | None:
        """Take a message that belongs to no topic, or to one that was asked for under another name."""
        match said.type:
            case wire.MESSAGE:
                return self._elsewhere(said, now)
            case wire.WELCOME:
                self.welcomed = True
            case wire.PONG:
                if self._pong_by is not None:
                    self.round_trip = now - self._pinged_at
                self._pong_by = None
            case wire.ACK:
                self._acknowledged(str(said.id), now)
            case wire.ERROR:
                self._refused(said, now)
            case _:
                self.oddities.note("unknown type", said.type[:_SHOWN], now)
        return None

    def _elsewhere(self, said: Message, now: float) -> Event | None:
        """Read what comes under a symbol's topic though all symbols were asked for, or the other way round."""
        name = said.topic.partition(":")[0]
        wanted = umbrella(said.topic)
        if wanted == said.topic:  # bare: the announcements of one symbol come like this
            wanted = next((topic for topic in self._topics if topic.startswith(f"{name}:")), "")
        topic, family = self._topics.get(wanted), FAMILIES.get(name)
        if topic is None or family is None:
            if family is None:
                self.oddities.note("unknown topic", said.topic[:_SHOWN], now)
            return None  # of a topic that was dropped a moment ago
        if not topic.heard:
            self._first(wanted, topic)
        return family.read(said)

    def _first(self, name: str, topic: _Topic) -> None:
        topic.heard = topic.ever = True
        topic.silent = False
        self._unmark(name)

    def _unreadable(self, error: Exception, now: float) -> Event | None:
        reason = str(error)[:_SHOWN]
        self.oddities.note("unreadable", reason, now)
        return Lost(time=0, reason=reason) if self._private else None

    def _acknowledged(self, number: str, now: float) -> None:
        request = self._asked.pop(number, None)
        if request is None or not request.wanted:
            return
        for name in request.topics:
            topic = self._topics.get(name)
            if topic is not None:
                self._unmark(name)
                topic.look_at = now + self._timing.silent
                self._next_look = min(self._next_look, topic.look_at)

    def _refused(self, said: Message, now: float) -> None:
        """Take an error: of a subscription, or of the connection."""
        text = str(msgspec.json.decode(said.data))[:_SHOWN]
        reason = f"{text} (KuCoin code {str(said.code)[:_SHOWN]})"
        request = self._asked.pop(str(said.id), None)
        if request is None:
            if said.code == 401 or "ping timeout" in text:
                raise StreamError(f"the exchange ended the connection: {reason}")
            self.oddities.note(f"error {str(said.code)[:20]}", text, now)
            return
        if not request.wanted:
            return
        if said.code in _BUSY:
            self._queue.append(replace(request, due=now + self._timing.again))
        elif len(request.topics) > 1:  # one of them is wrong: ask for each by itself, so that the others are heard
            self._queue.extend(_Request((topic,), wanted=True) for topic in request.topics)
            return
        self._mark(request.topics, f"refused: {reason}")

    def _keep_time(self, now: float) -> None:
        """Do what time alone makes due.

        Raises:
            StreamError: No welcome, or no pong, in time.
        """
        timing = self._timing
        if not self.welcomed:
            if now >= self._welcome_by:
                raise StreamError(f"no welcome for {timing.welcome:g} s")
            return
        if self._pong_by is not None and now >= self._pong_by:
            raise StreamError(f"no pong for {timing.ping_timeout:g} s")
        silence = now - self._heard_at
        if now >= self._ping_at or (silence >= timing.quiet and not self._probed):
            self._probed = self._probed or silence >= timing.quiet
            self._ping(now)
        self.stale = silence >= timing.quiet + timing.stale
        for number in [number for number, request in self._asked.items() if now >= request.due]:
            self._unanswered(self._asked.pop(number), now)
        if now >= self._next_look:
            self._look_for_silence(now)

    def _ping(self, now: float) -> None:
        self._ping_at = now + self._timing.ping_interval
        if self._pong_by is None:
            self._pinged_at = now
            self._pong_by = now + self._timing.ping_timeout
        self._out.append(wire.ping(str(next(self._numbers))))

    def _unanswered(self, request: _Request, now: float) -> None:
        if request.tries < 2:
            self._queue.appendleft(replace(request, due=0.0))
        elif request.wanted:
            self._queue.append(replace(request, due=now + self._timing.again, tries=0))
            silent = [name for name in request.topics if name in self._topics and not self._topics[name].ever]
            self._mark(silent, "asked for twice and not acknowledged")

    def _look_for_silence(self, now: float) -> None:
        """Look at each topic once in a while: a topic may be quiet, or its symbol gone, and only a list tells which."""
        again = now + self._timing.silent
        overdue = []
        for name, topic in self._topics.items():
            if topic.look_at is None or now < topic.look_at:
                continue
            topic.look_at, topic.silent, topic.heard = again, not topic.heard, False
            if topic.silent and symbol_of(name):
                self.puzzled = True
            if topic.silent and self._overdue(topic) and name not in self.problems:
                overdue.append(name)
        self._mark(overdue, f"acknowledged, but silent for {self._timing.silent:g} s")
        self._next_look = min(
            (topic.look_at for topic in self._topics.values() if topic.look_at is not None), default=again
        )

    @staticmethod
    def _overdue(topic: _Topic) -> bool:
        """Whether its first message should have come, whatever the market does."""
        return topic.family.steady and not topic.ever

    def _send_requests(self, now: float) -> None:
        room = _QUOTA - _FOR_PINGS - len(self._sent) - len(self._out)
        waiting: deque[_Request] = deque()
        while self._queue and room > 0:
            request = self._queue.popleft()
            if request.due > now:
                waiting.append(request)
                continue
            topics = tuple(name for name in request.topics if (name in self._topics) == request.wanted)
            if not topics:
                continue
            number = str(next(self._numbers))
            private = family_of(topics[0]).private
            self._asked[number] = _Request(topics, request.wanted, now + self._timing.ack, request.tries + 1)
            self._out.append(wire.subscription(number, spelled(topics), private=private, wanted=request.wanted))
            room -= 1
        self._queue.extendleft(reversed(waiting))

    def _mark(self, topics: Iterable[str], reason: str) -> None:
        marked = {topic: reason for topic in topics if topic in self._topics and self.problems.get(topic) != reason}
        if marked:
            log.warning("%s%s %s", next(iter(marked)), f" and {len(marked) - 1} more" * (len(marked) > 1), reason)
            self.problems = self.problems | marked

    def _unmark(self, name: str) -> None:
        if name in self.problems:
            self.problems = {topic: reason for topic, reason in self.problems.items() if topic != name}
