"""The panel of fills and finished orders: what it says of them, to which digit, and what the filters ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kucoin.desk.fill_book import Reach
from kucoin.desk.order_history import PastOrder
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Liquidity, OrderType, Side, TradeType
from pages.widgets import fills_table, orders_fills, past_table, session

SCRIPT = """
import streamlit as st
from pages.widgets import orders_fills
orders_fills.show(st.session_state["world"].desk)
"""
NOW = datetime(2026, 3, 12, 12, 32, 6, tzinfo=UTC)
TODAY = NOW.replace(hour=0, minute=0, second=0)
DAY = timedelta(days=1)
D = Decimal
SPOT = LedgerFill(
    symbol="KCS-USDT",
    trade_id="1001",
    order_id="order-1",
    side=Side.BUY,
    type=OrderType.LIMIT,
    trade_type=TradeType.TRADE,
    liquidity=Liquidity.MAKER,
    price=D("12.1510"),
    size=D("100.000000000000000001"),
    funds=D("1215.100000000000000012"),
    fee=D("0.972080000000000001"),
    fee_rate=D("0.0008"),
    fee_currency="USDT",
    at=NOW - timedelta(minutes=5),
)
LOTS = replace(SPOT, symbol="XBTUSDTM", trade_id="1002", trade_type=None, size=D(300), side=Side.SELL)
IN_COIN = replace(SPOT, trade_id="1003", fee=D("0.00012345"), fee_currency="KCS")
PUSHED = replace(SPOT, trade_id="1004", trade_type=None, funds=None, fee=None, fee_rate=None, fee_currency=None)
CANCELLED = PastOrder(
    at=NOW - timedelta(hours=1),
    symbol="BTC-USDT",
    side=Side.BUY,
    type=OrderType.LIMIT,
    price=D("81000.1"),
    size=D("0.05"),
    filled=D("0.02"),
    value=D("1620.002"),
    status="partially filled, rest cancelled",
    words="",
    order_id="6B01",
    client_oid="own-1",
)
REFUSED = replace(CANCELLED, price=None, filled=None, status="refused", words="Balance insufficient", order_id=None)


@dataclass
class World:
    """What the panel asks the desk for; ``asked`` are the questions."""

    rows: tuple[LedgerFill, ...] = (SPOT, LOTS, IN_COIN, PUSHED)
    past: tuple[PastOrder, ...] = (CANCELLED, REFUSED)
    reach: Reach = field(default_factory=lambda: Reach(NOW - 3 * DAY, NOW - 89 * DAY, True, None))
    asked: list[tuple[datetime, datetime, tuple[str, ...]]] = field(default_factory=list)

    @property
    def desk(self) -> SimpleNamespace:
        """The desk."""

        def fills(start: datetime, end: datetime, *, symbols: tuple[str, ...]) -> tuple[LedgerFill, ...]:
            self.asked.append((start, end, symbols))
            return self.rows

        book = SimpleNamespace(
            fills=fills,
            generation=(0, 0),
            symbols=lambda: ("KCS-USDT", "XBTUSDTM"),
            reach=lambda: self.reach,
            export=lambda *_, **__: b"",
        )
        history = SimpleNamespace(between=lambda *_, **__: self.past)
        ledger = SimpleNamespace(earned=lambda fill: D("196.78") if fill is LOTS else None)
        origins = SimpleNamespace(ours=lambda client_oid: client_oid == "own-1")
        return SimpleNamespace(fills=book, order_history=history, ledger=ledger, origins=origins)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Two fills of each market, a cancelled order and a refused one."""
    monkeypatch.setattr(session, "now", lambda: NOW)
    return World()


@pytest.fixture
def draw(world: World) -> Iterator[Callable[..., AppTest]]:
    """Draw the panel with some of its choices made."""

    def make(**chosen: Any) -> AppTest:
        app = AppTest.from_string(SCRIPT)
        app.session_state["world"] = world
        for name, value in chosen.items():
            app.session_state[f"fills-{name}"] = value
        app.run()
        assert not app.exception
        assert not [each.value for each in app.warning if "could not be drawn" in each.value]
        return app

    yield make
    st.cache_resource.clear()


def test_the_last_seven_days_are_shown_first(draw: Callable[..., AppTest], world: World) -> None:
    """Today among them, everything of it."""
    draw()
    assert world.asked == [(TODAY - 6 * DAY, TODAY + DAY, ())]


@pytest.mark.parametrize(("span", "days"), [("Today", 1), ("30 d", 30)])
def test_a_span_begins_with_its_first_midnight(
    span: str, days: int, draw: Callable[..., AppTest], world: World
) -> None:
    """Days are UTC's."""
    draw(span=span, symbols=["XBTUSDTM"])
    assert world.asked[-1] == (TODAY - (days - 1) * DAY, TODAY + DAY, ("XBTUSDTM",))


