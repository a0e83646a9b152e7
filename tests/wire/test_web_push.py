"""What reaches a browser over the push socket: whole at first, then what is new, and whole again after a miss."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kucoin.web.board import Shown
from kucoin.web.live import Live
from kucoin.web.panel import Panel
from tests.feed_server import until
from tests.push_scene import LINEAR, PAIR, Scene, contract, pair
from tests.push_server import Page, PushServer, serving

HEAD, TAPE, LADDER = f"head:{PAIR}", f"tape:{PAIR}", f"ladder:{PAIR}:"
BIDS = [(f"{70000 - step / 10:.1f}", "1.5") for step in range(1, 30)]
ASKS = [(f"{70000 + step / 10:.1f}", "2.5") for step in range(1, 30)]


@pytest.fixture
def scene() -> Scene:
    """A market that a test moves."""
    made = Scene()
    made.summary()
    made.quote()
    made.book(BIDS, ASKS)
    return made


@pytest.fixture
def server(scene: Scene) -> Iterator[PushServer]:
    """The push socket over it."""
    with serving(Live(scene.sight)) as found:
        yield found


def last(page: Page) -> str | None:
    """The last price on the screen."""
    found = page.bodies.get(HEAD, {}).get("last")
    return None if found is None else str(found)


def test_a_panel_comes_whole_and_then_by_what_is_new(scene: Scene, server: PushServer) -> None:
    """Both together are what the server shows itself."""
    with server.page(HEAD, TAPE, LADDER) as page:
        page.until(lambda each: len(each.bodies) == 3)
        for number in range(5):
            scene.now += 0.01
            scene.trade(f"7000{number}.5", "0.1", number=str(number))
            page.until(lambda each, number=number: last(each) == f"7000{number}.5")
        page.until(lambda each: len(each.bodies[TAPE]["rows"]) == 5)
        assert page.bodies[TAPE] == server.live.glance(TAPE)[0]
        assert page.bodies[HEAD] == server.live.glance(HEAD)[0] | {"dir": 1}
        assert page.kinds.count((HEAD, "full")) == page.kinds.count((TAPE, "full")) == 1
        assert page.kinds.count((TAPE, "more")) == 5


def test_how_old_it_is_comes_with_the_first_frame_and_every_second(scene: Scene, server: PushServer) -> None:
    """Also where nothing else happens, so that silence means that the server is away."""
    with server.page(HEAD) as page:
        page.take(10)
        assert page.fresh == {HEAD: ["live", 0.0, None]}
        assert page.bodies[HEAD]["last"] == "70000.0"
        scene.now += 7
        page.until(lambda each: each.fresh[HEAD][0] == "stale")
        assert page.fresh[HEAD][1] == 7.0
    with server.page() as page:
        page.until(lambda each: each.arrays)


def test_what_is_wanted_again_comes_whole_again(server: PushServer) -> None:
    """Even where it was let go and taken up within a moment."""
    with server.page(HEAD, TAPE) as page:
        page.until(lambda each: len(each.bodies) == 2)
        page.say({"want": [TAPE]})
        page.say({"want": [TAPE, HEAD]})
        page.until(lambda each: each.kinds.count((HEAD, "full")) == 2)
        assert page.kinds.count((TAPE, "full")) == 1


def test_a_frame_is_written_once_however_many_see_it(
    scene: Scene, server: PushServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten pages cost the writing of one."""
    pages = [server.page(HEAD, LADDER) for _ in range(10)]
    for page in pages:
        page.until(lambda each: len(each.bodies) == 2)
    written: list[str] = []
    write = Shown.write

    def counted(shown: Shown, kind: str, body: object) -> str:
        written.append(kind)
        return write(shown, kind, body)

    monkeypatch.setattr(Shown, "write", counted)
    for number in range(10):
        scene.trade(f"7001{number}.5", "0.1", number=str(number))
        for page in pages:
            page.until(lambda each, number=number: last(each) == f"7001{number}.5")
    assert written == ["more"] * 10
    assert sum(page.kinds.count((HEAD, "more")) for page in pages) == 100
    for page in pages:
        page.line.shutdown()


@pytest.fixture
def narrow(server: PushServer) -> Callable[..., Page]:
    """Open sockets over a line on which little is under way at a time; one that is not read is soon full."""
    for listening in server.sockets:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return lambda *wants: server.page(*wants, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])


