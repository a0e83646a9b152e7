"""Whether orders are taken at present, and in words why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from kucoin.desk.clerk import Clerk
from kucoin.desk.placements import Placements
from kucoin.model.ticket import Ticket

NO_ACCOUNT = "The exchange has not said yet what the API key may do."


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether orders are taken, and why not where they are not."""

    open: bool
    reason: str = ""


class Admission(Protocol):
    """What trading needs of `kucoin.desk.risk.Risk`."""

    def shut(self) -> str:
        """Return why no new risk may be taken at all."""

    def admit(self, ticket: Ticket, *, ahead: bool = False) -> Decimal | None:
        """Return what ``ticket`` counts towards the limits, or raise."""


@dataclass(slots=True, kw_only=True)
class Gatekeeper:
    """Says why orders are not taken; empty where they are.

    Attributes:
        on: Whether the settings allow trading at all.
        has_key: Whether there is an API key.
        account: Whose orders they are; None until the key was found fit.
        standing: Why it is not, in words for the page; may be empty.
        barred: Why the key is not to be used at all; empty where it may be, or nothing is known of it yet.
        risk: The switches; None where there are none.
        stopping: The dashboard is being stopped.
    """

    on: bool
    has_key: bool
    account: Callable[[], str | None]
    standing: Callable[[], str]
    barred: Callable[[], str]
    clerk: Clerk
    placements: Placements
    risk: Admission | None
    stopping: bool = False

    def locked(self) -> str:
        """Why not even a way out is sent."""
        if not self.on:
            return "Trading is switched off: KUCOIN_TRADING is off."
        if self.stopping:
            return "The dashboard is being stopped."
        if not self.has_key:
            return "There is no API key, and orders need one."
        return self.barred()

    def shut(self) -> str:
        """Why no order is taken, journal and switches aside."""
        if locked := self.locked():
            return locked
        account = self.account()
        if account is None:
            return self.standing() or NO_ACCOUNT
        if self.clerk.account != account:
            return "The journal is being read."
        if held := self.placements.unsettled():
            return f"{held} earlier {'order is' if held == 1 else 'orders are'} being looked up first."
        return ""

    def unwritable(self) -> str:
        """Why the journal keeps orders out."""
        problem = self.clerk.problem if self.on else None
        return f"An order is written down before it is sent, but {problem}." if problem else ""

    def switched_off(self) -> str:
        """Why no new risk is taken."""
        return self.risk.shut() if self.risk else ""
