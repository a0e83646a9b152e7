"""The blotter as the push socket tells it: what was done and what came of it, and whether the audit is proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kucoin import figures
from kucoin.desk.audit import LOOKUP, TURNED_AWAY
from kucoin.desk.blotter import FILL, BlotterLine
from kucoin.errors import InvalidRequest
from kucoin.journal.intents import INTENT
from kucoin.model.cancellation import CancelState
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Side
from kucoin.model.ticket import TicketState, Transfer
from kucoin.model.times import milliseconds
from kucoin.web import sent_words as words
from kucoin.web import veil as veils
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import CATCHING_UP, LIVE, Fresh, Sight
from kucoin.web.veil import Veil

PANEL = "blotter:"
"""What the panel is asked for by; a day since when may follow, such as ``blotter:2026-11-20``, and is today if not."""

_SHOWN = 500  # rows
_DAYS = 31  # that are shown at once
_VERBS = {Side.BUY: "Buy", Side.SELL: "Sell", "buy": "Buy", "sell": "Sell"}
_WORDS: Mapping[str, str] = {
    INTENT: "Intent written",
    TicketState.ACCEPTED: "Accepted",
    TicketState.REFUSED: "Refused",
    TicketState.UNKNOWN: "No answer",
    TicketState.NOT_SENT: "Not sent",
    TicketState.ABSENT: "Never arrived",
    LOOKUP: "Looked up",
    TURNED_AWAY: "Turned away",
}
_CANCELS: Mapping[str, str] = {
    CancelState.SENT: "Cancel sent",
    CancelState.CANCELLED: "Cancelled",
    CancelState.FILLED: "Filled before the cancel",
    CancelState.PARTLY_FILLED: "Cancelled after a part was filled",
    CancelState.GONE: "Gone, and how it ended was not told",
    CancelState.REFUSED: "Cancel refused",
    CancelState.UNKNOWN: "No answer to the cancel",
}
_MARKS: Mapping[str, str] = {  # which mark a state gets: those of what was sent, and a switch's
    **{each: each.name.lower() for each in TicketState},
    INTENT: "sent",
    FILL: "accepted",
    LOOKUP: "unknown",
    TURNED_AWAY: "not_sent",
    "switch": "switch",
    CancelState.CANCELLED: "accepted",
    CancelState.FILLED: "accepted",
    CancelState.PARTLY_FILLED: "accepted",
    CancelState.GONE: "unknown",
}
_CHAINS = {
    "intact": "chain intact",
    "broken": "chain broken",
    "unverifiable": "not verifiable",
    "reading": "being verified",
}
_DOUBTS = {"broken": "The audit does not hold", "unverifiable": "The audit cannot be verified"}


class BlotterPanel(Panel):
    """Rows of a span of UTC days up to now, newest first.

    Raises:
        InvalidRequest: There is no account, or no such day.
    """

    def __init__(self, sight: Sight, since: str) -> None:
        if sight.blotter is None or sight.audit is None:
            raise InvalidRequest("there is no account here whose doings could be shown")
        self._sight, self._blotter, self._audit = sight, sight.blotter, sight.audit
        self._since = _day(since, self._blotter.today()) if since else None
        self._seen: tuple[object, ...] = ()
        self._veil: Veil | None = None
        self._head: Body = {}
        self._rows: dict[str, Body] = {}

    def change(self) -> Change | None:
        """Tell the rows that changed, and which there are where that did."""
        today, generation = self._blotter.today(), self._blotter.generation  # before what it counts
        since = max(self._since or today, first_day(today))
        days = [today - timedelta(days=back) for back in range((today - since).days + 1)]
        read = [self._blotter.lines(day) for day in days]
        veil = self._sight.veil()
        seen = (today, generation, self._audit.verdict(), veil)
        if seen == self._seen:
            return None
        first, self._seen = not self._seen, seen
        before, head = self._rows, self._head
        lines = [line for day in read for line in day or ()]
        known = before if veil is self._veil else {}
        self._veil = veil
        self._rows = {line.key: known.get(line.key) or self._row(line) for line in lines[:_SHOWN]}
        self._rows |= {line.key: self._row(line) for line in lines[:_SHOWN] if line.lookups}
        earlier = self._blotter.before(since)
        self._head = {
            "order": list(self._rows),
            "since": since.isoformat() if since != today else None,
            "reading": None in read,
            "hidden": max(0, len(lines) - _SHOWN),
            "earlier": earlier.isoformat() if earlier and earlier >= first_day(today) else None,
            "chain": self._chain(),
        }
        if first:
            return Change("full", self.full())
        changed: Body = {name: value for name, value in self._head.items() if head[name] != value}
        rows = {name: row for name, row in self._rows.items() if before.get(name) != row}
        if rows:
            changed["rows"] = rows
        return Change("more", changed) if changed else None

    def full(self) -> Body:
        """Return all of it."""
        return {**self._head, "rows": self._rows}

    def fresh(self) -> Fresh:
        """It is as old as what stands between it and the journal."""
        if problem := self._blotter.problem:
            return Fresh(CATCHING_UP, None, problem)
        if problem := self._audit.problem:
            return Fresh(CATCHING_UP, None, f"{self._audit.owed} acts are not written down yet: {problem}")
        return Fresh(LIVE, 0.0, None)

    def _chain(self) -> Body | None:
        """Return whether the audit is proven; None where there is none."""
        if self._audit.chain is None:
            return None
        verdict = self._audit.verdict()
        verified = f"{verdict.rows:,} rows hold"
        when = f", verified at {verdict.at:%H:%M:%S} UTC" if verdict.at else ""
        return {
            "word": _CHAINS[verdict.state],
            "state": verdict.state,
            "title": f"{verified}{when}." if verdict.state != "reading" else "",
            "words": f"{_DOUBTS[verdict.state]}: {verdict.words}." if verdict.state in _DOUBTS else "",
        }

    def _row(self, line: BlotterLine) -> Body:
        took = line.body.get("took")
        return {
            "at": milliseconds(line.at),
            "mark": _MARKS.get(str(line.body.get("state", line.act)), "sent"),
            "text": self._text(line),
            "note": " ".join(filter(None, self._notes(line))),
            **({"code": str(line.body["code"])} if line.body.get("code") else {}),
            "by": words.took(took) if isinstance(took, int | float) else line.who,
        }

    def _text(self, line: BlotterLine) -> str:
        if line.fill is not None:
            return self._trade(line.fill)
        body = line.body
        if isinstance(body.get("text"), str):
            return veils.words(self._veil, str(body["text"]))
        if line.act == "cancel":
            return f"{_CANCELS.get(body.get('state', ''), 'Cancel')}: {self._brief(body)}"
        word = _WORDS.get(line.act, line.act.capitalize())
        code = f" ({body['code']})" if body.get("code") else ""
        return f"{word}: {self._wish(line)}{code}"

    def _wish(self, line: BlotterLine) -> str:
        wish = line.wish
        if wish is None:
            return line.subject or figures.UNKNOWN
        if isinstance(wish, Transfer):
            moved = words.sum_of(wish.amount, wish.currency, self._veil)
            return f"{moved} from {wish.source} to {wish.target}"
        return words.sentence(wish, self._places(wish.symbol), self._veil)

    def _notes(self, line: BlotterLine) -> Iterator[str]:
        yield words.said(veils.words(self._veil, str(line.body.get("note") or line.body.get("words") or "")))
        if line.lookups:
            yield f"Looked up by client id, {line.lookups} time{'' if line.lookups == 1 else 's'}."

    def _trade(self, fill: LedgerFill) -> str:
        order = self._sight.orders.order(fill.order_id) if self._sight.orders else None
        size = order.size if order is not None else None
        of = f" of {words.size(size, fill.symbol, self._veil)}" if size is not None else ""
        price = words.price(fill.price, self._places(fill.symbol))
        filled = words.size(fill.size, fill.symbol, self._veil)
        return f"Filled {filled}{of}: {_VERBS[fill.side]} {fill.symbol} at {price}"

    def _brief(self, order: Mapping[str, Any]) -> str:
        """Return what is known of an order that was to be cancelled: ``Sell 12 SOL-USDT at 149.800``."""
        symbol = str(order.get("symbol", ""))
        size, limit = order.get("size"), order.get("price")
        said = [_VERBS.get(order.get("side", ""), ""), words.size(Decimal(size), symbol, self._veil) if size else ""]
        said.append(symbol)
        if limit:
            said.append(f"at {words.price(Decimal(limit), self._places(symbol))}")
        return " ".join(filter(None, said))

    def _places(self, symbol: str) -> int:
        rules = self._sight.market.rules(symbol)
        return rules.price_decimals if rules else 0


def first_day(today: date) -> date:
    """Return the earliest day that the panel can begin with."""
    return today - timedelta(days=_DAYS - 1)


def _day(text: str, today: date) -> date:
    """Read a day up to ``today``, and not too long before.

    Raises:
        InvalidRequest: It is none.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{text[:40]!r} is no day such as {today}") from None
    if not first_day(today) <= day <= today:
        raise InvalidRequest(f"{day} is not one of the last {_DAYS} days")
    return day
