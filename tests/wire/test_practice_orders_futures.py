"""Trading futures over real sockets: orders, stops, positions, modes and margins, in KuCoin's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import Answer, Practice

D = Decimal
FLAT = "AVAXUSDTM"  # nobody holds a position here when a test begins
ORDERS = "/api/v1/orders"
ORDER = {
    *("id", "symbol", "type", "side", "price", "size", "value", "dealValue", "dealSize", "stp", "stop"),
    *("stopPriceType", "stopTriggered", "stopPrice", "timeInForce", "postOnly", "hidden", "iceberg", "leverage"),
    *("forceHold", "closeOrder", "visibleSize", "clientOid", "remark", "tags", "isActive", "cancelExist", "createdAt"),
    *("updatedAt", "endAt", "orderTime", "settleCurrency", "marginMode", "positionSide", "avgDealPrice", "filledSize"),
    *("filledValue", "status", "reduceOnly"),
}


class Desk:
    """One user's way to the futures host."""

    def __init__(self, practice: Practice, key: str = "") -> None:
        self.practice = practice
        self.key = key
        self.count = 0

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request, with a JSON body where there is one."""
        text = "" if body is None else json.dumps(body)
        return self.practice.send(method, path, futures=True, key=self.key, body=text)

    def post(self, path: str, **body: Any) -> Answer:
        """Send a JSON object."""
        return self.send("POST", path, body)

    def get(self, path: str) -> Any:
        """Return the data of a GET."""
        return self.practice.get(path, futures=True, key=self.key).data

    def body(self, **more: Any) -> dict[str, Any]:
        """An order of one lot, by default a buy far below the market."""
        self.count += 1
        oid = f"futures-{self.key}-{id(self)}-{self.count}"
        base = {"clientOid": oid, "symbol": FLAT, "side": "buy", "type": "limit", "size": 1, "leverage": 3}
        return base | {"price": self.price("0.7")} | more

    def place(self, path: str = ORDERS, **more: Any) -> Answer:
        """Place one."""
        return self.send("POST", path, self.body(**more))

    def market(self, **more: Any) -> Any:
        """Trade at once and return the finished order."""
        placed = self.place(type="market", price=None, **more).data
        return self.order(placed["orderId"])

    def price(self, share: str, symbol: str = FLAT) -> str:
        """A share of the mark price, on the tick."""
        return f"{D(self.practice.state()['marks'][symbol]) * D(share):.3f}"

    def order(self, order_id: str) -> Any:
        """One order."""
        return self.get(f"{ORDERS}/{order_id}")

    def position(self, symbol: str = FLAT) -> Any:
        """The one position of a contract."""
        (found,) = self.get(f"/api/v2/position?symbol={symbol}")
        return found

    def available(self) -> Decimal:
        """The USDT account's free money."""
        return D(str(self.get("/api/v1/account-overview?currency=USDT")["availableBalance"]))


@pytest.fixture
def desk(practice: Practice) -> Iterator[Desk]:
    """The default user, whose market stands still; what a test leaves behind on the contract is undone."""
    practice.clock(rate=0)
    found = Desk(practice)
    yield found
    found.send("DELETE", f"/api/v3/orders?symbol={FLAT}")
    found.send("DELETE", f"/api/v1/stopOrders?symbol={FLAT}")
    if found.get(f"/api/v2/position?symbol={FLAT}"):
        found.post(ORDERS, clientOid="put-right", symbol=FLAT, closeOrder=True, type="market")


