"""Tokens for the sockets of both hosts."""

from __future__ import annotations

from urllib.parse import urlsplit

from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Routes

SPOT, FUTURES = Routes(), Routes()


def _opened(call: Call, host: str, user: str | None = None) -> dict[str, object]:
    """Return a new token and where to use it."""
    exchange = call.exchange
    base = exchange.spot if host == "spot" else exchange.futures
    return {
        "token": exchange.tokens.give(host, user, exchange.clock.server_ms()),
        "instanceServers": [
            {
                "endpoint": f"ws://{urlsplit(base).netloc}/",
                "encrypt": False,
                "protocol": "websocket",
                "pingInterval": exchange.keepalive.ping_interval_ms,
                "pingTimeout": exchange.keepalive.ping_timeout_ms,
            }
        ],
    }


@SPOT.public("/api/v1/bullet-public", 10, method="POST")
def spot_public(call: Call) -> object:
    """For the public topics of spot and margin."""
    return _opened(call, "spot")


@SPOT.private("/api/v1/bullet-private", "General", Pool.SPOT, 10, method="POST")
def spot_private(call: Call) -> object:
    """For all topics of spot and margin."""
    return _opened(call, "spot", call.user)


@FUTURES.public("/api/v1/bullet-public", 10, method="POST")
def futures_public(call: Call) -> object:
    """For the public topics of futures."""
    return _opened(call, "futures")


@FUTURES.private("/api/v1/bullet-private", "General", Pool.FUTURES, 10, method="POST")
def futures_private(call: Call) -> object:
    """For all topics of futures."""
    return _opened(call, "futures", call.user)
