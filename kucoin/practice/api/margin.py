"""Margin accounts, loans and their rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice import bank
from kucoin.practice.accounts import MarginAccount, margin_account
from kucoin.practice.api.spot_history import told
from kucoin.practice.bank import Balance, Loan
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.settle import day_rate
from kucoin.practice.universe import COINS, PAIRS, Pair
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_UNIT = Decimal("0.00000001")
_CROSS_LEVERAGE, _ISOLATED_LEVERAGE = 5, 10
_BORROWABLE = ("USDT", "USDC", "BTC", "ETH", "SOL", "XRP", "KCS", "BNB", "ADA", "DOGE", "LINK", "AVAX", "LTC")
_QUOTES = ("USDT", "KCS", "BTC")


def _pairs() -> list[Pair]:
    return [pair for pair in PAIRS.values() if pair.margin]


def _most(call: Call, account: MarginAccount, currency: str, leverage: int) -> Decimal:
    """Return how much more can be borrowed: ``leverage - 1`` times one's own, less what is owed."""
    price = call.exchange.market.coin_price(currency, call.now)
    if price is None or currency not in _BORROWABLE:
        return ZERO
    room = (account.assets - account.liabilities) * (leverage - 1) - account.liabilities
    return max(ZERO, room / price).quantize(_UNIT)


def _asset(balance: Balance, loan: Loan, most: Decimal) -> dict[str, Any]:
    return {
        "currency": balance.currency,
        "total": text(balance.total),
        "available": text(balance.available),
        "hold": text(balance.hold),
        "liability": text(loan.total),
        "liabilityPrincipal": text(loan.principal),
        "liabilityInterest": text(loan.interest),
        "maxBorrowSize": text(most),
        "borrowEnabled": balance.currency in _BORROWABLE,
        "transferInEnabled": True,
    }


def _cross(call: Call) -> tuple[list[Balance], list[Loan]]:
    """Return the cross balances, one for each currency owned or owed, and the loans."""
    loans = [each for each in call.exchange.bank.loans(call.user) if not each.tag]
    balances = call.exchange.bank.balances(call.user, bank.CROSS)
    owned = {each.currency for each in balances}
    owed = [Balance(bank.CROSS, "", each.currency, ZERO, ZERO) for each in loans if each.currency not in owned]
    return balances + owed, loans


def _loan(loans: list[Loan], currency: str) -> Loan:
    return next((each for each in loans if each.currency == currency), Loan("", currency, ZERO, ZERO))


@ROUTES.private("/api/v3/margin/accounts", "General", Pool.SPOT, 15)
def cross_account(call: Call) -> object:
    """The cross margin account; totals in ``quoteCurrency``."""
    quote = call.choice("quoteCurrency", _QUOTES, "USDT") or "USDT"
    call.choice("queryType", ("MARGIN", "MARGIN_V2", "ALL"))
    balances, loans = _cross(call)
    totals = margin_account(call.exchange, balances, loans, call.now, quote=quote)
    worth = margin_account(call.exchange, balances, loans, call.now)
    return {
        "totalAssetOfQuoteCurrency": text(totals.assets.quantize(_UNIT)),
        "totalLiabilityOfQuoteCurrency": text(totals.liabilities.quantize(_UNIT)),
        "debtRatio": text(totals.debt_ratio),
        "status": "EFFECTIVE",
        "accounts": [
            _asset(each, _loan(loans, each.currency), _most(call, worth, each.currency, _CROSS_LEVERAGE))
            for each in balances
        ],
    }


@ROUTES.private("/api/v1/margin/account", "General", Pool.SPOT, 15)
def cross_account_old(call: Call) -> object:
    """The cross margin account as it used to be told."""
    balances, loans = _cross(call)
    worth = margin_account(call.exchange, balances, loans, call.now)
    return {
        "debtRatio": text(worth.debt_ratio),
        "accounts": [
            {
                "currency": each.currency,
                "totalBalance": text(each.total),
                "availableBalance": text(each.available),
                "holdBalance": text(each.hold),
                "liability": text(_loan(loans, each.currency).total),
                "maxBorrowSize": text(_most(call, worth, each.currency, _CROSS_LEVERAGE)),
            }
            for each in balances
        ],
    }


