"""What was sent today and what became of it: each placement beside what the exchange says of its order since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from kucoin import figures
from kucoin.desk.hints import hint
from kucoin.desk.order_state import AnyOrder, FuturesOrderState
from kucoin.desk.reconcile import Divergence
from kucoin.errors import InvalidRequest
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.ticket import Placement, SpotTicket, TicketState
from kucoin.model.times import milliseconds
from kucoin.web import sent_words as words
from kucoin.web import veil as veils
from kucoin.web.machine import judge_private
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import LIVE, Fresh, Sight
from kucoin.web.veil import Veil

PANEL = "sent:"
"""What the panel is asked for by."""

CONSEQUENCE = (
    "No source knows this order, and that is no proof. If you say that it never arrived, it counts as absent and is not"
    " asked for any more; should it turn up after all, it counts as accepted. Nothing is sent either way."
)

_PAIR = "as a pair"
_SHOWN = 50  # rows; every one that is open besides
_WORDS = {
    TicketState.SENT: "Sent",
    TicketState.ACCEPTED: "Accepted",
    TicketState.REFUSED: "Refused",
    TicketState.UNKNOWN: "Unknown",
    TicketState.NOT_SENT: "Not sent",
    TicketState.ABSENT: "Never arrived",
}
Act = Literal["cancel", "cancelling", "decide"]


class _Since(NamedTuple):
    """What the exchange says of an accepted order, itself or what it became; ``live`` where it can be cancelled."""

    phrase: str = ""
    live: bool = False
    order: AnyOrder | None = None


class SentPanel(Panel):
    """Rows of the placements of today and of all that are open, newest first, told by our ids.

    What was found at the exchange of other orders stands apart.

    Raises:
        InvalidRequest: There is no account.
    """

    def __init__(self, sight: Sight) -> None:
        if sight.trading is None or sight.cancels is None or sight.orders is None:
            raise InvalidRequest("there is no account here that orders could be sent from")
        self._sight = sight
        self._trading, self._cancels, self._orders = sight.trading, sight.cancels, sight.orders
        self._seen: tuple[object, ...] = ()
        self._cancelling: tuple[str, ...] = ()  # ids of orders
        self._endless: tuple[str, ...] = ()  # our ids of accepted ones that nobody tells of but the journal
        self._head: Body = {}
        self._rows: dict[str, Body] = {}

    def change(self) -> Change | None:
        """Tell the rows that changed, and which there are where that did."""
        placements, found = self._trading.placements(), self._trading.divergences()
        cancels = [self._cancels.cancellation(each) for each in self._cancelling]  # a wish may run out of time
        ends = [self._trading.ended(each) for each in self._endless]
        veil = self._sight.veil()
        seen = (placements, found, cancels, ends, self._orders.generation, self._cancels.generation, veil)
        if seen == self._seen:
            return None
        first, self._seen = not self._seen, seen
        before, head = self._rows, self._head
        shown = [each for index, each in enumerate(placements) if index < _SHOWN or each.open]
        about = {each.client_oid: veils.words(veil, each.what) for each in found}
        self._rows = {
            (client_oid := each.ticket.client_oid): self._row(each, about.get(client_oid, ""), veil) for each in shown
        }
        self._endless = tuple(
            name for name, row in self._rows.items() if row["state"] == "accepted" and row["phrase"] in {"", _PAIR}
        )
        self._cancelling = tuple(row["order"] for row in self._rows.values() if row["act"] == "cancelling")
        self._head = {
            "said": _summary(placements),
            "earlier": len(placements) - len(shown),
            "order": list(self._rows),
            "apart": [_apart(each, veil) for each in found if each.client_oid not in self._rows],
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
        """Judge by the private sockets: what is known here is ours, what became of the orders is told there."""
        fresh = judge_private(self._sight)
        return fresh._replace(age=None) if fresh.state == LIVE else fresh

    def _row(self, placement: Placement, found: str, veil: Veil | None) -> Body:
        ticket, state = placement.ticket, placement.state
        rules = self._sight.market.rules(ticket.symbol)
        places = rules.price_decimals if rules else 0
        cancel = self._cancels.cancellation(placement.order_id) if placement.order_id else None
        since = self._since(placement, cancel, places, veil)
        return {
            "at": milliseconds(placement.handed_at),
            "state": state.name.lower(),
            "word": _WORDS[state],
            "phrase": _phrase(placement, since),
            "sentence": words.sentence(ticket, places, veil),
            "notes": [text for text in (*_notes(placement, since, cancel, veil), found) if text],
            "code": placement.code if state is TicketState.REFUSED else None,
            "asked": _asked(placement),
            "due": self._sight.exchanges(placement.next_lookup_at),
            "since": self._sight.exchanges(placement.handed_at) if placement.open else None,
            "took": None if placement.open else words.took(placement.took),
            "act": _act(placement, since, cancel),
            "order": placement.order_id,
            "details": list(self._details(placement, since, cancel, places)),
        }

    def _since(self, placement: Placement, cancel: Cancellation | None, places: int, veil: Veil | None) -> _Since:
        """Return what became of an accepted order; one that waits for a price is followed to what it became."""
        order_id, ticket = placement.order_id, placement.ticket
        ended = veils.words(veil, self._trading.ended(ticket.client_oid) or "")
        if placement.state is not TicketState.ACCEPTED or order_id is None:
            return _Since()
        if isinstance(ticket, SpotTicket) and ticket.oco is not None:  # its orders have ids that nobody links to it
            over = cancel is not None and cancel.state in {CancelState.CANCELLED, CancelState.GONE}
            return _Since(f"{_PAIR}, {ended}") if ended else _Since(_PAIR, live=not over)
        stop = self._orders.stop(order_id)
        order = self._orders.order(self._orders.triggered(order_id) or order_id)
        if stop is not None and (stop.alive or (stop.ended and order is None)):
            return _Since(words.waiting(stop, places, veil), stop.alive)
        if order is None:  # it ended in an earlier run, or where nobody told
            return _Since(ended)
        life = ended if ended and order.status is None and not order.open else words.life(order, veil)
        return _Since(life if stop is None else f"triggered, {life}", order.open, order)

    def _details(
        self, placement: Placement, since: _Since, cancel: Cancellation | None, places: int
    ) -> Iterator[tuple[str, str]]:
        order = since.order
        yield "Handed over", f"{placement.handed_at:%Y-%m-%d %H:%M:%S}.{placement.handed_at.microsecond // 1000:03} UTC"
        yield "Placed by", placement.by
        yield "Client id", placement.ticket.client_oid
        yield "Order id", placement.order_id or figures.UNKNOWN
        if order is not None and order.order_id != placement.order_id:
            yield "Became order", order.order_id
        if order is not None and (average := self._average(order)) is not None:
            yield "Average fill", figures.fixed(average, places + 2)
        if cancel is not None:
            yield "Cancel", f"{cancel.state}, {words.took(cancel.took)}"

    def _average(self, order: AnyOrder) -> Decimal | None:
        if not isinstance(order, FuturesOrderState):
            return order.average_price
        contract = self._sight.market.contract(order.symbol).value
        return order.average_price(contract) if contract else None


def _summary(placements: tuple[Placement, ...]) -> str:
    """Return how many left, and how many of them wait for an answer or a decision."""
    states = Counter(each.state for each in placements)
    undecided = sum(each.undecided for each in placements if each.state is TicketState.UNKNOWN)
    looked_for = states[TicketState.UNKNOWN] - undecided
    said = [f"{len(placements) - states[TicketState.NOT_SENT]} sent"]
    if looked_for:
        said.append(f"{looked_for} being looked up")
    if undecided:
        said.append(f"{undecided} to decide")
    return ", ".join(said)


def _apart(found: Divergence, veil: Veil | None) -> str:
    """Return what was found of an order that has no row."""
    return f"{found.symbol}, order {found.order_id or figures.UNKNOWN}: {veils.words(veil, found.what)}"


def _phrase(placement: Placement, since: _Since) -> str:
    if placement.state is TicketState.ACCEPTED:
        return since.phrase
    if placement.state is TicketState.UNKNOWN:
        return "needs a decision" if placement.undecided else "being looked up"
    return "no answer yet" if placement.state is TicketState.SENT else ""


def _notes(placement: Placement, since: _Since, cancel: Cancellation | None, veil: Veil | None) -> Iterator[str]:
    """Return what stands below the sentence; of a refusal the exchange's words, and what helps."""
    told = veils.words(veil, placement.words)
    if placement.state is TicketState.REFUSED and placement.code is not None:
        known = hint(placement.code, placement.words, futures=placement.ticket.futures)
        yield f"“{told.strip()}” ({placement.code})" + (f" {known.text}" if known else "")
    else:
        yield words.said(told)
    if placement.state is TicketState.NOT_SENT:
        yield "Nothing left this machine."
    if placement.undecided and placement.open:
        yield CONSEQUENCE
    if cancel is not None:
        yield veils.words(veil, _cancel_note(cancel, since))


def _cancel_note(cancel: Cancellation, since: _Since) -> str:
    """Return what became of the wish to cancel it, as far as the order itself does not tell."""
    if cancel.state is CancelState.SENT:
        return "Cancel sent, no answer yet."
    if cancel.state is CancelState.REFUSED:
        return f"Cancel refused: {words.said(cancel.words)}"
    told = cancel.state in {CancelState.CANCELLED, CancelState.PARTLY_FILLED} and since.order is not None
    return "" if told else words.said(cancel.words)


def _asked(placement: Placement) -> str | None:
    """Return how often it was asked for, while that goes on."""
    if placement.state is not TicketState.UNKNOWN:
        return None
    times = placement.lookups
    return "Not asked for yet" if not times else f"Asked {times} time{'' if times == 1 else 's'} by client id"


def _act(placement: Placement, since: _Since, cancel: Cancellation | None) -> Act | None:
    """Return what can be done about it."""
    if placement.undecided and placement.open:
        return "decide"
    if not since.live:
        return None
    if cancel is None or cancel.state in {CancelState.REFUSED, CancelState.UNKNOWN}:
        return "cancel"
    return "cancelling" if cancel.state is CancelState.SENT else None
