"""Tokens for the sockets of both hosts."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import urlsplit

from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Routes

SPOT, FUTURES = Routes(), Routes()


def _servers(base: str) -> dict[str, object]:
    """Return a new token and where to use it."""
    return {
        "token": base64.urlsafe_b64encode(secrets.token_bytes(96)).decode(),
        "instanceServers": [
            {
                "endpoint": f"ws://{urlsplit(base).netloc}/",
                "encrypt": False,
                "protocol": "websocket",
                "pingInterval": 18000,
                "pingTimeout": 10000,
            }
        ],
    }


@SPOT.public("/api/v1/bullet-public", 10, method="POST")
def spot_public(call: Call) -> object:
    """For the public topics of spot and margin."""
    return _servers(call.exchange.spot)


@SPOT.private("/api/v1/bullet-private", "General", Pool.SPOT, 10, method="POST")
def spot_private(call: Call) -> object:
    """For the private topics of spot and margin."""
    return _servers(call.exchange.spot)


@FUTURES.public("/api/v1/bullet-public", 10, method="POST")
def futures_public(call: Call) -> object:
    """For the public topics of futures."""
    return _servers(call.exchange.futures)


@FUTURES.private("/api/v1/bullet-private", "General", Pool.FUTURES, 10, method="POST")
def futures_private(call: Call) -> object:
    """For the private topics of futures."""
    return _servers(call.exchange.futures)
