"""The limits and switches: what new risk is held to, who set that, and how much of it is used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from kucoin.desk import limits as law
from kucoin.desk.limits import Figure, Measured, Used, reduces
from kucoin.desk.principal import Principal
from kucoin.desk.warden import Held, Warden
from kucoin.errors import InvalidRequest, LimitExceeded, NotAllowed
from kucoin.model.limits import Limits, LimitUse, RiskView
from kucoin.model.ticket import SpotTicket, Ticket

_LOOK = 0.5  # s between two looks at what is used, for whoever shows it


class Switched(NamedTuple):
    """A limit or switch was changed: ``act`` is ``set limits``, ``arm``, ``disarm``, ``stop orders``, ``allow orders``.

    ``words`` say what it is now, and may be empty.
    """

    who: str
    act: str
    words: str


class Counting(Protocol):
    """What risk needs of `kucoin.desk.counts.Counts`."""

    def measured(self, ticket: Ticket) -> Measured:
        """Return what ``ticket`` comes to."""

    def leverage(self, symbol: str) -> Decimal | None:
        """Return what a contract's orders use now."""

    def used(self, limits: Limits | None = None, replaced: str | None = None) -> Used:
        """Return how much is used of each of ``limits`` that is set, of all where None."""


class _Look(NamedTuple):
    """What was used at a moment, in s of the clock that never jumps, beside what was known of the rules then."""

    held: Held
    at: float
    uses: tuple[LimitUse, ...]


