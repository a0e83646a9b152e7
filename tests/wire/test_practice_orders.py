"""Trading spot over real sockets: what is placed, found, changed, cancelled and refused, in KuCoin's words."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from http.client import HTTPException
from typing import Any

import pytest

from tests.conftest import Answer, Practice

D = Decimal
PAIR = "BTC-USDT"
HF = "/api/v1/hf/orders"
# Every field of an order, as KuCoin tells it.
ORDER = {
    *("id", "clientOid", "symbol", "opType", "type", "side", "price", "size", "funds", "dealSize", "dealFunds"),
    *("remainSize", "remainFunds", "cancelledSize", "cancelledFunds", "fee", "feeCurrency", "stp", "stop"),
    *("stopTriggered", "stopPrice", "timeInForce", "postOnly", "hidden", "iceberg", "visibleSize", "cancelAfter"),
    *("channel", "remark", "tags", "cancelExist", "tradeType", "inOrderBook", "active", "tax", "createdAt"),
    "lastUpdatedAt",
}


class Desk:
    """One user's way to the exchange."""

    def __init__(self, practice: Practice, key: str = "") -> None:
        self.practice = practice
        self.key = key

    def post(self, path: str, **body: Any) -> Answer:
        """Send a JSON object."""
        return self.practice.send("POST", path, key=self.key, body=json.dumps(body))

    def delete(self, path: str) -> Answer:
        """Send a DELETE."""
        return self.practice.send("DELETE", path, key=self.key)

    def get(self, path: str) -> Any:
        """Return the data of a GET."""
        return self.practice.get(path, key=self.key).data

    def price(self, symbol: str = PAIR, share: str = "1") -> str:
        """A share of the last price, on the tick of a tenth."""
        return f"{D(self.practice.state()['last'][symbol]) * D(share):.1f}"

    def limit(self, share: str = "0.7", path: str = HF, **more: Any) -> Answer:
        """Place a buy, by default far below the market."""
        order = {"symbol": PAIR, "side": "buy", "type": "limit", "price": self.price(share=share), "size": "0.001"}
        return self.post(path, **(order | more))

    def order(self, order_id: str) -> Any:
        """One order."""
        return self.get(f"{HF}/{order_id}?symbol={PAIR}")

    def holds(self, currency: str = "USDT") -> Decimal:
        """What is on hold in the spot account."""
        (row,) = self.get(f"/api/v1/accounts?type=trade&currency={currency}")
        return D(row["holds"])


@pytest.fixture
def desk(practice: Practice) -> Iterator[Desk]:
    """The default user, whose market stands still; what a test leaves behind on the pair is cancelled."""
    practice.clock(rate=0)
    found = Desk(practice)
    yield found
    ours = [row for row in found.get(f"{HF}/active?symbol={PAIR}") if row["size"] == "0.001"]
    for row in ours:
        found.delete(f"{HF}/{row['id']}?symbol={PAIR}")


def test_an_order_rests_and_is_found_by_both_names(desk: Desk) -> None:
    """Its funds with the fee are on hold, every field is there, and cancelling gives all of it back."""
    held = desk.holds()
    placed = desk.limit(clientOid="my-order-1", remark="remark").data
    assert placed["clientOid"] == "my-order-1"
    order = desk.order(placed["orderId"])
    assert order.keys() == ORDER
    assert order == desk.get(f"{HF}/client-order/my-order-1?symbol={PAIR}")
    assert order in desk.get(f"{HF}/active?symbol={PAIR}")
    assert order in desk.get(f"{HF}/active/page?symbol={PAIR}")["items"]
    assert PAIR in desk.get(f"{HF}/active/symbols")["symbols"]
    assert (order["active"], order["inOrderBook"], order["cancelExist"]) == (True, True, False)
    assert (order["stp"], order["stop"], order["remark"], order["tags"]) == (None, None, "remark", None)
    assert desk.holds() - held == D(order["price"]) * D("0.001") * D("1.001")
    assert desk.delete(f"{HF}/client-order/my-order-1?symbol={PAIR}").data == {"clientOid": "my-order-1"}
    ended = desk.order(placed["orderId"])
    assert (ended["active"], ended["cancelExist"], ended["cancelledSize"]) == (False, True, "0.001")
    assert desk.get(f"{HF}/done?symbol={PAIR}&limit=1")["items"] == [ended]
    assert desk.holds() == held


