"""Margin accounts, loans and their rules."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kucoin.practice import rulebook
from kucoin.practice.accounts import balance, balances, isolated_pairs, worth
from kucoin.practice.engine.records import Balance, LoanEntry
from kucoin.practice.engine.terms import MARGIN, isolated
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.rulebook import BORROWABLE, CROSS_LEVERAGE, ISOLATED_LEVERAGE, day_rate
from kucoin.practice.universe import COINS, PAIRS, Pair
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_UNIT = Decimal("0.00000001")
_QUOTES = ("USDT", "KCS", "BTC")


def _pairs() -> list[Pair]:
    return [pair for pair in PAIRS.values() if pair.margin]


def _most(call: Call, held: Balance) -> str:
    """Return how much more can be borrowed."""
    return text(call.exchange.engine.margin.borrowable(call.user, held.account, held.currency).quantize(_UNIT))


def _asset(call: Call, held: Balance) -> dict[str, Any]:
    return {
        "currency": held.currency,
        "total": text(held.total),
        "available": text(held.available),
        "hold": text(held.hold),
        "liability": text(held.liability),
        "liabilityPrincipal": text(held.principal),
        "liabilityInterest": text(held.interest),
        "maxBorrowSize": _most(call, held),
        "borrowEnabled": held.currency in BORROWABLE,
        "transferInEnabled": True,
    }


@ROUTES.private("/api/v3/margin/accounts", "General", Pool.SPOT, 15)
def cross_account(call: Call) -> object:
    """The cross margin account; totals in ``quoteCurrency``."""
    quote = call.choice("quoteCurrency", _QUOTES, "USDT") or "USDT"
    call.choice("queryType", ("MARGIN", "MARGIN_V2", "ALL"))
    held = balances(call.exchange, call.user, MARGIN)
    totals = worth(call.exchange, held, call.now, quote=quote)
    return {
        "totalAssetOfQuoteCurrency": text(totals.assets.quantize(_UNIT)),
        "totalLiabilityOfQuoteCurrency": text(totals.liabilities.quantize(_UNIT)),
        "debtRatio": text(totals.debt_ratio),
        "status": call.exchange.engine.margin.health(call.user, MARGIN).status,
        "accounts": [_asset(call, each) for each in held],
    }


@ROUTES.private("/api/v1/margin/account", "General", Pool.SPOT, 15)
def cross_account_old(call: Call) -> object:
    """The cross margin account as it used to be told."""
    held = balances(call.exchange, call.user, MARGIN)
    return {
        "debtRatio": text(worth(call.exchange, held, call.now).debt_ratio),
        "accounts": [
            {
                "currency": each.currency,
                "totalBalance": text(each.total),
                "availableBalance": text(each.available),
                "holdBalance": text(each.hold),
                "liability": text(each.liability),
                "maxBorrowSize": _most(call, each),
            }
            for each in held
        ],
    }


@ROUTES.private("/api/v3/isolated/accounts", "General", Pool.SPOT, 15)
def isolated_accounts(call: Call) -> object:
    """The isolated margin account, pair by pair; totals in ``quoteCurrency``."""
    quote = call.choice("quoteCurrency", _QUOTES, "USDT") or "USDT"
    call.choice("queryType", ("ISOLATED", "ISOLATED_V2", "ALL"))
    asked = call.param("symbol")
    wanted = [pair for pair in isolated_pairs(call.exchange, call.user) if asked in (None, pair)]
    held = [each for pair in wanted for each in balances(call.exchange, call.user, isolated(pair))]
    totals = worth(call.exchange, held, call.now, quote=quote)
    return {
        "totalAssetOfQuoteCurrency": text(totals.assets.quantize(_UNIT)),
        "totalLiabilityOfQuoteCurrency": text(totals.liabilities.quantize(_UNIT)),
        "timestamp": call.now,
        "assets": [_isolated(call, PAIRS[pair]) for pair in wanted],
    }


def _isolated(call: Call, pair: Pair) -> dict[str, Any]:
    account = isolated(pair.symbol)
    held = balances(call.exchange, call.user, account)
    return {
        "symbol": pair.symbol,
        "status": call.exchange.engine.margin.health(call.user, account).status,
        "debtRatio": text(worth(call.exchange, held, call.now).debt_ratio),
        "baseAsset": _asset(call, balance(call.exchange, call.user, account, pair.base)),
        "quoteAsset": _asset(call, balance(call.exchange, call.user, account, pair.quote)),
    }


# Histories


def _history(call: Call, kind: str, told: Callable[[LoanEntry], dict[str, Any]], *, needed: bool) -> dict[str, Any]:
    currency = call.need("currency") if needed else call.param("currency")
    accounts = MARGIN
    if (call.param("isIsolated") or "false").lower() == "true":
        accounts = isolated(call.param("symbol") or "*")
    span = call.span("startTime", "endTime")
    rows = call.exchange.archive.loans(call.user, kind, accounts, currency, span)
    return {"timestamp": call.now, **page(call, [told(each) for each in rows])}


def _loan(entry: LoanEntry, **sizes: Decimal) -> dict[str, Any]:
    return {
        "orderNo": f"{entry.id:024x}",
        "symbol": None if entry.account == MARGIN else entry.account.partition(":")[2],
        "currency": entry.currency,
        **{name: text(size) for name, size in sizes.items()},
        "status": "SUCCESS",
        "createdTime": entry.created_ms,
    }


@ROUTES.private("/api/v3/margin/borrow", "Margin", Pool.SPOT, 15)
def borrowed(call: Call) -> object:
    """Loans taken."""
    return _history(call, "borrow", lambda e: _loan(e, size=e.principal, actualSize=e.principal), needed=True)


@ROUTES.private("/api/v3/margin/repay", "Margin", Pool.SPOT, 15)
def repaid(call: Call) -> object:
    """Loans paid back."""

    def told(entry: LoanEntry) -> dict[str, Any]:
        principal, interest = -entry.principal, -entry.interest
        return _loan(entry, size=principal + interest, principal=principal, interest=interest)

    return _history(call, "repay", told, needed=True)


@ROUTES.private("/api/v3/margin/interest", "Margin", Pool.SPOT, 20)
def interest(call: Call) -> object:
    """Interest charged, hour by hour."""

    def told(entry: LoanEntry) -> dict[str, Any]:
        return {
            "currency": entry.currency,
            "dayRatio": text(entry.daily_rate),
            "interestAmount": text(entry.interest),
            "createdTime": entry.created_ms,
        }

    return _history(call, "interest", told, needed=False)


# Rules


@ROUTES.public("/api/v3/margin/symbols", 3)
def cross_symbols(call: Call) -> object:
    """Pairs of cross margin."""
    asked = call.param("symbol")
    return {
        "timestamp": call.now,
        "items": [
            {
                "symbol": pair.symbol,
                "name": pair.symbol,
                "enableTrading": True,
                "market": pair.market,
                "baseCurrency": pair.base,
                "quoteCurrency": pair.quote,
                "baseIncrement": text(pair.lot),
                "baseMinSize": text(pair.base_min),
                "baseMaxSize": text(rulebook.MOST_BASE),
                "quoteIncrement": text(pair.quote_increment),
                "quoteMinSize": text(pair.quote_min),
                "quoteMaxSize": text(rulebook.MOST_QUOTE),
                "priceIncrement": text(pair.tick),
                "feeCurrency": pair.quote,
                "priceLimitRate": text(rulebook.PRICE_LIMIT_RATE),
                "minFunds": text(pair.quote_min),
            }
            for pair in _pairs()
            if asked in (None, pair.symbol)
        ],
    }


@ROUTES.public("/api/v1/isolated/symbols", 3)
def isolated_symbols(_call: Call) -> object:
    """Pairs of isolated margin."""
    return [
        {
            "symbol": pair.symbol,
            "symbolName": pair.symbol,
            "baseCurrency": pair.base,
            "quoteCurrency": pair.quote,
            "maxLeverage": ISOLATED_LEVERAGE,
            "flDebtRatio": "0.97",
            "tradeEnable": True,
            "autoRenewMaxDebtRatio": "0.96",
            "baseBorrowEnable": pair.base in BORROWABLE,
            "quoteBorrowEnable": pair.quote in BORROWABLE,
            "baseTransferInEnable": True,
            "quoteTransferInEnable": True,
            "baseBorrowCoefficient": "1",
            "quoteBorrowCoefficient": "1",
        }
        for pair in _pairs()
    ]


@ROUTES.public("/api/v1/margin/config", 25)
def config(_call: Call) -> object:
    """What can be borrowed in cross margin, and when it is liquidated."""
    return {
        "maxLeverage": CROSS_LEVERAGE,
        "warningDebtRatio": "0.95",
        "liqDebtRatio": "0.97",
        "currencyList": list(BORROWABLE),
    }


@ROUTES.private("/api/v3/margin/borrowRate", "General", Pool.SPOT, 5)
def borrow_rate(call: Call) -> object:
    """What a loan costs at fee level 0."""
    asked = call.param("currency")
    wanted = asked.split(",") if asked else BORROWABLE
    return {
        "vipLevel": 0,
        "items": [
            {
                "currency": currency,
                "hourlyBorrowRate": text((day_rate(currency) / 24).quantize(_UNIT)),
                "annualizedBorrowRate": text(day_rate(currency) * 365),
            }
            for currency in wanted
            if currency in BORROWABLE
        ],
    }


@ROUTES.private("/api/v3/margin/currencies", "General", Pool.SPOT, 20)
def limits(call: Call) -> object:
    """Borrow limits by currency."""
    if (call.param("isIsolated") or "false").lower() == "true":
        raise Refusal("400100", "isIsolated: the practice exchange tells cross limits only")
    asked = call.param("currency")
    return [
        {
            "timestamp": call.now,
            "currency": currency,
            "borrowMaxAmount": text(rulebook.MOST_BORROWED),
            "buyMaxAmount": "500000",
            "holdMaxAmount": "500000",
            "borrowCoefficient": "1",
            "marginCoefficient": "1",
            "precision": COINS[currency].precision,
            "borrowMinAmount": text(rulebook.BORROW_UNIT),
            "borrowMinUnit": text(rulebook.BORROW_UNIT),
            "borrowEnabled": True,
        }
        for currency in BORROWABLE
        if asked in (None, currency)
    ]
