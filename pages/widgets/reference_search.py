"""The reference as it is looked through: a search as fast as it is typed, and the entry that was chosen.

The address names the entry, ``?entry=spot GET /api/v1/accounts`` or ``?code=300012``, so that a link leads to it.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from kucoin.desk.reference import Entry, Hit, Reference, reference
from pages.widgets import figures
from pages.widgets.live import live

_SOUGHT, _ENTRY = "reference-sought", "reference-entry"
_ASKED, _TURNED = "reference-asked", "reference-turned"


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
    """Draw the search and what it found."""
    live.REFERENCE(
        key="reference",
        data=listed(reference(), st.session_state.get(_SOUGHT, ""), chosen()),
        on_sought_change=_seek,
        on_chosen_change=_choose,
    )


def show_entry() -> Entry | None:
    """Draw the entry that was chosen, and return it; where none was, what there is to choose from."""
    entry = reference().entry(chosen())
    if entry is not None:
        live.REFERENCE_ENTRY(key="reference-shown", data=written(entry))
        return entry
    wanted = chosen().removeprefix("code ")
    st.header(f"{figures.plain(wanted)} is not known here" if wanted else "Nothing is chosen", anchor=False)
    st.caption(
        "No endpoint, topic or code of this client has that name. KuCoin's own words beside a code are what is known."
        if wanted
        else "Look for a path, a field of an answer, a code of a refusal, or any word; then choose what was found."
    )
    return None


def turned() -> bool:
    """Say once that another entry was chosen, which nothing but the search has drawn yet."""
    return bool(st.session_state.pop(_TURNED, False))


def chosen() -> str:
    """Return the key of the entry that was chosen, empty where none was."""
    return str(st.session_state.get(_ENTRY, ""))


def listed(book: Reference, sought: str, key: str) -> dict[str, Any]:
    """Return what reference.js draws for a search."""
    hits = book.search(sought)
    total = len(book.entries)
    count = f"{len(hits)} of {total}" if sought.strip() else f"{total} endpoints, topics and codes"
    return {"sought": sought, "chosen": key, "count": count, "rows": [_row(hit) for hit in hits]}


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


def _row(hit: Hit) -> dict[str, Any]:
    entry = hit.entry
    hosts = " and ".join(text for label, text in entry.facts if label == "Host")
    return {
        "key": entry.key,
        "badge": entry.badge,
        "title": entry.title,
        "host": hosts,
        "summary": entry.summary.replace("`", ""),
        "names": hit.names[:4],
    }


def _seek() -> None:
    sought = st.session_state["reference"].get("sought")
    if sought is not None:
        st.session_state[_SOUGHT] = sought[:200]


def _choose() -> None:
    key = st.session_state["reference"].get("chosen")
    if reference().entry(str(key)) is not None:
        st.session_state[_ENTRY], st.session_state[_TURNED] = key, True
        st.query_params.pop("code", None)
        st.query_params["entry"] = key
