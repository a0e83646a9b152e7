"""What a session is told of alerts: each once, on whichever page it is."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from streamlit.testing.v1 import AppTest

from kucoin.model.alert import Alert, AlertKind, AlertState, Firing

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def firing(number: int, words: str, kind: AlertKind | None = AlertKind.FILL) -> Firing:
    """Something that was told."""
    return Firing(number=number, alert=1, kind=kind, subject="", words=words, at=AT)


def alert(state: AlertState, words: str) -> Alert:
    """One on the distance to liquidation."""
    told = {"kind": AlertKind.LIQUIDATION, "subject": "", "threshold": Decimal("0.2"), "since": AT, "by": "ada"}
    return Alert(number=1, state=state, words=words, **told)


def toasts(app: AppTest) -> list[str]:
    """What the last drawing told."""
    return [toast.value.replace("\\", "") for toast in app.run().toast]


def test_each_alert_is_told_once_in_a_session(app: AppTest, desk: Any) -> None:
    """Oldest first; what was told before the session began is none of its news."""
    desk.alerts.told = (firing(0, "Of another run."), firing(1, "Before."))
    assert toasts(app) == []
    desk.alerts.told += (firing(2, "Bought 1 *BTC*."), firing(3, "Spot is down.", AlertKind.FEED))
    assert toasts(app) == ["Bought 1 *BTC*.", "Spot is down."]
    assert toasts(app) == []


def test_a_new_session_is_told_what_still_holds(app: AppTest, desk: Any) -> None:
    """What has fired and did not recover since; nothing that is armed or unknown."""
    desk.alerts.alerts = (
        alert(AlertState.FIRED, "XBTUSDTM long is near."),
        alert(AlertState.ARMED, ""),
        alert(AlertState.UNKNOWN, "Its price is old."),
    )
    assert toasts(app) == ["XBTUSDTM long is near."]
    assert toasts(app) == []


def test_many_alerts_do_not_bury_the_page(app: AppTest, desk: Any) -> None:
    """Three toasts at most: those that call for somebody before the others, which are counted."""
    assert toasts(app) == []
    desk.alerts.told = tuple(firing(number, f"Bought {number}.") for number in range(1, 9))
    desk.alerts.told += (firing(9, "XBTUSDTM long is near.", AlertKind.LIQUIDATION),)
    told = toasts(app)
    assert told == ["XBTUSDTM long is near.", "Bought 1.", "7 more alerts were told: see Limits and alerts."]
