"""Closing every position: what is sent, what is repeated, and what is said, for whatever the exchange answers."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime

import pytest

from kucoin.desk.leaving_closes import Closes
from kucoin.errors import NotAllowed
from kucoin.model.leaving import ItemState, LeavingItem
from kucoin.model.market import Contract
from kucoin.model.order import MarginMode, NewFuturesOrder, OrderType, PositionSide, Side
from kucoin.model.position import Position
from kucoin.model.ticket import FuturesTicket, Placement, TicketState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BEFORE = float("-inf")
XBT = "XBTUSDTM"


def held(lots: int, side: str = "BOTH", mode: str = "ISOLATED") -> Position:
    """A position in XBTUSDTM."""
    told = {"symbol": XBT, "position_side": side, "margin_mode": mode, "current_qty": lots}
    return Position(**({each.name: None for each in fields(Position)[:22]} | told))  # type: ignore[arg-type]  # no figures


@dataclass
class Floor:
    """What a way out closes positions with: keeps what is sent, and answers when it is told to."""

    now: float = 100.0
    sent: list[NewFuturesOrder] = field(default_factory=list)
    placements: dict[str, Placement] = field(default_factory=dict)
    most: int | None = None
    bars: str = ""

    def __post_init__(self) -> None:
        self.closes = Closes(self.place, self.placements.get, self.contract, began=self.now, monotonic=lambda: self.now)

    def place(self, ticket: FuturesTicket) -> Placement:
        """Take it, unanswered."""
        if self.bars:
            raise NotAllowed(self.bars)
        self.sent.append(ticket.order)
        made = Placement(ticket=ticket, by="me", state=TicketState.SENT, handed_at=NOW)
        self.placements[ticket.client_oid] = made
        return made

    def contract(self, symbol: str) -> Contract | None:
        """The contract with the most lots of a market order that the test gave it."""
        if self.most is None:
            return None
        words = {each.name: None for each in fields(Contract)}
        words |= {"symbol": symbol, "lot_size": 1, "market_max_order_qty": self.most}
        return Contract(**words)  # type: ignore[arg-type]  # nothing else is looked at

    def answer(self, state: TicketState, code: str | None = None, words: str = "", *, last: int = 1) -> None:
        """Answer the last orders that were sent."""
        for order in self.sent[-last:]:
            known = self.placements[order.client_oid]
            self.placements[order.client_oid] = replace(known, state=state, code=code, words=words)

    def step(self, *seen: Position, passed: float = 0.05, read: float | None = None, late: bool = False) -> LeavingItem:
        """Go on by so many s, with positions that were read just then, or so long ago; return the first item."""
        self.now += passed
        self.closes.step(seen, self.now - (read or 0.0), late=late)
        return self.closes.items[0]

    def press(self, *known: Position) -> LeavingItem:
        """Begin with what is known."""
        self.closes.step(known, BEFORE, late=False)
        return self.closes.items[0]


def test_a_position_is_closed_whole_by_an_order_that_cannot_open(floor: Floor) -> None:
    """And is done only once a reading that began after the answer does not show it."""
    item = floor.press(held(1_250))
    [order] = floor.sent
    assert (order.close_order, order.type, order.side, order.size) == (True, OrderType.MARKET, None, None)
    assert (item.what, item.state) == ("Long 1,250 XBTUSDTM", ItemState.SENT)
    assert floor.step().state is ItemState.SENT  # it is not answered yet: that none is shown proves nothing
    floor.answer(TicketState.ACCEPTED)
    assert floor.step(read=0.08).state is ItemState.SENT  # read before
    done = floor.step(passed=0.1)
    assert (done.state, done.words, len(floor.sent)) == (ItemState.DONE, "Closed.", 1)
    assert done.took == pytest.approx(0.2)
    assert not floor.closes.busy
    assert floor.closes.open == []


def test_what_is_left_of_a_position_is_closed_again(floor: Floor) -> None:
    """A market order that met too few is followed by another, after a pause; the words tell how far it is."""
    floor.press(held(-1_000))
    floor.answer(TicketState.ACCEPTED)
    floor.step(held(-1_000), read=0.05)
    item = floor.step(held(-400))
    assert (item.words, len(floor.sent)) == ("400 of 1,000 lots are left.", 1)
    floor.step(held(-400), passed=0.3)
    assert len(floor.sent) == 2
    floor.answer(TicketState.ACCEPTED)
    floor.step()
    assert floor.step(passed=0.1).words == "Closed by 2 orders."


def test_both_sides_are_closed_in_hedge_mode(floor: Floor) -> None:
    """Each by an order that names its side."""
    floor.press(held(3, "LONG"), held(-2, "SHORT"))
    assert [order.position_side for order in floor.sent] == [PositionSide.LONG, PositionSide.SHORT]
    assert [item.key for item in floor.closes.items] == ["XBTUSDTM LONG", "XBTUSDTM SHORT"]


def test_a_position_that_cannot_be_understood_holds_up_no_other(floor: Floor) -> None:
    """The exchange calls its side by a word that nobody here knows: that one fails, and says so."""
    item = floor.press(held(3, "NEITHER"), held(2, "LONG"))
    assert [order.position_side for order in floor.sent] == [PositionSide.LONG]
    assert (item.state, item.words[:41]) == (ItemState.FAILED, "Nothing was sent: a fault of this program")


def test_a_size_that_is_refused_goes_in_parts_that_only_reduce(floor: Floor) -> None:
    """None above what a market order may have, and together no more than the position."""
    floor.most = 400
    floor.press(held(1_000))
    floor.answer(TicketState.REFUSED, "100001", "Order size above the maximum requirement of 400.")
    floor.step(held(1_000), read=0.05)  # at once: a refused order has changed nothing
    parts = floor.sent[1:]
    assert [(order.side, order.size) for order in parts] == [(Side.SELL, 400), (Side.SELL, 400), (Side.SELL, 200)]
    assert all(order.reduce_only and not order.close_order for order in parts)
    floor.answer(TicketState.ACCEPTED, last=3)
    floor.step()
    assert floor.step(passed=0.1).words == "Closed by 3 orders."


def test_a_part_that_is_refused_as_well_is_made_smaller_three_times(floor: Floor) -> None:
    """Then it is tried again like that, with pauses, and never more of them at once than eight."""
    floor.press(held(-160))
    sizes = []
    for _ in range(6):
        last = len(floor.sent)
        floor.answer(TicketState.REFUSED, "126022", "Price protection", last=8 if last > 8 else last)
        floor.step(held(-160), passed=2.5)
        floor.step(held(-160))
        sizes.append(floor.sent[-1].size)
        assert len(floor.sent) - last <= 8
    assert sizes == [160, 80, 40, 20, 20, 20]
    assert all(order.side is Side.BUY for order in floor.sent[1:])


def test_the_other_margin_mode_is_tried_once(floor: Floor) -> None:
    """What is known of the mode may be old."""
    floor.press(held(5))
    assert floor.sent[0].margin_mode is MarginMode.ISOLATED
    floor.answer(TicketState.REFUSED, "330005", "The order's margin mode does not match")
    floor.step(held(5), read=0.05)
    assert [order.margin_mode for order in floor.sent] == [MarginMode.ISOLATED, MarginMode.CROSS]
    assert floor.sent[1].close_order
    floor.answer(TicketState.REFUSED, "330005", "The order's margin mode does not match")
    floor.step(held(5), read=0.05)
    assert len(floor.sent) == 2


def test_a_lost_answer_is_no_reason_to_wait(floor: Floor) -> None:
    """Closing again can only reduce, so it is sent again where the position is seen to be there still."""
    floor.press(held(5))
    floor.answer(TicketState.UNKNOWN, words="the line was cut")
    item = floor.step(held(5), read=0.05)
    assert item.words == "No answer came to an order that closes it: the line was cut."
    floor.step(held(5), passed=0.3)
    assert len(floor.sent) == 2
    assert floor.sent[1].close_order
    floor.answer(TicketState.REFUSED, "300009", "No open positions to close.")
    floor.step()
    assert floor.step(passed=0.1).state is ItemState.DONE


def test_nobody_to_trade_with_is_told_in_the_exchange_s_words(floor: Floor) -> None:
    """It is tried until it is too late, whole, and then it has failed."""
    floor.press(held(5))
    for _ in range(4):
        floor.answer(TicketState.REFUSED, "300013", "There is no order to buy XBTUSDTM at present.")
        floor.step(held(5), passed=0.05)
        floor.step(held(5), passed=2.1)
    assert all(order.close_order for order in floor.sent)
    assert len(floor.sent) == 5
    floor.answer(TicketState.REFUSED, "300013", "There is no order to buy XBTUSDTM at present.")
    floor.step(held(5), passed=9)
    floor.step(held(5), late=True)
    assert len(floor.sent) == 5
    floor.closes.finish(floor.now, "")
    [item] = floor.closes.items
    assert item.state is ItemState.FAILED
    refused = "KuCoin refused: There is no order to buy XBTUSDTM at present. (300013)."
    assert item.words == f"5 lots are still open. {refused}"


def test_a_position_that_opens_again_is_closed_again(floor: Floor) -> None:
    """As one does whose waiting order is triggered in between."""
    floor.press(held(5))
    floor.answer(TicketState.ACCEPTED)
    floor.step()
    assert floor.step(passed=0.1).state is ItemState.DONE
    again = floor.step(held(-9))
    assert (again.state, again.what, again.words) == (ItemState.SENT, "Short 9 XBTUSDTM", "It was open again.")
    floor.step(held(-9), passed=0.3)
    assert len(floor.sent) == 2


def test_what_turns_up_after_the_press_is_closed_too(floor: Floor) -> None:
    """Nothing was known at the press, or it was old."""
    floor.closes.step((), BEFORE, late=False)
    assert floor.closes.items == []
    item = floor.step(held(7))
    assert (item.state, len(floor.sent)) == (ItemState.SENT, 1)


def test_a_desk_that_may_not_send_says_so_at_once(floor: Floor) -> None:
    """It does not try again what it would never do."""
    floor.bars = "Trading is switched off: KUCOIN_TRADING is off."
    item = floor.press(held(5))
    assert (item.state, item.words) == (
        ItemState.FAILED,
        "Nothing was sent: Trading is switched off: KUCOIN_TRADING is off.",
    )
    floor.bars = ""
    floor.step(held(5), passed=3)
    assert floor.sent == []


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (TicketState.ACCEPTED, ItemState.UNKNOWN, "Whether it is closed is not known: the list is away."),
        (TicketState.NOT_SENT, ItemState.FAILED, "An order that closes it was not sent: no connection."),
        (TicketState.SENT, ItemState.UNKNOWN, "Whether it is closed is not known: the list is away."),
    ],
)
def test_what_cannot_be_read_is_not_told_as_closed(
    floor: Floor, answer: TicketState, state: ItemState, words: str
) -> None:
    """It is unknown where an order left, and failed where none did."""
    floor.press(held(5))
    floor.answer(answer, words="no connection" if answer is TicketState.NOT_SENT else "")
    floor.now += 15
    floor.closes.step([held(5)], BEFORE, late=True)
    floor.closes.finish(BEFORE, "the list is away")
    [item] = floor.closes.items
    assert (item.state, item.words) == (state, words)


@pytest.fixture
def floor() -> Floor:
    """A floor without contracts."""
    return Floor()
