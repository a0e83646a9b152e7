"""The trades of the account's own orders, by order and by time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from kucoin.decimals import ZERO
from kucoin.model.order import Liquidity, Lots, Side

S = TypeVar("S", Decimal, Lots)
F = TypeVar("F", bound="OwnFill[Any]")

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFill(Generic[S]):
    """A trade of one of the account's orders.

    ``funds`` is in quote currency on spot, in settlement currency on futures; ``fee`` is positive when paid. Pushes
    tell neither: both are None until REST told them.
    """

    order_id: str
    trade_id: str
    symbol: str
    side: Side
    price: Decimal
    size: S
    funds: Decimal | None = None
    liquidity: Liquidity | None = None
    fee: Decimal | None = None
    fee_currency: str | None = None
    at: datetime | None = None


class SpotFill(OwnFill[Decimal]):
    """Of a spot or margin order; ``size`` in base currency."""

    __slots__ = ()


class LotsFill(OwnFill[Lots]):
    """Of a futures order."""

    __slots__ = ()


AnyFill = SpotFill | LotsFill


@dataclass(frozen=True, slots=True)
class Fills:
    """The known trades of one order by their ids, and what they sum up to in coins or lots."""

    by_id: Mapping[str, AnyFill]
    size: Decimal

    @classmethod
    def of(cls, fill: AnyFill) -> Fills:
        """Return ``fill`` alone."""
        return cls({fill.trade_id: fill}, Decimal(fill.size))

    def joined(self, other: Fills) -> Fills:
        """Return the trades of both, each once; the very same object where the other adds nothing."""
        added: dict[str, AnyFill] = {}
        size = self.size
        for trade_id, fill in other.by_id.items():
            known = self.by_id.get(trade_id)
            if known is None:
                added[trade_id] = fill
                size += fill.size
            elif (both := _both(known, fill)) != known:
                added[trade_id] = both
        return Fills({**self.by_id, **added}, size) if added else self


NONE = Fills({}, ZERO)


def in_time(fills: Iterable[F]) -> tuple[F, ...]:
    """Return ``fills``, the oldest first."""
    return tuple(sorted(fills, key=lambda fill: (fill.at or _LONG_AGO, fill.trade_id)))


def _both(known: AnyFill, other: AnyFill) -> AnyFill:
    """Return one trade as two tell it: what one of them leaves out, the other may have."""
    times = [at for at in (known.at, other.at) if at is not None]
    return replace(
        known,
        funds=other.funds if known.funds is None else known.funds,
        liquidity=known.liquidity or other.liquidity,
        fee=other.fee if known.fee is None else known.fee,
        fee_currency=known.fee_currency or other.fee_currency,
        at=min(times, default=None),  # pushes count in ns, REST in ms on spot
    )
