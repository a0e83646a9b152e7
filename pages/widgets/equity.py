"""The equity panel: what the account, or a part of it, was worth, in the page's unit; or what it returned.

Snapshots come every five minutes; between them the end of the line follows the account once a minute.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from kucoin.desk import worth_slots
from kucoin.desk.desk import Desk
from kucoin.desk.portfolio import PartKind
from kucoin.desk.upkeep import Progress
from kucoin.desk.worths import WHOLE, Curve, CurveWish
from kucoin.web.veil import Veil
from pages.widgets import equity_plot, figures, plots, privacy, veiled
from pages.widgets.equity_plot import Line

SPANS = {"24 h": 1, "7 d": 7, "30 d": 30, "90 d": 90, "All": None}
"""How many days each choice looks back; None: as far as there is anything."""

HEIGHT = 168
"""The px of the line, and of what stands in its place (frame.css)."""

_SPAN, _PLACE, _NET, _HELD = "equity-span", "equity-of", "equity-net", "equity-held"
_ALL = "Whole account"
_UNFOLLOWED = "What comes into a sub-account and leaves it is not told to the master account"
_LITTLE = timedelta(minutes=30)  # a line that begins so much later than it was wanted needs no word
_ORDER = {str(kind): number for number, kind in enumerate(PartKind)}


class _Drawn(NamedTuple):
    """What was drawn, and what it was made of; as long as a line is the same, it stays the very same."""

    made_of: tuple[object, ...]
    line: Line | None
    alt: str
    words: str


def show(desk: Desk, unit: str, now: datetime) -> None:
    """Draw the panel."""
    with st.container(key="equity", gap="small"):
        place, span = _tools(desk)
        plot = st.container(key="equity-box", gap=None)
        followed = worth_slots.is_followed(place)
        with st.container(horizontal=True, vertical_alignment="center", key="bar-equity-net"):
            net = st.toggle(
                "Without deposits and withdrawals",
                key=_NET,
                bind="query-params",
                disabled=not followed,
                help=None if followed else _UNFOLLOWED,
            )
            drawn = _drawn(desk, CurveWish(place, unit, net=net and followed), span, now)
            if drawn.line is not None:
                st.caption(drawn.words)
        with plot:
            if drawn.line is not None:
                plots.show("equity-plot", partial(equity_plot.figure, drawn.line, HEIGHT), drawn.line, alt=drawn.alt)
            else:
                st.markdown(drawn.words)


def _tools(desk: Desk) -> tuple[str, str]:
    """Draw what there is to choose, and return the place and the span."""
    hidden: dict[str, Any] = {"label_visibility": "collapsed"}
    with st.container(horizontal=True, vertical_alignment="center", key="bar-equity-line"):
        st.header("Equity", anchor=False, width="content")
        places = sorted(desk.worths.places(), key=_rank)
        chosen = _ALL
        if len(places) > 1:
            options = [_ALL, *places]
            if st.session_state.get(_PLACE, _ALL) not in options:
                st.session_state[_PLACE] = _ALL
            chosen = st.selectbox("Of", options, key=_PLACE, width=168, **hidden) or _ALL
        st.space("stretch")
        span = st.segmented_control(
            "Span", list(SPANS), default="30 d", required=True, key=_SPAN, bind="query-params", **hidden
        )
    return (WHOLE if chosen == _ALL else chosen), span or "30 d"


def _rank(place: str) -> tuple[int, str]:
    """By the kind of account, as everywhere on the page."""
    return next((number for kind, number in _ORDER.items() if place.startswith(kind)), len(_ORDER)), place


def _drawn(desk: Desk, wish: CurveWish, span: str, now: datetime) -> _Drawn:
    """Return what is to be drawn, made anew once a minute and whenever something else is wanted."""
    days = SPANS[span]
    minute = now.replace(second=0, microsecond=0)
    wish = replace(wish, start=None if days is None else minute - timedelta(days=days))
    veil = privacy.veil()
    known = desk.worths.generation, desk.activity.generation if wish.net else 0
    made_of = (wish, minute, known, veiled.about(veil))
    held: _Drawn | None = st.session_state.get(_HELD)
    if held is None or held.made_of != made_of:
        curve = desk.worths.curve(wish)
        line = _line(curve, wish, minute, veil) if curve.runs else None
        if held is not None and held.line == line:  # a plot is drawn anew for another object
            line = held.line
        said = notes(curve, wish) if line else nothing(curve, wish, desk.worths.progress())
        alt = _alt(line, wish) if line else ""
        held = st.session_state[_HELD] = _Drawn(made_of, line, alt, " ".join(said))
    return held


def _line(curve: Curve, wish: CurveWish, now: datetime, veil: Veil | None) -> Line | None:
    """Return what is drawn; None where the shares that amounts are to be hidden behind are not known."""
    if wish.net:
        return Line(curve.runs, wish.start, now, figures.SHARE, signed=True)
    if veil is None:
        return Line(curve.runs, wish.start, now, wish.unit)
    whole = veil.fraction(Decimal(1), wish.unit)
    if whole is None:
        return None
    shares = tuple(tuple(point._replace(value=point.value * whole) for point in run) for run in curve.runs)
    return Line(shares, wish.start, now, figures.SHARE)


def _alt(line: Line, wish: CurveWish) -> str:
    """Return what the plot shows, in words."""
    first, last = line.runs[0][0], line.runs[-1][-1]
    what = "Return" if wish.net else "Equity"
    place = wish.place or "the whole account"
    return f"{what} of {place} since {equity_plot.told(first.at)}: {line.write(last.value)}"


def notes(curve: Curve, wish: CurveWish) -> list[str]:
    """Return what is to be known of a line; few words, for they stand beside the switch."""
    first, last = curve.runs[0][0], curve.runs[-1][-1]
    if wish.net:
        grown = f"{figures.percent(last.value)} since {_when(first.at)}"
        late = f" Some may be missing: {figures.plain(veiled.words(curve.problem))}." if curve.problem else ""
        return [f"{grown}{_begun(curve, wish)}.{late}"]
    wanted = max(each for each in (wish.start, curve.since) if each is not None)
    if last.at - first.at < _LITTLE:
        return [f"Recorded since {_when(first.at)}; a point comes every 5 minutes."]
    if wish.unit != "USDT" and first.at - wanted > _LITTLE:
        return [f"The price of {wish.unit} is recorded since {_when(first.at)}."]
    return ["Shaded: no snapshots, as while the dashboard does not run."] if len(curve.runs) > 1 else []


def nothing(curve: Curve, wish: CurveWish, progress: Progress) -> list[str]:
    """Return what stands in the place of a line, as Markdown."""
    if curve.runs:
        return [veiled.UNTOLD]
    if progress.problem:
        return [f"**Nothing is being recorded:** {figures.plain(progress.problem)}."]
    if progress.state == "reading":
        return ["**The journal is being read.** The line comes with it."]
    if curve.since is None:
        return ["**Nothing is recorded yet.** The first point comes as soon as all accounts are read, then one every "
                "5 minutes while the dashboard runs."]  # fmt: skip
    if wish.net and curve.known is None:
        why = f": {figures.plain(veiled.words(curve.problem))}" if curve.problem else ""
        return [f"**Deposits and withdrawals are being read{why}.** The return comes with them."]
    if wish.unit != "USDT":
        return [f"**No price of {wish.unit} is recorded in this span.** It is from now on, every 5 minutes."]
    return [f"**Nothing was recorded in this span.** The last points are older; the first is of {_when(curve.since)}."]


def _begun(curve: Curve, wish: CurveWish) -> str:
    """Say why a return begins when it does, where it might have begun earlier."""
    if curve.broken is not None:
        return {
            "empty": "; before, there was nothing",
            "price": "; what came or went before has no known price",
            "coverage": "; before, more or less of the account had a price",
        }[curve.broken.why]
    wanted = max((each for each in (wish.start, curve.since) if each is not None), default=None)
    late = curve.known is not None and wanted is not None and curve.known - wanted > _LITTLE
    return ", from when on both are known" if late else ""


def _when(at: datetime) -> str:
    return f"{equity_plot.day(at)} {at:%H:%M} UTC"
