"""What is compared: an order and a fill, whoever tells of them, and the markets that are traded on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

Row = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """An order. Amounts as numbers; ``status`` is open, filled or cancelled."""

    id: str
    client_oid: str | None
    side: str
    kind: str
    price: float | None
    size: float
    filled: float
    status: str

    @classmethod
    def of(cls, row: Row) -> Order:
        """Read KuCoin's row, of spot and margin or of futures: some names differ."""
        active, filled = ("isActive", "filledSize") if "isActive" in row else ("active", "dealSize")
        return cls(
            id=row["id"],
            client_oid=row["clientOid"],
            side=row["side"],
            kind=row["type"],
            price=float(row["price"]) if row["type"] == "limit" else None,
            size=float(row["size"]),
            filled=float(row[filled]),
            status="open" if row[active] else "cancelled" if row["cancelExist"] else "filled",
        )


@dataclass(frozen=True)
class Fill:
    """One side of a trade."""

    trade: str
    order: str
    side: str
    price: float
    size: float
    fee: float
    fee_currency: str
    liquidity: str

    @classmethod
    def of(cls, row: Row) -> Fill:
        """Read KuCoin's row."""
        return cls(
            trade=str(row["tradeId"]),
            order=row["orderId"],
            side=row["side"],
            price=float(row["price"]),
            size=float(row["size"]),
            fee=float(row["fee"]),
            fee_currency=row["feeCurrency"],
            liquidity=row["liquidity"],
        )


@dataclass(frozen=True)
class Family:
    """A kind of trading and where it is tried out.

    Attributes:
        symbol, ccxt: KuCoin's name of the market, and ccxt's.
        lot: The size that orders here have.
        account, tag: The account that pays, by the names of the exchange's true state.
        paths: Where an order is read by its id, and the open ones, the finished ones and the fills.
        poor: The code of an order that nothing pays for.
        repeated: The code of a client id that lives already.
    """

    name: str
    symbol: str
    ccxt: str
    lot: str
    account: str
    paths: dict[str, str]
    poor: str
    repeated: str
    tag: str = ""

    @property
    def futures(self) -> bool:
        """Whether it lives on the futures host."""
        return self.name == "futures"

    def at(self, symbol: str, ccxt: str) -> Family:
        """Return the same kind of trading on another market."""
        return replace(self, symbol=symbol, ccxt=ccxt)


def _margin(trade_type: str) -> dict[str, str]:
    query = f"symbol=LINK-USDT&tradeType={trade_type}"
    return {
        "order": "/api/v3/hf/margin/orders/{id}?symbol=LINK-USDT",
        "open": f"/api/v3/hf/margin/orders/active?{query}",
        "done": f"/api/v3/hf/margin/orders/done?{query}",
        "fills": f"/api/v3/hf/margin/fills?{query}",
    }


SPOT = Family(
    name="spot",
    symbol="LINK-USDT",
    ccxt="LINK/USDT",
    lot="2",
    account="trade",
    paths={
        "order": "/api/v1/hf/orders/{id}?symbol=LINK-USDT",
        "open": "/api/v1/hf/orders/active?symbol=LINK-USDT",
        "done": "/api/v1/hf/orders/done?symbol=LINK-USDT",
        "fills": "/api/v1/hf/fills?symbol=LINK-USDT",
    },
    poor="200004",
    repeated="400100",
)
CROSS = Family(
    name="cross",
    symbol="LINK-USDT",
    ccxt="LINK/USDT",
    lot="2",
    account="cross",
    paths=_margin("MARGIN_TRADE"),
    poor="126013",
    repeated="126044",
)
ISOLATED = Family(
    name="isolated",
    symbol="LINK-USDT",
    ccxt="LINK/USDT",
    lot="2",
    account="isolated",
    paths=_margin("MARGIN_ISOLATED_TRADE"),
    poor="126013",
    repeated="126044",
    tag="LINK-USDT",
)
FUTURES = Family(
    name="futures",
    symbol="TAOUSDTM",
    ccxt="TAO/USDT:USDT",
    lot="3",
    account="futures",
    paths={
        "order": "/api/v1/orders/{id}",
        "open": "/api/v1/orders?status=active&symbol=TAOUSDTM",
        "done": "/api/v1/orders?status=done&symbol=TAOUSDTM",
        "fills": "/api/v1/fills?symbol=TAOUSDTM",
    },
    poor="300003",
    repeated="300018",
)
FAMILIES = {family.name: family for family in (SPOT, CROSS, ISOLATED, FUTURES)}


class Desk(Protocol):
    """One client on one family's market, in this folder's terms. ``options`` are the client's own."""

    def limit(self, side: str, price: str, size: str, client_oid: str = "", **options: Any) -> str:
        """Place a limit order and return its id."""
        ...

    def market(self, side: str, size: str) -> str:
        """Place a market order and return its id."""
        ...

    def by_id(self, order_id: str) -> Order:
        """Read an order."""
        ...

    def by_client(self, client_oid: str) -> Order:
        """Read an order by the client's own id."""
        ...

    def open(self) -> list[Order]:
        """List what rests."""
        ...

    def done(self) -> list[Order]:
        """List what is finished."""
        ...

    def fills(self) -> list[Fill]:
        """List fills."""
        ...

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        ...

    def cancel_by_client(self, client_oid: str) -> None:
        """Cancel an order by the client's own id."""
        ...

    def cancel_all(self) -> None:
        """Cancel what rests on the symbol."""
        ...
