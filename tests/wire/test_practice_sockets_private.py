"""The private topics of the practice exchange: in order, and in agreement with REST."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Answer, Practice
from tests.practice_ear import Ear, Frame, listening

PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"
V2, V1, BALANCE = "/spotMarket/tradeOrdersV2", "/spotMarket/tradeOrders", "/account/balance"
ORDERS, POSITIONS, WALLET = "/contractMarket/tradeOrders", "/contract/positionAll", "/contractAccount/wallet"


def post(exchange: Practice, path: str, *, futures: bool = False, key: str = "", **fields: Any) -> Answer:
    """Send a signed POST with a JSON body."""
    return exchange.send("POST", path, futures=futures, key=key, body=json.dumps(fields))


def place(exchange: Practice, **fields: Any) -> str:
    """Place a spot order and return its id."""
    terms = {"clientOid": uuid4().hex, "symbol": PAIR, "side": "buy", "type": "market", **fields}
    return str(post(exchange, "/api/v1/hf/orders", **terms).data["orderId"])


def trade(exchange: Practice, **fields: Any) -> str:
    """Place a futures order and return its id."""
    terms = {"clientOid": uuid4().hex, "symbol": CONTRACT, "side": "buy", "type": "market", "size": 1, "leverage": 5}
    return str(
        post(exchange, "/api/v1/orders", futures=True, **terms | {"marginMode": "ISOLATED"} | fields).data["orderId"]
    )


def far(exchange: Practice) -> str:
    """Return a price at which nobody sells, on the tick."""
    last = Decimal(exchange.public(f"/api/v1/market/orderbook/level1?symbol={PAIR}").data["price"])
    return str((last * Decimal("0.8")).quantize(Decimal(1)))


def of_order(order_id: str, kind: str) -> Callable[[Frame], bool]:
    """Ask for a step of an order's life, on any topic."""
    return lambda frame: frame.get("data", {}).get("orderId") == order_id and frame["data"].get("type") == kind


def steps(ear: Ear, order_id: str, last: str, topic: str) -> list[Frame]:
    """Return all that is told of an order on a topic, up to its last step."""
    found: list[Frame] = []
    while not found or found[-1]["data"]["type"] != last:
        found.append(ear.until(lambda frame: frame["topic"] == topic and frame["data"]["orderId"] == order_id))
    return found


def available(exchange: Practice, currency: str) -> dict[str, Decimal]:
    """Return the trading account's balance of a currency."""
    (row,) = exchange.get(f"/api/v1/accounts?currency={currency}&type=trade").data
    return {"total": Decimal(row["balance"]), "available": Decimal(row["available"]), "hold": Decimal(row["holds"])}


def amounts(frame: Frame) -> dict[str, Decimal]:
    """Return a balance push's amounts."""
    return {name: Decimal(frame["data"][name]) for name in ("total", "available", "hold")}


def test_a_resting_order_is_received_open_and_cancelled(practice: Practice) -> None:
    """V2 tells all three, V1 leaves out the first; every frame is the user's and private; time rises."""
    with listening(practice, V2, V1, private=True) as ear:
        order_id = place(practice, type="limit", price=far(practice), size="0.001")
        practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")
        frames = [ear.until(lambda frame: frame.get("data", {}).get("orderId") == order_id) for _ in range(5)]
    told = {topic: [frame["data"] for frame in frames if frame["topic"] == topic] for topic in (V1, V2)}
    assert [step["type"] for step in told[V2]] == ["received", "open", "canceled"]
    assert [step["status"] for step in told[V2]] == ["new", "open", "done"]
    assert [step["type"] for step in told[V1]] == ["open", "canceled"]
    assert told[V1] == told[V2][1:]
    assert [step["ts"] for step in told[V2]] == sorted({step["ts"] for step in told[V2]})
    assert {(frame["channelType"], frame["subject"]) for frame in frames} == {("private", "orderChange")}
    assert {frame["userId"] for frame in frames} == {"6705f5c311545b000157d301"}
    last = told[V2][-1]
    assert [last[name] for name in ("originSize", "size", "remainSize", "canceledSize", "filledSize")] == [
        *("0.001", "0.001", "0", "0.001", "0")
    ]


