"""Unusual strings in the place of key, secret and passphrase: whatever happens, they are found nowhere afterwards."""

from __future__ import annotations

import base64
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk.desk import Desk
from kucoin.desk.portfolio import Standing
from kucoin.desk.upstream import Upstream
from kucoin.errors import KucoinError
from kucoin.model.credentials import Credentials
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
CANARIES = {
    "KUCOIN_API_KEY": "canary+key/Zeisig-48151623",
    "KUCOIN_API_SECRET": "canary secret=Girlitz&42108",
    "KUCOIN_API_PASSPHRASE": "canary%pass:Stieglitz;99",
}

# Streamlit as `make run` starts it, but with another machine in KuCoin's place: no test may ask the real one.
LIVE_ELSEWHERE = """
import sys
from kucoin.rest import hosts
where = hosts.practice(int(sys.argv[1]), int(sys.argv[2]))
hosts.live = lambda site: where
from streamlit.web.cli import main
main(["run", "dashboard.py", "--logger.level=debug"])
"""


def spellings() -> Iterator[bytes]:
    """Every canary as it is, and as encodings would show it."""
    for text in CANARIES.values():
        raw = text.encode()
        yield from (raw, base64.b64encode(raw), quote(text).encode(), quote(text, safe="").encode(), raw.hex().encode())


def hits(*where: str | bytes) -> list[bytes]:
    """The spellings that are found in ``where``."""
    texts = [each.encode() if isinstance(each, str) else each for each in where]
    return [canary for canary in spellings() if any(canary in text for text in texts)]


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until(holds: Callable[[], bool], *, within: float = 30.0) -> None:
    """Wait for a condition."""
    end, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.02)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Live settings with the canaries, as the launcher reads them."""
    return load({"KUCOIN_MODE": "live", "DASHBOARD_DATA": str(tmp_path), **CANARIES}, tmp_path / "none.toml")


@pytest.fixture
def credentials(settings: Settings) -> Credentials:
    """The canaries as credentials."""
    assert settings.credentials
    return settings.credentials


def test_the_search_finds_what_it_looks_for() -> None:
    """Plain, in base64, in a URL and in hex; so that finding nothing means something."""
    secret = CANARIES["KUCOIN_API_SECRET"]
    assert hits(f"x {secret} y") == [secret.encode()]
    assert hits(base64.b64encode(secret.encode()), quote(secret, safe=""), secret.encode().hex())


def test_settings_show_no_secret(settings: Settings, credentials: Credentials) -> None:
    """Not in a repr, a format or a pickle."""
    assert hits(repr(settings), str(settings), f"{credentials.secret:>40}", f"{credentials}") == []
    with pytest.raises(TypeError, match="not pickled") as refusal:
        pickle.dumps(settings)
    assert hits(str(refusal.value)) == []


def drawn(block: Any) -> Iterator[str]:
    """What every element in ``block`` sends to the browser, without the backslashes that keep Markdown quiet."""
    for each in block.children.values():
        if hasattr(each, "children"):
            yield from drawn(each)
        else:
            yield str(each.proto).replace("\\", "")


@pytest.mark.parametrize("away", [False, True], ids=["refused", "unreachable"])
def test_no_page_log_or_error_shows_a_secret(
    practice: Any,
    credentials: Credentials,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    away: bool,
) -> None:
    """A key that is refused, and an exchange that does not answer: page, status, log to the last detail, and traces."""
    caplog.set_level(logging.DEBUG)
    where = hosts.practice(free_port(), free_port()) if away else hosts.Hosts(practice.spot, practice.futures)
    with ExitStack() as stack:
        exchange = Exchange(where, credentials)
        desk = Desk(
            exchange,
            Upstream(exchange, practice=True),
            mode="live",
            site="global",
            version="0",
            key_tail=credentials.tail,
        )
        stack.callback(desk.stop)
        desk.start()
        until(lambda: desk.portfolio("USDT").standing is not Standing.LOADING)
        assert desk.portfolio("USDT").standing is (Standing.UNREACHABLE if away else Standing.REFUSED)
        with pytest.raises(KucoinError) as failure:
            exchange.account.spot_accounts()
        monkeypatch.setattr(assemble, "desk", lambda: desk)
        st.cache_resource.clear()
        page = AppTest.from_file(str(ROOT / "pages" / "frame.py"), default_timeout=20).run()
        st.cache_resource.clear()
    assert not page.exception
    shown = [
        repr(page),
        *(str(element.proto) for element in [*page.main.children.values()] if hasattr(element, "proto")),
    ]
    trace = "".join(traceback.format_exception(failure.value))
    assert hits(shown, trace, caplog.text, repr(desk.status()), repr(desk.portfolio("USDT")), repr(vars(desk))) == []


def run(folder: Path, command: list[str], **environ: str) -> list[str | bytes]:
    """Start the dashboard, let it read, end it; everything it wrote to the terminal and to its folder."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("KUCOIN_", "PRACTICE_"))}
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=plain | CANARIES | {"STREAMLIT_SERVER_PORT": "0", "DASHBOARD_DATA": str(folder), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        written = []
        for line in process.stdout:
            written.append(line)
            if line.startswith("KuCoin dashboard ("):
                break
        # What the desk says first is that it got no answer, or no admission; it may say so before all is ready.
        if environ["KUCOIN_MODE"] == "live" and not any("/api/v1/user/api-key" in line for line in written):
            for line in process.stdout:
                written.append(line)
                if "/api/v1/user/api-key" in line:
                    break
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
        assert process.returncode == -signal.SIGTERM, rest  # uvicorn ends in good order, then lets the signal act
    return ["".join(written), rest, *(path.read_bytes() for path in folder.rglob("*") if path.is_file())]


def test_a_live_dashboard_writes_no_secret(tmp_path: Path) -> None:
    """Its exchange is away; everything it logs, to the last detail, is free of them."""
    command = ["-c", LIVE_ELSEWHERE, str(free_port()), str(free_port())]
    written = run(tmp_path, command, KUCOIN_MODE="live")
    assert "KuCoin dashboard (live)" in str(written[0])
    assert hits(*written) == []


def test_a_practice_dashboard_writes_no_secret(tmp_path: Path) -> None:
    """Nor does the practice exchange, whose database and log lie in the data folder."""
    command = ["-m", "streamlit", "run", "dashboard.py", "--logger.level=debug"]
    ports = {"PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}
    written = run(tmp_path, command, KUCOIN_MODE="practice", **ports)
    assert len(written) > 2
    assert hits(*written) == []
