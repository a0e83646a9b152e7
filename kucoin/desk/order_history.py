"""The orders that are in the market no more: what the exchange lists of them, what was heard, what never came there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from kucoin.desk import facts, order_state
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.orders import Orders
from kucoin.errors import ApiError, AuthenticationFailed, PermissionDenied, TooManyRequests
from kucoin.model.order import OrderType, Side, TradeType
from kucoin.model.page import Page
from kucoin.model.ticket import OPEN_STATES, Placement, TicketState
from kucoin.rest.client import Exchange
from kucoin.rest.limits import Urgency

T = TypeVar("T")
Patiently = Callable[[Callable[[], Any]], Any]

_TOLD = timedelta(days=7)  # that the exchange looks back, and that one question may span
_EVERY = timedelta(minutes=5)
_PAGE, _PAGES = 100, 5  # of one pair or of all contracts: beyond that, the older are left out
_MOST = 10_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order that ended, or a ticket that became none.

    Attributes:
        at: When it ended, or was last heard of.
        side: None where only the exchange would have known: of a ticket that was to close a position.
        size: In base currency, on futures in lots; None where it was placed without.
        filled: The same; None of what never came to the market.
        value: What was filled, in quote currency, on futures in settlement currency; None where that is not known.
        status: In a word or two.
        words: What was said of it; may be empty.
        client_oid: None where it has none.
    """

    at: datetime
    symbol: str
    side: Side | None
    type: OrderType | None
    price: Decimal | None
    size: Decimal | None
    filled: Decimal | None
    value: Decimal | None
    status: str
    words: str
    order_id: str | None
    client_oid: str | None


class OrderHistory:
    """Answers from memory; safe to call from any thread. What is read, is read by one thread.

    Args:
        exchange: Lists finished orders: those of 7 days that filled, on spot of 2 days those that did not.
        orders: Hears of orders as they end.
        placements: What was placed here today.
    """

    def __init__(self, exchange: Exchange, orders: Orders, placements: Callable[[], Iterable[Placement]]) -> None:
        self._exchange = exchange
        self._orders = orders
        self._placements = placements
        self._kept: dict[str, AnyOrder] = {}  # by id; replaced as a whole
        self._read_at: datetime | None = None

    def read(self, until: datetime, pairs: Iterable[tuple[TradeType, str]], patiently: Patiently) -> None:
        """Read the exchange's lists, unless that was done a moment ago, and keep what was heard meanwhile.

        Args:
            until: The exchange's present.
            pairs: The accounts and pairs on which there may have been orders.
            patiently: Asks, and waits where the quota is in the way.

        Raises:
            KucoinError: Something could not be read.
        """
        if self._read_at is not None and until - self._read_at < _EVERY:
            return
        found: list[AnyOrder] = []
        for account, symbol in pairs:
            try:
                found += self._finished(account, symbol, until, patiently)
            except (AuthenticationFailed, PermissionDenied, TooManyRequests):
                raise
            except ApiError:  # delisted meanwhile: KuCoin tells of it no more
                continue
        if self._exchange.has_futures:
            listed = partial(self._exchange.futures_orders.done_orders, start=until - _TOLD, end=until, limit=_PAGE)
            asked = partial(listed, urgency=Urgency.BACKGROUND)
            lots = [*patiently(self._exchange.futures_orders.recent_done), *_pages(asked, patiently)]
            found += [order_state.state(facts.answered_futures(each), ours=False) for each in lots]
        every = {**self._kept, **{each.order_id: each for each in (*found, *self._orders.ended())}}
        newest = sorted(every.values(), key=_ended_at, reverse=True)
        self._kept = {each.order_id: each for each in islice(newest, _MOST)}
        self._read_at = until

    def between(self, start: datetime, end: datetime, *, symbols: Collection[str] = ()) -> tuple[PastOrder, ...]:
        """Return what ended from ``start`` on and before ``end``, newest first; on all symbols where none are named."""
        heard = {each.order_id: each for each in self._orders.ended()}
        past = [_past(each) for each in ({**self._kept, **heard}).values()]
        past += [_never(each) for each in self._placements() if each.state not in {*OPEN_STATES, TicketState.ACCEPTED}]
        found = [each for each in past if start <= each.at < end and (not symbols or each.symbol in symbols)]
        return tuple(sorted(found, key=lambda each: each.at, reverse=True))

    def _finished(self, account: TradeType, symbol: str, until: datetime, patiently: Patiently) -> list[AnyOrder]:
        if account is TradeType.TRADE:
            asked = partial(self._exchange.spot_orders.done_orders, symbol=symbol)
        else:
            asked = partial(self._exchange.margin_orders.done_orders, symbol=symbol, trade_type=account)
        question = partial(asked, start=until - _TOLD, end=until, limit=_PAGE, urgency=Urgency.BACKGROUND)
        return [order_state.state(facts.answered(each), ours=False) for each in _pages(question, patiently)]


def _pages(ask: Callable[..., Page[T]], patiently: Patiently) -> list[T]:
    found: list[T] = []
    cursor: int | None = None
    for _ in range(_PAGES):
        page: Page[T] = patiently(partial(ask, cursor=cursor))
        found += page.items
        cursor = page.cursor
        if cursor is None or len(page.items) < _PAGE:
            break
    return found


def _ended_at(order: AnyOrder) -> datetime:
    return order.updated_at or order.created_at or _LONG_AGO


def _past(order: AnyOrder) -> PastOrder:
    return PastOrder(
        at=_ended_at(order),
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        price=order.price,
        size=None if order.size is None else Decimal(order.size),
        filled=Decimal(order.filled_size),
        value=order.filled_funds,
        status=order.status.value if order.status else "ended, how is not known",
        words="",
        order_id=order.order_id,
        client_oid=order.client_oid,
    )


def _never(placement: Placement) -> PastOrder:
    order = placement.ticket.order
    return PastOrder(
        at=placement.handed_at,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        price=order.price,
        size=None if order.size is None else Decimal(order.size),
        filled=None,
        value=None,
        status={TicketState.ABSENT: "never arrived"}.get(placement.state, placement.state.value),
        words=placement.words,
        order_id=placement.order_id,
        client_oid=order.client_oid,
    )
