"""What is proven of an order. Every push, list row, answer and fill is a fact, and facts are joined.

A fact is a `Facts` of which little is known, so one function joins them all. It takes the facts in any order, and any
of them again, and comes to the same end: what is filled only grows, what has ended stays ended, and a fill counts by
its trade id, however late it comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from kucoin.decimals import ONE, ZERO
from kucoin.desk.fills import NONE, Fills, LotsFill, SpotFill
from kucoin.model.feed_private import OrderChange
from kucoin.model.order import (
    Fill,
    FuturesFill,
    FuturesOrder,
    Lots,
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TradeType,
    status_of,
)
from kucoin.model.ticket import SpotTicket, Ticket
from kucoin.model.times import moment

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
C = TypeVar("C", Decimal, datetime)

_ENDS = frozenset({"filled", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is proven of one order, spot, margin or futures. Sizes in coins, on futures in lots; None is not known.

    Attributes:
        size: The most it was ever said to be, which is what was placed.
        told: The most that it was said to have filled, and what that came to: funds on spot, value on futures.
        told_size: The most that it was said to have filled, whether or not it was said what that came to.
        remaining: The least that was ever said to remain.
        fills: Its trades.
        seen: It was in the market at some time.
        ended: It is there no more.
        cancelled: A part of it was, or all.
    """

    order_id: str
    symbol: str
    side: Side
    futures: bool
    client_oid: str | None = None
    type: OrderType | None = None
    trade_type: TradeType | None = None
    margin_mode: MarginMode | None = None
    position_side: PositionSide | None = None
    reduce_only: bool | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    funds: Decimal | None = None
    told: tuple[Decimal, Decimal] = (ZERO, ZERO)
    told_size: Decimal = ZERO
    remaining: Decimal | None = None
    fills: Fills = NONE
    seen: bool = False
    ended: bool = False
    cancelled: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def filled(self) -> Decimal:
        """What is proven to be filled, by whichever fact proves most."""
        return max(self.told_size, self.fills.size)

    @property
    def alive(self) -> bool:
        """Whether it is in the market, as far as anybody has said."""
        return self.seen and not self.over

    @property
    def over(self) -> bool:
        """Whether it has ended: it was said, or nothing is left of it."""
        return self.ended or (self.size is not None and self.filled >= self.size)

    @property
    def status(self) -> OrderStatus | None:
        """Where it is in its life; None where only fills of it are known, or too little to say."""
        if not (self.seen or self.over):
            return None
        return status_of(
            active=not self.over, cancelled=self.cancelled, kind=self.type, filled=self.filled, size=self.size
        )

    @property
    def vital(self) -> tuple[bool, Decimal]:
        """What a push must have told: whether it is open, and what is filled."""
        return self.alive, self.filled

    @property
    def weight(self) -> int:
        """How many fills it holds."""
        return len(self.fills.by_id)

    @property
    def lacks(self) -> bool:
        """Whether some of its fills are missing."""
        return self.fills.size < self.filled

    def joined(self, other: Facts) -> Facts:
        """Return what both prove together; it does not matter which of them was there first."""
        return Facts(
            order_id=self.order_id,
            symbol=self.symbol,
            side=self.side,
            futures=self.futures,
            client_oid=_known(self.client_oid, other.client_oid),
            type=_known(self.type, other.type),
            trade_type=_known(self.trade_type, other.trade_type),
            margin_mode=_known(self.margin_mode, other.margin_mode),
            position_side=_known(self.position_side, other.position_side),
            reduce_only=_known(self.reduce_only, other.reduce_only),
            time_in_force=_known(self.time_in_force, other.time_in_force),
            post_only=_known(self.post_only, other.post_only),
            price=_known(self.price, other.price),
            size=_most(self.size, other.size),
            funds=_most(self.funds, other.funds),
            told=max(self.told, other.told),
            told_size=max(self.told_size, other.told_size),
            remaining=_least(self.remaining, other.remaining),
            fills=self.fills.joined(other.fills),
            seen=self.seen or other.seen,
            ended=self.ended or other.ended,
            cancelled=self.cancelled or other.cancelled,
            created_at=_least(self.created_at, other.created_at),
            updated_at=_most(self.updated_at, other.updated_at),
        )


def placed(ticket: Ticket, order_id: str) -> Facts | None:
    """Return what it proves that a ticket was accepted: it came to the market. None of one
    that closes a whole position, for only the exchange knows its side.

    Of a ticket that waits for a price, or is a pair, this must not be asked: what it became is no order yet.
    """
    order = ticket.order
    if order.side is None:
        return None
    both = Facts(
        order_id=order_id,
        symbol=order.symbol,
        side=order.side,
        futures=ticket.futures,
        client_oid=order.client_oid,
        type=order.type,
        price=order.price,
        size=None if order.size is None else Decimal(order.size),
        post_only=order.post_only,
        time_in_force=order.time_in_force,
        seen=True,
    )
    if isinstance(ticket, SpotTicket):
        if (
            ticket.amends is not None
        ):  # it keeps its client id, and whether it keeps what was filled KuCoin does not say
            return replace(both, trade_type=ticket.trade_type, client_oid=ticket.amends.client_oid, size=None)
        return replace(both, trade_type=ticket.trade_type, funds=ticket.order.funds)
    future = ticket.order
    return replace(
        both,
        margin_mode=future.margin_mode,
        position_side=future.position_side,
        reduce_only=future.reduce_only,
    )


