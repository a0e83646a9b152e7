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
    """The search, drawn by itself when somebody types; what is chosen in it is shown by a run of the page."""
    with mishap.contained("The search"):
        reference_search.show()
    if reference_search.turned():
        st.rerun()


@st.fragment
def chosen() -> None:
    """The entry that was chosen, and the answer to a question about it."""
    with mishap.contained("The reference"):
        entry = reference_search.show_entry()
        if entry is not None:
            reference_try.show(desk, entry)


ticking()
with st.container(key="reference-board"):
    with st.container(border=True, key="panel-reference"):
        looking_up()
    with st.container(border=True, key="panel-reference-entry"):
        chosen()
