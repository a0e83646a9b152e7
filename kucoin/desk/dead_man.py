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


@dataclass(slots=True, eq=False)
class _Wish:
    """What somebody wants: ``seconds`` to be kept up, None to have it taken back.

    Attributes:
        granted: KuCoin did so once.
        ran_out: When it was last found to have run out meanwhile, as a sentence.
    """

    seconds: int | None
    by: str
    granted: bool = False
    ran_out: str = ""


class DeadMan:
    """Keeps the switch wound on a thread of its own. Safe to call from any thread; nothing here waits.

    One that was set by an earlier run is not taken over by itself: it may as well be another program's, whose death it
    is to notice. `turn_on` takes it over.

    Args:
        exchange: Keeps the switch.
        ready: Whether private calls may be made: before, it is not asked whether the switch is set.
        note: Is told who turned it on or off, when something went wrong with it, and when that was over.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        ready: Callable[[], bool],
        note: Callable[..., None] = lambda *_, **__: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._ready = ready
        self._now = now
        self._monotonic = monotonic
        self._note = note
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
        said = "Dead-man switch turned " + ("off" if wish.seconds is None else f"on: {wish.seconds:,} s")
        log.info("%s: %s", wish.by, said)
        with self._changed:
            self._wish, self._due = wish, 0.0
            on = wish.seconds is not None
            changed = replace(self._state, on=on, by=wish.by, problem="", fired=False)
            self._state = replace(changed, seconds=wish.seconds) if on else changed
            self._changed.notify_all()
        self._note(wish.by, "dead man", "spot", text=f"{said}.", state="switch")

    def _work(self) -> None:
        while self._wait():
            self._turn()

    def _turn(self) -> None:
        """Do what is due, and plan what is due next."""
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
        if found is None:
            gone = self.state().triggers_at
            problem = "" if gone is None else f"{_ran_out(gone)} Or whoever had set it took it back."
            self._put(None, seconds=None, triggers_at=None, problem=problem)
            return None
        offset = self._exchange.status().clock_offset or 0
        at = found.triggers_at - timedelta(seconds=float(offset))
        problem = f"An earlier run or another program set it: unless it is renewed, {_cancels(at)}."
        self._put(None, seconds=found.timeout, triggers_at=at, problem=problem)
        return max(_UNREADY, (at - self._now()).total_seconds() + _UNREADY)

    def _renew(self, wish: _Wish, seconds: int) -> float | None:
        """Set it anew."""
        sent_at = self._now()
        try:
            self._judge(wish)
            self._exchange.spot_orders.set_dead_man(timeout=seconds)
        except KucoinError as error:
            refused = isinstance(error, InvalidRequest | NotConfigured | ApiError)
            if refused and not wish.granted and not isinstance(error, TooManyRequests):
                self._drop(wish, f"It was not set: {error}.")
                return None
            self._put(wish, problem=self._undone(wish, "renewed" if wish.granted else "set", error))
            return min(2.0, max(0.5, seconds / 15))
        wish.granted = True
        problem = f"{wish.ran_out} It is set again." if wish.ran_out else ""
        self._put(wish, triggers_at=sent_at + timedelta(seconds=seconds), fired=bool(wish.ran_out), problem=problem)
        return seconds / _RENEWALS

    def _take_back(self, wish: _Wish) -> float | None:
        """Have it taken back; asked again until KuCoin has said so."""
        try:
            self._judge(wish)
            self._exchange.spot_orders.set_dead_man(timeout=None)
        except KucoinError as error:
            self._put(wish, problem=self._undone(wish, "taken back", error))
            return 2.0
        self._put(wish, seconds=None, triggers_at=None, fired=bool(wish.ran_out), problem=wish.ran_out)
        return None

    def _judge(self, wish: _Wish) -> None:
        """Find out whether it ran out, where its time is over: a renewal whose answer was lost may have come through.

        Raises:
            KucoinError: That cannot be asked.
        """
        at = self.state().triggers_at
        if at is not None and self._now() >= at and self._exchange.spot_orders.dead_man() is None:
            wish.ran_out = _ran_out(at)
            self._put(wish, triggers_at=None, fired=True, problem=wish.ran_out)

    def _undone(self, wish: _Wish, what: str, error: KucoinError) -> str:
        """Say why it could not be renewed or taken back, and what comes of that."""
        words = f"It could not be {what} yet: {error}."
        at = self.state().triggers_at
        if at is not None and self._now() < at:
            words += f" Unless it is, {_cancels(at)}."
        elif at is not None:
            words += f" {_ran_out(at)} Or a renewal had come through whose answer was lost."
        return f"{wish.ran_out} {words}".strip()

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
        if bool(state.problem) is not bool(before.problem) or state.fired is not before.fired:
            words = f"Dead-man switch: {state.problem or 'it is kept again.'}"
            log.warning("%s", words)
            self._note("desk", "dead man", "spot", text=words, state="unknown" if state.problem else "switch")


def _cancels(at: datetime) -> str:
    return f"KuCoin cancels the open spot orders at {at:%H:%M:%S} UTC"


def _ran_out(at: datetime) -> str:
    return f"It ran out at {at:%H:%M:%S} UTC, and KuCoin cancelled the open spot orders."
