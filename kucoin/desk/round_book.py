"""All positions of an account, as its ledger tells them, whatever order the ledger is told in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, takewhile

from kucoin.desk.round_track import Track
from kucoin.desk.rounds import Ended, Realised, Round
from kucoin.model.order import FuturesFill, Liquidity
from kucoin.model.position import ClosedPosition, FundingPayment

Event = FuturesFill | FundingPayment | ClosedPosition
_Key = tuple[datetime, int, int, str, bool]
_NO_TRADE = "cancel"
_AFTER = timedelta(milliseconds=1)  # the exchange tells the end of a position in whole milliseconds, its fills in finer


class Shelf:
    """What is known of one contract: its events in order, and what they come to."""

    def __init__(self) -> None:
        self.track = Track()
        self._events: list[Event] = []
        self._new: list[Event] = []
        self._known: set[object] = set()

    def add(self, name: object, event: Event) -> bool:
        """Take an event, unless one of that name is known; return whether it was new."""
        if name in self._known:
            return False
        self._known.add(name)
        self._new.append(event)
        return True

    def settle(self) -> None:
        """Tell what is new in its order, or everything anew where some of it came too late; judge what waits."""
        new, self._new = sorted(self._new, key=_key), []
        late = list(takewhile(self._is_late, new))
        if all(isinstance(event, ClosedPosition) and self.track.match(event, late=True) for event in late):
            told = new[len(late) :]
        else:
            self.track = Track()
            told = sorted(self._events + new, key=_key)
        self._events = sorted(self._events + new, key=_key) if late else self._events + new
        for event in told:
            _tell(self.track, event)
        self.track.settle()

    def _is_late(self, event: Event) -> bool:
        """Whether what came after an event has been told already, or judged."""
        key, until = _key(event), self.track.until
        return bool(self._events and key <= _key(self._events[-1])) or (until is not None and key[0] <= until)


class RoundBook:
    """The positions of an account, open and closed.

    It may be told fills, fundings and closed positions in any order and more than once; what stands is the same. Call
    `settle` before asking: what came late is put in its place then.
    """

    def __init__(self) -> None:
        self._shelves: dict[str, Shelf] = {}
        self._touched: set[str] = set()

    def add(self, fill: FuturesFill) -> bool:
        """Take a fill; return whether it is new. What was no trade is left out."""
        if fill.kind == _NO_TRADE or not fill.size:
            return False
        return self._add((fill.trade_id, fill.order_id), fill)

    def add_funding(self, payment: FundingPayment) -> bool:
        """Take a funding; return whether it is new."""
        return self._add(payment.payment_id, payment)

    def add_closed(self, closed: ClosedPosition) -> bool:
        """Take a position that ended; return whether it is new."""
        return self._add(closed.close_id, closed)

    def settle(self) -> set[str]:
        """Bring everything up to date; return the contracts that something has changed on since the last time."""
        touched, self._touched = self._touched, set()
        for symbol in touched:
            self._shelves[symbol].settle()
        return touched

    def open_rounds(self, symbol: str | None = None) -> dict[tuple[str, str], Round]:
        """Return the open positions, of one contract or of all, by symbol and position side."""
        rounds = chain.from_iterable(shelf.track.open_rounds() for shelf in self._of(symbol))
        return {(each.symbol, each.position_side): each for each in rounds}

    def closed(self, symbol: str | None = None) -> list[Ended]:
        """Return the positions that ended, of one contract or of all; those of one contract oldest first."""
        return [end.shown for shelf in self._of(symbol) for end in shelf.track.ends]

    def realised(self, symbol: str) -> list[Realised]:
        """Return what was realised on a contract, oldest first. The list grows, or is another one after late events."""
        return self._shelves[symbol].track.realised

    def _of(self, symbol: str | None) -> Iterator[Shelf]:
        if symbol is None:
            yield from self._shelves.values()
        elif symbol in self._shelves:
            yield self._shelves[symbol]

    def _add(self, name: object, event: Event) -> bool:
        symbol = event.symbol
        shelf = self._shelves.get(symbol)
        if shelf is None:
            shelf = self._shelves[symbol] = Shelf()
        self._touched.add(symbol)
        return shelf.add(name, event)


def _key(event: Event) -> _Key:
    """Return by what events are put in order: moment, kind, and number, which rises and may have ever more digits."""
    if isinstance(event, FuturesFill):
        taker = event.liquidity is Liquidity.TAKER  # in a trade with oneself the maker's side is booked first
        return event.at, 1, len(event.trade_id), event.trade_id, taker
    if isinstance(event, FundingPayment):
        number = str(event.payment_id)
        return event.at, 0, len(number), number, False
    return event.closed_at + _AFTER, 2, len(event.close_id), event.close_id, False


def _tell(track: Track, event: Event) -> None:
    if isinstance(event, FuturesFill):
        track.fill(event)
    elif isinstance(event, FundingPayment):
        track.payment(event)
    else:
        track.row(event)