def test_a_market_order_fills_and_everything_agrees(desk: Desk) -> None:
    """Order, fill, ledger and balances tell of one trade; a filled market order was not cancelled."""
    before = {row["currency"]: D(row["balance"]) for row in desk.get("/api/v1/accounts?type=trade")}
    placed = desk.post(f"{HF}/sync", symbol=PAIR, side="buy", type="market", size="0.002").data
    assert (placed["status"], placed["dealSize"], placed["remainSize"]) == ("done", "0.002", "0")
    order = desk.order(placed["orderId"])
    assert (order["active"], order["cancelExist"], order["price"]) == (False, False, "0")
    fills = desk.get(f"/api/v1/hf/fills?symbol={PAIR}&orderId={order['id']}")["items"]
    assert sum(D(fill["size"]) for fill in fills) == D("0.002")
    assert sum(D(fill["funds"]) for fill in fills) == D(order["dealFunds"])
    assert sum(D(fill["fee"]) for fill in fills) == D(order["fee"])
    assert all(D(fill["fee"]) == D(fill["funds"]) * D(fill["feeRate"]) for fill in fills)
    assert {fill["liquidity"] for fill in fills} == {"taker"}
    after = {row["currency"]: D(row["balance"]) for row in desk.get("/api/v1/accounts?type=trade")}
    assert after["BTC"] - before["BTC"] == D("0.002")
    assert before["USDT"] - after["USDT"] == D(order["dealFunds"]) + D(order["fee"])
    rows = desk.get("/api/v1/hf/accounts/ledgers?limit=20")
    mine = [row for row in rows if row["context"] and json.loads(row["context"])["orderId"] == order["id"]]
    assert len(mine) == 2 * len(fills)
    assert {row["bizType"] for row in mine} == {"TRADE_EXCHANGE"}


def test_funds_buy_as_much_as_they_can(desk: Desk) -> None:
    """A market buy by funds is filled, not cancelled, though a rest smaller than a step stays."""
    placed = desk.post(HF, symbol=PAIR, side="buy", type="market", funds="150").data
    order = desk.order(placed["orderId"])
    assert (order["size"], order["funds"], order["cancelExist"]) == ("0", "150", False)
    assert 0 <= D("150") - D(order["dealFunds"]) == D(order["remainFunds"]) < 1


def test_an_amended_order_is_a_new_one(desk: Desk) -> None:
    """New id, same name, new price and size; the old one was cancelled."""
    old = desk.limit(clientOid="to-amend").data["orderId"]
    price = desk.price(share="0.6")
    new = desk.post(f"{HF}/alter", symbol=PAIR, orderId=old, newPrice=price, newSize="0.0015").data
    assert new["clientOid"] == "to-amend"
    assert new["newOrderId"] != old
    order = desk.order(new["newOrderId"])
    assert (order["price"], order["size"]) == (order["price"], "0.0015")
    assert D(order["price"]) == D(price)
    assert desk.order(old)["cancelExist"]
    assert desk.delete(f"{HF}/sync/{new['newOrderId']}?symbol={PAIR}").data == {
        "orderId": new["newOrderId"],
        "originSize": "0.0015",
        "dealSize": "0",
        "remainSize": "0",
        "canceledSize": "0.0015",
        "status": "done",
    }


def test_a_part_is_cancelled_and_the_rest_stands(desk: Desk) -> None:
    """The rest keeps its id, its place and its hold."""
    placed = desk.limit().data["orderId"]
    told = desk.delete(f"{HF}/cancel/{placed}?symbol={PAIR}&cancelSize=0.0004").data
    assert told == {"orderId": placed, "cancelSize": "0.0004"}
    order = desk.order(placed)
    assert (order["active"], order["remainSize"], order["cancelledSize"]) == (True, "0.0006", "0.0004")


