"""Random tickets on a `Pit`: what the preview says of one, against what then happens."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count

from kucoin.book.book import BookView
from kucoin.decimals import ZERO, ceil_to
from kucoin.desk import dispatch
from kucoin.desk.preview import Preview, Rest
from kucoin.desk.preview_ticket import preview
from kucoin.desk.preview_walk import Sight
from kucoin.desk.terms import Terms
from kucoin.errors import ApiError
from kucoin.model.feed import Level
from kucoin.model.market import Contract, SpotSymbol
from kucoin.model.order import (
    FuturesOrder,
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    Order,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    TimeInForce,
    TradeType,
)
from kucoin.model.position import Position
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, FuturesTicket, SpotTicket, SpotTrigger, Ticket
from tests.preview_pit import FUTURES, MARGIN, OTHER, SPOT, Pit, Trader, book_of, near

D = Decimal
ids = count()
MONEY = D("1E-8")  # fees are cut to ten decimals a fill
BORROW_STEP = D("0.001")
FUTURES_KINDS = ("market", "market", "market", "cross", "cross", "ioc", "rest", "post", "reduce", "close", "stop")
SPOT_KINDS = ("market", "funds", "cross", "ioc", "fok", "rest", "post", "stop", "margin", "margin")


def draw(pit: Pit) -> bool:
    """Try one ticket; False where the exchange refused it, which is said in ``pit.refused``, or none came about."""
    pit.floor.clear_faults()  # which fills the quotas again
    try:
        done = _futures(pit) if pit.random.random() < 0.6 else _spot(pit)
    except ApiError as refusal:
        pit.refused[refusal.message[:40]] += 1
        return False
    if done:
        pit.tried[done] += 1
    return bool(done)


def _facing(book: BookView, side: Side) -> tuple[Level, ...]:
    return book.asks if side is Side.BUY else book.bids


# Futures ------------------------------------------------------------------------------------------------------------


def _futures(pit: Pit) -> str:
    trader, other = pit.random.sample(pit.traders, 2)
    symbol = pit.random.choice(FUTURES if trader.name == "main" else FUTURES[:6])
    contract = trader.contract(symbol)
    group = trader.group(contract.settle_currency)
    terms = trader.futures_terms(symbol, group)
    book = book_of(trader.exchange, symbol)
    if not book.bids or not book.asks:
        return ""
    kind = pit.random.choice(FUTURES_KINDS)
    order = _futures_order(pit, trader, terms, book, kind)
    if order is None:
        return ""
    ticket = FuturesTicket(order=order, bracket=_bracket(pit, order, book))
    before = preview(ticket, terms, Sight(_without_one(book, order), group=group))
    if kind == "stop" and not (before.filled and _can_trigger(order, terms, book)):
        return ""
    said = f"{kind} {order} {before}"
    if before.problem is not None:
        _comes_to_nothing(trader, ticket, said)
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
    levels = _facing(book, side)
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
    price = _price(pit, book, side, contract.tick_size, inside=kind in {"rest", "post"})
    in_force = TimeInForce.IOC if kind == "ioc" else None
    return replace(order, type=OrderType.LIMIT, price=price, time_in_force=in_force, post_only=kind == "post")


def _bracket(pit: Pit, order: NewFuturesOrder, book: BookView) -> Bracket | None:
    """Sometimes a take profit and a stop, a tenth away."""
    if order.stop or order.reduce_only or order.close_order or pit.random.random() < 0.7:
        return None
    best = book.asks[0][0]  # which has the tick's decimals, and all ticks are powers of ten
    above, below = ((best * share).quantize(best) for share in (D("1.1"), D("0.9")))
    return Bracket(above=above, below=below, price_type=StopPriceType.MP)


def _price(pit: Pit, book: BookView, side: Side, tick: Decimal, *, inside: bool) -> Decimal:
    """A limit price: a few levels deep on the other side, or ``inside`` of the best prices or at them."""
    facing = _facing(book, side)
    if not inside:
        return facing[min(pit.random.randint(0, 3), len(facing) - 1)][0]
    own = _facing(book, OTHER[side])
    step = tick if side is Side.BUY else -tick
    return own[0][0] + step * pit.random.choice([0, 1])


def _without_one(book: BookView, order: NewFuturesOrder) -> BookView:
    """The book as a stop will meet it: one lot of the best level is traded to set it off."""
    if order.stop is None or order.side is None:
        return book
    (price, size), *others = _facing(book, order.side)
    levels = ((price, size - 1), *others)
    return replace(book, asks=levels) if order.side is Side.BUY else replace(book, bids=levels)


def _can_trigger(order: NewFuturesOrder, terms: Terms, book: BookView) -> bool:
    if order.stop is None or order.side is None or terms.last is None:
        return False
    price, size = _facing(book, order.side)[0]
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
            client_oid=f"other-{next(ids)}",
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
    ahead = _ahead(book, placed.side, placed.price)
    if placed.settle_currency != "USDT" or ahead > placed.size * 4 + 200:
        return False
    try:
        _take(other, placed, ahead, placed.price, OTHER[placed.side])
    except ApiError:
        return False
    return True


def _ahead(book: BookView, side: Side, price: Decimal) -> Decimal:
    """What stands at ``price`` or before it on the book's own ``side``."""
    levels = _facing(book, OTHER[side])
    return sum((size for at, size in levels if (at >= price if side is Side.BUY else at <= price)), ZERO)


