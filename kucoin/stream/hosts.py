"""The fence around the sockets: where one may be opened, whatever a reply says.

KuCoin's reply to a request for a token names the server to go to. That name is trusted only as far as this list, and
only in this spelling: no parser is asked what a browser or a resolver might make of another.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kucoin.errors import StreamError

_LIVE = re.compile(r"wss://(ws-api-(?:spot|futures)\.kucoin\.com)(?::(443))?(/[\w./-]*)?", re.ASCII)
_PRACTICE = re.compile(r"ws://(127\.0\.0\.1):([1-9][0-9]{0,4})(/[\w./-]*)?", re.ASCII)


class Address(NamedTuple):
    """Where to connect, and whether with TLS. ``path`` begins with a slash."""

    host: str
    port: int
    secure: bool
    path: str


def admit(endpoint: str, *, practice: bool) -> Address:
    """Return the address that ``endpoint`` spells.

    Args:
        practice: Whether loopback, and only it, may be dialled; else KuCoin's socket hosts, by TLS on port 443.

    Raises:
        StreamError: The endpoint is outside the fence; nothing was connected.
    """
    match = (_PRACTICE if practice else _LIVE).fullmatch(endpoint)
    if match is None or int(match[2] or 443) > 65535:
        where = "the practice exchange" if practice else "KuCoin"
        raise StreamError(f"{endpoint[:80]!r} is no socket of {where}")
    return Address(match[1], int(match[2] or 443), not practice, match[3] or "/")
