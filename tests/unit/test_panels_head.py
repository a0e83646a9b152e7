"""The strip of figures above a symbol, and lists of prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kucoin.desk.refresh import Reading
from kucoin.errors import InvalidRequest
from kucoin.model.feed import Funding
from kucoin.stream.feed import FeedState
from kucoin.web import names
from kucoin.web.head import HeadPanel, PricesPanel
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from tests.push_scene import INVERSE, LINEAR, PAIR, Scene, contract, pair, ticker


def test_every_figure_is_told_once_then_only_what_changed() -> None:
    """Exact texts with the tick's decimals; what nobody told is None."""
    scene = Scene()
    scene.quote()
    scene.summary()
    panel = HeadPanel(scene.sight, PAIR)
    first = panel.change()
    assert first is not None
    assert first.kind == "full"
    expected = {
        "symbol": PAIR,
        "kind": "spot",
        "base": "BTC",
        "quote": "USDT",
        "last": "70000.0",
        "bid": "70000.0",
        "ask": "70000.2",
        "change": "699.9",
        "change_ratio": "0.010100",
        "high": "71000.0",
        "low": "69000.0",
        "volume": "1000.5",
        "turnover": "100000000",
        "dir": 0,
        "price_decimals": 1,
        "size_decimals": 8,
    }
    assert expected.items() <= first.body.items()
    assert panel.change() is None
    scene.trade("70010.5", "0.1")
    more = panel.change()
    assert more == ("more", {"last": "70010.5", "dir": 1, "change": "710.4", "change_ratio": "0.010251"})
    assert panel.full()["last"] == "70010.5"


def test_nothing_known_is_none_and_never_nought() -> None:
    """A symbol that nobody has told anything of."""
    panel = HeadPanel(Scene().sight, PAIR)
    panel.change()
    body = panel.full()
    names = ("last", "bid", "ask", "change", "change_ratio", "high", "low", "volume", "turnover")
    assert [body[name] for name in names] == [None] * len(names)
    assert panel.fresh() == (CATCHING_UP, None, "waiting for the first message")


def test_a_new_high_is_the_days_high_at_once() -> None:
    """The day's figures come every two seconds, trades at once."""
    scene = Scene()
    scene.summary()
    panel = HeadPanel(scene.sight, PAIR)
    panel.change()
    scene.trade("71000.5", "1")
    more = panel.change()
    assert more is not None
    assert (more.body["last"], more.body["high"]) == ("71000.5", "71000.5")


def test_a_contract_tells_mark_index_basis_and_funding() -> None:
    """Pushed figures over those that were read."""
    scene = Scene()
    panel = HeadPanel(scene.sight, LINEAR)
    panel.change()
    read = panel.full()
    assert (read["mark"], read["index"], read["basis"], read["funding_rate"]) == ("70000.1", "70000.0", "0.1", "0.0001")
    assert (read["open_interest"], read["multiplier"], read["inverse"]) == ("5000", "0.001", False)
    assert (read["open_interest_coins"], read["open_interest_value"]) == ("5.00", "350000.50")
    assert read["funding_at"] == 1795363200000
    scene.mark("69999.95", "70000")
    scene.publish(Funding(LINEAR, scene.ms, Decimal("-0.00012")))
    panel.change()
    pushed = panel.full()
    assert (pushed["mark"], pushed["basis"], pushed["basis_ratio"]) == ("69999.95", "-0.05", "-0.000001")
    assert pushed["funding_rate"] == "-0.00012"


def test_open_interest_of_an_inverse_contract_is_worth_its_lots() -> None:
    """One USD each; how many coins that is hangs on the mark price, and is unknown without one."""
    panel = HeadPanel(Scene().sight, INVERSE)
    panel.change()
    read = panel.full()
    assert (read["open_interest_coins"], read["open_interest_value"]) == ("0.0714", "5000.00")
    panel = HeadPanel(Scene(contracts=[contract(INVERSE, mark_price=None)]).sight, INVERSE)
    panel.change()
    assert (panel.full()["open_interest_coins"], panel.full()["open_interest_value"]) == (None, "5000.00")


