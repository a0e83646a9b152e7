"""What KuCoin tells everybody: listings, delistings, maintenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LATEST = "latest-announcements"
MAINTENANCE = "maintenance-updates"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement.

    Attributes:
        number: KuCoin's own; the same announcement has it in every list.
        title: As sent, which is text from outside, as is ``text``.
        text: Its beginning, or all of it; may be empty.
        kinds: KuCoin's words: `MAINTENANCE`, ``delistings``, ``new-listings`` ... Nearly all are `LATEST` besides.
        at: When it was published; None where that is unreadable.
        url: Where it stands in full, on KuCoin's own site; None where what was sent is no such address.
    """

    number: int
    title: str
    text: str
    kinds: tuple[str, ...]
    at: datetime | None
    url: str | None
