"""Random futures tickets on a `Pit`: what the preview says of one, against what then happens."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kucoin.book.book import BookView
from kucoin.decimals import ZERO
from kucoin.desk import dispatch
from kucoin.desk.preview import Preview, Rest
from kucoin.desk.preview_ticket import preview
from kucoin.desk.preview_walk import Sight
from kucoin.desk.terms import Terms
from kucoin.errors import ApiError
from kucoin.model.market import Contract
from kucoin.model.order import (
    FuturesOrder,
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    TimeInForce,
)
from kucoin.model.position import Position
from kucoin.model.ticket import Bracket, FuturesTicket
from tests.preview_pit import (
    FUTURES,
    OTHER,
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
KINDS = ("market", "market", "market", "cross", "cross", "ioc", "rest", "post", "reduce", "close", "stop")


def futures(pit: Pit) -> str:
    """Try a futures ticket, and return what kind it was; empty where none came about."""
    trader, other = pit.random.sample(pit.traders, 2)
    symbol = pit.random.choice(FUTURES if trader.name == "main" else FUTURES[:6])
    contract = trader.contract(symbol)
    group = trader.group(contract.settle_currency)
    terms = trader.futures_terms(symbol, group)
    book = book_of(trader.exchange, symbol)
    if not book.bids or not book.asks:
        return ""
    kind = pit.random.choice(KINDS)
    order = _futures_order(pit, trader, terms, book, kind)
    if order is None:
        return ""
    ticket = FuturesTicket(order=order, bracket=_bracket(pit, order, book))
    before = preview(ticket, terms, Sight(_without_one(book, order), group=group))
    if kind == "stop" and not (before.filled and _can_trigger(order, terms, book)):
        return ""
    said = f"{kind} {order} {before}"
    if before.problem is not None:
        comes_to_nothing(trader, ticket, said)
        return f"{kind}, nothing"
    order_id = dispatch.send(trader.exchange, ticket)
    if kind == "stop":
        _trigger(other, order)
    placed = trader.exchange.futures_orders.order(order_id=order_id)
    tick = contract.tick_size
    assert placed.filled_size == before.filled, (said, placed)
    assert near(before.average, placed.average_price, tick), (said, placed)
    assert placed.active is (before.rest_is is Rest.RESTS), (said, placed)
    if placed.active and not _fill_rest(other, placed, book_of(trader.exchange, symbol)):
        trader.exchange.futures_orders.cancel(order_id=order_id)
        return f"{kind}, at once"
    _futures_after(trader, order, order_id, before, contract)
    return f"{kind} {'inverse' if contract.is_inverse else 'linear'} {order.margin_mode.lower()}"


def _futures_order(pit: Pit, trader: Trader, terms: Terms, book: BookView, kind: str) -> NewFuturesOrder | None:
    contract = terms.contract
    assert contract is not None
    assert terms.margin_mode is not None
    side = pit.random.choice(list(Side))
    position_side = PositionSide.BOTH
    if trader.hedge:
        position_side = pit.random.choice([PositionSide.LONG, PositionSide.SHORT])
    free = terms.available["futures", contract.settle_currency]
    lot_value = terms.rules.value(book.asks[0][0], D(1))
    if contract.is_inverse:
        free *= book.asks[0][0]
    most = max(D(1), free * 2 / lot_value // 1)
    levels = facing(book, side)
    size = Lots(int(pit.part(levels, D(1), most)))
    leverage = pit.random.randint(2, 20)
    held = trader.position(terms.symbol, position_side)
    order = NewFuturesOrder(
        client_oid=pit.new_id(),
        symbol=terms.symbol,
        side=side,
        type=OrderType.MARKET,
        size=size,
        margin_mode=terms.margin_mode,
        leverage=leverage if terms.margin_mode is MarginMode.ISOLATED else None,
        position_side=position_side,
    )
    if kind in {"reduce", "close"} and held is None:
        return None
    if kind == "reduce":
        closing = Side.SELL if held and held.current_qty > 0 else Side.BUY
        return replace(order, side=closing, reduce_only=not trader.hedge)
    if kind == "close":
        mode = MarginMode(held.margin_mode) if held and held.margin_mode else terms.margin_mode
        return replace(order, side=None, size=None, leverage=None, close_order=True, margin_mode=mode)
    if kind == "stop":
        up = side is Side.BUY
        stop = FuturesStop(
            direction=StopDirection.UP if up else StopDirection.DOWN,
            price=levels[0][0],
            price_type=StopPriceType.TP,
        )
        limit = pit.random.random() < 0.4
        price = levels[min(len(levels) - 1, 1)][0] if limit else None
        return replace(order, type=OrderType.LIMIT if limit else OrderType.MARKET, price=price, stop=stop)
    if kind == "market":
        return order
    price = limit_price(pit, book, side, contract.tick_size, inside=kind in {"rest", "post"})
    in_force = TimeInForce.IOC if kind == "ioc" else None
    return replace(order, type=OrderType.LIMIT, price=price, time_in_force=in_force, post_only=kind == "post")


def _bracket(pit: Pit, order: NewFuturesOrder, book: BookView) -> Bracket | None:
    """Sometimes a take profit and a stop, a tenth away."""
    if order.stop or order.reduce_only or order.close_order or pit.random.random() < 0.7:
        return None
    best = book.asks[0][0]  # which has the tick's decimals, and all ticks are powers of ten
    above, below = ((best * share).quantize(best) for share in (D("1.1"), D("0.9")))
    return Bracket(above=above, below=below, price_type=StopPriceType.MP)


def _without_one(book: BookView, order: NewFuturesOrder) -> BookView:
    """The book as a stop will meet it: one lot of the best level is traded to set it off."""
    if order.stop is None or order.side is None:
        return book
    (price, size), *others = facing(book, order.side)
    levels = ((price, size - 1), *others)
    return replace(book, asks=levels) if order.side is Side.BUY else replace(book, bids=levels)


def _can_trigger(order: NewFuturesOrder, terms: Terms, book: BookView) -> bool:
    if order.stop is None or order.side is None or terms.last is None:
        return False
    price, size = facing(book, order.side)[0]
    there = size > 1 and terms.contract is not None and terms.contract.settle_currency == "USDT"
    return there and (terms.last < price if order.side is Side.BUY else terms.last > price)


def _trigger(other: Trader, order: NewFuturesOrder) -> None:
    """Let the last price become that of the stop."""
    _take(other, order, D(1), order.stop.price if order.stop else D(1), order.side or Side.BUY)


def _take(other: Trader, like: NewFuturesOrder | FuturesOrder, size: Decimal, price: Decimal, side: Side) -> None:
    """Have ``other`` trade so much of a contract, at once and at ``price`` or better."""
    mode = other.exchange.futures_positions.margin_mode(symbol=like.symbol)
    hedged = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
    other.exchange.futures_orders.place(
        NewFuturesOrder(
            client_oid=f"other-{pit_id()}",
            symbol=like.symbol,
            side=side,
            type=OrderType.LIMIT,
            price=price,
            size=Lots(int(size)),
            margin_mode=mode,
            leverage=20 if mode is MarginMode.ISOLATED else None,
            position_side=hedged if other.hedge else PositionSide.BOTH,
            time_in_force=TimeInForce.IOC,
        )
    )


def _fill_rest(other: Trader, placed: FuturesOrder, book: BookView) -> bool:
    """Have ``other`` trade what rests, with all that is before it; False where that was not possible."""
    assert placed.price is not None
    assert placed.size is not None
    before = ahead(book, placed.side, placed.price)
    if placed.settle_currency != "USDT" or before > placed.size * 4 + 200:
        return False
    try:
        _take(other, placed, before, placed.price, OTHER[placed.side])
    except ApiError:
        return False
    return True


def _futures_after(trader: Trader, order: NewFuturesOrder, order_id: str, before: Preview, contract: Contract) -> None:
    said = f"{order} {before}"
    placed = trader.exchange.futures_orders.order(order_id=order_id)
    if placed.active:  # somebody else's order was there first
        trader.exchange.futures_orders.cancel(order_id=order_id)
        return
    fills = trader.exchange.futures_orders.fills(order_id=order_id, limit=1000).items
    fee = sum((fill.fee for fill in fills), ZERO)
    assert before.fee is not None, said
    assert abs(fee - before.fee) <= MONEY, (said, fee)
    after = trader.position(order.symbol, order.position_side)
    assert before.position_after is not None, said
    assert before.position_after.lots == (after.current_qty if after else 0), (said, after)
    tick = contract.tick_size
    if after is not None:
        assert near(before.position_after.entry, after.avg_entry_price, tick), (said, after)
        assert near(before.liquidation, _liquidation(after, tick), tick), (said, after)
    free = trader.exchange.futures.account_overview(currency=contract.settle_currency).available_balance
    assert free is not None
    if before.available_after is not None and before.available_before:
        assert abs(free - before.available_after) <= abs(before.cost or ZERO) * D("1E-6") + MONEY, (said, free)


def _liquidation(position: Position, tick: Decimal) -> Decimal | None:
    """The exchange's own price; none where it shows the highest there is."""
    price = position.liquidation_price
    return None if price is None or price >= 1_000_000 - tick else price
