"""The practice exchange as a child: it is there while we are, and gone when we are gone."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk.practice_process import PracticeProcess
from kucoin.errors import NotConfigured

ROOT = Path(__file__).resolve().parents[2]

# A parent that starts the exchange, says where, and then does nothing more.
PARENT = """
import sys, threading
from pathlib import Path
from kucoin.desk.practice_process import PracticeProcess
print(*PracticeProcess(Path(sys.argv[1]), 0, 0).start(), flush=True)
threading.Event().wait()
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., tuple[PracticeProcess, tuple[int, int]]]]:
    """Start exchanges on the same data folder; all of them are stopped at the end."""
    with ExitStack() as stack:

        def start(spot: int = 0, futures: int = 0) -> tuple[PracticeProcess, tuple[int, int]]:
            process = PracticeProcess(tmp_path / "data", spot, futures)
            stack.callback(process.stop)
            return process, process.start()

        yield start


def state(port: int) -> dict[str, Any]:
    """The exchange's own account of itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_practice/state", timeout=5) as answer:
        return dict(json.load(answer))


def pid(port: int) -> int | None:
    """Which process serves the port; None while none does."""
    try:
        return int(state(port)["pid"])
    except OSError:
        return None


def listens(port: int) -> bool:
    """Whether anybody does."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def until(holds: Callable[[], bool], *, within: float = 30.0) -> None:
    """Wait for a condition."""
    end, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.02)


Start = Callable[..., tuple[PracticeProcess, tuple[int, int]]]


def test_it_runs_from_start_to_stop(running: Start, tmp_path: Path) -> None:
    """Both ports answer once start() has returned, and neither once stop() has."""
    process, (spot, futures) = running()
    assert state(spot)["data"] == str((tmp_path / "data" / "practice").resolve())
    assert listens(futures)
    process.stop()
    assert not listens(spot)
    assert not listens(futures)


def test_it_is_begun_again_when_it_dies(running: Start) -> None:
    """On the same ports, with the same state."""
    _, (spot, _) = running()
    before = state(spot)
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: pid(spot) not in (None, before["pid"]))
    after = state(spot)
    assert (after["born_ms"], after["seed"]) == (before["born_ms"], before["seed"])


def test_it_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    """No handler of ours runs then; the end of its standard input tells it."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout
        spot, futures = map(int, parent.stdout.readline().split())
        assert listens(spot)
        parent.kill()
    until(lambda: not listens(spot) and not listens(futures))


def test_a_running_one_is_adopted(running: Start) -> None:
    """Two dashboards share it; the one that only adopted it leaves it running, and has its own when it is gone."""
    owner, ports = running()
    first = pid(ports[0])
    guest, adopted = running(*ports)
    assert adopted == ports
    guest.stop()
    assert pid(ports[0]) == first
    running(*ports)
    owner.stop()
    until(lambda: pid(ports[0]) not in (None, first))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads the environment of a process from /proc")
def test_it_inherits_no_credentials(running: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real keys never reach the simulator."""
    monkeypatch.setenv("KUCOIN_API_SECRET", "s-canary-2")
    monkeypatch.setenv("ANOTHER", "passes")
    _, (spot, _) = running()
    environ = Path(f"/proc/{state(spot)['pid']}/environ").read_text(encoding="utf-8")
    assert "ANOTHER=passes" in environ
    assert "canary" not in environ


def test_a_taken_port_is_named(running: Start) -> None:
    """Somebody else's port is refused in the exchange's words, and nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotConfigured, match=f"^PRACTICE_SPOT_PORT {port} .*port {port} is taken"):
            running(port, 0)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in its way."""
    (tmp_path / "file").touch()
    with pytest.raises(NotConfigured, match=r"^DASHBOARD_DATA is "):
        PracticeProcess(tmp_path / "file", 0, 0).start()
