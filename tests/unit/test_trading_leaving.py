"""Ways out are sent whatever is broken, and nothing else is; the switches hold up to the moment of sending."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk import carrier
from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, LimitExceeded, NotAllowed
from kucoin.journal.database import Journal
from kucoin.journal.intents import Intent, Outcome
from kucoin.model.order import OrderType
from kucoin.model.ticket import Ticket, TicketState
from tests.journal_faults import locked
from tests.trading_rig import ME, START, D, futures, rig_on, spot, until

S = TicketState


@dataclass
class Risk:
    """Stops new risk with ``words``, or passes a limit of ``most`` orders."""

    words: str = ""
    most: int = 100
    admitted: int = 0

    def shut(self) -> str:
        return self.words

    def admit(self, ticket: Ticket, *, ahead: bool = False) -> Decimal | None:
        if ticket.futures:
            return None
        if self.admitted >= self.most:
            raise LimitExceeded("too many (open orders).", limit="open_orders")
        self.admitted += not ahead
        return D("12.50")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice", patience=0.1)
    yield opened
    opened.close()


def closing(**more: Any) -> Ticket:
    """A market order that closes a position."""
    return futures(type=OrderType.MARKET, price=None, side=None, size=None, leverage=None, close_order=True, **more)


def test_a_way_out_is_sent_before_it_can_be_written(journal: Journal, tmp_path: Path) -> None:
    """While the journal takes nothing, rules are unknown and switches are off; written afterwards, with its outcome."""
    risk = Risk("New orders were stopped.")
    with rig_on(journal, risk=risk, ready=False, vet=lambda _: ["its rules are not read"]) as rig:
        until(lambda: rig.trading.ready().open)
        with locked(journal, tmp_path / "journal.sqlite3"):
            ticket, refused = closing(), closing()
            with pytest.raises(InvalidRequest, match="its rules are not read"):
                rig.trading.place(refused, ME)
            rig.trading.place(ticket, ME, leaving=True)
            assert rig.settled(ticket).state is S.ACCEPTED
            assert rig.wire.ids() == rig.book.expected == [ticket.client_oid]
            until(lambda: not rig.trading.ready().open)
            again = closing()
            rig.trading.place(again, ME, leaving=True)
            assert rig.settled(again).state is S.ACCEPTED
        assert [rig.written(each).state for each in (ticket, again)] == [S.ACCEPTED, S.ACCEPTED]
        assert rig.written(ticket).by == ME.name


def test_a_way_out_waits_for_no_worker(journal: Journal) -> None:
    """All of those that place orders hang at a dead line: those that leave are others."""
    go = threading.Event()
    with rig_on(journal) as rig:
        try:
            rig.wire.say = lambda: go.wait(60) and None  # longer than anybody here waits
            held = [spot() for _ in range(8)]
            for each in held:
                rig.trading.place(each, ME)
            until(lambda: len(rig.wire.sent) == 4)
            rig.wire.say = lambda: None
            ticket = closing()
            rig.trading.place(ticket, ME, leaving=True)
            assert rig.settled(ticket).state is S.ACCEPTED
        finally:
            go.set()


def test_a_way_out_whose_turn_comes_after_its_end_is_not_sent(journal: Journal, monkeypatch: Any) -> None:
    """Its threads hung for so long that it was said to be over: a position may have been opened anew since."""
    monkeypatch.setattr(carrier, "_TOO_LATE", -1.0)
    with rig_on(journal) as rig:
        ticket = closing()
        rig.trading.place(ticket, ME, leaving=True)
        assert rig.settled(ticket).state is S.NOT_SENT
        assert "its turn came after 0 s" in rig.settled(ticket).words
        assert rig.wire.ids() == []


def test_a_way_out_is_sent_before_it_is_known_whose_it_is(journal: Journal) -> None:
    """It is written under the account that turns out, and what was found of earlier runs does not displace it."""
    account: list[str] = []
    with rig_on(journal, ready=False, account=lambda: account[0] if account else None) as rig:
        ticket = closing()
        rig.trading.place(ticket, ME, leaving=True)
        assert rig.settled(ticket).state is S.ACCEPTED
        with pytest.raises(NotAllowed, match="has not said yet"):
            rig.trading.place(spot(), ME)
        account.append("42")
        until(lambda: rig.trading.ready().open)
        assert rig.written(ticket).state is S.ACCEPTED
        assert [each.ticket for each in rig.store.since("42", START.replace(year=2020))] == [ticket]
        assert rig.trading.placement(ticket.client_oid) is not None


SHUT: dict[str, tuple[dict[str, Any], str]] = {
    "switched off": ({"on": False}, "KUCOIN_TRADING is off"),
    "a key that is not to be used": ({"barred": lambda: "The key may withdraw."}, "The key may withdraw"),
}


@pytest.mark.parametrize("name", SHUT)
def test_no_way_out_where_nothing_may_be_sent_at_all(journal: Journal, name: str) -> None:
    """Neither with trading switched off nor with a key that this desk does not use, nor by a viewer."""
    given, words = SHUT[name]
    with rig_on(journal, ready=False, **given) as rig:
        with pytest.raises(NotAllowed, match=words):
            rig.trading.place(closing(), ME, leaving=True)
        with pytest.raises(NotAllowed, match="may not place an order"):
            rig.trading.place(closing(), Principal("guest", Role.VIEWER), leaving=True)
        assert rig.wire.sent == []


@pytest.mark.parametrize("ticket", [spot(), futures()], ids=["spot", "futures"])
def test_only_what_reduces_is_a_way_out(journal: Journal, ticket: Ticket) -> None:
    """Everything else is refused, whoever says that it is one."""
    with rig_on(journal) as rig, pytest.raises(InvalidRequest, match="does more than make a position smaller"):
        rig.trading.place(ticket, ME, leaving=True)


def test_the_switches_stop_new_risk_and_not_what_reduces(journal: Journal) -> None:
    """The gate tells both apart; each refusal is told to whoever listens."""
    risk, told = Risk("New orders were stopped."), []
    with rig_on(journal, risk=risk, ready=False) as rig:
        rig.trading.on_refusal(lambda ticket, who, error: told.append((ticket.client_oid, who.name, str(error))))
        until(lambda: rig.trading.ready().open)
        assert rig.trading.state().reason == "New orders were stopped."
        new = spot()
        with pytest.raises(NotAllowed, match="New orders were stopped"):
            rig.trading.place(new, ME)
        assert told == [(new.client_oid, ME.name, "New orders were stopped.")]
        assert rig.place(closing()).state is S.ACCEPTED
        risk.words = ""
        assert rig.place(new).state is S.ACCEPTED


def test_a_stop_reaches_what_was_not_sent_yet(journal: Journal, monkeypatch: Any) -> None:
    """Pressed while the journal writes: the order stays here, and the journal says so."""
    risk = Risk()
    with rig_on(journal, risk=risk) as rig:
        add: Callable[[Intent], None] = rig.trading._clerk.add

        def adding(intent: Intent) -> None:
            add(intent)
            risk.words = "New orders were stopped."

        monkeypatch.setattr(rig.trading._clerk, "add", adding)
        found = rig.place(ticket := spot())
        assert (found.state, found.words) == (S.NOT_SENT, "not sent: New orders were stopped.")
        assert rig.written(ticket).state is S.NOT_SENT
        assert rig.wire.sent == []


def test_a_limit_refuses_before_anything_is_known_of_the_order(journal: Journal) -> None:
    """Asking ahead counts nothing; what is pressed again is no second order."""
    risk = Risk(most=1)
    with rig_on(journal, risk=risk) as rig:
        rig.trading.admit(spot(), ME)
        first = spot()
        rig.place(first)
        assert rig.trading.place(first, ME).state is S.ACCEPTED
        second = spot()
        with pytest.raises(LimitExceeded):
            rig.trading.place(second, ME)
        with pytest.raises(LimitExceeded):
            rig.trading.admit(second, ME)
        assert rig.trading.placement(second.client_oid) is None
        assert len(rig.wire.sent) == 1


def test_nobody_comes_between_being_admitted_and_being_counted(journal: Journal) -> None:
    """Five threads at once: whoever is admitted finds all that were before already among the placed."""
    rigs, strays = [], []

    class Crowded(Risk):
        def admit(self, ticket: Ticket, *, ahead: bool = False) -> Decimal | None:
            if len(rigs[0].trading.placed_since(START.replace(year=2020))) != self.admitted:
                strays.append(ticket)
            worth = super().admit(ticket, ahead=ahead)
            entered.wait(0.02)  # is never set: time for another to come in, if it can
            return worth

    entered, together = threading.Event(), threading.Barrier(5)
    with rig_on(journal, risk=Crowded()) as rig:
        rigs.append(rig)

        def press() -> None:
            together.wait(20)
            rig.trading.place(spot(), ME)

        threads = [threading.Thread(target=press) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert strays == []
        assert len(rig.trading.placements()) == 5


def test_what_an_order_is_worth_is_written_with_it(journal: Journal) -> None:
    """To the last digit, also where the order was not to be sent after all."""
    with rig_on(journal, risk=Risk()) as rig:
        ticket = spot()
        assert rig.place(ticket).worth == D("12.50")
        assert str(rig.written(ticket).worth) == "12.50"
    lost = spot()
    with rig_on(journal, ready=False) as rig:
        intent = Intent(account="1", ticket=lost, by="me", handed_at=START, worth=D("7.00"))
        rig.store.note([Outcome(client_oid=lost.client_oid, state=S.NOT_SENT, at=START, intent=intent)])
        written = rig.store.get(lost.client_oid)
        assert written is not None
        assert str(written.worth) == "7.00"
