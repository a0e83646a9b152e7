"""The status strip at the foot of every page: hosts, clock, quotas, KuCoin's own status, version, time."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import streamlit as st

from kucoin.desk.status import HostStatus, QuotaStatus, Status
from kucoin.model.market import ServiceState
from pages.widgets import figures, freshness
from pages.widgets.live import live

_CLOCK_LIMIT = Decimal(2)  # s; KuCoin refuses signed requests from 5 s on, so say it well before
_SERVICE = {
    ServiceState.OPEN: "open",
    ServiceState.CLOSE: "closed",
    ServiceState.CANCEL_ONLY: "cancel only",
    ServiceState.UNKNOWN: figures.UNKNOWN,
}
_LOW_QUOTA = Decimal("0.2")  # below this, background calls hold back for orders


def show(status: Status, now: datetime) -> None:
    """Draw the strip in Streamlit's bottom container."""
    with st.bottom:
        live.STRIP(key="strip", data=payload(status, now))


def payload(status: Status, now: datetime) -> dict[str, Any]:
    """Return what the strip says."""
    return {
        "hosts": [_host(host, now) for host in status.hosts],
        "clock": _clock(status.clock_offset),
        "quotas": _quotas(status.quotas),
        "quotas_hint": "\n".join(f"{quota.pool}: {_left(quota)}" for quota in status.quotas),
        "exchange": _exchange(status.hosts),
        "version": f"v{status.version}",
        "time": now.timestamp(),
    }


def _host(host: HostStatus, now: datetime) -> dict[str, Any]:
    trouble = "no answer" if host.problem else None
    hint = host.problem or f"Age of the last answer of KuCoin's {host.name} host"
    return {
        "name": host.name.capitalize(),
        "trouble": trouble,
        "mark": freshness.mark(freshness.HOST, host.answered_at, now),
        "hint": hint,
    }


def _clock(offset: Decimal | None) -> dict[str, Any]:
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
    """Return the pools that something was taken from. The first is there in any case, and alone on a phone."""
    used = [quota for quota in quotas[1:] if quota.remaining is not None and quota.remaining < quota.limit]
    return [_quota(quota) for quota in (*quotas[:1], *used)]


def _quota(quota: QuotaStatus) -> dict[str, Any]:
    row: dict[str, Any] = {"name": quota.pool.lower(), "hint": _left(quota)}
    if quota.remaining is None:
        return row | {"left": figures.UNKNOWN, "ratio": None, "low": False}
    left = Decimal(quota.remaining) / quota.limit
    percent = figures.percent(left.quantize(Decimal("0.01"), rounding=ROUND_DOWN), places=0, signed=False)
    return row | {"left": percent, "ratio": float(left * 100), "low": left < _LOW_QUOTA}


def _left(quota: QuotaStatus) -> str:
    if quota.remaining is None:
        return "not asked yet"
    reset = "" if quota.reset_in is None else f", full again in {figures.age(quota.reset_in)}"
    return f"{quota.remaining:,} of {quota.limit:,} left{reset}"


def _exchange(hosts: tuple[HostStatus, ...]) -> dict[str, Any]:
    """One word where the hosts agree, else each host with its own."""
    states = {host.service for host in hosts}
    if len(states) == 1:
        text = _SERVICE[states.pop()]
    else:
        text = ", ".join(f"{host.name} {_SERVICE[host.service]}" for host in hosts) or figures.UNKNOWN
    said = "; ".join(host.service_message for host in hosts if host.service_message)
    trouble = any(host.service in {ServiceState.CLOSE, ServiceState.CANCEL_ONLY} for host in hosts)
    return {"text": text, "trouble": trouble, "hint": said or "What KuCoin says of its service"}
