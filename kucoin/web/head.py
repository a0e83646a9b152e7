"""The figures that stand above a symbol: last, best, the day, and what contracts have besides."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, TypeVar

from kucoin.decimals import ZERO, plain
from kucoin.desk.refresh import Reading
from kucoin.model.feed import Funding, Mark, Pushed, Quote, Summary
from kucoin.model.market import Contract, Ticker
from kucoin.model.times import milliseconds
from kucoin.web.panel import Body, Change, Panel, SymbolPanel, amount, rounded, written
from kucoin.web.sight import CATCHING_UP, LIVE, OLD, STALE, Fresh, Sight

P = TypeVar("P", bound=Pushed)

_FUNDING = 90.0  # s that a rate stands which comes every 60 s


class Price(NamedTuple):
    """A symbol's last price and its day, each None where unknown; ``before`` is the price of 24 h ago.

    ``volume`` is in coins, ``turnover`` in quote currency.
    """

    last: Decimal | None
    before: Decimal | None
    high: Decimal | None
    low: Decimal | None
    volume: Decimal | None
    turnover: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Last less what it was 24 h ago."""
        return None if self.last is None or self.before is None else self.last - self.before

    @property
    def ratio(self) -> Decimal | None:
        """The change as a fraction of what it was."""
        return self.change / self.before if self.change is not None and self.before else None


class PriceSight:
    """Follows one symbol's price: from the sockets, or from REST while these are silent.

    Attributes:
        direction: 1, -1 or 0: where the price went last.
    """

    def __init__(self, sight: Sight, symbol: str) -> None:
        self._sight = sight
        self._symbol = symbol
        self._number = 0
        self._traded: Decimal | None = None
        self._last: Decimal | None = None
        self.direction = 0

    def net(self) -> Reading[Ticker] | Reading[Contract]:
        """What REST told last."""
        market = self._sight.market
        return market.ticker(self._symbol) if "-" in self._symbol else market.contract(self._symbol)

    def age(self) -> float | None:
        """How old the last message about the price is, in s."""
        sight, hub, symbol = self._sight, self._sight.hub, self._symbol
        values = [hub.latest(Summary, symbol)]
        quote = hub.latest(Quote, symbol)
        if "-" in symbol:  # a pair's quote tells the time of the last trade, not its own
            return sight.youngest(values, [sight.age(quote.received)] if quote else [])
        return sight.youngest([*values, quote, hub.latest(Mark, symbol)])

    def look(self) -> Price:
        """Return the price as it is now."""
        hub = self._sight.hub
        stretch = hub.tape(self._symbol, self._number)
        self._number = stretch.number
        if stretch.trades:
            self._traded = stretch.trades[-1].price
        age = self.age()
        silent = age is None or (age >= OLD and self._sight.net_age(self.net()) is not None)
        if silent:
            self._traded = None  # whatever comes next is newer than that
        day = hub.latest(Summary, self._symbol)
        price = _read(self.net().value) if day is None or silent else _summed(day.value)
        if not silent and (last := self._traded or self._quoted() or price.last) is not None:
            high, low = max(price.high or last, last), min(price.low or last, last)
            price = price._replace(last=last, high=high, low=low)
        if rules := self._sight.market.rules(self._symbol):
            volume, turnover = rules.day(price.volume, price.turnover)
            price = price._replace(volume=volume, turnover=turnover)
        if price.last is not None and self._last is not None and price.last != self._last:
            self.direction = 1 if price.last > self._last else -1
        self._last = price.last if price.last is not None else self._last
        return price

    def pushed(self, kind: type[P], lasts: float = OLD) -> P | None:
        """Return what was pushed last of ``kind``, None where it is older than ``lasts`` s.

        Where neither socket nor REST tells anything any more, it stays: the whole price is marked as stale then.
        """
        latest = self._sight.hub.latest(kind, self._symbol)
        if latest is None:
            return None
        age = self._sight.age(latest.received, None if kind is Quote and "-" in self._symbol else latest.value.time)
        value: P = latest.value
        return value if age < lasts or self._is_stale() else None

    def read(self) -> Ticker | Contract | None:
        """Return what REST told, None where that is old while the socket is heard."""
        net, age = self.net(), self.age()
        is_old = age is not None and age < OLD and self._sight.net_age(net) is None
        return None if is_old else net.value

    def _is_stale(self) -> bool:
        age = self.age()
        return age is not None and age >= OLD and self._sight.net_age(self.net()) is None

    def _quoted(self) -> Decimal | None:
        quote = self.pushed(Quote)
        return quote.price if quote else None


def _summed(day: Summary) -> Price:
    """The price as the sockets tell it of the day."""
    return Price(day.last, _before(day.last, day.change_price), day.high, day.low, day.volume, day.turnover)


def _read(value: Ticker | Contract | None) -> Price:
    """The price as REST told it."""
    if value is None:
        return Price(None, None, None, None, None, None)
    if isinstance(value, Contract):
        last, change = value.last_trade_price, value.price_change
        day = (value.high_price, value.low_price, value.volume_24h, value.turnover_24h)
    else:
        last, change = value.last, value.change_price
        day = (value.high, value.low, value.volume, value.turnover)
    return Price(last, _before(last, change), *day)


def _before(last: Decimal | None, change: Decimal | None) -> Decimal | None:
    return last - change if last is not None and change is not None else None


