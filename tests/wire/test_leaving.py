"""The ways out of a whole Desk on a practice exchange, while whatever can be broken is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kucoin.desk import leaving as ways_out
from kucoin.desk.principal import Principal, Role
from kucoin.errors import NotAllowed
from kucoin.model.leaving import ItemState, Way
from kucoin.model.order import PositionSide, Side
from kucoin.model.ticket import SpotTicket
from tests.cancel_rig import waiting_pair
from tests.conftest import Practice, start_practice
from tests.leaving_rig import CONTRACTS, Scene, scene_on, states
from tests.orders_desk import until
from tests.rest_trading import CONTRACT, opening, resting
from tests.trading_rig import ME

ROOT = Path(__file__).resolve().parents[2]
VIEWER = Principal("guest", Role.VIEWER)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange of its own, for all that the account holds is left; its market stands still."""
    practice = start_practice(tmp_path_factory.mktemp("floor"))
    practice.clock(rate=0)
    yield practice
    assert practice.stop() == 0


@pytest.fixture(scope="module")
def shared(floor: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One Desk for all: what is there at the beginning is left by the first."""
    with scene_on(floor, tmp_path_factory.mktemp("leaving")) as scene:
        scene.end(scene.desk.leaving.flatten(ME))
        scene.end(scene.desk.leaving.cancel_all(ME))
        yield scene


@pytest.fixture
def scene(shared: Scene) -> Iterator[Scene]:
    """That Desk, on which nothing is held and nothing is broken before and after."""
    yield shared
    shared.floor.clear_faults()
    shared.desk.risk.allow_orders(Principal("local", Role.ADMIN))
    until(lambda: all(feed.state == "live" for feed in shared.desk.feeds.status()))
    shared.end(shared.desk.leaving.flatten(ME))
    shared.end(shared.desk.leaving.cancel_all(ME))
    until(shared.known)
    assert (shared.truth["positions"], shared.truth["orders"], shared.truth["stops"]) == ([], [], [])


def test_everything_is_left_though_all_but_the_line_is_broken(scene: Scene) -> None:
    """Dead sockets, a full disk, new orders stopped: a result for each item, and it is true."""
    for symbol in CONTRACTS:
        scene.buy(symbol)
    scene.scatter()
    until(scene.known)
    with scene.broken():
        scene.desk.risk.stop_orders(ME)
        flat = scene.desk.leaving.flatten(ME)
        assert (flat.way, flat.by, flat.over, len(flat.items)) == (Way.FLATTEN, ME.name, False, 5)
        assert scene.desk.leaving.flatten(ME).number == flat.number  # pressed twice
        assert scene.desk.leaving.cancel_all(ME, []).items == ()  # of no symbol
        done = scene.end(flat)
        assert (states(done), done.notes, len(done.items)) == ({ItemState.DONE}, (), 5)
        assert all(item.took is not None and item.words for item in done.items)
        assert scene.truth["positions"] == []
        rest = scene.end(scene.desk.leaving.cancel_all(ME))
        assert (states(rest), rest.notes, len(rest.items)) == ({ItemState.DONE}, (), 4)
        assert (scene.truth["orders"], scene.truth["stops"]) == ([], [])
    with closing(sqlite3.connect(scene.path)) as journal:  # what closed them is written down once that can be
        until(lambda: journal.execute("SELECT count(*) FROM intent").fetchone()[0] >= 3)


def test_what_only_the_lists_know_is_left_too(scene: Scene) -> None:
    """A position and orders that came elsewhere while no socket told of them."""
    scene.deafen()
    scene.buy()
    scene.scatter()
    done = scene.end(scene.desk.leaving.flatten(ME))
    assert scene.truth["positions"] == []
    rest = scene.end(scene.desk.leaving.cancel_all(ME))
    assert states(done) | states(rest) == {ItemState.DONE}
    assert len(done.items) + len(rest.items) >= 7  # a list may have been read in between
    assert (scene.truth["orders"], scene.truth["stops"]) == ([], [])


def test_an_answer_that_is_lost_turns_no_position(scene: Scene) -> None:
    """It is closed again, and finds nothing to close."""
    scene.buy(lots=7)
    scene.floor.faults({"name": "lose_answer", "method": "POST", "path": "/api/v1/orders", "times": 2})
    done = scene.end(scene.desk.leaving.flatten(ME))
    assert [(item.what, item.state) for item in done.items] == [(f"Long 7 {CONTRACT}", ItemState.DONE)]
    assert scene.truth["positions"] == []


def test_a_stop_stays_while_the_position_that_it_protects_does(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where closing fails to the end, taking its protection away would be worse."""
    monkeypatch.setattr(ways_out, "_LONGEST", 1.0)
    scene.buy(lots=7)
    stop = scene.protect()  # the lists may tell of it before they tell of the position
    no = {"code": "300013", "text": "There is no order to buy it at present."}
    scene.floor.faults({"name": "refuse", "method": "POST", "path": "/api/v1/orders", **no})
    done = scene.end(scene.desk.leaving.flatten(ME))
    assert scene.lots(CONTRACT) == 7
    assert scene.truth["stops"] == [stop]
    closing_it, protecting = done.items
    assert states(done) == {ItemState.FAILED}
    assert closing_it.words == f"7 lots are still open. KuCoin refused: {no['text']} (300013)."
    assert protecting.words == f"Left in place: {CONTRACT} is not known to be closed, and this may protect it."
    scene.floor.clear_faults()
    assert states(scene.end(scene.desk.leaving.flatten(ME))) == {ItemState.DONE}
    assert scene.truth["stops"] == []


def test_a_list_that_cannot_be_read_is_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is cancelled all the same."""
    monkeypatch.setattr(ways_out, "_LONGEST", 1.0)
    scene.scatter()
    until(scene.known)
    scene.floor.faults({"name": "refuse", "path": "/api/v1/hf/orders/active/symbols", "code": "400999", "text": "No."})
    done = scene.end(scene.desk.leaving.cancel_all(ME))
    assert (len(done.items), states(done)) == (6, {ItemState.DONE})
    [note] = done.notes
    assert note.startswith("Open spot orders could not be read anew: GET /api/v1/hf/orders/active/symbols refused: No.")


@pytest.mark.parametrize("kind", ["plain", "pair"])
def test_an_order_on_its_way_at_the_press_is_cancelled_and_a_later_one_stays(scene: Scene, kind: str) -> None:
    """What is placed here after the press is meant to be."""
    until(lambda: scene.desk.terms.of("LTC-USDT"))
    on_its_way = waiting_pair(scene.floor) if kind == "pair" else SpotTicket(order=resting(scene.floor))
    later = SpotTicket(order=resting(scene.floor))
    scene.floor.faults({"name": "late_answer", "method": "POST", "path": "/api/", "seconds": 0.7})
    scene.desk.trading.place(on_its_way, ME)
    pressed = scene.desk.leaving.cancel_all(ME)
    scene.desk.trading.place(later, ME)
    done = scene.end(pressed)
    assert {(item.state, item.symbol) for item in done.items} == {(ItemState.DONE, "LTC-USDT")}
    placed = scene.desk.trading.placement(on_its_way.client_oid)
    assert placed is not None
    assert placed.order_id in {item.key for item in done.items}
    kept = until(lambda: (now := scene.desk.trading.placement(later.client_oid)) and now.order_id)
    assert (scene.truth["orders"], scene.truth["stops"]) == ([kept], [])


def test_many_orders_leave_by_one_request(scene: Scene) -> None:
    """And each is told of by itself; a request that fails is made up for by theirs."""
    before = sweeps(scene.floor)
    for failing in (False, True):
        made = [scene.elsewhere.spot_orders.place(resting(scene.floor)) for _ in range(8)]
        made += [scene.elsewhere.futures_orders.place(opening(scene.floor)) for _ in range(8)]
        until(scene.known)
        if failing:
            scene.floor.faults({"name": "refuse_5xx", "method": "DELETE", "path": "/api/v1/hf/orders/cancelAll"})
            scene.floor.faults({"name": "refuse_5xx", "method": "DELETE", "path": "/api/v3/orders"})
        done = scene.end(scene.desk.leaving.cancel_all(ME))
        assert {item.key for item in done.items} == set(made)
        assert states(done) == {ItemState.DONE}
    assert sweeps(scene.floor) - before == 4


def test_only_who_may_act_leaves(scene: Scene) -> None:
    """Whatever a page has checked before."""
    with pytest.raises(NotAllowed):
        scene.desk.leaving.flatten(VIEWER)
    with pytest.raises(NotAllowed):
        scene.desk.leaving.cancel_all(VIEWER)
    with pytest.raises(NotAllowed):
        scene.desk.dead_man.turn_on(30, VIEWER)


def test_both_sides_of_a_hedged_account_are_closed(floor: Practice, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Long and short of one contract, each by its own order."""
    with scene_on(floor, tmp_path_factory.mktemp("hedged"), key="second", user="second") as hedged:
        hedged.buy(lots=5, position_side=PositionSide.LONG)
        hedged.buy(lots=3, side=Side.SELL, position_side=PositionSide.SHORT)
        done = hedged.end(hedged.desk.leaving.flatten(ME))
        assert states(done) == {ItemState.DONE}
        assert {item.key for item in done.items} >= {f"{CONTRACT} LONG", f"{CONTRACT} SHORT"}
        assert hedged.truth["positions"] == []


# A process that keeps the switch wound until it is killed.
KEEPER = """
import sys
from kucoin.desk.dead_man import DeadMan
from kucoin.desk.principal import Principal, Role
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
where, name, secret, passphrase = hosts.practice(int(sys.argv[1]), int(sys.argv[2])), *map(Secret, sys.argv[3:])
switch = DeadMan(Exchange(where, Credentials(name, secret, passphrase)), ready=lambda: True)
switch.start()
switch.turn_on(5, Principal("keeper", Role.TRADER))
sys.stdin.read()
"""


def test_a_process_that_dies_has_its_spot_orders_cancelled_by_the_exchange(floor: Practice, scene: Scene) -> None:
    """Not before: it is renewed as long as the process lives."""
    lives = scene.elsewhere.spot_orders.place(resting(floor))
    ports = [base.rpartition(":")[2] for base in (floor.spot, floor.futures)]
    command = [sys.executable, "-c", KEEPER, *ports, floor.key, floor.secret, floor.passphrase]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as keeper:
        until(lambda: renewals(floor) >= 2)
        assert scene.truth["orders"] == [lives]
        keeper.kill()
    assert scene.elsewhere.spot_orders.dead_man() is not None
    floor.clock(offset=6)
    until(lambda: scene.truth["orders"] == [])
    floor.clock(offset=0)


def sweeps(floor: Practice) -> int:
    """How often many orders were to be cancelled together."""
    asked: dict[str, int] = floor.state()["requests"]
    return sum(many for name, many in asked.items() if name.endswith(("hf/orders/cancelAll", "DELETE /api/v3/orders")))


def renewals(floor: Practice) -> int:
    """How often the switch was set."""
    asked: dict[str, int] = floor.state()["requests"]
    return sum(many for name, many in asked.items() if name.endswith("POST /api/v1/hf/orders/dead-cancel-all"))
