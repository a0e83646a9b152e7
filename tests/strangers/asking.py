"""How a stranger is asked: its script, in its own environment, in a process of its own outside this repository."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Practice

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parents[1] / ".venv-strangers" / "bin" / "python"
SCRIPTS = {"ccxt": "read_ccxt.py", "the SDK": "read_sdk.py", "python-kucoin": "read_python_kucoin.py"}
MISSING = f"{PYTHON} is not there: run `make test`, which installs the strangers' clients into .venv-strangers"
DAY_S = 86_400


@dataclass(frozen=True)
class Standstill:
    """An exchange whose market stands still, and a day of its past that ended with a full hour, in seconds."""

    exchange: Practice
    since: int
    until: int

    @classmethod
    def of(cls, exchange: Practice) -> Standstill:
        """Stop the market of ``exchange``: from here on the same question gets the same answer."""
        exchange.clock(rate=0)
        hour = exchange.state()["market_ms"] // 3_600_000 * 3600
        return cls(exchange, hour - DAY_S, hour)

    def raw(self, path: str) -> Any:
        """Return the data of a signed GET; ``futures:`` before the path names the other host.

        ``{since}`` and ``{until}`` in it become the window in seconds, ``{since_ms}`` and ``{until_ms}`` in ms.
        """
        host, _, rest = path.rpartition(":")
        window = {"since": self.since, "until": self.until}
        window |= {f"{name}_ms": seconds * 1000 for name, seconds in window.items()}
        return self.exchange.get(rest.format(**window), futures=host == "futures").data

    def login(self, **changes: Any) -> dict[str, Any]:
        """Return the default key's three strings, ``changes`` applied; ``calls`` names the only calls to make."""
        login = {"key": self.exchange.key, "secret": self.exchange.secret, "passphrase": self.exchange.passphrase}
        return login | changes


Documents = dict[str, list[dict[str, Any]]]


def ask(standstill: Standstill, *logins: dict[str, Any]) -> Documents:
    """Return what each client read, or how it was refused, once for each of ``logins``; all clients at a time."""
    arguments = (standstill.exchange.spot, standstill.exchange.futures, str(standstill.since), str(standstill.until))
    with tempfile.TemporaryDirectory() as elsewhere:
        running = {
            client: start([str(HERE / script), *arguments], Path(elsewhere)) for client, script in SCRIPTS.items()
        }
        return {client: json.loads(said(process, json.dumps(logins))) for client, process in running.items()}


def start(arguments: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """Start Python of the strangers' environment, isolated: nothing of this repository can be imported there."""
    assert PYTHON.exists(), MISSING
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([str(PYTHON), "-I", *arguments], cwd=folder, text=True, **pipes)


def said(process: subprocess.Popen[str], told: str = "") -> str:
    """Return what a process printed once it was told ``told``; it must end well."""
    with process:
        out, complaint = process.communicate(told, timeout=120)
    assert process.returncode == 0, complaint
    return out


@contextmanager
def skewed(exchange: Practice, seconds: float) -> Iterator[None]:
    """Put the clock that ``exchange`` checks headers by ahead of this machine's."""
    exchange.faults({"name": "skew", "seconds": seconds})
    try:
        yield
    finally:
        exchange.clear_faults()
