"""A section that was drawn anew leaves nothing of its former self, whatever timer is due when it ends."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest


def page() -> None:
    """What AppTest runs: what has a timer, and a section."""
    import streamlit as st  # noqa: PLC0415  this function is a script of its own

    from pages.widgets import leftovers  # noqa: PLC0415

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    leftovers.sweep()
    with leftovers.noted():
        st.write("section")


def test_what_begins_right_after_a_section_has_the_page_drawn_once_more() -> None:
    """Once, and only then: a timer that is due at any other time draws nothing else."""
    app = AppTest.from_function(page).run()
    assert app.session_state["runs"] == 1
    app.session_state["section-ended"] = time.monotonic()
    assert app.run().session_state["runs"] == 3
    app.session_state["section-ended"] = time.monotonic() - 1
    assert app.run().session_state["runs"] == 4
