"""Panels about the machine room and the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import CATCHING_UP, LIVE, STALE, Fresh, Sight

_WORDS = {FeedState.LIVE: LIVE, FeedState.OPEN: CATCHING_UP, FeedState.DIALLING: CATCHING_UP}
_RATE = 1.0  # s between two counts of messages
_LAPSED = 30.0  # s after which a count is too old to tell a pace by


class _Counted(NamedTuple):
    """How many messages each socket had brought at a moment, and its messages a second until then."""

    at: float
    counts: Mapping[str, int]
    rates: Mapping[str, float]


class StatusPanel(Panel):
    """What each socket does, and who of the exchange's hosts answers."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._told_at = 0.0
        self._body: Body = {}

    def change(self) -> Change | None:
        """Tell all of it once a second, if anything in it has changed."""
        now = self._sight.monotonic()
        if self._body and now - self._told_at < _RATE:
            return None
        self._told_at = now
        feeds = self._sight.feeds.status()
        rates = self._rates(feeds, now)
        answered = self._sight.trading.last_took if self._sight.trading else None
        body = {
            "sockets": [self._socket(feed, rates.get(feed.name)) for feed in feeds],
            "hosts": self._hosts(),
            "answered_ms": None if answered is None else round(answered * 1000),
            "dead_man": self._dead_man(),
        }
        if body == self._body:
            return None
        self._body = body
        return Change("full", body)

    def full(self) -> Body:
        """Return the sockets by name, the hosts, how long the last answer took, and the dead-man switch."""
        return self._body

    def fresh(self) -> Fresh:
        """It is as it is now: nobody has to tell us of our own sockets."""
        return Fresh(LIVE, 0.0, None)

    def _rates(self, feeds: Sequence[FeedStatus], now: float) -> Mapping[str, float]:
        """Return the messages a second of each socket that was counted twice, counted for all who look."""
        counts = {feed.name: feed.messages for feed in feeds}
        known = self._sight.shared.get("messages")
        rates: Mapping[str, float] = {}
        if isinstance(known, _Counted) and (elapsed := now - known.at) < _LAPSED:
            if elapsed < _RATE:
                return known.rates
            rates = {
                name: max(0, counts[name] - known.counts[name]) / elapsed
                for name in counts.keys() & known.counts.keys()
            }
        self._sight.shared["messages"] = _Counted(now, counts, rates)
        return rates

    def _socket(self, feed: FeedStatus, rate: float | None) -> Body:
        market = "futures" if feed.name.startswith("feed-futures") else "spot"
        return {
            "name": feed.name,
            "state": feed.state,
            "word": _WORDS.get(feed.state, STALE),
            "round_trip_ms": None if feed.round_trip is None else round(feed.round_trip * 1000, 1),
            "per_second": None if rate is None else round(rate, 1),
            "repaired": self._sight.books.repaired(futures=market == "futures") if "public" in feed.name else None,
            "reconnects": max(0, feed.dials - 1),
            "age_s": None if feed.heard_at is None else round(self._sight.age(feed.heard_at), 1),
            "problem": feed.problem,
            "topics": feed.topics,
        }

    def _dead_man(self) -> Body | None:
        """Return when the exchange cancels the spot orders unless it hears of us, None where nobody has to know."""
        state = self._sight.dead_man.state() if self._sight.dead_man else None
        if state is None or not (state.on or state.triggers_at or state.problem or state.fired):
            return None
        return {"until": self._sight.exchanges(state.triggers_at), "fired": state.fired, "problem": state.problem}

    def _hosts(self) -> list[dict[str, Any]]:
        status = self._sight.status()
        return [
            {"name": host.name, "service": host.service, "message": host.service_message, "problem": host.problem}
            for host in status.hosts
        ]


class AccountPanel(Panel):
    """A count that grows when something of the account changed, so that a page knows when to draw it again."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._inbox = sight.hub.open_inbox()
        self._count = 0
        self._told = False

    def change(self) -> Change | None:
        """Tell the count where it grew."""
        drained = self._inbox.drain()
        self._count += len(drained.events) + drained.reread
        if self._told and not drained.events and not drained.reread:
            return None
        self._told = True
        return Change("full", self.full())

    def full(self) -> Body:
        """Return the count."""
        return {"count": self._count}

    def fresh(self) -> Fresh:
        """Judge by the private sockets: what they carry comes only when something happens."""
        return judge_private(self._sight)

    def close(self) -> None:
        """Take nothing in any more."""
        self._sight.hub.close_inbox(self._inbox)


def judge_private(sight: Sight) -> Fresh:
    """Say how fresh what the account's own sockets tell is."""
    private = [feed for feed in sight.feeds.status() if "private" in feed.name]
    if not private:
        return Fresh(STALE, None, "the account's own messages are not heard")
    markets = sorted({feed.name.startswith("feed-futures") for feed in private})
    problem = next(filter(None, (sight.hub.problem(futures=each, private=True) for each in markets)), None)
    if problem is None:
        return Fresh(LIVE, 0.0, None)
    down = [feed.heard_at for feed in private if feed.state is not FeedState.LIVE]
    heard = min((at for at in down if at is not None), default=None)
    age = None if heard is None else sight.age(heard)
    return Fresh(CATCHING_UP if age is not None and age < 5 else STALE, age, problem)