def test_days_of_ones_own_are_asked_for_whole(draw: Callable[..., AppTest], world: World) -> None:
    """The last one too."""
    first, last = (TODAY - 40 * DAY).date(), (TODAY - 38 * DAY).date()
    draw(span="Range…", days=(first, last))
    assert world.asked[-1] == (TODAY - 40 * DAY, TODAY - 37 * DAY, ())


def test_what_did_not_change_is_not_added_up_again(draw: Callable[..., AppTest], world: World) -> None:
    """However often the panel is drawn."""
    app = draw()
    first = app.dataframe[0].proto.arrow_data.styler.uuid
    app.run()
    assert len(world.asked) == 1
    assert app.dataframe[0].proto.arrow_data.styler.uuid == first


def test_a_page_that_is_no_more_gives_way_to_the_last(draw: Callable[..., AppTest], world: World) -> None:
    """Fewer are chosen than before."""
    world.rows = tuple(replace(SPOT, trade_id=str(number)) for number in range(250))
    app = draw(page=5)
    assert len(app.dataframe[0].value) == 50


def test_figures_stand_as_the_exchange_told_them(draw: Callable[..., AppTest]) -> None:
    """The table holds exact decimals, and nothing where nothing is known."""
    frame = draw().dataframe[0].value
    assert list(frame["Size"]) == [each.size for each in (SPOT, LOTS, IN_COIN, PUSHED)]
    assert list(frame["Fee"][:3]) == [D("-0.972080000000000001")] * 2 + [D("-0.00012345")]
    assert frame["Fee"][3] is None
    assert list(frame["Account"]) == ["Spot", "Futures", "Spot", "–"]
    assert frame["Realised"][1] == D("196.78")


def test_the_sum_says_what_was_paid_in_each_currency() -> None:
    """And of how many it is not told yet."""
    assert fills_table.summary((SPOT, LOTS, IN_COIN, PUSHED)) == (
        "4 fills, fees −0.00012345 KCS, −1.94 USDT; 1 not told yet"
    )
    assert fills_table.summary(()) == "0 fills"


def test_a_row_can_be_read_to_the_last_digit() -> None:
    """With the ids that it has at the exchange."""
    assert fills_table.exactly(SPOT) == (
        "KCS-USDT buy, 2026-03-12 12:27:06.000000 UTC: 100.000000000000000001 KCS at 12.1510. "
        "Value 1,215.100000000000000012 USDT. Fee −0.972080000000000001 USDT (0.0800\u2009%). "
        "Trade 1001, order order-1."
    )
    assert "The fee is not told yet." in fills_table.exactly(PUSHED)
    assert past_table.exactly(CANCELLED) == (
        "BTC-USDT buy, 2026-03-12 11:32:06.000000 UTC: partially filled, rest cancelled. "
        "Filled 0.02 of 0.05 BTC, value 1,620.002. Order 6B01. Own id own-1."
    )
    assert "refused. Balance insufficient." in past_table.exactly(REFUSED)


def test_finished_orders_say_how_they_ended(draw: Callable[..., AppTest]) -> None:
    """And where they were placed."""
    app = draw(view="Orders")
    frame = app.dataframe[0].value
    assert list(frame["Status"]) == ["Partially filled, rest cancelled", "Refused"]
    assert list(frame["Placed"]) == ["Here", "Here"]
    assert frame["Filled"][1] is None
    assert any("2 orders" in caption.value for caption in app.caption)


def test_it_says_how_far_back_it_goes(draw: Callable[..., AppTest], world: World) -> None:
    """Our ledgers', and KuCoin's own lists; and what may be missing."""
    world.reach = replace(world.reach, problem="Fills on AAA-USDT cannot be read: no")
    app = draw()
    said = [caption.value.replace("\\", "") for caption in app.caption]
    assert any("complete since 9 Mar on spot, 13 Dec on futures" in each for each in said)
    assert "AAA" in app.warning[0].value
    told = orders_fills.told(Reach(None, None, False, None), NOW)
    assert told.startswith("UTC. The own ledger holds nothing yet")
    assert told.endswith("It is being read.")


def test_no_fills_say_what_would_bring_some(draw: Callable[..., AppTest], world: World) -> None:
    """In place of the table."""
    world.rows = ()
    app = draw(symbols=["KCS-USDT"])
    assert not app.dataframe
    assert "No fills on KCS" in app.markdown[0].value.replace("\\", "")
