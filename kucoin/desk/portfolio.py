"""The whole of an account in one unit: where it sits, in what, and what prices did to it in 24 hours.

Pure arithmetic on what was read. Prices are rounded once, when they are made (`prices.py`); every product and sum here
is exact, so that the total is the sum of its parts whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from kucoin.decimals import ZERO
from kucoin.desk.prices import Measure, coin

# More digits than a price of 28 and any balance can need together: sums and products stay exact.
_EXACT = 200


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
    ``available`` and ``on_hold`` are None where the exchange did not say.
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


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything the portfolio page shows, computed at one moment.

    ``total`` is the exact sum of the priced values of ``parts``; ``complete`` is False where a part was never read or
    a currency has no price. ``change`` is what prices did in 24 h to what is held now: deposits, withdrawals and
    trades are left out, and so is what has no price of 24 h ago. A futures position counts with its price's move in
    24 h, or with its unrealised PnL when it is younger; positions of sub-accounts are not visible. ``at`` is the
    oldest reading in the total, ``prices_at`` that of the prices. ``conversions`` repeats the total in other units.
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
) -> Portfolio:
    """Value ``places`` in the unit of ``measure``.

    Args:
        others: The units to repeat the total in.
        names: A currency's full name, by its short one.
        prices_at: When the prices were read.
    """
    with localcontext(prec=_EXACT):
        parts = [_Sum.of(place.lines, measure) if place.lines is not None else None for place in places]
        read = [part for part in parts if part is not None]
        whole = _Sum.over(read) if read else _Sum(None, None, None, ())
        total = whole.value
        holdings = [_holding(line, place.at, measure, names) for place in places for line in place.lines or ()]
        conversions = tuple((other.unit, _Sum.again(places, other) if read else None) for other in others)
        return Portfolio(
            unit=measure.unit,
            standing=Standing.READY,
            reason="",
            total=total,
            change=whole.change,
            change_ratio=whole.change_ratio,
            complete=bool(read)
            and not whole.unpriced
            and not any(each.lines is None or each.partial for each in places),
            unpriced=whole.unpriced,
            parts=tuple(_part(place, part, total) for place, part in zip(places, parts, strict=True)),
            holdings=_ranked(holdings, total),
            merged=_ranked(_merged(holdings), total),
            conversions=conversions,
            at=_oldest(place.at for place in places),
            prices_at=prices_at,
        )


@dataclass(frozen=True, slots=True)
class _Sum:
    """Several lines in the unit. ``value`` is None where there are lines and none of them has a price.

    ``change`` and ``ago`` (what it was worth 24 h ago) cover the lines whose past is known; None where none is.
    """

    value: Decimal | None
    change: Decimal | None
    ago: Decimal | None
    unpriced: tuple[str, ...]

    @classmethod
    def of(cls, lines: Iterable[Line], measure: Measure) -> _Sum:
        """Value ``lines``."""
        return cls.over(cls._one(line, measure) for line in lines)

    @classmethod
    def _one(cls, line: Line, measure: Measure) -> _Sum:
        price = measure.price(line.currency)
        if price is None:
            return cls(None, None, None, (coin(line.currency),))
        net = line.total - line.liability
        if price.ago is None or line.moved is None:
            return cls(net * price.now, None, None, ())
        ago = (net - line.moved) * price.ago
        return cls(net * price.now, net * price.now - ago, ago, ())

    @classmethod
    def over(cls, sums: Iterable[_Sum]) -> _Sum:
        """Add ``sums``; no sum at all is worth zero."""
        sums = tuple(sums)
        return cls(
            _added(each.value for each in sums) if sums else ZERO,
            _added(each.change for each in sums) if sums else ZERO,
            _added(each.ago for each in sums) if sums else ZERO,
            tuple(sorted({currency for each in sums for currency in each.unpriced})),
        )

    @classmethod
    def again(cls, places: Iterable[Place], measure: Measure) -> Decimal | None:
        """The total of ``places`` in another unit."""
        return cls.over(cls.of(place.lines, measure) for place in places if place.lines is not None).value

    @property
    def change_ratio(self) -> Decimal | None:
        """The change as a fraction of what it changed from; None where that was nothing or a debt."""
        return _ratio(self.change, self.ago)


def _part(place: Place, part: _Sum | None, total: Decimal | None) -> Part:
    if part is None:
        return Part(place.kind, place.name, None, None, None, None, (), place.at, place.problem)
    share = _ratio(part.value, total)
    return Part(
        place.kind,
        place.name,
        part.value,
        part.change,
        part.change_ratio,
        share,
        part.unpriced,
        place.at,
        place.problem,
    )


def _holding(line: Line, at: datetime | None, measure: Measure, names: Mapping[str, str]) -> Holding:
    currency = coin(line.currency)
    price = measure.price(currency)
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
        value=(line.total - line.liability) * price.now if price else None,
        share=None,
        at=at,
    )


def _merged(holdings: Iterable[Holding]) -> list[Holding]:
    """One holding a currency, over all accounts."""
    together: dict[str, list[Holding]] = {}
    for holding in holdings:
        together.setdefault(holding.currency, []).append(holding)
    return [
        replace(
            several[0],
            account="",
            total=sum((each.total for each in several), ZERO),
            available=_all_of(each.available for each in several),
            on_hold=_all_of(each.on_hold for each in several),
            liability=sum((each.liability for each in several), ZERO),
            value=_added(each.value for each in several),
            at=_oldest(each.at for each in several),
        )
        for several in together.values()
    ]


def _ranked(holdings: Iterable[Holding], total: Decimal | None) -> tuple[Holding, ...]:
    """By value, the largest first, those without one last; each with its share of ``total``."""
    shared = (replace(each, share=_ratio(each.value, total)) for each in holdings)
    return tuple(
        sorted(shared, key=lambda each: (each.value is None, -(each.value or ZERO), each.currency, each.account))
    )


def _added(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _all_of(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, None where one of them is not known."""
    values = tuple(values)
    return None if None in values else _added(values)


def _ratio(value: Decimal | None, of: Decimal | None) -> Decimal | None:
    if value is None or of is None or of <= 0:
        return None
    with localcontext(prec=28):
        return value / of


def _oldest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
