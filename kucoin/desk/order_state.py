"""An order as a screen shows it: what its facts come to. Spot counts in coins, futures in lots, and they never meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Generic, TypeVar

from kucoin.decimals import ZERO
from kucoin.desk.facts import Facts, lots_in
from kucoin.desk.fills import LotsFill, SpotFill, in_time
from kucoin.model import lots
from kucoin.model.lots import Coins
from kucoin.model.market import Contract
from kucoin.model.order import (
    Lots,
    MarginMode,
    OrderStatus,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TradeType,
)

S = TypeVar("S", Decimal, Lots)

_EXACT = 120  # digits of sums and products


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState(Generic[S]):
    """An order as far as it is known; what is not known is None.

    Attributes:
        status: None where too little is known: only fills tell of the order, or the exchange knows it no more.
        open: Whether it is in the market.
        ours: It was placed by this desk. Every other order is outside its doing, and counts all the same.
        fills: Its known trades, oldest first.
        filled_funds: What its trades came to, None while some of them are missing and nobody told the sum.
        confirmed: Whether its trades come to exactly what the exchange told of the order; None where there are not
            both to compare.
    """

    order_id: str
    client_oid: str | None
    symbol: str
    side: Side
    type: OrderType | None
    status: OrderStatus | None
    open: bool
    ours: bool
    time_in_force: TimeInForce | None
    post_only: bool | None
    price: Decimal | None
    size: S | None
    filled_size: S
    remaining_size: S | None
    filled_funds: Decimal | None
    confirmed: bool | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotOrderState(OrderState[Decimal]):
    """A spot or margin order: sizes in base, price and funds in quote currency.

    ``funds`` is what a market order was placed for in place of a size. ``trade_type`` is None until REST told it:
    pushes of the spot and the margin accounts look the same.
    """

    trade_type: TradeType | None
    funds: Decimal | None
    fills: tuple[SpotFill, ...]

    @property
    def average_price(self) -> Decimal | None:
        """What a filled coin cost, to 28 digits; None while nothing is filled, or a trade is missing."""
        return self.filled_funds / self.filled_size if self.filled_funds and self.filled_size else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesOrderState(OrderState[Lots]):
    """A futures order: sizes in lots, price in quote currency, ``filled_funds`` in settlement currency."""

    margin_mode: MarginMode | None
    position_side: PositionSide | None
    reduce_only: bool | None
    fills: tuple[LotsFill, ...]

    def average_price(self, contract: Contract) -> Decimal | None:
        """What a filled lot of ``contract`` was bought or sold at, to 28 digits; as on spot."""
        if self.filled_size and sum(fill.size for fill in self.fills) == self.filled_size:
            return lots.average_price(((fill.size, fill.price) for fill in self.fills), contract)
        return None if self.filled_funds is None else lots.price_of(self.filled_size, self.filled_funds, contract)


AnyOrder = SpotOrderState | FuturesOrderState


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the open orders on a symbol would add if all of them were filled, in base currency.

    Orders that wait for a price are not among them. ``unsized`` counts those whose size in coins is not known.
    """

    symbol: str
    buy: Coins
    sell: Coins
    unsized: int


def state(facts: Facts, *, ours: bool, gone: bool = False) -> AnyOrder:
    """Return what ``facts`` come to.

    Args:
        gone: The exchange knows the order no more: it is not open, whatever was heard last.
    """
    made = _futures(facts, ours=ours) if facts.futures else _spot(facts, ours=ours)
    return replace(made, open=False, status=None) if gone and made.open else made


def exposure(symbol: str, orders: Iterable[AnyOrder], contract: Contract | None) -> Exposure:
    """Return what ``orders``, all open and on ``symbol``, would add. Lots are valued at the order's own price.

    Args:
        contract: Of futures; where it is not known, no size in coins is.
    """
    added = {Side.BUY: ZERO, Side.SELL: ZERO}
    unsized = 0
    for order in orders:
        size = _in_coins(order, contract)
        if size is None:
            unsized += 1
        else:
            added[order.side] += size
    return Exposure(symbol, Coins(added[Side.BUY]), Coins(added[Side.SELL]), unsized)


def _in_coins(order: AnyOrder, contract: Contract | None) -> Decimal | None:
    if isinstance(order, SpotOrderState):
        return order.remaining_size
    price = order.price or (contract and contract.mark_price)
    if order.remaining_size is None or contract is None or not price:
        return None
    return lots.coins(order.remaining_size, contract, price)


def _spot(facts: Facts, *, ours: bool) -> SpotOrderState:
    worth, confirmed = _worth(facts)
    return SpotOrderState(
        order_id=facts.order_id,
        client_oid=facts.client_oid,
        symbol=facts.symbol,
        side=facts.side,
        type=facts.type,
        status=facts.status,
        open=facts.alive,
        ours=ours,
        time_in_force=facts.time_in_force,
        post_only=facts.post_only,
        price=facts.price,
        size=facts.size,
        filled_size=facts.filled,
        remaining_size=_remaining(facts),
        filled_funds=worth,
        confirmed=confirmed,
        created_at=facts.created_at,
        updated_at=facts.updated_at,
        trade_type=facts.trade_type,
        funds=facts.funds,
        fills=in_time(fill for fill in facts.fills.by_id.values() if isinstance(fill, SpotFill)),
    )


def _futures(facts: Facts, *, ours: bool) -> FuturesOrderState:
    worth, confirmed = _worth(facts)
    remaining = _remaining(facts)
    return FuturesOrderState(
        order_id=facts.order_id,
        client_oid=facts.client_oid,
        symbol=facts.symbol,
        side=facts.side,
        type=facts.type,
        status=facts.status,
        open=facts.alive,
        ours=ours,
        time_in_force=facts.time_in_force,
        post_only=facts.post_only,
        price=facts.price,
        size=None if facts.size is None else lots_in(facts.size),
        filled_size=lots_in(facts.filled),
        remaining_size=None if remaining is None else lots_in(remaining),
        filled_funds=worth,
        confirmed=confirmed,
        created_at=facts.created_at,
        updated_at=facts.updated_at,
        margin_mode=facts.margin_mode,
        position_side=facts.position_side,
        reduce_only=facts.reduce_only,
        fills=in_time(fill for fill in facts.fills.by_id.values() if isinstance(fill, LotsFill)),
    )


def _remaining(facts: Facts) -> Decimal | None:
    """What may still be filled."""
    if facts.over:
        return ZERO
    if facts.size is None:
        return None
    left = facts.size - facts.filled
    return left if facts.remaining is None else min(left, facts.remaining)


def _worth(facts: Facts) -> tuple[Decimal | None, bool | None]:
    """Return what the trades came to, and whether that is what the exchange told of the order."""
    told = facts.told[1] if facts.told[0] == facts.filled else None
    own = _sum_of_fills(facts) if facts.fills.size == facts.filled else None
    confirmed = None if not facts.filled or told is None or own is None else told == own
    return told if own is None else own, confirmed


def _sum_of_fills(facts: Facts) -> Decimal | None:
    """What the known trades came to; pushes do not tell it, but on spot it is price × size."""
    total = ZERO
    with localcontext(prec=_EXACT):
        for fill in facts.fills.by_id.values():
            if fill.funds is not None:
                total += fill.funds
            elif facts.futures:
                return None
            else:
                total += fill.price * fill.size
    return total
