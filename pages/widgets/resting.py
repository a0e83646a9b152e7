"""That the exchange rests, or will: a banner at the head of every page, saying what still works."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kucoin.desk.status import Maintenance
from pages.widgets import figures


def show(maintenance: Sequence[Maintenance]) -> None:
    """Draw a box for each; nothing where the exchange is open and nothing is announced."""
    for number, each in enumerate(maintenance):
        if each.under_way:
            st.warning(_words(each))
        else:
            with st.container(key=f"resting-{number}"):
                st.markdown(_words(each))


def _words(each: Maintenance) -> str:
    """Return the sentence and the exchange's own words, which are text from outside and link to KuCoin's site alone."""
    if not each.title:
        return figures.plain(each.words)
    title = figures.plain(each.title)
    return f"{figures.plain(each.words)}  \n{f'[{title}]({each.url})' if each.url else title}"
