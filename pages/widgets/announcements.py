"""What KuCoin announced lately, in a list that links to its own site; nothing of it is fetched by a page."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from kucoin.desk.maintenance import Notice, when
from kucoin.desk.news import NewsView
from pages.widgets import figures, freshness, futures_days, key_sheets
from pages.widgets.freshness import Pace
from pages.widgets.live import live

_READ = Pace("read", stale=1500, alarm=7200)  # every 10 min
_KINDS = {"maintenance-updates": "maintenance", "delistings": "delisting", "new-listings": "listing"}
_LONGEST = 160  # characters of a text's beginning


def show(view: NewsView, now: datetime) -> None:
    """Draw the list."""
    with st.container(border=True, key="announcements"):
        live.SHEET(key="announcements-sheet", data=sheet(view, now))


def sheet(view: NewsView, now: datetime) -> key_sheets.Sheet:
    """Return the announcements, newest first; their words are text from outside."""
    return key_sheets.sheet(
        "Announcements",
        [_row(each, now) for each in view.notices],
        ("Announced, UTC", "Kind", "What"),
        age=freshness.mark(_READ, view.at, now),
        none="Nothing was announced in the last month." if view.at else "Not read yet.",
        foot=view.problem or "",
    )


def _row(each: Notice, now: datetime) -> list[key_sheets.Cell]:
    said = each.said
    kind = next((word for name, word in _KINDS.items() if name in said.kinds), "")
    beginning = said.text if len(said.text) <= _LONGEST else f"{said.text[: _LONGEST - 1]}…"
    span = f"{when(each.window)}. " if each.window else ""
    return [
        {"text": figures.UNKNOWN if said.at is None else futures_days.moment(said.at, now)},
        {"text": kind, "look": "warn" if each.rests else "fine"},
        {"text": said.title, "href": said.url, "small": f"{span[:1].upper()}{span[1:]}{beginning}"},
    ]
