"""The ways out as every page is told of them: what each would do, what became of it, switches and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.dead_man import DeadManState
from kucoin.desk.portfolio import Standing
from kucoin.errors import InvalidRequest
from kucoin.model.leaving import ItemState, Leaving, LeavingItem, Way
from kucoin.model.limits import Halt, Limits, LimitUse, RiskView
from kucoin.web import limit_words, names
from kucoin.web.guard import PANEL, GuardPanel
from kucoin.web.machine import StatusPanel
from kucoin.web.veil import Veil
from tests.push_scene import NOW, Scene

D = Decimal
AT = datetime.fromtimestamp(NOW, UTC)
FREE = RiskView(limits=Limits(), uses=(), arming=False, armed_until=None, halt=None)
TOTALS = (
    SimpleNamespace(currency="USDT", long=D("1000.5"), short=D("200")),
    SimpleNamespace(currency="XBT", long=None, short=D(1)),
)


@dataclass
class Guarded:
    """In place of the desk: how many orders and positions there are, and what a test says of them."""

    scene: Scene = field(default_factory=Scene)
    orders: int = 7
    waiting: int = 3
    positions: int = 6
    standing: Standing = Standing.READY
    reason: str = ""
    trouble: dict[str, str] = field(default_factory=dict)  # orders, stops, positions
    unread: bool = False
    risk: RiskView = FREE
    told: tuple[Leaving, ...] = ()

    def panel(self) -> GuardPanel:
        """Open the panel on it."""
        orders = SimpleNamespace(
            open=lambda: [None] * self.orders,
            stops=lambda: [None] * self.waiting,
            knows_stops=lambda *, futures: not (self.unread and futures),
            stops_problem=lambda *, futures: self.trouble.get("stops") if futures else None,
            problem=lambda: self.trouble.get("orders"),
        )
        sight: Any = replace(
            self.scene.sight,
            orders=orders,  # type: ignore[arg-type]  # the few that the panel asks for
            futures=self.view,  # type: ignore[arg-type]
            risk=SimpleNamespace(view=lambda: self.risk),  # type: ignore[arg-type]
            leavings=SimpleNamespace(leavings=lambda: self.told),  # type: ignore[arg-type]
        )
        panel = names.opened(sight, PANEL)
        assert isinstance(panel, GuardPanel)
        return panel

    def view(self) -> SimpleNamespace:
        """The futures page's view, as far as it counts here."""
        return SimpleNamespace(
            standing=self.standing,
            reason=self.reason,
            positions=[None] * self.positions,
            problem=self.trouble.get("positions"),
            totals=TOTALS,
        )

    def told_first(self) -> dict[str, Any]:
        """All that is told of it."""
        change = self.panel().change()
        assert change is not None
        assert change.kind == "full"
        return change.body


def test_each_way_out_says_what_it_would_do_now() -> None:
    """With the number of things it touches, and with what it leaves alone; a sum that is not known is not named."""
    body = Guarded().told_first()
    assert body["cancel"] == {
        "label": "Cancel all 10",
        "does": "7 orders and 3 stops on spot and futures. Positions stay and lose their stops.",
        "doubt": "",
        "dead": "",
    }
    assert body["flatten"] == {
        "label": "Flatten 6 positions",
        "does": "Cancels every futures order, then closes 6 positions at market, about 1,200.50 USDT. "
        "Spot orders and balances stay.",
        "doubt": "",
        "dead": "",
    }
    assert (body["stop"]["label"], body["stop"]["dead"]) == ("Stop new orders", "")
    assert Guarded(orders=1, waiting=0).told_first()["cancel"]["does"].startswith("1 order on spot")


