"""ccxt.pro, KuCoin's SDK and python-kucoin listen to the practice exchange, at the intervals that it tells them.

What they make of the pushes is compared with what a bare request is told; books and best prices with the market at a
standstill.
"""

from __future__ import annotations

import json
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Practice, start_practice
from tests.strangers.asking import HERE, start

SCRIPTS = {
    "ccxt": "stream_ccxt.py",
    "the SDK": "stream_sdk.py",
    "python-kucoin": "stream_python_kucoin.py",
}
PATIENCE_S = 30
PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"


@dataclass(frozen=True)
class Listener:
    """One client at work."""

    process: subprocess.Popen[str]

    def heard(self, name: str) -> list[Any]:
        """Return the latest of what was heard of one kind."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(name, file=self.process.stdin, flush=True)
        spoke, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        assert spoke, f"{name}: no answer"
        found: list[Any] = json.loads(self.process.stdout.readline())
        return found

    def until(self, name: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """Return the first of what was heard of one kind that is wanted, waiting for it."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            found = [each for each in self.heard(name) if wanted(each)]
            if found:
                return found[0]
            assert self.process.poll() is None
        raise AssertionError(f"{name}: not heard; {str(self.heard(name)[-2:])[:500]} {self.heard('error')}")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange whose market moves."""
    running = start_practice(tmp_path_factory.mktemp("stream"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def listeners(exchange: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Listener]]:
    """Every client, listening to everything that it can."""
    login = (exchange.spot, exchange.futures, exchange.key, exchange.secret, exchange.passphrase)
    with ExitStack() as open_processes:
        found = {}
        for client, script in SCRIPTS.items():
            process = open_processes.enter_context(
                start([str(HERE / script), *login], tmp_path_factory.mktemp("listener"))
            )
            open_processes.callback(process.kill)
            found[client] = Listener(process)
        found["ccxt"].until("spot book")
        found["ccxt"].until("futures book")
        found["the SDK"].until("ready")
        found["python-kucoin"].until("ready")
        wait_for(
            exchange, "spot", {"/account/balance": 3, "/spotMarket/tradeOrdersV2": 2, "/spotMarket/tradeOrders": 2}
        )
        wait_for(exchange, "futures", {"/contractMarket/tradeOrders": 3, "/contract/positionAll": 2})
        yield found


def wait_for(exchange: Practice, host: str, wanted: dict[str, int]) -> None:
    """Wait until so many clients listen to each topic."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        topics = exchange.state()["sockets"][host]["topics"]
        if all(topics.get(topic, 0) >= count for topic, count in wanted.items()):
            return
    raise AssertionError(f"{host}: {topics}")


@pytest.fixture
def still(exchange: Practice) -> Iterator[None]:
    """The market at a standstill."""
    exchange.clock(rate=0)
    yield
    exchange.clock(offset=0)


def spot_order(exchange: Practice, side: str) -> str:
    """Trade 0.01 BTC at the market and return the order's id."""
    body = {"clientOid": uuid4().hex, "symbol": PAIR, "side": side, "type": "market", "size": "0.01"}
    return str(exchange.send("POST", "/api/v1/hf/orders", body=json.dumps(body)).data["orderId"])


def futures_order(exchange: Practice) -> str:
    """Buy a lot at the market and return the order's id."""
    body = {"clientOid": uuid4().hex, "symbol": CONTRACT, "side": "buy", "type": "market", "size": 1, "leverage": 5}
    sent = json.dumps(body | {"marginMode": "ISOLATED"})
    return str(exchange.send("POST", "/api/v1/orders", futures=True, body=sent).data["orderId"])


def floats(rows: list[Any], count: int) -> list[tuple[float, float]]:
    """Return the best levels as numbers."""
    return [(float(price), float(size)) for price, size, *_ in rows[:count]]


def spot_book(exchange: Practice) -> dict[str, Any]:
    """Return the whole book of the pair."""
    found: dict[str, Any] = exchange.get(f"/api/v3/market/orderbook/level2?symbol={PAIR}").data
    return found


