"""Key check: what the API key may do and from where, what trades cost with it, and what here it keeps from working."""

from __future__ import annotations

import math

import streamlit as st

from kucoin.desk.key_check import KeyView
from kucoin.desk.portfolio import Standing
from pages.widgets import figures, key_sheets, mishap, session, standing, surround
from pages.widgets.live import live

_HEIGHTS = (230, 230), (330,)

desk = session.desk()


def title(view: KeyView) -> None:
    """Draw the title with the button that has everything asked again."""
    with st.container(horizontal=True, vertical_alignment="center", key="bar-key"):
        st.title("Key check", anchor=False, width="content")
        st.space("stretch")
        if view.standing is Standing.NO_CREDENTIALS:
            return
        wait = math.ceil(view.again_in)
        st.button(
            f"Asked, again in {wait} s" if wait else "Check again",
            key="key-again",
            disabled=bool(wait),
            on_click=desk.key_check.check_again,
        )


def panel(sheet: key_sheets.Sheet, key: str) -> None:
    """Draw a table in a frame."""
    with st.container(border=True, key=f"panel-{key}"):
        live.SHEET(key=key, data=sheet)


def facts(view: KeyView) -> None:
    """Draw what the exchange said of the key."""
    now = session.now()
    for warning in view.warnings:
        st.warning(figures.plain(warning))
    with st.container(key="key-board"):
        panel(key_sheets.key(view, now), "key-facts")
        panel(key_sheets.accepted(view, now), "key-accepted")
    if view.facts is not None:
        panel(key_sheets.rights(view.facts.rights), "key-rights")
    if view.standing is Standing.READY or view.pairs:
        spot, futures = key_sheets.fees(view, now)
        with st.container(key="key-fees"):
            panel(spot, "key-fees-spot")
            if any(each.market == "futures" for each in view.accepted):
                panel(futures, "key-fees-futures")


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """The one fragment of this page."""
    with mishap.contained("The check of the key"):
        surround.tick(desk.status())
        view = desk.key_check.view()
        title(view)
        standing.show(view, _HEIGHTS)
        if view.standing not in {Standing.NO_CREDENTIALS, Standing.LOADING}:
            facts(view)
        if view.facts is None and view.standing is not Standing.LOADING:
            panel(key_sheets.to_tick(), "key-tick")


ticking()
