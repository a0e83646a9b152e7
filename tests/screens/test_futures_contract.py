"""The Funding and the Contract part of the futures page, over a sheet and payments made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.sheets import Sheet, basis
from kucoin.model.order import FeeRate, MarginMode
from kucoin.model.position import FundingPayment, FundingRate, RiskTier
from pages.widgets import futures_contract, futures_funding
from tests.pnl_scene import FakeLedger
from tests.push_scene import INVERSE, LINEAR, contract

D = Decimal
AT = datetime(2026, 3, 12, 8, tzinfo=UTC)
HOUR = 3_600_000
Drawn = Callable[[AppTest, str], dict[str, Any]]


def sheet(**changes: Any) -> Sheet:
    """A contract of which everything was read."""
    listed = contract(
        index_symbol=".KXBTUSDT",
        funding_interval_ms=8 * HOUR,
        funding_cap=D("0.003"),
        funding_floor=D("-0.003"),
        supports_cross=True,
        listed_at=datetime(2020, 3, 30, 8, tzinfo=UTC),
    )
    times = pd.date_range(AT, periods=3, freq="5min", name="time")
    index, premium = pd.Series([100.0, 101.0, 102.0], index=times), pd.Series([0.0001, -0.0002, 0.0003], index=times)
    usual = Sheet(
        listed,
        AT,
        tiers=(RiskTier(LINEAR, 1, D(0), D(100_000), D(125), D("0.008"), D("0.004")),),
        fee=FeeRate(LINEAR, taker=D("0.0006"), maker=D("0.0002")),
        funding=tuple(FundingRate(LINEAR, D(rate), AT - timedelta(hours=8 * n)) for n, rate in enumerate(RATES)),
        basis=basis(index, premium),
    )
    return replace(usual, **changes)


RATES = ("0.0001", "-0.0003", "0.0002")


def payment(number: int, funding: str) -> FundingPayment:
    """A payment, so many settlements ago."""
    at = AT - timedelta(hours=8 * number)
    return FundingPayment(number, LINEAR, D(funding), D("0.0001"), D(87000), -300, None, "USDT", MarginMode.CROSS, at)


def funding_part() -> None:
    """What AppTest runs for the one part."""
    from pages.widgets import futures_funding, session  # noqa: PLC0415  this function is a script of its own

    futures_funding.show(session.desk())


def contract_part() -> None:
    """And for the other."""
    from pages.widgets import futures_contract, session  # noqa: PLC0415  likewise

    futures_contract.show(session.desk())


@pytest.fixture
def scene(desk: Any) -> SimpleNamespace:
    """What the parts are told; a test may change it."""
    told = SimpleNamespace(sheet=sheet(), asked=[])

    def answer(symbol: str) -> Sheet | None:
        told.asked.append(symbol)
        return told.sheet  # type: ignore[no-any-return]  # a namespace has no types

    rules = [
        SimpleNamespace(symbol=name, futures="-" not in name) for name in ("BTC-USDT", LINEAR, INVERSE, "SOLUSDTM")
    ]
    desk.ledger = told.ledger = FakeLedger(paid=(payment(0, "-1.5"), payment(1, "0.25")))
    desk.sheets = SimpleNamespace(sheet=answer)
    desk.market = SimpleNamespace(symbols=lambda: told.rules)
    told.rules = rules
    return told


def said(app: AppTest) -> str:
    """All text."""
    kinds = (app.markdown, app.caption, app.header, app.subheader)
    return "\n".join(element.value.replace("\\", "").replace("\u2009", " ") for kind in kinds for element in kind)


def written(app: AppTest, name: str) -> pd.DataFrame:
    """A table as text, the way the browser shows it."""
    data = next(each.proto for each in app.dataframe if each.proto.alt == name).arrow_data
    return pa.ipc.open_stream(data.styler.display_values).read_pandas()


@pytest.fixture
def funding(scene: SimpleNamespace) -> AppTest:
    """The one part, looking at the linear contract."""
    assert scene.rules
    app = AppTest.from_function(funding_part, default_timeout=20)
    app.query_params["contract"] = LINEAR
    return app


@pytest.fixture
def about(scene: SimpleNamespace) -> AppTest:
    """The other part, likewise."""
    assert scene.rules
    app = AppTest.from_function(contract_part, default_timeout=20)
    app.query_params["contract"] = LINEAR
    return app


def test_each_position_tells_its_next_funding(funding: AppTest) -> None:
    """Rate, moment, estimate and what was paid so far, in the currency it is settled in."""
    table = funding.run().dataframe[0].value
    row = next(row for row in table.to_dict("records") if row["Contract"] == LINEAR)
    assert (row["Rate"], row["Next, UTC"]) == ("+0.0100\u2009%", "20:00")
    assert (row["Estimated"], row["Paid so far"], row["Settled in"]) == ("≈ −8.82", "−31.77", "USDT")


def test_payments_come_from_the_ledger(funding: AppTest) -> None:
    """Newest first, with their sum in words; a short position's size carries a true minus."""
    table = written(funding.run(), f"Funding paid and received on {LINEAR}")
    assert table["Amount, USDT"].tolist() == ["−1.50", "+0.25"]
    assert table["Contracts"].tolist() == ["−300", "−300"]
    assert "come to −1.25 USDT." in said(funding)


