"""The practice market trades by itself, and all its public answers tell of the same trades."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.conftest import Practice

D = Decimal
PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"
PATIENCE_S = 30


def histories(practice: Practice, symbol: str = PAIR) -> list[dict[str, Any]]:
    """The last hundred trades of a pair, newest first."""
    rows: list[dict[str, Any]] = practice.public(f"/api/v1/market/histories?symbol={symbol}").data
    return rows


def until(found: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def candle(practice: Practice, minute: int) -> list[str] | None:
    """The bar of one minute, by its start in seconds: time, open, close, high, low, volume, turnover."""
    rows = practice.public(f"/api/v1/market/candles?symbol={PAIR}&type=1min&startAt={minute}&endAt={minute + 60}").data
    return rows[0] if rows else None


def market_order(practice: Practice, side: str, size: str) -> dict[str, Any]:
    """Trade at once as the default user; what became of it."""
    body = f'{{"symbol":"{PAIR}","side":"{side}","type":"market","size":"{size}"}}'
    done: dict[str, Any] = practice.send("POST", "/api/v1/hf/orders/sync", body=body).data
    return done


def test_trades_go_on_by_themselves(practice: Practice) -> None:
    """A hundred trades of a lively pair are other ones before long, each with a sequence of its own."""
    practice.clock(rate=8)
    before = {row["sequence"] for row in histories(practice)}
    until(lambda: not before & {row["sequence"] for row in histories(practice)})
    rows = histories(practice)
    assert len({row["sequence"] for row in rows}) == len(rows) == 100
    assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), reverse=True)


def test_all_answers_tell_of_the_same_market(practice: Practice) -> None:
    """Last price, best prices and the 24 h figures are the same wherever they are told."""
    practice.clock(rate=0)
    (newest, *_) = histories(practice)
    level1 = practice.public(f"/api/v1/market/orderbook/level1?symbol={PAIR}").data
    book = practice.public(f"/api/v1/market/orderbook/level2_20?symbol={PAIR}").data
    stats = practice.public(f"/api/v1/market/stats?symbol={PAIR}").data
    (ticker,) = [row for row in practice.public("/api/v1/market/allTickers").data["ticker"] if row["symbol"] == PAIR]
    bars = practice.public(f"/api/v1/market/candles?symbol={PAIR}&type=1min").data[:1440]
    assert {newest["price"], level1["price"], stats["last"], ticker["last"], bars[0][2]} == {newest["price"]}
    assert [level1["bestBid"], level1["bestBidSize"]] == book["bids"][0] == [ticker["buy"], ticker["bestBidSize"]]
    assert [level1["bestAsk"], level1["bestAskSize"]] == book["asks"][0] == [ticker["sell"], ticker["bestAskSize"]]
    assert level1["sequence"] == book["sequence"]
    assert len(book["bids"]) == len(book["asks"]) == 20
    assert D(book["bids"][0][0]) < D(book["asks"][0][0])
    assert D(stats["high"]) == max(D(row[3]) for row in bars)
    assert D(stats["low"]) == min(D(row[4]) for row in bars)
    assert D(stats["vol"]) == sum(D(row[5]) for row in bars)
    assert D(stats["volValue"]) == sum(D(row[6]) for row in bars)


def test_contracts_tell_of_one_market_too(practice: Practice) -> None:
    """The ticker is the newest trade between the best prices of the book; mark and index are near."""
    practice.clock(rate=0)
    (newest, *_) = practice.public(f"/api/v1/trade/history?symbol={CONTRACT}", futures=True).data
    ticker = practice.public(f"/api/v1/ticker?symbol={CONTRACT}", futures=True).data
    book = practice.public(f"/api/v1/level2/depth20?symbol={CONTRACT}", futures=True).data
    contract = practice.public(f"/api/v1/contracts/{CONTRACT}", futures=True).data
    for name in ("sequence", "tradeId", "price", "size", "side", "ts"):
        assert newest[name] == ticker[name] or name == "sequence"
    assert D(ticker["bestBidPrice"]) == D(str(book["bids"][0][0])) < D(ticker["bestAskPrice"])
    assert D(str(contract["lastTradePrice"])) == D(ticker["price"])
    assert abs(D(str(contract["markPrice"])) / D(ticker["price"]) - 1) < D("0.005")


def test_nothing_moves_while_the_clock_stands(practice: Practice) -> None:
    """Not a trade, not a level of any book."""
    practice.clock(rate=0)
    paths = ["/api/v1/market/allTickers", f"/api/v1/market/histories?symbol={PAIR}"]
    before = [practice.public(path).data for path in paths]
    for _ in range(10):
        assert [practice.public(path).data for path in paths] == before


def test_what_a_user_trades_is_on_the_tape(practice: Practice) -> None:
    """Its fills are the newest trades, and the minute's volume has grown by its size."""
    practice.clock(rate=0)
    minute = practice.clock()["market_ms"] // 60_000 * 60
    bar = candle(practice, minute)
    before = D(bar[5]) if bar else D(0)
    order = market_order(practice, "buy", "0.01")
    fills = practice.get(f"/api/v1/hf/fills?symbol={PAIR}&orderId={order['orderId']}").data["items"]
    newest = histories(practice)[: len(fills)]
    assert sorted((row["price"], row["size"], row["side"]) for row in newest) == sorted(
        (row["price"], row["size"], "buy") for row in fills
    )
    bar = candle(practice, minute)
    assert bar is not None
    assert D(bar[5]) - before == D("0.01")
    assert bar[2] == newest[0]["price"]


def test_the_market_is_there_at_once_when_the_clock_is_moved(new_practice: Callable[..., Practice]) -> None:
    """A month on, or back again, the next answer has a book around that day's price, and trades go on."""
    practice = new_practice()
    for days in (30, 0):
        practice.clock(offset=days * 86_400, rate=0)
        book = practice.public(f"/api/v1/market/orderbook/level2_20?symbol={PAIR}").data
        last = D(practice.public(f"/api/v1/market/orderbook/level1?symbol={PAIR}").data["price"])
        assert len(book["bids"]) == len(book["asks"]) == 20
        assert abs((D(book["bids"][0][0]) + D(book["asks"][0][0])) / 2 / last - 1) < D("0.001")
        practice.clock(rate=1)
        until(lambda last=last: D(histories(practice)[0]["price"]) != last)


def test_what_was_traded_outlives_a_power_cut(new_practice: Callable[..., Practice], tmp_path: Path) -> None:
    """The bars of minutes that were over are the same after kill -9, a user's trade in them included."""
    before = new_practice(data=tmp_path / "kept")
    began = before.clock(rate=0)["market_ms"] // 60_000 * 60
    market_order(before, "buy", "0.02")
    before.clock(rate=60)
    until(lambda: before.clock()["market_ms"] // 60_000 * 60 > began)
    before.clock(offset=120)  # which a restart keeps, so that this minute stays in the past
    told = candle(before, began)
    before.kill()
    after = new_practice(data=tmp_path / "kept")
    assert told is not None
    assert D(told[5]) >= D("0.02")
    assert candle(after, began) == told
