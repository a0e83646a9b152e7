"""What was paid for what is held: by hand, with fees, and unknown wherever the trades do not explain all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kucoin.desk import upkeep
from kucoin.desk.cost_basis import Trade, explain, trades
from kucoin.desk.costs import Costs
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Side, TradeType
from tests.feed_server import until

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
BEFORE = NOON - timedelta(days=1)


def fill(
    number: int, side: str, size: str, price: str, *, fee: str = "0", of: str = "USDT", on: str = ""
) -> LedgerFill:
    """A fill of SOL, or of another pair, so many minutes after noon."""
    symbol = on or "SOL-USDT"
    return LedgerFill(
        symbol=symbol,
        trade_id=str(number),
        order_id="o",
        side=Side(side),
        type=None,
        trade_type=None if "-" not in symbol else TradeType.TRADE,
        liquidity=None,
        price=Decimal(price),
        size=Decimal(size),
        funds=Decimal(size) * Decimal(price),
        fee=Decimal(fee),
        fee_rate=None,
        fee_currency=of,
        at=NOON + timedelta(minutes=number),
    )


def past(currency: str, *fills: LedgerFill) -> list[Trade]:
    """What fills did to a currency."""
    return [trade for each in fills for name, trade in trades(each) if name == currency]


def price(currency: str, _at: datetime) -> Decimal | None:
    """KCS cost 10 USDT, BTC 50,000; nothing else is known."""
    return {"KCS": Decimal(10), "BTC": Decimal(50_000)}.get(currency)


def cost(currency: str, held: str, *fills: LedgerFill, since: datetime | None = BEFORE) -> Decimal | None:
    """What is known of a holding; why not is said wherever it is not."""
    dust = Decimal("0.0001")
    found = explain(currency, Decimal(held), past(currency, *fills), dust=dust, since=since, price=price)
    assert bool(found.why) == (found.cost is None)
    return found.cost


def test_a_fee_that_is_not_told_leaves_the_cost_unknown() -> None:
    """It is not nothing, and in what it was taken is not known either."""
    assert cost("SOL", "2", fill(1, "buy", "2", "100")) == 200
    assert cost("SOL", "2", replace(fill(1, "buy", "2", "100"), fee=None)) is None


@pytest.mark.parametrize(
    ("held", "fills", "expected"),
    [
        # 2 at 100 and 1 at 130 and their fees, of which a third goes: (200.2 + 130.13) * 2/3
        (
            "2",
            [
                fill(1, "buy", "2", "100", fee="0.2"),
                fill(2, "buy", "1", "130", fee="0.13"),
                fill(3, "sell", "1", "150"),
            ],
            "220.22",
        ),
        ("1.998", [fill(1, "buy", "2", "100", fee="0.002", of="SOL")], "200"),  # a fee in the coin itself is less coin
        ("2", [fill(1, "buy", "2", "100", fee="0.01", of="KCS")], "200.1"),
        ("2", [fill(1, "buy", "2", "0.002", on="SOL-BTC", fee="0.00001", of="BTC")], "200.5"),
        ("1", [fill(1, "buy", "9", "70"), fill(2, "sell", "9", "90"), fill(3, "buy", "1", "100")], "100"),  # anew
        ("1", [fill(1, "sell", "5", "70"), fill(2, "buy", "1", "100")], "100"),  # a deposit was sold before
        ("1.00004", [fill(1, "buy", "1", "100")], "100"),  # a speck may have come otherwise
    ],
)
def test_a_holding_costs_what_was_paid_for_it(held: str, fills: list[LedgerFill], expected: str) -> None:
    """The average of all that was bought since nothing was held, fees included."""
    found = cost("SOL", held, *fills)
    assert found is not None
    assert abs(found - Decimal(expected)) < Decimal("1e-20")


def test_what_a_sale_brought_costs_what_was_sold() -> None:
    """Two KCS at 10 USDT brought bitcoin, whose fee is less bitcoin: the quote side of a pair is bought as well."""
    assert cost("BTC", "0.0199", fill(1, "sell", "2", "0.01", on="KCS-BTC", fee="0.0001", of="BTC")) == Decimal(20)


@pytest.mark.parametrize(
    ("held", "fills"),
    [
        ("3", [fill(1, "buy", "2", "100")]),  # one came otherwise
        ("1", [fill(1, "buy", "2", "100")]),  # one went otherwise
        ("1", []),
        ("-1", [fill(1, "sell", "1", "100")]),  # owed
        ("2", [fill(1, "buy", "2", "100", on="SOL-EUR", of="EUR")]),  # paid for with what has no known price
        ("2", [fill(1, "buy", "2", "100", fee="0.1", of="TRX")]),
    ],
)
def test_what_trades_do_not_explain_has_no_cost(held: str, fills: list[LedgerFill]) -> None:
    """Unknown, with its reason; never an average of only a part."""
    assert cost("SOL", held, *fills) is None


@pytest.mark.parametrize("since", [None, NOON + timedelta(seconds=90)])
def test_trades_explain_nothing_before_they_are_complete(since: datetime | None) -> None:
    """A trade that is known by chance says nothing of those around it."""
    assert cost("SOL", "2", fill(1, "buy", "2", "100"), since=since) is None


@pytest.fixture
def fills() -> list[LedgerFill]:
    """What is kept; a test puts more to it."""
    return [fill(1, "buy", "2", "100"), fill(5, "buy", "1", "100", on="XBTUSDTM")]


@pytest.fixture
def costs(fills: list[LedgerFill], monkeypatch: pytest.MonkeyPatch) -> Iterator[Costs]:
    """At work on the fills, without a rest between two passes."""
    monkeypatch.setattr(upkeep, "_SPACING", 0.0)
    working = Costs(lambda: list(fills), lambda: BEFORE, price, on=True)
    working.start()
    yield working
    working.stop()


def test_costs_follow_amounts_and_trades(costs: Costs, fills: list[LedgerFill]) -> None:
    """Asked for, worked out, and anew with another amount, a new trade, and an older one that turns up late."""

    def known(held: str) -> Decimal | None:
        return costs.of("SOL", Decimal(held), Decimal(100)).cost

    assert known("2") is None
    until(lambda: known("2") == 200, 30)
    assert known("3") is None
    fills.append(fill(3, "buy", "1", "130"))
    fills.sort(key=lambda each: each.at)
    until(lambda: known("3") == 330, 30)
    fills.append(fill(6, "sell", "1", "130"))
    until(lambda: known("2") == 220, 30)
