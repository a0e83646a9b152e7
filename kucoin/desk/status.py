"""What the frame says of the machine room: who answers, how far the clocks are apart, what is left of each quota."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kucoin.model.market import ServiceState


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One of the exchange's two hosts: the last answer that came, and why the last attempt failed if it did."""

    name: str
    answered_at: datetime | None
    problem: str | None
    service: ServiceState
    service_message: str


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """A pool of requests; ``remaining`` is None before the exchange has named a figure, ``reset_in`` is in s."""

    pool: str
    limit: int
    remaining: int | None
    reset_in: float | None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """That the exchange rests, or will: a sentence for every page.

    Attributes:
        under_way: It is so now.
        words: What it means, and what still works.
        title: The exchange's own words, which are text from outside; may be empty.
        url: Where they stand in full, on KuCoin's site; None where that is unknown.
    """

    under_way: bool
    words: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the mode band and the status strip show.

    ``clock_offset`` is the exchange's clock less ours, in s. ``key_tail`` is the key's last four characters.
    ``warnings`` are sentences about the key (no IP list, may transfer); ``version`` is this program's. ``maintenance``
    is what keeps trading from being open, now or soon.
    """

    mode: str
    site: str
    version: str
    hosts: tuple[HostStatus, ...]
    clock_offset: Decimal | None
    quotas: tuple[QuotaStatus, ...]
    key_tail: str | None
    warnings: tuple[str, ...]
    maintenance: tuple[Maintenance, ...] = ()
