"""One Desk a process, whoever asks first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kucoin import assemble
from kucoin.desk.portfolio import Standing
from kucoin.errors import NotConfigured
from kucoin.settings import Settings, load


class Built:
    """Stands for a Desk; counts."""

    def __init__(self) -> None:
        self.started = self.stopped = 0

    def start(self) -> None:
        """Count."""
        self.started += 1

    def stop(self) -> None:
        """Count."""
        self.stopped += 1


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Built]]:
    """Every Desk that is built, in a folder without secrets."""
    made: list[Built] = []

    def build(_settings: Settings) -> Built:
        made.append(Built())
        return made[-1]

    monkeypatch.setattr(assemble, "build", build)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KUCOIN_MODE", raising=False)
    yield made
    assemble.stop()


def test_everybody_gets_the_same_desk(built: list[Built]) -> None:
    """Eight threads at once: one Desk, started once."""
    together = threading.Barrier(8)

    def ask(_number: int) -> object:
        together.wait(5)
        return assemble.desk()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(8)))
    assert found == set(built)
    assert [each.started for each in built] == [1]


def test_stopping_makes_room_for_another(built: list[Built]) -> None:
    """Once stopped it is stopped for good; stopping nothing does nothing."""
    first = assemble.desk()
    assemble.stop()
    assemble.stop()
    assert assemble.desk() is not first
    assert [each.stopped for each in built] == [1, 0]


def test_a_wrong_setting_starts_nothing(built: list[Built], monkeypatch: pytest.MonkeyPatch) -> None:
    """And does not stick."""
    monkeypatch.setenv("KUCOIN_MODE", "paper")
    with pytest.raises(NotConfigured):
        assemble.desk()
    assert built == []
    monkeypatch.setenv("KUCOIN_MODE", "practice")
    assert assemble.desk() is built[0]


def test_a_live_desk_is_built_from_settings(tmp_path: Path) -> None:
    """Without a key it says so; its status tells site and version. Nothing is started, so nothing is asked."""
    desk = assemble.build(load({"KUCOIN_MODE": "live", "KUCOIN_SITE": "eu"}, tmp_path / "none.toml"))
    status = desk.status()
    assert (desk.mode, status.mode, status.site, status.key_tail) == ("live", "live", "eu", None)
    assert status.version.count(".") == 2
    assert desk.portfolio("USDT").standing is Standing.NO_CREDENTIALS
    desk.stop()
