"""When orders are compared, and what happens where that cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.book.books import Books
from kucoin.desk import facts, order_state
from kucoin.desk.reconcile import Reconciler
from kucoin.errors import ApiError, JournalError, KucoinError, NotFound, OutcomeUnknown, TooManyRequests
from kucoin.hub import Hub
from kucoin.model.order import NewOrder, OrderType, Side
from kucoin.model.ticket import Placement, SpotTicket, TicketState
from kucoin.stream.feed import FeedState, FeedStatus
from tests.order_facts import ORDER, PAIR, START, D

ABSENT = NotFound(code="400100", message="order_not_exist", request="GET /")


def placement(name: str, state: TicketState = TicketState.ACCEPTED) -> Placement:
    """An order of an earlier run; KuCoin's id is ours with a K."""
    order = NewOrder(client_oid=name, symbol=PAIR, side=Side.BUY, type=OrderType.LIMIT, price=D(70), size=D("0.5"))
    order_id = f"K{name}" if state is TicketState.ACCEPTED else None
    return Placement(ticket=SpotTicket(order=order), by="t", state=state, handed_at=START, order_id=order_id)


class World:
    """The exchange, the account's orders, the journal and the tickets, all as a test has them be."""

    def __init__(self, *stored: Placement) -> None:
        self.account: str | None = "main"
        self.trouble: str | None = None
        self.stored = {each.ticket.client_oid: each for each in stored}
        self.known: dict[str, Any] = {}
        self.named_now: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.noted: dict[str, str] = {}
        self.journal_fails: JournalError | None = None
        self.found: list[tuple[str, str]] = []
        self.hooks: list[Callable[[Placement], None]] = []
        self.hub = Hub(Books(lambda _: pytest.fail("no book is kept")))
        self.orders: Any = SimpleNamespace(
            generation=0,
            problem=lambda: self.trouble,
            order=self.known.get,
            stop=lambda _: None,
            open=lambda: [each for each in self.known.values() if each.open],
            stops=lambda: (),
            named=lambda oids: {oid: order_id for oid, order_id in self.named_now.items() if oid in oids},
            told=lambda fact: self.known.update({fact.order_id: order_state.state(fact, ours=True)}),
        )
        self.reconciler = self.begin()

    def begin(self) -> Reconciler:
        """A reconciler, as at a start."""
        store: Any = SimpleNamespace(
            since=lambda *_: [each for each in self.stored.values() if not each.open],
            open=lambda _: [each for each in self.stored.values() if each.open],
            get=self.stored.get,
        )
        ends: Any = SimpleNamespace(add=self._note, since=lambda _: dict(self.noted))
        exchange: Any = SimpleNamespace(spot_orders=SimpleNamespace(order=self._ask))
        return Reconciler(
            exchange,
            self.hub,
            self.orders,
            self,
            store=store,
            ends=ends,
            found=lambda *both: self.found.append(both),
            now=lambda: START + timedelta(minutes=1),
        )

    def _ask(self, *, order_id: str, symbol: str) -> Any:
        assert symbol == PAIR
        self.asked.append(order_id)
        answer = self.answers.get(order_id, ABSENT)
        if isinstance(answer, KucoinError):
            raise answer
        return answer

    def _note(self, ends: dict[str, str], **_: Any) -> None:
        if self.journal_fails is not None:
            raise self.journal_fails
        self.noted |= ends

    def placement(self, client_oid: str) -> Placement | None:
        """As Trading's."""
        return self.stored.get(client_oid)

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """As Trading's."""
        self.hooks.append(hook)

    def said(self) -> list[tuple[str | None, str]]:
        """What is listed."""
        return [(each.client_oid, each.what) for each in self.reconciler.divergences()]

    def cut(self) -> None:
        """Have the private line break and come back."""
        for state in (FeedState.LIVE, FeedState.DOWN, FeedState.LIVE):
            self.hub.changed(FeedStatus("feed-spot-private", state))


GONE = "Gone: the exchange knows it no more; this desk had not been told."


@pytest.mark.parametrize("missing", ["account", "lists"])
def test_nothing_is_compared_before_everything_was_read(missing: str) -> None:
    """Neither without the journal of the account nor with lists that may be old."""
    world = World(placement("a"))
    world.account, world.trouble = (None, None) if missing == "account" else ("main", "not read yet")
    assert not world.reconciler.turn()
    assert not world.asked
    world.account, world.trouble = "main", None
    assert world.reconciler.turn()
    assert world.said() == [("a", GONE)]


