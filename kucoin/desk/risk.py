"""The limits and switches: what new risk is held to, by whom that was set, and how much of it is used."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from kucoin.desk.principal import Principal
from kucoin.errors import InvalidRequest, LimitExceeded
from kucoin.model.limits import Halt, Limits, LimitUse, RiskView
from kucoin.model.ticket import Ticket

log = logging.getLogger(__name__)


class Switched(NamedTuple):
    """A limit or switch was changed: ``act`` is ``set limits``, ``arm``, ``disarm``, ``stop orders``, ``allow orders``.

    ``words`` say what it is now, and may be empty.
    """

    who: str
    act: str
    words: str


class Risk:
    """Limits and switches. Safe to call from any thread.

    Args:
        limits: What holds as long as nobody has set any.
        arm_for: How long new risk may be taken once somebody armed; None where that needs no arming.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        arm_for: timedelta | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arm_for = arm_for
        self._now = now
        self._monotonic = monotonic
        self._hooks: list[Callable[[Switched], None]] = []
        self._lock = threading.Lock()  # guards what follows
        self._limits = limits or Limits()
        self._halt: Halt | None = None
        self._armed_until: float | None = None  # by the clock that never jumps
        self._generation = 0

    @property
    def generation(self) -> int:
        """Rises with every change of the view."""
        return self._generation

    def view(self) -> RiskView:
        """Return the limits, switches and uses as they stand; the very same object until something changed."""
        with self._lock:
            left = None if self._armed_until is None else self._armed_until - self._monotonic()
            return RiskView(
                limits=self._limits,
                uses=tuple(
                    LimitUse(name=each.name, limit=getattr(self._limits, each.name), used=None)
                    for each in fields(Limits)
                    if each.name != "symbols"
                ),
                arming=self._arm_for is not None,
                armed_until=None if left is None or left <= 0 else self._now() + timedelta(seconds=left),
                halt=self._halt,
            )

    def on_change(self, hook: Callable[[Switched], None]) -> None:
        """Have ``hook`` called with every change of a limit or switch, on whichever thread; it must not wait."""
        self._hooks.append(hook)

    def set(self, limits: Limits, principal: Principal) -> None:
        """Hold new risk to ``limits`` from now on; waits until that is on disk, 2 s or so at the longest.

        Raises:
            NotAllowed: ``principal`` may not set limits.
            InvalidRequest: One of them is none; the text names it.
            JournalError: It could not be written: what held before still does.
        """
        principal.require_admin("set limits")
        with self._lock:
            self._limits = limits
            self._generation += 1

    def arm(self, principal: Principal) -> None:
        """Let new risk be taken for a while, counted from now.

        Raises:
            NotAllowed: ``principal`` may not act.
            InvalidRequest: No arming is needed here.
        """
        principal.require_trader("arm")
        if self._arm_for is None:
            raise InvalidRequest("orders need no arming here")
        with self._lock:
            self._armed_until = self._monotonic() + self._arm_for.total_seconds()
            self._generation += 1

    def disarm(self, principal: Principal) -> None:
        """Let no new risk be taken from now on; as `arm`."""
        principal.require_trader("disarm")
        with self._lock:
            self._armed_until = None
            self._generation += 1

    def stop_orders(self, principal: Principal) -> None:
        """Let nothing but what reduces be placed any more, from this moment and until `allow_orders`.

        It never waits: it is written down as soon as the journal can be written, and survives a restart from then on.

        Raises:
            NotAllowed: ``principal`` may not act.
        """
        principal.require_trader("stop new orders")
        with self._lock:
            self._halt = self._halt or Halt(by=principal.name, at=self._now())
            self._generation += 1

    def allow_orders(self, principal: Principal) -> None:
        """Let orders be placed again; waits until that is on disk, 2 s or so at the longest.

        Raises:
            NotAllowed: ``principal`` may not lift a stop.
            JournalError: It could not be written: orders stay stopped.
        """
        principal.require_admin("allow new orders again")
        with self._lock:
            self._halt = None
            self._generation += 1

    def refusal(self, ticket: Ticket) -> LimitExceeded | None:  # noqa: ARG002  nothing is set yet
        """Return the first limit that ``ticket`` would pass if it were placed now; None where it passes none."""
        return None

    def worth(self, ticket: Ticket) -> Decimal | None:  # noqa: ARG002  no price is asked for yet
        """Return what ``ticket`` counts towards the limits, in USDT; None where its prices are not known."""
        return None

    def require_leverage(self, symbol: str, leverage: Decimal) -> None:
        """Raise LimitExceeded where a contract's leverage may not be raised to ``leverage``."""