def test_while_the_socket_is_silent_the_prices_that_were_read_stand_in() -> None:
    """Named so; where they cannot be read either, it is stale, and the last figures stay."""
    scene = Scene()
    scene.quote()
    scene.summary("70000.1")
    panel = HeadPanel(scene.sight, PAIR)
    panel.change()
    assert panel.fresh()[0] == LIVE
    scene.line(FeedState.DOWN, "the line was cut")
    scene.now += 6
    scene.net(ticker(last="70123.4"))
    panel.change()
    assert panel.full()["last"] == "70123.4"
    fresh = panel.fresh()
    assert (fresh.state, fresh.age) == (CATCHING_UP, 0)
    assert fresh.why is not None
    assert "the line was cut" in fresh.why
    scene.net(ticker(last="70123.4"), problem="no connection")
    panel.change()
    assert panel.full()["last"] == "70000.0"
    assert panel.fresh() == (STALE, 6, "the line was cut")


def test_best_prices_of_a_dead_line_give_way_to_those_that_were_read() -> None:
    """Not one figure of the socket stands under the reading's age; nor does it come back when that is old too."""
    scene = Scene()
    scene.quote()
    panel = HeadPanel(scene.sight, PAIR)
    panel.change()
    scene.line(FeedState.DOWN, "the line was cut")
    scene.now += 600
    scene.net(replace(ticker(last="60000.1"), bid=Decimal(60000), ask=Decimal("60000.2")))
    panel.change()
    body = panel.full()
    assert panel.fresh()[:2] == (CATCHING_UP, 0)
    assert (body["last"], body["bid"], body["ask"]) == ("60000.1", "60000.0", "60000.2")


def test_a_contracts_figures_of_a_dead_line_give_way_to_those_that_were_read() -> None:
    """Best prices cannot be read of contracts, so they are unknown; where nothing can be read, all stays, stale."""
    scene = Scene()
    scene.quote(symbol=LINEAR)
    scene.mark("70001", "70000")
    scene.publish(Funding(LINEAR, scene.ms, Decimal("-0.00012")))
    panel = HeadPanel(scene.sight, LINEAR)
    scene.line(FeedState.DOWN, "the line was cut")
    scene.now += 600
    panel.change()
    kept = panel.full()
    assert panel.fresh().state == STALE
    assert (kept["bid"], kept["mark"], kept["index"]) == ("70000.0", "70001.0", "70000.0")
    figures = {"last_trade_price": Decimal(60000), "mark_price": Decimal(60001), "index_price": Decimal(60002)}
    scene.list([pair()], [contract(**figures)])
    panel.change()
    body = panel.full()
    assert panel.fresh()[:2] == (CATCHING_UP, 0)
    assert (body["last"], body["mark"], body["index"], body["basis"]) == ("60000.0", "60001.0", "60002.0", "-1.0")
    assert (body["bid"], body["ask"], body["funding_rate"]) == (None, None, "0.0001")


def test_a_quiet_contracts_best_prices_are_those_of_its_book() -> None:
    """As long as that can be trusted."""
    scene = Scene()
    scene.quote(symbol=LINEAR)
    panel = HeadPanel(scene.sight, LINEAR)
    scene.now += 30
    scene.mark("70001", "70000")
    scene.book([("69999", "3")], [("70002", "1")], symbol=LINEAR)
    panel.change()
    assert (panel.full()["bid"], panel.full()["ask"]) == ("69999.0", "70002.0")
    scene.book([("69999", "3")], [("70002", "1")], symbol=LINEAR, problem="updates are missing")
    panel.change()
    assert (panel.full()["bid"], panel.full()["ask"]) == (None, None)


