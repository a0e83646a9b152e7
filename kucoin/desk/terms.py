"""What an order on a symbol would meet: its rules, own fees, the account's modes, and the money there is for it.

Asked in the background as long as somebody looks; nothing here waits for the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from kucoin.desk.rules import Rules
from kucoin.model.market import Contract, SpotSymbol
from kucoin.model.order import FeeRate, MarginMode, TradeType
from kucoin.model.position import MaxOpenSize, Position, PositionMode, RiskTier

Purse = TradeType | Literal["futures"]
"""The account that pays for an order."""


class PriceLimit(NamedTuple):
    """The highest price of a buy and the lowest of a sell that the exchange takes now; None where that is unknown."""

    buy: Decimal | None = None
    sell: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is known of a symbol for whoever places an order on it; the very same object until something changed.

    What is None is unknown, or does not exist for this kind of symbol.

    Attributes:
        pair: The rules of a spot pair.
        contract: The rules of a contract, with its figures of the last reading.
        fee: What trades on it cost this account.
        position_mode: Of the futures account, all contracts alike.
        margin_mode: Of the contract.
        leverage: What an order would use: the contract's cross leverage, or that of the open isolated position. None
            on isolated margin without a position: the order has to say.
        modes_at: When the modes were last read or told.
        tiers: What isolated positions may grow to.
        max_lots: How many lots could be opened at the price and leverage of now.
        available: What an order may use now, by the account that pays and the currency.
        liabilities: What is owed on margin, likewise.
        price_limit: Between which prices orders are taken.
        mark: Mark price; spot pairs have none.
        last: Of the last trade.
        bid: The best price at which somebody buys; ``ask`` sells.
        problems: Why the last reading of a part failed, by the part's name: ``fee``, ``modes``, ``tiers``,
            ``max_lots``, ``balances``. A part that is None and has no problem is being read.
        positions: The open positions on the contract; None where they were never read.
    """

    symbol: str
    rules: Rules
    pair: SpotSymbol | None = None
    contract: Contract | None = None
    fee: FeeRate | None = None
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None
    modes_at: datetime | None = None
    tiers: tuple[RiskTier, ...] | None = None
    max_lots: MaxOpenSize | None = None
    available: Mapping[tuple[Purse, str], Decimal] = field(default_factory=lambda: MappingProxyType({}))
    liabilities: Mapping[tuple[Purse, str], Decimal] = field(default_factory=lambda: MappingProxyType({}))
    price_limit: PriceLimit = field(default_factory=PriceLimit)
    mark: Decimal | None = None
    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    problems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    positions: tuple[Position, ...] | None = None
