"""Market data of the spot host."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.practice import rulebook
from kucoin.practice.history import DAY, TURNOVER_UNIT, WEEK, Bars
from kucoin.practice.market import MONTH, Book
from kucoin.practice.numbers import optional, text
from kucoin.practice.quota import Pool
from kucoin.practice.service import LATEST, Announced
from kucoin.practice.universe import COINS, PAIRS, Coin, Pair
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()
_FEE = Decimal("0.001")
_UNITS = {
    "1min": 1, "3min": 3, "5min": 5, "15min": 15, "30min": 30, "1hour": 60, "2hour": 120, "4hour": 240, "6hour": 360,
    "8hour": 480, "12hour": 720, "1day": DAY, "1week": WEEK, "1month": MONTH,
}  # fmt: skip
_MOST_CANDLES = 1500
_FIAT = {  # what a USDT costs
    "USD": "0.9996", "EUR": "0.8588", "GBP": "0.7571", "CHF": "0.8043", "JPY": "155.62", "KRW": "1463.2",
    "CNY": "7.1035", "HKD": "7.774", "SGD": "1.3017", "INR": "89.41", "IDR": "16672", "VND": "26310", "AUD": "1.5312",
    "CAD": "1.4011", "BRL": "5.337", "MXN": "18.42", "TRY": "42.38", "RUB": "80.9", "UAH": "42.11", "ZAR": "17.21",
}  # fmt: skip
_FULL_BOOK = 400


def pair(call: Call, *, name: str = "symbol") -> Pair:
    """Return the pair asked for.

    Raises:
        Refusal: 900001.
    """
    found = PAIRS.get(call.need(name))
    if found is None:
        raise Refusal("900001", "symbol not exists")
    return found


@ROUTES.public("/api/v1/timestamp", 3, counted=False)
def timestamp(call: Call) -> object:
    """The exchange's clock."""
    return call.exchange.clock.server_ms()


@ROUTES.public("/api/v1/status", 3)
def status(call: Call) -> object:
    """Whether the host is open."""
    return call.exchange.service.told("spot")


@ROUTES.public("/api/v1/my-ip", 0)
def my_ip(call: Call) -> object:
    """The caller's address."""
    return call.address


@ROUTES.public("/api/v1/markets", 3)
def markets(_call: Call) -> object:
    """The groups of pairs."""
    return ["USDS", "BTC", "KCS", "ALTS"]


def _symbol(pair: Pair) -> dict[str, Any]:
    return {
        "symbol": pair.symbol,
        "name": pair.symbol,
        "baseCurrency": pair.base,
        "quoteCurrency": pair.quote,
        "feeCurrency": pair.quote,
        "market": pair.market,
        "baseMinSize": text(pair.base_min),
        "quoteMinSize": text(pair.quote_min),
        "baseMaxSize": text(rulebook.MOST_BASE),
        "quoteMaxSize": text(rulebook.MOST_QUOTE),
        "baseIncrement": text(pair.lot),
        "quoteIncrement": text(pair.quote_increment),
        "priceIncrement": text(pair.tick),
        "priceLimitRate": text(rulebook.PRICE_LIMIT_RATE),
        "minFunds": text(pair.quote_min),
        "isMarginEnabled": pair.margin,
        "enableTrading": True,
        "feeCategory": 1,
        "makerFeeCoefficient": "1.00",
        "takerFeeCoefficient": "1.00",
        "st": False,
        "callauctionIsEnabled": False,
        "callauctionPriceFloor": None,
        "callauctionPriceCeiling": None,
        "callauctionFirstStageStartTime": None,
        "callauctionSecondStageStartTime": None,
        "callauctionThirdStageStartTime": None,
        "tradingStartTime": None,
    }


@ROUTES.public("/api/v2/symbols", 4)
def symbols(call: Call) -> object:
    """Every pair, or those of a ``market``."""
    market = call.param("market")
    listed = [each for each in PAIRS.values() if each.symbol not in call.exchange.delisted]
    return [_symbol(each) for each in listed if market in (None, each.market)]


@ROUTES.public("/api/v2/symbols/{symbol}", 4)
def symbol(call: Call) -> object:
    """One pair."""
    found = PAIRS.get(call.path["symbol"])
    if found is None or found.symbol in call.exchange.delisted:
        raise Refusal("900001", "symbol not exists")
    return _symbol(found)


