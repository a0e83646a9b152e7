"""The futures account: overview, positions and their past. Money is JSON numbers here, not text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.api import futures_bodies
from kucoin.practice.api.futures_market import contract
from kucoin.practice.engine.records import ClosedPosition, Entry, FundingEntry, Position
from kucoin.practice.engine.terms import CONTRACT
from kucoin.practice.keys import USERS, subs_of
from kucoin.practice.numbers import number, text
from kucoin.practice.quota import Pool
from kucoin.practice.universe import CONTRACTS, SETTLE_CURRENCIES
from kucoin.practice.wire import Call, Nothing, Refusal, Routes

ROUTES = Routes()
_QUARTER = 91  # days
_TRANSFERS = {
    "TransferIn": "Transferred from High-Frequency Trading Account",
    "TransferOut": "Transferred to High-Frequency Trading Account",
}


def _settle(call: Call) -> str:
    """Return the settlement currency asked for: XBT where none is, and BTC means XBT."""
    asked = call.param("currency") or "XBT"
    asked = "XBT" if asked == "BTC" else asked
    if asked not in SETTLE_CURRENCIES:
        raise Refusal("400100", f"currency {asked} is not supported")
    return asked


def _figures(call: Call, user: str, currency: str) -> dict[str, Any]:
    found = call.exchange.engine.futures_account.overview(user, currency)
    bound = found.isolated_positions + found.isolated_pnl + found.cross_positions
    ordered = found.isolated_orders + found.cross_orders
    return {
        "accountEquity": number(found.equity),
        "unrealisedPNL": number(found.pnl),
        "marginBalance": number(found.wallet),
        "positionMargin": number(bound),
        "orderMargin": number(ordered),
        "frozenFunds": 0,
        "availableBalance": number(found.equity - bound - ordered),
        "currency": currency,
    }


@ROUTES.private("/api/v1/account-overview", "Futures", Pool.FUTURES, 5)
def overview(call: Call) -> object:
    """The account in one settlement currency."""
    currency = _settle(call)
    found = call.exchange.engine.futures_account.overview(call.user, currency)
    return {
        **_figures(call, call.user, currency),
        "riskRatio": found.risk_ratio,
        "maxWithdrawAmount": number(found.withdrawable),
        "availableMargin": number(found.available),
    }


@ROUTES.private("/api/v1/account-overview-all", "General", Pool.FUTURES, 6)
def overview_all(call: Call) -> object:
    """The same for every sub-account and, as ``main``, for the master itself."""
    currency = _settle(call)
    users = [*(sub.name for sub in subs_of(call.user)), call.user]
    rows = [{"accountName": "main" if user == call.user else user, **_figures(call, user, currency)} for user in users]
    totals = {
        f"{name}Total": sum((row[name] for row in rows), ZERO)
        for name in rows[0]
        if name not in ("accountName", "currency")
    }
    return {"summary": {**totals, "currency": currency}, "accounts": rows}


# Positions


def _positions(call: Call) -> list[Position]:
    """Return the user's open positions, oldest first."""
    return sorted(call.exchange.user(call.user).positions.values(), key=lambda each: each.opened_ms)


@ROUTES.private("/api/v1/positions", "General", Pool.FUTURES, 2)
def positions(call: Call) -> object:
    """Every open position, or those settled in a currency."""
    currency = _settle(call) if call.param("currency") else None
    held = [each for each in _positions(call) if currency in (None, each.settle)]
    return [futures_bodies.position(call.exchange, each, call.now) for each in held]


def _of_symbol(call: Call) -> list[dict[str, Any]]:
    wanted = contract(call, "100003", "Contract parameter invalid")
    held = [each for each in _positions(call) if each.symbol == wanted.symbol]
    return [futures_bodies.position(call.exchange, each, call.now) for each in held]


@ROUTES.private("/api/v1/position", "General", Pool.FUTURES, 2)
def position(call: Call) -> object:
    """One position as an object; the old way to ask."""
    found = _of_symbol(call)
    if not found:
        raise Nothing("Position does not exist")
    return found[0]


@ROUTES.private("/api/v2/position", "General", Pool.FUTURES, 2)
def position_v2(call: Call) -> object:
    """One contract's positions: one in one-way mode, up to two in hedge mode."""
    return _of_symbol(call)


