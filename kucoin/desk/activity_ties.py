"""Whether the activity explains the balances: what all lines come to, beside what the accounts hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from kucoin.decimals import ZERO
from kucoin.desk.activity import Tie
from kucoin.desk.activity_amounts import EXACT, Ints
from kucoin.desk.activity_columns import Columns
from kucoin.desk.portfolio import PartKind
from kucoin.journal.tables import microseconds

Key = tuple[str, str]
"""A place and a currency."""

_SLACK = timedelta(seconds=10)  # between the exchange's balance and its ledger, and between our clocks
_NEWEST = 500  # lines that a balance may be behind


@dataclass(frozen=True, slots=True)
class Held:
    """What is in a place of a currency; ``at`` is when that was heard, by the exchange's clock.

    Of no currency: the place was read, and there is nothing in it of a currency that is not listed beside it.
    """

    place: str
    currency: str
    amount: Decimal
    at: datetime


class Scales:
    """Weighs again and again. For one thread.

    A balance and a ledger are never read in the same moment, so a balance may be that before the newest lines, and what
    seems to differ is said only where the same was found the last time as well.

    Attributes:
        openings: For the places and currencies of which no balance is told with the lines, or none that is one: what
            was there before the first line, None where that is not known.
    """

    def __init__(self) -> None:
        self._found: dict[Key, Decimal] = {}
        self.openings: Mapping[Key, Decimal | None] = {}

    def weigh(self, columns: Columns, held: Iterable[Held], since: Mapping[str, datetime]) -> tuple[Tie, ...]:
        """Return for each balance of which there are lines whether they explain it.

        Args:
            since: By source, from when on every line is known; what is older does not count.
        """
        groups = _groups(columns, since)
        before, self._found = self._found, {}
        openings = dict(self.openings)
        ties = []
        for key, amount in sorted(_amounts(held, groups).items()):
            if key not in groups:
                continue
            found = _weighed(columns, groups[key], amount)
            again = before.get(key) == found.unexplained
            self._found[key] = found.unexplained
            ties.append(_tie(key, found, again=again))
            if found.believed or found.chained:
                openings.pop(key, None)
            elif not found.unexplained or again:
                openings[key] = found.unexplained if groups[key].whole else None
            elif not found.told:
                openings.setdefault(key, None)
        self.openings = openings
        return tuple(ties)


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one place and currency that count, the oldest first; ``whole``: none is left out for its age."""

    rows: Ints
    whole: bool


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What lines say of the amount in their place.

    Attributes:
        total: What they come to.
        told: Whether a balance is told with the first of them.
        believed: Whether the balance that is told with the newest is that of the account.
        chained: Whether those that are told with the two newest follow from each other: then they are balances, though
            a line that is younger may be missing yet.
        unexplained: What is there beyond ``total``, and beyond what was there before the first line if that is known.
    """

    total: Decimal
    told: bool
    believed: bool
    chained: bool
    unexplained: Decimal


def _weighed(columns: Columns, group: _Group, held: Held) -> _Weighed:
    rows = group.rows
    (total,) = columns.change.take(rows).sums(np.zeros(len(rows), np.int64), 1)
    (first,), (balance,) = columns.change.take(rows[:1]).values(), columns.balance.take(rows[:1]).values()
    young = int(np.count_nonzero(columns.at[rows] >= microseconds(held.at - _SLACK)))
    newest = rows[::-1][: min(young, _NEWEST)]
    totals = [total]
    for change in columns.change.take(newest).values():
        totals.append(EXACT.subtract(totals[-1], change or ZERO))
    balances = columns.balance.take(rows[::-1][: len(totals)]).values()
    opening = EXACT.subtract(balance, first or ZERO) if balance is not None else ZERO
    told = [*balances, opening][: len(totals)]
    believed = balance is not None and held.amount in told
    gaps = [EXACT.subtract(held.amount, EXACT.add(each, opening if believed else ZERO)) for each in totals]
    unexplained = ZERO if ZERO in gaps else gaps[0]
    return _Weighed(total, balance is not None, believed, _chained(columns, rows[-2:]), unexplained)


def _chained(columns: Columns, rows: Ints) -> bool:
    before, after = columns.balance.take(rows).values() if len(rows) == 2 else (None, None)
    change = columns.change.take(rows[-1:]).values()[0]
    return None not in (before, after) and EXACT.subtract(after or ZERO, change or ZERO) == before


def _tie(key: Key, found: _Weighed, *, again: bool) -> Tie:
    place, currency = key
    if not found.unexplained:
        return Tie(place, currency, found.total, found.total, ZERO)
    if found.believed and again:
        change = EXACT.add(found.total, found.unexplained)
        return Tie(place, currency, found.total, change, found.unexplained)
    return Tie(place, currency, found.total, None, None)


def _groups(columns: Columns, since: Mapping[str, datetime]) -> dict[Key, _Group]:
    """Return the rows that count by place and currency; all isolated pairs together where a line does not tell its own.

    Which pair a transfer to an isolated account went to, the exchange does not always tell.
    """
    words = columns.names.words
    floors = np.array([microseconds(since[word]) if word in since else 0 for word in words], np.int64)
    counting: Ints = np.flatnonzero(columns.counts)
    if not len(counting):
        return {}
    young = columns.at[counting] >= floors[columns.source[counting]]
    keys = columns.place[counting].astype(np.int64) * len(words) + columns.currency[counting]
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    parts = {
        (words[key // len(words)], words[key % len(words)]): part
        for key, part in zip(found.tolist(), np.split(order, starts[1:]), strict=True)
    }
    for place, currency in list(parts):
        if (PartKind.ISOLATED, currency) in parts and place.startswith(f"{PartKind.ISOLATED} "):
            more = parts.pop((place, currency))
            parts[PartKind.ISOLATED, currency] = np.sort(np.concatenate((parts[PartKind.ISOLATED, currency], more)))
    return {
        key: _Group(counting[part[young[part]]], bool(young[part].all()))
        for key, part in parts.items()
        if young[part].any()
    }


def _amounts(held: Iterable[Held], groups: Mapping[Key, _Group]) -> dict[Key, Held]:
    """Return what there is by place and currency; of isolated pairs together where their lines are."""
    found: dict[Key, Held] = {}
    for each in held:
        key = each.place, each.currency
        if each.place.startswith(PartKind.ISOLATED) and (PartKind.ISOLATED, each.currency) in groups:
            key = PartKind.ISOLATED, each.currency
        before = found.get(key)
        found[key] = each if before is None else replace(each, amount=EXACT.add(before.amount, each.amount))
    for place, currency in groups:
        read = found.get((place, "")) or found.get((place.split(" ")[0] + " margin", ""))
        if read is not None and (place, currency) not in found:
            found[place, currency] = replace(read, place=place, currency=currency)
    return found
