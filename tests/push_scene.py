"""What panels look at, without sockets and threads: the market and the clock stand where a test puts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from kucoin.book.book import BookView
from kucoin.desk.market import Market
from kucoin.desk.refresh import Reading, Source
from kucoin.hub import Hub
from kucoin.model.feed import Mark, Quote, Summary, Trade
from kucoin.model.market import Contract, SpotSymbol, Ticker
from kucoin.model.order import Side
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web.sight import Sight

NOW = 1_795_000_000.0
PAIR, LINEAR, INVERSE = "BTC-USDT", "XBTUSDTM", "XBTUSDM"
D = Decimal


def pair(symbol: str = PAIR, *, tick: str = "0.1", lot: str = "0.00000001") -> SpotSymbol:
    """A spot pair."""
    base, quote = symbol.split("-")
    amount = D("0.00001")
    return SpotSymbol(
        *(symbol, base, quote, quote, amount, D(10_000), D("0.1"), D(10**9), D(lot), D("0.000001"), D(tick)),
        *(D("0.1"), None, None, None, True, True),
    )


def contract(symbol: str = LINEAR, **changes: Any) -> Contract:
    """A contract; inverse where its symbol says so."""
    inverse = not symbol.endswith("TM")
    made = Contract(
        *(symbol, "XBT", "USD" if inverse else "USDT", "XBT" if inverse else "USDT", "Open", inverse),
        *(D(-1) if inverse else D("0.001"), 1, D("0.1"), None, 100, None, None, None, None),
        *(D("70000.1"), D("70000"), D("70001"), D(700), D("0.01"), D(71000), D(69000), D(1000), D(70_000_000)),
        *(D(5000), D("0.0001"), None, datetime(2026, 11, 22, 16, tzinfo=UTC)),
    )
    return replace(made, **changes)


def ticker(symbol: str = PAIR, last: str = "70000.1") -> Ticker:
    """A pair's day, as REST tells it."""
    volumes = D(1000), D(70_000_000)
    return Ticker(symbol, D(last), D("70000"), D("70000.2"), D("0.01"), D(700), D(71000), D(69000), *volumes, None)


class Heard:
    """In place of the feeds: what is wanted now."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self.statuses: tuple[FeedStatus, ...] = ()

    def want(self, *topics: str) -> None:
        """Note them."""
        self.wanted += topics

    def release(self, *topics: str) -> None:
        """Strike them out, each once."""
        for topic in topics:
            self.wanted.remove(topic)

    def status(self) -> tuple[FeedStatus, ...]:
        """What a test said."""
        return self.statuses


class Shelf:
    """In place of the books: views that a test laid out."""

    def __init__(self) -> None:
        self.views: dict[str, BookView] = {}
        self.kept: list[str] = []

    def add(self, symbol: str) -> None:
        """Note it."""
        self.kept.append(symbol)

    def remove(self, symbol: str) -> None:
        """Strike it out."""
        self.kept.remove(symbol)

    def view(self, symbol: str, count: int = 50) -> BookView | None:
        """The best levels; the very same object while nothing changes."""
        view = self.views.get(symbol)
        if view is None or len(view.bids) <= count >= len(view.asks):
            return view
        return replace(view, bids=view.bids[:count], asks=view.asks[:count])

    def lose(self, symbols: Iterable[str], problem: str) -> None:
        """Empty them."""
        for symbol in symbols:
            if symbol in self.views:
                self.views[symbol] = BookView(symbol, (), (), problem, None, 0)

    def repaired(self, *, futures: bool) -> int:
        """As many as it has digits."""
        return 3 if futures else 4

    @property
    def symbols(self) -> tuple[str, ...]:
        """Whose books are kept."""
        return tuple(self.kept)


@dataclass
class Own:
    """The account's own orders and trades."""

    generation: int = 0
    orders: list[Any] = field(default_factory=list)
    trades: list[Any] = field(default_factory=list)
    looked_back: list[str] = field(default_factory=list)

    def open(self, symbol: str) -> list[Any]:
        """The open orders."""
        return [order for order in self.orders if order.symbol == symbol]

    def fills(self, symbol: str) -> list[Any]:
        """The trades."""
        return [fill for fill in self.trades if fill.symbol == symbol]

    def look_back(self, symbol: str) -> None:
        """Note it."""
        self.looked_back.append(symbol)

    def place(self, symbol: str, side: Side, price: str, size: Decimal | int) -> None:
        """Have an order open."""
        self.orders.append(SimpleNamespace(symbol=symbol, side=side, price=D(price), remaining_size=size))
        self.generation += 1


