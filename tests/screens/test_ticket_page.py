"""The ticket, over a desk that takes tickets without an exchange: what it asks, what it hands over, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk.checks import Checked
from kucoin.desk.preview import Caution, CautionKind, Preview
from kucoin.desk.trading import Gate
from kucoin.errors import LimitExceeded, NotAllowed
from kucoin.model.order import MarginMode, NewFuturesOrder, OrderType, Side
from kucoin.model.ticket import FuturesTicket, TicketState
from kucoin.web.tickets import Tickets
from pages.widgets import session, ticket_confirm
from tests import ticket_scene
from tests.push_scene import LINEAR, PAIR
from tests.ticket_hand import at, confirm, opened, ordered, press, said, type_in
from tests.ticket_scene import futures_terms

D = Decimal
Drawn = Callable[[AppTest, str], dict[str, Any]]


@pytest.fixture
def scene(desk: Any, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the desk knows and takes; a test may change it."""
    monkeypatch.setattr(assemble, "live", lambda: ticket_scene.Live(Tickets()))
    return ticket_scene.seat(desk)


@pytest.fixture
def futures(app: AppTest, scene: SimpleNamespace) -> AppTest:
    """The ticket of a contract."""
    assert scene.terms
    return opened(app, LINEAR)


@pytest.fixture
def spot(app: AppTest, scene: SimpleNamespace) -> AppTest:
    """The ticket of a pair."""
    assert scene.terms
    return opened(app, PAIR)


def test_a_limit_order_goes_to_the_desk_as_it_was_typed(futures: AppTest, scene: SimpleNamespace) -> None:
    """After the confirmation and not before; nothing of it waits."""
    type_in(futures, LINEAR, price="70000", size="250")
    press(futures, "buy")
    assert not scene.trading.placed
    assert futures.button(key="confirm-press").label == "Buy 250 contracts XBTUSDTM"
    confirm(futures)
    (ticket,) = scene.trading.placed
    assert isinstance(ticket, FuturesTicket)
    order = ticket.order
    assert (order.symbol, order.side, order.type) == (LINEAR, Side.BUY, OrderType.LIMIT)
    assert (order.price, order.size, order.margin_mode) == (D(70000), 250, MarginMode.CROSS)


def test_the_button_is_dead_after_the_press(futures: AppTest, scene: SimpleNamespace) -> None:
    """Until the outcome is known; then the confirmation goes and the size with it."""
    ordered(futures, LINEAR)
    assert futures.button(key="confirm-press").disabled
    assert futures.button(key="ticket-buy").disabled
    scene.trading.answer(TicketState.ACCEPTED, order_id="1", took=0.084)
    futures.run()
    futures.run()
    assert "Accepted: Buy 1 contract XBTUSDTM. 84 ms from press to answer." in said(futures).replace("**", "")
    assert at(futures, "size", LINEAR).value == ""
    assert not [button for button in futures.button if button.key == "confirm-press"]


def test_a_press_that_comes_twice_is_one_order(futures: AppTest, scene: SimpleNamespace) -> None:
    """Also where a browser sends it although the button is dead."""
    ordered(futures, LINEAR)
    for _ in range(3):
        futures.button(key="confirm-press").proto.disabled = False
        confirm(futures)
    assert len(scene.trading.placed) == 1


def test_a_reload_writes_on_the_same_ticket(futures: AppTest, scene: SimpleNamespace, app: AppTest) -> None:
    """One leaf for a symbol until its outcome was shown: a new session finds it used."""
    ordered(futures, LINEAR)
    other = opened(AppTest.from_file(app._script_path, default_timeout=20), LINEAR)
    assert other.button(key="ticket-buy").disabled
    assert "Sent: Buy 1 contract XBTUSDTM." in said(other).replace("**", "")
    scene.trading.answer(TicketState.ACCEPTED, order_id="1", took=0.1)
    assert not other.run().button(key="ticket-buy").disabled


