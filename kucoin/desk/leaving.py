"""The ways out: cancel everything, or flatten. Each works with whatever else is broken, and tells of every item.

What is known is acted on at once, on the thread of whoever presses; beside that the lists are read anew, and what turns
up is acted on too. Neither the journal nor the sockets nor any limit has a say: nothing here can open a position.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from kucoin.desk.accounts import Accounts
from kucoin.desk.agenda import Agenda
from kucoin.desk.cancels import Cancels
from kucoin.desk.leaving_closes import Closes
from kucoin.desk.leaving_lists import Survey, Surveyed
from kucoin.desk.leaving_orders import Clearing, Row
from kucoin.desk.orders import Orders, is_futures
from kucoin.desk.principal import Principal
from kucoin.desk.trading import Trading
from kucoin.errors import KucoinError
from kucoin.model.leaving import ItemState, Leaving, LeavingItem, Way
from kucoin.model.market import Contract
from kucoin.model.position import Position
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_STEP = 0.05  # s between two looks at what became of things
_LONGEST = 15.0  # s after which nothing new is tried
_LOOKING = 3.0  # s after that in which the positions may still be read, to say how they stand
_END = 35.0  # s after which it is over whatever is still waited for
_SWEEPING = 2.0  # s in which a request that cancels many has to begin
_MANY = 4  # orders at a host that leave together when each is cancelled by itself
_KEPT = 50  # of this run
_BEFORE = float("-inf")


class Leavings:
    """Carries the ways out through, on threads of its own. Safe to call from any thread; nothing here waits.

    Args:
        exchange: Is asked for positions and lists.
        orders: What is known of the orders; learns what the lists tell.
        accounts: Knows positions and contracts; reads soon what was changed.
        note: Is told who pressed what, and how it ended.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        orders: Orders,
        cancels: Cancels,
        trading: Trading,
        accounts: Accounts,
        *,
        note: Callable[..., None] = lambda *_, **__: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._orders = orders
        self._cancels = cancels
        self._trading = trading
        self._accounts = accounts
        self._note = note
        self._now = now
        self._monotonic = monotonic
        self._steps = Agenda("desk-leaving", 1)  # nothing on it waits for the network
        self._looks = Agenda("desk-leaving-look", 8)
        self._numbers = count(1)
        self._pressing = threading.Lock()
        self._flattening: _Run | None = None  # the last one
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._known: dict[int, Leaving] = {}  # oldest first
        self._generation = 0
        self._presses: list[Callable[[str], bool]] = []  # of each, whether it concerns a symbol

    @property
    def generation(self) -> int:
        """Rises with every change of a leaving."""
        with self._lock:
            return self._generation

    def start(self) -> None:
        """Begin to carry out what is wished."""
        self._steps.start()
        self._looks.start()

    def stop(self) -> None:
        """Send nothing any more; returns within 4 s even while the network hangs."""
        self._steps.stop()
        self._looks.stop()

    def leavings(self) -> tuple[Leaving, ...]:
        """Return those of this run, newest first; the last 50."""
        with self._lock:
            return tuple(reversed(self._known.values()))

    def leaving(self, number: int) -> Leaving | None:
        """Return one of `leavings`; None where it is not among them."""
        with self._lock:
            return self._known.get(number)

    def pressed(self, symbol: str) -> int:
        """Return how many ways out of this run concern a symbol; whoever was to place an order there later asks."""
        with self._lock:
            return sum(concerns(symbol) for concerns in self._presses)

    def cancel_all(self, principal: Principal, symbols: Collection[str] | None = None) -> Leaving:
        """Have every open order and every one that waits for a price cancelled, on some symbols or all.

        What this desk places after the press is meant to be, and stays.

        Raises:
            NotAllowed: Who asks may not act.
        """
        principal.require_trader("cancel orders")
        wanted = _concerning(Way.CANCEL, symbols)
        self._count(wanted)
        with self._pressing:
            return self._begin(Way.CANCEL, principal, wanted, sweep=symbols is None).told

    def flatten(self, principal: Principal) -> Leaving:
        """Have every futures order cancelled, waiting ones included, and every position closed at the market.

        A waiting order that may protect a position is cancelled once that is closed. Until the account is seen to be
        flat, at most for 15 s, also what opens meanwhile is closed. Pressed again within that time, that one goes on.

        Raises:
            NotAllowed: Who asks may not act.
        """
        principal.require_trader("flatten")
        wanted = _concerning(Way.FLATTEN, None)
        self._count(wanted)
        with self._pressing:
            run = self._flattening
            if run is not None and not run.told.over and self._monotonic() - run.began <= _LONGEST:
                return run.told
            self._flattening = self._begin(Way.FLATTEN, principal, wanted, sweep=True)
            return self._flattening.told

    def _count(self, wanted: Callable[[str], bool]) -> None:
        """Have `pressed` tell of it, before anything is looked at: what is placed after that was asked, or is seen."""
        with self._lock:
            self._presses.append(wanted)

    def _begin(self, way: Way, principal: Principal, wanted: Callable[[str], bool], *, sweep: bool) -> _Run:
        began, at = self._monotonic(), self._now()
        log.info("%s pressed: %s", principal.name, way)
        told = Leaving(number=next(self._numbers), way=way, by=principal.name, at=at)
        clearing = Clearing(
            self._orders,
            self._cancels,
            self._trading,
            principal,
            wanted=wanted,
            chase=way is Way.FLATTEN,
            at=at,
            began=began,
            monotonic=self._monotonic,
        )
        closes = Closes(
            lambda ticket: self._trading.place(ticket, principal, leaving=True),
            self._trading.placement,
            self._contract,
            began=began,
            monotonic=self._monotonic,
        )
        source = self._accounts.positions
        known = source.reading.value if source else None
        if sweep:
            self._sweep(way)
        run = _Run(told, clearing, closes, self._lists(way), began=began, known=known)
        self._step(run)
        return run

    def _lists(self, way: Way) -> dict[str, Surveyed]:
        """Return what has to be read anew; the positions under an empty name."""

        def surveyed(name: str, read: Callable[[], Sequence[Any]]) -> Surveyed:
            hurried, monotonic = self._exchange.hurried, self._monotonic
            return Surveyed(name, read, self._looks, hurried=hurried, monotonic=monotonic)

        lists = {each.name: each for each in self._orders.lists() if way is Way.CANCEL or each.futures}
        reads = {name: surveyed(name, each.survey) for name, each in lists.items()}
        if way is Way.FLATTEN and self._exchange.has_futures:
            reads[""] = surveyed("The positions", self._exchange.futures.positions)
        return reads

    def _sweep(self, way: Way) -> None:
        """Have many orders cancelled by one request as well: one by one, the last of them would leave late."""
        orders = Counter(order.symbol for order in self._orders.open())
        sweeps: list[Callable[[], object]] = [
            partial(self._exchange.futures_orders.cancel_all, symbol=symbol)
            for symbol, many in orders.items()
            if is_futures(symbol) and many > _MANY
        ]
        if way is Way.CANCEL and sum(many for symbol, many in orders.items() if not is_futures(symbol)) > _MANY:
            sweeps.append(self._exchange.spot_orders.cancel_everything)
        until = self._monotonic() + _SWEEPING
        for sweep in sweeps:
            self._looks.after(0.0, partial(_swept, sweep, lambda: self._monotonic() <= until))

    def _contract(self, symbol: str) -> Contract | None:
        source = self._accounts.contracts
        contracts = source.reading.value if source else None
        return next((each for each in contracts or () if each.symbol == symbol), None)

    def _step(self, run: _Run) -> None:
        """Take a way out one step further."""
        spent = self._monotonic() - run.began
        fault = ""
        try:
            run.step(late=spent > _LONGEST, last=spent > _LONGEST + _LOOKING)
        except Exception as error:
            log.exception("a way out faltered")
            fault = f"A fault of this program ({type(error).__name__}) holds it up; its log tells more."
        over = (not fault and run.settled(late=spent > _LONGEST)) or spent > _END
        self._publish(run, over=over, fault=fault)
        if not over:
            self._steps.after(_STEP, partial(self._step, run))

    def _publish(self, run: _Run, *, over: bool, fault: str) -> None:
        """Have everybody see how it stands."""
        before, run.told = run.told, run.leaving(over=over, fault=fault)
        with self._lock:
            new = run.told.number not in self._known
            if new or run.told != before:
                self._known[run.told.number] = run.told
                self._generation += 1
            while len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
        told = run.told
        if new:
            self._note(told.by, str(told.way), "all", text=f"Pressed: {told.way}.", state="sent")
        if over:
            took, came_to = self._monotonic() - run.began, f"{told.way.capitalize()}: {_summary(told)}"
            log.info("%s", came_to)
            whole = not told.notes and all(item.state is ItemState.DONE for item in told.items)
            state = "accepted" if whole else "unknown"
            self._note(told.by, str(told.way), "all", text=came_to, note=" ".join(told.notes), state=state, took=took)
            self._accounts.look_again()


