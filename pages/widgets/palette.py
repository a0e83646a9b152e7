"""Which hues mean gain and loss: a choice of the reader, in the address, since hue is read differently by people.

Sign and glyph carry the meaning alone, whatever is chosen. ``frame.css`` knows the palettes by the key of an empty
container and gives the two colours that every component inherits.
"""

from __future__ import annotations

import streamlit as st

_PALETTE, _USUAL = "palette", "default"
_NAMES = {"default": "Gain green, loss red", "swapped": "Gain red, loss green", "safe": "Gain blue, loss orange"}


def choose() -> None:
    """Draw the choice and put it into effect."""
    if _PALETTE not in st.session_state:
        asked = st.query_params.get(_PALETTE)
        st.session_state[_PALETTE] = asked if asked in _NAMES else _USUAL
    with st.container(key="menu-colours", gap=None):
        st.caption("Colours")
        palette = st.selectbox(
            "Colours", list(_NAMES), format_func=_NAMES.__getitem__, key=_PALETTE, label_visibility="collapsed"
        )
        st.container(key=f"palette-{palette}").html("<i></i>")  # a container of nothing would not be there
    if palette != _USUAL:
        st.query_params[_PALETTE] = palette
    elif _PALETTE in st.query_params:
        del st.query_params[_PALETTE]
