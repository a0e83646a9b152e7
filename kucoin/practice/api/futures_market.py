"""Market data of the futures host. Prices in books are JSON numbers here, in tickers text; times are ns in both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.practice.engine.terms import Side
from kucoin.practice.market import DEPTH_DAYS
from kucoin.practice.numbers import optional, text
from kucoin.practice.quota import Pool
from kucoin.practice.rulebook import tier_of, tiers
from kucoin.practice.universe import CONTRACTS, INDICES, Contract, coin_of
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()
_FULL_BOOK = 400
_CAP = Decimal("0.003")
SOURCES = (
    ("okex", "0.11"),
    ("binance", "0.59"),
    ("kucoin", "0.15"),
    ("bybit", "0.09"),
    ("bitmart", "0.02"),
    ("gateio", "0.04"),
)
_FIRST_OPEN = 1585555200000


def contract(call: Call, code: str = "200003", message: str = "Invalid symbol.", symbol: str | None = None) -> Contract:
    """Return the contract asked for.

    Raises:
        Refusal: It does not exist; ``code`` differs from endpoint to endpoint.
    """
    found = CONTRACTS.get(symbol or call.need("symbol"))
    if found is None or found.symbol in call.exchange.delisted:
        raise Refusal(code, message)
    return found


@ROUTES.public("/api/v1/timestamp", 2, counted=False)
def timestamp(call: Call) -> object:
    """The exchange's clock."""
    return call.exchange.clock.server_ms()


@ROUTES.public("/api/v1/status", 4)
def status(call: Call) -> object:
    """Whether the host is open."""
    return call.exchange.service.told("futures")


def _contract(call: Call, contract: Contract) -> dict[str, Any]:
    """Return a contract's rules and its figures of the moment."""
    return {**_rules(contract), **_names(contract), **_figures(call, contract)}


def _rules(contract: Contract) -> dict[str, Any]:
    first = tiers(contract.symbol)[0]
    return {
        "symbol": contract.symbol,
        "rootSymbol": contract.settle,
        "type": "FFWCSX",
        "firstOpenDate": _FIRST_OPEN,
        "expireDate": None,
        "settleDate": None,
        "baseCurrency": contract.base,
        "quoteCurrency": contract.quote,
        "settleCurrency": contract.settle,
        "maxOrderQty": contract.max_order,
        "marketMaxOrderQty": contract.max_order // 4,
        "maxPrice": 1000000,
        "lotSize": 1,
        "tickSize": contract.tick,
        "indexPriceTickSize": INDICES[contract.index].tick,
        "multiplier": contract.multiplier,
        "initialMargin": first.initial,
        "maintainMargin": first.maintain,
        "maxRiskLimit": int(first.max_value),
        "minRiskLimit": int(first.max_value),
        "riskStep": int(first.max_value) // 2,
        "makerFeeRate": contract.maker,
        "takerFeeRate": contract.taker,
        "takerFixFee": 0,
        "makerFixFee": 0,
        "settlementFee": None,
        "isDeleverage": True,
        "isQuanto": not contract.is_inverse,
        "isInverse": contract.is_inverse,
        "status": "Open",
        "maxLeverage": contract.max_leverage,
        "supportCross": True,
        "k": 490,
        "m": 300,
        "f": Decimal("1.3"),
        "mmrLimit": Decimal("0.3"),
        "mmrLevConstant": contract.max_leverage,
    }


def _names(contract: Contract) -> dict[str, Any]:
    """Return what a contract's series and their parts are called."""
    return {
        "markMethod": "FairPrice",
        "fairMethod": "FundingRate",
        "fundingBaseSymbol": f".{contract.base}INT8H",
        "fundingQuoteSymbol": f".{contract.quote}INT8H",
        "fundingBaseSymbol1M": f".{contract.base}INT",
        "fundingQuoteSymbol1M": f".{contract.quote}INT",
        "fundingRateSymbol": contract.rate_symbol,
        "indexSymbol": contract.index,
        "settlementSymbol": "",
        "premiumsSymbol1M": f".{contract.symbol}PI",
        "premiumsSymbol8H": f".{contract.symbol}PI8H",
        "sourceExchanges": [name for name, _ in SOURCES],
        "marketStage": "NORMAL",
        "assetClass": "CRYPTO",
        "displaySymbol": contract.symbol,
        "displayBaseCurrency": coin_of(contract.base),
    }