def test_a_batch_answers_for_each(desk: Desk) -> None:
    """One is placed, the other says why not; the waiting form tells what became of it."""
    rows = [
        {"symbol": PAIR, "side": "buy", "type": "limit", "price": desk.price(share="0.7"), "size": size}
        for size in ("0.001", "0.000001")
    ]
    good, bad = desk.post(f"{HF}/multi", orderList=rows).data
    assert good["success"] is True
    assert bad == {"success": False, "failMsg": "Order size below the minimum requirement."}
    good, bad = desk.post(f"{HF}/multi/sync", orderList=rows).data
    assert (good["status"], good["originSize"], good["success"]) == ("open", "0.001", True)
    assert bad["success"] is False


def test_a_test_order_places_nothing(desk: Desk) -> None:
    """It is refused like a real one, or answered with an id that belongs to nothing."""
    told = desk.limit(path=f"{HF}/test", clientOid="only-a-test").data
    assert told["clientOid"] == "only-a-test"
    assert desk.practice.get(f"{HF}/{told['orderId']}?symbol={PAIR}").code == "400100"
    assert desk.limit(path=f"{HF}/test", size="1000000").code == "200004"


def test_all_orders_of_a_pair_end_together(desk: Desk) -> None:
    """And of every pair with one call, which names the pairs."""
    second = Desk(desk.practice, "second")
    assert second.delete(f"{HF}/cancelAll").data == {"succeedSymbols": [], "failedSymbols": []}
    ids = {desk.limit(symbol="LINK-USDT", price="7", size="1").data["orderId"] for _ in range(2)}
    assert {row["id"] for row in desk.get(f"{HF}/active?symbol=LINK-USDT")} == ids
    assert desk.delete(f"{HF}?symbol=LINK-USDT").data == "success"
    assert desk.get(f"{HF}/active?symbol=LINK-USDT") == []
    assert {row["id"] for row in desk.get(f"{HF}/done?symbol=LINK-USDT&limit=2")["items"]} == ids


def test_the_dead_mans_switch_is_armed_and_disarmed(desk: Desk) -> None:
    """Nothing is told of one that is not armed."""
    path = f"{HF}/dead-cancel-all"
    assert desk.get(f"{path}/query") is None
    armed = desk.post(path, timeout=600, symbols="SOL-USDT,XRP-USDT").data
    assert armed["triggerTime"] - armed["currentTime"] == 600
    found = desk.get(f"{path}/query")
    assert (found["timeout"], found["symbols"]) == (600, "SOL-USDT,XRP-USDT")
    assert desk.post(path, timeout=-1).code == "200000"
    assert desk.get(f"{path}/query") is None


def test_a_stop_waits_and_ends(desk: Desk) -> None:
    """By id, by the caller's name, in bulk; amounts with twenty decimals, no funds on hold."""
    held = desk.holds("BTC")
    stop = {"symbol": PAIR, "side": "sell", "type": "market", "size": "0.001", "stopPrice": desk.price(share="0.8")}
    first = desk.post("/api/v1/stop-order", **stop, clientOid="stop-1").data["orderId"]
    found = desk.get(f"/api/v1/stop-order/{first}")
    assert (found["status"], found["stop"], found["clientOid"]) == ("NEW", "loss", "stop-1")
    assert found["size"] == "0.00100000000000000000"
    assert desk.get("/api/v1/stop-order/queryOrderByClientOid?clientOid=stop-1") == [found]
    assert found in desk.get(f"/api/v1/stop-order?symbol={PAIR}")["items"]
    assert desk.holds("BTC") == held
    assert desk.delete(f"/api/v1/stop-order/{first}").data == {"cancelledOrderIds": [first]}
    assert desk.get(f"/api/v1/stop-order/{first}")["status"] == "CANCELLED"
    second = desk.post("/api/v1/stop-order", **stop, clientOid="stop-2").data["orderId"]
    told = desk.delete("/api/v1/stop-order/cancelOrderByClientOid?clientOid=stop-2").data
    assert told == {"clientOid": "stop-2", "cancelledOrderId": second}
    third = desk.post("/api/v1/stop-order", **stop).data["orderId"]
    assert desk.delete(f"/api/v1/stop-order/cancel?symbol={PAIR}").data == {"cancelledOrderIds": [third]}


