"""Money that sits in another account of one's own: moved to the one that pays, without leaving the ticket."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal

import streamlit as st

from kucoin.desk import ticket_rules
from kucoin.desk.prices import coin
from kucoin.desk.terms import Purse, Terms
from kucoin.errors import KucoinError
from kucoin.model.ledger import Wallet
from kucoin.model.order import Side, TradeType
from kucoin.model.ticket import Move, TicketState
from pages.widgets import figures, session, ticket_draft
from pages.widgets.ticket_draft import Draft

_LEAF, _SHOWN, _SAID = "transfer-leaf", "transfer-shown", "transfer-said"
_SOURCE, _NUMBER = "transfer-source", "transfer-number"
_NAMES = {
    Wallet.MAIN: "Funding",
    Wallet.TRADE: "Spot",
    Wallet.MARGIN: "Cross margin",
    Wallet.ISOLATED: "Isolated margin",
    Wallet.CONTRACT: "Futures",
}
_WALLETS: Mapping[Purse, Wallet] = {
    TradeType.TRADE: Wallet.TRADE,
    TradeType.MARGIN_TRADE: Wallet.MARGIN,
    TradeType.MARGIN_ISOLATED_TRADE: Wallet.ISOLATED,
    "futures": Wallet.CONTRACT,
}
_OUTCOMES = {
    TicketState.SENT: "Being moved",
    TicketState.ACCEPTED: "Moved",
    TicketState.REFUSED: "Refused",
    TicketState.UNKNOWN: "Unknown, look at the balances before moving it again",
    TicketState.NOT_SENT: "Not sent",
    TicketState.ABSENT: "Never arrived",
}


def show(draft: Draft, terms: Terms, side: Side) -> None:
    """Draw what opens the transfer of the currency that pays on ``side``."""
    currency = pays(terms, side)
    target = _WALLETS[ticket_draft.purse(draft, terms)]
    with st.popover("Transfer", key="transfer", width="content"):
        sources = {wallet: free for wallet, free in session.desk().moves.free(currency).items() if wallet != target}
        st.markdown(f"**{figures.plain(currency)} into {_NAMES[target].lower()}**")
        if not sources:
            st.caption(f"No other account has {figures.plain(currency)} that could be moved.")
        else:
            _form(currency, sources, target, terms.symbol)
        _outcome()


def pays(terms: Terms, side: Side) -> str:
    """Return the currency, by its name in spot, that an order on ``side`` costs."""
    if terms.contract is not None:
        return coin(terms.contract.settle_currency)
    return terms.rules.quote if side is Side.BUY else terms.rules.base


def _amount(currency: str) -> str:
    """Return where the amount stands: each currency, and each transfer, has a field of its own."""
    return f"transfer-amount-{currency}-{st.session_state.get(_NUMBER, 0)}"


def _form(currency: str, sources: Mapping[Wallet, Decimal], target: Wallet, symbol: str) -> None:
    if st.session_state.get(_SOURCE) not in sources:
        st.session_state[_SOURCE] = next(iter(sources))
    source = st.selectbox(
        "From",
        list(sources),
        key=_SOURCE,
        format_func=lambda each: f"{_NAMES[each]}, {figures.amount(sources[each])} {currency} free",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(f"Amount, {figures.plain(currency)}", key=_amount(currency), max_chars=40)
        st.button("All", key="transfer-all", on_click=_all, args=(currency, sources[source]))
    st.button(
        f"Move {figures.plain(currency)} to {_NAMES[target].lower()}",
        key="transfer-press",
        width="stretch",
        disabled=_under_way() is not None,
        on_click=_press,
        args=(currency, target, symbol),
    )


def _all(currency: str, free: Decimal) -> None:
    st.session_state[_amount(currency)] = figures.exact(free)


def _press(currency: str, target: Wallet, symbol: str) -> None:
    """Hand the transfer over; returns at once. Its id stays until the outcome was shown, so a second press is none."""
    st.session_state[_SAID] = ""
    try:
        session.desk().moves.move(
            currency,
            ticket_rules.typed(st.session_state.get(_amount(currency)) or ""),
            st.session_state[_SOURCE],
            target,
            session.principal(),
            target_symbol=symbol if target is Wallet.ISOLATED else None,
            client_oid=st.session_state.setdefault(_LEAF, uuid.uuid4().hex),
        )
    except KucoinError as error:
        st.session_state[_SAID] = f"Not moved: {error}"


def _find(client_oid: str | None) -> Move | None:
    found = (move for move in session.desk().moves.recent() if move.transfer.client_oid == client_oid)
    return next(found, None) if client_oid else None


def _under_way() -> Move | None:
    """Return the transfer that is being sent from here."""
    move = _find(st.session_state.get(_LEAF))
    return move if move is not None and move.state is TicketState.SENT else None


def _outcome() -> None:
    """Say what became of the last transfer; once that is known, the next press is another one."""
    if said := st.session_state.get(_SAID):
        st.caption(f":yellow[{figures.plain(said)}]")
    leaf = st.session_state.get(_LEAF)
    move = _find(leaf) or _find(st.session_state.get(_SHOWN))
    if move is None:
        return
    if move.transfer.client_oid == leaf and move.state is not TicketState.SENT:
        st.session_state[_SHOWN] = st.session_state.pop(_LEAF)
        if move.state is TicketState.ACCEPTED:
            st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1
    transfer = move.transfer
    what = f"{figures.exact(transfer.amount)} {transfer.currency} from {_NAMES[transfer.source].lower()}"
    words = f". {move.words}" if move.words else "."
    st.caption(figures.plain(f"{_OUTCOMES[move.state]}: {what}{words}"))
