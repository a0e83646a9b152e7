"""How a request leaves, and what becomes of it, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    InvalidRequest,
    KucoinError,
    NotConfigured,
    NotSent,
    OutcomeUnknown,
    PermissionDenied,
)
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.line import Timeouts
from kucoin.rest.transport import Transport

SECRET = "canary-secret"
KEY = Credentials(Secret("canary-key"), Secret(SECRET), Secret("canary-passphrase"))

PRIVATE = Endpoint("GET", "/api/v1/accounts", pool=Pool.MANAGEMENT, weight=5, private=True, urgency=Urgency.ORDINARY)
PUBLIC = Endpoint("GET", "/api/v2/symbols", pool=Pool.PUBLIC_SPOT, weight=4, private=False, urgency=Urgency.ORDINARY)
FUTURES = Endpoint("GET", "/api/v1/positions", pool=Pool.FUTURES, weight=2, private=True, futures=True)
PLACE = Endpoint(
    "POST", "/api/v1/hf/orders", pool=Pool.SPOT, weight=1, private=True, stamped=True, urgency=Urgency.ORDER
)
CANCEL = Endpoint("DELETE", "/api/v1/hf/orders/x", pool=Pool.SPOT, weight=1, private=True, urgency=Urgency.ORDER)
WRITES = pytest.mark.parametrize("write", [PLACE, CANCEL], ids=["order", "cancel"])
OK = '{"code":"200000","data":[]}'


def signature(request: Any) -> str:
    """Sign ``request`` from what came over the wire, the query decoded, as the exchange does it."""
    text = request.headers["kc-api-timestamp"] + request.method + unquote(request.target) + request.body.decode()
    return base64.b64encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()).decode()


# --- what goes out


@pytest.mark.parametrize(
    "value",
    [
        "BTC-USDT",
        "A,B",
        "a b",
        "a/b",
        "größer 大",
        "abc!@#11",
        "a&b=c",
        "50%",
        "a+b",
        "%41",
        "~._-",
        "?",
        "🙂",
        "\\\"'<>",
    ],
)
def test_what_is_signed_is_what_is_sent(value: str, transport: Transport, scripted: Any) -> None:
    """The exchange decodes the query and finds the text that was signed."""
    transport.call(PRIVATE, params={"first": value, "second": 2, "third": None})
    (request,) = scripted.received
    assert unquote(request.target) == f"/api/v1/accounts?first={value}&second=2"
    assert request.headers["kc-api-sign"] == signature(request)
    assert request.target.isascii()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(st.characters(codec="utf-8")),
    body=st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))),
)
def test_any_text_can_be_signed_and_sent(value: str, body: dict[str, str], transport: Transport, scripted: Any) -> None:
    """In a query and in a body."""
    transport.call(PRIVATE, params={"text": value})
    transport.call(PLACE, body=body)
    question, order = scripted.received[-2:]
    assert question.headers["kc-api-sign"] == signature(question)
    assert order.headers["kc-api-sign"] == signature(order)
    assert unquote(question.target).removeprefix("/api/v1/accounts?text=") == value


def test_a_body_is_compact_and_sent_as_signed(transport: Transport, scripted: Any) -> None:
    """And an order says from when on it is too late."""
    transport.call(PLACE, body={"clientOid": "a", "price": "0.00000001", "remark": "größer"})
    (request,) = scripted.received
    sent = json.loads(request.body)
    assert b" " not in request.body
    assert (sent["price"], sent["remark"]) == ("0.00000001", "größer")
    assert (str(sent["clientTimestamp"]), sent["allowMaxTimeWindow"]) == (request.headers["kc-api-timestamp"], 5000)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["kc-api-sign"] == signature(request)


def test_a_public_question_carries_no_key(transport: Transport, scripted: Any) -> None:
    """No header of it."""
    transport.call(PUBLIC)
    assert not [name for name in scripted.received[0].headers if name.startswith("kc-")]


def test_the_headers_of_a_site_go_along(scripted: Any) -> None:
    """Australia is told apart by one."""
    base = scripted.hosts
    scripted.say(scripted.http(OK))
    site = hosts.Hosts(base.spot_base, base.futures_base, {"X-SITE-TYPE": "australia"})
    Transport(site).call(PUBLIC)
    assert scripted.received[0].headers["x-site-type"] == "australia"


def test_a_private_call_without_a_key_does_not_leave(scripted: Any) -> None:
    """Not even a connection."""
    with pytest.raises(NotConfigured, match="/api/v1/accounts"):
        Transport(scripted.hosts).call(PRIVATE)
    assert scripted.connections == 0


def test_a_site_without_futures_says_so() -> None:
    """Before anything is connected."""
    with pytest.raises(InvalidRequest, match="no futures"):
        Transport(hosts.live("eu"), KEY).call(FUTURES)


def test_the_surroundings_change_nothing(
    serve: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Proxies, certificates and .netrc of the environment are not looked at."""
    exchange_, proxy = serve(), serve()
    for server in (exchange_, proxy):
        server.say(server.http(OK))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    Transport(exchange_.hosts, KEY).call(PRIVATE)
    assert proxy.connections == 0
    assert "authorization" not in exchange_.received[0].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("write", [PRIVATE, PLACE])
