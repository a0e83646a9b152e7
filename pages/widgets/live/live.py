"""The components of our own, as Streamlit mounts them: ``live.TOTAL(key=..., data=...)``.

Each stands in two files of its name beside ``base.js`` and ``base.css``, which all of them share. The data are texts
that are already written (figures.py), marks (freshness.py) and directions; what a component needs stands at the top of
its file. A component draws into a shadow root and inherits the colours that ``pages/frame.css`` names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent


def _component(name: str) -> Callable[..., Any]:
    def text(suffix: str) -> str:
        return "\n".join((_HERE / f"{stem}.{suffix}").read_text(encoding="utf-8") for stem in ("base", name))

    root = '<div class="root"></div>'
    return st.components.v2.component(f"desk_{name}", html=root, css=text("css"), js=text("js"))


AGES = _component("ages")
BAND = _component("band")
PLACES = _component("places")
STRIP = _component("strip")
TABLE = _component("table")
TOTAL = _component("total")
