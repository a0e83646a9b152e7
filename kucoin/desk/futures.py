"""The futures accounts as a page looks at them: last full state, pushes and newest marks in one view."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from kucoin.decimals import ONE, ZERO
from kucoin.desk import position_lines
from kucoin.desk.accounts import Accounts, Verdict
from kucoin.desk.margins import Group, Held, stretch
from kucoin.desk.order_state import FuturesOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import AccountLine, Known, LooseStop, PositionLine, SideTotals
from kucoin.desk.pushes import Pushes
from kucoin.desk.refresh import Refresher, Source
from kucoin.desk.rounds import Round
from kucoin.desk.stops import Stop
from kucoin.desk.what_if import WhatIf, what_if
from kucoin.errors import InvalidRequest
from kucoin.hub import Hub
from kucoin.model.account import FuturesAccount
from kucoin.model.market import Contract
from kucoin.model.order import MarginMode, PositionSide
from kucoin.model.position import Position

_FARTHEST = Decimal("0.5")  # what-if move of the marks, either way
_NO_FUTURES = "KuCoin's European site has no futures."


class Progress(Protocol):
    """How far the ledger is; ``ready`` while it is up to date."""

    @property
    def state(self) -> str:
        """In one word."""


class Ledger(Protocol):
    """What fills and fundings tell of the open positions; a position is told by its symbol and its side."""

    @property
    def generation(self) -> int:
        """Grows whenever an answer may differ."""

    def progress(self) -> Progress:
        """Return how far it is."""

    def open_rounds(self) -> Mapping[tuple[str, str], Round]:
        """Return the positions as their fills tell them."""

    def realised_today(self) -> Mapping[tuple[str, str], Decimal | None]:
        """Return what was realised since 00:00 UTC, net; None where it is not known, missing where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesView:
    """Everything the positions page shows, computed at one moment.

    Attributes:
        standing: READY, or why there is nothing to show; ``reason`` says it in words. Also LOADING and UNREACHABLE
            while the positions themselves were never read.
        accounts: One for each settlement currency that was read, those with something in them first.
        positions: Nearest to liquidation first, those of unknown distance last.
        totals: One for each settlement currency that has positions.
        hedge: Whether the account is in hedge mode, as far as its positions tell; None without any.
        at: When the positions were read, or told by a push.
        problem: Why something in it may be missing or old; None where nothing says so.
        symbols: Whose marks are in it: whoever has them watched sees it move with them.
    """

    standing: Standing
    reason: str
    accounts: tuple[AccountLine, ...]
    positions: tuple[PositionLine, ...]
    totals: tuple[SideTotals, ...]
    loose_stops: tuple[LooseStop, ...]
    hedge: bool | None
    at: datetime | None
    problem: str | None
    symbols: tuple[str, ...]


class _Look(NamedTuple):
    """A view and what it was made of; as long as none of that changes, it is the present one."""

    key: tuple[object, ...]
    pushes: Pushes
    groups: tuple[Group, ...]
    view: FuturesView


