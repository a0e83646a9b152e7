"""Limits and switches: who may change them, when they hold, and what a journal that fails or lies does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kucoin.desk.limits import Measured, Used
from kucoin.desk.principal import Principal, Role
from kucoin.desk.risk import Risk, Switched
from kucoin.desk.warden import Held, Warden
from kucoin.errors import InvalidRequest, JournalError, KucoinError, LimitExceeded, NotAllowed
from kucoin.journal.database import Journal
from kucoin.journal.limits import LimitStore, Rules, Written
from kucoin.model.limits import Limits
from kucoin.model.ticket import Ticket
from tests.journal_faults import locked
from tests.trading_rig import START, D, futures, spot, until

VIEWER, TRADER, ADMIN = (Principal(role.value, role) for role in Role)
LIMITS = Limits(order_value=D(100))


@dataclass
class Counts:
    """Every order is worth 101 USDT; three are open, of which one is called ``old``."""

    asked: list[str | None] = field(default_factory=list)

    def measured(self, ticket: Ticket) -> Measured:
        return Measured(symbol=ticket.symbol, worth=D(101), leverage=D(5), prices=(), orders=1)

    def leverage(self, symbol: str) -> Any:  # noqa: ARG002  all contracts alike
        return D(10)

    def used(self, limits: Limits | None = None, replaced: str | None = None) -> Used:  # noqa: ARG002  all are told
        self.asked.append(replaced)
        return Used(D(0), D(2 if replaced == "old" else 3), D(0), "nobody knows")


@dataclass
class Scene:
    """Risk on a journal, with a clock of the test's own."""

    risk: Risk
    counts: Counts
    store: LimitStore
    told: list[Switched]
    at: list[float]

    def passes(self, ticket: Ticket | None = None) -> str:
        """Why an order would not be taken, empty where it would."""
        try:
            self.risk.admit(ticket or spot())
        except NotAllowed as error:
            return str(error)
        return ""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice", patience=0.1)
    yield opened
    opened.close()


@contextmanager
def scene_on(
    journal: Journal, *, account: Callable[[], str | None] = lambda: "1", read: bool = True, **more: Any
) -> Iterator[Scene]:
    """Risk that runs, with its limits read where ``read``."""
    store, counts, at = LimitStore(journal), Counts(), [0.0]
    warden = Warden(store, account=account, again=0.02, every=0.02)
    clocks: dict[str, Any] = {"monotonic": lambda: at[0], "now": lambda: START + timedelta(seconds=at[0])}
    risk = Risk(warden, counts, **{**clocks, **more})
    told: list[Switched] = []
    risk.on_change(told.append)
    risk.start()
    try:
        if read:
            until(lambda: not warden.held().problem)
        yield Scene(risk, counts, store, told, at)
    finally:
        risk.stop()


@pytest.fixture
def scene(journal: Journal) -> Iterator[Scene]:
    """Without limits and without arming."""
    with scene_on(journal) as made:
        yield made


def damage(journal: Journal, body: str) -> None:
    """Write ``body`` in place of every row of the limits."""
    journal.write(
        lambda connection: connection.execute(text("UPDATE limits SET body = :body"), {"body": body})
    ).result()


def test_live_begins_disarmed_and_stays_armed_for_its_time_alone(journal: Journal) -> None:
    """Counted by the clock that never jumps; arming again begins anew, disarming ends it at once."""
    with scene_on(journal, arm_for=timedelta(minutes=15)) as scene:
        assert scene.passes() == "Orders are disarmed: arm them first."
        assert scene.passes(futures(reduce_only=True)) == ""
        scene.risk.arm(TRADER)
        assert scene.risk.view().armed_until == START + timedelta(minutes=15)
        scene.at[0] = 899.9
        assert scene.passes() == ""
        scene.risk.arm(TRADER)
        scene.at[0] = 1799.8
        assert scene.passes() == ""
        scene.at[0] = 1799.9
        assert scene.passes() == "Orders are disarmed: arm them first."
        assert scene.risk.view().armed_until is None
        scene.risk.arm(TRADER)
        scene.risk.disarm(TRADER)
        assert scene.passes() == "Orders are disarmed: arm them first."
        assert [each.act for each in scene.told] == ["arm", "arm", "arm", "disarm"]
        assert scene.told[0].words == "until 12:15:00 UTC"


