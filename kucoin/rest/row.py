"""One JSON object of an answer, read field by field: what is unreadable is unknown or an error, never a zero."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from kucoin import decimals
from kucoin.errors import OutcomeUnknown
from kucoin.model.times import moment
from kucoin.rest.answer import UNREADABLE, Answer

log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Word = TypeVar("_Word", bound=StrEnum)
_left_out: dict[str, int] = {}  # request -> how many rows of it were last reported as left out
_LONGEST_NUMBER = 64  # characters; the longest real one, a fiat price, has 20
_LARGEST_POWER = 40  # of ten, either way: beyond it a number is an accident, and costs memory when written out

_values = msgspec.json.Decoder(float_hook=Decimal)  # keeps every digit that was sent; refuses NaN and Infinity


def value_of(answer: Answer) -> Any:
    """Return the data of ``answer`` as plain JSON values, fractions as Decimal.

    Raises:
        OutcomeUnknown: It is not JSON.
    """
    try:
        return _values.decode(answer.data)
    except UNREADABLE:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, its data is not JSON") from None


def row_of(answer: Answer) -> Row:
    """Return the data of ``answer``, an object.

    Raises:
        OutcomeUnknown: It is none.
    """
    return Row(value_of(answer), f"{answer.request}: unreadable answer, its data")


def list_of(answer: Answer) -> list[Any]:
    """Return the data of ``answer``, a list of anything.

    Raises:
        OutcomeUnknown: It is none.
    """
    values = value_of(answer)
    if not isinstance(values, list):
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, its data is no list")
    return values


def rows_of(answer: Answer) -> list[Row]:
    """Return the data of ``answer``, a list of objects.

    Raises:
        OutcomeUnknown: It is none.
    """
    return _rows(value_of(answer), f"{answer.request}: unreadable answer, its data")


def readable(answer: Answer, values: list[Any], read: Callable[[Any, str], _T]) -> list[_T]:
    """Return what ``read`` makes of each of ``values`` that it can read; the others are logged and left out.

    Args:
        read: Takes a value and the words for it in an error.

    Raises:
        OutcomeUnknown: It can read none of them.
    """
    found = []
    problems = []
    for index, value in enumerate(values):
        try:
            found.append(read(value, f"{answer.request}: unreadable answer, row {index}"))
        except OutcomeUnknown as unreadable:
            problems.append(unreadable)
    if problems and not found:
        raise problems[0]
    if problems and _left_out.get(answer.request) != len(problems):
        _left_out[answer.request] = len(problems)  # these answers come every few seconds: say it once, not each time
        log.warning("%s; left out, with %d more of %d", problems[0], len(problems) - 1, len(values))
    return found


def number_in(value: object) -> Decimal | None:
    """Return the finite number that a JSON ``value`` is or spells, None where it is or spells none."""
    match value:
        case bool():
            return None
        case Decimal() | int():
            number = Decimal(value)
        # Decimal reads "1_7" and the digits of every script; an exchange that sends those means something else.
        case str() if len(value) <= _LONGEST_NUMBER and value.isascii() and "_" not in value:
            try:
                number = decimals.parse(value)
            except ValueError:
                return None
        case _:
            return None
    return number if number == 0 or abs(number.adjusted()) <= _LARGEST_POWER else None


class Row:
    """A JSON object and the words for it in an error.

    The plain readers (`text`, `number` ...) raise `OutcomeUnknown` naming the field where it is missing, null or of
    another kind; their ``_or_none`` twins return None there.
    """

    __slots__ = ("_fields", "_where")

    def __init__(self, fields: object, where: str) -> None:
        if not isinstance(fields, Mapping):
            raise OutcomeUnknown(f"{where} is no object")
        self._fields = fields
        self._where = where

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        return self._known(name, self.text_or_none(name))

    def text_or_none(self, name: str) -> str | None:
        """Return a text, None where it is empty too."""
        value = self._fields.get(name)
        return value if isinstance(value, str) and value else None

    def word(self, name: str, kind: type[_Word]) -> _Word:
        """Return one of the words of ``kind``."""
        return self._known(name, self.word_or_none(name, kind))

    def word_or_none(self, name: str, kind: type[_Word]) -> _Word | None:
        """Return one of the words of ``kind``, None where it is a new one too."""
        try:
            return kind(self.text_or_none(name) or "")
        except ValueError:
            return None

    def number(self, name: str) -> Decimal:
        """Return a number, sent as one or as text."""
        return self._known(name, self.number_or_none(name))

    def number_or_none(self, name: str) -> Decimal | None:
        """Return a number, sent as one or as text."""
        return number_in(self._fields.get(name))

    def integer(self, name: str) -> int:
        """Return a whole number."""
        return self._known(name, self.integer_or_none(name))

    def integer_or_none(self, name: str) -> int | None:
        """Return a whole number."""
        number = self.number_or_none(name)
        return int(number) if number is not None and number == number.to_integral_value() else None

    def flag(self, name: str) -> bool:
        """Return true or false."""
        return self._known(name, self.flag_or_none(name))

    def flag_or_none(self, name: str) -> bool | None:
        """Return true or false."""
        value = self._fields.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime:
        """Return a moment in UTC."""
        return self._known(name, self.moment_or_none(name))

    def moment_or_none(self, name: str) -> datetime | None:
        """Return a moment in UTC, whatever unit it was counted in."""
        return moment(self.integer_or_none(name))

    def values(self, name: str) -> list[Any]:
        """Return a list of anything."""
        value = self._fields.get(name)
        return self._known(name, value if isinstance(value, list) else None)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, none of them empty."""
        return self._known(name, self.texts_or_none(name))

    def texts_or_none(self, name: str) -> tuple[str, ...] | None:
        """Return a list of texts, None where one of them is empty too."""
        values = self._fields.get(name)
        if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
            return None
        return tuple(values)

    def row(self, name: str) -> Row:
        """Return an object inside this one."""
        return Row(self._fields.get(name), f"{self._where}, {name}")

    def rows(self, name: str) -> list[Row]:
        """Return a list of objects inside this one."""
        return _rows(self._fields.get(name), f"{self._where}, {name}")

    def _known(self, name: str, value: _T | None) -> _T:
        if value is None:
            raise OutcomeUnknown(f"{self._where} has no readable {name}")
        return value


def _rows(values: object, where: str) -> list[Row]:
    if not isinstance(values, list):
        raise OutcomeUnknown(f"{where} is no list")
    return [Row(value, f"{where}, row {index}") for index, value in enumerate(values)]