def test_two_tabs_with_one_ticket_are_one_order(futures: AppTest, scene: SimpleNamespace, app: AppTest) -> None:
    """Both confirmations stand open; the second press says what the first one sent."""
    type_in(futures, LINEAR, price="70000", size="1")
    press(futures, "buy")
    other = opened(AppTest.from_file(app._script_path, default_timeout=20), LINEAR)
    type_in(other, LINEAR, price="70000", size="2")
    press(other, "sell")
    confirm(futures)
    confirm(other)
    assert [ticket.side for ticket in scene.trading.placed] == [Side.BUY]
    assert "used up in another tab meanwhile, for “Buy 1 contract XBTUSDTM”" in said(other)


def test_an_outcome_that_another_tab_saw_first_is_told_in_both(
    futures: AppTest, scene: SimpleNamespace, app: AppTest
) -> None:
    """The size of an order that was taken stands in neither: it would be the second one's."""
    other = opened(AppTest.from_file(app._script_path, default_timeout=20), LINEAR)
    type_in(other, LINEAR, price="70000", size="2")
    ordered(futures, LINEAR)
    scene.trading.answer(TicketState.ACCEPTED, order_id="1", took=0.1)
    for tab in (other, futures):
        assert "Accepted: Buy 1 contract XBTUSDTM." in said(tab.run()).replace("**", "")
        assert at(tab, "size", LINEAR).value == ""


def test_a_ticket_of_yesterday_is_not_written_on(
    futures: AppTest, scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk lets go what was settled at midnight: that order's outcome would be told of today's."""
    ordered(futures, LINEAR)
    (first,) = scene.trading.placed
    futures.button(key="confirm-back").click().run()
    scene.trading.found.clear()
    tomorrow = session.now() + timedelta(days=1)
    monkeypatch.setattr(session, "now", lambda: tomorrow)
    ordered(futures, LINEAR)
    second = scene.trading.placed[-1]
    assert second.client_oid != first.client_oid


def test_an_unknown_order_keeps_its_ticket(futures: AppTest, scene: SimpleNamespace) -> None:
    """It is never sent again; another one can be written, and its confirmation asks for a tick more."""
    ordered(futures, LINEAR)
    scene.trading.answer(TicketState.UNKNOWN, words="No answer in 10 s.")
    futures.run()
    assert "Nothing will be sent again" in said(futures)
    futures.button(key="confirm-back").click().run()
    futures.run()
    assert futures.button(key="ticket-buy").disabled
    futures.button(key="another-ticket").click().run()
    type_in(futures, LINEAR, price="70000", size="2")
    press(futures, "sell")
    assert futures.button(key="confirm-press").disabled
    assert "is being looked up" in futures.checkbox[0].label.replace("\\", "")
    futures.checkbox[0].check().run()
    confirm(futures)
    first, second = scene.trading.placed
    assert first.client_oid != second.client_oid


def test_a_refusal_stands_beside_its_field(futures: AppTest, scene: SimpleNamespace) -> None:
    """The exchange's words, our hint, and the form as it was, with a ticket of its own."""
    ordered(futures, LINEAR)
    scene.trading.answer(TicketState.REFUSED, code="300003", words="Balance insufficient.", took=0.07)
    futures.run()
    futures.run()
    text = said(futures)
    assert "“Balance insufficient.” ([KuCoin code 300003](reference?code=300003))" in text
    assert "make it smaller, or transfer money in" in text
    assert at(futures, "size", LINEAR).value == "1"
    confirm(press(futures, "buy"))
    assert len({ticket.client_oid for ticket in scene.trading.placed}) == 2


def test_what_the_desk_refuses_was_not_sent(futures: AppTest, scene: SimpleNamespace) -> None:
    """Its reason stands in the confirmation."""
    scene.trading.refusal = NotAllowed("Trading is switched off.")
    assert "Not sent: Trading is switched off." in said(ordered(futures, LINEAR))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gate": Gate(open=False, reason="2 earlier orders are being looked up first.")}, "2 earlier orders"),
        ({"position_mode": None}, "position mode are being read"),
        ({"margin_mode": None, "problems": {"modes": "HTTP 504"}}, "modes were not read: HTTP 504"),
    ],
)
def test_a_closed_gate_says_why(app: AppTest, scene: SimpleNamespace, change: dict[str, Any], reason: str) -> None:
    """Both buttons are dead, with the reason; the form stays."""
    scene.trading.gate = change.pop("gate", scene.trading.gate)
    scene.terms.known[LINEAR] = futures_terms(**change)
    page = opened(app, LINEAR)
    assert reason in said(page)
    assert page.button(key="ticket-buy").disabled
    assert page.button(key="ticket-sell").disabled
    assert page.text_input(key=f"ticket-price-{LINEAR}")


