"""Trade with python-kucoin as told, a call a line: ``python -I trade_python_kucoin.py SPOT FUTURES``.

On standard input: ``{"login": ["key", "secret", "passphrase"], "words": ["hf_create_order", "BTC-USDT", ...],
"named": {...}}``: the method and what it takes. On standard output, for each line: what the call returned, or how it
failed.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from kucoin.client import Client

SPOT, FUTURES = sys.argv[1:3]


@cache
def client(key: str, secret: str, passphrase: str) -> Client:
    """Return a client of the exchange; the two bases that its constructor takes are too late to be changed."""
    made = Client(key, secret, passphrase)
    made.API_URL = SPOT
    made.FUTURES_API_URL = FUTURES
    return made


def call(login: list[str], words: list[Any], named: dict[str, Any]) -> Any:
    """Call one method."""
    method, *arguments = words
    return getattr(client(*login), method)(*arguments, **named)


for line in sys.stdin:
    try:
        outcome = {"value": call(**json.loads(line))}
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        outcome = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(outcome), flush=True)
