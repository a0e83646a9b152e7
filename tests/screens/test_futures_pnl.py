"""What futures trading earned, as the page shows it: over a ledger made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.rounds import Closed
from kucoin.desk.upkeep import Progress
from kucoin.model.ledger import EquityPoint
from pages.widgets import futures_closed, futures_pnl, ledger_line
from tests.pnl_scene import FakeLedger, ended, exchange_says, reported

D = Decimal


def ago(days: float) -> datetime:
    """A moment, so many days before now."""
    return datetime.now(UTC) - timedelta(days=days)


def positions() -> list[Closed]:
    """Two gains and a loss of the last days, one gain of seven weeks ago, one settled in bitcoin."""
    inverse = {"settle_currency": "XBT", "fees": D("-0.0001"), "funding": D(0)}
    return [
        ended(ago(1), "212.46"),
        ended(ago(2), "-170.50", "SOLUSDTM", is_long=False),
        ended(ago(3), "470.08"),
        ended(ago(50), "1000"),
        ended(ago(4), "0.00341", "XBTUSDM", **inverse),
    ]


def page() -> None:
    """What AppTest runs: nothing but the section."""
    from pages.widgets import futures_pnl, session  # noqa: PLC0415  this function is a script of its own

    futures_pnl.show(session.desk())


@pytest.fixture
def ledger(desk: Any) -> FakeLedger:
    """The desk's ledger."""
    desk.ledger = FakeLedger(positions())
    return desk.ledger  # type: ignore[no-any-return]  # the fake desk is declared without one


@pytest.fixture
def section(ledger: FakeLedger) -> AppTest:
    """The section over the ledger, not yet run."""
    assert ledger.generation
    return AppTest.from_function(page, default_timeout=20)


def said(app: AppTest) -> str:
    """All text of the page as a reader sees it."""
    kinds = (app.header, app.subheader, app.markdown, app.caption, app.warning)
    below = [second for *_, second in given(app, "pnl-figures").get("figures", ())]
    return "\n".join([*(element.value.replace("\\", "") for kind in kinds for element in kind), *below])


def given(app: AppTest, key: str) -> dict[str, Any]:
    """What a component has to draw; nothing where it is not on the page."""
    found = {element.proto.id.split("-", 2)[-1]: element.proto.json for element in app.get("bidi_component")}
    return dict(json.loads(found.get(key, "{}")))


def figures(app: AppTest) -> dict[str, str]:
    """The figures by their labels."""
    return {label: value for label, value, _ in given(app, "pnl-figures").get("figures", ())}


def written(app: AppTest, key: str = "closed-table") -> pd.DataFrame:
    """A table as text, the way the browser shows it."""
    return pd.DataFrame({column["name"]: column["texts"] for column in given(app, key)["columns"]})


def drawn(app: AppTest, place: int) -> list[dict[str, Any]]:
    """The traces of a plot."""
    return list(json.loads(app.get("plotly_chart")[place].proto.spec)["data"])


def test_the_figures_are_the_ledgers(section: AppTest) -> None:
    """Net is price, fees and funding together, each with its sign, in one settlement currency."""
    shown = figures(section.run())
    assert shown == {
        "Net": "+445.32",
        "Price": "+512.04",
        "Fees": "−62.46",
        "Funding": "−4.26",
        "Won": "67\u2009%",
        "Average win": "+319.03",
    }
    text = said(section)
    for second in ("best day +448, worst −193", "6 payments", "2 of 3 closed", "average loss −192.74", "0.042"):
        assert second in text


def test_a_span_begins_at_midnight(section: AppTest, ledger: FakeLedger) -> None:
    """Today counts as one of its days; all time has no beginning."""
    section.run()
    section.button_group(key="pnl-span").set_value("All").run()
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=29)
    assert ledger.asked == [("USDT", first), ("USDT", None)]
    assert figures(section)["Net"] == "+1,423.08"


def test_the_settlement_currency_is_a_choice(section: AppTest) -> None:
    """Each has figures of its own, in its own decimals."""
    section.run()
    section.button_group(key="pnl-currency").set_value("XBT").run()
    assert figures(section)["Net"] == "+0.00331000"
    assert written(section)["Net"].tolist() == ["+0.00331000"]


