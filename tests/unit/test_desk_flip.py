"""Turning a position round: what is placed when, and which half is said to have happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk import facts, order_state
from kucoin.desk.facts import Facts
from kucoin.desk.flip import Flip, Flips, FlipState, PairIds, pair_ids
from kucoin.desk.order_state import AnyOrder
from kucoin.errors import ApiError, InvalidRequest, NotAllowed, OutcomeUnknown
from kucoin.journal.database import Journal
from kucoin.model.order import Lots, OrderType, Side
from kucoin.model.ticket import FuturesTicket, Placement
from tests.order_facts import FUTURES_ORDER
from tests.trading_rig import ME, Rig, futures, raising, rig_on, until


@dataclass
class Board:
    """What is known of the orders; an order that is not, is found when it is asked for in vain."""

    known: dict[str, AnyOrder] = field(default_factory=dict)

    def order(self, order_id: str) -> AnyOrder | None:
        """What is known of it."""
        return self.known.get(order_id)

    def told(self, fact: Facts) -> None:
        """Know more."""
        self.known[fact.order_id] = order_state.state(fact, ours=True)

    def fills(self, ticket: FuturesTicket, lots: int, *, active: bool = False) -> None:
        """Let so many lots of a ticket be filled."""
        found = replace(
            FUTURES_ORDER,
            order_id=f"k-{ticket.client_oid}",
            client_oid=ticket.client_oid,
            size=Lots(5),
            filled_size=Lots(lots),
            active=active,
            cancelled=not active and lots < 5,
        )
        self.told(facts.answered_futures(found))


def pair(ids: PairIds | None = None, **more: Any) -> tuple[FuturesTicket, FuturesTicket]:
    """Close 5 lots at the market, and open 7 the other way."""
    ids = ids or pair_ids()
    plain = {"type": OrderType.MARKET, "price": None, "side": Side.SELL}
    close = futures(client_oid=ids.close, size=Lots(5), reduce_only=True, **plain)
    return replace(close, order=replace(close.order, **more)), futures(client_oid=ids.open, size=Lots(7), **plain)


@contextmanager
def flips_on(path: Path) -> Iterator[tuple[Rig, Board, Flips]]:
    """Flips with a journal of their own."""
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    board = Board()
    with rig_on(journal) as rig:
        flips = Flips(rig.trading, board, None)  # type: ignore[arg-type]  # stand-ins; nobody is asked so soon
        flips.start()
        try:
            yield rig, board, flips
        finally:
            flips.stop()
    journal.close()


def told(flips: Flips, state: FlipState) -> Flip:
    """The only one, once it is in this state."""
    return until(lambda: (flip := flips.flips()[0]).state is state and flip)


def test_the_second_half_follows_when_the_first_is_wholly_filled(tmp_path: Path) -> None:
    """And not before, however often it is pressed."""
    with flips_on(tmp_path / "journal") as (rig, board, flips):
        close, second = pair()
        assert flips.flip(close, second, ME).state is FlipState.CLOSING
        rig.settled(close)
        board.fills(close, 3, active=True)
        assert flips.flip(close, second, ME).state is FlipState.CLOSING
        assert rig.wire.ids() == [close.client_oid]
        board.fills(close, 5)
        done = told(flips, FlipState.DONE)
        assert done.words == "5 lots were closed, and the order to open 7 the other way was accepted."
        flips.flip(close, second, ME)
        assert rig.wire.ids() == [close.client_oid, second.client_oid]


def test_a_first_half_that_is_filled_in_part_opens_nothing(tmp_path: Path) -> None:
    """The rest of it was cancelled: the book was too thin."""
    with flips_on(tmp_path / "journal") as (rig, board, flips):
        close, second = pair()
        flips.flip(close, second, ME)
        rig.settled(close)
        board.fills(close, 3)
        half = told(flips, FlipState.HALF)
        assert half.words == (
            "3 of 5 lots were closed, and nothing was opened: the rest of the closing order was cancelled."
        )
        assert rig.wire.ids() == [close.client_oid]


def test_no_second_half_follows_a_way_out(tmp_path: Path) -> None:
    """Whoever flattens while the first half is under way wants no position at the end."""
    with flips_on(tmp_path / "journal") as (rig, board, flips):
        presses = {"XBTUSDTM": 3}
        flips._left = presses.__getitem__
        close, second = pair()
        flips.flip(close, second, ME)
        rig.settled(close)
        presses["XBTUSDTM"] = 4
        board.fills(close, 5)
        half = told(flips, FlipState.HALF)
        assert half.words == "5 of 5 lots were closed, and nothing was opened: a way out was pressed meanwhile."
        assert rig.wire.ids() == [close.client_oid]


def test_a_fault_of_ours_between_the_halves_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not called under way for good."""

    def broken(*_: object) -> Placement:
        raise ZeroDivisionError

    with flips_on(tmp_path / "journal") as (rig, board, flips):
        close, second = pair()
        flips.flip(close, second, ME)
        rig.settled(close)
        monkeypatch.setattr(rig.trading, "place", broken)
        board.fills(close, 5)
        said = "5 of 5 lots were closed, and nothing was opened: a fault of this program (ZeroDivisionError)"
        assert told(flips, FlipState.HALF).words.startswith(said)
        assert rig.wire.ids() == [close.client_oid]