def test_of_two_orders_one_goes(desk: Desk) -> None:
    """An OCO order has two legs, is found by both names, and ends as a whole."""
    wanted = {"symbol": PAIR, "side": "sell", "size": "0.001", "clientOid": "oco-1", "price": desk.price(share="1.05")}
    wanted |= {"stopPrice": desk.price(share="0.95"), "limitPrice": desk.price(share="0.94")}
    made = desk.post("/api/v3/oco/order", **wanted).data["orderId"]
    found = desk.get(f"/api/v3/oco/order/{made}")
    assert (found["status"], found["clientOid"], found["symbol"]) == ("NEW", "oco-1", PAIR)
    assert desk.get("/api/v3/oco/client-order/oco-1") == found
    assert found in desk.get("/api/v3/oco/orders")["items"]
    legs = desk.get(f"/api/v3/oco/order/details/{made}")["orders"]
    assert [leg["status"] for leg in legs] == ["NEW", "NEW"]
    ended = desk.delete(f"/api/v3/oco/order/{made}").data["cancelledOrderIds"]
    assert set(ended) == {leg["id"] for leg in legs}
    assert desk.get(f"/api/v3/oco/order/{made}")["status"] == "CANCELLED"


def test_margin_borrows_what_is_missing_and_pays_it_back(desk: Desk) -> None:
    """A buy beyond one's means borrows; selling with auto-repay lowers the debt again."""
    margin = "/api/v3/hf/margin/order"

    def debt() -> Decimal:
        rows = desk.get("/api/v3/margin/accounts")["accounts"]
        return D(next(row for row in rows if row["currency"] == "USDT")["liability"])

    owed = debt()
    money = {row["currency"]: D(row["available"]) for row in desk.get("/api/v3/margin/accounts")["accounts"]}
    funds = f"{money['USDT'] + 500:.2f}"
    buy = {"symbol": PAIR, "side": "buy", "type": "market", "funds": funds}
    assert desk.post(margin, **buy, clientOid="margin-0").code == "126013"
    placed = desk.post(margin, **buy, clientOid="margin-1", autoBorrow=True).data
    assert D(placed["borrowSize"]) > 500
    assert debt() - owed == D(placed["borrowSize"])
    order = desk.get(f"{margin}s/{placed['orderId']}?symbol={PAIR}")
    assert (order["tradeType"], order["active"]) == ("MARGIN_TRADE", False)
    assert (
        desk.get(f"/api/v3/hf/margin/fills?symbol={PAIR}&tradeType=MARGIN_TRADE")["items"][0]["orderId"] == order["id"]
    )
    sell = {"symbol": PAIR, "side": "sell", "type": "market", "size": order["dealSize"], "autoRepay": True}
    desk.post(margin, **sell, clientOid="margin-2")
    assert debt() < owed


