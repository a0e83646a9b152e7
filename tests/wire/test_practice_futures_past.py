"""How far back the practice exchange tells of futures, and how much at a time."""

from __future__ import annotations

import pytest

from tests.conftest import Answer, Practice

DAY = 86_400_000
LISTS = {
    "fills": ("/api/v1/fills?startAt={}&endAt={}", "items"),
    "closed": ("/api/v1/history-positions?from={}&to={}", "items"),
    "funding": ("/api/v1/funding-history?symbol=XBTUSDTM&startAt={}&endAt={}", "dataList"),
}


def ask(practice: Practice, name: str, days: float) -> Answer:
    """A list of the last ``days``, up to the present."""
    now = practice.state()["server_ms"]
    return practice.get(LISTS[name][0].format(now - int(days * DAY), now), futures=True)


@pytest.mark.parametrize(("name", "widest"), [("fills", 7), ("funding", 91)])
def test_a_window_has_a_bound(practice: Practice, name: str, widest: int) -> None:
    """A question for the most days is answered, one for more is refused."""
    assert ask(practice, name, widest).data[LISTS[name][1]]
    refused = ask(practice, name, widest + 0.01)
    assert (refused.code, refused.body["msg"]) == ("200002", f"The time range must not exceed {widest} days")


def test_closed_positions_may_be_asked_for_at_once(practice: Practice) -> None:
    """Their window has no bound that is known."""
    assert ask(practice, "closed", 400).data["items"]
