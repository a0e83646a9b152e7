"""Positions as their fills tell them: what a round from flat to flat earned, paid and received.

Signs: a fee paid and a funding paid are negative, both are parts of the profit. Amounts are in settlement currency,
sizes in lots, times aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from kucoin.model.position import ClosedPosition


class Realised(NamedTuple):
    """What one fill, or one funding, did to the profit. A fill that turns a position round counts once for each.

    ``price`` and ``fee`` are 0 on a funding, ``funding`` and ``value`` (the fill's, not signed) 0 on the others.
    ``unpriced`` are lots that were closed without the ledger telling what they cost or brought. A lot costs what all
    held ones did on average, so these are all of a fill where one held is strange; ``price`` has what is known of them.
    ``fill`` names the trade and the order of a fill that closed something.
    """

    at: datetime
    symbol: str
    currency: str
    position_side: str
    price: Decimal
    fee: Decimal
    funding: Decimal
    value: Decimal
    unpriced: int = 0
    fill: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One position from flat to flat, or to now.

    Attributes:
        position_side: BOTH in one-way mode, else LONG or SHORT.
        closed_at: None while it is open.
        opened_lots, held_lots: All that was opened, and what is still held; neither is signed.
        entry, exit: Average prices of all that was opened and closed, harmonic on inverse contracts; None before there
            is one.
        price_pnl: What its closed lots earned before fees and funding.
        fees, funding: Negative when paid.
        fills: How many fills moved it.
        liquidated: The exchange closed some of it by force: liquidation or auto-deleveraging.
        complete: False where it began before the ledger does: what its lots cost is not known, and ``price_pnl`` leaves
            those lots out.
        missing: Which of its fills the ledger lacks, in words; empty where nothing speaks of any.
    """

    symbol: str
    settle_currency: str
    position_side: str
    is_long: bool
    margin_mode: str | None
    opened_at: datetime
    closed_at: datetime | None
    opened_lots: int
    held_lots: int
    entry: Decimal | None
    exit: Decimal | None
    price_pnl: Decimal
    fees: Decimal
    funding: Decimal
    fills: int
    liquidated: bool
    complete: bool
    missing: str = ""

    @property
    def net(self) -> Decimal:
        """What it earned after fees and funding."""
        return self.price_pnl + self.fees + self.funding


@dataclass(frozen=True, slots=True)
class Closed:
    """A position that ended: our round, and the exchange's word for it. At least one of the two is there.

    Attributes:
        difference: Our net less the exchange's; None where there is only one of them, or the round began before the
            ledger.
        missing: Which fills the ledger lacks, in words; empty where none are known to be missing.
        roe: A fraction of the margin that opened it; None where nobody says.
    """

    round: Round | None
    exchange: ClosedPosition | None
    difference: Decimal | None
    missing: str
    roe: Decimal | None
    leverage: Decimal | None

    @property
    def symbol(self) -> str:
        """Its contract."""
        return self._either.symbol

    @property
    def settle_currency(self) -> str:
        """What its amounts are in."""
        return self._either.settle_currency

    @property
    def closed_at(self) -> datetime:
        """When it ended, by our fills where they tell."""
        if self.round is not None and self.round.closed_at is not None:
            return self.round.closed_at
        if self.exchange is None:
            raise ValueError("a closed position without an end")
        return self.exchange.closed_at

    @property
    def net(self) -> Decimal | None:
        """What it earned after fees and funding: by our fills, or by the exchange's word where some are missing."""
        if self.round is not None and self.round.complete and not self.missing:
            return self.round.net
        return None if self.exchange is None else self.exchange.pnl

    @property
    def _either(self) -> Round | ClosedPosition:
        found = self.round or self.exchange
        if found is None:
            raise ValueError("a closed position that nobody knows")
        return found


class Ended(NamedTuple):
    """A closed position with what is asked of all of them at once: its end, its net, and whether our fills tell it."""

    at: datetime
    net: Decimal | None
    whole: bool
    closed: Closed