class HeadPanel(SymbolPanel):
    """The strip above a symbol; only what changed is told."""

    def __init__(self, sight: Sight, symbol: str) -> None:
        super().__init__(sight, symbol)
        self._price = PriceSight(sight, symbol)
        self._body: Body = {}

    def change(self) -> Change | None:
        """Tell the figures that changed."""
        before, self._body = self._body, self._look()
        if not before:
            return Change("full", self._body)
        changed = {name: value for name, value in self._body.items() if before[name] != value}
        return Change("more", changed) if changed else None

    def full(self) -> Body:
        """Return every figure; None where it is unknown."""
        return self._body

    def fresh(self) -> Fresh:
        """Judge by the newest of what is told about the price."""
        return self.sight.judge(self.symbol, self._price.age(), self.waiting, self._price.net())

    def _look(self) -> Body:
        rules, price = self.rules, self._price.look()
        decimals = rules.price_decimals
        bid, ask = self._best()
        body: Body = {
            "symbol": rules.symbol,
            "kind": "futures" if rules.futures else "spot",
            "base": rules.base,
            "quote": rules.quote,
            "trading": rules.trading,
            "last": written(price.last, decimals),
            "dir": self._price.direction,
            "bid": written(bid, decimals),
            "ask": written(ask, decimals),
            "change": written(price.change, decimals),
            "change_ratio": rounded(price.ratio, 6),
            "high": written(price.high, decimals),
            "low": written(price.low, decimals),
            "volume": _plain(price.volume),
            "turnover": _plain(price.turnover),
            "price_decimals": decimals,
            "size_decimals": rules.size_decimals,
        }
        return body | self._futures(decimals) if rules.futures else body

    def _best(self) -> tuple[Decimal | None, Decimal | None]:
        best = self._price.pushed(Quote) or self._price.read()
        if best is not None and not isinstance(best, Contract):
            return best.bid, best.ask
        # What is read of contracts does not tell their best prices; in a quiet market the book still knows them.
        book = self.sight.books.view(self.symbol, 1)
        return (book.bids[0][0], book.asks[0][0]) if book and book.trusted and book.bids and book.asks else (None, None)

    def _futures(self, decimals: int) -> Body:
        contract = self.sight.market.contract(self.symbol).value
        marked = self._price.pushed(Mark)
        told = marked or self._price.read()
        mark, index = (told.mark_price, told.index_price) if isinstance(told, Mark | Contract) else (None, None)
        basis = mark - index if mark is not None and index is not None else None
        # Rates come over the same topic as marks, but once a minute.
        funding = self._price.pushed(Funding, _FUNDING) if marked else None
        read = self._price.read()
        rate = funding.rate if funding else read.funding_rate if isinstance(read, Contract) else None
        due = contract.next_funding_at if contract else None
        lots = contract.open_interest if contract else None
        coins, worth = self.rules.open(lots, mark)
        return {
            "mark": written(mark, decimals),
            "index": written(index, decimals),
            "basis": written(basis, decimals),
            "basis_ratio": rounded(basis / index, 6) if basis is not None and index else None,
            "funding_rate": _plain(rate),
            "funding_at": milliseconds(due) if due else None,
            "open_interest": _plain(lots),
            "open_interest_coins": amount(coins),
            "open_interest_value": amount(worth),
            "multiplier": _plain(self.rules.coins),
            "inverse": self.rules.inverse,
        }


class PricesPanel(Panel):
    """Last price, change and spark of several symbols; one that is not listed is told as None.

    Raises:
        InvalidRequest: A list in which one of them would stand was not read yet.
    """

    def __init__(self, sight: Sight, symbols: tuple[str, ...]) -> None:
        self._sight = sight
        self._symbols = symbols
        self._listed = [symbol for symbol in symbols if sight.market.trouble(symbol) is None]
        self._watch = sight.market.quotes(self._listed)
        self._prices = {symbol: PriceSight(sight, symbol) for symbol in self._listed}
        self._opened = sight.monotonic()
        self._rows: Body = {}
        self._sparks: dict[str, tuple[float, ...]] = {}

    def change(self) -> Change | None:
        """Tell the symbols whose figures changed."""
        sparks = {symbol: self._sight.market.candles.spark(symbol) for symbol in self._listed}
        rows = {symbol: self._row(symbol) for symbol in self._listed}
        before, self._rows = self._rows, rows
        if not before or sparks != self._sparks:
            self._sparks = sparks
            return Change("full", self.full())
        changed = {symbol: row for symbol, row in rows.items() if before[symbol] != row}
        return Change("more", changed) if changed else None

    def full(self) -> Body:
        """Return ``[last, change_ratio, dir, spark]`` of each symbol."""
        return {
            symbol: [*self._rows[symbol], self._sparks.get(symbol, ())] if symbol in self._rows else None
            for symbol in self._symbols
        }

    def fresh(self) -> Fresh:
        """Judge by the symbol about which the exchange has been silent longest."""
        waiting = self._sight.monotonic() - self._opened
        found = [self._sight.judge(symbol, price.age(), waiting, price.net()) for symbol, price in self._prices.items()]
        order = {LIVE: 0, CATCHING_UP: 1, STALE: 2}
        return max(found, key=lambda fresh: (order[fresh.state], fresh.age or 0.0), default=Fresh(LIVE, 0.0, None))

    def _row(self, symbol: str) -> list[str | int | None]:
        rules = self._sight.market.rules(symbol)
        sight = self._prices[symbol]
        price = sight.look()
        decimals = rules.price_decimals if rules else 0
        return [written(price.last, decimals), rounded(price.ratio, 6), sight.direction]


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    return plain(value.normalize() if value else ZERO)
