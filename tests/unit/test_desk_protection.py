"""Stops and take profits: what stands when, what goes, and what is said where a half is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk import protection as module
from kucoin.desk.aims import Aim, Kind
from kucoin.desk.principal import Role
from kucoin.desk.protection import Protection
from kucoin.errors import InvalidRequest, NotAllowed, OutcomeUnknown
from kucoin.model.cancellation import CancelState
from kucoin.model.change import Change, ChangeState
from kucoin.model.order import FuturesOrder, PositionSide, Side, StopDirection, StopPriceType
from kucoin.model.position import Position
from kucoin.model.ticket import TicketState
from tests import futures_views
from tests.acts_stands import NOW, Cancels, Clock, Futures, Orders, Trading, row
from tests.preview_scene import contract, position, terms_of
from tests.trading_rig import ME, until

D = Decimal
SYMBOL = "XBTUSDTM"
MARK = StopPriceType.MP


def waits(order_id: str, price: str, *, up: bool = False, **more: Any) -> FuturesOrder:
    """An order that sells the whole long once the price is reached."""
    known: dict[str, Any] = {"symbol": SYMBOL, "side": Side.SELL, "close_order": True, "stop_price": D(price)}
    known["stop"] = StopDirection.UP if up else StopDirection.DOWN
    return row(order_id, **known | more)


@dataclass
class Scene:
    """A long of 1,250 lots at a mark of 100,000, with one stop at 90,000."""

    trading: Trading = field(default_factory=Trading)
    cancels: Cancels = field(default_factory=Cancels)
    orders: Orders = field(default_factory=Orders)
    exchange: Futures = field(default_factory=lambda: Futures(rows=[waits("old", "90000")]))
    clock: Clock = field(default_factory=Clock)
    held: tuple[Position, ...] | None = (position(1250, 99_000),)
    line: dict[str, Any] = field(default_factory=dict)
    audit: list[str] = field(default_factory=list)
    protection: Protection = field(init=False)

    def __post_init__(self) -> None:
        terms = terms_of(contract(), last=D(100_010))
        self.protection = Protection(
            self.trading,  # type: ignore[arg-type]  # stand-ins, all of them
            self.cancels,  # type: ignore[arg-type]
            self.orders,  # type: ignore[arg-type]
            self.exchange,  # type: ignore[arg-type]
            held=lambda: self.held,
            lines=lambda: [futures_views.position(SYMBOL, **{"stop_loss": None} | self.line)],
            terms=lambda _: terms,
            note=lambda *_, state, **__: self.audit.append(state),
            now=lambda: NOW,
            monotonic=self.clock,
        )

    def set(self, price: str) -> Change:
        """Set a stop by the mark price."""
        return self.protection.set_stop(SYMBOL, "BOTH", D(price), MARK, ME)

    def ends(self, state: ChangeState) -> Change:
        """The newest one, once it has come to that."""
        return until(lambda: (told := self.protection.changes()[0]).state is state and told)

    def accept(self) -> None:
        """Have the new one accepted, which is in the list from then on."""
        price = self.trading.placed[-1].ticket.order.stop.price
        self.exchange.rows.append(waits("new", str(price)))
        self.trading.settle(TicketState.ACCEPTED, order_id="new")


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Protection that runs, in a hurry."""
    monkeypatch.setattr(module, "_AGAIN", 0.005)
    monkeypatch.setattr(module, "_STEP", 0.005)
    made = Scene()
    made.protection.start()
    yield made
    made.protection.stop()


def test_the_old_stop_goes_once_the_new_one_is_accepted(scene: Scene) -> None:
    """Before that nothing is cancelled; the new one closes the whole position and can do nothing else."""
    begun = scene.set("95000")
    assert (begun.number, begun.state, begun.what) == (1, ChangeState.WORKING, "stop at 95,000 (mark price)")
    order = scene.trading.placed[0].ticket.order
    assert (order.close_order, order.side, order.size) == (True, None, None)
    assert order.stop.direction is StopDirection.DOWN
    assert scene.cancels.wishes == {}
    scene.accept()
    until(lambda: scene.cancels.wishes == {"old": 1})
    assert scene.protection.changes()[0].state is ChangeState.WORKING
    scene.cancels.end("old", CancelState.CANCELLED)
    assert scene.ends(ChangeState.DONE).words == "The stop at 95,000 stands; the old one at 90,000 is cancelled."
    assert scene.audit == ["sent", "accepted"]