def test_a_redirect_is_not_followed(status: int, write: Endpoint, serve: Callable[[], Any]) -> None:
    """No request at the other host, no second one at the first, wherever it points."""
    exchange_, other = serve(), serve()
    transport = Transport(exchange_.hosts, KEY)
    for target in (f"http://127.0.0.1:{other.port}/", "/api/v2/elsewhere", "http://[", "//", ""):
        exchange_.say(exchange_.http("", status, Location=target))
        with pytest.raises(OutcomeUnknown if write is PLACE else ApiError, match="redirect"):
            transport.call(write, body={} if write is PLACE else None)
    assert other.connections == 0
    assert len(exchange_.received) == 5


def test_a_cookie_is_not_kept(transport: Transport, scripted: Any) -> None:
    """A CDN sets some; they would tell two keys apart."""
    scripted.say(scripted.http(OK, Set_Cookie="id=1; Path=/"))
    transport.call(PUBLIC)
    transport.call(PUBLIC)
    assert "cookie" not in scripted.received[1].headers


def test_a_connection_is_used_again(transport: Transport, scripted: Any) -> None:
    """By every call of every kind."""
    for endpoint in (PUBLIC, PRIVATE, FUTURES, PRIVATE):
        transport.call(endpoint)
    assert scripted.connections == 1


