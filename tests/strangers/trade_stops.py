"""The three clients' own calls for conditional orders, on spot and on futures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.strangers.trade_desks import LEVERAGE
from tests.strangers.trade_line import Line
from tests.strangers.trade_terms import FUTURES, SPOT, Family, Row


@dataclass(frozen=True)
class Stop:
    """A limit order that waits for a price."""

    id: str
    client_oid: str
    side: str
    stop_price: float
    price: float
    size: float

    @classmethod
    def of(cls, row: Row) -> Stop:
        """Read KuCoin's row."""
        price, size, stop_price = (float(row[name]) for name in ("price", "size", "stopPrice"))
        return cls(row["id"], row["clientOid"], row["side"], stop_price, price, size)


class StopDesk(Protocol):
    """One client's conditional orders on one market."""

    def place(self, side: str, stop_price: str, price: str, client_oid: str) -> str:
        """Let a limit order wait for ``stop_price`` and return its id."""
        ...

    def by_id(self, order_id: str) -> Stop:
        """Read one."""
        ...

    def by_client(self, client_oid: str) -> Stop:
        """Read one by the client's own id."""
        ...

    def listed(self) -> list[Stop]:
        """List those that wait."""
        ...

    def cancel(self, order_id: str) -> None:
        """Cancel one."""
        ...

    def cancel_by_client(self, client_oid: str) -> None:
        """Cancel one by the client's own id."""
        ...

    def cancel_all(self) -> None:
        """Cancel those of the symbol."""
        ...


@dataclass(frozen=True)
class CcxtStops:
    """ccxt: ordinary methods with ``trigger``; on futures single stops are found as orders are."""

    line: Line
    family: Family

    def _call(self, method: str, *arguments: Any, **params: Any) -> Any:
        return self.line("futures" if self.family.futures else "spot", method, *arguments, params=params)

    @property
    def _one(self) -> Row:
        return {} if self.family.futures else {"trigger": True}

    def place(self, side: str, stop_price: str, price: str, client_oid: str) -> str:
        params: Row = {"triggerPrice": float(stop_price), "clientOrderId": client_oid}
        if self.family.futures:
            params |= {"leverage": LEVERAGE, "triggerPriceType": "last"}
        order = (self.family.ccxt, "limit", side, float(self.family.lot), float(price))
        order_id: str = self._call("create_order", *order, **params)["id"]
        return order_id

    def by_id(self, order_id: str) -> Stop:
        return ccxt_stop(self._call("fetch_order", order_id, self.family.ccxt, **self._one))

    def by_client(self, client_oid: str) -> Stop:
        found = self._call("fetch_order", None, self.family.ccxt, **self._one, clientOrderId=client_oid)
        return ccxt_stop(found)

    def listed(self) -> list[Stop]:
        return [ccxt_stop(row) for row in self._call("fetch_open_orders", self.family.ccxt, None, None, trigger=True)]

    def cancel(self, order_id: str) -> None:
        self._call("cancel_order", order_id, self.family.ccxt, **self._one)

    def cancel_by_client(self, client_oid: str) -> None:
        self._call("cancel_order", "", self.family.ccxt, **self._one, clientOrderId=client_oid)

    def cancel_all(self) -> None:
        self._call("cancel_all_orders", self.family.ccxt, trigger=True)


def ccxt_stop(row: Row) -> Stop:
    """Read ccxt's row; one that waits is open."""
    assert row["status"] == "open"
    return Stop(row["id"], row["clientOrderId"], row["side"], row["triggerPrice"], row["price"], row["amount"])


