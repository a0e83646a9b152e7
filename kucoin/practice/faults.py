"""Faults on request: what the exchange does wrong, where and how often, so that the client's answer can be seen."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kucoin.practice.wire import Refusal

# name -> its parameters and their defaults
KINDS: dict[str, dict[str, Any]] = {
    "lose_answer": {},  # done, and the line is cut instead of an answer
    "late_answer": {"seconds": 1.0},  # done, and answered late
    "accept_then_5xx": {"status": 502},  # done, and answered as if not
    "refuse_5xx": {"status": 503},  # not done
    "refuse": {"code": "", "text": ""},  # not done, for a reason that this exchange never has, such as a country
    "http_429": {"reset_ms": 1000},
    "http_429_bare": {},  # without quota headers: the server is overloaded
    "cdn_page": {"status": 403},  # an HTML page from in front of the exchange
    "bad_body": {"kind": "truncated", "field": ""},
    "gone": {},  # the path is unknown
    "renamed_field": {"field": ""},
    "redirect": {"location": ""},
    "push_first": {"seconds": 0.3},  # what it causes is pushed, and then it is answered
    "old_snapshot": {},  # a book is answered as it was when it was first asked for under this fault
    "stale_list": {},  # likewise a list of orders
}
# What goes wrong on sockets; there ``path`` is the beginning of a topic, and ``method`` means nothing.
SOCKET_KINDS: dict[str, dict[str, Any]] = {
    "token_ttl": {"seconds": 0.0},  # tokens older than this open nothing
    "no_welcome": {},
    "no_ack": {},  # a subscription is lost
    "ack_silent": {},  # it is acknowledged, and nothing follows
    "no_pong": {},
    "gap": {},  # an increment of a book is lost
    "repeat": {},  # it comes twice
    "swap": {},  # it comes after the next one
    "overlap": {},  # the one before it is in it once more
    "drop_event": {},  # a private push is lost
    "dup_event": {"count": 2},  # it comes so often
    "partial_push": {},  # a position is told by what has changed of it alone
}
BAD_BODIES = (
    "empty",
    "truncated",
    "wrong_length",
    "broken_gzip",
    "data_null",
    "data_list",
    "field_null",
    "field_missing",
    "unknown_enum",
    "huge",
    "no_data",
    "nan",
    "html",
)


@dataclass(slots=True)
class Fault:
    """A fault and where it strikes: ``host`` spot or futures, ``method``, ``path`` prefix, empty meaning any.

    It strikes from the ``nth`` matching request on, ``times`` times (None: until cleared), each with ``chance``.
    """

    name: str
    host: str = ""
    method: str = ""
    path: str = ""
    nth: int = 1
    times: int | None = None
    chance: float = 1.0
    options: dict[str, Any] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)  # what was answered first, by target
    seen: int = 0
    struck: int = 0

    def matches(self, host: str, method: str, path: str) -> bool:
        """Say whether a request is one that it may strike."""
        return self.host in ("", host) and self.method in ("", method) and path.startswith(self.path)


class Faults:
    """The faults that are set; seeded, so that a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self._chance = random.Random(seed)
        self.listed: list[Fault] = []

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Set a fault as the control route describes it.

        Raises:
            Refusal: 400100, a name or an option that does not exist.
        """
        name = str(wanted.get("name"))
        kinds = KINDS | SOCKET_KINDS
        if name not in kinds:
            raise Refusal("400100", f"no fault is called {name}", status=400)
        places = {key: wanted[key] for key in ("host", "method", "path", "nth", "times", "chance") if key in wanted}
        options = {key: value for key, value in wanted.items() if key not in places and key != "name"}
        if unknown := options.keys() - kinds[name].keys():
            raise Refusal("400100", f"{name} has no option {', '.join(sorted(unknown))}", status=400)
        fault = Fault(name, **places, options=kinds[name] | options)
        if name == "bad_body" and fault.options["kind"] not in BAD_BODIES:
            raise Refusal("400100", f"bad_body has no kind {fault.options['kind']}", status=400)
        self.listed.append(fault)
        return fault

    def clear(self) -> None:
        """Take all of them back."""
        self.listed.clear()

    def strike(self, host: str, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, counting it."""
        return self._meet(lambda fault: fault.name in KINDS and fault.matches(host, method, path))

    def strike_socket(self, name: str, host: str, topic: str) -> Fault | None:
        """Return the fault called ``name`` if a socket meets it at ``topic``, counting it."""
        if not self.listed:
            return None
        return self._meet(lambda fault: fault.name == name and fault.matches(host, fault.method, topic))

    def _meet(self, matches: Callable[[Fault], bool]) -> Fault | None:
        for fault in self.listed:
            if not matches(fault):
                continue
            fault.seen += 1
            due = fault.seen >= fault.nth and (fault.times is None or fault.struck < fault.times)
            if due and self._chance.random() < fault.chance:
                fault.struck += 1
                return fault
        return None