class Traffic:
    """Trades and books, until it ends."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.trades = 0

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.01):
            self.trades += 1
            self._scene.trade("70000.1", f"{self.trades}", number=str(self.trades), ms=self._scene.ms + self.trades)
            self._scene.book([("69999.9", f"{self.trades}"), *BIDS], ASKS, sequence=self.trades)


def test_whoever_could_not_keep_up_gets_everything_whole(
    scene: Scene, server: PushServer, narrow: Callable[..., Page]
) -> None:
    """What was pushed meanwhile is not sent late, and nothing is missing afterwards."""
    with narrow(HEAD, TAPE, LADDER) as page, server.page(HEAD) as other:
        page.until(lambda each: len(each.bodies) == 3)
        with Traffic(scene) as traffic:
            until(lambda: held_up(server.live), 60)
            seen = other.arrays
            other.until(lambda each: each.arrays > seen + 3)
            fulls = page.kinds.count((TAPE, "full"))
            page.until(lambda each: each.kinds.count((TAPE, "full")) > fulls, 60)
        page.until(lambda each: each.bodies[TAPE]["rows"][0][6] == str(traffic.trades))
        ids = [int(row[6]) for row in page.bodies[TAPE]["rows"]]
        assert ids[:100] == list(range(traffic.trades, traffic.trades - 100, -1))


def held_up(live: Live) -> bool:
    """Whether some socket has missed something."""
    return any(client.busy_since is not None and client.due for client in live.open)


def test_whoever_takes_nothing_for_five_seconds_is_let_go(
    scene: Scene, server: PushServer, narrow: Callable[..., Page]
) -> None:
    """And what it wanted with it; the others go on."""
    with narrow(HEAD, TAPE, LADDER, f"head:{LINEAR}") as page, server.page(HEAD) as other, Traffic(scene):
        page.until(lambda each: len(each.bodies) == 4)
        until(lambda: held_up(server.live), 60)
        assert len(server.live.open) == 2
        scene.now += 5.5
        until(lambda: len(server.live.open) == 1)
        until(lambda: scene.market.watched()[LINEAR] == 0)
        seen = other.arrays
        other.until(lambda each: each.arrays > seen + 3)


def test_fifty_closed_pages_leave_nothing_behind(scene: Scene, server: PushServer) -> None:
    """No socket, no panel, and after the linger no topic; whether they said goodbye or not."""
    pages = [server.page(HEAD, TAPE, f"head:{LINEAR}", "account:") for _ in range(50)]
    for page in pages:
        page.until(lambda each: len(each.bodies) == 4)
    assert len(server.live.open) == 50
    assert len(scene.heard.wanted) == 9
    for number, page in enumerate(pages):
        if number % 2:
            page.line.close()
        page.line.shutdown()
    until(lambda: len(server.live.open) == 0)
    until(lambda: not server.live.board.shown)
    scene.now += 31
    until(lambda: not scene.heard.wanted)
    assert (scene.shelf.kept, scene.market.watched()) == ([], {})


def test_a_panel_that_breaks_says_so_and_no_other_one_notices(
    scene: Scene, server: PushServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once in the log, and tried again after a while."""
    with server.page(HEAD, LADDER) as page:
        page.until(lambda each: len(each.bodies) == 2)
        broken = server.live.board.shown[LADDER].panel
        assert broken is not None
        monkeypatch.setattr(type(broken), "change", boom)
        page.until(lambda each: LADDER in each.troubles)
        assert page.troubles[LADDER] == "This part of the page broke; the log tells why."
        scene.trade("70100.5", "1")
        page.until(lambda each: last(each) == "70100.5")
        assert caplog.text.count("the panel ladder:BTC-USDT: broke") == 1
        monkeypatch.undo()
        scene.now += 31
        page.until(lambda each: each.kinds.count((LADDER, "full")) == 2)


def test_a_symbol_that_is_listed_at_last_is_shown(scene: Scene, server: PushServer) -> None:
    """Without anybody asking again."""
    late = "head:LATE-USDT"
    with server.page(late) as page:
        page.until(lambda each: each.troubles)
        scene.list([pair(), pair("LATE-USDT")], [contract()])
        scene.now += 31
        page.until(lambda each: late in each.bodies)
        page.until(lambda each: each.fresh[late][0] == "catching up")
        assert page.kinds == [(late, "trouble"), (late, "full")]


def boom(_panel: Panel) -> Any:
    """Break."""
    raise ZeroDivisionError


def test_older_candles_come_to_whoever_asked(scene: Scene, server: PushServer) -> None:
    """Or the reason why not."""
    candles = f"candles:{PAIR}:1min"
    with server.page(candles) as page, server.page(candles) as other:
        page.until(lambda each: each.bodies)
        page.say({"older": candles, "before": 5})
        page.until(lambda each: each.older)
        assert page.older[0]["rows"] == []
        assert "is no moment" in page.older[0]["problem"]
        seen = other.arrays
        other.until(lambda each: each.arrays > seen)
        assert other.older == []
