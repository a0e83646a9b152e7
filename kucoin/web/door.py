"""Who may open the push socket: a page of ours, asked for under a name of ours, and nobody else's page."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def admits(headers: Headers, allowed: Collection[str] = ()) -> bool:
    """Say whether a request comes from a page of this server.

    Another name in ``Host`` means DNS rebinding, another origin a foreign page in the same browser; browsers send both
    headers with every WebSocket.

    Args:
        allowed: Host names besides loopback's.
    """
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or len(origins) != 1:
        return False
    (host,), (origin,) = hosts, origins
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name in _LOOPBACK.union(allowed) and origin in (f"http://{host}", f"https://{host}")
