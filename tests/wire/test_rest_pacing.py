"""When a request leaves: clock, quotas and the state of a host, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    KucoinError,
    NotSent,
    OutcomeUnknown,
    QuotaHeld,
    TooManyRequests,
)
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Transport

KEY = Credentials(Secret("canary-key"), Secret("canary-secret"), Secret("canary-passphrase"))

PRIVATE = Endpoint("GET", "/api/v1/accounts", pool=Pool.MANAGEMENT, weight=5, private=True, urgency=Urgency.ORDINARY)
PUBLIC = Endpoint("GET", "/api/v2/symbols", pool=Pool.PUBLIC_SPOT, weight=4, private=False, urgency=Urgency.ORDINARY)
POLLED = Endpoint("GET", "/api/v1/prices", pool=Pool.PUBLIC_SPOT, weight=3, private=False)
FUTURES = Endpoint("GET", "/api/v1/positions", pool=Pool.FUTURES, weight=2, private=True, futures=True)
PLACE = Endpoint(
    "POST", "/api/v1/hf/orders", pool=Pool.SPOT, weight=1, private=True, stamped=True, urgency=Urgency.ORDER
)
CANCEL = Endpoint("DELETE", "/api/v1/hf/orders/x", pool=Pool.SPOT, weight=1, private=True, urgency=Urgency.ORDER)
WRITES = pytest.mark.parametrize("write", [PLACE, CANCEL], ids=["order", "cancel"])
OK = '{"code":"200000","data":[]}'


# --- the clock


class StrictExchange:
    """Refuses a timestamp more than 5 s off its own clock, which is ``skew`` s ahead."""

    def __init__(self, scripted: Any, skew: float) -> None:
        self.skew = skew
        self._http = scripted.http
        scripted.script = self

    def __call__(self, request: Any) -> bytes:
        """Answer ``request``."""
        now_ms = (time.time() + self.skew) * 1000
        if request.target == "/api/v1/timestamp":
            return bytes(self._http(f'{{"code":"200000","data":{now_ms:.0f}}}'))
        if abs(int(request.headers["kc-api-timestamp"]) - now_ms) > 5000:
            return bytes(self._http('{"code":"400002","msg":"Invalid KC-API-TIMESTAMP"}', 401))
        return bytes(self._http(OK))


@pytest.mark.parametrize("skew", [-30, -6, 6, 30, 86_400])
@pytest.mark.parametrize("endpoint", [PRIVATE, PLACE])
def test_a_wrong_clock_is_corrected_by_one_repeat(skew: float, endpoint: Endpoint, scripted: Any) -> None:
    """Refused, clock read, repeated: even an order, since that refusal proves that it was not taken."""
    StrictExchange(scripted, skew)
    transport = Transport(scripted.hosts, KEY)
    assert transport.call(endpoint).data
    assert [target for target in scripted.targets() if target == endpoint.path] == [endpoint.path] * 2
    assert len(scripted.received) == 3
    assert abs((transport.clock_offset or Decimal(0)) - Decimal(skew)) < Decimal("0.5")
    transport.call(endpoint)
    assert len(scripted.received) == 4


def test_a_clock_that_stays_wrong_is_reported(transport: Transport, scripted: Any) -> None:
    """One repeat, not a loop."""
    now_ms = int(time.time() * 1000)

    def never_content(request: Any) -> bytes:
        if request.target == "/api/v1/timestamp":
            return bytes(scripted.http(f'{{"code":"200000","data":{now_ms}}}'))
        return bytes(scripted.http('{"code":"400002","msg":"Invalid KC-API-TIMESTAMP"}', 401))

    scripted.script = never_content
    with pytest.raises(AuthenticationFailed, match="400002"):
        transport.call(PRIVATE)
    assert len(scripted.received) == 3


@pytest.mark.parametrize("data", ["0", "null", '"soon"', "17"])
def test_an_implausible_server_time_leaves_the_clock_alone(data: str, scripted: Any) -> None:
    """The last measurement stays, and the refusal is what is raised."""
    strict = StrictExchange(scripted, 20)
    exchange = Exchange(scripted.hosts, KEY)
    exchange.resync_clock()
    before = exchange.status().clock_offset
    strict.skew = 60

    def nonsense(request: Any) -> bytes:
        clock_asked = request.target == "/api/v1/timestamp"
        return bytes(scripted.http(f'{{"code":"200000","data":{data}}}')) if clock_asked else strict(request)

    scripted.script = nonsense
    with pytest.raises(AuthenticationFailed, match="400002"):
        exchange.account.spot_accounts()
    assert exchange.status().clock_offset == before


def test_a_request_is_signed_when_it_leaves(scripted: Any, clock: Any) -> None:
    """After its wait for the quota: the timestamp is that of the sending, not of the asking."""
    quota = {"gw_ratelimit_limit": "2000", "gw_ratelimit_remaining": "0", "gw_ratelimit_reset": "9000"}
    scripted.say(scripted.http(OK, **quota), scripted.http(OK))
    transport = Transport(scripted.hosts, KEY, clock=clock.read, monotonic=clock.read, sleep=clock.sleep)
    transport.call(PRIVATE)
    transport.call(PRIVATE)
    assert clock.slept == [9.0]
    assert scripted.received[1].headers["kc-api-timestamp"] == "1009000"


# --- quotas


def refused(scripted: Any, reset_ms: int | None = None) -> bytes:
    """A 429, with or without a word on when to come back."""
    headers = {} if reset_ms is None else {"gw_ratelimit_reset": str(reset_ms)}
    headers |= {} if reset_ms is None else {"gw_ratelimit_limit": "2000", "gw_ratelimit_remaining": "0"}
    return bytes(scripted.http('{"code":"429000","msg":"Too many requests"}', 429, **headers))


def test_after_a_429_only_that_pool_sleeps(transport: Transport, scripted: Any, clock: Any) -> None:
    """A polled question raises at once; while its pool sleeps it does not leave, and other pools answer."""
    scripted.script = lambda r: refused(scripted, 20_000) if r.target == "/api/v1/prices" else scripted.http(OK)
    with pytest.raises(TooManyRequests) as first:
        transport.call(POLLED)
    assert first.value.retry_after == 20
    for _ in range(10):
        clock.now += 1.5
        with pytest.raises(QuotaHeld, match="public spot quota"):
            transport.call(POLLED)
        transport.call(PRIVATE)
        transport.call(FUTURES)
    assert scripted.targets().count("/api/v1/prices") == 1
    clock.now += 5.1
    with pytest.raises(TooManyRequests):
        transport.call(POLLED)


def test_a_question_that_someone_waits_for_waits_its_turn(transport: Transport, scripted: Any, clock: Any) -> None:
    """Until the reset, if that is near."""
    scripted.say(refused(scripted, 4000), scripted.http(OK))
    assert transport.call(PRIVATE).data
    assert clock.slept[-1] == pytest.approx(4)
    assert len(scripted.received) == 2


def test_nobody_waits_for_a_far_reset(transport: Transport, scripted: Any, clock: Any) -> None:
    """A page that hangs for half a minute says less than one that says why it is empty."""
    scripted.say(refused(scripted, 25_000))
    with pytest.raises(QuotaHeld) as held:
        transport.call(PRIVATE)
    assert held.value.retry_after == pytest.approx(25)
    assert len(scripted.received) == 1


@WRITES
def test_a_429_to_an_order_is_handed_on(write: Endpoint, transport: Transport, scripted: Any) -> None:
    """The desk looks it up; it is not sent again on its own."""
    scripted.say(refused(scripted))
    with pytest.raises(TooManyRequests):
        transport.call(write)
    assert len(scripted.received) == 1


@pytest.mark.parametrize("reset_ms", [None, 5000])
def test_a_shut_pool_is_left_alone(reset_ms: int | None, transport: Transport, scripted: Any, clock: Any) -> None:
    """A minute of polling twice a second: one request per reset, or eight at most without one."""
    scripted.say(refused(scripted, reset_ms))
    for _ in range(120):
        clock.now += 0.5
        with pytest.raises(KucoinError):
            transport.call(POLLED)
    assert 4 <= len(scripted.received) <= (8 if reset_ms is None else 13)


def test_the_quota_is_reported(transport: Transport, scripted: Any) -> None:
    """As the exchange named it; None for pools of which it said nothing."""
    quota = {"gw_ratelimit_limit": "8000", "gw_ratelimit_remaining": "7985", "gw_ratelimit_reset": "30000"}
    scripted.say(scripted.http(OK, **quota))
    transport.call(PUBLIC)
    pools = {report.pool: report for report in transport.pools()}
    assert (pools[Pool.PUBLIC_SPOT].limit, pools[Pool.PUBLIC_SPOT].remaining) == (8000, 7985)
    assert pools[Pool.PUBLIC_SPOT].reset_in == pytest.approx(30)
    assert pools[Pool.FUTURES].remaining is None


# --- the host


@pytest.mark.parametrize("status", [200, 403, 429, 502, 503])
def test_five_minutes_of_pages_cost_six_requests(status: int, transport: Transport, scripted: Any, clock: Any) -> None:
    """Polled every second, a host that answers with pages is spared, and the text says so."""
    scripted.say(scripted.http("<html>Attention Required!</html>", status))
    texts = set()
    for _ in range(300):
        clock.now += 1
        with pytest.raises(KucoinError) as raised:
            transport.call(POLLED)
        texts.add(str(raised.value).partition(";")[0])
    assert 2 <= len(scripted.received) <= 6
    assert any("the spot host answers with web pages" in text for text in texts) or status == 429
    assert transport.hosts()[0].problem is not None


def test_a_host_that_is_back_is_used_again(transport: Transport, scripted: Any, clock: Any) -> None:
    """At the latest two minutes after its last page."""
    scripted.say(scripted.http("<html>", 503), scripted.http("<html>", 503), scripted.http(OK))
    for _ in range(240):
        clock.now += 0.5
        try:
            transport.call(POLLED)
        except KucoinError:
            continue
        break
    assert len(scripted.received) == 3
    transport.call(POLLED)
    assert transport.hosts()[0].problem is None


def test_one_request_asks_whether_a_host_is_back(transport: Transport, scripted: Any, clock: Any) -> None:
    """While it is on its way, nothing else leaves."""
    scripted.say(scripted.http("<html>", 503))
    with pytest.raises(OutcomeUnknown):
        transport.call(POLLED)
    clock.now += 8
    held: list[NotSent] = []

    def meanwhile(_: Any) -> bytes:
        try:
            transport.call(PUBLIC)
        except NotSent as error:
            held.append(error)
        return bytes(scripted.http(OK))

    scripted.script = meanwhile
    assert transport.call(POLLED).data
    assert len(held) == 1
    assert len(scripted.received) == 2


def test_an_order_tries_its_luck_at_such_a_host(transport: Transport, scripted: Any) -> None:
    """A cancel is worth a request."""
    scripted.say(scripted.http("<html>", 503))
    with pytest.raises(OutcomeUnknown):
        transport.call(POLLED)
    with pytest.raises(NotSent, match="web pages; next try in 8 s"):
        transport.call(PUBLIC)
    with pytest.raises(OutcomeUnknown):
        transport.call(CANCEL)
    assert len(scripted.received) == 2


def test_a_missing_path_does_not_shut_the_host(transport: Transport, scripted: Any) -> None:
    """One feature is gone, the others work."""
    scripted.say(scripted.http("<html>Not Found</html>", 404), scripted.http(OK))
    with pytest.raises(ApiError, match="HTTP 404"):
        transport.call(POLLED)
    transport.call(PUBLIC)


def test_the_state_of_each_host_is_reported(serve: Callable[[], Any]) -> None:
    """When it last answered, a refusal counting as an answer, and what is wrong now."""
    spot, futures = serve(), serve()
    transport = Transport(hosts.practice(spot.port, futures.port), KEY, sleep=lambda _: None)
    assert [(host.name, host.answered_at, host.problem) for host in transport.hosts()] == [
        ("spot", None, None),
        ("futures", None, None),
    ]
    spot.say(spot.http('{"code":"400100","msg":"no"}'))
    futures.say(b"")
    with pytest.raises(ApiError):
        transport.call(PRIVATE)
    with pytest.raises(OutcomeUnknown):
        transport.call(FUTURES)
    first, second = transport.hosts()
    assert (first.answered_at is not None, first.problem) == (True, None)
    assert second.answered_at is None
    assert "no answer came" in (second.problem or "")
    futures.say(futures.http(OK))
    transport.call(FUTURES)
    assert transport.hosts()[1].problem is None
    futures.say(futures.http("oops"))
    with pytest.raises(OutcomeUnknown):
        transport.call(FUTURES)
    assert "unreadable answer" in (transport.hosts()[1].problem or "")
