"""What ccxt has to read from the futures host, made of the exchange's own answers to bare requests."""

from __future__ import annotations

from collections.abc import Callable

from tests.strangers.asking import Standstill
from tests.strangers.ccxt_spot import ledger
from tests.strangers.ccxt_terms import (
    PERPETUAL,
    Expectation,
    Row,
    book,
    by_time,
    code,
    fees,
    fills,
    orders,
    perpetual,
    stops,
)


def contracts(at: Standstill) -> Row:
    """Every contract with its multiplier, tick and fees."""
    return {
        perpetual(each): {
            "id": each["symbol"],
            "active": each["status"] == "Open",
            "inverse": each["isInverse"],
            "settle": code(each["settleCurrency"]),
            "contractSize": abs(each["multiplier"]),
            "precision": {"price": each["tickSize"]},
            "limits": {"leverage": {"max": each["maxLeverage"]}},
            "taker": each["takerFeeRate"],
            "maker": each["makerFeeRate"],
        }
        for each in at.raw("futures:/api/v1/contracts/active")
    }


def futures_tickers(at: Standstill) -> Row:
    """The last 24 h of every contract."""
    figures = {"last": "lastTradePrice", "high": "highPrice", "low": "lowPrice", "quoteVolume": "turnoverOf24h"}
    figures |= {"baseVolume": "volumeOf24h", "markPrice": "markPrice", "indexPrice": "indexPrice"}
    return {
        perpetual(each): {name: each[key] for name, key in figures.items()}
        for each in at.raw("futures:/api/v1/contracts/active")
    }


def best(raw: Row) -> Row:
    """Last, best bid and ask of a contract."""
    figures = {"last": "price", "bid": "bestBidPrice", "bidVolume": "bestBidSize"}
    figures |= {"ask": "bestAskPrice", "askVolume": "bestAskSize"}
    return {name: float(raw[key]) for name, key in figures.items()}


def bids_and_asks(at: Standstill) -> Row:
    """Best bid and ask of every contract."""
    names = {each["symbol"]: perpetual(each) for each in at.raw("futures:/api/v1/contracts/active")}
    return {names[each["symbol"]]: best(each) for each in at.raw("futures:/api/v1/allTickers")}


def futures_candles(at: Standstill) -> list[list[float]]:
    """Hours of a day, the same columns."""
    rows = at.raw("futures:/api/v1/kline/query?symbol=XBTUSDTM&granularity=60&from={since_ms}&to={until_ms}")
    return [row[:6] for row in rows]


def futures_trades(at: Standstill) -> list[Row]:
    """The last trades of a contract."""
    return [
        {"id": each["tradeId"], "price": float(each["price"]), "amount": float(each["size"]), "side": each["side"]}
        for each in by_time(at.raw("futures:/api/v1/trade/history?symbol=XBTUSDTM"), "ts")
    ]


def overview(currency: str) -> Callable[[Standstill], Row]:
    """Equity and what is free of it."""

    def account(at: Standstill) -> Row:
        raw = at.raw(f"futures:/api/v1/account-overview?currency={currency}")
        return {code(currency): {"total": raw["accountEquity"], "free": raw["availableBalance"]}}

    return account


def futures_ledger(currency: str) -> Callable[[Standstill], list[Row]]:
    """The futures ledger."""
    return lambda at: [
        {
            "timestamp": each["time"],
            "currency": code(each["currency"]),
            "amount": abs(each["amount"]),
            "status": "ok",
        }
        for each in by_time(at.raw(f"futures:/api/v1/transaction-history?currency={currency}")["dataList"], "time")
    ]


def held(raw: Row) -> Row:
    """An open position."""
    figures = {"entryPrice": "avgEntryPrice", "markPrice": "markPrice", "unrealizedPnl": "unrealisedPnl"}
    figures |= {"realizedPnl": "realisedPnl", "liquidationPrice": "liquidationPrice", "initialMargin": "posInit"}
    found = {name: raw[key] for name, key in figures.items()}
    found |= {"id": raw["id"], "contracts": abs(raw["currentQty"]), "marginMode": raw["marginMode"].lower()}
    return found | {"side": "long" if raw["currentQty"] > 0 else "short"}


def positions(at: Standstill) -> list[Row]:
    """Every open position."""
    return [held(each) for each in at.raw("futures:/api/v1/positions")]


