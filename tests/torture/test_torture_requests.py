"""Section "requests" of the faults, in true time. Run: pytest tests/torture/test_torture_requests.py -s

Nothing in it is drawn. Its parts have the lengths of their claims: 60 s of refusals, 5 min of web pages, 3 min of a
clock that runs away, and the read timeout of 10 s; in all about 11 min.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from kucoin.errors import ApiError, KucoinError, OutcomeUnknown
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.rest.line import Timeouts
from tests.conftest import Practice
from tests.line_proxy import LineProxy
from tests.rest_calls import CALLS, CANARY

SESSIONS = 20
Ask = Callable[[Exchange], object]


@pytest.fixture
def floor(new_practice: Callable[..., Practice]) -> Practice:
    """An exchange whose market stands still."""
    floor = new_practice()
    floor.clock(rate=0)
    return floor


def client(floor: Practice, *, port: int = 0) -> Exchange:
    """A client of ``floor``, by way of ``port`` where there is a line in between."""
    key = Credentials(*(Secret(text) for text in (floor.key, floor.secret, floor.passphrase)))
    spot, futures = (int(base.rpartition(":")[2]) for base in (floor.spot, floor.futures))
    return Exchange(hosts.practice(port or spot, futures), key)


def asked(floor: Practice, request: str) -> int:
    """How often the exchange was asked ``request``: host, method and path."""
    return int(floor.state()["requests"].get(request, 0))


@contextmanager
def sessions(exchange: Exchange, ask: Ask, every: float) -> Iterator[Counter[str]]:
    """Have 20 threads ask again and again; yields how it ended how often."""
    ended: Counter[str] = Counter()
    stop = threading.Event()

    def work(number: int) -> None:
        stop.wait(every * number / SESSIONS)
        while not stop.is_set():
            try:
                ask(exchange)
                ended["answered"] += 1
            except KucoinError as error:
                ended[type(error).__name__] += 1
            stop.wait(every)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(SESSIONS)]
    for thread in threads:
        thread.start()
    try:
        yield ended
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)


def test_a_minute_of_refusals(floor: Practice) -> None:
    """20 sessions, 60 s: one request per pool and reset, 8 without a reset and at 110188; other pools go on."""
    faults: dict[str, tuple[dict[str, Any], Ask, int]] = {
        "spot GET /api/v1/accounts": (
            {"name": "http_429", "reset_ms": 10_000},
            lambda e: e.account.spot_accounts(),
            60 // 10,
        ),
        "spot GET /api/v1/hf/fills": (
            {"name": "http_429_bare"},
            lambda e: e.spot_orders.fills(symbol="BTC-USDT"),
            8,
        ),
        "futures GET /api/v1/fills": (
            {"name": "refuse", "code": "110188", "text": "System busy"},
            lambda e: e.futures_orders.fills(),
            8,
        ),
    }
    exchange = client(floor)
    with ThreadPoolExecutor(len(faults) + 1) as pool:
        market = pool.submit(_minute, exchange, lambda e: e.market.time())
        for request, (fault, ask, _) in faults.items():
            ask(exchange)
            host, _, path = request.split(" ")
            floor.faults({**fault, "host": host, "path": path})
            with pytest.raises(ApiError):  # from here on it is known
                ask(exchange)
        before = {request: asked(floor, request) for request in faults}
        minutes = {request: pool.submit(_minute, exchange, ask) for request, (_, ask, _) in faults.items()}
        for request, (_, _, most) in faults.items():
            ended = minutes[request].result()
            sent = asked(floor, request) - before[request]
            print(f"{request}: {ended.total()} asked, {sent} left: {dict(ended)}", flush=True)
            assert 1 <= sent <= most
            assert ended["answered"] == 0
        ended = market.result()
    print(f"the market meanwhile: {dict(ended)}", flush=True)
    assert set(ended) == {"answered"}
    exchange.close()


def _minute(exchange: Exchange, ask: Ask) -> Counter[str]:
    with sessions(exchange, ask, every=2.0) as ended:
        time.sleep(60)
    return ended


def test_five_minutes_of_web_pages(floor: Practice) -> None:
    """20 sessions: 6 requests at most, the other host goes on, and what returns is used within 2 min."""
    exchange = client(floor)
    ask: Ask = lambda e: e.market.stats(symbol="BTC-USDT")  # noqa: E731  # as the others, beside them
    ask(exchange)
    floor.faults({"name": "cdn_page", "status": 403, "host": "spot"})
    path = "spot GET /api/v1/market/stats"
    before = asked(floor, path)
    with sessions(exchange, ask, every=1.0) as ended, sessions(exchange, lambda e: e.futures.time(), 5.0) as other:
        time.sleep(300)
        sent = asked(floor, path) - before
        print(f"{ended.total()} asked in 300 s, {sent} left: {dict(ended)}; futures: {dict(other)}", flush=True)
        assert 2 <= sent <= 6
        assert set(other) == {"answered"}
        floor.clear_faults()
        began = time.monotonic()
        while not ended["answered"] and time.monotonic() - began < 125:
            time.sleep(0.1)
        print(f"used again {time.monotonic() - began:.0f} s after its return", flush=True)
        assert ended["answered"]
    exchange.close()


@pytest.mark.parametrize("drift", [-20, 20])
def test_a_clock_that_runs_away(floor: Practice, drift: float) -> None:
    """By 20 s a minute for 90 s: every question is answered, in two requests at most; each offset is true to 0.5 s."""
    exchange = client(floor)
    floor.faults({"name": "drift", "seconds": drift})
    corrected, worst = 0, 0.0
    began = time.monotonic()
    while time.monotonic() - began < 90:
        before = asked(floor, "spot GET /api/v1/accounts")
        exchange.account.spot_accounts()
        requests = asked(floor, "spot GET /api/v1/accounts") - before
        assert requests <= 2
        if requests == 2:
            there = floor.public("/api/v1/timestamp").data / 1000 - time.time()
            worst = max(worst, abs(there - float(exchange.status().clock_offset or 0)))
            corrected += 1
        time.sleep(0.5)
    print(f"{drift:+} s a minute: corrected {corrected} times, each offset true to {worst:.3f} s", flush=True)
    assert corrected >= 3
    assert worst < 0.5
    exchange.close()


def test_a_dial_that_takes_seconds_makes_no_header_old() -> None:
    """A host whose queue of connections is full lets the first packets of a dial be lost: the header is no older."""
    ages = []
    with socket.socket() as host:
        host.bind(("127.0.0.1", 0))
        host.listen(0)
        port = host.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))

        def serve() -> None:
            time.sleep(0.7)
            while True:
                connection, _ = host.accept()
                with connection, connection.makefile("rb") as words:
                    lines = list(iter(words.readline, b"\r\n")) if _speaks(connection) else []
                    stamps = [line for line in lines if line.lower().startswith(b"kc-api-timestamp")]
                    if stamps:
                        ages.append(time.time() - int(stamps[0].split()[1]) / 1000)
                        connection.sendall(
                            b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n" + b'{"code":"200000","data":[]}'
                        )
                        return

        threading.Thread(target=serve, daemon=True).start()
        for one in crowd[1:]:
            one.close()
        exchange = Exchange(hosts.practice(port, port), CANARY)
        began = time.monotonic()
        assert exchange.account.spot_accounts() == ()
        print(
            f"dialled and answered in {time.monotonic() - began:.1f} s, the header was {ages[0]:.3f} s old", flush=True
        )
        crowd[0].close()
        exchange.close()
    assert ages[0] < 1


def _speaks(connection: socket.socket) -> bool:
    """Whether anything comes over ``connection`` soon."""
    connection.settimeout(0.2)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def test_no_answer_lasts_longer_than_the_read_timeout() -> None:
    """Every call against a body that stalls and a head that drips, with the real 10 s: ended by 11 s."""
    stalls, drips = b'HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{"data":[', b"HTTP/1.1 100 Continue\r\n\r\n"
    for words in (stalls, drips):
        with _saying(words) as port:
            exchange = Exchange(hosts.practice(port, port), CANARY, timeouts=Timeouts())
            # What no answer begins to come to is asked again, where it is a question: three times 10 s.
            names = [name for name in CALLS if words is stalls or CALLS[name].method != "GET"]

            def took(name: str, exchange: Exchange = exchange) -> float:
                began = time.monotonic()
                with pytest.raises(OutcomeUnknown):
                    CALLS[name].call(exchange)
                return time.monotonic() - began

            with ThreadPoolExecutor(len(names)) as pool:
                spent = list(pool.map(took, names))
            exchange.close()
            print(f"{len(names)} calls ended after {min(spent):.2f} to {max(spent):.2f} s", flush=True)
            assert max(spent) < 11


@contextmanager
def _saying(words: bytes) -> Iterator[int]:
    """A host that says ``words`` to whoever comes, and then a byte of them now and then."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:

        def serve(connection: socket.socket) -> None:
            with connection:
                try:
                    connection.recv(65536)
                    connection.sendall(words)
                    while not stop.wait(0.2):
                        connection.sendall(b" " if words.endswith(b"[") else words)
                except OSError:
                    return  # the client has had enough

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("quality", "good"),
    [({"slow": 2_000}, False), ({"slice": 7, "delay": 0.002}, True), ({"delay": 0.3, "jitter": 0.7}, True)],
    ids=["2,000 bytes a second", "seven bytes at a time", "delays of up to a second"],
)
def test_a_bad_line_gives_an_answer_or_an_error_in_time(floor: Practice, quality: dict[str, Any], good: bool) -> None:
    """Of half a megabyte."""
    with LineProxy(int(floor.spot.rpartition(":")[2])) as line:
        for name, value in quality.items():
            setattr(line, name, value)
        exchange = client(floor, port=line.port)
        began = time.monotonic()
        try:
            answered = bool(exchange.market.symbols())
        except OutcomeUnknown:
            answered = False
        took = time.monotonic() - began
        exchange.close()
    print(f"{quality}: {'answered' if answered else 'given up'} after {took:.1f} s", flush=True)
    assert answered is good
    assert took < 11
