"""A push socket that says what a test tells it to, and a page that mounts our live components on it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kucoin.web import assets

PAGES = Path(__file__).parents[2] / "pages"
LIVE = PAGES / "widgets" / "live"
GONE = 4401

# Mounts as Streamlit does: a shadow root that holds styles and an empty `.root`.
MOUNT = """
globalThis.triggers = [];
globalThis.unmount = {};
globalThis.mount = async (name, data, css) => {
  let host = document.getElementById(name);
  if (!host) {
    host = document.body.appendChild(document.createElement('section'));
    host.id = name;
    const shadow = host.attachShadow({ mode: 'open' });
    const style = shadow.appendChild(document.createElement('style'));
    style.textContent = css;
    shadow.appendChild(document.createElement('div')).className = 'root';
  }
  const module = await import(`/assets/${name}.js`);
  const setTriggerValue = (trigger, value) => triggers.push([trigger, value]);
  unmount[name] = module.default({ parentElement: host.shadowRoot, data, setTriggerValue });
};
"""


class Rig:
    """The server's side of the socket, and its word for the script's."""

    def __init__(self) -> None:
        self.url = ""
        self.forget()
        self._lines: list[WebSocket] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def forget(self) -> None:
        """Be as new."""
        self.tickets = {"good"}
        self.deaf = False  # no socket gets through
        self.wants: list[list[str]] = []
        self.asked: list[dict[str, Any]] = []  # for older candles
        self.opened = 0

    @property
    def standing(self) -> int:
        """How many sockets are open."""
        return len(self._lines)

    def push(self, *frames: dict[str, Any]) -> None:
        """Send an array of frames to every socket."""
        self._run(self._send(json.dumps(frames)))

    def hang_up(self, code: int = 1012) -> None:
        """Close every socket."""
        self._run(self._close(code))

    async def live(self, line: WebSocket) -> None:
        """Talk to one socket."""
        self._loop = asyncio.get_running_loop()
        if self.deaf:
            await line.close(1008)
            return
        await line.accept()
        if (await line.receive_json())["ticket"] not in self.tickets:
            await line.close(GONE)
            return
        self._lines.append(line)
        self.opened += 1
        with suppress(WebSocketDisconnect):
            while True:
                message = await line.receive_json()
                if "want" in message:
                    self.wants.append(message["want"])
                else:
                    self.asked.append(message)
        if line in self._lines:
            self._lines.remove(line)

    async def _send(self, text: str) -> None:
        for line in list(self._lines):
            await line.send_text(text)

    async def _close(self, code: int) -> None:
        while self._lines:
            await self._lines.pop().close(code)

    def _run(self, coroutine: Any) -> None:
        assert self._loop is not None, "no socket was ever opened"
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


async def _page(_request: Request) -> HTMLResponse:
    look = (PAGES / "frame.css").read_text(encoding="utf-8")
    body = f'<meta name="color-scheme" content="light dark"><style>{look}</style><body class="stApp">'
    return HTMLResponse(f"<!doctype html><title>rig</title>{body}<script type=module>{MOUNT}</script>")


@contextmanager
def serving() -> Iterator[Rig]:
    """Serve a rig on a free port."""
    rig = Rig()
    routes = [Route("/", _page), assets.route(LIVE), WebSocketRoute("/live/ws", rig.live)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the rig did not start"
    rig.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    yield rig
    server.should_exit = True
    thread.join(10)


def until(page: Page, holds: Callable[[], bool], *, patience: float = 30) -> None:
    """Return once ``holds`` does; the browser goes on meanwhile."""
    for _ in range(int(patience / 0.02)):
        if holds():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"not in {patience:g} s")


def mounting(page: Page, rig: Rig) -> Callable[..., Page]:
    """Return what mounts a component on ``page``, or gives it new data, and waits until the server was told."""

    def mount(name: str, panel: str, *, ticket: str = "good", told: bool = True, **data: Any) -> Page:
        css = "\n".join((LIVE / f"{stem}.css").read_text(encoding="utf-8") for stem in ("base", "panel", name))
        given = {"socket": {"path": "/live/ws", "ticket": ticket}, "panel": panel, "frames": None, **data}
        page.evaluate("given => mount(...given)", [name, given, css])
        if told:
            until(page, lambda: bool(rig.wants) and panel in rig.wants[-1])
        return page

    return mount
