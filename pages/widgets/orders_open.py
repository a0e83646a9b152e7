"""The working orders, from the push socket; what is pressed on them goes to the Desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal
from kucoin.web.orders import PANEL
from pages.widgets import orders_acts, privacy, pushed, session, veiled
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
                refused=_refused(),
            )


def _refused() -> dict[str, Any] | None:
    """Return why orders were left as they are, in words that may be shown now."""
    held = st.session_state.get(_REFUSED)
    return held and held | {"orders": {name: veiled.words(why) for name, why in held["orders"].items()}}


def _press(desk: Desk, key: str, name: str, act: Act) -> None:
    """Hand a press over; why orders were left as they are has a number, which tells one press from another."""
    act = _not_hidden if act is orders_acts.amend and privacy.on() else act
    if refused := act(desk, st.session_state[key].get(name), session.principal()):
        st.session_state[_REFUSED] = {"number": next(_NUMBERS), "orders": refused}


def _not_hidden(_desk: Desk, told: object, _principal: Principal) -> dict[str, str]:
    """Change nothing whose size cannot be seen."""
    order_id = told.get("order") if isinstance(told, dict) else None
    return {order_id: "Amounts are hidden. Leave privacy to change an order."} if isinstance(order_id, str) else {}
