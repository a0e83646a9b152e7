"""The account's futures positions as a table shows them: a row each, and what they come to together. Pure.

Amounts are in settlement currency, ratios are fractions, and what is not known is None: never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kucoin.model.order import Lots, Side


class Flag(StrEnum):
    """What a trader should look at."""

    NO_STOP = "no stop"  # no order waits that would close it against a loss
    NEAR_LIQUIDATION = "near liquidation"  # less than a tenth of the mark price away


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """One position at the newest mark price that is known.

    Attributes:
        position_side: BOTH, or LONG and SHORT in hedge mode.
        lots: Held, without sign; ``coins`` and ``value`` the same in base coin and in settlement currency.
        break_even: Price at which all of it, from its first fill on, comes out at nothing: what is realised so far
            (partial closes, fees, funding) and the taker's fee for closing are in it.
        liquidation: The exchange's own price; ours where it tells none. 0 on a long that no price liquidates.
        distance: From mark to liquidation, a fraction of mark; below 0 the mark is past it.
        margin: What is held for it.
        roe: Unrealised over the initial margin; ``plain_return`` the same over the value at entry.
        realised_today: Since 00:00 UTC, net of fees and funding.
        funding_paid: Of this position so far, negative when paid; ``funding_next`` the same as the next settlement
            (at ``funding_at``) would be at the present rate and mark.
        funding_rate: As predicted now; positive: longs pay.
        adl_rank: From 0 to 1, the first in line to be deleveraged.
        take_profit: Nearest trigger price of the waiting orders that would close it at a profit; ``stop_loss`` against.
        open_orders: In the market on this symbol, both sides of a hedge together.
        price_places: Decimals of its prices, None while its contract is not known.
    """

    symbol: str
    position_side: str
    is_long: bool
    leverage: Decimal | None
    margin_mode: str
    settle_currency: str
    is_inverse: bool
    lots: int
    coins: Decimal | None
    value: Decimal | None
    entry: Decimal | None
    break_even: Decimal | None
    mark: Decimal | None
    liquidation: Decimal | None
    distance: Decimal | None
    margin: Decimal | None
    unrealised: Decimal | None
    roe: Decimal | None
    plain_return: Decimal | None
    realised_today: Decimal | None
    funding_paid: Decimal | None
    funding_rate: Decimal | None
    funding_at: datetime | None
    funding_next: Decimal | None
    adl_rank: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    open_orders: int
    flags: tuple[Flag, ...]
    base_currency: str | None
    price_places: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """The futures account of one settlement currency.

    ``equity`` and ``unrealised`` follow the mark prices. ``risk_ratio`` is the exchange's, of its cross positions: at 1
    they are liquidated.
    """

    currency: str
    equity: Decimal | None
    available: Decimal | None
    position_margin: Decimal | None
    order_margin: Decimal | None
    frozen: Decimal | None
    unrealised: Decimal | None
    risk_ratio: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTotals:
    """All positions of one settlement currency together.

    Attributes:
        long: What the long positions are worth, ``short`` the short ones, neither signed; ``net`` is long less short.
        hedged: The smaller side over the larger: 0 where everything points one way, 1 where nothing does.
        margin_ratio: What all of them must keep over the account's equity.
        partial: Something could not be read, so that the sums may lack a part. A sum of nothing known is None.
    """

    currency: str
    long: Decimal | None
    short: Decimal | None
    net: Decimal | None
    hedged: Decimal | None
    unrealised: Decimal | None
    realised_today: Decimal | None
    funding_paid: Decimal | None
    margin_ratio: Decimal | None
    partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseStop:
    """A futures order that waits for a price, without a position that it would close."""

    symbol: str
    order_id: str
    side: Side
    trigger: Decimal | None
    lots: Lots | None
