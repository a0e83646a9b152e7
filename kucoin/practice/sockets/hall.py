"""Everybody who listens on one host, and to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from kucoin.practice.sockets.topics import Name


class Listener(Protocol):
    """A connection."""

    @property
    def user(self) -> str | None:
        """Whose private topics it may have."""

    def push(self, frame: str) -> None:
        """Send a frame, after those that wait already."""

    def cut(self, kind: str) -> None:
        """End the connection."""


class Hall:
    """The open connections of one host.

    Attributes:
        opened: How many there have been.
        fresh: Topics that somebody began to listen to since this was last emptied: they are told where things stand.
    """

    def __init__(self) -> None:
        self.opened = 0
        self.fresh: set[Name] = set()
        self._present: set[Listener] = set()
        self._rooms: dict[str, dict[str, set[Listener]]] = {}

    def enter(self, listener: Listener) -> None:
        """Take a connection in."""
        self.opened += 1
        self._present.add(listener)

    def leave(self, listener: Listener, topics: Iterable[Name]) -> None:
        """Let a connection go, which listened to ``topics``."""
        self._present.discard(listener)
        self.quit(listener, topics)

    def join(self, listener: Listener, topics: Iterable[Name]) -> None:
        """Let a connection listen to single topics."""
        for family, symbol in topics:
            self._rooms.setdefault(family, {}).setdefault(symbol, set()).add(listener)
            self.fresh.add((family, symbol))

    def quit(self, listener: Listener, topics: Iterable[Name]) -> None:
        """Let a connection listen to single topics no more."""
        for family, symbol in topics:
            room = self._rooms[family][symbol]
            room.discard(listener)
            if not room:
                del self._rooms[family][symbol]

    def symbols(self, family: str) -> list[str]:
        """Return what somebody listens to in a family of topics."""
        return list(self._rooms.get(family, ()))

    def watched(self) -> set[str]:
        """Return the markets that somebody listens to, by their symbols."""
        return {symbol.partition("_")[0] for rooms in self._rooms.values() for symbol in rooms}

    def users(self) -> set[str]:
        """Return whose private topics somebody may have."""
        return {each.user for each in self._present if each.user is not None}

    def hears(self, family: str, symbol: str = "", user: str | None = None) -> bool:
        """Say whether anybody listens to a topic; with ``user``, whether that user does."""
        room = self._rooms.get(family, {}).get(symbol, ())
        return bool(room) if user is None else any(each.user == user for each in room)

    def tell(self, name: Name, frame: str, user: str | None = None) -> None:
        """Send a frame to all who listen to a topic; with ``user``, to that user alone."""
        family, symbol = name
        for listener in tuple(self._rooms.get(family, {}).get(symbol, ())):
            if user is None or listener.user == user:
                listener.push(frame)

    def cut(self, kind: str) -> None:
        """End every connection; see `Session.cut`."""
        for listener in tuple(self._present):
            listener.cut(kind)

    def counts(self) -> dict[str, object]:
        """Return how many are here, have been here, and listen to each topic."""
        topics = Counter[str]()
        for family, rooms in self._rooms.items():
            for symbol, room in rooms.items():
                topics[f"{family}:{symbol}" if symbol else family] = len(room)
        return {"open": len(self._present), "opened": self.opened, "topics": dict(topics)}
