"""Privacy on the push socket: no panel says an own amount, and whoever looks without it sees what was there before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from kucoin.model.alert import AlertKind
from kucoin.web import names
from kucoin.web.alerts import NAMES
from kucoin.web.board import Board
from tests.veiled_scene import PANELS, Amounts, scene

D = Decimal
PATIENCE = 30.0  # s
PUBLIC = frozenset(panel for panel in PANELS if names.veiled(panel) == panel)
OWN = tuple(panel for panel in PANELS if panel not in PUBLIC)


def frames(seed: int, panels: Iterable[str]) -> tuple[Amounts, dict[str, str]]:
    """Return what is told of each panel: all of it, how old it is, and what is new while shares change."""
    amounts = Amounts(seed)
    made, sight = scene(amounts)
    board = Board(sight)
    board.want(panels)
    told: dict[str, list[str]] = {panel: [] for panel in board.shown}
    deadline = time.monotonic() + PATIENCE
    try:
        board.look()
        while any(
            '"pending"' in (shown.whole() or "") for shown in board.shown.values()
        ):  # a search has its own thread
            assert time.monotonic() < deadline
            threading.Event().wait(0.002)
            board.look()
        for _ in range(3):
            for panel, shown in board.shown.items():
                assert shown.trouble is None
                told[panel] += [shown.news or "", shown.whole() or "", board.fresh(panel)]
            made.now += 5
            board.look()
    finally:
        board.close()
    return amounts, {panel: "\n".join(each) for panel, each in told.items()}


def test_every_kind_of_panel_is_looked_at() -> None:
    """A new one has to be added to the scene."""
    assert {panel.partition(":")[0] for panel in PANELS} == set(names._KINDS)


@pytest.mark.parametrize("panel", OWN)
def test_a_veiled_panel_says_no_amount(panel: str) -> None:
    """As it is, it says some; beside a veiled one it says the same as alone."""
    veiled = names.veiled(panel)
    amounts, told = frames(1, [panel, veiled])
    assert amounts.found(told[panel])
    assert amounts.found(told[veiled]) == set()
    assert told[panel] == frames(1, [panel])[1][panel]


@pytest.mark.parametrize("seed", range(2, 6))
def test_no_panel_says_any_amount_whatever_the_account_holds(seed: int) -> None:
    """All panels as they are asked for with privacy on, on accounts drawn at random."""
    amounts, told = frames(seed, map(names.veiled, PANELS))
    assert {panel: amounts.found(text) for panel, text in told.items() if amounts.found(text)} == {}


@pytest.mark.parametrize(
    "panel", [each for each in OWN if not each.startswith(("portfolio", "activity", "alerts", "guard"))]
)
def test_shares_follow_what_the_account_is_worth(panel: str) -> None:
    """Even where nothing else changes. A portfolio is its own whole, a search goes at its own pace, and of thresholds
    and limits not even a share is told.
    """
    made, sight = scene(Amounts(1))
    veil = [replace(sight.cover(), whole=D(1_000))]
    board = Board(replace(sight, cover=lambda: veil[0]))
    board.want([names.veiled(panel)])
    (shown,) = board.shown.values()
    board.look()
    before = shown.whole()
    made.now += 5
    board.look()
    assert (shown.news, shown.whole()) == (None, before)
    veil[0] = replace(veil[0], whole=D(7_000))
    made.now += 5
    board.look()
    assert shown.news
    assert shown.whole() != before
    board.close()


def test_a_threshold_of_money_is_no_measure_of_the_account() -> None:
    """It may be a round sum that anybody guesses, and its share would tell the whole."""
    _, sight = scene(Amounts(1))
    panel = names.opened(sight, "veiled/alerts:")
    panel.change()
    assert {row["at"] for row in panel.full()["rows"] if row["what"] == NAMES[AlertKind.LOSS]} == {"hidden"}


def test_nobody_changes_an_order_that_is_hidden() -> None:
    """Its row says what to do first; cancelling it needs no amount."""
    _, sight = scene(Amounts(1))
    for name, way, why in (("orders:", "amend", ""), ("veiled/orders:", None, "Leave privacy to change this order.")):
        panel = names.opened(sight, name)
        panel.change()
        rows = panel.full()["rows"]
        assert {(rows[each]["way"], rows[each]["why"], rows[each]["act"]) for each in ("s1", "w1")} == {
            (way, why, True)
        }
        panel.close()


def test_panels_for_all_alike_are_not_made_twice() -> None:
    """There is nothing to hide on a tape; and a name is veiled once."""
    assert {panel.partition(":")[0] for panel in PUBLIC} == {"head", "tape", "depth", "prices", "status", "account"}
    for panel in OWN:
        assert names.veiled(names.veiled(panel)) == names.veiled(panel) != panel
