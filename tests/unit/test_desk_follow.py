"""Readings that pushes carry on: which fact stands, and for how long."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk import joins
from kucoin.desk.follow import Followed
from kucoin.desk.refresh import Reading
from kucoin.model.account import FuturesAccount, SpotAccount
from kucoin.model.feed_private import BalanceChange, PositionChange, WalletChange
from kucoin.model.position import Position

START = datetime(2026, 11, 22, tzinfo=UTC)
BITCOIN = SpotAccount("7", "trade", "BTC", Decimal(1), Decimal(1), Decimal(0))
WALLET = FuturesAccount("USDT", *map(Decimal, (100, 10, 90, 20, 5, 0, 65, 0, 60)))


def moment(seconds: float) -> datetime:
    """The moment so long after the start."""
    return START + timedelta(seconds=seconds)


def balance(total: str, time: int = 1, *, account_id: str = "7", event: str = "trade_hf.hold") -> BalanceChange:
    """A push of that balance."""
    held = Decimal(total)
    amounts: dict[str, Decimal] = {"available_change": Decimal(0), "hold": Decimal(0), "hold_change": Decimal(0)}
    return BalanceChange(
        time=time,
        account_id=account_id,
        currency="BTC",
        total=held,
        available=held,
        event=event,
        event_id="e",
        **amounts,
    )


def position(**changes: Any) -> Position:
    """A long position of 10 lots."""
    empty: dict[str, Any] = dict.fromkeys(Position.__dataclass_fields__)
    told = {"symbol": "XBTUSDTM", "position_side": "BOTH", "margin_mode": "ISOLATED", "settle_currency": "USDT"}
    figures = {"is_inverse": False, "current_qty": 10, "mark_price": Decimal(50), "liquidation_price": Decimal(30)}
    return Position(**(empty | told | figures | changes))


@pytest.fixture
def spot() -> Followed[tuple[SpotAccount, ...], BalanceChange]:
    """The spot accounts, read once at the start."""
    source = Followed("spot accounts", tuple, every=60, wanted=lambda: True, joining=joins.BALANCES)
    read(source, 0, BITCOIN)
    return source


@pytest.fixture
def positions() -> Followed[tuple[Position, ...], PositionChange]:
    """The positions: one, read at the start."""
    source = Followed("positions", tuple, every=60, wanted=lambda: True, joining=joins.POSITIONS)
    read(source, 0, position())
    return source


def read(source: Followed[Any, Any], seconds: float, *rows: object) -> None:
    """Let a reading that began then have ended."""
    source.reading = Reading(rows, moment(seconds), None, moment(seconds))


def held(source: Followed[tuple[SpotAccount, ...], BalanceChange]) -> dict[str, Decimal]:
    """The balances shown, by account."""
    return {row.account_id: row.balance for row in source.reading.value or ()}


def test_a_push_is_shown_at_once(spot: Followed[tuple[SpotAccount, ...], BalanceChange]) -> None:
    """With the moment it came."""
    assert spot.follow(balance("2.5"), moment(9))
    assert held(spot) == {"7": Decimal("2.5")}
    assert spot.reading.at == moment(9)


def test_a_new_account_takes_its_kind_from_the_event(spot: Followed[tuple[SpotAccount, ...], BalanceChange]) -> None:
    """What stands before the dot; without one the list has to be read."""
    assert spot.follow(balance("3", account_id="8", event="main.deposit"), moment(1))
    assert (spot.reading.value or ())[1] == SpotAccount("8", "main", "BTC", Decimal(3), Decimal(3), Decimal(0))
    assert not spot.follow(balance("3", account_id="9", event="other"), moment(1))
    assert held(spot).keys() == {"7", "8"}


def test_an_answer_that_is_older_than_a_push_does_not_undo_it(
    spot: Followed[tuple[SpotAccount, ...], BalanceChange],
) -> None:
    """The question was asked before the push came; the next answer knows it."""
    spot.follow(balance("2"), moment(61))
    read(spot, 60, BITCOIN)
    assert held(spot) == {"7": Decimal(2)}
    read(spot, 120, BITCOIN)
    assert held(spot) == {"7": Decimal(1)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_latest_balance_stands_in_whatever_order_they_come(
    spot: Followed[tuple[SpotAccount, ...], BalanceChange], order: tuple[int, ...]
) -> None:
    """By the exchange's time; each comes seven times."""
    facts = [balance(str(number + 2), time=number + 2) for number in range(3)]
    for number in order:
        for _ in range(7):
            spot.follow(facts[number], moment(1))
    assert held(spot) == {"7": Decimal(4)}


