"""The rules that the engine trades by, made of what is listed: fees, limits, leverage, risk tiers, loans."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from kucoin.practice.engine import instruments
from kucoin.practice.engine.instruments import Loan, Tier
from kucoin.practice.universe import CONTRACTS, INDICES, PAIRS, Contract, Pair

FEE = Decimal("0.001")  # of level 0, maker and taker alike
CROSS_LEVERAGE, ISOLATED_LEVERAGE = 5, 10
PRICE_LIMIT_RATE = Decimal("0.1")
MOST_BASE, MOST_QUOTE = Decimal(10_000_000_000), Decimal(99_999_999)
MOST_BORROWED, BORROW_UNIT = Decimal(100_000), Decimal("0.001")
BORROWABLE = ("USDT", "USDC", "BTC", "ETH", "SOL", "XRP", "KCS", "BNB", "ADA", "DOGE", "LINK", "AVAX", "LTC")
_DAY_RATES = {"USDT": "0.000296", "BTC": "0.000118", "ETH": "0.000152"}


def day_rate(currency: str) -> Decimal:
    """Return the interest of a day on a loan in ``currency``, a fraction."""
    return Decimal(_DAY_RATES.get(currency, "0.000360"))


def pairs() -> list[instruments.Pair]:
    """Return every spot pair."""
    return [_pair(pair) for pair in PAIRS.values()]


def contracts() -> list[instruments.Contract]:
    """Return every contract."""
    return [_contract(contract) for contract in CONTRACTS.values()]


def loans() -> list[Loan]:
    """Return what margin traders can borrow."""
    return [
        Loan(currency=currency, borrow_max=MOST_BORROWED, borrow_unit=BORROW_UNIT, daily_rate=day_rate(currency))
        for currency in BORROWABLE
    ]


def _pair(pair: Pair) -> instruments.Pair:
    return instruments.Pair(
        symbol=pair.symbol,
        base=pair.base,
        quote=pair.quote,
        fee_currency=pair.quote,
        base_min_size=pair.base_min,
        base_max_size=MOST_BASE,
        base_increment=pair.lot,
        quote_min_size=pair.quote_min,
        quote_max_size=MOST_QUOTE,
        quote_increment=pair.quote_increment,
        price_increment=pair.tick,
        min_funds=pair.quote_min,
        price_limit_rate=PRICE_LIMIT_RATE,
        cross_leverage=CROSS_LEVERAGE if pair.margin else 0,
        isolated_leverage=ISOLATED_LEVERAGE if pair.margin else 0,
    )


def _contract(contract: Contract) -> instruments.Contract:
    return instruments.Contract(
        symbol=contract.symbol,
        base=contract.base,
        quote=contract.quote,
        settle=contract.settle,
        multiplier=contract.multiplier,
        tick_size=contract.tick,
        lot_size=contract.lot,
        max_qty=Decimal(contract.max_order),
        market_max_qty=Decimal(contract.max_order // 4),
        maker_rate=contract.maker,
        taker_rate=contract.taker,
        tiers=tiers(contract.symbol),
        funding_interval_ms=contract.interval_ms,
        price_step=INDICES[contract.index].tick,
    )


@cache
def tiers(symbol: str) -> tuple[Tier, ...]:
    """Return a contract's risk tiers, smallest first: each cuts the leverage and multiplies the room."""
    contract = CONTRACTS[symbol]
    unit = 100_000 if contract.settle in ("USDT", "USDC") else 10 if contract.settle == "XBT" else 200
    found: list[Tier] = []
    leverage = contract.max_leverage
    for level, room in enumerate((1, 5, 10, 20, 50, 100), 1):
        initial = (Decimal(1) / leverage).quantize(Decimal("0.0001"))
        found.append(Tier(level, Decimal(unit * room), leverage, initial, initial / 2))
        leverage = max(1, leverage * 2 // 3 if level < 3 else leverage // 2)
    return tuple(found)


def tier_of(symbol: str, worth: Decimal) -> Tier:
    """Return the tier of a position of ``worth``."""
    return next((tier for tier in tiers(symbol) if abs(worth) <= tier.max_value), tiers(symbol)[-1])