@ROUTES.private("/api/v1/history-positions", "General", Pool.FUTURES, 2)
def closed(call: Call) -> object:
    """Closed positions, newest first."""
    span = call.recent_span("from", "to", kept=_QUARTER)
    found = call.exchange.archive.closed(call.user, call.param("symbol"), span)
    rows = [_closed(each) for each in found]
    current = max(1, call.number("pageId", 1))
    size = min(200, max(1, call.number("limit", 10)))
    return {
        "currentPage": current,
        "pageSize": size,
        "totalNum": len(rows),
        "totalPage": -(-len(rows) // size),
        "items": rows[(current - 1) * size : current * size],
    }


def _closed(ended: ClosedPosition) -> dict[str, Any]:
    step = CONTRACTS[ended.symbol].tick / 10
    return {
        "closeId": str(ended.id),
        "userId": USERS[ended.user].user_id,
        "symbol": ended.symbol,
        "settleCurrency": ended.settle,
        "leverage": text(ended.leverage),
        "type": ended.kind,
        "pnl": text(ended.pnl),
        "realisedGrossCost": text(-ended.gross),
        "realisedGrossCostNew": text(-ended.gross),
        "withdrawPnl": "0.0",
        "tradeFee": text(ended.fee),
        "fundingFee": text(ended.funding),
        "openTime": ended.opened_ms,
        "closeTime": ended.closed_ms,
        "openPrice": text(ended.open_price.quantize(step)),
        "closePrice": text(ended.close_price.quantize(step)),
        "marginMode": ended.mode,
        "tax": "0.0",
        "roe": None,
        "liquidAmount": None,
        "liquidPrice": None,
        "side": ended.side,
    }


# Histories


def _run(
    call: Call, rows: Iterable[dict[str, Any]], at: str, name: str, *, span: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Return the part of ``rows``, newest first, that is asked for, and whether more follows.

    ``forward`` true goes from newest to oldest, past the row whose ``name`` is ``offset``.
    """
    since, until = span or call.span()
    wanted = [row for row in rows if since <= row[at] <= until]
    forward = (call.param("forward") or "true").lower() != "false"
    if not forward:
        wanted.reverse()
    if offset := call.number("offset", 0):
        wanted = [row for row in wanted if (row[name] < offset if forward else row[name] > offset)]
    count = min(100, max(1, call.number("maxCount", 50)))
    return {"dataList": wanted[:count], "hasMore": len(wanted) > count}


@ROUTES.private("/api/v1/transaction-history", "General", Pool.FUTURES, 2)
def ledger(call: Call) -> object:
    """The futures ledger."""
    currency = _settle(call) if call.param("currency") else None
    kind = (call.param("type") or "").lower()
    rows = (
        _entry(each)
        for each in call.exchange.archive.ledger(call.user, CONTRACT)
        if currency in (None, each.currency) and kind in ("", each.biz.lower())
    )
    return _run(call, rows, "time", "offset")


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "time": entry.created_ms,
        "type": entry.biz,
        "amount": entry.amount,
        "fee": entry.fee,
        "accountEquity": entry.balance,
        "status": "Completed",
        "remark": _TRANSFERS.get(entry.biz, entry.remark),
        "offset": entry.id,
        "currency": entry.currency,
    }


@ROUTES.private("/api/v1/funding-history", "General", Pool.FUTURES, 5)
def funding(call: Call) -> object:
    """Fundings paid (negative) and received."""
    rows = (_funding(each) for each in call.exchange.archive.fundings(call.user, contract(call).symbol))
    return _run(call, rows, "timePoint", "id", span=call.recent_span(kept=2 * _QUARTER, widest=_QUARTER))


def _funding(paid: FundingEntry) -> dict[str, Any]:
    return {
        "id": paid.id,
        "symbol": paid.symbol,
        "timePoint": paid.time_ms,
        "fundingRate": paid.rate,
        "markPrice": paid.mark_price,
        "positionQty": int(paid.qty),
        "positionCost": number(paid.value if paid.qty > 0 else -paid.value),
        "funding": paid.funding,
        "settleCurrency": paid.settle,
        "context": f'{{"marginMode": "{paid.mode}", "positionSide": "{paid.side}"}}',
        "marginMode": paid.mode,
    }
