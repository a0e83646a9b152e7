"""What somebody has to agree to before an order may leave, and what was assumed of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.desk.preview import Caution, CautionKind, Rest
from kucoin.desk.preview_trigger import reached
from kucoin.desk.preview_walk import Figures, Reach, Sight
from kucoin.desk.terms import Terms
from kucoin.model.order import Side
from kucoin.model.ticket import SpotTicket, Ticket

SPOT_SLIPPAGE = (Decimal("0.02"), Decimal("0.05"))
"""From which share of the best price slippage is worth a look, and from which it needs a tick."""

FUTURES_SLIPPAGE = (Decimal("0.001"), Decimal("0.005"))
"""The same on futures, whose books are deeper."""

FAR = Decimal("0.05")
"""How far on the wrong side of the market a limit price may be, a fraction; on futures `FUTURES_FAR`."""

FUTURES_FAR = Decimal("0.02")

OLD = 5.0
"""Seconds without a word about the book after which it counts as stale."""

_DECISIVE = {
    "fee": "the fee",
    "cost": "what it takes of the free money",
    "liquidation": "the liquidation price",
}


def slippage_step(ratio: Decimal | None, *, futures: bool) -> int:
    """Return 0 where slippage is quiet or not known, 1 where it is worth a look, 2 where it needs a tick."""
    steps = FUTURES_SLIPPAGE if futures else SPOT_SLIPPAGE
    return 0 if ratio is None else sum(ratio >= step for step in steps)


def cautions(ticket: Ticket, terms: Terms, sight: Sight, figures: Figures, found: Reach) -> tuple[Caution, ...]:
    """Return what has to be agreed to, the gravest first."""
    return tuple(
        Caution(kind, text)
        for kind, text in (
            *_at_once(ticket, terms),
            *_stale(sight, found),
            *_thin(sight, found, terms),
            *_slippage(figures, futures=ticket.futures),
            *_far(found, terms, futures=ticket.futures),
            *_unknown(figures, found),
        )
    )


def notes(ticket: Ticket, terms: Terms, figures: Figures, found: Reach) -> tuple[str, ...]:
    """Return what was assumed, and what a figure alone does not say."""
    told: list[str] = []
    if found.plan.trigger is not None:
        at = _price(found.plan.trigger, terms)
        told.append(f"As if it were triggered at {at}, with a book as deep as the present one.")
        told += [found.problem] if found.problem else []
    if found.blind and not found.lost:
        told.append("The order book is not known: as if all of it rested and filled at its own price.")
    if isinstance(ticket, SpotTicket):
        told += _pair_of_orders(ticket, terms)
        if figures.known.get("borrow"):
            told.append("KuCoin rounds what is borrowed up to the step that it lends in.")
    else:
        told += _position_notes(ticket.order.size, figures, found)
        stop = ticket.bracket and (ticket.bracket.below if found.plan.buys else ticket.bracket.above)
        end = figures.known.get("liquidation")
        if stop and end and (stop <= end if found.plan.buys else stop >= end):
            told.append("The stop lies beyond the estimated liquidation price, which comes first.")
    return tuple(told)


def _at_once(ticket: Ticket, terms: Terms) -> Iterator[tuple[CautionKind, str]]:
    there = reached(ticket, terms)
    if there is not None:
        yield CautionKind.AT_ONCE, f"It would not wait: the {there.name} price is {_price(there.now, terms)} already."


def _stale(sight: Sight, found: Reach) -> Iterator[tuple[CautionKind, str]]:
    book, age = sight.book, sight.age
    if book is not None and not book.trusted and not found.blind:
        yield CautionKind.STALE, f"The order book may be wrong: {book.problem}."
    elif age is not None and age >= OLD:
        why = f": {sight.trouble}" if sight.trouble else ""
        yield CautionKind.STALE, f"The order book is {_age(age)} old{why}."
    elif sight.trouble and not found.blind:
        yield CautionKind.STALE, f"The order book may be old: {sight.trouble}."


def _thin(sight: Sight, found: Reach, terms: Terms) -> Iterator[tuple[CautionKind, str]]:
    plan, filled = found.plan, _size(found.filled, terms)
    asked = _size(found.filled + found.rest, terms)
    if not found.rest or found.blind or plan.rests or found.problem is not None:
        return
    if found.ends and sight.book is not None and sight.book.edges[plan.buys] is not None:
        yield CautionKind.THIN, f"Only {filled} of {asked} can be seen to fill: that is all that is known of the book."
    elif found.rest_is is Rest.CANCELLED and found.ends:
        yield CautionKind.THIN, f"The book holds {filled} of {asked}: the rest would be cancelled."
    elif found.rest_is is Rest.CANCELLED and plan.price is None:
        yield (
            CautionKind.THIN,
            f"{filled} of {asked} fill before the price leaves what the exchange allows: the rest would be cancelled.",
        )


def _slippage(figures: Figures, *, futures: bool) -> Iterator[tuple[CautionKind, str]]:
    ratio = figures.known.get("slippage_ratio")
    if ratio is not None and slippage_step(ratio, futures=futures) > 1:
        yield CautionKind.SLIPPAGE, f"The average fill would be {ratio * 100:.1f} % worse than the best price."


def _far(found: Reach, terms: Terms, *, futures: bool) -> Iterator[tuple[CautionKind, str]]:
    """Only the wrong side counts: a buy far below the market costs nobody anything."""
    plan = found.plan
    if plan.price is None or plan.rests:
        return
    near = ((plan.trigger, "its trigger"), (terms.mark, "the mark price"), (terms.last, "the last price"))
    at, name = next(((at, name) for at, name in (*near, (found.best, "the best price")) if at), (None, ""))
    if at is None:
        yield CautionKind.UNKNOWN, "No price is known that this one could be compared with."
        return
    off = (plan.price - at if plan.side is Side.BUY else at - plan.price) / at
    if off > (FUTURES_FAR if futures else FAR):
        where = "above" if plan.buys else "below"
        yield CautionKind.FAR, f"The limit price is {off * 100:.1f} % {where} {name}, {_price(at, terms)}."


def _unknown(figures: Figures, found: Reach) -> Iterator[tuple[CautionKind, str]]:
    if found.lost:
        yield CautionKind.UNKNOWN, "Nobody can tell what this would cost: the order book is not known."
        return
    by_reason: dict[str, list[str]] = {}
    for name, words in _DECISIVE.items():
        if name in figures.reasons:
            by_reason.setdefault(figures.reasons[name], []).append(words)
    for reason, names in by_reason.items():
        yield CautionKind.UNKNOWN, f"Not known: {', '.join(names)}. {reason}"


def _pair_of_orders(ticket: SpotTicket, terms: Terms) -> Iterator[str]:
    pair, order = ticket.oco, ticket.order
    if pair is None or order.size is None:
        return
    does, brings = ("buys", "for") if order.side is Side.BUY else ("sells", "for")
    worth = order.size * pair.limit_price
    yield (
        f"If {_price(pair.stop_price, terms)} comes first, it {does} at {_price(pair.limit_price, terms)} or better"
        f" instead, {brings} about {worth:,.2f} {terms.rules.quote} before fees."
    )


def _position_notes(asked: int | None, figures: Figures, found: Reach) -> Iterator[str]:
    before, after = figures.known.get("position_before"), figures.known.get("position_after")
    if asked is not None and found.plan.size is not None and asked > found.plan.size:
        yield f"It may only close: {asked - found.plan.size:,f} of {asked:,} are more than there is to close."
    if before and after and before.lots * after.lots < ZERO:
        yield f"It closes {abs(before.lots):,} and opens {abs(after.lots):,} the other way."


def _age(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _price(price: Decimal, terms: Terms) -> str:
    return f"{price:,.{terms.rules.price_decimals}f}"


def _size(size: Decimal, terms: Terms) -> str:
    return f"{size:,.{terms.rules.size_decimals}f}"
