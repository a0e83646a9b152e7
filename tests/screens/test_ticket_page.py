"""The ticket, over a desk that takes tickets without an exchange: what it asks, what it hands over, and how often."""

from __future__ import annotations

import re
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
from kucoin.errors import NotAllowed
from kucoin.model.ledger import Wallet
from kucoin.model.order import MarginMode, NewFuturesOrder, OrderType, Side, TimeInForce, TradeType
from kucoin.model.position import PositionMode
from kucoin.model.ticket import FuturesTicket, SpotTicket, TicketState
from kucoin.web.tickets import Tickets
from pages.widgets import session, ticket_confirm
from pages.widgets.ticket_draft import Kind
from tests import ticket_scene
from tests.push_scene import LINEAR, PAIR
from tests.ticket_scene import futures_terms, held

D = Decimal
Drawn = Callable[[AppTest, str], dict[str, Any]]


@pytest.fixture
def scene(desk: Any, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the desk knows and takes; a test may change it."""
    monkeypatch.setattr(assemble, "live", lambda: ticket_scene.Live(Tickets()))
    return ticket_scene.seat(desk)


def opened(app: AppTest, symbol: str) -> AppTest:
    """The ticket page for a symbol."""
    app.run()
    app.switch_page("ticket.py")
    app.query_params["symbol"] = symbol
    return app.run()


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


def said(app: AppTest) -> str:
    """All text."""
    kinds = (app.markdown, app.caption, app.warning, app.header)
    text = "\n".join(element.value for kind in kinds for element in kind)
    return text.replace("\\", "").replace("\u2060", "")


def type_in(app: AppTest, symbol: str, **fields: str) -> AppTest:
    """Type into fields."""
    for field, text in fields.items():
        at(app, field, symbol).set_value(text)
    return app.run()


def at(app: AppTest, field: str, symbol: str) -> Any:
    """The field; some have another key on each ticket."""
    (found,) = [each for each in app.text_input if re.fullmatch(rf"ticket-{field}-{symbol}(-\d+)?", each.key)]
    return found


def press(app: AppTest, side: str) -> AppTest:
    """Press buy or sell."""
    return app.button(key=f"ticket-{side}").click().run()


def confirm(app: AppTest) -> AppTest:
    """Press the button of the confirmation."""
    return app.button(key="confirm-press").click().run()


def ordered(app: AppTest, symbol: str, side: str = "buy", **fields: str) -> AppTest:
    """Fill in, press, confirm."""
    type_in(app, symbol, **{"price": "70000", "size": "1", **fields})
    return confirm(press(app, side))


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
    assert "“Balance insufficient.” (KuCoin code 300003)" in text
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


def test_input_is_brought_to_the_step_and_says_so(futures: AppTest) -> None:
    """In its field; and what is no number is said there."""
    type_in(futures, LINEAR, price="70000.04", size="250.4")
    assert futures.text_input(key=f"ticket-price-{LINEAR}").value == "70,000.0"
    assert at(futures, "size", LINEAR).value == "250"
    assert "250.4 was brought down to the lot: 250." in said(futures)
    assert "is no number above 0" in said(type_in(futures, LINEAR, size="ten"))


def test_a_press_on_an_empty_form_says_what_is_missing(futures: AppTest, scene: SimpleNamespace) -> None:
    """No confirmation opens."""
    press(futures, "buy")
    assert "The price is missing." in said(futures)
    assert not [button for button in futures.button if button.key == "confirm-press"]
    assert not scene.trading.placed


def test_presets_add_up_and_shares_are_of_what_is_free(futures: AppTest) -> None:
    """10 and 100 lots; Clear begins anew."""
    futures.button(key="add-0").click().run()
    futures.button(key="add-1").click().run()
    assert at(futures, "size", LINEAR).value == "110"
    assert "≈ 0.11 BTC ≈ 7,700.02 USDT" in said(futures)
    futures.button(key="share-1").click().run()
    assert int(at(futures, "size", LINEAR).value.replace(",", "")) > 100_000
    futures.button(key="clear-size").click().run()
    assert at(futures, "size", LINEAR).value == ""


def test_a_request_that_crosses_the_answer_takes_nothing_back(futures: AppTest) -> None:
    """A browser repeats what stood in its fields until it has heard of what was written there."""
    futures.button(key="add-0").click().run()
    at(futures, "size", LINEAR).set_value("").run()
    assert at(futures, "size", LINEAR).value == "10"


def test_another_unit_keeps_the_size(futures: AppTest) -> None:
    """110 lots are 0.11 coins, never 110 coins."""
    type_in(futures, LINEAR, price="70000", size="110")
    futures.button_group(key=f"ticket-unit-{LINEAR}").set_value("base").run()
    assert at(futures, "size", LINEAR).value == "0.11"
    futures.button_group(key=f"ticket-unit-{LINEAR}").set_value("quote").run()
    assert at(futures, "size", LINEAR).value == "7,700"
    assert futures.button(key="ticket-buy").label == "Buy 110"


def test_best_prices_and_levels_fill_the_price(futures: AppTest) -> None:
    """By one press."""
    futures.button(key="take-Best bid").click().run()
    assert futures.text_input(key=f"ticket-price-{LINEAR}").value == "70,000.0"


def test_the_size_is_not_remembered_and_the_type_is(futures: AppTest) -> None:
    """A size that is still there from before is how people buy twice."""
    futures.button_group(key=f"ticket-kind-{LINEAR}").set_value(Kind.STOP).run()
    type_in(futures, LINEAR, size="110")
    futures.selectbox(key="symbol").select(PAIR).run()
    futures.selectbox(key="symbol").select(LINEAR).run()
    assert futures.button_group(key=f"ticket-kind-{LINEAR}").value == Kind.STOP
    assert at(futures, "size", LINEAR).value == ""


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


def test_options_that_exclude_each_other_are_dead_with_the_reason(futures: AppTest) -> None:
    """Reduce-only with a take-profit, post-only with what fills at once."""
    type_in(futures, LINEAR, take_profit="80000")
    assert futures.toggle(key=f"ticket-reduce_only-{LINEAR}").disabled
    futures.button_group(key=f"ticket-time_in_force-{LINEAR}").set_value(TimeInForce.IOC).run()
    box = futures.toggle(key=f"ticket-post_only-{LINEAR}")
    assert box.disabled
    assert "cannot be post-only" in box.help


def test_closing_a_position_is_one_button(app: AppTest, scene: SimpleNamespace) -> None:
    """On the side that closes it, with its size on it."""
    scene.terms.known[LINEAR] = futures_terms(positions=(held(1250),))
    page = opened(app, LINEAR)
    page.toggle(key=f"ticket-close-{LINEAR}").set_value(True).run()
    assert page.button(key="ticket-buy").disabled
    assert page.button(key="ticket-sell").label.replace("\\", "") == "Close long 1,250"
    confirm(press(page, "sell"))
    (ticket,) = scene.trading.placed
    assert isinstance(ticket, FuturesTicket)
    assert ticket.order.close_order


def test_hedge_mode_is_said_and_sent(app: AppTest, scene: SimpleNamespace) -> None:
    """With the modes that the account has."""
    scene.terms.known[LINEAR] = futures_terms(position_mode=PositionMode.HEDGE)
    page = opened(app, LINEAR)
    ordered(page, LINEAR, "sell")
    assert "hedge, short side" in said(page)
    assert scene.trading.placed[0].order.position_side == "SHORT"


def test_margin_and_pairs_of_orders_are_of_the_pair(spot: AppTest, scene: SimpleNamespace) -> None:
    """Account, borrowing, and what an account does not take."""
    spot.button_group(key=f"ticket-trade_type-{PAIR}").set_value(TradeType.MARGIN_TRADE).run()
    assert Kind.OCO not in spot.button_group(key=f"ticket-kind-{PAIR}").options
    spot.toggle(key=f"ticket-auto_borrow-{PAIR}").set_value(True).run()
    ordered(spot, PAIR)
    (ticket,) = scene.trading.placed
    assert isinstance(ticket, SpotTicket)
    assert (ticket.trade_type, ticket.auto_borrow) == (TradeType.MARGIN_TRADE, True)


def test_a_forged_choice_counts_for_nothing(spot: AppTest, scene: SimpleNamespace) -> None:
    """What a browser sends that was not offered is read as the usual one; the desk looks again at all of it."""
    for field, forged in (
        ("trade_type", "FUNDING"),
        ("kind", "Hidden"),
        ("unit", "lots"),
        ("time_in_force", "ETERNAL"),
    ):
        spot.session_state[f"ticket-{field}-{PAIR}"] = forged
    ordered(spot.run(), PAIR)
    (ticket,) = scene.trading.placed
    assert isinstance(ticket, SpotTicket)
    assert (ticket.trade_type, ticket.order.type, ticket.order.size) == (TradeType.TRADE, OrderType.LIMIT, D(1))


def test_a_ticket_that_became_wrong_is_not_handed_over(futures: AppTest, scene: SimpleNamespace) -> None:
    """The confirmation looks at the account again: the margin mode changed while it stood open."""
    type_in(futures, LINEAR, price="70000", size="1")
    press(futures, "buy")
    scene.terms.known[LINEAR] = futures_terms(margin_mode=MarginMode.ISOLATED)
    confirm(futures)
    assert not scene.trading.placed
    assert "Not sent:" in said(futures)


def test_the_modes_are_changed_by_name(futures: AppTest, scene: SimpleNamespace) -> None:
    """Nothing is asked of the account until the button that says it is pressed."""
    futures.number_input(key=f"ticket-cross-leverage-{LINEAR}").set_value(7).run()
    assert not scene.terms.changed
    assert futures.button(key="set-leverage").label == "Set XBTUSDTM to 7×"
    futures.button(key="set-leverage").click().run()
    futures.button_group(key="ticket-margin-choice").set_value(MarginMode.ISOLATED).run()
    futures.button(key="set-margin").click().run()
    assert [wish[:2] for wish in scene.terms.changed] == [(LINEAR, D(7)), (LINEAR, MarginMode.ISOLATED)]


def test_money_from_elsewhere_is_moved_once(futures: AppTest, scene: SimpleNamespace) -> None:
    """Into the account that pays; two presses carry one id."""
    scene.moves.elsewhere = {Wallet.MAIN: D("298.5"), Wallet.CONTRACT: D(9)}
    futures.run()
    futures.button(key="transfer-all").click().run()
    for _ in range(2):
        futures.button(key="transfer-press").click().run()
    first, second = scene.moves.moved
    assert first == second
    assert first[:4] == ("USDT", D("298.5"), Wallet.MAIN, Wallet.CONTRACT)


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
