"""What the practice engine did, as our client would read it, and whether the ledger says the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from kucoin.desk.pnl import PnlBook
from kucoin.model import order as model
from kucoin.model import position as model_position
from kucoin.model.order import Lots
from kucoin.practice.engine import positions
from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.records import ClosedPosition, Fill, FundingEntry
from kucoin.practice.engine.terms import Family
from tests.engine_world import XBTUSDM, XBTUSDTM

ZERO = Decimal(0)
CONTRACTS = {one.symbol: one for one in (XBTUSDTM, XBTUSDM)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Told(NamedTuple):
    """What the exchange tells one user."""

    fills: list[model.FuturesFill]
    funding: list[model_position.FundingPayment]
    closed: list[model_position.ClosedPosition]


def told(engine: Engine) -> dict[str, Told]:
    """Drain the engine; return what it tells each user, in the order in which it happened."""
    done = engine.drain()
    users: dict[str, Told] = {user.id: Told([], [], []) for user in engine.users()}
    for fill in done.fills:
        if fill.family is Family.FUTURES:
            users[fill.user].fills.append(fill_of(fill))
    for paid in done.fundings:
        users[paid.user].funding.append(payment_of(paid))
    for ended in done.closed:
        users[ended.user].closed.append(closed_of(ended))
    return users


def book_of(told: Told) -> PnlBook:
    """Return a ledger that was told everything at once."""
    book = PnlBook()
    book.feed(**told._asdict())
    return book


def fill_of(fill: Fill) -> model.FuturesFill:
    """A fill as our client reads it."""
    return model.FuturesFill(
        trade_id=str(fill.trade_id),
        order_id=fill.order_id,
        symbol=fill.symbol,
        side=model.Side(fill.side),
        type=model.OrderType(fill.type),
        kind=fill.kind,
        liquidity=model.Liquidity.TAKER if fill.is_taker else model.Liquidity.MAKER,
        price=fill.price,
        size=Lots(int(fill.size)),
        value=fill.funds,
        fee=fill.fee,
        fee_rate=fill.fee_rate,
        fee_currency=fill.fee_currency,
        open_fee=fill.open_fee,
        close_fee=fill.close_fee,
        settle_currency=fill.fee_currency,
        margin_mode=None if fill.margin_mode is None else model.MarginMode(fill.margin_mode),
        position_side=model.PositionSide(fill.position_side),
        at=_EPOCH + timedelta(microseconds=fill.created_ns // 1000),
    )


def payment_of(paid: FundingEntry) -> model_position.FundingPayment:
    """A funding as our client reads it."""
    return model_position.FundingPayment(
        payment_id=paid.id,
        symbol=paid.symbol,
        funding=paid.funding,
        funding_rate=paid.rate,
        mark_price=paid.mark_price,
        position_qty=int(paid.qty),
        position_cost=paid.value,
        settle_currency=paid.settle,
        margin_mode=model.MarginMode(paid.mode),
        at=_EPOCH + timedelta(milliseconds=paid.time_ms),
        position_side=model.PositionSide(paid.side),
    )


def closed_of(ended: ClosedPosition) -> model_position.ClosedPosition:
    """A closed position as our client reads it."""
    return model_position.ClosedPosition(
        close_id=str(ended.id),
        symbol=ended.symbol,
        settle_currency=ended.settle,
        kind=ended.kind,
        position_side=model.PositionSide(ended.side),
        margin_mode=model.MarginMode(ended.mode),
        leverage=ended.leverage,
        pnl=ended.pnl,
        trade_fee=ended.fee,
        funding_fee=ended.funding,
        roe=None,
        open_price=ended.open_price,
        close_price=ended.close_price,
        opened_at=_EPOCH + timedelta(milliseconds=ended.opened_ms),
        closed_at=_EPOCH + timedelta(milliseconds=ended.closed_ms),
    )


def check(engine: Engine, users: Iterable[str], of: dict[str, Told]) -> None:
    """Assert that the ledger of each user says what the engine did, to the last digit."""
    for user in users:
        book = book_of(of[user])
        check_open(engine, user, book)
        check_closed(user, book, of[user])


def check_open(engine: Engine, user: str, book: PnlBook) -> None:
    """Assert that what the ledger holds is what the engine holds."""
    held = engine.user(user).positions
    rounds = book.open_rounds()
    assert set(rounds) == {(symbol, str(side)) for symbol, side in held}
    for (symbol, side), position in held.items():
        ours = rounds[symbol, str(side)]
        where = f"{user} {symbol} {side}"
        assert (ours.complete, ours.missing) == (True, ""), where
        assert ours.held_lots == abs(position.qty), where
        assert ours.is_long is (position.qty > 0), where
        assert ours.opened_lots == position.opened, where
        assert (ours.price_pnl, ours.fees, ours.funding) == (position.gross, -position.paid, position.funding), where
        average = positions.average(CONTRACTS[symbol], position.opened, position.opened_value)
        assert abs((ours.entry or ZERO) - average) < Decimal("1E-18"), where
        assert ours.margin_mode == str(position.mode), where


def check_closed(user: str, book: PnlBook, of: Told) -> None:
    """Assert that the ledger has just the positions that the exchange says have ended, and that nothing differs."""
    wanted = {row.close_id: row for row in of.closed}
    for currency in book.currencies():
        report = book.report(currency=currency)
        for one in report.positions:
            assert one.exchange is not None, f"{user}: {one}"
            assert one.round is not None, f"{user}: {one}"
            row = wanted.pop(one.exchange.close_id)
            assert (one.difference, one.missing) == (ZERO, ""), f"{user}: {one}"
            assert (-one.round.fees, one.round.funding) == (row.trade_fee, row.funding_fee)
            for ours, theirs in ((one.round.entry, row.open_price), (one.round.exit, row.close_price)):
                assert abs((ours or ZERO) - (theirs or ZERO)) < Decimal("1E-18"), f"{user}: {one}"
            assert one.round.is_long is (row.position_side is model.PositionSide.LONG)
        held = [one for one in book.open_rounds().values() if one.settle_currency == currency]
        ended = sum((one.exchange.pnl for one in report.positions if one.exchange), ZERO)
        assert report.net == ended + sum((one.net for one in held), ZERO), user
        assert report.turnover == sum((one.value for one in of.fills if one.settle_currency == currency), ZERO)
    assert not wanted, f"{user}: {wanted}"