def test_an_order_rests_and_is_found_by_both_names(desk: Desk) -> None:
    """Its margin is bound; lists tell done ones unless asked otherwise; cancelling gives the margin back."""
    free = desk.available()
    body = desk.body(remark="remark")
    placed = desk.send("POST", ORDERS, body).data
    assert placed["clientOid"] == body["clientOid"]
    order = desk.order(placed["orderId"])
    assert order.keys() == ORDER
    assert (order["status"], order["isActive"], order["stp"], order["stop"]) == ("open", True, "", "")
    assert (order["size"], order["leverage"], order["marginMode"], order["endAt"]) == (1, "3", "ISOLATED", None)
    assert desk.get(f"{ORDERS}/byClientOid?clientOid={body['clientOid']}") == order
    assert order in desk.get(f"{ORDERS}?status=active&symbol={FLAT}")["items"]
    assert order not in desk.get(f"{ORDERS}?symbol={FLAT}")["items"]
    value = desk.get(f"/api/v1/openOrderStatistics?symbol={FLAT}")
    assert (value["openOrderBuySize"], value["openOrderBuyCost"]) == (1, order["value"])
    assert desk.available() < free
    assert desk.send("DELETE", f"{ORDERS}/{order['id']}").data == {"cancelledOrderIds": [order["id"]]}
    ended = desk.order(order["id"])
    assert (ended["status"], ended["cancelExist"], ended["filledSize"]) == ("done", True, 0)
    assert ended in desk.get(f"{ORDERS}?symbol={FLAT}")["items"]
    assert ended in desk.get("/api/v1/recentDoneOrders")
    assert desk.available() == free


def test_a_position_opens_and_closes_and_everything_agrees(desk: Desk) -> None:
    """Order, fills, position, history and ledger tell of the same two trades."""
    opened = desk.market(size=20, leverage=4)
    assert (opened["filledSize"], opened["status"], opened["cancelExist"]) == (20, "done", False)
    position = desk.position()
    assert (position["currentQty"], position["leverage"], position["marginMode"]) == (20, 4, "ISOLATED")
    assert position["avgEntryPrice"] == pytest.approx(float(opened["avgDealPrice"]), abs=1e-3)
    fills = desk.get(f"/api/v1/fills?orderId={opened['id']}")["items"]
    assert sum(fill["size"] for fill in fills) == 20
    assert {(fill["liquidity"], fill["tradeType"], fill["closeFeePay"]) for fill in fills} == {("taker", "trade", "0")}
    assert fills[0] in desk.get(f"/api/v1/recentFills?symbol={FLAT}")
    closed = desk.post(ORDERS, clientOid="close-all", symbol=FLAT, closeOrder=True, type="market").data
    assert desk.get(f"/api/v2/position?symbol={FLAT}") == []
    ended = desk.get(f"/api/v1/history-positions?symbol={FLAT}")["items"][0]
    assert ended["type"] == "CLOSE_LONG"
    rows = desk.get("/api/v1/transaction-history?currency=USDT&maxCount=100")["dataList"]
    mine = [D(str(row["amount"])) for row in rows if row["remark"] == FLAT and row["time"] >= ended["openTime"]]
    assert D(ended["pnl"]) == sum(mine)
    fees = [D(fill["fee"]) for each in (opened["id"], closed["orderId"]) for fill in fill_rows(desk, each)]
    assert D(ended["tradeFee"]) == sum(fees)


def fill_rows(desk: Desk, order_id: str) -> list[Any]:
    """The fills of an order."""
    rows: list[Any] = desk.get(f"/api/v1/fills?orderId={order_id}")["items"]
    return rows


def test_a_batch_answers_for_each(desk: Desk) -> None:
    """Placed by a bare list, cancelled by a body on DELETE, each row with its code."""
    rows = [desk.body(), desk.body(size=0), desk.body(symbol="NOCONTRACT")]
    good, small, unknown = desk.send("POST", f"{ORDERS}/multi", rows).data
    assert (good["code"], good["msg"], good["symbol"]) == ("200000", "success", FLAT)
    assert small == {
        "orderId": None,
        "clientOid": rows[1]["clientOid"],
        "symbol": FLAT,
        "code": "100001",
        "msg": "Order size below the minimum requirement.",
    }
    assert unknown["code"] == "404000"
    ended, missing = desk.send("DELETE", f"{ORDERS}/multi-cancel", {"orderIdsList": [good["orderId"], "1"]}).data
    assert ended == {"orderId": good["orderId"], "clientOid": None, "code": "200", "msg": "success"}
    assert missing["code"] == "100004"
    named = desk.body()
    desk.send("POST", ORDERS, named)
    wanted = {"clientOidsList": [{"symbol": FLAT, "clientOid": named["clientOid"]}]}
    (row,) = desk.send("DELETE", f"{ORDERS}/multi-cancel", wanted).data
    assert (row["clientOid"], row["code"]) == (named["clientOid"], "200")


