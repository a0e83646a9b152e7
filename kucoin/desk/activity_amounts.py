"""A column of exact amounts: small in memory, and quickly summed up to the last digit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.uint8]

EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])
"""Arithmetic that fails rather than rounds."""

_NONE, _WIDE = 255, 254  # in place of a number of decimals: nothing is there; ``wide`` has what has too many digits
_SCALES = 256
_HALF = 32  # bits of a lower half
_AT_ONCE = 1 << 20  # so many halves of 32 bits add up to less than 2**53: a sum in floating point is exact


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """Amounts that may be missing.

    Attributes:
        digits: All digits of each, with its sign, as one whole number; or where it stands in ``wide``.
        scales: How many of them are decimals.
        wide: Those that have more digits than fit.
    """

    digits: Ints
    scales: Small
    wide: tuple[Decimal, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Amounts:
        """Make a column of amounts as text, without exponents."""
        digits, scales = [], []
        wide: list[Decimal] = []
        for text in texts:
            if text is None:
                number, scale = 0, _NONE
            else:
                whole, _, part = text.partition(".")
                number, scale = int(whole + part), len(part)
                if scale >= _WIDE or not -(1 << 63) <= number < 1 << 63:
                    number, scale = len(wide), _WIDE
                    wide.append(Decimal(text))
            digits.append(number)
            scales.append(scale)
        return cls(np.array(digits, np.int64), np.array(scales, np.uint8), tuple(wide))

    def __len__(self) -> int:
        return len(self.digits)

    def values(self) -> list[Decimal | None]:
        """Return every amount, None where there is none."""
        return [self._value(*each) for each in zip(self.digits.tolist(), self.scales.tolist(), strict=True)]

    def _value(self, number: int, scale: int) -> Decimal | None:
        if scale == _NONE:
            return None
        return self.wide[number] if scale == _WIDE else scaled(number, scale)

    @property
    def negative(self) -> NDArray[np.bool_]:
        """Where there is one below 0."""
        below = self.digits < 0
        for row in np.flatnonzero(self.scales == _WIDE):
            below[row] = self.wide[self.digits[row]] < 0
        return below

    def join(self, more: Amounts) -> Amounts:
        """Return the column with ``more`` behind it."""
        moved = np.where(more.scales == _WIDE, more.digits + len(self.wide), more.digits)
        return Amounts(
            np.concatenate((self.digits, moved)), np.concatenate((self.scales, more.scales)), self.wide + more.wide
        )

    def take(self, rows: Ints | NDArray[np.bool_]) -> Amounts:
        """Return the amounts of ``rows``, in that order."""
        return Amounts(self.digits[rows], self.scales[rows], self.wide)

    def sums(self, groups: NDArray[np.int16] | Ints, count: int) -> list[Decimal]:
        """Return the exact sum of each group, those with the same number; a missing amount is 0.

        Args:
            count: How many groups there are.
        """
        bins = groups.astype(np.int64) * _SCALES + self.scales
        totals: list[dict[int, int]] = [{} for _ in range(count)]
        for start in range(0, len(self.digits), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            digits = self.digits[part]
            high = np.bincount(bins[part], digits >> _HALF, count * _SCALES)
            low = np.bincount(bins[part], digits & ((1 << _HALF) - 1), count * _SCALES)
            for place in np.flatnonzero((high != 0) | (low != 0)):
                group, scale = divmod(int(place), _SCALES)
                total = totals[group]
                total[scale] = total.get(scale, 0) + (int(high[place]) << _HALF) + int(low[place])
        found = [_added(total) for total in totals]
        for row in np.flatnonzero(self.scales == _WIDE):
            group = int(groups[row])
            found[group] = EXACT.add(found[group], self.wide[self.digits[row]])
        return found

    def running(self) -> list[Decimal]:
        """Return the exact sum up to each amount, itself included; a missing one is 0."""
        numbers = self._whole()
        scale, total, found = self._scale(), 0, []
        for number in numbers:
            total += number
            found.append(scaled(total, scale))
        return found

    def _scale(self) -> int:
        plain = self.scales[self.scales < _WIDE]
        wide = (-int(self.wide[row].as_tuple().exponent) for row in self.digits[self.scales == _WIDE])
        return max((int(plain.max(initial=0)), *wide))

    def _whole(self) -> Sequence[int]:
        """The amounts as whole numbers, all with as many decimals as the finest has."""
        finest = self._scale()
        raised = [10 ** (finest - scale) if scale < _WIDE and scale <= finest else 0 for scale in range(_SCALES)]
        pairs = zip(self.digits.tolist(), self.scales.tolist(), strict=True)
        return [
            int(EXACT.scaleb(self.wide[number], finest)) if scale == _WIDE else number * raised[scale]
            for number, scale in pairs
        ]


def scaled(number: int, scale: int) -> Decimal:
    """Return a whole number whose last ``scale`` digits are decimals."""
    return Decimal(f"{number}E-{scale}")


def _added(by_scale: dict[int, int]) -> Decimal:
    """Return the sum of whole numbers by how many of their digits are decimals."""
    told = {scale: number for scale, number in by_scale.items() if scale < _WIDE}
    finest = max(told, default=0)
    return scaled(sum(number * 10 ** (finest - scale) for scale, number in told.items()), finest)
