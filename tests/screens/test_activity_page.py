"""The activity page over a book of a few lines: what its address chooses, and a file from the press to the download."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_export import State
from kucoin.model.activity import ActivityKind
from kucoin.web.tickets import Tickets
from kucoin.web.veil import BLIND
from pages.widgets import session
from tests.activity_scene import NOON, Book, entry, lines

PATIENCE = 30.0  # s


@pytest.fixture
def page(app: AppTest, desk: Any, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the page, not yet run; it is noon."""
    desk.activity = Book(*lines(400, days=40), entry(detail="secret 5000"))
    monkeypatch.setattr(session, "now", lambda: NOON)
    app.switch_page("activity.py")
    return app


def made(page: AppTest, kind: str) -> Any:
    """Press the button of a kind, wait for the file, and return it as the session has it."""
    page.button(key=f"activity-make-{kind}").click().run()
    job = page.session_state["activity-file"]
    assert job.export.wait(PATIENCE)
    page.run()
    return job


def test_the_address_chooses_and_what_is_none_is_said(page: AppTest, desk: Any, drawn: Any) -> None:
    """Filters out of a link are the first that the panel asks for; nonsense gives the usual, and a sentence."""
    page.query_params["kind"] = ["Trade", "Fee"]
    page.query_params["span"] = "30"
    page.run()
    assert not page.exception
    assert drawn(page, "activity")["panel"] == "activity:span=30&kind=Trade&kind=Fee"
    made(page, "csv")
    wish: ActivityWish = desk.activity.asked[-1]
    assert wish.kinds == {ActivityKind.TRADE, ActivityKind.FEE}
    assert (NOON.date() - wish.start.date()).days == 29


def test_nonsense_in_the_address_is_said(page: AppTest, drawn: Any) -> None:
    """The usual is shown, and why."""
    page.query_params["span"] = "<b>ever</b>"
    page.run()
    assert not page.exception
    assert drawn(page, "activity")["panel"] == "activity:"
    assert any("no span of the activity" in caption.value for caption in page.caption)


def test_a_file_of_what_is_chosen_or_of_all(page: AppTest, desk: Any) -> None:
    """Made behind the page, with its name, count and the way to it; all of it on demand; text of another form too."""
    page.run()
    job = made(page, "csv")
    assert (job.export.state, job.name) == (State.READY, "activity-20261116-20261122.csv")
    assert job.export.rows < 401
    assert page.get("download_button")
    assert any("activity\\-20261116\\-20261122\\.csv" in caption.value for caption in page.caption)
    page.session_state["activity-file-what"] = "All of it"
    page.run()
    job = made(page, "parquet")
    assert (job.export.rows, job.name) == (401, "activity-20261122.parquet")
    assert desk.activity.asked[-1] == ActivityWish()


def test_hidden_amounts_leave_no_file_with_amounts(page: AppTest, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was made before is gone with the switch; one made then tells shares, and says so by its name."""
    monkeypatch.setattr(assemble, "live", lambda: SimpleNamespace(tickets=Tickets(), veil=lambda: BLIND))
    page.run()
    before = made(page, "csv")
    assert b"secret 5000" in before.export.content()
    page.session_state["privacy-on"] = True
    page.run()
    assert "activity-file" not in page.session_state
    assert not page.get("download_button")
    after = made(page, "csv")
    assert after.name == "activity-shares-20261116-20261122.csv"
    assert b"5000" not in after.export.content()
