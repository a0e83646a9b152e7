"""Who may open the push socket, and what becomes of whoever misbehaves on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import Headers
from websocket import WebSocketBadStatusException, create_connection

from kucoin.web import live as module
from kucoin.web.door import admits
from kucoin.web.live import Live
from tests.feed_server import until
from tests.push_scene import PAIR, Scene
from tests.push_server import PushServer, serving


@pytest.fixture(scope="module")
def server() -> Iterator[PushServer]:
    """A push socket over a market that stands still."""
    scene = Scene()
    scene.summary()
    with serving(Live(scene.sight)) as found:
        yield found


@pytest.mark.parametrize(
    ("host", "origin", "allowed", "admitted"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501", (), True),
        ("localhost:8501", "http://localhost:8501", (), True),
        ("[::1]:8501", "http://[::1]:8501", (), True),
        ("desk.lan", "https://desk.lan", ("desk.lan",), True),
        ("desk.lan", "https://desk.lan", (), False),
        ("127.0.0.1:8501", "http://127.0.0.1:8502", (), False),
        ("127.0.0.1:8501", "http://localhost:8501", (), False),
        ("127.0.0.1:8501", "http://127.0.0.1:8501.evil.example", (), False),
        ("127.0.0.1:8501", "http://evil.example", (), False),
        ("127.0.0.1:8501", "null", (), False),
        ("127.0.0.1:8501", "", (), False),
        ("evil.example", "http://evil.example", (), False),
        ("127.0.0.1.evil.example", "http://127.0.0.1.evil.example", (), False),
        ("user@127.0.0.1", "http://user@evil.example", (), False),
        ("[::1", "http://[::1", (), False),
        ("", "http://", (), False),
    ],
)
def test_only_pages_of_this_server_are_admitted(host: str, origin: str, allowed: Any, admitted: bool) -> None:
    """By the exact origin, under a name of its own."""
    assert admits(Headers({"host": host, "origin": origin}), allowed) is admitted


@pytest.mark.parametrize("header", ["host", "origin"])
def test_a_header_that_is_missing_or_there_twice_admits_nobody(header: str) -> None:
    """Which of the two would be meant?"""
    good = {"host": "localhost", "origin": "http://localhost"}
    assert admits(Headers(good))
    assert not admits(Headers({name: value for name, value in good.items() if name != header}))
    raw = [(name.encode(), value.encode()) for name, value in good.items()]
    assert not admits(Headers(raw=[*raw, (header.encode(), good[header].encode())]))


@pytest.mark.parametrize("options", [{"origin": "http://evil.example"}, {"host": "evil.example"}])
def test_a_foreign_page_gets_no_socket_at_all(server: PushServer, options: dict[str, str]) -> None:
    """Neither from another origin nor under another name."""
    with pytest.raises(WebSocketBadStatusException, match="403"):
        server.page(**options)
    assert len(server.live.open) == 0


@pytest.mark.parametrize("ticket", ["guessed", "x" * 10_000])
def test_a_wrong_ticket_is_refused(server: PushServer, ticket: str) -> None:
    """With the code that has the page get another one."""
    with server.page(ticket=ticket) as page:
        assert page.end() == 4401


def test_a_ticket_that_does_not_come_ends_the_socket(server: PushServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    line = create_connection(f"ws://127.0.0.1:{server.port}{module.PATH}", origin=server.origin, timeout=20)
    assert line.recv_data()[1][:2] == (1008).to_bytes(2, "big")
    line.shutdown()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no JSON",
        "[]",
        '"want"',
        "[" * 5000,
        '{"want": "head:BTC-USDT"}',
        '{"want": [1, null]}',
        '{"want": ["a"], "ticket": "x", "more": 1}',
        json.dumps({"want": ["x" * 20_000]}),
        json.dumps({"want": [f"head:{number}" for number in range(41)]}),
        json.dumps({"older": f"candles:{PAIR}:1min", "before": 1_790_000_000}),
        json.dumps({"older": f"head:{PAIR}", "before": "soon"}),
        f'{{"older": "head:{PAIR}", "before": {"9" * 5000}}}',
        '{"want": ["\\ud800"]}',
    ],
)
def test_garbage_ends_the_socket_that_it_came_on(server: PushServer, said: str) -> None:
    """Whatever it is."""
    with server.page() as page:
        page.say(said)
        assert page.end() == 1008


def test_a_socket_that_ends_disturbs_no_other_one(server: PushServer) -> None:
    """They have nothing in common."""
    with server.page(f"head:{PAIR}") as other:
        other.until(lambda page: page.bodies)
        with server.page() as page:
            page.say("no JSON")
            assert page.end() == 1008
        seen = other.arrays
        other.until(lambda each: each.arrays > seen)


def test_bytes_instead_of_text_end_the_socket(server: PushServer) -> None:
    """JSON is text."""
    with server.page() as page:
        page.line.send_binary(b'{"want": []}')
        assert page.end() == 1008


def test_a_flood_of_wants_ends_the_socket(server: PushServer) -> None:
    """More than twenty messages within a second."""
    with server.page() as page:
        for _ in range(60):
            page.say({"want": []})
        assert page.end() == 1008


def test_a_ticket_opens_four_sockets_and_no_fifth(server: PushServer) -> None:
    """One session has one page."""
    ticket = server.live.tickets.open("somebody")
    pages = [server.page(f"head:{PAIR}", ticket=ticket) for _ in range(4)]
    for page in pages:
        page.until(lambda each: each.bodies)
    with server.page(ticket=ticket) as fifth:
        assert fifth.end() == 1008
    for page in pages:
        page.line.shutdown()
    until(lambda: len(server.live.open) == 0)


def test_a_revoked_ticket_ends_its_socket_and_a_new_one_opens_another(server: PushServer) -> None:
    """As when a session came back after its line was cut."""
    ticket = server.live.tickets.open("somebody")
    with server.page(f"head:{PAIR}", ticket=ticket) as page:
        page.until(lambda each: each.bodies)
        server.live.tickets.close(ticket)
        assert page.end() == 4401
    with server.page(f"head:{PAIR}", ticket=server.live.tickets.open("somebody")) as page:
        assert page.until(lambda each: each.bodies)[f"head:{PAIR}"]["last"] == "70000.1"


@pytest.mark.parametrize(
    ("panel", "sentence"),
    [
        ("head:NO-SUCH", "'NO-SUCH' is not listed on KuCoin"),
        ("head:<img src=x onerror=alert(1)>", "'<img src=x onerror=alert(1)>' is not listed on KuCoin"),
        (f"candles:{PAIR}:7sec", "'7sec' is no interval of BTC-USDT: it has 1min, 3min"),
        (f"ladder:{PAIR}:0.123", "'0.123' is no step that prices of BTC-USDT can be grouped by"),
        ("nothing:at-all", "'nothing:at-all' is nothing that can be shown"),
        ("", "'' is nothing that can be shown"),
        (f"head:{PAIR}:more", "is nothing that can be shown"),
        ("prices:" + ",".join(f"S{number}-USDT" for number in range(61)), "is nothing that can be shown"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(server: PushServer, panel: str, sentence: str) -> None:
    """And disturbs nothing beside it."""
    with server.page(panel, f"head:{PAIR}") as page:
        assert sentence in page.until(lambda each: each.troubles.get(panel))
        page.until(lambda each: each.bodies.get(f"head:{PAIR}") and each.fresh)
        assert page.fresh[panel][0] == "stale"
