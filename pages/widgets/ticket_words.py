"""What the order ticket says of an order, in words. Pure; texts are plain, not Markdown."""

from __future__ import annotations

from decimal import Decimal

from kucoin.desk.preview import Preview
from kucoin.desk.rules import Rules
from kucoin.desk.terms import Terms
from kucoin.figures import MINUS, THIN_SPACE, UNKNOWN, exact, fixed, money, percent
from kucoin.model.order import (
    MarginMode,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    TimeInForce,
    TradeType,
)
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket

WATCHED = {StopPriceType.TP: "last", StopPriceType.MP: "mark", StopPriceType.IP: "index"}
ACCOUNTS = {
    TradeType.TRADE: "Spot",
    TradeType.MARGIN_TRADE: "Cross margin",
    TradeType.MARGIN_ISOLATED_TRADE: "Isolated margin",
}
_LIVES = {
    None: "good till cancelled",
    TimeInForce.GTC: "good till cancelled",
    TimeInForce.IOC: "immediate or cancel",
    TimeInForce.FOK: "fill or kill",
}


def size(value: Decimal | None, rules: Rules) -> str:
    """Return a size with its unit: ``250 contracts``, ``0.25 BTC``."""
    if value is None:
        return UNKNOWN
    if rules.futures:
        return f"{exact(value)} contract{'' if value == 1 else 's'}"
    return f"{exact(value.normalize() if value % 1 else value)} {rules.base}"


def deed(ticket: Ticket, terms: Terms) -> str:
    """Return what pressing the button does, verb and noun: ``Buy 250 contracts XBTUSDTM``."""
    if isinstance(ticket, FuturesTicket):
        order = ticket.order
        if order.close_order:
            return f"Close {_closed(ticket, terms)} {order.symbol}"
        return f"{_verb(order.side)} {size(Decimal(order.size or 0), terms.rules)} {order.symbol}"
    spot = ticket.order
    if spot.funds is not None:
        funds = f"{exact(spot.funds)} {terms.rules.quote}"
        return f"Buy {spot.symbol} for {funds}" if spot.side is Side.BUY else f"Sell {spot.symbol} for {funds}"
    return f"{_verb(spot.side)} {size(spot.size, terms.rules)}, {spot.symbol}"


def badges(ticket: Ticket, terms: Terms) -> list[str]:
    """Return the facts of an order that are no figures: account, side of the position, margin, options."""
    if isinstance(ticket, SpotTicket):
        marks = [ACCOUNTS[ticket.trade_type]]
        marks += [
            word for word, is_on in (("auto-borrow", ticket.auto_borrow), ("auto-repay", ticket.auto_repay)) if is_on
        ]
        return marks + (["post-only"] if ticket.order.post_only else [])
    order = ticket.order
    marks = ["Futures"]
    if order.position_side is not PositionSide.BOTH:
        marks.append(f"hedge, {order.position_side.lower()} side")
    marks.append(margin(order.margin_mode, Decimal(order.leverage) if order.leverage else terms.leverage))
    options = (("reduce-only", order.reduce_only), ("post-only", order.post_only), ("closes", order.close_order))
    return marks + [word for word, is_on in options if is_on]


def margin(mode: MarginMode | None, leverage: Decimal | None) -> str:
    """Return margin mode and leverage: ``cross 10×``."""
    name = mode.lower() if mode else "margin unknown"
    return name if leverage is None else f"{name} {exact(leverage.normalize() if leverage % 1 else leverage)}×"


def sentence(ticket: Ticket, terms: Terms, preview: Preview) -> str:
    """Return the one line that a confirmation repeats: type, price, life, size in other units, average fill."""
    places = terms.rules.price_decimals
    head = f"{_kind(ticket, places)}{_life(ticket)}"
    others = _others(preview, terms.rules)
    parts = [f"{head}: {others}" if others else head]
    if preview.average is not None:
        parts.append(f"average fill {fixed(preview.average, places)}")
    parts += _attached(ticket, places)
    return f"{', '.join(parts)}."


def worst(preview: Preview) -> str | None:
    """Return the worst case as a sentence, None where there is no stop that would bound it."""
    if preview.worst is None:
        return None
    share = preview.worst.share
    part = "" if share is None else f", {percent(abs(share), signed=False)} of equity"
    left = f"{money(preview.worst.amount, preview.cost_currency, signed=True)} {preview.cost_currency}"
    return f"If the stop fills at its price, the worst case is {left}{part}."


def unbounded(ticket: Ticket, terms: Terms, preview: Preview) -> str:
    """Return what stands in the worst case's place where no stop bounds it."""
    if isinstance(ticket, FuturesTicket) and (ticket.order.reduce_only or ticket.order.close_order):
        return "It can only make the position smaller."
    if isinstance(ticket, FuturesTicket):
        if preview.liquidation is None:
            return "No stop is attached: the worst case is the margin behind the position."
        price, away = fixed(preview.liquidation, terms.rules.price_decimals), preview.distance
        distance = "" if away is None else f", {percent(abs(away), places=1, signed=False)} from mark"
        return f"No stop is attached: the worst case is liquidation, estimated at {price}{distance}."
    return _spent(ticket, terms, preview)


