"""The page of limits and switches: what is typed is what holds, and every press goes to the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk.dead_man import DeadManState
from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, JournalError
from kucoin.model.limits import Halt, Limits, RiskView
from kucoin.web.tickets import Tickets
from pages.widgets import limits_form, way_out
from tests import ticket_scene
from tests.ticket_hand import said

D = Decimal
AT = datetime(2026, 11, 23, 12, 31, 4, tzinfo=UTC)
SET = Limits(order_value=D(10_000), open_orders=40, price_distance=D("0.05"), symbols=("BTC-USDT", "XBTUSDTM"))


class Risk:
    """Limits and switches as a test set them, and what was pressed."""

    def __init__(self) -> None:
        self.now = RiskView(limits=SET, uses=(), arming=False, armed_until=None, halt=None)
        self.pressed: list[tuple[str, Role]] = []
        self.trouble: Exception | None = None

    def view(self) -> RiskView:
        return self.now

    def set(self, limits: Limits, principal: Principal) -> None:
        self.turn("set", principal)
        self.now = replace(self.now, limits=limits, set_by=principal.name, set_at=AT)

    def turn(self, act: str, principal: Principal) -> None:
        if self.trouble:
            raise self.trouble
        self.pressed.append((act, principal.role))

    def stop_orders(self, principal: Principal) -> None:
        self.turn("stop", principal)
        self.now = replace(self.now, halt=Halt(by=principal.name, at=AT))

    def allow_orders(self, principal: Principal) -> None:
        self.turn("allow", principal)
        self.now = replace(self.now, halt=None)

    def arm(self, principal: Principal) -> None:
        self.turn("arm", principal)
        self.now = replace(self.now, armed_until=AT)

    def disarm(self, principal: Principal) -> None:
        self.turn("disarm", principal)


class DeadMan:
    """The switch, and how long it was set for last."""

    def __init__(self) -> None:
        self.now = DeadManState()
        self.wished: list[int | None] = []

    def state(self) -> DeadManState:
        return self.now

    def turn_on(self, seconds: int, principal: Principal) -> None:
        self.wished.append(seconds)
        granted = AT + timedelta(seconds=seconds)
        self.now = DeadManState(on=True, seconds=seconds, by=principal.name, triggers_at=granted)

    def turn_off(self, principal: Principal) -> None:
        self.wished.append(None)
        self.now = DeadManState(by=principal.name)


@pytest.fixture
def guarded(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The fake desk with limits and switches."""
    monkeypatch.setattr(assemble, "live", lambda: ticket_scene.Live(Tickets()))
    ticket_scene.seat(desk)
    desk.risk, desk.dead_man = Risk(), DeadMan()
    desk.leaving = SimpleNamespace(cancel_all=lambda who: None, flatten=lambda who: None)  # noqa: ARG005
    return desk


@pytest.fixture
def page(app: AppTest, guarded: Any) -> AppTest:
    """The page."""
    assert guarded.risk
    app.run()
    app.switch_page("limits.py")
    return app.run()


def field(page: AppTest, name: str) -> Any:
    """The field of a limit."""
    return page.text_input(key=f"limits-{name}")


def test_the_form_shows_what_holds_and_sets_what_is_typed(page: AppTest, guarded: Any) -> None:
    """An empty field is no limit; per cent are a fraction, and a symbol counts once, in capitals."""
    assert [field(page, name).value for name in ("order-value", "open-orders", "price-distance", "daily-loss")] == [
        *("10,000", "40", "5", "")
    ]
    field(page, "order-value").set_value("12,500.5")
    field(page, "open-orders").set_value("")
    field(page, "daily-loss").set_value("1500")
    field(page, "symbols").set_value("eth-usdt, ETH-USDT xbtusdtm")
    page.button(key="limits-set").click().run()
    assert guarded.risk.now.limits == Limits(
        order_value=D("12500.5"), price_distance=D("0.05"), daily_loss=D(1500), symbols=("ETH-USDT", "XBTUSDTM")
    )
    assert guarded.risk.pressed == [("set", Role.ADMIN)]
    assert "Set." in said(page)
    assert "Set by local on 2026-11-23 12:31:04 UTC." in said(page)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("order-value", "1,5", "One order: '1,5' is not clear"),
        ("daily-loss", "0", "Loss today: '0' is no number above 0"),
        ("open-orders", "1.5", "Open orders: '1.5' is no whole number"),
    ],
)
def test_what_is_no_limit_changes_nothing(page: AppTest, guarded: Any, name: str, text: str, reason: str) -> None:
    """And what was typed stays, with the reason."""
    field(page, name).set_value(text)
    page.button(key="limits-set").click().run()
    assert guarded.risk.now.limits == SET
    assert f"Not set: {reason}" in said(page)
    assert field(page, name).value == text


def test_a_refusal_of_the_desk_is_said(page: AppTest, guarded: Any) -> None:
    """What held before still does."""
    guarded.risk.trouble = JournalError("the disk is full")
    page.button(key="limits-set").click().run()
    assert "Not set: the disk is full." in said(page)


