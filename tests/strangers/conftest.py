"""One exchange at a standstill that all strangers read from, each everything once, and another that they trade on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.conftest import lasting, start_practice
from tests.strangers.asking import Documents, Standstill, ask, skewed
from tests.strangers.trade_floor import Floor
from tests.strangers.trade_line import Line, lines_to

WRONG = {
    "key": {"key": "practice-key-9999"},
    "secret": {"secret": "practice-secret-9999"},
    "passphrase": {"passphrase": "another-passphrase"},
}
FEW = ["funding account", "futures account in USDT", "ticker"]
# Files that share what is dear to make: what each client read (`told`), and the lines on which they trade (`lines`).
TOGETHER = ("test_strangers_read", "test_strangers_refused", "test_strangers_truth"), ("test_strangers_trade",)
OPENS = re.compile(r"\b(dashboard|visit): ")  # fixtures of those who open the dashboard: there is one of it then


class Scheduling(LoadFileScheduling):
    """Give each worker whole files, all files of a group to the same one; browser and sockets share the cores."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if Path(file).parent.name == "browser" and OPENS.search(Path(file).read_text(encoding="utf-8")):
            return "dashboard"
        return next((group[0] for group in TOGETHER if Path(file).name.startswith(group)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Return the scheduling above where files are what is given to workers."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def standstill(tmp_path_factory: pytest.TempPathFactory) -> Standstill:
    """An exchange of the strangers' own, its market stopped."""
    exchange = start_practice(tmp_path_factory.mktemp("strangers"))
    lasting(__file__).callback(exchange.stop)
    return Standstill.of(exchange)


@pytest.fixture(scope="session")
def told(standstill: Standstill) -> Documents:
    """What each client was told with the right login, and then with one string of it wrong at a time."""
    return ask(standstill, standstill.login(), *(standstill.login(**wrong, calls=FEW) for wrong in WRONG.values()))


@pytest.fixture(scope="session")
def read(told: Documents) -> dict[str, dict[str, Any]]:
    """What each client read of everything: ``read["ccxt"]["ticker"]``."""
    return {client: documents[0] for client, documents in told.items()}


@pytest.fixture(scope="session")
def refused(told: Documents, standstill: Standstill) -> dict[str, dict[str, Any]]:
    """What each client was told with one thing wrong: ``refused["ccxt"]["secret"]["funding account"]``."""
    with skewed(standstill.exchange, 60):
        late = ask(standstill, standstill.login(calls=FEW))
    return {client: dict(zip([*WRONG, "clock"], [*told[client][1:], *late[client]], strict=True)) for client in told}


@pytest.fixture(scope="session")
def trading_floor(tmp_path_factory: pytest.TempPathFactory) -> Floor:
    """An exchange to trade on, its market stopped."""
    return lasting(__file__).enter_context(Floor.opened(tmp_path_factory.mktemp("floor")))


@pytest.fixture(scope="session")
def lines(trading_floor: Floor, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    """A line to each client: ``lines["ccxt"]("spot", "fetch_order", ...)``."""
    return lasting(__file__).enter_context(lines_to(trading_floor.exchange, tmp_path_factory.mktemp("lines")))


@pytest.fixture
def floor(trading_floor: Floor) -> Iterator[Floor]:
    """The exchange to trade on; what rests after a test is cancelled."""
    yield trading_floor
    trading_floor.clear()
