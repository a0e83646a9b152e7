"""Who may come in at the practice exchange's sockets, and how long a connection lives."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Practice, fetch
from tests.practice_ear import Ear, listening, token


@pytest.fixture
def hurried(practice: Practice) -> Iterator[Practice]:
    """An exchange that pings every 300 ms and cuts after a second of silence."""
    fetch("POST", f"{practice.spot}/_practice/sockets", {}, '{"ping_interval_ms": 300, "ping_timeout_ms": 250}')
    yield practice
    practice.clear_faults()


@pytest.mark.parametrize("futures", [False, True])
def test_the_welcome_comes_first_and_a_token_serves_twice(practice: Practice, futures: bool) -> None:
    """Both dials with one token are welcome."""
    held = token(practice, futures=futures)
    for name in ("one", "two"):
        with Ear(practice, held, futures=futures, name=name) as ear:
            assert ear.frame() == {"id": name, "type": "welcome"}


def test_a_token_of_the_other_host_is_refused(practice: Practice) -> None:
    """An error frame with the connection's id, then the close."""
    with Ear(practice, token(practice), futures=True, name="me") as ear:
        assert ear.frame() == {"id": "me", "type": "error", "code": 401, "data": "token is invalid"}
        assert ear.frame() == {"closed": 1000, "reason": "Bye"}


def test_an_old_token_is_refused_in_the_words_that_make_clients_fetch_a_new_one(practice: Practice) -> None:
    """The switch ``token_ttl``."""
    held = token(practice)
    practice.faults({"name": "token_ttl", "seconds": -1})
    with Ear(practice, held) as ear:
        frame = ear.frame()
    assert frame is not None
    assert (frame["code"], frame["data"]) == (401, "token is expired")


def test_without_a_welcome_the_line_stays_open_and_silent(practice: Practice) -> None:
    """The switch ``no_welcome``, once."""
    practice.faults({"name": "no_welcome", "times": 1})
    with Ear(practice, token(practice)) as ear:
        assert ear.frame(0.3) is None
    with listening(practice):
        pass


def test_pings_of_both_kinds_are_answered(practice: Practice) -> None:
    """JSON pings with the time in µs, protocol pings by the library."""
    with listening(practice) as ear:
        before = time.time_ns() // 1000
        pong = ear.say("ping")
        assert pong["type"] == "pong"
        assert abs(pong["timestamp"] - before) < 5_000_000
        ear.socket.ping("still there")
        assert ear.socket.recv_data(control_frame=True)[1] == b"still there"


def test_no_client_gets_compressed_frames(practice: Practice) -> None:
    """The offer of permessage-deflate is not taken up."""
    base = practice.spot.removeprefix("http://")
    with socket.create_connection((base.split(":")[0], int(base.split(":")[1])), timeout=5) as line:
        line.sendall(
            f"GET /?token={token(practice)}&connectId=a HTTP/1.1\r\nHost: {base}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".encode()
        )
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101")
    assert b"deflate" not in answer


def test_a_silent_client_is_cut_and_protocol_pings_do_not_save_it(hurried: Practice) -> None:
    """After ten thirds of the ping interval: the error, then 1000 ``Bye``."""
    with listening(hurried) as ear:
        began = time.monotonic()
        ear.socket.ping("")
        assert ear.frame(3) == {"type": "error", "code": 400, "data": "ping timeout"}
        assert ear.frame(3) == {"closed": 1000, "reason": "Bye"}
        assert 0.9 < time.monotonic() - began < 2.5


def test_a_client_that_pings_lives(hurried: Practice) -> None:
    """Over two periods in which a silent one would be cut."""
    with listening(hurried) as ear:
        ends = time.monotonic() + 2.2
        while time.monotonic() < ends:
            assert ear.say("ping")["type"] == "pong"
            assert ear.frame(0.3) is None


def test_intervals_are_told_with_the_token(hurried: Practice) -> None:
    """A client reads them there."""
    (server,) = fetch("POST", f"{hurried.spot}/api/v1/bullet-public", {}).data["instanceServers"]
    assert (server["pingInterval"], server["pingTimeout"]) == (300, 250)


@pytest.mark.parametrize("kind", ["rst", "fin", "close"])
def test_control_cuts_open_sockets(practice: Practice, kind: str) -> None:
    """By reset, by end of file, by a close frame; nobody is counted as open afterwards."""
    with listening(practice) as ear:
        assert practice.state()["sockets"]["spot"]["open"] == 1
        fetch("POST", f"{practice.spot}/_practice/sockets", {}, f'{{"cut": "{kind}"}}')
        if kind == "close":
            assert ear.frame() == {"closed": 1000, "reason": "Bye"}
        else:
            with pytest.raises(Exception, match=r"lost|reset|closed"):
                ear.frame()
        ends = time.monotonic() + 5
        while practice.state()["sockets"]["spot"]["open"] and time.monotonic() < ends:
            pass
        assert practice.state()["sockets"]["spot"]["open"] == 0
