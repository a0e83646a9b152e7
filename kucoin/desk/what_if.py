"""What would become of the futures accounts if every mark price moved by the same share. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Liquidation(NamedTuple):
    """A position that is liquidated once the marks have moved by ``at``, a fraction."""

    symbol: str
    position_side: str
    at: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAccount:
    """One settlement currency after the move and, as ``..._before``, at the present marks; None: not known.

    A liquidated isolated position has cost its margin, cross ones count as closed where they were liquidated; what is
    closed is in ``unrealised`` no more. ``risk_ratio`` is that of the cross positions, 1 where they were liquidated.
    """

    currency: str
    unrealised: Decimal | None
    unrealised_before: Decimal | None
    equity: Decimal | None
    equity_before: Decimal | None
    risk_ratio: Decimal | None
    risk_ratio_before: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The answer for one ``shift``.

    Attributes:
        shift: By which share every mark price moves, from -0.5 to 0.5.
        accounts: One for each settlement currency.
        liquidated: What is liquidated on the way, the first first.
        first: The nearest liquidation that way, reached or not; either way where the shift is 0. None: there is none.
    """

    shift: Decimal
    accounts: tuple[WhatIfAccount, ...]
    liquidated: tuple[Liquidation, ...]
    first: Liquidation | None
