"""No spelling of a host, no answer and no surroundings lead a connection elsewhere: counted where they would arrive.

Every name, KuCoin's own included, resolves to a trap here, and so does every address but the exchange's.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kucoin.errors import ApiError, InvalidRequest, KucoinError, OutcomeUnknown, StreamError
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token
from kucoin.rest.client import Exchange
from kucoin.rest.hosts import Hosts
from kucoin.rest.line import Timeouts
from kucoin.stream.line import Line
from tests.feed_server import FeedServer
from tests.rest_calls import CALLS, CANARY, newcomer, payload

# Ways to write a host; {port} is the trap's, {own} the exchange's.
SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:{own}@127.0.0.1:{port}",
    "http://127.0.0.1:{port}#127.0.0.1:{own}",
    "http://127.0.0.1:{own}\\@127.0.0.1:{port}",
    "http://127.0.0.1:{own}\r\nHost: 127.0.0.1:{port}",
    "http://127.0.0.1:{own}\t:{port}",
    "http://user:password@127.0.0.1:{port}",
    "http://@127.0.0.1:{port}",
    "http://localhost:{port}",
    "http://LOCALHOST:{port}",
    "http://127.1:{port}",
    "http://2130706433:{port}",
    "http://0x7f000001:{port}",
    "http://0177.0.0.1:{port}",
    "http://0.0.0.0:{port}",
    "http://0:{port}",
    "http://[::1]:{port}",
    "http://[::ffff:127.0.0.1]:{port}",
    "http://[::ffff:7f00:1]:{port}",
    "http://[::1%25lo]:{port}",
    "http://127.0.0.1.:{port}",
    "http://127。0。0。1:{port}",
    "http://①②⑦.0.0.1:{port}",
    "http://127.0.0.1.evil.example:{port}",
    "http://10.0.0.5:{port}",
    "//127.0.0.1:{port}",
    "///127.0.0.1:{port}",
    "http:127.0.0.1:{port}",
    "HTTP://127.0.0.1:{port}",
    "https://127.0.0.1:{port}",
    "ftp://127.0.0.1:{port}",
    "unix:///tmp/{port}",
    "http://api.kucoin.com",
    "http://api.kucoin.com:{port}",
    "https://api.kucoin.com:{port}",
    "https://api.kucoin.com.",
    "https://API.kucoin.com",
    "https://api.kucoin.com@evil.example",
    "https://api.kucoin.com.evil.example",
    "https://api.kucoin.com%2eevil.example",
    "https://api-kucoin.com",
    "https://api.kucoin.co",
    "https://api.kucоin.com",  # a Cyrillic o
    "https://xn--api-kucoin-0lg.com",
    "https://evil.example/https://api.kucoin.com",
    "https://evil.example?api.kucoin.com",
    "https://sandbox.kucoin.com",
]
PROXIES = [
    "http://127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "http://user:password@127.0.0.1:{port}",
    "https://127.0.0.1:{port}",
    "socks5h://127.0.0.1:{port}",
    "http://proxy.example:{port}",
]
VARIABLES = [
    name for each in ("http", "https", "all", "ws", "wss", "ftp") for name in (f"{each}_proxy", f"{each.upper()}_PROXY")
]


class Trap:
    """Where nothing may arrive. ``own`` are the ports that lead where they say."""

    def __init__(self, own: set[int]) -> None:
        self.own = own
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def heard(self) -> list[bytes]:
        """Stop listening, and return the first words of every connection that was made."""
        self._listener.setblocking(False)
        words = []
        with self._listener:
            while True:
                try:
                    connection, _ = self._listener.accept()
                except BlockingIOError:
                    return words
                with connection:
                    connection.settimeout(1)
                    words.append(connection.recv(65536))


@pytest.fixture
def trap(monkeypatch: pytest.MonkeyPatch, scripted: Any) -> Iterator[Trap]:
    """A trap to which every name and address leads but the exchange's own; it is empty in the end."""
    trap = Trap({scripted.port})
    resolve = socket.getaddrinfo

    def lead(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        there = host == "127.0.0.1" and port in trap.own
        return resolve("127.0.0.1", port if there else trap.port, socket.AF_INET, socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", lead)
    yield trap
    assert trap.heard() == []


def spelt(spelling: str, trap: Trap, own: int) -> str:
    """Write ``spelling`` out."""
    return spelling.replace("{port}", str(trap.port)).replace("{own}", str(own))


def test_the_trap_is_where_names_lead(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests below would prove nothing."""
    with socket.create_connection(("api.kucoin.com", 443), timeout=5) as caught:
        caught.sendall(b"caught")
    assert trap.heard() == [b"caught"]
    monkeypatch.setattr(trap, "heard", list)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_host_is_connected(spelling: str, trap: Trap, scripted: Any) -> None:
    """On either market, alone or beside a right one: refused before anything is resolved."""
    where = spelt(spelling, trap, scripted.port)
    right = f"http://127.0.0.1:{scripted.port}"
    for spot, futures in ((where, where), (where, right), (right, where), (where, None)):
        with pytest.raises(InvalidRequest):
            _ask(Hosts(spot, futures))
    assert scripted.connections == 0


def _ask(where: Hosts) -> None:
    exchange = Exchange(where, CANARY, timeouts=Timeouts(0.5, 0.5))
    for name in ("spot-accounts", "futures-positions", "spot place"):
        try:
            CALLS[name].call(exchange)
        except KucoinError:
            continue  # the trap has heard of it all the same
    exchange.close()


def test_no_redirect_leads_anywhere(trap: Trap, scripted: Any) -> None:
    """Every spelling as the place to go, in every status that has one: one request for each, and none elsewhere."""
    for number, spelling in enumerate(SPELLINGS):
        where = spelt(spelling, trap, scripted.port).encode("ascii", "replace").decode().replace("\r\n", "\r\n ")
        status = (300, 301, 302, 303, 305, 307, 308)[number % 7]
        scripted.say(scripted.http("", status, Location=where))
        with newcomer(scripted) as exchange:
            with pytest.raises(ApiError, match="redirect"):
                CALLS["spot-accounts"].call(exchange)
            with pytest.raises(OutcomeUnknown, match="redirect"):
                CALLS["spot place"].call(exchange)
        assert len(scripted.received) == 2


@pytest.mark.parametrize(
    ("status", "header", "value"),
    [
        (200, "Refresh", "0; url=http://127.0.0.1:{port}/"),
        (200, "Alt_Svc", 'http/1.1="127.0.0.1:{port}"; ma=86400'),
        (200, "Content_Location", "http://127.0.0.1:{port}/"),
        (200, "Link", "<http://127.0.0.1:{port}/>; rel=canonical"),
        (201, "Location", "http://127.0.0.1:{port}/"),
        (401, "WWW_Authenticate", 'Basic realm="http://127.0.0.1:{port}"'),
        (407, "Proxy_Authenticate", 'Basic realm="http://127.0.0.1:{port}"'),
        (421, "Location", "http://127.0.0.1:{port}/"),
        (503, "Retry_After", "http://127.0.0.1:{port}/"),
    ],
)
def test_no_header_of_an_answer_leads_anywhere(status: int, header: str, value: str, trap: Trap, scripted: Any) -> None:
    """The next request goes where the last one went, with nothing added."""
    scripted.say(scripted.http('{"code":"400005","msg":"no"}', status, **{header: spelt(value, trap, 0)}))
    with newcomer(scripted) as exchange:
        for name in ("spot place", "spot cancel"):
            with pytest.raises(KucoinError):
                CALLS[name].call(exchange)
    assert [request.headers["host"] for request in scripted.received] == [f"127.0.0.1:{scripted.port}"] * 2
    assert not any("authorization" in request.headers for request in scripted.received)


@pytest.mark.parametrize("proxy", PROXIES)
def test_no_proxy_of_the_environment_is_used(
    proxy: str, trap: Trap, scripted: Any, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for requests nor for sockets, by any variable."""
    for name in VARIABLES:
        monkeypatch.setenv(name, spelt(proxy, trap, 0))
        monkeypatch.setenv(name.upper(), spelt(proxy, trap, 0))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    scripted.say(scripted.http(payload("spot-accounts")))
    with newcomer(scripted) as exchange:
        assert exchange.account.spot_accounts()
    trap.own.add(server.port)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Line.dial(server.token(server.port), theirs, practice=True).close()


@pytest.mark.parametrize("spelling", SPELLINGS[1:])  # the first is how the practice exchange spells its socket
def test_no_answer_leads_a_socket_elsewhere(spelling: str, trap: Trap, scripted: Any) -> None:
    """A token names a server in any spelling: it is not dialled, live or in practice."""
    endpoint = spelt(spelling, trap, scripted.port).replace("https://api", "wss://ws-api-spot").replace("http", "ws", 1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for practice in (True, False):
            with pytest.raises(StreamError, match="is no socket of"):
                Line.dial(Token(endpoint, Secret("canary"), 18.0, 10.0), theirs, practice=practice)


@pytest.mark.parametrize(
    "value",
    [
        "../../x",
        "..",
        ".",
        "@evil.example",
        "//evil.example",
        "x?y=1",
        "x#y",
        "x y",
        "x\r\nHost: evil.example",
        "%2e%2e",
    ],
)
def test_no_id_leads_to_another_path(value: str, trap: Trap, scripted: Any) -> None:
    """In a path it is refused; in a query it is written so that it stays there."""
    scripted.say(scripted.http('{"code":"400100","msg":"no"}'))
    asks: list[Callable[[Exchange], object]] = [
        lambda e: e.spot_orders.cancel(order_id=value, symbol="BTC-USDT"),
        lambda e: e.futures_orders.order(order_id=value),
        lambda e: e.futures_positions.risk_tiers(symbol=value),
    ]
    with newcomer(scripted) as exchange:
        for ask in asks:
            with pytest.raises(InvalidRequest):
                ask(exchange)
        assert scripted.received == []
        with pytest.raises(ApiError):
            exchange.market.stats(symbol=value)
    (request,) = scripted.received
    assert request.target.partition("?")[0] == "/api/v1/market/stats"
    assert request.headers["host"] == f"127.0.0.1:{scripted.port}"
