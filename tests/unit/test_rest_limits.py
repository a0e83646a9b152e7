"""Quotas and the circuit, with the time passed in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.rest.circuit import Circuit
from kucoin.rest.limits import Limiter, Pool, Quota, Urgency

URGENCIES = [(Urgency.BACKGROUND, 1600), (Urgency.ORDINARY, 1800), (Urgency.ORDER, 2000)]


def spend(limiter: Limiter, pool: Pool, urgency: Urgency, *, now: float, weight: int = 20) -> int:
    """Ask until the pool says wait, each answered without headers; return the weight that went out."""
    spent = 0
    while not limiter.reserve(pool, weight, urgency, now):
        limiter.answered(pool, weight, None, now)
        spent += weight
    return spent


def remaining(limiter: Limiter, pool: Pool, now: float = 0.0) -> int | None:
    """What the report says is left of ``pool``."""
    return next(report.remaining for report in limiter.report(now) if report.pool is pool)


@pytest.mark.parametrize(
    ("pool", "quota", "window"),
    [
        (Pool.SPOT, 4000, 30),
        (Pool.FUTURES, 2000, 30),
        (Pool.MANAGEMENT, 2000, 30),
        (Pool.PUBLIC_SPOT, 2000, 30),
        (Pool.PUBLIC_FUTURES, 2000, 30),
        (Pool.UNIFIED, 300, 1),
    ],
)
def test_a_pool_starts_with_the_lowest_quota(pool: Pool, quota: int, window: float) -> None:
    """VIP 0 until an answer says otherwise: an order may use exactly that, and again after the window."""
    limiter = Limiter()
    assert spend(limiter, pool, Urgency.ORDER, now=0, weight=10) == quota
    assert limiter.reserve(pool, 10, Urgency.ORDER, window - 0.5) == 0.5
    assert spend(limiter, pool, Urgency.ORDER, now=window, weight=10) == quota


@pytest.mark.parametrize(("urgency", "share"), URGENCIES)
def test_the_rest_of_a_quota_is_kept_for_the_more_urgent(urgency: Urgency, share: int) -> None:
    """Background stops with 20 % left, ordinary calls with 10 %, orders and cancels with nothing."""
    assert spend(Limiter(), Pool.FUTURES, urgency, now=0) == share


def test_pools_do_not_share() -> None:
    """One that is empty leaves the others as they were."""
    limiter = Limiter()
    spend(limiter, Pool.SPOT, Urgency.ORDER, now=0)
    assert limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, 1) > 0
    assert all(limiter.reserve(pool, 1, Urgency.BACKGROUND, 1) == 0 for pool in Pool if pool is not Pool.SPOT)


def test_the_quota_is_learned_from_the_answers() -> None:
    """A higher level, and what another program under the same key has taken, come with the headers."""
    limiter = Limiter()
    assert remaining(limiter, Pool.SPOT) is None
    limiter.reserve(Pool.SPOT, 15, Urgency.BACKGROUND, 0)
    limiter.answered(Pool.SPOT, 15, Quota(8000, 2000, 10.0), 0)
    assert remaining(limiter, Pool.SPOT) == 2000
    assert limiter.reserve(Pool.SPOT, 401, Urgency.BACKGROUND, 1) == 9  # 1,600 of 8,000 are kept
    assert limiter.reserve(Pool.SPOT, 400, Urgency.BACKGROUND, 1) == 0


def test_an_overtaken_answer_does_not_give_quota_back() -> None:
    """Within one window the smaller figure is the newer one."""
    limiter = Limiter()
    for _ in range(2):
        limiter.reserve(Pool.SPOT, 10, Urgency.ORDINARY, 0)
    limiter.answered(Pool.SPOT, 10, Quota(4000, 100, 20.0), 0.1)
    limiter.answered(Pool.SPOT, 10, Quota(4000, 110, 19.9), 0.2)
    assert remaining(limiter, Pool.SPOT) == 90


def test_what_is_on_its_way_is_taken_already() -> None:
    """An answer knows nothing of requests that left after its own."""
    limiter = Limiter()
    limiter.reserve(Pool.SPOT, 10, Urgency.ORDINARY, 0)
    limiter.reserve(Pool.SPOT, 300, Urgency.ORDINARY, 0)
    limiter.answered(Pool.SPOT, 10, Quota(4000, 1000, 20.0), 0.1)
    assert remaining(limiter, Pool.SPOT) == 700


def test_a_window_that_the_exchange_began_anew_counts() -> None:
    """Its window may end before ours; a later reset is another window, so a larger figure is true."""
    limiter = Limiter()
    limiter.reserve(Pool.SPOT, 10, Urgency.ORDINARY, 0)
    limiter.answered(Pool.SPOT, 10, Quota(4000, 50, 5.0), 0)
    limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, 1)
    limiter.answered(Pool.SPOT, 1, Quota(4000, 3999, 30.0), 1)
    assert remaining(limiter, Pool.SPOT, 1) == 3999


def test_after_a_429_the_pool_sleeps_and_the_others_go_on() -> None:
    """Even an order waits until the moment that KuCoin named; no other pool does."""
    limiter = Limiter()
    limiter.reserve(Pool.SPOT, 2, Urgency.ORDER, 100)
    limiter.refused(Pool.SPOT, 2, 12.5, 100, 0)
    assert limiter.reserve(Pool.SPOT, 2, Urgency.ORDER, 101) == 11.5
    assert limiter.reserve(Pool.FUTURES, 2, Urgency.BACKGROUND, 101) == 0
    assert remaining(limiter, Pool.SPOT, 101) is None
    assert limiter.reserve(Pool.SPOT, 2, Urgency.BACKGROUND, 112.5) == 0


def test_after_the_sleep_one_request_asks_for_all() -> None:
    """The rest wait for its answer, so that a pool that is still shut costs one request."""
    limiter = Limiter()
    limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 0)
    limiter.refused(Pool.SPOT, 2, 5, 0, 0)
    assert limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 5) == 0
    assert limiter.reserve(Pool.SPOT, 2, Urgency.ORDER, 5) > 0
    limiter.answered(Pool.SPOT, 2, None, 5.1)
    assert limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 5.1) == 0


def test_a_lost_request_lets_another_ask() -> None:
    """No answer says nothing of the quota; the next request finds out."""
    limiter = Limiter()
    limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 0)
    limiter.refused(Pool.SPOT, 2, 5, 0, 0)
    limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 5)
    limiter.lost(Pool.SPOT, 2)
    assert limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 6) == 0


def test_an_answer_from_before_the_429_does_not_wake_the_pool() -> None:
    """It left while there was quota."""
    limiter = Limiter()
    limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 0)
    limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 0)
    limiter.refused(Pool.SPOT, 2, None, 0, 0)
    limiter.answered(Pool.SPOT, 2, None, 0.25)
    assert limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, 0.5) == 0.5


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_an_overloaded_exchange_gets_at_most_eight_requests_a_minute(jitter: float) -> None:
    """A 429 without a time doubles the pause from 1 s to 30 s."""
    limiter = Limiter()
    sent = []
    for tick in range(600):
        now = tick / 10
        if limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, now) == 0:
            sent.append(now)
            limiter.refused(Pool.SPOT, 1, None, now, jitter)
    assert 5 <= len(sent) <= 8
    pauses = [later - earlier for earlier, later in pairwise(sent)]
    assert pauses == sorted(pauses)


def test_the_longest_pause_is_half_a_minute_and_a_success_forgets_it() -> None:
    """Twenty refusals do not make it longer; one answer starts over at 1 s."""
    limiter = Limiter()
    now = 0.0
    for _ in range(20):
        assert limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, now) == 0
        limiter.refused(Pool.SPOT, 1, None, now, 0)
        pause = limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, now)
        now += pause
    assert pause == 30
    limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, now)
    limiter.answered(Pool.SPOT, 1, None, now)
    limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, now)
    limiter.refused(Pool.SPOT, 1, None, now, 0)
    assert limiter.reserve(Pool.SPOT, 1, Urgency.ORDER, now) == 1


def test_twenty_sessions_cost_a_shut_pool_one_request_a_reset() -> None:
    """60 s in which every request is refused until a reset 10 s ahead."""
    limiter = Limiter()
    sent = 0
    for tick in range(600):
        now = tick / 10
        leaving = [1 for _ in range(20) if limiter.reserve(Pool.SPOT, 2, Urgency.ORDINARY, now) == 0]
        sent += len(leaving)
        for _ in leaving:
            limiter.refused(Pool.SPOT, 2, 10 - now % 10, now, 0)
        if tick == 0:
            sent = 0  # before the first refusal nobody could know
    assert sent <= 5


@given(st.lists(st.tuples(st.sampled_from(list(Urgency)), st.integers(1, 40), st.floats(0, 2)), max_size=200))
def test_no_order_of_requests_passes_the_quota(asked: list[tuple[Urgency, int, float]]) -> None:
    """Whatever is asked when, the weight granted within any one of our windows stays within the limit."""
    limiter, now, start, spent = Limiter(), 0.0, None, 0
    for urgency, weight, pause in asked:
        now += pause
        if limiter.reserve(Pool.UNIFIED, weight, urgency, now) == 0:
            if start is None or now >= start + 1:
                start, spent = now, 0
            spent += weight
            limiter.answered(Pool.UNIFIED, weight, None, now)
            assert spent <= 300


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "5"},
        {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "x", "gw-ratelimit-reset": "1"},
        {"gw-ratelimit-limit": "0", "gw-ratelimit-remaining": "0", "gw-ratelimit-reset": "1"},
        {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "-5", "gw-ratelimit-reset": "1"},
        {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "0", "gw-ratelimit-reset": "1790000000000"},
    ],
)
def test_headers_that_make_no_sense_say_nothing(headers: dict[str, str]) -> None:
    """Missing, unreadable or impossible figures are no quota."""
    assert Quota.read(headers) is None


def test_the_reset_header_is_in_milliseconds() -> None:
    """Seconds inside."""
    headers = {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "7", "gw-ratelimit-reset": "12345"}
    assert Quota.read(headers) == Quota(2000, 7, 12.345)


def test_five_minutes_of_web_pages_cost_at_most_six_requests() -> None:
    """Asked twice a second, a host that answers with pages is spared more and more."""
    circuit, sent = Circuit(), 0
    for tick in range(600):
        now = tick / 2
        if not circuit.held(now):
            circuit.enter(now)
            sent += 1
            circuit.page(now, now)
    assert 4 <= sent <= 6


def test_an_open_circuit_lets_one_request_ask() -> None:
    """While it is on its way the others are held; data closes the circuit for all."""
    circuit = Circuit()
    circuit.page(0, 0)
    assert circuit.held(1) == 7
    assert circuit.held(8) == 0
    circuit.enter(8)
    assert circuit.held(8.1) > 0
    circuit.clear()
    assert circuit.held(8.2) == 0


def test_pages_to_requests_that_left_together_count_once() -> None:
    """Six that were on their way when the host went away are one outage."""
    circuit = Circuit()
    for _ in range(6):
        circuit.page(0, 0.5)
    assert circuit.held(0.5) == 8