def _comes_to_nothing(trader: Trader, ticket: Ticket, said: str) -> None:
    """Refused, or cancelled with nothing filled."""
    try:
        order_id = dispatch.send(trader.exchange, ticket)
    except ApiError:
        return
    order: Order | FuturesOrder
    if isinstance(ticket, FuturesTicket):
        order = trader.exchange.futures_orders.order(order_id=order_id)
    elif ticket.trade_type is TradeType.TRADE:
        order = trader.exchange.spot_orders.order(order_id=order_id, symbol=ticket.symbol)
    else:
        order = trader.exchange.margin_orders.order(order_id=order_id, symbol=ticket.symbol)
    assert not order.active, said
    assert order.filled_size == 0, said


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


# Spot and margin ----------------------------------------------------------------------------------------------------


def _spot(pit: Pit) -> str:
    kind = pit.random.choice(SPOT_KINDS)
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
        _comes_to_nothing(trader, ticket, said)
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
    ahead = _ahead(book, placed.side, placed.price)
    if ahead * placed.price < D(2):
        return False
    try:
        _take_spot(other, pair, ahead, placed.price, OTHER[placed.side])
    except ApiError:
        return False
    return True


def _spot_ticket(pit: Pit, pair: SpotSymbol, terms: Terms, book: BookView, kind: str) -> SpotTicket:
    side = pit.random.choice(list(Side))
    account = next(purse for purse, _ in terms.available if isinstance(purse, TradeType))
    best = _facing(book, side)[0][0]
    free = terms.available[account, pair.quote_currency if side is Side.BUY else pair.base_currency]
    coins = free / best if side is Side.BUY else free
    most = coins * (D("1.5") if kind == "margin" else D("0.3"))
    size = max(_step(pair, best), pit.part(_facing(book, side), pair.base_increment, most))
    order = NewOrder(client_oid=pit.new_id(), symbol=pair.symbol, side=side, type=OrderType.MARKET, size=size)
    if kind == "funds":
        order = replace(order, size=None, funds=ceil_to(size * best, pair.quote_increment))
    limit = replace(order, type=OrderType.LIMIT)
    if kind in {"cross", "ioc", "fok", "margin"} and (kind != "margin" or pit.random.random() < 0.5):
        in_force = {"ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}.get(kind)
        order = replace(
            limit, price=_price(pit, book, side, pair.price_increment, inside=False), time_in_force=in_force
        )
    elif kind in {"rest", "post"}:
        price = _price(pit, book, side, pair.price_increment, inside=True)
        order = replace(limit, price=price, post_only=kind == "post")
    trigger = None
    if kind == "stop":
        trigger = SpotTrigger(stop=SpotStop.ENTRY if side is Side.BUY else SpotStop.LOSS, price=best)
        if pit.random.random() < 0.4:
            order = replace(limit, price=_facing(book, side)[1][0])
    return SpotTicket(order=order, trade_type=account, trigger=trigger, auto_borrow=kind == "margin")


def _step(pair: SpotSymbol, price: Decimal) -> Decimal:
    """The least that can be traded."""
    return ceil_to(max(pair.base_min_size, (pair.min_funds or D(1)) * D("1.1") / price), pair.base_increment)


def _without_step(book: BookView, ticket: SpotTicket, pair: SpotSymbol) -> BookView:
    """The book as a stop will meet it: the least there is of the best level is traded to set it off."""
    if ticket.trigger is None:
        return book
    (price, size), *others = _facing(book, ticket.order.side)
    levels = ((price, size - _step(pair, price)), *others)
    return replace(book, asks=levels) if ticket.order.side is Side.BUY else replace(book, bids=levels)


def _may_wait(ticket: SpotTicket, pair: SpotSymbol, last: Decimal | None, book: BookView) -> bool:
    price, size = _facing(book, ticket.order.side)[0]
    if last is None or size <= _step(pair, price):
        return False
    return last < price if ticket.order.side is Side.BUY else last > price


def _take_spot(other: Trader, pair: SpotSymbol, size: Decimal, price: Decimal, side: Side) -> None:
    """Have ``other`` trade so much of a pair, at once and at ``price`` or better."""
    other.exchange.spot_orders.place(
        NewOrder(
            client_oid=f"other-{next(ids)}",
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
