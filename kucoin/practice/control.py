"""The control routes: faults, the true state, the clock, a new beginning. On the spot port, for this machine alone.

A page in a browser on this machine must not reach them: a request with an ``Origin``, or for a host name that is not
loopback's (which is how a foreign name pointing here would look), is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kucoin.practice import bank
from kucoin.practice.accounts import futures_overview, margin_figures, valuations
from kucoin.practice.exchange import Exchange
from kucoin.practice.gateway import json_body
from kucoin.practice.keys import USERS
from kucoin.practice.numbers import text
from kucoin.practice.universe import COINS, CONTRACTS, PAIRS, SETTLE_CURRENCIES
from kucoin.practice.wire import Refusal

_LOOPBACK = ("127.0.0.1", "localhost")
_CLOCK_FAULTS = ("skew", "drift")
Work = Callable[[Exchange, dict[str, Any]], dict[str, Any]]


def routes(exchange: Exchange) -> list[BaseRoute]:
    """Return the control routes of ``exchange``."""
    table: tuple[tuple[str, str, Work], ...] = (
        ("GET", "/_practice/state", lambda kept, _: state(kept)),
        ("POST", "/_practice/faults", _faults),
        ("POST", "/_practice/clock", _clock),
        ("POST", "/_practice/reset", _reset),
    )
    return [Route(path, _guarded(exchange, work), methods=[method]) for method, path, work in table]


def _guarded(exchange: Exchange, work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        host = request.headers.get("host", "")
        if "origin" in request.headers or host.rsplit(":", 1)[0] not in _LOOPBACK:
            return _json({"error": "control is for programs on this machine"}, 403)
        try:
            return _json(work(exchange, json_body(await request.body())))
        except Refusal as refusal:
            return _json({"error": refusal.message}, refusal.status)

    return endpoint


def _json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(data), status, media_type="application/json")


def _faults(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Set faults, or take all back: ``{"clear": true, "set": [{"name": ..., "path": ...}]}``."""
    if body.get("clear"):
        exchange.faults.clear()
        exchange.clock.disturb()
    for wanted in body.get("set", []):
        if wanted.get("name") in _CLOCK_FAULTS:
            exchange.clock.disturb(**{wanted["name"]: float(wanted["seconds"])})
        else:
            exchange.faults.add(wanted)
    return {
        "faults": [{"name": each.name, "seen": each.seen, "struck": each.struck} for each in exchange.faults.listed]
    }


def _clock(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Move the clock: ``{"offset": seconds}`` the whole exchange, for good; ``{"rate": r}`` the market alone."""
    if "offset" in body:
        exchange.set_offset(round(float(body["offset"]) * 1000))
    if "rate" in body:
        exchange.clock.hasten(float(body["rate"]))
    return {"market_ms": exchange.now(), "server_ms": exchange.clock.server_ms(), "rate": exchange.clock.rate}


def _reset(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Begin again, with another ``seed`` if one is given."""
    seed = body.get("seed")
    exchange.reset(None if seed is None else int(seed))
    return {"seed": exchange.seed, "born_ms": exchange.born_ms}


def state(exchange: Exchange) -> dict[str, Any]:
    """Return the truth, amounts as text: who this is, every price, every account, the requests counted per path."""
    now = exchange.now()
    market = exchange.market
    prices = {code: market.coin_price(code, now) for code in COINS}
    return {
        "pid": exchange.pid,
        "data": str(exchange.data),
        "seed": exchange.seed,
        "born_ms": exchange.born_ms,
        "spot": exchange.spot,
        "futures": exchange.futures,
        "market_ms": now,
        "server_ms": exchange.clock.server_ms(),
        "rate": exchange.clock.rate,
        "prices": {code: text(price) for code, price in prices.items() if price is not None},
        "last": {symbol: text(market.last(symbol, now)) for symbol in PAIRS},
        "marks": {symbol: text(market.mark_price(each, now)) for symbol, each in CONTRACTS.items()},
        "users": {user: _holdings(exchange, user, now) for user in USERS},
        "requests": dict(exchange.requests),
    }


def _holdings(exchange: Exchange, user: str, now: int) -> dict[str, Any]:
    accounts = (bank.MAIN, bank.TRADE, bank.CROSS, bank.ISOLATED, bank.FUTURES)
    return {
        "balances": [
            {
                "account": each.account,
                "tag": each.tag,
                "currency": each.currency,
                "total": text(each.total),
                "hold": text(each.hold),
            }
            for account in accounts
            for each in exchange.bank.balances(user, account)
        ],
        "loans": [
            {"tag": each.tag, "currency": each.currency, "total": text(each.total)}
            for each in exchange.bank.loans(user)
        ],
        "positions": [
            {
                "symbol": each.holding.contract.symbol,
                "qty": each.holding.qty,
                "mark": text(each.mark),
                "pnl": text(each.pnl),
            }
            for each in valuations(exchange, user, now)
        ],
        "futures_equity": {
            currency: text(futures_overview(exchange, user, currency, now).equity) for currency in SETTLE_CURRENCIES
        },
        "margin": {tag or "cross": figures for tag, figures in margin_figures(exchange, user, now).items()},
    }
