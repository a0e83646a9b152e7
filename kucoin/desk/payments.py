"""What was paid and received for funding, in memory, to be listed."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice, takewhile

from kucoin.model.position import FundingPayment


class Payments:
    """Every funding payment of the ledger. Filled by one thread, read by any, who never wait."""

    def __init__(self) -> None:
        self._by_symbol: Mapping[str, tuple[FundingPayment, ...]] = {}  # newest first; replaced as a whole

    def add(self, payments: Iterable[FundingPayment]) -> None:
        """Take payments, of which some may be known."""
        found: dict[str, dict[int, FundingPayment]] = {}
        for each in payments:
            found.setdefault(each.symbol, {})[each.payment_id] = each
        changed = {}
        for symbol, new in found.items():
            known = self._by_symbol.get(symbol, ())
            every = {each.payment_id: each for each in known} | new
            if len(every) > len(known):
                changed[symbol] = tuple(sorted(every.values(), key=_age, reverse=True))
        if changed:
            self._by_symbol = {**self._by_symbol, **changed}

    def latest(
        self, *, currency: str | None, symbol: str | None, since: datetime | None, limit: int
    ) -> tuple[FundingPayment, ...]:
        """Return the newest ``limit`` payments, newest first: those of a currency, on a contract, since a moment."""
        by_symbol = self._by_symbol
        chosen = [by_symbol.get(symbol, ())] if symbol is not None else by_symbol.values()
        fitting = [rows for rows in chosen if rows and currency in (None, rows[0].settle_currency)]
        merged = heapq.merge(*fitting, key=_age, reverse=True)
        return tuple(islice(takewhile(lambda each: since is None or each.at >= since, merged), limit))


def _age(payment: FundingPayment) -> tuple[datetime, int]:
    return payment.at, payment.payment_id
