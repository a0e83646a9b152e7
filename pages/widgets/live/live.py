"""The components of our own, as Streamlit mounts them: ``live.TOTAL(key=..., data=...)``.

Each stands in two files of its name beside ``base.js`` and ``base.css``, which all of them share. The data are texts
that are already written (figures.py), marks (freshness.py) and directions; what a component needs stands at the top of
its file. A component draws into a shadow root and inherits the colours that ``pages/frame.css`` names.

Those of the second group stand on the push socket (pushed.py mounts them). Their code is served as files, so that it
travels once and all of them share one socket; only a loader travels with the data.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parent
"""What is served under ``/assets/``."""

# Streamlit calls the component anew with new data, and what it returned last when it goes from the page.
_LOADER = """\
const code = import(new URL('/assets/NAME.js', document.baseURI).href);
export default function (component) {
  let gone = false;
  let leave = null;
  code.then((module) => { if (!gone) leave = module.default(component); });
  return () => {
    gone = true;
    leave?.();
  };
}
"""


def _component(name: str) -> Callable[..., Any]:
    def text(suffix: str) -> str:
        return "\n".join((FOLDER / f"{stem}.{suffix}").read_text(encoding="utf-8") for stem in ("base", name))

    root = '<div class="root"></div>'
    return st.components.v2.component(f"desk_{name}", html=root, css=text("css"), js=text("js"))


def _pushed(name: str, *, isolated: bool = True) -> Callable[..., Any]:
    stems = ("base", "panel", name) if isolated else (name,)
    css = "\n".join((FOLDER / f"{stem}.css").read_text(encoding="utf-8") for stem in stems)
    js = _LOADER.replace("NAME", name)
    return st.components.v2.component(
        f"desk_{name}", html='<div class="root"></div>', css=css, js=js, isolate_styles=isolated
    )


BAND = _component("band")
CALENDAR = _component("calendar")
LEDGER = _component("ledger")
METRICS = _component("metrics")
PREVIEW = _component("preview")
SHEET = _component("sheet")
REFERENCE = _component("reference")
REFERENCE_ENTRY = _component("reference_entry")

ACTIVITY = _pushed("activity")
ALERTS = _pushed("alerts")
ALLOCATION = _pushed("allocation")
BLOTTER = _pushed("blotter")
CANDLES = _pushed("candles")
DEPTH = _pushed("depth")
FACTS = _pushed("facts")
FEEDS = _pushed("feeds")
FRESH = _pushed("fresh")
HEAD = _pushed("head")
KEYS = _pushed("keys")
LADDER = _pushed("ladder")
LIMITS = _pushed("limits")
MARGINS = _pushed("margins")
NEAR = _pushed("near")
ORDERS = _pushed("orders")
PLACES = _pushed("places")
POSITIONS = _pushed("positions")
RECENT = _pushed("recent")
SENT = _pushed("sent")
STRIP = _pushed("strip")
TABLE = _pushed("table")
TAPE = _pushed("tape")
TOTAL = _pushed("total")
WATCHLIST = _pushed("watchlist")
WAY_OUT = _pushed("way_out")
