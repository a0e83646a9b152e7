"""docs/practice-exchange.md says what is true: its commands and snippets run, its tables are complete."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kucoin.practice.faults import BAD_BODIES, KINDS
from kucoin.practice.keys import KEYS
from tests.conftest import Answer, Practice, fetch, start_practice
from tests.strangers.asking import said, start

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "practice-exchange.md").read_text(encoding="utf-8")
SPOT, FUTURES = "http://127.0.0.1:8610", "http://127.0.0.1:8611"  # as the guide writes them
START = ".venv/bin/python -m kucoin.practice"
PORT = re.compile(r":[0-9]{4,5}")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks in ``language``."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
STARTS = [line for line in COMMANDS if line.startswith(START)]
CURLS = [line for line in COMMANDS if line.startswith("curl ")]
SNIPPETS = blocks("python")
# for each client the lines that log in, and those that go on and trade
PAIRS = zip(SNIPPETS[::2], SNIPPETS[1::2], strict=True)
CLIENTS = dict(zip(["ccxt", "kucoin-universal-sdk", "python-kucoin"], PAIRS, strict=True))


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange for the guide alone, which begins anew in the middle of it."""
    started = start_practice(tmp_path_factory.mktemp("guide"))
    yield started
    assert started.stop() == 0


def here(text: str, exchange: Practice) -> str:
    """Return the guide's ``text`` with the addresses of ``exchange``."""
    return text.replace(SPOT, exchange.spot).replace(FUTURES, exchange.futures)


def curl(command: str) -> Answer:
    """Send what ``curl URL`` or ``curl -d BODY URL`` would; the command itself is not on every machine."""
    _, *options, url = shlex.split(command)
    body = options[options.index("-d") + 1] if options else ""
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    return fetch("POST" if body else "GET", url, kind, body)


def test_every_block_is_run() -> None:
    """A block in another language, or another command, would not be tested here."""
    assert GUIDE.count("```") == 2 * (len(blocks("sh")) + len(blocks("python")))
    assert set(COMMANDS) == {*STARTS, *CURLS}
    assert len(STARTS) >= 3
    assert len(CURLS) >= 7
    assert len(SNIPPETS) == 2 * len(CLIENTS)


@pytest.mark.parametrize("command", STARTS)
def test_a_start_prints_the_line(command: str, tmp_path: Path) -> None:
    """The ready line is the guide's but for the ports; the test's own ports and directory win over the command's."""
    _, *options = shlex.split(command)
    mine = ["--spot-port", "0", "--futures-port", "0", "--data", str(tmp_path)]
    with subprocess.Popen([sys.executable, *options, *mine], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        process.terminate()
    assert process.returncode == 0
    assert line
    assert PORT.sub(":PORT", line) in PORT.sub(":PORT", GUIDE)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_snippet_prints_the_balance(client: str, exchange: Practice, tmp_path: Path) -> None:
    """Each of the three prints what is in the funding account, from an empty directory."""
    (kept,) = exchange.get("/api/v1/accounts?type=main&currency=USDT").data
    assert float(kept["balance"]) > 0
    login, _ = CLIENTS[client]
    assert float(said(start(["-c", here(login, exchange)], tmp_path))) == float(kept["balance"])


@pytest.mark.parametrize("client", CLIENTS)
def test_a_snippet_places_and_cancels_an_order(client: str, exchange: Practice, tmp_path: Path) -> None:
    """After the lines that log in: each of the three sees its order open and then not, and the exchange has it so."""
    login, trade = CLIENTS[client]
    _, before, after = said(start(["-c", here(login + trade, exchange)], tmp_path)).split()
    assert (before, after) == (("open", "canceled") if client == "ccxt" else ("True", "False"))
    newest = exchange.get("/api/v1/hf/orders/done?symbol=BTC-USDT").data["items"][0]
    assert (newest["size"], newest["dealSize"], newest["cancelExist"]) == ("0.001", "0", True)


@pytest.mark.parametrize("command", CURLS)
def test_a_request_is_understood(command: str, exchange: Practice) -> None:
    """Every control request of the guide is taken; the faults are cleared again."""
    try:
        answer = curl(here(command, exchange))
        assert answer.status == 200, answer.body
        assert isinstance(answer.body, dict)
        assert "error" not in answer.body
    finally:
        exchange.clear_faults()


def first_column(heading: str) -> list[str]:
    """Return the code words in the first column of the table whose first heading is ``heading``."""
    table = GUIDE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def test_every_key_is_told() -> None:
    """The table of keys is the exchange's."""
    assert first_column("key") == list(KEYS)


def test_every_fault_is_told() -> None:
    """The table of faults is the exchange's, with the two that are the clock's, each with its options."""
    assert sorted(first_column("fault")) == sorted([*KINDS, "skew", "drift"])
    for name, options in KINDS.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*\| (.*)\|$", GUIDE, re.MULTILINE)
        assert re.findall("`([^`]+)`", row) == list(options)


def test_every_kind_of_bad_body_is_told() -> None:
    """The list is the exchange's."""
    told = GUIDE.split("The kinds of `bad_body`: ", 1)[1].split("\n\n", 1)[0]
    assert re.findall("`([^`]+)`", told) == list(BAD_BODIES)
