"""Turning a futures position round: one order closes it, and once that is wholly filled another opens its reverse.

These are two tickets like any other, written down each. What binds them are their ids, so that also after a restart it
can be said which half happened. A second half is never made up for later: whoever wants it presses again.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from kucoin.desk import facts
from kucoin.desk.agenda import Agenda
from kucoin.desk.orders import Orders
from kucoin.desk.principal import Principal
from kucoin.desk.trading import Trading
from kucoin.errors import InvalidRequest, KucoinError, NotSent
from kucoin.model.order import NewFuturesOrder, OrderType, TimeInForce
from kucoin.model.ticket import FuturesTicket, Placement, TicketState
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_CLOSE, _OPEN = "-close", "-open"  # how the client ids of the two end
_LONGEST = 15.0  # s that the first half may take: after that the price is another one
_STEP = 0.05  # s between two looks at what is known of the first half
_ASKING = 10  # steps between two questions about it, for pushes may be missing
_NEVER_PLACED = frozenset({TicketState.REFUSED, TicketState.NOT_SENT, TicketState.ABSENT})


class FlipState(StrEnum):
    """How far it came. ``HALF``: closed, wholly or in part, and nothing opened. ``NOTHING``: neither happened."""

    CLOSING = "closing"
    OPENING = "opening"
    DONE = "done"
    HALF = "half"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


class PairIds(NamedTuple):
    """The client ids of both tickets."""

    close: str
    open: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A position turned round, or not. ``words`` is a sentence that says which half happened."""

    symbol: str
    state: FlipState
    words: str
    close: Placement
    open: Placement | None


def pair_ids() -> PairIds:
    """Return ids for the two tickets, never used before."""
    name = uuid.uuid4().hex
    return PairIds(name + _CLOSE, name + _OPEN)