def _spent(ticket: SpotTicket, terms: Terms, preview: Preview) -> str:
    """Return what leaves the account at most, fee included; of a market order by size nothing bounds that."""
    order, quote = ticket.order, terms.rules.quote
    if order.side is Side.SELL and order.size is not None:
        return f"At most {size(order.size, terms.rules)} leave the account."
    if order.side is Side.SELL:
        return f"As much {terms.rules.base} leaves the account as {exact(order.funds)} {quote} take."
    most = order.funds
    if most is None and order.price is not None and order.size is not None:
        most = max(order.price, ticket.oco.limit_price if ticket.oco else order.price) * order.size
    if most is None:
        about = UNKNOWN if preview.cost is None else money(preview.cost, quote)
        return f"About {about} {quote} leave the account; a market order has no highest price."
    if terms.fee is None:
        return f"At most {money(most, quote)} {quote} and the fee leave the account."
    return f"At most {money(most * (1 + terms.fee.taker), quote)} {quote} leave the account."


def moved(before: Decimal | None, now: Decimal | None, side: Side | None, places: int) -> str:
    """Say whether the best price on the other side is what it was when the ticket was filled."""
    name = "Bid" if side is Side.SELL else "Ask"
    if before is None or now is None:
        return f"{name} is not known."
    if before == now:
        return f"{name} unchanged since the ticket was filled."
    sign = "+" if now > before else MINUS
    return f"{name} {fixed(now, places)}, {sign}{fixed(abs(now - before), places)} since the ticket was filled."


def _verb(side: Side | None) -> str:
    return "Sell" if side is Side.SELL else "Buy"


def _closed(ticket: FuturesTicket, terms: Terms) -> str:
    """Return which position a closing order ends, with its size."""
    wanted = ticket.order.position_side
    for position in terms.positions or ():
        if position.current_qty and (wanted is PositionSide.BOTH or position.position_side == wanted):
            name = "long" if position.current_qty > 0 else "short"
            return f"{name} {size(Decimal(abs(position.current_qty)), terms.rules)}"
    return "position"


def _kind(ticket: Ticket, places: int) -> str:
    order = ticket.order
    price = fixed(order.price, places)
    name = f"limit {price}" if order.type is OrderType.LIMIT else "market"
    if isinstance(ticket, SpotTicket) and ticket.oco:
        oco = ticket.oco
        stop = f"stop at {fixed(oco.stop_price, places)} with limit {fixed(oco.limit_price, places)}"
        return f"One cancels the other: limit {price}, or {stop}"
    if isinstance(ticket, SpotTicket) and ticket.trigger:
        above = ticket.trigger.stop is SpotStop.ENTRY
        way = "at or above" if above else "at or below"
        return f"When last is {way} {fixed(ticket.trigger.price, places)}, {name}"
    if isinstance(ticket, FuturesTicket) and ticket.order.stop:
        stop_of = ticket.order.stop
        way = "at or above" if stop_of.direction is StopDirection.UP else "at or below"
        return f"When {WATCHED[stop_of.price_type]} is {way} {fixed(stop_of.price, places)}, {name}"
    return name.capitalize()


def _life(ticket: Ticket) -> str:
    order = ticket.order
    if order.type is OrderType.MARKET or (isinstance(ticket, SpotTicket) and ticket.oco):
        return ""
    if order.time_in_force is TimeInForce.GTT and isinstance(ticket, SpotTicket):
        return f", good for {ticket.order.cancel_after} s"
    return f", {_LIVES[order.time_in_force]}"


def _others(preview: Preview, rules: Rules) -> str:
    sizes = preview.sizes
    coins = "" if sizes.coins is None or not rules.futures else f"{exact(_short(sizes.coins))} {rules.base}"
    value = "" if sizes.value is None else f"{money(sizes.value, rules.quote)} {rules.quote}"
    return ", ".join(filter(None, (coins, value)))


def _short(value: Decimal) -> Decimal:
    """Return a size without more digits than a coin has, for inverse lots in coins have no end."""
    return round(value, 8).normalize() if value % 1 else value


def _attached(ticket: Ticket, places: int) -> list[str]:
    if not isinstance(ticket, FuturesTicket) or ticket.bracket is None:
        return []
    bracket = ticket.bracket
    long = ticket.order.side is Side.BUY
    profit, loss = (bracket.above, bracket.below) if long else (bracket.below, bracket.above)
    named = (("take profit", profit), ("stop", loss))
    watched = WATCHED[bracket.price_type]
    return [f"{name} {fixed(price, places)} by {watched}" for name, price in named if price is not None]


def share(ratio: Decimal) -> str:
    """Return a percent button's text: ``25 %``."""
    return "Max" if ratio == 1 else f"{ratio:.0%}".replace("%", f"{THIN_SPACE}%")
