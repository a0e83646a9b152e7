"""The health page, over a desk that answers from memory."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.status import Status
from kucoin.model.announcement import Announcement


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """Return the health page, not yet run."""
    app.run()  # a page is reached from the one that comes first
    return app.switch_page("health.py")


def words(app: AppTest) -> str:
    """All sentences of the page as a reader sees them."""
    return " ".join(element.value.replace("\\", "") for element in (*app.markdown, *app.caption))


def test_the_machine_room_is_told_in_full(page: AppTest, drawn: Any) -> None:
    """Sockets by the push socket; hosts, clock, every quota, repairs and the practice exchange by the script."""
    said = words(page.run())
    assert not page.exception
    assert drawn(page, "feeds")["panel"] == "status:"
    assert re.search(r":gray\[Spot\]\u2003answered [\d.]+ s ago, service open", said)
    assert ":gray[Clock]\u2003+12 ms" in said
    assert ":gray[Version]\u20030.1.0" in said
    assert ":gray[Spot]\u20033,880 of 4,000 left" in said
    assert ":gray[Public]\u2003not asked yet" in said
    assert ":gray[Accounts]\u20031" in said
    assert ":gray[Books]\u20032" in said
    assert "runs on ports 1 and 2 as process 3" in said


def test_the_last_hour_is_plotted_and_told_in_words(page: AppTest) -> None:
    """For those who cannot see it, what the plots end with."""
    (chart,) = page.run().get("plotly_chart")
    assert chart.proto.alt == "feed-spot-public: live, 84.2 messages a second, ping 12 ms"


def test_an_hour_of_nothing_says_so(page: AppTest, desk: Any) -> None:
    """Right after the start, or where no socket was ever needed."""
    desk.alter_health = lambda health: replace(health, samples=(), practice=None)
    said = words(page.run())
    assert "Nothing to plot yet." in said
    assert "Practice exchange" not in said


def test_what_the_exchange_says_is_only_text(page: AppTest, desk: Any) -> None:
    """Its remark and a failure's text draw nothing on our page."""

    def said(status: Status) -> Status:
        hosts = [replace(host, service_message="<b>*x*</b>", problem="[link](http://e.vil)") for host in status.hosts]
        return replace(status, hosts=tuple(hosts))

    desk.alter_status = said
    page.run()
    (told,) = [element.value for element in page.markdown if "Clock" in element.value]
    assert "\\<b\\>\\*x\\*\\<\\/b\\>" in told
    assert "\\[link\\]\\(http" in told


def test_announcements_are_listed_with_what_they_mean(page: AppTest, desk: Any, drawn: Any) -> None:
    """When trading rests, in the words of this program; a link only to KuCoin's own site; the text as it came."""
    at = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    text = "The upgrade begins at 07:00 on November 24, 2026 (UTC) and will take about 1 hour."
    kinds = ("latest-announcements", "maintenance-updates")
    url = "https://www.kucoin.com/announcement/upgrade"
    desk.news.said = (
        Announcement(2, "Upgrade of the trading system", text, kinds, at, url),
        Announcement(1, "<b>Listed</b>", "x" * 500, ("latest-announcements", "new-listings"), None, None),
    )
    page.run()
    sheet = drawn(page, "announcements-sheet")
    (when, kind, what), (unknown, listed, new) = sheet["rows"]
    assert (when["text"], kind["text"], kind["look"]) == ("20 Nov 08:30", "maintenance", "warn")
    assert (what["text"], what["href"]) == ("Upgrade of the trading system", url)
    assert what["small"] == f"From 24 Nov 2026 07:00 to 08:00 UTC. {text}"
    assert (unknown["text"], listed["text"], new["text"], new["href"]) == ("–", "listing", "<b>Listed</b>", None)
    assert len(new["small"]) == 160
    desk.news.said = ()
    page.run()
    assert drawn(page, "announcements-sheet")["none"] == "Nothing was announced in the last month."
