"""What is read of one symbol for whoever places an order on it: its parts, and how pushes carry them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kucoin.decimals import ceil_to
from kucoin.desk.accounts import Accounts
from kucoin.desk.follow import Followed, Joining
from kucoin.desk.market import Market
from kucoin.desk.refresh import Source
from kucoin.desk.terms import Terms
from kucoin.model.feed import Trade
from kucoin.model.feed_private import LeverageChange, MarginModeChange
from kucoin.model.order import FeeRate, MarginMode
from kucoin.model.position import MaxOpenSize, Position, RiskTier
from kucoin.rest.client import Exchange

MODES_EVERY = 5.0  # s between two readings of modes and leverage
_MOST = 15.0
_SLOW = 1800.0  # s between two readings of what hardly ever changes


@dataclass(slots=True)
class Look:
    """What is kept of one symbol.

    Attributes:
        at: When somebody looked last, in s of the monotonic clock.
        fee: What trades cost. This and all other parts but ``fee`` are of contracts; they are None on spot.
        most: How many lots could be opened at the mark.
        trades: Up to which trade the tape was looked at, and ``trade`` the last of them.
        terms: What was made of it last.
    """

    symbol: str
    at: float
    fee: Source[FeeRate]
    mode: Followed[MarginMode, MarginModeChange] | None = None
    leverage: Followed[Decimal, LeverageChange] | None = None
    tiers: Source[tuple[RiskTier, ...]] | None = None
    most: Source[MaxOpenSize | None] | None = None
    trades: int = 0
    trade: Trade | None = None
    terms: Terms | None = None

    def sources(self) -> tuple[Source[Any], ...]:
        """All that is read for it."""
        every = (self.mode, self.leverage, self.fee, self.tiers, self.most)
        return tuple(source for source in every if source is not None)

    def used(self, held: tuple[Position, ...] | None) -> Decimal | None:
        """Return the leverage that an order would use, ``held`` being the contract's positions: see `Terms`."""
        mode = self.mode.reading.value if self.mode else None
        if mode is MarginMode.CROSS:
            return self.leverage.reading.value if self.leverage else None
        isolated = [each.leverage for each in held or () if each.margin_mode == MarginMode.ISOLATED]
        return isolated[0] if mode is MarginMode.ISOLATED and len(isolated) == 1 else None


def opened(
    symbol: str,
    exchange: Exchange,
    market: Market,
    accounts: Accounts,
    *,
    wanted: Callable[[Look], bool],
    modes_every: float,
    now: float,
) -> Look:
    """Return a look at ``symbol`` of which nothing is read yet, nor while it is not ``wanted``."""

    def source(name: str, read: Callable[[], Any], every: float) -> Source[Any]:
        return Source(f"{name} of {symbol}", read, every=every, wanted=lambda: wanted(look))

    def followed(name: str, read: Callable[[], Any], after: Callable[[str, Any], Any]) -> Followed[Any, Any]:
        return Followed(
            *(f"{name} of {symbol}", read),
            every=modes_every,
            wanted=lambda: wanted(look),
            joining=_joining(symbol, after),
        )

    if "-" in symbol:
        look = Look(symbol, now, source("fee", lambda: exchange.spot_orders.trade_fees(symbols=[symbol])[0], _SLOW))
        return look
    private = exchange.futures_positions
    look = Look(
        symbol,
        now,
        fee=source("fee", lambda: exchange.futures_orders.trade_fee(symbol=symbol), _SLOW),
        mode=followed("margin mode", lambda: private.margin_mode(symbol=symbol), _mode_after),
        leverage=followed("leverage", lambda: private.cross_leverage(symbol=symbol), _leverage_after),
        tiers=source("risk tiers", lambda: private.risk_tiers(symbol=symbol), _SLOW),
        most=source("largest order", lambda: _largest(look, exchange, market, accounts), _MOST),
    )
    return look


def held(accounts: Accounts, symbol: str) -> tuple[Position, ...] | None:
    """Return the open positions on a contract; None where they were never read."""
    rows = accounts.positions.reading.value if accounts.positions else None
    return None if rows is None else tuple(row for row in rows if row.symbol == symbol)


def _largest(look: Look, exchange: Exchange, market: Market, accounts: Accounts) -> MaxOpenSize | None:
    """Ask how many lots could be opened at the mark; None while that or the leverage is not known."""
    contract = market.contract(look.symbol).value
    leverage = look.used(held(accounts, look.symbol))
    if contract is None or contract.mark_price is None or leverage is None:
        return None
    price = ceil_to(contract.mark_price, contract.tick_size)
    return exchange.futures_positions.max_open_size(symbol=look.symbol, price=price, leverage=max(1, int(leverage)))


def _joining(symbol: str, after: Callable[[str, Any], Any]) -> Joining[Any, Any]:
    """How pushes carry on what was read of one symbol; they have no time of their own, so the latest counts."""
    return Joining(
        key=lambda change: symbol,  # noqa: ARG005  all are about the same
        stamp=lambda change: change.time,
        merge=lambda value, change: after(symbol, change),  # noqa: ARG005  it says the whole
        differ=lambda before, now: {symbol} if before != now else set(),
    )


def _mode_after(symbol: str, change: MarginModeChange) -> MarginMode | None:
    """The margin mode that a push tells; None for a word that is not known."""
    return next((mode for mode in MarginMode if mode == change.modes[symbol]), None)


def _leverage_after(symbol: str, change: LeverageChange) -> Decimal:
    return change.leverages[symbol]
