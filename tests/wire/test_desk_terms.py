"""Terms of orders as the practice exchange has them: modes that are changed elsewhere stop an order in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk import dispatch
from kucoin.desk.principal import Principal, Role
from kucoin.desk.terms import Terms
from kucoin.errors import ApiError, InvalidRequest, NotAllowed
from kucoin.journal.database import Journal
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, PositionSide, Side, TradeType
from kucoin.model.position import PositionMode
from kucoin.model.ticket import FuturesTicket, Placement, TicketState
from tests.conftest import Practice
from tests.tickets_floor import Shelf, shelf_of
from tests.trading_rig import ME, rig_on, until

D = Decimal
SYMBOL, OTHER = "TAOUSDTM", "AVAXUSDTM"
KEY = "empty"  # an account with nothing open, whose modes can be changed
LOOKER = Principal("looker", Role.VIEWER)


@pytest.fixture(scope="module")
def told(practice_process: Practice) -> Iterator[Shelf]:
    """Terms that only pushes carry on."""
    with shelf_of(practice_process, KEY, every=3600) as shelf:
        yield shelf


def ticket(symbol: str = SYMBOL, **more: Any) -> FuturesTicket:
    """A market order that closes whatever there is, so that money is no matter."""
    order = NewFuturesOrder(
        client_oid="terms-1",
        symbol=symbol,
        side=Side.SELL,
        type=OrderType.MARKET,
        size=Lots(1),
        leverage=2,
        margin_mode=MarginMode.ISOLATED,
        reduce_only=True,
    )
    return FuturesTicket(order=replace(order, **more))


def elsewhere(floor: Practice, mode: MarginMode, symbol: str = SYMBOL) -> None:
    """Change a margin mode as somebody else would."""
    body = json.dumps({"symbol": symbol, "marginMode": mode})
    floor.send("POST", "/api/v2/position/changeMarginMode", futures=True, key=KEY, body=body).data  # noqa: B018  fails


def hedging(floor: Practice, mode: PositionMode) -> None:
    """Change the position mode as somebody else would."""
    body = json.dumps({"positionMode": str(mode.value)})
    floor.send("POST", "/api/v2/position/switchPositionMode", futures=True, key=KEY, body=body).data  # noqa: B018


def now(shelf: Shelf, symbol: str = SYMBOL) -> Terms:
    """The terms as they stand."""
    terms = shelf.book.of(symbol)
    assert terms is not None
    return terms


def refusal(shelf: Shelf, wish: FuturesTicket) -> str:
    """The code with which the exchange refuses an order, empty where it does not."""
    try:
        dispatch.test(shelf.exchange, wish)
    except ApiError as error:
        return error.code
    return ""


def test_a_margin_mode_that_is_switched_elsewhere_stops_the_order(
    told: Shelf, practice: Practice, tmp_path: Path
) -> None:
    """The push tells it; the second check says which mode it is now, and nothing leaves, so no 330005 comes back."""
    assert told.terms(SYMBOL).margin_mode is MarginMode.ISOLATED
    assert told.book.vet(ticket()) == ()
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice")
    elsewhere(practice, MarginMode.CROSS)
    try:
        until(lambda: now(told).margin_mode is MarginMode.CROSS)
        assert refusal(told, ticket()) == "330005"
        with rig_on(journal, vet=lambda wish: [fault.text for fault in told.book.vet(wish)]) as rig:
            with pytest.raises(InvalidRequest, match="TAOUSDTM is on cross margin now, and the order says isolated"):
                rig.trading.place(ticket(), ME)
            assert rig.wire.sent == []
            assert rig.place(ticket(client_oid="terms-2", margin_mode=MarginMode.CROSS)).state is TicketState.ACCEPTED
            assert rig.wire.ids() == ["terms-2"]
    finally:
        elsewhere(practice, MarginMode.ISOLATED)
        journal.close()
    until(lambda: now(told).margin_mode is MarginMode.ISOLATED)


def test_a_refusal_for_modes_has_them_read_at_once(told: Shelf, practice: Practice) -> None:
    """No push tells the position mode; the first order that is refused for it does."""
    assert told.terms(SYMBOL).position_mode is PositionMode.ONE_WAY
    hedging(practice, PositionMode.HEDGE)
    try:
        refused = Placement(
            ticket=ticket(), by="local", state=TicketState.REFUSED, handed_at=datetime.now(UTC), code="330011"
        )
        told.book.learn(refused)
        until(lambda: now(told).position_mode is PositionMode.HEDGE)
        assert [fault.field for fault in told.book.vet(ticket())] == ["position_side"]
        assert told.book.vet(ticket(position_side=PositionSide.LONG)) == ()
    finally:
        hedging(practice, PositionMode.ONE_WAY)
    told.book.learn(refused)
    until(lambda: now(told).position_mode is PositionMode.ONE_WAY)


def test_modes_are_read_again_and_again_without_a_socket(practice: Practice) -> None:
    """As long as somebody looks: position mode and margin mode alike."""
    with shelf_of(practice, KEY, every=0.2, sockets=False) as shelf:
        assert shelf.terms(OTHER).margin_mode is MarginMode.ISOLATED
        elsewhere(practice, MarginMode.CROSS, OTHER)
        hedging(practice, PositionMode.HEDGE)
        try:
            until(
                lambda: (
                    (now(shelf, OTHER).margin_mode, now(shelf, OTHER).position_mode) == ("CROSS", PositionMode.HEDGE)
                )
            )
            faults = shelf.book.vet(ticket(OTHER))
            assert [fault.field for fault in faults] == ["position_side", "margin_mode"]
            assert refusal(shelf, ticket(OTHER)) in {"330005", "330011"}
        finally:
            hedging(practice, PositionMode.ONE_WAY)
            elsewhere(practice, MarginMode.ISOLATED, OTHER)


def test_an_order_by_old_modes_is_not_sent(told: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they were, they may be others by now; but what only closes a position is not held up."""
    told.terms(SYMBOL)
    later = datetime.now(UTC) + timedelta(hours=1)
    monkeypatch.setattr(told.book, "_now", lambda: later)
    faults = told.book.vet(ticket(reduce_only=False))
    assert faults[-1].field == "margin_mode"
    assert faults[-1].text.startswith(f"The modes of {SYMBOL} were last read 3,6")
    assert told.book.vet(ticket()) == ()


