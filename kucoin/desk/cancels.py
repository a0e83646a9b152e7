"""Cancelling: a way of its own, past the gate, the journal and whatever else may be broken.

A cancel may be sent as often as one likes: it is repeated until the order is seen to have ended, or 15 s have passed.
Who presses gets an answer at once; what became of the order is told as soon as anybody knows it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from kucoin.desk.agenda import Agenda
from kucoin.desk.audit import DESK, silent, turning_away
from kucoin.desk.cancel_ways import Ways
from kucoin.desk.orders import Orders, is_futures
from kucoin.desk.principal import Principal
from kucoin.errors import (
    ApiError,
    InvalidRequest,
    KucoinError,
    NotCancellable,
    NotConfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    TooManyRequests,
)
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.ticket import Ticket
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_LONGEST = 15.0  # s after which it is said that nobody knows
_LAST_STEP = 13.0  # s after which nothing is asked any more: the lists go on telling
_TAKEN = 0.1  # s that a push has to tell of the end before it is asked for
_PAUSES = (0.25, 0.5, 1.0, 2.0)  # s between two rounds; the last one for all that follow
_FOUND = 10.0  # s after which an order must be found that lives
_KEPT = 1_000  # cancels that are remembered
_PROVEN = frozenset({CancelState.CANCELLED, CancelState.FILLED, CancelState.PARTLY_FILLED})


class _Case:
    """One wish to cancel. ``told`` is guarded by the lock of `Cancels`, the rest is for its errands, one at a time.

    Attributes:
        about: What is known of the order, for the audit.
        sent: How often a cancel was asked for.
        rounds: How often that, or a look, brought nothing.
        left: A request may have left this machine.
        trouble: Why the last request brought nothing.
        refusal: Why the exchange will not cancel it.
        missing: Since when the exchange has not known the order.
    """

    def __init__(self, told: Cancellation, began: float, about: Mapping[str, object]) -> None:
        self.told = told
        self.about = about
        self.began = began
        self.sent = 0
        self.rounds = 0
        self.left = False
        self.trouble = ""
        self.refusal: str | None = None
        self.missing: float | None = None

    def pause(self) -> float:
        """Return the s until it is tried again, counting."""
        self.rounds += 1
        return _PAUSES[min(self.rounds, len(_PAUSES)) - 1]


class Cancels:
    """Cancels orders, whoever placed them. Safe to call from any thread; nothing here waits.

    Needs nothing but the line to the exchange: neither the journal nor the sockets, and no permission but the role's.

    Args:
        exchange: Is asked to cancel, and about single orders.
        orders: What is known of the orders; learns what is found here.
        ticket_of: The ticket that was accepted under an id; None where this desk placed none such.
        note: Is told what was wished and what came of it; see `Audit.note`.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        orders: Orders,
        *,
        ticket_of: Callable[[str], Ticket | None],
        note: Callable[..., None] = silent,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ways = Ways(exchange, orders, ticket_of)
        self._orders = orders
        self._note = note
        self._monotonic = monotonic
        # Sets of threads, so that a question which hangs never holds up a cancel, nor one host those at the other.
        self._acts = {False: Agenda("desk-cancel", 4), True: Agenda("desk-cancel-futures", 4)}
        self._looks = {False: Agenda("desk-cancel-look", 2), True: Agenda("desk-cancel-futures-look", 2)}
        self._lock = threading.Lock()
        self._cases: dict[str, _Case] = {}  # oldest first
        self._wished: dict[str, int] = {}  # oldest first
        self._generation = 0

    @property
    def generation(self) -> int:
        """Rises with every change."""
        with self._lock:
            return self._generation

    def start(self) -> None:
        """Begin to carry out what is wished."""
        for agenda in (*self._acts.values(), *self._looks.values()):
            agenda.start()

    def stop(self) -> None:
        """Ask nothing any more; returns within a few s even while the network hangs."""
        stops = [threading.Thread(target=each.stop) for each in (*self._acts.values(), *self._looks.values())]
        for thread in stops:
            thread.start()
        for thread in stops:
            thread.join()

    def cancel(self, order_id: str, principal: Principal) -> Cancellation:
        """Have an order cancelled, or one that waits for a price, or a pair; of one that triggered, what it became.

        Pressed again while it is under way, or after it has ended, it sends nothing and returns what there is.

        Raises:
            NotAllowed: Who asks may not act.
            InvalidRequest: Nobody has told of an order with this id.
        """
        with turning_away(self._note, principal.name, order_id, text=f"Turned away: cancel {order_id}"):
            principal.require_trader("cancel an order")
        told = self._begin(order_id, principal)
        with self._lock:  # last, so that whoever sees it counted sees the case as well
            self._wished[order_id] = self._wished.pop(order_id, 0) + 1
            if len(self._wished) > _KEPT:
                del self._wished[next(iter(self._wished))]
        return told

    def _begin(self, order_id: str, principal: Principal) -> Cancellation:
        present = self.cancellation(order_id)
        if present is not None and (present.state is CancelState.SENT or present.state in _PROVEN):
            return present
        way = self._ways.of(order_id)
        if way is None:
            raise InvalidRequest(f"no order {order_id} is known here")
        log.info("%s cancels %s on %s", principal.name, order_id, way.symbol)
        told = Cancellation(order_id=order_id, symbol=way.symbol, state=CancelState.SENT, by=principal.name)
        case = _Case(told, self._monotonic(), self._about(order_id, way.symbol))
        with self._lock:
            known = self._cases.get(order_id)
            if known is not None and known.told is not present:  # pressed twice at the same time
                return known.told
            self._cases.pop(order_id, None)
            self._cases[order_id] = case
            if len(self._cases) > _KEPT:
                del self._cases[next(iter(self._cases))]
            self._generation += 1
        self._note(principal.name, "cancel", order_id, state=CancelState.SENT, **case.about)
        if not self._over(case):
            self._cancel_in(0.0, case)
        return case.told

    def look(self, order_id: str) -> CancelState | None:
        """Have the exchange asked how an order ended, and return that, None while it lives; waits for the answer.

        Raises:
            KucoinError: It could not be read, or nobody has told of an order with this id.
        """
        way = self._ways.of(order_id)
        if way is None:
            raise InvalidRequest(f"no order {order_id} is known here")
        verdict = way.look()
        return None if verdict is None else verdict.state

    def wished(self, order_id: str) -> int:
        """Return how often it was wished that an order be cancelled, also where that sent nothing."""
        with self._lock:
            return self._wished.get(order_id, 0)

    def cancellation(self, order_id: str) -> Cancellation | None:
        """Return what became of the last wish to cancel an order; None where there was none."""
        with self._lock:
            case = self._cases.get(order_id)
        if case is None:
            return None
        if case.told.state not in _PROVEN:
            self._over(case, _LONGEST)  # whatever its errands wait for
        return case.told

    def _cancel_in(self, pause: float, case: _Case) -> None:
        self._acts[is_futures(case.told.symbol)].after(pause, partial(self._act, case))

    def _look_in(self, pause: float, case: _Case) -> None:
        self._looks[is_futures(case.told.symbol)].after(pause, partial(self._look, case))

    def _act(self, case: _Case) -> None:
        """Ask for it once, and have looked at what came of it."""
        way = self._ways.of(case.told.order_id)
        if way is None or self._over(case):
            return
        left_before, case.left = case.left, True  # as long as nobody knows better
        case.refusal = None  # of an earlier round, in which the order could not be seen
        case.sent += 1
        try:
            way.cancel()
        except (InvalidRequest, NotConfigured) as error:
            self._settle(case, CancelState.REFUSED, f"Nothing was cancelled: {error}.")
        except (NotSent, TooManyRequests) as error:
            case.left, case.trouble = left_before, str(error)
            self._cancel_in(case.pause(), case)
        except OutcomeUnknown as error:
            case.trouble = str(error)
            again = self._cancel_in if case.sent == 1 else self._look_in
            again(0.0, case)
        except (NotCancellable, NotFound):  # it has ended, or has not arrived yet
            self._look_in(0.0, case)
        except ApiError as error:
            case.refusal = error.message
            self._look_in(0.0, case)
        else:
            case.trouble = "the exchange took the cancel, and was not seen to carry it out"
            self._look_in(_TAKEN, case)

    def _look(self, case: _Case) -> None:
        """Look at the order, and ask for its cancel once more where it lives."""
        way = self._ways.of(case.told.order_id)
        if way is None or self._over(case):
            return
        try:
            verdict = way.look()
        except NotFound:
            now = self._monotonic()
            case.missing = now if case.missing is None else case.missing
            if now - case.missing >= _FOUND:
                self._settle(case, CancelState.GONE, "KuCoin knows no such order any more.")
            else:
                self._cancel_in(case.pause(), case)
        except KucoinError as error:
            case.trouble = str(error)
            self._look_in(case.pause(), case)
        else:
            case.missing = None
            if verdict is not None:
                self._settle(case, *verdict)
            elif case.refusal is not None:
                self._settle(case, CancelState.REFUSED, case.refusal)
            else:
                self._cancel_in(case.pause(), case)

    def _over(self, case: _Case, longest: float = _LAST_STEP) -> bool:
        """Whether there is nothing more to be done about it: it has ended, or took longer than ``longest`` s."""
        verdict = self._ways.verdict(case.told.order_id)
        if verdict is not None:
            self._settle(case, *verdict)
        elif self._monotonic() - case.began > longest:
            self._give_up(case)
        return case.told.state is not CancelState.SENT

    def _give_up(self, case: _Case) -> None:
        if case.refusal is not None:
            self._settle(case, CancelState.REFUSED, case.refusal)
        elif not case.left:
            self._settle(
                case, CancelState.REFUSED, f"Nothing was cancelled: {case.trouble or 'its turn did not come'}."
            )
        else:
            why = case.trouble or "no answer came"
            self._settle(case, CancelState.UNKNOWN, f"Whether it ended is not known: {why}.")

    def _settle(self, case: _Case, state: CancelState, words: str) -> None:
        """Say what became of it. What is proven stays; what is not gives way to what is."""
        with self._lock:
            before = case.told.state
            if before in _PROVEN or (before is not CancelState.SENT and state not in _PROVEN):
                return
            took = self._monotonic() - case.began
            case.told = replace(case.told, state=state, words=words, took=took)
            self._generation += 1
        log.info("the cancel of %s came to: %s after %.3f s", case.told.order_id, state, took)
        self._note(DESK, "cancel", case.told.order_id, state=state, words=words, took=took, **case.about)

    def _about(self, order_id: str, symbol: str) -> Mapping[str, object]:
        """Return what is known of an order, as the audit keeps it."""
        order, stop = self._orders.order(order_id), self._orders.stop(order_id)
        known = order or stop
        if known is None:  # a pair
            return {"symbol": symbol}
        size = order.size if order else stop and (stop.lots or stop.size)
        return {"symbol": symbol, "side": known.side, "size": size, "price": known.price}
