"""The futures accounts on the push socket: which figures are told, how they look, what is heard, how old they are."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import PositionLine
from kucoin.errors import InvalidRequest
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web import names
from kucoin.web.futures import PANEL, FuturesPanel, account_cells, position_cells, total_cells
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from tests.futures_views import INVERSE, LINEAR, account, nothing, position, positions, totals, view
from tests.push_scene import NOW, Scene

D = Decimal
PRIVATE = "feed-futures-private"


class Held:
    """The accounts as a test has them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sight = replace(scene.sight, futures=lambda: self.current)
        self.private()
        self.current = view(self.at)

    @property
    def at(self) -> datetime:
        """The present moment."""
        return datetime.fromtimestamp(NOW + self.scene.now, UTC)

    def private(self, state: FeedState = FeedState.LIVE, problem: str | None = None, *, heard: bool = True) -> None:
        """Have the account's own line be like this; it said something just now where it is ``heard``."""
        heard_at = self.scene.now if heard else None
        self.scene.hub.changed(FeedStatus(PRIVATE, state, problem, heard_at=heard_at))

    def change(self, **changes: Any) -> None:
        """Have another view, with this in it."""
        self.current = replace(self.current, **changes)

    def marked(self, mark: str) -> None:
        """Have another mark price in the second position."""
        first, second, third = self.current.positions
        self.change(positions=(first, replace(second, mark=D(mark)), third))


@pytest.fixture
def scene() -> Scene:
    """Two contracts."""
    return Scene()


@pytest.fixture
def held(scene: Scene) -> Held:
    """What is held there."""
    return Held(scene)


def test_everything_comes_first_and_then_what_changed(held: Held) -> None:
    """Nothing is told twice, and a figure whose text stays the same is no news."""
    panel = FuturesPanel(held.sight)
    first = panel.change()
    assert first is not None
    assert first.kind == "full"
    assert first.body["account/USDT/equity"] == ("46,415.01", "")
    assert first.body["XBTUSDTM/BOTH/mark"] == ("87,112.9", "")
    assert first.body["total/XBT/long"] == ("0.22961000", "")
    assert [row["id"] for row in first.body["layout"]["positions"]] == [
        "SOLUSDTM/BOTH",
        "XBTUSDTM/BOTH",
        "XBTUSDM/BOTH",
    ]
    assert panel.change() is None
    held.marked("87113.0")
    assert panel.change() == ("more", {"XBTUSDTM/BOTH/mark": ("87,113.0", "")})
    held.marked("87113.01")
    assert panel.change() is None
    assert panel.full()["XBTUSDTM/BOTH/mark"] == ("87,113.0", "")


def test_a_position_that_opens_brings_the_new_layout_and_its_figures(held: Held) -> None:
    """And no figure of the others."""
    panel = FuturesPanel(held.sight)
    panel.change()
    held.change(positions=(*held.current.positions, position(position_side="SHORT", is_long=False)))
    more = panel.change()
    assert more is not None
    assert more.kind == "more"
    assert {name.rpartition("/")[0] for name in more.body} == {"", "XBTUSDTM/SHORT"}
    assert more.body["layout"]["positions"][-1]["id"] == "XBTUSDTM/SHORT"


def test_a_position_that_goes_is_told_by_telling_all(held: Held) -> None:
    """So is an account that cannot be shown any more."""
    panel = FuturesPanel(held.sight)
    panel.change()
    held.change(positions=held.current.positions[1:])
    change = panel.change()
    assert change is not None
    assert change.kind == "full"
    assert not [name for name in change.body if name.startswith("SOLUSDTM")]
    held.current = nothing(Standing.REFUSED, "no")
    assert panel.change() == ("full", {"layout": {"accounts": [], "positions": [], "totals": []}, "acts": []})


def test_a_flag_or_an_order_alone_changes_the_layout(held: Held) -> None:
    """They are no figures, and have to reach the page all the same."""
    panel = FuturesPanel(held.sight)
    panel.change()
    first, *others = held.current.positions
    held.change(positions=(replace(first, open_orders=0, flags=()), *others))
    more = panel.change()
    assert more is not None
    assert list(more.body) == ["layout"]
    assert (more.body["layout"]["positions"][0]["orders"], more.body["layout"]["positions"][0]["no_stop"]) == (0, False)


