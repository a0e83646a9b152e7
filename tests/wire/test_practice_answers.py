"""What the practice exchange answers: KuCoin's shapes and types, and figures that agree with each other."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Practice

D = Decimal
PAYLOADS = Path(__file__).parents[1] / "payloads"
# A payload in KuCoin's shape -> host and path of the endpoint that answers like it.
ENDPOINTS = {
    "account-mode": ("spot", "/api/ua/v1/account/mode"),
    "api-key": ("spot", "/api/v1/user/api-key"),
    "cross-margin": ("spot", "/api/v3/margin/accounts?quoteCurrency=USDT&queryType=MARGIN"),
    "futures-account": ("futures", "/api/v1/account-overview?currency=USDT"),
    "futures-all-accounts": ("futures", "/api/v1/account-overview-all?currency=USDT"),
    "futures-contracts": ("futures", "/api/v1/contracts/active"),
    "futures-klines": ("futures", "/api/v1/kline/query?symbol=XBTUSDTM&granularity=60"),
    "futures-positions": ("futures", "/api/v1/positions?currency=USDT"),
    "futures-status": ("futures", "/api/v1/status"),
    "futures-trades": ("futures", "/api/v1/trade/history?symbol=XBTUSDTM"),
    "futures-time": ("futures", "/api/v1/timestamp"),
    "isolated-margin": ("spot", "/api/v3/isolated/accounts?quoteCurrency=USDT"),
    "spot-accounts": ("spot", "/api/v1/accounts"),
    "spot-all-tickers": ("spot", "/api/v1/market/allTickers"),
    "spot-currencies": ("spot", "/api/v3/currencies"),
    "spot-klines": ("spot", "/api/v1/market/candles?symbol=BTC-USDT&type=1min"),
    "spot-prices": ("spot", "/api/v1/prices?base=USD"),
    "spot-stats": ("spot", "/api/v1/market/stats?symbol=BTC-USDT"),
    "spot-status": ("spot", "/api/v1/status"),
    "spot-symbols": ("spot", "/api/v2/symbols"),
    "spot-trades": ("spot", "/api/v1/market/histories?symbol=BTC-USDT"),
    "spot-time": ("spot", "/api/v1/timestamp"),
    "sub-accounts": ("spot", "/api/v2/sub-accounts"),
    "user-info": ("spot", "/api/v2/user-info"),
}
# Fields that KuCoin leaves out, or sends as null or as a number with or without a fraction, from row to row.
NUMBERS = (int, float)


def differences(wanted: Any, found: Any, where: str = "data") -> list[str]:
    """Return where ``found`` lacks a field of ``wanted`` or has another JSON type; null fits anything."""
    if wanted is None or found is None:
        return []
    if isinstance(wanted, dict) and isinstance(found, dict) and wanted.keys() - found.keys() and "BTC" not in wanted:
        return [f"{where} lacks {sorted(wanted.keys() - found.keys())}"]
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [
            line
            for key in wanted.keys() & found.keys()
            for line in differences(wanted[key], found[key], f"{where}.{key}")
        ]
    if isinstance(wanted, list) and isinstance(found, list):
        return differences(wanted[0], found[0], f"{where}[0]") if wanted and found else []
    same = type(wanted) is type(found) or (type(wanted) in NUMBERS and type(found) in NUMBERS)
    return [] if same else [f"{where} is {type(found).__name__}, not {type(wanted).__name__}"]


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_answer_has_the_shape_of_kucoins(practice: Practice, name: str) -> None:
    """Every field of the recorded shape is there, text where text is sent, numbers where numbers are."""
    host, path = ENDPOINTS[name]
    wanted = json.loads((PAYLOADS / f"{name}.json").read_text())
    assert differences(wanted["data"], practice.get(path, futures=host == "futures").data) == []


def test_the_parts_of_a_futures_account_make_its_equity(practice: Practice) -> None:
    """Both of KuCoin's equations, in every settlement currency; without one it answers for XBT."""
    practice.clock(rate=0)
    for currency in ("USDT", "USDC", "XBT", "ETH"):
        found = practice.get(f"/api/v1/account-overview?currency={currency}", futures=True).data
        figures = {name: D(str(value)) for name, value in found.items() if isinstance(value, int | float)}
        assert figures["accountEquity"] == pytest.approx(
            figures["marginBalance"] + figures["unrealisedPNL"], abs=D("1e-8")
        )
        parts = sum(figures[name] for name in ("positionMargin", "orderMargin", "frozenFunds", "availableBalance"))
        assert figures["marginBalance"] == pytest.approx(parts - figures["unrealisedPNL"], abs=D("1e-8"))
        rows = practice.get(f"/api/v1/positions?currency={currency}", futures=True).data
        profit = sum(D(str(row["unrealisedPnl"])) for row in rows)
        assert figures["unrealisedPNL"] == pytest.approx(profit, abs=D("1e-8"))
    default = practice.get("/api/v1/account-overview", futures=True).data
    assert default["currency"] == "XBT"
    assert default == practice.get("/api/v1/account-overview?currency=BTC", futures=True).data


