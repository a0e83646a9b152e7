"""How far an order reaches into a book, and what becomes of the part that the book does not take. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from kucoin.book.book import BookView
from kucoin.decimals import ONE, ZERO, ceil_to, floor_to
from kucoin.desk.margins import Group
from kucoin.desk.preview import Rest, Taking
from kucoin.model.feed import Level
from kucoin.model.order import Side, TimeInForce


class Unknown(Exception):
    """A figure cannot be told; the text says why."""


class Figures:
    """The figures of a preview as they are worked out, each known or with the reason why it is not."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.reasons: dict[str, str] = {}

    def tell(self, work: Callable[[], Any], *names: str) -> None:
        """Have one or several figures worked out together; ``work`` returns as many, or raises `Unknown`."""
        try:
            found = work()
        except Unknown as why:
            self.reasons |= dict.fromkeys(names, str(why))
            return
        self.known |= zip(names, found, strict=True) if len(names) > 1 else {names[0]: found}


class Sight(NamedTuple):
    """What a preview looks at besides the symbol's terms.

    Attributes:
        book: None where it is not kept.
        age: Of the last word about the book, in s; None where there was none.
        trouble: Why what is heard of the symbol may be old, None where nothing says so.
        group: The futures account that pays and all that it stands for; None while it is not known, and on spot.
    """

    book: BookView | None
    age: float | None = None
    trouble: str | None = None
    group: Group | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An order as the book sees it. Exactly one of ``size`` and ``funds`` is given.

    Attributes:
        price: Of a limit order, None of a market order.
        size: In base currency or lots; ``lot`` is what sizes are multiples of.
        funds: In quote currency: what a buy may spend, or a sell shall bring.
        bound: The worst price at which the exchange lets a market order trade, None where none is known.
        guard: The same as a fraction of the best price, where that is how it is told.
        trigger: The price that it waits for, None where it is live at once.
        rests: It never meets the book when it is placed, as a pair of orders does not.
    """

    side: Side
    price: Decimal | None
    size: Decimal | None
    funds: Decimal | None
    lot: Decimal
    bound: Decimal | None = None
    guard: Decimal | None = None
    trigger: Decimal | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    rests: bool = False

    @property
    def buys(self) -> bool:
        """Which way it goes."""
        return self.side is Side.BUY

    @property
    def faces(self) -> str:
        """The side of the book that it meets."""
        return "asks" if self.buys else "bids"

    @property
    def stays(self) -> bool:
        """Whether what does not fill at once rests in the book."""
        return self.price is not None and self.time_in_force not in {TimeInForce.IOC, TimeInForce.FOK}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What the book makes of an order.

    Attributes:
        fills: What it trades at once; ``filled`` is the sum, ``rest`` what was asked for beyond that.
        best: The best price on the other side.
        ends: It wanted more than is known of the book.
        blind: Nothing is known of the other side of the book.
        problem: Why nothing would be traded and nothing would rest, in the words of a sentence.
    """

    plan: Plan
    fills: tuple[Level, ...] = ()
    filled: Decimal = ZERO
    rest: Decimal = ZERO
    rest_is: Rest | None = None
    best: Decimal | None = None
    ends: bool = False
    blind: bool = False
    problem: str | None = None

    @property
    def resting(self) -> tuple[Level, ...]:
        """What fills later, at its own price."""
        price = self.plan.price
        return ((price, self.rest),) if self.rest_is is Rest.RESTS and self.rest and price is not None else ()

    @property
    def all(self) -> tuple[Level, ...]:
        """All that can fill."""
        return (*self.fills, *self.resting)

    @property
    def lost(self) -> bool:
        """Whether it takes from a book of which nothing is known, so that nothing can be told."""
        return self.blind and self.rest_is is not Rest.RESTS

    @property
    def taking(self) -> Taking:
        """At which rates fees are due."""
        if not self.resting:
            return Taking.TAKER
        return Taking.BOTH if self.fills else Taking.MAKER

    def priced(self, average: Decimal | None) -> tuple[Decimal, Decimal, Decimal]:
        """Return ``average``, how much worse it is than the best price, and that as a fraction.

        Raises:
            Unknown: Nothing fills at once.
        """
        if average is None or self.best is None:
            raise Unknown("The order book is not known." if self.blind else "Nothing fills at once.")
        slippage = max(ZERO, average - self.best if self.plan.buys else self.best - average)
        return average, slippage, slippage / self.best

    def known(self) -> None:
        """Check that it can be told what fills.

        Raises:
            Unknown: It cannot, since nothing is known of the book.
        """
        if self.lost:
            raise Unknown("The order book is not known.")