class Risk:
    """Limits and switches. Safe to call from any thread; nothing here waits, but where it says so.

    Args:
        warden: Keeps limits and stop.
        counts: Measures orders and what is used.
        limits: What holds as long as nobody has set any.
        arm_for: How long new risk may be taken once somebody armed; None where that needs no arming.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        warden: Warden,
        counts: Counting,
        *,
        limits: Limits | None = None,
        arm_for: timedelta | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._warden = warden
        self._counts = counts
        self._defaults = limits or Limits()
        self._arm_for = arm_for
        self._now = now
        self._monotonic = monotonic
        self._hooks: list[Callable[[Switched], None]] = []
        self._lock = threading.Lock()  # guards what follows
        self._armed: tuple[float, datetime] | None = None  # until when, by the clock that never jumps and by the other
        self._looked: _Look | None = None
        self._view: RiskView | None = None
        self._generation = 0

    def start(self) -> None:
        """Begin to read the limits."""
        self._warden.start()

    def stop(self) -> None:
        """End it; returns within 2 s."""
        self._warden.stop()

    def on_change(self, hook: Callable[[Switched], None]) -> None:
        """Have ``hook`` called with every change of a limit or switch, on whichever thread; it must not wait."""
        self._hooks.append(hook)

    @property
    def generation(self) -> int:
        """Rises with every change of the view."""
        self.view()
        with self._lock:
            return self._generation

    def view(self) -> RiskView:
        """Return the limits, switches and uses as they stand; the very same object until something changed."""
        held, until, now = self._warden.held(), self._armed_until(), self._monotonic()
        with self._lock:
            looked = self._looked
        if looked is None or looked.held != held or now - looked.at >= _LOOK:
            looked = _Look(held, now, self._uses(held))
        ours = held.rules if held.rules and held.rules.limits else None
        made = RiskView(
            limits=None if held.problem else ours.limits if ours else self._defaults,
            uses=looked.uses,
            arming=self._arm_for is not None,
            armed_until=until,
            halt=held.halt,
            problem=". ".join(filter(None, (held.problem, held.owed))),
            set_by=(ours.by or "") if ours else "",
            set_at=ours.at if ours else None,
            arm_for=self._arm_for,
        )
        with self._lock:
            self._looked = looked
            if self._view is None or self._view != made:
                self._view = made
                self._generation += 1
            return self._view

    # The switches ---------------------------------------------------------------------------------------------

    def set(self, limits: Limits, principal: Principal) -> None:
        """Hold new risk to ``limits`` from now on; waits until that is on disk, 2 s or so at the longest.

        Raises:
            NotAllowed: ``principal`` may not set limits, or it is not known yet whose.
            InvalidRequest: One of them is none; the text names it.
            JournalError: It could not be written: what held before still does.
        """
        principal.require_admin("set limits")
        law.require_sound(limits)
        self._warden.set(limits, principal.name)
        self._tell(principal, "set limits", law.worded(limits))

    def arm(self, principal: Principal) -> None:
        """Let new risk be taken for a while, counted from now.

        Raises:
            NotAllowed: ``principal`` may not act.
            InvalidRequest: No arming is needed here.
        """
        principal.require_trader("arm")
        if self._arm_for is None:
            raise InvalidRequest("orders need no arming here")
        until = self._now() + self._arm_for
        with self._lock:
            self._armed = (self._monotonic() + self._arm_for.total_seconds(), until)
        self._tell(principal, "arm", f"until {until:%H:%M:%S} UTC")

    def disarm(self, principal: Principal) -> None:
        """Let no new risk be taken from now on; as `arm`."""
        principal.require_trader("disarm")
        with self._lock:
            self._armed = None
        self._tell(principal, "disarm", "")

    def stop_orders(self, principal: Principal) -> None:
        """Let nothing but what reduces be placed any more, from this moment and until `allow_orders`.

        It is written down as soon as the journal can be written, and survives a restart from then on.

        Raises:
            NotAllowed: ``principal`` may not act.
        """
        principal.require_trader("stop new orders")
        if self._warden.halt(principal.name):
            self._tell(principal, "stop orders", "")

    def allow_orders(self, principal: Principal) -> None:
        """Let orders be placed again; waits until that is on disk, 2 s or so at the longest.

        Raises:
            NotAllowed: ``principal`` may not lift a stop, or it is not known yet whose.
            JournalError: It could not be written: orders stay stopped.
        """
        principal.require_admin("allow new orders again")
        self._warden.lift(principal.name)
        self._tell(principal, "allow orders", "")

    # What they let pass ---------------------------------------------------------------------------------------

    def shut(self) -> str:
        """Return why no new risk may be taken at all, empty where it may."""
        return self._shut(self._warden.held())

    def _shut(self, held: Held) -> str:
        if held.halt is not None:
            return f"New orders were stopped by {held.halt.by} at {held.halt.at:%Y-%m-%d %H:%M:%S} UTC."
        if held.problem:
            return f"No order is placed without limits: {held.problem}."
        if self._arm_for is not None and self._armed_until() is None:
            return "Orders are disarmed: arm them first."
        return ""

    def admit(self, ticket: Ticket, *, ahead: bool = False) -> Decimal | None:
        """Return what ``ticket`` counts towards the limits, in USDT; None where that is not known, or it only reduces.

        Nothing is set aside for it: whoever places it must let nobody else come between.

        Args:
            ahead: It is asked about before the order that it replaces has ended.

        Raises:
            NotAllowed: No new risk may be taken.
            LimitExceeded: It would pass a limit, or may: see the text.
        """
        if reduces(ticket):
            return None
        held = self._warden.held()  # once: what is passed here is what the order is held to
        if shut := self._shut(held):
            raise NotAllowed(shut)
        limits, order = self._limits(held), self._counts.measured(ticket)
        if limits == Limits():
            return _known(order.worth)
        changes = isinstance(ticket, SpotTicket) and ticket.amends is not None
        used = self._counts.used(limits, ticket.replaces if ahead or changes else None)
        if passed := law.first_passed(limits, order, used):
            raise passed
        return _known(order.worth)

    def refusal(self, ticket: Ticket) -> LimitExceeded | None:
        """Return the first limit that ``ticket`` would pass if it were placed now; None where it passes none."""
        held = self._warden.held()
        if reduces(ticket) or held.problem:
            return None
        limits = self._limits(held)
        return law.first_passed(limits, self._counts.measured(ticket), self._counts.used(limits, ticket.replaces))

    def worth(self, ticket: Ticket) -> Decimal | None:
        """Return what ``ticket`` counts towards the limits, in USDT; None where its prices are not known."""
        return _known(self._counts.measured(ticket).worth)

    def require_leverage(self, symbol: str, leverage: Decimal) -> None:
        """Make sure that a contract's leverage may be set to ``leverage``; it may always be lowered.

        Raises:
            NotAllowed: The limits are not known. LimitExceeded where one forbids it.
        """
        now = self._counts.leverage(symbol)
        if now is not None and leverage <= now:
            return
        held = self._warden.held()
        if held.problem:
            raise NotAllowed(f"No leverage is raised without limits: {held.problem}.")
        if passed := law.passed_by_leverage(self._limits(held), symbol, leverage):
            raise passed

    def _limits(self, held: Held) -> Limits:
        rules = held.rules
        return (rules.limits if rules else None) or self._defaults

    def _armed_until(self) -> datetime | None:
        with self._lock:
            armed = self._armed
        return armed[1] if armed is not None and self._monotonic() < armed[0] else None

    def _uses(self, held: Held) -> tuple[LimitUse, ...]:
        limits = self._limits(held)
        used: dict[str, Figure | None] = {name: None for name in law.NAMES if name != "symbols"}
        used |= self._counts.used()._asdict()
        return tuple(
            LimitUse(
                name=name,
                limit=None if held.problem or (limit := getattr(limits, name)) is None else Decimal(limit),
                used=_known(figure),
                problem=figure if isinstance(figure, str) else "",
            )
            for name, figure in used.items()
        )

    def _tell(self, principal: Principal, act: str, words: str) -> None:
        for hook in self._hooks:
            hook(Switched(principal.name, act, words))


def _known(figure: Figure | None) -> Decimal | None:
    return figure if isinstance(figure, Decimal) else None