def test_a_position_is_arithmetic(practice: Practice) -> None:
    """Value, profit and ratios follow from lots, prices and leverage, linear and inverse."""
    practice.clock(rate=0)
    contracts = {row["symbol"]: row for row in practice.public("/api/v1/contracts/active", futures=True).data}
    rows = practice.get("/api/v1/positions", futures=True).data
    assert {row["isInverse"] for row in rows} == {True, False}
    for row in rows:
        rule = contracts[row["symbol"]]
        lots, times = row["currentQty"], rule["multiplier"]
        worth = lots * times / row["markPrice"] if rule["isInverse"] else lots * times * row["markPrice"]
        cost = lots * times / row["avgEntryPrice"] if rule["isInverse"] else lots * times * row["avgEntryPrice"]
        assert row["markPrice"] == rule["markPrice"]
        assert row["markValue"] == pytest.approx(worth, rel=1e-9, abs=1e-9)
        assert row["unrealisedPnl"] == pytest.approx(worth - cost, rel=1e-6, abs=1e-9)
        assert row["posInit"] == pytest.approx(abs(cost) / row["leverage"], rel=1e-9, abs=1e-9)
        assert row["unrealisedRoePcnt"] == pytest.approx((worth - cost) / row["posInit"], abs=1e-4)
        beyond = (row["markPrice"] - row["liquidationPrice"]) * lots
        assert beyond > 0 or row["liquidationPrice"] in (0, 1_000_000)
        assert ("maintMargin" in row) == (row["marginMode"] == "ISOLATED")


def test_funding_and_spot_rows_are_told_by_type(practice: Practice) -> None:
    """``trade_hf`` for who asks so, ``main`` and ``trade`` for everybody, margin never."""
    everything = practice.get("/api/v1/accounts").data
    assert {row["type"] for row in everything} == {"main", "trade"}
    trade = practice.get("/api/v1/accounts?type=trade").data
    fast = practice.get("/api/v1/accounts?type=trade_hf").data
    assert {row["type"] for row in fast} == {"trade_hf"}
    assert [(row["currency"], row["balance"]) for row in fast] == [(row["currency"], row["balance"]) for row in trade]
    for row in everything:
        assert D(row["balance"]) == D(row["available"]) + D(row["holds"])
    one = practice.get(f"/api/v1/accounts/{everything[0]['id']}").data
    assert one == {name: everything[0][name] for name in ("currency", "balance", "available", "holds")}
    usdt = practice.get("/api/v1/accounts?currency=USDT&type=main").data
    assert [row["currency"] for row in usdt] == ["USDT"]
    assert practice.get("/api/v1/accounts?type=margin").code == "400100"


def test_margin_totals_are_their_assets_at_the_listed_prices(practice: Practice) -> None:
    """Cross and isolated, in USDT and in BTC; the debt ratio is debt over assets."""
    practice.clock(rate=0)
    prices = {name: D(price) for name, price in practice.state()["prices"].items()}
    cross = practice.get("/api/v3/margin/accounts").data
    assets = sum(D(row["total"]) * prices[row["currency"]] for row in cross["accounts"])
    debts = sum(D(row["liability"]) * prices[row["currency"]] for row in cross["accounts"])
    assert D(cross["totalAssetOfQuoteCurrency"]) == pytest.approx(assets, abs=D("1e-7"))
    assert D(cross["totalLiabilityOfQuoteCurrency"]) == pytest.approx(debts, abs=D("1e-7"))
    assert D(cross["debtRatio"]) == pytest.approx(debts / assets, abs=D("0.0001"))
    in_bitcoin = practice.get("/api/v3/margin/accounts?quoteCurrency=BTC").data
    assert D(in_bitcoin["totalAssetOfQuoteCurrency"]) == pytest.approx(assets / prices["BTC"], abs=D("1e-7"))
    isolated = practice.get("/api/v3/isolated/accounts").data
    sides = [pair[side] for pair in isolated["assets"] for side in ("baseAsset", "quoteAsset")]
    assert D(isolated["totalAssetOfQuoteCurrency"]) == pytest.approx(
        sum(D(side["total"]) * prices[side["currency"]] for side in sides), abs=D("1e-7")
    )
    assert any(D(side["liability"]) > 0 for side in sides)
    old = practice.get("/api/v1/margin/account").data["accounts"]
    assert {row["currency"]: row["totalBalance"] for row in old} == {
        row["currency"]: row["total"] for row in cross["accounts"]
    }


