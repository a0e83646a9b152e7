"""Which contract the Funding and the Contract part of the futures page are about: one choice, kept in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kucoin.desk.desk import Desk

_KEY, _KEPT = "contract", "contract-kept"
_USUAL = "XBTUSDTM"


def choose(desk: Desk) -> str | None:
    """Draw the search over all contracts and return the choice; None while no list of contracts was read.

    What the address names comes first, then what was chosen before, then the position that is nearest to liquidation.
    """
    listed = [rules.symbol for rules in desk.market.symbols() if rules.futures]
    if not listed:
        st.markdown("The list of contracts is being read from KuCoin.")
        return None
    held = [line.symbol for line in desk.futures.view().positions]
    st.session_state[_KEY] = _first(listed, held)
    chosen = st.selectbox(
        "Contract", listed, key=_KEY, required=True, label_visibility="collapsed", width=200, placeholder="Contract"
    )
    st.session_state[_KEPT] = chosen
    if st.query_params.get(_KEY) != chosen and chosen is not None:
        st.query_params[_KEY] = chosen
    return chosen


def _first(listed: Sequence[str], held: Sequence[str]) -> str:
    kept = st.session_state.get(_KEPT)
    here = st.session_state.get(_KEY)
    address = st.query_params.get(_KEY)
    wanted = (here, address, *held, _USUAL) if kept is None else (here, kept)
    return next((symbol for symbol in wanted if symbol in listed), listed[0])
