"""What a row of the positions can be asked to do: one dialog that says what it is, with one button that does it.

The page only hands over. An id that is made when the dialog opens goes with every press, so that however often the
button is pressed, the desk does it once; until it is known what became of it the button is dead.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, Literal, NamedTuple

import streamlit as st

from kucoin.desk import ticket_rules
from kucoin.desk.desk import Desk
from kucoin.desk.flip import PairIds, pair_ids
from kucoin.desk.position_lines import PositionLine
from kucoin.errors import InvalidRequest, KucoinError
from kucoin.model.order import PositionSide, Side, StopPriceType
from kucoin.web import position_acts
from kucoin.web.futures import position_id
from pages.widgets import code_link, figures, mishap, palette, privacy, session

Kind = Literal["close", "even", "stop", "profit", "reverse"]

KEY = "positions"
_ASKED, _DRAWN, _PRICE, _WATCH = "position-asked", "position-drawn", "position-price", "position-watch"
_PACE = 0.5  # s between two looks at the position and at what became of it
_NUMBERS = count(1)
_PARTS = frozenset({25, 50, 75, 100})
_WATCHED = {StopPriceType.MP: "Mark", StopPriceType.TP: "Last", StopPriceType.IP: "Index"}
_NAMES = {"stop": "stop", "profit": "take profit"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that waits for its confirmation.

    Attributes:
        symbol, side: Of the position; BOTH, or LONG and SHORT in hedge mode.
        part: How much is to be closed, in percent; of no meaning for the rest.
        number: Tells one opening from another.
        oid, ids: Under which it is handed over, if it is.
        pressed: Whether the desk was given it.
        change: The number of the change that it became, where it is one.
        refused: Why it was not taken; empty where it was.
    """

    kind: Kind
    symbol: str
    side: str
    part: int
    number: int
    oid: str
    ids: PairIds
    pressed: bool = False
    change: int | None = None
    refused: str = ""

    @property
    def fraction(self) -> Decimal:
        """How much is to be closed."""
        return Decimal(self.part) / 100


class Offer(NamedTuple):
    """What the button says, what it comes to, and why it is dead; empty where it is not.

    ``lots`` of the position are meant.
    """

    deed: str
    told: str
    side: Side
    lots: int
    reason: str = ""


def heard() -> None:
    """Open the dialog for what was chosen in a row's menu."""
    chosen = st.session_state[KEY].get("act")
    if not isinstance(chosen, dict):
        return
    symbol, _, side = str(chosen.get("id", "")).partition("/")
    kind, part = chosen.get("act"), chosen.get("part")
    known = part in _PARTS if kind == "close" else kind in {"even", "stop", "profit", "reverse"}
    if known and side in set(PositionSide):
        ids = next(_NUMBERS), uuid.uuid4().hex, pair_ids()
        st.session_state[_ASKED] = Asked(kind, symbol, side, part or 0, *ids)


def show() -> None:
    """Draw the dialog while there is something to confirm; called from the page, outside of its fragments."""
    asked = _asked()
    st.session_state[_DRAWN] = asked and asked.number
    if asked is not None:
        st.dialog(figures.plain(_title(asked)), width="small", on_dismiss=close)(_body)()


def due() -> bool:
    """Say whether the page has to be drawn anew, for there is something to confirm that was not there then."""
    asked = _asked()
    return asked is not None and asked.number != st.session_state.get(_DRAWN)


def close() -> None:
    """Take the dialog away; what was handed over goes on."""
    st.session_state.pop(_ASKED, None)


def _asked() -> Asked | None:
    found = st.session_state.get(_ASKED)
    return found if isinstance(found, Asked) else None


def _title(asked: Asked) -> str:
    match asked.kind:
        case "close":
            return f"Close {asked.part} % of {asked.symbol}"
        case "even":
            return f"Stop of {asked.symbol} to break-even"
        case "reverse":
            return f"Reverse {asked.symbol}"
    return f"{_NAMES[asked.kind].capitalize()} of {asked.symbol}"


def _places(desk: Desk, symbol: str) -> int:
    rules = desk.market.rules(symbol)
    return rules.price_decimals if rules else 0


@st.fragment(run_every=_PACE)
def _body() -> None:
    with mishap.contained("The confirmation"):
        _draw()


