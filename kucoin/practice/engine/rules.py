"""What an order may ask for, before money is looked at. Each check refuses with KuCoin's code or returns."""

from __future__ import annotations

import re
from decimal import Decimal

from kucoin.decimals import ONE, ZERO, is_multiple
from kucoin.practice.engine.book import Book
from kucoin.practice.engine.instruments import Pair
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.terms import Family, OrderType, Side, Status, Stp, TimeInForce

_OID = re.compile(r"[0-9A-Za-z_-]{1,40}\Z")


def takes_orders(symbol: str, status: Status, family: Family) -> None:
    """Refuse a new order where the instrument takes none."""
    if status is Status.OPEN:
        return
    reasons = {Status.INIT: Reason.NOT_OPEN_YET, Status.CLOSED: Reason.CLOSED, Status.SETTLING: Reason.SETTLING}
    reason = reasons.get(status, Reason.SUSPENDED)
    if reason is Reason.SETTLING and family is not Family.FUTURES:
        reason = Reason.SUSPENDED
    raise Refusal(reason, family, symbol=symbol)


def takes_cancels(status: Status, family: Family) -> None:
    """Refuse a cancel where the instrument takes none."""
    if status is Status.FROZEN:
        raise Refusal(Reason.CANCELS_SUSPENDED, family)


def client_oid(oid: str, family: Family) -> None:
    """Refuse a malformed client order id."""
    if not _OID.match(oid):
        raise Refusal(Reason.OID_FORM, family)


def in_time(request: SpotRequest, now_ms: int) -> None:
    """Refuse an order that arrives after the time its sender gave it."""
    if request.client_ms is None or request.window_ms is None:
        return
    if request.window_ms <= 0:
        raise Refusal(Reason.PARAMETER, request.family, detail="allowMaxTimeWindow")
    if now_ms > request.client_ms + request.window_ms:
        raise Refusal(Reason.TOO_LATE, request.family)


def spot_order(request: SpotRequest, pair: Pair) -> None:
    """Refuse what the pair's rules forbid, whatever the book holds."""
    family = request.family
    if request.client_oid is not None:
        client_oid(request.client_oid, family)
    if request.hidden:
        raise Refusal(Reason.HIDDEN, family)
    if request.type is OrderType.LIMIT:
        _limit(request, pair)
    else:
        _market(request, pair)


def _limit(request: SpotRequest, pair: Pair) -> None:
    family = request.family
    price, size = request.price, request.size
    if price is None or size is None:
        raise Refusal(Reason.PARAMETER, family, detail="price and size are required")
    if request.post_only and request.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
        raise Refusal(Reason.PARAMETER, family, detail="postOnly does not go with IOC or FOK")
    if request.time_in_force is TimeInForce.GTT and (request.cancel_after_s is None or request.cancel_after_s <= 0):
        raise Refusal(Reason.PARAMETER, family, detail="cancelAfter")
    if price <= ZERO or not is_multiple(price, pair.price_increment):
        raise Refusal(Reason.PRICE_STEP, family)
    _size(size, pair, family)
    if price * size < pair.min_funds:
        raise Refusal(Reason.MIN_VALUE, family, minimum=f"{pair.min_funds:f}", currency=pair.quote)


def _market(request: SpotRequest, pair: Pair) -> None:
    family = request.family
    size, funds = request.size, request.funds
    if request.stp is Stp.DC:
        raise Refusal(Reason.PARAMETER, family, detail="stp DC does not go with a market order")
    if size is not None and funds is None:
        _size(size, pair, family)
    elif funds is not None and size is None:
        _funds(funds, pair, family)
    else:
        raise Refusal(Reason.PARAMETER, family, detail="either size or funds is required")


def _funds(funds: Decimal, pair: Pair, family: Family) -> None:
    if funds < pair.quote_min_size:
        raise Refusal(Reason.FUNDS_TOO_SMALL, family)
    if funds > pair.quote_max_size:
        raise Refusal(Reason.FUNDS_TOO_LARGE, family)
    if not is_multiple(funds, pair.quote_increment):
        raise Refusal(Reason.FUNDS_STEP, family)
    if funds < pair.min_funds:
        raise Refusal(Reason.MIN_FUNDS, family, minimum=f"{pair.min_funds:f}", currency=pair.quote)


def _size(size: Decimal, pair: Pair, family: Family) -> None:
    if size < pair.base_min_size:
        raise Refusal(Reason.TOO_SMALL, family)
    if size > pair.base_max_size:
        raise Refusal(Reason.TOO_LARGE, family)
    if not is_multiple(size, pair.base_increment):
        raise Refusal(Reason.SIZE_STEP, family)


def spot_bound(request: SpotRequest, pair: Pair, book: Book) -> Decimal | None:
    """Return the worst price an order may trade at, None where nothing stands on the other side of a market order.

    Refuses a limit order that would reach further through the book than the pair allows.
    """
    facing = book.facing(request.side)
    if not facing:
        return request.price if request.type is OrderType.LIMIT else None
    rate, buys = pair.price_limit_rate, request.side is Side.BUY
    guard = None if rate is None else facing[-1].price * (ONE + rate if buys else ONE - rate)
    price = request.price
    if price is None or request.type is OrderType.MARKET:
        return facing[0].price if guard is None else guard
    if guard is not None and (price > guard if buys else price < guard):
        raise Refusal(Reason.PRICE_ABOVE if buys else Reason.PRICE_BELOW, request.family, bound=f"{guard:f}")
    return price
