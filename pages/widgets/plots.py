"""What all plots have in common: the colours of the theme, type, axes, and a figure that is built once.

A plot is drawn with ``theme=None``, since gain and loss follow the reader's palette, which no theme knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st

from pages.widgets import palette

_HELD = "plots-held"
_UPPER, _LOWER = (0.36, 1.0), (0.0, 0.3)  # where the two rows of a figure lie


class Look(NamedTuple):
    """The colours of a plot."""

    ground: str
    ink: str
    soft: str
    quiet: str
    line: str
    gain: str
    loss: str


def look() -> Look:
    """Return the colours of the theme and the palette that the reader has chosen."""
    dark = st.context.theme.type != "light"
    hues = palette.hues(dark=dark)
    if dark:
        return Look("#0F1113", "#ECE9E2", "#AEB1B4", "#8A9096", "#2A2F35", hues.gain, hues.loss)
    return Look("#FBFAF7", "#1A1C1E", "#4B5055", "#5E6369", "#DEDAD0", hues.gain, hues.loss)


def show(key: str, build: Callable[[Look], go.Figure], *made_of: object, alt: str) -> None:
    """Draw a figure; it is built only when something it is made of is another object, or another look is chosen.

    The browser builds a plot anew whose data differ, so one that stands still must stay the very same.

    Args:
        made_of: What ``build`` reads; compared by identity, and equal text or numbers count as the same.
        alt: What the plot shows, in words.
    """
    colours = look()
    held: dict[str, tuple[Look, tuple[object, ...], go.Figure]] = st.session_state.setdefault(_HELD, {})
    known = held.get(key)
    if known is None or known[0] != colours or not _same(known[1], made_of):
        known = held[key] = (colours, made_of, build(colours))
    st.plotly_chart(known[2], key=key, theme=None, config={"displayModeBar": False}, alt=alt)


def figure(
    colours: Look,
    height: int,
    traces: list[dict[str, Any]],
    *,
    x: dict[str, Any] | None = None,
    y: dict[str, Any] | None = None,
    below: dict[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """Return a figure with the type, the ground and the axes of the house.

    It is put together as one dictionary, since Plotly looks at everything again with each later change.

    Args:
        traces: As Plotly's schema has them; those in the lower row name ``y2``.
        x, y, below: What the axes have of their own; with ``below`` there are two rows over one time axis.
        layout: What the layout has of its own.
    """
    axis: dict[str, Any] = {"gridcolor": colours.line, "zeroline": False, "fixedrange": True}
    figures = axis | {"side": "right", "nticks": 5, "labelalias": {"+0": "0", "+0%": "0", "+0.000%": "0"}}
    rows = {"yaxis": figures | (y or {})}
    if below is not None:
        rows["yaxis"]["domain"] = _UPPER
        rows["yaxis2"] = figures | {"domain": _LOWER} | below
    font = {"family": "IBM Plex Sans, sans-serif", "size": 11.5}
    usual = {
        "height": height,
        "showlegend": False,
        "margin": {"l": 4, "r": 60, "t": 8, "b": 20},
        "font": font | {"color": colours.quiet},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x",
        "hoverlabel": {"bgcolor": colours.ground, "bordercolor": colours.line, "font": font | {"color": colours.ink}},
        "dragmode": False,
        "bargap": 0.4,
        "xaxis": axis | {"showgrid": False, "nticks": 6, "anchor": "y2" if below is not None else "y"} | (x or {}),
        **rows,
    }
    return go.Figure({"data": traces, "layout": usual | layout})


def _same(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    plain = (str, int, float, type(None))
    return len(before) == len(after) and all(
        old is new or (isinstance(old, plain) and isinstance(new, plain) and old == new)
        for old, new in zip(before, after, strict=True)
    )