def _draw() -> None:
    asked, desk = _asked(), session.desk()
    if asked is None:
        st.rerun()
    if privacy.leave_first("act on a position"):
        return
    desk.terms.of(asked.symbol)  # has it read what a new order on the contract needs
    act = became(desk, asked)
    if act is not None and act.state == "done":
        close()
        st.rerun()
    line = _line(desk, asked)
    offered = None if line is None else offer(desk, asked, line)
    _facts(desk, line)
    if line is not None and asked.kind in _NAMES:
        _price(desk, asked, line)
    if offered is not None:
        st.markdown(figures.plain(offered.told))
    _buttons(asked, line, offered)
    if asked.refused:
        st.warning(code_link.plain(asked.refused))
    elif act is not None and act.state in {"half", "refused", "unknown"}:
        st.warning(code_link.plain(f"{act.state.capitalize()}: {act.words}"))
    st.caption(figures.plain(_state(asked, act, offered)))


def _line(desk: Desk, asked: Asked) -> PositionLine | None:
    """Return the position as it is now; None where there is none any more."""
    key = f"{asked.symbol}/{asked.side}"
    return next((line for line in desk.futures.view().positions if position_id(line) == key), None)


def _facts(desk: Desk, line: PositionLine | None) -> None:
    with st.container(horizontal=True, gap="xsmall", key="confirm-badges"):
        st.badge(desk.mode.capitalize(), color="violet" if desk.mode == "practice" else "primary")
        if line is not None:
            hues = palette.words()
            way = ("Long", hues.gain) if line.is_long else ("Short", hues.loss)
            st.badge(way[0], color=way[1])
    if line is None:
        st.markdown("There is no such position any more.")
        return
    unit, places = line.settle_currency, line.price_places or 0
    entry, mark = figures.fixed(line.entry, places), figures.fixed(line.mark, places)
    gain = f"{figures.money(line.unrealised, unit, signed=True)} {unit}"
    st.caption(figures.plain(f"{line.lots:,} {line.symbol}, entry {entry}, mark {mark}, unrealised {gain}."))


def _price(desk: Desk, asked: Asked, line: PositionLine) -> None:
    """Draw the fields of a stop or a take profit, and what there is of it already."""
    present = line.stop_loss if asked.kind == "stop" else line.take_profit
    name, places = _NAMES[asked.kind], _places(desk, asked.symbol)
    left, right = st.columns([5, 7], gap="small", vertical_alignment="bottom")
    left.text_input("At", key=f"{_PRICE}-{asked.number}", placeholder=figures.fixed(line.mark, places))
    right.segmented_control(
        "By the price", list(_WATCHED), format_func=_WATCHED.__getitem__, default=StopPriceType.MP, required=True,
        key=f"{_WATCH}-{asked.number}",
    )  # fmt: skip
    if present is not None:
        st.button(
            figures.plain(f"Remove the {name} at {figures.fixed(present, places)}"),
            key="position-remove",
            disabled=asked.pressed,
            width="stretch",
            on_click=partial(press, asked.number, line.lots, remove=True),
        )


def offer(desk: Desk, asked: Asked, line: PositionLine) -> Offer:
    """Return what the button does with a position as it is now."""
    side = Side.SELL if line.is_long else Side.BUY
    verb, places = "sell" if line.is_long else "buy", line.price_places or 0
    try:
        match asked.kind:
            case "close":
                lots = desk.closing.lots(asked.symbol, asked.side, asked.fraction)
                left = f"{line.lots - lots:,} are left." if lots < line.lots else "Nothing is left."
                deed = f"Close {asked.part} %: {verb} {lots:,} {asked.symbol}"
                return Offer(deed, f"At the market, reduce-only. {left}", side, lots)
            case "reverse":
                deed = f"Reverse: {verb} {line.lots:,} twice, {asked.symbol}"
                way = "short" if line.is_long else "long"
                told = f"At the market: first {line.lots:,} to close, then the same to open {line.lots:,} {way}."
                return Offer(deed, f"{told} If only the first is filled, you have no position.", side, line.lots)
            case "even":
                at = figures.fixed(desk.protection.break_even_price(asked.symbol, asked.side), places)
                deed = f"Stop to break-even: {verb} {line.lots:,} {asked.symbol}"
                told = f"All of it is closed at the market once the mark price is at {at}, fees counted in."
                return Offer(deed, f"{told} The new stop is placed first, then the old one goes.", side, line.lots)
    except KucoinError as error:
        return Offer(f"{_title(asked)}", str(error), side, line.lots, "This cannot be done now.")
    return _protecting(asked, line, verb, side)


