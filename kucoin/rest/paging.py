"""Reads lists that come in parts. KuCoin has three ways to cut one: page numbers, the last id, and more or no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from kucoin.errors import OutcomeUnknown
from kucoin.model.page import Page
from kucoin.model.times import milliseconds
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, row_of

_T = TypeVar("_T")
_MOST_PAGES = 50  # beyond that the count of pages is an error
_TRIES = 3


def span(
    start: datetime | None, end: datetime | None, *, names: tuple[str, str] = ("startAt", "endAt")
) -> dict[str, int | None]:
    """Return the parameters that bound a list in time, to the millisecond; aware, either may be open."""
    return {name: None if at is None else milliseconds(at) for name, at in zip(names, (start, end), strict=True)}


def numbered(answer: Answer, number: int, read: Callable[[Row], _T]) -> Page[_T]:
    """Read page ``number``."""
    page = row_of(answer)
    items = tuple(map(read, page.rows("items")))
    return Page(items, number + 1 if number < page.integer("totalPage") else None, page.integer_or_none("totalNum"))


def by_last_id(answer: Answer, read: Callable[[Row], _T]) -> Page[_T]:
    """Read a part that tells the id to go on from. KuCoin does not say which part is the last: one without rows is."""
    page = row_of(answer)
    items = tuple(map(read, page.rows("items")))
    return Page(items, page.integer("lastId") if items else None)


def by_more(answer: Answer, read: Callable[[Row], _T], key: Callable[[_T], int]) -> Page[_T]:
    """Read a part that tells whether there is more; one goes on from the ``key`` of its last row."""
    page = row_of(answer)
    items = tuple(map(read, page.rows("dataList")))
    return Page(items, key(items[-1]) if page.flag("hasMore") and items else None)


def whole(ask: Callable[[int], Answer], read: Callable[[Row], _T]) -> tuple[_T, ...]:
    """Read every page of a list that may change meanwhile; ``ask`` takes the number of a page.

    A row that ends between two pages moves the others up, and one of them into the page that was read already. So a
    list of several pages counts only where they fit together, and is read again where they do not.

    Raises:
        OutcomeUnknown: The pages do not end, or fit together in none of three readings.
    """
    for _ in range(_TRIES):
        found: list[_T] = []
        totals = set()
        for number in range(1, _MOST_PAGES + 1):
            answer = ask(number)
            page = row_of(answer)
            found += map(read, page.rows("items"))
            totals.add(page.integer("totalNum"))
            pages = page.integer("totalPage")
            if number >= pages:
                break
        else:
            raise OutcomeUnknown(f"{answer.request}: unreadable answer, {pages} pages")
        if number == 1 or totals == {len(set(found))} == {len(found)}:
            return tuple(found)
    raise OutcomeUnknown(f"{answer.request}: unreadable answer, the list changed each time its pages were read")
