"""The fields of the ticket: what is typed, filled in, remembered and ruled out, and what goes to the desk of it."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.model.ledger import Wallet
from kucoin.model.order import MarginMode, OrderType, TimeInForce, TradeType
from kucoin.model.position import PositionMode
from kucoin.model.ticket import FuturesTicket, SpotTicket
from kucoin.web.tickets import Tickets
from pages.widgets.ticket_draft import Kind
from tests import ticket_scene
from tests.push_scene import LINEAR, PAIR
from tests.ticket_hand import at, confirm, opened, ordered, press, said, type_in
from tests.ticket_scene import futures_terms, held

D = Decimal


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