def test_what_only_reduces_passes_the_switches(app: AppTest, scene: SimpleNamespace) -> None:
    """New orders are stopped; the ticket says so, and opens for an order that closes."""
    scene.trading.gate = Gate(open=False, reason="New orders were stopped by ana.")
    scene.trading.unswitched = Gate(open=True)
    page = opened(app, LINEAR)
    assert page.button(key="ticket-buy").disabled
    page.toggle(key=f"ticket-reduce_only-{LINEAR}").set_value(True).run()
    assert "stopped by ana" not in said(page)
    assert not page.button(key="ticket-buy").disabled


def test_a_limit_that_would_be_passed_is_named_before_the_press(app: AppTest, scene: SimpleNamespace) -> None:
    """Below the buttons, and in the confirmation, whose button is dead then."""
    scene.limited = LimitExceeded("XBTUSDTM: 12,400 USDT is more than 10,000 for one order", limit="order_value")
    page = type_in(opened(app, LINEAR), LINEAR, price="70000", size="1")
    assert "12,400 USDT is more than 10,000" in said(page)
    press(page, "buy")
    assert page.button(key="confirm-press").disabled
    assert "A limit forbids it" in said(page)
    scene.limited = None
    assert not page.run().button(key="confirm-press").disabled


def test_nothing_known_is_a_skeleton(app: AppTest, scene: SimpleNamespace) -> None:
    """Until the rules were read."""
    scene.terms.unread = True
    page = opened(app, LINEAR)
    assert "is being read" in said(page)
    assert not page.text_input


def test_each_caution_needs_a_tick_of_its_own(futures: AppTest, scene: SimpleNamespace) -> None:
    """It names the reason; one that comes up between reading and pressing stops the press."""
    stale = Caution(CautionKind.STALE, "The book is 23 s old.")
    scene.preview = Preview(cautions=(stale, Caution(CautionKind.THIN, "The book holds 40 of 250.")))
    type_in(futures, LINEAR, price="70000", size="250")
    press(futures, "buy")
    labels = [box.label.replace("\\", "") for box in futures.checkbox]
    assert ["23 s old" in label for label in labels] == [True, False]
    futures.checkbox[0].check().run()
    assert futures.button(key="confirm-press").disabled
    futures.checkbox[1].check().run()
    assert not futures.button(key="confirm-press").disabled
    scene.preview = Preview(cautions=(*scene.preview.cautions, Caution(CautionKind.FAR, "9 % above the market.")))
    confirm(futures)
    assert not scene.trading.placed
    assert "This came up meanwhile: 9 % above the market." in said(futures)


def test_a_slippage_that_grew_is_asked_about_again(futures: AppTest, scene: SimpleNamespace) -> None:
    """What was agreed to was its figure then."""
    slips = Caution(CautionKind.SLIPPAGE, "It would slip by 5 %.")
    scene.preview = Preview(cautions=(slips,), slippage_ratio=D("0.05"))
    type_in(futures, LINEAR, price="70000", size="250")
    press(futures, "buy")
    futures.checkbox[0].check().run()
    scene.preview = Preview(cautions=(slips,), slippage_ratio=D("0.06"))
    assert not futures.run().button(key="confirm-press").disabled
    scene.preview = Preview(cautions=(slips,), slippage_ratio=D("0.4"))
    confirm(futures)
    assert not scene.trading.placed
    assert futures.button(key="confirm-press").disabled
    assert not futures.checkbox[0].value


