"""What a request wants of the spot engine, out of its body."""

from __future__ import annotations

import secrets

from kucoin.practice.asked import Asked
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.terms import OrderType, Side, Stp, TimeInForce, TradeType


def order_request(asked: Asked, trade_type: TradeType = TradeType.TRADE) -> SpotRequest:
    """Return the order that a body asks for; one without a name of its own gets one."""
    side = asked.word("side", Side)
    if side is None:
        raise asked.wrong("side")
    return SpotRequest(
        symbol=asked.need("symbol"),
        side=side,
        type=asked.word("type", OrderType) or OrderType.LIMIT,
        price=asked.amount("price"),
        size=asked.amount("size"),
        funds=asked.amount("funds"),
        client_oid=asked.text("clientOid") or secrets.token_hex(12),
        time_in_force=asked.word("timeInForce", TimeInForce) or TimeInForce.GTC,
        cancel_after_s=asked.whole("cancelAfter"),
        post_only=asked.flag("postOnly"),
        stp=asked.word("stp", Stp),
        trade_type=trade_type,
        auto_borrow=asked.flag("autoBorrow"),
        auto_repay=asked.flag("autoRepay"),
        remark=asked.text("remark"),
        tags=asked.text("tags"),
        hidden=asked.flag("hidden") or asked.flag("iceberg") or asked.has("visibleSize"),
        client_ms=asked.whole("clientTimestamp"),
        window_ms=asked.whole("allowMaxTimeWindow"),
    )
