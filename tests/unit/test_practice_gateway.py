"""A client that goes while it still speaks."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from kucoin.practice.gateway import Gateway


def test_half_a_request_is_nothing_at_all() -> None:
    """Nothing is done, and it is no fault of the exchange's: a killed client is every day's bread."""
    exchange: Any = SimpleNamespace(requests=Counter())
    said = iter([{"type": "http.request", "body": b'{"si', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(said)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/orders", "headers": [], "query_string": b""}
    route: Any = None  # as far as that it does not come
    with ThreadPoolExecutor(1) as elsewhere:  # this thread may have an event loop, of a browser's tests
        answer = Gateway(exchange, "futures").answer(route, Request(scope, receive))
        reply = elsewhere.submit(asyncio.run, answer).result()
    assert reply.body == b""
    assert exchange.requests == {"futures POST /api/v1/orders": 1}
