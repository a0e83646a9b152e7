"""Asks the exchange what it would say to an order, without placing it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Literal

from kucoin.desk import dispatch
from kucoin.desk.errands import Errands
from kucoin.errors import ApiError, KucoinError, TooManyRequests
from kucoin.model.ticket import Ticket
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_KEPT = 200  # answers


@dataclass(frozen=True, slots=True)
class Checked:
    """What the exchange said of a ticket that it was only asked about.

    ``asking``: it has not answered. ``fine``: it would accept it now. ``refused``: it would not, see ``code`` and
    ``words``. ``none``: it has no such check for this kind of order. ``unknown``: no answer, see ``words``.
    """

    state: Literal["asking", "fine", "refused", "none", "unknown"]
    code: str | None = None
    words: str = ""


class Checks:
    """The questions and what came of them. Safe to call from any thread; nothing here waits."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._worker = Errands(1, name="desk-check")
        self._lock = threading.Lock()
        self._checked: dict[str, Checked] = {}  # by our id, oldest first

    def start(self) -> None:
        """Begin to ask."""
        self._worker.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        self._worker.stop()

    def ask(self, ticket: Ticket) -> None:
        """Have the exchange asked about ``ticket``."""
        self._note(ticket, Checked("asking"))
        self._worker.run(lambda: self._note(ticket, self._answer(ticket)))

    def of(self, client_oid: str) -> Checked | None:
        """Return what it said of a ticket; None where it was not asked, or long ago."""
        with self._lock:
            return self._checked.get(client_oid)

    def _answer(self, ticket: Ticket) -> Checked:
        try:
            return Checked("fine" if dispatch.test(self._exchange, ticket) else "none")
        except ApiError as refusal:
            state: Literal["unknown", "refused"] = "unknown" if isinstance(refusal, TooManyRequests) else "refused"
            return Checked(state, refusal.code, refusal.message)
        except KucoinError as error:
            return Checked("unknown", words=str(error))
        except Exception as error:
            log.exception("a check of an order broke")
            return Checked("unknown", words=f"a fault of this program: {error!r}")

    def _note(self, ticket: Ticket, checked: Checked) -> None:
        with self._lock:
            self._checked.pop(ticket.client_oid, None)
            self._checked[ticket.client_oid] = checked
            if len(self._checked) > _KEPT:
                del self._checked[next(iter(self._checked))]