def test_one_order_that_cannot_be_asked_for_does_not_hold_up_the_others() -> None:
    """It is refused for a reason of its own; it is neither ended nor listed, and asked for at the next comparison."""
    world = World(placement("a"), placement("b"))
    world.answers["Ka"] = ApiError(code="100001", message="no", request="GET /")
    assert world.reconciler.turn()
    assert world.said() == [("b", GONE)]
    world.answers["Ka"] = replace(ORDER, order_id="Ka", client_oid="a")
    world.cut()
    world.reconciler.turn()
    assert world.asked == ["Ka", "Kb", "Ka"]
    assert world.said() == [("b", GONE)]


@pytest.mark.parametrize(
    "failure", [OutcomeUnknown("no answer"), TooManyRequests(code="429000", message="too many", request="GET /")]
)
def test_a_comparison_that_breaks_off_is_made_again(failure: KucoinError) -> None:
    """An exchange that does not answer proves nothing."""
    world = World(placement("a"), placement("b"))
    world.answers["Kb"] = failure
    with pytest.raises(type(failure)):
        world.reconciler.turn()
    assert world.said() == []
    del world.answers["Kb"]
    assert world.reconciler.turn()
    assert world.said() == [("a", GONE), ("b", GONE)]
    assert world.asked == ["Ka", "Kb", "Kb"]


def test_a_journal_that_fails_loses_no_end() -> None:
    """What could not be noted is followed on, and listed once all the same."""
    world = World(placement("a"))
    world.journal_fails = JournalError("full")
    with pytest.raises(JournalError):
        world.reconciler.turn()
    world.journal_fails = None
    assert world.reconciler.turn()
    assert world.noted == {"a": "gone: the exchange knows it no more"}
    assert world.said() == [("a", GONE)]


def test_many_orders_are_asked_for_in_pieces() -> None:
    """250 of which nothing is known: 100 a turn, so that other things have their turn too."""
    world = World(*(placement(f"o{number}") for number in range(250)))
    assert [world.reconciler.turn() for _ in range(3)] == [False, False, True]
    assert len(world.asked) == len(set(world.asked)) == 250
    assert len(world.said()) == 250


def test_an_end_that_was_told_in_time_is_noted_and_not_listed() -> None:
    """Between comparisons nothing is asked; the next start knows of it."""
    world = World(placement("a"))
    world.known["Ka"] = order_state.state(_facts("Ka", client_oid="a"), ours=True)
    world.reconciler.turn()
    world.known["Ka"] = order_state.state(_facts("Ka", client_oid="a", active=False, cancelled=True), ours=True)
    world.orders.generation += 1
    world.reconciler.turn()
    assert (world.said(), world.asked) == ([], [])
    assert world.reconciler.ended("a") == "cancelled"
    again = world.begin()
    again.turn()
    assert (again.divergences(), again.ended("a"), world.asked) == ((), "cancelled", [])


def test_a_break_of_a_public_line_compares_nothing() -> None:
    """It tells of no order."""
    world = World()
    world.reconciler.turn()
    world.stored["a"] = placement("a")
    for hook in world.hooks:
        hook(placement("a"))
    for state in (FeedState.DOWN, FeedState.LIVE):
        world.hub.changed(FeedStatus("feed-spot-public", state))
    world.reconciler.turn()
    assert not world.asked
    world.cut()
    world.reconciler.turn()
    assert world.asked == ["Ka"]


def test_what_was_held_to_be_dead_and_is_listed_is_passed_on() -> None:
    """Whoever settles it is told at every look until it has."""
    world = World(placement("a", TicketState.ABSENT), placement("b", TicketState.REFUSED))
    world.named_now = {"a": "Ka", "b": "Kb"}
    world.reconciler.turn()
    assert world.found == [("a", "Ka")]
    assert world.said() == [("a", "It was held to have never arrived, and the exchange has it.")]


def test_another_account_is_compared_anew() -> None:
    """As when the practice exchange begins again under another account: nothing of the former is listed any more."""
    world = World(placement("a"))
    world.reconciler.turn()
    assert world.said() == [("a", GONE)]
    world.account, world.stored = "another", {"b": placement("b")}
    world.reconciler.turn()
    assert world.said() == [("b", GONE)]


def test_what_others_placed_is_listed_while_it_lives() -> None:
    """With or without an id of its own."""
    world = World()
    world.known["X"] = order_state.state(_facts("X"), ours=False)
    world.reconciler.turn()
    assert world.said() == [("own-1", "It is open, and no ticket of this desk has its id.")]
    world.known.clear()
    world.cut()
    world.reconciler.turn()
    assert world.said() == []


def _facts(order_id: str, **more: Any) -> Any:
    return facts.answered(replace(ORDER, order_id=order_id, **more))
