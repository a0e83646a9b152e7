"""The refresher: a source that fails or hangs harms no other, and is tried again in good time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kucoin.desk.refresh import Reading, Refresher, Source, pause_after
from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    KucoinError,
    NotSent,
    OutcomeUnknown,
    PermissionDenied,
    QuotaHeld,
    TooManyRequests,
)

NEVER = 3600.0
DENIED = PermissionDenied(code="400007", message="Access denied", request="GET /api/v1/account-overview")
FULL = TooManyRequests(code="429000", message="too many", request="GET /", retry_after=17.5)


class Clock:
    """Seconds and moments that move when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        """The seconds."""
        return self.seconds

    def now(self) -> datetime:
        """The moment."""
        return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def refresher(clock: Clock) -> Iterator[Refresher]:
    """A refresher by that clock, not started; stopped at the end."""
    refresher = Refresher(monotonic=clock.monotonic, now=clock.now, jitter=lambda: 0.5)
    yield refresher
    refresher.stop()


class Exchange:
    """Answers with the number of the question, or with the error it was told to raise."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None

    def __call__(self) -> int:
        """Answer."""
        self.asked += 1
        if self.error:
            raise self.error
        return self.asked


def until(holds: Callable[[], bool], *, within: float = 30.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + within
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.002)


def advance(clock: Clock, refresher: Refresher, seconds: float) -> None:
    """Let time pass; another source, due at once, makes the threads look at the clock."""
    clock.seconds += seconds
    knock = Source("knock", lambda: 0, every=NEVER)
    refresher.add(knock)
    until(lambda: knock.reading.at is not None)


@pytest.mark.parametrize(
    ("error", "failures", "pause"),
    [
        (OutcomeUnknown("cut"), 1, 2.0),
        (OutcomeUnknown("cut"), 2, 4.0),
        (OutcomeUnknown("cut"), 5, 32.0),
        (OutcomeUnknown("cut"), 6, 60.0),
        (OutcomeUnknown("cut"), 5000, 60.0),
        (ApiError(code="100001", message="", request=""), 1, 2.0),
        (AuthenticationFailed(code="400002", message="", request=""), 1, 2.0),
        (QuotaHeld("kept", retry_after=12.5), 3, 12.5),
        (QuotaHeld("kept", retry_after=0.01), 1, 1.0),
        (FULL, 9, 17.5),
        (TooManyRequests(code="429000", message="", request=""), 2, 4.0),
        (DENIED, 1, 600.0),
    ],
)
def test_a_failure_is_followed_by_its_own_pause(error: Exception, failures: int, pause: float) -> None:
    """Doubling to a minute; by the quota's clock where there is one; long where only a person can help."""
    assert pause_after(error, failures, 0.5) == pause


def test_jitter_spreads_a_pause_by_a_quarter() -> None:
    """Sources that failed together do not come back together."""
    assert [pause_after(OutcomeUnknown(""), 1, jitter) for jitter in (0.0, 1.0)] == [1.5, 2.5]


def test_a_source_is_read_again_when_due(clock: Clock, refresher: Refresher) -> None:
    """At once, and then every so many seconds; each reading is marked with its moment."""
    answer = Exchange()
    source = Source("balances", answer, every=60)
    refresher.add(source)
    refresher.start()
    until(lambda: source.reading.value == 1)
    assert source.reading == Reading(1, clock.now(), None, clock.now())
    advance(clock, refresher, 59.9)
    assert answer.asked == 1
    advance(clock, refresher, 0.1)
    until(lambda: source.reading.value == 2)
    assert source.reading.at == clock.now()


