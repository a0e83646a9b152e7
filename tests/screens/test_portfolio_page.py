"""The portfolio page, state by state, over a desk that answers from memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.portfolio import Part, Portfolio, Standing
from kucoin.desk.status import Status
from pages.widgets import session

Change = Callable[[Portfolio], Portfolio]


def number(shown: str) -> Decimal:
    """Read a figure back from the page."""
    return Decimal(shown.replace(",", "").replace("−", "-"))


def words(app: AppTest) -> str:
    """All sentences of the page as a reader sees them."""
    elements = (*app.markdown, *app.warning, *app.caption)
    return " ".join(element.value.replace("\\", "").replace("**", "") for element in elements)


def changed(kind_and_name: str, **changes: Any) -> Change:
    """Return what replaces fields of the part of that name."""

    def one(part: Part) -> Part:
        return replace(part, **changes) if f"{part.kind} {part.name}".strip() == kind_and_name else part

    return lambda portfolio: replace(portfolio, parts=tuple(one(part) for part in portfolio.parts))


def assets(table: dict[str, Any]) -> list[str]:
    """The first column, from top to bottom as sent."""
    return [row["cells"]["asset"]["text"] for row in table["rows"]]


@pytest.mark.parametrize("unit", ["USDT", "BTC", "JPY"])
def test_the_total_is_the_portfolios_own(app: AppTest, desk: Any, drawn: Any, unit: str) -> None:
    """Rounded once, in the unit that the address names."""
    app.query_params["unit"] = unit
    total = drawn(app.run(), "total")
    worth = desk.portfolio(unit).total
    places = {"USDT": 2, "BTC": 8, "JPY": 0}[unit]
    assert total["unit"] == unit
    assert number(total["total"][0]) == round(worth, places)
    assert total["panel"] == f"portfolio:{unit}"


def test_a_unit_is_chosen_by_a_press(app: AppTest, drawn: Any) -> None:
    """All figures of the page follow."""
    app.run().segmented_control(key="unit").set_value("BTC").run()
    assert drawn(app, "total")["unit"] == "BTC"
    heads = [column["head"] for column in drawn(app, "assets-table")["columns"]]
    assert "Value, BTC" in heads


def test_any_fiat_currency_can_be_chosen(app: AppTest, drawn: Any) -> None:
    """The menu lists what KuCoin quotes; the choice takes the third place beside the coins."""
    app.run().menu_button(key="fiat-menu").click("JPY").run()
    assert drawn(app, "total")["unit"] == "JPY"
    assert app.segmented_control(key="unit").options == ["USDT", "BTC", "JPY"]
    app.segmented_control(key="unit").set_value("BTC").run()
    assert app.segmented_control(key="unit").options == ["USDT", "BTC", "JPY"]


def test_a_unit_that_is_not_to_be_had_falls_back(app: AppTest, drawn: Any) -> None:
    """An address that asks for nonsense still shows the account."""
    app.query_params["unit"] = "XYZ"
    assert drawn(app.run(), "total")["unit"] == "USDT"


def test_a_unit_that_is_no_longer_quoted_falls_back(app: AppTest, desk: Any, drawn: Any) -> None:
    """A fiat currency may go while it is on the screen."""
    app.query_params["unit"] = "JPY"
    app.run()
    desk.offered = ("USDT", "BTC", "EUR")
    assert drawn(app.run(), "total")["unit"] == "USDT"


def test_a_unit_that_comes_later_is_offered(app: AppTest, desk: Any) -> None:
    """The one fragment notices, and the choice is drawn anew."""
    offers = iter([("USDT", "BTC")])
    desk.units = lambda: next(offers, ("USDT", "BTC", "EUR"))
    app.run()
    assert app.segmented_control(key="unit").options == ["USDT", "BTC", "EUR"]


def test_change_and_conversions_stand_beside_the_total(app: AppTest, drawn: Any) -> None:
    """Change of 24 h with sign and direction, and two other units, each by the name that the push socket gives it."""
    total = drawn(app.run(), "total")
    assert total["change"] == ["+0.82\u2009%", "up"]
    assert total["sum"][0].startswith("+1,2")
    assert [(name, text.split()[1]) for name, (text, _) in total["conversions"]] == [
        ("in/BTC", "BTC"),
        ("in/EUR", "EUR"),
    ]


def test_an_incomplete_total_names_what_is_missing(app: AppTest, desk: Any, drawn: Any) -> None:
    """Assets without a price and accounts that were never read."""
    desk.alter = changed("Futures XBT", value=None, at=None, share=None, change=None, problem="timeout")
    assert drawn(app.run(), "total")["missing"]["text"] == ("Incomplete: OMEGA has no price; Futures XBT was not read")


def test_many_missing_prices_are_counted(app: AppTest, desk: Any, drawn: Any) -> None:
    """The badge stays short; the tooltip has all of them."""
    desk.alter = lambda portfolio: replace(portfolio, unpriced=("A", "B", "C", "D", "E"))
    missing = drawn(app.run(), "total")["missing"]
    assert missing["text"] == "Incomplete: A, B, C and 2 more have no price"
    assert missing["hint"] == "A, B, C, D, E have no price"


def test_a_complete_total_carries_no_badge(app: AppTest, desk: Any, drawn: Any) -> None:
    """Silence means whole."""
    desk.alter = lambda portfolio: replace(portfolio, unpriced=(), complete=True)
    assert drawn(app.run(), "total")["missing"] is None


def test_the_places_add_up_to_the_total(app: AppTest, desk: Any, drawn: Any) -> None:
    """A card for each kind of account, the accounts of a kind one by one inside it."""
    cards = drawn(app.run(), "places-cards")["places"]
    assert [card["label"] for card in cards] == [
        "Funding",
        "Spot trading",
        "Cross margin",
        "Isolated margin",
        "Futures",
        "Sub-accounts",
    ]
    worth = desk.portfolio("USDT").total
    assert abs(sum(number(card["value"][0]) for card in cards) - worth) <= Decimal("0.03")
    futures = cards[4]
    assert [line["name"] for line in futures["lines"]] == ["USDT", "XBT", "USDC"]
    lines = sum(number(line["figure"][0]) for line in futures["lines"])
    assert abs(lines - number(futures["value"][0])) <= Decimal("0.02")
    assert futures["change"] == ["+0.82\u2009%", "up"]
    assert futures["share"][0] == "40.0\u2009%"


def test_a_failed_part_says_which_why_and_what_is_shown_instead(app: AppTest, desk: Any, drawn: Any) -> None:
    """The last good figure stays, its age and the reason stand under the cards, its card turns stale."""

    def failed(portfolio: Portfolio) -> Portfolio:
        old = portfolio.at - timedelta(seconds=200)
        return changed("Sub-account grid-02", problem="HTTP 504 after 10 s.", at=old)(portfolio)

    desk.alter = failed
    app.run()
    worth = next(part.value for part in desk.portfolio("USDT").parts if part.name == "grid-02")
    assert words(app).count("not fully read") == 1
    assert (
        "Sub-account grid-02 was not fully read: HTTP 504 after 10 s. "
        f"In the total is what was read 4 min ago: {worth:,.2f} USDT."
    ) in words(app)
    mark = drawn(app, "places-cards")["places"][5]["mark"]
    assert mark["seconds"] >= 242 > mark["stale"]


def test_a_part_that_was_never_read_is_unknown_and_not_zero(app: AppTest, desk: Any, drawn: Any) -> None:
    """A dash in its line, a badge on its card, and a sentence that says that the total is without it."""
    desk.alter = changed(
        "Futures XBT", value=None, at=None, share=None, change=None, change_ratio=None, problem="timeout"
    )
    card = drawn(app.run(), "places-cards")["places"][4]
    assert card["lines"][1]["figure"][0] == "–"
    assert card["partial"] == "1 of 3 not read"
    assert "Futures XBT was not read: timeout. The total is without it." in words(app)


def test_accounts_that_failed_for_one_reason_share_a_note(app: AppTest, desk: Any) -> None:
    """An exchange that is away is one message, not nine."""
    desk.alter = lambda portfolio: replace(
        portfolio, parts=tuple(replace(part, problem="spot host: timeout") for part in portfolio.parts)
    )
    app.run()
    assert len(app.warning) == 1
    assert "Funding, Spot trading, Cross margin" in app.warning[0].value.replace("\\", "")


def test_outside_text_in_a_reason_is_only_text(app: AppTest, desk: Any) -> None:
    """What the exchange answered cannot draw on our page."""
    desk.alter = changed("Funding", problem="<img src=x> **loud** [link](http://e.vil)")
    app.run()
    assert "\\<img src\\=x\\>" in app.warning[0].value
    assert "\\*\\*loud\\*\\*" in app.warning[0].value


def test_assets_are_sorted_searched_and_told_apart_by_account(app: AppTest, drawn: Any) -> None:
    """Merged by default; the search looks into codes, names and accounts; an account is a column of its own."""
    table = drawn(app.run(), "assets-table")
    assert table["sort"] == {"column": "value", "falling": True}
    assert "account" not in [column["id"] for column in table["columns"]]
    app.text_input(key="find").set_value("bitcoin").run()
    assert assets(drawn(app, "assets-table")) == ["BTC"]
    app.segmented_control(key="view").set_value("By account").run()
    table = drawn(app, "assets-table")
    assert [row["cells"]["account"]["text"] for row in table["rows"]] == ["Spot trading", "Futures USDT"]
    app.text_input(key="find").set_value("futures").run()
    assert {row["cells"]["account"]["text"] for row in drawn(app, "assets-table")["rows"]} == {"Futures USDT"}


def test_a_search_that_finds_nothing_says_so(app: AppTest) -> None:
    """What was sought, and the way back."""
    app.run().text_input(key="find").set_value("*no*").run()
    assert "No asset matches “*no*”. Clear the search to see all 13." in words(app)


def test_small_balances_are_hidden_with_their_sum(app: AppTest, drawn: Any) -> None:
    """0.48 and 0.30 USDT are hidden and counted; without the switch they are in the table."""
    app.run()
    assert "PEPE" not in assets(drawn(app, "assets-table"))
    assert "2 balances under 1 USDT each hidden, together 0.78 USDT. They are in the total; OMEGA is not." in words(app)
    app.toggle(key="small").set_value(False).run()
    assert {"PEPE", "SHIB"} <= set(assets(drawn(app, "assets-table")))
    assert "hidden" not in words(app)


@pytest.mark.parametrize("unit", ["BTC", "JPY"])
def test_small_means_one_dollar_in_every_unit(app: AppTest, drawn: Any, unit: str) -> None:
    """The limit is 1 USDT, whatever the figures are shown in."""
    app.query_params["unit"] = unit
    assert assets(drawn(app.run(), "assets-table"))[-3:] == ["AVAX", "DOGE", "OMEGA"]


def test_debt_stands_beside_the_asset(app: AppTest, drawn: Any) -> None:
    """The amount is before debt, the value after it, and the row says so."""
    row = next(row for row in drawn(app.run(), "assets-table")["rows"] if row["cells"]["asset"]["text"] == "USDT")
    assert row["cells"]["asset"]["second"] == "value net of 8,500 borrowed"
    assert row["cells"]["total"]["text"] == "26,087.33"
    assert row["cells"]["value"]["text"] == "17,587.33"


def test_an_asset_without_a_price_has_dashes(app: AppTest, drawn: Any) -> None:
    """Unknown price, change, value and share, and a badge."""
    row = drawn(app.run(), "assets-table")["rows"][-1]
    assert row["cells"]["asset"]["badge"] == "no price"
    assert [row["cells"][name]["text"] for name in ("price", "change", "value", "share")] == ["–"] * 4
    assert row["cells"]["total"]["text"] == "1,200"


def test_an_amount_that_the_exchange_did_not_tell_is_a_dash(app: AppTest, desk: Any, drawn: Any) -> None:
    """Available and on hold may be unknown where the total is not."""
    desk.alter = lambda portfolio: replace(
        portfolio, merged=tuple(replace(holding, available=None, on_hold=None) for holding in portfolio.merged)
    )
    row = drawn(app.run(), "assets-table")["rows"][0]
    assert [row["cells"][name]["text"] for name in ("total", "available", "on_hold")] == ["0.84213", "–", "–"]


def test_a_failure_that_comes_later_moves_nothing_until_it_lasts(
    app: AppTest, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One missed reading is no news; while the exchange as a whole is away, that is said elsewhere."""
    clock = datetime.now(UTC)
    monkeypatch.setattr(session, "now", lambda: clock)
    app.run()
    desk.alter = changed("Funding", problem="timeout")
    assert not app.run().warning
    clock += timedelta(seconds=7)
    assert len(app.run().warning) == 1

    def away(status: Status) -> Status:
        hosts = [replace(host, problem="timeout", answered_at=None) for host in status.hosts]
        return replace(status, hosts=tuple(hosts))

    desk.alter_status = away
    assert not app.run().warning
    desk.alter_status = lambda status: status
    assert not app.run().warning


