"""Power cuts under load: a practice exchange is killed while clients trade on it, and nothing told may be missing."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from typing import Any

from kucoin.practice.archive import Archive
from kucoin.practice.engine.records import Order
from kucoin.practice.store import Store
from tests.conftest import Practice, start_practice

D = Decimal
CLIENTS = 4
SPOT, FUTURES = "/api/v1/hf/orders", "/api/v1/orders"
Amounts = dict[tuple[str, ...], Decimal]


@dataclass
class Told:
    """What the exchange has acknowledged."""

    placed: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)


def trade(exchange: Practice, told: Told, chance: random.Random, stop: threading.Event) -> None:
    """Place and cancel until the exchange is gone; note only what was answered."""
    mine: list[tuple[str, bool]] = []
    while not stop.is_set():
        try:
            if mine and chance.random() < 0.35:
                order, futures = mine.pop(chance.randrange(len(mine)))
                path = f"{FUTURES}/{order}" if futures else f"{SPOT}/{order}?symbol=ETH-USDT"
                if exchange.send("DELETE", path, futures=futures).code == "200000":
                    told.ended.add(order)
                continue
            futures = chance.random() < 0.4
            body = _futures_order(chance) if futures else _spot_order(chance)
            answer = exchange.send("POST", FUTURES if futures else SPOT, futures=futures, body=json.dumps(body))
        except (OSError, HTTPException, ValueError):
            return  # cut in the middle: nothing was promised
        if answer.code == "200000":
            told.placed.add(answer.data["orderId"])
            if body["type"] == "limit":
                mine.append((answer.data["orderId"], futures))


def _spot_order(chance: random.Random) -> dict[str, Any]:
    side = chance.choice(("buy", "sell"))
    size = f"0.00{chance.randrange(10, 40)}"
    if chance.random() < 0.4:
        return {"symbol": "ETH-USDT", "side": side, "type": "market", "size": size}
    price = f"{chance.randrange(1500, 2000)}" if side == "buy" else f"{chance.randrange(5000, 6000)}"
    return {"symbol": "ETH-USDT", "side": side, "type": "limit", "price": price, "size": size}


def _futures_order(chance: random.Random) -> dict[str, Any]:
    side = chance.choice(("buy", "sell"))
    body = {"clientOid": f"{chance.getrandbits(64):x}", "symbol": "SUIUSDTM", "side": side, "size": 3, "leverage": 3}
    if chance.random() < 0.4:
        return body | {"type": "market"}
    price = f"0.{chance.randrange(5000, 9999)}" if side == "buy" else f"{chance.randrange(3, 6)}.5"
    return body | {"type": "limit", "price": price}


def survive(data: Path, cuts: int, seed: int) -> Told:
    """Kill an exchange ``cuts`` times under load and compare what is left with what was told."""
    chance = random.Random(seed)
    told = Told()
    exchange = start_practice(data)
    for _ in range(cuts):
        clear(exchange, told)
        under_load(exchange, told, chance)
        kept = on_disk(data, told)
        exchange = start_practice(data)
        agrees(exchange, kept)
    assert exchange.stop() == 0
    return told


def clear(exchange: Practice, told: Told) -> None:
    """Cancel all orders on both markets, so that no cap and no balance is used up over many cuts."""
    assert exchange.send("DELETE", f"{SPOT}?symbol=ETH-USDT").code == "200000"
    assert exchange.send("DELETE", "/api/v3/orders?symbol=SUIUSDTM", futures=True).code == "200000"
    told.ended |= told.placed


def under_load(exchange: Practice, told: Told, chance: random.Random) -> None:
    """Let clients trade for a moment, then kill the exchange in their midst."""
    stop = threading.Event()
    clients = [
        threading.Thread(target=trade, args=(exchange, told, random.Random(chance.random()), stop))
        for _ in range(CLIENTS)
    ]
    before = len(told.placed)
    for client in clients:
        client.start()
    end = time.monotonic() + 30
    wanted = before + chance.randrange(15, 60)
    while len(told.placed) < wanted:
        assert time.monotonic() < end, "the exchange takes no orders"
        stop.wait(0.002)
    exchange.kill()
    stop.set()
    for client in clients:
        client.join()


def on_disk(data: Path, told: Told) -> dict[str, Any]:
    """Check the file that a power cut left; return what a restarted exchange must show of it."""
    store = Store(data)
    try:
        archive, saved = Archive(store), Archive(store).saved()
        orders = {row[0]: row[1] for row in store.rows("SELECT id, live FROM orders")}
        assert told.placed <= orders.keys(), "an acknowledged order is gone"
        assert not any(orders[each] for each in told.ended), "an acknowledged cancel is undone"
        money(store, archive, saved.orders)
        return {
            "orders": sorted(order.id for order in saved.orders if order.user == "main"),
            "totals": {(each.account, each.currency): each.total for each in saved.balances if each.user == "main"},
        }
    finally:
        store.close()


def money(store: Store, archive: Archive, live: list[Order]) -> None:
    """Balances are the sums of their ledgers, holds those of the open orders, and fills those of their orders."""
    totals: Amounts = defaultdict(D)
    for account in ("main", "trade", "margin", "contract"):
        for entry in archive.ledger("main", account):
            totals["main", entry.account, entry.currency] += entry.amount
    holds: Amounts = defaultdict(D)
    for order in live:
        if order.account != "contract":
            base, quote = order.symbol.split("-")
            holds[order.user, order.account, quote if order.side == "buy" else base] += order.hold
    saved = archive.saved()
    for each in saved.balances:
        assert each.hold == holds[each.user, each.account, each.currency]
        if each.user == "main":
            assert each.total == totals["main", each.account, each.currency]
    for wallet in saved.wallets:
        if wallet.user == "main":
            assert wallet.total == totals["main", "contract", wallet.currency]
    filled: Amounts = defaultdict(D)
    for family in ("spot", "margin", "futures"):
        for fill in archive.fills("main", family):
            filled[fill.order_id,] += fill.size
    for account in ("trade", "contract"):
        for order in archive.done_orders("main", account):
            assert order.filled_size == filled[order.id,]


def agrees(exchange: Practice, kept: dict[str, Any]) -> None:
    """A restarted exchange has those orders in its books and that money in its accounts."""
    state = exchange.state()["users"]["main"]
    found: dict[tuple[str, str], Decimal] = {}
    for row in state["balances"]:
        account = {"cross": "margin", "isolated": f"isolated:{row['tag']}"}.get(row["account"], row["account"])
        found[account, row["currency"]] = D(row["total"])
    assert state["orders"] == kept["orders"]
    for key, total in kept["totals"].items():
        assert found.get(key, D(0)) == total
