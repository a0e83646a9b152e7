"""The navigation in the sidebar: sections of pages, words without icons, there even while there is but one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

# Streamlit does not export the type of what st.Page returns.
Sections = Mapping[str, Sequence[Any]]


def show(sections: Sections) -> Any:
    """Draw the sections and return the page that was asked for, to be run."""
    page = st.navigation({name: list(pages) for name, pages in sections.items()}, position="hidden")
    with st.sidebar:
        for name, pages in sections.items():
            with st.container(key=f"menu-{name.lower()}", gap=None):
                st.caption(name)
                for entry in pages:
                    with st.container(key="menu-here" if entry == page else None):
                        st.page_link(entry, width="stretch")
    return page
