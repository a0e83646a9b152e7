"""Every line of the activity in memory, as columns in the order of time: 200,000 take some 50 MB and are soon searched.

`Columns` never change, so any thread may read them; what comes makes new ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kucoin.desk.activity import ActivityRow, ActivitySum, ActivityWish
from kucoin.desk.activity_amounts import EXACT, Amounts, Ints
from kucoin.journal.activity import Line
from kucoin.journal.tables import microseconds
from kucoin.model.activity import Activity, ActivityKind

Codes = NDArray[np.int16]
Flags = NDArray[np.bool_]

KINDS = tuple(ActivityKind)
_KIND_CODES = {kind.value: code for code, kind in enumerate(KINDS)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 18  # digits of an id that surely fits
_HEXADECIMAL = re.compile("[0-9a-f]{24}")  # ids that begin with the time and end with what is counted up
_COUNTED = 8  # digits of that
_AT_ONCE = 2000  # rows of an export that are made together


@dataclass(frozen=True, slots=True)
class Names:
    """Numbers for words that come again and again; shared by all columns, and only ever added to by one thread."""

    words: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    def code(self, word: str) -> int:
        """Return the number of a word."""
        found = self.codes.get(word)
        if found is None:
            self.words.append(word)
            found = self.codes[word] = len(self.words) - 1
        return found

    def among(self, wanted: Iterable[str]) -> Flags:
        """Return for each number whether its word is wanted."""
        return np.isin(np.arange(len(self.words)), [self.codes[word] for word in wanted if word in self.codes])


@dataclass(frozen=True, eq=False)
class Columns:
    """Lines, the oldest first; those of one moment by source and number.

    Attributes:
        names: The words behind ``place``, ``currency`` and ``source``.
        at: µs since 1970.
        rank: The line's own number where its id is one, the end of it where it is hexadecimal, else 0.
        text: Id, business, subject and detail, with tabs between.
    """

    names: Names
    at: Ints
    rank: Ints
    source: Codes
    place: Codes
    currency: Codes
    kind: Codes
    counts: Flags
    change: Amounts
    fee: Amounts
    balance: Amounts
    text: NDArray[np.object_]

    @classmethod
    def of(cls, names: Names, lines: Sequence[Line]) -> Columns:
        """Make columns of lines as they are kept, in any order, each of them once."""
        columns: list[Any] = [list(column) for column in zip(*lines, strict=True)] if lines else [[]] * 13
        source, entry_id, place, currency, kind, business, change, fee, balance, subject, detail, counts, at = columns
        texts = np.empty(len(lines), object)
        texts[:] = list(map("\t".join, zip(entry_id, business, subject, detail, strict=True)))
        found = cls(
            names,
            np.array(at, np.int64),
            np.fromiter(map(_rank, entry_id), np.int64, len(lines)),
            _coded(map(names.code, source)),
            _coded(map(names.code, place)),
            _coded(map(names.code, currency)),
            _coded(map(_KIND_CODES.__getitem__, kind)),
            np.array(counts, np.bool_),
            Amounts.of(change),
            Amounts.of(fee),
            Amounts.of(balance),
            texts,
        )
        return found._sorted()

    @classmethod
    def together(cls, names: Names, parts: Sequence[Columns]) -> Columns:
        """Make one of several that have no line in common."""
        found = cls.of(names, ())
        if not parts:
            return found
        whole = {name: _joined([getattr(part, name) for part in parts]) for name in _COLUMNS}
        return replace(found, **whole)._sorted()

    def __len__(self) -> int:
        return len(self.at)

    def join(self, more: Columns) -> Columns:
        """Return these lines and those of ``more`` that are not among them; itself where there is none."""
        new = more.take(~self._has(more))
        if not len(new):
            return self
        both = replace(self, **{name: _joined([getattr(self, name), getattr(new, name)]) for name in _COLUMNS})
        return both if not len(self) or new.at[0] > self.at[-1] else both._sorted()

    def _has(self, others: Columns) -> Flags:
        """Return for each line of ``others`` whether it is here; one line always has one moment."""
        first, end = (np.searchsorted(self.at, others.at, side) for side in ("left", "right"))
        found = np.zeros(len(others), np.bool_)
        for row in np.flatnonzero(first < end):
            begins = others.text[row].partition("\t")[0] + "\t"
            found[row] = any(
                self.source[here] == others.source[row] and self.text[here].startswith(begins)
                for here in range(first[row], end[row])
            )
        return found

    def take(self, rows: Ints | Flags) -> Columns:
        """Return the lines of ``rows``, which rise or are those marked."""
        return replace(self, **{name: _taken(getattr(self, name), rows) for name in _COLUMNS})

    def _sorted(self) -> Columns:
        return self.take(np.lexsort((self.rank, self.source, self.at)))

    def entries(self, rows: Ints) -> list[Activity]:
        """Return lines."""
        words, here = self.names.words, self.take(rows)
        codes = (here.source.tolist(), here.place.tolist(), here.currency.tolist(), here.kind.tolist())
        plain = (here.text.tolist(), here.counts.tolist(), here.at.tolist())
        found = []
        for source, place, currency, kind, text, counts, at, change, fee, balance in zip(
            *codes, *plain, here.change.values(), here.fee.values(), here.balance.values(), strict=True
        ):
            entry_id, business, subject, detail = text.split("\t", 3)
            moment = _EPOCH + timedelta(microseconds=at)
            told = (entry_id, words[place], words[currency], KINDS[kind], business, change, fee, balance)
            found.append(Activity(words[source], *told, subject, detail, counts, moment))
        return found

    # Which lines

    def select(self, wish: ActivityWish) -> Ints:
        """Return the rows that are wanted, rising."""
        first = 0 if wish.start is None else int(np.searchsorted(self.at, microseconds(wish.start)))
        end = len(self) if wish.end is None else int(np.searchsorted(self.at, microseconds(wish.end)))
        here = slice(first, max(first, end))
        wanted = np.ones(here.stop - here.start, np.bool_)
        if wish.places:
            wanted &= self.names.among(wish.places)[self.place[here]]
        if wish.currencies:
            wanted &= self.names.among(wish.currencies)[self.currency[here]]
        if wish.counting:
            wanted &= self.counts[here]
        if wish.kinds:
            wanted &= np.array([kind in wish.kinds for kind in KINDS])[self.kind[here]]
        rows: Ints = np.flatnonzero(wanted) + first
        return self._telling(rows, wish.text.casefold().strip()) if wish.text.strip() else rows

    def _telling(self, rows: Ints, sought: str) -> Ints:
        """Return those of ``rows`` in which a text stands."""
        named = np.array([sought in word.casefold() for word in self.names.words], np.bool_)
        kinds = np.array([sought in kind.value.casefold() for kind in KINDS])
        told = named[self.place[rows]] | named[self.currency[rows]] | kinds[self.kind[rows]]
        told |= np.array([sought in text.casefold() for text in self.text[rows].tolist()], np.bool_)
        found: Ints = rows[told]
        return found

    def sums(self, rows: Ints) -> tuple[ActivitySum, ...]:
        """Return what those of ``rows`` that count come to, by currency."""
        rows = rows[self.counts[rows]]
        currency, change, count = self.currency[rows], self.change.take(rows), len(self.names.words)
        negative = change.negative
        went = change.take(negative).sums(currency[negative], count)
        came = change.take(~negative).sums(currency[~negative], count)
        fees = self.fee.take(rows).sums(currency, count)
        found = (
            ActivitySum(self.names.words[code], came[code], went[code], EXACT.add(came[code], went[code]), fees[code])
            for code in np.unique(currency)
        )
        return tuple(sorted(found, key=lambda each: each.currency))

    def used(self, codes: Codes) -> list[str]:
        """Return the words of a column, each once."""
        return [self.names.words[code] for code in np.unique(codes)]

    # What was there afterwards

    def balances(self, rows: Ints, openings: Mapping[tuple[str, str], Decimal | None]) -> list[Decimal | None]:
        """Return what was in the place of each row's currency after it, None where that is not known.

        Args:
            openings: Where that is not told with each line: what was there before the first one, by place and currency.
        """
        words, told = self.names.words, self.balance.take(rows).values()
        found: list[Decimal | None] = []
        for row, counts, place, currency, balance in zip(
            *(each.tolist() for each in (rows, self.counts[rows], self.place[rows], self.currency[rows])),
            told,
            strict=True,
        ):
            key = words[place], words[currency]
            opening = openings.get(key) if counts else None
            if opening is not None:
                course, sums = self._course((place, currency))
                found.append(EXACT.add(opening, sums[int(np.searchsorted(course, row))]))
            else:
                found.append(balance if counts and key not in openings else None)
        return found

    def _course(self, key: tuple[int, int]) -> tuple[Ints, list[Decimal]]:
        """Return the rows of a place and currency that count, and their sum up to each."""
        found = self._courses.get(key)
        if found is None:
            rows: Ints = np.flatnonzero((self.place == key[0]) & (self.currency == key[1]) & self.counts)
            found = self._courses[key] = rows, self.change.take(rows).running()
        return found

    @cached_property
    def _courses(self) -> dict[tuple[int, int], tuple[Ints, list[Decimal]]]:
        return {}


_COLUMNS = tuple(each.name for each in fields(Columns) if each.name != "names")


class View:
    """The lines that were wanted, as they were then; see `ActivityView`.

    Args:
        columns: All lines.
        rows: Those wanted, rising.
        openings: As `Columns.balances`.
    """

    def __init__(self, columns: Columns, rows: Ints, openings: Mapping[tuple[str, str], Decimal | None]) -> None:
        self._columns = columns
        self._rows = rows
        self._openings = openings

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._rows)

    @cached_property
    def sums(self) -> tuple[ActivitySum, ...]:
        """What those that count come to, by currency."""
        return self._columns.sums(self._rows)

    def rows(self, offset: int, limit: int) -> tuple[ActivityRow, ...]:
        """Return at most ``limit`` lines, the newest first, after the ``offset`` newest."""
        return tuple(self._made(self._rows[::-1][max(0, offset) : max(0, offset) + max(0, limit)]))

    def entries(self) -> Iterator[ActivityRow]:
        """Yield every line, the oldest first."""
        for start in range(0, len(self._rows), _AT_ONCE):
            yield from self._made(self._rows[start : start + _AT_ONCE])

    def _made(self, rows: Ints) -> list[ActivityRow]:
        return list(map(ActivityRow, self._columns.entries(rows), self._columns.balances(rows, self._openings)))


def _rank(entry_id: str) -> int:
    if entry_id.isdecimal():
        return int(entry_id) if len(entry_id) <= _LONGEST else 0
    return int(entry_id[-_COUNTED:], 16) if _HEXADECIMAL.fullmatch(entry_id) else 0


def _coded(codes: Iterable[int]) -> Codes:
    return np.array(list(codes), np.int16)


def _joined(columns: Sequence[Any]) -> Any:
    first, *others = columns
    if isinstance(first, Amounts):
        return reduce(Amounts.join, others, first)
    return np.concatenate(columns)


def _taken(column: Any, rows: Ints | Flags) -> Any:
    return column.take(rows) if isinstance(column, Amounts) else column[rows]