class Futures:
    """Makes the view. Safe to call from any thread; nothing here waits.

    Args:
        refresher: Its generation tells when an account was read or pushed.
        ledger: What fills tell of the positions; without it that is not known.
        now: The present moment, aware UTC, and ``monotonic`` the same moment in s of the feeds' clock.
    """

    def __init__(
        self,
        accounts: Accounts,
        orders: Orders,
        hub: Hub,
        refresher: Refresher,
        *,
        ledger: Ledger | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._orders = orders
        self._hub = hub
        self._refresher = refresher
        self._ledger = ledger
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: _Look | None = None
        self._stretches: dict[str, tuple[Decimal | None, Decimal]] = {}  # by currency, the ratio each was made of

    def view(self) -> FuturesView:
        """Return all there is; the very same object until something in it is another.

        Marks move with the sockets as far as somebody has the view's ``symbols`` watched.
        """
        return self._look().view

    def group(self, currency: str) -> Group | None:
        """Return everything that settles in ``currency``, None while that is not known."""
        look = self._look()
        if look.view.standing is not Standing.READY:
            return None
        return next((group for group in look.groups if group.currency == currency), None)

    def what_if(self, shift: Decimal) -> WhatIf:
        """Return what would become of the accounts if every mark price moved by ``shift``, a fraction.

        Raises:
            InvalidRequest: That is further than half of the price, either way.
        """
        if not -_FARTHEST <= shift <= _FARTHEST:
            raise InvalidRequest(f"a move by {shift} is none between -{_FARTHEST} and {_FARTHEST}")
        return what_if(self._look().groups, shift)

    def _look(self) -> _Look:
        account, problem = self._accounts.verdict(), self._problem()
        generations = (self._refresher.generation, self._orders.generation)
        key = (account, problem, *generations, self._ledger.generation if self._ledger else 0)
        with self._lock:
            known = self._known
        if known and known.key == key and known.pushes.unchanged():
            return known
        pushes = Pushes(self._hub, None, now=self._now(), monotonic=self._monotonic())
        groups = self._groups(pushes) if account.standing is Standing.READY else ()
        view = self._made(self._verdict(account), problem, groups)
        if known and known.view == view:
            view = known.view
        look = _Look(key, pushes, groups, view)
        with self._lock:
            self._known = look
        return look

    def _verdict(self, account: Verdict) -> Verdict:
        """As for the account, and the positions must have been read: none is something else than unknown."""
        positions = self._accounts.positions
        if positions is None:
            return Verdict(Standing.UNREACHABLE, _NO_FUTURES)
        if account.standing is not Standing.READY or positions.reading.value is not None:
            return account
        if problem := positions.reading.problem:
            return Verdict(Standing.UNREACHABLE, f"The positions cannot be read: {problem}")
        return Verdict(Standing.LOADING)

    def _problem(self) -> str | None:
        """Why something may be missing or old: the last attempt to read it failed."""
        accounts = self._accounts
        sources: list[tuple[str, Source[Any] | None]] = [("positions", accounts.positions)]
        sources += [("contracts", accounts.contracts)]
        sources += [(f"{currency} account", source) for currency, source in accounts.wallets.items()]
        troubles = ((name, source.reading.problem) for name, source in sources if source is not None)
        found = (f"The {name} cannot be read: {trouble}" for name, trouble in troubles if trouble)
        return next(found, None) or self._orders.stops_problem(futures=True)

    def _groups(self, pushes: Pushes) -> tuple[Group, ...]:
        contracts = self._contracts()
        held: dict[str, list[Held]] = defaultdict(list)
        for position in self._positions():
            row = Held(position, contracts.get(position.symbol), pushes.mark(position))
            held[row.settle_currency].append(row)
        ordered = self._order_modes(contracts)
        wallets = {currency: source.reading for currency, source in self._accounts.wallets.items()}
        known = {currency: reading.value for currency, reading in wallets.items() if reading.tried_at or held[currency]}
        known |= {currency: None for currency in held if currency not in wallets}
        return tuple(
            self._group(currency, account, held[currency], ordered[currency]) for currency, account in known.items()
        )

    def _group(
        self, currency: str, account: FuturesAccount | None, held: Sequence[Held], modes: set[MarginMode | None]
    ) -> Group:
        # The exchange tells one sum for all orders. Where some are isolated and some are not, the whole of it is taken
        # as tied up, so that nothing looks safer than it is.
        tied = ZERO if modes == {MarginMode.CROSS} else account.order_margin if account else None
        group = Group(currency, account, tuple(held), tied)
        if account is None or not group.cross:
            return group
        made_of, stretched = self._stretches.get(currency, (None, ONE))
        if made_of is not account.risk_ratio:  # read anew: pushes carry the account on with the very same ratio
            stretched = stretch(group)
            self._stretches[currency] = account.risk_ratio, stretched
        return replace(group, stretched=stretched)

    def _made(self, verdict: Verdict, problem: str | None, groups: Sequence[Group]) -> FuturesView:
        accounts = [position_lines.account_line(group) for group in groups]
        empty = {group.currency for group in groups if not group.held and group.equity == ZERO}
        accounts.sort(key=lambda line: line.currency in empty)
        stops = self._stops()
        known = self._knowing(stops)
        rows: list[PositionLine] = []
        totals: list[SideTotals] = []
        for group in groups:
            lines = [position_lines.position_line(held, group, known(held)) for held in group.held]
            rows += lines
            totals += [position_lines.side_totals(group, lines)] if lines else []
        rows.sort(key=_urgency)
        ready = verdict.standing is Standing.READY
        held = [each.position for group in groups for each in group.held]
        positions = self._accounts.positions
        return FuturesView(
            standing=verdict.standing,
            reason=verdict.reason,
            accounts=tuple(accounts),
            positions=tuple(rows),
            totals=tuple(totals),
            loose_stops=position_lines.loose_stops(stops or (), held) if ready else (),
            hedge=any(row.position_side != PositionSide.BOTH for row in rows) if rows else None,
            at=positions.reading.at if ready and positions else None,
            problem=problem,
            symbols=tuple(sorted({row.symbol for row in rows})),
        )

    def _knowing(self, stops: Sequence[Stop] | None) -> Callable[[Held], Known]:
        """What orders and ledger know of a position."""
        waiting: dict[str, list[Stop]] = defaultdict(list)
        for stop in stops or ():
            waiting[stop.symbol].append(stop)
        orders = Counter(order.symbol for order in self._orders.open())
        ledger = self._ledger
        rounds = ledger.open_rounds() if ledger else {}
        today = ledger.realised_today() if ledger and ledger.progress().state == "ready" else None

        def known(held: Held) -> Known:
            symbol, key = held.position.symbol, (held.position.symbol, held.position.position_side)
            realised = None if today is None else today.get(key, ZERO)
            return Known(rounds.get(key), realised, None if stops is None else waiting[symbol], orders[symbol])

        return known

    def _stops(self) -> tuple[Stop, ...] | None:
        """The futures orders that wait for a price; None while they were never read."""
        if not self._orders.knows_stops(futures=True):
            return None
        return tuple(stop for stop in self._orders.stops() if stop.futures)

    def _order_modes(self, contracts: Mapping[str, Contract]) -> Mapping[str, set[MarginMode | None]]:
        """The margin modes of the open orders, by settlement currency."""
        modes: dict[str, set[MarginMode | None]] = defaultdict(set)
        for order in self._orders.open():
            if isinstance(order, FuturesOrderState) and (contract := contracts.get(order.symbol)):
                modes[contract.settle_currency].add(order.margin_mode)
        return modes

    def _positions(self) -> tuple[Position, ...]:
        source = self._accounts.positions
        return source.reading.value or () if source else ()

    def _contracts(self) -> dict[str, Contract]:
        source = self._accounts.contracts
        return {each.symbol: each for each in source.reading.value or ()} if source else {}


def _urgency(line: PositionLine) -> tuple[bool, Decimal, str, str]:
    """Nearest to liquidation first, those of unknown distance last."""
    return line.distance is None, line.distance or ZERO, line.symbol, line.position_side
