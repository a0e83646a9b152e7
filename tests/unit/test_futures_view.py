"""What the futures page gets to see: of whole answers, and of pushes in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.accounts import Accounts
from kucoin.desk.admission import Admission
from kucoin.desk.futures import Futures
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import Flag
from kucoin.desk.refresh import Reading, Refresher
from kucoin.errors import InvalidRequest
from kucoin.model.account import AccountMode
from kucoin.model.feed_private import PositionChange, WalletChange
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.futures_scene import ACCOUNTS, CONTRACTS, KEY, LINEAR, NOW, Scene

D = Decimal


def test_the_figures_are_kucoins_own() -> None:
    """The sample of its documentation, linear and inverse."""
    line = Scene().line()
    assert (line.value, line.coins, line.unrealised) == (D("68.32306"), D("0.001"), D("0.89216"))
    assert line.roe is not None
    assert line.plain_return is not None
    assert (round(line.roe, 4), round(line.plain_return, 4)) == (D("0.0400"), D("0.0132"))
    assert (line.base_currency, line.price_places, line.lots, line.is_long) == ("BTC", 1, 1, True)
    assert line.funding_next == -D("68.32306") * D("0.0002")
    inverse = Scene().line("ETHUSDM")
    assert inverse.value is not None
    assert round(inverse.value, 10) == D("0.0004074780")
    assert (inverse.unrealised, inverse.is_inverse, inverse.margin_mode) == (D("-4.975E-7"), True, "CROSS")


def test_the_view_is_the_same_object_until_a_figure_changes() -> None:
    """Also when something was read that is not in it."""
    scene = Scene()
    seen = scene.see()
    assert scene.see() is seen
    scene.refresher.touch()
    assert scene.see() is seen
    scene.mark("68323.07")
    assert scene.see() is not seen


def test_a_pushed_mark_moves_everything_that_hangs_on_it() -> None:
    """Profit, value, distance, equity, totals, the coming funding."""
    scene = Scene()
    before = scene.see()
    assert before.symbols == ("ETHUSDM", "XBTUSDTM")
    scene.mark("69323.06")
    view, line = scene.see(), scene.line()
    assert (line.mark, line.unrealised, line.value) == (D("69323.06"), D("1.89216"), D("69.32306"))
    assert line.distance == (D("69323.06") - D("45704.44")) / D("69323.06")
    assert line.funding_next == -D("69.32306") * D("0.0002")
    usdt = view.accounts[0]
    assert (usdt.unrealised, usdt.equity) == (D("1.89216"), D("101.89216"))
    assert (view.totals[0].unrealised, view.totals[0].long) == (D("1.89216"), D("69.32306"))
    assert view.accounts[1:] == before.accounts[1:]


def test_the_risk_ratio_follows_the_marks_from_the_exchanges_own() -> None:
    """Told 0.23 %; with the price at half, a dollar is twice the coins: twice to be kept, and less behind it."""
    scene = Scene()
    ratio = next(line.risk_ratio for line in scene.see().accounts if line.currency == "ETH")
    assert ratio is not None
    assert round(ratio, 10) == D("0.0023")
    scene.mark("1227.06", "ETHUSDM")
    ratio = next(line.risk_ratio for line in scene.see().accounts if line.currency == "ETH")
    keep, behind = D("0.0023") * D("0.0009995025") * 2, D("0.0009995025") - 1 / D("2454.12")
    assert ratio is not None
    assert round(ratio, 10) == round(keep / behind, 10)


def test_a_risk_ratio_ends_at_one() -> None:
    """Beyond it there is nothing left to be divided by, and the exchange has long acted."""
    scene = Scene()
    scene.see()
    for price in ("450", "710", "714"):
        scene.mark(price, "ETHUSDM")
        assert next(line.risk_ratio for line in scene.see().accounts if line.currency == "ETH") == 1


def test_a_risk_ratio_that_is_not_told_is_unknown_after_a_move_as_well() -> None:
    """The lowest tier alone would make it look small."""
    scene = Scene()
    scene.tell(accounts=ACCOUNTS | {"ETH": ACCOUNTS["ETH"] | {"riskRatio": None}})
    account = next(line for line in scene.futures.what_if(D("-0.1")).accounts if line.currency == "ETH")
    assert (account.risk_ratio, account.risk_ratio_before) == (None, None)
    assert account.equity is not None


def test_the_rate_of_the_positions_own_tier_counts_where_the_exchange_does_not_reckon() -> None:
    """1 % in place of the contract's lowest 0.5 %."""
    row = LINEAR | {"posMaint": None, "maintMarginReq": 0.01, "liquidationPrice": None}
    line = Scene().tell(positions=[row]).positions[0]
    kept = D("67.4309") * (D("0.0102") + D("0.0006") * (1 + 1 / D("2.97")))
    assert line.liquidation == pytest.approx((D("67.4309") - D("22.1310912243") + kept) * 1000, rel=D("1E-20"))


