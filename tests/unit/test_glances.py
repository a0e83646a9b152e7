"""Panels that pages without a socket look at."""

from __future__ import annotations

import threading

import pytest

from kucoin.errors import InvalidRequest
from kucoin.web.glances import Glances
from kucoin.web.panel import Panel
from tests.push_scene import PAIR, Scene

HEAD = f"head:{PAIR}"


def test_a_panel_stays_open_while_somebody_looks() -> None:
    """It is the same one from look to look, and is closed once nobody asked for 10 s."""
    scene = Scene()
    scene.summary("70000.1")
    glances = Glances(scene.sight)
    assert glances.look(HEAD)[0]["last"] == "70000.1"
    for _ in range(3):
        scene.now += 9
        scene.summary("70001.1")
        body, fresh = glances.look(HEAD)
        glances.sweep()
        assert (body["last"], fresh.state, scene.market.watched()) == ("70001.1", "live", {PAIR: 1})
    scene.now += 10
    glances.sweep()
    assert (len(glances), scene.market.watched()) == (0, {PAIR: 0})


def test_closing_lets_go_of_everything() -> None:
    """Nothing is watched any more; what is no panel was never opened."""
    scene = Scene()
    glances = Glances(scene.sight)
    glances.look(HEAD)
    with pytest.raises(InvalidRequest):
        glances.look("head:NO-SUCH")
    assert len(glances) == 1
    glances.close()
    assert (len(glances), scene.market.watched()) == (0, {PAIR: 0})


def test_a_panel_that_breaks_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not kept in a state that nobody knows."""
    scene = Scene()
    glances = Glances(scene.sight)
    glances.look(HEAD)
    with monkeypatch.context() as broken:
        broken.setattr("kucoin.web.head.HeadPanel.change", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            glances.look(HEAD)
    assert (len(glances), scene.market.watched()) == (0, {PAIR: 0})
    assert glances.look(HEAD)[0]["symbol"] == PAIR


def test_one_look_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels know nothing of threads, and sessions have one each."""
    scene = Scene()
    glances = Glances(scene.sight)
    inside: list[int] = []
    most: list[int] = []

    def change(_panel: Panel) -> None:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.002)
        inside.pop()

    monkeypatch.setattr("kucoin.web.head.HeadPanel.change", change)
    threads = [threading.Thread(target=glances.look, args=(HEAD,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == [1] * 8
