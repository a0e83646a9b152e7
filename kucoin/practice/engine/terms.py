"""The words of orders and accounts, spelled as KuCoin spells them on the wire."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

# Fees and margins are whole multiples of this; KuCoin's own samples carry ten decimals.
MONEY = Decimal("1E-10")


def floor_money(amount: Decimal) -> Decimal:
    """Cut ``amount`` to ten decimals: what is charged is never more than what was frozen for it."""
    return amount.quantize(MONEY, ROUND_FLOOR)


def ceil_money(amount: Decimal) -> Decimal:
    """Raise ``amount`` to ten decimals: what is frozen covers what may be charged."""
    return amount.quantize(MONEY, ROUND_CEILING)


def round_money(amount: Decimal) -> Decimal:
    """Round ``amount`` to ten decimals."""
    return amount.quantize(MONEY, ROUND_HALF_UP)


class Family(StrEnum):
    """Whose codes and texts a refusal speaks in."""

    SPOT = "spot"
    MARGIN = "margin"
    FUTURES = "futures"


class Side(StrEnum):
    """Of an order, or of the taker of a trade."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """Whether an order names its price."""

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(StrEnum):
    """How long a limit order lives: until cancelled, until a time, at once, at once and whole."""

    GTC = "GTC"
    GTT = "GTT"
    IOC = "IOC"
    FOK = "FOK"


class Stp(StrEnum):
    """Which order ends when both sides of a trade are one user's: newest, oldest, both, or both by the smaller size."""

    CN = "CN"
    CO = "CO"
    CB = "CB"
    DC = "DC"


class TradeType(StrEnum):
    """Which account pays for a spot order."""

    TRADE = "TRADE"
    CROSS = "MARGIN_TRADE"
    ISOLATED = "MARGIN_ISOLATED_TRADE"


class MarginMode(StrEnum):
    """Whether a futures position stands on its own margin or on the whole wallet."""

    ISOLATED = "ISOLATED"
    CROSS = "CROSS"


class PositionSide(StrEnum):
    """BOTH in one-way mode; a position of its own for each direction in hedge mode."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class PriceType(StrEnum):
    """The price that a stop watches: last trade, mark or index."""

    LAST = "TP"
    MARK = "MP"
    INDEX = "IP"


class Status(StrEnum):
    """Whether an instrument takes orders and cancels."""

    OPEN = "Open"
    INIT = "Init"
    PAUSED = "Paused"
    CANCEL_ONLY = "CancelOnly"
    FROZEN = "Frozen"
    SETTLING = "BeingSettled"
    CLOSED = "Closed"


# Kinds of account. An isolated margin account is named after its pair: isolated:BTC-USDT.
MAIN = "main"
TRADE = "trade"
MARGIN = "margin"
CONTRACT = "contract"


def isolated(symbol: str) -> str:
    """Return the name of the isolated margin account of ``symbol``."""
    return f"isolated:{symbol}"


def account_of(trade_type: TradeType, symbol: str) -> str:
    """Return the account that pays for an order of ``trade_type`` on ``symbol``."""
    if trade_type is TradeType.TRADE:
        return TRADE
    return MARGIN if trade_type is TradeType.CROSS else isolated(symbol)
