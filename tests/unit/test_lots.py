"""Lots come to coins and prices, linear and inverse, in one place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.model import lots
from kucoin.model.order import Lots
from tests import lots_check

D = Decimal
LINEAR = lots_check.contract(D("0.001"), inverse=False)  # XBTUSDTM
INVERSE = lots_check.contract(D(-1), inverse=True)  # ETHUSDM, which pays in ETH


def test_two_thousand_examples_are_right() -> None:
    """Against fractions. The whole run of 200,000 is in the torture tests."""
    lots_check.run(seed=8, examples=2_000)


def test_a_linear_lot_is_coins_at_any_price() -> None:
    """A thousand lots of a thousandth."""
    assert lots.coins(Lots(1000), LINEAR, D("67430.9")) == lots.coins(Lots(1000), LINEAR, D(1)) == 1


def test_an_inverse_lot_is_a_dollar() -> None:
    """KuCoin's sample: one lot of ETHUSDM, entered at 2457.12, is 0.0004069805 ETH."""
    assert round(lots.coins(Lots(1), INVERSE, D("2457.12")), 10) == D("0.0004069805")


def test_an_average_is_by_lots_on_linear_and_harmonic_on_inverse_contracts() -> None:
    """Ten dollars' worth at 10 and at 40 are 1.25 coins for 20 dollars."""
    trades = [(Lots(10), D(10)), (Lots(10), D(40))]
    assert lots.average_price(trades, LINEAR) == 25
    assert lots.average_price(trades, INVERSE) == 16


def test_a_price_comes_out_of_a_value() -> None:
    """KuCoin's samples again; an inverse value is told as negative of a long position."""
    assert lots.price_of(Lots(1), D("67.4309"), LINEAR) == D("67430.9")
    found = lots.price_of(Lots(1), D("-0.0004069805"), INVERSE)
    assert found is not None
    assert round(found, 2) == D("2457.12")


def test_nothing_has_no_price() -> None:
    """Unknown is None, never 0."""
    assert lots.average_price([], LINEAR) is None
    assert lots.price_of(Lots(0), D(0), LINEAR) is None
    assert lots.price_of(Lots(0), D(0), INVERSE) is None


@pytest.mark.parametrize("price", ["0", "-1"])
@pytest.mark.parametrize("contract", [LINEAR, INVERSE], ids=["linear", "inverse"])
def test_a_price_that_is_none_is_refused(contract: lots.Contract, price: str) -> None:
    """On linear contracts too, where it would change nothing: it came from somewhere wrong."""
    with pytest.raises(ValueError, match=f"no price {price}"):
        lots.coins(Lots(1), contract, D(price))
    with pytest.raises(ValueError, match=f"no price {price}"):
        lots.average_price([(Lots(1), D(price))], contract)
