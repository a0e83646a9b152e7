"""From the exchange's accounts to the lines of a portfolio."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kucoin.desk import places
from kucoin.desk.portfolio import Line, PartKind
from kucoin.desk.refresh import Reading
from kucoin.model.account import (
    CrossMargin,
    FuturesAccount,
    IsolatedPair,
    MarginAsset,
    SpotAccount,
    SubAccount,
    SubBalance,
)
from kucoin.model.market import Contract
from kucoin.model.position import Position

D = Decimal
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def wallet(currency: str, equity: str, available: str | None = None) -> FuturesAccount:
    """A futures account."""
    rest = (None,) * 5
    return FuturesAccount(currency, D(equity), None, *rest[:4], D(available) if available else None, None, None)


def asset(currency: str, total: str, liability: str = "0") -> MarginAsset:
    """A margin balance, all of it available."""
    return MarginAsset(currency, D(total), D(total), D(0), D(liability), None)


def position(**changes: object) -> Position:
    """Ten lots long, opened two days ago."""
    plain = Position(
        *("XBTUSDTM", "BOTH", "ISOLATED", "USDT", False, 10),
        *(None,) * 14,
        opened_at=NOW - timedelta(days=2),
        at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # names checked by replace itself


def contract(symbol: str, settle: str, multiplier: str, last: str | None, change: str | None) -> Contract:
    """A contract with a last price and its change in 24 h."""
    inverse = settle == "XBT"
    rules = (symbol, "XBT", "USD", settle, "Open", inverse, D(multiplier), 1, D("0.1"), *(None,) * 8)
    figures = (D(last) if last else None, D(change) if change else None)
    return Contract(*rules, *figures, *(None,) * 9)


CONTRACTS = {
    each.symbol: each
    for each in (
        contract("XBTUSDTM", "USDT", "0.001", "88000", "-2000"),
        contract("XBTUSDM", "XBT", "-1", "80000", "-20000"),
        contract("ETHUSDTM", "USDT", "0.01", "3000", None),
        contract("NEWUSDTM", "USDT", "1", "5", "5"),
    )
}


def test_spot_accounts_become_funding_and_spot() -> None:
    """By their kind; margin and futures kinds are read elsewhere and not counted twice; zeros are dropped."""
    rows = [("main", "USDT", "5"), ("trade", "BTC", "1"), ("trade_hf", "ETH", "2"), ("margin", "BTC", "9")]
    rows += [("contract", "USDT", "9"), ("trade", "KCS", "0")]
    reading = Reading(tuple(SpotAccount("", kind, coin, D(text), D(text), D(0)) for kind, coin, text in rows), NOW)
    funding, spot = places.spot(reading)
    assert (funding.kind, funding.lines) == (PartKind.FUNDING, (Line("Funding", "USDT", D(5), D(5), D(0)),))
    assert [line.currency for line in spot.lines or ()] == ["BTC", "ETH"]
    assert (spot.at, spot.problem) == (NOW, None)


def test_margin_debt_is_kept_beside_the_balance() -> None:
    """A debt without a balance is a line too; isolated lines name their pair."""
    debts = (asset("USDT", "0", "8500"), asset("BTC", "1"), asset("ETH", "0"))
    cross = places.cross(Reading(CrossMargin("EFFECTIVE", None, debts), NOW))
    assert [(line.currency, line.total, line.liability) for line in cross.lines or ()] == [
        ("USDT", D(0), D(8500)),
        ("BTC", D(1), D(0)),
    ]
    pair = IsolatedPair("ETH-USDT", "EFFECTIVE", None, asset("ETH", "3"), asset("USDT", "0", "40"))
    isolated = places.isolated(Reading((pair,), NOW))
    assert {line.account for line in isolated.lines or ()} == {"Isolated margin ETH-USDT"}
    assert [line.liability for line in isolated.lines or ()] == [D(0), D(40)]


def test_futures_equity_counts_whole() -> None:
    """What is not available is on hold; an available that was not sent stays unknown, and so does what is on hold."""
    place = places.futures("XBT", Reading(wallet("XBT", "1.5", "0.9"), NOW), D("0.1"))
    assert place.lines == (Line("Futures XBT", "XBT", D("1.5"), D("0.9"), D("0.6"), D(0), D("0.1")),)
    (line,) = places.futures("XBT", Reading(wallet("XBT", "1.5"), NOW), None).lines or ()
    assert (line.available, line.on_hold, line.moved) == (None, None, None)


def test_an_account_without_an_equity_is_unknown_and_not_empty() -> None:
    """It was read, and yet there is nothing to count; margin and gain would do."""
    untold = FuturesAccount("USDT", None, D(3), None, None, None, None, D(40), None, None)
    place = places.futures("USDT", Reading(untold, NOW), D(0))
    assert (place.lines, place.problem) == (None, "KuCoin did not tell its equity")
    reckoned = places.futures("USDT", Reading(replace(untold, margin_balance=D(100)), NOW), D(0), D(3))
    assert reckoned.lines is not None
    assert [line.total for line in reckoned.lines] == [D(103)]


def test_what_was_never_read_has_no_lines_and_says_why() -> None:
    """Unread is something else than empty; a failed re-read keeps its lines."""
    assert (places.cross(Reading()).lines, places.cross(Reading()).problem) == (None, "not read yet")
    assert places.cross(Reading(problem="no answer")).problem == "no answer"
    kept = places.futures("USDT", Reading(wallet("USDT", "7"), NOW, "no answer", NOW), D(0))
    assert (kept.lines is not None, kept.at, kept.problem) == (True, NOW, "no answer")


def sub(name: str, **kinds: str) -> SubAccount:
    """A sub-account with an amount of USDT in each of ``kinds``."""
    return SubAccount("", name, tuple(SubBalance(kind, "USDT", D(text), D(text), D(0)) for kind, text in kinds.items()))


def test_a_sub_account_is_its_spot_and_its_futures() -> None:
    """One place each, by name; the master's own futures row is not a sub-account; the age is the oldest reading's."""
    older = NOW - timedelta(seconds=50)
    wallets = {
        "USDT": Reading((("main", wallet("USDT", "999")), ("grid", wallet("USDT", "3"))), older),
        "XBT": Reading((("grid", wallet("XBT", "0.5")), ("bare", wallet("XBT", "2"))), NOW),
    }
    bare, grid = places.subs(Reading((sub("grid", main="1", trade="2"),), NOW), wallets)
    assert (bare.name, grid.name, grid.kind) == ("bare", "grid", PartKind.SUB)
    assert [(line.currency, line.total) for line in grid.lines or ()] == [
        ("USDT", D(1)),
        ("USDT", D(2)),
        ("USDT", D(3)),
        ("XBT", D("0.5")),
    ]
    assert (grid.partial, grid.problem, grid.at) == (False, None, older)
    assert {line.account for line in grid.lines or ()} == {"Sub-account grid"}


def test_a_sub_account_says_what_is_missing() -> None:
    """Margin balances, whose debt is not told, and futures that were not read leave it partial, with the reason."""
    wallets: dict[str, Reading[tuple[tuple[str, FuturesAccount], ...]]] = {"USDT": Reading(problem="no answer")}
    one, two = places.subs(Reading((sub("one", trade="2"), sub("two", trade="2", margin="7")), NOW), wallets)
    assert (one.partial, one.problem) == (True, "futures USDT: no answer")
    assert two.problem is not None
    assert two.problem.startswith("futures USDT: no answer; margin balances are not counted")
    assert [line.total for line in two.lines or ()] == [D(2)]
    (unread,) = places.subs(Reading(problem="refused"), wallets)
    assert (unread.name, unread.lines, unread.problem) == ("", None, "refused")
    assert places.subs(Reading((), NOW), {}) == []


@pytest.mark.parametrize(
    ("held", "settled_in", "moved"),
    [
        (position(), "USDT", "-20"),
        (position(current_qty=-10), "USDT", "20"),
        (position(), "XBT", "0"),
        (position(symbol="XBTUSDM", settle_currency="XBT", current_qty=60000), "XBT", "-0.15"),
        (position(symbol="XBTUSDM", settle_currency="XBT", current_qty=-60000), "XBT", "0.15"),
        (position(opened_at=NOW - timedelta(hours=23, minutes=59), unrealised_pnl=D("7.5")), "USDT", "7.5"),
        (position(opened_at=NOW - timedelta(hours=24), unrealised_pnl=D("7.5")), "USDT", "-20"),
        (position(opened_at=None), "USDT", "-20"),
        (position(opened_at=NOW - timedelta(hours=1)), "USDT", None),
        (position(symbol="ETHUSDTM"), "USDT", None),
        (position(symbol="GONEUSDTM"), "USDT", None),
        (position(symbol="NEWUSDTM"), "USDT", None),
    ],
)
def test_positions_move_with_their_price(held: Position, settled_in: str, moved: str | None) -> None:
    """Linear by lots, inverse by coins a dollar buys; a younger one by its PnL; a missing figure leaves it unknown."""
    assert places.moved([held], CONTRACTS, settled_in, NOW) == (D(moved) if moved else None)


def test_what_positions_moved_is_their_sum() -> None:
    """All of one currency together; one unknown among them makes the sum unknown, as do positions never read."""
    long, short = position(), position(current_qty=-4)
    assert places.moved([long, short], CONTRACTS, "USDT", NOW) == D(-12)
    assert places.moved([long, position(symbol="ETHUSDTM")], CONTRACTS, "USDT", NOW) is None
    assert places.moved([], CONTRACTS, "USDT", NOW) == 0
    assert places.moved(None, CONTRACTS, "USDT", NOW) is None