def test_nonsense_in_the_address_falls_back(section: AppTest, ledger: FakeLedger) -> None:
    """To what most accounts are settled in, and to all contracts."""
    section.query_params["pnl-currency"] = "XYZ"
    section.query_params["pnl-contract"] = "NOSUCHM"
    section.run()
    assert {currency for currency, _ in ledger.asked} == {"USDT"}
    assert len(written(section)) == 3


def test_a_single_currency_is_no_choice(section: AppTest, ledger: FakeLedger) -> None:
    """Nothing is offered that there is only one of."""
    ledger.positions = ledger.positions[:4]
    assert "pnl-currency" not in [group.key for group in section.run().button_group]


def test_nothing_is_asked_again_until_the_ledger_changed(section: AppTest, ledger: FakeLedger) -> None:
    """A drawing costs no report, and plots stay what they are; a fill shows with the next drawing."""
    section.run()
    before = section.get("plotly_chart")[0].proto.spec
    section.run()
    assert (len(ledger.asked), section.get("plotly_chart")[0].proto.spec) == (1, before)
    ledger.positions.append(ended(ago(0), "1000"))
    ledger.generation += 1
    assert figures(section.run())["Net"] == "+1,423.08"


def test_a_changed_ledger_draws_the_page_anew(
    section: AppTest, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line below the heading looks at it every few seconds, and no reader has to do anything."""
    monkeypatch.setattr(ledger_line, "_CADENCE", 1.0)
    progress = ledger.progress

    def told() -> Progress:
        if len(ledger.asked) == 1:
            ledger.generation = 2
        return progress()

    monkeypatch.setattr(ledger, "progress", told)
    section.run()
    assert len(ledger.asked) == 2


def test_a_ledger_that_was_not_read_shows_no_zeros(section: AppTest, ledger: FakeLedger) -> None:
    """It says so, and how far it is, as a bar with the stage in words."""
    ledger.unread = True
    ledger.state = Progress("syncing", "Reading fills", done=30, total=120, since=ago(8))
    section.run()
    assert not figures(section)
    assert "Not read yet" in said(section)
    (bar,) = section.get("progress")
    assert (bar.proto.value, bar.proto.text) == (25, "Reading fills")


def test_before_the_first_sync_ends_nothing_is_not_said_to_be_nothing(section: AppTest, ledger: FakeLedger) -> None:
    """An empty journal is read at once, and says nothing of what the exchange has."""
    ledger.positions = []
    ledger.state = Progress("syncing", "fills of 25 August 2026", done=30, total=120, since=ago(89))
    section.run()
    assert "Not read yet" in said(section)
    assert "Nothing was" not in said(section)


def test_a_failed_sync_says_why_and_what_comes_next(section: AppTest, ledger: FakeLedger) -> None:
    """What was read before stays."""
    ledger.state = replace(ledger.state, state="failed", problem="HTTP 504 after 10 s.")
    section.run()
    (warning,) = section.warning
    assert "HTTP 504 after 10 s. It is tried again" in warning.value.replace("\\", "")
    assert figures(section)["Net"] == "+445.32"


def test_an_empty_span_names_the_next_step(section: AppTest, ledger: FakeLedger) -> None:
    """Nothing realised is a sentence, not a row of zeros; the ledger's age stands below."""
    ledger.positions = [ended(ago(50), "1000")]
    section.run()
    assert not figures(section)
    text = said(section)
    assert "Nothing was realised in 30 days." in text
    assert "Choose a longer span" in text
    assert "synchronised 40 s ago" in text


def test_days_before_the_ledger_are_not_drawn(section: AppTest, ledger: FakeLedger) -> None:
    """And days within it on which nothing happened are: that much is known."""
    ledger.state = replace(ledger.state, since=ago(2))
    section.run()
    bars = drawn(section, 0)[2]
    days = {ago(place).date() for place in range(3)}
    assert {pd.Timestamp(day).date() for day in bars["x"]} == days
    assert "Days before the ledger is complete" in said(section)


def test_closed_positions_stand_newest_first(section: AppTest) -> None:
    """Rounded to cents, with signs, and what agrees with the exchange is 0.00."""
    table = written(section.run())
    assert list(table)[:4] == [
        "Closed, UTC",
        "Contract",
        "Net",
        "Difference to exchange",
    ]  # all that a phone has room for
    assert table["Net"].tolist() == ["+190.22", "−192.74", "+447.84"]
    assert table["Side"].tolist() == ["Long 10×", "Short 10×", "Long 10×"]
    assert table["Price PnL"].tolist() == ["+212.46", "−170.50", "+470.08"]
    assert set(table["Difference to exchange"]) == {"0.00"}
    assert "Missing fills" not in table
    assert "Every one agrees with the exchange." in said(section)


def test_a_difference_names_the_fills_that_are_missing(section: AppTest, ledger: FakeLedger) -> None:
    """The amount stands in its column, the words in the next; such a row shows the exchange's figures."""
    words = "12 lots sold between 09:10 and 09:47 UTC are missing"
    ledger.positions[0] = replace(ledger.positions[0], difference=D("-0.42"), missing=words)
    ledger.positions[1] = replace(ledger.positions[1], round=None, difference=None)
    table = written(section.run())
    assert table["Difference to exchange"].tolist() == ["−0.42", "–", "0.00"]
    assert table["Missing fills"].tolist() == [words, "", ""]
    assert table["Contracts"].tolist() == ["–", "–", "300"]
    text = said(section)
    assert "1 differs from the exchange" in text
    assert "1 cannot be compared" in text


def test_rounding_is_not_taken_for_missing_fills(section: AppTest, ledger: FakeLedger) -> None:
    """A unit of the last decimal at each fill is the exchange's; one more is a difference, and so is a named fill."""
    ledger.positions[0] = replace(ledger.positions[0], difference=D("0.00000004"))
    assert "1 differs by no more than the exchange's rounding." in said(section.run())
    assert written(section)["Difference to exchange"].tolist() == ["+<0.01", "0.00", "0.00"]
    for changes in ({"difference": D("-0.00000005")}, {"missing": "2 lots bought after 09:10 UTC are missing"}):
        changed = [replace(ledger.positions[0], **changes)]
        assert "1 differs from the exchange" in futures_closed.summary(changed, "All")


def test_what_the_exchange_did_not_tell_is_a_dash(section: AppTest, ledger: FakeLedger) -> None:
    """In its cell, and nothing else breaks."""
    untold = dict.fromkeys(("kind", "leverage", "trade_fee", "funding_fee", "roe", "open_price", "close_price"))
    told = exchange_says(ago(1), "190.22", opened_at=None, margin_mode=None, **untold)
    ledger.positions[0] = Closed(None, told, None, "", None, None)
    row = written(section.run()).iloc[0].to_dict()
    assert row.pop("Net") == "+190.22"
    assert row.pop("Contract") == "XBTUSDTM"
    row.pop("Closed, UTC")
    assert set(row.values()) == {"–"}


def test_a_contract_can_be_looked_at_alone(section: AppTest) -> None:
    """The figures above stay those of all contracts."""
    section.run()
    section.selectbox(key="pnl-contract").set_value("SOLUSDTM").run()
    assert written(section)["Net"].tolist() == ["−192.74"]
    assert figures(section)["Net"] == "+445.32"


def test_long_ledgers_come_page_by_page(section: AppTest, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first; the browser gets no more than a page at a time."""
    monkeypatch.setattr(futures_closed, "PAGE", 2)
    ledger.positions = [ended(ago(days / 8), str(100 + days)) for days in range(5)]
    section.run()
    assert written(section)["Price PnL"].tolist() == ["+100.00", "+101.00"]
    section.session_state["closed-page"] = 3
    assert written(section.run())["Price PnL"].tolist() == ["+104.00"]


def test_a_file_is_made_only_when_it_is_asked_for(section: AppTest, ledger: FakeLedger) -> None:
    """Four of them are offered; a drawing makes none."""
    section.run()
    buttons = [element.proto for element in section.get("download_button")]
    assert [button.label for button in buttons] == ["CSV", "Parquet"] * 2
    assert all(button.deferred_file_id and not button.url for button in buttons)
    assert not ledger.exported


def test_contracts_are_summed_up(section: AppTest) -> None:
    """Best first, and the best and the worst position in words."""
    table = written(section.run(), "pnl-by-contract")
    assert table[["Contract", "Net", "Won"]].values.tolist() == [
        ["XBTUSDTM", "+638.06", "2"],
        ["SOLUSDTM", "−192.74", "0"],
    ]
    text = said(section)
    assert "Best: XBTUSDTM long, +447.84 USDT, closed" in text
    assert "Worst: SOLUSDTM short, −192.74 USDT, closed" in text


def test_equity_is_drawn_where_it_was_recorded(section: AppTest, ledger: FakeLedger) -> None:
    """A line that ends at a gap and goes on behind it, which is shaded and named."""
    times = [ago(1) + timedelta(minutes=5 * place) for place in (0, 1, 2, 50, 51)]
    ledger.points = tuple(EquityPoint("USDT", D(50_000 + place), None, at) for place, at in enumerate(times))
    section.run()
    spec = json.loads(section.get("plotly_chart")[1].proto.spec)
    assert spec["data"][0]["y"] == [50000.0, 50001.0, 50002.0, None, 50003.0, 50004.0, None]
    assert len(spec["layout"]["shapes"]) == 1
    assert "Shaded: nothing was recorded" in said(section)


def test_what_no_figure_holds_is_said() -> None:
    """Lots whose price the ledger does not know, and days before it is complete."""
    report = reported([ended(ago(9), "100"), ended(ago(1), "100")])
    assert futures_pnl.notes(report, ago(10).date(), 11) == []
    (unpriced,) = futures_pnl.notes(replace(report, unpriced=2), ago(10).date(), 11)
    assert unpriced.startswith("Contracts were closed 2 times whose price the ledger does not know")
    before, weeks = futures_pnl.notes(report, ago(5).date(), 120)
    assert before.startswith("Days before the ledger is complete")
    assert weeks == "The calendar shows the newest 14 weeks."


def test_an_unknown_average_is_a_dash() -> None:
    """No position ended: there is no rate to tell, and no zero."""
    report = replace(
        reported([ended(ago(1), "100")]), win_rate=None, average_win=None, average_loss=None, turnover=D(0)
    )
    shown = {label: (value, second) for label, value, second in futures_pnl.metrics(report)}
    assert shown["Won"][0] == "–"
    assert shown["Average win"] == ("–", "average loss –")
    assert shown["Fees"][1] == "nothing was traded"


def test_a_chosen_position_tells_both_sides() -> None:
    """Every digit of our net and of the exchange's."""
    position = replace(ended(ago(1), "100.000004"), difference=D("0.000004"))
    text = futures_closed.told(position, datetime.now(UTC))
    assert "Our 4 fills: 77.760004 USDT net." in text
    assert "The exchange: 77.760004 USDT net." in text
    assert "Difference 0.000004 USDT." in text


@pytest.mark.parametrize(
    ("progress", "sentence"),
    [
        (Progress("off"), "No ledger is kept: it needs an API key with futures."),
        (Progress("waiting"), "The ledger waits until the API key has been looked at."),
        (Progress("reading"), "Reading what this machine has kept of the ledger."),
        (Progress("syncing"), "The ledger holds nothing yet, being read from the exchange."),
        (Progress("failed"), "The ledger holds nothing yet, not synchronised yet."),
    ],
)
def test_each_state_of_the_ledger_has_its_words(progress: Progress, sentence: str) -> None:
    """Cause first."""
    assert ledger_line.sentence(progress, datetime.now(UTC)) == sentence


def test_a_ready_ledger_tells_its_reach_and_its_age() -> None:
    """The year only where it is not plain."""
    now = datetime(2026, 3, 12, 12, tzinfo=UTC)
    ready = Progress("ready", synced_at=now - timedelta(seconds=40), since=datetime(2025, 11, 4, tzinfo=UTC))
    assert ledger_line.sentence(ready, now) == "Ledger complete since 4 Nov, synchronised 40 s ago."
    old = replace(ready, since=datetime(2024, 11, 4, tzinfo=UTC))
    assert "since 4 Nov 2024," in ledger_line.sentence(old, now)
