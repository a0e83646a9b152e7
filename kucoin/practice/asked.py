"""The JSON bodies of requests, read field by field."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from kucoin.decimals import parse
from kucoin.practice.wire import Refusal

_Word = TypeVar("_Word", bound=StrEnum)
SPOT, FUTURES = "400100", "100001"  # what a bad parameter is called on either host


class Asked:
    """The fields of a JSON object; an empty text counts as missing, and so does null.

    Args:
        code: What refuses a bad parameter.
    """

    def __init__(self, fields: Mapping[str, Any], code: str = SPOT) -> None:
        self._fields = fields
        self._code = code

    def text(self, name: str) -> str | None:
        """Return a text; numbers are taken as they are written."""
        found = self._fields.get(name)
        if found is None or found == "":
            return None
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            raise self.wrong(name)
        return str(found)

    def need(self, name: str) -> str:
        """Return a text that must be there."""
        found = self.text(name)
        if found is None:
            raise Refusal(self._code, f"{name} can not be empty")
        return found

    def amount(self, name: str) -> Decimal | None:
        """Return a number, which may be written as text."""
        found = self.text(name)
        if found is None:
            return None
        try:
            return parse(found)
        except ValueError:
            raise self.wrong(name) from None

    def needed_amount(self, name: str) -> Decimal:
        """Return a number that must be there."""
        self.need(name)
        return self.amount(name) or Decimal(0)

    def whole(self, name: str) -> int | None:
        """Return a whole number."""
        found = self.amount(name)
        if found is not None and found != int(found):
            raise self.wrong(name)
        return None if found is None else int(found)

    def flag(self, name: str) -> bool:
        """Return a truth value, false where it is missing."""
        found = self._fields.get(name)
        if found in (None, "", "false"):
            return False
        if found == "true":
            return True
        if not isinstance(found, bool):
            raise self.wrong(name)
        return found

    def word(self, name: str, words: type[_Word]) -> _Word | None:
        """Return one of ``words``."""
        found = self.text(name)
        try:
            return None if found is None else words(found)
        except ValueError:
            raise self.wrong(name) from None

    def rows(self, name: str) -> list[Asked]:
        """Return a list of objects."""
        return listed(self._fields.get(name), self._code)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty where it is missing."""
        found = self._fields.get(name) or []
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong(name)
        return found

    def has(self, name: str) -> bool:
        """Say whether a field is there with a value."""
        return self._fields.get(name) not in (None, "")

    def wrong(self, name: str) -> Refusal:
        """Return the refusal of a bad parameter."""
        return Refusal(self._code, f"{name} is invalid")


def listed(found: object, code: str) -> list[Asked]:
    """Return the objects of a list.

    Raises:
        Refusal: It is not one.
    """
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refusal(code, "a list of objects is required")
    return [Asked(each, code) for each in found]


def decoded(body: bytes, code: str) -> Any:
    """Return what a JSON body says.

    Raises:
        Refusal: It is no JSON.
    """
    try:
        return msgspec.json.decode(body or b"{}")
    except msgspec.DecodeError:
        raise Refusal(code, "the request body is not JSON") from None


def asked(body: bytes, code: str = SPOT) -> Asked:
    """Return the JSON object of a request.

    Raises:
        Refusal: It is not one.
    """
    found = decoded(body, code)
    if not isinstance(found, dict):
        raise Refusal(code, "the request body is not a JSON object")
    return Asked(found, code)
