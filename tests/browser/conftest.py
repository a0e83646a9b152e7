"""A real browser, and the dashboard as `make run` starts it: launcher, Desk, practice exchange, pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.live_rig import Rig, mounting, serving
from tests.browser.provision import on_path
from tests.conftest import lasting

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # s; nothing here takes so long unless it is broken
expect.set_options(timeout=PATIENCE * 1000)
# The browser's own record of what moved without the reader's doing. Toasts stand over the page, where they pile up from
# below; elements are not told where they are in a shadow root.
SHIFTS = """() => {
    globalThis.shifts = [];
    const told = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join();
    const toast = ({ node }) => (node?.closest ? node : node?.parentElement)?.closest('[data-testid=stToastContainer]');
    new PerformanceObserver(list => list.getEntries().forEach(entry => shifts.push(
        ...entry.sources.filter(source => !toast(source))
            .map(({ previousRect, currentRect }) => [told(previousRect), told(currentRect)])
            .filter(([before, after]) => before !== after) // less than a pixel
            .map(pair => pair.join(' -> '))
    ))).observe({ type: 'layout-shift', buffered: false });
}"""


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: its address, when its process was started (s, monotonic), and where it keeps its data."""

    url: str
    started: float
    data: Path

    def exchange(self) -> int:
        """Return the process id of its practice exchange."""
        listing = subprocess.run(["ps", "-axwwo", "pid,command"], check=True, capture_output=True, text=True).stdout
        (line,) = [line for line in listing.splitlines() if "kucoin.practice" in line and str(self.data) in line]
        return int(line.split()[0])

    def other_exchange(self, before: int) -> int:
        """Wait until another one runs than the process ``before``, which was killed; return its process id."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(ValueError):
                if (found := self.exchange()) != before:
                    return found
            threading.Event().wait(0.05)
        raise AssertionError("no other exchange was started")


@dataclass
class Visit:
    """A page, and what it complained of since it was opened."""

    page: Page
    complaints: list[str]


Open = Callable[..., Visit]
Mount = Callable[..., Page]
Theme = Literal["dark", "light"]


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_served(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once the dashboard answers on ``port``.

    Raises:
        AssertionError: It did not, in time or because the process ended.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the dashboard ended with {process.returncode}"
        asked = HTTPConnection("127.0.0.1", port, timeout=1)  # knows no proxy
        with closing(asked), suppress(OSError, HTTPException):
            asked.request("GET", "/_stcore/health")
            if asked.getresponse().status == HTTPStatus.OK:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing answered on port {port} in {PATIENCE:g} s")


@contextmanager
def running(data: Path) -> Iterator[Dashboard]:
    """Start the dashboard in practice mode with ports and data of its own; stop it on the way out."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KUCOIN_", "STREAMLIT_"))}
    environment |= {"DASHBOARD_DATA": str(data), "PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port)]
    started = time.monotonic()
    with (data / "output.txt").open("wb") as words:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=subprocess.STDOUT)
        try:
            until_served(port, process)
            yield Dashboard(f"http://127.0.0.1:{port}/", started, data)
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that BROWSER_PATH names, or the first on the PATH."""
    path = os.environ.get("BROWSER_PATH") or on_path()
    assert path, "no Chromium: set BROWSER_PATH, or install one that is on the PATH"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--no-proxy-server"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def browser() -> Browser:
    """Return one browser for all tests."""
    return lasting(__file__).enter_context(chromium())


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    """Return one dashboard for all tests."""
    return lasting(__file__).enter_context(running(tmp_path_factory.mktemp("dashboard")))


@pytest.fixture(scope="session")
def context(browser: Browser) -> BrowserContext:
    """Return one context for all pages, so that Streamlit's 5 MB of script are fetched once."""
    return browser.new_context()


@pytest.fixture
def visit(context: BrowserContext, dashboard: Dashboard) -> Iterator[Open]:
    """Return what opens the dashboard at a width and in a theme, and waits for its figures."""
    pages: list[Page] = []

    def open_at(*, width: int = 1440, height: int = 900, theme: Theme = "dark") -> Visit:
        seen = Visit(context.new_page(), [])
        pages.append(seen.page)
        seen.page.set_viewport_size({"width": width, "height": height})
        seen.page.emulate_media(color_scheme=theme)
        listen(seen)
        seen.page.goto(dashboard.url)
        seen.page.locator(".number").wait_for(timeout=PATIENCE * 1000)
        seen.page.locator(".st-key-allocation li").first.wait_for(timeout=PATIENCE * 1000)
        return seen

    yield open_at
    context.set_offline(False)
    for page in pages:
        page.close()


def listen(seen: Visit) -> None:
    """Note what a healthy page never does: errors in the console, failed requests, requests to other machines."""
    note = seen.complaints.append
    seen.page.on("console", lambda said: note(said.text) if said.type in {"error", "warning"} else None)
    seen.page.on("pageerror", lambda error: note(str(error)))
    seen.page.on("response", lambda reply: note(f"{reply.status} {reply.url}") if reply.status >= 400 else None)
    here = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    seen.page.on("request", lambda asked: note(asked.url) if not asked.url.startswith(here) else None)


@pytest.fixture(scope="session")
def server() -> Iterator[Rig]:
    """Return one push socket for all tests of single components."""
    with serving() as started:
        yield started


@pytest.fixture
def rig(server: Rig) -> Rig:
    """Return a push socket that remembers nothing of other tests."""
    server.forget()
    return server


@pytest.fixture
def mount(browser: Browser, rig: Rig) -> Iterator[Mount]:
    """Return what mounts a component on an empty page; no error may happen there."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.clock.install()  # it runs as any clock, until a test moves it
    page.goto(rig.url)

    yield mounting(page, rig)
    page.close()
    assert errors == []


@pytest.fixture(scope="module")
def stage(browser: Browser, server: Rig) -> Iterator[Page]:
    """Return one page for all charts of a file: reading plotly.js takes a second."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.url)
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def staged(stage: Page, rig: Rig) -> Iterator[Mount]:
    """Return what mounts a component on the stage; it is gone after the test."""
    stage.mouse.move(0, 0)
    stage.emulate_media(color_scheme="light")
    yield mounting(stage, rig)
    stage.evaluate("""() => {
        for (const leave of Object.values(unmount)) leave();
        for (const host of document.querySelectorAll('section')) host.remove();
        globalThis.unmount = {};
        triggers.length = 0;
        delete performance.now;
    }""")