@pytest.mark.parametrize("state", [TicketState.REFUSED, TicketState.NOT_SENT, TicketState.ABSENT])
def test_without_a_new_stop_the_old_one_stays(scene: Scene, state: TicketState) -> None:
    """And whatever is unknown is waited for."""
    scene.set("95000")
    scene.trading.settle(TicketState.UNKNOWN)
    assert scene.ends(ChangeState.UNKNOWN).words.endswith("what stood before still stands.")
    scene.trading.settle(state, words="no such thing.")
    words = "The new stop was not placed, nothing was changed: no such thing."
    assert scene.ends(ChangeState.REFUSED).words == words
    assert scene.cancels.wishes == {}


def test_a_stop_that_arrives_after_all_takes_no_newer_one_away(scene: Scene) -> None:
    """A person had decided that it never would, and set another: that one is what is meant."""
    scene.set("95000")
    scene.trading.settle(TicketState.UNKNOWN)
    scene.trading.settle(TicketState.ABSENT, words="no such thing.")
    scene.ends(ChangeState.REFUSED)
    scene.set("96000")
    scene.accept()
    until(lambda: scene.cancels.wishes == {"old": 1})
    scene.cancels.end("old", CancelState.CANCELLED)
    scene.ends(ChangeState.DONE)
    first = scene.trading.placed[0] = replace(scene.trading.placed[0], state=TicketState.ACCEPTED, order_id="late")
    for hook in scene.trading.hooks:
        hook(first)
    late = until(lambda: (told := scene.protection.changes()[1]).state is ChangeState.HALF and told)
    assert late.words.endswith("it arrived after all, when another was set already. Both may stand.")
    assert scene.cancels.wishes == {"old": 1}


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (CancelState.REFUSED, "the old one at 90,000 may still stand: why not"),
        (CancelState.UNKNOWN, "the old one at 90,000 may still stand: why not"),
        (CancelState.FILLED, "the old one at 90,000 was reached before: why not"),
    ],
)
def test_an_old_stop_that_did_not_go_is_said(scene: Scene, end: CancelState, words: str) -> None:
    """Both may stand, or the old one was reached: neither is called done."""
    scene.set("95000")
    scene.accept()
    until(lambda: scene.cancels.wishes)
    scene.cancels.end("old", end, "why not.")
    assert scene.ends(ChangeState.HALF).words == f"The stop at 95,000 stands; {words}."


def test_old_stops_that_cannot_be_read_are_left(scene: Scene) -> None:
    """It is tried for 15 s, and said."""
    scene.set("95000")
    scene.exchange.trouble = OutcomeUnknown("no answer came")
    scene.accept()
    scene.clock.at = 15.5
    words = "The stop at 95,000 stands; what stood before could not be read and was left: no answer came"
    assert scene.ends(ChangeState.HALF).words == words


def test_a_stop_that_a_list_does_not_show_yet_is_asked_for(scene: Scene) -> None:
    """A push told of it a moment ago."""
    scene.exchange.rows = []
    scene.exchange.order_row = waits("?", "91000")
    scene.orders.told(module.stops.answered_futures(waits("pushed", "91000")))
    scene.protection.remove_stop(SYMBOL, "BOTH", ME)
    until(lambda: scene.cancels.wishes == {"pushed": 1})
    scene.cancels.end("pushed", CancelState.CANCELLED)
    assert scene.ends(ChangeState.DONE).words == "The stop at 91,000 is cancelled."


