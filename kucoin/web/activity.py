"""The account's activity as the push socket tells it: a page of lines, what they come to, and whether they add up.

To look through years takes longer than a look at everything may, so a thread of its own does, and the panel tells what
it found with the next look.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from kucoin import figures
from kucoin.decimals import ZERO
from kucoin.desk.activity import ActivityReach, ActivityRow, ActivitySum, ActivityView, ActivityWish, Tie
from kucoin.errors import InvalidRequest
from kucoin.model.times import milliseconds
from kucoin.web import veil as veils
from kucoin.web.activity_wish import asked
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import CATCHING_UP, LIVE, Fresh, Sight
from kucoin.web.veil import Veil

log = logging.getLogger(__name__)

PANEL = "activity:"
"""What the panel is asked for by; a wish follows (`kucoin.web.activity_wish`)."""

PAGE = 100
"""Lines of a page."""

_PACE = 1.0  # s from one finding to the next search, however much comes meanwhile
_SLOW = 5.0  # s after which it looks again although no line came: balances may have changed
_AT_ONCE = 0.03  # s that the first look waits, so that most readers have their lines without another beat of the socket
_BROKEN = "This part of the page broke; the log tells why."


class _Seen(NamedTuple):
    """What the lines were found by; while it is the same, so are they."""

    generation: int
    wish: ActivityWish


class ActivityPanel(Panel):
    """A page of the lines that are wanted, the newest first.

    Raises:
        InvalidRequest: There is no account, or the wish is none.
    """

    def __init__(self, sight: Sight, query: str) -> None:
        if sight.activity is None:
            raise InvalidRequest("there is no account here whose activity could be shown")
        self._sight, self._book, self._asked = sight, sight.activity, asked(query)
        self._body: Body = {"pending": True}
        self._found: tuple[_Seen, ActivityView] | None = None
        self._search: _Search | None = None
        self._searched = float("-inf")
        self._by: tuple[int, date, Veil | None] | None = None

    def change(self) -> Change | None:
        """Tell everything anew where anything is."""
        body = None
        if self._search is not None and self._search.over:
            body, self._search = self._search.body, None
        if self._search is None and self._due():
            first, self._by = self._by is None, self._made_by()
            self._searched = self._sight.monotonic()
            self._search = _Search(self._look)
            if first and self._search.ends_within(_AT_ONCE):
                body, self._search = self._search.body, None
        if body is None or body == self._body:
            return None
        self._body = body
        return Change("full", body)

    def full(self) -> Body:
        """Return a page of lines, sums, choices and what is known of all; ``pending`` before the first is found."""
        return self._body

    def fresh(self) -> Fresh:
        """It is as new as what was read of the exchange's lists."""
        reach = self._book.reach()
        if reach.problem:
            return Fresh(CATCHING_UP, None, reach.problem)
        if reach.reading:
            return Fresh(CATCHING_UP, None, "the past is being read")
        return Fresh(LIVE, 0.0, None)

    def _due(self) -> bool:
        waited = self._sight.monotonic() - self._searched
        return waited >= _SLOW or (waited >= _PACE and self._by != self._made_by())

    def _made_by(self) -> tuple[int, date, Veil | None]:
        return self._book.generation, self._today(), self._sight.veil()

    def _today(self) -> date:
        return datetime.fromtimestamp(self._sight.wall(), UTC).date()

    def _look(self) -> Body:
        """Find the lines, unless they are known, and write them; on a thread of the search."""
        veil = self._sight.veil()
        seen = _Seen(self._book.generation, self._wish())
        if self._found is None or self._found[0] != seen:
            self._found = seen, self._book.view(seen.wish)
        view = self._found[1]
        if seen.wish.counting and not view.count:
            view = self._book.view(replace(seen.wish, counting=False))
        choices = self._book.choices()
        if self._asked.few is not None:
            return {
                "rows": [_row(each, veil) for each in view.rows(0, self._asked.few)],
                "kinds": [str(kind) for kind in choices.kinds],
                "reading": self._book.reach().reading,
            }
        pages = max(1, -(-view.count // PAGE))
        page = min(self._asked.page, pages)
        rows = view.rows((page - 1) * PAGE, PAGE)
        newest = rows[0] if page == 1 and rows else next(iter(view.rows(0, 1)), None)
        return {
            "count": view.count,
            "page": page,
            "pages": pages,
            "size": PAGE,
            "newest": None if newest is None else milliseconds(newest.entry.at),
            "rows": [_row(each, veil) for each in rows],
            "sums": [_sum(each, veil) for each in view.sums],
            "places": choices.places,
            "kinds": [str(kind) for kind in choices.kinds],
            "currencies": choices.currencies,
            **_known(self._book.reach(), self._book.ties(), veil),
        }

    def _wish(self) -> ActivityWish:
        few, kinds = self._asked.few, self._asked.kinds
        wish = replace(self._asked.wish(self._today()), counting=few is not None and not kinds)
        until = self._asked.until
        if until is None:
            return wish
        before = until + timedelta(milliseconds=1)  # of the moment itself too
        return replace(wish, end=before if wish.end is None else min(wish.end, before))


class _Search:
    """One look, on a thread of its own."""

    def __init__(self, look: Callable[[], Body]) -> None:
        self.body: Body = {"problem": _BROKEN}
        self._look = look
        self._ended = threading.Event()
        threading.Thread(target=self._work, name="activity-search", daemon=True).start()

    @property
    def over(self) -> bool:
        return self._ended.is_set()

    def ends_within(self, seconds: float) -> bool:
        return self._ended.wait(seconds)

    def _work(self) -> None:
        try:
            self.body = self._look()
        except Exception:  # its thread is nobody's, and a reader must not wait for ever
            log.exception("the activity could not be looked through")
        finally:
            self._ended.set()


def changed(value: Decimal | None, currency: str, veil: Veil | None) -> str:
    """Write what was done to a balance, with its sign."""
    if veil is not None:
        return veil.share(value, currency, signed=True)
    text = figures.amount(value)
    return f"+{text}" if value is not None and value > 0 else text


def tie_words(ties: Sequence[Tie]) -> str:
    """Return whether the activity explains the balances: ``Adds up: 41 of 41 balances.``"""
    if not ties:
        return ""
    even = sum(1 for tie in ties if tie.difference == 0)
    unknown = sum(1 for tie in ties if tie.difference is None)
    words = f"Adds up: {even} of {len(ties)} {'balance' if len(ties) == 1 else 'balances'}."
    return f"{words} {unknown} cannot be told yet." if unknown else words


def reach_words(reach: ActivityReach) -> str:
    """Return since when there is nothing missing, of any list."""
    if reach.since is None:
        return "Not every list was read yet" if reach.sources else ""
    known = f"Complete since {reach.since.day} {reach.since:%B %Y}"
    unread = any(source.since is None for source in reach.sources)
    return f"{known}, but for what cannot be read" if unread else known


def _known(reach: ActivityReach, ties: Sequence[Tie], veil: Veil | None) -> Body:
    """Return how far the activity is known, and where it does not explain a balance."""
    apart = [tie for tie in ties if tie.difference]
    return {
        "reach": reach_words(reach),
        "lists": reach.words,
        "reading": reach.reading,
        "trouble": veils.words(veil, reach.problem),
        "ties": tie_words(ties),
        "apart": [[tie.place, tie.currency, _exactly(tie.difference, tie.currency, veil)] for tie in apart],
    }


def _row(row: ActivityRow, veil: Veil | None) -> Body:
    entry = row.entry
    fee = entry.fee.copy_negate() if entry.fee else entry.fee
    return {
        "id": _told_apart(f"{entry.source}/{entry.entry_id}", veil),
        "at": milliseconds(entry.at),
        "kind": str(entry.kind),
        "place": entry.place,
        "subject": entry.subject,
        "currency": entry.currency,
        "change": [changed(entry.change, entry.currency, veil), figures.direction(entry.change)],
        "fee": changed(fee, entry.currency, veil),
        "balance": veils.amount(veil, row.balance, entry.currency),
        "counts": entry.counts,
        "more": _more(row, fee, veil),
    }


def _told_apart(name: str, veil: Veil | None) -> str:
    """Return what tells a line from others: under a veil a number, for an id may hold an amount or lead to one."""
    return name if veil is None else f"{hash(name):x}"  # another number in every process


def _more(row: ActivityRow, fee: Decimal | None, veil: Veil | None) -> list[tuple[str, str]]:
    """Return everything that is known of a line, by name; with hidden amounts nothing that may tell one."""
    entry = row.entry
    told = [("Time", f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC")]
    if veil is None:
        told += [
            ("Change", f"{_exactly(entry.change, entry.currency, veil)} {entry.currency}"),
            ("Fee in it", "" if fee is None else f"{_exactly(fee, entry.currency, veil)} {entry.currency}"),
            ("Balance after", "" if row.balance is None else f"{figures.exact(row.balance)} {entry.currency}"),
        ]
    told += [("Exchange’s word", entry.business), ("About", entry.subject)]
    told += [("Detail", entry.detail)] if veil is None else []
    told += [("List", entry.source)] + ([("Id", entry.entry_id)] if veil is None else [])
    if not entry.counts:
        told.append(("Not summed", "another view of money that other lines tell of, or on its way"))
    return [(name, text) for name, text in told if text]


def _exactly(value: Decimal | None, currency: str, veil: Veil | None) -> str:
    if veil is not None:
        return veil.share(value, currency, signed=True)
    text = figures.exact(value)
    return f"+{text}" if value is not None and value > 0 else text


def _sum(told: ActivitySum, veil: Veil | None) -> dict[str, Any]:
    unit = told.currency
    fees = told.fees.copy_negate() if told.fees else ZERO
    return {
        "currency": unit,
        "came": changed(told.came, unit, veil),
        "went": changed(told.went, unit, veil),
        "net": [changed(told.net, unit, veil), figures.direction(told.net)],
        "fees": changed(fees, unit, veil),
        "exact": "" if veil else f"{_exactly(told.net, unit, veil)} {unit}",
    }
