"""Whether each host is open, what it refuses while it is not, and what the exchange announces."""

from __future__ import annotations

from dataclasses import dataclass, field

from kucoin.practice.wire import Refusal

LATEST = "latest-announcements"
_STATES = ("open", "close", "cancelonly")
# What a host says to who places and to who cancels: KuCoin has words of its own for spot, for margin and for futures.
_SPOT = Refusal("200001", "Order creation suspended"), Refusal("200002", "Order cancellation suspended")
_MARGIN = Refusal("126004", "Order creation suspended"), Refusal("126007", "Order cancellation suspended")
_FUTURES = Refusal("300002", "Order entry suspended"), Refusal("300002", "Order entry suspended")


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement; ``kind`` is KuCoin's word for it, ``at_ms`` when it was published."""

    title: str
    text: str
    kind: str
    at_ms: int


@dataclass(slots=True)
class Service:
    """The state of both hosts, each with a remark, and what was announced besides the usual, newest first."""

    hosts: dict[str, tuple[str, str]] = field(default_factory=lambda: dict.fromkeys(("spot", "futures"), ("open", "")))
    announced: list[Announced] = field(default_factory=list)

    def put(self, state: str, message: str, host: str | None) -> None:
        """Open or close a host, or both where ``host`` is None.

        Raises:
            Refusal: 400100, no such state or host.
        """
        if state not in _STATES or host not in (None, *self.hosts):
            raise Refusal("400100", f"{host or 'a host'} is never {state}", status=400)
        for each in self.hosts if host is None else (host,):
            self.hosts[each] = state, message

    def announce(self, said: Announced) -> None:
        """Publish ``said``."""
        self.announced.insert(0, said)

    def clear(self) -> None:
        """Open everything, and take back what was announced."""
        self.put("open", "", None)
        self.announced.clear()

    def told(self, host: str) -> dict[str, str]:
        """Return what ``host`` says of itself."""
        state, message = self.hosts[host]
        return {"status": state, "msg": message}

    def refusal(self, host: str, method: str, path: str) -> Refusal | None:
        """Return why a request is refused, None where it is not: only orders and cancels ever are."""
        state = self.hosts[host][0]
        cancels = method == "DELETE"
        places = method == "POST" and "order" in path and "cancel" not in path
        if state == "open" or not (places or cancels) or (cancels and state == "cancelonly"):
            return None
        words = _FUTURES if host == "futures" else _MARGIN if "/margin/" in path else _SPOT
        return words[cancels]