class Scene:
    """The parts, with a clock that moves only when a test moves it."""

    def __init__(self, *pairs: SpotSymbol, contracts: Iterable[Contract] | None = None) -> None:
        self.now = 1000.0
        self.heard, self.shelf, self.own = Heard(), Shelf(), Own()
        self.hub = Hub(self.shelf, monotonic=lambda: self.now)  # type: ignore[arg-type]  # a shelf does for books
        self.sources: dict[str, Source[Any]] = {}
        self.tickers: Source[Any] = Source("tickers", lambda: None, every=5)
        self.contracts: Source[Any] = Source("contracts", lambda: None, every=5)
        self.exchange = SimpleNamespace(
            status=lambda: SimpleNamespace(clock_offset=D(0)),
            market=SimpleNamespace(symbols=lambda: (), klines=self.klines, trades=self.klines),
            futures=SimpleNamespace(klines=self.klines, trades=self.klines),
        )
        self.asked: list[dict[str, Any]] = []
        self.answer: Any = None
        refresher = SimpleNamespace(add=lambda source: self.sources.update({source.name: source}))
        self.market = Market(
            *(self.exchange, refresher, self.heard, self.hub, self.shelf),  # type: ignore[arg-type]  # likewise
            tickers=self.tickers,
            contracts=self.contracts,
            monotonic=lambda: self.now,
            wall=lambda: NOW + self.now,
        )
        self.sight = Sight(
            *(self.hub, self.heard, self.shelf, self.market, self.own),  # type: ignore[arg-type]  # likewise
            status=lambda: SimpleNamespace(hosts=()),  # type: ignore[arg-type,return-value]  # likewise
            monotonic=lambda: self.now,
            wall=lambda: NOW + self.now,
        )
        self.list(pairs or (pair(),), contracts or (contract(), contract(INVERSE)))
        self.line(FeedState.LIVE)

    def klines(self, **asked: Any) -> Any:
        """Answer as a test said, and note what was asked."""
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def list(self, pairs: Iterable[SpotSymbol], contracts: Iterable[Contract]) -> None:
        """Have the lists say this."""
        at = datetime.fromtimestamp(NOW + self.now, UTC)
        self.sources["pairs"].reading = Reading(tuple(pairs), at, None, at)
        self.contracts.reading = Reading(tuple(contracts), at, None, at)

    def line(self, state: FeedState, problem: str | None = None) -> None:
        """Have both public lines be like this."""
        for market in ("spot", "futures"):
            self.hub.changed(FeedStatus(f"feed-{market}-public", state, problem))

    def net(self, *tickers: Ticker, problem: str | None = None) -> None:
        """Have REST say this of the day, now."""
        board = SimpleNamespace(ticker=lambda symbol: next((each for each in tickers if each.symbol == symbol), None))
        at = datetime.fromtimestamp(NOW + self.now, UTC)
        self.tickers.reading = Reading(board, at, problem, at)

    @property
    def ms(self) -> int:
        """The exchange's time."""
        return int((NOW + self.now) * 1000)

    def publish(self, *events: Any) -> None:
        """Have the sockets bring something, now."""
        self.hub.publish(list(events), received=self.now)

    def quote(self, bid: str = "70000", ask: str = "70000.2", *, symbol: str = PAIR, sequence: int = 1) -> None:
        """Have best prices come."""
        price = D(bid) if "-" in symbol else None
        self.publish(Quote(symbol, self.ms, D(bid), D(1), D(ask), D(1), price, D(1), sequence))

    def summary(self, last: str = "70000.1", change: str = "700", *, symbol: str = PAIR) -> None:
        """Have the day's figures come."""
        figures = D(last), D(71000), D(69000), D(change), D("0.01"), D("1000.50"), D(100_000_000)
        self.publish(Summary(symbol, self.ms, *figures))

    def mark(self, mark: str, index: str, symbol: str = LINEAR) -> None:
        """Have a mark price come."""
        self.publish(Mark(symbol, self.ms, D(mark), D(index)))

    def trade(
        self, price: str, size: str, side: str = "buy", *, number: str = "1", symbol: str = PAIR, ms: int = 0
    ) -> None:
        """Have a trade come; at another time than now where ``ms`` says so."""
        self.publish(Trade(symbol, (ms or self.ms) * 1_000_000, side, D(price), D(size), number))

    def book(
        self, bids: Iterable[tuple[str, str]], asks: Iterable[tuple[str, str]], *, symbol: str = PAIR, **more: Any
    ) -> None:
        """Lay a book out, best first."""
        sides = [tuple((D(price), D(size)) for price, size in side) for side in (bids, asks)]
        view = BookView(symbol, sides[0], sides[1], None, 10, self.ms)
        self.shelf.views[symbol] = replace(view, **more)
