"""Each field of each payload spoilt in turn: what is unreadable is unknown or an error, and nothing else changes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from kucoin.errors import OutcomeUnknown
from kucoin.rest import hosts
from kucoin.rest.answer import Reply
from kucoin.rest.client import Exchange
from kucoin.rest.line import Line, Request
from tests.rest_calls import CALLS, CANARY, payload
from tests.rest_facts import facts, is_figure, leaves

PLENTY = {"gw-ratelimit-limit": "9999999", "gw-ratelimit-remaining": "9999999", "gw-ratelimit-reset": "30000"}
GONE = object()
SPOILT = {
    "missing": GONE,
    "null": None,
    "empty text": "",
    "new word": "SOMETHING_NEW",
    "NaN as text": "NaN",
    "infinite text": "-Infinity",
    "huge": "1e999999999",
    "long": "1" * 5000,
    "bool": True,
    "object": {"a": 1},
    "list": [1],
    "underscored": "1_7",
    "digits of another script": "１７",
    "with a comma": "1,7",
    "with a unit": "17 USDT",
    "hexadecimal": "0x11",
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The body that answers every request; the line itself is left out, since what is read is what matters here."""
    said = [b""]

    def exchange(self: Line, request: Request) -> Reply:
        return Reply(200, PLENTY, said[0], 0.0)

    monkeypatch.setattr(Line, "exchange", exchange)
    return said


def spoils(envelope: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Spoil ``envelope`` in every way, one at a time, and say how and where; it is whole again in the end."""
    for path in list(leaves(envelope["data"])):
        holder = envelope["data"]
        for key in path[:-1]:
            holder = holder[key]
        whole = holder[path[-1]]
        for how, value in SPOILT.items():
            if value is not GONE:
                holder[path[-1]] = value
                yield how, path
        holder[path[-1]] = whole
        if isinstance(holder, dict):  # of a list the others would move up: another list, not a spoilt one
            fields = dict(holder)
            del holder[path[-1]]
            yield "missing", path
            holder.clear()
            holder.update(fields)


@pytest.mark.parametrize("name", CALLS)
def test_a_spoilt_field_is_unknown_and_never_wrong(
    name: str, answers: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Each way to spoil it: a typed error, or everything else as it was."""
    caplog.set_level(logging.CRITICAL)
    exchange = Exchange(hosts.practice(1, 1), CANARY)
    call = CALLS[name].call
    answers[0] = payload(name)
    true = facts(call(exchange))
    figures = {(where[-1:], fact) for where, fact in true.items()}
    envelope = json.loads(payload(name), parse_float=lambda text: text)  # as text, which is read alike
    read = 0
    for how, path in spoils(envelope):
        answers[0] = msgspec.json.encode(envelope)
        read += 1
        try:
            found = facts(call(exchange))
        except OutcomeUnknown:
            continue
        for where, fact in found.items():
            if is_figure(fact) and fact != true.get(where):
                renamed = where not in true and (where[-1:], fact) in figures
                assert renamed, f"{how} {path}: {where} became {fact!r} from {true.get(where)!r}"
    assert envelope == json.loads(payload(name), parse_float=lambda text: text)
    assert bool(read) is bool(list(leaves(envelope["data"])))
