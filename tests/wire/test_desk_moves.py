"""Money moved between wallets of the practice exchange: once, written down before, and unknown where no answer came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk.moves import Moves
from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.journal.database import Journal
from kucoin.journal.intents import Intent, IntentStore
from kucoin.model.ledger import Wallet
from kucoin.model.ticket import Move, TicketState, Transfer
from tests.conftest import Practice
from tests.tickets_floor import Shelf, shelf_of
from tests.trading_rig import ME, until

D = Decimal
PATH = "/api/v3/accounts/universal-transfer"
LOOKER = Principal("looker", Role.VIEWER)


@pytest.fixture(scope="module")
def shelf(practice_process: Practice) -> Iterator[Shelf]:
    """What is known of an account whose key may move money."""
    with shelf_of(practice_process, "0001") as found:
        until(lambda: found.accounts.spot.reading.value and found.accounts.wallets["USDT"].reading.value)
        yield found


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal of the test's own."""
    found = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice")
    yield found
    found.close()


@pytest.fixture
def moves(shelf: Shelf, journal: Journal) -> Iterator[Moves]:
    """Transfers that may be made."""
    found = moves_of(shelf, journal)
    found.start()
    yield found
    found.stop()


def moves_of(shelf: Shelf, journal: Journal | None, shut: str = "", account: Callable[[], str] = lambda: "1") -> Moves:
    """Transfers of an account, "1" if none is named."""
    store = IntentStore(journal) if journal else None
    return Moves(shelf.exchange, store, shelf.accounts, account=account, shut=lambda: shut)


def settled(moves: Moves, move: Move) -> Move:
    """What became of a transfer."""
    oid = move.transfer.client_oid
    found = until(lambda: next((e for e in moves.recent() if e.transfer.client_oid == oid and e.state != "sent"), None))
    assert isinstance(found, Move)
    return found


def funding(practice: Practice) -> Decimal:
    """USDT in the funding account, as the exchange has it."""
    rows = practice.get("/api/v1/accounts?type=main&currency=USDT").data
    return D(rows[0]["available"])


def test_money_moves_once_and_the_balances_follow(moves: Moves, practice: Practice) -> None:
    """There and back; the same id again moves nothing."""
    before = funding(practice)
    there = moves.move("USDT", D("1.5"), Wallet.MAIN, Wallet.TRADE, ME, client_oid="move-1")
    done = settled(moves, there)
    assert done.state is TicketState.ACCEPTED
    assert done.order_id
    assert moves.move("USDT", D("1.5"), Wallet.MAIN, Wallet.TRADE, ME, client_oid="move-1") == done
    assert funding(practice) == before - D("1.5")
    until(lambda: moves.free("USDT")[Wallet.MAIN] == before - D("1.5"))
    back = settled(moves, moves.move("USDT", D("1.5"), Wallet.TRADE, Wallet.MAIN, ME))
    assert back.state is TicketState.ACCEPTED
    assert [move.transfer.source for move in moves.recent()] == [Wallet.TRADE, Wallet.MAIN]
    assert funding(practice) == before


def test_a_lost_answer_is_unknown_and_nothing_is_sent_again(
    moves: Moves, shelf: Shelf, journal: Journal, practice: Practice
) -> None:
    """The balances tell; the next run still says that it is unknown."""
    before = funding(practice)
    practice.faults({"name": "lose_answer", "path": PATH})
    lost = settled(moves, moves.move("USDT", D(2), Wallet.MAIN, Wallet.TRADE, ME, client_oid="move-lost"))
    assert lost.state is TicketState.UNKNOWN
    assert lost.words.startswith("No readable answer came: look at the balances before moving it again")
    assert funding(practice) == before - 2
    again = moves_of(shelf, journal)
    again.start()
    try:
        assert settled(again, lost).state is TicketState.UNKNOWN
    finally:
        again.stop()
    practice.clear_faults()
    assert settled(moves, moves.move("USDT", D(2), Wallet.TRADE, Wallet.MAIN, ME)).state is TicketState.ACCEPTED
    assert funding(practice) == before


def test_a_transfer_that_a_run_left_half_done_is_unknown(shelf: Shelf, journal: Journal) -> None:
    """It was written down and never answered for: the process ended between."""
    transfer = Transfer(client_oid="move-half", currency="USDT", amount=D(1), source=Wallet.MAIN, target=Wallet.TRADE)
    at = datetime.now(UTC)
    IntentStore(journal).add(Intent(account="1", ticket=transfer, by="local", handed_at=at))
    moves = moves_of(shelf, journal)
    moves.start()
    try:
        found = settled(moves, Move(transfer=transfer, by="local", state=TicketState.SENT, handed_at=at))
        assert (found.transfer, found.state) == (transfer, TicketState.UNKNOWN)
    finally:
        moves.stop()


