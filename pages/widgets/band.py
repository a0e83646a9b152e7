"""The mode band: on every page the word, the colour and the sentence that tell real money from practice."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.status import Status
from pages.widgets import figures, way_out
from pages.widgets.live import live


def show(status: Status) -> None:
    """Draw the band; frame.css lifts a container of this key into Streamlit's header row."""
    with st.container(key=f"band-{status.mode}", horizontal=True, vertical_alignment="center", wrap=False):
        live.BAND(key="band", data=payload(status))
        way_out.show()
        if status.warnings:
            count = len(status.warnings)
            with st.popover(f":yellow[{count} warning{'s' if count > 1 else ''}]", width="content"):
                for warning in status.warnings:
                    st.markdown(figures.plain(warning))


def payload(status: Status) -> dict[str, str]:
    """Return what the band says; any mode but practice is drawn as real money."""
    if status.mode == "practice":
        sentence = "Fake money on the practice exchange. Nothing here reaches KuCoin."
        return {"mode": "practice", "word": "PRACTICE", "sentence": sentence}
    site = "" if status.site == "global" else f" ({status.site.upper()})"
    key = f"key ····{status.key_tail}" if status.key_tail else "no key"
    return {"mode": "live", "word": "LIVE", "sentence": f"Real money on KuCoin{site}, {key}."}
