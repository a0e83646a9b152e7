"""Answers drawn at random. Run: pytest tests/torture/test_torture_answers.py -s

REQUESTS_SEED repeats a run, REQUESTS_SECONDS says how long it draws (120).
"""

from __future__ import annotations

import copy
import json
import os
import random
import time
from collections import Counter
from typing import Any

import pytest

from kucoin.errors import KucoinError
from kucoin.rest import hosts
from kucoin.rest.answer import Reply
from kucoin.rest.client import Exchange
from kucoin.rest.line import Line, Request
from tests.rest_calls import CALLS, CANARY, payload
from tests.rest_facts import leaves


def test_nothing_drawn_upsets_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payloads changed at random, in their bytes and in their values: our own errors, or something that was read."""
    seed = int(os.environ.get("REQUESTS_SEED", str(time.time_ns() % 10**9)))
    longest = float(os.environ.get("REQUESTS_SECONDS", "120"))
    print(f"seed {seed}, {longest:.0f} s", flush=True)
    draw, said = random.Random(seed), [b""]
    plenty = {"gw-ratelimit-limit": "9999999", "gw-ratelimit-remaining": "9999999", "gw-ratelimit-reset": "30000"}

    def answer(self: Line, request: Request) -> Reply:
        return Reply(draw.choice([200] * 9 + [201, 400, 404]), plenty, said[0], 0.0)

    monkeypatch.setattr(Line, "exchange", answer)
    exchange = Exchange(hosts.practice(1, 1), CANARY)
    ended: Counter[str] = Counter()
    began = time.monotonic()
    while time.monotonic() - began < longest:
        name = draw.choice(list(CALLS))
        said[0] = draw.choice([_shaken, _changed])(draw, payload(name))
        try:
            CALLS[name].call(exchange)
            ended["read"] += 1
        except KucoinError as error:
            ended[type(error).__name__] += 1
        except Exception:
            print(f"seed {seed}, {name}: {said[0]!r}", flush=True)
            raise
    print(f"{ended.total()} answers: {dict(ended.most_common())}", flush=True)
    exchange.close()


def _shaken(draw: random.Random, body: bytes) -> bytes:
    """Change a few bytes."""
    shaken = bytearray(body)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(shaken))
        match draw.randrange(3):
            case 0:
                shaken[at] = draw.randrange(256)
            case 1:
                del shaken[at : at + draw.randint(1, 20)]
            case _:
                shaken[at:at] = draw.choice([b'"', b"{", b"[", b"null", b"-", b"1e99", b"\\u0000", b"\xff", b","])
        if not shaken:
            break
    return bytes(shaken)


_STRANGE: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    -(2**70),
    1e308,
    1e-320,
    "",
    "0",
    "-0",
    "NaN",
    "1e40",
    "1e-41",
]
_STRANGE += [
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": None},
    "x" * 10_000,
    "\x00",
    "\ud83d",
    "٣",
    "1_0",
    "0x1",
    10**400,
    "9" * 64,
]


def _changed(draw: random.Random, body: bytes) -> bytes:
    """Put something else in the place of a few fields."""
    envelope = json.loads(body)
    for _ in range(draw.randint(1, 3)):
        paths = list(leaves(envelope["data"]))
        if not paths:
            break
        *way, last = draw.choice(paths)
        holder = envelope["data"]
        for key in way:
            holder = holder[key]
        holder[last] = copy.deepcopy(draw.choice(_STRANGE))
    return json.dumps(envelope).encode()
