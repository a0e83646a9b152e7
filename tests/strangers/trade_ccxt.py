"""Trade with ccxt as told, a call a line: ``python -I trade_ccxt.py SPOT FUTURES``.

On standard input: ``{"login": ["key", "secret", "passphrase"], "words": ["spot", "create_order", "BTC/USDT", ...],
"named": {"params": {...}}}``: the market, the method, what it takes. On standard output, for each line: what the call
returned in ccxt's own terms, or how it failed.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

import ccxt

SPOT, FUTURES = sys.argv[1:3]
ON_SPOT = ("public", "private", "earn", "uta", "utaV2", "utaPrivate", "broker")
ON_FUTURES = ("futuresPublic", "futuresPrivate")
KINDS = {"spot": ccxt.kucoin, "futures": ccxt.kucoinfutures}


@cache
def client(market: str, key: str, secret: str, passphrase: str) -> ccxt.Exchange:
    """Return the client of one market; each class needs both addresses."""
    exchange = KINDS[market]({"apiKey": key, "secret": secret, "password": passphrase, "enableRateLimit": False})
    exchange.urls["api"].update(dict.fromkeys(ON_SPOT, SPOT) | dict.fromkeys(ON_FUTURES, FUTURES))
    return exchange


def call(login: list[str], words: list[Any], named: dict[str, Any]) -> Any:
    """Call one method."""
    market, method, *arguments = words
    return getattr(client(market, *login), method)(*arguments, **named)


for line in sys.stdin:
    try:
        outcome = {"value": call(**json.loads(line))}
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        outcome = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(outcome), flush=True)
