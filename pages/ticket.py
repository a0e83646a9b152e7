"""Ticket: places one order, beside the ladder and the tape it is priced from."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kucoin.desk.rules import Rules
from pages.widgets import (
    limits_use,
    mishap,
    pushed,
    session,
    surround,
    ticket_confirm,
    ticket_form,
    ticket_keys,
    ticket_panel,
    ticket_sent,
    trades_symbol,
)
from pages.widgets.live import live

_LADDER = "ticket-ladder"

desk = session.desk()
listed = desk.market.symbols()


def picked(rules: Rules) -> None:
    """Fill the price from the level of the ladder that was pressed."""
    level = st.session_state[_LADDER].get("picked")
    try:
        price = Decimal(level) if isinstance(level, str) else None
    except InvalidOperation:
        return
    if price is not None and price.is_finite() and price > 0:
        ticket_form.take("price", rules.symbol, price)


def board(rules: Rules, ticket: Callable[[Rules], None]) -> None:
    """The panels, in the order in which a phone shows them; frame.css lays them out on anything wider."""
    with st.container(key="ticket"), st.container(key="ticket-board"):
        with st.container(key="ticket-market"):
            with st.container(border=True, key="panel-ladder"):
                pushed.show(
                    live.LADDER,
                    f"ladder:{rules.symbol}:",
                    key=_LADDER,
                    on={"picked": partial(picked, rules)},
                    symbol=rules.symbol,
                    pick=True,
                )
            with st.container(border=True, key="panel-tape"):
                names = {"symbol": rules.symbol, "base": rules.base, "quote": rules.quote}
                pushed.show(live.TAPE, f"tape:{rules.symbol}", key="ticket-tape", **names)
        with st.container(key="ticket-column"):
            with st.container(border=True, key="panel-ticket"):
                ticket(rules)
            with st.container(key="ticket-foot"):
                with st.container(border=True, key="panel-sent"):
                    ticket_sent.show(desk)
                with st.container(border=True, key="panel-limits"):
                    limits_use.show(every=False)


def top(rules: Rules, beside: DeltaGenerator) -> None:
    """The last price beside the search, and the facts of the market below."""
    with beside:
        pushed.show(live.HEAD, f"head:{rules.symbol}", key="ticket-head")
    pushed.show(live.FACTS, f"head:{rules.symbol}", key="ticket-facts", kind="futures" if rules.futures else "spot")


bar = st.container(horizontal=True, vertical_alignment="center", key="bar-trades")
with bar:
    choice = trades_symbol.choose(desk.market, listed)
by_script = pushed.blocked()


@st.fragment(run_every=session.CADENCE)
def ticking(draw: Callable[[], None]) -> None:
    """The one fragment of this page: what surrounds it, and the ticket."""
    with mishap.contained("The ticket"):
        surround.tick(desk.status())
        if len(desk.market.symbols()) != len(listed) or pushed.blocked() != by_script or ticket_confirm.due():
            st.rerun()
        draw()


def ticket(rules: Rules) -> None:
    """The ticket, which goes on by itself."""
    ticking(partial(ticket_panel.show, rules))


def everything(rules: Rules) -> None:
    """The whole page where no socket gets through: the script brings all of it."""
    top(rules, st.container())  # a fragment cannot draw into what is outside of it
    board(rules, ticket_panel.show)


ticket_confirm.show(choice.rules.symbol if choice.rules else None)
if choice.remark:
    st.warning(choice.remark)
    ticking(lambda: None)
elif choice.rules is None:
    ticking(lambda: None)
elif by_script:
    ticking(partial(everything, choice.rules))
else:
    top(choice.rules, bar)
    board(choice.rules, ticket)
with bar:
    ticket_keys.show(choice.rules)