def test_a_failed_reading_keeps_the_last_good_value(
    clock: Clock, refresher: Refresher, caplog: pytest.LogCaptureFixture
) -> None:
    """Value and age stay, the problem is said and logged once, and is gone with the next success."""
    answer = Exchange()
    source = Source("balances", answer, every=60)
    refresher.add(source)
    refresher.start()
    until(lambda: source.reading.value == 1)
    first = source.reading.at
    answer.error = OutcomeUnknown("GET /api/v1/accounts: no answer in 10 s")
    for pause in (60, 2):
        advance(clock, refresher, pause)
        until(lambda: source.reading.tried_at == clock.now())
        assert (source.reading.value, source.reading.at, source.reading.problem) == (1, first, str(answer.error))
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == [
        "balances: GET /api/v1/accounts: no answer in 10 s"
    ]
    answer.error = None
    advance(clock, refresher, 4)
    until(lambda: source.reading.problem is None)
    assert source.reading.at == clock.now()


def test_a_source_that_hangs_holds_up_no_other(clock: Clock) -> None:
    """Others are read meanwhile, and stop() returns although one never answers."""
    refresher, released = Refresher(monotonic=time.monotonic, now=clock.now), threading.Event()
    answer = Exchange()
    refresher.add(Source("stuck", lambda: released.wait(30), every=NEVER))
    refresher.add(Source("lively", answer, every=0.01))
    refresher.start()
    until(lambda: answer.asked >= 3)
    began = time.monotonic()
    refresher.stop()
    assert time.monotonic() - began < 2.5
    asked = answer.asked
    assert not released.wait(0.05)
    assert answer.asked == asked
    released.set()


def test_a_fault_of_ours_ends_no_thread(clock: Clock, refresher: Refresher, caplog: pytest.LogCaptureFixture) -> None:
    """An error nobody foresaw is logged with its trace, said without details, and the next reading comes."""
    answer = Exchange()
    answer.error = KeyError("canary")
    source = Source("balances", answer, every=60)
    refresher.add(source)
    refresher.start()
    until(lambda: source.reading.problem is not None)
    assert "canary" not in str(source.reading.problem)
    assert any(record.exc_info for record in caplog.records)
    answer.error = None
    advance(clock, refresher, 2)
    until(lambda: source.reading.value == 2)


def test_a_source_that_cannot_take_an_answer_ends_no_thread(clock: Clock, refresher: Refresher) -> None:
    """What it makes of a reading may break as well: it is said, and tried again."""

    class Broken(Source[int]):
        def __setattr__(self, name: str, value: object) -> None:
            if name == "reading" and isinstance(value, Reading) and value.value == 1:
                raise KeyError
            super().__setattr__(name, value)

    source = Broken("balances", Exchange(), every=60)
    refresher.add(source)
    refresher.start()
    until(lambda: source.reading.problem is not None)
    advance(clock, refresher, 2)
    until(lambda: source.reading.value == 2)


def test_an_unwanted_source_is_not_read(clock: Clock, refresher: Refresher) -> None:
    """Nothing is asked until it is wanted, which the end of another reading may bring about."""
    allowed: list[bool] = []
    gate = Source("key", lambda: allowed.append(True), every=60)
    guarded = Exchange()
    refresher.add(Source("balances", guarded, every=60, wanted=lambda: bool(allowed)))
    refresher.start()
    refresher.add(Source("other", lambda: 0, every=60))
    until(lambda: refresher.generation == 1)
    assert guarded.asked == 0
    refresher.add(gate)
    until(lambda: guarded.asked == 1)


@pytest.mark.parametrize(
    ("error", "woken"),
    [
        (NotSent("no connection"), True),
        (OutcomeUnknown("cut"), True),
        (FULL, False),
        (QuotaHeld("kept", retry_after=9), False),
    ],
)
def test_the_first_success_wakes_what_the_line_had_stopped(
    clock: Clock, refresher: Refresher, error: KucoinError, woken: bool
) -> None:
    """When the exchange is back, a source far into its pause is read at once; other pauses are served."""
    early, late = Exchange(), Exchange()
    early.error, late.error = error, OutcomeUnknown("cut")
    long_gone, just_gone = Source("early", early, every=NEVER), Source("late", late, every=NEVER)
    refresher.add(long_gone)
    refresher.start()
    for times in (1, 2, 3):
        until(lambda times=times: early.asked == times)
        advance(clock, refresher, 60)
    until(lambda: early.asked == 4)
    refresher.add(just_gone)
    until(lambda: just_gone.reading.problem is not None)
    early.error = late.error = None
    advance(clock, refresher, 2)
    until(lambda: just_gone.reading.at is not None)
    if woken:
        until(lambda: long_gone.reading.at is not None)
    else:
        advance(clock, refresher, 0)
        assert early.asked == 4