@ROUTES.private("/api/v3/isolated/accounts", "General", Pool.SPOT, 15)
def isolated_accounts(call: Call) -> object:
    """The isolated margin account, pair by pair; totals in ``quoteCurrency``."""
    quote = call.choice("quoteCurrency", _QUOTES, "USDT") or "USDT"
    call.choice("queryType", ("ISOLATED", "ISOLATED_V2", "ALL"))
    asked = call.param("symbol")
    balances = call.exchange.bank.balances(call.user, bank.ISOLATED)
    loans = [each for each in call.exchange.bank.loans(call.user) if each.tag]
    wanted = [tag for tag in dict.fromkeys(each.tag for each in balances) if asked in (None, tag)]
    totals = margin_account(
        call.exchange,
        [each for each in balances if each.tag in wanted],
        [each for each in loans if each.tag in wanted],
        call.now,
        quote=quote,
    )
    return {
        "totalAssetOfQuoteCurrency": text(totals.assets.quantize(_UNIT)),
        "totalLiabilityOfQuoteCurrency": text(totals.liabilities.quantize(_UNIT)),
        "timestamp": call.now,
        "assets": [_isolated(call, PAIRS[tag], balances, loans) for tag in wanted],
    }


def _isolated(call: Call, pair: Pair, balances: list[Balance], loans: list[Loan]) -> dict[str, Any]:
    held = [each for each in balances if each.tag == pair.symbol]
    owed = [each for each in loans if each.tag == pair.symbol]
    account = margin_account(call.exchange, held, owed, call.now)

    def asset(currency: str) -> dict[str, Any]:
        nothing = Balance(bank.ISOLATED, pair.symbol, currency, ZERO, ZERO)
        balance = next((each for each in held if each.currency == currency), nothing)
        return _asset(balance, _loan(owed, currency), _most(call, account, currency, _ISOLATED_LEVERAGE))

    return {
        "symbol": pair.symbol,
        "status": "EFFECTIVE",
        "debtRatio": text(account.debt_ratio),
        "baseAsset": asset(pair.base),
        "quoteAsset": asset(pair.quote),
    }


# Histories


def _history(call: Call, kind: str, *, currency_needed: bool = True) -> dict[str, Any]:
    currency = call.need("currency") if currency_needed else call.param("currency")
    isolated = (call.param("isIsolated") or "false").lower() == "true"
    symbol = call.param("symbol")
    since, until = call.span("startTime", "endTime")
    name = f"{kind}-{bank.ISOLATED if isolated else bank.CROSS}"
    rows = [
        told(each)
        for each in call.exchange.bank.records(call.user, name)
        if since <= each["_at"] <= until
        and currency in (None, each["currency"])
        and symbol in (None, each.get("symbol", symbol))
    ]
    return {"timestamp": call.now, **page(call, rows)}


@ROUTES.private("/api/v3/margin/borrow", "Margin", Pool.SPOT, 15)
def borrowed(call: Call) -> object:
    """Loans taken."""
    return _history(call, "borrow")


@ROUTES.private("/api/v3/margin/repay", "Margin", Pool.SPOT, 15)
def repaid(call: Call) -> object:
    """Loans paid back."""
    return _history(call, "repay")


@ROUTES.private("/api/v3/margin/interest", "Margin", Pool.SPOT, 20)
def interest(call: Call) -> object:
    """Interest charged, hour by hour."""
    return _history(call, "interest", currency_needed=False)


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
                "baseMaxSize": "10000000000",
                "quoteIncrement": text(pair.quote_increment),
                "quoteMinSize": text(pair.quote_min),
                "quoteMaxSize": "99999999",
                "priceIncrement": text(pair.tick),
                "feeCurrency": pair.quote,
                "priceLimitRate": "0.1",
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
            "maxLeverage": _ISOLATED_LEVERAGE,
            "flDebtRatio": "0.97",
            "tradeEnable": True,
            "autoRenewMaxDebtRatio": "0.96",
            "baseBorrowEnable": pair.base in _BORROWABLE,
            "quoteBorrowEnable": pair.quote in _BORROWABLE,
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
        "maxLeverage": _CROSS_LEVERAGE,
        "warningDebtRatio": "0.95",
        "liqDebtRatio": "0.97",
        "currencyList": list(_BORROWABLE),
    }


@ROUTES.private("/api/v3/margin/borrowRate", "General", Pool.SPOT, 5)
def borrow_rate(call: Call) -> object:
    """What a loan costs at fee level 0."""
    asked = call.param("currency")
    wanted = asked.split(",") if asked else _BORROWABLE
    return {
        "vipLevel": 0,
        "items": [
            {
                "currency": currency,
                "hourlyBorrowRate": text((day_rate(currency) / 24).quantize(_UNIT)),
                "annualizedBorrowRate": text(day_rate(currency) * 365),
            }
            for currency in wanted
            if currency in _BORROWABLE
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
            "borrowMaxAmount": "100000",
            "buyMaxAmount": "500000",
            "holdMaxAmount": "500000",
            "borrowCoefficient": "1",
            "marginCoefficient": "1",
            "precision": COINS[currency].precision,
            "borrowMinAmount": "0.001",
            "borrowMinUnit": "0.001",
            "borrowEnabled": True,
        }
        for currency in _BORROWABLE
        if asked in (None, currency)
    ]
