"""The privacy switch: one for all pages of a session, kept in the address, heard by whatever shows amounts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.web import veil
from kucoin.web.tickets import Tickets
from pages.widgets import privacy


@pytest.fixture
def page(app: AppTest, desk: Any, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the portfolio page, not yet run, with privacy on as its address says."""
    live = SimpleNamespace(tickets=Tickets(), veil=lambda: veil.over(desk.portfolio("USDT")))
    monkeypatch.setattr(assemble, "live", lambda: live)
    app.query_params["privacy"] = "on"
    return app


def test_the_address_turns_it_on_and_any_switch_off(page: AppTest, drawn: Any) -> None:
    """Both switches stand alike; panels with amounts are asked for veiled, those for all alike as ever."""
    page.run()
    assert not page.exception
    assert (page.toggle(key="privacy-menu").value, page.toggle(key="privacy-title").value) == (True, True)
    assert (drawn(page, "total")["panel"], drawn(page, "strip")["panel"]) == ("veiled/portfolio:USDT", "status:")
    assert drawn(page, "total")["total"][0] == "100.00\u2009%"
    page.toggle(key="privacy-menu").set_value(False).run()
    assert page.toggle(key="privacy-title").value is False
    assert drawn(page, "total")["panel"] == "portfolio:USDT"
    assert "privacy" not in page.query_params
    page.toggle(key="privacy-title").set_value(True).run()
    assert page.toggle(key="privacy-menu").value is True
    assert page.query_params["privacy"] == "on"


def test_what_acts_asks_to_leave_it_first(app: AppTest) -> None:
    """A sentence and a button in its place; after the press it is there."""

    def form() -> None:
        import streamlit as st  # noqa: PLC0415  the script runs by itself

        from pages.widgets import privacy  # noqa: PLC0415

        if not privacy.leave_first("place an order"):
            st.write("the form")

    script = AppTest.from_function(form)
    script.query_params["privacy"] = "on"
    script.run()
    assert [each.value for each in script.caption] == ["Amounts are hidden. Leave privacy to place an order."]
    assert not script.markdown
    script.button[0].click().run()
    assert [each.value for each in script.markdown] == ["the form"]
    assert not script.caption
    assert not script.session_state[privacy._ON]
