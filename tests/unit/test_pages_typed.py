"""What somebody types on a page, never taken for ten times as much, and what a page says of a switch."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import streamlit as st

from kucoin.desk.dead_man import DeadManState
from kucoin.desk.flip import pair_ids
from kucoin.errors import InvalidRequest
from kucoin.model.alert import AlertKind
from kucoin.model.limits import Limits
from pages.widgets import alerts_panel, futures_acts, limits_form, switches

D = Decimal
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "price"),
    [("87,112.4", D("87112.4")), ("95.5", D("95.5")), ("95,5", None), ("0,5", None), ("", None), ("-3", None)],
)
def test_a_comma_for_a_point_is_no_price_of_a_stop(
    text: str, price: Decimal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short that is to be stopped at 95,5 is not left open until 955."""
    asked = futures_acts.Asked("stop", "XBTUSDTM", "BOTH", 100, 7, "own-7", pair_ids())
    monkeypatch.setattr(st, "session_state", {f"{futures_acts._PRICE}-7": text})
    assert futures_acts._wanted(asked) == price


def test_a_comma_for_a_point_is_no_threshold() -> None:
    """An alert at 125 % would never be told."""
    assert alerts_panel.threshold_of(AlertKind.FUNDING, "12.5 %") == D("0.125")
    with pytest.raises(InvalidRequest, match="'12,5' is not clear"):
        alerts_panel.threshold_of(AlertKind.FUNDING, "12,5")


def test_limits_that_are_set_again_as_they_stand_stay_as_they_are() -> None:
    """None is rounded on its way through the form, up least of all."""
    limits = Limits(
        order_value=D("1234.5678"),
        daily_value=D("0.004"),
        leverage=D("2.5"),
        open_orders=7,
        price_distance=D("0.012345678912"),
        daily_loss=D(500),
    )
    texts = {
        name: limits_form.written(name, D(getattr(limits, name)))
        for name in ("order_value", "daily_value", "leverage", "open_orders", "price_distance", "daily_loss")
    }
    assert texts["daily_loss"] == "500"
    assert limits_form.read(texts) == limits


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DeadManState(on=True, seconds=30, by="me"), "Not set yet, by me, 30 s."),
        (DeadManState(on=True, seconds=30, by="me", triggers_at=NOON), "On, by me, 30 s."),
        (DeadManState(on=False, seconds=30, by="me", triggers_at=NOON), "Set, 30 s."),
    ],
    ids=["pressed", "granted", "not taken back yet"],
)
def test_a_dead_man_switch_is_called_on_only_once_kucoin_has_it(state: DeadManState, said: str) -> None:
    """Nobody leaves the desk to a switch that was only wished for; nor is who turned it off named as who has it on."""
    assert switches.standing(state) == said