def test_a_refused_first_half_opens_nothing_and_a_refused_second_one_is_said(tmp_path: Path) -> None:
    """Which half happened is never left open."""
    refusal = raising(ApiError(code="300003", message="Balance insufficient", request="POST /orders"))
    with flips_on(tmp_path / "journal") as (rig, board, flips):
        rig.wire.say = refusal
        close, second = pair()
        flips.flip(close, second, ME)
        nothing = told(flips, FlipState.NOTHING)
        assert nothing.words == ("The closing order was not placed, and nothing was opened: Balance insufficient.")
        rig.wire.say = lambda: None
        close, second = pair()
        flips.flip(close, second, ME)
        rig.settled(close)
        rig.wire.say = refusal
        board.fills(close, 5)
        assert told(flips, FlipState.HALF).words == "5 lots were closed, and nothing was opened: Balance insufficient."
        rig.wire.say = raising(OutcomeUnknown("no answer came"))
        close, second = pair()
        flips.flip(close, second, ME)
        assert told(flips, FlipState.CLOSING).open is None


def test_after_a_restart_it_is_said_which_half_happened_and_nothing_follows(tmp_path: Path) -> None:
    """The process ended between the two: the first's ids tell, and a press with the same ids opens nothing."""
    close, second = pair()
    with flips_on(tmp_path / "journal") as (rig, _, flips):
        flips.flip(close, second, ME)
        until(lambda: rig.store.get(close.client_oid) and rig.written(close).order_id)
    with flips_on(tmp_path / "journal") as (rig, board, flips):
        assert told(flips, FlipState.UNKNOWN).words == "Nothing was opened, and how much was closed is not known."
        board.fills(close, 5)
        half = told(flips, FlipState.HALF)
        assert half.words == "5 of 5 lots were closed, and nothing was opened."
        assert flips.flip(close, second, ME).state is FlipState.HALF
        assert rig.wire.ids() == []


@pytest.mark.parametrize(
    "more",
    [
        {"reduce_only": False},
        {"size": None},
        {"side": Side.BUY},
        {"symbol": "ETHUSDTM"},
        {"client_oid": "mine"},
        {"type": OrderType.LIMIT, "price": futures().order.price},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_does_not_turn_a_position_round_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    """Before anything is sent."""
    with flips_on(tmp_path / "journal") as (rig, _, flips):
        with pytest.raises(InvalidRequest):
            flips.flip(*pair(**more), ME)
        with pytest.raises(NotAllowed):
            flips.flip(*pair(), replace(ME, role="viewer"))
        assert rig.wire.ids() == []