def test_what_an_order_freezes_and_frees_is_told_with_its_reason(practice: Practice) -> None:
    """The first push is what REST says meanwhile; the second what it says in the end."""
    with listening(practice, BALANCE, private=True) as ear:
        price = far(practice)
        order_id = place(practice, type="limit", price=price, size="0.001")
        held = ear.data(BALANCE)
        assert amounts(held) == available(practice, "USDT")
        assert held["data"]["relationEvent"] == "trade.hold"
        assert held["data"]["relationContext"] == {"symbol": PAIR, "orderId": order_id}
        assert Decimal(held["data"]["holdChange"]) == -Decimal(held["data"]["availableChange"])
        assert Decimal(held["data"]["holdChange"]) >= Decimal(price) * Decimal("0.001")
        assert held["id"] == held["data"]["relationEventId"]
        practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")
        freed = ear.data(BALANCE)
        assert amounts(freed) == available(practice, "USDT")
        assert Decimal(freed["data"]["holdChange"]) == -Decimal(held["data"]["holdChange"])


def test_a_market_order_is_matched_and_filled_as_its_fills_say(practice: Practice) -> None:
    """Each match is one of the fills that REST lists; size and balances end where REST has them."""
    practice.clock(rate=0)
    with listening(practice, V2, BALANCE, private=True) as ear:
        order_id = place(practice, size="0.01")
        told = steps(ear, order_id, "filled", V2)
        fills = practice.get(f"/api/v1/hf/fills?symbol={PAIR}&orderId={order_id}").data["items"]
        matches = [frame["data"] for frame in told if frame["data"]["type"] == "match"]
        assert [step["data"]["type"] for step in told] == ["received", *["match"] * len(fills), "filled"]
        assert {(step["tradeId"], step["matchPrice"], step["matchSize"]) for step in matches} == {
            (str(fill["tradeId"]), fill["price"], fill["size"]) for fill in fills
        }
        assert {(step["liquidity"], step["feeType"]) for step in matches} == {("taker", "takerFee")}
        assert sum(Decimal(step["matchSize"]) for step in matches) == Decimal("0.01")
        assert told[-1]["data"]["filledSize"] == "0.01"
    with listening(practice, BALANCE, private=True) as ear:
        place(practice, side="sell", size="0.01")
        found: dict[str, Frame] = {}
        while frame := ear.frame(1):
            found[frame["data"]["currency"]] = frame
        assert {name: amounts(frame) for name, frame in found.items()} == {
            name: available(practice, name) for name in ("BTC", "USDT")
        }


def test_a_stop_order_is_told_when_it_waits_and_when_it_ends(practice: Practice) -> None:
    """On its own topic."""
    topic = "/spotMarket/advancedOrders"
    with listening(practice, topic, private=True) as ear:
        price = far(practice)
        terms = {"clientOid": uuid4().hex, "symbol": PAIR, "side": "sell", "type": "limit", "stop": "loss"}
        stop_id = post(practice, "/api/v1/stop-order", **terms, price=price, stopPrice=price, size="0.001").data[
            "orderId"
        ]
        practice.send("DELETE", f"/api/v1/stop-order/{stop_id}")
        opened, ended = ear.data(topic)["data"], ear.data(topic)["data"]
    assert (opened["orderId"], opened["type"], ended["type"]) == (stop_id, "open", "cancel")
    assert (opened["stopPrice"], opened["orderPrice"], opened["tradeType"]) == (price, price, "TRADE")


def test_a_transfer_is_told_on_both_accounts(practice: Practice) -> None:
    """With the accounts' names in the reason."""
    with listening(practice, BALANCE, private=True) as ear:
        terms = {"clientOid": uuid4().hex, "currency": "USDT", "amount": "1.5", "type": "INTERNAL"}
        post(
            practice, "/api/v3/accounts/universal-transfer", **terms,
            fromAccountType="MAIN", toAccountType="TRADE",
        )  # fmt: skip
        moved = {ear.data(BALANCE)["data"]["relationEvent"] for _ in range(2)}
    assert moved == {"main.transfer", "trade.transfer"}