def futures_book(exchange: Practice) -> dict[str, Any]:
    """Return the whole book of the contract."""
    found: dict[str, Any] = exchange.public(f"/api/v1/level2/snapshot?symbol={CONTRACT}", futures=True).data
    return found


@pytest.mark.parametrize("market", ["spot", "futures"])
@pytest.mark.parametrize("name", ["trades", "ticker", "best", "book", "candles"])
def test_ccxt_hears_both_markets(listeners: dict[str, Listener], market: str, name: str) -> None:
    """Each of its public watches returns something."""
    assert listeners["ccxt"].until(f"{market} {name}")


@pytest.mark.usefixtures("still")
def test_the_books_that_ccxt_keeps_are_the_exchanges(exchange: Practice, listeners: dict[str, Listener]) -> None:
    """Snapshot and increments put together: same sequence, same twenty levels."""
    for name, truth in (("spot book", spot_book(exchange)), ("futures book", futures_book(exchange))):
        book = listeners["ccxt"].until(name, lambda book, truth=truth: book["nonce"] == int(truth["sequence"]))
        for side in ("bids", "asks"):
            assert floats(book[side], 20) == floats(truth[side], 20)


def test_ccxt_hears_a_spot_order_its_fills_and_the_balance(exchange: Practice, listeners: dict[str, Listener]) -> None:
    """Sizes, prices and what is left, as a bare request tells them."""
    ccxt = listeners["ccxt"]
    order_id = spot_order(exchange, "buy")
    fills = exchange.get(f"/api/v1/hf/fills?symbol={PAIR}&orderId={order_id}").data["items"]
    order = ccxt.until(
        "spot orders", lambda rows: any(row["id"] == order_id and row["status"] == "closed" for row in rows)
    )
    assert {row["filled"] for row in order if row["id"] == order_id} == {0.01}
    told = ccxt.until("spot fills", lambda rows: any(row["order"] == order_id for row in rows))
    row = next(row for row in told if row["order"] == order_id)
    assert (str(row["id"]), row["price"], row["amount"]) in [
        (str(fill["tradeId"]), float(fill["price"]), float(fill["size"])) for fill in fills
    ]
    (account,) = exchange.get("/api/v1/accounts?currency=BTC&type=trade").data
    ccxt.until("spot balance", lambda held: held.get("BTC", {}).get("total") == float(account["balance"]))


def test_ccxt_hears_a_futures_order_its_fill_and_the_balance(
    exchange: Practice, listeners: dict[str, Listener]
) -> None:
    """The same on futures."""
    ccxt = listeners["ccxt"]
    order_id = futures_order(exchange)
    (fill,) = exchange.get(f"/api/v1/fills?orderId={order_id}", futures=True).data["items"]
    ccxt.until("futures orders", lambda rows: any(row["id"] == order_id and row["status"] == "closed" for row in rows))
    told = ccxt.until("futures fills", lambda rows: any(row["order"] == order_id for row in rows))
    row = next(row for row in told if row["order"] == order_id)
    assert (row["price"], row["amount"]) == (float(fill["price"]), 1.0)
    assert ccxt.until("futures balance", lambda held: held.get("USDT", {}).get("total"))


SDK_PUBLIC = (
    *("ticker", "tickers", "best", "book of 5", "book of 50", "book", "trades", "candles", "snapshot", "snapshots"),
    *("margin mark", "margin index", "margin", "futures best", "futures ticker", "futures book of 5"),
    *("futures book of 50", "futures book", "futures trades", "futures candles", "futures mark", "futures snapshot"),
)


@pytest.mark.parametrize("name", SDK_PUBLIC)
def test_the_sdk_hears_every_topic(listeners: dict[str, Listener], name: str) -> None:
    """Each with fields that its own models accept."""
    assert listeners["the SDK"].until(name)


