"""Which lines of the futures ledger are the fundings of contracts, told twice. Pure.

KuCoin calls a funding realised PnL in its ledger and tells the rate of it in a list of fundings. Where one line of the
ledger is one funding of the list, and can be no other, they are one line here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from kucoin.desk import activity_words as words
from kucoin.desk.activity_amounts import Ints
from kucoin.desk.activity_columns import KINDS, Columns, Flags
from kucoin.model.activity import ActivityKind

_NEAR = timedelta(minutes=1) // timedelta(microseconds=1)
_PNL, _FUNDING = KINDS.index(ActivityKind.PNL), KINDS.index(ActivityKind.FUNDING)


class _What(NamedTuple):
    """What a line and a funding have in common: the contract, the number of the currency, and the amount."""

    symbol: str
    currency: int
    amount: Decimal | None


class _Found(NamedTuple):
    """What was found among the fundings of these rows and the lines of those: pairs, and what each line tells then."""

    paid: Ints
    booked: Ints
    payments: list[int]
    entries: list[int]
    texts: list[str]


class Fundings:
    """Merges again and again, with little to do where only lines came that are no fundings. For one thread."""

    def __init__(self) -> None:
        nothing = np.zeros(0, np.int64)
        self._found = _Found(nothing, nothing, [], [], [])

    def merged(self, columns: Columns) -> Columns:
        """Return the lines with each funding that is exactly one line of the ledger told by that line alone.

        It has the contract, the amount and within a minute the moment of the funding, and no other has; nor has another
        funding those of the line. All others stay as they are.

        Args:
            columns: Those of the last time, and more.
        """
        codes = columns.names.codes
        paid: Ints = np.flatnonzero(columns.source == codes.get(words.FEES, -1))
        booked: Ints = np.flatnonzero((columns.source == codes.get(words.FUTURES, -1)) & (columns.kind == _PNL))
        booked = booked[_beside(columns.at[booked], columns.at[paid])]
        if not (np.array_equal(paid, self._found.paid) and np.array_equal(booked, self._found.booked)):
            self._found = _find(columns, paid, booked)
        if not self._found.entries:
            return columns
        kind, text, left = columns.kind.copy(), columns.text.copy(), np.ones(len(columns), np.bool_)
        kind[self._found.entries] = _FUNDING
        text[self._found.entries] = self._found.texts
        left[self._found.payments] = False
        return replace(columns, kind=kind, text=text).take(left)


def _find(columns: Columns, paid: Ints, booked: Ints) -> _Found:
    pairs = list(_pairs(columns, paid, booked))
    texts = []
    for payment, entry in pairs:
        entry_id, business, subject, _ = columns.text[entry].split("\t", 3)
        rate = columns.text[payment].split("\t", 3)[3].partition(", ")[2]
        texts.append("\t".join((entry_id, business, subject, rate)))
    return _Found(paid, booked, [each for each, _ in pairs], [each for _, each in pairs], texts)


def _beside(moments: Ints, others: Ints) -> Flags:
    """Return which of ``moments`` are near to one of ``others``, which rise."""
    first = np.searchsorted(others, moments - _NEAR, "left")
    near: Flags = first < np.searchsorted(others, moments + _NEAR, "right")
    return near


def _pairs(columns: Columns, paid: Ints, booked: Ints) -> Iterator[tuple[int, int]]:
    """Yield the rows of each funding and of the line that it is."""
    entries = _by_what(columns, booked)
    for what, payments in _by_what(columns, paid).items():
        there = entries.get(what, ())
        for payment in payments:
            near = _near(columns, payment, there)
            if len(near) == 1 and _near(columns, near[0], payments) == [payment]:
                yield payment, near[0]


def _near(columns: Columns, row: int, others: Sequence[int]) -> list[int]:
    def at(each: int) -> int:
        return int(columns.at[each])

    return list(others[bisect_left(others, at(row) - _NEAR, key=at) : bisect_right(others, at(row) + _NEAR, key=at)])


def _by_what(columns: Columns, rows: Ints) -> dict[_What, list[int]]:
    found: dict[_What, list[int]] = defaultdict(list)
    amounts = columns.change.take(rows).values()
    for row, currency, amount in zip(rows.tolist(), columns.currency[rows].tolist(), amounts, strict=True):
        symbol = columns.text[row].split("\t", 3)[2]
        found[_What(symbol, currency, amount)].append(row)
    return found
