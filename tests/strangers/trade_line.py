"""A line to a stranger that trades: one process that makes one call at a time, as it is told."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.conftest import Practice
from tests.strangers.asking import HERE, MISSING, PYTHON

SCRIPTS = {"ccxt": "trade_ccxt.py", "the SDK": "trade_sdk.py", "python-kucoin": "trade_python_kucoin.py"}
PATIENCE_S = 60  # longer than any client waits for an answer


class Refused(Exception):
    """What the client raised, its type's name first."""


@dataclass(frozen=True)
class Line:
    """Calls one client's methods with one login: ``line("hf_get_order", order_id, "BTC-USDT")``."""

    process: subprocess.Popen[str]
    complaints: Path
    login: tuple[str, str, str]

    def __call__(self, *words: Any, **named: Any) -> Any:
        """Return what the call returned. Raises Refused with what the client raised."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"login": self.login, "words": words, "named": named}), file=self.process.stdin, flush=True)
        spoke, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        line = self.process.stdout.readline() if spoke else ""
        assert line, f"{words[0]}: no answer; {self.complaints.read_text(encoding='utf-8')}"
        outcome = json.loads(line)
        if "error" in outcome:
            raise Refused(outcome["error"])
        return outcome["value"]

    def using(self, key: str) -> Line:
        """Return a line that logs in with another built-in key."""
        return replace(self, login=(f"practice-key-{key}", f"practice-secret-{key}", self.login[2]))


@contextmanager
def lines_to(exchange: Practice, folder: Path) -> Iterator[dict[str, Line]]:
    """Start every client below ``folder``, with the default key of ``exchange``; at the end each must leave well."""
    with ExitStack() as started:
        yield {client: started.enter_context(_line(client, exchange, folder)) for client in SCRIPTS}


@contextmanager
def _line(client: str, exchange: Practice, folder: Path) -> Iterator[Line]:
    assert PYTHON.exists(), MISSING
    complaints = folder / f"{client}.stderr"
    command = [str(PYTHON), "-I", str(HERE / SCRIPTS[client]), exchange.spot, exchange.futures]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        complaints.open("w", encoding="utf-8") as log,
        subprocess.Popen(command, cwd=folder, text=True, stderr=log, **pipes) as process,
    ):
        yield Line(process, complaints, (exchange.key, exchange.secret, exchange.passphrase))
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, complaints.read_text(encoding="utf-8")
