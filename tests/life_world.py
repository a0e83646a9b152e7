"""An engine that lists what the practice exchange lists, for the tests of its life."""

from __future__ import annotations

from decimal import Decimal

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.instruments import Contract, Pair, Tier
from kucoin.practice.universe import CONTRACTS, PAIRS

D = Decimal
NOW = 1_795_000_020_000  # 20 s into a minute


def engine(now_ms: int = NOW) -> Engine:
    """Every pair and contract, no users."""
    return Engine(
        now_ms=now_ms,
        pairs=[
            Pair(
                symbol=each.symbol,
                base=each.base,
                quote=each.quote,
                fee_currency=each.quote,
                base_min_size=each.base_min,
                base_max_size=D(10_000_000_000),
                base_increment=each.lot,
                quote_min_size=each.quote_min,
                quote_max_size=D(99_999_999),
                quote_increment=each.quote_increment,
                price_increment=each.tick,
                min_funds=each.quote_min,
                price_limit_rate=D("0.1"),
            )
            for each in PAIRS.values()
        ],
        contracts=[
            Contract(
                symbol=each.symbol,
                base=each.base,
                quote=each.quote,
                settle=each.settle,
                multiplier=each.multiplier,
                tick_size=each.tick,
                lot_size=each.lot,
                max_qty=D(each.max_order),
                market_max_qty=D(each.max_order),
                maker_rate=each.maker,
                taker_rate=each.taker,
                tiers=(Tier(1, D(10**9), each.max_leverage, D("0.01"), D("0.005")),),
                funding_interval_ms=each.interval_ms,
                price_step=each.tick / 10,
            )
            for each in CONTRACTS.values()
        ],
    )