@pytest.mark.parametrize("path", ["/api/v3/orders", "/api/v1/orders"])
def test_all_orders_of_a_contract_end_together(desk: Desk, path: str) -> None:
    """By the new path and by the old one; stops stay."""
    ids = {desk.place().data["orderId"] for _ in range(2)}
    stop = desk.place(stop="down", stopPriceType="MP", stopPrice=desk.price("0.8")).data["orderId"]
    assert set(desk.send("DELETE", f"{path}?symbol={FLAT}").data["cancelledOrderIds"]) == ids
    waiting = desk.get(f"/api/v1/stopOrders?symbol={FLAT}")["items"]
    assert [row["id"] for row in waiting] == [stop]
    assert (waiting[0]["stop"], waiting[0]["stopPriceType"], waiting[0]["status"]) == ("down", "MP", "open")
    assert desk.get(f"{ORDERS}/byClientOid?clientOid={waiting[0]['clientOid']}") == waiting[0]
    assert desk.send("DELETE", f"/api/v1/stopOrders?symbol={FLAT}").data == {"cancelledOrderIds": [stop]}
    assert desk.order(stop)["cancelExist"]


def test_take_profit_and_stop_loss_wait_for_the_position(desk: Desk) -> None:
    """The order fills, and two stops that only close wait on either side; cancelling one ends both."""
    up, down = desk.price("1.2"), desk.price("0.8")
    prices = {"triggerStopUpPrice": up, "triggerStopDownPrice": down, "stopPriceType": "TP"}
    placed = desk.place("/api/v1/st-orders", type="market", price=None, size=2, **prices).data
    assert desk.order(placed["orderId"])["status"] == "done"
    stops = desk.get(f"/api/v1/stopOrders?symbol={FLAT}")["items"]
    assert {(row["stop"], D(row["stopPrice"])) for row in stops} == {("up", D(up)), ("down", D(down))}
    assert {(row["side"], row["size"], row["reduceOnly"]) for row in stops} == {("sell", 2, True)}
    assert len(desk.send("DELETE", f"{ORDERS}/{stops[0]['id']}").data["cancelledOrderIds"]) == 2


def test_a_test_order_places_nothing(desk: Desk) -> None:
    """It is refused like a real one, or answered with an id that belongs to nothing."""
    told = desk.place(f"{ORDERS}/test").data
    assert desk.practice.get(f"{ORDERS}/{told['orderId']}", futures=True).code == "100001"
    assert desk.place(f"{ORDERS}/test", size=400_000).code == "300005"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"symbol": "NOCONTRACT"}, "404000", "The contract information you requested does not exist."),
    ({"hidden": True}, "400413", "Invaild order type"),
    ({"marginMode": "CROSS"}, "330005", "The order's margin mode does not match the selected one."),
    ({"positionSide": "LONG"}, "330012", "The positionSide LONG does not fit"),
    ({"size": 0}, "100001", "Order size below the minimum requirement."),
    ({"size": 1.5}, "100003", "The size must be a multiple of 1."),
    ({"price": "10.0001"}, "100003", "The price must be a multiple of 0.001."),
    ({"price": "1000000"}, "300011", "The order price cannot be higher than"),
    ({"leverage": 100}, "300016", "The leverage cannot be greater than 75."),
    ({"size": 40_000, "leverage": 1}, "300003", "Balance not enough, please first deposit at least 2 USDT"),
    ({"reduceOnly": True}, "300009", "No open positions to close."),
    ({"timeInForce": "FOK"}, "100001", "Parameter error: timeInForce"),
    ({"clientOid": "white space"}, "100001", "clientOid must be"),
    ({"side": "both"}, "100001", "side is invalid"),
]


@pytest.mark.parametrize(("change", "code", "text"), REFUSED)
def test_a_wrong_order_is_refused_in_kucoins_words(desk: Desk, change: dict[str, Any], code: str, text: str) -> None:
    """HTTP 200, code and text."""
    answer = desk.place(**change)
    assert (answer.status, answer.code) == (200, code), answer.body
    assert answer.body["msg"].startswith(text)