def closed_positions(at: Standstill) -> list[Row]:
    """Closed positions."""
    return [
        {
            "id": each["closeId"],
            "entryPrice": float(each["openPrice"]),
            "lastPrice": float(each["closePrice"]),
            "realizedPnl": float(each["pnl"]),
            "lastUpdateTimestamp": each["closeTime"],
        }
        for each in at.raw("futures:/api/v1/history-positions?limit=200")["items"]
    ]


def funding_rate(at: Standstill) -> Row:
    """The rate that is paid next."""
    raw = at.raw("futures:/api/v1/funding-rate/XBTUSDTM/current")
    return {"symbol": PERPETUAL, "fundingRate": raw["value"], "fundingTimestamp": raw["fundingTime"], "interval": "8h"}


def funding_rates(at: Standstill) -> list[Row]:
    """The rates of a day."""
    raw = at.raw("futures:/api/v1/contract/funding-rates?symbol=XBTUSDTM&from={since_ms}&to={until_ms}")
    return [{"fundingRate": each["fundingRate"], "timestamp": each["timepoint"]} for each in by_time(raw, "timepoint")]


def funding_paid(at: Standstill) -> list[Row]:
    """Funding paid and received."""
    return [
        {"timestamp": each["timePoint"], "amount": each["funding"], "positionQty": each["positionQty"]}
        for each in at.raw("futures:/api/v1/funding-history?symbol=XBTUSDTM")["dataList"]
    ]


def risk_limit(at: Standstill) -> list[Row]:
    """The steps of maintenance margin and leverage."""
    return [
        {
            "tier": each["level"],
            "maxNotional": each["maxRiskLimit"],
            "maintenanceMarginRate": each["maintainMargin"],
            "maxLeverage": each["maxLeverage"],
        }
        for each in at.raw("futures:/api/v1/contracts/risk-limit/XBTUSDTM")
    ]


def cross_leverage(at: Standstill) -> Row:
    """The leverage of cross orders."""
    leverage = int(at.raw("futures:/api/v2/getCrossUserLeverage?symbol=XBTUSDTM")["leverage"])
    return {"symbol": PERPETUAL, "longLeverage": leverage, "shortLeverage": leverage}


EXPECTED: dict[str, Expectation] = {
    "futures status": lambda _: {"status": "ok"},
    "contracts": contracts,
    "futures tickers": futures_tickers,
    "futures bids and asks": bids_and_asks,
    "futures ticker": lambda at: best(at.raw("futures:/api/v1/ticker?symbol=XBTUSDTM")),
    "futures candles": futures_candles,
    "futures book of 20": book("futures:/api/v1/level2/depth20?symbol=XBTUSDTM"),
    "futures whole book": book("futures:/api/v1/level2/snapshot?symbol=XBTUSDTM"),
    "futures trades": futures_trades,
    "futures account in USDT": overview("USDT"),
    "futures account in XBT": overview("XBT"),
    "futures ledger": futures_ledger("USDT"),
    "futures ledger in bitcoin": futures_ledger("XBT"),
    "futures fees": fees("futures:/api/v1/trade-fees?symbol=XBTUSDTM", PERPETUAL),
    "positions": positions,
    "position": lambda at: held(at.raw("futures:/api/v1/position?symbol=XBTUSDTM")),
    "closed positions": closed_positions,
    "funding rate": funding_rate,
    "funding rates": funding_rates,
    "funding paid": funding_paid,
    "risk limit": risk_limit,
    "cross leverage": cross_leverage,
    "margin mode": lambda _: {"symbol": PERPETUAL, "marginMode": "isolated"},
    "position mode": lambda _: {"hedged": False},
    "open futures orders": orders("futures:/api/v1/orders?status=active&symbol=XBTUSDTM", "open", size="filledSize"),
    "finished futures orders": orders(
        "futures:/api/v1/orders?status=done&symbol=DOGEUSDTM", "closed", size="filledSize"
    ),
    "futures stop orders": stops("futures:/api/v1/stopOrders?symbol=ETHUSDTM"),
    "futures fills": fills("futures:/api/v1/fills?symbol=XBTUSDTM"),
    "spot ledger, asked of futures": ledger("/api/v1/hf/accounts/ledgers?currency=USDT"),
}
