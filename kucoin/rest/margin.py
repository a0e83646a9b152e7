"""Margin: what is held and owed in the cross and isolated accounts."""

from __future__ import annotations

from kucoin.model.account import CrossMargin, IsolatedPair
from kucoin.rest import parse_account as parse
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool
from kucoin.rest.transport import Transport

CROSS = Endpoint("GET", "/api/v3/margin/accounts", pool=Pool.SPOT, weight=15, private=True)
ISOLATED = Endpoint("GET", "/api/v3/isolated/accounts", pool=Pool.SPOT, weight=15, private=True)


class Margin:
    """Questions about margin. Every method needs a key (General) and may raise what `Transport.call` raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def cross(self) -> CrossMargin:
        """Return the cross margin account, amounts in each asset's own currency.

        Source: https://www.kucoin.com/docs-new/api-3470127
        """
        return parse.cross_margin(self._transport.call(CROSS))

    def isolated(self) -> tuple[IsolatedPair, ...]:
        """Return every pair of the isolated margin account, amounts in each asset's own currency.

        Source: https://www.kucoin.com/docs-new/api-3470128
        """
        return parse.isolated_pairs(self._transport.call(ISOLATED))
