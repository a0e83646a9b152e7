"""What protects a futures position: which waiting orders do, and the ticket of a new one. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kucoin.desk.changed import reached_by
from kucoin.desk.closing import closing_side, margin_mode
from kucoin.desk.terms import Terms
from kucoin.errors import InvalidRequest
from kucoin.model.order import (
    FuturesOrder,
    FuturesStop,
    NewFuturesOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
)
from kucoin.model.position import Position
from kucoin.model.ticket import FuturesTicket


class Kind(StrEnum):
    """Against a loss, or at a profit."""

    STOP = "stop"
    PROFIT = "take profit"


@dataclass(frozen=True, slots=True)
class Aim:
    """The protection of one kind of a position."""

    held: Position
    kind: Kind

    @property
    def key(self) -> tuple[str, str, Kind]:
        """What tells it from others: symbol, side, kind."""
        return self.held.symbol, self.held.position_side, self.kind

    @property
    def side(self) -> Side:
        """What closes the position."""
        return closing_side(self.held)

    @property
    def direction(self) -> StopDirection:
        """In which direction the price goes to reach it."""
        falls = (self.side is Side.SELL) == (self.kind is Kind.STOP)
        return StopDirection.DOWN if falls else StopDirection.UP

    def has(self, order: FuturesOrder) -> bool:
        """Whether an order is such a protection: it waits, and can do nothing else than close this position."""
        hedged = order.position_side not in {None, PositionSide.BOTH}
        same = order.position_side == self.held.position_side if hedged else self._one_way
        waits = order.active and not order.stop_triggered
        closes = order.reduce_only or order.close_order or hedged
        return bool(waits and same and closes) and (order.side, order.stop) == (self.side, self.direction)

    @property
    def _one_way(self) -> bool:
        return self.held.position_side == PositionSide.BOTH

    def refuse(self, price: Decimal, watch: StopPriceType, terms: Terms | None) -> None:
        """Raise InvalidRequest where the mark price, or the one that is watched, has reached ``price`` already."""
        mark = terms.mark if terms is not None and terms.mark is not None else self.held.mark_price
        for watched in sorted({StopPriceType.MP, watch}):
            stop = FuturesStop(direction=self.direction, price=price, price_type=watched)
            if why := reached_by(stop, terms.last if terms is not None else None, mark):
                raise InvalidRequest(f"{self.held.symbol}: {why} A {self.kind} there would close the position at once.")

    def ticket(self, price: Decimal, watch: StopPriceType) -> FuturesTicket:
        """Return the ticket for an order that closes the whole position once ``price`` is reached."""
        order = NewFuturesOrder(
            client_oid=uuid.uuid4().hex,
            symbol=self.held.symbol,
            type=OrderType.MARKET,
            margin_mode=margin_mode(self.held),
            position_side=PositionSide(self.held.position_side),
            close_order=True,
            stop=FuturesStop(direction=self.direction, price=price, price_type=watch),
        )
        return FuturesTicket(order=order)
