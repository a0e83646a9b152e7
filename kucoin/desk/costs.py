"""What was paid for what is held, worked out in the background whenever amounts or trades have changed."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Context, Decimal
from typing import NamedTuple

from kucoin.decimals import ZERO
from kucoin.desk.cost_basis import Basis, Price, Trade, explain, trades
from kucoin.desk.upkeep import Upkeep
from kucoin.model.ledger_fill import LedgerFill

_CENT = Decimal("0.01")  # USDT; what is worth less may be missing from an explanation
_RATIOS = Context(prec=28)
_ROWS = 1000  # trades between two looks whether to stop


class _Asked(NamedTuple):
    """A holding: its amount net of debt, and how much of it is worth too little to matter."""

    held: Decimal
    dust: Decimal


class _Known(NamedTuple):
    """What was found of a holding, from so many trades that are complete since then."""

    asked: _Asked
    trades: int
    since: datetime | None
    basis: Basis


class Costs:
    """Answers from memory what holdings cost. Safe to call from any thread; nothing here waits.

    What was not asked before, or has changed since, is unknown for about two seconds.

    Args:
        fills: All that are kept, oldest first.
        since: From when on those of spot and margin are complete; None where nothing is known yet.
        price: What a currency cost in USDT at a moment.
        on: Whether there is anything to be known here.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        fills: Callable[[], Sequence[LedgerFill]],
        since: Callable[[], datetime | None],
        price: Price,
        *,
        on: bool,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fills = fills
        self._since = since
        self._price = price
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._asked: dict[str, _Asked] = {}
        self._seen: Sequence[LedgerFill] = ()
        self._past: dict[str, list[Trade]] = defaultdict(list)
        self._upkeep = Upkeep("desk-costs", title="cost basis", work=self._explain, on=on, monotonic=monotonic)

    @property
    def generation(self) -> int:
        """Grows whenever `of` may answer otherwise than before."""
        return self._upkeep.generation

    def start(self) -> None:
        """Begin to work."""
        self._upkeep.start()

    def stop(self) -> None:
        """End; returns within 2 s."""
        self._upkeep.stop()

    def of(self, currency: str, held: Decimal, worth: Decimal | None) -> Basis:
        """Return what ``held`` (net of debt) of a currency cost, of which one is worth ``worth`` USDT."""
        with self._lock:
            known = self._known.get(currency)
            if known is None or known.asked.held != held:
                self._asked[currency] = _Asked(held, _RATIOS.divide(_CENT, worth) if worth else ZERO)
                known = None
        if known is None or len(self._fills()) != len(self._seen):
            self._upkeep.wake()
        return known.basis if known is not None else Basis(None, "It is being worked out.")

    def _explain(self) -> None:
        fills, since = self._fills(), self._since()
        self._take(fills)
        with self._lock:
            asked, self._asked = self._asked, {}
        for currency, known in list(self._known.items()):
            if (known.trades, known.since) != (len(self._past.get(currency, ())), since):
                asked.setdefault(currency, known.asked)
        for currency, holding in asked.items():
            past = self._past.get(currency, [])
            basis = explain(currency, holding.held, past, dust=holding.dust, since=since, price=self._price)
            with self._lock:
                self._known[currency] = _Known(holding, len(past), since, basis)
            self._upkeep.wait(0.0)
        if asked:
            self._upkeep.grow()

    def _take(self, fills: Sequence[LedgerFill]) -> None:
        """Put what is new among ``fills`` to the trades; all of them anew where some are older than those known."""
        before = len(self._seen)
        if before and (len(fills) < before or fills[before - 1] is not self._seen[-1]):
            self._past.clear()
            before = 0
        for number, fill in enumerate(fills[before:]):
            if not number % _ROWS:
                self._upkeep.wait(0.0)
            if not fill.futures:
                for currency, trade in trades(fill):
                    self._past[currency].append(trade)
        self._seen = fills
