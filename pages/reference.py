"""API reference: every endpoint, topic and code that this client knows, and a look at what KuCoin answers."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.reference import Entry
from pages.widgets import mishap, reference_search, reference_try, session, surround

desk = session.desk()
reference_search.arrive()

with st.container(key="bar-reference"):
    st.title("API reference", anchor=False)


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """What surrounds the page."""
    with mishap.contained("The status"):
        surround.tick(desk.status())


@st.fragment
def trying(entry: Entry) -> None:
    """A question about the entry that was chosen, and its answer."""
    with mishap.contained("The question"):
        reference_try.show(desk, entry)


ticking()
with st.container(key="reference-board"):
    with st.container(border=True, key="panel-reference"), mishap.contained("The search"):
        reference_search.show()
    with st.container(border=True, key="panel-reference-entry"), mishap.contained("The reference"):
        entry = reference_search.show_entry()
        if entry is not None:
            trying(entry)
