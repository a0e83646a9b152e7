"""What stands around every page: mode band, status strip, menu, and what happens when a page fails."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.portfolio import Portfolio
from kucoin.desk.status import HostStatus, Maintenance, Status
from kucoin.errors import InvalidRequest
from kucoin.model.market import ServiceState
from pages.widgets import strip as status_strip

LIVE = {"mode": "live", "site": "global", "key_tail": "7f3a"}


def test_practice_says_that_the_money_is_not_real(app: AppTest, drawn: Any) -> None:
    """The word and the sentence stand on the page."""
    band = drawn(app.run(), "band")
    assert band["word"] == "PRACTICE"
    assert "Fake money" in band["sentence"]


@pytest.mark.parametrize(
    ("site", "sentence"),
    [
        ("global", "Real money on KuCoin, key ····7f3a."),
        ("eu", "Real money on KuCoin (EU), key ····7f3a."),
    ],
)
def test_live_says_that_it_is_real(app: AppTest, desk: Any, drawn: Any, site: str, sentence: str) -> None:
    """The word, the site and the end of the key."""
    desk.alter_status = lambda status: replace(status, **{**LIVE, "site": site})
    band = drawn(app.run(), "band")
    assert (band["mode"], band["word"], band["sentence"]) == ("live", "LIVE", sentence)


def test_warnings_about_the_key_stand_in_the_band(app: AppTest, desk: Any) -> None:
    """Behind a count, each as a sentence, as the plain text that it is."""
    desk.alter_status = lambda status: replace(status, **LIVE, warnings=("No *IP* list.", "It may transfer."))
    app.run()
    assert "No \\*IP\\* list\\." in [element.value for element in app.markdown]
    assert "It may transfer\\." in [element.value for element in app.markdown]


def test_a_change_in_the_band_draws_the_page_anew(app: AppTest, desk: Any, drawn: Any) -> None:
    """The key's warnings come after the first drawing; the one fragment notices."""
    asked = 0

    def later(status: Status) -> Status:
        nonlocal asked
        asked += 1
        return replace(status, **{**LIVE, "key_tail": None if asked == 1 else "7f3a"})

    desk.alter_status = later
    assert drawn(app.run(), "band")["sentence"] == "Real money on KuCoin, key ····7f3a."


def test_the_strip_tells_the_state_of_the_machine_room(app: AppTest, drawn: Any) -> None:
    """Clock, quotas by pool, KuCoin's own word; how the feeds are comes over the push socket."""
    strip = drawn(app.run(), "strip")
    assert (strip["panel"], strip["notice"]) == ("status:", None)
    assert strip["clock"]["text"] == "+12 ms"
    assert [(pool["name"], pool["left"]) for pool in strip["quotas"]] == [
        ("spot", "97\u2009%"),
        ("futures", "94\u2009%"),
    ]
    assert "public: not asked yet" in strip["quotas_hint"]
    assert strip["exchange"]["text"] == "open"


def test_the_strip_names_what_is_wrong(app: AppTest, desk: Any, drawn: Any) -> None:
    """A host that does not answer, a clock that is far off, a quota that runs out, a market that only takes cancels."""

    def trouble(status: Status) -> Status:
        spot, futures = status.hosts
        away = replace(futures, problem="timeout", answered_at=None, service=ServiceState.CANCEL_ONLY)
        low = replace(status.quotas[0], remaining=400)
        return replace(status, hosts=(spot, away), clock_offset=Decimal("-3.21"), quotas=(low, *status.quotas[1:]))

    desk.alter_status = trouble
    strip = drawn(app.run(), "strip")
    assert strip["notice"].startswith("The practice exchange’s futures side has not answered. Figures are the last")
    assert (strip["clock"]["text"], strip["clock"]["trouble"]) == ("−3.2 s", True)
    assert strip["quotas"][0]["low"]
    assert not strip["quotas"][1]["low"]
    assert (strip["exchange"]["text"], strip["exchange"]["trouble"]) == ("futures cancel only", True)


RESTS = Maintenance(
    under_way=False,
    words="KuCoin announced maintenance from 25 Nov 2026 02:00 to 03:00 UTC.",
    title="Upgrade [of](https://example.org) <b>spot</b>",
    url="https://www.kucoin.com/announcement/upgrade",
)


