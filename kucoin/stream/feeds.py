"""All sockets of the process: which of them carries a topic, and how many want it."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from kucoin.errors import InvalidRequest, KucoinError
from kucoin.model.feed import Token
from kucoin.stream.feed import Feed, FeedStatus, Manners, Sink
from kucoin.stream.topics import family_of

log = logging.getLogger(__name__)

_SHARD = 280  # topics that one socket carries; KuCoin's own figures are 300 and 400


@dataclass(frozen=True, slots=True)
class Kind:
    """A market and who may hear it."""

    futures: bool
    private: bool

    @property
    def label(self) -> str:
        """As it stands in the names of threads: ``spot-public``."""
        return f"{'futures' if self.futures else 'spot'}-{'private' if self.private else 'public'}"


@dataclass(slots=True)
class _Shard:
    """One socket and what it carries."""

    feed: Feed
    topics: set[str] = field(default_factory=set)


class Feeds:
    """Opens a socket for each kind of topic that is wanted, and further ones where one cannot carry them all.

    Safe to call from any thread; nothing here waits for the network.

    Args:
        token: Asks for a token of a kind. Raises a KucoinError.
        sink: Takes what comes over all sockets.
        practice: Which side of the fence is dialled.
        kinds: The sockets that may be had: no private ones without a key, no futures in Europe.
        listed: Asks which symbols the market of a public kind lists now; raises a KucoinError. Called when a topic is
            silent, on a thread of its own, at most every 30 s. Without it nobody tells a quiet symbol from one gone.
    """

    def __init__(
        self,
        token: Callable[[Kind], Token],
        sink: Sink,
        *,
        practice: bool,
        kinds: Iterable[Kind],
        manners: Manners | None = None,
        listed: Callable[[Kind], Collection[str]] | None = None,
    ) -> None:
        self._token = token
        self._sink = sink
        self._practice = practice
        self._manners = manners or Manners()
        self._listed = listed
        self._opened: Counter[Kind] = Counter()
        self._list_asked: dict[Kind, float] = {}
        self._lock = threading.Lock()
        self._wanted: Counter[str] = Counter()
        self._shards: dict[Kind, list[_Shard]] = {kind: [] for kind in kinds}
        self._stopped = False

    def want(self, *topics: str) -> None:
        """Hear ``topics`` until `release` was called as often as this.

        Raises:
            InvalidRequest: One is no topic of this client, or its socket is not to be had; none was taken then.
        """
        kinds = {topic: self._kind(topic) for topic in topics}
        with self._lock:
            if self._stopped:
                return
            new = [topic for topic in kinds if not self._wanted[topic]]
            self._wanted.update(topics)
            for kind, shards in self._shards.items():
                self._spread(kind, shards, [topic for topic in new if kinds[topic] == kind])

    def release(self, *topics: str) -> None:
        """Take back one `want` of each of ``topics``."""
        ended: list[Feed] = []
        with self._lock:
            for topic in topics:
                if self._wanted[topic] > 1:
                    self._wanted[topic] -= 1
                elif self._wanted.pop(topic, 0):
                    ended += self._forget(topic)
        for feed in ended:
            feed.stop(wait=False)

    def status(self) -> tuple[FeedStatus, ...]:
        """Return how each socket is."""
        with self._lock:
            return tuple(shard.feed.status for shards in self._shards.values() for shard in shards)

    def stop(self) -> None:
        """End all sockets; returns within a few seconds in any state."""
        with self._lock:
            self._stopped = True
            feeds = [shard.feed for shards in self._shards.values() for shard in shards]
        threads = [threading.Thread(target=feed.stop, name=f"stop-{feed.name}") for feed in feeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _kind(self, topic: str) -> Kind:
        family = family_of(topic)
        kind = Kind(family.futures, family.private)
        if kind not in self._shards:
            raise InvalidRequest(f"{topic!r} cannot be heard: there is no {kind.label} socket here")
        return kind

    def _spread(self, kind: Kind, shards: list[_Shard], topics: list[str]) -> None:
        """Give ``topics`` to the sockets that have room, and to new ones."""
        while topics:
            shard = next((each for each in shards if len(each.topics) < _SHARD), None)
            fresh = shard is None
            if shard is None:
                shard = _Shard(self._feed(kind))
                shards.append(shard)
            room = _SHARD - len(shard.topics)
            shard.topics.update(topics[:room])
            shard.feed.want(topics[:room])
            topics = topics[room:]
            if fresh:
                shard.feed.start()

    def _feed(self, kind: Kind) -> Feed:
        self._opened[kind] += 1  # a name is never used again, so that nobody takes one feed's end for another's
        number = f"-{self._opened[kind]}" if self._opened[kind] > 1 else ""
        return Feed(
            f"feed-{kind.label}{number}",
            lambda: self._token(kind),
            self._sink,
            practice=self._practice,
            private=kind.private,
            manners=self._manners,
            puzzled=None if self._listed is None else partial(self._read_list, kind, self._listed),
        )

    def _read_list(self, kind: Kind, listed: Callable[[Kind], Collection[str]]) -> None:
        """Have the market's list of symbols read, unless that was done a moment ago."""
        with self._lock:
            now = time.monotonic()
            if now - self._list_asked.get(kind, -math.inf) < self._manners.timing.silent:
                return
            self._list_asked[kind] = now
        threading.Thread(target=self._judge, args=(kind, listed), name=f"list-{kind.label}", daemon=True).start()

    def _judge(self, kind: Kind, listed: Callable[[Kind], Collection[str]]) -> None:
        try:
            symbols = listed(kind)
        except KucoinError as error:
            log.warning("the list of what is heard on %s could not be read: %s", kind.label, error)
            return
        except Exception:
            log.exception("the list of what is heard on %s broke", kind.label)
            return
        if not symbols:  # a market without any symbol is an answer gone wrong
            return
        with self._lock:
            feeds = [shard.feed for shard in self._shards[kind]]
        for feed in feeds:
            feed.judge(symbols)

    def _forget(self, topic: str) -> list[Feed]:
        """Take ``topic`` from its socket; return the further sockets of a kind that carry nothing any more.

        The first of a kind stays: a page that goes from one symbol to the next should not make it dial again.
        """
        shards = self._shards[self._kind(topic)]
        for shard in shards:
            if topic in shard.topics:
                shard.topics.discard(topic)
                shard.feed.drop([topic])
        empty = [shard for shard in shards[1:] if not shard.topics]
        for shard in empty:
            shards.remove(shard)
        return [shard.feed for shard in empty]
