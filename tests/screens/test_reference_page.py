"""The reference as a page: what its address asks for, what is drawn, and a question put by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.principal import Principal
from kucoin.desk.reference import reference
from kucoin.desk.trials import Trial
from kucoin.errors import NotAllowed
from kucoin.model.look import Looked, Sent
from kucoin.rest.endpoint import Endpoint
from pages.widgets import reference_search
from tests.ticket_hand import said

FILLS = "spot GET /api/v1/hf/fills"
SENT = Sent("GET", "https://api.kucoin.com/api/v1/hf/fills?symbol=BTC-USDT", (("KC-API-KEY", "(hidden)"),), "17GET/api")


class Trials:
    """Answers at once, as a test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.trouble: Exception | None = None
        self.looked = Looked(SENT, 200, 0.043, '{\n  "code": "200000"\n}', 1_234, None)

    def ask(self, endpoint: Endpoint, parameters: Mapping[str, str], principal: Principal) -> Trial:
        self.asked.append((endpoint.name, {name: text for name, text in parameters.items() if text}, principal.name))
        if self.trouble:
            raise self.trouble
        trial = Trial(endpoint)
        trial.looked = self.looked
        return trial


@pytest.fixture
def trials(desk: Any) -> Trials:
    """What is asked by hand."""
    desk.trials = Trials()
    return desk.trials


def opened(app: AppTest, *, privacy: bool = False, **address: str) -> AppTest:
    """The page at an address."""
    if privacy:
        app.query_params["privacy"] = "on"
    app.run()
    app.switch_page("reference.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_the_address_leads_to_a_code_an_entry_or_says_that_there_is_none(
    app: AppTest, trials: Trials, drawn: Any
) -> None:
    """What a refused order links to; a code that nobody knows is named."""
    page = opened(app, code="300003")
    assert drawn(page, "reference")["chosen"] == "code 300003"
    assert [row["title"] for row in drawn(page, "reference")["rows"]] == ["300003"]
    assert drawn(page, "reference-shown")["summary"] == "Not enough balance."
    assert "Try it" not in said(page)
    page.query_params["code"] = "999999"
    page.run()
    assert "999999 is not known here" in [each.value for each in page.header]
    del page.query_params["code"]
    page.query_params["entry"] = "topic /market/match"
    page.run()
    assert drawn(page, "reference-shown")["title"] == "/market/match"
    assert not trials.asked


def test_a_question_is_put_as_typed_and_its_answer_shown(app: AppTest, trials: Trials) -> None:
    """By who is at the page; request, what was signed, answer and how much of it was cut."""
    page = opened(app, entry=FILLS)
    page.text_input(key=f"try {FILLS} symbol").set_value("BTC-USDT")
    page.button[-1].click().run()
    assert trials.asked == [("GET /api/v1/hf/fills", {"symbol": "BTC-USDT"}, "local")]
    codes = [each.value for each in page.code]
    assert codes == [f"GET {SENT.url}\nKC-API-KEY: (hidden)", "17GET/api", trials.looked.content]
    assert "HTTP 200 after 43 ms." in [each.value for each in page.caption]
    assert "1,234 more characters are not shown." in [each.value for each in page.caption]
    trials.trouble = NotAllowed("another question is under way")
    page.button[-1].click().run()
    assert [each.value for each in page.warning] == ["another question is under way"]
    assert not page.code


def test_nothing_is_asked_in_privacy_or_where_it_would_act(app: AppTest, trials: Trials) -> None:
    """No form: an answer would tell amounts, and an order is no question."""
    page = opened(app, privacy=True, entry=FILLS)
    assert not page.text_input
    assert "Amounts are hidden. Leave privacy to try it." in [each.value for each in page.caption]
    page.query_params["entry"] = "spot POST /api/v1/hf/orders"
    page.run()
    assert not page.text_input
    assert "It acts. Only questions are asked from here." in [each.value for each in page.caption]
    assert not trials.asked


def test_a_found_entry_says_which_names_were_sought() -> None:
    """And whose host it is of; a summary stands without its marks."""
    shown = reference_search.listed(reference(), "riskRatio", FILLS)
    assert shown["count"] == f"2 of {len(reference().entries)}"
    assert (shown["rows"][0]["names"], shown["rows"][0]["host"]) == (("riskRatio",), "futures")
    assert "`" not in shown["rows"][0]["summary"]
    whole = reference_search.listed(reference(), " ", "")
    assert len(whole["rows"]) == len(reference().entries)