def test_a_button_is_dead_only_where_nothing_is_known_to_be_there() -> None:
    """A doubt keeps it alive: the lists are read anew by whoever presses."""
    nothing = {"orders": 0, "waiting": 0, "positions": 0}
    body = Guarded(**nothing).told_first()
    assert (body["cancel"]["dead"], body["flatten"]["dead"]) == ("No order is open.", "No position is open.")
    for doubt in ({"orders": "the line is cut"}, {"stops": "the line is cut"}):
        cancel = Guarded(**nothing, trouble=doubt).told_first()["cancel"]
        assert (cancel["dead"], cancel["doubt"]) == ("", "the line is cut")
    assert Guarded(**nothing, unread=True).told_first()["cancel"]["dead"] == ""
    flatten = Guarded(**nothing, standing=Standing.LOADING).told_first()["flatten"]
    assert (flatten["dead"], flatten["doubt"]) == ("", "it is being read")


def test_without_a_key_both_are_dead_and_say_so() -> None:
    """Nothing could be asked of the exchange."""
    body = Guarded(standing=Standing.NO_CREDENTIALS, reason="No API key is set.").told_first()
    assert {body["cancel"]["dead"], body["flatten"]["dead"]} == {"No API key is set."}
    assert body["cancel"]["doubt"] == ""


def test_the_items_of_a_press_are_told_as_soon_as_they_change() -> None:
    """Counts wait for their second; what fails or is unknown is counted apart."""
    guarded = Guarded()
    panel = guarded.panel()
    panel.change()
    item = LeavingItem(kind="order", key="1", symbol="XBTUSDTM", what="Sell 200 XBTUSDTM at 87,124.0")
    guarded.told = (Leaving(number=1, way=Way.CANCEL, by="ana", at=AT, items=(item, replace(item, key="2"))),)
    guarded.orders = 0
    change = panel.change()
    assert change is not None
    assert change.kind == "more"
    assert list(change.body) == ["presses"]
    (press,) = change.body["presses"]
    assert (press["said"], press["trouble"], press["over"]) == ("0 of 2 done", False, False)
    assert (press["items"][0]["state"], press["items"][0]["took"]) == ("sent", "–")
    ended = replace(item, state=ItemState.FAILED, words="Order does not exist.", took=0.084)
    guarded.told = (replace(guarded.told[0], items=(ended, replace(item, key="2", state=ItemState.DONE)), over=True),)
    guarded.scene.now += 1
    change = panel.change()
    assert change is not None
    assert set(change.body) == {"presses", "cancel"}
    (press,) = change.body["presses"]
    assert (press["said"], press["trouble"]) == ("1 of 2 done, 1 failed", True)
    assert (press["items"][0]["words"], press["items"][0]["took"]) == ("Order does not exist.", "84 ms")
    assert panel.change() is None


def test_a_list_that_could_not_be_read_is_trouble() -> None:
    """Also where every item of it is done."""
    guarded = Guarded(told=(Leaving(number=1, way=Way.CANCEL, by="ana", at=AT, over=True, notes=("not read",)),))
    (press,) = guarded.told_first()["presses"]
    assert (press["said"], press["trouble"], press["notes"]) == ("nothing was found", True, ["not read"])


def test_switches_are_told_by_the_exchanges_clock() -> None:
    """A browser counts by that; who stopped the orders stands beside it."""
    guarded = Guarded()
    guarded.risk = replace(
        FREE,
        arming=True,
        armed_until=AT + timedelta(minutes=15),
        arm_for=timedelta(minutes=15),
        halt=Halt(by="ana", at=AT),
    )
    body = guarded.told_first()
    ahead = guarded.scene.sight.exchanges(AT + timedelta(minutes=15))
    assert (body["armed_until"], body["arm_for"], body["halt"]["by"]) == (ahead, "15 min", "ana")
    assert body["stop"]["dead"] == f"Stopped by ana at {AT:%H:%M:%S} UTC."


