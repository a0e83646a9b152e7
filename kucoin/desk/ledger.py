"""The futures ledger of the account: kept in the journal, brought up to date in the background, asked by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["off", "waiting", "reading", "syncing", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the ledger is.

    Attributes:
        state: ``off``: there is nothing to keep one of (no key, no futures). ``waiting``: for the key to be found fit.
            ``reading``: what the journal holds. ``syncing``: what the exchange has and the journal has not, for the
            first time since the start. ``ready``: up to date, and kept so. ``failed``: see ``problem``; tried again.
        stage: What is being read just now, in words for the page; empty where nothing is.
        done: How many parts of the stage are read.
        total: Of so many; None where that is not known.
        synced_at: When the ledger was up to date last; None before the first time since the start.
        since: The ledger holds every fill from here on; None before the first part was read.
        problem: Why the last attempt failed; None where it did not.
    """

    state: State
    stage: str = ""
    done: int = 0
    total: int | None = None
    synced_at: datetime | None = None
    since: datetime | None = None
    problem: str | None = None