@pytest.mark.parametrize(
    ("path", "futures", "code"),
    [
        ("/api/v1/market/stats?symbol=NO-PAIR", False, "900001"),
        ("/api/v2/symbols/NO-PAIR", False, "900001"),
        ("/api/v1/market/candles?symbol=BTC-USDT&type=7min", False, "400100"),
        ("/api/v1/market/candles?type=1min", False, "400100"),
        ("/api/v1/prices?base=XXX", False, "400100"),
        ("/api/v1/contracts/NOCONTRACT", True, "404000"),
        ("/api/v1/ticker?symbol=NOCONTRACT", True, "200003"),
        ("/api/v1/level2/depth20?symbol=NOCONTRACT", True, "200003"),
        ("/api/v1/mark-price/NOCONTRACT/current", True, "415000"),
        ("/api/v1/funding-rate/NOCONTRACT/current", True, "415000"),
        ("/api/v1/kline/query?symbol=XBTUSDTM&granularity=5min", True, "400100"),
        ("/api/v1/orders/1234", True, "100001"),
        ("/api/v1/hf/orders/1234?symbol=BTC-USDT", False, "400100"),
        ("/api/v1/account-overview?currency=DOGE", True, "400100"),
    ],
)
def test_a_wrong_question_has_kucoins_code(practice: Practice, path: str, futures: bool, code: str) -> None:
    """HTTP 200 with another code than 200000, as KuCoin refuses."""
    answer = practice.get(path, futures=futures)
    assert (answer.status, answer.code) == (200, code)


def test_there_is_nothing_to_tell_of_what_does_not_exist(practice: Practice) -> None:
    """A ticker of an unknown pair has no data; a flat contract is a success without data, an empty list in v2."""
    assert practice.public("/api/v1/market/orderbook/level1?symbol=NO-PAIR").data is None
    flat = practice.get("/api/v1/position?symbol=AVAXUSDTM", futures=True)
    assert flat.body == {"code": "200000", "msg": "Position does not exist"}
    assert practice.get("/api/v2/position?symbol=AVAXUSDTM", futures=True).data == []


def test_candles_come_in_each_hosts_order(practice: Practice) -> None:
    """Spot: newest first, open-close-high-low, text, s. Futures: oldest first, open-high-low-close, numbers, ms."""
    spot = practice.public("/api/v1/market/candles?symbol=BTC-USDT&type=1hour").data
    assert len(spot) == 1500
    assert [int(row[0]) for row in spot] == sorted((int(row[0]) for row in spot), reverse=True)
    assert all(D(row[3]) >= max(D(row[1]), D(row[2])) and D(row[4]) <= min(D(row[1]), D(row[2])) for row in spot)
    futures = practice.public("/api/v1/kline/query?symbol=XBTUSDTM&granularity=60", futures=True).data
    assert len(futures) == 500
    assert [row[0] for row in futures] == sorted(row[0] for row in futures)
    assert all(row[2] >= max(row[1], row[4]) and row[3] <= min(row[1], row[4]) for row in futures)
    assert len(futures[0]) == 7
    assert futures[-1][0] == int(spot[0][0]) * 1000


