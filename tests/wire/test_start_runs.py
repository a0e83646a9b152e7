"""`streamlit run dashboard.py` starts everything, says where it is, and takes everything along when it ends."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def until(holds: Callable[[], bool], *, within: float = 60.0) -> None:
    """Wait for a condition."""
    end, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.02)


def answers(port: int) -> bool:
    """Whether a page is served at ``port``."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


@contextmanager
def launched(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The dashboard in practice mode on free ports, with the line that it prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("KUCOIN_", "PRACTICE_"))}
    settings = {"DASHBOARD_DATA": str(folder), "PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard.py")],
        cwd=folder,
        env=plain | settings | {"STREAMLIT_SERVER_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def test_it_says_where_it_is_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """One line; when it is told to end, it ends in silence, and the practice exchange with it."""
    with launched(tmp_path) as (process, line):
        found = re.fullmatch(r"KuCoin dashboard \(practice\) on http://127\.0\.0\.1:(\d+)\n", line)
        assert found, process.stderr.read() if process.stderr else ""
        until(lambda: answers(int(found[1])))
        exchange = children(process.pid)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert (out, err) == ("", "")
        assert process.returncode == -signal.SIGTERM  # uvicorn ends in good order, then lets the signal act
        assert not any(alive(pid) for pid in exchange)


def test_a_killed_dashboard_takes_the_exchange_along(tmp_path: Path) -> None:
    """Nothing of ours runs in a process that is killed; the exchange ends all the same."""
    with launched(tmp_path) as (process, line):
        assert line
        exchange = children(process.pid)
        process.kill()
        until(lambda: not any(alive(pid) for pid in exchange))


def children(parent: int) -> list[int]:
    """The processes that ``parent`` started; at least one is there."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    found = [int(pid) for pid, owner in map(str.split, listed.splitlines()) if int(owner) == parent]
    assert found
    return found


def alive(pid: int) -> bool:
    """Whether the process still runs; one that only waits to be reaped does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")
