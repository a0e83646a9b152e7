"""The page of the API key, over a desk that answers from memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.key_check import KeyView
from kucoin.desk.key_rights import rights
from kucoin.desk.portfolio import Standing

Row = list[str]


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """Return the page of the key, not yet run."""
    app.run()  # a page is reached from the one that comes first
    return app.switch_page("key.py")


def cells(sheet: dict[str, Any]) -> dict[str, Row]:
    """The rows of a table by their names."""
    return {row[0]["text"]: [cell["text"] for cell in row[1:]] for row in sheet["rows"]}


def tables(app: AppTest) -> set[str]:
    """Which tables stand on the page."""
    drawn = {element.proto.id.split("-", 2)[-1] for element in app.get("bidi_component")}
    return {key for key in drawn if key.startswith("key-")}


def test_a_good_key_is_told_in_full(page: AppTest, drawn: Any) -> None:
    """Its end, its addresses, its version, whose it is, what it may do, when it was accepted, what trades cost."""
    page.run()
    assert not page.exception
    key = cells(drawn(page, "key-facts"))
    assert key["Key"] == ["····0001"]
    assert key["IP list"] == ["203.0.113.7"]
    assert key["Version"] == ["3"]
    assert key["Made"] == ["2 Mar 2026"]
    assert key["Account"] == ["Master, classic, 2 sub-accounts"]
    assert key["VIP level"] == ["1"]
    accepted = cells(drawn(page, "key-accepted"))
    assert accepted["Spot"] == ["ago"]
    assert accepted["Futures"] == ["not yet"]
    assert accepted["Clock"] == ["+12 ms"]
    may = cells(drawn(page, "key-rights"))
    assert {name: row[0] for name, row in may.items()} == {
        "General": "yes",
        "Spot trading": "yes",
        "Margin trading": "yes",
        "Futures trading": "yes",
        "FlexTransfers": "no",
        "Withdrawal": "no",
    }
    assert cells(drawn(page, "key-fees-spot")) == {
        "Base, before a pair’s factor": ["0.090\u2009%", "0.100\u2009%"],
        "BTC-USDT": ["0.080\u2009%", "0.100\u2009%"],
    }
    assert cells(drawn(page, "key-fees-futures")) == {"XBTUSDTM": ["0.020\u2009%", "0.060\u2009%"]}


def test_a_press_has_it_asked_again_once(page: AppTest, desk: Any) -> None:
    """And the button says how long until the next."""
    page.run()
    page.button(key="key-again").click().run()
    assert desk.key_check.asked_again == 1
    desk.key_check.alter = lambda view: replace(view, again_in=6.2)
    page.run()
    button = page.button(key="key-again")
    assert (button.label, button.disabled) == ("Asked, again in 7 s", True)


def refused(view: KeyView) -> KeyView:
    """A key that the exchange does not take."""
    reason = "The signature does not fit this API key. Check KUCOIN_API_SECRET (KuCoin code 400005)."
    return replace(view, standing=Standing.REFUSED, reason=reason, facts=None, mode=None, level=None, pairs=())


def withdraws(view: KeyView) -> KeyView:
    """A key that we do not take."""
    assert view.facts is not None
    facts = replace(view.facts, rights=rights({"General", "Transfer"}, trading=True), addresses=())
    return replace(view, standing=Standing.REFUSED, reason="It may withdraw.", facts=facts, pairs=())


def test_a_key_that_is_not_taken_says_why(page: AppTest, desk: Any, drawn: Any) -> None:
    """And what to tick for one that is."""
    desk.key_check.alter = refused
    page.run()
    (warning,) = [element.value.replace("\\", "") for element in page.warning]
    assert "Check KUCOIN_API_SECRET ([KuCoin code 400005](reference?code=400005))" in warning
    assert tables(page) == {"key-facts", "key-accepted", "key-tick"}
    assert cells(drawn(page, "key-facts"))["VIP level"] == ["–"]
    advice = {name: row[0] for name, row in cells(drawn(page, "key-tick")).items()}
    assert (advice["General"], advice["Spot trading"], advice["Withdrawal"]) == ("Tick", "Only to trade", "Leave")


def test_a_key_that_can_withdraw_is_shown_with_what_is_wrong(page: AppTest, desk: Any, drawn: Any) -> None:
    """The permission in red, the missing address list in yellow."""
    desk.key_check.alter = withdraws
    page.run()
    looks = {row[0]["text"]: row[1].get("look") for row in drawn(page, "key-rights")["rows"]}
    assert (looks["General"], looks["Withdrawal"], looks["Spot trading"]) == ("fine", "alert", "warn")
    (addresses,) = [row[1] for row in drawn(page, "key-facts")["rows"] if row[0]["text"] == "IP list"]
    assert (addresses["text"], addresses["look"]) == ("none", "warn")


def test_without_a_key_it_says_how_to_make_one(page: AppTest, desk: Any, drawn: Any) -> None:
    """Which variables, which permissions; and there is nothing to type one into, and nothing to ask again."""
    desk.key_check.alter = lambda _: KeyView(standing=Standing.NO_CREDENTIALS, reason="No key.", tail=None)
    page.run()
    assert any("KUCOIN_API_PASSPHRASE" in element.value for element in page.markdown)
    assert tables(page) == {"key-tick"}
    assert "No page takes a key in" in drawn(page, "key-tick")["foot"]
    assert not [*page.text_input, *page.text_area, *page.button]


def test_an_exchange_that_never_answered_leaves_dashes(page: AppTest, desk: Any, drawn: Any) -> None:
    """Nothing is shown that was not told, and the attempt that failed is."""
    desk.key_check.alter = lambda _: KeyView(
        standing=Standing.UNREACHABLE, reason="No answer.", tail="0001", problem="GET /api/v1/user/api-key: no answer"
    )
    page.run()
    assert drawn(page, "key-facts")["foot"] == "GET /api/v1/user/api-key: no answer"
    assert cells(drawn(page, "key-facts")) == {"Key": ["····0001"], "Account": ["–"], "VIP level": ["–"]}


def test_warnings_and_refusals_are_only_text(page: AppTest, desk: Any, drawn: Any) -> None:
    """What the exchange said draws nothing on our page; what it refused is named."""
    desk.key_check.alter = lambda view: replace(
        view, warnings=("It *ends* soon.",), denied=(("futures USDT, futures XBT", "<b>Access denied</b>"),)
    )
    page.run()
    assert [element.value for element in page.warning] == ["It \\*ends\\* soon\\."]
    (row,) = [row for row in drawn(page, "key-accepted")["rows"] if row[0]["text"].startswith("Futures USDT")]
    assert (row[1]["text"], row[1]["small"]) == ("refused", "<b>Access denied</b>")


def test_the_end_of_a_key_and_its_sub_account_are_told(page: AppTest, desk: Any, drawn: Any) -> None:
    """Where there are any."""

    def sub(view: KeyView) -> KeyView:
        assert view.facts is not None
        facts = replace(
            view.facts, is_master=False, sub_name="grid", expires_at=datetime(2027, 1, 5, tzinfo=UTC), remark=""
        )
        return replace(view, facts=facts, subs=0)

    desk.key_check.alter = sub
    page.run()
    key = cells(drawn(page, "key-facts"))
    assert (key["Account"], key["Ends"]) == (["Sub-account grid, classic"], ["5 Jan 2027"])
    assert "Name" not in key
