"""The practice exchange as a child of this process: started, watched, begun again when it dies, ended with us."""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from kucoin.errors import NotConfigured

log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent.parent
_READY = re.compile(
    r"practice exchange ready spot=http://127\.0\.0\.1:(\d+) futures=http://127\.0\.0\.1:(\d+)( adopted)?"
)
_PATIENCE = 20.0  # s until it must be ready; it takes about one
_LONGEST_PAUSE = 30.0  # s between two attempts to begin it again
_SETTLED = 60.0  # s after which a run counts as a good one
_GLANCE = 2.0  # s between two looks at an exchange that another process owns
_LOG_SIZE = 1_000_000  # bytes beyond which its log starts afresh


class PracticeProcess:
    """One practice exchange on this machine.

    It is told to end when its standard input does, which the operating system sees to however this process dies. An
    exchange that another dashboard runs on the same data is adopted, and left running at the end.

    Args:
        data: The folder for its state and its log.
        spot_port: Where its spot host listens; 0 for any free port, which is then kept.
        futures_port: Likewise, its futures host.
    """

    def __init__(self, data: Path, spot_port: int, futures_port: int) -> None:
        self._data = data
        self._ports = (spot_port, futures_port)
        self._process: subprocess.Popen[str] | None = None
        self._adopted = False
        self._stopping = threading.Event()
        self._spawning = threading.Lock()  # so that nothing is started once stop() has begun
        self._watcher = threading.Thread(target=self._watch, name="practice-watch", daemon=True)

    def start(self) -> tuple[int, int]:
        """Return its spot and futures port, once it answers there.

        Raises:
            NotConfigured: A port is taken by something else, or the data folder cannot be used.
        """
        self._begin()
        self._watcher.start()
        return self._ports

    def standing(self) -> str:
        """Say how it is just now, as what follows its name in a sentence."""
        process = self._process
        where = f"on ports {self._ports[0]} and {self._ports[1]}"
        if self._adopted:
            return f"runs {where}, started by another dashboard"
        if process is None or process.poll() is not None:
            return f"has ended and is being started again {where}"
        return f"runs {where} as process {process.pid}"

    def stop(self) -> None:
        """End it, and wait until it has ended. Not one that was adopted."""
        with self._spawning:
            self._stopping.set()
            self._end()
        if self._watcher.ident is not None:
            self._watcher.join()

    def _begin(self) -> None:
        with self._spawning:
            if self._stopping.is_set():
                return
            self._end()
            told = self._data / "practice.log"
            try:
                self._data.mkdir(parents=True, exist_ok=True)
                if told.exists() and told.stat().st_size > _LOG_SIZE:
                    told.write_bytes(b"")
                with told.open("ab") as output:
                    before = output.tell()
                    self._process = self._spawn(output.fileno())
            except OSError as error:
                raise NotConfigured(f"DASHBOARD_DATA is {self._data}: {error.strerror}") from None
            ready = self._wait_until_ready(self._process)
            if ready is None:
                self._end()
                reason = told.read_bytes()[before:].decode(errors="replace").strip().rpartition("\n")[2]
                raise NotConfigured(
                    f"PRACTICE_SPOT_PORT {self._ports[0]} and PRACTICE_FUTURES_PORT {self._ports[1]} are not served: "
                    f"{reason or 'the practice exchange ended without a word'}"
                )
            self._ports = int(ready[1]), int(ready[2])
            self._adopted = ready[3] is not None

    def _spawn(self, output: int) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "kucoin.practice",
            "--until-stdin-ends",
            "--data",
            str(self._data / "practice"),
        ]
        command += ["--spot-port", str(self._ports[0]), "--futures-port", str(self._ports[1])]
        return subprocess.Popen(  # noqa: S603  (our own module, and figures)
            command,
            cwd=_ROOT,
            # Real keys never reach the simulator, not even by inheritance.
            env={name: value for name, value in os.environ.items() if not name.startswith("KUCOIN_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,  # Ctrl-C in a terminal is for us; it then ends in good order
        )

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> re.Match[str] | None:
        """Read its one line; None where it ended without, or took too long."""
        assert process.stdout is not None  # noqa: S101  (it was asked for as a pipe)
        too_late = threading.Timer(_PATIENCE, process.kill)
        too_late.start()
        try:
            return _READY.match(process.stdout.readline())
        finally:
            too_late.cancel()

    def _end(self) -> None:
        """End the child if there is one, and close what it leaves behind."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _watch(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            self._wait_until_gone()
            failures = 0 if time.monotonic() - began > _SETTLED else failures + 1
            while not self._stopping.wait(min(2.0 ** min(failures, 10) - 1, _LONGEST_PAUSE)):
                log.warning("the practice exchange ended; starting it again")
                try:
                    self._begin()
                except NotConfigured as error:
                    log.warning("%s", error)
                    failures += 1
                else:
                    break

    def _wait_until_gone(self) -> None:
        if self._process is not None and not self._adopted:
            self._process.wait()
            return
        while _listens(self._ports[0]) and not self._stopping.wait(_GLANCE):
            pass


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False
