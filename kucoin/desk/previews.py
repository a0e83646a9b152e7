"""Previews of tickets, from what the desk knows at this moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from kucoin.book.book import BookView
from kucoin.book.books import Books
from kucoin.decimals import ZERO
from kucoin.desk.margins import Group
from kucoin.desk.preview import Preview
from kucoin.desk.preview_ticket import preview
from kucoin.desk.preview_walk import Sight
from kucoin.desk.terms import Terms
from kucoin.hub import Hub
from kucoin.model.feed import Mark, Summary
from kucoin.model.ticket import SpotTicket, Ticket
from kucoin.model.times import moment

_DEPTHS = (500, 5_000, 50_000)  # levels a side that are looked at until there are enough for the order


class _Termbook(Protocol):
    def of(self, symbol: str) -> Terms | None: ...


class _Futures(Protocol):
    def group(self, currency: str) -> Group | None: ...


class _Market(Protocol):
    def exchange_time(self) -> float: ...
    def problem(self, symbol: str) -> str | None: ...
    def trouble(self, symbol: str) -> str | None: ...


class Previews:
    """Works previews out anew whenever it is asked. Safe to call from any thread; nothing here waits.

    Args:
        monotonic: Seconds that never jump: the feeds' clock.
    """

    def __init__(
        self,
        terms: _Termbook,
        futures: _Futures,
        market: _Market,
        books: Books,
        hub: Hub,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._terms = terms
        self._futures = futures
        self._market = market
        self._books = books
        self._hub = hub
        self._monotonic = monotonic

    def preview(self, ticket: Ticket) -> Preview:
        """Return what would come of ``ticket``, as of now; a few ms. Its book is known while its symbol is watched."""
        symbol = ticket.symbol
        terms = self._terms.of(symbol)
        if terms is None:
            trouble = self._market.trouble(symbol)
            return Preview(problem=f"{trouble}." if trouble else f"The rules of {symbol} are not read yet.")
        contract = terms.contract
        book = self._book(ticket)
        sight = Sight(
            book,
            self._age(symbol, book),
            self._market.problem(symbol),
            self._futures.group(contract.settle_currency) if contract else None,
        )
        return preview(ticket, terms, sight)

    def _book(self, ticket: Ticket) -> BookView | None:
        """The best levels, as many as the order may need."""
        view = None
        for count in _DEPTHS:
            view = self._books.view(ticket.symbol, count)
            if view is None or max(len(view.bids), len(view.asks)) < count or _enough(view, ticket):
                break
        return view

    def _age(self, symbol: str, book: BookView | None) -> float | None:
        """How old the last word about the book is: its own last change, or what comes steadily while none does."""
        now, told = self._market.exchange_time(), self._monotonic()
        ages = []
        if book is not None and book.time and (at := moment(book.time)):
            ages.append(now - at.timestamp())
        for kind in (Summary, Mark):
            if latest := self._hub.latest(kind, symbol):
                at = moment(latest.value.time) if latest.value.time else None
                ages.append(max(told - latest.received, now - at.timestamp() if at else 0.0))
        return max(0.0, min(ages)) if ages else None


def _enough(view: BookView, ticket: Ticket) -> bool:
    """Whether either side holds all that is asked for."""
    sides = (view.bids, view.asks)
    if isinstance(ticket, SpotTicket) and ticket.order.funds is not None:
        wanted = ticket.order.funds
        return all(sum((price * size for price, size in side), ZERO) >= wanted for side in sides)
    asked = ticket.order.size
    return asked is not None and all(sum((size for _, size in side), ZERO) >= asked for side in sides)
