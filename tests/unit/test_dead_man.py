"""The dead-man switch: renewed in time, and what is said when it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.dead_man import DeadMan, DeadManState
from kucoin.desk.principal import Principal, Role
from kucoin.errors import ApiError, InvalidRequest, NotAllowed, OutcomeUnknown
from kucoin.model.order import DeadMan as Told

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME = Principal("local", Role.TRADER)
LOST = OutcomeUnknown("no answer within 4 s")
NO = ApiError(code="400007", message="Access denied", request="POST /dead-cancel-all")


@dataclass
class Kucoin:
    """Keeps the switch as the exchange does, on a clock that the test moves; steps are taken by the test."""

    now: datetime = NOON
    asked: list[int | None] = field(default_factory=list)
    at: datetime | None = None
    timeout: int = 0
    fails: Exception | None = None
    late_fails: Exception | None = None  # it is done, and the answer is lost
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        exchange: Any = SimpleNamespace(spot_orders=self, status=lambda: SimpleNamespace(clock_offset=Decimal(2)))
        self.switch = DeadMan(
            exchange,
            ready=lambda: True,
            note=self.note,
            now=lambda: self.now,
            monotonic=lambda: self.now.timestamp(),  # noqa: PLW0108  of the moment of the call
        )

    def note(self, who: str, _act: str, _subject: str, **body: Any) -> None:
        """Keep it."""
        self.notes.append(f"{who}: {body['text']}")

    def set_dead_man(self, *, timeout: int | None) -> datetime | None:
        """Set it, or take it back."""
        self.asked.append(timeout)
        if self.fails is not None:
            raise self.fails
        self.at = None if timeout is None else self.now + timedelta(seconds=timeout)
        self.timeout = timeout or 0
        if self.late_fails is not None:
            raise self.late_fails
        return self.at

    def dead_man(self) -> Told | None:
        """Tell of it, by a clock that is 2 s before ours."""
        if self.fails is not None:
            raise self.fails
        if self.at is None or self.at <= self.now:
            return None
        return Told(self.timeout, (), self.at + timedelta(seconds=2))

    def go(self, seconds: float = 0.0) -> DeadManState:
        """Let so much time pass, doing what is due when it is, and return how the switch stands."""
        until = self.now + timedelta(seconds=seconds)
        while True:
            due = self.switch._due  # the thread's own plan: no thread runs here
            if due is None or due > until.timestamp():
                break
            self.now = max(self.now, datetime.fromtimestamp(due, UTC))
            self.switch._turn()
        self.now = until
        return self.switch.state()


@pytest.fixture
def kucoin() -> Kucoin:
    """An exchange on which it is not set, and a desk that has asked."""
    made = Kucoin()
    made.go()
    return made


def on(kucoin: Kucoin, seconds: int = 30) -> DeadManState:
    """Turn it on."""
    kucoin.switch.turn_on(seconds, ME)
    return kucoin.go()


def test_it_is_renewed_every_third_of_its_time(kucoin: Kucoin) -> None:
    """So that two renewals may fail."""
    assert on(kucoin) == DeadManState(on=True, seconds=30, triggers_at=NOON + timedelta(seconds=30), by="local")
    assert kucoin.go(65) == DeadManState(on=True, seconds=30, triggers_at=NOON + timedelta(seconds=90), by="local")
    assert kucoin.asked == [30] * 7
    assert kucoin.notes == ["local: Dead-man switch turned on: 30 s."]


def test_turned_off_it_is_taken_back_until_the_exchange_has_said_so(kucoin: Kucoin) -> None:
    """Before, it still counts down, and that is said."""
    on(kucoin)
    kucoin.fails = LOST
    kucoin.switch.turn_off(ME)
    state = kucoin.go(5)
    assert (state.on, state.triggers_at) == (False, NOON + timedelta(seconds=30))
    assert state.problem == (
        "It could not be taken back yet: no answer within 4 s. Unless it is, KuCoin cancels the open spot orders at"
        " 12:00:30 UTC."
    )
    kucoin.fails = None
    assert kucoin.go(5) == DeadManState(by="local")
    assert kucoin.at is None
    assert kucoin.go(100).problem == ""
    assert kucoin.asked.count(None) == 4


def test_a_renewal_that_fails_is_said_and_tried_again(kucoin: Kucoin) -> None:
    """With the moment at which the exchange cancels; once it is well, that is said too."""
    on(kucoin)
    kucoin.fails = LOST
    state = kucoin.go(12)
    assert (state.on, state.triggers_at) == (True, NOON + timedelta(seconds=30))
    assert state.problem == (
        "It could not be renewed yet: no answer within 4 s. Unless it is, KuCoin cancels the open spot orders at"
        " 12:00:30 UTC."
    )
    kucoin.fails = None
    assert kucoin.go(4).problem == ""
    assert kucoin.notes[-1] == "desk: Dead-man switch: it is kept again."


def test_that_it_ran_out_is_said_and_it_is_set_again(kucoin: Kucoin) -> None:
    """Nobody has turned it off; a second time is told as well."""
    on(kucoin)
    kucoin.fails = LOST
    state = kucoin.go(40)
    assert state.fired is False  # a renewal of which only the answer was lost may have come through
    assert "It ran out at 12:00:30 UTC" in state.problem
    assert state.problem.endswith("Or a renewal had come through whose answer was lost.")
    kucoin.fails = None
    state = kucoin.go(2)
    assert (state.on, state.fired) == (True, True)
    assert state.problem == ("It ran out at 12:00:30 UTC, and KuCoin cancelled the open spot orders. It is set again.")
    assert kucoin.at is not None
    kucoin.fails = LOST
    kucoin.go(60)
    kucoin.fails = None
    assert "It ran out at 12:01:1" in kucoin.go(2).problem


def test_a_renewal_of_which_only_the_answer_was_lost_counts(kucoin: Kucoin) -> None:
    """It did not run out, and nobody says so."""
    on(kucoin)
    kucoin.late_fails = LOST
    assert kucoin.go(35).problem
    kucoin.late_fails = None
    state = kucoin.go(2)
    assert (state.on, state.fired, state.problem) == (True, False, "")


def test_a_refused_switch_is_not_on(kucoin: Kucoin) -> None:
    """It is not tried for ever either."""
    kucoin.fails = NO
    state = on(kucoin)
    assert (state.on, state.seconds, state.triggers_at) == (False, None, None)
    assert state.problem.startswith("It was not set: POST /dead-cancel-all refused: Access denied")
    kucoin.go(100)
    assert kucoin.asked == [30]


def test_one_that_was_set_before_is_shown_and_not_taken_over() -> None:
    """It may be another program's, whose death it is to notice; turned on here, it is this desk's."""
    kucoin = Kucoin(at=NOON + timedelta(seconds=20), timeout=60)
    state = kucoin.go()
    assert (state.on, state.seconds, state.triggers_at, state.by) == (False, 60, NOON + timedelta(seconds=20), "")
    assert state.problem == (
        "An earlier run or another program set it: unless it is renewed, KuCoin cancels the open spot orders at"
        " 12:00:20 UTC."
    )
    assert on(kucoin).problem == ""
    kucoin.go(100)
    assert kucoin.at is not None
    assert kucoin.at > kucoin.now


def test_one_that_was_set_before_runs_out() -> None:
    """Nobody renews it, and what comes of that is said; where its owner renews it, it is shown so."""
    kucoin = Kucoin(at=NOON + timedelta(seconds=20), timeout=60)
    kucoin.go()
    kucoin.at = NOON + timedelta(seconds=70)
    assert kucoin.go(25).triggers_at == NOON + timedelta(seconds=70)
    state = kucoin.go(60)
    assert (state.on, state.triggers_at) == (False, None)
    assert state.problem.startswith("It ran out at 12:01:10 UTC, and KuCoin cancelled the open spot orders.")
    assert kucoin.asked == []


@pytest.mark.parametrize("seconds", [4, 86_401])
def test_what_the_exchange_would_not_take_is_not_asked(kucoin: Kucoin, seconds: int) -> None:
    """Nothing is changed."""
    with pytest.raises(InvalidRequest, match="not 5 to 86,400 s"):
        kucoin.switch.turn_on(seconds, ME)
    assert kucoin.go(10) == DeadManState()


@pytest.mark.parametrize("act", [lambda dead, who: dead.turn_on(30, who), lambda dead, who: dead.turn_off(who)])
def test_a_viewer_touches_nothing(kucoin: Kucoin, act: Callable[[DeadMan, Principal], None]) -> None:
    """Nor is it noted as done."""
    with pytest.raises(NotAllowed):
        act(kucoin.switch, Principal("guest", Role.VIEWER))
    assert (kucoin.asked, kucoin.notes) == ([], [])