def _currency(code: str, coin: Coin) -> dict[str, Any]:
    open_ = coin.price > 0
    return {
        "currency": code,
        "name": code,
        "fullName": coin.name,
        "precision": coin.precision,
        "confirms": None,
        "contractAddress": None,
        "isMarginEnabled": open_,
        "isDebitEnabled": open_,
        "chains": [
            {
                "chainName": coin.chain.upper(),
                "withdrawalMinSize": "0.001",
                "depositMinSize": "0.0002",
                "withdrawFeeRate": "0",
                "withdrawalMinFee": "0.0005",
                "isWithdrawEnabled": open_,
                "isDepositEnabled": open_,
                "confirms": 3,
                "preConfirms": 1,
                "contractAddress": "",
                "withdrawPrecision": coin.precision,
                "maxWithdraw": None,
                "maxDeposit": None,
                "needTag": False,
                "chainId": coin.chain,
            }
        ],
    }


# XBT is Bitcoin's name on the futures host. Clients that take both for one currency keep the name listed last: it has
# to be BTC, which the futures host understands too, because nothing else here goes by the name of XBT.
_CURRENCIES = {"XBT": COINS["BTC"], **COINS}


@ROUTES.public("/api/v3/currencies", 3)
def currencies(_call: Call) -> object:
    """Every currency that any account can hold."""
    return [_currency(code, coin) for code, coin in _CURRENCIES.items()]


@ROUTES.public("/api/v3/currencies/{currency}", 3)
def currency(call: Call) -> object:
    """One currency."""
    code = call.path["currency"]
    if code not in _CURRENCIES:
        raise Refusal("400100", f"Unsupported currency: {code}")
    return _currency(code, _CURRENCIES[code])


def _ticker(call: Call, pair: Pair) -> dict[str, Any]:
    stats = call.exchange.market.stats(pair.symbol, call.now)
    book = call.exchange.market.book(pair.symbol, call.now, 1)
    (bid, bid_size), (ask, ask_size) = book.best_bid, book.best_ask
    average = (stats.turnover / stats.volume).quantize(pair.tick / 10_000_000) if stats.volume else None
    return {
        "symbol": pair.symbol,
        "buy": optional(bid),
        "bestBidSize": optional(bid_size),
        "sell": optional(ask),
        "bestAskSize": optional(ask_size),
        "changeRate": text(stats.ratio),
        "changePrice": text(stats.change),
        "high": text(stats.high),
        "low": text(stats.low),
        "vol": text(stats.volume),
        "volValue": text(stats.turnover),
        "last": text(stats.last),
        "averagePrice": optional(average),
        "takerFeeRate": text(_FEE),
        "makerFeeRate": text(_FEE),
        "takerCoefficient": "1",
        "makerCoefficient": "1",
    }


@ROUTES.public("/api/v1/market/allTickers", 15)
def all_tickers(call: Call) -> object:
    """The last 24 h of every pair."""
    return {
        "time": call.now,
        "ticker": [{**_ticker(call, each), "symbolName": each.symbol} for each in PAIRS.values()],
    }


@ROUTES.public("/api/v1/market/stats", 15)
def stats(call: Call) -> object:
    """The last 24 h of one pair."""
    ticker = _ticker(call, pair(call))
    del ticker["bestBidSize"], ticker["bestAskSize"]
    return {"time": call.now, **ticker}


@ROUTES.public("/api/v1/market/orderbook/level1", 2)
def level1(call: Call) -> object:
    """Best prices and last trade of one pair; no data for a pair that does not exist."""
    found = PAIRS.get(call.need("symbol"))
    if found is None:
        return None
    book = call.exchange.market.book(found.symbol, call.now, 1)
    (bid, bid_size), (ask, ask_size) = book.best_bid, book.best_ask
    trade = call.exchange.market.trades(found.symbol, call.now, 1)[0]
    return {
        "time": call.now,
        "sequence": str(book.sequence),
        "price": text(trade.price),
        "size": text(trade.size),
        "bestBid": optional(bid),
        "bestBidSize": optional(bid_size),
        "bestAsk": optional(ask),
        "bestAskSize": optional(ask_size),
    }


def _book(call: Call, depth: int) -> dict[str, Any]:
    book: Book = call.exchange.market.book(pair(call).symbol, call.now, depth)
    return {
        "time": call.now,
        "sequence": str(book.sequence),
        "bids": [[text(price), text(size)] for price, size in book.bids],
        "asks": [[text(price), text(size)] for price, size in book.asks],
    }


@ROUTES.public("/api/v1/market/orderbook/level2_20", 2)
def level2_20(call: Call) -> object:
    """The best 20 levels."""
    return _book(call, 20)


@ROUTES.public("/api/v1/market/orderbook/level2_100", 2)
def level2_100(call: Call) -> object:
    """The best 100 levels."""
    return _book(call, 100)


@ROUTES.private("/api/v3/market/orderbook/level2", "General", Pool.SPOT, 3)
def level2(call: Call) -> object:
    """The whole book; signed callers only."""
    return _book(call, _FULL_BOOK)


