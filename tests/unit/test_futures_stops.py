"""What stops, resting orders and the ledger tell the futures page of a position."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.order_state import FuturesOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.position_lines import Flag
from kucoin.desk.refresh import Reading, Refresher
from kucoin.desk.rounds import Round
from kucoin.desk.stops import Stop
from kucoin.model.order import Lots, MarginMode, PositionSide, Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.futures_scene import ACCOUNTS, CONTRACTS, LINEAR, NOW, Book, Scene

D = Decimal


def stop(side: str, direction: str, price: str, **more: Any) -> Stop:
    """An order on XBTUSDTM that waits for its price."""
    words = {"order_id": f"{side}{direction}{price}", "symbol": "XBTUSDTM", "side": Side(side), "futures": True} | more
    return Stop(**words, stop=direction, stop_price=D(price), lots=Lots(1), seen=True)


@pytest.mark.parametrize(
    ("row", "waiting", "found"),
    [
        (LINEAR, [], (None, None)),
        (LINEAR, ["sell up 70000", "sell up 69000", "sell down 60000", "sell down 61000"], ("69000", "61000")),
        (LINEAR, ["buy up 70000", "buy down 60000"], (None, None)),
        (LINEAR | {"currentQty": -1}, ["buy up 70000", "buy down 60000", "buy down 61000"], ("61000", "70000")),
    ],
    ids=["none", "a long's", "other orders", "a short's"],
)
def test_the_nearest_stops_of_each_kind_are_shown(
    row: dict[str, Any], waiting: list[str], found: tuple[str | None, str | None]
) -> None:
    """What would close it at a profit, and what against a loss; without the latter it is flagged."""
    scene = Scene()
    scene.orders.waiting = tuple(stop(*each.split()) for each in waiting)
    scene.orders.generation += 1
    scene.tell(positions=[row])
    line = scene.line()
    assert (line.take_profit, line.stop_loss) == tuple(None if price is None else D(price) for price in found)
    assert (Flag.NO_STOP in line.flags) == (found[1] is None)


def test_a_stop_of_the_other_side_of_a_hedge_does_not_count() -> None:
    """Selling may close the long, or open the short."""
    scene = Scene()
    scene.orders.waiting = (
        stop("sell", "down", "60000", position_side=PositionSide.SHORT),
        stop("sell", "down", "50000", position_side=PositionSide.LONG),
    )
    scene.tell(positions=[LINEAR | {"positionSide": "LONG"}])
    assert scene.line().stop_loss == 50_000
    assert [loose.trigger for loose in scene.see().loose_stops] == [60_000]


def test_stops_that_were_never_read_are_unknown_and_raise_no_flag() -> None:
    """An alarm about what nobody has looked at would be false."""
    scene = Scene()
    scene.orders.waiting = None
    scene.tell()
    assert scene.line().flags == ()
    assert scene.see().loose_stops == ()


def test_what_waits_is_known_once_it_was_read() -> None:
    """Of each market for itself; until then, and where a reading fails, there is a reason."""
    orders = Orders(
        Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS), Scene().hub, Refresher(), granted=lambda: True
    )
    assert not orders.knows_stops(futures=True)
    assert "have not been read yet" in str(orders.stops_problem(futures=True))
    for reader in orders._waiting:  # what a reading of the exchange would leave behind
        if reader.futures:
            reader.source.reading = Reading(None, NOW, None, NOW)
    assert orders.knows_stops(futures=True)
    assert not orders.knows_stops(futures=False)
    assert orders.stops_problem(futures=True) is None


def resting(mode: MarginMode) -> FuturesOrderState:
    """An order in the market on XBTUSDTM."""
    words: dict[str, Any] = dict.fromkeys(FuturesOrderState.__dataclass_fields__)
    return FuturesOrderState(**(words | {"symbol": "XBTUSDTM", "side": Side.BUY, "margin_mode": mode}))


@pytest.mark.parametrize(
    ("modes", "tied"),
    [([], 20), ([MarginMode.ISOLATED], 20), ([MarginMode.CROSS], 0), (list(MarginMode), 20)],
    ids=["none", "isolated", "cross", "both"],
)
def test_margin_of_cross_orders_still_stands_behind_cross_positions(modes: list[MarginMode], tied: int) -> None:
    """That of isolated ones does not; where there are both, none of it is counted on."""
    scene = Scene()
    scene.orders.orders = tuple(map(resting, modes))
    cross = LINEAR | {"marginMode": "CROSS", "liquidationPrice": None}
    scene.tell(
        positions=[cross], accounts=ACCOUNTS | {"USDT": ACCOUNTS["USDT"] | {"orderMargin": 20, "riskRatio": 0.01}}
    )
    backing = D("100.89216") - tied
    assert scene.line().open_orders == len(modes)
    scene.mark("34161.53")  # half of it
    ratio = scene.see().accounts[0].risk_ratio
    assert ratio is not None
    assert round(ratio, 12) == round(D("0.01") * backing / 2 / (backing - D("68.32306") / 2), 12)


def test_a_price_of_nothing_is_none_for_a_short() -> None:
    """A long may have it: it can fall no further. A short's is reckoned."""
    assert Scene().tell(positions=[LINEAR | {"liquidationPrice": 0}]).positions[0].distance == 1
    costs = {"posCost": -67.4309, "markValue": -68.32306, "unrealisedPnl": -0.89216}
    line = Scene().tell(positions=[LINEAR | costs | {"currentQty": -1, "liquidationPrice": 0}]).positions[0]
    assert line.liquidation == (D("67.4309") + D("22.1310912243") - D("0.4046228699")) * 1000


