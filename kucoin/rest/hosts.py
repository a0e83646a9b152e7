"""The fence: the only addresses this client can be pointed at.

KuCoin's hosts are compiled in, and the practice exchange listens on 127.0.0.1. There is no free base URL, so neither a
setting nor an answer can send a signed request elsewhere. Every address has exactly one accepted spelling: what is
not in the list letter by letter is refused, whatever a browser or a resolver would make of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kucoin.errors import InvalidRequest

_LIVE_SPOT = frozenset({"https://api.kucoin.com", "https://api.kucoin.eu"})
_LIVE_FUTURES = frozenset({"https://api-futures.kucoin.com"})
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]{0,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where one site answers.

    ``futures_base`` is None on the European site, which offers spot and margin only. ``headers`` go with every
    request. Live and loopback addresses do not mix, so practice keys cannot reach KuCoin by half.

    Raises:
        InvalidRequest: An address outside the fence; nothing was connected.
    """

    spot_base: str
    futures_base: str | None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        live = self.spot_base in _LIVE_SPOT and (self.futures_base is None or self.futures_base in _LIVE_FUTURES)
        if not live and not (_is_loopback(self.spot_base) and _is_loopback(self.futures_base)):
            raise InvalidRequest(
                f"{self.spot_base!r} with {self.futures_base!r} is neither a site of KuCoin nor the practice exchange"
            )


_SITES: Mapping[str, Hosts] = MappingProxyType(
    {
        "global": Hosts("https://api.kucoin.com", "https://api-futures.kucoin.com"),
        "eu": Hosts("https://api.kucoin.eu", None),
        "au": Hosts("https://api.kucoin.com", "https://api-futures.kucoin.com", {"X-SITE-TYPE": "australia"}),
    }
)


def live(site: str) -> Hosts:
    """Return KuCoin's hosts for ``site``: ``global``, ``eu`` or ``au``.

    Raises:
        InvalidRequest: No such site.
    """
    try:
        return _SITES[site]
    except KeyError:
        raise InvalidRequest(f"{site!r} is no site of KuCoin; known are {', '.join(_SITES)}") from None


def practice(spot_port: int, futures_port: int) -> Hosts:
    """Return the practice exchange's hosts, on this machine.

    Raises:
        InvalidRequest: A port outside 1 to 65535.
    """
    return Hosts(f"http://127.0.0.1:{spot_port}", f"http://127.0.0.1:{futures_port}")


def _is_loopback(base: str | None) -> bool:
    match = _LOOPBACK.fullmatch(base or "")
    return match is not None and int(match[1]) <= 65535
