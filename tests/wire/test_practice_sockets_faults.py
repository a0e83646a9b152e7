"""What the practice exchange can do wrong around its sockets, where REST and pushes disagree."""

from __future__ import annotations

import json
import threading
from uuid import uuid4

import pytest

from tests.conftest import Practice
from tests.practice_ear import listening

PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"


def rest_far(practice: Practice) -> str:
    """Place an order that rests and return its id."""
    body = {"clientOid": uuid4().hex, "symbol": PAIR, "side": "buy", "type": "limit", "price": "20000", "size": "0.001"}
    return str(practice.send("POST", "/api/v1/hf/orders", body=json.dumps(body)).data["orderId"])


def test_an_order_can_be_pushed_before_it_is_answered(practice: Practice) -> None:
    """The switch ``push_first``: the push is there while the answer is not."""
    practice.faults({"name": "push_first", "method": "POST", "path": "/api/v1/hf/orders", "seconds": 1.0})
    answered = threading.Event()

    def place() -> None:
        rest_far(practice)
        answered.set()

    with listening(practice, "/spotMarket/tradeOrdersV2", private=True) as ear:
        worker = threading.Thread(target=place)
        worker.start()
        order_id = ear.data("/spotMarket/tradeOrdersV2")["data"]["orderId"]
        assert not answered.is_set()
        worker.join(10)
    assert answered.is_set()
    practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")


def test_an_old_snapshot_is_the_first_one_again(practice: Practice) -> None:
    """The switch ``old_snapshot``: increments go on, the book that REST shows does not."""
    path, topic = f"/api/v3/market/orderbook/level2?symbol={PAIR}", f"/market/level2:{PAIR}"
    practice.faults({"name": "old_snapshot", "path": "/api/v3/market/orderbook"})
    with listening(practice, topic) as ear:
        first = practice.get(path).data
        assert ear.data(topic)["data"]["sequenceEnd"] >= int(first["sequence"])
        ear.data(topic)
        assert practice.get(path).data == first
    practice.clear_faults()
    assert int(practice.get(path).data["sequence"]) > int(first["sequence"])


def test_a_stale_list_still_has_the_order_that_has_ended(practice: Practice) -> None:
    """The switch ``stale_list``: a question for the order itself is answered truly."""
    order_id = rest_far(practice)
    path = f"/api/v1/hf/orders/active?symbol={PAIR}"
    practice.faults({"name": "stale_list", "path": "/api/v1/hf/orders/active"})
    assert order_id in [row["id"] for row in practice.get(path).data]
    practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}")
    assert order_id in [row["id"] for row in practice.get(path).data]
    assert practice.get(f"/api/v1/hf/orders/{order_id}?symbol={PAIR}").data["active"] is False
    practice.clear_faults()
    assert order_id not in [row["id"] for row in practice.get(path).data]


@pytest.mark.parametrize(
    ("symbol", "topic", "path", "futures"),
    [
        ("XRP-USDT", "/spotMarket/level2Depth5", "/api/v2/symbols", False),
        ("XRPUSDTM", "/contractMarket/level2Depth5", "/api/v1/contracts/active", True),
    ],
)
def test_a_delisted_symbol_is_silent_and_on_no_list(
    practice: Practice, symbol: str, topic: str, path: str, futures: bool
) -> None:
    """The switch ``delist``: others go on, a subscription is acknowledged, and clearing brings it back."""
    other = CONTRACT if futures else PAIR
    practice.faults({"name": "delist", "symbol": symbol})
    assert symbol not in [row["symbol"] for row in practice.public(path, futures=futures).data]
    with listening(practice, f"{topic}:{symbol}", f"{topic}:{other}", futures=futures) as ear:
        heard = {ear.until(lambda frame: frame["type"] == "message")["topic"] for _ in range(6)}
        assert heard == {f"{topic}:{other}"}
        practice.clear_faults()
        ear.data(f"{topic}:{symbol}")
    assert symbol in [row["symbol"] for row in practice.public(path, futures=futures).data]
