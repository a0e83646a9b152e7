"""All positions of an account, as its ledger tells them, whatever order the ledger is told in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from kucoin.desk.round_track import Track
from kucoin.desk.rounds import Ended, Realised, Round
from kucoin.model.order import FuturesFill, Liquidity
from kucoin.model.position import ClosedPosition, FundingPayment

Event = FuturesFill | FundingPayment | ClosedPosition
_Key = tuple[datetime, int, int, str, bool]
_Item = tuple[_Key, Event]
_NO_TRADE = "cancel"
_AFTER = timedelta(milliseconds=1)  # the exchange tells the end of a position in whole milliseconds, its fills in finer


class Shelf:
    """What is known of one contract: its events in order, and what they come to."""

    def __init__(self) -> None:
        self.track = Track()
        self._events: list[_Item] = []
        self._new: list[_Item] = []
        self._known: set[object] = set()

    def add(self, name: object, key: _Key, event: Event) -> bool:
        """Take an event, unless one of that name is known; return whether it was new."""
        if name in self._known:
            return False
        self._known.add(name)
        self._new.append((key, event))
        return True

    def settle(self) -> None:
        """Tell what is new in its order, or everything anew where some of it came too late; judge what waits."""
        new, self._new = sorted(self._new, key=_key), []
        late = [item for item in new if self._is_late(item[0])]
        if all(isinstance(event, ClosedPosition) and self.track.match(event) for _, event in late):
            told = new[len(late) :]
        else:
            self.track = Track()
            told = sorted(self._events + new, key=_key)
        self._events = sorted(self._events + new, key=_key) if late else self._events + new
        for _, event in told:
            _tell(self.track, event)
        self.track.settle()

    def _is_late(self, key: _Key) -> bool:
        """Whether what came after an event has been told already, or judged."""
        until = self.track.until
        return bool(self._events and key <= self._events[-1][0]) or (until is not None and key[0] <= until)


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
        number = fill.trade_id  # rises with time, so that it orders fills of one moment; it may have ever more digits
        taker = fill.liquidity is Liquidity.TAKER  # in a trade with oneself the maker's side is booked first
        key = (fill.at, 1, len(number), number, taker)
        return self._add(fill.symbol, (number, fill.order_id), key, fill)

    def add_funding(self, payment: FundingPayment) -> bool:
        """Take a funding; return whether it is new."""
        number = str(payment.payment_id)
        key = (payment.at, 0, len(number), number, False)
        return self._add(payment.symbol, payment.payment_id, key, payment)

    def add_closed(self, closed: ClosedPosition) -> bool:
        """Take a position that ended; return whether it is new."""
        number = closed.close_id
        key = (closed.closed_at + _AFTER, 2, len(number), number, False)
        return self._add(closed.symbol, number, key, closed)

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

    def _add(self, symbol: str, name: object, key: _Key, event: Event) -> bool:
        shelf = self._shelves.get(symbol)
        if shelf is None:
            shelf = self._shelves[symbol] = Shelf()
        self._touched.add(symbol)
        return shelf.add(name, key, event)


def _key(item: _Item) -> _Key:
    return item[0]


def _tell(track: Track, event: Event) -> None:
    if isinstance(event, FuturesFill):
        track.fill(event)
    elif isinstance(event, FundingPayment):
        track.payment(event)
    else:
        track.row(event)