def test_the_allocation_names_the_largest_and_sums_the_rest(app: AppTest, drawn: Any) -> None:
    """Seven bars and one for all others, each by the name that the push socket gives it."""
    rows = drawn(app.run(), "allocation")["rows"]
    assert [row["name"] for row in rows] == ["BTC", "ETH", "USDT", "SOL", "KCS", "USDC", "XRP", "Other"]
    assert (rows[0]["cell"], rows[0]["share"][0], rows[0]["size"]) == ("/BTC/share", "49.6\u2009%", 1)
    assert 0 < rows[-1]["size"] < rows[0]["size"]


@pytest.mark.parametrize(
    ("standing", "reason", "said"),
    [
        (Standing.LOADING, "", "Reading the accounts for the first time."),
        (Standing.NO_CREDENTIALS, "No API key is set.", "KUCOIN_API_PASSPHRASE"),
        (
            Standing.REFUSED,
            "The passphrase is not the one of this key",
            "The key cannot be used. The passphrase is not",
        ),
        (Standing.UNIFIED, "This is a unified trading account.", "Unified account. This is a unified trading account."),
        (Standing.UNREACHABLE, "timeout", "The exchange is not reachable. timeout. Nothing was read from it yet."),
    ],
)
def test_each_standing_has_words_of_its_own(
    app: AppTest, desk: Any, standing: Standing, reason: str, said: str
) -> None:
    """No figure is shown where none is known, least of all a zero."""
    nothing = {"total": None, "change": None, "parts": (), "holdings": (), "merged": (), "at": None, "prices_at": None}
    desk.alter = lambda portfolio: replace(portfolio, standing=standing, reason=reason, **nothing)
    app.run()
    assert not app.exception
    assert said in words(app)
    assert len(app.get("skeleton")) == (4 if standing is Standing.LOADING else 0)
    assert "desk_total" not in [element.proto.component_name for element in app.get("bidi_component")]


