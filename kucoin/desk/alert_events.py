"""What happens to the account once and is told at once: fills, refused orders, stops that failed when triggered."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import NamedTuple

from kucoin.decimals import ZERO
from kucoin.desk.alert_rules import said
from kucoin.hub import Hub
from kucoin.model.alert import AlertKind
from kucoin.model.feed_private import OrderChange, PrivatePush, StopChange
from kucoin.model.order import Side
from kucoin.model.ticket import Placement, TicketState

_EIGHT_DIGITS = Context(prec=8)  # of an average price


class Happening(NamedTuple):
    """One of them, as a sentence."""

    kind: AlertKind
    symbol: str
    words: str


class Events:
    """Collects them; whoever tells them takes them out. Safe to call from any thread."""

    def __init__(self, hub: Hub) -> None:
        self._inbox = hub.open_inbox()
        self._lock = threading.Lock()
        self._refused: dict[str, Happening] = {}  # by our id, those that were not taken out yet

    def placed(self, placement: Placement) -> None:
        """Take in what became of an order of ours."""
        if placement.state in {TicketState.REFUSED, TicketState.NOT_SENT}:
            with self._lock:
                self._refused[placement.ticket.client_oid] = _refusal(placement)

    def take(self) -> list[Happening]:
        """Return what happened since the last call; the fills of one order are one."""
        with self._lock:
            refused, self._refused = list(self._refused.values()), {}
        events = self._inbox.drain().events
        return [*refused, *_failures(events), *_fills(events)]


def _refusal(placement: Placement) -> Happening:
    ticket = placement.ticket
    deed = {Side.BUY: "Buying", Side.SELL: "Selling", None: "Closing"}[ticket.side]
    end = "was refused" if placement.state is TicketState.REFUSED else "came to nothing"
    why = placement.words.strip().rstrip(".") or "no reason was given"
    return Happening(AlertKind.REFUSED, ticket.symbol, f"{deed} {ticket.symbol} {end}: {why}.")


def _failures(events: Iterable[PrivatePush]) -> Iterator[Happening]:
    for event in events:
        if isinstance(event, StopChange) and (event.error or event.trigger_success is False):
            why = event.error or "no reason was given"
            words = f"A stop on {event.symbol} was triggered, and failed: {why}."
            yield Happening(AlertKind.REFUSED, event.symbol, words)


@dataclass
class _Fill:
    symbol: str
    side: Side
    lots: bool
    size: Decimal = ZERO
    worth: Decimal = ZERO

    def words(self) -> str:
        done = "Bought" if self.side is Side.BUY else "Sold"
        lots = "" if not self.lots else " lot" if self.size == 1 else " lots"
        at = f" at {said(_EIGHT_DIGITS.divide(self.worth, self.size))}" if self.size else ""
        return f"{done} {said(self.size)}{lots} {self.symbol}{at}."


def _fills(events: Iterable[PrivatePush]) -> Iterator[Happening]:
    fills: dict[str, _Fill] = {}
    for event in events:
        if isinstance(event, OrderChange) and event.match_size is not None and event.match_price is not None:
            fill = fills.setdefault(event.order_id, _Fill(event.symbol, event.side, lots=event.futures))
            fill.size += event.match_size
            fill.worth += event.match_size * event.match_price
    for fill in fills.values():
        yield Happening(AlertKind.FILL, fill.symbol, fill.words())
