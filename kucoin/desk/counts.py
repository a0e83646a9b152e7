"""What counts towards the limits: what an order comes to, and how much of each limit is used by now."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.decimals import ONE, ZERO
from kucoin.desk.accounts import Accounts
from kucoin.desk.futures import Futures
from kucoin.desk.ledger import Ledger
from kucoin.desk.limits import Figure, Measured, Used, measured, orders_of, reduces, times, total
from kucoin.desk.market import Market
from kucoin.desk.orders import Orders
from kucoin.desk.portfolio import Standing
from kucoin.desk.prices import Prices
from kucoin.desk.terms import Terms
from kucoin.hub import Hub
from kucoin.model.feed import Mark, Quote
from kucoin.model.limits import Limits
from kucoin.model.ticket import OPEN_STATES, FuturesTicket, Placement, SpotTicket, Ticket, TicketState

_MINUTE = timedelta(seconds=60)
_OLD = 60.0  # s after which a price is too old to hold an order to
_TOLD = timedelta(seconds=40)  # after which the orders of a pair that was taken are in a list, if no push told of them
_UNASKED = "nobody asked for it"
_NOUGHT = frozenset({TicketState.REFUSED, TicketState.NOT_SENT, TicketState.ABSENT})


class Counts:
    """Measures orders and adds up what is used. Safe to call from any thread; nothing here waits.

    Args:
        placed: Returns the orders that were handed over from a moment on, and all of which the end is not known.
        terms: Tells what is known of a symbol.
        now: Aware UTC, the clock of readings; ``monotonic`` is that of pushes.
    """

    def __init__(
        self,
        placed: Callable[[datetime], Iterable[Placement]],
        orders: Orders,
        market: Market,
        terms: Callable[[str], Terms | None],
        *,
        accounts: Accounts,
        ledger: Ledger,
        futures: Futures,
        hub: Hub,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._placed = placed
        self._orders = orders
        self._market = market
        self._terms = terms
        self._accounts = accounts
        self._ledger = ledger
        self._futures = futures
        self._hub = hub
        self._now = now
        self._monotonic = monotonic

    def measured(self, ticket: Ticket) -> Measured:
        """Return what ``ticket`` comes to by the prices of now."""
        terms = self._terms(ticket.symbol)
        if terms is None:
            why = f"the rules of {ticket.symbol[:40]} are not known"
            return Measured(symbol=ticket.symbol, worth=why, leverage=why, prices=(), orders=orders_of(ticket))
        return measured(ticket, terms, self._price(terms), self._quoted(terms.rules.quote))

    def leverage(self, symbol: str) -> Decimal | None:
        """Return what a contract's orders use now, None while that is not known."""
        terms = self._terms(symbol)
        return terms.leverage if terms else None

    def used(self, limits: Limits | None = None, replaced: str | None = None) -> Used:
        """Return how much is used of each of ``limits`` that is set, of all where None.

        Args:
            replaced: KuCoin's id of an order that is about to be no more.
        """

        def figure(name: str, count: Callable[[], Figure]) -> Figure:
            return count() if limits is None or getattr(limits, name) is not None else _UNASKED

        now = self._now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        placed = list(self._placed(min(midnight, now - _MINUTE)))  # before the orders, so that none is in neither
        today = (each for each in placed if each.handed_at >= midnight)
        just = (each for each in placed if each.handed_at > now - _MINUTE and _counts(each))
        return Used(
            daily_value=figure("daily_value", lambda: total(map(self._worth, today))),
            open_orders=figure("open_orders", lambda: self._open(placed, now, replaced)),
            orders_per_minute=Decimal(sum(1 for _ in just)),
            daily_loss=figure("daily_loss", self._loss),
        )

    def _worth(self, placement: Placement) -> Figure:
        if placement.state in _NOUGHT or not _counts(placement):
            return ZERO
        if placement.worth is not None:
            return placement.worth
        worth = self.measured(placement.ticket).worth
        unknown = f"what today's order {placement.ticket.client_oid} is worth is not known"
        return unknown if isinstance(worth, str) else worth

    def _open(self, placed: Iterable[Placement], now: datetime, replaced: str | None) -> Figure:
        if why := self._orders.unsure():
            return _begun(why)
        live = {each.order_id: each.client_oid for each in (*self._orders.open(), *self._orders.stops())}
        live.pop(replaced or "", None)
        known = set(live.values())
        brackets = sum(orders_of(each.ticket) - 1 for each in placed if _has_bracket(each, known))
        coming = [each.ticket for each in placed if each.ticket.client_oid not in known and _comes(each, now)]
        return Decimal(len(live) + brackets + sum(orders_of(each) for each in coming if not _changes(each, live)))

    def _loss(self) -> Figure:
        """What was realised today and what the open positions stand at, below zero where that is a gain."""
        if self._accounts.positions is None:
            return ZERO
        loss = total((*self._realised(), *self._unrealised()))
        return loss if isinstance(loss, str) else -loss

    def _realised(self) -> Iterator[Figure]:
        progress = self._ledger.progress()
        if progress.state != "ready":
            yield f"what was realised today is not known: the ledger is {progress.state}"
            return
        for (symbol, _), net in self._ledger.realised_today().items():
            contract = self._market.contract(symbol).value
            if net is None or contract is None:
                yield f"what was realised today on {symbol} is not known"
            elif net:
                yield times(net, self._quoted(contract.settle_currency))

    def _unrealised(self) -> Iterator[Figure]:
        view = self._futures.view()
        if view.standing is not Standing.READY or view.problem:
            yield _begun(view.problem or view.reason or "the positions are not read yet")
            return
        for line in view.positions:
            if line.unrealised is None:
                yield f"what {line.symbol} stands at is not known"
            elif line.unrealised:
                yield times(line.unrealised, self._quoted(line.settle_currency))

    def _price(self, terms: Terms) -> Figure:
        """The mark price of a contract, the last one of a pair; old ones count for none."""
        futures = terms.rules.futures
        price, of = (terms.mark, "mark") if futures else (terms.last, "last")
        if price is None:
            return f"its {of} price is not known"
        pushed = self._hub.latest(Mark if futures else Quote, terms.symbol)
        reading: Any = self._market.contract(terms.symbol) if futures else self._market.ticker(terms.symbol)
        heard = pushed is not None and self._monotonic() - pushed.received < _OLD
        age = (self._now() - reading.at).total_seconds() if reading.at else _OLD
        return price if heard or age < _OLD else f"its {of} price is {age:,.0f} s old"

    def _quoted(self, currency: str) -> Figure:
        """What one unit is in USDT."""
        dollars = self._accounts.dollars.reading.value or {}
        if currency == "USD" and dollars.get("USDT"):
            return ONE / dollars["USDT"]
        quote = Prices(self._accounts.tickers.reading.value, dollars).usdt(currency)
        return f"what one {currency} is in USDT is not known" if quote is None else quote.now


def _counts(placement: Placement) -> bool:
    return not reduces(placement.ticket)


def _comes(placement: Placement, now: datetime) -> bool:
    """Whether an order that no list shows may be in the market all the same."""
    if placement.state in OPEN_STATES:
        return True
    ticket = placement.ticket
    pair = isinstance(ticket, SpotTicket) and ticket.oco is not None
    return pair and placement.state is TicketState.ACCEPTED and now - placement.handed_at < _TOLD


def _has_bracket(placement: Placement, known: Collection[str | None]) -> bool:
    """Whether it is in the market and brings others once it is filled, which count from the beginning."""
    ticket = placement.ticket
    return isinstance(ticket, FuturesTicket) and ticket.bracket is not None and ticket.client_oid in known


def _changes(ticket: Ticket, live: Collection[str]) -> bool:
    """Whether it only changes an order that counts already."""
    return isinstance(ticket, SpotTicket) and ticket.amends is not None and ticket.replaces in live


def _begun(sentence: str) -> str:
    """``sentence`` as the beginning of another."""
    return sentence.rstrip(".")
