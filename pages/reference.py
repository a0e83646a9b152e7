"""API reference: every endpoint, topic and code that this client knows, and a look at what KuCoin answers."""

from __future__ import annotations

import streamlit as st

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
def looking_up() -> None:
    """The search and what was chosen: drawn when somebody types or chooses."""
    with mishap.contained("The reference"), st.container(key="reference-board"):
        with st.container(border=True, key="panel-reference"):
            reference_search.show()
        with st.container(border=True, key="panel-reference-entry"):
            entry = reference_search.show_entry()
            if entry is not None:
                reference_try.show(desk, entry)


ticking()
looking_up()