def reach(plan: Plan, book: BookView | None) -> Reach:
    """Return what ``book`` makes of an order; one that waits for a price meets it moved to that price."""
    levels: Sequence[Level] = () if book is None else book.asks if plan.buys else book.bids
    if plan.trigger is not None:
        levels = _moved(levels, plan.trigger)
    best = levels[0][0] if levels else None
    asked = plan.size or ZERO
    blind = not levels and (book is None or not book.trusted)
    if plan.rests or (best is None and plan.stays):
        return Reach(plan=plan, rest=asked, rest_is=Rest.RESTS, best=best, blind=blind)
    if best is None:
        problem = None if blind else f"Nobody is there to trade with: the book has no {plan.faces}."
        return Reach(plan=plan, rest=asked, rest_is=Rest.CANCELLED, blind=blind, problem=problem)
    bound = plan.price or plan.bound or _guarded(best, plan)
    near = list(_up_to(levels, bound, buys=plan.buys))
    fills = _by_size(near, plan.size) if plan.size is not None else _by_funds(near, plan)
    filled = sum((part for _, part in fills), ZERO)
    rest = _unspent(fills, plan) if plan.size is None else plan.size - filled
    if problem := _refused(plan, best, bound or best, filled, rest):
        return Reach(plan=plan, rest=asked, rest_is=Rest.CANCELLED, best=best, problem=problem)
    return Reach(
        plan=plan,
        fills=fills,
        filled=filled,
        rest=rest,
        rest_is=(Rest.RESTS if plan.stays else Rest.CANCELLED) if rest else None,
        best=best,
        ends=bool(rest) and len(near) == len(levels),
    )


def _refused(plan: Plan, best: Decimal, bound: Decimal, filled: Decimal, rest: Decimal) -> str | None:
    """Why an order would end without a trade, though there is somebody to trade with."""
    if plan.post_only and filled:
        return f"Post-only: it would trade at once with {best:,f}, so the exchange would cancel it."
    if plan.time_in_force is TimeInForce.FOK and rest:
        return f"Fill or kill: only {filled:,f} of {plan.size:,f} are there at {bound:,f} or better."
    if filled or plan.stays:
        return None
    if plan.funds is not None:  # what a spot pair allows always reaches the best price
        return f"{plan.funds:,f} do not pay for one step of {plan.lot:,f} at {best:,f}."
    return f"Nothing would fill at {bound:,f} or better: the best price is {best:,f}."


def _moved(levels: Sequence[Level], to: Decimal) -> tuple[Level, ...]:
    """Return ``levels`` moved so that the best lies at ``to``; those that would fall below 0 are left out."""
    if not levels:
        return ()
    by = to - levels[0][0]
    return tuple((price + by, size) for price, size in levels if price + by > ZERO)


def split(fills: Iterable[Level], closable: Decimal) -> tuple[list[Level], list[Level]]:
    """Return the first ``closable`` of ``fills``, and the others."""
    first: list[Level] = []
    others: list[Level] = []
    for price, size in fills:
        part = min(size, closable)
        closable -= part
        if part:
            first.append((price, part))
        if size > part:
            others.append((price, size - part))
    return first, others


def _guarded(best: Decimal, plan: Plan) -> Decimal | None:
    if plan.guard is None:
        return None
    return best * (ONE + plan.guard if plan.buys else ONE - plan.guard)


def _up_to(levels: Iterable[Level], bound: Decimal | None, *, buys: bool) -> Iterable[Level]:
    for level in levels:
        if bound is not None and (level[0] > bound if buys else level[0] < bound):
            return
        yield level


def _by_size(levels: Iterable[Level], size: Decimal) -> tuple[Level, ...]:
    fills: list[Level] = []
    for price, there in levels:
        part = min(there, size)
        if not part:
            break
        fills.append((price, part))
        size -= part
    return tuple(fills)


def _by_funds(levels: Iterable[Level], plan: Plan) -> tuple[Level, ...]:
    """A buy takes as many whole steps as its funds pay; a sell as many as bring what it wants."""
    fills: list[Level] = []
    left = plan.funds or ZERO
    for price, there in levels:
        step = floor_to(left / price, plan.lot) if plan.buys else ceil_to(left / price, plan.lot)
        part = min(there, step)
        if not part:
            break
        fills.append((price, part))
        left = max(ZERO, left - price * part)
    return tuple(fills)


def _unspent(fills: Sequence[Level], plan: Plan) -> Decimal:
    """What the funds that are left would trade at the worst price that was met, in whole steps."""
    left = (plan.funds or ZERO) - sum((price * size for price, size in fills), ZERO)
    return floor_to(left / fills[-1][0], plan.lot) if fills and left > ZERO else ZERO