def test_break_even_is_on_the_tick_and_never_at_a_loss(scene: Scene) -> None:
    """A long's is rounded up, a short's down."""
    scene.line = {"break_even": D("99120.01")}
    assert scene.protection.break_even_price(SYMBOL, "BOTH") == D("99120.1")
    change = scene.protection.break_even(SYMBOL, "BOTH", ME)
    assert change.what == "stop to break-even at 99,120.1 (mark price)"
    assert scene.trading.placed[0].ticket.order.stop.price == D("99120.1")
    scene.held = (position(-1250, 101_000),)
    scene.line = {"break_even": D("100880.09")}
    assert scene.protection.break_even_price(SYMBOL, "BOTH") == D("100880.0")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"break_even": None}, "is not known yet"),
        ({"break_even": D("100000.1")}, "A stop there would close the position at once"),
        ({"break_even": D(0)}, "at no price above 0"),
        ({"break_even": D(99_000), "stop_loss": D(99_000)}, "its stop at 99,000 is at break-even already"),
    ],
)
def test_break_even_is_refused_with_its_reason(scene: Scene, line: dict[str, Any], words: str) -> None:
    """Nothing is placed."""
    scene.line = line
    with pytest.raises(InvalidRequest, match=words):
        scene.protection.break_even(SYMBOL, "BOTH", ME)
    assert scene.trading.placed == []


@pytest.mark.parametrize(
    ("price", "watch", "words"),
    [
        ("100000", MARK, "100,000 is reached already: the mark price is 100,000"),
        ("100005", StopPriceType.TP, "the mark price is 100,000"),
        ("99000.05", MARK, "no multiple of the tick"),
        ("-1", MARK, "no price above 0"),
    ],
)
def test_a_stop_is_refused_with_its_reason(scene: Scene, price: str, watch: StopPriceType, words: str) -> None:
    """The mark price counts whatever is watched."""
    with pytest.raises(InvalidRequest, match=words):
        scene.protection.set_stop(SYMBOL, "BOTH", D(price), watch, ME)
    assert scene.trading.placed == []
    assert scene.protection.changes() == ()


def test_one_change_at_a_time(scene: Scene) -> None:
    """Pressed twice it is one; another price has to wait; a take profit is another thing; a viewer changes nothing."""
    first = scene.set("95000")
    assert scene.set("95000") == first
    with pytest.raises(InvalidRequest, match="The stop of XBTUSDTM is just being changed"):
        scene.set("96000")
    scene.protection.set_profit(SYMBOL, "BOTH", D(110_000), MARK, ME)
    assert len(scene.trading.placed) == 2
    with pytest.raises(NotAllowed):
        scene.protection.remove_profit(SYMBOL, "BOTH", replace(ME, role=Role.VIEWER))
    scene.held = ()
    with pytest.raises(InvalidRequest, match="There is no position on XBTUSDTM"):
        scene.set("95000")


def test_what_is_not_placed_is_no_change(scene: Scene) -> None:
    """Who pressed hears why, and may press again."""
    scene.trading.refusal = NotAllowed("Trading is switched off.")
    with pytest.raises(NotAllowed, match="switched off"):
        scene.set("95000")
    assert scene.protection.changes() == ()
    scene.trading.refusal = None
    assert scene.set("95000").state is ChangeState.WORKING


LONG = PositionSide.LONG


@pytest.mark.parametrize(
    ("side", "more", "is_one"),
    [
        ("BOTH", {}, True),
        ("BOTH", {"close_order": False, "reduce_only": True}, True),
        ("BOTH", {"close_order": False}, False),  # it may open a short
        ("BOTH", {"side": Side.BUY}, False),
        ("BOTH", {"up": True}, False),  # a take profit
        ("BOTH", {"active": False}, False),
        ("BOTH", {"stop_triggered": True}, False),
        ("LONG", {"position_side": LONG, "close_order": False}, True),
        ("LONG", {"position_side": PositionSide.SHORT}, False),
        ("LONG", {}, False),
    ],
)
def test_only_what_can_do_nothing_but_close_this_position_protects_it(
    side: str, more: dict[str, Any], is_one: bool
) -> None:
    """Of every other order nothing is known that would allow to cancel it."""
    held = position(1250, 99_000, position_side=side)
    assert Aim(held, Kind.STOP).has(waits("1", "90000", **more)) is is_one
