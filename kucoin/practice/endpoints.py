"""Which of KuCoin's endpoints the practice exchange answers, as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kucoin.practice.app import FUTURES, SPOT
from kucoin.practice.wire import Route

# What a classic account's documentation lists beside those that are served: host, method, path, why not.
UNSERVED = (
    ("spot", "POST", "/api/v3/position/update-user-leverage", "margin leverage is fixed: cross 5, isolated 10"),
    ("spot", "GET", "/api/v3/margin/available-inventory", "there is always enough to borrow"),
    ("spot", "GET", "/api/v3/margin/collateralRatio", "every coin counts in full"),
    ("spot", "GET", "/api/v1/market/callauctionData", "there are no call auctions"),
    ("spot", "GET", "/api/v1/market/orderbook/callauction/level2_{size}", "there are no call auctions"),
    ("spot", "POST", "/api/v2/accounts/sub-transfer", "withdrawn: use universal-transfer"),
    ("futures", "POST", "/api/v1/transfer-in", "withdrawn: use universal-transfer"),
    ("futures", "POST", "/api/v3/transfer-out", "withdrawn: use universal-transfer"),
    ("spot", "POST", "/api/v2/bullet-private", "unified accounts only"),
    ("spot", "GET", "/api/ua/v1/market/funding-rate", "unified accounts only"),
    ("spot", "GET", "/api/ua/v1/market/ticker", "unified accounts only"),
    ("spot", "GET", "/api/ua/v1/unified/account/balance", "unified accounts only"),
    ("spot", "GET", "/api/ua/v1/unified/account/overview", "unified accounts only"),
    ("spot", "GET", "/api/ua/v1/unified/position/open-list", "unified accounts only"),
)
_HEAD = """\
# What the practice exchange answers

Written by `python -m kucoin.practice --endpoints`. The permission is what the key must hold, pool and weight are what
a request costs.
"""


def document() -> str:
    """Return the page."""
    parts = [
        _HEAD,
        "## Spot, margin and accounts\n",
        _served(SPOT),
        "## Futures\n",
        _served(FUTURES),
        "## Not served\n",
        "These answer as an unknown path does, with HTTP 404.\n",
        _table(
            ("host", "method", "path", "why"),
            [(host, method, f"`{path}`", why) for host, method, path, why in UNSERVED],
        ),
    ]
    return "\n".join(parts)


def _served(routes: Sequence[Route]) -> str:
    rows = [
        (each.method, f"`{each.path}`", each.permission or "none", str(each.pool), str(each.weight), _first_line(each))
        for each in sorted(routes, key=lambda each: (each.path, each.method))
    ]
    return _table(("method", "path", "permission", "pool", "weight", "what it tells or does"), rows)


def _first_line(route: Route) -> str:
    return (route.handler.__doc__ or "").partition("\n")[0]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
