"""What KuCoin announces, read in the background for everybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kucoin.desk import maintenance
from kucoin.desk.maintenance import Notice
from kucoin.desk.refresh import Refresher, Source
from kucoin.desk.status import HostStatus, Maintenance
from kucoin.model.announcement import LATEST, MAINTENANCE
from kucoin.rest.client import Exchange

_EVERY = 600.0  # s
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class NewsView:
    """The newest announcements, newest first; when they were read, and why the last attempt failed if it did."""

    notices: tuple[Notice, ...]
    at: datetime | None
    problem: str | None


class News:
    """The announcements in general, and those of maintenance, which would else be lost among the others.

    Args:
        refresher: Takes up the two sources; they are public, so they are read without a key as well.
        now: The present moment, aware UTC.
    """

    def __init__(
        self, exchange: Exchange, refresher: Refresher, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._exchange = exchange
        self._now = now
        self._latest = Source("announcements", lambda: self._read(LATEST), every=_EVERY)
        self._maintenance = Source("maintenance announcements", lambda: self._read(MAINTENANCE), every=_EVERY)
        refresher.add(self._latest)
        refresher.add(self._maintenance)

    def view(self) -> NewsView:
        """Return the newest of all kinds together."""
        latest, rests = self._latest.reading, self._maintenance.reading
        known = {each.said.number: each for each in (latest.value or ()) + (rests.value or ())}
        newest = sorted(known.values(), key=lambda each: (each.said.at is not None, each.said.at), reverse=True)
        times = [reading.at for reading in (latest, rests) if reading.at is not None]
        return NewsView(tuple(newest[:_SHOWN]), min(times, default=None), latest.problem or rests.problem)

    def maintenance(self, hosts: Sequence[HostStatus], exchange: str) -> tuple[Maintenance, ...]:
        """Return what keeps trading from being open, now or soon; see `maintenance.current`."""
        return maintenance.current(hosts, self._maintenance.reading.value or (), self._now(), exchange=exchange)

    def _read(self, kind: str) -> tuple[Notice, ...]:
        return tuple(maintenance.notice(each) for each in self._exchange.market.announcements(kind=kind))
