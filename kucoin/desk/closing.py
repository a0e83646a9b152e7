"""Closing a position, a part of it or all, and turning it round. What only closes can never open or turn anything."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal

from kucoin.decimals import ONE, ZERO
from kucoin.desk.faults import said
from kucoin.desk.flip import Flip, Flips, PairIds, pair_ids
from kucoin.desk.principal import Principal
from kucoin.desk.terms import Terms
from kucoin.desk.trading import Trading
from kucoin.errors import InvalidRequest
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, PositionSide, Side
from kucoin.model.position import Position, signed_lots
from kucoin.model.ticket import FuturesTicket, Placement

Held = Callable[[], Sequence[Position] | None]
"""Returns the open positions, None while they were never read."""


class Closing:
    """Closes positions and turns them round. Safe to call from any thread; nothing here waits.

    Args:
        trading: Places the orders.
        flips: Turns positions round.
        held: The open positions, as they are known.
        terms: What is known of a contract, which is read from then on; None where nothing is.
    """

    def __init__(self, trading: Trading, flips: Flips, *, held: Held, terms: Callable[[str], Terms | None]) -> None:
        self._trading = trading
        self._flips = flips
        self._held = held
        self._terms = terms

    def lots(self, symbol: str, position_side: str, fraction: Decimal) -> int:
        """Return how many lots that part of a position is, rounded down to whole ones.

        Args:
            fraction: Above 0, up to 1.

        Raises:
            InvalidRequest: It is none, there is no such position, or not even one lot of it.
        """
        return self._part(position(self._held(), symbol, position_side), fraction)

    def close(
        self,
        symbol: str,
        position_side: str,
        fraction: Decimal,
        principal: Principal,
        *,
        client_oid: str | None = None,
    ) -> Placement:
        """Close a part of a position at the market, or all of it where ``fraction`` is 1; return at once.

        It works as long as anything can be sent at all: disarmed, halted, over a limit, the journal full.

        Args:
            client_oid: An id never used before: pressed again with it, nothing more is placed.

        Raises:
            NotAllowed: ``principal`` may not act, or nothing can be sent.
            InvalidRequest: As `lots`.
        """
        held = position(self._held(), symbol, position_side)
        size = self._part(held, fraction)
        order = _order(held, client_oid or uuid.uuid4().hex, size, reduce_only=True)
        if fraction == ONE:
            order = _order(held, order.client_oid, None, close_order=True)
        return self._trading.place(FuturesTicket(order=order), principal, leaving=True)

    def reverse(self, symbol: str, position_side: str, principal: Principal, *, ids: PairIds | None = None) -> Flip:
        """Close a whole position and, once it is closed, open one of the same size the other way; return at once.

        In hedge mode the other one is of the other side. `Flips.flips` tells what becomes of it.

        Args:
            ids: Out of `pair_ids`: pressed again with them, nothing more is placed.

        Raises:
            NotAllowed: ``principal`` may not act, or a new position is not allowed now: nothing was closed.
            InvalidRequest: There is no such position, or an order would be refused. Nothing was sent.
        """
        held = position(self._held(), symbol, position_side)
        ids = ids or pair_ids()
        size = self._part(held, ONE)
        close = FuturesTicket(order=_order(held, ids.close, size, reduce_only=True))
        other = {PositionSide.LONG: PositionSide.SHORT, PositionSide.SHORT: PositionSide.LONG}
        leverage = None if held.margin_mode == MarginMode.CROSS or not held.leverage else max(1, int(held.leverage))
        side = PositionSide(held.position_side)
        second = _order(held, ids.open, size, position_side=other.get(side, side), leverage=leverage)
        if self._trading.placement(ids.close) is None:
            self._trading.admit(FuturesTicket(order=second), principal)
        return self._flips.flip(close, FuturesTicket(order=second), principal)

    def _part(self, held: Position, fraction: Decimal) -> Lots:
        if not (fraction.is_finite() and ZERO < fraction <= ONE):
            raise InvalidRequest(f"{fraction} is no part of a position above 0, up to 1")
        whole, terms = abs(held.current_qty), self._terms(held.symbol)
        if fraction == ONE:
            return Lots(whole)
        step = terms.rules.lot if terms is not None else ONE
        size = int((whole * fraction / step).to_integral_value(ROUND_FLOOR) * step)
        if not size:
            least = f"{step:f} {'lot' if step == ONE else 'lots'}"
            raise InvalidRequest(f"{said(fraction * 100)} % of {whole:,} {held.symbol} is less than {least}")
        return Lots(size)


def position(held: Sequence[Position] | None, symbol: str, position_side: str) -> Position:
    """Return the open position on ``symbol`` and that side.

    Raises:
        InvalidRequest: There is none, or positions were never read.
    """
    if held is None:
        raise InvalidRequest("The positions are not read yet.")
    named = (each for each in held if (each.symbol, each.position_side) == (symbol, position_side))
    found = next((each for each in named if each.current_qty), None)
    if found is None:
        side = "" if position_side == PositionSide.BOTH else f"{position_side.lower()} "
        raise InvalidRequest(f"There is no {side}position on {symbol[:40]}.")
    return found


def closing_side(held: Position) -> Side:
    """Return what closes a position: selling where it is long."""
    return Side.SELL if signed_lots(held.current_qty, held.position_side) > 0 else Side.BUY


def margin_mode(held: Position) -> MarginMode:
    """Return the margin mode of a position.

    Raises:
        InvalidRequest: The exchange does not tell it, or a word that is not known here.
    """
    if held.margin_mode not in set(MarginMode):
        raise InvalidRequest(f"The margin mode of {held.symbol} is not known yet.")
    return MarginMode(held.margin_mode)


def _order(
    held: Position,
    client_oid: str,
    size: Lots | None,
    *,
    position_side: PositionSide | None = None,
    leverage: int | None = None,
    reduce_only: bool = False,
    close_order: bool = False,
) -> NewFuturesOrder:
    """An order at the market against a position; of the whole of it where there is no size."""
    return NewFuturesOrder(
        client_oid=client_oid,
        symbol=held.symbol,
        type=OrderType.MARKET,
        margin_mode=margin_mode(held),
        side=None if size is None else closing_side(held),
        size=size,
        leverage=leverage,
        position_side=position_side or PositionSide(held.position_side),
        reduce_only=reduce_only,
        close_order=close_order,
    )
