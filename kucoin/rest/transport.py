"""Sends a request when its turn has come and opens the answer.

Signing, pacing, repeating and the clock live here once, in `Transport.call`, for every endpoint method.
"""

from __future__ import annotations

import logging
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from kucoin.errors import (
    AuthenticationFailed,
    InvalidRequest,
    KucoinError,
    NotConfigured,
    NotSent,
    OutcomeUnknown,
    QuotaHeld,
    TooManyRequests,
)
from kucoin.model.credentials import Credentials
from kucoin.model.look import Looked
from kucoin.rest.answer import Answer, Interrupted, Reply, Unreachable
from kucoin.rest.circuit import Circuit
from kucoin.rest.connections import Written
from kucoin.rest.endpoint import CANCEL_SILENCE, Endpoint
from kucoin.rest.hosts import Hosts
from kucoin.rest.limits import Limiter, Pool, PoolReport, Urgency
from kucoin.rest.line import Line, Request, Timeouts
from kucoin.rest.look import Look
from kucoin.rest.parse_market import server_time
from kucoin.rest.signing import Signer

log = logging.getLogger(__name__)

SERVER_TIME = Endpoint(
    "GET", "/api/v1/timestamp", pool=Pool.PUBLIC_SPOT, weight=3, private=False, urgency=Urgency.ORDINARY
)

Params = Mapping[str, str | int | None]
Fields = Mapping[str, Any]
Body = Fields | Sequence[Fields]

_ATTEMPTS = 3
_LAST_START = 12.0  # s after the first attempt, beyond which a question is not put again
_LATE = 5000  # ms after its timestamp at which KuCoin refuses a stamped order
_PROMPT = 1.0  # s that an answer may take and still tell the time to half a second
_CLOCK_IS_OFF = "400002"
_PATH_VALUE = re.compile("[0-9A-Za-z_-]+")


class _Target(NamedTuple):
    """Path and query twice: as KuCoin wants them signed (plain), and as they go out (percent-encoded)."""

    signed: str
    sent: str


@dataclass(frozen=True, slots=True)
class HostReport:
    """One host: when it last answered with data, and why the last attempt failed if it did.

    ``name`` is ``spot`` or ``futures``, ``base`` its address. ``accepted_at`` is when it last did what a signed request
    asked for.
    """

    name: str
    base: str
    answered_at: datetime | None
    problem: str | None
    accepted_at: datetime | None = None


class _Host:
    """One base address with what is known of it. Guarded by the transport's lock."""

    def __init__(self, name: str, base: str) -> None:
        self.name = name
        self.base = base
        self.circuit = Circuit()
        self.answered_at: datetime | None = None
        self.problem: str | None = None
        self.accepted_at: datetime | None = None