def test_no_credentials_says_what_to_tick(app: AppTest, desk: Any) -> None:
    """The three variables, the permissions, and what to leave alone."""
    desk.alter = lambda portfolio: replace(portfolio, standing=Standing.NO_CREDENTIALS)
    said = words(app.run())
    for word in (
        "KUCOIN_API_KEY",
        "KUCOIN_API_SECRET",
        "KUCOIN_API_PASSPHRASE",
        "General",
        "Futures",
        "Transfer",
        "IP list",
    ):
        assert word in said


def test_an_empty_account_says_when_it_was_read(app: AppTest, desk: Any, drawn: Any) -> None:
    """Zero was read, so zero is shown; the assets name the cause."""
    empty = {"total": Decimal(0), "change": Decimal(0), "change_ratio": None, "unpriced": (), "complete": True}
    desk.alter = lambda portfolio: replace(portfolio, **empty, holdings=(), merged=())
    app.run()
    assert drawn(app, "total")["total"][0] == "0.00"
    assert drawn(app, "total")["change"][1] == "flat"
    assert "No balances. The accounts were read 42 s ago and hold nothing." in words(app)


def test_nobody_who_looks_asks_more_than_the_desk_has(app: AppTest, desk: Any) -> None:
    """One drawing asks the desk for one portfolio, in the unit shown."""
    app.run()
    assert desk.asked == ["USDT"]


