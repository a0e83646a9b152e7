"""The three clients' own calls for the same things, family by family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.strangers.trade_line import Line
from tests.strangers.trade_terms import CROSS, ISOLATED, SPOT, Desk, Family, Fill, Order, Row

LEVERAGE = 3
TRADE_TYPES = {CROSS.name: "MARGIN_TRADE", ISOLATED.name: "MARGIN_ISOLATED_TRADE"}


def oid() -> str:
    """Return a client id that was never used."""
    return f"stranger-{uuid4().hex[:20]}"


@dataclass(frozen=True)
class CcxtDesk:
    """ccxt: the same methods for every family, told apart by symbol and ``marginMode``."""

    line: Line
    family: Family

    def _call(self, method: str, *arguments: Any, **params: Any) -> Any:
        mode = {"marginMode": self.family.name} if self.family in (CROSS, ISOLATED) else {}
        return self.line("futures" if self.family.futures else "spot", method, *arguments, params=mode | params)

    def limit(self, side: str, price: str, size: str, client_oid: str = "", **options: Any) -> str:
        own = {"clientOrderId": client_oid} if client_oid else {}
        return self._place("limit", side, size, float(price), own | options)

    def market(self, side: str, size: str) -> str:
        return self._place("market", side, size, None, {})

    def _place(self, kind: str, side: str, size: str, price: float | None, params: Row) -> str:
        leverage = {"leverage": LEVERAGE} if self.family.futures else {}
        placed = self._call("create_order", self.family.ccxt, kind, side, float(size), price, **leverage | params)
        order_id: str = placed["id"]
        return order_id

    def by_id(self, order_id: str) -> Order:
        return ccxt_order(self._call("fetch_order", order_id, self.family.ccxt))

    def by_client(self, client_oid: str) -> Order:
        return ccxt_order(self._call("fetch_order", None, self.family.ccxt, clientOrderId=client_oid))

    def open(self) -> list[Order]:
        return [ccxt_order(row) for row in self._call("fetch_open_orders", self.family.ccxt, None, None)]

    def done(self) -> list[Order]:
        return [ccxt_order(row) for row in self._call("fetch_closed_orders", self.family.ccxt, None, None)]

    def fills(self) -> list[Fill]:
        return [
            Fill(
                trade=row["id"],
                order=row["order"],
                side=row["side"],
                price=row["price"],
                size=row["amount"],
                fee=row["fee"]["cost"],
                fee_currency=row["fee"]["currency"],
                liquidity=row["takerOrMaker"],
            )
            for row in self._call("fetch_my_trades", self.family.ccxt, None, None)
        ]

    def cancel(self, order_id: str) -> None:
        self._call("cancel_order", order_id, self.family.ccxt)

    def cancel_by_client(self, client_oid: str) -> None:
        self._call("cancel_order", "", self.family.ccxt, clientOrderId=client_oid)

    def cancel_all(self) -> None:
        self._call("cancel_all_orders", self.family.ccxt)


def ccxt_order(row: Row) -> Order:
    """Read ccxt's row."""
    status = {"open": "open", "closed": "filled", "canceled": "cancelled"}[row["status"]]
    return Order(
        row["id"], row["clientOrderId"], row["side"], row["type"],
        row["price"] if row["type"] == "limit" else None, row["amount"], row["filled"], status,
    )  # fmt: skip


