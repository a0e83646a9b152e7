"""Contracts, pairs, books and positions in round figures, for previews that can be worked out by hand."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar

from kucoin.book.book import BookView
from kucoin.decimals import ZERO
from kucoin.desk.margins import Group, Held
from kucoin.desk.preview import Preview
from kucoin.desk.preview_ticket import preview
from kucoin.desk.preview_walk import Sight
from kucoin.desk.rules import of_contract, of_pair
from kucoin.desk.terms import Terms
from kucoin.model.account import FuturesAccount
from kucoin.model.market import Contract, SpotSymbol
from kucoin.model.order import FeeRate, Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side
from kucoin.model.position import Position
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket

D = Decimal
M = TypeVar("M")
FEE = FeeRate("XBTUSDTM", taker=D("0.0006"), maker=D("0.0002"))
SPOT_FEE = FeeRate("BTC-USDT", taker=D("0.001"), maker=D("0.0008"))


def _made(kind: type[M], **known: Any) -> M:
    """A value of which nothing but ``known`` is known."""
    return kind(**dict.fromkeys((each.name for each in fields(kind)), None) | known)  # type: ignore[arg-type]


def contract(**more: Any) -> Contract:
    """A thousandth of a coin a lot, at a mark of 100,000."""
    known: dict[str, Any] = {
        "symbol": "XBTUSDTM",
        "base_currency": "XBT",
        "quote_currency": "USDT",
        "settle_currency": "USDT",
        "status": "Open",
        "is_inverse": False,
        "multiplier": D("0.001"),
        "lot_size": 1,
        "tick_size": D("0.1"),
        "maintain_margin": D("0.005"),
        "taker_fee_rate": D("0.0006"),
        "funding_rate": D("0.0001"),
        "mark_price": D(100_000),
    }
    return _made(Contract, **known | more)


def inverse() -> Contract:
    """A dollar a lot, settled in bitcoin."""
    return contract(symbol="XBTUSDM", quote_currency="USD", settle_currency="XBT", is_inverse=True, multiplier=D(-1))


def pair(**more: Any) -> SpotSymbol:
    """BTC-USDT with fees in USDT, in steps of 0.0001."""
    known: dict[str, Any] = {
        "symbol": "BTC-USDT",
        "base_currency": "BTC",
        "quote_currency": "USDT",
        "fee_currency": "USDT",
        "base_increment": D("0.0001"),
        "quote_increment": D("0.01"),
        "price_increment": D("0.1"),
        "enable_trading": True,
    }
    return _made(SpotSymbol, **known | more)


def position(lots: int, entry: int, **more: Any) -> Position:
    """An isolated linear position at leverage 10, as the exchange would tell it: fees for closing are in its margin."""
    cost = D(lots) * entry / 1000
    comm = abs(cost) * D("0.00066")
    pays = D("0.0001") if lots > 0 else ZERO
    known: dict[str, Any] = {
        "symbol": "XBTUSDTM",
        "position_side": "BOTH",
        "margin_mode": "ISOLATED",
        "settle_currency": "USDT",
        "current_qty": lots,
        "leverage": D(10),
        "avg_entry_price": D(entry),
        "pos_cost": cost,
        "pos_margin": abs(cost) / 10 + comm,
        "pos_maint": abs(cost) * (D("0.005") + pays) + comm,
        "maintain_rate": D("0.005"),
        "mark_price": D(100_000),
        "unrealised_pnl": D(lots) * 100 - cost,
    }
    return _made(Position, **known | more)


def group(*held: Position, of: Contract | None = None, **more: Any) -> Group:
    """An account of 10,000 with these positions."""
    of = of or contract()
    known: dict[str, Any] = {"margin_balance": D(10_000), "account_equity": D(10_000), "order_margin": ZERO}
    account = _made(FuturesAccount, currency=of.settle_currency, **known | more)
    return Group(of.settle_currency, account, tuple(Held(each, of, None) for each in held), ZERO)


def book(symbol: str, *, bids: str = "", asks: str = "", **more: Any) -> BookView:
    """A book written as ``size@price`` of each level, best first."""
    sides = [
        tuple((D(price), D(size)) for size, _, price in (level.partition("@") for level in side.split()))
        for side in (bids, asks)
    ]
    known: dict[str, Any] = {"problem": None, "sequence": 1, "time": 0}
    return BookView(symbol, sides[0], sides[1], **known | more)


def terms_of(what: Contract | SpotSymbol, **more: Any) -> Terms:
    """The terms of a contract or a pair, with 10,000 of whatever pays."""
    if isinstance(what, Contract):
        known: dict[str, Any] = {
            "symbol": what.symbol,
            "rules": of_contract(what),
            "contract": what,
            "fee": FEE,
            "leverage": D(10),
            "mark": what.mark_price,
            "available": {("futures", what.settle_currency): D(10_000)},
        }
    else:
        known = {"symbol": what.symbol, "rules": of_pair(what), "pair": what, "fee": SPOT_FEE}
    return Terms(**known | more)


def lots(side: Side | None, size: int | None, price: str | None = None, **more: Any) -> FuturesTicket:
    """An order for a contract, a market order without ``price``."""
    bracket = more.pop("bracket", None)
    known: dict[str, Any] = {"symbol": "XBTUSDTM", "margin_mode": MarginMode.ISOLATED}
    order = NewFuturesOrder(
        client_oid="1",
        side=side,
        type=OrderType.LIMIT if price else OrderType.MARKET,
        size=None if size is None else Lots(size),
        price=D(price) if price else None,
        **known | more,
    )
    return FuturesTicket(order=order, bracket=bracket)


def coins(side: Side, size: str | None, price: str | None = None, **more: Any) -> SpotTicket:
    """An order for a pair, a market order without ``price``; what the ticket takes besides goes to the ticket."""
    own = ("trade_type", "auto_borrow", "trigger", "oco")
    order = NewOrder(
        client_oid="1",
        symbol="BTC-USDT",
        side=side,
        type=OrderType.LIMIT if price else OrderType.MARKET,
        size=D(size) if size else None,
        price=D(price) if price else None,
        **{name: value for name, value in more.items() if name not in own},
    )
    return SpotTicket(order=order, **{name: value for name, value in more.items() if name in own})


def see(ticket: Ticket, terms: Terms, view: BookView | None, of: Group | None = None, **more: Any) -> Preview:
    """The preview."""
    return preview(ticket, terms, Sight(view, group=of, **more))