@pytest.mark.usefixtures("still")
def test_the_sdk_hears_the_books_that_the_exchange_has(exchange: Practice, listeners: dict[str, Listener]) -> None:
    """Fifty levels a side, and the numbers of the last increment."""
    sdk = listeners["the SDK"]
    spot, futures = spot_book(exchange), futures_book(exchange)
    for name, truth in (("book of 50", spot), ("futures book of 50", futures)):
        wanted = {side: floats(truth[side], 50) for side in ("bids", "asks")}
        sdk.until(
            name, lambda book, wanted=wanted: {side: floats(book[side], 50) for side in ("bids", "asks")} == wanted
        )
    sdk.until("book", lambda update: update["sequenceEnd"] == int(spot["sequence"]))
    sdk.until("futures book", lambda update: update["sequence"] == futures["sequence"])


def test_the_sdk_hears_orders_balances_and_positions(exchange: Practice, listeners: dict[str, Listener]) -> None:
    """V1 and V2, all and one symbol, as bare requests tell them."""
    sdk = listeners["the SDK"]
    order_id = spot_order(exchange, "sell")
    for name, kinds in (("orders", {"received", "match", "filled"}), ("orders V1", {"match", "filled"})):
        sdk.until(name, lambda row: (row["orderId"], row["type"]) == (order_id, "filled"))
        assert {row["type"] for row in sdk.heard(name) if row["orderId"] == order_id} == kinds
    (account,) = exchange.get("/api/v1/accounts?currency=BTC&type=trade").data
    sdk.until("balance", lambda row: (row["currency"], float(row["total"])) == ("BTC", float(account["balance"])))
    order_id = futures_order(exchange)
    for name in ("futures orders", "futures orders of one"):
        sdk.until(name, lambda row: (row["orderId"], row["type"]) == (order_id, "filled"))
    (held,) = [row for row in exchange.get("/api/v1/positions", futures=True).data if row["symbol"] == CONTRACT]
    for name in ("positions", "position"):
        full = sdk.until(name, lambda row: row.get("currentQty") == held["currentQty"])
        assert full["avgEntryPrice"] == pytest.approx(held["avgEntryPrice"])
    assert sdk.until("wallet", lambda row: row["currency"] == "USDT")


@pytest.mark.usefixtures("still")
def test_python_kucoin_hears_whatever_it_asks_for(exchange: Practice, listeners: dict[str, Listener]) -> None:
    """Public topics of both markets, a list told symbol by symbol, and books at a standstill."""
    client = listeners["python-kucoin"]
    for topic in ("/market/match:BTC-USDT", "/market/ticker:ETH-USDT", "/contractMarket/execution:XBTUSDTM"):
        assert client.until(topic)["type"] == "message"
    for topic, truth in (
        ("/spotMarket/level2Depth50:BTC-USDT", spot_book(exchange)),
        ("/contractMarket/level2Depth50:XBTUSDTM", futures_book(exchange)),
    ):
        wanted = floats(truth["bids"], 50), floats(truth["asks"], 50)
        client.until(
            topic,
            lambda frame, wanted=wanted: (
                (floats(frame["data"]["bids"], 50), floats(frame["data"]["asks"], 50)) == wanted
            ),
        )


def test_python_kucoin_hears_its_own_orders(exchange: Practice, listeners: dict[str, Listener]) -> None:
    """Spot and futures, with the balance that is left."""
    client = listeners["python-kucoin"]
    order_id = spot_order(exchange, "buy")
    client.until("/spotMarket/tradeOrdersV2", lambda frame: frame["data"]["orderId"] == order_id)
    (account,) = exchange.get("/api/v1/accounts?currency=BTC&type=trade").data
    client.until("/account/balance", lambda frame: float(frame["data"]["total"]) == float(account["balance"]))
    order_id = futures_order(exchange)
    client.until("/contractMarket/tradeOrders", lambda frame: frame["data"]["orderId"] == order_id)
    assert client.until("/contract/positionAll")["subject"] == "position.change"