def test_a_margin_order_rests_in_its_own_lists(desk: Desk) -> None:
    """Not among the plain ones; its kind must be named."""
    price = desk.price(share="0.7")
    path = "/api/v3/hf/margin/order"
    body = {"symbol": PAIR, "side": "buy", "type": "limit", "price": price, "size": "0.001", "clientOid": "rests"}
    placed = desk.post(path, **body).data
    assert placed["borrowSize"] is None
    active = desk.get(f"{path}s/active?symbol={PAIR}&tradeType=MARGIN_TRADE")
    assert placed["orderId"] in {row["id"] for row in active}
    assert placed["orderId"] not in {row["id"] for row in desk.get(f"{HF}/active?symbol={PAIR}")}
    assert desk.practice.get(f"{path}s/active?symbol={PAIR}").code == "400100"
    assert desk.get(f"{path}/active/symbols?tradeType=MARGIN_TRADE") == {"symbolSize": 1, "symbols": [PAIR]}
    assert desk.delete(f"{path}s/client-order/rests?symbol={PAIR}").data == {"clientOid": "rests"}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"symbol": "NO-PAIR"}, "900001", "The symbol NO-PAIR does not exist."),
    ({"hidden": True}, "400413", "Invaild order type, hidden and iceberg orders are not supported any more."),
    ({"iceberg": True}, "400413", "Invaild order type, hidden and iceberg orders are not supported any more."),
    ({"visibleSize": "1"}, "400413", "Invaild order type, hidden and iceberg orders are not supported any more."),
    ({"size": "0.000001"}, "400100", "Order size below the minimum requirement."),
    ({"size": "0.0010000001"}, "400100", "Order size increment invalid."),
    ({"price": "50000.01"}, "400100", "Order price increment invalid."),
    ({"size": "1000"}, "200004", "Balance insufficient!"),
    ({"price": "1000", "size": "0.00001"}, "600101", "The order funds should more then 0.1 USDT."),
    ({"clientOid": "white space"}, "400100", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -"),
    ({"clientTimestamp": 1, "allowMaxTimeWindow": 1000}, "400100", "The order arrived later than"),
    ({"side": "both"}, "400100", "side is invalid"),
    ({"side": None}, "400100", "side is invalid"),
    ({"price": "dear"}, "400100", "price is invalid"),
    ({"timeInForce": "FOK", "postOnly": True}, "400100", "Parameter error: postOnly does not go with IOC or FOK"),
]


@pytest.mark.parametrize(("change", "code", "text"), REFUSED)
def test_a_wrong_order_is_refused_in_kucoins_words(desk: Desk, change: dict[str, Any], code: str, text: str) -> None:
    """HTTP 200, code and text; nothing was placed."""
    before = len(desk.get(f"{HF}/active?symbol={PAIR}"))
    answer = desk.limit(**change)
    assert (answer.status, answer.code) == (200, code)
    assert answer.body["msg"].startswith(text)
    assert len(desk.get(f"{HF}/active?symbol={PAIR}")) == before


def test_what_other_clients_send_is_accepted(desk: Desk) -> None:
    """False flags, a life of -1 and no name: python-kucoin's and the SDK's orders."""
    answer = desk.limit(hidden=False, iceberg=False, visibleSize=None, timeInForce="GTC", cancelAfter=-1)
    assert answer.code == "200000"
    assert answer.data["clientOid"]


def test_a_name_may_be_used_again_once_its_order_has_ended(desk: Desk) -> None:
    """While the first lives a second is refused; afterwards the newest answers to the name."""
    first = desk.limit(clientOid="again").data["orderId"]
    assert desk.limit(clientOid="again").body == {
        "code": "400100",
        "msg": "validation.createOrder.clientOidDuplicated",
    }
    desk.delete(f"{HF}/{first}?symbol={PAIR}")
    second = desk.limit(clientOid="again").data["orderId"]
    assert desk.get(f"{HF}/client-order/again?symbol={PAIR}")["id"] == second != first


def test_what_is_not_there_cannot_be_cancelled(desk: Desk) -> None:
    """Nor can an order be cancelled twice, nor somebody else's."""
    placed = desk.limit().data["orderId"]
    foreign = Desk(desk.practice, "second").delete(f"{HF}/{placed}?symbol={PAIR}")
    assert foreign.body == {"code": "400100", "msg": "order_not_exist_or_not_allow_to_cancel"}
    assert desk.delete(f"{HF}/{placed}?symbol={PAIR}").code == "200000"
    assert desk.delete(f"{HF}/{placed}?symbol={PAIR}").code == "400100"
    assert desk.delete("/api/v3/hf/margin/orders/nothing?symbol=BTC-USDT").code == "126043"


def test_a_reading_key_does_not_trade(desk: Desk) -> None:
    """Nor does a trading key move money between accounts that was not given the right."""
    reader = Desk(desk.practice, "readonly")
    assert reader.limit().code == "400007"
    assert Desk(desk.practice, "open").post("/api/v3/accounts/universal-transfer", currency="USDT").code == "400007"


