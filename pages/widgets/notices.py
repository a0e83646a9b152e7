"""What came about while the reader looked elsewhere: a toast on every page for each alert that was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from kucoin.model.alert import Alert, AlertKind, AlertState, Firing
from kucoin.web.veil_words import alert_words
from pages.widgets import figures, privacy, session

Told = TypeVar("Told", Alert, Firing)

_TOLD = "alerts-told"  # the number of the last one that this session was told
_AT_ONCE = 3  # toasts for one drawing; more would only hide each other
_PASSING = frozenset({AlertKind.FILL, None})  # the others stay longer


def show() -> None:
    """Tell this session what it was not told yet; call it in the page's fragment."""
    alerts, state = session.desk().alerts, st.session_state
    told = state.get(_TOLD)
    firings = alerts.history(after=told or 0)
    state[_TOLD] = firings[0].number if firings else told or 0
    lines = standing(list(map(_shown, alerts.list()))) if told is None else lately(list(map(_shown, firings)))
    for text, stays in lines:
        st.toast(figures.plain(text), duration="long" if stays else "short")


def _shown(each: Told) -> Told:
    """Return an alert as this session may read it."""
    return replace(each, words=alert_words(each.kind, each.subject, each.words)) if privacy.on() else each


def standing(alerts: Sequence[Alert]) -> list[tuple[str, bool]]:
    """Return what a session is told first: what has fired and has not recovered since; and whether that stays."""
    return _few([(alert.words, True) for alert in alerts if alert.state is AlertState.FIRED])


def lately(firings: Sequence[Firing]) -> list[tuple[str, bool]]:
    """Return what was told since, oldest first; and whether it stays.

    Args:
        firings: Newest first.
    """
    return _few([(each.words, each.kind not in _PASSING) for each in reversed(firings)])


def _few(lines: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    if len(lines) <= _AT_ONCE:
        return lines
    kept = sorted(lines, key=lambda line: not line[1])[: _AT_ONCE - 1]
    rest = len(lines) - len(kept)
    return [*kept, (f"{rest} more alerts were told: see Limits and alerts.", False)]
