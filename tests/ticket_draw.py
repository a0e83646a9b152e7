"""Tickets drawn at random, right and wrong ones, and whether the desk says of them what the exchange says."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from kucoin.decimals import ceil_to, floor_to
from kucoin.desk import dispatch
from kucoin.desk.margin_needed import closes
from kucoin.desk.terms import Purse, Terms
from kucoin.desk.ticket_rules import Fault, faults
from kucoin.errors import ApiError, InvalidRequest
from kucoin.model.market import Contract, SpotSymbol
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    Stp,
    TimeInForce,
    TradeType,
)
from kucoin.model.position import PositionMode
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, FuturesTicket, OcoTerms, SpotTicket, SpotTrigger, Ticket
from kucoin.rest.client import Exchange

D = Decimal
_ids = itertools.count(1)

# What the exchange writes of an order that breaks a rule, and the fields of the faults that may tell of it.
_PRICES = frozenset({"price", "stop_price", "limit_price", "above", "below"})
RULES: dict[str, frozenset[str]] = {
    "price increment": _PRICES,
    "The price must be a multiple": _PRICES,
    "stop price": _PRICES,
    "order price cannot": frozenset({"price"}),
    "size increment": frozenset({"size"}),
    "The size must be a multiple": frozenset({"size"}),
    "amount increment": frozenset({"funds"}),
    "Order size": frozenset({"size"}),
    "The quantity is": frozenset({"funds"}),
    "should more then": frozenset({"size", "funds"}),
    "does not support this margin mode": frozenset({"symbol"}),
    "margin mode does not match": frozenset({"margin_mode"}),
    "position mode": frozenset({"position_side"}),
    "leverage cannot": frozenset({"leverage"}),
    "Parameter error": frozenset({"time_in_force", "post_only", "stp", "size", "leverage", "cancel_after", "above"}),
}
# What is refused for reasons that are not in an order's own figures: money, room, what stands in the market.
OTHER = ("Balance", "balance does not carry", "borrow limit", "risk limit", "No open positions", "price is worse")
OTHER += ("There is no order",)


@dataclass
class Tally:
    """What became of the tickets, by how it ended and whether it was said before; ``wrong`` should stay empty."""

    ends: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def judge(tally: Tally, exchange: Exchange, terms: Terms, ticket: Ticket, *, place: bool) -> str | None:
    """Ask the exchange about a ticket, note whether that is what the desk says of it, and return the id of an order.

    Args:
        place: Whether to place what could be only checked.
    """
    known = faults(ticket, terms)
    tally.said.update({fault.field for fault in known})
    if place and [fault.field for fault in known] == ["balance"]:  # pushes may be a moment behind
        known = faults(ticket, replace(terms, available=dict(terms.available) | money(exchange, ticket, terms)))
    if place and isinstance(ticket, FuturesTicket) and ticket.order.close_order:
        held = tuple(each for each in exchange.futures.positions() if each.symbol == terms.symbol)
        known = faults(ticket, replace(terms, positions=held))
    order_id = None
    try:
        dispatch.verify(ticket)
        if place or not dispatch.test(exchange, ticket):
            order_id = dispatch.send(exchange, ticket)
        words = ""
    except InvalidRequest as error:
        words = f"Parameter error: {error}"
        tally.ends["not sent, " + ("said" if known else "unsaid")] += 1
        if not known:
            tally.wrong.append(f"unsaid: {words}: {ticket}")
        return None
    except ApiError as error:
        words = str(error)
    rule = next((rule for rule in RULES if rule in words), None)
    if not words:
        tally.ends["accepted" if not known else "accepted, but said"] += 1
        if serious := [fault for fault in known if not _of_the_house(fault, ticket)]:
            tally.wrong.append(f"accepted: {serious}: {ticket}")
    elif rule is not None:
        tally.ends[f"refused: {rule}, {'said' if known else 'unsaid'}"] += 1
        if not RULES[rule] & {fault.field for fault in known}:
            tally.wrong.append(f"unsaid: {words}: {known}: {ticket}")
    elif other := next((other for other in OTHER if other in words), None):
        tally.ends[f"refused for money or room: {other}, {'said' if known else 'unsaid'}"] += 1
    else:
        tally.wrong.append(f"not understood: {words}: {ticket}")
    return order_id


def money(exchange: Exchange, ticket: Ticket, terms: Terms) -> dict[tuple[Purse, str], Decimal]:
    """What the account that pays for a ticket has available, asked anew."""
    if isinstance(ticket, FuturesTicket):
        assert terms.contract is not None
        currency = terms.contract.settle_currency
        return {("futures", currency): exchange.futures.account_overview(currency=currency).available_balance or D(0)}
    purse = ticket.trade_type
    if purse is TradeType.TRADE:
        rows = [each for each in exchange.account.spot_accounts() if each.kind == "trade"]
        return {(purse, row.currency): row.available for row in rows}
    if purse is TradeType.MARGIN_TRADE:
        return {(purse, asset.currency): asset.available for asset in exchange.margin.cross().assets}
    pairs = [each for each in exchange.margin.isolated() if each.symbol == ticket.symbol]
    return {(purse, asset.currency): asset.available for pair in pairs for asset in (pair.base, pair.quote)}


def _of_the_house(fault: Fault, ticket: Ticket) -> bool:
    """Whether the desk is stricter than the exchange on purpose."""
    if not isinstance(ticket, FuturesTicket):
        return False
    order, bracket = ticket.order, ticket.bracket
    if bracket is not None and (closes(order) or fault.field in {"above", "below", "size"}):
        return True  # contradicts itself, would close at once, or could not be closed by one order
    if fault.field == "leverage":
        return order.leverage is None or order.stop is not None  # it would be refused when it is placed
    return order.close_order and fault.field == "margin_mode"


def ticket_of(random: Random, terms: Terms, *, brackets: bool = True) -> Ticket:
    """A ticket for the symbol: about a third have nothing wrong with them, the others one thing or more."""
    if terms.contract is not None:
        ticket = _futures(random, terms, terms.contract)
        return ticket if brackets else replace(ticket, bracket=None)
    assert terms.pair is not None
    return _spot(random, terms, terms.pair)


def new_id() -> str:
    """An id that was never used."""
    return f"draw-{next(_ids)}"


def _odd(random: Random, chance: float = 0.12) -> bool:
    return random.random() < chance


def _price(random: Random, terms: Terms, *, low: float = 0.85, high: float = 1.15) -> Decimal:
    """A price around the last one: on the tick, or half a tick beside, or far out."""
    last, tick = terms.last or terms.mark or D(1), terms.rules.tick
    price = max(tick, floor_to(last * D(str(round(random.uniform(low, high), 4))), tick))
    if _odd(random, 0.06):
        return price + tick / 2
    return tick if _odd(random, 0.03) else price


# Spot and margin


def _spot(random: Random, terms: Terms, pair: SpotSymbol) -> SpotTicket:
    side = random.choice(list(Side))
    trade_type = random.choice([TradeType.TRADE, *TradeType]) if random.random() < 0.8 else TradeType.TRADE
    oco = trigger = None
    order = _spot_order(random, terms, pair, side)
    if _odd(random, 0.25):
        trigger = SpotTrigger(stop=random.choice(list(SpotStop)), price=_price(random, terms))
    elif _odd(random, 0.2):
        order, oco = _pair_of_orders(random, terms, pair, side)
        trade_type = TradeType.TRADE if not _odd(random, 0.05) else trade_type
    margin = trade_type is not TradeType.TRADE
    return SpotTicket(
        order=order,
        trade_type=trade_type,
        auto_borrow=random.random() < (0.3 if margin and not trigger else 0.02),
        auto_repay=random.random() < (0.3 if margin and not trigger else 0.02),
        trigger=trigger,
        oco=oco,
    )


def _spot_order(random: Random, terms: Terms, pair: SpotSymbol, side: Side) -> NewOrder:
    if random.random() < 0.3:
        by_funds = random.random() < 0.6
        return NewOrder(
            client_oid=new_id(),
            symbol=pair.symbol,
            side=side,
            type=OrderType.MARKET,
            size=None if by_funds and not _odd(random, 0.03) else _coins(random, pair, terms.last or D(1)),
            funds=_funds(random, pair) if by_funds else None,
            stp=Stp.DC if _odd(random, 0.03) else None,
        )
    price = _price(random, terms)
    life = random.choice([None, None, *TimeInForce])
    gtt = life is TimeInForce.GTT
    return NewOrder(
        client_oid=new_id(),
        symbol=pair.symbol,
        side=side,
        type=OrderType.LIMIT,
        price=price if not _odd(random, 0.01) else None,
        size=_coins(random, pair, price),
        time_in_force=life,
        post_only=_odd(random, 0.2),
        cancel_after=random.choice([1, 60, 86400, 0]) if gtt is not _odd(random, 0.04) else None,
    )


def _pair_of_orders(random: Random, terms: Terms, pair: SpotSymbol, side: Side) -> tuple[NewOrder, OcoTerms]:
    sells = side is Side.SELL
    high, low = _price(random, terms, low=1.01, high=1.3), _price(random, terms, low=0.7, high=0.99)
    limit, stop = (high, low) if sells is not _odd(random, 0.04) else (low, high)
    own = _price(random, terms)
    order = NewOrder(
        client_oid=new_id(),
        symbol=pair.symbol,
        side=side,
        type=OrderType.LIMIT,
        price=limit,
        size=_coins(random, pair, min(limit, own)),
        post_only=_odd(random, 0.03),
    )
    return order, OcoTerms(stop_price=stop, limit_price=own)


def _coins(random: Random, pair: SpotSymbol, price: Decimal) -> Decimal:
    """A size: small and right mostly, else at an edge of what the pair takes, or beyond it."""
    step, least, most = pair.base_increment, pair.base_min_size, pair.base_max_size
    enough = max(least, ceil_to((pair.min_funds or D(0)) / price, step))
    if not _odd(random, 0.3):
        return enough + step * random.randrange(2000)
    return random.choice([enough, enough - step, least, least - step, most, most + step, enough + step / 2, step / 3])


def _funds(random: Random, pair: SpotSymbol) -> Decimal:
    step, least, most = pair.quote_increment, pair.quote_min_size, pair.quote_max_size
    if not _odd(random, 0.3):
        return least + step * random.randrange(2000)
    return random.choice([least, least - step, most, most + step, least + step / 2, D("1E-12")])


# Futures


def _futures(random: Random, terms: Terms, contract: Contract) -> FuturesTicket:
    hedge = terms.position_mode is PositionMode.HEDGE
    sides = [PositionSide.LONG, PositionSide.SHORT] if hedge is not _odd(random, 0.05) else [PositionSide.BOTH]
    mode = terms.margin_mode or MarginMode.ISOLATED
    if _odd(random, 0.05):
        mode = next(other for other in MarginMode if other is not mode)
    market = random.random() < 0.3
    kind = random.random()
    stop = bracket = None
    if kind < 0.25:
        prices = list(StopPriceType)
        stop = FuturesStop(
            direction=random.choice(list(StopDirection)), price=_price(random, terms), price_type=random.choice(prices)
        )
    elif kind < 0.45:
        bracket = _bracket(random, terms)
    closes = bracket is None and _odd(random, 0.08)
    order = NewFuturesOrder(
        client_oid=new_id(),
        symbol=contract.symbol,
        type=OrderType.MARKET if market else OrderType.LIMIT,
        margin_mode=mode,
        side=None if closes else random.choice(list(Side)),
        size=None if closes else _lots(random, contract),
        price=None if market else _price(random, terms, low=0.93, high=1.07),
        leverage=None if closes else _leverage(random, contract),
        position_side=random.choice(sides),
        time_in_force=None if market else random.choice([None, None, *TimeInForce]),
        post_only=not market and _odd(random, 0.15),
        reduce_only=not closes and _odd(random, 0.12),
        close_order=closes,
        stp=random.choice(list(Stp)) if _odd(random, 0.05) else None,
        stop=stop,
    )
    return FuturesTicket(order=order, bracket=bracket)


def _bracket(random: Random, terms: Terms) -> Bracket:
    above = _price(random, terms, low=1.02, high=1.3) if random.random() < 0.7 else None
    below = _price(random, terms, low=0.7, high=0.98) if above is None or random.random() < 0.5 else None
    return Bracket(above=above, below=below, price_type=random.choice(list(StopPriceType)))


def _lots(random: Random, contract: Contract) -> Lots:
    most, at_market = contract.max_order_qty or 1, contract.market_max_order_qty or 1
    if not _odd(random, 0.2):
        return Lots(random.randrange(1, 20) * contract.lot_size)
    return Lots(random.choice([1, most, most + 1, at_market, at_market + 1, 10 * most]))


def _leverage(random: Random, contract: Contract) -> int | None:
    most = contract.max_leverage or 1
    return random.choice([1, 2, 5, 10, most]) if not _odd(random, 0.15) else random.choice([None, most + 1, 0])


def spread(random: Random, symbols: Iterable[str], count: int) -> list[tuple[str, int]]:
    """How many of ``count`` tickets each symbol gets: alike, in a random order."""
    order = list(symbols)
    random.shuffle(order)
    each, more = divmod(count, len(order))
    return [(symbol, each + (number < more)) for number, symbol in enumerate(order) if each + (number < more)]
