"""The reference as it is looked through: a search that the browser does by itself, and the entry that was chosen.

The address names the entry, ``?entry=spot GET /api/v1/accounts`` or ``?code=300012``, so that a link leads to it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from kucoin.desk.reference import Entry, reference
from pages.widgets import figures
from pages.widgets.live import live

_SOUGHT, _ENTRY, _ASKED = "reference-sought", "reference-entry", "reference-asked"
EXAMPLES = (
    ("/api/v1/hf/fills", "a path, whole or in part", "spot GET /api/v1/hf/fills"),
    ("riskRatio", "a field or a parameter", "futures GET /api/v1/account-overview"),
    ("300012", "a code of a refusal", "code 300012"),
)
"""What can be looked for, what that is, and the entry that it finds first."""


def arrive() -> None:
    """Take over what the address asks for, once; call it in the page's own run."""
    code, key = st.query_params.get("code"), st.query_params.get("entry")
    if (code, key) == st.session_state.get(_ASKED):
        return
    st.session_state[_ASKED] = code, key
    if code:
        st.session_state[_ENTRY], st.session_state[_SOUGHT] = f"code {code}", code
    elif key:
        st.session_state[_ENTRY] = key


def show() -> None:
    """Draw the search and what it finds; what is chosen in it is drawn by the next run of the page."""
    live.REFERENCE(
        key="reference",
        data={"sought": st.session_state.get(_SOUGHT, ""), "chosen": chosen(), "entries": entries()},
        on_chosen_change=choose,
    )


def show_entry() -> Entry | None:
    """Draw the entry that was chosen, and return it; where none was, what there is to choose from."""
    entry = reference().entry(chosen())
    if entry is not None:
        live.REFERENCE_ENTRY(key="reference-shown", data=written(entry))
        return entry
    wanted = chosen().removeprefix("code ")
    if wanted:
        st.header(f"{figures.plain(wanted)} is not known here", anchor=False)
        st.caption(
            "No endpoint, topic or code of this client has that name. "
            "KuCoin's own words beside a code are what is known."
        )
    else:
        _offer()
    return None


def chosen() -> str:
    """Return the key of the entry that was chosen, empty where none was."""
    return str(st.session_state.get(_ENTRY, ""))


@cache
def entries() -> tuple[tuple[Any, ...], ...]:
    """Return what reference.js searches and draws of every entry, about 140 kB: see there."""
    return tuple(_entry(entry) for entry in reference().entries)


def written(entry: Entry) -> dict[str, Any]:
    """Return what reference_entry.js draws."""
    return {
        "badge": entry.badge,
        "title": entry.title,
        "summary": entry.summary,
        "facts": entry.facts,
        "parameters": entry.parameters,
        "fields": [tuple(field) for field in entry.fields],
        "uses": [
            {"name": use.name, "signature": use.signature, "summary": use.doc.summary, "more": use.doc.more}
            for use in entry.uses
        ],
        "values": entry.values,
    }


def _entry(entry: Entry) -> tuple[Any, ...]:
    hosts = " and ".join(text for label, text in entry.facts if label == "Host")
    names = tuple(dict.fromkeys((*entry.parameters, *(field.name for field in entry.fields))))
    summary = entry.summary.replace("`", "")
    searched = "\n".join((entry.title, entry.key, summary, *names)).lower()
    # A word that is searched anyway, or was there before, would only travel.
    words = dict.fromkeys(word for word in _said(entry).lower().split() if word not in searched)
    return entry.key, entry.badge, entry.title, hosts, summary, names, " ".join(words)


def _said(entry: Entry) -> str:
    """Return all that an entry says beyond its names, without its marks."""
    said = [f"{label} {text}" for label, text in entry.facts]
    said += [f"{use.name} {use.doc.summary} {use.doc.more}" for use in entry.uses]
    said += [f"{field.becomes} {field.meaning}" for field in entry.fields]
    said += [f"{name} {text}" for name, text in entry.values]
    return "\n".join(said).replace("`", "")


def _offer() -> None:
    st.header("Nothing is chosen", anchor=False)
    for sought, what, key in EXAMPLES:
        with st.container(horizontal=True, vertical_alignment="center", key=f"bar-reference-{sought}"):
            st.button(sought, key=f"reference-example-{sought}", width=136, on_click=_turn, args=(key, sought))
            st.caption(what)


def choose() -> None:
    """Take over what was chosen in the list, and the word that found it."""
    told = st.session_state["reference"].get("chosen") or {}
    key = str(told.get("key"))
    if reference().entry(key) is not None:
        _turn(key, str(told.get("sought", ""))[:200])


def _turn(key: str, sought: str) -> None:
    st.session_state[_ENTRY], st.session_state[_SOUGHT] = key, sought
    st.query_params.pop("code", None)
    st.query_params["entry"] = key