def test_an_id_that_another_process_used_is_not_said_to_be_unsent(moves: Moves, journal: Journal) -> None:
    """Only that one knows what became of it, and it may have moved the money."""
    wish = Transfer(client_oid="move-used", currency="USDT", amount=D(1), source=Wallet.MAIN, target=Wallet.TRADE)
    IntentStore(journal).add(Intent(account="2", ticket=wish, by="local", handed_at=datetime.now(UTC)))
    found = settled(moves, moves.move("USDT", D(1), Wallet.MAIN, Wallet.TRADE, ME, client_oid="move-used"))
    assert found.state is TicketState.UNKNOWN
    assert found.words.startswith("No readable answer came: look at the balances")


def test_what_was_meant_for_another_account_is_not_moved(shelf: Shelf, journal: Journal, practice: Practice) -> None:
    """The practice exchange began anew between press and turn, and nothing of before is listed after."""
    before, now = funding(practice), ["1"]
    moves = moves_of(shelf, journal, account=lambda: now[0])
    asked = moves.move("USDT", D(1), Wallet.MAIN, Wallet.TRADE, ME)
    moves.recent()
    now[0] = "2"
    moves.start()
    try:
        found = until(lambda: next((each for each in moves._moves.values() if each.state != "sent"), None))
        assert (found.transfer, found.state) == (asked.transfer, TicketState.NOT_SENT)
        assert found.words == "the account is another one than at the press"
        assert funding(practice) == before
        assert moves.recent() == ()
    finally:
        moves.stop()


def test_a_refusal_tells_the_exchange_s_words(moves: Moves) -> None:
    """A currency that is not there."""
    refused = settled(moves, moves.move("NOSUCH", D(1), Wallet.MAIN, Wallet.TRADE, ME))
    assert refused.state is TicketState.REFUSED
    assert refused.code == "400100"
    assert refused.words == "Unsupported currency: NOSUCH"


def test_nothing_leaves_that_is_not_in_the_journal(moves: Moves, journal: Journal, practice: Practice) -> None:
    """A journal that cannot be written stops the transfer."""
    before = funding(practice)
    journal.write(lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON")).result(30)
    stopped = settled(moves, moves.move("USDT", D(1), Wallet.MAIN, Wallet.TRADE, ME))
    assert stopped.state is TicketState.NOT_SENT
    assert "readonly" in stopped.words
    assert funding(practice) == before


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"target": Wallet.MAIN}, "from MAIN to where it is"),
        ({"amount": D(10**9)}, "is more than the"),
        ({"amount": D("NaN")}, "is no amount above 0"),
        ({"target": Wallet.ISOLATED}, "isolated margin account is that of a pair"),
        ({"source_symbol": "BTC-USDT"}, "isolated margin account is that of a pair"),
    ],
)
def test_what_cannot_be_is_not_sent(moves: Moves, wish: dict[str, Any], words: str) -> None:
    """It is said at once."""
    asked: dict[str, Any] = {"amount": D(1), "source": Wallet.MAIN, "target": Wallet.TRADE} | wish
    with pytest.raises(InvalidRequest, match=words):
        moves.move("USDT", asked.pop("amount"), asked.pop("source"), asked.pop("target"), ME, **asked)


def test_who_may_not_move_money_does_not(shelf: Shelf, journal: Journal, practice: Practice) -> None:
    """A viewer, a key without the permission, a desk that is shut, one without a journal."""
    wish = ("USDT", D(1), Wallet.MAIN, Wallet.TRADE)
    with pytest.raises(NotAllowed, match="looker is a viewer and may not move money"):
        moves_of(shelf, journal).move(*wish, LOOKER)
    with pytest.raises(NotAllowed, match="trading is off"):
        moves_of(shelf, journal, "trading is off").move(*wish, ME)
    with pytest.raises(NotAllowed, match="no journal"):
        moves_of(shelf, None).move(*wish, ME)
    with shelf_of(practice, "open", sockets=False) as other, pytest.raises(NotAllowed, match="lacks InnerTransfer"):
        moves_of(other, journal).move(*wish, ME)