class Flips:
    """Turns positions round. Safe to call from any thread; nothing here waits.

    Args:
        trading: Places both.
        orders: Tells how much of the first was filled; learns what is found here.
        exchange: Is asked about the first where no push tells of it.
        left: How many ways out were pressed that concern a symbol: no second half follows one.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        trading: Trading,
        orders: Orders,
        exchange: Exchange,
        *,
        left: Callable[[str], int] = lambda _: 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = left
        self._trading = trading
        self._orders = orders
        self._exchange = exchange
        self._monotonic = monotonic
        self._agenda = Agenda("desk-flip", 2)
        self._beginning = threading.Lock()
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._running: dict[str, int] = {}  # ids of first halves, and how many ways out were pressed before
        self._why: dict[str, str] = {}  # why a second half did not follow, by the first's id; of this run

    def start(self) -> None:
        """Begin to carry out what is wished."""
        self._agenda.start()

    def stop(self) -> None:
        """Place nothing any more: what is half done stays so."""
        self._agenda.stop()

    def flip(self, close: FuturesTicket, open: FuturesTicket, principal: Principal) -> Flip:  # noqa: A002  its name
        """Place ``close``, and ``open`` once that is wholly filled.

        Args:
            close: Reduce-only, with its size in lots, at the market or immediate-or-cancel.
            open: On the same contract and side; its id and that of ``close`` are out of one `pair_ids`.

        Raises:
            InvalidRequest: They are no such pair, or the first would be refused. Nothing was sent.
            NotAllowed: ``principal`` may not act, or orders are not taken.
        """
        _require_pair(close.order, open.order)
        with self._beginning:  # pressed twice, also in another run, it is begun once
            known, left = self._trading.placement(close.client_oid), self._left(close.symbol)
            placed = known or self._trading.place(close, principal)
            if known is None:
                with self._lock:
                    self._running[close.client_oid] = left
                self._agenda.after(0.0, partial(self._step, close, open, principal, self._monotonic(), 1))
        return self._told(placed)

    def flips(self) -> tuple[Flip, ...]:
        """Return those of the day, newest first, whichever run began them."""
        placed = self._trading.placements()
        return tuple(self._told(each) for each in placed if each.ticket.client_oid.endswith(_CLOSE))

    def _step(self, close: FuturesTicket, second: FuturesTicket, who: Principal, began: float, number: int) -> None:
        """Place the second half if the first is done, end it where it cannot be any more, or look again."""
        first = self._trading.placement(close.client_oid)
        if first is None or first.state in _NEVER_PLACED:
            return self._end(close, "")
        filled, over = self._filled(first)
        if filled >= (close.order.size or 0):
            return self._place(close, second, who)
        if over:
            return self._end(close, "the rest of the closing order was cancelled")
        if self._monotonic() - began > _LONGEST:
            return self._end(close, f"what became of the closing order was not known within {_LONGEST:.0f} s")
        if first.order_id is not None and number % _ASKING == 0:
            self._ask(first.order_id)
        return self._agenda.after(_STEP, partial(self._step, close, second, who, began, number + 1))

    def _place(self, close: FuturesTicket, second: FuturesTicket, who: Principal) -> None:
        with self._lock:
            left = self._running[close.client_oid]
        if self._left(close.symbol) > left:
            return self._end(close, "a way out was pressed meanwhile")
        try:
            self._trading.place(second, who)
        except NotSent as error:
            self._end(close, str(error))
        except Exception as error:
            log.exception("the second half of a turn was not placed")
            self._end(close, f"a fault of this program ({type(error).__name__}), of which its log tells more")
        else:
            self._end(close, "")
        return None

    def _ask(self, order_id: str) -> None:
        try:
            self._orders.told(facts.answered_futures(self._exchange.futures_orders.order(order_id=order_id)))
        except KucoinError as error:
            log.info("the first half of a turn was asked about in vain: %s", error)

    def _end(self, close: FuturesTicket, why: str) -> None:
        with self._lock:
            self._running.pop(close.client_oid, None)
            self._why[close.client_oid] = why

    def _filled(self, first: Placement) -> tuple[int, bool]:
        """Return how many lots of the first half are proven to be filled, and whether it has ended."""
        order = None if first.order_id is None else self._orders.order(first.order_id)
        return (0, False) if order is None else (int(order.filled_size), order.status is not None and not order.open)

    def _told(self, first: Placement) -> Flip:
        oid = first.ticket.client_oid
        second = self._trading.placement(oid.removesuffix(_CLOSE) + _OPEN)
        with self._lock:
            running, why = oid in self._running, self._why.get(oid, "")
        filled, over = self._filled(first)
        if second is not None:
            state, words = _of_both(filled, second)
        elif running:
            state, words = FlipState.CLOSING, "The position is being closed."
        else:
            state, words = _of_first(first, filled, over)
            words = f"{words[:-1]}: {why}." if why else words
        return Flip(symbol=first.ticket.symbol, state=state, words=words, close=first, open=second)


def _of_first(first: Placement, filled: int, over: bool) -> tuple[FlipState, str]:
    """Say what happened where there is no second half."""
    if first.state in _NEVER_PLACED:
        return FlipState.NOTHING, f"The closing order was not placed, and nothing was opened: {first.words}."
    if filled:
        return FlipState.HALF, f"{filled} of {first.ticket.order.size} lots were closed, and nothing was opened."
    if over:
        return FlipState.NOTHING, "Nothing was closed, and nothing was opened."
    return FlipState.UNKNOWN, "Nothing was opened, and how much was closed is not known."


def _of_both(filled: int, second: Placement) -> tuple[FlipState, str]:
    """Say what happened where the second half was placed, or meant to be."""
    closed = f"{filled} lots were closed" if filled else "The position was closed"
    if second.state is TicketState.SENT:
        return FlipState.OPENING, f"{closed}, and the reverse is being opened."
    if second.state is TicketState.ACCEPTED:
        return FlipState.DONE, f"{closed}, and the order to open {second.ticket.order.size} the other way was accepted."
    if second.state in _NEVER_PLACED:
        return FlipState.HALF, f"{closed}, and nothing was opened: {second.words}."
    return FlipState.UNKNOWN, f"{closed}; whether the order to open the reverse arrived is not known."


def _require_pair(close: NewFuturesOrder, second: NewFuturesOrder) -> None:
    """Raise InvalidRequest unless the two turn a position round."""
    name = close.client_oid.removesuffix(_CLOSE)
    if close.client_oid != name + _CLOSE or second.client_oid != name + _OPEN:
        raise InvalidRequest(f"{close.client_oid} and {second.client_oid} are not the ids of one pair")
    if (close.symbol, close.side) != (second.symbol, second.side) or close.side is None:
        raise InvalidRequest(f"{close.symbol} {close.side} is not turned round by {second.symbol} {second.side}")
    at_once = close.type is OrderType.MARKET or close.time_in_force is TimeInForce.IOC
    if not (close.reduce_only and close.size and at_once and close.stop is None):
        raise InvalidRequest(f"{close.client_oid} does not close a number of lots at once, and nothing else")
    if second.reduce_only or second.close_order:
        raise InvalidRequest(f"{second.client_oid} opens nothing")