def test_a_topic_that_fell_silent_does_not_stand_under_the_age_of_another() -> None:
    """Marks go on and best prices do not, or the other way; nothing was read for long."""
    scene = Scene()
    scene.quote(symbol=LINEAR)
    scene.publish(Funding(LINEAR, scene.ms, Decimal("-0.00012")))
    panel = HeadPanel(scene.sight, LINEAR)
    scene.now += 30
    scene.mark("70001", "70000")
    panel.change()
    body = panel.full()
    assert panel.fresh().state == LIVE
    assert (body["bid"], body["ask"], body["mark"], body["funding_rate"]) == (None, None, "70001.0", "-0.00012")
    scene.now += 30
    scene.quote(symbol=LINEAR)
    panel.change()
    body = panel.full()
    assert panel.fresh().state == LIVE
    assert (body["bid"], body["mark"], body["index"], body["basis"]) == ("70000.0", None, None, None)
    assert body["funding_rate"] is None


def test_a_reading_that_stands_in_grows_old_too() -> None:
    """After eight seconds without another one it does not any more."""
    scene = Scene()
    scene.summary()
    panel = HeadPanel(scene.sight, PAIR)
    scene.net(ticker())
    scene.now += 7.5
    assert panel.fresh().state == CATCHING_UP
    scene.now += 1
    assert panel.fresh().state == STALE


def test_a_list_of_prices_tells_the_symbols_that_changed() -> None:
    """One that is not listed is None, and spoils nothing."""
    scene = Scene(pair(), pair("ETH-USDT", tick="0.01"))
    scene.summary()
    scene.summary("3400.12", symbol="ETH-USDT")
    panel = PricesPanel(scene.sight, (PAIR, "ETH-USDT", "GONE-USDT"))
    first = panel.change()
    assert first is not None
    assert first.body == {
        PAIR: ["70000.1", "0.010101", 0, ()],
        "ETH-USDT": ["3400.12", "0.259248", 0, ()],
        "GONE-USDT": None,
    }
    assert panel.change() is None
    scene.trade("3400.13", "1", symbol="ETH-USDT")
    assert panel.change() == ("more", {"ETH-USDT": ["3400.13", "0.259251", 1]})
    assert panel.fresh().state == LIVE


def test_a_list_of_prices_is_as_old_as_its_oldest() -> None:
    """One silent symbol is seen."""
    scene = Scene(pair(), pair("ETH-USDT"))
    scene.summary()
    panel = PricesPanel(scene.sight, (PAIR, "ETH-USDT"))
    scene.now += 6
    scene.summary()
    assert panel.fresh() == (STALE, None, "the exchange says nothing about it any more")


def test_a_list_of_prices_waits_for_the_lists() -> None:
    """It does not take what it cannot know yet for unlisted."""
    scene = Scene()
    scene.contracts.reading = Reading()
    with pytest.raises(InvalidRequest, match="is not read yet"):
        PricesPanel(scene.sight, (PAIR, LINEAR))
    assert names.waits(scene.sight, f"prices:{PAIR},{LINEAR}")
    assert not names.waits(scene.sight, "prices:NO-SUCH")
    scene.list([pair()], [contract()])
    assert names.opened(scene.sight, f"prices:{PAIR},{LINEAR}").change() is not None


def test_an_inverse_contracts_day_is_told_in_coins_and_quote_currency() -> None:
    """KuCoin counts its volume in lots and its turnover in coins, read and pushed."""
    traded = {"volume_24h": Decimal(1_210_455), "turnover_24h": Decimal("411.0442")}
    scene = Scene(contracts=[contract(INVERSE, **traded)])
    panel = HeadPanel(scene.sight, INVERSE)
    panel.change()
    assert (panel.full()["volume"], panel.full()["turnover"]) == ("411.0442", "1210455")
    scene.summary(symbol=INVERSE)
    panel.change()
    assert (panel.full()["volume"], panel.full()["turnover"]) == ("100000000", "1000.5")


def test_what_is_not_listed_has_no_strip() -> None:
    """And its text is cut."""
    with pytest.raises(InvalidRequest, match="'<b>NO-SUCH</b>' is not listed"):
        HeadPanel(Scene().sight, "<b>NO-SUCH</b>")