@pytest.mark.parametrize(
    ("fault", "placed"),
    [("accept_then_5xx", True), ("lose_answer", True), ("late_answer", True), ("refuse_5xx", False)],
)
def test_a_fault_after_the_work_leaves_the_order(desk: Desk, fault: str, placed: bool) -> None:
    """What was lost on the way back stands on the exchange; what was refused before does not."""
    desk.practice.faults({"name": fault, "path": HF, "times": 1})
    with suppress(OSError, HTTPException):  # a lost answer is a cut line
        desk.limit(clientOid=f"fault-{fault}")
    found = desk.practice.get(f"{HF}/client-order/fault-{fault}?symbol={PAIR}")
    assert (found.code == "200000") is placed


def test_orders_meet_the_moving_market(new_practice: Any) -> None:
    """Of two limit orders around the price one fills by itself, as maker, wherever the price goes."""
    desk = Desk(new_practice())
    last = D(desk.practice.state()["last"]["ETH-USDT"])
    terms = {"symbol": "ETH-USDT", "type": "limit", "size": "0.001"}
    around = {"buy": last * D("0.9999"), "sell": last * D("1.0001")}
    placed = [desk.post(HF, side=side, price=f"{at:.2f}", **terms).data["orderId"] for side, at in around.items()]
    desk.practice.clock(rate=60)
    end = time.monotonic() + 60
    while all(desk.get(f"{HF}/{order}?symbol=ETH-USDT")["active"] for order in placed):
        assert time.monotonic() < end
        time.sleep(0.05)
    fill = desk.get("/api/v1/hf/fills?symbol=ETH-USDT&limit=1")["items"][0]
    assert fill["orderId"] in placed
    assert fill["liquidity"] == "maker"


def test_money_moves_between_accounts(desk: Desk) -> None:
    """Funding, spot, margin, isolated, futures and sub-account; what is not there does not move."""
    path = "/api/v3/accounts/universal-transfer"

    def move(source: str, target: str, amount: str = "5", **more: str) -> Answer:
        body = {"clientOid": "m", "currency": "USDT", "type": "INTERNAL", "amount": amount}
        return desk.post(path, **(body | {"fromAccountType": source, "toAccountType": target} | more))

    def free(kind: str, **tag: str) -> Decimal:
        query = "".join(f"&{name}={value}" for name, value in tag.items())
        return D(desk.get(f"/api/v1/accounts/transferable?currency=USDT&type={kind}{query}")["transferable"])

    main, trade = free("MAIN"), free("TRADE")
    assert len(move("MAIN", "TRADE").data["orderId"]) == 24
    assert (free("MAIN"), free("TRADE")) == (main - 5, trade + 5)
    assert move("TRADE", "MARGIN").code == move("TRADE", "CONTRACT").code == "200000"
    assert move("CONTRACT", "MAIN").code == "200000"
    assert move("TRADE", "ISOLATED", toAccountTag="SOL-USDT").code == "200000"
    assert free("ISOLATED", tag="SOL-USDT") == 5
    assert move("ISOLATED", "TRADE", fromAccountTag="SOL-USDT").code == "200000"
    assert move("MAIN", "TRADE", "1000000").body == {"code": "230003", "msg": "Balance insufficient!"}
    assert move("MAIN", "OPTION").code == "400100"
    assert move("MAIN", "ISOLATED", toAccountTag="NO-PAIR").code == "400100"
    sub = desk.get("/api/v2/sub/user")["items"][0]["userId"]
    assert move("MAIN", "MAIN", type="PARENT_TO_SUB", toUserId=sub).code == "200000"
    assert move("MAIN", "MAIN", type="SUB_TO_PARENT", fromUserId=sub).code == "200000"
    assert move("MAIN", "MAIN", type="PARENT_TO_SUB", toUserId="nobody").code == "400100"
    old = desk.post(
        "/api/v2/accounts/inner-transfer",
        **{"clientOid": "o", "currency": "USDT", "amount": "1", "from": "main", "to": "trade"},
    )
    assert old.code == "200000"