def test_modes_and_leverage_are_changed_from_here(told: Shelf) -> None:
    """Handed over, done on a worker, and told in words; the terms have it."""
    told.terms(SYMBOL)
    told.book.set_margin_mode(SYMBOL, MarginMode.CROSS, ME)
    until(lambda: now(told).margin_mode is MarginMode.CROSS)
    until(lambda: told.book.changes(SYMBOL) == f"Done: {SYMBOL} on cross margin.")
    told.book.set_leverage(SYMBOL, D(7), ME)
    until(lambda: now(told).leverage == 7)
    until(lambda: told.book.changes(SYMBOL) == f"Done: {SYMBOL} at 7x on cross margin.")
    with pytest.raises(InvalidRequest, match="leverage 51 is not from 1 to 50 of TAOUSDTM"):
        told.book.set_leverage(SYMBOL, D(51), ME)
    told.book.set_margin_mode(SYMBOL, MarginMode.ISOLATED, ME)
    until(lambda: now(told).margin_mode is MarginMode.ISOLATED)
    with pytest.raises(InvalidRequest, match="is not on cross margin"):
        told.book.set_leverage(SYMBOL, D(7), ME)


def test_only_who_may_trade_changes_modes(told: Shelf) -> None:
    """And only of what is a contract."""
    with pytest.raises(NotAllowed, match="looker is a viewer"):
        told.book.set_margin_mode(SYMBOL, MarginMode.CROSS, LOOKER)
    with pytest.raises(InvalidRequest, match="'BTC-USDT' is no contract"):
        told.book.set_leverage("BTC-USDT", D(2), ME)


def test_terms_hold_rules_fee_prices_and_money(told: Shelf) -> None:
    """Of a pair and of a contract; the very same object until something changed."""
    pair = told.terms("BTC-USDT")
    assert pair.pair is not None
    assert pair.fee is not None
    assert pair.fee.taker == D("0.001")
    assert pair.available[TradeType.TRADE, "USDT"] == 0
    assert pair.bid is not None
    assert pair.price_limit.sell == pair.bid * D("0.9")
    contract = told.terms(SYMBOL)
    assert contract.contract is not None
    assert contract.contract.market_max_order_qty == 50_000
    assert contract.available == {("futures", "USDT"): D(0)}
    assert contract.positions == ()
    assert contract.price_limit.buy is not None
    assert contract.mark is not None
    assert abs(contract.price_limit.buy / contract.mark - D("1.05")) < D("0.001")
    until(lambda: told.book.of("BTC-USDT") is told.book.of("BTC-USDT"))


def test_what_is_not_listed_is_not_known(told: Shelf) -> None:
    """And an order for it is refused in words."""
    assert told.book.of("NO-SUCH") is None
    assert told.book.vet(ticket("NOSUCHM"))[0].text == "'NOSUCHM' is not listed on KuCoin."