def _protecting(asked: Asked, line: PositionLine, verb: str, side: Side) -> Offer:
    name = _NAMES[asked.kind]
    deed = f"Set the {name}: {verb} {line.lots:,} {asked.symbol}"
    price = _wanted(asked)
    if price is None:
        return Offer(
            deed, "All of it is closed at the market once that price is reached.", side, line.lots, "No price."
        )
    away = None if not line.mark else price / line.mark - 1
    watch = _WATCHED[st.session_state[f"{_WATCH}-{asked.number}"]].lower()
    told = f"All of it is closed at the market once the {watch} price is at {figures.exact(price)},"
    return Offer(deed, f"{told} {figures.percent(away)} from mark now.", side, line.lots)


def _wanted(asked: Asked) -> Decimal | None:
    """Return the price that was written, None where it is none, or not clear: 0,5 is never taken for 5."""
    try:
        return ticket_rules.typed(str(st.session_state.get(f"{_PRICE}-{asked.number}") or ""))
    except InvalidRequest:
        return None


def _buttons(asked: Asked, line: PositionLine | None, offered: Offer | None) -> None:
    left, right = st.columns([3, 9], gap="small")
    left.button("Back", key="confirm-back", width="stretch", on_click=close)
    if line is None or offered is None:
        return
    with right, st.container(key=f"act-{offered.side}-position"):
        st.button(
            figures.plain(offered.deed),
            key="position-press",
            width="stretch",
            disabled=asked.pressed or bool(offered.reason),
            on_click=partial(press, asked.number, offered.lots),
        )


def _state(asked: Asked, act: position_acts.Act | None, offered: Offer | None) -> str:
    if act is not None and act.state == "unknown":
        return "It is being looked up. Nothing will be sent again."
    if act is not None and act.state in {"half", "refused"}:
        return "Nothing more will be sent."
    if asked.pressed:
        return "Sent. The button stays dead until the outcome is known."
    return (offered and offered.reason) or "After the press this button is dead until the outcome is known."


def became(desk: Desk, asked: Asked) -> position_acts.Act | None:
    """Return what became of what was handed over, None where nothing was."""
    if not asked.pressed:
        return None
    places = _places(desk, asked.symbol)
    if asked.kind == "close":
        placement = desk.trading.placement(asked.oid)
        order = desk.orders.order(placement.order_id) if placement and placement.order_id else None
        return placement and position_acts.of_closing(placement, order, places, desk.trading.ended(asked.oid))
    if asked.kind == "reverse":
        flips = (each for each in desk.flips.flips() if each.close.ticket.client_oid == asked.ids.close)
        return next((position_acts.of_flip(each, places) for each in flips), None)
    changes = (each for each in desk.protection.changes() if each.number == asked.change)
    return next((position_acts.of_change(each) for each in changes), None)


def press(number: int, lots: int, *, remove: bool = False) -> None:
    """Hand over what the button said, if it still is that; returns at once."""
    asked, desk = _asked(), session.desk()
    if asked is None or asked.number != number or asked.pressed or privacy.on():
        return
    line = _line(desk, asked)
    if line is None:
        return
    now = line.lots if remove else offer(desk, asked, line).lots
    if now != lots:
        _change(
            asked, refused=f"Not sent: the position changed, {lots:,} would be {now:,} now. Press again if that holds."
        )
        return
    try:
        change = _hand_over(desk, asked, remove=remove)
    except KucoinError as error:
        _change(asked, refused=f"Not sent: {error}")
        return
    _change(asked, pressed=True, refused="", change=change)


def _hand_over(desk: Desk, asked: Asked, *, remove: bool) -> int | None:
    """Do it; return the number of the change that it became, where it is one."""
    of, who = (asked.symbol, asked.side), session.principal()
    match asked.kind:
        case "close":
            desk.closing.close(*of, asked.fraction, who, client_oid=asked.oid)
            return None
        case "reverse":
            desk.closing.reverse(*of, who, ids=asked.ids)
            return None
        case "even":
            return desk.protection.break_even(*of, who).number
    protection, stop = desk.protection, asked.kind == "stop"
    if remove:
        return (protection.remove_stop if stop else protection.remove_profit)(*of, who).number
    price = _wanted(asked)
    watch = st.session_state[f"{_WATCH}-{asked.number}"]
    return (protection.set_stop if stop else protection.set_profit)(*of, price or Decimal(0), watch, who).number


def _change(asked: Asked, **changes: Any) -> None:
    st.session_state[_ASKED] = replace(asked, **changes)
