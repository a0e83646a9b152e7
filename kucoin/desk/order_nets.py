"""The lists of what lives on each account, and whom to ask about one order: REST beneath the pushes, as a net.

Waiting orders of isolated margin accounts are pushed alone: no list tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from kucoin.desk import facts, stops
from kucoin.desk.facts import Facts
from kucoin.desk.net import Net
from kucoin.desk.stops import Stop
from kucoin.desk.triggered import waiting_at
from kucoin.errors import NotFound
from kucoin.model.order import Fill, FuturesFill, TradeType
from kucoin.model.page import Page
from kucoin.rest.client import Exchange

T = TypeVar("T")

_PAGE = 100
_MOST_PAGES = 20  # 2,000 fills of one order


def of_orders(exchange: Exchange) -> list[Net[Facts]]:
    """Return the nets of the orders that are in the market."""

    def asked(order: Facts) -> Facts:
        return ask_spot(exchange, order.order_id, order.symbol, order.trade_type)

    spot = Net(
        name="Open spot orders",
        futures=False,
        # The pushes do not tell the account: whose order it is turns out here.
        covers=lambda order: not order.futures and order.trade_type in {None, TradeType.TRADE},
        read=partial(_read_spot, exchange),
        ask=asked,
        fills=partial(_spot_fills, exchange),
    )
    nets = [spot]
    for name, trade_type in (("cross", TradeType.MARGIN_TRADE), ("isolated", TradeType.MARGIN_ISOLATED_TRADE)):
        margin = Net(
            name=f"Open {name} margin orders",
            futures=False,
            covers=partial(_is_of, trade_type),
            read=partial(_read_margin, exchange, trade_type),
            ask=asked,
            fills=partial(_spot_fills, exchange),
        )
        nets.append(margin)
    if exchange.has_futures:
        futures = Net(
            name="Open futures orders",
            futures=True,
            covers=lambda order: order.futures,
            read=lambda: [facts.answered_futures(order) for order in exchange.futures_orders.open_orders()],
            ask=lambda order: facts.answered_futures(exchange.futures_orders.order(order_id=order.order_id)),
            fills=partial(_futures_fills, exchange),
        )
        nets.append(futures)
    return nets


def of_stops(exchange: Exchange, went_off: Callable[[], None]) -> list[Net[Stop]]:
    """Return the nets of the orders that wait for a price.

    Args:
        went_off: Called when one is found to have become an order, which no push told.
    """

    def asked(stop: Stop) -> Stop:
        found = waiting_at(exchange, stop)
        if found.triggered:
            went_off()
        return found

    spot = Net(
        name="Waiting spot orders",
        futures=False,
        covers=lambda stop: not stop.futures and stop.account in {None, TradeType.TRADE},
        read=lambda: [stops.answered(order) for order in exchange.spot_stops.stops()],
        ask=asked,
        fills=None,
    )
    cross = Net(
        name="Waiting cross margin orders",
        futures=False,
        covers=lambda stop: stop.account == TradeType.MARGIN_TRADE,
        read=lambda: [stops.answered(order) for order in exchange.margin_stops.stops()],
        ask=asked,
        fills=None,
    )
    if not exchange.has_futures:
        return [spot, cross]
    futures = Net(
        name="Waiting futures orders",
        futures=True,
        covers=lambda stop: stop.futures,
        read=lambda: [stops.answered_futures(order) for order in exchange.futures_orders.stops()],
        ask=asked,
        fills=None,
    )
    return [spot, cross, futures]


def ask_spot(exchange: Exchange, order_id: str, symbol: str, trade_type: TradeType | None) -> Facts:
    """Ask about a spot or margin order; where it is not known which, the spot account is asked first.

    Raises:
        NotFound: The exchange knows none.
    """
    if trade_type in {None, TradeType.TRADE}:
        try:
            return facts.answered(exchange.spot_orders.order(order_id=order_id, symbol=symbol))
        except NotFound:
            if trade_type is not None:
                raise
    return facts.answered(exchange.margin_orders.order(order_id=order_id, symbol=symbol))


def recent_fills(exchange: Exchange, symbol: str, trade_types: Iterable[TradeType | None]) -> list[Facts]:
    """Ask for the fills of the last 24 h on a spot pair, the latest 100.

    Args:
        trade_types: The accounts asked besides the spot account.

    Raises:
        KucoinError: One of them cannot be read.
    """
    margin = sorted({each for each in trade_types if each is not None} - {TradeType.TRADE})
    pages = [exchange.spot_orders.fills(symbol=symbol)]
    pages += [exchange.margin_orders.fills(symbol=symbol, trade_type=each) for each in margin]
    return [facts.filled(fill) for page in pages for fill in page.items]


def _read_spot(exchange: Exchange) -> list[Facts]:
    orders = exchange.spot_orders
    symbols = orders.symbols_with_open_orders()
    return [facts.answered(order) for symbol in symbols for order in orders.open_orders(symbol=symbol)]


def _read_margin(exchange: Exchange, trade_type: TradeType) -> list[Facts]:
    orders = exchange.margin_orders
    symbols = orders.symbols_with_open_orders(trade_type=trade_type)
    return [
        facts.answered(order)
        for symbol in symbols
        for order in orders.open_orders(symbol=symbol, trade_type=trade_type)
    ]


def _is_of(trade_type: TradeType, order: Facts) -> bool:
    return order.trade_type is trade_type


def _spot_fills(exchange: Exchange, order: Facts) -> list[Facts]:
    if order.trade_type in {None, TradeType.TRADE}:
        ask = partial(exchange.spot_orders.fills, symbol=order.symbol, order_id=order.order_id, limit=_PAGE)
    else:
        ask = partial(
            exchange.margin_orders.fills,
            symbol=order.symbol,
            trade_type=order.trade_type,
            order_id=order.order_id,
            limit=_PAGE,
        )
    fills: list[Fill] = _all_pages(lambda cursor: ask(cursor=cursor))
    return [facts.filled(fill) for fill in fills]


def _futures_fills(exchange: Exchange, order: Facts) -> list[Facts]:
    ask = partial(exchange.futures_orders.fills, symbol=order.symbol, order_id=order.order_id, limit=_PAGE)
    fills: list[FuturesFill] = _all_pages(lambda cursor: ask(cursor=cursor))
    return facts.filled_futures(fills)


def _all_pages(ask: Callable[[int | None], Page[T]]) -> list[T]:
    """Read a list to its end, or as far as it is worth: whatever is missing then, is told as missing."""
    found: list[T] = []
    cursor: int | None = None
    for _ in range(_MOST_PAGES):
        page = ask(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None or len(page.items) < _PAGE:
            break
    return found
