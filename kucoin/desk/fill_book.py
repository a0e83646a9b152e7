"""The account's fills for everybody: what the ledgers keep, and at once what was only pushed yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from kucoin.desk.export import Share, fill_rows, to_csv, to_parquet, veiled
from kucoin.desk.fill_shelf import FillShelf
from kucoin.desk.fills import AnyFill
from kucoin.desk.ledger import Ledger
from kucoin.desk.order_history import OrderHistory
from kucoin.desk.order_state import SpotOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.spot_ledger import SpotLedger
from kucoin.hub import Hub
from kucoin.journal.database import Journal
from kucoin.journal.intents import IntentStore
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.ledger_fill import FillKind, LedgerFill, of_futures
from kucoin.model.order import FuturesFill
from kucoin.rest.client import Exchange


@dataclass(frozen=True, slots=True)
class Reach:
    """From when on the fills are complete.

    Attributes:
        spot: Every spot and margin fill since is there; None where nothing is known yet.
        futures: The same of futures.
        synced: Whether both were read since the start, as far as there is anything to read.
        problem: Why some may be missing or late; None where none are.
    """

    spot: datetime | None
    futures: datetime | None
    synced: bool
    problem: str | None


class FillBook:
    """Answers from memory; safe to call from any thread, nothing here waits.

    Args:
        exchange: Is asked for the fills of the spot and margin accounts.
        journal: Where they are kept; None where this process has none.
        hub: Tells that something happened.
        orders: Knows what was pushed.
        history: The finished orders, which are read beside the fills.
        account: Whose fills they are; None until the key was found fit.
        futures: The ledger that keeps the others, and gives them to `keep`.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        journal: Journal | None,
        hub: Hub,
        orders: Orders,
        history: OrderHistory,
        *,
        account: Callable[[], str | None],
        futures: Callable[[], Ledger],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._shelf = FillShelf()
        self._orders = orders
        self._futures = futures
        self._intents = IntentStore(journal) if journal else None
        self._spot = SpotLedger(
            exchange,
            SpotFillStore(journal) if journal else None,
            hub,
            orders,
            shelf=self._shelf,
            history=history,
            account=account,
            placed=self._placed,
            now=now,
            monotonic=monotonic,
        )

    def start(self) -> None:
        """Begin to read."""
        self._spot.start()

    def stop(self) -> None:
        """Stop reading; returns within 2 s even while the network hangs."""
        self._spot.stop()

    def keep(self, fills: Sequence[FuturesFill]) -> None:
        """Take fills of contracts that are kept, of which some may be known."""
        self._shelf.add(of_futures(fill) for fill in fills if fill.kind != "cancel")

    @property
    def generation(self) -> tuple[int, int]:
        """Another whenever `fills` may be."""
        return self._shelf.count, self._orders.generation

    def fills(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        symbols: Collection[str] = (),
        kinds: Collection[FillKind] = (),
    ) -> tuple[LedgerFill, ...]:
        """Return the fills from ``start`` on and before ``end``, newest first.

        What was pushed is among them at once; its fee is known a little later.

        Args:
            start: Aware; ever where None, as is ``end``.
            symbols: All where empty.
            kinds: All where empty.
        """
        found = [*self._shelf.between(start, end), *self._pushed(start, end)]
        if symbols:
            found = [fill for fill in found if fill.symbol in symbols]
        if kinds:
            found = [fill for fill in found if fill.kind in kinds]
        return tuple(sorted(found, key=lambda fill: fill.at)[::-1])

    def kept(self) -> Sequence[LedgerFill]:
        """Return all that are in the journal, oldest first: the very same list until there are others."""
        return self._shelf.every

    def symbols(self) -> tuple[str, ...]:
        """Return on what there were fills."""
        return tuple(sorted(self._shelf.symbols | {fill.symbol for fill in self._orders.fills()}))

    def reach(self) -> Reach:
        """Return from when on the fills are complete."""
        spot, futures = self._spot.progress(), self._futures().progress()
        synced = all(each.state == "off" or each.synced_at is not None for each in (spot, futures))
        return Reach(spot.since, futures.since, synced, spot.problem or futures.problem)

    def export(
        self,
        kind: Literal["csv", "parquet"],
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        symbols: Collection[str] = (),
        share: Share | None = None,
    ) -> bytes:
        """Return a file of the fills, each with its fee in a row of its own, oldest first.

        Args:
            share: Given where the file is to tell no amount, but shares; see `export.veiled`.
        """
        table = fill_rows(self.fills(start, end, symbols=symbols)[::-1])
        table = veiled(table, share) if share else table
        return to_csv(table) if kind == "csv" else to_parquet(table)

    def _placed(self, account: str, since: datetime) -> set[str]:
        placements = self._intents.since(account, since) if self._intents else ()
        return {placement.ticket.symbol for placement in placements}

    def _pushed(self, start: datetime | None, end: datetime | None) -> Iterator[LedgerFill]:
        """Yield the fills that are known, but not kept yet. One without a time is there as soon as it is kept."""
        for fill in self._orders.fills():
            if fill.at is None or (start is not None and fill.at < start) or (end is not None and fill.at >= end):
                continue
            if not self._shelf.has((fill.symbol, fill.trade_id, fill.order_id)):
                yield self._known(fill, fill.at)

    def _known(self, fill: AnyFill, at: datetime) -> LedgerFill:
        order = self._orders.order(fill.order_id)
        return LedgerFill(
            symbol=fill.symbol,
            trade_id=fill.trade_id,
            order_id=fill.order_id,
            side=fill.side,
            type=order.type if order else None,
            trade_type=order.trade_type if isinstance(order, SpotOrderState) else None,
            liquidity=fill.liquidity,
            price=fill.price,
            size=Decimal(fill.size),
            funds=fill.funds,
            fee=fill.fee,
            fee_rate=None,
            fee_currency=fill.fee_currency,
            at=at,
        )
