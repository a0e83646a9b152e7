"""The switches of the account: whether new orders may be placed, arming, and KuCoin's dead-man switch."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kucoin.desk.dead_man import LONGEST, SHORTEST, DeadManState
from kucoin.desk.desk import Desk
from kucoin.errors import KucoinError
from kucoin.model.limits import RiskView
from pages.widgets import figures, session, way_out

_SAID = "switches-said"
_SECONDS = "dead-man-seconds"
_USUAL = 30  # s; a line that is cut for a moment does not reach it


def show(desk: Desk) -> None:
    """Draw the switches, each with what it is now; called again and again by the page's fragment."""
    view = desk.risk.view()
    st.header("Switches", anchor=False)
    _orders(view)
    _arming(view)
    _dead_man(desk)
    if said := st.session_state.get(_SAID):
        st.caption(f":yellow[{figures.plain(said)}]")


def _orders(view: RiskView) -> None:
    if view.halt is None:
        now = "Refused: the limits are not known." if view.limits is None else "Allowed, as far as the limits go."
        _switch("New orders", now, "Stop new orders", "stop")
    else:
        since = f"{view.halt.at:%Y-%m-%d %H:%M:%S} UTC"
        text = f"Stopped by {view.halt.by} on {since}. What only reduces a position passes."
        _switch("New orders", text, "Allow orders again", "allow")


def _arming(view: RiskView) -> None:
    if view.arm_for is None:
        return
    if view.armed_until is None:
        label = f"Arm for {view.arm_for.total_seconds() / 60:.0f} min"
        _switch("Arming", "Disarmed: orders that open risk are refused.", label, "arm")
    else:
        _switch("Arming", f"Armed until {view.armed_until:%H:%M:%S} UTC.", "Disarm", "disarm")


def _switch(name: str, text: str, label: str, act: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"bar-switch-{act}"):
        with st.container(gap=None):
            st.markdown(f"**{name}**")
            st.caption(figures.plain(text))
        st.button(label, key=f"switch-{act}", on_click=partial(_turn, act))


def _turn(act: str) -> None:
    st.session_state[_SAID] = way_out.carry_out(session.desk(), act, session.principal())


def _dead_man(desk: Desk) -> None:
    """Draw the dead-man switch: what KuCoin does without us, until when, and what turns it on or off."""
    state = desk.dead_man.state()
    with st.container(key="switch-dead-man", gap="xsmall"):
        st.markdown("**Dead man**")
        st.caption(
            "KuCoin cancels the open spot orders by itself where it hears nothing of this dashboard for so long. "
            "Orders on margin and futures, and orders that wait for a price, stay."
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if state.on or state.triggers_at is not None:
                st.caption(figures.plain(standing(state)))
                st.button("Turn off", key="dead-man-off", on_click=_turn_off)
            else:
                st.number_input("Seconds", SHORTEST, LONGEST, _USUAL, 5, key=_SECONDS, width=130)
                st.button("Turn on", key="dead-man-on", on_click=_turn_on)
        if state.fired:
            st.caption(":yellow[It ran out: KuCoin cancelled the open spot orders.]")
        if state.problem:
            st.caption(f":yellow[{figures.plain(state.problem)}]")


def standing(state: DeadManState) -> str:
    """Say whether KuCoin has it, which it does not by somebody's press alone."""
    seconds = f"{state.seconds or figures.UNKNOWN} s."
    if not state.on:
        return f"Set, {seconds}"
    return f"{'On' if state.triggers_at is not None else 'Not set yet'}, by {state.by}, {seconds}"


def _turn_on() -> None:
    st.session_state[_SAID] = ""
    try:
        session.desk().dead_man.turn_on(int(st.session_state[_SECONDS]), session.principal())
    except KucoinError as error:
        st.session_state[_SAID] = str(error)


def _turn_off() -> None:
    st.session_state[_SAID] = ""
    try:
        session.desk().dead_man.turn_off(session.principal())
    except KucoinError as error:
        st.session_state[_SAID] = str(error)
