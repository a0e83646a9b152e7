"""Trade with KuCoin's own SDK as told, a call a line: ``python -I trade_sdk.py SPOT FUTURES``.

On standard input: ``{"login": ["key", "secret", "passphrase"], "words": ["spot", "order", "add_order"], "named":
{"clientOid": ...}}``: the service, its part, the method and, by their names on the wire, the fields of its request. On
standard output, for each line: every field that the SDK knows of the answer, or how the call failed.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from kucoin_universal_sdk.api.client import DefaultClient
from kucoin_universal_sdk.model.client_option import ClientOptionBuilder
from kucoin_universal_sdk.model.transport_option import TransportOption

SPOT, FUTURES = sys.argv[1:3]


@cache
def client(key: str, secret: str, passphrase: str) -> Any:
    """Return the REST service of a client of the exchange."""
    options = ClientOptionBuilder().set_key(key).set_secret(secret).set_passphrase(passphrase)
    options.set_spot_endpoint(SPOT).set_futures_endpoint(FUTURES).set_broker_endpoint(SPOT)
    options.set_transport_option(TransportOption())
    return DefaultClient(options.build()).rest_service()


def call(login: list[str], words: list[str], named: dict[str, Any]) -> Any:
    """Call one method, its request built of the type that its signature names, and return every field it read."""
    service, part, method = words
    api = getattr(getattr(client(*login), f"get_{service}_service")(), f"get_{part}_api")()
    asked = getattr(api, method)
    wanted = asked.__annotations__.get("req")
    answer = asked(wanted(**named)) if wanted else asked()
    return answer.model_dump(by_alias=True, mode="json", exclude={"common_response"})


for line in sys.stdin:
    try:
        outcome = {"value": call(**json.loads(line))}
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        outcome = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(outcome), flush=True)
