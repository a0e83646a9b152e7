"""What became of what was done with a position, told in the same few words whatever it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.flip import Flip, FlipState
from kucoin.model.change import Change, ChangeState
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderStatus, OrderType, PositionSide, Side
from kucoin.model.ticket import FuturesTicket, Placement, TicketState
from kucoin.web.position_acts import PositionActs, is_closing, of_closing

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def placement(name: str = "a", *, state: TicketState = TicketState.ACCEPTED, words: str = "", **more: Any) -> Placement:
    """An order at the market that closes five of a long position."""
    usual: dict[str, Any] = {"size": Lots(5), "side": Side.SELL, "reduce_only": True, "type": OrderType.MARKET}
    order = NewFuturesOrder(client_oid=name, symbol="XBTUSDTM", margin_mode=MarginMode.CROSS, **{**usual, **more})
    ticket = FuturesTicket(order=order)
    return Placement(ticket=ticket, by="ada", state=state, handed_at=AT, order_id=f"id-{name}", words=words)


def order(filled: int, status: OrderStatus | None, size: int | None = 5) -> Any:
    """What the exchange says of it."""
    return SimpleNamespace(filled_size=filled, size=size, status=status)


@pytest.mark.parametrize(
    ("filled", "status", "state"),
    [
        (5, OrderStatus.FILLED, "done"),
        (5, None, "done"),  # only its fills were told
        (2, OrderStatus.PARTIALLY_FILLED, "working"),
        (2, None, "working"),
        (2, OrderStatus.PARTIALLY_CANCELLED, "half"),
        (0, OrderStatus.CANCELLED, "refused"),
    ],
)
def test_an_accepted_closing_is_told_by_what_was_filled(filled: int, status: OrderStatus | None, state: str) -> None:
    """All of it is done, whoever says so; a part of it with the rest cancelled is half."""
    act = of_closing(placement(), order(filled, status), 1)
    assert (act.state, act.words) == (state, f"Closed {filled} of 5.")
    assert (act.of, act.what) == ("XBTUSDTM/BOTH", "Sell 5 XBTUSDTM at market, reduce-only")


def test_a_whole_position_is_told_by_the_size_that_the_exchange_gave_the_order() -> None:
    """The order itself names none; while nobody tells of it, it is under way."""
    whole = placement(size=None, side=None, reduce_only=False, close_order=True, position_side=PositionSide.LONG)
    assert of_closing(whole, order(7, OrderStatus.FILLED, 7), 1).words == "Closed 7 of 7."
    act = of_closing(whole, None, 1)
    assert (act.of, act.state, act.words) == ("XBTUSDTM/LONG", "working", "")
    assert of_closing(placement(), None, 1).words == ""  # not "0 of 5": nobody knows


@pytest.mark.parametrize(
    ("state", "told"),
    [(TicketState.SENT, "working"), (TicketState.UNKNOWN, "unknown"), (TicketState.REFUSED, "refused")],
)
def test_what_was_not_accepted_is_told_with_its_words(state: TicketState, told: str) -> None:
    """The exchange's own, as a sentence."""
    act = of_closing(placement(state=state, words="no liquidity"), None, 1)
    assert (act.state, act.words) == (told, "No liquidity.")


def test_only_orders_that_close_at_once_are_closings() -> None:
    """No limit order, nothing that opens, and no half of what turns a position round."""
    assert is_closing(placement())
    assert not is_closing(placement("a-close"))
    assert not is_closing(placement("a-open", reduce_only=False))
    assert not is_closing(placement(reduce_only=False))
    assert not is_closing(placement(type=OrderType.LIMIT))


def test_what_was_done_lately_stands_newest_first() -> None:
    """Of the last ten minutes; older ones only while their end is not known."""
    close, second = placement("p-close"), placement("p-open", reduce_only=False)
    flip = Flip(symbol="XBTUSDTM", state=FlipState.HALF, words="Closed, and nothing opened", close=close, open=second)
    told = {"number": 1, "symbol": "XBTUSDTM", "position_side": "BOTH", "by": "ada", "words": ""}
    change = Change(what="stop at 5", state=ChangeState.DONE, at=AT + timedelta(minutes=1), **told)
    placed = (placement(state=TicketState.UNKNOWN), close, second)
    trading = SimpleNamespace(placements=lambda: placed, ended=lambda _: None)
    flips, protection = SimpleNamespace(flips=lambda: (flip,)), SimpleNamespace(changes=lambda: (change,))
    orders = SimpleNamespace(order=lambda _: None)
    acts = PositionActs(trading, orders, flips, protection, lambda _: 1)  # type: ignore[arg-type]  # their likeness
    first = acts.lately(AT + timedelta(minutes=2))
    assert [act.state for act in first] == ["done", "half", "unknown"]
    assert [act.state for act in acts.lately(AT + timedelta(minutes=30))] == ["unknown"]
