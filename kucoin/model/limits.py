"""What may be risked, as somebody set it; checked by the Desk before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What new risk is held to. None: no such limit. Orders that only reduce a position pass all of them.

    Attributes:
        order_value: Of one order, in USDT.
        daily_value: Of all orders since 00:00 UTC that were not proven to come to nothing, in USDT.
        leverage: Of a futures order.
        open_orders: In the market or waiting for a price, this one included.
        price_distance: How far a limit price may be from the mark price (spot: the last one), a fraction of it.
        orders_per_minute: That were handed over within 60 s, this one included.
        daily_loss: In USDT, above zero: what was realised since 00:00 UTC and what open positions stand at, together.
        symbols: The only ones that may be traded; empty: all.
    """

    order_value: Decimal | None = None
    daily_value: Decimal | None = None
    leverage: Decimal | None = None
    open_orders: int | None = None
    price_distance: Decimal | None = None
    orders_per_minute: int | None = None
    daily_loss: Decimal | None = None
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """How much of a limit is used.

    Attributes:
        name: The field of `Limits`.
        limit: None where there is none.
        used: None where that is not known, or the limit is of single orders.
        problem: Why it is not known; empty otherwise.
    """

    name: str
    limit: Decimal | None
    used: Decimal | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """New orders were stopped, by whom and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskView:
    """The limits and switches as they stand.

    Attributes:
        limits: None where they could not be read, which refuses every order that does not reduce: see ``problem``.
        uses: One for each limit but ``symbols``, in the order of the fields of `Limits`.
        arming: Whether orders need the arm switch at all; False on the practice exchange.
        armed_until: Until when new risk may be taken; None while disarmed, and where no arming is needed.
        halt: Who stopped new orders, None while they are not stopped.
        problem: Why the limits are not known, or a change of theirs is not written down; empty otherwise.
        set_by: Who set the limits and when (``set_at``); empty and None where they are those that nobody set.
        arm_for: For how long one arms; None where no arming is needed.
    """

    limits: Limits | None
    uses: tuple[LimitUse, ...]
    arming: bool
    armed_until: datetime | None
    halt: Halt | None
    problem: str = ""
    set_by: str = ""
    set_at: datetime | None = None
    arm_for: timedelta | None = None
