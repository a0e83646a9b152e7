"""The control routes: faults, the true state, the clock, maintenance, a new beginning.

On the spot port, for this machine alone.

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

from kucoin.practice.accounts import balances, isolated_pairs, margin_figures
from kucoin.practice.engine.records import Balance, Fill
from kucoin.practice.engine.terms import MAIN, MARGIN, TRADE, Family, isolated
from kucoin.practice.exchange import Exchange
from kucoin.practice.gateway import json_body
from kucoin.practice.keys import USERS
from kucoin.practice.numbers import text
from kucoin.practice.service import Announced
from kucoin.practice.sockets.tokens import Keepalive
from kucoin.practice.universe import COINS, CONTRACTS, PAIRS, SETTLE_CURRENCIES
from kucoin.practice.wire import Refusal

_LOOPBACK = ("127.0.0.1", "localhost")
_CLOCK_FAULTS = ("skew", "drift")
Work = Callable[[Exchange, dict[str, Any]], dict[str, Any]]


def routes(exchange: Exchange) -> list[BaseRoute]:
    """Return the control routes of ``exchange``."""
    table: tuple[tuple[str, str, Work], ...] = (
        ("GET", "/_practice/state", lambda kept, _: state(kept)),
        ("GET", "/_practice/fills", lambda kept, _: _fills(kept)),
        ("POST", "/_practice/faults", _faults),
        ("POST", "/_practice/clock", _clock),
        ("POST", "/_practice/reset", _reset),
        ("POST", "/_practice/sockets", _sockets),
        ("POST", "/_practice/maintenance", _maintenance),
    )
    return [Route(path, _guarded(exchange, work), methods=[method]) for method, path, work in table]


def _guarded(exchange: Exchange, work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        host = request.headers.get("host", "")
        if "origin" in request.headers or host.rsplit(":", 1)[0] not in _LOOPBACK:
            return _json({"error": "control is for programs on this machine"}, 403)
        try:
            found = work(exchange, json_body(await request.body()))
            await exchange.commits.durable()
            return _json(found)
        except Refusal as refusal:
            return _json({"error": refusal.message}, refusal.status)

    return endpoint


def _json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(data), status, media_type="application/json")


def _faults(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Set faults, or take all back: ``{"clear": true, "set": [{"name": ..., "path": ...}]}``.

    Clearing fills the quotas again, puts the sockets' intervals right and ends a maintenance as well, so that what
    comes next starts from nothing.
    """
    if body.get("clear"):
        exchange.faults.clear()
        exchange.service.clear()
        exchange.quotas.refill()
        exchange.keepalive = Keepalive()
        exchange.clock.disturb()
        exchange.relist()
    for wanted in body.get("set", []):
        if wanted.get("name") in _CLOCK_FAULTS:
            exchange.clock.disturb(**{wanted["name"]: float(wanted["seconds"])})
        elif wanted.get("name") == "delist":
            exchange.delist(str(wanted["symbol"]))
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
    exchange.live()  # a market that stands still from now on has lived up to now
    return {"market_ms": exchange.now(), "server_ms": exchange.clock.server_ms(), "rate": exchange.clock.rate}


