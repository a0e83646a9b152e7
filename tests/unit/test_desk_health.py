"""What is kept of the sockets' last hour."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from kucoin.desk.health import History
from kucoin.stream.feed import FeedState, FeedStatus

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def feed(messages: int, state: FeedState = FeedState.LIVE) -> FeedStatus:
    """A socket that has heard so many messages."""
    return FeedStatus("feed-spot-public", state, messages=messages, round_trip=0.02)


def test_a_rate_is_what_came_since_the_sample_before() -> None:
    """The first sample of a socket has none; a count that fell, as after a restart of the socket, is none either."""
    clock, feeds = 0.0, (feed(100),)
    history = History(lambda: feeds, monotonic=lambda: clock, now=lambda: NOW)
    for clock, messages in ((5.0, 100), (10.0, 150), (15.0, 20)):  # noqa: B007  both are read through the closures
        feeds = (feed(messages),)
        history.sample()
    points = [sample.feeds["feed-spot-public"] for sample in history.samples]
    assert [point.per_second for point in points] == [None, 10.0, 0.0]
    assert [point.round_trip for point in points] == [0.02] * 3


def test_it_keeps_an_hour_and_no_more() -> None:
    """720 samples, the oldest go."""
    count = 0
    history = History(lambda: (feed(count),), now=lambda: NOW)
    for count in range(800):  # noqa: B007  it is read through the closure
        history.sample()
    assert len(history.samples) == 720


def test_a_sample_that_breaks_is_not_the_last(caplog: object) -> None:
    """The thread goes on, and ends when it is told to."""
    answers = iter([ZeroDivisionError("of all things")])
    taken = threading.Event()

    def feeds() -> tuple[FeedStatus, ...]:
        if error := next(answers, None):
            raise error
        taken.set()
        return (feed(1, FeedState.DOWN),)

    history = History(feeds, every=0.01)
    history.start()
    assert taken.wait(10)
    history.stop()
