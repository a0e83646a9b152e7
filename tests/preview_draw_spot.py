"""Random spot and margin tickets on a `Pit`: what the preview says of one, against what then happens."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kucoin.book.book import BookView
from kucoin.decimals import ZERO, ceil_to
from kucoin.desk import dispatch
from kucoin.desk.preview import Preview, Rest
from kucoin.desk.preview_ticket import preview
from kucoin.desk.preview_walk import Sight
from kucoin.desk.terms import Terms
from kucoin.errors import ApiError
from kucoin.model.market import SpotSymbol
from kucoin.model.order import (
    NewOrder,
    Order,
    OrderType,
    Side,
    TimeInForce,
    TradeType,
)
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import SpotTicket, SpotTrigger
from tests.preview_pit import (
    MARGIN,
    OTHER,
    SPOT,
    Pit,
    Trader,
    ahead,
    book_of,
    comes_to_nothing,
    facing,
    limit_price,
    near,
    pit_id,
)

D = Decimal
MONEY = D("1E-8")  # fees are cut to ten decimals a fill
BORROW_STEP = D("0.001")
KINDS = ("market", "funds", "cross", "ioc", "fok", "rest", "post", "stop", "margin", "margin")


def spot(pit: Pit) -> str:
    """Try a spot or margin ticket, and return what kind it was; empty where none came about."""
    kind = pit.random.choice(KINDS)
    trader, other = pit.traders
    pair = pit.pairs[pit.random.choice(MARGIN if kind == "margin" else SPOT)]
    book = book_of(trader.exchange, pair.symbol)
    if not book.bids or not book.asks:
        return ""
    account = TradeType.TRADE
    if kind == "margin":
        account = pit.random.choice([TradeType.MARGIN_TRADE, TradeType.MARGIN_ISOLATED_TRADE])
    terms = trader.spot_terms(pair, account)
    ticket = _spot_ticket(pit, pair, terms, book, kind)
    last = trader.exchange.market.stats(symbol=pair.symbol).last
    before = preview(ticket, terms, Sight(_without_step(book, ticket, pair)))
    if ticket.trigger is not None and not (before.filled and _may_wait(ticket, pair, last, book)):
        return ""
    said = f"{kind} {ticket} {before}"
    if before.problem is not None:
        comes_to_nothing(trader, ticket, said)
        return f"{kind}, nothing"
    money = _purse(trader, ticket, pair)
    dispatch.send(trader.exchange, ticket)
    if ticket.trigger is not None:
        price = ticket.trigger.price
        _take_spot(other, pair, _step(pair, price), price, ticket.order.side)
    placed = _order(trader, ticket)
    assert placed.filled_size == before.filled, (said, placed)
    assert near(before.average, placed.average_price, pair.price_increment), (said, placed)
    assert placed.active is (before.rest_is is Rest.RESTS), (said, placed)
    if placed.active and not _fill_spot_rest(other, pair, placed, book_of(trader.exchange, pair.symbol)):
        _cancel(trader, ticket, placed)
        return f"{kind}, at once"
    _spot_after(trader, ticket, pair, before, money)
    return f"{kind} {ticket.trade_type} {ticket.order.side}"


def _cancel(trader: Trader, ticket: SpotTicket, placed: Order) -> None:
    calls = trader.exchange.spot_orders if ticket.trade_type is TradeType.TRADE else trader.exchange.margin_orders
    calls.cancel(order_id=placed.order_id, symbol=placed.symbol)


def _fill_spot_rest(other: Trader, pair: SpotSymbol, placed: Order, book: BookView) -> bool:
    """Have ``other`` trade what rests, with all that is before it; False where that was not possible."""
    assert placed.price is not None
    before = ahead(book, placed.side, placed.price)
    if before * placed.price < D(2):
        return False
    try:
        _take_spot(other, pair, before, placed.price, OTHER[placed.side])
    except ApiError:
        return False
    return True


def _spot_ticket(pit: Pit, pair: SpotSymbol, terms: Terms, book: BookView, kind: str) -> SpotTicket:
    side = pit.random.choice(list(Side))
    account = next(purse for purse, _ in terms.available if isinstance(purse, TradeType))
    best = facing(book, side)[0][0]
    free = terms.available[account, pair.quote_currency if side is Side.BUY else pair.base_currency]
    coins = free / best if side is Side.BUY else free
    most = coins * (D("1.5") if kind == "margin" else D("0.3"))
    size = max(_step(pair, best), pit.part(facing(book, side), pair.base_increment, most))
    order = NewOrder(client_oid=pit.new_id(), symbol=pair.symbol, side=side, type=OrderType.MARKET, size=size)
    if kind == "funds":
        order = replace(order, size=None, funds=ceil_to(size * best, pair.quote_increment))
    limit = replace(order, type=OrderType.LIMIT)
    if kind in {"cross", "ioc", "fok", "margin"} and (kind != "margin" or pit.random.random() < 0.5):
        in_force = {"ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}.get(kind)
        order = replace(
            limit, price=limit_price(pit, book, side, pair.price_increment, inside=False), time_in_force=in_force
        )
    elif kind in {"rest", "post"}:
        price = limit_price(pit, book, side, pair.price_increment, inside=True)
        order = replace(limit, price=price, post_only=kind == "post")
    trigger = None
    if kind == "stop":
        trigger = SpotTrigger(stop=SpotStop.ENTRY if side is Side.BUY else SpotStop.LOSS, price=best)
        if pit.random.random() < 0.4:
            order = replace(limit, price=facing(book, side)[1][0])
    return SpotTicket(order=order, trade_type=account, trigger=trigger, auto_borrow=kind == "margin")


def _step(pair: SpotSymbol, price: Decimal) -> Decimal:
    """The least that can be traded."""
    return ceil_to(max(pair.base_min_size, (pair.min_funds or D(1)) * D("1.1") / price), pair.base_increment)


def _without_step(book: BookView, ticket: SpotTicket, pair: SpotSymbol) -> BookView:
    """The book as a stop will meet it: the least there is of the best level is traded to set it off."""
    if ticket.trigger is None:
        return book
    (price, size), *others = facing(book, ticket.order.side)
    levels = ((price, size - _step(pair, price)), *others)
    return replace(book, asks=levels) if ticket.order.side is Side.BUY else replace(book, bids=levels)


def _may_wait(ticket: SpotTicket, pair: SpotSymbol, last: Decimal | None, book: BookView) -> bool:
    price, size = facing(book, ticket.order.side)[0]
    if last is None or size <= _step(pair, price):
        return False
    return last < price if ticket.order.side is Side.BUY else last > price


def _take_spot(other: Trader, pair: SpotSymbol, size: Decimal, price: Decimal, side: Side) -> None:
    """Have ``other`` trade so much of a pair, at once and at ``price`` or better."""
    other.exchange.spot_orders.place(
        NewOrder(
            client_oid=f"other-{pit_id()}",
            symbol=pair.symbol,
            side=side,
            type=OrderType.LIMIT,
            price=price,
            size=size,
            time_in_force=TimeInForce.IOC,
        )
    )


def _order(trader: Trader, ticket: SpotTicket) -> Order:
    oid, symbol = ticket.client_oid, ticket.symbol
    if ticket.trade_type is TradeType.TRADE:
        return trader.exchange.spot_orders.order_by_client_oid(client_oid=oid, symbol=symbol)
    return trader.exchange.margin_orders.order_by_client_oid(client_oid=oid, symbol=symbol)


def _purse(trader: Trader, ticket: SpotTicket, pair: SpotSymbol) -> dict[str, Decimal]:
    """What is free and what is owed, by currency."""
    found: dict[str, Decimal] = {}
    for currency in (pair.base_currency, pair.quote_currency):
        found[currency] = trader.free(ticket.trade_type, pair.symbol, currency)
        if ticket.trade_type is not TradeType.TRADE:
            found[f"owed {currency}"] = trader.owes(ticket.trade_type, pair.symbol, currency)
    return found


def _spot_after(
    trader: Trader, ticket: SpotTicket, pair: SpotSymbol, before: Preview, money: dict[str, Decimal]
) -> None:
    said = f"{ticket} {before}"
    placed = _order(trader, ticket)
    assert placed.fee is not None
    assert before.fee is not None, said
    assert abs(placed.fee - before.fee) <= MONEY, (said, placed)
    now = _purse(trader, ticket, pair)
    lent = now.get(f"owed {before.cost_currency}", ZERO) - money.get(f"owed {before.cost_currency}", ZERO)
    wanted = before.borrow or ZERO
    assert (ZERO <= lent - wanted < BORROW_STEP) if wanted else not lent, (said, lent)
    assert before.cost is not None
    assert before.gets is not None
    assert abs(money[before.cost_currency] + lent - now[before.cost_currency] - before.cost) <= MONEY, (said, now)
    assert abs(now[before.gets_currency] - money[before.gets_currency] - before.gets) <= MONEY, (said, now)
    if before.available_after is not None:
        assert abs(now[before.cost_currency] - before.available_after) <= MONEY + BORROW_STEP * bool(wanted), (
            said,
            now,
        )