def test_no_arming_is_needed_where_none_was_asked_for(scene: Scene) -> None:
    """As on the practice exchange."""
    assert scene.passes() == ""
    assert not scene.risk.view().arming
    with pytest.raises(InvalidRequest):
        scene.risk.arm(TRADER)


ACTS: dict[str, Callable[[Risk, Principal], None]] = {
    "set limits": lambda risk, who: risk.set(Limits(), who),
    "allow orders": lambda risk, who: risk.allow_orders(who),
    "arm": lambda risk, who: risk.arm(who),
    "disarm": lambda risk, who: risk.disarm(who),
    "stop orders": lambda risk, who: risk.stop_orders(who),
}


def test_each_role_may_do_its_own(journal: Journal) -> None:
    """A viewer nothing, a trader what makes things safer and the arm switch, an admin all."""
    for act, do in ACTS.items():
        with scene_on(journal, arm_for=timedelta(minutes=1)) as scene:
            allowed = [ADMIN] if act in {"set limits", "allow orders"} else [ADMIN, TRADER]
            for who in (VIEWER, TRADER):
                if who not in allowed:
                    with pytest.raises(NotAllowed, match=f"{who.name} is a {who.role} and may not"):
                        do(scene.risk, who)
            assert scene.told == []
            do(scene.risk, allowed[-1])
            assert [(each.who, each.act) for each in scene.told] == [(allowed[-1].name, act)]


def test_what_nobody_set_holds_until_somebody_does(journal: Journal) -> None:
    """From then on that, also in the next run: no limits are limits too."""
    with scene_on(journal, limits=LIMITS) as scene:
        assert "is more than 100 for one order" in scene.passes()
        assert (scene.risk.view().limits, scene.risk.view().set_by) == (LIMITS, "")
        scene.risk.set(Limits(), ADMIN)
        assert scene.passes() == ""
        assert (scene.risk.view().limits, scene.risk.view().set_by) == (Limits(), "admin")
    with scene_on(journal, limits=LIMITS) as scene:
        assert scene.passes() == ""
        assert scene.risk.view().set_by == "admin"


def test_before_the_limits_were_read_nothing_new_is_placed(journal: Journal) -> None:
    """For nobody knows whether there are any; what only reduces passes."""
    with scene_on(journal, account=lambda: None, read=False) as scene:
        assert scene.passes() == "No order is placed without limits: the limits were not read yet."
        assert scene.passes(futures(reduce_only=True)) == ""
        assert scene.risk.view().limits is None


BROKEN = (
    '{"limits": {"order_value": "10',
    '{"limits": {"order_value": "1e"}, "halt": null}',
    '{"limits": {"order_value": "-1"}, "halt": null}',
    '{"limits": {"order_value": "1", "weekly_value": "5"}, "halt": null}',
    '{"limits": {"order_value": "1"}}',
    '{"limits": null, "halt": {"by": "x"}}',
    "[]",
    "",
)


def test_limits_that_cannot_be_understood_refuse(journal: Journal) -> None:
    """Until they are set anew; orders stay stopped then, for nobody knows whether they were."""
    with scene_on(journal) as scene:
        for body in BROKEN:
            scene.risk.set(Limits(), ADMIN)
            assert scene.passes() == ""
            damage(journal, body)
            until(lambda: scene.risk.view().problem)
            assert scene.passes().startswith("No order is placed without limits: "), body
            assert scene.passes(futures(reduce_only=True)) == ""
            with pytest.raises(JournalError):
                scene.risk.allow_orders(ADMIN)
            scene.risk.set(LIMITS, ADMIN)
            assert scene.passes().startswith("New orders were stopped by admin")
            assert scene.risk.view().limits == LIMITS
            scene.risk.allow_orders(ADMIN)
            assert "is more than 100 for one order" in scene.passes()


