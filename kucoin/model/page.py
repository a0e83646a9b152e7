"""A long list, read in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list.

    Attributes:
        items: In the exchange's order, which is newest first unless the method says otherwise.
        cursor: What to pass to the same method for the next part; None where this was the last.
        total: How many rows the whole list has; None where the exchange does not say.
    """

    items: tuple[T, ...]
    cursor: int | None
    total: int | None = None
