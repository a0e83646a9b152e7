"""When the exchange rests: read from its sentences, and told in ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.desk.maintenance import Window, current, notice, when, window
from kucoin.desk.status import HostStatus
from kucoin.model.announcement import LATEST, MAINTENANCE, Announcement
from kucoin.model.market import ServiceState

TOLD = datetime(2026, 12, 20, 8, tzinfo=UTC)
SOON = "The upgrade begins at 07:00 on December 21, 2026 (UTC) and will take about 1 hour."


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year, month, day ... as they are given


@pytest.mark.parametrize(
    ("text", "start", "minutes"),
    [
        (
            "has scheduled an upgrade at 07:40 on November 23, 2022 (UTC).\nIt is estimated that cancels will be "
            "available at 08:35:00 (UTC), the same day. The upgrade will take about1 hour.",
            utc(2022, 11, 23, 7, 40),
            60,
        ),
        ("an upgrade at 06:00:00 on December 23, 2021 (UTC). It will take about 30 minutes.", utc(2021, 12, 23, 6), 30),
        ("starting at 2022-08-16 06:30:00 AM (UTC). It takes approximately 1 hour", utc(2022, 8, 16, 6, 30), 60),
        ("on 07:00:00 am, July 15, 2021 (UTC). The upgrade will take about 1.5 hours.", utc(2021, 7, 15, 7), 90),
        ("at 17:00 on March 10, 2020 (UTC+8). It is expected to last around 30 minutes.", utc(2020, 3, 10, 9), 30),
        ("from 02:00 to 04:00 on 5 March 2024 (UTC+8)", utc(2024, 3, 4, 18), 120),
        ("from 23:00 UTC to 01:00 UTC on Nov. 25, 2026", utc(2026, 11, 25, 23), 120),
        ("from 22:00 on November 25 to 02:00 on November 26, 2026 (UTC)", utc(2026, 11, 25, 22), 240),
        ("02:00 - 04:00 (UTC) on Jan 3rd", utc(2027, 1, 3, 2), 120),
        ("from 02:00 to 04:00 on 5 March 2024 (UTC +8)", utc(2024, 3, 4, 18), 120),
        ("from 02:00 to 04:00 on 5 March 2024 (UTC+8:00)", utc(2024, 3, 4, 18), 120),
        ("from 07:30 to 08:30 on 5 March 2024 (UTC+05:30)", utc(2024, 3, 5, 2), 60),
        ("from 02:00 to 04:00 on 5 March 2024 (UTC-03:30)", utc(2024, 3, 5, 5, 30), 120),
        ("on 5 March 2024, 02:00 UTC-04:00 UTC", utc(2024, 3, 5, 2), None),
        ("at 12:30 PM on 2026/12/21 (UTC-5)", utc(2026, 12, 21, 17, 30), None),
        ("at 12:30 am on Dec 21 (UTC)", utc(2026, 12, 21, 0, 30), None),
        ("at 16:30 PM on Dec 21 (UTC)", utc(2026, 12, 21, 16, 30), None),
    ],
)
def test_the_times_of_an_announcement_are_read(text: str, start: datetime, minutes: int | None) -> None:
    """As KuCoin writes them: with and without an end, a year, seconds, half of the day, and in its own time zone."""
    end = None if minutes is None else start + timedelta(minutes=minutes)
    assert window(text, TOLD) == Window(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "at 10:00 tomorrow (UTC)",
        "at 10:00 on December 21, 2026",  # in whose time?
        "at 25:00 on December 21, 2026 (UTC)",
        "at 10:00 on December 41, 2026 (UTC)",
        "on December 21, 2026 (UTC)",
        "at 23:00 on 9999-12-31 (UTC-5)",
        "at 01:00 on 0001-01-01 (UTC+8)",
        "between 10:00, 11:00 and 12:00 on December 21, 2026 (UTC)",
        "from 10:00 on December 21 to 10:00 on December 28, 2026 (UTC)",  # a week: something else is meant
        "from 10:00 on December 21 to 09:00 on December 21, 2026 (UTC)",
        "margin 10, at 10:00 (UTC)",
    ],
)
def test_times_that_are_not_plain_are_unknown(text: str) -> None:
    """Better no time than a wrong one."""
    assert window(text, TOLD) is None


def test_a_date_without_a_year_needs_to_know_when_it_was_told() -> None:
    """The year of the announcement, or the one after it in winter."""
    assert window("at 10:00 on January 3 (UTC)", None) is None
    found = window("at 10:00 on January 3 (UTC)", utc(2026, 12, 30))
    assert found is not None
    assert found.start == utc(2027, 1, 3, 10)


@given(text=st.text(alphabet="0123456789:-/() UTCapm+JanDec,.", max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    """It is text from outside: whatever stands there, the answer is a span that can be, or none."""
    found = window(text, TOLD)
    assert found is None or found.end is None or found.start < found.end <= found.start + timedelta(days=2)


def said(title: str, text: str = "", *, kind: str = MAINTENANCE, at: datetime | None = TOLD) -> Announcement:
    """An announcement."""
    return Announcement(1, title, text, (LATEST, kind), at, None)


@pytest.mark.parametrize(
    ("title", "kind", "rests"),
    [
        ("KuCoin Futures Trading System Will Be Suspended for Upgrade", MAINTENANCE, True),
        ("Scheduled KuCoin Spot Trading System Upgrade on July 15", MAINTENANCE, True),
        ("System Maintenance Notice", MAINTENANCE, True),
        ("KuCoin Will Suspend Trading, Deposits and Withdrawals for a System Upgrade", MAINTENANCE, True),
        ("Wallet Maintenance for the SOL Network", MAINTENANCE, False),
        ("KuCoin Will Support the ABC Mainnet Swap", MAINTENANCE, False),
        ("KuCoin Futures Has Completed the Upgrade of the Trading System", MAINTENANCE, False),
        ("KuCoin Futures Trading System Will Be Suspended for Upgrade", "others", False),
    ],
)
def test_only_what_keeps_from_trading_is_told_on_every_page(title: str, kind: str, rests: bool) -> None:
    """Under the same heading KuCoin tells of wallets, and that it is over."""
    assert notice(said(title, SOON, kind=kind)).rests is rests


def hosts(spot: ServiceState, futures: ServiceState, message: str = "") -> list[HostStatus]:
    """Both hosts in a state."""
    return [
        HostStatus(name=name, answered_at=TOLD, problem=None, service=state, service_message=message)
        for name, state in (("spot", spot), ("futures", futures))
    ]


OPEN = hosts(ServiceState.OPEN, ServiceState.OPEN)


@pytest.mark.parametrize(
    ("spot", "futures", "words"),
    [
        (ServiceState.OPEN, ServiceState.UNKNOWN, []),
        (ServiceState.CLOSE, ServiceState.CLOSE, ["KuCoin has closed trading"]),
        (ServiceState.OPEN, ServiceState.CANCEL_ONLY, ["KuCoin’s futures side takes cancels only"]),
        (
            ServiceState.CANCEL_ONLY,
            ServiceState.CLOSE,
            ["KuCoin’s futures side has closed trading", "KuCoin’s spot side takes cancels only"],
        ),
    ],
)
def test_a_host_that_is_not_open_says_what_still_works(
    spot: ServiceState, futures: ServiceState, words: list[str]
) -> None:
    """Which of them, what is refused, and its own remark; a state that was not read says nothing."""
    found = current(hosts(spot, futures, "until 03:00"), [], TOLD, exchange="KuCoin")
    assert [each.words.partition(":")[0] for each in found] == words
    assert all((each.under_way, each.title) == (True, "until 03:00") for each in found)
    assert all("still read" in each.words for each in found)


@pytest.mark.parametrize(
    ("hours", "told", "under_way"),
    [(-24.1, False, False), (-23.9, True, False), (-0.1, True, False), (0.1, True, True), (1.1, False, False)],
)
def test_it_is_told_from_a_day_ahead_until_it_is_over(hours: float, told: bool, under_way: bool) -> None:
    """By the announced times, whatever the hosts say of themselves."""
    at = utc(2026, 12, 21, 7) + timedelta(hours=hours)
    found = current(OPEN, [notice(said("Trading system upgrade", SOON))], at, exchange="KuCoin")
    assert len(found) == told
    for each in found:
        assert each.under_way is under_way
        assert "from 21 Dec 2026 07:00 to 08:00 UTC" in each.words
        assert each.title == "Trading system upgrade"


def test_without_times_it_is_told_while_it_is_young() -> None:
    """For a day after it was published; one without a date, or of next year, is never young."""
    told = [notice(said("Trading system upgrade"))]
    (found,) = current(OPEN, told, TOLD + timedelta(hours=23), exchange="KuCoin")
    assert not found.under_way
    assert current(OPEN, told, TOLD + timedelta(hours=25), exchange="KuCoin") == ()
    for at in (None, TOLD + timedelta(days=365)):
        assert current(OPEN, [notice(said("Trading system upgrade", at=at))], TOLD, exchange="KuCoin") == ()


def test_of_several_the_next_one_is_told() -> None:
    """One box for what was announced: the list is on the health page."""
    later = notice(said("Futures trading upgrade", SOON.replace("07:00", "07:30")))
    sooner = notice(said("Spot trading upgrade", SOON))
    vague = notice(said("Margin trading upgrade"))
    (found,) = current(OPEN, [vague, later, sooner], TOLD, exchange="KuCoin")
    assert found.title == "Spot trading upgrade"


def test_nothing_in_it_changes_from_second_to_second() -> None:
    """Each page is drawn anew when it changes."""
    told = [notice(said("Trading system upgrade", SOON))]
    first, second = (current(OPEN, told, TOLD + timedelta(seconds=each), exchange="KuCoin") for each in (0, 3601))
    assert first == second


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Window(utc(2026, 12, 1, 2), utc(2026, 12, 1, 4)), "from 1 Dec 2026 02:00 to 04:00 UTC"),
        (Window(utc(2026, 12, 1, 22), utc(2026, 12, 2, 4)), "from 1 Dec 2026 22:00 to 2 Dec 04:00 UTC"),
        (Window(utc(2026, 12, 1, 2), None), "from 1 Dec 2026 02:00 UTC on"),
    ],
)
def test_a_span_is_written_short(span: Window, words: str) -> None:
    """The second date only where it is another."""
    assert when(span) == words
