"""What is to be told on one host, held back until what it tells of is on disk."""

from __future__ import annotations

from collections import deque
from typing import Any

from kucoin.practice.exchange import Exchange
from kucoin.practice.faults import Faults
from kucoin.practice.keys import USERS
from kucoin.practice.sockets.frames import frame
from kucoin.practice.sockets.hall import Hall
from kucoin.practice.sockets.topics import Name, written

_Waiting = tuple[Name, str, str | None]


class Teller:
    """Writes frames for those who listen, in order, and lets them go when told to.

    Args:
        host: spot or futures.
        hall: Who listens there.
    """

    def __init__(self, host: str, hall: Hall, exchange: Exchange) -> None:
        self.hall = hall
        self._exchange = exchange
        self._host = host
        self._waiting: deque[_Waiting] = deque()

    @property
    def faults(self) -> Faults:
        """The faults that are set at present."""
        return self._exchange.faults

    def __len__(self) -> int:
        """How many frames wait."""
        return len(self._waiting)

    def public(self, family: str, symbol: str, subject: str, data: object, **more: Any) -> None:
        """Tell everybody who listens to a topic; ``more`` are fields beside ``data``."""
        if self.hall.hears(family, symbol) and symbol.partition("_")[0] not in self._exchange.delisted:
            self._waiting.append(((family, symbol), frame((family, symbol), subject, data, **more), None))

    def private(self, user: str, family: str, symbol: str, subject: str, data: object, **more: Any) -> None:
        """Tell one user, unless a fault keeps it back; another one says it several times."""
        name = family, symbol
        if not self.hall.hears(family, symbol, user) or self.strikes("drop_event", name):
            return
        told = frame(name, subject, data, userId=USERS[user].user_id, channelType="private", **more)
        fault = self.faults.strike_socket("dup_event", self._host, written(name))
        for _ in range(1 if fault is None else fault.options["count"]):
            self._waiting.append((name, told, user))

    def strikes(self, fault: str, name: Name) -> bool:
        """Say whether a fault strikes at a topic, counting it."""
        return self.faults.strike_socket(fault, self._host, written(name)) is not None

    def release(self, count: int) -> None:
        """Let the oldest ``count`` frames go."""
        for _ in range(count):
            name, told, user = self._waiting.popleft()
            self.hall.tell(name, told, user)