def test_a_failure_leaves_what_the_pushes_told(spot: Followed[tuple[SpotAccount, ...], BalanceChange]) -> None:
    """Only the problem is new."""
    before = spot.reading
    spot.follow(balance("2"), moment(61))
    spot.reading = replace(before, problem="no answer", tried_at=moment(62))
    assert held(spot) == {"7": Decimal(2)}
    assert spot.reading.problem == "no answer"


def test_what_a_reading_puts_right_is_counted(spot: Followed[tuple[SpotAccount, ...], BalanceChange]) -> None:
    """Where no push tells it until the next one."""
    read(spot, 60, replace(BITCOIN, balance=Decimal(5)))
    assert (held(spot), spot.repaired) == ({"7": Decimal(5)}, 0)
    read(spot, 120, replace(BITCOIN, balance=Decimal(5)))
    assert spot.repaired == 1


def test_what_a_push_tells_late_is_no_repair(spot: Followed[tuple[SpotAccount, ...], BalanceChange]) -> None:
    """The answer overtook it."""
    read(spot, 60, replace(BITCOIN, balance=Decimal(5)))
    spot.follow(balance("5"), moment(60.1))
    read(spot, 120, replace(BITCOIN, balance=Decimal(5)))
    assert spot.repaired == 0


def test_what_a_push_could_only_announce_is_no_repair(
    positions: Followed[tuple[Position, ...], PositionChange],
) -> None:
    """A position that opens is told by a push, and known by the reading that it calls for; later ones are repairs."""
    assert not positions.follow(
        PositionChange(time=2, symbol="ETHUSDTM", position_side="BOTH", current_qty=1), moment(9)
    )
    opened = position(symbol="ETHUSDTM", current_qty=1)
    read(positions, 9.1, position(), opened)
    read(positions, 60, position(), opened)
    assert positions.repaired == 0
    read(positions, 120, position(), replace(opened, current_qty=2))
    read(positions, 180, position(), replace(opened, current_qty=2))
    assert positions.repaired == 1


def test_what_was_missed_while_the_line_was_away_is_no_repair(
    spot: Followed[tuple[SpotAccount, ...], BalanceChange],
) -> None:
    """It was known that something may be missing; and numbering may begin anew after it."""
    spot.follow(balance("9", time=99), moment(1))
    spot.forget()
    read(spot, 60, replace(BITCOIN, balance=Decimal(5)))
    read(spot, 120, replace(BITCOIN, balance=Decimal(5)))
    assert spot.repaired == 0
    assert spot.follow(balance("6", time=3), moment(121))
    assert held(spot) == {"7": Decimal(6)}


def test_before_the_first_reading_pushes_wait_for_it() -> None:
    """Unknown stays unknown; what came meanwhile is in the first value."""
    source = Followed("spot accounts", tuple, every=60, wanted=lambda: True, joining=joins.BALANCES)
    assert source.follow(balance("2"), moment(0.5))
    assert source.reading.value is None
    read(source, 0, BITCOIN)
    assert held(source) == {"7": Decimal(2)}


def test_part_of_a_position_is_merged_into_the_whole(
    positions: Followed[tuple[Position, ...], PositionChange],
) -> None:
    """What was not told stays."""
    assert positions.follow(PositionChange(time=2, symbol="XBTUSDTM", mark_price=Decimal(51)), moment(1))
    assert positions.follow(PositionChange(time=3, symbol="XBTUSDTM", current_qty=-4), moment(2))
    [shown] = positions.reading.value or ()
    assert (shown.mark_price, shown.current_qty, shown.liquidation_price) == (Decimal(51), -4, Decimal(30))


@pytest.mark.parametrize("told_side", ["SHORT", None])
def test_a_short_of_a_hedge_stays_one(
    positions: Followed[tuple[Position, ...], PositionChange], told_side: str | None
) -> None:
    """Its side tells, whatever the sign of the size in a push."""
    read(positions, 1, position(position_side="SHORT", current_qty=-10))
    change = PositionChange(time=2, symbol="XBTUSDTM", position_side=told_side, current_qty=4)
    assert positions.follow(change, moment(2))
    assert [shown.current_qty for shown in positions.reading.value or ()] == [-4]


