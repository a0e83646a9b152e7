"""Futures arithmetic against figures that KuCoin published, and the identities that hold at every price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.practice.positions import (
    CROSS,
    ISOLATED,
    MAX_PRICE,
    Holding,
    funding_of,
    overview,
    price_of,
    tiers,
    valuate,
    value,
)
from kucoin.practice.universe import CONTRACTS

D = Decimal


def held(symbol: str = "XBTUSDTM", qty: int = 1, entry: str = "67430.9", leverage: int = 3, **other: str) -> Holding:
    """A position, by default KuCoin's published sample; ``mode`` and ``funding`` by name."""
    return Holding(
        CONTRACTS[symbol],
        "BOTH",
        other.get("mode", ISOLATED),
        D(leverage),
        qty,
        D(entry),
        fees=D("0.04045854"),
        funding=D(other.get("funding", "0")),
        opened=0,
    )


def test_the_published_linear_position_comes_out() -> None:
    """One lot XBTUSDTM at 67430.9, mark 68900.7, funding -0.0212068: KuCoin's own figures."""
    at = valuate(held(funding="-0.0212068"), D("68900.7"))
    assert at.cost == D("67.4309")
    assert at.worth == D("68.9007")
    assert at.pnl == D("1.4698")
    assert at.init == pytest.approx(D("22.4769666667"), abs=D("1e-8"))
    assert at.margin == pytest.approx(D("22.5097045843"), abs=D("1e-7"))
    assert at.margin + at.pnl == pytest.approx(D("23.9795045843"), abs=D("1e-7"))
    assert at.bankrupt == pytest.approx(D("44975.16"), abs=D("0.05"))
    assert round(at.pnl / at.cost, 4) == D("0.0218")
    assert round(at.pnl / at.init, 4) == D("0.0654")


def test_the_published_inverse_position_comes_out() -> None:
    """One lot ETHUSDM at 2457.12, mark 2454.12, ten times, cross: KuCoin's own figures, in ETH."""
    at = valuate(held("ETHUSDM", 1, "2457.12", 10, mode=CROSS), D("2454.12"))
    assert at.cost == pytest.approx(D("-0.0004069805"), abs=D("1e-10"))
    assert at.worth == pytest.approx(D("-0.000407478"), abs=D("1e-10"))
    assert at.pnl == pytest.approx(D("-4.975e-7"), abs=D("1e-10"))
    assert at.init == pytest.approx(D("4.06981e-05"), abs=D("1e-10"))
    assert at.margin == pytest.approx(D("4.07478e-05"), abs=D("1e-10"))
    assert round(at.pnl / at.init, 4) == D("-0.0122")


SYMBOLS = st.sampled_from(["XBTUSDTM", "PEPEUSDTM", "XBTUSDM", "ETHUSDM"])
LOTS = st.integers(-5000, 5000).filter(bool)
PRICES = st.decimals(D("0.5"), D(200_000), places=2)


@given(SYMBOLS, LOTS, PRICES)
def test_a_value_has_its_price(symbol: str, qty: int, price: Decimal) -> None:
    """``price_of`` undoes ``value``, long and short, linear and inverse."""
    contract = CONTRACTS[symbol]
    assert price_of(contract, qty, value(contract, qty, price)) == pytest.approx(price, rel=D("1e-6"), abs=D("0.1"))


@given(SYMBOLS, LOTS, PRICES, PRICES)
def test_profit_has_the_side_of_the_market(symbol: str, qty: int, entry: Decimal, mark: Decimal) -> None:
    """A long gains when the price rises, a short when it falls, in every settlement."""
    at = valuate(held(symbol, qty, str(entry)), mark)
    gains = (mark - entry) * qty
    assert (at.pnl > 0) == (gains > 0)
    assert (at.pnl < 0) == (gains < 0)


@given(SYMBOLS, LOTS.map(lambda lots: lots % 50 + 1), st.decimals(D(500), D(90_000), places=2), st.booleans())
def test_liquidation_comes_before_ruin(symbol: str, lots: int, entry: Decimal, long: bool) -> None:
    """At the liquidation price what is left equals the maintenance; the bankruptcy price lies beyond it."""
    holding = held(symbol, lots if long else -lots, str(entry), 5)
    at = valuate(holding, entry)
    assert (at.liquidation - at.bankrupt) * holding.qty > 0
    if 0 < at.liquidation < MAX_PRICE and at.liquidation > 1:
        there = value(holding.contract, holding.qty, at.liquidation) - at.cost + at.margin
        assert there == pytest.approx(at.maintenance, rel=D("0.02"), abs=D("1e-6"))


@given(
    st.lists(st.tuples(LOTS, PRICES, PRICES, st.sampled_from([CROSS, ISOLATED])), max_size=6),
    st.decimals(0, 99_999, places=4),
)
def test_equity_is_wallet_and_profit(rows: list[tuple[int, Decimal, Decimal, str]], wallet: Decimal) -> None:
    """KuCoin's two equations hold: equity from its parts, and equity from margin balance and profit."""
    positions = [valuate(held("ETHUSDTM", qty, str(entry), 4, mode=mode), mark) for qty, entry, mark, mode in rows]
    found = overview(wallet, D(12), positions)
    profit = sum((each.pnl for each in positions), D(0))
    assert found.equity == pytest.approx(wallet + profit, abs=D("1e-12"))
    assert found.unrealised == pytest.approx(profit, abs=D("1e-12"))
    assert found.margin_balance == pytest.approx(wallet, abs=D("1e-12"))


def test_longs_pay_a_positive_rate() -> None:
    """And shorts receive it; inverse contracts pay in the coin."""
    long, rate = held(qty=100), D("0.0001")
    assert funding_of(long, D(70_000), rate) == D("-0.7")
    assert funding_of(replace(long, qty=-100), D(70_000), rate) == D("0.7")
    assert funding_of(long, D(70_000), -rate) == D("0.7")
    assert funding_of(held("XBTUSDM", 7000, "60000"), D(70_000), rate) == D("-0.00001")


@pytest.mark.parametrize("symbol", CONTRACTS)
def test_tiers_join_without_a_gap(symbol: str) -> None:
    """Each begins where the one before ends, with less leverage and more margin."""
    found = tiers(CONTRACTS[symbol])
    assert found[0].above == 0
    assert found[0].leverage == CONTRACTS[symbol].max_leverage
    for before, after in pairwise(found):
        assert after.above == before.limit < after.limit
        assert after.leverage < before.leverage or after.leverage == 1
        assert after.maintenance >= before.maintenance
