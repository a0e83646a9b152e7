"""The trades page, over a market and a push socket that answer from memory."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk.rules import Rules
from kucoin.errors import InvalidRequest
from kucoin.web.tickets import Tickets

PANELS = ("head", "facts", "candles", "depth", "near", "ladder", "tape", "watchlist")
HOSTILE = "<b>:red[**BTC**]"


def rules(symbol: str, **changes: Any) -> Rules:
    """Return a market."""
    usual = {"base": "BTC", "quote": "USDT", "futures": "-" not in symbol, "tick": Decimal("0.1"), "lot": Decimal(1)}
    return Rules(symbol=symbol, **{**usual, "coins": None, "inverse": False, "trading": True, **changes})


class FakeMarket:
    """What is listed, and nothing more."""

    def __init__(self) -> None:
        self.listed: tuple[Rules, ...] = (rules("BTC-USDT"), rules("ETH-USDT", base="ETH"), rules("XBTUSDTM"))

    def symbols(self) -> tuple[Rules, ...]:
        return self.listed

    def trouble(self, symbol: str) -> str | None:
        return f"{symbol!r} is not listed on KuCoin" if self.listed else None


class FakeLive:
    """A push socket that nobody is on."""

    def __init__(self) -> None:
        self.tickets = Tickets()

    def glance(self, panel: str) -> tuple[dict[str, Any], tuple[str, float, str | None]]:
        if panel.startswith("depth"):
            raise InvalidRequest("there is no such panel")
        return {"of": panel}, ("live", 0.5, None)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> FakeLive:
    """Put a fake in the place of the process's push socket."""
    fake = FakeLive()
    monkeypatch.setattr(assemble, "live", lambda: fake)
    return fake


@pytest.fixture
def page(app: AppTest, desk: Any, live: FakeLive) -> AppTest:
    """Return the trades page, not yet run."""
    desk.market = FakeMarket()
    app.run()  # a page is reached from the one that comes first
    return app.switch_page("trades.py")


def shown(app: AppTest) -> set[str]:
    """The keys of the components that were drawn."""
    return {element.proto.id.split("-", 2)[-1] for element in app.get("bidi_component")}


def test_every_panel_follows_the_symbol_in_the_address(page: AppTest, live: FakeLive, drawn: Any) -> None:
    """Ticket and panel are all that the script has to do with a tick."""
    page.query_params["symbol"] = "XBTUSDTM"
    page.run()
    assert shown(page) >= set(PANELS)
    given = {key: drawn(page, key) for key in PANELS}
    assert {key: data["panel"] for key, data in given.items() if key != "watchlist"} == {
        "head": "head:XBTUSDTM",
        "facts": "head:XBTUSDTM",
        "candles": "candles:XBTUSDTM:15min",
        "depth": "depth:XBTUSDTM",
        "near": "ladder:XBTUSDTM:",
        "ladder": "ladder:XBTUSDTM:",
        "tape": "tape:XBTUSDTM",
    }
    tickets = {data["socket"]["ticket"] for data in given.values()}
    assert len(tickets) == 1
    assert live.tickets.who(tickets.pop()) == "local"
    assert all(data["frames"] is None for data in given.values())


@pytest.mark.parametrize(("asked", "symbol"), [(None, "BTC-USDT"), ("xbtusdtm", "XBTUSDTM"), ("ETH-USDT", "ETH-USDT")])
def test_the_address_keeps_the_symbol(page: AppTest, drawn: Any, asked: str | None, symbol: str) -> None:
    """Written as KuCoin writes it, whatever was typed; Bitcoin where nothing was asked for."""
    if asked:
        page.query_params["symbol"] = asked
    page.run()
    assert drawn(page, "tape")["panel"] == f"tape:{symbol}"
    assert page.query_params["symbol"] == symbol


def test_a_choice_wins_over_the_address(page: AppTest, drawn: Any) -> None:
    """The address follows."""
    page.query_params["symbol"] = "XBTUSDTM"
    page.run().selectbox(key="symbol").select("ETH-USDT").run()
    assert drawn(page, "head")["panel"] == "head:ETH-USDT"
    assert page.query_params["symbol"] == "ETH-USDT"


@pytest.mark.parametrize("asked", ["LUNA-USDT", HOSTILE])
def test_what_is_not_listed_is_said_and_disturbs_nothing(page: AppTest, drawn: Any, asked: str) -> None:
    """A sentence, its text as text; the watchlist and the search go on, and the next choice is shown."""
    page.query_params["symbol"] = asked
    page.run()
    said = page.warning[0].value.replace("\\", "")
    assert said.startswith(f"{asked!r} is not listed on KuCoin")
    assert not {"tape", "head"} & shown(page)
    assert "watchlist" in shown(page)
    page.selectbox(key="symbol").select("ETH-USDT").run()
    assert not page.warning
    assert drawn(page, "tape")["panel"] == "tape:ETH-USDT"


def test_a_list_that_is_not_read_yet_is_waited_for(page: AppTest, desk: Any, drawn: Any) -> None:
    """An address is not refused for what was not read; it is shown as soon as it was."""
    desk.market.listed = ()
    page.query_params["symbol"] = "XBTUSDTM"
    page.run()
    assert "is being read" in page.warning[0].value
    desk.market.listed = FakeMarket().listed
    page.run()
    assert drawn(page, "tape")["panel"] == "tape:XBTUSDTM"


def test_the_script_brings_the_frames_where_no_socket_works(page: AppTest, drawn: Any) -> None:
    """As the server would say them; what cannot be had is said in its panel."""
    page.session_state["socket-blocked"] = True
    page.run()
    fresh = {"fresh": {"tape:BTC-USDT": ["live", 0.5, None]}}
    assert drawn(page, "tape")["frames"] == [{"panel": "tape:BTC-USDT", "full": {"of": "tape:BTC-USDT"}}, fresh]
    assert drawn(page, "depth")["frames"] == [{"panel": "depth:BTC-USDT", "trouble": "there is no such panel"}]


def test_a_session_keeps_its_ticket(page: AppTest, live: FakeLive, drawn: Any) -> None:
    """A ticket for each run would pull the browser's socket down each time."""
    first = drawn(page.run(), "tape")["socket"]["ticket"]
    assert drawn(page.run(), "tape")["socket"]["ticket"] == first
    assert len(live.tickets) == 1


@pytest.mark.parametrize(("asked", "palette"), [("safe", "safe"), ("swapped", "swapped"), ("loud", "default")])
def test_the_palette_is_kept_in_the_address(app: AppTest, asked: str, palette: str) -> None:
    """The usual one needs no mention."""
    app.query_params["palette"] = asked
    app.run()
    assert app.selectbox(key="palette").value == palette
    assert app.query_params.get("palette") == (None if palette == "default" else palette)