def test_rates_are_told_by_interval_and_by_year(funding: AppTest) -> None:
    """The last one and the average; who pays is said in words."""
    text = said(funding.run())
    assert "Last settled: +0.0100 % every 8 h, +10.95 % a year; longs pay shorts." in text
    bars = json.loads(funding.get("plotly_chart")[0].proto.spec)["data"][0]
    assert bars["y"] == [0.0002, -0.0003, 0.0001]


def test_an_unknown_interval_is_no_year(funding: AppTest, scene: SimpleNamespace) -> None:
    """What KuCoin did not tell is not reckoned with."""
    scene.sheet = sheet(contract=contract(funding_interval_ms=None))
    text = said(funding.run())
    assert "+0.0100 % at a settlement; longs pay" in text
    assert "a year" not in text


def test_nothing_paid_is_a_sentence(funding: AppTest, scene: SimpleNamespace) -> None:
    """With what comes next."""
    scene.ledger.paid = ()
    assert f"No funding was paid or received on {LINEAR}." in said(funding.run())


def test_a_contract_that_was_not_read_says_why(funding: AppTest, scene: SimpleNamespace) -> None:
    """Being read, or refused: two sentences."""
    scene.sheet = sheet(funding=None)
    assert "The rates are being read from KuCoin." in said(funding.run())
    scene.sheet = sheet(funding=None, problems={"funding": "HTTP 504 after 10 s"})
    assert "Not read: HTTP 504 after 10 s" in said(funding.run()).replace("**", "")


def test_the_choice_of_a_contract_is_kept(funding: AppTest, scene: SimpleNamespace) -> None:
    """Over drawings; only contracts are offered."""
    funding.run()
    choice = funding.selectbox(key="contract")
    assert choice.options == [LINEAR, INVERSE, "SOLUSDTM"]
    choice.set_value(INVERSE).run()
    funding.run()
    assert scene.asked[-2:] == [INVERSE, INVERSE]


def test_without_an_address_the_nearest_to_liquidation_is_shown(about: AppTest, scene: SimpleNamespace) -> None:
    """The positions stand in that order; nonsense in the address counts for nothing."""
    about.query_params["contract"] = "NOSUCHM"
    about.run()
    assert scene.asked == ["SOLUSDTM"]


def test_a_list_that_was_not_read_yet_is_waited_for(about: AppTest, scene: SimpleNamespace) -> None:
    """Nothing is asked for."""
    scene.rules = []
    assert "being read from KuCoin" in said(about.run())
    assert not scene.asked


def test_the_contract_part_shows_rules_tiers_and_basis(about: AppTest, drawn: Drawn) -> None:
    """Live figures come over the push socket; the rest from the sheet."""
    about.run()
    assert drawn(about, "contract-facts")["panel"] == f"head:{LINEAR}"
    tiers = written(about, "Risk limits level by level")
    assert tiers.values.tolist() == [["1", "100,000", "125×", "0.80\u2009%", "0.40\u2009%"]]
    text = said(about)
    assert "Basis from −0.0200 % to +0.0300 %" in text
    assert "KuCoin keeps no past mark prices" in text
    assert "0.020 % / 0.060 %" in text


def test_each_part_of_a_sheet_fails_alone(about: AppTest, scene: SimpleNamespace) -> None:
    """The reason stands where the part would."""
    problems = {name: f"no {name}" for name in ("tiers", "fee", "basis")}
    scene.sheet = sheet(tiers=None, fee=None, basis=None, problems=problems)
    text = said(about.run()).replace("**", "")
    for reason in ("Not read: no tiers", "Not read: no basis", "Your own fees were not read: no fee"):
        assert reason in text
    assert "Settled in" in text


def test_what_a_contract_does_not_tell_is_a_dash() -> None:
    """Cell by cell."""
    bare = contract(max_leverage=None, funding_interval_ms=None)
    told = dict(futures_contract.specification(bare, None))
    for label in ("Listed", "Largest order", "Highest leverage", "Funding", "Initial margin from", "Margin", "Index"):
        assert told[label] == "–"
    assert told["Your fee, maker / taker"] == "– / –"
    assert told["One contract"] == "0.001 XBT"
    assert dict(futures_contract.specification(contract(INVERSE), None))["One contract"] == "1 USD"


def test_a_rate_by_the_year_is_the_sum_of_its_settlements() -> None:
    """Three a day at 0.01 % are 10.95 %."""
    assert futures_funding.annualised(D("0.0001"), 8 * HOUR) == D("0.1095")
