"""Keeps what an order on a symbol would meet, as long as somebody looks; and changes a contract's modes.

Nothing here waits for the network: who asks is answered from what was read, and what is asked for is read meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.desk import ticket_rules
from kucoin.desk.accounts import Accounts
from kucoin.desk.audit import DESK, silent, turning_away
from kucoin.desk.errands import Errands
from kucoin.desk.freed import freed
from kucoin.desk.margin_needed import closes
from kucoin.desk.market import Market
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.principal import Principal
from kucoin.desk.refresh import Refresher, Source
from kucoin.desk.rules import Rules
from kucoin.desk.term_making import Making
from kucoin.desk.term_parts import MODES_EVERY, Look, opened
from kucoin.desk.terms import Terms
from kucoin.desk.ticket_rules import Fault
from kucoin.errors import InvalidRequest, KucoinError, NotAllowed, OutcomeUnknown
from kucoin.hub import Hub
from kucoin.model.feed_private import LeverageChange, MarginModeChange
from kucoin.model.market import Contract
from kucoin.model.order import MarginMode
from kucoin.model.position import PositionMode
from kucoin.model.ticket import FuturesTicket, Placement, Ticket, TicketState
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

_KEPT = 8  # symbols; the one that nobody has looked at for longest goes first
_LOOKED = 300.0  # s after a look during which things are read again: somebody thinks over an order
_TRUSTED = timedelta(seconds=15)  # after which an order is not sent by modes that were not read again
_MODE_REFUSALS = frozenset({"330005", "330011", "330012"})


class Termbook:
    """What an order would meet, symbol by symbol. Safe to call from any thread.

    Args:
        refresher: Takes up what has to be read.
        shut: Why nothing may be changed at present, empty where it may.
        leverage: Raises LimitExceeded where a contract's leverage may not be raised to that.
        note: Is told what was wished and what came of it; see `Audit.note`.
        modes_every: Seconds between two readings of modes and leverage.
        now: The present moment, aware UTC; readings are marked with it.
        monotonic: Seconds that never jump: the feeds' clock.
    """

    def __init__(
        self,
        exchange: Exchange,
        market: Market,
        accounts: Accounts,
        hub: Hub,
        refresher: Refresher,
        *,
        shut: Callable[[], str],
        leverage: Callable[[str, Decimal], None] = lambda symbol, leverage: None,  # noqa: ARG005  nothing is limited
        note: Callable[..., None] = silent,
        modes_every: float = MODES_EVERY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._market = market
        self._accounts = accounts
        self._hub = hub
        self._refresher = refresher
        self._shut = shut
        self._note = note
        self._require_leverage = leverage
        self._modes_every = modes_every
        self._now = now
        self._monotonic = monotonic
        self._making = Making(market, accounts, hub, monotonic=monotonic)
        self._lock = threading.Lock()
        self._looks: dict[str, Look] = {}
        self._changes: dict[str, str] = {}
        self._errands = Errands(1, name="desk-terms")
        self._position_mode: Source[PositionMode] = Source(
            "position mode",
            exchange.futures_positions.position_mode,
            every=modes_every,
            wanted=lambda: any(self._wanted(look) for look in self._contracts()),
        )
        refresher.add(self._position_mode)
        hub.listen("terms", self._hear, MarginModeChange, LeverageChange)
        hub.on_resync(self._resync)

    def start(self) -> None:
        """Begin to make the changes that are asked for."""
        self._errands.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        self._errands.stop()

    def of(self, symbol: str) -> Terms | None:
        """Return what is known of ``symbol``; None where it is not listed, or no list was read yet.

        The very same object until something changed. What is missing or old is read meanwhile.
        """
        rules = self._market.rules(symbol)
        if rules is None:
            return None
        look = self._look(symbol, rules)
        with self._lock:
            made = self._making.made(rules, look, self._position_mode.reading)
            if look.terms is None or look.terms != made:
                look.terms = made
            return look.terms

    def vet(self, ticket: Ticket, replaced: AnyOrder | None = None) -> tuple[Fault, ...]:
        """Return everything that is known against ``ticket``, by what is known now.

        Args:
            replaced: The order in whose place it comes: what that one holds is there for it.

        The modes of a contract have to be known, and not for long: an order by old ones is not sent. What only closes
        is sent all the same, for the exchange switches no mode under an open position.
        """
        terms = self.of(ticket.symbol)
        if terms is None:
            trouble = self._market.trouble(ticket.symbol)
            return (Fault("symbol", f"{trouble or f'The rules of {ticket.symbol[:40]} are not read yet'}."),)
        found = ticket_rules.faults(ticket, terms if replaced is None else freed(terms, replaced))
        if isinstance(ticket, FuturesTicket) and terms.modes_at is not None and not closes(ticket.order):
            age = self._now() - terms.modes_at
            if age > _TRUSTED:
                old = f"The modes of {terms.symbol} were last read {age.total_seconds():,.0f} s ago"
                reason = terms.problems.get("modes")
                found += (Fault("margin_mode", f"{old}: {reason}" if reason else f"{old}, and are read again now."),)
        return found

    def learn(self, placement: Placement) -> None:
        """Read a contract's modes at once where an order was refused for them."""
        if placement.code in _MODE_REFUSALS:
            with self._lock:
                look = self._looks.get(placement.ticket.symbol)
            self._refresher.wake(self._position_mode, *(look.sources() if look else ()))

    def changes(self, symbol: str) -> str | None:
        """Return what came of the last change that was asked for, in words; None where none was."""
        return self._changes.get(symbol)

    def set_leverage(self, symbol: str, leverage: Decimal, principal: Principal) -> None:
        """Have a contract's cross leverage changed; `changes` tells what came of it.

        Raises:
            NotAllowed: Who asks may not, or nothing may be changed now; LimitExceeded where it is more than may be.
            InvalidRequest: It is on isolated margin, or there is no such leverage.
        """
        wish = f"{symbol[:40]} at {leverage:f}x on cross margin"
        with turning_away(self._note, principal.name, symbol, text=f"Turned away: {wish}"):
            terms, contract = self._changeable(symbol, principal, "change a leverage")
            if terms.margin_mode is not MarginMode.CROSS:
                raise InvalidRequest(
                    f"{symbol} is not on cross margin: on isolated margin each order says its leverage"
                )
            most = contract.max_leverage
            if not leverage.is_finite() or leverage < 1 or (most is not None and leverage > most):
                raise InvalidRequest(f"leverage {leverage} is not from 1 to {most or 'the highest'} of {symbol}")
            self._require_leverage(symbol, leverage)
        self._change(
            symbol,
            lambda: self._exchange.futures_positions.set_cross_leverage(symbol=symbol, leverage=leverage),
            wish,
            principal,
        )

    def set_margin_mode(self, symbol: str, mode: MarginMode, principal: Principal) -> None:
        """Have a contract's margin mode changed; `changes` tells what came of it.

        Raises:
            NotAllowed: Who asks may not, or nothing may be changed now.
            InvalidRequest: The contract is not traded in that mode.
        """
        wish = f"{symbol[:40]} on {mode.lower()} margin"
        with turning_away(self._note, principal.name, symbol, text=f"Turned away: {wish}"):
            _, contract = self._changeable(symbol, principal, "change a margin mode")
            if mode is MarginMode.CROSS and contract.supports_cross is False:
                raise InvalidRequest(f"{symbol} is not traded on cross margin")
        self._change(
            symbol,
            lambda: self._exchange.futures_positions.switch_margin_mode(symbol=symbol, mode=mode),
            wish,
            principal,
        )

    # What is read ---------------------------------------------------------------------------------------------

    def _look(self, symbol: str, rules: Rules) -> Look:
        """Return what is kept of ``symbol``, from now on read again for a while."""
        new: tuple[Source[Any], ...] = ()
        idle = False
        old: tuple[Source[Any], ...] = ()
        now = self._monotonic()
        with self._lock:
            look = self._looks.pop(symbol, None)
            if look is None:
                look = opened(
                    *(symbol, self._exchange, self._market, self._accounts),
                    wanted=self._wanted,
                    modes_every=self._modes_every,
                    now=now,
                )
                new = look.sources()
            idle = not self._wanted(look)
            look.at = now
            self._looks[symbol] = look  # last in line, so first to stay
            if len(self._looks) > _KEPT:
                old = self._looks.pop(next(iter(self._looks))).sources()
        self._refresher.drop(*old)
        for source in new:
            self._refresher.add(source)
        if new or idle:
            self._refresher.wake(*look.sources(), *([self._position_mode] if rules.futures else []))
        return look

    def _wanted(self, look: Look) -> bool:
        return self._accounts.granted() and self._monotonic() - look.at <= _LOOKED

    def _contracts(self) -> Iterable[Look]:
        with self._lock:
            return [look for look in self._looks.values() if look.mode is not None]

    def _hear(self, events: list[Event]) -> None:
        at = self._now()
        for event in events:
            for look in self._contracts():
                if isinstance(event, MarginModeChange) and look.mode is not None and look.symbol in event.modes:
                    known, source = look.mode.follow(event, at), look.mode
                elif isinstance(event, LeverageChange) and look.leverage and look.symbol in event.leverages:
                    known, source = look.leverage.follow(event, at), look.leverage  # type: ignore[assignment]  # either
                else:
                    continue
                if not known:
                    self._refresher.wake(source)

    def _resync(self, feed: str) -> None:
        """Read the modes again, which the private socket may not have told."""
        if "public" in feed or feed.startswith("feed-spot"):
            return
        for look in self._contracts():
            for source in (look.mode, look.leverage):
                if source is not None:
                    source.forget()
                    self._refresher.wake(source)
        self._refresher.wake(self._position_mode)

    # What is changed ------------------------------------------------------------------------------------------

    def _changeable(self, symbol: str, principal: Principal, act: str) -> tuple[Terms, Contract]:
        principal.require_trader(act)
        if reason := self._shut():
            raise NotAllowed(reason)
        terms = self.of(symbol)
        if terms is None or terms.contract is None:
            raise InvalidRequest(f"{symbol[:40]!r} is no contract that is known here")
        return terms, terms.contract

    def _change(self, symbol: str, make: Callable[[], None], wish: str, principal: Principal) -> None:
        """Have a change made; asked again after an unknown outcome it does no harm, since it is a state."""

        def work() -> None:
            try:
                make()
            except OutcomeUnknown as error:
                said = f"Whether {wish} was taken is not known, the modes are read again: {error}"
                state = TicketState.UNKNOWN
            except KucoinError as error:
                said, state = str(error), TicketState.REFUSED
            else:
                said, state = f"Done: {wish}.", TicketState.ACCEPTED
            self._changes[symbol] = said
            self._note(DESK, "terms", symbol, text=said, state=state)
            with self._lock:
                look = self._looks.get(symbol)
            if look is not None:
                self._refresher.wake(*look.sources())

        self._changes[symbol] = f"Asking for {wish} …"
        self._note(principal.name, "terms", symbol, text=f"Asked for: {wish}", state=TicketState.SENT)
        self._errands.run(work)