def test_a_stop_holds_at_once_and_is_written_as_soon_as_that_can_be(journal: Journal, tmp_path: Path) -> None:
    """While nothing can be written; the next run still knows. Lifting it needs the disk first."""
    with scene_on(journal) as scene:
        scene.risk.set(Limits(), ADMIN)
        with locked(journal, tmp_path / "journal.sqlite3"):
            scene.risk.stop_orders(TRADER)
            assert scene.passes().startswith("New orders were stopped by trader at 20")
            scene.risk.stop_orders(ADMIN)
            until(lambda: "locked" in scene.risk.view().problem)
            assert "not written down yet" in scene.risk.view().problem
            with pytest.raises(JournalError):
                scene.risk.allow_orders(ADMIN)
            assert scene.passes().startswith("New orders were stopped by trader")
        until(lambda: not scene.risk.view().problem)
        assert [each.act for each in scene.told] == ["set limits", "stop orders"]
    with scene_on(journal) as scene:
        halt = scene.risk.view().halt
        assert halt is not None
        assert halt.by == "trader"
        scene.risk.allow_orders(ADMIN)
        assert scene.passes() == ""
    with scene_on(journal) as scene:
        assert scene.passes() == ""


def test_a_stop_just_before_the_end_is_written(journal: Journal) -> None:
    """However quickly the dashboard ends after the press."""
    for _ in range(5):
        with scene_on(journal) as scene:
            scene.risk.allow_orders(ADMIN)
            scene.risk.stop_orders(TRADER)
        assert scene.store.read("1").rules.halt is not None


def test_a_stop_before_it_is_known_whose_is_kept_for_them(journal: Journal) -> None:
    """It holds meanwhile, and nobody can set limits of nobody."""
    account: list[str] = []
    with scene_on(journal, account=lambda: account[0] if account else None, read=False) as scene:
        scene.risk.stop_orders(TRADER)
        assert scene.risk.view().halt is not None
        with pytest.raises(NotAllowed, match="limits are an account's"):
            scene.risk.set(Limits(), ADMIN)
        account.append("7")
        until(lambda: scene.store.read("7").rules.halt)
        assert scene.store.read("1") == Written(Rules(limits=None, halt=None))


def test_a_stop_that_comes_while_another_is_lifted_is_not_lost(journal: Journal, monkeypatch: Any) -> None:
    """Pressed between the disk and the memory of it."""
    with scene_on(journal) as scene:
        scene.risk.stop_orders(TRADER)
        until(lambda: scene.store.read("1").rules.halt)
        warden, change = scene.risk._warden, LimitStore.change

        def changing(store: LimitStore, *arguments: Any, **more: Any) -> Written:
            written = change(store, *arguments, **more)
            monkeypatch.setattr(LimitStore, "change", change)
            with warden._changed:
                warden._written = written
            scene.risk.stop_orders(ADMIN)
            return written

        monkeypatch.setattr(LimitStore, "change", changing)
        scene.risk.allow_orders(ADMIN)
        assert scene.passes().startswith("New orders were stopped by admin")
        until(lambda: (halt := scene.store.read("1").rules.halt) and halt.by == "admin")


def test_a_stop_that_comes_while_a_lift_is_being_written_is_not_lost(journal: Journal, monkeypatch: Any) -> None:
    """Whoever allows orders and thinks better of it before the disk has answered has stopped them."""
    with scene_on(journal) as scene:
        scene.risk.stop_orders(TRADER)
        until(lambda: scene.store.read("1").rules.halt)
        until(lambda: not scene.risk.view().problem)
        change = LimitStore.change

        def changing(store: LimitStore, *arguments: Any, **more: Any) -> Written:
            monkeypatch.setattr(LimitStore, "change", change)
            scene.risk.stop_orders(ADMIN)
            return change(store, *arguments, **more)

        monkeypatch.setattr(LimitStore, "change", changing)
        scene.risk.allow_orders(ADMIN)
        assert scene.passes().startswith("New orders were stopped by admin")
        until(lambda: (halt := scene.store.read("1").rules.halt) and halt.by == "admin")


def test_a_stop_holds_where_another_program_has_just_lifted_the_one_before(journal: Journal) -> None:
    """What this one knows is 2 s old at most; the press counts all the same."""
    with scene_on(journal) as one:
        one.risk.stop_orders(TRADER)
        until(lambda: one.store.read("1").rules.halt)
        until(lambda: not one.risk.view().problem)
        with one.risk._warden._changed:  # it reads nothing meanwhile
            one.store.change("1", lambda _: Rules(limits=None, halt=None), by="another", at=START)
            one.risk.stop_orders(ADMIN)
        until(lambda: (halt := one.store.read("1").rules.halt) and halt.by == "admin")
        assert one.passes().startswith("New orders were stopped by admin")


