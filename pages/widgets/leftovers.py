"""What a browser may keep of a section that was drawn anew.

Streamlit takes away what a run no longer draws once the run has ended; where a timed fragment was due just then, it
begins that instead, and the old stays beside the new until the next run. So whoever runs on a timer looks whether a
section ended a moment ago, and has the page drawn once more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

_ENDED = "section-ended"
_JUST = 0.1  # s


@contextmanager
def noted() -> Iterator[None]:
    """Note when a section ends that a press draws anew; one that is left early for another run does not count."""
    yield
    st.session_state[_ENDED] = time.monotonic()


def sweep() -> None:
    """Call it first in what runs on a timer."""
    if time.monotonic() - st.session_state.pop(_ENDED, 0.0) < _JUST:
        st.rerun()