def pushed(change: OrderChange) -> Facts:
    """Return what a push proves.

    Its ``canceledSize`` is not read: KuCoin sends it of orders of which nothing is cancelled. An update's ``size`` is
    not either: it may be what is left.

    Raises:
        ValueError: A size on futures is no number of lots; the text names it.
    """
    if change.futures:
        for told in (change.size, change.filled_size, change.remaining_size):
            lots_in(told or ZERO)
    size = change.origin_size or (None if change.kind == "update" else change.size)
    whole = size or ZERO if change.kind == "filled" else ZERO
    return Facts(
        order_id=change.order_id,
        symbol=change.symbol,
        side=change.side,
        futures=change.futures,
        client_oid=change.client_oid or None,
        type=_word(OrderType, change.order_type),
        margin_mode=_word(MarginMode, change.margin_mode),
        price=change.price or None,
        size=size or None,
        funds=change.origin_funds or None,
        told_size=whole if change.filled_size is None else change.filled_size,
        remaining=change.remaining_size,
        fills=_match(change),
        seen=True,
        ended=change.kind in _ENDS,
        cancelled=change.kind == "canceled",
        created_at=moment(change.order_time),
        updated_at=change.at,
    )


def answered(order: Order) -> Facts:
    """Return what a spot or margin order proves that was asked for, alone or in a list."""
    return Facts(
        order_id=order.order_id,
        symbol=order.symbol,
        side=order.side,
        futures=False,
        client_oid=order.client_oid,
        type=order.type,
        trade_type=order.trade_type,
        time_in_force=order.time_in_force,
        post_only=order.post_only,
        price=order.price,
        size=order.size,
        funds=order.funds,
        told=(order.filled_size, order.filled_funds),
        told_size=order.filled_size,
        remaining=order.remaining_size,
        seen=True,
        ended=not order.active,
        cancelled=order.cancelled,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


def answered_futures(order: FuturesOrder) -> Facts:
    """Return what a futures order proves that was asked for, alone or in a list."""
    return Facts(
        order_id=order.order_id,
        symbol=order.symbol,
        side=order.side,
        futures=True,
        client_oid=order.client_oid,
        type=order.type,
        margin_mode=order.margin_mode,
        position_side=order.position_side,
        reduce_only=order.reduce_only,
        time_in_force=order.time_in_force,
        post_only=order.post_only,
        price=order.price,
        size=None if order.size is None else Decimal(order.size),
        told=(Decimal(order.filled_size), order.filled_value),
        told_size=Decimal(order.filled_size),
        seen=True,
        ended=not order.active,
        cancelled=order.cancelled,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


def filled(fill: Fill) -> Facts:
    """Return what a fill of a spot or margin order proves: nothing of whether the order lives."""
    traded = SpotFill(
        order_id=fill.order_id,
        trade_id=str(fill.trade_id),
        symbol=fill.symbol,
        side=fill.side,
        price=fill.price,
        size=fill.size,
        funds=fill.funds,
        liquidity=fill.liquidity,
        fee=fill.fee,
        fee_currency=fill.fee_currency,
        at=fill.at,
    )
    return Facts(
        order_id=fill.order_id,
        symbol=fill.symbol,
        side=fill.side,
        futures=False,
        type=fill.type,
        trade_type=fill.trade_type,
        fills=Fills.of(traded),
        updated_at=fill.at,
    )


def filled_futures(fills: Iterable[FuturesFill]) -> list[Facts]:
    """Return what fills of futures orders prove. Those of the kind ``cancel`` were none."""
    return [_filled_futures(fill) for fill in fills if fill.kind != "cancel"]


def _filled_futures(fill: FuturesFill) -> Facts:
    traded = LotsFill(
        order_id=fill.order_id,
        trade_id=fill.trade_id,
        symbol=fill.symbol,
        side=fill.side,
        price=fill.price,
        size=fill.size,
        funds=fill.value,
        liquidity=fill.liquidity,
        fee=fill.fee,
        fee_currency=fill.fee_currency,
        at=fill.at,
    )
    return Facts(
        order_id=fill.order_id,
        symbol=fill.symbol,
        side=fill.side,
        futures=True,
        type=fill.type,
        margin_mode=fill.margin_mode,
        position_side=fill.position_side,
        fills=Fills.of(traded),
        updated_at=fill.at,
    )


def _match(change: OrderChange) -> Fills:
    """Return the trade that a push tells, none where it tells of none."""
    if not change.trade_id or change.match_price is None or change.match_size is None:
        return NONE
    told: dict[str, Any] = {
        "order_id": change.order_id,
        "trade_id": change.trade_id,
        "symbol": change.symbol,
        "side": change.side,
        "price": change.match_price,
        "liquidity": change.liquidity,
        "at": change.at,
    }
    if change.futures:
        return Fills.of(LotsFill(size=lots_in(change.match_size), **told))
    return Fills.of(SpotFill(size=change.match_size, **told))


def _known(ours: T | None, theirs: T | None) -> T | None:
    return theirs if ours is None else ours


def _least(ours: C | None, theirs: C | None) -> C | None:
    return _known(ours, theirs) if ours is None or theirs is None else min(ours, theirs)


def _most(ours: C | None, theirs: C | None) -> C | None:
    return _known(ours, theirs) if ours is None or theirs is None else max(ours, theirs)


def _word(kind: type[E], text: str | None) -> E | None:
    """Return the member that ``text`` names, None where there is none of that name."""
    return next((member for member in kind if member == text), None)


def lots_in(size: Decimal) -> Lots:
    """Return a size on futures as lots.

    Raises:
        ValueError: It is no number of lots; the text names it.
    """
    if size % ONE:
        raise ValueError(f"{size} is no number of lots")
    return Lots(int(size))
