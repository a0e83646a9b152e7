"""The fence around the sockets: where one may be opened, whatever a reply says.

KuCoin's reply to a request for a token names the server to go to. That name is trusted only as far as this list.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from kucoin.errors import StreamError

_LIVE = frozenset({"ws-api-spot.kucoin.com", "ws-api-futures.kucoin.com"})
_LOOPBACK = "127.0.0.1"


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
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise StreamError(f"{endpoint[:80]!r} is no address of a socket") from None
    host = parts.hostname or ""
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if practice:
        allowed = parts.scheme == "ws" and host == _LOOPBACK and port is not None
    else:
        allowed = parts.scheme == "wss" and host in _LIVE and port in {None, 443}
    if not (allowed and plain):
        where = "the practice exchange" if practice else "KuCoin"
        raise StreamError(f"{endpoint[:80]!r} is no socket of {where}")
    return Address(host, port or 443, parts.scheme == "wss", parts.path or "/")
