"""The status strip at the foot of every page: feeds, clock, quotas, KuCoin's own status, time.

The browser hears of the feeds by itself. Above the strip stands a sentence while the exchange does not answer.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import streamlit as st

from kucoin.desk.status import HostStatus, QuotaStatus, Status
from kucoin.model.market import ServiceState
from kucoin.web import guard
from pages.widgets import figures, pushed
from pages.widgets.live import live

_CLOCK_LIMIT = Decimal(2)  # s; KuCoin refuses signed requests from 5 s on, so say it well before
_SERVICE = {
    ServiceState.OPEN: "open",
    ServiceState.CLOSE: "closed",
    ServiceState.CANCEL_ONLY: "cancel only",
    ServiceState.UNKNOWN: figures.UNKNOWN,
}
_LOW_QUOTA = Decimal("0.2")  # below this, background calls hold back for orders
_SILENCE = 5.0  # s without an answer from which a host counts as away; one call may fail for reasons of its own


def show(status: Status, now: datetime) -> None:
    """Draw the strip in Streamlit's bottom container."""
    with st.bottom:
        # where no socket gets through, this is what brings the news of the way out too: that stands in no fragment
        answers = pushed.frames(guard.PANEL) if pushed.blocked() else ()
        pushed.show(live.STRIP, "status:", key="strip", answers=answers, **payload(status, now))


def payload(status: Status, now: datetime) -> dict[str, Any]:
    """Return what the strip says besides what the browser hears of the feeds."""
    return {
        "notice": notice(status, now),
        "clock": clock(status.clock_offset),
        "quotas": _quotas(status.quotas),
        "quotas_hint": "\n".join(f"{quota.pool}: {left_of(quota)}" for quota in status.quotas),
        "exchange": _exchange(status.hosts),
    }


def notice(status: Status, now: datetime) -> str | None:
    """Return the sentence of an exchange that does not answer, None where it does."""
    away = [host for host in status.hosts if _is_away(host, now)]
    if not away:
        return None
    exchange = "The practice exchange" if status.mode == "practice" else "KuCoin"
    who = exchange if len(away) == len(status.hosts) else f"{exchange}’s {away[0].name} side"
    told = [host.answered_at for host in away if host.answered_at is not None]
    since = f" since {max(told):%H:%M:%S} UTC" if told else ""
    return f"{who} has not answered{since}. Figures are the last ones read; the dashboard goes on trying."


def _is_away(host: HostStatus, now: datetime) -> bool:
    silence = figures.seconds_since(host.answered_at, now)
    return host.problem is not None and (silence is None or silence >= _SILENCE)


def clock(offset: Decimal | None) -> dict[str, Any]:
    """Return how far the exchange's clock is ahead of ours."""
    if offset is None:
        return {"text": figures.UNKNOWN, "trouble": False, "hint": "The exchange's clock was not read yet"}
    far = abs(offset) > _CLOCK_LIMIT
    milliseconds = int(offset * 1000)
    shown = f"{offset:+.1f} s" if abs(milliseconds) >= 1000 else f"{milliseconds:+d} ms"
    hint = "The exchange's clock less this machine's"
    if far:
        hint += "; from 5 s on KuCoin refuses signed requests: set this machine's clock"
    return {"text": shown.replace("-", figures.MINUS), "trouble": far, "hint": hint}


def _quotas(quotas: tuple[QuotaStatus, ...]) -> list[dict[str, Any]]:
    """Return the account's own two pools, the first alone on a phone; any other only while it is low."""
    low = [pool for pool in map(_quota, quotas[2:]) if pool["low"]]
    return [*map(_quota, quotas[:2]), *low]


def _quota(quota: QuotaStatus) -> dict[str, Any]:
    row: dict[str, Any] = {"name": quota.pool.lower(), "hint": left_of(quota)}
    if quota.remaining is None:
        return row | {"left": figures.UNKNOWN, "ratio": None, "low": False}
    left = Decimal(quota.remaining) / quota.limit
    percent = figures.percent(left.quantize(Decimal("0.01"), rounding=ROUND_DOWN), places=0, signed=False)
    return row | {"left": percent, "ratio": float(left * 100), "low": left < _LOW_QUOTA}


def left_of(quota: QuotaStatus) -> str:
    """Return what is left of a pool in words."""
    if quota.remaining is None:
        return "not asked yet"
    reset = "" if quota.reset_in is None else f", full again in {figures.age(quota.reset_in)}"
    return f"{quota.remaining:,} of {quota.limit:,} left{reset}"


def _exchange(hosts: tuple[HostStatus, ...]) -> dict[str, Any]:
    """One word where the hosts agree, else those that are not open, each with its own."""
    states = {host.service for host in hosts}
    trouble = bool(states & {ServiceState.CLOSE, ServiceState.CANCEL_ONLY})
    if len(states) == 1:
        text = _SERVICE[states.pop()]
    else:
        named = [host for host in hosts if not trouble or host.service is not ServiceState.OPEN]
        text = ", ".join(f"{host.name} {_SERVICE[host.service]}" for host in named) or figures.UNKNOWN
    said = "; ".join(host.service_message for host in hosts if host.service_message)
    return {"text": text, "trouble": trouble, "hint": said or "What KuCoin says of its service"}