def _reset(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Begin again, with another ``seed`` if one is given."""
    seed = body.get("seed")
    exchange.reset(None if seed is None else int(seed))
    exchange.live()  # so that there is somebody to trade with
    return {"seed": exchange.seed, "born_ms": exchange.born_ms}


def _sockets(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Set the intervals of sockets opened from now on, or end the open ones.

    ``{"ping_interval_ms": 900, "ping_timeout_ms": 500}``; ``{"cut": "rst"}``, ``fin`` or ``close``, of one ``host``
    or of both.
    """
    for name in ("ping_interval_ms", "ping_timeout_ms"):
        if name in body:
            setattr(exchange.keepalive, name, int(body[name]))
    if "cut" in body:
        if body["cut"] not in ("rst", "fin", "close"):
            raise Refusal("400100", f"sockets are not cut by {body['cut']}", status=400)
        for host, hall in exchange.halls.items():
            if body.get("host", host) == host:
                hall.cut(body["cut"])
    return _listening(exchange)


def _maintenance(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """Close trading and open it again, and announce something.

    ``{"state": "cancelonly", "message": "...", "host": "spot"}``, likewise ``close`` and ``open``, without a host both;
    ``{"announce": {"title": "...", "text": "..."}}``, of another ``type`` than maintenance if one is given.
    """
    service = exchange.service
    if "state" in body:
        service.put(str(body["state"]), str(body.get("message", "")), body.get("host"))
    if told := body.get("announce"):
        kind = str(told.get("type", "maintenance-updates"))
        service.announce(Announced(str(told["title"]), str(told.get("text", "")), kind, exchange.clock.server_ms()))
    return {**{host: service.told(host) for host in service.hosts}, "announced": len(service.announced)}


def _listening(exchange: Exchange) -> dict[str, Any]:
    return {
        "tokens": exchange.tokens.issued,
        "ping_interval_ms": exchange.keepalive.ping_interval_ms,
        "ping_timeout_ms": exchange.keepalive.ping_timeout_ms,
        **{host: hall.counts() for host, hall in exchange.halls.items()},
    }


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
        "users": {user: _holdings(exchange, user) | {"margin": margin_figures(exchange, user, now)} for user in USERS},
        "requests": dict(exchange.requests),
        "sockets": _listening(exchange),
    }


def _fills(exchange: Exchange) -> dict[str, Any]:
    """Return every fill that each user ever had, amounts as text, newest first in each market."""
    return {
        user: [_filled(each) for family in Family for each in exchange.archive.fills(user, family)] for user in USERS
    }


def _filled(fill: Fill) -> dict[str, Any]:
    return {
        "account": fill.account,
        "symbol": fill.symbol,
        "trade_id": str(fill.trade_id),
        "order_id": fill.order_id,
        "side": fill.side,
        "liquidity": "taker" if fill.is_taker else "maker",
        "price": text(fill.price),
        "size": text(fill.size),
        "funds": text(fill.funds),
        "fee": text(fill.fee),
        "fee_rate": text(fill.fee_rate),
        "fee_currency": fill.fee_currency,
        "created_ms": fill.created_ms,
    }


def _holdings(exchange: Exchange, user: str) -> dict[str, Any]:
    held = {(name, ""): balances(exchange, user, name) for name in (MAIN, TRADE)}
    margin = {("cross", ""): balances(exchange, user, MARGIN)}
    margin |= {("isolated", pair): balances(exchange, user, isolated(pair)) for pair in isolated_pairs(exchange, user)}
    who, account = exchange.user(user), exchange.engine.futures_account
    wallets = {("futures", ""): [_wallet(exchange, user, currency) for currency in sorted(who.wallets)]}
    return {
        "balances": [
            {
                "account": name,
                "tag": tag,
                "currency": each.currency,
                "total": text(each.total),
                "hold": text(each.hold),
            }
            for (name, tag), rows in (held | margin | wallets).items()
            for each in rows
        ],
        "loans": [
            {"tag": tag, "currency": each.currency, "total": text(each.liability)}
            for (_, tag), rows in margin.items()
            for each in rows
            if each.liability
        ],
        "positions": [
            {
                "symbol": each.symbol,
                "side": each.side,
                "qty": int(each.qty),
                "mark": text(account.figures(each).mark_price),
                "pnl": text(account.figures(each).pnl),
            }
            for each in who.positions.values()
        ],
        "orders": sorted(order for orders in who.live.values() for order in orders),
        "stops": sorted(who.stops),
        "futures_equity": {currency: text(account.overview(user, currency).equity) for currency in SETTLE_CURRENCIES},
    }


def _wallet(exchange: Exchange, user: str, currency: str) -> Balance:
    """Return a futures wallet as a balance; what resting orders tie up is its hold."""
    wallet = exchange.user(user).wallets[currency]
    hold = wallet.isolated_orders + wallet.cross_orders
    return Balance(user=user, account="futures", currency=currency, total=wallet.total, hold=hold)
