"""Try it: a question of the reference, put to the exchange by hand. Request and answer are shown without secrets."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.reference import Entry
from kucoin.desk.trials import Trial
from kucoin.errors import KucoinError
from kucoin.model.look import Looked, Sent
from pages.widgets import figures, mishap, privacy, session

_TRIAL, _KEY, _PROBLEM = "reference-trial", "reference-trial-key", "reference-trial-problem"
_POLL = 0.3  # s between two looks at a question that is under way


def show(desk: Desk, entry: Entry) -> None:
    """Draw the form of an entry that asks, and what became of the last question about it."""
    endpoint = entry.endpoint
    if endpoint is None:
        return
    st.subheader("Try it", anchor=False)
    if endpoint.method != "GET":
        st.caption("It acts. Only questions are asked from here.")
    elif not privacy.leave_first("try it"):
        _form(desk, entry)
        with mishap.contained("The answer"):
            _outcome(entry.key)


def text_of(sent: Sent) -> str:
    """Return a request as it is written out."""
    lines = [f"{sent.method} {sent.url}", *(f"{name}: {value}" for name, value in sent.headers)]
    return "\n".join(lines)


def came_back(looked: Looked) -> str:
    """Return in a line what came back: ``HTTP 200 after 43 ms``."""
    if looked.status is None or looked.took is None:
        return "Nothing came back." if looked.sent else "Nothing was sent."
    return f"HTTP {looked.status} after {looked.took * 1000:.0f} ms."


def _form(desk: Desk, entry: Entry) -> None:
    with st.form(f"try {entry.key}", border=False):
        given = {}
        if entry.parameters:
            with st.container(key="reference-fields"):
                for name in entry.parameters:
                    needed = f"{{{name}}}" in entry.title
                    given[name] = st.text_input(
                        figures.plain(name),
                        key=f"try {entry.key} {name}",
                        placeholder="needed" if needed else "left out",
                    )
        asked = st.form_submit_button("Ask")
    if asked:
        _ask(desk, entry, given)


def _ask(desk: Desk, entry: Entry, given: dict[str, str]) -> None:
    st.session_state[_KEY], st.session_state[_PROBLEM], st.session_state[_TRIAL] = entry.key, None, None
    if entry.endpoint is None:
        return
    try:
        st.session_state[_TRIAL] = desk.trials.ask(entry.endpoint, given, session.principal())
    except KucoinError as error:
        st.session_state[_PROBLEM] = str(error)


def _outcome(key: str) -> None:
    """Draw what became of the last question, if that was this one; while it is under way it looks again by itself."""
    trial: Trial | None = st.session_state.get(_TRIAL)
    if st.session_state.get(_KEY) != key:
        return
    if problem := st.session_state.get(_PROBLEM):
        st.warning(figures.plain(problem))
    elif trial is not None and trial.looked is None:
        _waiting(trial)
    elif trial is not None and trial.looked is not None:
        _answer(trial.looked)


@st.fragment(run_every=_POLL)
def _waiting(trial: Trial) -> None:
    st.caption("Asked. Waiting for the answer.")
    if trial.looked is not None:
        st.rerun()


def _answer(looked: Looked) -> None:
    if looked.sent is not None:
        st.caption("As it was sent")
        st.code(text_of(looked.sent), language=None, wrap_lines=True)
        if looked.sent.signed is not None:
            st.caption("What the signature is made of: time, method, path and body")
            st.code(looked.sent.signed, language=None, wrap_lines=True)
    st.caption(came_back(looked))
    if looked.problem is not None:
        st.warning(figures.plain(looked.problem))
    if looked.content:
        st.code(looked.content, language=None, height=320)
    if looked.left_out:
        st.caption(f"{looked.left_out:,} more characters are not shown.")