class Transport:
    """The one way to KuCoin for a whole process; safe to call from any thread.

    Args:
        clock: Seconds since 1970; what signatures are stamped with, after correction.
        monotonic: Seconds that never jump; what quotas and pauses are measured with.
        sleep: Waits so many s; the default also returns when the transport is closed.
    """

    def __init__(
        self,
        hosts: Hosts,
        credentials: Credentials | None = None,
        *,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self._hosts = {False: _Host("spot", hosts.spot_base)}
        if hosts.futures_base is not None:
            self._hosts[True] = _Host("futures", hosts.futures_base)
        self._headers = {
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "User-Agent": "kucoin-dashboard",
            **hosts.headers,
        }
        self._signer = Signer(credentials) if credentials is not None else None
        self._clock = clock
        self._monotonic = monotonic
        self._closed = threading.Event()
        self._own = threading.local()  # what a thread wants of its questions: hurry, look
        self._sleep = sleep or self._closed.wait
        self._rand = rand
        self._line = Line(timeouts or Timeouts())
        self._limiter = Limiter()
        self._offset: float | None = None  # s, KuCoin's clock less ours
        self._lock = threading.Lock()  # around the limiter, the hosts and the offset; never held while waiting

    def call(self, endpoint: Endpoint, *, params: Params | None = None, body: Body | None = None) -> Answer:
        """Ask ``endpoint`` and return its data.

        A GET is put again after a failed connection, a silent or cut line, a fault of KuCoin's or a 429: three times
        at most, none begun later than 12 s after the first. Anything else leaves once; only a refusal for its
        timestamp (400002), which proves that nothing was done, is answered by reading the clock and one repeat.

        Args:
            params: What the path names in braces, and the query; None values are left out. Text is percent-encoded
                here, so pass it plain.
            body: Sent as compact JSON. Amounts in it are written by `decimals.plain`.

        Raises:
            NotSent: Nothing left: no credentials, no quota (`QuotaHeld`), no connection, host held back, or a value
                that cannot stand in a path (`InvalidRequest`).
            ApiError: KuCoin refused.
            OutcomeUnknown: Sent, and no readable answer came.
        """
        host = self._host_of(endpoint)
        target = _target(endpoint, params or {})
        if getattr(self._own, "hurry", False) and endpoint.urgency is Urgency.BACKGROUND:
            endpoint = replace(endpoint, urgency=Urgency.ORDINARY, silence=CANCEL_SILENCE)
        started = self._monotonic()
        attempt = 0
        resynced = False
        while True:
            attempt += 1
            try:
                return self._attempt(endpoint, host, target, body)
            except AuthenticationFailed as refusal:
                if refusal.code != _CLOCK_IS_OFF or resynced:
                    raise
                resynced = True
                self._resync_after(refusal)
            except (Interrupted, Unreachable, TooManyRequests) as failure:
                pause = self._pause_before_repeat(endpoint, failure, attempt, self._monotonic() - started)
                if pause is None:
                    raise
                log.info("%s; asking again in %.1f s", failure, pause)
                self._sleep(pause)

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Have what this thread asks meanwhile wait its turn where it would give up, and less long for an answer."""
        self._own.hurry = True
        try:
            yield
        finally:
            self._own.hurry = False

    def look(self, endpoint: Endpoint, params: Params) -> Looked:
        """Ask ``endpoint`` and return request and answer without anything secret; InvalidRequest where it would act."""
        if endpoint.method != "GET":
            raise InvalidRequest(f"{endpoint.name} not sent: only questions are asked by hand")
        self._own.look = look = Look(endpoint, self._signer)
        try:
            self.call(endpoint, params=params)
        except KucoinError as error:
            return look.looked(str(error))
        finally:
            self._own.look = None
        return look.looked(None)

    def resync_clock(self) -> None:
        """Measure how far KuCoin's clock is from ours, to half the time the answer took, or to half a second if known.

        Raises:
            KucoinError: No readable answer; the last measurement stays.
        """
        answer = self._attempt(SERVER_TIME, self._host_of(SERVER_TIME), _target(SERVER_TIME, {}), None)
        here = self._clock()
        offset = server_time(answer).timestamp() + answer.took / 2 - here
        with self._lock:
            # A slow answer is a vague one: it counts only where it contradicts what is known to half a second.
            vague = answer.took > _PROMPT
            if self._offset is None or not vague or abs(offset - self._offset) > (answer.took + _PROMPT) / 2:
                self._offset = offset

    @property
    def clock_offset(self) -> Decimal | None:
        """KuCoin's clock less ours in s, to the millisecond; None before the first measurement."""
        with self._lock:
            return None if self._offset is None else Decimal(f"{self._offset:.3f}") + 0  # no minus before a zero

    def hosts(self) -> tuple[HostReport, ...]:
        """Return what is known of each host, spot first."""
        with self._lock:
            return tuple(
                HostReport(h.name, h.base, h.answered_at, h.problem, h.accepted_at) for h in self._hosts.values()
            )

    def pools(self) -> tuple[PoolReport, ...]:
        """Return what is left of each quota."""
        with self._lock:
            return self._limiter.report(self._monotonic())

    def close(self) -> None:
        """End every wait, and refuse every call from now on with `NotSent`."""
        self._closed.set()
        self._line.close()

    def _host_of(self, endpoint: Endpoint) -> _Host:
        if endpoint.private and self._signer is None:
            raise NotConfigured(f"{endpoint.name} not sent: it needs an API key and none is set")
        host = self._hosts.get(endpoint.futures)
        if host is None:
            raise InvalidRequest(f"{endpoint.name} not sent: this site of KuCoin has no futures")
        return host

    def _resync_after(self, refusal: AuthenticationFailed) -> None:
        """Read the clock because of ``refusal``, which is raised where that fails."""
        try:
            self.resync_clock()
        except KucoinError as failure:
            raise refusal from failure

    def _pause_before_repeat(
        self, endpoint: Endpoint, failure: KucoinError, attempt: int, spent: float
    ) -> float | None:
        """Return the s to wait before ``endpoint`` is asked again, None where it is not."""
        if endpoint.method != "GET" or attempt >= _ATTEMPTS:
            return None
        pause = 2.0 ** (attempt - 2) * (0.5 + self._rand())
        if isinstance(failure, TooManyRequests):
            if endpoint.urgency is Urgency.BACKGROUND:
                return None
            pause = 0.0  # the limiter makes it wait
        return pause if spent + pause <= _LAST_START else None

    def _attempt(self, endpoint: Endpoint, host: _Host, target: _Target, body: Body | None) -> Answer:
        """Send once and open the answer; keep the books of limiter and host."""
        self._await_turn(endpoint, host)
        sent_at = self._monotonic()
        try:
            reply = self._line.exchange(
                Request(
                    *(endpoint.name, endpoint.method, host.base, target.sent),
                    write=lambda: self._write(endpoint, host, target, body),
                    silence=endpoint.silence,
                )
            )
            if (look := self._look_at(endpoint)) is not None:
                look.came(reply)
        except BaseException as failure:
            with self._lock:
                self._limiter.lost(endpoint.pool, endpoint.weight)
                if isinstance(failure, KucoinError):
                    host.problem = str(failure)
            raise
        refusal: KucoinError | None = None
        try:
            return reply.open(endpoint)
        except KucoinError as error:
            refusal = error
            raise
        finally:
            self._note(endpoint, host, reply, refusal, sent_at)

    def _await_turn(self, endpoint: Endpoint, host: _Host) -> None:
        """Return once the request may leave, as long as its urgency has patience for.

        Raises:
            QuotaHeld: The quota is used up, or kept for something more urgent.
            NotSent: The host is held back, or the transport closed.
        """
        waited = 0.0
        while not self._closed.is_set():
            with self._lock:
                now = self._monotonic()
                # A person's order or cancel tries its luck; everything else spares a host that refuses us.
                held = 0.0 if endpoint.urgency is Urgency.ORDER else host.circuit.held(now)
                wait = 0.0 if held else self._limiter.reserve(endpoint.pool, endpoint.weight, endpoint.urgency, now)
                if not held and not wait:
                    host.circuit.enter(now)
                    return
            if held:
                raise NotSent(
                    f"{endpoint.name} not sent: the {host.name} host answers with web pages; next try in {held:.0f} s"
                )
            waited += wait
            if waited > endpoint.urgency.patience:
                raise QuotaHeld(
                    f"{endpoint.name} not sent: the {endpoint.pool.label} quota is used up for {wait:.0f} s",
                    retry_after=wait,
                )
            self._sleep(wait)
        raise NotSent(f"{endpoint.name} not sent: the client is closed")

    def _write(self, endpoint: Endpoint, host: _Host, target: _Target, body: Body | None) -> Written:
        """Write the request out and sign it: the last thing before it leaves, so that its timestamp is fresh.

        What is signed is what is sent: nothing serialises or encodes it a second time.
        """
        with self._lock:
            offset = self._offset or 0.0
        timestamp_ms = int((self._clock() + offset) * 1000)
        if endpoint.stamped and isinstance(body, Mapping):
            body = _stamped(body, {"clientTimestamp": timestamp_ms, "allowMaxTimeWindow": _LATE})
        text = "" if body is None else msgspec.json.encode(body).decode()
        headers = self._headers
        if endpoint.private and self._signer is not None:
            headers = headers | self._signer.headers(
                timestamp_ms=timestamp_ms, method=endpoint.method, path=target.signed, body=text
            )
        if (look := self._look_at(endpoint)) is not None:
            signed = f"{timestamp_ms}{endpoint.method}{target.signed}{text}" if endpoint.private else None
            look.wrote(host.base + target.sent, headers, signed)
        return Written(headers, text.encode() or None)

    def _look_at(self, endpoint: Endpoint) -> Look | None:
        """Return who looks at this thread's question, None at another one such as for the clock."""
        look: Look | None = getattr(self._own, "look", None)
        return look if look is not None and look.endpoint is endpoint else None

    def _note(self, endpoint: Endpoint, host: _Host, reply: Reply, failure: KucoinError | None, sent_at: float) -> None:
        """Keep what an answer says of the quota and of the host."""
        with self._lock:
            now = self._monotonic()
            if isinstance(failure, TooManyRequests):
                self._limiter.refused(endpoint.pool, endpoint.weight, failure.retry_after, now, self._rand())
            else:
                self._limiter.answered(endpoint.pool, endpoint.weight, reply.quota, now)
            if reply.is_page:
                host.circuit.page(sent_at, now)
            else:
                host.circuit.clear()
            if reply.is_page or isinstance(failure, OutcomeUnknown):
                host.problem = str(failure)
            else:
                host.answered_at = datetime.fromtimestamp(self._clock(), UTC)
                host.problem = None
                if endpoint.private and failure is None:
                    host.accepted_at = host.answered_at


def _stamped(body: Fields, stamp: Fields) -> Fields:
    """Return ``body`` with ``stamp`` on the order in it, or on each of a batch."""
    if "orderList" in body:
        return {**body, "orderList": [{**order, **stamp} for order in body["orderList"]]}
    return {**body, **stamp}


def _target(endpoint: Endpoint, params: Params) -> _Target:
    """Fill the path in and append the query.

    Raises:
        InvalidRequest: A value for the path has characters that would make it another path.
    """
    path = endpoint.path
    query = []
    for name, value in params.items():
        if f"{{{name}}}" in path:
            if not _PATH_VALUE.fullmatch(str(value)):
                raise InvalidRequest(f"{endpoint.name} not sent: {value!r} is no {name}")
            path = path.replace(f"{{{name}}}", str(value))
        elif value is not None:
            query.append((name, str(value)))
    if not query:
        return _Target(path, path)
    plain = "&".join(f"{name}={value}" for name, value in query)
    encoded = "&".join(f"{name}={quote(value, safe=',')}" for name, value in query)
    return _Target(f"{path}?{plain}", f"{path}?{encoded}")