def test_a_wallet_push_keeps_what_the_reading_said_of_the_ratio() -> None:
    """Only a reading tells the ratio anew; until then what was found by it holds for a changed account."""
    scene = Scene()
    scene.mark("1227.06", "ETHUSDM")
    scene.see()
    told: dict[str, Any] = {"isolated_unrealised_pnl": D(0), "cross_unrealised_pnl": D(0), "version": 7}
    more = WalletChange(
        time=0, currency="ETH", wallet_balance=D("0.002"), equity=D("0.002"), available_balance=D("0.001"), **told
    )
    assert scene.accounts.wallets["ETH"].follow(more, NOW)
    scene.refresher.touch()
    ratio = next(line.risk_ratio for line in scene.see().accounts if line.currency == "ETH")
    keep, behind = D("0.0023") * D("0.0009995025") * 2, D("0.0019995025") - 1 / D("2454.12")
    assert ratio is not None
    assert round(ratio, 9) == round(keep / behind, 9)


def test_a_pushed_position_is_merged_into_what_was_read() -> None:
    """The parts that it does not tell stay."""
    scene = Scene()
    assert scene.accounts.positions is not None
    stamp = int(NOW.timestamp() * 1000) + 500
    change = PositionChange(time=stamp, symbol="XBTUSDTM", pos_margin=D(30), pos_maint=D("0.5"), funding_fee=D(-1))
    assert scene.accounts.positions.follow(change, NOW)
    scene.refresher.touch()
    line = scene.line()
    assert (line.margin, line.funding_paid, line.entry) == (D(30), D(-1), D("67430.9"))


def test_what_is_nearest_to_liquidation_comes_first() -> None:
    """Those of unknown distance last, whatever they are worth."""
    far, near, unknown = ({**LINEAR, "symbol": name} for name in ("AUSDTM", "BUSDTM", "CUSDTM"))
    rules = [{**CONTRACTS[0], "symbol": name} for name in ("AUSDTM", "BUSDTM")]
    near["liquidationPrice"], unknown["liquidationPrice"] = 62000, None
    view = Scene().tell(positions=[unknown, far, near], contracts=rules)
    assert [line.symbol for line in view.positions] == ["BUSDTM", "AUSDTM", "CUSDTM"]
    assert [Flag.NEAR_LIQUIDATION in line.flags for line in view.positions] == [True, False, False]
    assert view.totals[0].partial


def test_both_sides_of_a_hedge_are_rows_and_the_totals_net_them() -> None:
    """Two long lots and one short."""
    long = LINEAR | {"positionSide": "LONG", "currentQty": 2}
    short = LINEAR | {"positionSide": "SHORT", "currentQty": -1, "liquidationPrice": 90000}
    view = Scene().tell(positions=[long, short])
    (totals,) = view.totals
    assert view.hedge is True
    assert [(line.position_side, line.is_long, line.lots) for line in view.positions] == [
        ("SHORT", False, 1),
        ("LONG", True, 2),
    ]
    assert (totals.long, totals.short, totals.net, totals.hedged) == (D("136.64612"), *[D("68.32306")] * 2, D("0.5"))
    assert totals.unrealised == 2 * D("0.89216")


def test_without_a_position_the_mode_is_unknown_and_accounts_stand() -> None:
    """Read and flat, which is something else than not read."""
    view = Scene().tell(positions=[])
    assert (view.standing, view.positions, view.totals, view.hedge, view.at) == (Standing.READY, (), (), None, NOW)
    assert [line.currency for line in view.accounts] == ["USDT", "ETH", "USDC", "XBT"]
    assert view.accounts[0].equity == D("100.89216")
    assert view.accounts[2].equity == 0


