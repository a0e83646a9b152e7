"""The dead-man switch of spot: KuCoin cancels the open spot orders unless this desk goes on saying that it lives.

It is kept by KuCoin alone. Stopping this process leaves it set, for that is its purpose: it then runs out. Orders that
wait for a price, on margin or on futures are not cancelled by it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kucoin.desk.principal import Principal
from kucoin.errors import ApiError, InvalidRequest, KucoinError, NotConfigured, TooManyRequests
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

SHORTEST, LONGEST = 5, 86_400  # s that KuCoin takes
_RENEWALS = 3  # within its time, so that two may fail
_UNREADY = 1.0  # s between two looks at whether the exchange may be asked
_UNREAD = 10.0  # s after a question at the start that failed
_STOPPING = 1.5  # s that stop() waits for a request under way; the thread is a daemon


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadManState:
    """The switch as far as it is known.

    Attributes:
        on: Somebody turned it on in this run, and nobody off: it is renewed every third of its time.
        seconds: Without a renewal, after which KuCoin cancels; None while it is neither on nor known to be set.
        triggers_at: When KuCoin cancels unless it is renewed before, UTC by this machine's clock, rather early than
            late; None while it is not set. Set while not ``on``: by an earlier run or another program, or it could not
            be taken back yet; ``problem`` says which.
        by: Who turned it on or off last in this run; empty where nobody did.
        problem: What is wrong with it, as a sentence; empty where nothing is.
        fired: It ran out, and KuCoin cancelled, at some time since somebody turned it on or off last.
    """

    on: bool = False
    seconds: int | None = None
    triggers_at: datetime | None = None
    by: str = ""
    problem: str = ""
    fired: bool = False


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants: ``seconds`` to be kept up, None to have it taken back."""

    seconds: int | None
    by: str