def boxes(app: AppTest) -> list[str]:
    """What stands in the banner of a maintenance."""
    return [element.value for element in (*app.warning, *app.markdown) if "maintenance" in element.value]


def test_a_maintenance_is_told_on_every_page(app: AppTest, desk: Any) -> None:
    """In our words and the exchange's, which are only text and lead to its own site; and gone when it is over."""
    desk.alter_status = lambda status: replace(status, maintenance=(RESTS,))
    for page in ("portfolio.py", "health.py"):
        app.run()
        (said,) = boxes(app.switch_page(page).run())
        assert said.startswith("KuCoin announced maintenance from 25 Nov 2026 02\\:00")
        assert said.endswith("\\<b\\>spot\\<\\/b\\>](https://www.kucoin.com/announcement/upgrade)")
        assert "](https://example.org)" not in said
    assert not app.warning
    desk.alter_status = lambda status: replace(status, maintenance=(replace(RESTS, under_way=True, url=None),))
    app.run()
    (said,) = [element.value for element in app.warning]
    assert "https://www" not in said
    desk.alter_status = lambda status: status
    assert boxes(app.run()) == []


def test_nothing_read_yet_is_unknown(app: AppTest, desk: Any, drawn: Any) -> None:
    """No zero milliseconds, no open exchange."""

    def unread(status: Status) -> Status:
        hosts = tuple(replace(host, answered_at=None, service=ServiceState.UNKNOWN) for host in status.hosts)
        return replace(status, hosts=hosts, clock_offset=None)

    desk.alter_status = unread
    strip = drawn(app.run(), "strip")
    assert (strip["clock"]["text"], strip["exchange"]["text"]) == ("–", "–")
    assert not strip["exchange"]["trouble"]


def test_the_menu_names_the_pages(app: AppTest) -> None:
    """Section and pages."""
    app.run()
    assert "Watch" in [element.value for element in app.sidebar.caption]
    entries = [element.proto.label for element in app.sidebar.get("page_link")]
    assert entries == [
        *("Portfolio", "Activity", "Live trades", "Futures"),
        *("Ticket", "Orders and fills"),
        *("Limits and alerts", "Health", "Key check", "API reference"),
    ]


def test_a_page_that_fails_shows_a_code_and_no_detail(
    app: AppTest, desk: Any, drawn: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The frame stays, the page says where to look, the log has the trace under the same code."""

    def fail(_: Portfolio) -> Portfolio:
        raise ZeroDivisionError("of all things")

    desk.alter = fail
    with caplog.at_level(logging.ERROR):
        app.run()
    (warning,) = app.warning
    code = warning.value.split("Code ")[1][:6]
    assert not app.exception
    assert "of all things" not in warning.value
    assert code in caplog.text
    assert "of all things" in caplog.text
    assert drawn(app, "strip")


def test_an_error_of_ours_is_shown_in_its_own_words(app: AppTest, desk: Any) -> None:
    """Its text is made for the page, but it is shown as text."""

    def refuse(_: Portfolio) -> Portfolio:
        raise InvalidRequest("'<b>X</b>' is no unit")

    desk.alter = refuse
    app.run()
    assert [warning.value for warning in app.warning] == ["\\'\\<b\\>X\\<\\/b\\>\\' is no unit"]


@pytest.mark.parametrize(
    ("mode", "silence", "problem", "said"),
    [
        ("practice", 3, "timeout", None),  # one call may fail for reasons of its own
        ("practice", 60, None, None),  # nothing was asked
        ("practice", 6, "timeout", "The practice exchange has not answered since "),
        ("live", 6, "timeout", "KuCoin has not answered since "),
    ],
)
def test_an_exchange_that_is_away_is_said_once(mode: str, silence: int, problem: str | None, said: str | None) -> None:
    """With the moment of its last answer; not for a single failure."""
    now = datetime.now(UTC)
    at = now - timedelta(seconds=silence)
    hosts = tuple(HostStatus(name, at, problem, ServiceState.OPEN, "") for name in ("spot", "futures"))
    notice = status_strip.notice(Status(mode, "global", "0", hosts, None, (), None, ()), now)
    assert (notice and notice.partition(f"{at:%H:%M:%S}")[0]) == said