def test_what_another_program_sets_holds_here_too(journal: Journal) -> None:
    """Two dashboards on one database: limits and stops of each reach the other, and neither undoes the other's."""
    with scene_on(journal) as one, scene_on(journal) as other:
        one.risk.stop_orders(TRADER)
        until(lambda: other.risk.view().halt)
        other.risk.set(LIMITS, ADMIN)
        until(lambda: one.risk.view().limits == LIMITS)
        assert one.risk.view().halt is not None
        other.risk.allow_orders(ADMIN)
        until(lambda: one.risk.view().halt is None)
        assert "is more than 100 for one order" in one.passes()


def test_a_limit_names_itself_and_a_replaced_order_is_not_counted_twice(scene: Scene) -> None:
    """Neither ahead of its end nor where one call changes it; else it counts."""
    scene.risk.set(Limits(open_orders=3), ADMIN)
    ticket = replace(spot(), replaces="old")
    with pytest.raises(LimitExceeded) as refused:
        scene.risk.admit(ticket)
    assert refused.value.limit == "open_orders"
    assert scene.risk.admit(ticket, ahead=True) == D(101)
    assert scene.risk.refusal(ticket) is None
    assert str(scene.risk.refusal(spot())) == str(refused.value)
    assert scene.counts.asked == [None, "old", "old", None]


def test_a_leverage_may_be_lowered_past_a_limit_but_not_raised(scene: Scene) -> None:
    """The contract stands at 10×, and 5× are allowed."""
    scene.risk.set(Limits(leverage=D(5)), ADMIN)
    scene.risk.require_leverage("XBTUSDTM", D(8))
    with pytest.raises(LimitExceeded, match="11x is more than 5x"):
        scene.risk.require_leverage("XBTUSDTM", D(11))
    scene.risk.set(Limits(leverage=D(20)), ADMIN)
    scene.risk.require_leverage("XBTUSDTM", D(11))


def test_limits_that_are_not_known_raise_no_leverage(journal: Journal) -> None:
    """Those that hold before anybody set some are no answer to what somebody set."""
    with scene_on(journal, limits=Limits(leverage=D(100))) as scene:
        scene.risk.set(Limits(leverage=D(5)), ADMIN)
        damage(journal, "?")
        until(lambda: scene.risk.view().limits is None)
        with pytest.raises(NotAllowed, match="without limits"):
            scene.risk.require_leverage("XBTUSDTM", D(50))
        scene.risk.require_leverage("XBTUSDTM", D(8))


def test_an_order_is_held_to_the_very_limits_that_let_it_in(journal: Journal, monkeypatch: Any) -> None:
    """Though they turn out to be spoilt between two looks at them."""
    with scene_on(journal, limits=Limits(order_value=D(10**9))) as scene:
        scene.risk.set(LIMITS, ADMIN)
        warden = scene.risk._warden
        known, spoilt = warden.held(), Held(problem="the limits in the journal cannot be read")
        looks = iter([known])
        monkeypatch.setattr(warden, "held", lambda: next(looks, spoilt))
        assert "is more than 100 for one order" in scene.passes()


def test_the_view_is_the_same_until_something_changes(scene: Scene) -> None:
    """It tells what is used of each limit, set or not, and why where that is not known."""
    view, generation = scene.risk.view(), scene.risk.generation
    assert scene.risk.view() is view
    assert scene.risk.generation == generation
    assert [(each.name, each.used, each.problem) for each in view.uses if each.used is not None or each.problem] == [
        ("daily_value", D(0), ""),
        ("open_orders", D(3), ""),
        ("orders_per_minute", D(0), ""),
        ("daily_loss", None, "nobody knows"),
    ]
    scene.risk.set(Limits(open_orders=5), ADMIN)
    assert scene.risk.generation > generation
    assert {each.name: each.limit for each in scene.risk.view().uses}["open_orders"] == D(5)


def test_a_limit_that_is_none_changes_nothing(scene: Scene) -> None:
    """It is refused before it is written."""
    with pytest.raises(KucoinError, match="order value -1"):
        scene.risk.set(Limits(order_value=D(-1)), ADMIN)
    assert scene.store.read("1") == Written(Rules(limits=None, halt=None))
    assert scene.told == []