def test_limits_that_somebody_else_set_meanwhile_are_not_overwritten(page: AppTest, guarded: Any) -> None:
    """They stand in the fields instead, to be looked at."""
    other = replace(SET, order_value=D(500))
    guarded.risk.now = replace(guarded.risk.now, limits=other)
    field(page, "daily-loss").set_value("1500")
    page.button(key="limits-set").click().run()
    assert guarded.risk.now.limits == other
    assert "changed meanwhile" in said(page)
    assert (field(page, "order-value").value, field(page, "daily-loss").value) == ("500", "")


def test_unknown_limits_are_said_loudly(app: AppTest, guarded: Any) -> None:
    """Every order that opens risk is refused then."""
    guarded.risk.now = replace(guarded.risk.now, limits=None, problem="row 3 is damaged")
    app.run()
    app.switch_page("limits.py")
    text = said(app.run())
    assert "The limits are not known, so every order that opens risk is refused: row 3 is damaged" in text
    assert "Refused" in text


def test_new_orders_are_stopped_and_allowed_again(page: AppTest, guarded: Any) -> None:
    """Who stopped them stands beside the button."""
    page.button(key="switch-stop").click().run()
    assert "Stopped by local on 2026-11-23 12:31:04 UTC." in said(page)
    page.button(key="switch-allow").click().run()
    assert guarded.risk.pressed == [("stop", Role.ADMIN), ("allow", Role.ADMIN)]
    guarded.risk.trouble = InvalidRequest("not now")
    page.button(key="switch-stop").click().run()
    assert "not now" in said(page)


def test_arming_is_offered_only_where_it_is_needed(page: AppTest, guarded: Any) -> None:
    """For as long as the desk says."""
    assert "Arming" not in said(page)
    guarded.risk.now = replace(guarded.risk.now, arming=True, arm_for=timedelta(minutes=15))
    assert page.run().button(key="switch-arm").label == "Arm for 15 min"
    page.button(key="switch-arm").click().run()
    assert "Armed until 12:31:04 UTC." in said(page)
    page.button(key="switch-disarm").click().run()
    assert [act for act, _ in guarded.risk.pressed] == ["arm", "disarm"]


def test_the_dead_man_switch_is_set_and_taken_back(page: AppTest, guarded: Any) -> None:
    """For the seconds that were typed; that it ran out stays on the page."""
    page.number_input(key="dead-man-seconds").set_value(60).run()
    page.button(key="dead-man-on").click().run()
    assert "On, by local, 60 s." in said(page)
    page.button(key="dead-man-off").click().run()
    assert guarded.dead_man.wished == [60, None]
    guarded.dead_man.now = DeadManState(fired=True, problem="KuCoin does not answer.")
    text = said(page.run())
    assert "KuCoin cancelled the open spot orders" in text
    assert "KuCoin does not answer." in text


@pytest.mark.parametrize("act", ["stop", "cancel", "flatten", "allow", "arm", "disarm"])
def test_a_press_of_the_review_goes_to_the_desk(guarded: Any, act: str) -> None:
    """With who pressed; why it came to nothing goes back to the browser."""
    heard: list[str] = []
    guarded.leaving.cancel_all = lambda who: heard.append(f"cancel {who.name}")
    guarded.leaving.flatten = lambda who: heard.append(f"flatten {who.name}")
    assert way_out.carry_out(guarded, act, Principal("ana", Role.TRADER)) == ""
    assert [name for name, _ in guarded.risk.pressed] or heard == [f"{act} ana"]
    guarded.risk.trouble = InvalidRequest("not now")
    if act in {"stop", "allow", "arm", "disarm"}:
        assert way_out.carry_out(guarded, act, Principal("ana", Role.TRADER)) == "not now"


def test_what_is_no_press_is_none(guarded: Any) -> None:
    """Whatever a browser sends."""
    for told in (None, 7, {"act": "flatten"}, "everything"):
        assert way_out.carry_out(guarded, told, Principal("ana", Role.TRADER)) == ""
    assert guarded.risk.pressed == []


def test_presses_that_follow_each_other_closely_are_carried_out_once_each(guarded: Any) -> None:
    """A browser repeats those of which it does not know that they were taken."""
    ana = Principal("ana", Role.TRADER)
    first, second = {"act": "stop", "number": 1}, {"act": "disarm", "number": 2}
    heard = way_out.take(guarded, [first], way_out.Heard(), ana)
    heard = way_out.take(guarded, [first, second, "nonsense", {"act": "arm"}], heard, ana)
    assert [act for act, _ in guarded.risk.pressed] == ["stop", "disarm"]
    assert heard == way_out.Heard((1, 2), "")
    assert way_out.take(guarded, None, heard, ana) == heard


def test_a_page_asks_for_the_review_and_the_frame_opens_it(page: AppTest, drawn: Any) -> None:
    """Once: with the next drawing it is no news."""
    assert drawn(page, "way-out")["asked"] is None
    page.session_state["way-out-asked"] = way_out.Asked(10**9, "flatten")
    asked = drawn(page.run(), "way-out")["asked"]
    assert asked == {"number": 10**9, "act": "flatten"}
    assert drawn(page.run(), "way-out")["asked"] == asked


def test_typed_limits_are_read_exactly() -> None:
    """No float on the way."""
    assert limits_form.read({"price_distance": "0.1"}).price_distance == D("0.001")
    assert limits_form.read({"order_value": "1 000.10"}).order_value == D("1000.10")