def test_every_reading_changes_the_generation(clock: Clock, refresher: Refresher) -> None:
    """Good or failed: whoever compares generations misses nothing."""
    answer = Exchange()
    refresher.add(Source("balances", answer, every=60))
    refresher.start()
    until(lambda: refresher.generation == 1)
    answer.error = OutcomeUnknown("cut")
    advance(clock, refresher, 60)
    until(lambda: refresher.generation == 3)


def test_a_woken_source_is_read_at_most_once_a_second(clock: Clock, refresher: Refresher) -> None:
    """However often something of it may have been missed; others keep their time."""
    answer, other = Exchange(), Exchange()
    source = Source("balances", answer, every=NEVER)
    refresher.add(source)
    refresher.add(Source("prices", other, every=NEVER))
    refresher.start()
    until(lambda: answer.asked == other.asked == 1)
    for _ in range(5):
        refresher.wake(source)
    advance(clock, refresher, 0.9)
    assert answer.asked == 1
    advance(clock, refresher, 0.1)
    until(lambda: answer.asked == 2)
    assert other.asked == 1


def test_a_source_woken_while_it_is_read_is_read_once_more(clock: Clock, refresher: Refresher) -> None:
    """The answer on its way may be older than what woke it."""
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def read() -> None:
        begun.release()
        go_on.acquire(timeout=5)

    source = Source("balances", read, every=NEVER)
    refresher.add(source)
    refresher.start()
    assert begun.acquire(timeout=5)
    refresher.wake(source)
    go_on.release()
    until(lambda: source.reading.at is not None)
    advance(clock, refresher, 1.0)
    assert begun.acquire(timeout=5)
    go_on.release()


def test_waking_does_not_hasten_a_source_that_fails(clock: Clock, refresher: Refresher) -> None:
    """Its pause is there for the exchange's sake."""
    answer = Exchange()
    answer.error = OutcomeUnknown("cut")
    source = Source("balances", answer, every=NEVER)
    refresher.add(source)
    refresher.start()
    until(lambda: source.reading.problem is not None)
    refresher.wake(source)
    advance(clock, refresher, 1.9)
    assert answer.asked == 1


def test_a_touch_is_a_new_generation(refresher: Refresher) -> None:
    """Whoever keeps what it made of the readings makes it anew."""
    before = refresher.generation
    refresher.touch()
    assert refresher.generation == before + 1


def test_a_dropped_source_is_read_no_more(clock: Clock, refresher: Refresher) -> None:
    """However long ago its last reading was."""
    exchange, other = Exchange(), Exchange()
    source = Source("dropped", exchange, every=10)
    refresher.add(source)
    refresher.add(Source("kept", other, every=10))
    refresher.start()
    until(lambda: exchange.asked == other.asked == 1)
    refresher.drop(source)
    advance(clock, refresher, 20)
    until(lambda: other.asked == 2)
    assert exchange.asked == 1


def test_a_retry_does_not_wait_for_the_pause(clock: Clock, refresher: Refresher) -> None:
    """Somebody says that the permission is there now: what was refused is read at once, and so is what was fine."""
    refused, fine = Exchange(), Exchange()
    refused.error = DENIED
    sources = Source("refused", refused, every=NEVER), Source("fine", fine, every=NEVER)
    for source in sources:
        refresher.add(source)
    refresher.start()
    until(lambda: sources[0].reading.denied and sources[1].reading.value == 1)
    refused.error = None
    advance(clock, refresher, 5)
    refresher.wake(*sources)
    until(lambda: sources[1].reading.value == 2)
    assert refused.asked == 1
    refresher.retry(*sources)
    until(lambda: sources[0].reading.at is not None and sources[1].reading.value == 3)
    assert not sources[0].reading.denied
