"""Ledgers of great length, and months of ill luck. Run: pytest tests/torture/test_torture_ledger.py -s

LEDGER_SEED repeats a run; LEDGER_FILLS (100,000 by default) and LEDGER_MONTHS (2) make it shorter or longer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

from kucoin.desk.pnl import PnlBook
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.practice.archive import Archive
from kucoin.practice.engine.records import ClosedPosition, Fill
from kucoin.practice.engine.state import Changes
from kucoin.practice.engine.terms import CONTRACT, Family, MarginMode, OrderType, PositionSide, Side
from kucoin.practice.store import Store
from tests.conftest import Practice, start_practice
from tests.feed_server import until
from tests.ledger_child import ACCOUNT
from tests.ledger_month import caught_up, closed, month, ties_out

D = Decimal
SEED = int(os.environ.get("LEDGER_SEED", str(time.time_ns() % 10**9)))
FILLS = int(os.environ.get("LEDGER_FILLS", "100000"))
MONTHS = int(os.environ.get("LEDGER_MONTHS", "2"))
ROUND = 10  # fills of a position: half of them open it, half close it
SYMBOLS = ("XBTUSDTM", "ETHUSDTM", "SOLUSDTM", "XRPUSDTM")
MULTIPLIERS = dict(zip(SYMBOLS, (D("0.001"), D("0.01"), D("0.1"), D(10)), strict=True))
DAYS = 80
KILLS = 6
RATE = D("0.0006")


def rounds(now_ms: int, chance: random.Random) -> Iterator[tuple[list[Fill], ClosedPosition]]:
    """Positions one after the other, a third of them in the last three days: windows of every fullness."""
    count = FILLS // ROUND
    early, late = now_ms - DAYS * 86_400_000, now_ms - 3 * 86_400_000
    begins = [early + (late - early) * n // (count * 2 // 3) for n in range(count * 2 // 3)]
    begins += [late + (now_ms - 60_000 - late) * n // (count - len(begins)) for n in range(count - len(begins))]
    for number, begin in enumerate(begins):
        yield position(number, begin, SYMBOLS[number % len(SYMBOLS)], chance)


def position(number: int, begin_ms: int, symbol: str, chance: random.Random) -> tuple[list[Fill], ClosedPosition]:
    """One position's fills, 20 ms apart, and the exchange's word for it."""
    long = chance.random() < 0.5
    fills = []
    worth = {Side.BUY: D(0), Side.SELL: D(0)}
    for step in range(ROUND):
        opens = step < ROUND // 2
        side = Side.BUY if opens == long else Side.SELL
        price = D(chance.randrange(90_000, 110_000)) / 10
        value = price * MULTIPLIERS[symbol] * 2
        fee = value * RATE
        worth[side] += value
        at = begin_ms + 20 * step
        serial = 10**12 + number * ROUND + step
        fills.append(
            Fill(
                id=serial,
                user=ACCOUNT,
                family=Family.FUTURES,
                symbol=symbol,
                order_id=str(2 * 10**12 + number * 2 + opens),
                counter_order_id="0",
                trade_id=serial,
                side=side,
                is_taker=True,
                force_taker=False,
                type=OrderType.MARKET,
                price=price,
                size=D(2),
                funds=value,
                fee=fee,
                fee_rate=RATE,
                fee_currency="USDT",
                account=CONTRACT,
                open_fee=fee if opens else D(0),
                close_fee=D(0) if opens else fee,
                margin_mode=MarginMode.ISOLATED,
                created_ms=at,
                created_ns=at * 1_000_000,
            )
        )
    paid = sum((fill.fee for fill in fills), D(0))
    gross = worth[Side.SELL] - worth[Side.BUY]
    side = PositionSide.LONG if long else PositionSide.SHORT
    ended = ClosedPosition(
        id=3 * 10**12 + number,
        user=ACCOUNT,
        symbol=symbol,
        settle="USDT",
        mode=MarginMode.ISOLATED,
        side=side,
        leverage=D(5),
        kind=f"CLOSE_{side}",
        pnl=gross - paid,
        gross=gross,
        fee=paid,
        funding=D(0),
        open_price=fills[0].price,
        close_price=fills[-1].price,
        opened_ms=fills[0].created_ms,
        closed_ms=fills[-1].created_ms,
    )
    return fills, ended


def with_a_long_past(data: Path, chance: random.Random) -> tuple[Practice, Decimal]:
    """A practice exchange on which somebody has traded much; and what that earned."""
    start_practice(data).stop()
    store = Store(data)
    archive, earned = Archive(store), D(0)
    serial = int(store.meta("serial") or 0)
    for fills, ended in rounds(int(time.time() * 1000), chance):
        archive.keep(Changes(serial=serial, fills=fills, closed=[ended]))
        earned += ended.pnl
    store.commit()
    store.close()
    return start_practice(data), earned


def test_a_hundred_thousand_fills_though_it_is_killed_again_and_again(tmp_path: Path) -> None:
    """It shows how far it is, goes on where it was killed, and in the end has everything, once."""
    print(f"seed {SEED}: {FILLS} fills", flush=True)
    chance = random.Random(SEED)
    exchange, earned = with_a_long_past(tmp_path / "practice", chance)
    path = tmp_path / "journal.sqlite3"
    ports = [base.rpartition(":")[2] for base in (exchange.spot, exchange.futures)]
    command = [sys.executable, "-m", "tests.ledger_child", *ports, str(path)]
    began = time.monotonic()
    furthest = 0
    for kill in range(KILLS + 1):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as child:
            assert child.stdout is not None
            stages = 0
            patience = chance.randrange(4, 14)
            for line in child.stdout:
                state, done, total, *_ = line.split(" ", 3)
                stages += state == "syncing" and total != "None"
                if kill < KILLS and stages >= patience:
                    child.kill()
                    break
            child.wait(60)
        kept = stored(path)
        print(f"{time.monotonic() - began:.1f} s: {stages} stages, {kept} fills, last: {state} {done} of {total}")
        assert kept >= furthest
        furthest = kept
    assert state == "ready"
    exchange.stop()
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    store = LedgerStore(journal)
    fills, ends = list(store.fills(ACCOUNT)), list(store.closed(ACCOUNT))
    journal.close()
    assert len(fills) == len({(fill.trade_id, fill.order_id) for fill in fills}) == FILLS // ROUND * ROUND
    assert len(ends) == FILLS // ROUND
    book = PnlBook()
    book.feed(fills=fills, closed=ends)
    report = book.report(currency="USDT")
    assert (report.net, report.closed, report.partial) == (earned, FILLS // ROUND, 0)
    assert not any(each.difference or each.missing for each in report.positions)


def stored(path: Path) -> int:
    """How many fills the journal holds by now."""
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    count = sum(1 for _ in LedgerStore(journal).fills(ACCOUNT))
    journal.close()
    return count


def test_months_of_ill_luck_tie_out(tmp_path: Path) -> None:
    """Other trades, other cuts, other kills each time: the difference to the exchange is 0 for each closed position."""
    for seed in range(SEED, SEED + MONTHS):
        print(f"seed {seed}", flush=True)
        bad_month(tmp_path / str(seed), seed)


def bad_month(folder: Path, seed: int) -> None:
    """Thirty days in which anything may happen."""
    chance = random.Random(seed)
    with month(folder, seed=seed) as play, ExitStack() as second:
        with ExitStack() as first:
            for key in play.traders:
                first.enter_context(play.followed(key))
            for _ in range(30):
                play.day(orders=chance.randrange(4, 40))
                if chance.random() < 0.3:
                    play.world.cut()
                if chance.random() < 0.1:
                    play.kill()
        ledgers = [second.enter_context(play.followed(key)) for key in play.traders]
        for trader in play.traders.values():
            trader.leave()
        end = play.world.now()
        for ledger in ledgers:
            ledger.wake()
            until(lambda ledger=ledger: caught_up(ledger, end) and ties_out(ledger), 120)
            print(f"{len(closed(ledger))} closed positions tie out")
