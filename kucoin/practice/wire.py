"""What an endpoint is here: a route, the call that it answers, and the refusal that it raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from kucoin.practice.quota import Pool

if TYPE_CHECKING:
    from kucoin.practice.exchange import Exchange
    from kucoin.practice.keys import Key

_DAY_MS = 86_400_000
# A Decimal becomes a JSON number, exactly; endpoints that tell numbers as text say so with `plain`.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Refusal(Exception):
    """The exchange says no: a code, a text, and the HTTP status that goes with them, mostly 200."""

    def __init__(self, code: str, message: str, *, status: int = 200) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> bytes:
        """Return the answer."""
        return _ENCODER.encode({"code": self.code, "msg": self.message})


class Nothing(Exception):
    """There is nothing to tell: success without data, KuCoin's odd way to say "not found"."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def body(self) -> bytes:
        """Return the answer."""
        return _ENCODER.encode({"code": "200000", "msg": self.message})


def success(data: object) -> bytes:
    """Return the answer that carries ``data``."""
    return _ENCODER.encode({"code": "200000", "data": data})


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the door. ``now`` is the market's moment, ms."""

    exchange: Exchange
    now: int
    address: str
    query: dict[str, str]
    path: dict[str, str]
    body: bytes = b""
    key: Key | None = None

    @property
    def user(self) -> str:
        """Whose accounts the key opens; only private routes ask."""
        if self.key is None:
            raise TypeError("a public route asked whose accounts to open")
        return self.key.user

    def param(self, name: str) -> str | None:
        """Return a parameter of the query; an empty one counts as missing."""
        return self.query.get(name) or None

    def need(self, name: str) -> str:
        """Return a parameter that must be there.

        Raises:
            Refusal: 400100.
        """
        found = self.param(name)
        if found is None:
            raise Refusal("400100", f"{name} can not be empty")
        return found

    def number(self, name: str, default: int) -> int:
        """Return a whole number from the query.

        Raises:
            Refusal: 400100, it is not one.
        """
        found = self.param(name)
        if found is None:
            return default
        try:
            return int(found)
        except ValueError:
            raise Refusal("400100", f"{name} must be a number") from None

    def choice(self, name: str, allowed: Iterable[str], default: str | None = None) -> str | None:
        """Return a parameter that must be one of ``allowed``.

        Raises:
            Refusal: 400100.
        """
        found = self.param(name)
        if found is not None and found not in allowed:
            raise Refusal("400100", f"{name} is invalid")
        return found or default

    def span(self, since: str = "startAt", until: str = "endAt") -> tuple[int, int]:
        """Return the time window asked for, in ms; open ends reach far."""
        return self.number(since, 0), self.number(until, 1 << 62)

    def recent_span(
        self, since: str = "startAt", until: str = "endAt", *, kept: int, widest: int | None = None
    ) -> tuple[int, int]:
        """Return the time window asked for, of which only the last ``kept`` days are still told.

        Raises:
            Refusal: 200002, it is wider than ``widest`` days.
        """
        start, end = self.span(since, until)
        if widest is not None and self.param(since) and self.param(until) and end - start > widest * _DAY_MS:
            raise Refusal("200002", f"The time range must not exceed {widest} days")
        return max(start, self.now - kept * _DAY_MS), end


Handler = Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint. ``permission`` None means public; ``counted`` False means no quota headers."""

    method: str
    path: str
    handler: Handler
    permission: str | None
    pool: Pool
    weight: int
    counted: bool = True


@dataclass(slots=True)
class Routes:
    """The endpoints of a module, filled by its decorators."""

    listed: list[Route] = field(default_factory=list)

    def public(
        self, path: str, weight: int, *, method: str = "GET", counted: bool = True
    ) -> Callable[[Handler], Handler]:
        """Declare an endpoint that anybody may call."""
        return self._add(lambda handler: Route(method, path, handler, None, Pool.PUBLIC, weight, counted))

    def private(
        self, path: str, permission: str, pool: Pool, weight: int, *, method: str = "GET"
    ) -> Callable[[Handler], Handler]:
        """Declare an endpoint for a key that holds ``permission``."""
        return self._add(lambda handler: Route(method, path, handler, permission, pool, weight))

    def _add(self, route: Callable[[Handler], Route]) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.listed.append(route(handler))
            return handler

        return add


def page(call: Call, rows: list[dict[str, Any]], *, most: int = 500, size: int = 50) -> dict[str, Any]:
    """Return the page of ``rows`` that is asked for, in KuCoin's frame."""
    current = max(1, call.number("currentPage", 1))
    count = min(most, max(1, call.number("pageSize", size)))
    return {
        "currentPage": current,
        "pageSize": count,
        "totalNum": len(rows),
        "totalPage": -(-len(rows) // count),
        "items": rows[(current - 1) * count : current * count],
    }