@dataclass(frozen=True)
class SdkStops:
    """KuCoin's SDK on spot."""

    line: Line
    family: Family

    def _call(self, method: str, **fields: Any) -> Row:
        answer: Row = self.line("spot", "order", method, **fields)
        return answer

    def place(self, side: str, stop_price: str, price: str, client_oid: str) -> str:
        fields = {"symbol": self.family.symbol, "type": "limit", "size": self.family.lot, "price": price}
        fields |= {"side": side, "stopPrice": stop_price, "clientOid": client_oid}
        order_id: str = self._call("add_stop_order", **fields)["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Stop:
        return Stop.of(self._call("get_stop_order_by_order_id", orderId=order_id))

    def by_client(self, client_oid: str) -> Stop:
        (row,) = self._call("get_stop_order_by_client_oid", clientOid=client_oid, symbol=self.family.symbol)["data"]
        return Stop.of(row)

    def listed(self) -> list[Stop]:
        return [Stop.of(row) for row in self._call("get_stop_orders_list", symbol=self.family.symbol)["items"]]

    def cancel(self, order_id: str) -> None:
        self._call("cancel_stop_order_by_order_id", orderId=order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self._call("cancel_stop_order_by_client_oid", clientOid=client_oid, symbol=self.family.symbol)

    def cancel_all(self) -> None:
        self._call("batch_cancel_stop_order", symbol=self.family.symbol)


@dataclass(frozen=True)
class SdkFuturesStops:
    """KuCoin's SDK on futures: single stops are found as orders are."""

    line: Line
    family: Family

    def _call(self, method: str, **fields: Any) -> Row:
        answer: Row = self.line("futures", "order", method, **fields)
        return answer

    def place(self, side: str, stop_price: str, price: str, client_oid: str) -> str:
        fields: Row = {"symbol": self.family.symbol, "type": "limit", "size": int(self.family.lot), "price": price}
        fields |= {"side": side, "leverage": LEVERAGE, "clientOid": client_oid}
        fields |= {"stop": "up" if side == "buy" else "down", "stopPriceType": "TP", "stopPrice": stop_price}
        order_id: str = self._call("add_order", **fields)["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Stop:
        return Stop.of(self._call("get_order_by_order_id", **{"order-id": order_id}))

    def by_client(self, client_oid: str) -> Stop:
        return Stop.of(self._call("get_order_by_client_oid", clientOid=client_oid))

    def listed(self) -> list[Stop]:
        return [Stop.of(row) for row in self._call("get_stop_order_list", symbol=self.family.symbol)["items"]]

    def cancel(self, order_id: str) -> None:
        self._call("cancel_order_by_id", orderId=order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self._call("cancel_order_by_client_oid", clientOid=client_oid, symbol=self.family.symbol)

    def cancel_all(self) -> None:
        self._call("cancel_all_stop_orders", symbol=self.family.symbol)


@dataclass(frozen=True)
class KucoinStops:
    """python-kucoin on spot."""

    line: Line
    family: Family

    def place(self, side: str, stop_price: str, price: str, client_oid: str) -> str:
        order = (self.family.symbol, "limit", side, stop_price, self.family.lot, price)
        order_id: str = self.line("create_stop_order", *order, client_oid=client_oid)["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Stop:
        return Stop.of(self.line("get_stop_order", order_id))

    def by_client(self, client_oid: str) -> Stop:
        (row,) = self.line("get_stop_order_by_client_oid", client_oid, self.family.symbol)
        return Stop.of(row)

    def listed(self) -> list[Stop]:
        return [Stop.of(row) for row in self.line("get_stop_orders", self.family.symbol)["items"]]

    def cancel(self, order_id: str) -> None:
        self.line("cancel_stop_order", order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self.line("cancel_stop_order_by_client_oid", client_oid, self.family.symbol)

    def cancel_all(self) -> None:
        self.line("cancel_all_stop_orders", self.family.symbol)


@dataclass(frozen=True)
class KucoinFuturesStops:
    """python-kucoin on futures: single stops are found as orders are."""

    line: Line
    family: Family

    def place(self, side: str, stop_price: str, price: str, client_oid: str) -> str:
        order = (self.family.symbol, "limit", side, int(self.family.lot), price)
        wait = {"stop": "up" if side == "buy" else "down", "stop_price_type": "TP", "stop_price": stop_price}
        placed = self.line("futures_create_order", *order, client_oid=client_oid, leverage=LEVERAGE, **wait)
        order_id: str = placed["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Stop:
        return Stop.of(self.line("futures_get_order", order_id))

    def by_client(self, client_oid: str) -> Stop:
        return Stop.of(self.line("futures_get_order_by_client_oid", client_oid, clientOid=client_oid))

    def listed(self) -> list[Stop]:
        return [Stop.of(row) for row in self.line("futures_get_stop_orders", self.family.symbol)["items"]]

    def cancel(self, order_id: str) -> None:
        self.line("futures_cancel_order", order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self.line("futures_cancel_order_by_client_oid", client_oid, self.family.symbol)

    def cancel_all(self) -> None:
        self.line("futures_cancel_all_stop_orders", self.family.symbol)


_DESKS: dict[tuple[str, str], Callable[[Line, Family], StopDesk]] = {
    ("ccxt", SPOT.name): CcxtStops,
    ("ccxt", FUTURES.name): CcxtStops,
    ("the SDK", SPOT.name): SdkStops,
    ("the SDK", FUTURES.name): SdkFuturesStops,
    ("python-kucoin", SPOT.name): KucoinStops,
    ("python-kucoin", FUTURES.name): KucoinFuturesStops,
}


def stop_desk(client: str, line: Line, family: Family) -> StopDesk:
    """Return ``client``'s conditional orders on the market of ``family``."""
    return _DESKS[client, family.name](line, family)