def _figures(call: Call, contract: Contract) -> dict[str, Any]:
    """Return what moves: prices, volumes of 24 h, funding."""
    lively = call.exchange.market
    stats = lively.stats(contract.symbol, call.now)
    index = lively.index_price(contract, call.now)
    next_funding = (call.now // contract.interval_ms + 1) * contract.interval_ms
    volume, turnover = stats.told(contract)
    engine = call.exchange.engine.futures.markets[contract.symbol]
    return {
        "fundingFeeRate": lively.funding_rate(contract, call.now),
        "predictedFundingFeeRate": lively.funding_rate(contract, next_funding),
        "fundingRateGranularity": contract.interval_ms,
        "currentFundingRateGranularity": contract.interval_ms,
        "fundingRateCap": _CAP,
        "fundingRateFloor": -_CAP,
        "nextFundingRateTime": next_funding - call.now,
        "nextFundingRateDateTime": next_funding,
        "openInterest": str(lively.open_interest(contract, call.now)),
        "turnoverOf24h": turnover,
        "volumeOf24h": volume,
        "markPrice": lively.mark_price(contract, call.now),
        "indexPrice": index,
        "lastTradePrice": stats.last,
        "lowPrice": stats.low,
        "highPrice": stats.high,
        "priceChgPct": stats.ratio,
        "priceChg": stats.change,
        "buyLimit": engine.band(Side.BUY),
        "sellLimit": engine.band(Side.SELL),
    }


@ROUTES.public("/api/v1/contracts/active", 3)
def active(call: Call) -> object:
    """Every contract."""
    return [_contract(call, each) for each in CONTRACTS.values() if each.symbol not in call.exchange.delisted]


@ROUTES.public("/api/v1/contracts/risk-limit/{symbol}", 5)
def risk_limit(call: Call) -> object:
    """The tiers of one contract."""
    found = contract(call, "404000", "The contract information you requested does not exist.", call.path["symbol"])
    levels = tiers(found.symbol)
    floors = [Decimal(0), *(tier.max_value for tier in levels)]
    return [
        {
            "symbol": found.symbol,
            "level": tier.level,
            "maxRiskLimit": int(tier.max_value),
            "minRiskLimit": int(above),
            "maxLeverage": tier.max_leverage,
            "initialMargin": tier.initial,
            "maintainMargin": tier.maintain,
        }
        for above, tier in zip(floors, levels, strict=False)
    ]


@ROUTES.public("/api/v1/contracts/{symbol}", 3)
def one(call: Call) -> object:
    """One contract."""
    found = contract(call, "404000", "The contract information you requested does not exist.", call.path["symbol"])
    return _contract(call, found)


def _ticker(call: Call, contract: Contract) -> dict[str, Any]:
    trade = call.exchange.market.trades(contract.symbol, call.now, 1)[0]
    book = call.exchange.market.book(contract.symbol, call.now, 1)
    (bid, bid_size), (ask, ask_size) = book.best_bid, book.best_ask
    return {
        "sequence": book.sequence,
        "symbol": contract.symbol,
        "side": trade.side,
        "size": int(trade.size),
        "tradeId": str(trade.trade_id),
        "price": text(trade.price),
        "bestBidPrice": optional(bid),
        "bestBidSize": int(bid_size or 0),
        "bestAskPrice": optional(ask),
        "bestAskSize": int(ask_size or 0),
        "ts": trade.at_ns,
    }


@ROUTES.public("/api/v1/ticker", 2)
def ticker(call: Call) -> object:
    """Last trade and best prices of one contract."""
    return _ticker(call, contract(call))


@ROUTES.public("/api/v1/allTickers", 5)
def all_tickers(call: Call) -> object:
    """Last trade and best prices of every contract."""
    return [_ticker(call, each) for each in CONTRACTS.values()]


def _book(call: Call, depth: int) -> dict[str, Any]:
    found = contract(call)
    book = call.exchange.market.book(found.symbol, call.now, depth)
    return {
        "sequence": book.sequence,
        "symbol": found.symbol,
        "bids": [[price, int(size)] for price, size in book.bids],
        "asks": [[price, int(size)] for price, size in book.asks],
        "ts": call.now * 1_000_000,
    }


@ROUTES.public("/api/v1/level2/depth20", 5)
def depth20(call: Call) -> object:
    """The best 20 levels."""
    return _book(call, 20)


@ROUTES.public("/api/v1/level2/depth100", 5)
def depth100(call: Call) -> object:
    """The best 100 levels."""
    return _book(call, 100)


@ROUTES.public("/api/v1/level2/snapshot", 3)
def snapshot(call: Call) -> object:
    """The whole book."""
    return _book(call, _FULL_BOOK)


@ROUTES.public("/api/v1/trade/history", 5)
def trades(call: Call) -> object:
    """The last hundred trades, newest first."""
    return [
        {
            "sequence": each.sequence,
            "contractId": 1,
            "tradeId": str(each.trade_id),
            "makerOrderId": each.maker_order_id,
            "takerOrderId": each.taker_order_id,
            "ts": each.at_ns,
            "size": int(each.size),
            "price": text(each.price),
            "side": each.side,
        }
        for each in call.exchange.market.trades(contract(call).symbol, call.now, 100)
    ]


@ROUTES.public("/api/v1/mark-price/{symbol}/current", 3)
def mark_price(call: Call) -> object:
    """Mark and index price of one contract, once a second."""
    found = contract(call, "415000", "mark price is not supported", call.path["symbol"])
    return {
        "symbol": found.symbol,
        "granularity": 1000,
        "timePoint": call.now - call.now % 1000,
        "value": call.exchange.market.mark_price(found, call.now),
        "indexPrice": call.exchange.market.index_price(found, call.now - call.now % 1000),
    }


@ROUTES.public("/api/v1/funding-rate/{symbol}/current", 2)
def funding_rate(call: Call) -> object:
    """The rate of the running interval, under the rate's own name."""
    found = contract(call, "415000", "funding rate is not supported", call.path["symbol"])
    began = call.now - call.now % found.interval_ms
    return {
        "symbol": found.rate_symbol,
        "granularity": found.interval_ms,
        "timePoint": began,
        "value": call.exchange.market.funding_rate(found, call.now),
        "predictedValue": call.exchange.market.funding_rate(found, began + found.interval_ms),
        "fundingRateCap": _CAP,
        "fundingRateFloor": -_CAP,
        "period": 0,
        "fundingTime": began + found.interval_ms,
    }


@ROUTES.public("/api/v1/contract/funding-rates", 5)
def funding_rates(call: Call) -> object:
    """Rates that were charged, newest first, at most 100."""
    found = contract(call)
    call.need("from"), call.need("to")
    since, until = call.number("from", 0), min(call.number("to", 0), call.now)
    oldest = max(since, call.now - DEPTH_DAYS * 86_400_000)
    newest = until - until % found.interval_ms
    times = range(newest, oldest - 1, -found.interval_ms)[:100]
    rate = call.exchange.market.funding_rate
    return [{"symbol": found.symbol, "fundingRate": rate(found, at - 1), "timepoint": at} for at in times]


@ROUTES.private("/api/v1/trade-statistics", "General", Pool.FUTURES, 3)
def statistics(call: Call) -> object:
    """The turnover of all contracts; signed callers only, whatever its documentation says."""
    lively = call.exchange.market
    return {"turnoverOf24h": sum(lively.stats(each, call.now).turnover for each in CONTRACTS)}


def required(contract: Contract, worth: Decimal, leverage: Decimal) -> tuple[Decimal, Decimal]:
    """Return the initial and the maintenance margin rate of a position of ``worth``."""
    tier = tier_of(contract.symbol, worth)
    return max(tier.initial, (1 / leverage).quantize(Decimal("0.0001"))), tier.maintain
