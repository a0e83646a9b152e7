"""Conditional orders by each client: stops on spot and futures, OCO, stops on margin.

They have an exchange of their own. The SDK takes the stop price of a finished futures order for a whole number, and
where one has a fraction it returns an empty list of finished orders: other tests could not read theirs any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.strangers.trade_desks import oid
from tests.strangers.trade_floor import Floor, rows
from tests.strangers.trade_line import SCRIPTS, Line, Refused, lines_to
from tests.strangers.trade_stops import Stop, StopDesk, stop_desk
from tests.strangers.trade_terms import CROSS, FAMILIES, FUTURES, SPOT, Family

Lines = dict[str, Line]
WAITING = {
    SPOT.name: f"/api/v1/stop-order?symbol={SPOT.symbol}",
    FUTURES.name: f"/api/v1/stopOrders?symbol={FUTURES.symbol}",
}


@pytest.fixture(scope="module")
def trading_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """An exchange for these tests alone."""
    with Floor.opened(tmp_path_factory.mktemp("floor")) as opened:
        yield opened


@pytest.fixture(scope="module")
def lines(trading_floor: Floor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lines]:
    """A line from there to each client."""
    with lines_to(trading_floor.exchange, tmp_path_factory.mktemp("lines")) as lines:
        yield lines


@dataclass(frozen=True)
class Waiter:
    """One client's stops on one market, and the floor that it stands on."""

    family: Family
    floor: Floor
    desk: StopDesk

    def place(self, client_oid: str = "") -> str:
        """Let an order wait for a price below the market, to sell a little lower."""
        away = self.floor.away
        return self.desk.place("sell", away(self.family, "buy"), away(self.family, "buy", "0.045"), client_oid or oid())

    def truth(self) -> list[Stop]:
        """Return what waits by a bare request."""
        return [Stop.of(row) for row in rows(self.floor.get(WAITING[self.family.name], futures=self.family.futures))]


@pytest.fixture
def waiter(request: pytest.FixtureRequest, floor: Floor, lines: Lines) -> Waiter:
    """One client on one market."""
    client, name = request.param
    return Waiter(FAMILIES[name], floor, stop_desk(client, lines[client], FAMILIES[name]))


every = pytest.mark.parametrize(
    "waiter", [(client, name) for client in SCRIPTS for name in WAITING], indirect=True, ids="-".join
)


@every
def test_a_stop_is_found(waiter: Waiter) -> None:
    """By its id, by the client's own and in the list it is the same, and it is what was ordered; no order rests."""
    family, client_oid = waiter.family, oid()
    stop_price, price = waiter.floor.away(family, "buy"), waiter.floor.away(family, "buy", "0.045")
    order_id = waiter.desk.place("sell", stop_price, price, client_oid)
    ordered = Stop(order_id, client_oid, "sell", float(stop_price), float(price), float(family.lot))
    assert waiter.truth() == [ordered]
    assert waiter.desk.by_id(order_id) == ordered
    assert waiter.desk.by_client(client_oid) == ordered
    assert waiter.desk.listed() == [ordered]
    assert waiter.floor.orders(family, "open") == []


@every
@pytest.mark.parametrize("how", ["cancel", "cancel_by_client", "cancel_all"])
def test_a_stop_is_cancelled(waiter: Waiter, how: str) -> None:
    """Nothing waits any more, for the client and for a bare request."""
    waiter.place()
    (stop,) = waiter.truth()
    arguments = {"cancel": [stop.id], "cancel_by_client": [stop.client_oid], "cancel_all": []}
    getattr(waiter.desk, how)(*arguments[how])
    assert waiter.desk.listed() == waiter.truth() == []


@every
def test_a_stop_becomes_an_order_when_its_price_is_traded(waiter: Waiter) -> None:
    """A trade above leaves it waiting; the market falls to it, and the order rests at its price and waits no more."""
    family, floor = waiter.family, waiter.floor
    floor.trade(family)
    price = floor.away(family, "sell")
    waiter.desk.place("sell", floor.bids[family.symbol], price, oid())
    floor.trade(family)
    assert len(waiter.truth()) == 1
    assert floor.orders(family, "open") == []
    floor.fall(family)
    (order,) = floor.orders(family, "open")
    assert (order.side, order.price, order.size) == ("sell", float(price), float(family.lot))
    assert waiter.desk.listed() == waiter.truth() == []


