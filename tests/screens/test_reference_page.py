"""The reference as a page: what its address asks for, what is drawn, and a question put by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
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
    assert drawn(page, "reference")["sought"] == "300003"
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


@pytest.mark.parametrize(("sought", "key"), [(sought, key) for sought, _, key in reference_search.EXAMPLES])
def test_an_example_is_looked_up_by_a_press(app: AppTest, trials: Trials, drawn: Any, sought: str, key: str) -> None:
    """It leads to an entry, which the list marks and the address names."""
    page = opened(app)
    assert "Nothing is chosen" in [each.value for each in page.header]
    page.button(key=f"reference-example-{sought}").click().run()
    listed = drawn(page, "reference")
    assert (listed["sought"], listed["chosen"]) == (sought, key)
    assert drawn(page, "reference-shown")["title"] in key
    assert page.query_params["entry"] == key
    assert not page.header
    assert not trials.asked


def test_a_choice_of_the_list_is_taken_over_if_there_is_such_an_entry(app: AppTest, monkeypatch: Any) -> None:
    """With the word that led to it; what a browser makes up changes nothing."""
    state: dict[str, Any] = {"reference": {"chosen": {"key": FILLS, "sought": "fills" * 100}}}
    address = {"code": "300003"}
    monkeypatch.setattr(reference_search, "st", SimpleNamespace(session_state=state, query_params=address))
    reference_search.choose()
    assert (state["reference-entry"], address) == (FILLS, {"entry": FILLS})
    assert state["reference-sought"] == ("fills" * 100)[:200]
    for made_up in (None, {}, {"key": "spot GET /api/v1/nothing"}, {"key": None}):
        state["reference"] = {"chosen": made_up}
        reference_search.choose()
    assert (state["reference-entry"], address) == (FILLS, {"entry": FILLS})


def test_the_browser_gets_all_that_is_searched_once_and_no_more() -> None:
    """Every word of an entry is in what travels, in the lower case that is searched; all of it below 160 kB."""
    listed = {entry[0]: entry for entry in reference_search.entries()}
    assert list(listed) == [entry.key for entry in reference().entries]
    key, badge, title, host, summary, names, words = listed[FILLS]
    assert (badge, title, host) == ("GET", "/api/v1/hf/fills", "spot")
    assert {"orderId", "tradeId", "symbol"} <= set(names)
    assert "`" not in summary + words
    searched = f"{key}\n{title}\n{summary}\n{names}\n{words}".lower()
    entry = reference().entry(FILLS)
    assert entry is not None
    told = [entry.summary, *(text for fact in entry.facts for text in fact)]
    told += [part for use in entry.uses for part in (use.name, use.doc.summary, use.doc.more)]
    told += [part for field in entry.fields for part in (field.name, field.becomes, field.meaning)]
    told += [part for value in entry.values for part in value]
    missing = {word for text in told for word in text.replace("`", "").lower().split() if word not in searched}
    assert not missing
    assert len(words.split()) == len(set(words.split()))
    assert len(json.dumps(reference_search.entries())) < 160_000