def test_one_unknown_amount_makes_a_sum_of_payments_unknown() -> None:
    """A part of what was paid would look like all of it."""
    other = LINEAR | {"symbol": "AUSDTM", "fundingFee": None}
    view = Scene().tell(positions=[LINEAR, other], contracts=[CONTRACTS[0], CONTRACTS[0] | {"symbol": "AUSDTM"}])
    (totals,) = view.totals
    assert (totals.funding_paid, totals.partial) == (None, False)


def test_a_flat_account_has_the_equity_it_was_told_with() -> None:
    """There is no mark that would move it."""
    view = Scene().tell(positions=[], accounts=ACCOUNTS | {"USDT": ACCOUNTS["USDT"] | {"accountEquity": 99}})
    assert view.accounts[0].equity == 99


def test_a_stop_without_a_position_is_told() -> None:
    """On another symbol, or on the side that is not held; spot's are none of it."""
    scene = Scene()
    scene.orders.waiting = (
        stop("sell", "down", "60000"),
        stop("buy", "up", "70000"),
        stop("sell", "down", "2000", symbol="ETHUSDTM"),
        stop("sell", "loss", "2000", symbol="ETH-USDT", futures=False),
    )
    view = scene.tell()
    assert [(loose.symbol, loose.side, loose.trigger) for loose in view.loose_stops] == [
        ("XBTUSDTM", Side.BUY, 70_000),
        ("ETHUSDTM", Side.SELL, 2_000),
    ]


def a_round(**changes: Any) -> Round:
    """What the ledger knows of the linear position: it paid 1 for fees and got 2 of funding."""
    whole = Round(
        *("XBTUSDTM", "USDT", "BOTH", True, "ISOLATED", NOW - timedelta(days=1), None, 1, 1, D("67430.9"), None),
        *(D(0), D(-1), D(2), 1, False, True),
    )
    return replace(whole, **changes)


def test_the_ledger_tells_what_was_paid_where_it_has_the_whole_position() -> None:
    """Net 1 so far: value × (1 − 0.0006) = cost − 1."""
    book = Book(rounds={("XBTUSDTM", "BOTH"): a_round()}, today={("XBTUSDTM", "BOTH"): D("0.5")})
    scene = Scene(book)
    line = scene.line()
    assert (line.funding_paid, line.realised_today) == (D(2), D("0.5"))
    assert line.break_even == (D("66.4309") / D("0.9994")) / D("0.001")
    assert scene.line("ETHUSDM").realised_today == 0


@pytest.mark.parametrize(
    "changes",
    [{"complete": False}, {"held_lots": 2}, {"is_long": False}, {"missing": "3 lots"}],
    ids=["began before", "another size", "another side", "with gaps"],
)
def test_a_ledger_that_lacks_something_of_the_position_is_not_asked(changes: dict[str, Any]) -> None:
    """The exchange's own sums are whole."""
    told = Scene().line()
    line = Scene(Book(rounds={("XBTUSDTM", "BOTH"): a_round(**changes)})).line()
    assert (line.funding_paid, line.break_even) == (told.funding_paid, told.break_even)


@pytest.mark.parametrize("state", ["off", "waiting", "reading", "syncing", "failed"])
def test_what_was_realised_today_is_unknown_until_the_ledger_is_up_to_date(state: str) -> None:
    """A part of it would look like the whole."""
    scene = Scene(Book(today={("XBTUSDTM", "BOTH"): D("0.5")}, state=state))
    assert scene.line().realised_today is None
    assert scene.see().totals[0].realised_today is None


def test_the_view_follows_the_ledger() -> None:
    """A new generation is looked at."""
    book = Book()
    scene = Scene(book)
    assert scene.line().realised_today == 0
    book.today, book.generation = {("XBTUSDTM", "BOTH"): D(3)}, 1
    assert scene.line().realised_today == 3
