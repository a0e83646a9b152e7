"""Tokens: what a socket is opened with. Each is good for one dial."""

from __future__ import annotations

from kucoin.errors import OutcomeUnknown
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token
from kucoin.rest.answer import Answer
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of
from kucoin.rest.transport import Transport

_PUBLIC, _PRIVATE = "/api/v1/bullet-public", "/api/v1/bullet-private"
# (futures, private) -> whom to ask
_ENDPOINTS = {
    (False, False): Endpoint(
        "POST", _PUBLIC, pool=Pool.PUBLIC_SPOT, weight=10, private=False, urgency=Urgency.ORDINARY
    ),
    (False, True): Endpoint(
        "POST", _PRIVATE, pool=Pool.SPOT, weight=10, private=True, permission="General", urgency=Urgency.ORDINARY
    ),
    (True, False): Endpoint(
        "POST", _PUBLIC, pool=Pool.PUBLIC_FUTURES, weight=10, private=False, futures=True, urgency=Urgency.ORDINARY
    ),
    (True, True): Endpoint(
        "POST",
        _PRIVATE,
        pool=Pool.FUTURES,
        weight=10,
        private=True,
        permission="General",
        futures=True,
        urgency=Urgency.ORDINARY,
    ),
}


class Tokens:
    """Asks for tokens, of the host whose topics are wanted: spot and futures cannot be mixed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def token(self, *, futures: bool, private: bool) -> Token:
        """Return a new token and where to go with it.

        May raise what `Transport.call` raises.

        Source: https://www.kucoin.com/docs-new/api-3470294 (the private ones: 3470295 and 3470296)
        """
        return _token(self._transport.call(_ENDPOINTS[futures, private]))


def _token(answer: Answer) -> Token:
    row = row_of(answer)
    servers = row.rows("instanceServers")
    if not servers:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, it names no server")
    interval, timeout = servers[0].integer("pingInterval"), servers[0].integer("pingTimeout")
    if interval <= 0 or timeout <= 0:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, pings every {interval} ms within {timeout} ms")
    return Token(servers[0].text("endpoint"), Secret(row.text("token")), interval / 1000, timeout / 1000)