@pytest.mark.parametrize(
    ("arrange", "standing", "reason"),
    [
        (lambda scene: scene.read(scene.accounts.admission, Admission("wrong key")), Standing.REFUSED, "wrong key"),
        (
            lambda scene: scene.read(scene.accounts.admission, Admission("", KEY, AccountMode.UNIFIED)),
            Standing.UNIFIED,
            "unified",
        ),
        (lambda scene: setattr(scene.accounts.admission, "reading", Reading()), Standing.LOADING, ""),
        (
            lambda scene: setattr(scene.accounts.admission, "reading", Reading(problem="no connection")),
            Standing.UNREACHABLE,
            "no connection",
        ),
    ],
)
def test_without_an_account_there_is_a_reason(
    arrange: Callable[[Scene], None], standing: Standing, reason: str
) -> None:
    """And no figure."""
    scene = Scene()
    arrange(scene)
    scene.refresher.touch()
    view = scene.see()
    assert view.standing is standing
    assert reason in view.reason
    assert (view.accounts, view.positions, view.totals, view.at) == ((), (), (), None)


@pytest.mark.parametrize(
    ("problem", "standing"), [(None, Standing.LOADING), ("HTTP 503", Standing.UNREACHABLE)], ids=["asked", "failed"]
)
def test_positions_that_were_never_read_are_not_none(problem: str | None, standing: Standing) -> None:
    """The accounts may be shown, but never an empty table that looks like a flat account."""
    scene = Scene()
    fresh = Accounts(Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS), scene.refresher)
    assert scene.accounts.positions is not None
    assert fresh.positions is not None
    scene.accounts.positions = fresh.positions
    scene.accounts.positions.reading = Reading(problem=problem, tried_at=NOW)
    scene.refresher.touch()
    view = scene.see()
    assert (view.standing, view.at, view.hedge) == (standing, None, None)
    assert (problem or "") in view.reason
    assert view.accounts[0].equity == D("100.89216")


def test_where_there_are_no_futures_it_is_said() -> None:
    """KuCoin's European site."""
    scene = Scene()
    scene.accounts.positions = None
    scene.refresher.touch()
    view = scene.see()
    assert (view.standing, view.positions) == (Standing.UNREACHABLE, ())
    assert "European site" in view.reason


def test_an_account_that_failed_makes_the_totals_partial() -> None:
    """Its row is unknown, the positions stand, and the view says why."""
    scene = Scene()
    fresh = Accounts(Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS), Refresher()).wallets["USDT"]
    scene.accounts.wallets["USDT"] = fresh
    scene.fail(fresh, "HTTP 500")
    view = scene.see()
    usdt = next(line for line in view.accounts if line.currency == "USDT")
    assert {getattr(usdt, each.name) for each in fields(usdt)} == {"USDT", None}
    assert view.problem == "The USDT account cannot be read: HTTP 500"
    totals = {line.currency: line for line in view.totals}
    assert (totals["USDT"].partial, totals["USDT"].long, totals["USDT"].margin_ratio) == (True, D("68.32306"), None)
    assert not totals["ETH"].partial


def test_a_reading_that_fails_later_leaves_the_figures_and_says_so() -> None:
    """The last full state, and why it is old."""
    scene = Scene()
    before = scene.see()
    assert scene.accounts.positions is not None
    scene.fail(scene.accounts.positions, "HTTP 503")
    view = scene.see()
    assert view.problem == "The positions cannot be read: HTTP 503"
    assert replace(view, problem=None) == before
    scene.accounts.positions.reading = replace(scene.accounts.positions.reading, problem=None)
    scene.orders.problem = "waiting futures orders cannot be read: HTTP 500"
    assert scene.see().problem == scene.orders.problem


def test_what_if_starts_from_the_newest_marks() -> None:
    """Further than half of the price nobody may ask."""
    scene = Scene()
    scene.mark("69323.06")
    answer = scene.futures.what_if(D("0.1"))
    usdt = next(line for line in answer.accounts if line.currency == "USDT")
    assert (usdt.unrealised_before, usdt.unrealised) == (D("1.89216"), D("1.89216") + D("6.932306"))
    for shift in ("0.51", "-0.51"):
        with pytest.raises(InvalidRequest, match=f"a move by {shift}"):
            scene.futures.what_if(D(shift))


def test_without_a_key_there_is_nothing() -> None:
    """Said at once."""
    accounts = Accounts(Exchange(hosts.practice(1, 2)), Refresher())
    scene = Scene()
    view = Futures(accounts, scene.orders, scene.hub, Refresher()).view()  # type: ignore[arg-type]  # as in the scene
    assert (view.standing, view.accounts) == (Standing.NO_CREDENTIALS, ())