class _Run:
    """One press, being carried out; for one thread at a time.

    Args:
        lists: What is read anew; the positions under an empty name, missing where none are to be closed.
        known: The positions as they were known at the press.
    """

    def __init__(
        self,
        told: Leaving,
        clearing: Clearing,
        closes: Closes,
        lists: dict[str, Surveyed],
        *,
        began: float,
        known: Sequence[Position] | None,
    ) -> None:
        self.told = told
        self.began = began
        self._clearing = clearing
        self._closes = closes
        self._closing = "" in lists
        self._lists = lists
        self._known = known
        self._taken: dict[str, float] = {}  # up to which reading each list was taken in
        self._begun = self._finished = False

    def step(self, *, late: bool, last: bool) -> None:
        """Take in what is new and act on it; nothing new is begun where it is ``late``, nor read at the ``last``."""
        surveys = {name: each.survey for name, each in self._lists.items()}
        positions = surveys.pop("", None)
        seen, read_at = (positions.rows, positions.began) if positions else (self._known or (), _BEFORE)
        if self._closing and not self._finished:
            self._closes.step(seen, read_at, late=late)
        listed: list[Row] = []
        for name, survey in surveys.items():
            if survey is not None and not late and survey.began > self._taken.get(name, _BEFORE):
                self._taken[name] = survey.began
                listed += survey.rows
        # As long as the positions were not read anew, a waiting order may protect one that nobody here knows of.
        guarded = None if self._closing and positions is None else self._closes.open
        self._clearing.step(listed, guarded, self._closes.own, late=late)
        told = not self._closing or (read_at >= self._closes.moved and not self._closes.flying)
        if not self._finished and (last or (late and told)):
            self._finished = True
            self._closes.finish(read_at, self._lists[""].problem if self._closing else "")
            self._clearing.finish()
        if self._begun and not self._finished:  # what is known leaves first
            for each in self._lists.values():
                each.ask(self._needed)
        self._begun = True

    def settled(self, *, late: bool) -> bool:
        """Whether there is nothing to wait for any more."""
        if late:
            return self._finished and not self._clearing.cancelling
        return not (self._clearing.busy or self._closes.busy or self._unread())

    def leaving(self, *, over: bool, fault: str) -> Leaving:
        """Return how it stands."""
        notes = [fault] if fault else []
        notes += [
            f"{each.name} could not be read anew: {each.problem or 'no answer came in time'}."
            for each in self._unread()
            if each.problem or over
        ]
        if over and (many := self._clearing.pending):
            notes.append(f"{many} {'order was' if many == 1 else 'orders were'} on the way and may still arrive.")
        items: list[LeavingItem] = [*self._closes.items, *self._clearing.items]
        told = self.told
        return Leaving(
            number=told.number, way=told.way, by=told.by, at=told.at, items=tuple(items), over=over, notes=tuple(notes)
        )

    @property
    def _needed(self) -> float:
        """Since when a list has to have been read: to close everything means to see it closed."""
        return max(self._clearing.moved, self._closes.moved, self.began) if self._closing else self.began

    def _unread(self) -> list[Surveyed]:
        """Return the lists that were not read since what was done last, or whose reading was not taken in."""
        needed = self._needed
        return [each for name, each in self._lists.items() if not self._has_taken(name, each.survey, needed)]

    def _has_taken(self, name: str, survey: Survey | None, needed: float) -> bool:
        return survey is not None and survey.began >= needed and (not name or survey.began == self._taken.get(name))


def _concerning(way: Way, symbols: Collection[str] | None) -> Callable[[str], bool]:
    """Return whether the orders on a symbol are to be cancelled."""
    named = None if symbols is None else frozenset(symbols)
    return lambda symbol: (way is Way.CANCEL or is_futures(symbol)) and (named is None or symbol in named)


def _swept(sweep: Callable[[], object], timely: Callable[[], bool]) -> None:
    """Cancel many; where that fails, or its turn comes late, each of them is being cancelled by itself."""
    if not timely():  # it would take with it what was placed since
        log.warning("many orders were not cancelled together: the turn of that came too late")
        return
    try:
        sweep()
    except KucoinError as error:
        log.warning("many orders could not be cancelled together: %s", error)


def _summary(leaving: Leaving) -> str:
    """Say how many items came to what."""
    counts = {state: sum(item.state is state for item in leaving.items) for state in ItemState}
    told = [f"{many} {state}" for state, many in counts.items() if many]
    return ", ".join(told) + "." if told else "nothing was there."