def test_what_the_exchange_left_out_of_a_position_is_a_dash_in_its_badge(held: Held) -> None:
    """Leverage, margin mode and currency are no figures, but no less unknown."""
    held.change(positions=(position(leverage=None, margin_mode="", settle_currency=""), position(INVERSE)))
    panel = FuturesPanel(held.sight)
    panel.change()
    unknown, known = panel.full()["layout"]["positions"]
    assert (unknown["terms"], unknown["settle"]) == ("– –", "–")
    assert (known["terms"], known["settle"]) == ("10× cross", "USDT")


def test_figures_look_as_what_they_are() -> None:
    """Sign and direction on gains, decimals of tick and currency, nothing unsigned that flows."""
    short, long, inverse = (position_cells(line) for line in positions())
    assert long["unrealised"] == ("+2,385.38", "up")
    assert (long["roe"], long["plain_return"]) == (("+22.40\u2009%", "up"), ("+2.24\u2009%", "up"))
    assert (long["entry"], long["coins"], long["lots"]) == (("85,204.6", ""), ("1.25 BTC", ""), ("1,250", ""))
    assert (long["funding_paid"], long["funding_next"]) == (("−31.77", ""), ("−8.82", ""))
    assert long["funding_rate"] == ("+0.0100\u2009%", "")
    assert short["realised_today"] == ("0.00", "flat")
    assert short["take_profit"] == ("–", "unknown")
    assert inverse["value"] == ("0.22961000", "")
    assert inverse["unrealised"] == ("+0.00341000", "up")


@pytest.mark.parametrize(
    ("distance", "cell"),
    [
        ("-0.01", ("−1.0\u2009%", "alert", 0.0)),
        ("0.0999", ("10.0\u2009%", "alert", 20.0)),
        ("0.1", ("10.0\u2009%", "warn", 20.0)),
        ("0.2999", ("30.0\u2009%", "warn", 60.0)),
        ("0.3", ("30.0\u2009%", "", 60.0)),
        ("0.967", ("96.7\u2009%", "", 100.0)),
    ],
)
def test_the_distance_calls_for_attention_below_its_limits(distance: str, cell: object) -> None:
    """Action below 10 %, a look below 30 %; the bar is full at half of the mark price."""
    assert position_cells(position(distance=D(distance)))["distance"] == cell


@pytest.mark.parametrize(
    ("rank", "cell"),
    [
        ("0", ("1 of 5", "", 1.0)),
        ("0.2", ("1 of 5", "", 1.0)),
        ("0.61", ("4 of 5", "warn", 4.0)),
        ("1", ("5 of 5", "warn", 5.0)),
    ],
)
def test_the_rank_for_deleveraging_is_told_in_five_steps(rank: str, cell: object) -> None:
    """As KuCoin draws it."""
    assert position_cells(position(adl_rank=D(rank)))["adl"] == cell


def test_a_long_that_no_price_liquidates_says_so() -> None:
    """Its price would read as zero."""
    assert position_cells(position(liquidation=D(0)))["liquidation"] == ("none", "")


FIGURES = [field.name for field in fields(PositionLine) if "None" in str(field.type)]
NAMES = {"leverage": "", "funding_at": "", "base_currency": "", "price_places": "", "adl_rank": "adl"}


@pytest.mark.parametrize("name", FIGURES)
def test_an_unknown_figure_is_a_dash_in_its_own_cell(name: str) -> None:
    """And nowhere else."""
    usual, without = position_cells(position()), position_cells(position(**{name: None}))
    differing = {key for key in usual if usual[key] != without[key]}
    cell = NAMES.get(name, name)
    if cell:
        assert differing == {cell}
        assert without[cell][:2] == ("–", "unknown")
    else:
        assert not [key for key in differing if without[key][0] == "–"]


