"""The parts of the practice exchange's door that are pure: quotas, clock, faults, spoiled bodies, numbers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from kucoin.practice.clock import Clock
from kucoin.practice.faults import BAD_BODIES, Faults
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool, Quotas
from kucoin.practice.spoil import spoiled
from kucoin.practice.wire import Refusal, success


def test_a_window_begins_with_the_first_request_and_refills_at_once() -> None:
    """2,000 in 30 s, then nothing until the window ends, then 2,000 again."""
    quotas = Quotas()
    assert quotas.take("a", Pool.PUBLIC, 1999, 100.0).remaining == 1
    refused = quotas.take("a", Pool.PUBLIC, 2, 110.0)
    assert not refused.allowed
    assert refused.headers() == {
        "gw-ratelimit-limit": "2000",
        "gw-ratelimit-remaining": "1",
        "gw-ratelimit-reset": "20000",
    }
    assert quotas.take("a", Pool.PUBLIC, 1, 129.9).allowed
    assert not quotas.take("a", Pool.PUBLIC, 1, 129.99).allowed
    assert quotas.take("a", Pool.PUBLIC, 1, 130.0).remaining == 1999


def test_everybody_and_every_pool_has_a_quota() -> None:
    """One empty pool leaves the others alone."""
    quotas = Quotas()
    assert quotas.take("a", Pool.SPOT, 4000, 0.0).remaining == 0
    assert not quotas.take("a", Pool.SPOT, 1, 1.0).allowed
    assert quotas.take("b", Pool.SPOT, 1, 1.0).remaining == 3999
    assert quotas.take("a", Pool.FUTURES, 1, 1.0).remaining == 1999


class Wall:
    """A machine's clock, in the hand of a test."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_market_can_stand_still_while_the_clock_goes_on() -> None:
    """Frozen prices do not make signatures stale; hastening goes on from there; an offset puts both right."""
    wall = Wall()
    clock = Clock(wall=wall)
    clock.hasten(0)
    stood = clock.market_ms()
    wall.seconds += 60
    assert clock.market_ms() == stood
    assert clock.server_ms() == stood + 60_000
    clock.hasten(120)
    wall.seconds += 1
    assert clock.market_ms() == stood + 120_000
    clock.hasten(1)
    wall.seconds += 1
    assert clock.market_ms() == stood + 121_000
    clock.set_offset(3_600_000)
    assert clock.market_ms() == clock.server_ms() == stood + 62_000 + 3_600_000
    assert clock.rate == 1


def test_a_false_clock_leaves_the_market_alone() -> None:
    """Skew and drift change what is told, not what prices are."""
    wall = Wall()
    clock = Clock(wall=wall)
    clock.disturb(skew=30, drift=6)
    wall.seconds += 60
    assert clock.server_ms() - clock.market_ms() == 36_000
    clock.disturb()
    assert clock.server_ms() == clock.market_ms()


def test_faults_are_counted() -> None:
    """From the second match on, twice, and only where they match."""
    faults = Faults()
    faults.add({"name": "gone", "host": "spot", "method": "GET", "path": "/api/v1/acc", "nth": 2, "times": 2})
    struck = [faults.strike("spot", "GET", "/api/v1/accounts") is not None for _ in range(5)]
    assert struck == [False, True, True, False, False]
    assert faults.strike("futures", "GET", "/api/v1/accounts") is None
    assert faults.strike("spot", "POST", "/api/v1/accounts") is None
    faults.clear()
    assert faults.listed == []


def test_chance_is_seeded() -> None:
    """The same seed strikes the same requests."""
    runs = []
    for _ in range(2):
        faults = Faults(seed=5)
        faults.add({"name": "refuse_5xx", "chance": 0.5})
        runs.append([faults.strike("spot", "GET", "/") is not None for _ in range(40)])
    assert runs[0] == runs[1]
    assert 5 < sum(runs[0]) < 35


@pytest.mark.parametrize("wanted", [{"name": "x"}, {"name": "gone", "when": 1}, {"name": "bad_body", "kind": "x"}])
def test_a_fault_that_does_not_exist_is_refused(wanted: dict[str, object]) -> None:
    """A misspelt fault must not pass for one that the client survived."""
    with pytest.raises(Refusal):
        Faults().add(wanted)


@pytest.mark.parametrize("kind", [*BAD_BODIES, "renamed_field"])
def test_a_spoiled_body_differs(kind: str) -> None:
    """Each kind changes what is received; ``wrong_length`` does it on the line."""
    body = success([{"symbol": "BTC-USDT", "price": "1"}])
    found, _ = spoiled(body, kind, "symbol")
    assert (found == body) == (kind == "wrong_length")


def test_fields_are_spoiled_wherever_they_stand() -> None:
    """Named fields in nested objects and lists; an unnamed one is the first of each object."""
    body = success({"items": [{"a": 1, "b": {"a": 2}}, {"a": 3}]})
    assert json.loads(spoiled(body, "field_missing", "a")[0])["data"] == {"items": [{"b": {}}, {}]}
    assert json.loads(spoiled(body, "field_null", "")[0])["data"] == {"items": None}
    assert json.loads(spoiled(body, "renamed_field", "b")[0])["data"]["items"][0]["bNew"] == {"a": 2}
    assert spoiled(success({"a": 1}), "nan", "a")[0].endswith(b'{"a":NaN}}')


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("67269.0", "67269"),
        ("1E+3", "1000"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("0.00000001", "0.00000001"),
        ("-1.50", "-1.5"),
    ],
)
def test_amounts_are_written_plainly(value: str, written: str) -> None:
    """No exponent, no zeros at the end, no minus zero."""
    assert text(Decimal(value)) == written


def test_json_numbers_are_exact() -> None:
    """A Decimal leaves as the number it is, not as a float near it."""
    assert success(Decimal("0.1000000000000000055")) == b'{"code":"200000","data":0.1000000000000000055}'
