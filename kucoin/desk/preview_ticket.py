"""A ticket's preview, of what is known of its symbol at one moment. Pure, and a few ms at most."""

from __future__ import annotations

from types import MappingProxyType

from kucoin.desk.preview import Preview
from kucoin.desk.preview_cautions import cautions, notes, slippage_step
from kucoin.desk.preview_futures import futures
from kucoin.desk.preview_spot import spot
from kucoin.desk.preview_walk import Sight
from kucoin.desk.terms import Terms
from kucoin.model.ticket import SpotTicket, Ticket


def preview(ticket: Ticket, terms: Terms, sight: Sight) -> Preview:
    """Return what would come of ``ticket``. It is not vetted here: see `ticket_rules.faults` for what is refused."""
    if isinstance(ticket, SpotTicket):
        figures, found = spot(ticket, terms, sight)
    else:
        figures, found = futures(ticket, terms, sight)
    known, reasons = figures.known, MappingProxyType(figures.reasons)
    if found is None:
        return Preview(**known, reasons=reasons, book_age=sight.age)
    waits = found.plan.trigger is not None
    return Preview(
        **known,
        fills=found.fills,
        filled=found.filled,
        rest=found.rest,
        rest_is=found.rest_is,
        best=found.best,
        slippage_step=slippage_step(known.get("slippage_ratio"), futures=ticket.futures),
        book_age=sight.age,
        notes=notes(ticket, terms, figures, found),
        reasons=reasons,
        cautions=() if found.problem and not waits else cautions(ticket, terms, sight, figures, found),
        problem=None if waits else found.problem,
    )
