"""From a wished order to the JSON that asks for it. What breaks a rule that is known without asking is refused here.

``hidden``, ``iceberg`` and ``visibleSize`` are never written, not even as false: KuCoin refuses them (400413).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from kucoin.decimals import plain
from kucoin.errors import InvalidRequest
from kucoin.model.order import (
    Lots,
    NewFuturesOrder,
    NewOrder,
    OrderType,
    PositionSide,
    StopPriceType,
    Stp,
    TimeInForce,
)

_ID_CHARACTERS = re.compile("[0-9A-Za-z_-]+")
_AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


def own_id(text: str, *, longest: int = 40) -> str:
    """Return an id of ours as it may leave."""
    if not _ID_CHARACTERS.fullmatch(text) or len(text) > longest:
        raise InvalidRequest(f"client id {text!r} is not 1 to {longest} characters of 0-9 A-Z a-z _ -")
    return text


def amount(name: str, value: Decimal) -> str:
    """Return a price, size or sum as it leaves. A float is none: it may not be what was meant."""
    if not isinstance(value, Decimal) or not value.is_finite() or value <= 0:
        raise InvalidRequest(f"{name} {value!r} is no Decimal above 0")
    return plain(value)


def number(name: str, value: Decimal) -> msgspec.Raw:
    """Return a sum for the few fields that KuCoin wants as JSON number, to the last digit."""
    return msgspec.Raw(amount(name, value).encode())


def lots(value: Lots) -> int:
    """Return a futures size as it leaves."""
    if type(value) is not int or value <= 0:
        raise InvalidRequest(f"size {value!r} is no whole number of lots above 0")
    return value


def spot(order: NewOrder) -> dict[str, Any]:
    """Write a spot or margin order.

    Raises:
        InvalidRequest: It contradicts itself, or its id or an amount is none.
    """
    body: dict[str, Any] = {
        "clientOid": own_id(order.client_oid),
        "symbol": order.symbol,
        "side": order.side,
        "type": order.type,
    }
    body |= _limit(order) if order.type is OrderType.LIMIT else _market(order)
    if order.stp is not None:
        body["stp"] = order.stp
    return body


def _limit(order: NewOrder) -> dict[str, Any]:
    if order.price is None or order.size is None or order.funds is not None:
        raise InvalidRequest(f"limit order {order.client_oid} needs a price and a size, and no funds")
    time_in_force = order.time_in_force or TimeInForce.GTC
    if order.post_only and time_in_force in _AT_ONCE:
        raise InvalidRequest(f"order {order.client_oid} cannot be post-only and {time_in_force}")
    terms: dict[str, Any] = {
        "price": amount("price", order.price),
        "size": amount("size", order.size),
        "timeInForce": time_in_force,
    }
    if order.post_only:
        terms["postOnly"] = True
    if (order.cancel_after is not None) is not (time_in_force is TimeInForce.GTT):
        raise InvalidRequest(f"order {order.client_oid}: cancel_after belongs to GTT and GTT to cancel_after")
    if order.cancel_after is not None:
        if order.cancel_after <= 0:
            raise InvalidRequest(f"cancel_after {order.cancel_after} is no number of seconds above 0")
        terms["cancelAfter"] = order.cancel_after
    return terms


def _market(order: NewOrder) -> dict[str, Any]:
    if order.price is not None or order.time_in_force is not None or order.post_only or order.cancel_after is not None:
        raise InvalidRequest(f"market order {order.client_oid} has no price, time_in_force, post_only or cancel_after")
    if order.stp is Stp.DC:
        raise InvalidRequest(f"market order {order.client_oid} cannot have the self-trade prevention DC")
    if order.size is not None and order.funds is None:
        return {"size": amount("size", order.size)}
    if order.funds is not None and order.size is None:
        return {"funds": amount("funds", order.funds)}
    raise InvalidRequest(f"market order {order.client_oid} needs either a size or funds")


def batch(orders: Sequence[NewOrder]) -> list[dict[str, Any]]:
    """Write one to five limit orders of one pair.

    Raises:
        InvalidRequest: They are not, or two have one id.
    """
    pairs = {order.symbol for order in orders}
    if not 1 <= len(orders) <= 5 or len(pairs) != 1 or any(order.type is not OrderType.LIMIT for order in orders):
        raise InvalidRequest(f"{len(orders)} orders on {len(pairs)} pairs are not 1 to 5 limit orders of one pair")
    refuse_twins([order.client_oid for order in orders])
    return [spot(order) for order in orders]


def refuse_twins(ids: Sequence[str]) -> None:
    """Raise InvalidRequest where an id occurs twice: what became of which could not be told."""
    if len(set(ids)) != len(ids):
        raise InvalidRequest(f"an id occurs twice among {', '.join(ids)}")


def futures(order: NewFuturesOrder) -> dict[str, Any]:
    """Write a futures order.

    Raises:
        InvalidRequest: It contradicts itself, or its id, an amount or its size is none.
    """
    body: dict[str, Any] = {"clientOid": own_id(order.client_oid), "symbol": order.symbol, "type": order.type}
    body |= _futures_size(order) | _futures_price(order)
    body["marginMode"] = order.margin_mode
    if order.position_side is not PositionSide.BOTH:
        body["positionSide"] = order.position_side
    if order.leverage is not None:
        if order.leverage < 1:
            raise InvalidRequest(f"leverage {order.leverage} is below 1")
        body["leverage"] = order.leverage
    if order.reduce_only:
        body["reduceOnly"] = True
    if order.stp is Stp.DC:
        raise InvalidRequest(f"futures order {order.client_oid} cannot have the self-trade prevention DC")
    if order.stp is not None:
        body["stp"] = order.stp
    if order.stop is not None:
        stop = order.stop
        body |= {
            "stop": stop.direction,
            "stopPrice": amount("stop price", stop.price),
            "stopPriceType": stop.price_type,
        }
    return body


def _futures_size(order: NewFuturesOrder) -> dict[str, Any]:
    if order.close_order:
        if order.side is not None or order.size is not None or order.leverage is not None:
            raise InvalidRequest(f"order {order.client_oid} closes a whole position: no side, size or leverage")
        return {"closeOrder": True}
    if order.side is None or order.size is None:
        raise InvalidRequest(f"order {order.client_oid} needs a side and a size")
    return {"side": order.side, "size": lots(order.size)}


def _futures_price(order: NewFuturesOrder) -> dict[str, Any]:
    if order.type is OrderType.MARKET:
        if order.price is not None or order.time_in_force is not None or order.post_only:
            raise InvalidRequest(f"market order {order.client_oid} has no price, time_in_force or post_only")
        return {}
    time_in_force = order.time_in_force or TimeInForce.GTC
    if order.price is None:
        raise InvalidRequest(f"limit order {order.client_oid} needs a price")
    if time_in_force not in {TimeInForce.GTC, TimeInForce.IOC}:
        raise InvalidRequest(f"futures order {order.client_oid} cannot be {time_in_force}: GTC or IOC")
    if order.post_only and time_in_force is TimeInForce.IOC:
        raise InvalidRequest(f"order {order.client_oid} cannot be post-only and IOC")
    terms: dict[str, Any] = {"price": amount("price", order.price), "timeInForce": time_in_force}
    return {**terms, "postOnly": True} if order.post_only else terms


def bracket(order: NewFuturesOrder, up: Decimal | None, down: Decimal | None, watch: StopPriceType) -> dict[str, Any]:
    """Write a futures order with the prices at which what it opened is closed again.

    Raises:
        InvalidRequest: As `futures`; also without either price, or where the order itself waits for one.
    """
    if order.stop is not None or (up is None and down is None):
        raise InvalidRequest(f"order {order.client_oid} needs a price above or below, and no stop of its own")
    body = futures(order)
    if up is not None:
        body["triggerStopUpPrice"] = amount("price above", up)
    if down is not None:
        body["triggerStopDownPrice"] = amount("price below", down)
    return {**body, "stopPriceType": watch}
