"""Cancelling every order of a way out: those that are known, those that lists tell of, those that are just arriving."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from kucoin.desk.cancels import Cancels
from kucoin.desk.facts import Facts
from kucoin.desk.order_state import AnyOrder, FuturesOrderState, SpotOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.position_lines import closes
from kucoin.desk.principal import Principal
from kucoin.desk.stops import Stop
from kucoin.errors import KucoinError
from kucoin.model.cancellation import CancelState
from kucoin.model.leaving import ItemState, LeavingItem
from kucoin.model.order import OrderType
from kucoin.model.position import Position
from kucoin.model.ticket import Placement, TicketState

Row = AnyOrder | Facts | Stop

_STATES = {
    CancelState.SENT: ItemState.SENT,
    CancelState.REFUSED: ItemState.FAILED,
    CancelState.UNKNOWN: ItemState.UNKNOWN,
}  # every other is an end of the order


class Tickets(Protocol):
    """What is needed of `kucoin.desk.trading.Trading`."""

    def placement(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket."""

    def placements(self) -> tuple[Placement, ...]:
        """Return those of the day."""


class Clearing:
    """The orders of one way out. For one thread at a time; nothing here waits.

    Args:
        wanted: Whether an order on a symbol is to be cancelled.
        chase: Whether also what comes after the press is: until the account is flat, nothing may open it again. Where
            not, whoever places an order after the press means it.
        at: When it was pressed, aware UTC; ``began`` is the same moment in s of the clock that never jumps.
    """

    def __init__(
        self,
        orders: Orders,
        cancels: Cancels,
        tickets: Tickets,
        principal: Principal,
        *,
        wanted: Callable[[str], bool],
        chase: bool,
        at: datetime,
        began: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._orders = orders
        self._cancels = cancels
        self._tickets = tickets
        self._principal = principal
        self._wanted = wanted
        self._chase = chase
        self._at = at
        self._began = began
        self._monotonic = monotonic
        self._items: dict[str, LeavingItem] = {}
        self._held: dict[str, Stop] = {}  # that wait until a position is closed, for they may protect it
        self._pending = set(self._on_the_way())
        self._begun = False
        self.moved = began  # when something was last seen to happen

    @property
    def items(self) -> list[LeavingItem]:
        """One for each order that was found."""
        return list(self._items.values())

    @property
    def busy(self) -> bool:
        """Whether there is something to wait for."""
        return bool(self.pending) or any(item.state is ItemState.SENT for item in self._items.values())

    @property
    def cancelling(self) -> bool:
        """Whether the end of an order is waited for."""
        return any(item.state is ItemState.SENT for key, item in self._items.items() if key not in self._held)

    @property
    def pending(self) -> int:
        """How many orders had no answer at the press, or since where it is chased, and have none yet.

        A person decides on others.
        """
        placements = (self._tickets.placement(oid) for oid in self._pending)
        return sum(each is not None and each.open and not each.undecided for each in placements)

    def step(
        self, listed: Iterable[Row], open_positions: Sequence[Position] | None, own: Container[str], *, late: bool
    ) -> None:
        """Cancel what is new, and take in what became of the rest.

        Args:
            listed: What lists told of since the last step.
            open_positions: Those that are still to be closed; None while there may be others.
            own: Our ids of orders that are part of the way out.
            late: No cancel is begun any more.
        """
        if not late:
            if self._chase:  # what was pressed elsewhere meanwhile may open something as well
                self._pending.update(each for each in self._on_the_way() if each not in own)
            for row in (*self._known(), *listed, *self._arrived()):
                if self._wanted(row.symbol) and _lives(row) and row.client_oid not in own and self._meant(row):
                    self._take(row, open_positions)
            self._release(open_positions)
        self._follow()

    def finish(self) -> None:
        """Say of what waits for a position that it is left where it is."""
        for order_id, stop in self._held.items():
            words = f"Left in place: {stop.symbol} is not known to be closed, and this may protect it."
            self._end(order_id, ItemState.FAILED, words)
        self._held.clear()

    def _on_the_way(self) -> Iterator[str]:
        """Return our ids of the orders of which nobody knows yet what became."""
        placements = self._tickets.placements()
        return (each.ticket.client_oid for each in placements if each.open and self._wanted(each.ticket.symbol))

    def _known(self) -> list[Row]:
        """Return what is known of without a list: at the press, and ever again where it is chased."""
        if self._begun and not self._chase:
            return []
        self._begun = True
        # A market order does not stay: what is known of it is old, unless a list says otherwise.
        return [*(each for each in self._orders.open() if each.type is not OrderType.MARKET), *self._orders.stops()]

    def _arrived(self) -> list[Row]:
        """Return the orders that had no answer at the press and were accepted since."""
        rows: list[Row] = []
        for client_oid in list(self._pending):
            placement = self._tickets.placement(client_oid)
            if placement is None or placement.open:
                continue
            self._pending.discard(client_oid)
            self.moved = self._monotonic()
            if placement.state is not TicketState.ACCEPTED or placement.order_id is None:
                continue
            row = self._orders.order(placement.order_id) or self._orders.stop(placement.order_id)
            if row is not None:
                rows.append(row)
            elif not self._chase:  # a pair, say, of which nobody tells by this id; a chase sees it in the lists
                symbol = placement.ticket.symbol
                what = f"Order on {symbol}"
                self._items[placement.order_id] = LeavingItem(
                    kind="order", key=placement.order_id, symbol=symbol, what=what
                )
                self._cancel(placement.order_id)
        return rows

    def _meant(self, row: Row) -> bool:
        """Whether it is to be cancelled as far as its time tells: not where this desk placed it after the press."""
        placement = self._tickets.placement(row.client_oid) if row.client_oid and not self._chase else None
        return placement is None or placement.handed_at <= self._at

    def _take(self, row: Row, open_positions: Sequence[Position] | None) -> None:
        """Cancel an order that is not being cancelled, or wait with it."""
        order_id = row.order_id
        if order_id in self._items and order_id not in self._held:
            return
        if order_id not in self._items:
            self._items[order_id] = LeavingItem(kind="order", key=order_id, symbol=row.symbol, what=_what(row))
        if self._chase and isinstance(row, Stop) and _protects(row, open_positions):
            self._held[order_id] = row
            words = f"It waits until {row.symbol} is closed, for it may protect it."
            self._items[order_id] = replace(self._items[order_id], words=words)
            return
        self._cancel(order_id)

    def _release(self, open_positions: Sequence[Position] | None) -> None:
        """Cancel what protects nothing any more, and what was triggered."""
        for order_id, stop in list(self._held.items()):
            now = self._orders.stop(order_id)
            if now is None or not now.alive or not _protects(stop, open_positions):
                self._cancel(order_id)

    def _cancel(self, order_id: str) -> None:
        self._held.pop(order_id, None)
        self._items[order_id] = replace(self._items[order_id], words="")
        self.moved = self._monotonic()
        try:
            self._cancels.cancel(order_id, self._principal)
        except KucoinError as error:
            self._end(order_id, ItemState.FAILED, f"Nothing was cancelled: {error}.")

    def _follow(self) -> None:
        """Take in what became of the cancels; also what was not known in time may be known later."""
        for order_id, item in self._items.items():
            if item.state is ItemState.DONE or order_id in self._held:
                continue
            told = self._cancels.cancellation(order_id)
            if told is None:
                continue
            state = _STATES.get(told.state, ItemState.DONE)
            if state is not item.state:
                self._end(order_id, state, told.words)

    def _end(self, order_id: str, state: ItemState, words: str) -> None:
        self.moved = self._monotonic()
        self._items[order_id] = replace(self._items[order_id], state=state, words=words, took=self.moved - self._began)


def _lives(row: Row) -> bool:
    return row.open if isinstance(row, SpotOrderState | FuturesOrderState) else row.alive


def _protects(stop: Stop, open_positions: Sequence[Position] | None) -> bool:
    """Whether it may close some of a position that is open, or may be."""
    if not stop.futures:
        return False
    return open_positions is None or any(stop.symbol == each.symbol and closes(stop, each) for each in open_positions)


def _what(row: Row) -> str:
    """Say what an order is: side, size, symbol and price."""
    amount = (row.lots or row.size or row.funds) if isinstance(row, Stop) else row.size or getattr(row, "funds", None)
    size = "" if amount is None else f" {_said(Decimal(amount))}"
    price = "" if row.price is None else f" at {_said(row.price)}"
    waits = f", waiting for {_said(row.stop_price)}" if isinstance(row, Stop) and row.stop_price is not None else ""
    return f"{row.side.capitalize()}{size} {row.symbol}{price}{waits}"


def _said(value: Decimal) -> str:
    """Write a number out without the zeros at its end, of which KuCoin tells many."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
