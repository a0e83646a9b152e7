"""The payloads, opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from kucoin.rest.answer import Answer, Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool

PAYLOADS = Path(__file__).resolve().parent / "payloads"
_ANY = Endpoint("GET", "/api/v1/any", pool=Pool.SPOT, weight=1, private=False)
_ROUND = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def opened(name: str) -> Answer:
    """The payload called ``name``."""
    return Reply(200, {}, (PAYLOADS / f"{name}.json").read_bytes(), 0.0).open(_ANY)


def ms(count: int) -> datetime:
    """The moment ``count`` ms after 1790000000000, around which the payloads of orders are written."""
    return _ROUND + timedelta(milliseconds=count)
