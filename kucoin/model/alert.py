"""Alerts: what somebody wants to be told of, how that stands, and what was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class AlertKind(StrEnum):
    """What an alert watches; ``subject`` and ``threshold`` of it are what each says here.

    ``FILL``, ``REFUSED``: every such event, on a symbol or all. ``LIQUIDATION``: from mark price to liquidation, a
    fraction of mark, of the positions on a contract or of all. ``PRICE_ABOVE``, ``PRICE_BELOW``: a pair's last price, a
    contract's mark price. ``FUNDING``: the rate as predicted now, a fraction, of a contract or of all with a position.
    ``FEED``: seconds that one of the sockets in use has brought nothing. ``LOSS``: of the day, in USDT, above zero.
    """

    FILL = "fill"
    REFUSED = "refused order"
    LIQUIDATION = "liquidation"
    PRICE_ABOVE = "price above"
    PRICE_BELOW = "price below"
    FUNDING = "funding above"
    FEED = "feed down"
    LOSS = "daily loss"


class AlertState(StrEnum):
    """``FIRED`` until what fired it has recovered by a margin; ``UNKNOWN`` while what it watches is not known now."""

    ARMED = "armed"
    FIRED = "fired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to be told of once, whenever it comes about.

    Attributes:
        number: Tells it from others.
        subject: A symbol, or empty for all that there are.
        threshold: In the unit of its kind; None where the kind has none.
        since: When it came into its state, or was told of last where it tells of every event.
        words: What it says now, as a sentence: what fired it, or why it is not known; empty while it is armed.
        by: Who set it.
    """

    number: int
    kind: AlertKind
    subject: str
    threshold: Decimal | None
    state: AlertState
    since: datetime
    words: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert that was told; ``number`` rises from one to the next, and is above 0 where this run told it.

    ``alert`` is the number of the alert; None for a test.
    """

    number: int
    alert: int | None
    kind: AlertKind | None
    subject: str
    words: str
    at: datetime
