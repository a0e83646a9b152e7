"""The machine room in tables: hosts, clock, quotas, what had to be repaired, the practice exchange's process."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from kucoin.desk.health import Health
from kucoin.desk.status import Status
from pages.widgets import figures, strip


def show(status: Status, health: Health, now: datetime) -> None:
    """Draw the tables, two beside each other where there is room."""
    left, right = st.columns(2, gap="small")
    with left.container(border=True, key="hosts"):
        _heading("Hosts and clock")
        _table(hosts(status, now))
    with right.container(border=True, key="repairs"):
        _heading("Repaired since the start")
        _table(repairs(health))
    with st.container(border=True, key="quotas"):
        _heading("Quotas")
        _table({quota.pool.capitalize(): strip.left_of(quota) for quota in status.quotas})


def _heading(title: str) -> None:
    with st.container(key=f"bar-{title}"):
        st.header(title, anchor=False)


def hosts(status: Status, now: datetime) -> dict[str, str]:
    """Return who answers, how KuCoin says they are, and how far the clocks are apart; and which version this is."""
    rows = {}
    for host in status.hosts:
        silence = figures.seconds_since(host.answered_at, now)
        said = "not answered yet" if silence is None else f"answered {figures.age(silence)} ago"
        told = [said, f"service {host.service}", host.service_message, host.problem or ""]
        rows[host.name.capitalize()] = ", ".join(filter(None, told))
    return rows | {"Clock": strip.clock(status.clock_offset)["text"], "Version": status.version}


def repairs(health: Health) -> dict[str, str]:
    """Return what a reading put right that no push had told, and how the practice exchange is."""
    rows = {name.capitalize(): f"{count:,}" for name, count in health.repaired.items()}
    return rows | ({"Practice exchange": health.practice} if health.practice else {})


def _table(rows: dict[str, str]) -> None:
    """A line each; text from outside is only text."""
    lines = (f":gray[{figures.plain(name)}]\u2003{figures.plain(text)}" for name, text in rows.items())
    st.markdown("  \n".join(lines))
