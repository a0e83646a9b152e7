"""What can be subscribed to on each host.

https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
"""

from __future__ import annotations

from dataclasses import dataclass

CANDLES = {
    "1min": 1, "3min": 3, "5min": 5, "15min": 15, "30min": 30, "1hour": 60, "2hour": 120, "4hour": 240, "6hour": 360,
    "8hour": 480, "12hour": 720, "1day": 1440, "1week": 10_080, "1month": 43_200,
}  # fmt: skip  # minutes


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of topics.

    Attributes:
        private: For a socket that was opened with a key's token.
        bare: It may stand without a name: ``/account/balance``.
        named: It may stand with names: ``/market/match:BTC-USDT,ETH-USDT``.
    """

    private: bool = False
    bare: bool = False
    named: bool = True


class Unheard(Exception):
    """A topic that cannot be subscribed to: the error frame's code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


Name = tuple[str, str]  # a topic: its family and the symbol, "" without one

_PUBLIC, _ALONE, _OWN = Kind(), Kind(private=True, bare=True, named=False), Kind(private=True)
KINDS: dict[str, dict[str, Kind]] = {
    "spot": {
        "/market/ticker": _PUBLIC,
        "/market/snapshot": _PUBLIC,
        "/market/level2": _PUBLIC,
        "/market/match": _PUBLIC,
        "/market/candles": _PUBLIC,
        "/spotMarket/level1": _PUBLIC,
        "/spotMarket/level2Depth5": _PUBLIC,
        "/spotMarket/level2Depth50": _PUBLIC,
        "/indicator/markPrice": _PUBLIC,
        "/indicator/index": _PUBLIC,
        "/callauction/callauctionData": _PUBLIC,  # no pair here opens by an auction: acknowledged, then silent
        "/callauction/level2Depth50": _PUBLIC,
        "/spotMarket/tradeOrdersV2": _ALONE,
        "/spotMarket/tradeOrders": _ALONE,
        "/spotMarket/advancedOrders": _ALONE,
        "/account/balance": _ALONE,
        "/margin/position": _ALONE,
        "/margin/isolatedPosition": _OWN,
    },
    "futures": {
        "/contractMarket/ticker": _PUBLIC,
        "/contractMarket/tickerV2": _PUBLIC,
        "/contractMarket/level2": _PUBLIC,
        "/contractMarket/level2Depth5": _PUBLIC,
        "/contractMarket/level2Depth50": _PUBLIC,
        "/contractMarket/execution": _PUBLIC,
        "/contractMarket/limitCandle": _PUBLIC,
        "/contractMarket/snapshot": _PUBLIC,
        "/contract/instrument": _PUBLIC,
        "/contract/announcement": Kind(bare=True),
        "/contractMarket/tradeOrders": Kind(private=True, bare=True),
        "/contractMarket/advancedOrders": _ALONE,
        "/contract/positionAll": _ALONE,
        "/contract/position": _OWN,
        "/contractAccount/wallet": _ALONE,
        "/contract/marginMode": _ALONE,
        "/contract/crossLeverage": _ALONE,
    },
}


def read(host: str, topic: str) -> tuple[Kind, list[Name]]:
    """Return a topic's kind and the single topics that it joins by commas.

    Symbols need not exist: KuCoin acknowledges those as well.

    Raises:
        Unheard: 404, there is no such topic on this host; 400, it is written in a way that it has not.
    """
    family, colon, names = topic.partition(":")
    kind = KINDS[host].get(family)
    if kind is None:
        raise Unheard(404, "topic does not exist")
    if not colon:
        if not kind.bare:
            raise Unheard(400, "topic is invalid")
        return kind, [(family, "")]
    listed = names.split(",")
    if not kind.named or not all(listed):
        raise Unheard(400, "topic is invalid")
    return kind, [(family, name) for name in listed]


def written(name: Name) -> str:
    """Return a single topic as the wire has it."""
    family, symbol = name
    return f"{family}:{symbol}" if symbol else family
