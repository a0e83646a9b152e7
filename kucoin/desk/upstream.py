"""The one way up: the sockets, the order books and the hub of a process, joined to its signing client."""

from __future__ import annotations

from kucoin.book.books import Books
from kucoin.hub import Hub
from kucoin.model.feed import BookSnapshot, Token
from kucoin.rest.client import Exchange
from kucoin.stream.feed import Manners
from kucoin.stream.feeds import Feeds, Kind

# What is always heard of the account, on each market.
_SPOT = ("/account/balance", "/spotMarket/tradeOrdersV2", "/spotMarket/advancedOrders", "/margin/position")
_FUTURES = (
    *("/contractAccount/wallet", "/contract/positionAll", "/contractMarket/tradeOrders"),
    *("/contractMarket/advancedOrders", "/contract/marginMode", "/contract/crossLeverage"),
)


class Upstream:
    """Sockets that open as soon as something is wanted of them. Safe to call from any thread.

    Args:
        exchange: Gives tokens and snapshots. Without a key there are no private sockets, in Europe none of futures.
        practice: Which side of the fence is dialled.
        manners: The sockets' intervals; KuCoin's own where None.
    """

    def __init__(self, exchange: Exchange, *, practice: bool, manners: Manners | None = None) -> None:
        self._exchange = exchange
        markets = (False, True) if exchange.has_futures else (False,)
        audiences = (False, True) if exchange.has_credentials else (False,)
        self.books = Books(self._snapshot)
        self.hub = Hub(self.books)
        self.feeds = Feeds(
            self._token,
            self.hub,
            practice=practice,
            kinds=[Kind(futures, private) for futures in markets for private in audiences],
            manners=manners,
            listed=self._listed,
        )

    def start(self) -> None:
        """Begin to keep books; sockets open by themselves."""
        self.books.start()

    def stop(self) -> None:
        """Close every socket; returns within a few seconds in any state."""
        self.feeds.stop()
        self.books.stop()

    def hear_account(self) -> None:
        """Open the private sockets; the key must have been found fit. Call it once."""
        self.feeds.want(*_SPOT, *(_FUTURES if self._exchange.has_futures else ()))

    def _token(self, kind: Kind) -> Token:
        return self._exchange.tokens.token(futures=kind.futures, private=kind.private)

    def _listed(self, kind: Kind) -> set[str]:
        """What a market trades now: a topic about anything else will stay silent."""
        if kind.futures:
            return {contract.symbol for contract in self._exchange.futures.contracts()}
        return {symbol.symbol for symbol in self._exchange.market.symbols() if symbol.enable_trading}

    def _snapshot(self, symbol: str) -> BookSnapshot:
        books = self._exchange.books
        if "-" not in symbol:
            return books.futures(symbol=symbol)
        return books.spot(symbol=symbol) if self._exchange.has_credentials else books.spot_part(symbol=symbol)