def test_a_part_without_a_time_is_the_latest(positions: Followed[tuple[Position, ...], PositionChange]) -> None:
    """It is never taken for a repetition."""
    for mark in (51, 52, 51):
        assert positions.follow(PositionChange(time=0, symbol="XBTUSDTM", mark_price=Decimal(mark)), moment(1))
    assert (positions.reading.value or ())[0].mark_price == Decimal(51)


def test_a_closed_position_goes(positions: Followed[tuple[Position, ...], PositionChange]) -> None:
    """And one that was not known has to be read."""
    assert not positions.follow(PositionChange(time=2, symbol="ETHUSDTM", current_qty=1), moment(1))
    assert positions.follow(PositionChange(time=2, symbol="XBTUSDTM", current_qty=0), moment(1))
    assert positions.reading.value == ()


def test_a_position_that_was_opened_again_at_once_is_not_closed_by_what_came_before(
    positions: Followed[tuple[Position, ...], PositionChange],
) -> None:
    """Its opening cannot be joined, only read; the reading then stands, though the close came a moment before it."""
    closed = PositionChange(time=1, symbol="XBTUSDTM", position_side="BOTH", current_qty=0, is_open=False)
    opened = PositionChange(time=2, symbol="XBTUSDTM", position_side="BOTH", current_qty=5, is_open=True)
    assert positions.follow(closed, moment(10))
    assert not positions.follow(opened, moment(10.5))
    read(positions, 10.6, position(current_qty=5, leverage=Decimal(3)))
    assert positions.reading.value == (position(current_qty=5, leverage=Decimal(3)),)


def test_the_two_sides_of_a_contract_are_not_mixed(positions: Followed[tuple[Position, ...], PositionChange]) -> None:
    """A push that does not say which of them it means calls for a reading."""
    long, short = position(position_side="LONG"), position(position_side="SHORT", current_qty=-3)
    read(positions, 1, long, short)
    change = PositionChange(time=2, symbol="XBTUSDTM", position_side="SHORT", current_qty=-7)
    assert positions.follow(change, moment(2))
    assert [row.current_qty for row in positions.reading.value or ()] == [10, -7]
    assert not positions.follow(PositionChange(time=3, symbol="XBTUSDTM", current_qty=0), moment(3))
    assert len(positions.reading.value or ()) == 2


def test_an_older_part_of_a_position_calls_for_a_reading(
    positions: Followed[tuple[Position, ...], PositionChange],
) -> None:
    """It may hold what the newer one did not tell."""
    assert positions.follow(PositionChange(time=5, symbol="XBTUSDTM", mark_price=Decimal(51)), moment(1))
    assert not positions.follow(PositionChange(time=4, symbol="XBTUSDTM", mark_price=Decimal(49)), moment(1))
    assert (positions.reading.value or ())[0].mark_price == Decimal(51)


def test_a_wallet_follows_by_version() -> None:
    """Whatever its time says; and a push that leaves the equity out changes nothing."""
    source = Followed("futures USDT", lambda: WALLET, every=60, wanted=lambda: True, joining=joins.WALLET)
    source.reading = Reading(WALLET, START, None, START)
    pnl = {"isolated_unrealised_pnl": Decimal(4), "cross_unrealised_pnl": Decimal(6)}
    told = {"wallet_balance": Decimal(110), "equity": Decimal(120), "available_balance": Decimal(70)} | pnl
    assert source.follow(WalletChange(time=1, currency="USDT", version=8, **told), moment(1))
    assert not source.follow(WalletChange(time=2, currency="USDT", version=7, **(told | pnl)), moment(1))
    shown = source.reading.value
    assert shown is not None
    assert (shown.account_equity, shown.margin_balance, shown.available_balance) == (120, 110, 70)
    assert not source.follow(WalletChange(time=3, currency="USDT", version=9, wallet_balance=Decimal(1)), moment(2))
    assert source.reading.value == shown


def test_a_refusal_is_kept_until_it_can_be_read() -> None:
    """That the key may not read it, and why, beside the last value; gone with the next reading."""
    source = Followed("futures USDT", tuple, every=60, wanted=lambda: True, joining=joins.WALLET)
    source.reading = replace(source.reading, problem="Access denied", tried_at=moment(0), denied=True)
    assert (source.reading.problem, source.reading.denied) == ("Access denied", True)
    source.reading = Reading(WALLET, moment(1), None, moment(1))
    assert (source.reading.value, source.reading.denied) == (WALLET, False)
