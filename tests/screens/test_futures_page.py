"""The futures page: what stands around the live panels, what it says when there is nothing to show, and what if."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kucoin.desk.portfolio import Standing
from pages.widgets import futures_contract, futures_funding, futures_pnl
from tests import futures_views

Drawn = Callable[[AppTest, str], dict[str, Any]]


@pytest.fixture
def futures(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page over accounts with three positions; of parts with tests of their own only the names are drawn."""
    for part in (futures_pnl, futures_funding, futures_contract):
        name = part.__name__.rpartition(".")[2]
        monkeypatch.setattr(part, "show", lambda _desk, name=name: st.text(name))
    app.run()
    app.switch_page("futures.py")
    return app


def said(app: AppTest) -> str:
    """All text of the page."""
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.warning) for element in kind)


def altered(desk: Any, **changes: Any) -> None:
    """Have the view be different in this."""
    desk.futures.alter = lambda view: replace(view, **changes)


def test_the_panels_stand_on_the_push_socket(futures: AppTest, drawn: Drawn) -> None:
    """The script says how many rows there will be, and nothing that changes with a price: no run for a tick."""
    futures.run()
    positions, margins = drawn(futures, "positions"), drawn(futures, "margins")
    assert (positions["panel"], positions["rows"], positions["gain"]) == ("futures:", 3, "roe")
    assert (margins["panel"], margins["rows"]) == ("futures:", 2)
    futures.run()
    assert drawn(futures, "positions") == positions


def test_the_switch_between_roe_and_return_is_kept(futures: AppTest, drawn: Drawn) -> None:
    """For the whole table, and from one drawing to the next."""
    futures.run()
    futures.button_group(key="gain").set_value("Return").run()
    assert drawn(futures, "positions")["gain"] == "plain_return"
    futures.run()
    assert drawn(futures, "positions")["gain"] == "plain_return"


def test_an_address_says_how_gains_are_told(futures: AppTest, drawn: Drawn) -> None:
    """So that it can be kept and passed on."""
    futures.query_params["gain"] = "Return"
    futures.run()
    assert drawn(futures, "positions")["gain"] == "plain_return"


@pytest.mark.parametrize(("hedge", "mode"), [(True, "Hedge mode."), (False, "One-way mode."), (None, "")])
def test_it_says_what_its_figures_are_made_of(futures: AppTest, desk: Any, hedge: bool | None, mode: str) -> None:
    """The price of what is unrealised, the day of what is realised, and the position mode as far as it is known."""
    altered(desk, hedge=hedge)
    futures.run()
    assert f"Unrealised by mark price. Realised since 00:00 UTC. {mode}".strip() in [
        each.value.strip() for each in futures.caption
    ]


def test_no_position_is_said_with_its_cause_and_the_next_step(futures: AppTest, desk: Any) -> None:
    """And there is nothing to ask what if about."""
    altered(desk, positions=(), totals=())
    futures.run()
    assert "**No positions.** Futures account reached 2.5 s ago. A position shows here" in said(futures)
    assert not futures.select_slider


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.NO_CREDENTIALS, "No API key is set"),
        (Standing.REFUSED, "The key cannot be used"),
        (Standing.UNIFIED, "Unified account"),
        (Standing.UNREACHABLE, "The exchange is not reachable"),
        (Standing.LOADING, "Reading the accounts for the first time"),
    ],
)
def test_without_figures_the_page_says_why(futures: AppTest, desk: Any, standing: Standing, words: str) -> None:
    """No panel stands empty; blocks hold the place of what is being read."""
    desk.futures.alter = lambda _view: futures_views.nothing(standing, "because")
    futures.run()
    assert words in said(futures)
    assert "Margin accounts" not in [each.value for each in futures.header]
    assert len(futures.get("skeleton")) == (3 if standing is Standing.LOADING else 0)


def test_a_stop_without_a_position_is_a_warning(futures: AppTest, desk: Any) -> None:
    """With what it would do; text from outside stays text."""
    hostile = replace(futures_views.loose_stop(), symbol="*EVIL*", lots=None, trigger=None)
    altered(desk, loose_stops=(futures_views.loose_stop(), hostile))
    futures.run()
    (warning,) = futures.warning
    assert warning.value.startswith("**2 stops without a position:** XRPUSDTM sell 40 contracts at 1\\.9")
    assert "\\*EVIL\\* sell all at –" in warning.value


def test_what_could_not_be_read_is_said_beside_what_was(futures: AppTest, desk: Any, drawn: Drawn) -> None:
    """The panels stay."""
    altered(desk, problem="positions: timeout")
    futures.run()
    assert "missing or old:** positions\\: timeout" in futures.warning[0].value
    assert drawn(futures, "positions")["rows"] == 3


def test_what_if_answers_for_the_whole_account(futures: AppTest, desk: Any) -> None:
    """After the move, by how much, from where; and what it liquidates."""
    futures.run()
    futures.select_slider[0].set_value(8).run()
    shown = {metric.label: (metric.value, metric.delta) for metric in futures.metric}
    assert shown["Unrealised, USDT"] == ("+9,643.64", "+8,000.00")
    assert shown["Equity, USDT"][0] == "54,415.01"
    assert shown["Risk ratio, USDT"][0] == "–"
    assert shown["Liquidated"][0] == "1"
    assert str(desk.futures.asked[-1]) == "0.08"


def test_reset_takes_the_move_back(futures: AppTest, desk: Any) -> None:
    """The marks are where they are."""
    futures.run()
    futures.select_slider[0].set_value(-12).run()
    futures.button(key="what-if-reset").click().run()
    assert futures.select_slider[0].value == 0
    assert desk.futures.asked[-1] == 0
    assert {metric.label: metric.value for metric in futures.metric}["Liquidated"] == "none"


@pytest.mark.parametrize(
    ("tab", "parts"),
    [("Positions and PnL", ["futures_pnl"]), ("Funding", ["futures_funding"]), ("Contract", ["futures_contract"])],
)
def test_only_the_open_part_does_any_work(futures: AppTest, desk: Any, tab: str, parts: list[str]) -> None:
    """Behind the other tabs nothing is asked for."""
    futures.run()
    desk.futures.asked.clear()
    futures.button_group(key="part").set_value(tab).run()
    assert [each.value for each in futures.text] == parts
    assert bool(desk.futures.asked) == bool(futures.select_slider) == (tab == "Positions and PnL")


def test_what_was_realised_stands_there_while_the_exchange_is_away(futures: AppTest, desk: Any) -> None:
    """It is our own ledger's; without a key there is none."""
    desk.futures.alter = lambda _view: futures_views.nothing(Standing.UNREACHABLE, "timeout")
    futures.run()
    assert [each.value for each in futures.text] == ["futures_pnl"]
    desk.futures.alter = lambda _view: futures_views.nothing(Standing.NO_CREDENTIALS, "")
    futures.run()
    assert not futures.text
