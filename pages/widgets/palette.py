"""Which hues mean gain and loss: a choice of the reader, in the address, since hue is read differently by people.

Sign and glyph carry the meaning alone, whatever is chosen. ``frame.css`` knows the palettes by the key of an empty
container and gives the two colours that every component inherits.
"""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

_PALETTE, _USUAL = "palette", "default"
_NAMES = {"default": "Gain green, loss red", "swapped": "Gain red, loss green", "safe": "Gain blue, loss orange"}


class Hues(NamedTuple):
    """The two colours, as plots and canvases need them; ``frame.css`` gives the same ones to everything else."""

    gain: str
    loss: str


_DARK = {"default": Hues("#4DBE9B", "#EC7A66"), "safe": Hues("#6AA9F2", "#EE9A55")}
_LIGHT = {"default": Hues("#086F54", "#B03725"), "safe": Hues("#1D5FBD", "#A3490A")}


def hues(*, dark: bool) -> Hues:
    """Return the reader's colours on a dark or a light ground."""
    name = st.session_state.get(_PALETTE, st.query_params.get(_PALETTE))
    ground = _DARK if dark else _LIGHT
    if name == "swapped":
        return Hues(*reversed(ground["default"]))
    return ground.get(name, ground["default"])


def words() -> Hues:
    """Return what Streamlit calls the reader's colours."""
    name = st.session_state.get(_PALETTE, st.query_params.get(_PALETTE))
    return {"swapped": Hues("red", "green"), "safe": Hues("blue", "orange")}.get(name, Hues("green", "red"))


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
        theme = "light" if st.context.theme.type == "light" else "dark"
        st.container(key=f"ground-{theme}").html("<i></i>")  # tells dialogs and popovers, which know no theme
    if palette != _USUAL:
        st.query_params[_PALETTE] = palette
    elif _PALETTE in st.query_params:
        del st.query_params[_PALETTE]
