"""Who is next among a user's own orders on a contract: it decides which of them close a position and which open one."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from decimal import Decimal

from kucoin.practice.engine.records import Order
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.terms import PositionSide, Side

# Whose orders stand in it, their side, and the position that they move.
Line = tuple[str, Side, PositionSide]


class Lines:
    """The live orders of one contract, kept first in line first: the best price, then the oldest."""

    def __init__(self) -> None:
        # Places, by price and age, apart from who stands there: one is searched as it is, the other copied.
        self._lines: defaultdict[Line, tuple[list[tuple[Decimal, int]], list[Order]]]
        self._lines = defaultdict(lambda: ([], []))

    def add(self, order: Order) -> None:
        """Let an order stand in its line."""
        places, orders = self._lines[line_of(order)]
        place = _place(order)
        at = bisect_left(places, place)
        places.insert(at, place)
        orders.insert(at, order)

    def remove(self, order: Order) -> None:
        """Take an order that has ended out of its line."""
        places, orders = self._lines[line_of(order)]
        at = bisect_left(places, _place(order))
        del places[at], orders[at]

    def orders(self, line: Line) -> list[Order]:
        """Return the orders of a line, first in line first."""
        return self._lines[line][1][:]

    def ahead(self, order: Order) -> list[Order]:
        """Return those that would trade before ``order``, which is not in line yet: before a market order, none."""
        if not order.price:
            return []
        places, orders = self._lines[line_of(order)]
        return orders[: bisect_left(places, _place(order))]


def line_of(order: Order) -> Line:
    """Return the line of a futures order."""
    return order.user, order.side, position_side(order)


def position_side(order: Order) -> PositionSide:
    """Return the position that a futures order moves."""
    request = order.request
    return request.position_side if isinstance(request, FuturesRequest) else PositionSide.BOTH


def _place(order: Order) -> tuple[Decimal, int]:
    return (-order.price if order.side is Side.BUY else order.price), order.serial
