"""The unit that figures are shown in: USDT, BTC, or a fiat currency of choice, kept in the page's address."""

from __future__ import annotations

import streamlit as st

_UNIT, _FIAT = "unit", "fiat"
_COINS = ("USDT", "BTC")
_FIRST = "EUR"  # until another is chosen; the dollar would say nothing that USDT does not


def choose(units: tuple[str, ...]) -> str:
    """Draw the choice and return the unit; ``?unit=JPY`` in the address chooses as well."""
    fiats = [unit for unit in units if unit not in _COINS]
    fiat = _fiat(fiats)
    options = [*_COINS, fiat] if fiat else list(_COINS)
    if st.session_state.get(_UNIT, st.query_params.get(_UNIT)) not in options:  # nothing asked for, or nothing we have
        st.session_state[_UNIT] = _COINS[0]
    with st.container(horizontal=True, width="content", gap="xsmall", key="bar-unit"):
        unit = st.segmented_control(
            "Unit",
            options,
            required=True,
            key=_UNIT,
            bind="query-params",
            label_visibility="collapsed",
        )
        if len(fiats) > 1:
            st.menu_button("Fiat", fiats, key="fiat-menu", on_click=_take)
    return unit or _COINS[0]


def _fiat(fiats: list[str]) -> str | None:
    """Return the fiat currency that stands beside the coins: what the address or the menu named last."""
    for asked in (st.session_state.get(_UNIT), st.query_params.get(_UNIT), st.session_state.get(_FIAT), _FIRST):
        if asked in fiats:
            st.session_state[_FIAT] = asked
            return asked
    return fiats[0] if fiats else None


def _take() -> None:
    """Show the figures in the fiat currency that was chosen from the menu."""
    st.session_state[_UNIT] = st.session_state[_FIAT] = st.session_state["fiat-menu"]
