"""The practice exchange as a process of its own, for every test that wants to meet one over real sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# What an example takes says something of the machine, not of the code.
# The same draws in every run: what a change breaks must not depend on luck. Fresh ones belong to the torture runs.
settings.register_profile("patient", deadline=None, derandomize=True)
settings.load_profile("patient")

PATIENCE_S = 60  # s for an answer, or for the end of a process, on a machine with other things to do
_READY = re.compile(r"practice exchange ready spot=(\S+) futures=(\S+)")
# No proxy may come between a test and loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers in lower case, and the decoded body."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """KuCoin's code."""
        return str(self.body["code"])

    @property
    def data(self) -> Any:
        """The data of a success; anything else fails the test with what was said instead."""
        assert self.code == "200000", self.body
        return self.body["data"]


@dataclass
class Practice:
    """A running practice exchange. Its helpers sign for themselves: they share no code with the client under test."""

    process: subprocess.Popen[str]
    spot: str
    futures: str
    data_dir: Path
    key: str = "practice-key-0001"
    secret: str = "practice-secret-0001"
    passphrase: str = "practice-passphrase"

    def get(self, path: str, *, futures: bool = False, key: str = "", **changes: str | None) -> Answer:
        """Send a signed GET. ``key`` is another built-in key's name; ``changes`` replace headers, None drops one."""
        return self.send("GET", path, futures=futures, key=key, **changes)

    def send(
        self, method: str, path: str, *, futures: bool = False, key: str = "", body: str = "", **changes: str | None
    ) -> Answer:
        """Send a signed request; ``path`` with its query as it is signed and sent. Header names with underscores."""
        name, secret = (f"practice-key-{key}", f"practice-secret-{key}") if key else (self.key, self.secret)
        stamp = str(int(time.time() * 1000))
        headers: dict[str, str | None] = {
            "KC-API-KEY": name,
            "KC-API-SIGN": signature(secret, f"{stamp}{method}{path}{body}"),
            "KC-API-TIMESTAMP": stamp,
            "KC-API-PASSPHRASE": signature(secret, self.passphrase),
            "KC-API-KEY-VERSION": "3",
        }
        if body:
            headers["Content-Type"] = "application/json"
        headers |= {header.replace("_", "-"): value for header, value in changes.items()}
        sent = {header: value for header, value in headers.items() if value is not None}
        return fetch(method, (self.futures if futures else self.spot) + path, sent, body)

    def public(self, path: str, *, futures: bool = False) -> Answer:
        """Send an unsigned GET."""
        return fetch("GET", (self.futures if futures else self.spot) + path, {})

    def state(self) -> dict[str, Any]:
        """Return the exchange's true state."""
        return self._control("GET", "state")

    def fills(self) -> list[dict[str, Any]]:
        """Return every fill that the default account ever had."""
        return list(self._control("GET", "fills")["main"])

    def faults(self, *wanted: dict[str, Any]) -> None:
        """Set faults on top of those that are set: ``{"name": "late_answer", "path": "/api/v1/accounts"}``."""
        self._control("POST", "faults", {"set": list(wanted)})

    def clear_faults(self) -> None:
        """Take every fault back, the clock's too."""
        self._control("POST", "faults", {"clear": True})

    def clock(self, **wanted: float) -> dict[str, Any]:
        """Move the clock: ``offset`` seconds for all of it, ``rate`` for the market alone (0: prices stand still)."""
        return self._control("POST", "clock", wanted)

    def reset(self, **wanted: int) -> None:
        """Begin anew, with another ``seed`` if one is given."""
        self._control("POST", "reset", wanted)

    def _control(self, method: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = fetch(method, f"{self.spot}/_practice/{name}", {}, json.dumps(body) if body is not None else "")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.body
        return found

    def stop(self) -> int:
        """End the process as a terminal would, and return its exit code."""
        self.process.terminate()
        return self.wait()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for the end and let the pipes go."""
        code = self.process.wait(timeout=PATIENCE_S)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code


def signature(secret: str, text: str) -> str:
    """Return the base64 HMAC-SHA256 that KuCoin asks for."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def fetch(method: str, url: str, headers: dict[str, str], body: str = "") -> Answer:
    """Send one request and read the JSON answer, whatever its status."""
    data = body.encode() if body else (b"" if method == "POST" else None)
    request = urllib.request.Request(url, data=data, method=method, headers=headers)  # noqa: S310 loopback only
    try:
        with _OPENER.open(request, timeout=PATIENCE_S) as answer:
            return _answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    kind = headers.get("content-type", "")
    decoded = json.loads(body) if kind.startswith("application/json") else body.decode()
    return Answer(status, {name.lower(): value for name, value in headers.items()}, decoded)


def start_practice(data_dir: Path, *arguments: str) -> Practice:
    """Start an exchange on free ports and wait for its ready line."""
    command = [sys.executable, "-m", "kucoin.practice", "--spot-port", "0", "--futures-port", "0"]
    process = subprocess.Popen(
        [*command, "--data", str(data_dir), *arguments],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=None,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = _READY.match(line)
    if found is None:
        process.kill()
        process.wait()
        process.stdout.close()
        pytest.fail(f"the practice exchange did not start: {line!r}")
    return Practice(process, found[1], found[2], data_dir)


def lasting(test_file: str) -> ExitStack:
    """Return what is closed when the run leaves the folder of ``test_file``, a test module or a conftest.

    Session fixtures enter what they start: to the end of the run it would idle at a tenth of a core. Folders come one
    after the other (`--no-loadscope-reorder`), and none twice.
    """
    return _lasting[Path(test_file).parent]


_lasting: defaultdict[Path, ExitStack] = defaultdict(ExitStack)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close what lasts as long as a folder, after the fixtures that use it."""
    folder = item.path.parent
    if nextitem is None or nextitem.path.parent != folder:
        _lasting.pop(folder, ExitStack()).close()


@pytest.fixture(scope="session")
def practice_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One exchange for the whole run."""
    exchange = start_practice(tmp_path_factory.mktemp("practice"))
    yield exchange
    assert exchange.stop() == 0


@pytest.fixture
def practice(practice_process: Practice) -> Iterator[Practice]:
    """The run's exchange; faults and clock are put right after each test."""
    yield practice_process
    practice_process.clear_faults()
    practice_process.clock(offset=0)


@pytest.fixture
def new_practice(tmp_path: Path) -> Iterator[Callable[..., Practice]]:
    """A maker of exchanges of one's own: ``new_practice("--seed", "3", data=directory)``."""
    made: list[Practice] = []

    def make(*arguments: str, data: Path | None = None) -> Practice:
        made.append(start_practice(data or tmp_path / f"practice-{len(made)}", *arguments))
        return made[-1]

    yield make
    for exchange in made:
        if exchange.process.poll() is None:
            exchange.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each folder took, so that one that grows slow is seen."""
    spent: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = report.nodeid.split("/")[1] if report.nodeid.count("/") > 1 else "."
                spent[folder] = spent.get(folder, 0.0) + report.duration
    terminalreporter.section("seconds per folder")
    for folder, seconds in sorted(spent.items(), key=lambda each: -each[1]):
        terminalreporter.write_line(f"{seconds:7.1f}  {folder}")