@dataclass(frozen=True)
class SdkDesk:
    """KuCoin's SDK on spot and margin, whose methods have the same names."""

    line: Line
    family: Family

    def _call(self, method: str, **fields: Any) -> Row:
        service = "spot" if self.family is SPOT else "margin"
        answer: Row = self.line(service, "order", method, symbol=self.family.symbol, **fields)
        return answer

    @property
    def _kind(self) -> Row:
        return {} if self.family is SPOT else {"tradeType": TRADE_TYPES[self.family.name]}

    def limit(self, side: str, price: str, size: str, client_oid: str = "", **options: Any) -> str:
        return self._place({"type": "limit", "side": side, "price": price, "size": size} | options, client_oid)

    def market(self, side: str, size: str) -> str:
        return self._place({"type": "market", "side": side, "size": size}, "")

    def _place(self, order: Row, client_oid: str) -> str:
        mode = {} if self.family is SPOT else {"isIsolated": self.family is ISOLATED}
        order_id: str = self._call("add_order", **order, **mode, clientOid=client_oid or oid())["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Order:
        return Order.of(self._call("get_order_by_order_id", orderId=order_id))

    def by_client(self, client_oid: str) -> Order:
        return Order.of(self._call("get_order_by_client_oid", clientOid=client_oid))

    def open(self) -> list[Order]:
        return [Order.of(row) for row in self._call("get_open_orders", **self._kind)["data"]]

    def done(self) -> list[Order]:
        return [Order.of(row) for row in self._call("get_closed_orders", **self._kind)["items"]]

    def fills(self) -> list[Fill]:
        return [Fill.of(row) for row in self._call("get_trade_history", **self._kind)["items"]]

    def cancel(self, order_id: str) -> None:
        self._call("cancel_order_by_order_id", orderId=order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self._call("cancel_order_by_client_oid", clientOid=client_oid)

    def cancel_all(self) -> None:
        self._call("cancel_all_orders_by_symbol", **self._kind)


@dataclass(frozen=True)
class SdkFuturesDesk:
    """KuCoin's SDK on futures."""

    line: Line
    family: Family

    def _call(self, method: str, **fields: Any) -> Row:
        answer: Row = self.line("futures", "order", method, **fields)
        return answer

    def limit(self, side: str, price: str, size: str, client_oid: str = "", **options: Any) -> str:
        return self._place({"type": "limit", "side": side, "price": price} | options, size, client_oid)

    def market(self, side: str, size: str) -> str:
        return self._place({"type": "market", "side": side}, size, "")

    def _place(self, order: Row, size: str, client_oid: str) -> str:
        fields = order | {"symbol": self.family.symbol, "size": int(size), "leverage": LEVERAGE}
        order_id: str = self._call("add_order", **fields, clientOid=client_oid or oid())["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Order:
        return Order.of(self._call("get_order_by_order_id", **{"order-id": order_id}))

    def by_client(self, client_oid: str) -> Order:
        return Order.of(self._call("get_order_by_client_oid", clientOid=client_oid))

    def open(self) -> list[Order]:
        return [Order.of(row) for row in self._list("active")]

    def done(self) -> list[Order]:
        return [Order.of(row) for row in self._list("done")]

    def _list(self, status: str) -> list[Row]:
        rows: list[Row] = self._call("get_order_list", status=status, symbol=self.family.symbol)["items"]
        return rows

    def fills(self) -> list[Fill]:
        return [Fill.of(row) for row in self._call("get_trade_history", symbol=self.family.symbol)["items"]]

    def cancel(self, order_id: str) -> None:
        self._call("cancel_order_by_id", orderId=order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self._call("cancel_order_by_client_oid", clientOid=client_oid, symbol=self.family.symbol)

    def cancel_all(self) -> None:
        self._call("cancel_all_orders_v3", symbol=self.family.symbol)


@dataclass(frozen=True)
class KucoinDesk:
    """python-kucoin on spot and margin: ``hf_`` and ``hf_margin_`` calls. Spot orders may go without a client id."""

    line: Line
    family: Family

    def _call(self, spot: str, margin: str, *arguments: Any, **named: Any) -> Any:
        return self.line(spot if self.family is SPOT else margin, *arguments, **named)

    @property
    def _kind(self) -> tuple[str, ...]:
        symbol = self.family.symbol
        return (symbol,) if self.family is SPOT else (symbol, TRADE_TYPES[self.family.name])

    def limit(self, side: str, price: str, size: str, client_oid: str = "", **options: Any) -> str:
        return self._place("limit", side, size, {"price": price, "client_oid": client_oid} | options)

    def market(self, side: str, size: str) -> str:
        return self._place("market", side, size, {})

    def _place(self, kind: str, side: str, size: str, options: Row) -> str:
        mode = {"is_isolated": True} if self.family is ISOLATED else {}
        placed = self._call(
            "hf_create_order", "hf_margin_create_order", self.family.symbol, kind, side, size, **mode, **options
        )
        order_id: str = placed["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Order:
        return Order.of(self._call("hf_get_order", "hf_margin_get_order", order_id, self.family.symbol))

    def by_client(self, client_oid: str) -> Order:
        names = ("hf_get_order_by_client_oid", "hf_get_margin_order_by_client_oid")
        return Order.of(self._call(*names, client_oid, self.family.symbol))

    def open(self) -> list[Order]:
        rows = self._call("hf_get_active_orders", "hf_margin_get_active_orders", *self._kind)
        return [Order.of(row) for row in rows]

    def done(self) -> list[Order]:
        rows = self._call("hf_get_completed_orders", "hf_margin_get_completed_orders", *self._kind)["items"]
        return [Order.of(row) for row in rows]

    def fills(self) -> list[Fill]:
        rows = self._call("hf_get_fills", "hf_margin_get_fills", *self._kind)["items"]
        return [Fill.of(row) for row in rows]

    def cancel(self, order_id: str) -> None:
        self._call("hf_cancel_order", "hf_margin_cancel_order", order_id, self.family.symbol)

    def cancel_by_client(self, client_oid: str) -> None:
        names = ("hf_cancel_order_by_client_oid", "hf_margin_cancel_order_by_client_oid")
        self._call(*names, client_oid, self.family.symbol)

    def cancel_all(self) -> None:
        self._call("hf_cancel_orders_by_symbol", "hf_margin_cancel_orders_by_symbol", *self._kind)


@dataclass(frozen=True)
class KucoinFuturesDesk:
    """python-kucoin on futures."""

    line: Line
    family: Family

    def limit(self, side: str, price: str, size: str, client_oid: str = "", **options: Any) -> str:
        return self._place("limit", side, size, {"price": price, "client_oid": client_oid} | options)

    def market(self, side: str, size: str) -> str:
        return self._place("market", side, size, {})

    def _place(self, kind: str, side: str, size: str, options: Row) -> str:
        placed = self.line(
            "futures_create_order", self.family.symbol, kind, side, int(size), leverage=LEVERAGE, **options
        )
        order_id: str = placed["orderId"]
        return order_id

    def by_id(self, order_id: str) -> Order:
        return Order.of(self.line("futures_get_order", order_id))

    def by_client(self, client_oid: str) -> Order:
        # what it takes by place it does not send; by the wire's name it does
        return Order.of(self.line("futures_get_order_by_client_oid", client_oid, clientOid=client_oid))

    def open(self) -> list[Order]:
        return [Order.of(row) for row in self.line("futures_get_orders", self.family.symbol, "active")["items"]]

    def done(self) -> list[Order]:
        return [Order.of(row) for row in self.line("futures_get_orders", self.family.symbol, "done")["items"]]

    def fills(self) -> list[Fill]:
        return [Fill.of(row) for row in self.line("futures_get_fills", self.family.symbol)["items"]]

    def cancel(self, order_id: str) -> None:
        self.line("futures_cancel_order", order_id)

    def cancel_by_client(self, client_oid: str) -> None:
        self.line("futures_cancel_order_by_client_oid", client_oid, self.family.symbol)

    def cancel_all(self) -> None:
        self.line("futures_cancel_all_orders", self.family.symbol)


_DESKS: dict[str, tuple[Callable[[Line, Family], Desk], Callable[[Line, Family], Desk]]] = {
    "ccxt": (CcxtDesk, CcxtDesk),
    "the SDK": (SdkDesk, SdkFuturesDesk),
    "python-kucoin": (KucoinDesk, KucoinFuturesDesk),
}


def desk(client: str, line: Line, family: Family) -> Desk:
    """Return ``client``'s calls for ``family``."""
    spot, futures = _DESKS[client]
    return (futures if family.futures else spot)(line, family)
