"""Many threads at a pool that is shut, and a clock that does not stand: over real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from kucoin.errors import KucoinError, TooManyRequests
from kucoin.rest import hosts
from kucoin.rest.answer import Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.line import Line
from kucoin.rest.transport import Transport
from tests.feed_server import until
from tests.rest_calls import CANARY

POLLED = Endpoint("GET", "/api/v1/accounts", pool=Pool.MANAGEMENT, weight=1, private=True)
AWAITED = Endpoint("GET", "/api/v2/user-info", pool=Pool.MANAGEMENT, weight=1, private=True, urgency=Urgency.ORDINARY)
OTHER = Endpoint("GET", "/api/v1/prices", pool=Pool.PUBLIC_SPOT, weight=1, private=False)
RESET = 0.25  # s
OK = '{"code":"200000","data":[]}'


def test_twenty_threads_cost_a_shut_pool_one_request_a_reset(scripted: Any) -> None:
    """Whether they give up at once or wait for their turn; another pool answers meanwhile."""
    quota = {"gw_ratelimit_limit": "2000", "gw_ratelimit_remaining": "0", "gw_ratelimit_reset": f"{RESET * 1000:.0f}"}
    shut = scripted.http('{"code":"429000","msg":"Too many requests"}', 429, **quota)
    arrived: list[float] = []

    def answer(request: Any) -> bytes:
        if request.target == OTHER.path:
            return bytes(scripted.http(OK))
        arrived.append(time.monotonic())
        return bytes(shut)

    scripted.script = answer
    transport = Transport(scripted.hosts, CANARY)
    with pytest.raises(TooManyRequests):  # from here on it is known
        transport.call(POLLED)
    done = threading.Event()
    failed: list[KucoinError] = []

    def ask(endpoint: Endpoint) -> None:
        while not done.is_set():
            try:
                transport.call(endpoint)
            except KucoinError as error:
                if endpoint is OTHER:
                    failed.append(error)
            done.wait(0.01)

    threads = [threading.Thread(target=ask, args=(each,)) for each in [POLLED] * 10 + [AWAITED] * 10 + [OTHER]]
    for thread in threads:
        thread.start()
    until(lambda: len(arrived) >= 5, 30)
    done.set()
    transport.close()
    for thread in threads:
        thread.join(30)
    # The first stamp is from before its answer was read, the second from after the pause that it asked for.
    assert min(later - earlier for earlier, later in pairwise(arrived)) >= RESET
    assert [error for error in failed if "closed" not in str(error)] == []
    assert scripted.targets().count(OTHER.path) > 5


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_a_busy_system_is_asked_eight_times_a_minute(scripted: Any, clock: Any, jitter: float) -> None:
    """110188 comes with HTTP 200 and without a time: pauses of 1 s that double to 30 s."""
    scripted.say(scripted.http('{"code":"110188","msg":"The system is busy, please try again later."}'))
    transport = Transport(
        scripted.hosts, CANARY, clock=clock.read, monotonic=clock.read, sleep=clock.sleep, rand=lambda: jitter
    )
    for _ in range(120):
        clock.now += 0.5
        with pytest.raises(KucoinError):
            transport.call(POLLED)
    assert 5 <= len(scripted.received) <= 8
    transport.close()


class Runaway:
    """An exchange whose clock gains ``drift`` s a minute on ``clock``; ``vague`` is how late it says the time."""

    def __init__(self, scripted: Any, clock: Any, drift: float) -> None:
        self._clock, self._drift, self._since = clock, drift, clock.now
        self._http: Callable[..., bytes] = scripted.http
        scripted.script = self

    def offset(self) -> float:
        """Its clock less ours."""
        return (self._clock.now - self._since) * self._drift / 60

    def __call__(self, request: Any) -> bytes:
        """Answer as KuCoin does."""
        now_ms = (self._clock.now + self.offset()) * 1000
        if request.target == "/api/v1/timestamp":
            return self._http(f'{{"code":"200000","data":{now_ms:.0f}}}')
        if abs(int(request.headers["kc-api-timestamp"]) - now_ms) > 5000:
            return self._http('{"code":"400002","msg":"Invalid KC-API-TIMESTAMP"}', 401)
        return self._http(OK)


@pytest.mark.parametrize(("drift", "kept", "repeats"), [(-4, True, 0), (4, True, 0), (-7, False, 72), (7, False, 72)])
def test_a_clock_that_runs_away_is_followed(scripted: Any, clock: Any, drift: float, kept: bool, repeats: int) -> None:
    """An hour in which it is read each minute: no refusal. One in which it is not: a repeat each time it is 5 s off."""
    clock.now = 1_790_000_000.0
    runaway = Runaway(scripted, clock, drift)
    transport = Transport(scripted.hosts, CANARY, clock=clock.read, monotonic=clock.read, sleep=clock.sleep)
    for second in range(0, 3600, 10):
        if kept and second % 60 == 0:
            transport.resync_clock()
            assert abs(float(transport.clock_offset or 0) - runaway.offset()) < 0.5
        transport.call(POLLED)
        clock.now += 10
    assert scripted.targets().count(POLLED.path) in range(360 + repeats - 1, 360 + repeats + 1)
    transport.close()


def test_a_vague_reading_of_the_clock_does_not_spoil_an_exact_one(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that took 3 s tells the time to 1.5 s: it counts only where it contradicts what was known."""
    clock.now = 1_790_000_000.0
    transport = Transport(hosts.practice(1, 1), clock=clock.read, monotonic=clock.read)
    for ahead, took, wanted in ((20.0, 0.02, "19.990"), (20.0, 3.0, "19.990"), (80.0, 3.0, "78.500")):
        told = (clock.now + ahead - took) * 1000  # all of what it took was the way back
        reply = Reply(200, {}, f'{{"code":"200000","data":{told:.0f}}}'.encode(), took)
        monkeypatch.setattr(Line, "exchange", lambda _, __, reply=reply: reply)
        transport.resync_clock()
        assert transport.clock_offset == Decimal(wanted)