def test_a_window_of_candles_is_a_window(practice: Practice) -> None:
    """Start included, end excluded, to the second."""
    now = practice.public("/api/v1/timestamp").data // 1000
    start = (now // 3600 - 30) * 3600
    rows = practice.public(
        f"/api/v1/market/candles?symbol=ETH-USDT&type=15min&startAt={start}&endAt={start + 7200}"
    ).data
    assert [int(row[0]) for row in rows] == [start + 900 * place for place in range(7, -1, -1)]


def test_premiums_have_candles_of_their_minutes(practice: Practice) -> None:
    """As index and contract have; what the candles of a minute say is what the series says."""
    practice.clock(rate=0)
    name = ".XBTUSDTMPI"
    rows = practice.public(f"/api/v1/kline/query?symbol={name}&granularity=1", futures=True).data
    told = practice.public(f"/api/v1/premium/query?symbol={name}&maxCount=40", futures=True).data["dataList"]
    closes = {row[0]: row[4] for row in rows}
    assert [closes[each["timePoint"]] for each in told] == [each["value"] for each in told]
    start = rows[0][0]
    hours = practice.public(f"/api/v1/kline/query?symbol={name}&granularity=60&from={start}", futures=True).data
    whole = [row[2] for row in rows if hours[1][0] <= row[0] < hours[2][0]]
    assert (len(whole), hours[1][2]) == (60, max(whole))
    refused = practice.public("/api/v1/kline/query?symbol=.NOSUCHPI&granularity=1", futures=True)
    assert refused.code == "200003"


def test_pages_hold_every_row_once(practice: Practice) -> None:
    """Ledgers and histories page through without repeating or dropping a row."""
    whole = practice.get("/api/v3/margin/interest?currency=XRP&pageSize=500").data
    assert whole["totalNum"] == len(whole["items"]) > 100
    collected: list[Any] = []
    for number in range(1, -(-whole["totalNum"] // 70) + 1):
        collected += practice.get(f"/api/v3/margin/interest?currency=XRP&currentPage={number}&pageSize=70").data[
            "items"
        ]
    assert collected == whole["items"]
    first = practice.get("/api/v1/hf/accounts/ledgers?limit=10").data
    second = practice.get(f"/api/v1/hf/accounts/ledgers?limit=10&lastId={first[-1]['id']}").data
    assert len(first) == len(second) == 10
    assert int(second[0]["id"]) < int(first[-1]["id"])
    start = practice.get("/api/v1/transaction-history?currency=USDT&maxCount=5", futures=True).data
    more = practice.get(
        f"/api/v1/transaction-history?currency=USDT&maxCount=5&offset={start['dataList'][-1]['offset']}", futures=True
    ).data
    assert start["hasMore"] is True
    assert not {row["offset"] for row in start["dataList"]} & {row["offset"] for row in more["dataList"]}


def test_sub_accounts_are_told_on_both_hosts(practice: Practice) -> None:
    """Spot balances by name, futures with the master itself as ``main``, totals that add up."""
    practice.clock(rate=0)
    names = {row["subName"] for row in practice.get("/api/v2/sub-accounts").data["items"]}
    assert names == {"carry-desk", "grid-bots", "savings"}
    both = practice.get("/api/v1/account-overview-all?currency=USDT", futures=True).data
    assert {row["accountName"] for row in both["accounts"]} == names | {"main"}
    assert both["summary"]["accountEquityTotal"] == pytest.approx(sum(row["accountEquity"] for row in both["accounts"]))
    own = practice.get("/api/v1/account-overview?currency=USDT", futures=True).data
    main = next(row for row in both["accounts"] if row["accountName"] == "main")
    assert main["accountEquity"] == own["accountEquity"]


def test_orders_are_read_from_every_side(practice: Practice) -> None:
    """Open, finished, conditional; by id and by the caller's id; futures list finished ones unless asked."""
    symbols = practice.get("/api/v1/hf/orders/active/symbols").data["symbols"]
    assert set(symbols) == {"BTC-USDT", "ETH-USDT", "KCS-USDT"}
    (order,) = practice.get("/api/v1/hf/orders/active?symbol=BTC-USDT").data
    assert practice.get("/api/v1/hf/orders/active/page?symbol=BTC-USDT").data["items"] == [order]
    assert practice.get(f"/api/v1/hf/orders/{order['id']}?symbol=BTC-USDT").data == order
    assert practice.get(f"/api/v1/hf/orders/client-order/{order['clientOid']}?symbol=BTC-USDT").data == order
    done = practice.get("/api/v1/hf/orders/done?symbol=BTC-USDT").data["items"]
    assert done
    assert not any(row["active"] for row in done)
    assert any(row["cancelExist"] for row in done)
    assert practice.get("/api/v1/stop-order?symbol=SOL-USDT").data["items"][0]["status"] == "NEW"
    finished = practice.get("/api/v1/orders", futures=True).data["items"]
    waiting = practice.get("/api/v1/orders?status=active", futures=True).data["items"]
    assert {row["status"] for row in finished} == {"done"}
    assert {row["status"] for row in waiting} == {"open"}
    assert practice.get(f"/api/v1/orders/{waiting[0]['id']}", futures=True).data == waiting[0]
    value = practice.get("/api/v1/openOrderStatistics?symbol=XBTUSDTM", futures=True).data
    assert value["openOrderBuySize"] == 30
    fills = practice.get("/api/v1/fills?symbol=XBTUSDTM", futures=True).data["items"]
    assert D(fills[0]["fee"]) == pytest.approx(D(fills[0]["value"]) * D(fills[0]["feeRate"]), abs=D("1e-8"))