def test_a_futures_trade_is_told_as_rest_tells_it(practice: Practice) -> None:
    """Order, position and wallet, in a market that stands still."""
    practice.clock(rate=0)
    topics = (ORDERS, f"{ORDERS}:{CONTRACT}", POSITIONS, f"/contract/position:{CONTRACT}", WALLET)
    with listening(practice, *topics, futures=True, private=True) as ear:
        order_id = trade(practice)
        frames: list[Frame] = []
        while frame := ear.frame(1):
            frames.append(frame)
    told = {topic: [frame for frame in frames if frame["topic"] == topic] for topic in topics}
    orders = [frame["data"] for frame in told[ORDERS]]
    assert [step["type"] for step in orders] == ["match", "filled"]
    assert {step["orderId"] for step in orders} == {order_id}
    assert [frame["data"] for frame in told[topics[1]]] == orders
    assert {frame["subject"] for frame in told[ORDERS]} == {"orderChange"}
    assert {frame["subject"] for frame in told[topics[1]]} == {"symbolOrderChange"}
    assert len(str(orders[0]["orderTime"])) == len(str(orders[0]["ts"])) == 19
    (fill,) = practice.get(f"/api/v1/fills?orderId={order_id}", futures=True).data["items"]
    assert (orders[0]["tradeId"], orders[0]["matchPrice"]) == (fill["tradeId"], fill["price"])

    (position,), (single,) = (
        [frame["data"] for frame in told[topic] if frame["data"]["changeReason"] == "positionChange"]
        for topic in (POSITIONS, topics[3])
    )
    assert position == single
    (rest,) = [row for row in practice.get("/api/v1/positions", futures=True).data if row["symbol"] == CONTRACT]
    shared = position.keys() & rest.keys() - {"currentTimestamp"}
    assert {name: position[name] for name in shared} == {name: rest[name] for name in shared}
    assert {"currentQty", "avgEntryPrice", "posMargin", "realLeverage", "maintMargin"} <= shared

    wallet = told[WALLET][-1]["data"]
    account = practice.get("/api/v1/account-overview?currency=USDT", futures=True).data
    assert Decimal(wallet["equity"]) == Decimal(str(account["accountEquity"]))
    assert Decimal(wallet["availableBalance"]) == Decimal(str(account["availableBalance"]))
    assert Decimal(wallet["maxWithdrawAmount"]) == Decimal(str(account["maxWithdrawAmount"]))
    versions = [int(frame["data"]["version"]) for frame in told[WALLET]]
    assert versions == sorted(versions)


def test_a_position_that_ends_is_told_as_closed(practice: Practice) -> None:
    """``isOpen`` false, nothing left."""
    practice.clock(rate=0)
    symbol = "SOLUSDTM"
    trade(practice, symbol=symbol)
    held = [row for row in practice.get("/api/v1/positions", futures=True).data if row["symbol"] == symbol]
    with listening(practice, POSITIONS, futures=True, private=True) as ear:
        trade(practice, symbol=symbol, side="sell", size=0, closeOrder=True)
        ended = ear.until(lambda frame: frame.get("data", {}).get("isOpen") is False)["data"]
    assert held
    assert (ended["symbol"], ended["currentQty"], ended["unrealisedPnl"]) == (symbol, 0, 0)
    assert symbol not in [row["symbol"] for row in practice.get("/api/v1/positions", futures=True).data]


def test_new_marks_are_told_in_the_small_form_once_a_second(practice: Practice) -> None:
    """Only what moves, and of which position."""
    trade(practice)
    with listening(practice, POSITIONS, futures=True, private=True) as ear:
        small = ear.until(
            lambda frame: (
                frame.get("data", {}).get("changeReason") == "markPriceChange" and frame["data"]["symbol"] == CONTRACT
            )
        )["data"]
    assert "currentQty" not in small
    assert {"markPrice", "markValue", "maintMargin", "realLeverage", "unrealisedPnl"} <= small.keys()


def test_futures_settings_are_told(practice: Practice) -> None:
    """Margin mode, cross leverage and risk limit, each on its topic."""
    symbol, topics = (
        "AVAXUSDTM",
        ("/contract/marginMode", "/contract/crossLeverage", f"/contract/position:{'AVAXUSDTM'}"),
    )
    with listening(practice, *topics, futures=True, private=True) as ear:
        post(practice, "/api/v2/position/changeMarginMode", futures=True, symbol=symbol, marginMode="CROSS")
        assert ear.data(topics[0], "user.config")["data"] == {symbol: "CROSS"}
        post(practice, "/api/v2/changeCrossUserLeverage", futures=True, symbol=symbol, leverage="7")
        assert ear.data(topics[1], "user.config")["data"] == {symbol: {"leverage": "7"}}
        post(practice, "/api/v2/position/changeMarginMode", futures=True, symbol=symbol, marginMode="ISOLATED")
        post(practice, "/api/v1/position/risk-limit-level/change", futures=True, symbol=symbol, level=2)
        changed = ear.data(topics[2], "position.adjustRiskLimit")["data"]
        assert (changed["success"], changed["riskLimitLevel"]) == (True, 2)
        post(practice, "/api/v1/position/risk-limit-level/change", futures=True, symbol=symbol, level=1)


