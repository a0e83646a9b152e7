"""Messages that no exchange should send."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from tests.feed_server import match

_GOOD = json.dumps(match(1))


def malformed(luck: random.Random) -> bytes:
    """Return one, of any kind; each is counted by who gets it and says nothing."""
    return luck.choice(_KINDS)(luck)


def _damaged(luck: random.Random) -> bytes:
    cut = luck.randrange(len(_GOOD))
    junk = "".join(chr(luck.choice((luck.randrange(32, 127), 0x1F600, 0x2028))) for _ in range(9))
    return (_GOOD[:cut] + junk + _GOOD[cut + luck.randrange(20) :] + "}").encode()


def _not_utf8(luck: random.Random) -> bytes:
    return _GOOD.encode().replace(b"67523", luck.choice((b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80")))


def _no_number(luck: random.Random) -> bytes:
    text = luck.choice(("NaN", "Infinity", "-Infinity", "1e999999", "", "0x10", "one"))
    return _with(price=text) if luck.random() < 0.5 else _with(size=text)


def _bare_nan(luck: random.Random) -> bytes:
    return _GOOD.encode().replace(b'"67523"', luck.choice((b"NaN", b"Infinity", b"-", b"1e", b"00")))


def _deep(luck: random.Random) -> bytes:
    return luck.choice((b"[", b'{"data":')) * luck.randrange(10_000, 50_000)


def _wrong_shape(luck: random.Random) -> bytes:
    data = luck.choice((None, [], 7, "text", {}, {"price": []}, {"price": None}))
    return json.dumps(match(1) | {"data": data}).encode()


def _unknown(luck: random.Random) -> bytes:
    name = luck.choice(("surprise", "notice", "command", ""))
    return json.dumps({"id": "1", "type": name, "topic": "/no/such:topic", "data": name * 50}).encode()


def _nobodys_error(luck: random.Random) -> bytes:
    return json.dumps({"id": "none", "type": "error", "code": luck.choice((404, 500, 509)), "data": "no"}).encode()


def _large(luck: random.Random) -> bytes:
    return b"x" * luck.randrange(100_000, 1_000_000)


def _with(**fields: str) -> bytes:
    good = match(1)
    return json.dumps(good | {"data": good["data"] | fields}).encode()


_KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    *(_damaged, _not_utf8, _no_number, _bare_nan, _deep, _wrong_shape, _unknown, _nobodys_error, _large),
)
