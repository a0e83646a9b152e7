"""What a page asks of the activity, in words that fit into the name of a panel: ``span=30&kind=Trade&currency=BTC``.

span      7 (the usual), 30 or 90 days up to today in UTC; all; range
from, to  the first and the last day of a range, such as 2026-11-01
account, kind, currency   may come several times; all of them where there is none
find      what stands in a line
page      1 (the usual) for the newest lines
until     ms since 1970: nothing that happened later, so that pages stand still while new lines come
few       so many lines and nothing else, for a short list
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qs, quote, urlencode

from kucoin.desk.activity import ActivityWish
from kucoin.errors import InvalidRequest
from kucoin.model.activity import ActivityKind
from kucoin.model.times import moment

USUAL = "7"
RANGE = "range"
SPANS: Mapping[str, int | None] = {"7": 7, "30": 30, "90": 90, "all": None, RANGE: None}
"""The days of each span, today among them."""

_FIELDS = frozenset({"span", "from", "to", "account", "kind", "currency", "find", "page", "until", "few"})
_LONGEST = 80  # characters of one word
_MANY = 100  # of one list
_FEW = 20  # lines of a short list
_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish as it was written.

    Attributes:
        first: Of a range the first day, None where it begins with everything; ``last`` likewise.
        page: From 1.
        until: Before when; None where what comes now is wanted too.
        few: How many lines of a short list; None for a page of the long one.
    """

    span: str = USUAL
    first: date | None = None
    last: date | None = None
    places: tuple[str, ...] = ()
    kinds: tuple[ActivityKind, ...] = ()
    currencies: tuple[str, ...] = ()
    text: str = ""
    page: int = 1
    until: datetime | None = None
    few: int | None = None

    def wish(self, today: date) -> ActivityWish:
        """Return what is wanted, on the UTC day ``today``."""
        days = SPANS[self.span]
        first = today - timedelta(days=days - 1) if days else self.first
        return ActivityWish(
            start=None if first is None else _midnight(first),
            end=None if self.last is None else _midnight(self.last + timedelta(days=1)),
            places=frozenset(self.places),
            kinds=frozenset(self.kinds),
            currencies=frozenset(self.currencies),
            text=self.text,
        )


def asked(query: str) -> Asked:
    """Read a wish; whatever is not said is as usual.

    Raises:
        InvalidRequest: It is none; the text can be shown.
    """
    try:
        said = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=3 * _MANY)
    except ValueError:
        raise InvalidRequest(f"{query[:80]!r} is nothing that the activity can be asked for") from None
    for name, words in said.items():
        if name not in _FIELDS or len(words) > _MANY or any(len(word) > _LONGEST for word in words):
            raise InvalidRequest(f"{name[:40]!r} is nothing that the activity can be asked for")
    span = _last(said, "span") or USUAL
    if span not in SPANS:
        raise InvalidRequest(f"{span!r} is no span of the activity: {', '.join(SPANS)}")
    ranged = span == RANGE
    return Asked(
        span=span,
        first=_day(_last(said, "from")) if ranged else None,
        last=_day(_last(said, "to")) if ranged else None,
        places=tuple(said.get("account", ())),
        kinds=tuple(_kind(word) for word in said.get("kind", ())),
        currencies=tuple(said.get("currency", ())),
        text=_last(said, "find").strip(),
        page=_count(_last(said, "page"), _PAGES) or 1,
        until=_moment(_last(said, "until")),
        few=_count(_last(said, "few"), _FEW),
    )


def written(said: Mapping[str, Sequence[str]]) -> str:
    """Return a wish, given by its words, as `asked` reads it.

    Raises:
        InvalidRequest: It is none.
    """
    query = urlencode(said, doseq=True, quote_via=quote, safe="")
    asked(query)
    return query


def words(query: str) -> dict[str, list[str]]:
    """Return the words of a wish, without judging them."""
    return parse_qs(query)


def _last(said: Mapping[str, Sequence[str]], name: str) -> str:
    return said[name][-1] if said.get(name) else ""


def _kind(word: str) -> ActivityKind:
    try:
        return ActivityKind(word)
    except ValueError:
        raise InvalidRequest(f"{word!r} is no kind of activity") from None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidRequest(f"{text!r} is no day such as 2026-11-20") from None
    if day is not None and not 2000 <= day.year < 2100:
        raise InvalidRequest(f"{day} is no day on which there could be activity")
    return day


def _count(text: str, most: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise InvalidRequest(f"{text!r} is no number from 1 to {most:,}")
    return int(text)


def _moment(text: str) -> datetime | None:
    count = _count(text, 10**13 - 1)
    return None if count is None else moment(count)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
