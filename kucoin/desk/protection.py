"""Stop loss and take profit of a position: the new order first, and only once that is accepted the old ones go.

Each is one order that waits and closes the whole position, whatever its size by then: it can open nothing. Cut between
its halves, both stand, and that is said.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from kucoin.decimals import ZERO, is_multiple
from kucoin.desk import stops
from kucoin.desk.agenda import Agenda
from kucoin.desk.aims import Aim, Kind
from kucoin.desk.cancels import Cancels
from kucoin.desk.closing import Held, position
from kucoin.desk.faults import is_figure, said
from kucoin.desk.orders import Orders
from kucoin.desk.position_lines import PositionLine
from kucoin.desk.principal import Principal
from kucoin.desk.terms import Terms
from kucoin.desk.trading import Trading
from kucoin.errors import InvalidRequest, KucoinError, NotFound
from kucoin.model.cancellation import CancelState
from kucoin.model.change import Change, ChangeState
from kucoin.model.order import FuturesOrder, Side, StopPriceType
from kucoin.model.ticket import FuturesTicket, Placement, TicketState
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_LONGEST = 15.0  # s for which the old orders are asked for
_STEP = 0.05  # s between two looks at cancels
_AGAIN = 0.5  # s until the old orders are asked for again
_KEPT = 500  # changes that are remembered
_WATCHED = {StopPriceType.TP: "last", StopPriceType.MP: "mark", StopPriceType.IP: "index"}
_OPEN = frozenset({ChangeState.WORKING, ChangeState.UNKNOWN})
_MARKS = {ChangeState.WORKING: "sent", ChangeState.DONE: "accepted", ChangeState.HALF: "refused"}


@dataclass(slots=True)
class _Case:
    """One change under way. ``change`` is guarded by the lock of `Protection`.

    Attributes:
        ticket: Of the new order; None where the old ones are only removed.
        done: What is said of the new order once it stands; empty where there is none.
        old: The orders to go, by KuCoin's id, and at which price each waits.
    """

    change: Change
    aim: Aim
    who: Principal
    began: float
    ticket: FuturesTicket | None = None
    done: str = ""
    old: dict[str, str] = field(default_factory=dict)


class Protection:
    """Sets and removes stops and take profits of positions. Safe to call from any thread; nothing here waits.

    Args:
        trading: Places the new orders.
        cancels: Cancels the old ones.
        orders: What is known of the orders; learns what is found here.
        exchange: Is asked which orders wait.
        held: The open positions, None while they were never read.
        lines: The same as rows, with what is reckoned of them.
        terms: What is known of a contract; None where nothing is.
        note: Writes into the audit: by whom, which act, on what, and more.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        trading: Trading,
        cancels: Cancels,
        orders: Orders,
        exchange: Exchange,
        *,
        held: Held,
        lines: Callable[[], Sequence[PositionLine]],
        terms: Callable[[str], Terms | None],
        note: Callable[..., None] = lambda *_, **__: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trading = trading
        self._cancels = cancels
        self._orders = orders
        self._exchange = exchange
        self._held = held
        self._lines = lines
        self._terms = terms
        self._note = note
        self._now = now
        self._monotonic = monotonic
        self._agenda = Agenda("desk-protect", 2)
        self._beginning = threading.Lock()
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._cases: list[_Case] = []  # oldest first
        self._count = 0
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
        """Change nothing any more: what is half done stays so."""
        self._agenda.stop()

    def changes(self) -> tuple[Change, ...]:
        """Return the changes of this run, newest first. The audit keeps those of earlier ones."""
        with self._lock:
            return tuple(case.change for case in reversed(self._cases))

    def break_even_price(self, symbol: str, position_side: str) -> Decimal:
        """Return the price at which a stop closes a position without a loss, fees counted, on the tick.

        Raises:
            InvalidRequest: It is not known, the mark price is already on its wrong side, or a stop stands that is
                better.
        """
        aim = self._aim(symbol, position_side, Kind.STOP)
        named = (each for each in self._lines() if (each.symbol, each.position_side) == (symbol, position_side))
        line, terms = next(named, None), self._terms(symbol)
        if line is None or terms is None or line.break_even is None:
            raise InvalidRequest(f"Break-even of {symbol} is not known yet.")
        tick, is_long = terms.rules.tick, aim.side is Side.SELL
        price = (line.break_even / tick).to_integral_value(ROUND_CEILING if is_long else ROUND_FLOOR) * tick
        if price <= ZERO:
            raise InvalidRequest(f"{symbol}: at no price above 0 would it close at a loss.")
        if line.stop_loss is not None and (line.stop_loss >= price if is_long else line.stop_loss <= price):
            raise InvalidRequest(f"{symbol}: its stop at {said(line.stop_loss)} is at break-even already, or better.")
        aim.refuse(price, StopPriceType.MP, terms)
        return price

    def break_even(self, symbol: str, position_side: str, principal: Principal) -> Change:
        """Set the stop of a position to break-even by the mark price, and return at once; else as `set_stop`."""
        principal.require_trader("move a stop")
        price = self.break_even_price(symbol, position_side)
        aim = self._aim(symbol, position_side, Kind.STOP)
        return self._set(aim, price, StopPriceType.MP, principal, what="stop to break-even")

    def set_stop(
        self, symbol: str, position_side: str, price: Decimal, price_type: StopPriceType, principal: Principal
    ) -> Change:
        """Have a whole position closed where the price goes against it as far as ``price``; return at once.

        It takes the place of every order that only closes the position against a loss. Pressed again while it is
        under way it places nothing more.

        Raises:
            NotAllowed: ``principal`` may not act, or nothing can be sent.
            InvalidRequest: There is no such position, the price is off the tick, or it would close at once.
        """
        principal.require_trader("set a stop")
        return self._set(self._aim(symbol, position_side, Kind.STOP), price, price_type, principal)

    def set_profit(
        self, symbol: str, position_side: str, price: Decimal, price_type: StopPriceType, principal: Principal
    ) -> Change:
        """Have a whole position closed where the price goes with it as far as ``price``; as `set_stop`."""
        principal.require_trader("set a take profit")
        return self._set(self._aim(symbol, position_side, Kind.PROFIT), price, price_type, principal)

    def remove_stop(self, symbol: str, position_side: str, principal: Principal) -> Change:
        """Cancel every order that only closes a position against a loss; return at once.

        Raises:
            NotAllowed: ``principal`` may not act.
            InvalidRequest: There is no such position, or its stop is just being changed.
        """
        return self._remove(symbol, position_side, Kind.STOP, principal)

    def remove_profit(self, symbol: str, position_side: str, principal: Principal) -> Change:
        """Cancel every order that only closes a position at a profit; as `remove_stop`."""
        return self._remove(symbol, position_side, Kind.PROFIT, principal)

    # Beginning ------------------------------------------------------------------------------------------------

    def _aim(self, symbol: str, position_side: str, kind: Kind) -> Aim:
        return Aim(position(self._held(), symbol, position_side), kind)

    def _set(self, aim: Aim, price: Decimal, watch: StopPriceType, who: Principal, *, what: str = "") -> Change:
        terms = self._terms(aim.held.symbol)
        if not is_figure(price):
            raise InvalidRequest(f"{price} is no price above 0.")
        if terms is not None and not is_multiple(price, terms.rules.tick):
            raise InvalidRequest(f"{price:,f} is no multiple of the tick {terms.rules.tick:,f}.")
        aim.refuse(price, watch, terms)
        change = self._new(aim, f"{what or aim.kind} at {price:,f} ({_WATCHED[watch]} price)", who)
        done = f"the {aim.kind} at {price:,f} stands"
        return self._begin(_Case(change, aim, who, self._monotonic(), aim.ticket(price, watch), done))

    def _remove(self, symbol: str, position_side: str, kind: Kind, who: Principal) -> Change:
        who.require_trader(f"remove a {kind}")
        aim = self._aim(symbol, position_side, kind)
        return self._begin(_Case(self._new(aim, f"remove {kind}", who), aim, who, self._monotonic()))

    def _new(self, aim: Aim, what: str, who: Principal) -> Change:
        return Change(
            number=0,
            symbol=aim.held.symbol,
            position_side=aim.held.position_side,
            what=what,
            state=ChangeState.WORKING,
            words=f"{_capital(what)}: under way.",
            by=who.name,
            at=self._now(),
        )

    def _begin(self, case: _Case) -> Change:
        with self._beginning:
            with self._lock:
                working = [each for each in self._cases if each.aim.key == case.aim.key and each.change.state in _OPEN]
            if working and working[0].change.what == case.change.what:
                return working[0].change
            if working:
                raise InvalidRequest(f"The {case.aim.kind} of {case.aim.held.symbol} is just being changed.")
            with self._lock:
                self._count += 1
                case.change = replace(case.change, number=self._count)
                self._cases = [*self._cases[-_KEPT + 1 :], case]
                self._generation += 1
            try:
                if case.ticket is not None:
                    self._trading.place(case.ticket, case.who, leaving=True)
            except BaseException:
                with self._lock:
                    self._cases.remove(case)
                raise
        self._write(case.change)
        if case.ticket is None:
            self._run(self._find_old, case)
        return case.change

    # Carrying it out ------------------------------------------------------------------------------------------

    def _run(self, step: Callable[[_Case], None], case: _Case, pause: float = 0.0) -> None:
        """Have ``step`` made; a fault of ours never leaves a case under way for good."""

        def errand() -> None:
            try:
                step(case)
            except Exception as error:
                log.exception("changing the %s of %s broke", case.aim.kind, case.aim.held.symbol)
                fault = f"a fault of this program ({type(error).__name__}), of which its log tells more"
                self._tell(case, ChangeState.HALF, f"How far it came is not known: {fault}. Look at the stops.")

        self._agenda.after(pause, errand)

    def _placed(self, placement: Placement) -> None:
        """Hear what became of a placement; nothing is done about those that are not of a change."""
        client_oid = placement.ticket.client_oid
        with self._lock:
            named = (each for each in self._cases if each.ticket is not None and each.ticket.client_oid == client_oid)
            case = next(named, None)
        placement = self._trading.placement(client_oid) or placement  # what is heard may be heard in any order
        if case is None or placement.state is TicketState.SENT:
            return None
        if placement.state is TicketState.ACCEPTED:
            if self._superseded(case):
                words = f"{_capital(case.done)}: it arrived after all, when another was set already. Both may stand."
                return self._tell(case, ChangeState.HALF, words)
            self._run(self._find_old, case)
        elif placement.state is TicketState.UNKNOWN:
            words = f"Whether the new {case.aim.kind} arrived is being looked up; what stood before still stands."
            self._tell(case, ChangeState.UNKNOWN, words)
        else:
            words = f"The new {case.aim.kind} was not placed, nothing was changed: {placement.words.rstrip('.')}."
            self._tell(case, ChangeState.REFUSED, words)
        return None

    def _superseded(self, case: _Case) -> bool:
        """Whether the same was changed again since, as it may be once this was held to be over."""
        with self._lock:
            return any(each.aim.key == case.aim.key for each in self._cases[self._cases.index(case) + 1 :])

    def _find_old(self, case: _Case) -> None:
        """Have the exchange say which orders wait, and cancel those that the change is about."""
        try:
            found = [each for each in self._waiting(case.aim.held.symbol) if case.aim.has(each)]
        except KucoinError as error:
            if self._monotonic() - case.began < _LONGEST:
                return self._run(self._find_old, case, _AGAIN)
            if case.ticket is None:
                return self._tell(case, ChangeState.REFUSED, f"Nothing was removed: the orders cannot be read: {error}")
            words = f"{_capital(case.done)}; what stood before could not be read and was left: {error}"
            return self._tell(case, ChangeState.HALF, words)
        new = self._trading.placement(case.ticket.client_oid) if case.ticket is not None else None
        for order in found:
            if new is None or new.order_id != order.order_id:
                self._orders.told(stops.answered_futures(order))
                self._cancels.cancel(order.order_id, case.who)
                case.old[order.order_id] = said(order.stop_price) if order.stop_price is not None else "–"
        if not case.old and case.ticket is None:
            return self._tell(case, ChangeState.REFUSED, f"There is no {case.aim.kind} to remove.")
        return self._await_cancels(case)

    def _waiting(self, symbol: str) -> list[FuturesOrder]:
        """Ask for the orders that wait on a contract, and singly for those that are known and not in the list."""
        orders = self._exchange.futures_orders
        found = list(orders.stops(symbol=symbol))
        listed = {each.order_id for each in found}
        for stop in self._orders.stops(symbol):
            if stop.order_id not in listed:
                try:
                    found.append(orders.order(order_id=stop.order_id))
                except NotFound:
                    log.info("the waiting order %s is not known to the exchange", stop.order_id)
        return found

    def _await_cancels(self, case: _Case) -> None:
        """Say what stands once it is known what became of each of the old ones."""
        ends = {order_id: self._cancels.cancellation(order_id) for order_id in case.old}
        if any(each is not None and each.state is CancelState.SENT for each in ends.values()):
            return self._run(self._await_cancels, case, _STEP)
        said = [case.done] if case.done else []
        state = ChangeState.DONE
        for order_id, end in ends.items():
            old = f"the {'old one' if case.done else case.aim.kind} at {case.old[order_id]}"
            if end is not None and end.state is CancelState.CANCELLED:
                said.append(f"{old} is cancelled")
                continue
            state = ChangeState.HALF
            stands = end is None or end.state in {CancelState.REFUSED, CancelState.UNKNOWN}
            words = end.words.rstrip(".") if end is not None else "what became of its cancel is not known any more"
            said.append(f"{old} {'may still stand' if stands else 'was reached before'}: {words}")
        return self._tell(case, state, f"{_capital('; '.join(said))}.")

    # What is told ---------------------------------------------------------------------------------------------

    def _tell(self, case: _Case, state: ChangeState, words: str) -> None:
        with self._lock:
            case.change = replace(case.change, state=state, words=words)
            self._generation += 1
            told = case.change
        self._write(told)

    def _write(self, told: Change) -> None:
        mark, subject = _MARKS.get(told.state, told.state.value), f"{told.symbol} {told.position_side}"
        self._note(told.by, "protect", subject, text=f"{told.symbol}: {told.what}", note=told.words, state=mark)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
