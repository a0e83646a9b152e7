"""What happened to the accounts of the spot host: ledgers, deposits, withdrawals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from kucoin.practice.accounts import balance
from kucoin.practice.archive import Movement
from kucoin.practice.engine.loans import is_margin
from kucoin.practice.engine.records import Entry
from kucoin.practice.engine.terms import MAIN, MARGIN, TRADE
from kucoin.practice.keys import USERS
from kucoin.practice.numbers import text
from kucoin.practice.past import ADDRESS
from kucoin.practice.quota import Pool
from kucoin.practice.universe import COINS
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_ACCOUNT_TYPES = {MAIN: "MAIN", TRADE: "TRADE_HF", MARGIN: "MARGIN_V2"}
_DIRECTIONS = ("in", "out")
_Row = TypeVar("_Row")


def _entries(call: Call, account: str) -> Iterator[Entry]:
    """Yield the ledger rows asked for, newest first."""
    currencies = call.param("currency")
    wanted = currencies.split(",") if currencies else None
    direction = call.choice("direction", _DIRECTIONS)
    event = call.param("bizType")
    return (
        each
        for each in call.exchange.archive.ledger(call.user, account, call.span())
        if (wanted is None or each.currency in wanted)
        and direction in (None, _direction(each))
        and (event is None or _event(each) == event.upper().replace(" ", "_").replace("-", "_"))
    )


def _event(entry: Entry) -> str:
    """Return KuCoin's word for the reason; a trade is called after its kind of account."""
    if entry.biz != "TRADE_EXCHANGE" or not is_margin(entry.account):
        return entry.biz
    return "MARGIN_EXCHANGE" if entry.account == MARGIN else "ISOLATED_EXCHANGE"


def _direction(entry: Entry) -> str:
    return "in" if entry.amount >= 0 else "out"


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "currency": entry.currency,
        "amount": text(abs(entry.amount)),
        "fee": text(entry.fee),
        "balance": text(entry.balance),
        "accountType": _ACCOUNT_TYPES.get(entry.account, "ISOLATED_V2"),
        "bizType": _event(entry),
        "direction": _direction(entry),
        "createdAt": entry.created_ms,
        "context": _context(entry),
    }


def _context(entry: Entry) -> str:
    """Return what the row belongs to, as JSON within JSON."""
    if entry.trade_id is None:
        return ""
    return f'{{"symbol":"{entry.symbol}","orderId":"{entry.order_id}","tradeId":"{entry.trade_id}"}}'


@ROUTES.private("/api/v1/accounts/ledgers", "General", Pool.MANAGEMENT, 2)
def ledgers(call: Call) -> object:
    """The funding account's ledger."""
    return page(call, [_row(each) for each in _entries(call, MAIN)])


def newest(call: Call, rows: Iterable[_Row], key: Callable[[_Row], int], *, most: int, default: int) -> list[_Row]:
    """Return the rows older than the cursor ``lastId``, at most ``limit``."""
    last = call.number("lastId", 0)
    limit = min(most, max(1, call.number("limit", default)))
    return list(islice((row for row in rows if not last or key(row) < last), limit))


@ROUTES.private("/api/v1/hf/accounts/ledgers", "General", Pool.SPOT, 2)
def hf_ledgers(call: Call) -> object:
    """The spot account's ledger; its times are text."""
    rows = newest(call, _entries(call, TRADE), lambda entry: entry.id, most=200, default=100)
    return [_row(each) | {"tax": "0", "createdAt": str(each.created_ms)} for each in rows]


@ROUTES.private("/api/v3/hf/margin/account/ledgers", "General", Pool.SPOT, 2)
def margin_ledgers(call: Call) -> object:
    """The margin accounts' ledger; its ids are numbers."""
    rows = newest(call, _entries(call, MARGIN), lambda entry: entry.id, most=200, default=100)
    return [_row(each) | {"tax": "0", "id": each.id, "context": _context(each) or "{}"} for each in rows]


def _movements(call: Call, kind: str) -> list[Movement]:
    """Return deposits or withdrawals; all of them have succeeded."""
    if call.param("status") not in (None, "SUCCESS"):
        return []
    return list(call.exchange.archive.movements(call.user, kind, call.param("currency"), call.span()))


def _moved(movement: Movement) -> dict[str, Any]:
    return {
        "currency": movement.currency,
        "chain": movement.chain,
        "status": "SUCCESS",
        "address": movement.address,
        "memo": "",
        "isInner": False,
        "amount": movement.amount,
        "fee": movement.fee,
        "walletTxId": movement.hash,
        "createdAt": movement.created_ms,
        "updatedAt": movement.created_ms + 240_000,
        "remark": "",
        "arrears": False,
    }


@ROUTES.private("/api/v1/deposits", "General", Pool.MANAGEMENT, 5)
def deposits(call: Call) -> object:
    """Money that came in."""
    return page(call, [_moved(each) for each in _movements(call, "deposit")])


@ROUTES.private("/api/v1/withdrawals", "General", Pool.MANAGEMENT, 20)
def withdrawals(call: Call) -> object:
    """Money that went out."""
    return page(call, [{"id": each.id} | _moved(each) for each in _movements(call, "withdrawal")])


@ROUTES.private("/api/v1/withdrawals/quotas", "General", Pool.MANAGEMENT, 20)
def withdrawal_quotas(call: Call) -> object:
    """What could be withdrawn."""
    currency = call.need("currency")
    if currency not in COINS:
        raise Refusal("400100", f"Unsupported currency: {currency}")
    free = balance(call.exchange, call.user, MAIN, currency).available
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
    for each in call.exchange.archive.movements(call.user, "withdrawal"):
        if each.id == call.path["withdrawalId"]:
            coin = COINS[each.currency]
            return {
                "id": each.id,
                "uid": USERS[call.user].uid,
                "currency": each.currency,
                "chainId": coin.chain,
                "chainName": coin.chain.upper(),
                "currencyName": each.currency,
                "status": "SUCCESS",
                "failureReason": "",
                "failureReasonMsg": None,
                "address": each.address,
                "memo": "",
                "isInner": False,
                "amount": each.amount,
                "fee": each.fee,
                "walletTxId": each.hash,
                "addressRemark": None,
                "remark": "",
                "createdAt": each.created_ms,
                "cancelType": "NON_CANCELABLE",
                "taxes": None,
                "taxDescription": None,
                "returnStatus": "NOT_RETURN",
                "returnAmount": None,
                "returnCurrency": each.currency,
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
            "address": ADDRESS,
            "memo": "",
            "chainId": coin.chain,
            "to": "MAIN",
            "expirationDate": 0,
            "currency": currency,
            "contractAddress": "",
            "chainName": coin.chain.upper(),
        }
    ]