def test_a_name_is_refused_while_its_order_lives(desk: Desk) -> None:
    """300018, and free again afterwards."""
    body = desk.body()
    first = desk.send("POST", ORDERS, body).data["orderId"]
    assert desk.send("POST", ORDERS, body).body == {"code": "300018", "msg": "clientOid parameter repeated"}
    path = f"{ORDERS}/client-order/{body['clientOid']}?symbol={FLAT}"
    assert desk.send("DELETE", path).data == {"clientOid": body["clientOid"]}
    assert desk.send("DELETE", path).body == {"code": "100004", "msg": "The order cannot be canceled."}
    assert desk.send("POST", ORDERS, body).data["orderId"] != first


def test_margin_moves_in_and_out_of_a_position(desk: Desk) -> None:
    """A deposit counts once; no more comes out than the position can spare."""
    desk.market(size=20, leverage=4)
    before = desk.position()["posMargin"]
    deposit = {"symbol": FLAT, "margin": 3, "bizNo": f"once-{id(desk)}"}
    told = desk.post("/api/v1/position/margin/deposit-margin", **deposit).data
    assert told["posMargin"] == pytest.approx(before + 3)
    assert desk.post("/api/v1/position/margin/deposit-margin", **deposit).code == "100001"
    assert desk.post("/api/v1/margin/withdrawMargin", symbol=FLAT, withdrawAmount="2").data == "2"
    assert desk.position()["posMargin"] == pytest.approx(before + 1)
    most = desk.get(f"/api/v1/margin/maxWithdrawMargin?symbol={FLAT}")
    more = str(D(most) + 1)
    assert desk.post("/api/v1/margin/withdrawMargin", symbol=FLAT, withdrawAmount=more).code == "300000"


def test_modes_and_leverage_are_chosen(desk: Desk) -> None:
    """By contract where nothing is open on it; the position mode only where nothing is open at all."""
    mode = "/api/v2/position/changeMarginMode"
    told = {"symbol": FLAT, "marginMode": "CROSS"}
    assert desk.post(mode, **told).data == told == desk.get(f"/api/v2/position/getMarginMode?symbol={FLAT}")
    assert desk.post("/api/v2/changeCrossUserLeverage", symbol=FLAT, leverage="7").data is True
    assert desk.get(f"/api/v2/getCrossUserLeverage?symbol={FLAT}") == {"symbol": FLAT, "leverage": "7"}
    crossed = desk.market(marginMode="CROSS", size=5)
    assert (crossed["marginMode"], crossed["leverage"]) == ("CROSS", "7")
    assert "posMaint" not in desk.position()
    assert desk.post(mode, symbol=FLAT, marginMode="ISOLATED").code == "300000"
    batch = desk.post("/api/v2/position/batchChangeMarginMode", marginMode="ISOLATED", symbols=[FLAT, "SUIUSDTM"]).data
    assert batch["marginMode"] == {FLAT: "CROSS", "SUIUSDTM": "ISOLATED"}
    assert batch["errors"] == [{"code": "50002", "msg": "exist.order.or.position", "symbol": FLAT}]
    desk.post(ORDERS, clientOid="close-cross", symbol=FLAT, closeOrder=True, type="market")
    assert desk.post(mode, symbol=FLAT, marginMode="ISOLATED").code == "200000"
    assert desk.post("/api/v2/position/switchPositionMode", positionMode="1").code == "300000"
    empty = Desk(desk.practice, "empty")
    assert empty.post("/api/v2/position/switchPositionMode", positionMode="1").data == {"positionMode": 1}
    assert empty.get("/api/v2/position/getPositionMode") == {"positionMode": 1}
    assert empty.place().code == "330011"
    assert empty.post("/api/v2/position/switchPositionMode", positionMode="0").data == {"positionMode": 0}


def test_a_higher_tier_is_chosen(desk: Desk) -> None:
    """It ends the open orders; a level that there is not is refused."""
    path = "/api/v1/position/risk-limit-level/change"
    placed = desk.place().data["orderId"]
    assert desk.post(path, symbol=FLAT, level=2).data is True
    assert desk.order(placed)["status"] == "done"
    assert desk.post(path, symbol=FLAT, level=99).code == "100005"
    assert desk.post(path, symbol=FLAT, level=1).data is True


def test_a_reading_key_does_not_trade(desk: Desk) -> None:
    """General reads; Futures trades."""
    reader = Desk(desk.practice, "general")
    assert reader.place().code == "400007"
    assert reader.practice.get(f"{ORDERS}?status=active", futures=True, key="general").code == "200000"
