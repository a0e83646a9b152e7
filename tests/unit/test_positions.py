"""The arithmetic of positions on KuCoin's own samples, and against the engine on thousands of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk import positions
from kucoin.model.market import Contract
from kucoin.model.position import Position
from tests import positions_check
from tests.engine_reading import contract_of
from tests.engine_world import XBTUSDM, XBTUSDTM

D = Decimal
LINEAR, INVERSE = contract_of(XBTUSDTM), contract_of(XBTUSDM)


def row(**told: Any) -> Position:
    """A position of which nothing else is known."""
    words: dict[str, Any] = dict.fromkeys(Position.__dataclass_fields__)
    return Position(**(words | {"symbol": "XBTUSDTM", "position_side": "BOTH", "current_qty": 1} | told))


def test_two_thousand_positions_are_what_the_engine_has() -> None:
    """Value, profit, maintenance, liquidation, break-even. The whole run of 200,000 is in the torture tests."""
    positions_check.run(seed=8, examples=2_000)


def test_one_lot_of_the_linear_contract() -> None:
    """From 67430.9 to 68323.06: 0.89216 USDT, which are 1.32 % of its cost and 4.0 % of its margin."""
    gain = positions.profit(1, D("67430.9"), D("68323.06"), LINEAR)
    assert positions.value(1, D("68323.06"), LINEAR) == D("68.32306")
    assert gain == D("0.89216")
    returned, roe = positions.ratio(gain, D("67.4309")), positions.ratio(gain, D("22.2769666644"))
    assert returned is not None
    assert roe is not None
    assert (round(returned, 4), round(roe, 4)) == (D("0.0132"), D("0.0400"))


def test_one_lot_of_an_inverse_contract() -> None:
    """From 2457.12 to 2454.12: KuCoin's sample of ETHUSDM, whose values are negative for a long."""
    assert round(positions.value(1, D("2457.12"), INVERSE), 10) == D("-0.0004069805")
    assert round(positions.value(1, D("2454.12"), INVERSE), 10) == D("-0.0004074780")
    assert round(positions.profit(1, D("2457.12"), D("2454.12"), INVERSE), 10) == D("-4.975E-7")


@pytest.mark.parametrize("contract", [LINEAR, INVERSE], ids=["linear", "inverse"])
def test_a_short_gains_what_a_long_loses(contract: Contract) -> None:
    """To the last digit."""
    assert positions.profit(-7, D(50_000), D(51_000), contract) == -positions.profit(7, D(50_000), D(51_000), contract)


def test_an_isolated_position_is_liquidated_where_kucoin_says() -> None:
    """The row of the position list: 45704.4316456 before it is rounded against the holder."""
    keep = positions.isolated_maintenance(
        D("67.4309"), D(3), is_long=True, maintain_rate=D("0.005"), taker_rate=D("0.0006"), rate=D("0.0002")
    )
    assert abs(keep - D("0.4046228699")) < D("0.0001")  # that position was opened in two steps, at other leverages
    found = positions.isolated_liquidation(1, D("67.4309"), D("22.1310912243"), D("0.4046228699"), LINEAR)
    assert found == D("45704.4316456")


def test_the_side_that_is_paid_keeps_nothing_for_the_funding() -> None:
    """Only who will pay has to have it."""
    terms: dict[str, Any] = {"maintain_rate": D("0.005"), "taker_rate": D(0)}
    for is_long, rate, kept in ((True, "0.001", "0.6"), (True, "-0.001", "0.5"), (False, "-0.001", "0.6")):
        keep = positions.isolated_maintenance(D(-100), D(10), is_long=is_long, rate=D(rate), **terms)
        assert keep == D(kept)


def test_a_position_without_leverage_is_never_liquidated() -> None:
    """A linear long at 0, which is a price, a whole mark away; an inverse short at no price."""
    at = positions.isolated_liquidation(1, D(50), D(51), D("0.5"), LINEAR)
    assert at == 0
    assert positions.distance(D(60_000), D(0), is_long=True) == 1
    assert positions.isolated_liquidation(-50, D("0.001"), D("0.002"), D("0.0001"), INVERSE) is None
    assert positions.distance(D(60_000), D(0), is_long=False) is None


def test_the_distance_falls_below_nothing_past_the_price() -> None:
    """A fraction of the mark, whichever way the position points."""
    assert positions.distance(D(100), D(80), is_long=True) == D("0.2")
    assert positions.distance(D(100), D(120), is_long=False) == D("0.2")
    assert positions.distance(D(100), D(101), is_long=True) == D("-0.01")


@pytest.mark.parametrize(
    ("lots", "realised", "price"),
    [(100, "-3", "50060.036"), (100, "0", "50030.018"), (-100, "-3", "49940.036"), (100, "5000", "0")],
    ids=["a long's fee", "free of costs", "a short's fee", "already earned"],
)
def test_break_even_pays_for_what_was_paid_and_for_closing(lots: int, realised: str, price: str) -> None:
    """5,000 USDT at 50,000, closed for 0.06 %."""
    found = positions.break_even(lots, D(50) * lots, D(realised), D("0.0006"), LINEAR)
    assert found is not None
    assert round(found, 3) == D(price)


def test_funding_is_paid_by_longs_at_a_positive_rate() -> None:
    """Negative when paid; the sign of the value does not count."""
    assert positions.funding(D(5000), D("0.0001"), is_long=True) == D("-0.5")
    assert positions.funding(D(-5000), D("0.0001"), is_long=False) == D("0.5")
    assert positions.funding(D(5000), D("-0.0001"), is_long=True) == D("0.5")


@pytest.mark.parametrize(
    ("amount", "of", "found"),
    [
        ("1", "-4", "0.25"),
        ("-1", "4", "-0.25"),
        ("0", "4", "0"),
        (None, "4", None),
        ("1", None, None),
        ("1", "0", None),
    ],
)
def test_a_fraction_of_nothing_is_unknown(amount: str | None, of: str | None, found: str | None) -> None:
    """Never 0, and never an error."""
    fraction = positions.ratio(None if amount is None else D(amount), None if of is None else D(of))
    assert fraction == (None if found is None else D(found))


def test_a_gain_that_the_exchange_does_not_tell_is_unknown() -> None:
    """Likewise one at a price that is none."""
    assert positions.unrealised(row(unrealised_pnl=None, mark_price=D(1)), LINEAR, D(2)) is None
    assert positions.unrealised(row(unrealised_pnl=D(5), mark_price=D(1)), LINEAR, None) == 5
    assert positions.unrealised(row(unrealised_pnl=D(5), mark_price=D(0)), LINEAR, D(2)) is None
    assert positions.unrealised(row(unrealised_pnl=D(5), mark_price=D(1)), LINEAR, D(0)) is None


def test_the_currency_comes_from_the_contract_where_the_row_does_not_tell() -> None:
    """Empty where neither does."""
    assert positions.settles_in(row(settle_currency=None), LINEAR) == "USDT"
    assert positions.settles_in(row(settle_currency="XBT"), LINEAR) == "XBT"
    assert positions.settles_in(row(settle_currency=None), None) == ""
