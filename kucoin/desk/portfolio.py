"""The whole of an account in one unit: where it sits, in what, and what prices did to it in 24 hours.

Pure arithmetic on what was read. Prices are rounded once, when they are made (`prices.py`); every product and sum here
is exact, so that the total is the sum of its parts whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from kucoin.decimals import ZERO
from kucoin.desk.prices import Measure, coin

# More digits than a price of 28 and any balance can need together: sums and products stay exact.
_EXACT = 200
# A fraction is for the eye alone.
_RATIOS = Context(prec=28)


class Standing(StrEnum):
    """What the figures of a portfolio are worth, taken as a whole."""

    LOADING = "loading"  # the first reading has not ended yet
    READY = "ready"  # read; single parts may still carry a problem
    NO_CREDENTIALS = "no credentials"
    REFUSED = "refused"  # KuCoin refuses the key; `reason` says which of its three strings, as far as KuCoin tells
    UNIFIED = "unified"  # a unified account: its balances are not in the classic accounts
    UNREACHABLE = "unreachable"  # nothing was ever read, and the last attempts failed


class PartKind(StrEnum):
    """The places where money can sit."""

    FUNDING = "Funding"
    SPOT = "Spot trading"
    CROSS = "Cross margin"
    ISOLATED = "Isolated margin"
    FUTURES = "Futures"
    SUB = "Sub-account"


@dataclass(frozen=True, slots=True)
class Part:
    """One account's share of the total; ``name`` tells it from others of its kind: ``USDT``, ``grid-02``, or empty.

    ``value`` and ``change`` are in the portfolio's unit, ``change_ratio`` and ``share`` are fractions. ``value`` is
    None where the account was never read or nothing in it has a price; a failed re-read keeps the last good value and
    says so in ``problem``.
    """

    kind: PartKind
    name: str
    value: Decimal | None
    change: Decimal | None
    change_ratio: Decimal | None
    share: Decimal | None
    unpriced: tuple[str, ...]
    at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """One currency, in one account or (``account`` empty) merged over all of them.

    ``total``, ``available``, ``on_hold`` and ``liability`` are amounts of the currency; ``total`` is before debt.
    For futures, ``total`` is the equity with unrealised PnL. ``value`` is (total − liability) × price in the unit.
    ``available`` and ``on_hold`` are None where the exchange did not say. ``cost`` is what was paid for it, in the
    unit at today's rate from USDT; None where that is not known or not asked for, and ``cost_why`` may say why.
    """

    account: str
    currency: str
    full_name: str
    total: Decimal
    available: Decimal | None
    on_hold: Decimal | None
    liability: Decimal
    price: Decimal | None
    change_ratio: Decimal | None
    value: Decimal | None
    share: Decimal | None
    at: datetime | None
    cost: Decimal | None = None
    cost_why: str = ""

    @property
    def unrealised(self) -> Decimal | None:
        """What selling it now would gain over what was paid for it, before fees; None where either is not known."""
        return None if self.value is None or self.cost is None else self.value - self.cost


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything the portfolio page shows, computed at one moment.

    ``total`` is the exact sum of the priced values of ``parts``; ``complete`` is False where a part was never read or
    a currency has no price. ``change`` is what prices did in 24 h to what is held now: deposits, withdrawals and
    trades are left out, and so is what has no price of 24 h ago. A futures position counts with its price's move in
    24 h, or with its unrealised PnL when it is younger; positions of sub-accounts are not visible. ``at`` is the
    oldest reading in the total, ``prices_at`` that of the prices. ``conversions`` repeats the total in other units.
    ``symbols`` are the pairs and contracts whose prices are in it: whoever has them watched sees it move with them.
    """

    unit: str
    standing: Standing
    reason: str
    total: Decimal | None
    change: Decimal | None
    change_ratio: Decimal | None
    complete: bool
    unpriced: tuple[str, ...]
    parts: tuple[Part, ...]
    holdings: tuple[Holding, ...]
    merged: tuple[Holding, ...]
    conversions: tuple[tuple[str, Decimal | None], ...]
    at: datetime | None
    prices_at: datetime | None
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One currency as one account reports it.

    ``account`` names the account on the page. ``moved`` is what open positions added to ``total`` within 24 h, in the
    currency; None where that is not known.
    """

    account: str
    currency: str
    total: Decimal
    available: Decimal | None
    on_hold: Decimal | None
    liability: Decimal = ZERO
    moved: Decimal | None = ZERO


@dataclass(frozen=True, slots=True)
class Place:
    """An account as read: what becomes a part. ``lines`` is None where it was never read.

    ``partial`` says that something in it is not among the lines; ``problem`` then says what.
    """

    kind: PartKind
    name: str
    lines: tuple[Line, ...] | None
    at: datetime | None
    problem: str | None = None
    partial: bool = False


_Dated: TypeAlias = tuple[Line, datetime | None]  # a line and when it was read


def nothing(unit: str, standing: Standing, reason: str) -> Portfolio:
    """Return the portfolio of an account that cannot be shown, and why."""
    return Portfolio(unit, standing, reason, None, None, None, False, (), (), (), (), (), None, None)


def appraise(
    places: Sequence[Place],
    measure: Measure,
    *,
    others: Iterable[Measure] = (),
    names: Mapping[str, str],
    prices_at: datetime | None,
    reason: str = "",
) -> Portfolio:
    """Value ``places`` in the unit of ``measure``.

    Args:
        others: The units to repeat the total in.
        names: A currency's full name, by its short one.
        prices_at: When the prices were read.
        reason: What is to be said of the whole, such as why its prices are old.
    """
    with localcontext(prec=_EXACT):
        parts = [_sum(place.lines, measure) if place.lines is not None else None for place in places]
        read = [part for part in parts if part is not None]
        whole = _over(read) if read else _Sum(None, None, None, ())
        total = whole.value
        lines = [(line, place.at) for place in places for line in place.lines or ()]
        merged = _merged(lines)
        known = read and all(each.lines is not None and not each.partial for each in places)
        return Portfolio(
            unit=measure.unit,
            standing=Standing.READY,
            reason=reason,
            total=total,
            change=whole.change,
            change_ratio=_ratio(whole.change, whole.ago),
            complete=bool(known) and not whole.unpriced,
            unpriced=whole.unpriced,
            parts=tuple(_part(place, part, total) for place, part in zip(places, parts, strict=True)),
            holdings=_holdings(lines, measure, names, total),
            merged=_holdings(merged, measure, names, total),
            conversions=tuple(
                (other.unit, _sum([line for line, _ in merged], other).value if read else None) for other in others
            ),
            at=_oldest(place.at for place in places),
            prices_at=prices_at,
        )


class _Sum(NamedTuple):
    """Several lines in the unit. ``value`` is None where there are lines and none of them has a price.

    ``change`` and ``ago`` (what it was worth 24 h ago) cover the lines whose past is known; None where none is.
    """

    value: Decimal | None
    change: Decimal | None
    ago: Decimal | None
    unpriced: tuple[str, ...]


def _sum(lines: Sequence[Line], measure: Measure) -> _Sum:
    """Value ``lines``; no line at all is worth zero."""
    values, changes, agos, unpriced = [], [], [], set()
    for line in lines:
        price = measure.price(line.currency)
        if price is None:
            unpriced.add(coin(line.currency))
            continue
        net = line.total - line.liability
        values.append(net * price.now)
        if price.ago is not None and line.moved is not None:
            agos.append((net - line.moved) * price.ago)
            changes.append(values[-1] - agos[-1])
    if not lines:
        return _Sum(ZERO, ZERO, ZERO, ())
    return _Sum(_added(values), _added(changes), _added(agos), tuple(sorted(unpriced)))


def _over(sums: Sequence[_Sum]) -> _Sum:
    """Add sums."""
    return _Sum(
        _added(each.value for each in sums),
        _added(each.change for each in sums),
        _added(each.ago for each in sums),
        tuple(sorted({currency for each in sums for currency in each.unpriced})),
    )


def _part(place: Place, part: _Sum | None, total: Decimal | None) -> Part:
    value, change, ago, unpriced = part or (None, None, None, ())
    return Part(
        kind=place.kind,
        name=place.name,
        value=value,
        change=change,
        change_ratio=_ratio(change, ago),
        share=_ratio(value, total),
        unpriced=unpriced,
        at=place.at,
        problem=place.problem,
    )


def _merged(lines: Iterable[_Dated]) -> list[_Dated]:
    """One line a currency, over all accounts, as old as the oldest of them."""
    together: dict[str, _Dated] = {}
    for line, at in lines:
        currency = coin(line.currency)
        if known := together.get(currency):
            together[currency] = _joined(known[0], line), _oldest((known[1], at))
        else:
            together[currency] = Line("", currency, line.total, line.available, line.on_hold, line.liability), at
    return list(together.values())


def _joined(one: Line, other: Line) -> Line:
    """Both amounts in one line; what one of them does not know, the sum does not."""
    return Line(
        account=one.account,
        currency=one.currency,
        total=one.total + other.total,
        available=None if one.available is None or other.available is None else one.available + other.available,
        on_hold=None if one.on_hold is None or other.on_hold is None else one.on_hold + other.on_hold,
        liability=one.liability + other.liability,
    )


def _holdings(
    lines: Iterable[_Dated], measure: Measure, names: Mapping[str, str], total: Decimal | None
) -> tuple[Holding, ...]:
    """By value, the largest first, those without one last."""
    holdings = [_holding(line, at, measure, names, total) for line, at in lines]
    holdings.sort(key=lambda each: (each.value is None, -(each.value or ZERO), each.currency, each.account))
    return tuple(holdings)


def _holding(
    line: Line, at: datetime | None, measure: Measure, names: Mapping[str, str], total: Decimal | None
) -> Holding:
    currency = coin(line.currency)
    price = measure.price(currency)
    value = (line.total - line.liability) * price.now if price else None
    return Holding(
        account=line.account,
        currency=currency,
        full_name=names.get(currency, ""),
        total=line.total,
        available=line.available,
        on_hold=line.on_hold,
        liability=line.liability,
        price=price.now if price else None,
        change_ratio=_ratio(price.now - price.ago, price.ago) if price and price.ago is not None else None,
        value=value,
        share=_ratio(value, total),
        at=at,
    )


def _added(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _ratio(value: Decimal | None, of: Decimal | None) -> Decimal | None:
    """``value`` as a fraction of ``of``; None where that is nothing or a debt."""
    return _RATIOS.divide(value, of) if value is not None and of is not None and of > 0 else None


def _oldest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