def test_margin_accounts_are_told_with_what_they_owe(practice: Practice) -> None:
    """Cross every four seconds while something is owed, isolated when something changes; borrowing is a reason."""
    cross, lone = "/margin/position", f"/margin/isolatedPosition:{PAIR}"
    with listening(practice, cross, lone, private=True) as ear:
        terms = {"symbol": PAIR, "side": "buy", "type": "limit", "price": far(practice), "size": "0.05"}
        placed = post(
            practice, "/api/v3/hf/margin/order", clientOid=uuid4().hex, isIsolated=True, autoBorrow=True, **terms
        ).data
        told = ear.until(lambda frame: frame.get("data", {}).get("statusBizType") == "USER_BORROW")["data"]
        (row,) = practice.get(f"/api/v3/isolated/accounts?symbol={PAIR}").data["assets"]
        assert (told["tag"], told["status"]) == (PAIR, "DEBT")
        assert told["changeAssets"]["USDT"]["liabilityPrincipal"] == row["quoteAsset"]["liabilityPrincipal"]
        practice.send("DELETE", f"/api/v3/hf/margin/orders/{placed['orderId']}?symbol={PAIR}")
        told = ear.data(cross, "debt.ratio")["data"]
        accounts = practice.get("/api/v3/margin/accounts").data["accounts"]
        assert told["debtList"] == {row["currency"]: row["liability"] for row in accounts}
        assert told["assetList"]["USDT"]["total"] in [row["total"] for row in accounts]
        assert 0 < told["debtRatio"] < 1


def test_users_hear_of_themselves_alone(practice: Practice) -> None:
    """What the first one does, the second one's socket does not tell."""
    with (
        listening(practice, V2, BALANCE, private=True) as mine,
        listening(practice, V2, BALANCE, private=True, key="second") as other,
    ):
        order_id = place(practice, type="limit", price=far(practice), size="0.001")
        mine.until(of_order(order_id, "open"))
        practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")
        mine.until(of_order(order_id, "canceled"))
        assert other.say("ping")["type"] == "pong"
        assert other.frame(0.3) is None


def test_a_push_never_comes_before_its_order_is_on_disk(practice: Practice) -> None:
    """Whoever hears of an order finds it: asked at once, a hundred times."""
    with listening(practice, V2, private=True) as ear:
        for _ in range(20):
            order_id = place(practice, type="limit", price=far(practice), size="0.001")
            ear.until(of_order(order_id, "received"))
            assert practice.get(f"/api/v1/hf/orders/{order_id}?symbol={PAIR}").data["id"] == order_id
            practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")


@pytest.mark.parametrize(("fault", "times"), [("drop_event", 0), ("dup_event", 7)])
def test_faults_of_private_pushes(practice: Practice, fault: str, times: int) -> None:
    """The second push is lost, or comes seven times; the first and third come once."""
    options = {"count": 7} if fault == "dup_event" else {}
    practice.faults({"name": fault, "path": V2, "nth": 2, "times": 1, **options})
    with listening(practice, V2, private=True) as ear:
        order_id = place(practice, type="limit", price=far(practice), size="0.001")
        practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")
        told = [frame["data"]["type"] for frame in steps(ear, order_id, "canceled", V2)]
    assert told == ["received", *["open"] * times, "canceled"]


def test_a_partial_push_has_only_what_has_changed(practice: Practice) -> None:
    """The switch ``partial_push``: merged into the push before it is what REST says."""
    practice.clock(rate=0)
    with listening(practice, POSITIONS, futures=True, private=True) as ear:
        trade(practice)
        full = ear.data(POSITIONS, "position.change")["data"]
        practice.faults({"name": "partial_push", "times": 1})
        trade(practice)
        part = ear.data(POSITIONS, "position.change")["data"]
    assert "settleCurrency" not in part
    (rest,) = [row for row in practice.get("/api/v1/positions", futures=True).data if row["symbol"] == CONTRACT]
    merged = full | part
    shared = merged.keys() & rest.keys() - {"currentTimestamp"}
    assert {name: merged[name] for name in shared} == {name: rest[name] for name in shared}


def test_funding_is_announced_and_told_to_those_who_hold(new_practice: Callable[..., Practice]) -> None:
    """A jump over the settlement: what each position paid is what REST then lists."""
    exchange = new_practice()
    topics = (POSITIONS, "/contract/announcement")
    with listening(exchange, *topics, futures=True, private=True) as ear:
        exchange.clock(offset=8 * 3600)
        paid = ear.data(POSITIONS, "position.settlement")["data"]
        begun = ear.data("/contract/announcement", "funding.begin")["data"]
        exchange.clock(offset=0)
    rows = exchange.get(f"/api/v1/funding-history?symbol={paid['symbol']}", futures=True).data["dataList"]
    (row,) = [each for each in rows if each["timePoint"] == paid["fundingTime"]]
    assert (row["funding"], row["fundingRate"]) == (paid["fundingFee"], paid["fundingRate"])
    assert begun["fundingTime"] == paid["fundingTime"]
