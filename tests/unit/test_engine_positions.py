"""The arithmetic of futures positions against figures that KuCoin itself has published."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import structs

from kucoin.practice.engine import positions
from kucoin.practice.engine.instruments import Contract, Tier
from kucoin.practice.engine.records import Position
from kucoin.practice.engine.terms import MarginMode, PositionSide
from tests.engine_world import XBTUSDM, XBTUSDTM

D = Decimal
TIER = Tier(2, D(500_000), 100, D("0.01"), D("0.005"))
ETHUSDM = structs.replace(XBTUSDM, symbol="ETHUSDM", base="ETH", settle="ETH")


def position(contract: Contract, mode: MarginMode = MarginMode.ISOLATED, **more: object) -> Position:
    """A position with the given parts."""
    return Position(
        id="1",
        user="ann",
        symbol=contract.symbol,
        side=PositionSide.BOTH,
        settle=contract.settle,
        mode=mode,
        leverage=D(3),
        level=2,
        **more,  # type: ignore[arg-type]
    )


def opened(contract: Contract, price: str, leverage: int, mode: MarginMode = MarginMode.ISOLATED) -> Position:
    """One lot bought at ``price``."""
    made = position(contract, mode)
    positions.extend(made, contract, D(1), contract.value(D(1), D(price)), D(leverage))
    return made


def test_one_lot_of_the_linear_contract() -> None:
    """XBTUSDTM at 67430.9, three times: cost, initial margin and closing fee as KuCoin shows them."""
    made = opened(XBTUSDTM, "67430.9", 3)
    assert made.cost == D("67.4309")
    assert made.init == D("22.4769666644")
    assert made.comm == D("0.0539447199")


# A row of KuCoin's position list: margin parts, the funding rate of the moment, and what follows from them.
SAMPLES = [
    pytest.param(
        {
            "init": D("22.2769666644"),
            "comm": D("0.0539821899"),
            "cross": D("0.06225152"),
            "loss": D("0.26210915"),
        },
        D("68323.06"),
        D("0.0002"),
        {
            "mark_value": D("68.32306"),
            "pnl": D("0.89216"),
            "margin": D("22.1310912243"),
            "backing": D("23.0232512243"),
            "maintenance": D("0.4046228699"),
            "liquidation_price": D("45704.44"),
            "bankrupt_price": D("45353.80"),
        },
        {"pnl_ratio": D("0.0132"), "roe": D("0.04"), "leverage": D("2.97")},
        id="list",
    ),
    pytest.param(
        {
            "init": D("22.4769666644"),
            "comm": D("0.0539546299"),
            "cross": D("0.01645214"),
            "loss": D("0.03766885"),
        },
        D("68900.7"),
        D("0.00003"),
        {
            "mark_value": D("68.9007"),
            "pnl": D("1.4698"),
            "margin": D("22.5097045843"),
            "backing": D("23.9795045843"),
            "maintenance": D("0.3931320569"),
            "liquidation_price": D("45314.33"),
            "bankrupt_price": D("44975.16"),
        },
        {"pnl_ratio": D("0.0218"), "roe": D("0.0654"), "leverage": D("2.87")},
        id="detail",
    ),
]


@pytest.mark.parametrize(("parts", "mark", "rate", "exact", "rounded"), SAMPLES)
def test_an_isolated_position_is_what_kucoin_shows(
    parts: dict[str, Decimal], mark: Decimal, rate: Decimal, exact: dict[str, Decimal], rounded: dict[str, Decimal]
) -> None:
    """Margin, maintenance, liquidation and bankruptcy price from the parts of KuCoin's own rows."""
    held = position(XBTUSDTM, qty=D(1), cost=D("67.4309"), **parts)
    figures = positions.isolated_figures(held, XBTUSDTM, TIER, mark, rate)
    assert {name: getattr(figures, name) for name in exact} == exact
    for name, value in rounded.items():
        assert getattr(figures, name).quantize(value) == value, name


def test_one_lot_of_an_inverse_contract() -> None:
    """ETHUSDM at 2457.12, mark 2454.12, cross at ten times."""
    made = opened(ETHUSDM, "2457.12", 10, MarginMode.CROSS)
    figures = positions.cross_figures(made, ETHUSDM, TIER, D("2454.12"), backing=D("0.0003"), others=D(0))
    assert made.cost == D("-0.0004069805")
    assert made.init == D("0.0000406981")
    assert figures.mark_value == D("-0.0004074780")
    assert figures.pnl == D("-4.975E-7")
    assert figures.margin == D("0.0000407478")
    assert figures.pnl_ratio.quantize(D("0.0001")) == D("-0.0012")
    assert figures.roe.quantize(D("0.0001")) == D("-0.0122")


@pytest.mark.parametrize("contract", [XBTUSDTM, XBTUSDM], ids=["linear", "inverse"])
@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
def test_at_the_liquidation_price_margin_and_profit_are_the_maintenance(contract: Contract, side: int) -> None:
    """And at the bankruptcy price only the fee for closing is left; rounding is against the holder."""
    lots = D(side * 100_000)
    made = position(contract)
    positions.extend(made, contract, lots, contract.value(lots, D(50_000)), D(10))
    figures = positions.isolated_figures(made, contract, TIER, D(50_000), D("0.0001"))
    assert figures.liquidation_price is not None
    assert figures.bankrupt_price is not None
    assert (figures.liquidation_price < 50_000) == (side == 1)
    for price, left in ((figures.liquidation_price, figures.maintenance), (figures.bankrupt_price, made.comm)):
        backing = made.margin + contract.value(lots, price) - made.cost
        step = abs(contract.value(lots, price) - contract.value(lots, price + contract.price_step))
        assert left <= backing <= left + step


def test_a_position_that_cannot_lose_its_margin_has_no_such_price() -> None:
    """More margin than it is worth: no price above zero ends a long."""
    made = opened(XBTUSDTM, "50000", 1)
    made.cross = D(1000)
    figures = positions.isolated_figures(made, XBTUSDTM, TIER, D(50_000), D(0))
    assert figures.liquidation_price is None
    assert figures.bankrupt_price is None


@pytest.mark.parametrize("contract", [XBTUSDTM, XBTUSDM], ids=["linear", "inverse"])
def test_closing_in_parts_pays_what_closing_at_once_pays(contract: Contract) -> None:
    """Rounding of parts leaves nothing behind."""
    at_once, in_parts = position(contract), position(contract)
    for made in (at_once, in_parts):
        positions.extend(made, contract, D(7), contract.value(D(7), D("49999.9")), D(3))
    gross = positions.reduce(at_once, D(-7), contract.value(D(-7), D(51_000)))
    parts = sum(positions.reduce(in_parts, D(-lots), contract.value(D(-lots), D(51_000))) for lots in (1, 2, 4))
    assert abs(gross - parts) <= D("2E-10")
    assert gross == -at_once.flow
    for made in (at_once, in_parts):
        assert (made.qty, made.cost, made.margin) == (0, 0, 0)


def test_order_margin_counts_maintenance_and_both_fees() -> None:
    """On top of the initial margin."""
    value = D("50")
    needed = positions.order_margin(XBTUSDTM, TIER, XBTUSDTM.value(D(1), D(50_000)), D(10))
    assert needed == value * (D("0.1") + D("0.005")) + value * D("0.0006") * (1 + D("1.1"))