@pytest.mark.parametrize(
    ("use", "used", "of", "share", "look"),
    [
        (LimitUse(name="daily_value", limit=D(10_000), used=D("3200")), "3,200", "of 10,000 USDT", 0.32, ""),
        (LimitUse(name="open_orders", limit=D(40), used=D(36)), "36", "of 40", 0.9, "warn"),
        (LimitUse(name="daily_loss", limit=D(1500), used=D("1500.5")), "1,500.50", "of 1,500 USDT", 1.0, "alert"),
        (LimitUse(name="daily_loss", limit=D(1500), used=D(-20)), "none", "of 1,500 USDT", 0.0, ""),
        (LimitUse(name="leverage", limit=D(10), used=None), "", "up to 10×", None, ""),
        (LimitUse(name="price_distance", limit=D("0.05"), used=None), "", "up to 5 %", None, ""),
        (LimitUse(name="daily_value", limit=None, used=D(7)), "", "no limit", None, ""),
        (LimitUse(name="daily_value", limit=D(9), used=None, problem="no price"), "–", "of 9 USDT", None, "warn"),
    ],
)
def test_the_use_of_a_limit_is_written(use: LimitUse, used: str, of: str, share: float | None, look: str) -> None:
    """What is not known is a dash, and a bar that is nearly full wants to be looked at."""
    told = limit_words.use(use)
    assert (told["used"], told["of"], told["share"], told["look"]) == (used, of, share, look)


@pytest.mark.parametrize(
    ("use", "used", "of", "share", "look"),
    [
        (LimitUse(name="daily_value", limit=D(10_000), used=D("3200")), "hidden", "", None, ""),
        (LimitUse(name="daily_value", limit=D(10_000), used=D("9000")), "nearly used up", "", None, "warn"),
        (LimitUse(name="daily_loss", limit=D(1500), used=D("1500.5")), "used up", "", None, "alert"),
        (LimitUse(name="order_value", limit=D(5000), used=None), "", "up to hidden", None, ""),
        (LimitUse(name="daily_value", limit=D(9), used=None, problem="7 ABC"), "–", "", None, "warn"),
        (LimitUse(name="daily_value", limit=None, used=D(7)), "", "no limit", None, ""),
        (LimitUse(name="open_orders", limit=D(40), used=D(36)), "36", "of 40", 0.9, "warn"),
    ],
)
def test_a_hidden_limit_is_no_measure_of_the_account(
    use: LimitUse, used: str, of: str, share: float | None, look: str
) -> None:
    """The usual limits are public: a share of the account beside one, or a part of one, would tell what there is."""
    told = limit_words.use(use, veil=Veil(D(50_000), lambda _currency: D(1)))
    assert (told["used"], told["of"], told["share"], told["look"]) == (used, of, share, look)


def test_limits_that_are_not_known_are_a_dash() -> None:
    """Not "no limit"; the band calls for attention, but not while all is being read for the first time."""
    use = LimitUse(name="daily_value", limit=None, used=None)
    lost = replace(FREE, limits=None, uses=(use,), problem="row 3 is damaged")
    body = Guarded(risk=lost).told_first()
    assert (body["uses"][0]["of"], body["problem"], body["blind"]) == ("–", "Row 3 is damaged.", True)
    assert not Guarded(risk=lost, standing=Standing.LOADING).told_first()["blind"]
    assert not Guarded().told_first()["blind"]


def test_without_an_account_there_is_nothing_to_leave() -> None:
    """The page says so in the panel's place."""
    with pytest.raises(InvalidRequest, match="no account here"):
        GuardPanel(Scene().sight)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (DeadManState(), lambda _at: None),
        (
            DeadManState(on=True, seconds=30, triggers_at=AT),
            lambda at: {"until": at, "fired": False, "problem": ""},
        ),
        (DeadManState(fired=True), lambda _at: {"until": None, "fired": True, "problem": ""}),
    ],
)
def test_the_strip_is_told_of_a_dead_man_switch_that_is_set(
    state: DeadManState, told: Callable[[int | None], object]
) -> None:
    """When the exchange acts, by its own clock; nothing of one that nobody turned on."""
    scene = Scene()
    sight = replace(scene.sight, dead_man=SimpleNamespace(state=lambda: state))  # type: ignore[arg-type]
    change = StatusPanel(sight).change()
    assert change is not None
    assert change.body["dead_man"] == told(scene.sight.exchanges(AT))
