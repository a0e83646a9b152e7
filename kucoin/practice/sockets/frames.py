"""How a push is written."""

from __future__ import annotations

import msgspec

from kucoin.practice.sockets.topics import Name, written

# A Decimal becomes a JSON number, exactly; what KuCoin tells as text is text here as well.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def frame(name: Name, subject: str, data: object, **more: object) -> str:
    """Return a push on a topic; ``more`` are fields beside ``data``: ``sn``, ``id``, ``userId``."""
    told = {"topic": written(name), "type": "message", "subject": subject, **more, "data": data}
    return _ENCODER.encode(told).decode()