Call = Callable[..., Any]
OCO: dict[str, dict[str, Call]] = {
    "the SDK": {
        "place": lambda line, price, stop, limit, own: line(
            *("spot", "order", "add_oco_order"),
            clientOid=own, side="sell", symbol=SPOT.symbol, size="2", price=price, stopPrice=stop, limitPrice=limit,
        )["orderId"],
        "by id": lambda line, one: line("spot", "order", "get_oco_order_by_order_id", orderId=one),
        "by client id": lambda line, own: line("spot", "order", "get_oco_order_by_client_oid", clientOid=own),
        "detail": lambda line, one: line("spot", "order", "get_oco_order_detail_by_order_id", orderId=one),
        "list": lambda line: line("spot", "order", "get_oco_order_list", symbol=SPOT.symbol)["items"],
        "cancel": lambda line, one, _: line("spot", "order", "cancel_oco_order_by_order_id", orderId=one),
        "cancel by client id": lambda line, _, own: line(
            "spot", "order", "cancel_oco_order_by_client_oid", clientOid=own
        ),
        "cancel all": lambda line, *_: line("spot", "order", "batch_cancel_oco_orders", symbol=SPOT.symbol),
    },
    "python-kucoin": {
        "place": lambda line, price, stop, limit, own: line(
            "oco_create_order", SPOT.symbol, "sell", "2", price, stop, limit, client_oid=own
        )["orderId"],
        "by id": lambda line, one: line("oco_get_order_info", one),
        "by client id": lambda line, own: line("oco_get_order_by_client_oid", own),
        "detail": lambda line, one: line("oco_get_order", one),
        "list": lambda line: line("oco_get_orders", SPOT.symbol)["items"],
        "cancel": lambda line, one, _: line("oco_cancel_order", one),
        "cancel by client id": lambda line, _, own: line("oco_cancel_order_by_client_oid", own),
        "cancel all": lambda line, *_: line("oco_cancel_all_orders", SPOT.symbol),
    },
}  # fmt: skip


def _oco(floor: Floor, client: str, line: Line, own: str) -> tuple[str, tuple[str, str, str]]:
    """Let the client place an OCO; return its id and its three prices."""
    prices = (floor.away(SPOT, "sell"), floor.away(SPOT, "buy"), floor.away(SPOT, "buy", "0.045"))
    return OCO[client]["place"](line, *prices, own), prices


@pytest.mark.parametrize("client", OCO)
def test_an_oco_is_found(client: str, floor: Floor, lines: Lines) -> None:
    """By either id and in the list it is the same; its two legs stand at the prices that were ordered."""
    line, own = lines[client], oid()
    order_id, (price, stop, limit) = _oco(floor, client, line, own)
    truth = floor.get(f"/api/v3/oco/order/{order_id}")
    assert (truth["orderId"], truth["clientOid"], truth["status"]) == (order_id, own, "NEW")
    assert OCO[client]["by id"](line, order_id) == truth
    assert OCO[client]["by client id"](line, own) == truth
    assert truth in OCO[client]["list"](line)
    legs = OCO[client]["detail"](line, order_id)["orders"]
    told = {(float(leg["stopPrice"]), float(leg["price"]), leg["side"], float(leg["size"])) for leg in legs}
    assert told == {(float(price), float(price), "sell", 2.0), (float(stop), float(limit), "sell", 2.0)}


@pytest.mark.parametrize("client", OCO)
@pytest.mark.parametrize("how", ["cancel", "cancel by client id", "cancel all"])
def test_an_oco_is_cancelled(client: str, how: str, floor: Floor, lines: Lines) -> None:
    """Both legs are gone, and the client is told their ids."""
    own = oid()
    order_id, _ = _oco(floor, client, lines[client], own)
    legs = [leg["id"] for leg in floor.get(f"/api/v3/oco/order/details/{order_id}")["orders"]]
    assert sorted(floor.exchange.state()["users"]["main"]["stops"]) == sorted(legs)
    told = OCO[client][how](lines[client], order_id, own)
    assert sorted(told["cancelledOrderIds"]) == sorted(legs)
    assert floor.get(f"/api/v3/oco/order/{order_id}")["status"] == "CANCELLED"
    assert floor.exchange.state()["users"]["main"]["stops"] == []


def test_a_hidden_stop_is_refused(floor: Floor, lines: Lines) -> None:
    """400413, as for an order; the SDK's ``false`` on every stop is none."""
    prices = {"stopPrice": floor.away(SPOT, "buy"), "price": floor.away(SPOT, "buy", "0.045")}
    order = prices | {"symbol": SPOT.symbol, "type": "limit", "side": "sell", "size": SPOT.lot, "clientOid": oid()}
    with pytest.raises(Refused, match="400413"):
        lines["the SDK"]("spot", "order", "add_stop_order", **order, hidden=True)
    assert floor.exchange.state()["users"]["main"]["stops"] == []


def test_ccxt_has_stops_on_margin(floor: Floor, lines: Lines) -> None:
    """Cross margin has its own list, from which ccxt takes and cancels it; the others have no such call."""
    line, mode = lines["ccxt"], {"marginMode": "cross", "trigger": True}
    stop_price, price = floor.away(CROSS, "buy"), floor.away(CROSS, "buy", "0.045")
    wait = {"marginMode": "cross", "triggerPrice": float(stop_price)}
    placed = line("spot", "create_order", CROSS.ccxt, "limit", "sell", 2.0, float(price), wait)["id"]
    (row,) = floor.get(f"/api/v3/hf/margin/stop-orders?symbol={CROSS.symbol}")["items"]
    assert (row["id"], row["tradeType"], float(row["stopPrice"])) == (placed, "MARGIN_TRADE", float(stop_price))
    (seen,) = line("spot", "fetch_open_orders", CROSS.ccxt, None, None, mode)
    assert (seen["id"], seen["triggerPrice"], seen["price"]) == (placed, float(stop_price), float(price))
    line("spot", "cancel_order", placed, CROSS.ccxt, mode)
    assert floor.get(f"/api/v3/hf/margin/stop-orders?symbol={CROSS.symbol}")["items"] == []