@ROUTES.public("/api/v1/market/histories", 3)
def histories(call: Call) -> object:
    """The last hundred trades, newest first."""
    return [
        {
            "sequence": str(each.trade_id),  # as the push calls it too
            "price": text(each.price),
            "size": text(each.size),
            "side": each.side,
            "time": each.at_ns,
        }
        for each in call.exchange.market.trades(pair(call).symbol, call.now, 100)
    ]


@ROUTES.public("/api/v1/market/candles", 3)
def candles(call: Call) -> object:
    """Candles, newest first, at most 1,500: time (s), open, close, high, low, volume, turnover."""
    found = pair(call)
    unit = _UNITS.get(call.need("type"))
    if unit is None:
        raise Refusal("400100", "type is invalid")
    end = call.number("endAt", 0) or call.now // 1000 + 1
    first = call.number("startAt", 0) or end - _MOST_CANDLES * unit * 60
    bars = call.exchange.market.candles(found.symbol, unit, (first * 1000, end * 1000), call.now)
    return rows(found, bars)[-_MOST_CANDLES:][::-1]


def rows(pair: Pair, bars: Bars) -> list[list[str]]:
    """Return candles as they are told: time (s), open, close, high, low, volume, turnover."""
    columns = zip(*(column.tolist() for column in bars.columns()), strict=True)
    return [
        [
            str(at * 60),
            *(text(pair.price(ticks)) for ticks in (start, close, high, low)),
            text(pair.size(volume)),
            text(Decimal(turnover) / TURNOVER_UNIT),
        ]
        for at, start, high, low, close, volume, turnover in columns
    ]


@ROUTES.public("/api/v1/prices", 3)
def prices(call: Call) -> object:
    """What currencies cost in a fiat currency; one without a market is left out."""
    base = call.param("base") or "USD"
    if base not in _FIAT:
        raise Refusal("400100", "Base currency is not supported")
    wanted = (call.param("currencies") or ",".join(COINS)).split(",")
    unit = Decimal(_FIAT[base])
    found = {code: call.exchange.market.coin_price(code, call.now) for code in wanted if code in COINS}
    return {
        code: text((price * unit).quantize(Decimal("0.0000000000000001")))
        for code, price in found.items()
        if price is not None
    }


@ROUTES.public("/api/v1/mark-price/{symbol}/current", 2)
def mark_price(call: Call) -> object:
    """The margin mark price of one pair."""
    found = PAIRS.get(call.path["symbol"])
    if found is None:
        raise Refusal("900001", "symbol not exists")
    return _mark(call, found)


@ROUTES.public("/api/v3/mark-price/all-symbols", 10)
def mark_prices(call: Call) -> object:
    """The margin mark prices of every pair."""
    return [_mark(call, each) for each in PAIRS.values()]


def _mark(call: Call, pair: Pair) -> dict[str, Any]:
    second = call.now - call.now % 1000
    return {"symbol": pair.symbol, "timePoint": second, "value": call.exchange.market.last(pair.symbol, second)}


_NOTICES = (  # title, text, type
    ("Welcome", "Prices, balances and orders here are made up. No money moves.", LATEST),
    ("Funding intervals", "SUI, PEPE and TAO settle every 4 h, WIF every hour.", "product-updates"),
    ("OMEGA is delisted", "Omega Relic has no market any more and shows no price.", "delistings"),
)


@ROUTES.public("/api/v3/announcements", 20)
def announcements(call: Call) -> object:
    """The exchange's notices: what was announced since its birth, and one for each week up to it."""
    kind = call.param("annType") or LATEST
    since, until = call.span("startTime", "endTime")
    born = call.exchange.born_ms
    usual = [Announced(*notice, born - place * 604_800_000) for place, notice in enumerate(_NOTICES)]
    told = [*call.exchange.service.announced, *usual]
    items = [
        {
            "annId": 129042 + len(told) - place,
            "annTitle": f"Practice exchange: {each.title}",
            "annType": list(dict.fromkeys((LATEST, each.kind))),
            "annDesc": each.text,
            "cTime": each.at_ms,
            "language": "en_US",
            "annUrl": f"http://127.0.0.1/announcement/{129042 + len(told) - place}",
        }
        for place, each in enumerate(told)
        if kind in (each.kind, LATEST)
    ]
    items = [each for each in items if since <= int(str(each["cTime"])) <= until]
    size = max(1, call.number("pageSize", 15))
    current = max(1, call.number("currentPage", 1))
    return {
        "totalNum": len(items),
        "totalPage": -(-len(items) // size),
        "currentPage": current,
        "pageSize": size,
        "items": items[(current - 1) * size : current * size],
    }
