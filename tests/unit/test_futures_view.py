"""What the futures page gets to see: of whole answers, of answers with holes, and of pushes in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.accounts import Accounts
from kucoin.desk.admission import Admission
from kucoin.desk.futures import Futures, FuturesView
from kucoin.desk.order_state import FuturesOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import Flag
from kucoin.desk.refresh import Reading, Refresher
from kucoin.desk.rounds import Round
from kucoin.desk.stops import Stop
from kucoin.errors import InvalidRequest, OutcomeUnknown
from kucoin.model.account import AccountMode
from kucoin.model.feed_private import PositionChange, WalletChange
from kucoin.model.order import Lots, MarginMode, PositionSide, Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.futures_scene import ACCOUNTS, CONTRACTS, INVERSE, KEY, LINEAR, NOW, Book, Scene

D = Decimal
UNKNOWN = None

Cells = dict[tuple[str, ...], Any]


def cells(view: FuturesView) -> Cells:
    """Every figure of a view by where it stands."""
    found: Cells = {("view", name): getattr(view, name) for name in ("standing", "reason", "hedge", "problem")}
    rows: list[tuple[tuple[str, ...], Any]] = [(("account", line.currency), line) for line in view.accounts]
    rows += [((line.symbol,), line) for line in view.positions]
    rows += [(("totals", line.currency), line) for line in view.totals]
    return found | {(*where, each.name): getattr(row, each.name) for where, row in rows for each in fields(row)}


# What becomes of the figures where a field is missing: unknown, or what is known otherwise. Any other field is not
# shown, or is there twice.
LINEAR_HOLES: dict[str, Cells] = {
    "leverage": {("XBTUSDTM", "leverage"): UNKNOWN},
    "avgEntryPrice": {("XBTUSDTM", "entry"): UNKNOWN},
    "delevPercentage": {("XBTUSDTM", "adl_rank"): UNKNOWN},
    "posMargin": {("XBTUSDTM", "margin"): UNKNOWN},
    "posInit": {("XBTUSDTM", "roe"): UNKNOWN},
    "posCost": {("XBTUSDTM", "plain_return"): UNKNOWN, ("XBTUSDTM", "break_even"): UNKNOWN},
    "realisedPnl": {("XBTUSDTM", "break_even"): UNKNOWN},
    "fundingFee": {("XBTUSDTM", "funding_paid"): UNKNOWN, ("totals", "USDT", "funding_paid"): UNKNOWN},
    "unrealisedPnl": {
        **{("XBTUSDTM", name): UNKNOWN for name in ("unrealised", "roe", "plain_return")},
        ("totals", "USDT", "unrealised"): UNKNOWN,
        ("totals", "USDT", "partial"): True,
    },
    "marginMode": {("XBTUSDTM", "margin_mode"): ""},
    "liquidationPrice": {
        ("XBTUSDTM", "liquidation"): D("45704.4316456"),  # KuCoin shows 45704.44
        ("XBTUSDTM", "distance"): 1 - D("45704.4316456") / D("68323.06"),
    },
    # |cost| × (maintenance + funding + taker rate × (1 + 1 ÷ leverage)), over the equity.
    "posMaint": {
        ("totals", "USDT", "margin_ratio"): D("67.4309")
        * (D("0.0052") + D("0.0006") * (1 + 1 / D("2.97")))
        / D("100.89216")
    },
}
WORTH, EQUITY = 1 / D("2454.12"), D("0.0009995025")  # of the inverse position, and of its account
KEPT = D("0.0023") * EQUITY
LOWEST = D("0.0056") * WORTH / EQUITY  # the margin ratio by the lowest tier, while the exchange's ratio is of no use
INVERSE_HOLES: dict[str, Cells] = {
    "leverage": {("ETHUSDM", "leverage"): UNKNOWN},
    "avgEntryPrice": {("ETHUSDM", "entry"): UNKNOWN},
    "delevPercentage": {("ETHUSDM", "adl_rank"): UNKNOWN},
    "posMargin": {("ETHUSDM", "margin"): UNKNOWN},
    "posInit": {("ETHUSDM", "roe"): UNKNOWN},
    "posCost": {("ETHUSDM", "plain_return"): UNKNOWN, ("ETHUSDM", "break_even"): UNKNOWN},
    "realisedPnl": {("ETHUSDM", "break_even"): UNKNOWN},
    "fundingFee": {("ETHUSDM", "funding_paid"): UNKNOWN, ("totals", "ETH", "funding_paid"): UNKNOWN},
    # Taken for isolated: maintenance, the coming funding and the fee for closing, on its cost.
    "marginMode": {
        ("ETHUSDM", "margin_mode"): "",
        ("totals", "ETH", "margin_ratio"): D("4.069805E-4") * (D("0.0052") + D("0.0006") * D("1.1")) / EQUITY,
    },
    # A long dollar is worth more coins as the price falls: at x times as many, what stands behind it is what it keeps.
    "liquidationPrice": {
        ("ETHUSDM", "liquidation"): D("2454.12") * (KEPT + WORTH) / (EQUITY + WORTH),
        ("ETHUSDM", "distance"): 1 - (KEPT + WORTH) / (EQUITY + WORTH),
    },
    "unrealisedPnl": {
        **{("ETHUSDM", name): UNKNOWN for name in ("unrealised", "roe", "plain_return")},
        ("totals", "ETH", "unrealised"): UNKNOWN,
        ("totals", "ETH", "partial"): True,
        ("totals", "ETH", "margin_ratio"): LOWEST,
    },
}
RULES = ("coins", "value", "break_even", "funding_rate", "funding_at", "funding_next", "base_currency", "price_places")
CONTRACT_GONE: Cells = {
    **{("XBTUSDTM", name): UNKNOWN for name in RULES},
    **{("totals", "USDT", name): UNKNOWN for name in ("long", "net", "hedged")},
    ("totals", "USDT", "partial"): True,
}
CONTRACT_HOLES: dict[str, Cells] = {
    **dict.fromkeys(("baseCurrency", "quoteCurrency", "settleCurrency", "status", "isInverse"), CONTRACT_GONE),
    **dict.fromkeys(("symbol", "multiplier", "tickSize", "lotSize"), CONTRACT_GONE),
    "takerFeeRate": {("XBTUSDTM", "break_even"): UNKNOWN},
    "fundingFeeRate": {("XBTUSDTM", "funding_rate"): UNKNOWN, ("XBTUSDTM", "funding_next"): UNKNOWN},
    "nextFundingRateDateTime": {("XBTUSDTM", "funding_at"): UNKNOWN},
}
ACCOUNT_HOLES: dict[str, Cells] = {
    "availableBalance": {("account", "ETH", "available"): UNKNOWN},
    "positionMargin": {("account", "ETH", "position_margin"): UNKNOWN},
    "orderMargin": {("account", "ETH", "order_margin"): UNKNOWN},
    "frozenFunds": {("account", "ETH", "frozen"): UNKNOWN},
    "riskRatio": {
        ("account", "ETH", "risk_ratio"): UNKNOWN,
        ("totals", "ETH", "margin_ratio"): LOWEST,
    },
}
IDENTITY = {"symbol", "currentQty"}  # a row without these is no position: the last reading stands, and it is said


def holes(row: dict[str, Any], known: dict[str, Cells]) -> list[Any]:
    """Each field of ``row`` once missing and once null, with the figures that change by it."""
    found = []
    for name in sorted(row.keys() - IDENTITY):
        without = {key: value for key, value in row.items() if key != name}
        for how, spoilt in (("missing", without), ("null", row | {name: None})):
            found.append(pytest.param(spoilt, known.get(name, {}), id=f"{name} {how}"))
    return found


def differing(scene: Scene, change: Callable[[], object]) -> Cells:
    """The figures that ``change`` changes, and what they are then."""
    before = cells(scene.see())
    change()
    after = cells(scene.see())
    assert before.keys() == after.keys()
    return {where: figure for where, figure in after.items() if figure != before[where]}


def check(found: Cells, expected: Cells) -> None:
    """The same figures, to four digits where a price is estimated."""
    assert found.keys() == expected.keys()
    for where, figure in expected.items():
        if isinstance(figure, Decimal):
            assert found[where] == pytest.approx(figure, rel=D("1E-4")), where
        else:
            assert found[where] == figure, where


@pytest.mark.parametrize(("row", "expected"), holes(LINEAR, LINEAR_HOLES))
def test_a_hole_in_a_position_is_one_in_its_cells(row: dict[str, Any], expected: Cells) -> None:
    """Unknown there, and nothing else is touched: not the rest of the row, nor the other one, nor the account."""
    scene = Scene()
    check(differing(scene, lambda: scene.tell(positions=[row, INVERSE])), expected)


@pytest.mark.parametrize(("row", "expected"), holes(INVERSE, INVERSE_HOLES))
def test_a_hole_in_a_cross_position_is_one_in_its_cells(row: dict[str, Any], expected: Cells) -> None:
    """Where what the exchange does not tell can be reckoned, it is: the liquidation price."""
    scene = Scene()
    check(differing(scene, lambda: scene.tell(positions=[LINEAR, row])), expected)


@pytest.mark.parametrize("name", sorted(IDENTITY))
@pytest.mark.parametrize("how", ["missing", "null"])
def test_a_position_of_unknown_symbol_or_size_is_none(name: str, how: str) -> None:
    """The whole answer is refused, so that no sum lacks it, and the reason names the field."""
    row = {key: value for key, value in LINEAR.items() if key != name} if how == "missing" else LINEAR | {name: None}
    with pytest.raises(OutcomeUnknown, match=f"row 0 has no readable {name}"):
        Scene().tell(positions=[row])


@pytest.mark.parametrize(("row", "expected"), holes(CONTRACTS[0], CONTRACT_HOLES))
def test_a_hole_in_a_contract_is_one_in_the_cells_that_need_it(row: dict[str, Any], expected: Cells) -> None:
    """Without its kind or its multiplier the whole contract is unknown; what the exchange reckons itself stays."""
    scene = Scene()
    check(differing(scene, lambda: scene.tell(contracts=[row, CONTRACTS[1]])), expected)


@pytest.mark.parametrize(("row", "expected"), holes(ACCOUNTS["ETH"], ACCOUNT_HOLES))
def test_a_hole_in_an_account_is_one_in_its_cells(row: dict[str, Any], expected: Cells) -> None:
    """Equity is margin balance and gain, so that each of the three can be missed."""
    if "currency" not in row or row["currency"] is None:
        with pytest.raises(OutcomeUnknown, match="currency"):
            Scene().tell(accounts=ACCOUNTS | {"ETH": row})
        return
    scene = Scene()
    found = differing(scene, lambda: scene.tell(accounts=ACCOUNTS | {"ETH": row}))
    if row.get("orderMargin") is None or row.get("marginBalance") is None:
        # The ratio cannot be carried on then, so it is as the exchange told it: no other figure.
        found = {where: figure for where, figure in found.items() if where[-1] not in {"risk_ratio", "margin_ratio"}}
    check(found, expected)


def test_a_ratio_that_was_never_told_makes_nothing_safer() -> None:
    """What cross positions must keep is reckoned by the lowest tier then; it is not nothing."""
    scene = Scene()
    row = ACCOUNTS["ETH"] | {"riskRatio": None}
    later = scene.tell(accounts=ACCOUNTS | {"ETH": row})
    first = Futures(scene.accounts, scene.orders, scene.hub, scene.refresher).view()  # type: ignore[arg-type]  # as there
    assert [total.margin_ratio for total in first.totals] == [total.margin_ratio for total in later.totals]
    assert all(total.margin_ratio for total in first.totals)


def test_nothing_known_of_an_account_is_no_zero() -> None:
    """Neither equity nor margin balance: the account's cells are unknown."""
    row = ACCOUNTS["USDT"] | {"accountEquity": None, "marginBalance": None}
    view = Scene().tell(accounts=ACCOUNTS | {"USDT": row})
    assert (view.accounts[0].currency, view.accounts[0].equity) == ("USDT", None)
    assert view.totals[0].margin_ratio is None


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
