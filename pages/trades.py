"""Live trades: one market as it moves, from the push socket; no script runs for a tick."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kucoin.desk.rules import Rules
from pages.widgets import candles, depth, mishap, pushed, session, surround, trades_symbol, watchlist
from pages.widgets.live import live

desk = session.desk()
listed = desk.market.symbols()


def top(rules: Rules, beside: DeltaGenerator) -> None:
    """The last price beside the search, and the facts of the market below."""
    with beside:
        pushed.show(live.HEAD, f"head:{rules.symbol}", key="head")
    kind = "futures" if rules.futures else "spot"
    pushed.show(live.FACTS, f"head:{rules.symbol}", key="facts", kind=kind)


def board(rules: Rules) -> None:
    """The panels, in the order in which a phone shows them; frame.css lays them out on anything wider."""
    names = {"symbol": rules.symbol, "base": rules.base, "quote": rules.quote}
    with st.container(key="trades"), st.container(key="trades-board"):
        with st.container(key="trades-charts"):
            with st.container(border=True, key="panel-candles"):
                candles.show(rules)
            with st.container(border=True, key="panel-depth"):
                depth.show(rules)
                pushed.show(live.NEAR, f"ladder:{rules.symbol}:", key="near", quote=rules.quote)
        with st.container(border=True, key="panel-ladder"):
            pushed.show(live.LADDER, f"ladder:{rules.symbol}:", key="ladder", symbol=rules.symbol)
        with st.container(border=True, key="panel-tape"):
            pushed.show(live.TAPE, f"tape:{rules.symbol}", key="tape", **names)


def everything(rules: Rules, beside: DeltaGenerator) -> None:
    """All that stands on the push socket."""
    top(rules, beside)
    board(rules)


bar = st.container(horizontal=True, vertical_alignment="center", key="bar-trades")
with bar:
    choice = trades_symbol.choose(desk.market, listed)
with st.sidebar:
    watchlist.show(choice.rules and choice.rules.symbol, listed)
by_script = pushed.blocked()


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """The one fragment of this page: what surrounds it, and the panels where no socket gets through."""
    with mishap.contained("This page"):
        surround.tick(desk.status())
        if len(desk.market.symbols()) != len(listed) or pushed.blocked() != by_script:
            st.rerun()
        if choice.rules and by_script:
            everything(choice.rules, st.container())  # a fragment cannot draw into what is outside of it


if choice.remark:
    st.warning(choice.remark)
elif choice.rules and not by_script:
    everything(choice.rules, bar)
ticking()