def test_threads_share_a_transport(scripted: Any) -> None:
    """Eight at once, each gets the answer to its own question."""
    scripted.script = lambda request: scripted.http(json.dumps({"code": "200000", "data": request.target}))
    transport = Transport(scripted.hosts, KEY)
    wrong: list[str] = []

    def ask(name: str) -> None:
        for number in range(20):
            answer = transport.call(PRIVATE, params={"q": f"{name}{number}"})
            if json.loads(bytes(answer.data)) != f"/api/v1/accounts?q={name}{number}":
                wrong.append(name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert len(scripted.received) == 160


# --- what is put again, and what is not


FAULTS = {
    "hung up": b"",
    "half a line": b"HTTP/1.1 2",
    "no http": b"SSH-2.0-OpenSSH\r\n",
    "503": b"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n",
    "500 in json": b'HTTP/1.1 500 x\r\nContent-Length: 29\r\n\r\n{"code":"500000","msg":"bad"}',
    "fault with 200": b'HTTP/1.1 200 x\r\nContent-Length: 29\r\n\r\n{"code":"504000","msg":"bad"}',
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_question_is_put_again(kind: str, transport: Transport, scripted: Any, clock: Any) -> None:
    """Twice at most, after pauses that grow, and then the answer counts."""
    scripted.script = _each(scripted, FAULTS[kind], FAULTS[kind], scripted.http(OK))
    assert transport.call(PRIVATE).data
    assert len(scripted.received) == 3
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_question_is_not_put_for_ever(kind: str, transport: Transport, scripted: Any) -> None:
    """After the third time the outcome is unknown."""
    scripted.script = _each(scripted, FAULTS[kind])
    with pytest.raises(OutcomeUnknown, match="GET /api/v1/accounts"):
        transport.call(PRIVATE)
    assert len(scripted.received) == 3


@WRITES
@pytest.mark.parametrize("kind", FAULTS)
def test_an_order_and_a_cancel_leave_once(kind: str, write: Endpoint, transport: Transport, scripted: Any) -> None:
    """What became of them is unknown: that is looked up, not tried again."""
    scripted.script = _each(scripted, FAULTS[kind])
    with pytest.raises(OutcomeUnknown, match=write.path):
        transport.call(write)
    assert len(scripted.received) == 1


def _each(scripted: Any, *answers: bytes) -> Callable[[Any], bytes]:
    """Answer with each of ``answers`` in turn, hanging up after what is no whole answer, the last for ever."""
    left = list(answers)

    def answer(_: Any) -> Iterator[bytes]:
        said = left.pop(0) if len(left) > 1 else left[0]
        yield said if b"Content-Length" in said else b"%b\r\nConnection: close" % said if said else b""

    return answer


def test_a_silent_question_is_put_again_and_a_silent_order_is_not(scripted: Any) -> None:
    """Silence after sending proves nothing either way."""
    release = threading.Event()

    def silent_once(_: Any) -> bytes:
        if len(scripted.received) in {1, 3}:
            release.wait(5)
        return bytes(scripted.http(OK))

    scripted.script = silent_once
    transport = Transport(scripted.hosts, KEY, timeouts=Timeouts(read=0.5), sleep=lambda _: None)
    assert transport.call(PRIVATE).data
    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        transport.call(PLACE, body={})
    release.set()
    assert [request.method for request in scripted.received] == ["GET", "GET", "POST"]


@pytest.mark.parametrize(("line", "endpoint"), [(30.0, 0.3), (0.3, 30.0)])
def test_what_may_be_repeated_is_given_up_sooner(scripted: Any, line: float, endpoint: float) -> None:
    """The shorter of the line's patience and the endpoint's own counts."""
    release = threading.Event()

    def silent(_: Any) -> bytes:
        release.wait(30)
        return bytes(scripted.http(OK))

    scripted.script = silent
    transport = Transport(scripted.hosts, KEY, timeouts=Timeouts(read=line))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        transport.call(replace(PLACE, silence=endpoint), body={})
    assert time.monotonic() - began < 20
    release.set()
    transport.close()


def test_a_dripping_answer_ends_in_time(scripted: Any) -> None:
    """Each byte resets a read timeout; the body as a whole has its own."""
    stop = threading.Event()

    def drip(_: Any) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        while not stop.wait(0.02):
            yield b" "

    scripted.script = drip
    transport = Transport(scripted.hosts, KEY, timeouts=Timeouts(read=0.2))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="did not end"):
        transport.call(PRIVATE)
    assert time.monotonic() - began < 0.2 + 1
    stop.set()


def test_an_endless_answer_is_cut_off(scripted: Any) -> None:
    """At 32 MB unpacked."""

    def flood(_: Any) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        while True:
            yield piece

    scripted.script = flood
    with pytest.raises(OutcomeUnknown, match="longer than 33554432 bytes"):
        Transport(scripted.hosts, KEY).call(PRIVATE)


@pytest.mark.parametrize("endpoint", [PRIVATE, PLACE])
def test_a_refused_connection_proves_that_nothing_was_sent(endpoint: Endpoint) -> None:
    """There is nobody at the port."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    transport = Transport(hosts.practice(port, port), KEY, sleep=lambda _: None)
    with pytest.raises(NotSent, match=r"not sent: no connection \(NewConnectionError\)"):
        transport.call(endpoint)


def test_a_connection_that_never_stands_proves_that_nothing_was_sent() -> None:
    """A full queue of connections lets the dial time out."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        transport = Transport(hosts.practice(port, port), KEY, timeouts=Timeouts(connect=0.2, read=0.2))
        with pytest.raises(NotSent, match="no connection"):
            transport.call(PLACE, body={})
        for one in waiting:
            one.close()


@WRITES
def test_a_pooled_connection_that_died_is_no_proof(write: Endpoint, transport: Transport, scripted: Any) -> None:
    """It is cut when the order arrives: unknown, and one order."""
    scripted.say(scripted.http(OK), b"")
    transport.call(PUBLIC)
    with pytest.raises(OutcomeUnknown, match=write.path):
        transport.call(write)
    assert [request.method for request in scripted.received] == ["GET", write.method]
    assert scripted.connections == 1


@WRITES
@pytest.mark.parametrize("answer", ["", "{}", "[]", "<html>", '{"code":"200000"', "null"])
def test_an_unreadable_answer_to_an_order_is_unknown(
    answer: str, write: Endpoint, transport: Transport, scripted: Any
) -> None:
    """Not placed, not refused."""
    scripted.say(scripted.http(answer))
    with pytest.raises(OutcomeUnknown):
        transport.call(write)
    assert len(scripted.received) == 1


@pytest.mark.parametrize("code", ["400003", "400005", "400006", "400007", "411100"])
@pytest.mark.parametrize("endpoint", [PRIVATE, PLACE])
def test_a_lasting_refusal_is_one_request(code: str, endpoint: Endpoint, transport: Transport, scripted: Any) -> None:
    """Asking again changes nothing."""
    scripted.say(scripted.http(json.dumps({"code": code, "msg": "no"}), 403))
    with pytest.raises((AuthenticationFailed, PermissionDenied)):
        transport.call(endpoint)
    assert len(scripted.received) == 1


# --- the end


def test_closing_ends_a_wait(scripted: Any) -> None:
    """And no call leaves afterwards."""
    quota = {"gw_ratelimit_limit": "2000", "gw_ratelimit_remaining": "0", "gw_ratelimit_reset": "8000"}
    scripted.say(scripted.http('{"code":"429000","msg":"Too many requests"}', 429, **quota))
    transport = Transport(scripted.hosts, KEY)
    ended: list[Exception] = []

    def ask() -> None:
        try:
            transport.call(PRIVATE)
        except KucoinError as error:
            ended.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    deadline = time.monotonic() + 5
    while not scripted.received and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    transport.close()
    thread.join(2)
    assert not thread.is_alive()
    assert "closed" in str(ended[0])
    with pytest.raises(NotSent, match="closed"):
        transport.call(PUBLIC)
    assert len(scripted.received) == 1


def test_nothing_secret_is_logged(scripted: Any, caplog: pytest.LogCaptureFixture) -> None:
    """At no level, by nobody, through failures and repeats."""
    caplog.set_level(logging.DEBUG)
    scripted.say(b"", scripted.http("", 503), scripted.http('{"code":"400005","msg":"Invalid KC-API-SIGN"}', 401))
    transport = Transport(scripted.hosts, KEY, sleep=lambda _: None)
    with pytest.raises(AuthenticationFailed):
        transport.call(PRIVATE, params={"currency": "USDT"})
    sign = scripted.received[-1].headers["kc-api-sign"]
    passphrase = scripted.received[-1].headers["kc-api-passphrase"]
    assert not [text for text in ("canary", sign, passphrase) if text in caplog.text]
    assert "asking again" in caplog.text
