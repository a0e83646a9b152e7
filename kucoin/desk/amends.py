"""Amending: another price or size for a working order. KuCoin changes plain spot orders in one call, others are
cancelled and, once that is proven, placed anew with what was left of them.

No amend is sent twice, and what is unknown is looked up. What stands at the end is never more than was asked for, and
a cancel that is pressed meanwhile wins.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from kucoin.decimals import ZERO
from kucoin.desk.agenda import Agenda
from kucoin.desk.amend_ways import AMEND, AmendWays
from kucoin.desk.cancels import Cancels
from kucoin.desk.changed import Wish, changed, reached, too_small, triggered, whole
from kucoin.desk.faults import is_figure, said
from kucoin.desk.order_state import SpotOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.principal import Principal
from kucoin.desk.terms import Terms
from kucoin.desk.trading import Trading
from kucoin.errors import InvalidRequest, JournalError, KucoinError, NotSent
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.change import Amend, AmendState
from kucoin.model.order import NewOrder, OrderType
from kucoin.model.ticket import Amends as InOneCall
from kucoin.model.ticket import Placement, SpotTicket, Ticket, TicketState

log = logging.getLogger(__name__)

_LONGEST = 15.0  # s from the press, after which nothing is placed any more: the price is another one
_STEP = 0.02  # s between two looks at how a cancel stands
_SLOWLY = 1.0  # the same once it is late
_AGAIN = 0.5  # s until something is asked again that could not be read
_FOLLOWED = 600.0  # s for which what is not known is followed
_KEPT = 1_000  # amends that are remembered
_OPEN = frozenset({AmendState.SENT, AmendState.UNKNOWN})
_NOTHING = "Nothing was placed in its place"
# The audit's mark of each state, and how its row begins.
_ROWS = {
    AmendState.SENT: ("sent", "Amend asked"),
    AmendState.DONE: ("accepted", "Amended"),
    AmendState.HALF: ("refused", "Amended by half"),
    AmendState.REFUSED: ("refused", "Not amended"),
    AmendState.UNKNOWN: ("unknown", "Amend looked up"),
}


@dataclass(slots=True)
class _Case:
    """One amend. ``told`` is guarded by the lock of `Amends`.

    Attributes:
        order_id: Of the order in the market, also where it had been one that waited.
        what: The order, and what is to become of it, in words.
        wished: How many cancels of the order had been wished when this began, its own included.
        left: How many ways out had been pressed by then.
        ticket: What is placed, or what the order is changed into; None while that is not known.
    """

    told: Amend
    order_id: str
    what: str
    wish: Wish
    who: Principal
    began: float
    wished: int
    left: int
    ticket: Ticket | None = None

    @property
    def in_one_call(self) -> bool:
        return isinstance(self.ticket, SpotTicket) and self.ticket.amends is not None


class Amends:
    """Amends orders. Safe to call from any thread; nothing here waits.

    Args:
        trading: Places what stands in an order's place, in one call or anew.
        cancels: Cancels what is placed anew.
        orders: What is known of the orders.
        ways: Says how each is amended.
        terms: What is known of a symbol; None where nothing is.
        left: How many ways out were pressed that concern a symbol: what is placed after one is cancelled, or is not.
        note: Writes into the audit: by whom, which act, on what, and more.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        trading: Trading,
        cancels: Cancels,
        orders: Orders,
        ways: AmendWays,
        *,
        left: Callable[[str], int] = lambda _: 0,
        terms: Callable[[str], Terms | None],
        note: Callable[..., None] = lambda *_, **__: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trading = trading
        self._cancels = cancels
        self._orders = orders
        self._ways = ways
        self._terms = terms
        self._left = left
        self._note = note
        self._monotonic = monotonic
        self._agenda = Agenda("desk-amend", 2)
        self._beginning = threading.Lock()
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._cases: dict[str, _Case] = {}  # by the order's id as it was, oldest first
        self._by_ticket: dict[str, _Case] = {}  # by our id of what is placed
        self._generation = 0
        trading.on_change(self._placed)

    @property
    def generation(self) -> int:
        """Rises with every change."""
        with self._lock:
            return self._generation

    def start(self) -> None:
        """Begin to carry out what is wished."""
        self._agenda.start()

    def stop(self) -> None:
        """Place nothing any more: what is half done stays so."""
        self._agenda.stop()

    def way(self, order_id: str) -> str | None:
        """Return how an order is amended: ``amend`` or ``cancel and new``; None where it is not: see `why_not`."""
        return self._ways.of(order_id).how

    def why_not(self, order_id: str) -> str:
        """Return why an order cannot be amended, as a sentence; empty where it can."""
        return self._ways.of(order_id).why

    def amend_of(self, order_id: str) -> Amend | None:
        """Return what became of the last amend of an order, by its id before or after; None where there was none."""
        with self._lock:
            if order_id in self._cases:
                return self._cases[order_id].told
            told = (case.told for case in reversed(self._cases.values()))
            return next((each for each in told if each.new_order_id == order_id), None)

    def amend(
        self,
        order_id: str,
        *,
        price: Decimal | None = None,
        size: Decimal | int | None = None,
        trigger: Decimal | None = None,
        principal: Principal,
    ) -> Amend:
        """Have an order changed, and return at once; `amend_of` tells what becomes of it.

        Pressed again with the same wish while it is under way, or after it was done, it sends nothing more.

        Args:
            price: Of the order; of one that waits for a price, of the order that it becomes.
            size: Of the whole, what is filled included.
            trigger: The price that an order waits for.

        Raises:
            NotAllowed: ``principal`` may not act.
            InvalidRequest: The order cannot be changed, a value is none, or it is just being changed or cancelled.
        """
        principal.require_trader("change an order")
        wish = Wish(price=price, size=None if size is None else Decimal(size), trigger=trigger)
        for name, value in wish.named():
            if not is_figure(value):
                raise InvalidRequest(f"The {name} {value} is no number above 0.")
        if not wish.named():
            raise InvalidRequest("Nothing is to be changed.")
        with self._beginning:
            with self._lock:
                known = self._cases.get(order_id)
            if known is not None and known.wish == wish and known.told.state is not AmendState.REFUSED:
                return known.told
            if known is not None and known.told.state in _OPEN:
                raise InvalidRequest("It is just being changed.")
            return self._begin(order_id, wish, principal)

    # Carrying it out ------------------------------------------------------------------------------------------

    def _begin(self, order_id: str, wish: Wish, who: Principal) -> Amend:
        way, wished = self._ways.of(order_id), self._cancels.wished(order_id)
        left = self._left(way.symbol)
        if way.how is None:
            raise InvalidRequest(way.why)
        cancel = self._cancels.cancellation(order_id)  # after the count: one that comes now is counted later
        if cancel is not None and cancel.state is CancelState.SENT:
            raise InvalidRequest("It is just being cancelled.")
        words = f"{'Changing' if way.how == AMEND else 'Cancelling, to place anew'}: {wish}."
        told = Amend(
            order_id=order_id,
            symbol=way.symbol,
            state=AmendState.SENT,
            words=words,
            by=who.name,
            price=wish.price,
            size=wish.size,
        )
        live = self._orders.triggered(order_id) or order_id
        what = wish.of(self._ways.live(order_id) or self._orders.stop(order_id))
        case = _Case(told, live, what, wish, who, self._monotonic(), wished, left)
        with self._lock:
            self._cases.pop(order_id, None)
            self._cases[order_id] = case
            if len(self._cases) > _KEPT:
                gone = self._cases.pop(next(iter(self._cases)))
                self._by_ticket.pop(gone.ticket.client_oid if gone.ticket is not None else "", None)
            self._generation += 1
        self._write(case, told)
        self._run(self._alter if way.how == AMEND else self._cancel, case)
        return told

    def _run(self, step: Callable[[_Case], None], case: _Case, pause: float = 0.0) -> None:
        """Have ``step`` made; a fault of ours never leaves a case under way for good."""

        def errand() -> None:
            try:
                step(case)
            except Exception as error:
                log.exception("changing order %s broke", case.order_id)
                fault = f"a fault of this program ({type(error).__name__}), of which its log tells more"
                self._tell(case, AmendState.HALF, f"How far the change came is not known: {fault}. Look at the order.")

        self._agenda.after(pause, errand)

    def _alter(self, case: _Case) -> None:
        """Have a plain spot order changed in one call."""
        order, wish = self._ways.live(case.order_id), case.wish
        if not isinstance(order, SpotOrderState) or order.size is None or wish.trigger is not None:
            why = "it waits for no price" if wish.trigger is not None else "it is not known any more"
            return self._tell(case, AmendState.REFUSED, f"Nothing was changed: {why}.")
        size = order.size if wish.size is None else wish.size
        if size <= order.filled_size:
            return self._tell(case, AmendState.REFUSED, too_small(order.filled_size))
        new = NewOrder(
            client_oid=f"{uuid.uuid4().hex}-amend",
            symbol=order.symbol,
            side=order.side,
            type=OrderType.LIMIT,
            price=order.price if wish.price is None else wish.price,
            size=size,
            post_only=bool(order.post_only),
        )
        amends = InOneCall(client_oid=order.client_oid, price=wish.price, size=wish.size)
        return self._place(case, SpotTicket(order=new, replaces=order.order_id, amends=amends))

    def _cancel(self, case: _Case) -> None:
        """Have an order cancelled, unless something that is known speaks against its successor."""
        order = self._ways.live(case.order_id)
        try:
            old = self._ways.ticket(case.told.order_id)
            if order is not None:
                old = triggered(old)
            ticket = self._successor(case, old, ZERO if order is None else Decimal(order.filled_size))
            terms = self._terms(ticket.symbol)
            if terms is not None and (why := reached(ticket, terms.last, terms.mark)):
                raise InvalidRequest(why)
            self._trading.admit(ticket, case.who)
            self._cancels.cancel(case.told.order_id, case.who)
        except (NotSent, JournalError) as error:
            return self._tell(case, AmendState.REFUSED, f"Nothing was changed: {error}")
        case.wished += 1
        return self._run(partial(self._await_cancel, old), case)

    def _await_cancel(self, old: Ticket, case: _Case) -> None:
        """Go on once it is proven how the order ended."""
        cancel, again = self._cancels.cancellation(case.told.order_id), partial(self._await_cancel, old)
        if cancel is None:
            return self._tell(case, AmendState.HALF, f"What became of its cancel is not known any more. {_NOTHING}.")
        match cancel.state:
            case CancelState.SENT:
                return self._run(again, case, _STEP)
            case CancelState.CANCELLED | CancelState.PARTLY_FILLED:
                return self._renew(old, cancel, case)
            case CancelState.FILLED:
                return self._tell(case, AmendState.REFUSED, "It was filled before it could be changed.")
            case CancelState.REFUSED:
                return self._tell(case, AmendState.REFUSED, f"It was not changed: {cancel.words}")
            case CancelState.UNKNOWN if self._age(case) < _FOLLOWED:
                self._tell(case, AmendState.UNKNOWN, f"{cancel.words} {_NOTHING}.")
                return self._run(again, case, _SLOWLY)
        return self._tell(case, AmendState.HALF, f"{cancel.words} {_NOTHING}.")

    def _renew(self, old: Ticket, cancel: Cancellation, case: _Case) -> None:
        """Place what was left of a cancelled order, once the exchange has said how much that is."""
        if why := self._unwanted(old, cancel, case):
            return self._tell(case, AmendState.HALF, f"{cancel.words} {_NOTHING}: {why}.")
        try:
            filled = ZERO if old.waits else self._ways.filled(case.order_id, old)
        except KucoinError as error:
            log.info("what was filled of %s was asked in vain: %s", case.order_id, error)
            return self._run(partial(self._renew, old, cancel), case, _AGAIN)
        size = whole(old, case.wish)
        if size is not None and filled >= size:
            return self._tell(case, AmendState.DONE, f"{said(filled)} of it was filled: nothing is left to be placed.")
        if why := self._unwanted(old, cancel, case):  # the answer may have taken its time
            return self._tell(case, AmendState.HALF, f"{cancel.words} {_NOTHING}: {why}.")
        return self._place(case, self._successor(case, old, filled))

    def _unwanted(self, old: Ticket, cancel: Cancellation, case: _Case) -> str:
        """Return why nothing is to be placed any more; empty where something is."""
        stop = self._orders.stop(case.order_id)
        if old.waits and (cancel.state is CancelState.PARTLY_FILLED or (stop is not None and stop.triggered)):
            return "it had become another order"
        if self._cancels.wished(case.told.order_id) > case.wished:
            return "its cancel was wished meanwhile"
        if self._left(case.told.symbol) > case.left:
            return "a way out was pressed meanwhile"
        late = self._age(case)
        return f"that took {late:.0f} s, and the price may be another one by now" if late > _LONGEST else ""

    def _place(self, case: _Case, ticket: Ticket) -> None:
        """Have it placed; from here on `_placed` hears what becomes of it."""
        case.ticket = ticket
        with self._lock:
            self._by_ticket[ticket.client_oid] = case
        try:
            self._trading.place(ticket, case.who)
        except NotSent as error:
            self._nothing_new(case, TicketState.NOT_SENT, str(error))

    def _placed(self, placement: Placement) -> None:
        """Hear what became of a placement; nothing is done about those that are not of an amend."""
        client_oid = placement.ticket.client_oid
        with self._lock:
            case = self._by_ticket.get(client_oid)
        placement = self._trading.placement(client_oid) or placement  # what is heard may be heard in any order
        if case is None or placement.state is TicketState.SENT:
            return
        if placement.state is TicketState.UNKNOWN:
            what = "Whether the change was taken" if case.in_one_call else "Cancelled; whether the new order arrived"
            self._tell(case, AmendState.UNKNOWN, f"{what} is not known. It is being looked up, and not sent again.")
        elif placement.state is TicketState.ACCEPTED:
            self._run(partial(self._stands, placement.order_id or ""), case)
        else:
            self._nothing_new(case, placement.state, placement.words)

    def _stands(self, new_id: str, case: _Case) -> None:
        """Say that the change is done; whoever wished a cancel of the order meanwhile meant this one as well."""
        if new_id == case.order_id:
            return self._tell(case, AmendState.DONE, "So much of it was filled meanwhile that nothing is left of it.")
        words = f"{'Changed' if case.in_one_call else 'Cancelled and placed anew'}: {case.wish}."
        self._tell(case, AmendState.DONE, words, new_id)
        if self._cancels.wished(case.told.order_id) > case.wished or self._left(case.told.symbol) > case.left:
            self._cancels.cancel(new_id, case.who)
            self._tell(case, AmendState.DONE, f"{words} It is being cancelled, as was wished meanwhile.", new_id)
        return None

    def _nothing_new(self, case: _Case, state: TicketState, why: str) -> None:
        """Say that no new order stands, and find out whether the old one does."""
        why = why.rstrip(".")
        if not case.in_one_call:
            self._tell(case, AmendState.HALF, f"The old order has ended, and no new one was placed: {why}.")
        elif state is TicketState.NOT_SENT:
            self._tell(case, AmendState.REFUSED, f"Nothing was changed: {why}.")
        else:
            self._run(partial(self._look_at_old, why), case)

    def _look_at_old(self, why: str, case: _Case) -> None:
        """Have the exchange say whether an order still stands of which a change was refused, or never arrived."""
        try:
            verdict = self._cancels.look(case.order_id)
        except KucoinError as error:
            if self._age(case) < _FOLLOWED:
                words = f"No new order stands: {why}. Whether the old one does could not be read: {error}"
                self._tell(case, AmendState.UNKNOWN, words)
                return self._run(partial(self._look_at_old, why), case, _SLOWLY)
            return self._tell(case, AmendState.HALF, f"No new order stands: {why}. Look at the old one.")
        if verdict is None:
            return self._tell(case, AmendState.REFUSED, f"Nothing was changed, the old order stands: {why}.")
        if verdict is CancelState.FILLED:
            return self._tell(case, AmendState.REFUSED, f"It was filled before it could be changed: {why}.")
        return self._tell(case, AmendState.HALF, f"The old order has ended, and no new one stands: {why}.")

    def _successor(self, case: _Case, old: Ticket, filled: Decimal) -> Ticket:
        """Return the ticket that takes an order's place; InvalidRequest where there can be none."""
        return changed(old, case.wish, client_oid=uuid.uuid4().hex, replaces=case.order_id, filled=filled)

    def _age(self, case: _Case) -> float:
        return self._monotonic() - case.began

    # What is told ---------------------------------------------------------------------------------------------

    def _tell(self, case: _Case, state: AmendState, words: str, new_id: str | None = None) -> None:
        with self._lock:
            before = case.told
            took = None if state in _OPEN else before.took or self._age(case)
            told = replace(before, state=state, words=words, took=took, new_order_id=new_id or before.new_order_id)
            if (told.state, told.words, told.new_order_id) == (before.state, before.words, before.new_order_id):
                return
            case.told = told
            self._generation += 1
        self._write(case, told)

    def _write(self, case: _Case, told: Amend) -> None:
        mark, begins = _ROWS[told.state]
        text = f"{begins}: {case.what}"
        self._note(told.by, "amend", told.order_id, text=text, note=told.words, state=mark, took=told.took)
