"""Cancels while the journal is broken, and a position turned round while no push comes: both on a practice exchange."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kucoin.desk.cancels import Cancels
from kucoin.desk.flip import Flips, FlipState, pair_ids
from kucoin.desk.trading import Trading
from kucoin.errors import NotAllowed
from kucoin.journal.database import Journal
from kucoin.journal.intents import IntentStore
from kucoin.model.cancellation import CancelState
from kucoin.model.order import Lots, OrderType, Side
from kucoin.model.ticket import FuturesTicket, Placement, SpotTicket, TicketState
from tests.cancel_rig import TRADER, Rig
from tests.conftest import Practice
from tests.journal_faults import Fault, full, refused
from tests.orders_desk import NEVER, Desk, desk_of, until
from tests.rest_trading import opening, resting


@dataclass
class Floor:
    """A desk that places and cancels, on a journal of its own."""

    trading: Trading
    journal: Journal
    path: Path
    rig: Rig

    def place(self, ticket: SpotTicket | FuturesTicket) -> str:
        """Place it, and return its id once it was accepted."""
        self.trading.place(ticket, TRADER)
        found = until(lambda: (now := self.trading.placement(ticket.client_oid)) and now.order_id and now)
        return str(found.order_id)

    def place_until_refused(self) -> tuple[list[str], str]:
        """Place until the journal takes no more, and return the ids of what was taken, and why the next was not."""
        taken: list[str] = []
        while True:
            ticket = SpotTicket(order=resting(self.rig.desk.floor))
            try:
                self.trading.place(ticket, TRADER)
            except NotAllowed as error:
                return taken, str(error)
            told = self.settled(ticket)
            if told.order_id is None:
                assert told.state is TicketState.NOT_SENT
                return taken, told.words
            taken.append(told.order_id)

    def settled(self, ticket: SpotTicket) -> Placement:
        """What became of a ticket."""
        found: Placement = until(
            lambda: (now := self.trading.placement(ticket.client_oid)) and now.state is not TicketState.SENT and now
        )
        return found


@contextmanager
def acting(desk: Desk, path: Path) -> Iterator[Floor]:
    """The parts of a desk that act, joined as the desk joins them."""
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    trading = Trading(desk.exchange, IntentStore(journal), desk.orders, on=True, account=lambda: "1", again=0.05)
    cancels = Cancels(desk.exchange, desk.orders, ticket_of=trading.ticket_of)
    trading.start()
    cancels.start()
    try:
        until(lambda: trading.state().open)
        yield Floor(trading, journal, path, Rig(desk, cancels))
    finally:
        cancels.stop()
        trading.stop()
        journal.close()


@pytest.mark.parametrize(("fault", "words"), [(full, "database or disk is full"), (refused, "disk I/O error")])
def test_cancels_work_while_the_journal_does_not(desk: Desk, tmp_path: Path, fault: Fault, words: str) -> None:
    """An order that cannot be written down is not sent; one that lives is cancelled all the same."""
    with acting(desk, tmp_path / "journal.sqlite") as floor:
        lives = [floor.place(SpotTicket(order=resting(desk.floor)))]
        with fault(floor.journal, floor.path):
            taken, why = floor.place_until_refused()  # a full file has room for some
            assert words in why
            for order_id in lives + taken:
                assert floor.rig.cancel(order_id).state is CancelState.CANCELLED
                assert not floor.rig.lives(order_id)


def test_a_position_is_turned_round_though_no_push_comes(floor: Practice, tmp_path: Path) -> None:
    """The first half is asked about, and the second follows once it is filled."""
    with desk_of(floor, every=NEVER, sockets=False) as deaf, acting(deaf, tmp_path / "journal.sqlite") as acts:
        flips = Flips(acts.trading, deaf.orders, deaf.exchange)
        flips.start()
        market = opening(floor, type=OrderType.MARKET, price=None, side=Side.BUY)
        acts.place(FuturesTicket(order=market))
        ids = pair_ids()
        close = replace(market, client_oid=ids.close, side=Side.SELL, reduce_only=True)
        second = replace(market, client_oid=ids.open, side=Side.SELL, size=Lots(2))
        before = _lots(floor, market.symbol)
        flips.flip(FuturesTicket(order=close), FuturesTicket(order=second), TRADER)
        done = until(lambda: (flip := flips.flips()[0]).state is FlipState.DONE and flip)
        assert done.words == "3 lots were closed, and the order to open 2 the other way was accepted."
        until(lambda: _lots(floor, market.symbol) == before - 5)
        flips.stop()


def _lots(floor: Practice, symbol: str) -> int:
    """The position in truth."""
    positions = floor.state()["users"]["main"]["positions"]
    return next((each["qty"] for each in positions if each["symbol"] == symbol), 0)
