"""The working orders: a row for each that is in the market, and for each that waits for a price.

One panel carries both, of all symbols (``orders:``) or of one (``orders:XBTUSDTM``). A row that ends stays for a while,
so that what became of it can be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from kucoin import figures
from kucoin.desk import facts, order_state, stops
from kucoin.desk.facts import Facts
from kucoin.desk.market import Watch
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.portfolio import Standing
from kucoin.desk.stops import Stop
from kucoin.errors import InvalidRequest
from kucoin.model.change import AmendState
from kucoin.model.feed import Mark
from kucoin.model.market import Contract
from kucoin.model.order import PositionSide, Side, StopPriceType
from kucoin.model.ticket import SpotTicket, TicketState
from kucoin.web import veil as veils
from kucoin.web.head import PriceSight
from kucoin.web.machine import judge_private
from kucoin.web.order_rows import Doing, Near, order_row, stop_row
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import CATCHING_UP, LIVE, Fresh, Sight

PANEL = "orders:"
"""What the panel is asked for by, with a symbol behind it or none."""

_PACE = 0.5  # s between two looks at the prices that orders are measured against
_REST = 9.0  # a look that takes long makes the next one wait, so that all of them take a tenth of a core
_LINGER = 10.0  # s for which an order that ended stays
_LINGERING = 20  # of these at most
_SAID = 60.0  # s for which it is said why nothing came of a press

_Working = AnyOrder | Stop


class _Ended(NamedTuple):
    """An order that was shown and is in the market no more."""

    order_id: str
    waited: bool
    until: float


class OrdersPanel(Panel):
    """Rows by order id, newest first: ``open`` and ``stops`` say which there are and in which order.

    Raises:
        InvalidRequest: There is no account.
    """

    def __init__(self, sight: Sight, symbol: str) -> None:
        if sight.trading is None or sight.cancels is None or sight.orders is None:
            raise InvalidRequest("there is no account here whose orders could be shown")
        self._sight = sight
        self._trading, self._cancels, self._orders = sight.trading, sight.cancels, sight.orders
        self._only = symbol or None
        self._prices: dict[str, PriceSight] = {}
        self._watched: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._watches: list[Watch] = []
        self._seen: tuple[object, ...] = ()
        self._due = self._rested = 0.0
        self._alive: dict[str, bool] = {}  # whether it waits for a price, by order id
        self._ended: tuple[_Ended, ...] = ()
        self._heirs: dict[str, str] = {}  # the id of the order that one stands in the place of
        self._ranks: dict[str, tuple[float, str]] = {}  # of what stands in the place of another
        self._said: dict[tuple[str, str], float] = {}  # when it was said first, by order id and note
        self._body: Body = {}

    def change(self) -> Change | None:
        """Tell the rows that changed, and which there are where that did."""
        began = self._sight.monotonic()
        if began < self._rested:
            return None
        amends = self._sight.amends
        counts = (self._orders.generation, self._cancels.generation, amends.generation if amends else 0)
        seen = (*counts, self._trading.placements(), self._sight.veil())
        if seen == self._seen and began < self._due:
            return None
        self._seen, self._due = seen, began + _PACE
        before, self._body = self._body, self._look(began)
        self._rested = began + _REST * (self._sight.monotonic() - began)
        if not before:
            return Change("full", self._body)
        changed = {name: value for name, value in self._body.items() if name != "rows" and before[name] != value}
        rows = {name: row for name, row in self._body["rows"].items() if before["rows"].get(name) != row}
        if rows:
            changed["rows"] = rows
        return Change("more", changed) if changed else None

    def full(self) -> Body:
        """Return all of it."""
        return self._body

    def fresh(self) -> Fresh:
        """Judge by the private sockets, and by those that tell the prices that orders are measured against."""
        sight = self._sight
        fresh = judge_private(sight)
        if fresh.state != LIVE:
            return fresh
        markets = {"-" not in symbol for symbol in self._prices}
        problems = (sight.hub.problem(futures=futures, private=False) for futures in sorted(markets))
        if problem := next(filter(None, problems), None):
            return Fresh(CATCHING_UP, None, f"distances may be old: {problem}")
        heard = [feed.heard_at for feed in sight.feeds.status() if "private" in feed.name and feed.heard_at is not None]
        return fresh._replace(age=sight.age(min(heard)) if heard else None)

    def close(self) -> None:
        """Let go of the prices."""
        for watch in self._watches:
            watch.close()

    def _look(self, now: float) -> Body:
        plain, waiting = list(self._orders.open(self._only)), list(self._orders.stops(self._only))
        alive = {each.order_id: False for each in plain} | {each.order_id: True for each in waiting}
        self._let_end(alive, now)
        sought = list(self._sought())
        for each in (*self._ended_ones(), *sought):
            if isinstance(each, Stop):
                waiting.append(each)
            else:
                plain.append(each)
        self._follow(plain, waiting)
        rows = self._rows(plain, waiting, {each.order_id for each in sought})
        self._let_fade(rows, now)
        problem = self._orders.problem()
        quotes = {row["value"][1] for row in rows.values() if "value" in row}
        return {
            "open": [name for name, row in rows.items() if "effect" not in row],
            "stops": [name for name, row in rows.items() if "effect" in row],
            "rows": rows,
            "quote": quotes.pop() if len(quotes) == 1 else "",
            "elsewhere": self._elsewhere(),
            "problem": problem and veils.words(self._sight.veil(), problem),
        }

    def _rows(self, plain: Iterable[AnyOrder], waiting: Sequence[Stop], sought: Collection[str]) -> Body:
        market, veil = self._sight.market, self._sight.veil()
        near = {symbol: self._near(symbol) for symbol in self._prices}
        effects = self._effects(any(each.futures for each in waiting))
        rows: Body = {}
        for order in sorted(plain, key=self._rank):
            doing = self._doing(order, order.order_id in sought)
            rows[order.order_id] = order_row(order, market.rules(order.symbol), near[order.symbol], doing, veil)
        for stop in sorted(waiting, key=self._rank):
            doing = self._doing(stop, stop.order_id in sought)
            effect = _effect(stop, effects)
            rows[stop.order_id] = stop_row(stop, market.rules(stop.symbol), near[stop.symbol], doing, effect, veil=veil)
        for name in rows.keys() & self._heirs.keys():
            rows[name]["was"] = self._heirs[name]
        return rows

    def _sought(self) -> Iterator[_Working]:
        """Return the orders of which it is being looked up whether they arrived, as if they had."""
        for each in self._trading.placements():
            ticket = each.ticket
            if each.state is not TicketState.UNKNOWN or each.order_id or self._only not in {None, ticket.symbol}:
                continue
            if isinstance(ticket, SpotTicket) and ticket.amends is not None:  # the order that it changes says so
                continue
            read = stops.placed if ticket.waits else facts.placed
            made: Facts | Stop | None = read(ticket, ticket.client_oid)
            if made is not None:
                shown = order_state.state(made, ours=True) if isinstance(made, Facts) else made
                yield replace(shown, created_at=each.handed_at)

    def _let_end(self, alive: dict[str, bool], now: float) -> None:
        """Have orders that are there no more stay for a while, but for those that another stands in the place of."""
        gone = [_Ended(name, waited, now + _LINGER) for name, waited in self._alive.items() if name not in alive]
        shown = (*self._ended, *gone)
        for name in (each.order_id for each in shown):
            amend = self._sight.amends.amend_of(name) if self._sight.amends else None
            if amend is not None and amend.state is AmendState.DONE and amend.new_order_id not in {None, name}:
                self._heirs[str(amend.new_order_id)] = name
                if old := self._orders.order(name) or self._orders.stop(name):
                    self._ranks[str(amend.new_order_id)] = self._rank(old)
        replaced = set(self._heirs.values())
        kept = [each for each in shown if each.until > now and each.order_id not in alive.keys() | replaced]
        self._alive, self._ended = alive, tuple(kept[-_LINGERING:])
        known = alive.keys() | {each.order_id for each in self._ended}
        self._heirs = {heir: name for heir, name in self._heirs.items() if heir in known}
        self._ranks = {heir: rank for heir, rank in self._ranks.items() if heir in known}

    def _ended_ones(self) -> Iterator[_Working]:
        for each in self._ended:
            found = self._orders.stop(each.order_id) if each.waited else self._orders.order(each.order_id)
            if found is not None:
                yield found

    def _let_fade(self, rows: Body, now: float) -> None:
        """Say of an order that lives only for a while why nothing came of a press."""
        said = {(name, row["note"]) for name, row in rows.items() if row["note"] and row["act"]}
        self._said = {each: self._said.get(each, now) for each in said}
        for (name, _), since in self._said.items():
            if now - since >= _SAID:
                rows[name]["note"] = ""

    def _doing(self, order: _Working, sought: bool) -> Doing:
        amends, name = self._sight.amends, order.order_id
        if sought:
            return Doing(ours=True, sought=True)
        lives = order.alive if isinstance(order, Stop) else order.open
        way = amends.way(name) if amends and lives else None
        return Doing(
            cancel=self._cancels.cancellation(name),
            amend=amends.amend_of(name) if amends else None,
            way=way,
            why=amends.why_not(name) if amends and lives and way is None else "",
            ours=self._ours(order),
        )

    def _ours(self, order: _Working) -> bool | None:
        if not isinstance(order, Stop):
            return True if order.ours else self._sight.ours(order.client_oid)
        if self._trading.ticket_of(order.order_id) is not None:
            return True
        return self._sight.ours(order.client_oid) if order.client_oid else None  # pushes do not tell the id of these

    def _rank(self, order: _Working) -> tuple[float, str]:
        """Return what sorts the newest first; one that stands in the place of another ranks as that."""
        if order.order_id in self._ranks:
            return self._ranks[order.order_id]
        return -(order.created_at.timestamp() if order.created_at else self._sight.wall()), order.order_id

    def _elsewhere(self) -> int:
        """Return how many orders there are on other symbols than the one that is shown."""
        if self._only is None:
            return 0
        everything: Iterable[_Working] = (*self._orders.open(), *self._orders.stops())
        return sum(each.symbol != self._only for each in everything)

    # Prices ----------------------------------------------------------------------------------------------------------

    def _follow(self, plain: Iterable[AnyOrder], waiting: Iterable[Stop]) -> None:
        """Have the prices heard that orders are measured against: last prices, and marks where these are enough."""
        market = self._sight.market
        by_last = {each.symbol for each in waiting if each.stop_price_type in {None, StopPriceType.TP}}
        symbols = {each.symbol for each in (*plain, *waiting)}
        by_last |= {symbol for symbol in symbols if "-" in symbol}
        listed = sorted(symbol for symbol in symbols if market.rules(symbol) is not None)
        watched = (
            tuple(each for each in listed if each in by_last),
            tuple(each for each in listed if each not in by_last),
        )
        self._prices = {each: self._prices.get(each) or PriceSight(self._sight, each) for each in sorted(symbols)}
        if watched == self._watched:
            return
        before, self._watches = self._watches, [market.quotes(watched[0]), market.marks(watched[1])]
        self._watched = watched
        for watch in before:
            watch.close()

    def _near(self, symbol: str) -> Near:
        price = self._prices[symbol]
        last = price.look().last
        if "-" in symbol:
            return Near(last)
        told = price.pushed(Mark) or price.read()
        if not isinstance(told, Mark | Contract):
            return Near(last)
        return Near(last, told.mark_price, told.index_price)

    def _effects(self, needed: bool) -> dict[tuple[str, str], bool] | None:
        """Return which way each position points, by symbol and side; None where the positions are not known."""
        view = self._sight.futures() if self._sight.futures and needed else None
        if view is None or view.standing is not Standing.READY:
            return None
        return {(each.symbol, each.position_side): each.is_long for each in view.positions}


def _effect(stop: Stop, held: dict[tuple[str, str], bool] | None) -> tuple[str, str]:
    """Return what a stop would do when its price is reached, and how that looks."""
    if not stop.futures:
        base = stop.symbol.partition("-")[0]
        return f"{'buys' if stop.side is Side.BUY else 'sells'} {base}", ""
    if held is None:
        return figures.UNKNOWN, ""
    about = stop.position_side
    ways = {
        is_long
        for (symbol, side), is_long in held.items()
        if symbol == stop.symbol and (about in {None, PositionSide.BOTH} or side == about)
    }
    closes_long = stop.side is Side.SELL
    if closes_long in ways:
        return f"closes {'long' if closes_long else 'short'}", ""
    return (f"adds to {'short' if closes_long else 'long'}", "") if ways else ("no position", "warn")
