"""Where strangers trade: an exchange of their own at a standstill, and another user who trades with them there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.conftest import Practice, start_practice
from tests.strangers.trade_terms import CROSS, FUTURES, ISOLATED, SPOT, Family, Fill, Order, Row

PATIENCE_S = 60
LOOK_S = 0.3  # between two looks at the market, so that the public quota lasts
FUTURES_RULES = f"/api/v1/contracts/{FUTURES.symbol}"
ROOM = {SPOT.symbol: 2, FUTURES.symbol: 1}  # free prices between bid and ask that the tests ask for


@dataclass(frozen=True)
class Holding:
    """What an account has of a currency, and how much of it orders hold."""

    total: Decimal
    hold: Decimal


class Floor:
    """The exchange, for each symbol its best bid, and the free prices between that and its best ask, lowest first.

    The market stands still: at those prices nobody but the two users trades.
    """

    def __init__(self, exchange: Practice) -> None:
        """Stop the market of ``exchange``, and give the two users what they need."""
        self.exchange = exchange
        self._ticks = {
            SPOT.symbol: Decimal(exchange.public(f"/api/v2/symbols/{SPOT.symbol}").data["priceIncrement"]),
            FUTURES.symbol: Decimal(str(exchange.public(FUTURES_RULES, futures=True).data["tickSize"])),
        }
        self.bids: dict[str, str] = {}
        self.between: dict[str, list[str]] = {}
        self._stop()
        self.clear()
        self._provide()

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[Floor]:
        """Start an exchange in ``folder`` and stop it at the end; it must leave well."""
        exchange = start_practice(folder)
        try:
            yield cls(exchange)
        finally:
            assert exchange.stop() == 0

    def _stop(self) -> None:
        """Stop the market at a moment when there is room between bid and ask."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self.exchange.clock(rate=0)
            for symbol, tick in self._ticks.items():
                bid, ask = _touch(self.exchange, symbol)
                self.bids[symbol] = f"{bid:f}"
                self.between[symbol] = [f"{bid + tick * step:f}" for step in range(1, int((ask - bid) / tick))]
            if all(len(self.between[symbol]) >= room for symbol, room in ROOM.items()):
                break
            assert time.monotonic() < deadline, f"no room between bid and ask: {self.between}"
            self.exchange.clock(rate=1)
            time.sleep(LOOK_S)

    def go_on(self, seconds: float) -> None:
        """Let the market live for so long by its own clock, in a moment by ours, and stop it again."""
        until = self.exchange.clock(rate=20)["market_ms"] + seconds * 1000
        while self.exchange.clock()["market_ms"] < until:
            time.sleep(0.01)
        self._stop()

    def _provide(self) -> None:
        """Let the second user own some of the coin, and the default one margin and coins to trade with on margin."""
        price = self.price(SPOT)
        self.rest(SPOT, "sell", price, "40", key="")
        self.rest(SPOT, "buy", price, "40")
        for to in ({"toAccountType": "MARGIN"}, {"toAccountType": "ISOLATED", "toAccountTag": ISOLATED.tag}):
            for currency, amount in (("USDT", "600"), ("LINK", "15")):
                wanted = {"type": "INTERNAL", "fromAccountType": "TRADE", "currency": currency, "amount": amount}
                wanted |= {"clientOid": f"{to['toAccountType']}-{currency}"}
                self.post("/api/v3/accounts/universal-transfer", wanted | to)

    def get(self, path: str, *, futures: bool = False, key: str = "") -> Any:
        """Return the data of a signed GET."""
        return self.exchange.get(path, futures=futures, key=key).data

    def post(self, path: str, body: Row, *, futures: bool = False, key: str = "") -> Any:
        """Return the data of a signed POST."""
        return self.exchange.send("POST", path, body=json.dumps(body), futures=futures, key=key).data

    def delete(self, path: str, *, futures: bool = False, key: str = "") -> Any:
        """Return the data of a signed DELETE."""
        return self.exchange.send("DELETE", path, futures=futures, key=key).data

    def rest(self, family: Family, side: str, price: str, size: str, key: str = "second", **more: bool) -> str:
        """Place a limit order on spot or on futures, of the second user, who is hedged, or of the default one."""
        order = {"clientOid": f"r{time.monotonic_ns()}", "symbol": family.symbol, "type": "limit", "side": side}
        order |= {"price": price, "size": size} | more
        if family.futures:
            order |= {"size": int(size), "leverage": 3}
            order |= {"positionSide": "SHORT" if side == "sell" else "LONG"} if key else {}
        path = "/api/v1/orders" if family.futures else "/api/v1/hf/orders"
        order_id: str = self.post(path, order, futures=family.futures, key=key)["orderId"]
        return order_id

    def trade(self, family: Family) -> str:
        """Let the default user buy a lot from the second one between bid and ask, and return the order's id."""
        self.rest(family, "sell", self.price(family), family.lot)
        return self.rest(family, "buy", self.price(family), family.lot, key="")

    def fall(self, family: Family) -> None:
        """Let the last price become the best bid: the second user sells there, little, for the bid must not go."""
        self.rest(family, "sell", self.bids[family.symbol], "1" if family.futures else "0.05")

    def order(self, family: Family, order_id: str) -> Order:
        """Return the default user's order by a bare request."""
        return Order.of(self.get(family.paths["order"].format(id=order_id), futures=family.futures))

    def orders(self, family: Family, which: str) -> list[Order]:
        """Return the default user's ``open`` or ``done`` orders."""
        return [Order.of(row) for row in rows(self.get(family.paths[which], futures=family.futures))]

    def fills(self, family: Family, order_id: str, *, key: str = "") -> list[Fill]:
        """Return the fills of one order, of any user; who is no margin trader has them on spot."""
        home = SPOT if key and family in (CROSS, ISOLATED) else family
        found = rows(self.get(home.paths["fills"], futures=family.futures, key=key))
        return [Fill.of(row) for row in found if row["orderId"] == order_id]

    def price(self, family: Family) -> str:
        """Return a price at which only the two users trade."""
        return self.between[family.symbol][0]

    def away(self, family: Family, side: str, share: str = "0.04") -> str:
        """Return a price ``share`` away from the market, on the side where an order rests."""
        near = Decimal(self.price(family))
        step = Decimal(self.between[family.symbol][0]).normalize().as_tuple().exponent
        away = near * (1 - Decimal(share)) if side == "buy" else near * (1 + Decimal(share))
        return f"{away.quantize(Decimal(1).scaleb(int(step))):f}"

    def holding(self, family: Family, currency: str) -> Holding:
        """Return the truth about an account of the default user."""
        wanted = (family.account, family.tag, currency)
        for row in self.exchange.state()["users"]["main"]["balances"]:
            if (row["account"], row["tag"], row["currency"]) == wanted:
                return Holding(Decimal(row["total"]), Decimal(row["hold"]))
        return Holding(Decimal(0), Decimal(0))

    def clear(self) -> None:
        """Cancel what a test left, and give back the quotas that it used."""
        busy = self._busy()
        for key in busy:
            self._cancel_all(key)
        self.exchange.clear_faults()
        assert not busy or not self._busy()

    def _busy(self) -> list[str]:
        """Return the keys of the users for whom an order or a stop waits, by the exchange's true state."""
        users = self.exchange.state()["users"]
        return [
            key for user, key in (("main", ""), ("second", "second")) if users[user]["orders"] + users[user]["stops"]
        ]

    def _cancel_all(self, key: str) -> None:
        spot = ("/api/v1/hf/orders/cancelAll", "/api/v1/stop-order/cancel", "/api/v3/hf/margin/stop-order/cancel")
        for path in spot:
            self.delete(path, key=key)
        for kind in ("tradeType=MARGIN_TRADE", "tradeType=MARGIN_ISOLATED_TRADE"):
            for symbol in self.get(f"/api/v3/hf/margin/order/active/symbols?{kind}", key=key)["symbols"]:
                self.delete(f"/api/v3/hf/margin/orders?symbol={symbol}&{kind}", key=key)
        for path in ("/api/v1/orders", "/api/v1/stopOrders"):
            self.delete(path, futures=True, key=key)


def rows(answer: Any) -> list[Row]:
    """Return the rows of a paged answer, or of a list."""
    found: list[Row] = answer if isinstance(answer, list) else answer["items"]
    return found


def _touch(exchange: Practice, symbol: str) -> tuple[Decimal, Decimal]:
    """Return best bid and best ask."""
    if symbol == FUTURES.symbol:
        quote = exchange.public(f"/api/v1/ticker?symbol={symbol}", futures=True).data
        return Decimal(quote["bestBidPrice"]), Decimal(quote["bestAskPrice"])
    quote = exchange.public(f"/api/v1/market/orderbook/level1?symbol={symbol}").data
    return Decimal(quote["bestBid"]), Decimal(quote["bestAsk"])