def test_unknown_amounts_of_an_account_and_of_totals_are_dashes() -> None:
    """Never zero."""
    empty = account(**dict.fromkeys(("equity", "available", "position_margin", "order_margin", "frozen"), None))
    empty = replace(empty, unrealised=None, risk_ratio=None)
    assert {cell[:2] for cell in account_cells(empty).values()} == {("–", "unknown")}
    names = ("long", "short", "net", "hedged", "unrealised", "realised_today", "funding_paid", "margin_ratio")
    assert set(total_cells(totals(**dict.fromkeys(names, None))).values()) == {("–", "unknown")}


def test_totals_say_when_they_are_partial_and_when_all_points_one_way(held: Held) -> None:
    """One position alone is no such thing."""
    panel = FuturesPanel(held.sight)
    held.change(totals=(totals(partial=True), totals("XBT")))
    panel.change()
    told = panel.full()["layout"]["totals"]
    assert told[0] == {"currency": "USDT", "partial": True, "one_way": None}
    assert told[1] == {"currency": "XBT", "partial": False, "one_way": None}
    held.change(positions=(position(), position("ETHUSDTM")))
    panel.change()
    assert panel.full()["layout"]["totals"][0]["one_way"] == "long"


def test_marks_are_heard_while_somebody_looks(held: Held, scene: Scene) -> None:
    """Those of listed contracts alone, and nothing else of them."""
    held.change(symbols=(LINEAR, "GONEUSDTM"))
    panel = FuturesPanel(held.sight)
    panel.change()
    assert scene.heard.wanted == [f"/contract/instrument:{LINEAR}"]
    held.change(symbols=(INVERSE,))
    panel.change()
    assert scene.market.watched() == {LINEAR: 0, INVERSE: 1}
    panel.close()
    assert scene.market.watched() == {LINEAR: 0, INVERSE: 0}


def test_without_an_account_there_is_no_such_panel(scene: Scene, held: Held) -> None:
    """With one it is had by its name."""
    with pytest.raises(InvalidRequest, match="no account"):
        names.opened(scene.sight, PANEL)
    assert isinstance(names.opened(held.sight, PANEL), FuturesPanel)


def opened(held: Held) -> FuturesPanel:
    """A panel that has looked once."""
    panel = FuturesPanel(held.sight)
    panel.change()
    return panel


def test_it_is_live_while_marks_come(held: Held, scene: Scene) -> None:
    """Their age is that of the newest; then the lists stand in, and then nothing does."""
    panel = opened(held)
    scene.mark("87112.9", "87110")
    scene.now += 2
    assert panel.fresh() == (LIVE, 2.0, None)
    scene.now += 4
    state, age, why = panel.fresh()
    assert (state, age) == (CATCHING_UP, 6.0)
    assert why == "the socket is silent; prices are read every few seconds instead"
    scene.now += 4
    assert panel.fresh().state == STALE


def test_a_dead_private_line_makes_it_stale_within_ten_seconds(held: Held, scene: Scene) -> None:
    """Whatever the marks do; a line that is back at once is no alarm."""
    panel = opened(held)
    scene.now += 3
    scene.mark("87112.9", "87110")
    held.private(FeedState.DOWN, "the line was cut", heard=False)
    panel.change()
    assert panel.fresh() == (CATCHING_UP, 3.0, "the line was cut")
    held.private(FeedState.DIALLING, heard=False)
    scene.now += 2
    scene.mark("87112.9", "87110")
    panel.change()
    assert panel.fresh() == (STALE, 5.0, "the line is dialling")
    held.change(at=held.at)  # read meanwhile
    panel.change()
    assert panel.fresh().state == CATCHING_UP
    held.private()
    panel.change()
    assert panel.fresh() == (LIVE, 0.0, None)


def test_without_positions_the_line_itself_tells_the_age(held: Held, scene: Scene) -> None:
    """Nothing moves, and that is known to be so."""
    held.change(positions=(), totals=(), symbols=())
    panel = opened(held)
    scene.now += 30
    held.private()
    scene.now += 1
    panel.change()
    assert panel.fresh() == (LIVE, 1.0, None)


def test_before_anything_was_read_it_is_catching_up(held: Held) -> None:
    """With the account's own reason."""
    held.current = nothing(Standing.UNREACHABLE, "timeout")
    assert opened(held).fresh() == (CATCHING_UP, None, "timeout")