class DeadMan:
    """Keeps the switch wound on a thread of its own. Safe to call from any thread; nothing here waits.

    One that was set by an earlier run is not taken over by itself: it may as well be another program's, whose death it
    is to notice. `turn_on` takes it over.

    Args:
        exchange: Keeps the switch.
        ready: Whether private calls may be made: before, it is not asked whether the switch is set.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        ready: Callable[[], bool],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._ready = ready
        self._now = now
        self._monotonic = monotonic
        self._hooks: list[Callable[[DeadManState], None]] = []
        self._changed = threading.Condition()  # guards what follows
        self._state = DeadManState()
        self._wish: _Wish | None = None
        self._due: float | None = 0.0  # when something is to be asked next; None: when somebody wishes
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="desk-dead-man", daemon=True)

    def start(self) -> None:
        """Begin: it is asked once whether the switch is set."""
        self._thread.start()

    def stop(self) -> None:
        """Renew it no more, and leave it set; returns within 2 s even while the network hangs."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def on_change(self, hook: Callable[[DeadManState], None]) -> None:
        """Have ``hook`` called with every state that is another than by its ``triggers_at`` alone; it must not wait."""
        self._hooks.append(hook)

    def state(self) -> DeadManState:
        """Return how it stands; the very same object until something changed."""
        with self._changed:
            return self._state

    def turn_on(self, seconds: int, principal: Principal) -> None:
        """Have KuCoin cancel the open spot orders once it was not renewed for so long; `state` tells when it is set.

        Raises:
            NotAllowed: Who asks may not act.
            InvalidRequest: ``seconds`` is not 5 to 86,400.
        """
        principal.require_trader("turn the dead-man switch on")
        if not SHORTEST <= seconds <= LONGEST:
            raise InvalidRequest(f"{seconds:,} s are not {SHORTEST} to {LONGEST:,} s, which the dead-man switch takes")
        self._take(_Wish(seconds, principal.name))

    def turn_off(self, principal: Principal) -> None:
        """Have it taken back, whoever set it.

        Raises:
            NotAllowed: Who asks may not act.
        """
        principal.require_trader("turn the dead-man switch off")
        self._take(_Wish(None, principal.name))

    def _take(self, wish: _Wish) -> None:
        log.info("%s has the dead-man switch %s", wish.by, f"at {wish.seconds} s" if wish.seconds else "off")
        with self._changed:
            self._wish, self._due = wish, 0.0
            on = wish.seconds is not None
            changed = replace(self._state, on=on, by=wish.by, problem="", fired=False)
            self._state = replace(changed, seconds=wish.seconds) if on else changed
            state = self._state
            self._changed.notify_all()
        self._tell(state)

    def _work(self) -> None:
        while self._wait():
            with self._changed:
                wish, self._due = self._wish, None
            try:
                pause = self._step(wish)
            except Exception as error:
                log.exception("the dead-man switch is not kept")
                self._put(wish, problem=f"It is not kept: a fault of this program ({type(error).__name__}).")
                pause = _UNREADY
            with self._changed:
                if self._due is None and pause is not None:  # else somebody wished something meanwhile
                    self._due = self._monotonic() + pause

    def _wait(self) -> bool:
        """Wait until something is due; False when it is time to stop."""
        with self._changed:
            while not self._stopping:
                pause = None if self._due is None else self._due - self._monotonic()
                if pause is not None and pause <= 0:
                    return True
                self._changed.wait(pause)
        return False

    def _step(self, wish: _Wish | None) -> float | None:
        """Do what is due, and return the s until something is again; None: not before somebody wishes."""
        if wish is None:
            return self._look()
        if wish.seconds is None:
            return self._take_back(wish)
        return self._renew(wish, wish.seconds)

    def _look(self) -> float | None:
        """Find out whether an earlier run, or another program, has it set."""
        if not self._ready():
            return _UNREADY
        try:
            found = self._exchange.spot_orders.dead_man()
        except KucoinError as error:
            self._put(None, problem=f"Whether it is set could not be read: {error}.")
            return _UNREAD
        before = self.state()
        if found is None:
            ran_out = before.triggers_at is not None
            problem = f"{_ran_out(before)} It was not of this run." if ran_out else ""
            self._put(None, seconds=None, triggers_at=None, fired=before.fired or ran_out, problem=problem)
            return None
        offset = self._exchange.status().clock_offset or 0
        at = found.triggers_at - timedelta(seconds=float(offset))
        problem = f"An earlier run or another program set it: unless it is renewed, {_cancels(at)}."
        self._put(None, seconds=found.timeout, triggers_at=at, problem=problem)
        return max(_UNREADY, (at - self._now()).total_seconds() + _UNREADY)

    def _renew(self, wish: _Wish, seconds: int) -> float | None:
        """Set it anew."""
        orders = self._exchange.spot_orders
        before, sent_at = self.state(), self._now()
        try:
            # A renewal whose answer was lost may have come through: only the exchange knows whether it ran out.
            late = before.triggers_at is not None and sent_at >= before.triggers_at
            ran_out = late and not before.fired and orders.dead_man() is None
            if ran_out:
                self._put(wish, fired=True)
            orders.set_dead_man(timeout=seconds)
        except (InvalidRequest, NotConfigured, ApiError) as error:
            if before.triggers_at is None and not isinstance(error, TooManyRequests):
                self._drop(wish, f"It was not set: {error}.")
                return None
            self._put(wish, problem=_unrenewed(before, error))
        except KucoinError as error:
            self._put(wish, problem=_unrenewed(before, error))
        else:
            fired = before.fired or ran_out
            problem = f"{_ran_out(before)} It is set again." if ran_out else before.problem if fired else ""
            self._put(wish, triggers_at=sent_at + timedelta(seconds=seconds), fired=fired, problem=problem)
            return seconds / _RENEWALS
        return min(2.0, max(0.5, seconds / 15))

    def _take_back(self, wish: _Wish) -> float | None:
        """Have it taken back; asked again until KuCoin has said so."""
        try:
            self._exchange.spot_orders.set_dead_man(timeout=None)
        except KucoinError as error:
            at = self.state().triggers_at
            still = "" if at is None else f" Unless it is, {_cancels(at)}."
            self._put(wish, problem=f"It could not be taken back yet: {error}.{still}")
            return 2.0
        self._put(wish, seconds=None, triggers_at=None, problem="")
        return None

    def _drop(self, wish: _Wish, problem: str) -> None:
        """Give a wish up that KuCoin will not grant."""
        self._put(wish, on=False, seconds=None, problem=problem)
        with self._changed:
            if self._wish is wish:
                self._wish = None

    def _put(self, wish: _Wish | None, **news: object) -> None:
        """Take in what was learned while ``wish`` held; of one that does not any more, nothing."""
        with self._changed:
            if self._wish is not wish:
                return
            before, self._state = self._state, replace(self._state, **news)  # type: ignore[arg-type]  # fields of it
            state = self._state
        if replace(before, triggers_at=None) != replace(state, triggers_at=None):
            log.info("the dead-man switch: %s", state)
            self._tell(state)

    def _tell(self, state: DeadManState) -> None:
        for hook in self._hooks:
            try:
                hook(state)
            except Exception:
                log.exception("a listener to the dead-man switch broke")


def _cancels(at: datetime) -> str:
    return f"KuCoin cancels the open spot orders at {at:%H:%M:%S} UTC"


def _ran_out(state: DeadManState) -> str:
    return f"It ran out at {state.triggers_at:%H:%M:%S} UTC, and KuCoin cancelled the open spot orders."


def _unrenewed(state: DeadManState, error: KucoinError) -> str:
    if state.triggers_at is None:
        return f"It is not set yet: {error}."
    return f"It could not be renewed: {error}. Unless it is, {_cancels(state.triggers_at)}."