def test_what_was_paid_stands_beside_what_it_is_worth(app: AppTest, desk: Any, drawn: Any) -> None:
    """Merged over the accounts only; where it is not known, the dash says why and a phone shows nothing of it."""

    def paid(portfolio: Portfolio) -> Portfolio:
        costs = {"SOL": {"cost": Decimal("8000")}, "KCS": {"cost_why": "Some of it was a deposit."}}
        merged = (replace(each, **costs.get(each.currency, {})) for each in portfolio.merged)
        return replace(portfolio, merged=tuple(merged))

    desk.alter = paid
    rows = {row["cells"]["asset"]["text"]: row["cells"] for row in drawn(app.run(), "assets-table")["rows"]}
    sol, kcs = rows["SOL"], rows["KCS"]
    assert (sol["cost"]["text"], sol["unrealised"]["text"]) == ("8,000.00", "+710.46")
    assert sol["unrealised"]["direction"] == "up"
    assert sol["unrealised"]["hint"] == "+8.88\u2009% of what was paid"
    assert sol["unrealised"]["under"] == ["cost 8,000.00", 1]
    assert (kcs["cost"]["text"], kcs["unrealised"]["text"]) == ("–", "–")
    assert kcs["unrealised"]["hint"] == "Some of it was a deposit."
    assert (kcs["unrealised"].get("bare"), sol["unrealised"].get("bare")) == (True, None)
    app.segmented_control(key="view").set_value("By account").run()
    assert "cost" not in [column["id"] for column in drawn(app, "assets-table")["columns"]]