def test_check_first_asks_before_it_lets_press(futures: AppTest, scene: SimpleNamespace) -> None:
    """Under an id of its own; a refusal keeps the button dead, and no answer does not."""
    futures.toggle(key="ticket-check-first").set_value(True).run()
    type_in(futures, LINEAR, price="70000", size="1")
    press(futures, "buy")
    assert futures.button(key="confirm-press").disabled
    scene.trading.said = Checked("refused", "300003", "Balance insufficient.")
    assert "KuCoin would refuse it: Balance insufficient." in said(futures.run())
    assert futures.button(key="confirm-press").disabled
    scene.trading.said = Checked("none")
    assert not futures.run().button(key="confirm-press").disabled
    confirm(futures)
    assert scene.trading.asked[0].client_oid != scene.trading.placed[0].client_oid


def test_a_confirmation_goes_with_its_symbol(futures: AppTest, scene: SimpleNamespace) -> None:
    """A way back in the browser while it stands open: what it asked is not asked on another symbol's page."""
    type_in(futures, LINEAR, price="70000", size="1")
    press(futures, "buy")
    futures.query_params["symbol"] = PAIR
    futures.run()
    assert "confirm-press" not in [button.key for button in futures.button]
    futures.query_params["symbol"] = LINEAR
    futures.run()
    assert "confirm-press" not in [button.key for button in futures.button]
    assert not scene.trading.placed


def test_a_ticket_that_became_wrong_is_not_handed_over(futures: AppTest, scene: SimpleNamespace) -> None:
    """The confirmation looks at the account again: the margin mode changed while it stood open."""
    type_in(futures, LINEAR, price="70000", size="1")
    press(futures, "buy")
    scene.terms.known[LINEAR] = futures_terms(margin_mode=MarginMode.ISOLATED)
    confirm(futures)
    assert not scene.trading.placed
    assert "Not sent:" in said(futures)


def test_without_a_socket_the_script_brings_all_of_it(futures: AppTest, scene: SimpleNamespace, drawn: Drawn) -> None:
    """The ladder too; the ticket works as before."""
    futures.session_state["socket-blocked"] = True
    futures.run()
    assert drawn(futures, "ticket-ladder")["frames"]
    ordered(futures, LINEAR)
    assert len(scene.trading.placed) == 1


def test_texts_from_outside_are_texts(futures: AppTest, scene: SimpleNamespace) -> None:
    """A refusal's words draw no picture and no colour."""
    ordered(futures, LINEAR)
    scene.trading.answer(TicketState.REFUSED, code="1", words=":red[**x**] ![](http://a.b)")
    futures.run()
    futures.run()
    (line,) = [each.value for each in futures.caption if "Refused" in each.value]
    assert r"\:red\[\*\*x\*\*\]" in line


def test_cautions_of_others_symbols_ask_for_no_tick() -> None:
    """Only what is unknown on the very symbol does."""
    scene = ticket_scene.Trading()
    preview = Preview()
    ticket = FuturesTicket(order=replace(_order(), symbol="ETHUSDTM"))
    placed = scene.place(FuturesTicket(order=_order()), SimpleNamespace(name="local"))  # type: ignore[arg-type]
    unknown = replace(placed, state=TicketState.UNKNOWN)
    assert not ticket_confirm.cautions(ticket, preview, (unknown,))
    assert not ticket_confirm.cautions(placed.ticket, preview, (unknown,))
    other = replace(ticket, order=replace(_order(), client_oid="b"))
    assert ticket_confirm.cautions(other, preview, (unknown,))


def _order() -> Any:
    return NewFuturesOrder(client_oid="a", symbol=LINEAR, type=OrderType.MARKET, margin_mode=MarginMode.CROSS)
