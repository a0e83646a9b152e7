"""How amounts are written with privacy on: shares, what is hidden, sentences of others, how often shares are made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.portfolio import Line, PartKind, Place, Portfolio, Standing, appraise, nothing
from kucoin.desk.prices import Measure, Prices
from kucoin.web import names, veil
from kucoin.web.sight import Fresh
from kucoin.web.veil import BLIND, Cover, Veil
from tests.push_scene import INVERSE, LINEAR, PAIR, Scene, ticker

D = Decimal
PRICES = {"BTC": D(50_000), "USDT": D(1), "USD": D(1)}
HALF = Veil(D(200_000), PRICES.get, Scene().market.rules)


@pytest.mark.parametrize(
    ("value", "currency", "signed", "text"),
    [
        (D(2), "BTC", False, "50.00 %"),
        (D("24690"), "USDT", False, "12.34 %"),
        (D("24690"), "USDT", True, "+12.34 %"),
        (D("-24690"), "USDT", False, "−12.34 %"),
        (D(5_000_000), "USDT", False, "2,500.00 %"),
        (D("0.01"), "USDT", False, "<0.01 %"),
        (D("-0.01"), "USDT", True, "−<0.01 %"),
        (D(0), "NOPRICE", True, "0.00 %"),
        (D(1), "NOPRICE", False, "hidden"),
        (None, "USDT", False, "–"),
    ],
)
def test_an_amount_is_a_share_of_everything(value: Decimal | None, currency: str, signed: bool, text: str) -> None:
    """Tiny is no zero, unknown stays unknown, and without a price it is hidden."""
    expected = text.replace(" %", "\u2009%")
    assert HALF.share(value, currency, signed=signed) == expected
    assert veil.amount(HALF, value, currency) == HALF.share(value, currency)


def test_nothing_is_a_share_of_nothing() -> None:
    """An account that was not read, is empty or in debt has none; what is told besides is not told then either."""
    for whole in (None, D(0), D(-5)):
        assert replace(HALF, whole=whole).share(D(7), "USDT") == "hidden"
    assert BLIND.share(D(7), "USDT") == "hidden"


@pytest.mark.parametrize(
    ("size", "symbol", "text"),
    [
        (D("0.4"), PAIR, "10.00"),
        (400, LINEAR, "10.00"),  # of a thousandth of a coin each
        (20_000, INVERSE, "10.00"),  # of one dollar each
        (D("0.4"), "BTC-OLD", "10.00"),  # listed no more
        (400, "XBTMOLD", None),  # nobody knows what a lot of it is
        (0, "XBTMOLD", "0.00"),
    ],
)
def test_a_size_is_a_share_by_its_symbols_rules(size: Decimal | int, symbol: str, text: str | None) -> None:
    """Coins, lots of coins, and lots of dollars."""
    assert HALF.size(size, symbol) == (f"{text}\u2009%" if text else "hidden")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Balance insufficient! 12.34 USDT are free.", "Balance insufficient! hidden USDT are free."),
        ("1,234,567.89, -3.5, −4, <0.01, 1e-8 or 5.", "hidden, hidden, hidden, hidden, hidden or hidden."),
        ("available=0.5,hold='12',12USDT,[7]", "available=hidden,hold='hidden',hiddenUSDT,[hidden]"),
        ("x0.5 and USDT12.5", "xhidden and USDThidden"),
    ],
)
def test_figures_in_the_words_of_others_are_hidden(text: str, told: str) -> None:
    """Whatever they stand beside."""
    assert HALF.words(text) == told == veil.words(HALF, text)
    assert veil.words(None, text) == text


@pytest.mark.parametrize(
    "text",
    [
        "At 12:03:04 UTC on 2026-11-20, 5 s ago; 1.5 s, 84 ms, 3 min, 5 h and 2 d.",
        "XBTUSDTM, BTC-USDT, 1INCH-USDT, 10000CATUSDTM, XBTMZ26 and C98-USDT at 5× and 1,012.5 %",
        "order 6a0f1b2c3d4e5f6a7b8c9d0e of own-id",
        "refused: Balance insufficient (KuCoin code 200004), and (KuCoin code HTTP 403)",
        "",
    ],
)
def test_what_is_no_amount_stays(text: str) -> None:
    """Times, spans, symbols, leverage, percentages and ids."""
    assert HALF.words(text) == text


def portfolio(usdt: str = "70000.1") -> Portfolio:
    """One bitcoin, and as many USDT as it costs."""
    board: Any = SimpleNamespace(ticker=lambda symbol: ticker(PAIR) if symbol == PAIR else None)
    lines = (Line("Spot", "BTC", D(1), D(1), D(0)), Line("Spot", "USDT", D(usdt), D(usdt), D(0)))
    at = datetime(2026, 11, 22, tzinfo=UTC)
    places = [Place(PartKind.SPOT, "", lines, at)]
    return appraise(places, Measure(Prices(board, {}), "BTC"), names={}, prices_at=at)


def test_over_a_portfolio_its_parts_come_to_everything() -> None:
    """In whatever unit it is, and however futures call a coin; other prices are asked for elsewhere."""
    held = portfolio()
    over = veil.over(held, {"SOL": D("0.002")}.get)
    shares = [over.share(D(1), "BTC"), over.share(D(1), "XBT"), over.share(D("70000.1"), "USDT")]
    assert shares == ["50.00\u2009%"] * 3
    assert over.share(held.total, "BTC") == "100.00\u2009%"
    assert (over.share(D(1), "SOL"), over.share(D(1), "KCS")) == ("0.10\u2009%", "hidden")


def test_the_veil_is_the_same_as_long_as_nothing_is_new() -> None:
    """It is looked at every three seconds at most: panels write everything anew under another one."""
    now, asked = [100.0], [0]
    held = [nothing("USDT", Standing.LOADING, "")]

    def ask(unit: str) -> Portfolio:
        assert unit == "USDT"
        asked[0] += 1
        return held[0]

    cover = Cover(ask, PRICES.get, HALF.rules, monotonic=lambda: now[0])
    first = cover()
    assert (first.whole, cover(), asked[0]) == (None, first, 1)
    held[0] = replace(portfolio(), unit="USDT")
    assert cover() is first
    now[0] += 3.1
    second = cover()
    assert second.whole == held[0].total
    assert second.size(1, LINEAR) != "hidden"
    now[0] += 3.1
    assert (cover(), asked[0]) == (second, 3)


def test_what_troubles_a_veiled_panel_is_told_without_figures() -> None:
    """Errors name the value that they are about."""
    fresh = Fresh("stale", 1.0, "the balance 12.5 is odd")
    assert names.judged("orders:", fresh) is fresh
    assert names.judged(names.veiled("orders:"), fresh).why == "the balance hidden is odd"
