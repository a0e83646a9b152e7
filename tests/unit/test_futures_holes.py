"""What the futures page gets to see of answers with holes: unknown in that cell, and nothing else broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.futures import Futures, FuturesView
from kucoin.errors import OutcomeUnknown
from tests.futures_scene import ACCOUNTS, CONTRACTS, INVERSE, LINEAR, Scene

D = Decimal
UNKNOWN = None

Cells = dict[tuple[str, ...], Any]


def cells(view: FuturesView) -> Cells:
    """Every figure of a view by where it stands."""
    found: Cells = {("view", name): getattr(view, name) for name in ("standing", "reason", "hedge", "problem")}
    rows: list[tuple[tuple[str, ...], Any]] = [(("account", line.currency), line) for line in view.accounts]
    rows += [((line.symbol,), line) for line in view.positions]
    rows += [(("totals", line.currency), line) for line in view.totals]
    return found | {(*where, each.name): getattr(row, each.name) for where, row in rows for each in fields(row)}


# What becomes of the figures where a field is missing: unknown, or what is known otherwise. Any other field is not
# shown, or is there twice.
LINEAR_HOLES: dict[str, Cells] = {
    "leverage": {("XBTUSDTM", "leverage"): UNKNOWN},
    "avgEntryPrice": {("XBTUSDTM", "entry"): UNKNOWN},
    "delevPercentage": {("XBTUSDTM", "adl_rank"): UNKNOWN},
    "posMargin": {("XBTUSDTM", "margin"): UNKNOWN},
    "posInit": {("XBTUSDTM", "roe"): UNKNOWN},
    "posCost": {("XBTUSDTM", "plain_return"): UNKNOWN, ("XBTUSDTM", "break_even"): UNKNOWN},
    "realisedPnl": {("XBTUSDTM", "break_even"): UNKNOWN},
    "fundingFee": {("XBTUSDTM", "funding_paid"): UNKNOWN, ("totals", "USDT", "funding_paid"): UNKNOWN},
    "unrealisedPnl": {
        **{("XBTUSDTM", name): UNKNOWN for name in ("unrealised", "roe", "plain_return")},
        ("totals", "USDT", "unrealised"): UNKNOWN,
        ("totals", "USDT", "partial"): True,
    },
    "marginMode": {("XBTUSDTM", "margin_mode"): ""},
    "liquidationPrice": {
        ("XBTUSDTM", "liquidation"): D("45704.4316456"),  # KuCoin shows 45704.44
        ("XBTUSDTM", "distance"): 1 - D("45704.4316456") / D("68323.06"),
    },
    # |cost| × (maintenance + funding + taker rate × (1 + 1 ÷ leverage)), over the equity.
    "posMaint": {
        ("totals", "USDT", "margin_ratio"): D("67.4309")
        * (D("0.0052") + D("0.0006") * (1 + 1 / D("2.97")))
        / D("100.89216")
    },
}
WORTH, EQUITY = 1 / D("2454.12"), D("0.0009995025")  # of the inverse position, and of its account
KEPT = D("0.0023") * EQUITY
LOWEST = D("0.0056") * WORTH / EQUITY  # the margin ratio by the lowest tier, while the exchange's ratio is of no use
INVERSE_HOLES: dict[str, Cells] = {
    "leverage": {("ETHUSDM", "leverage"): UNKNOWN},
    "avgEntryPrice": {("ETHUSDM", "entry"): UNKNOWN},
    "delevPercentage": {("ETHUSDM", "adl_rank"): UNKNOWN},
    "posMargin": {("ETHUSDM", "margin"): UNKNOWN},
    "posInit": {("ETHUSDM", "roe"): UNKNOWN},
    "posCost": {("ETHUSDM", "plain_return"): UNKNOWN, ("ETHUSDM", "break_even"): UNKNOWN},
    "realisedPnl": {("ETHUSDM", "break_even"): UNKNOWN},
    "fundingFee": {("ETHUSDM", "funding_paid"): UNKNOWN, ("totals", "ETH", "funding_paid"): UNKNOWN},
    # Taken for isolated: maintenance, the coming funding and the fee for closing, on its cost.
    "marginMode": {
        ("ETHUSDM", "margin_mode"): "",
        ("totals", "ETH", "margin_ratio"): D("4.069805E-4") * (D("0.0052") + D("0.0006") * D("1.1")) / EQUITY,
    },
    # A long dollar is worth more coins as the price falls: at x times as many, what stands behind it is what it keeps.
    "liquidationPrice": {
        ("ETHUSDM", "liquidation"): D("2454.12") * (KEPT + WORTH) / (EQUITY + WORTH),
        ("ETHUSDM", "distance"): 1 - (KEPT + WORTH) / (EQUITY + WORTH),
    },
    "unrealisedPnl": {
        **{("ETHUSDM", name): UNKNOWN for name in ("unrealised", "roe", "plain_return")},
        ("totals", "ETH", "unrealised"): UNKNOWN,
        ("totals", "ETH", "partial"): True,
        ("totals", "ETH", "margin_ratio"): LOWEST,
    },
}
RULES = ("coins", "value", "break_even", "funding_rate", "funding_at", "funding_next", "base_currency", "price_places")
CONTRACT_GONE: Cells = {
    **{("XBTUSDTM", name): UNKNOWN for name in RULES},
    **{("totals", "USDT", name): UNKNOWN for name in ("long", "net", "hedged")},
    ("totals", "USDT", "partial"): True,
}
CONTRACT_HOLES: dict[str, Cells] = {
    **dict.fromkeys(("baseCurrency", "quoteCurrency", "settleCurrency", "status", "isInverse"), CONTRACT_GONE),
    **dict.fromkeys(("symbol", "multiplier", "tickSize", "lotSize"), CONTRACT_GONE),
    "takerFeeRate": {("XBTUSDTM", "break_even"): UNKNOWN},
    "fundingFeeRate": {("XBTUSDTM", "funding_rate"): UNKNOWN, ("XBTUSDTM", "funding_next"): UNKNOWN},
    "nextFundingRateDateTime": {("XBTUSDTM", "funding_at"): UNKNOWN},
}
ACCOUNT_HOLES: dict[str, Cells] = {
    "availableBalance": {("account", "ETH", "available"): UNKNOWN},
    "positionMargin": {("account", "ETH", "position_margin"): UNKNOWN},
    "orderMargin": {("account", "ETH", "order_margin"): UNKNOWN},
    "frozenFunds": {("account", "ETH", "frozen"): UNKNOWN},
    "riskRatio": {
        ("account", "ETH", "risk_ratio"): UNKNOWN,
        ("totals", "ETH", "margin_ratio"): LOWEST,
    },
}
IDENTITY = {"symbol", "currentQty"}  # a row without these is no position: the last reading stands, and it is said


def holes(row: dict[str, Any], known: dict[str, Cells]) -> list[Any]:
    """Each field of ``row`` once missing and once null, with the figures that change by it."""
    found = []
    for name in sorted(row.keys() - IDENTITY):
        without = {key: value for key, value in row.items() if key != name}
        for how, spoilt in (("missing", without), ("null", row | {name: None})):
            found.append(pytest.param(spoilt, known.get(name, {}), id=f"{name} {how}"))
    return found


def differing(scene: Scene, change: Callable[[], object]) -> Cells:
    """The figures that ``change`` changes, and what they are then."""
    before = cells(scene.see())
    change()
    after = cells(scene.see())
    assert before.keys() == after.keys()
    return {where: figure for where, figure in after.items() if figure != before[where]}


def check(found: Cells, expected: Cells) -> None:
    """The same figures, to four digits where a price is estimated."""
    assert found.keys() == expected.keys()
    for where, figure in expected.items():
        if isinstance(figure, Decimal):
            assert found[where] == pytest.approx(figure, rel=D("1E-4")), where
        else:
            assert found[where] == figure, where


@pytest.mark.parametrize(("row", "expected"), holes(LINEAR, LINEAR_HOLES))
def test_a_hole_in_a_position_is_one_in_its_cells(row: dict[str, Any], expected: Cells) -> None:
    """Unknown there, and nothing else is touched: not the rest of the row, nor the other one, nor the account."""
    scene = Scene()
    check(differing(scene, lambda: scene.tell(positions=[row, INVERSE])), expected)


@pytest.mark.parametrize(("row", "expected"), holes(INVERSE, INVERSE_HOLES))
def test_a_hole_in_a_cross_position_is_one_in_its_cells(row: dict[str, Any], expected: Cells) -> None:
    """Where what the exchange does not tell can be reckoned, it is: the liquidation price."""
    scene = Scene()
    check(differing(scene, lambda: scene.tell(positions=[LINEAR, row])), expected)


@pytest.mark.parametrize("name", sorted(IDENTITY))
@pytest.mark.parametrize("how", ["missing", "null"])
def test_a_position_of_unknown_symbol_or_size_is_none(name: str, how: str) -> None:
    """The whole answer is refused, so that no sum lacks it, and the reason names the field."""
    row = {key: value for key, value in LINEAR.items() if key != name} if how == "missing" else LINEAR | {name: None}
    with pytest.raises(OutcomeUnknown, match=f"row 0 has no readable {name}"):
        Scene().tell(positions=[row])


@pytest.mark.parametrize(("row", "expected"), holes(CONTRACTS[0], CONTRACT_HOLES))
def test_a_hole_in_a_contract_is_one_in_the_cells_that_need_it(row: dict[str, Any], expected: Cells) -> None:
    """Without its kind or its multiplier the whole contract is unknown; what the exchange reckons itself stays."""
    scene = Scene()
    check(differing(scene, lambda: scene.tell(contracts=[row, CONTRACTS[1]])), expected)


@pytest.mark.parametrize(("row", "expected"), holes(ACCOUNTS["ETH"], ACCOUNT_HOLES))
def test_a_hole_in_an_account_is_one_in_its_cells(row: dict[str, Any], expected: Cells) -> None:
    """Equity is margin balance and gain, so that each of the three can be missed."""
    if "currency" not in row or row["currency"] is None:
        with pytest.raises(OutcomeUnknown, match="currency"):
            Scene().tell(accounts=ACCOUNTS | {"ETH": row})
        return
    scene = Scene()
    found = differing(scene, lambda: scene.tell(accounts=ACCOUNTS | {"ETH": row}))
    if row.get("orderMargin") is None or row.get("marginBalance") is None:
        # The ratio cannot be carried on then, so it is as the exchange told it: no other figure.
        found = {where: figure for where, figure in found.items() if where[-1] not in {"risk_ratio", "margin_ratio"}}
    check(found, expected)


def test_a_ratio_that_was_never_told_makes_nothing_safer() -> None:
    """What cross positions must keep is reckoned by the lowest tier then; it is not nothing."""
    scene = Scene()
    row = ACCOUNTS["ETH"] | {"riskRatio": None}
    later = scene.tell(accounts=ACCOUNTS | {"ETH": row})
    first = Futures(scene.accounts, scene.orders, scene.hub, scene.refresher).view()  # type: ignore[arg-type]  # as there
    assert [total.margin_ratio for total in first.totals] == [total.margin_ratio for total in later.totals]
    assert all(total.margin_ratio for total in first.totals)


def test_nothing_known_of_an_account_is_no_zero() -> None:
    """Neither equity nor margin balance: the account's cells are unknown."""
    row = ACCOUNTS["USDT"] | {"accountEquity": None, "marginBalance": None}
    view = Scene().tell(accounts=ACCOUNTS | {"USDT": row})
    assert (view.accounts[0].currency, view.accounts[0].equity) == ("USDT", None)
    assert view.totals[0].margin_ratio is None
