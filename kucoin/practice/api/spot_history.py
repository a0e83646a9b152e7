"""What happened to the accounts of the spot host: ledgers, deposits, withdrawals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kucoin.practice import bank
from kucoin.practice.bank import Body, Entry
from kucoin.practice.keys import USERS
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.universe import COINS
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_ACCOUNT_TYPES = {bank.MAIN: "MAIN", bank.TRADE: "TRADE_HF", bank.CROSS: "MARGIN", bank.ISOLATED: "ISOLATED"}
_DIRECTIONS = ("in", "out")


def _entries(call: Call, account: str, also: str | None = None) -> list[Entry]:
    """Return the ledger rows asked for, newest first."""
    currencies = call.param("currency")
    wanted = currencies.split(",") if currencies else None
    direction = call.choice("direction", _DIRECTIONS)
    event = call.param("bizType")
    since, until = call.span()
    return [
        each
        for each in call.exchange.bank.ledger(call.user, account, also)
        if since <= each.at <= until
        and (wanted is None or each.currency in wanted)
        and direction in (None, _direction(each))
        and (event is None or _event(each) == event.upper())
    ]


def _direction(entry: Entry) -> str:
    return "in" if entry.amount >= 0 else "out"


def _event(entry: Entry) -> str:
    """Return KuCoin's word for what happened."""
    return entry.event.upper().replace(" ", "_").replace("-", "_")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "currency": entry.currency,
        "amount": text(abs(entry.amount)),
        "fee": text(entry.fee),
        "balance": text(entry.balance),
        "accountType": _ACCOUNT_TYPES[entry.account],
        "bizType": _event(entry),
        "direction": _direction(entry),
        "createdAt": entry.at,
        "context": entry.context,
    }


@ROUTES.private("/api/v1/accounts/ledgers", "General", Pool.MANAGEMENT, 2)
def ledgers(call: Call) -> object:
    """The funding account's ledger."""
    return page(call, [_row(each) for each in _entries(call, bank.MAIN)])


def newest(call: Call, rows: list[Body], key: Callable[[Body], int], *, most: int, default: int) -> list[Body]:
    """Return the rows older than the cursor ``lastId``, at most ``limit``."""
    last = call.number("lastId", 0)
    limit = min(most, max(1, call.number("limit", default)))
    return [row for row in rows if not last or key(row) < last][:limit]


@ROUTES.private("/api/v1/hf/accounts/ledgers", "General", Pool.SPOT, 2)
def hf_ledgers(call: Call) -> object:
    """The spot account's ledger; its times are text."""
    rows = [_row(each) | {"tax": "0", "createdAt": str(each.at)} for each in _entries(call, bank.TRADE)]
    return newest(call, rows, lambda row: int(row["id"]), most=200, default=100)


@ROUTES.private("/api/v3/hf/margin/account/ledgers", "General", Pool.SPOT, 2)
def margin_ledgers(call: Call) -> object:
    """The margin accounts' ledger; its ids are numbers."""
    rows = [
        _row(each) | {"tax": "0", "id": each.id, "context": each.context or "{}"}
        for each in _entries(call, bank.CROSS, bank.ISOLATED)
    ]
    return newest(call, rows, lambda row: int(row["id"]), most=200, default=100)


def told(record: Body) -> Body:
    """Return a record without what the store added to it."""
    return {name: value for name, value in record.items() if not name.startswith("_")}


def _movements(call: Call, kind: str) -> object:
    currency = call.param("currency")
    status = call.param("status")
    since, until = call.span()
    rows = [
        told(each)
        for each in call.exchange.bank.records(call.user, kind, currency)
        if since <= each["_at"] <= until and status in (None, each["status"])
    ]
    return page(call, rows)


@ROUTES.private("/api/v1/deposits", "General", Pool.MANAGEMENT, 5)
def deposits(call: Call) -> object:
    """Money that came in."""
    return _movements(call, "deposit")


@ROUTES.private("/api/v1/withdrawals", "General", Pool.MANAGEMENT, 20)
def withdrawals(call: Call) -> object:
    """Money that went out."""
    return _movements(call, "withdrawal")


@ROUTES.private("/api/v1/withdrawals/quotas", "General", Pool.MANAGEMENT, 20)
def withdrawal_quotas(call: Call) -> object:
    """What could be withdrawn."""
    currency = call.need("currency")
    if currency not in COINS:
        raise Refusal("400100", f"Unsupported currency: {currency}")
    free = call.exchange.bank.balance(call.user, bank.MAIN, currency).available
    return {
        "currency": currency,
        "limitBTCAmount": "10",
        "usedBTCAmount": "0",
        "quotaCurrency": "USDT",
        "limitQuotaCurrencyAmount": "1000000",
        "usedQuotaCurrencyAmount": "0",
        "remainAmount": text(free),
        "availableAmount": text(free),
        "withdrawMinFee": "0.0005",
        "innerWithdrawMinFee": "0",
        "withdrawMinSize": "0.001",
        "isWithdrawEnabled": COINS[currency].price > 0,
        "precision": COINS[currency].precision,
        "chain": COINS[currency].chain,
        "reason": None,
        "lockedAmount": "0",
    }


@ROUTES.private("/api/v1/withdrawals/{withdrawalId}", "General", Pool.MANAGEMENT, 20)
def withdrawal(call: Call) -> object:
    """One withdrawal."""
    for each in call.exchange.bank.records(call.user, "withdrawal"):
        if each["id"] == call.path["withdrawalId"]:
            coin = COINS[each["currency"]]
            return {
                "id": each["id"],
                "uid": USERS[call.user].uid,
                "currency": each["currency"],
                "chainId": coin.chain,
                "chainName": coin.chain.upper(),
                "currencyName": each["currency"],
                "status": each["status"],
                "failureReason": "",
                "failureReasonMsg": None,
                "address": each["address"],
                "memo": each["memo"],
                "isInner": each["isInner"],
                "amount": each["amount"],
                "fee": each["fee"],
                "walletTxId": each["walletTxId"],
                "addressRemark": None,
                "remark": each["remark"],
                "createdAt": each["createdAt"],
                "cancelType": "NON_CANCELABLE",
                "taxes": None,
                "taxDescription": None,
                "returnStatus": "NOT_RETURN",
                "returnAmount": None,
                "returnCurrency": each["currency"],
            }
    raise Refusal("400100", "withdrawal not exists")


@ROUTES.private("/api/v3/deposit-addresses", "General", Pool.MANAGEMENT, 5)
def deposit_addresses(call: Call) -> object:
    """Where money could be sent, were this money."""
    currency = call.need("currency")
    if currency not in COINS:
        raise Refusal("400100", f"Unsupported currency: {currency}")
    coin = COINS[currency]
    return [
        {
            "address": "TPracticeAddressThatHoldsNothing00",
            "memo": "",
            "chainId": coin.chain,
            "to": "MAIN",
            "expirationDate": 0,
            "currency": currency,
            "contractAddress": "",
            "chainName": coin.chain.upper(),
        }
    ]
