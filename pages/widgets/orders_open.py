"""The working orders, from the push socket; what is pressed on them goes to the Desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal
from kucoin.web.orders import PANEL
from pages.widgets import orders_acts, pushed, session
from pages.widgets.live import live

_REFUSED = "orders-refused"
_NUMBERS = count(1)
_PARTS = ("open", "stops")

Act = Callable[[Desk, object, Principal], dict[str, str]]


def show(desk: Desk, symbol: str) -> None:
    """Draw both panels, of one symbol, or of all where it is empty."""
    for part in _PARTS:
        key = f"orders-{part}"
        acts = {"cancel": orders_acts.cancel, "amend": orders_acts.amend}
        with st.container(border=True, key=f"box-{key}"):
            pushed.show(
                live.ORDERS,
                f"{PANEL}{symbol}",
                key=key,
                on={name: partial(_press, desk, key, name, act) for name, act in acts.items()},
                part=part,
                symbol=symbol,
                refused=st.session_state.get(_REFUSED),
            )


def _press(desk: Desk, key: str, name: str, act: Act) -> None:
    """Hand a press over; why orders were left as they are has a number, which tells one press from another."""
    if refused := act(desk, st.session_state[key].get(name), session.principal()):
        st.session_state[_REFUSED] = {"number": next(_NUMBERS), "orders": refused}
