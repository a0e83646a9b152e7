"""The spot and margin fills of the account: kept in the journal, brought up to date in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

from kucoin.desk.catch_up import Stage
from kucoin.desk.fill_shelf import FillShelf
from kucoin.desk.fills import SpotFill
from kucoin.desk.order_history import OrderHistory
from kucoin.desk.order_state import SpotOrderState
from kucoin.desk.orders import Orders, is_futures
from kucoin.desk.spot_sync import TOLD, Pair, SpotSync
from kucoin.desk.upkeep import Progress, Upkeep
from kucoin.hub import Hub
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.feed_private import OrderChange
from kucoin.model.order import TradeType
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

_LOOK = 0.5  # s between two looks whether the key was found fit


class SpotLedger:
    """Keeps the fills, and puts them on the shelf. Safe to call from any thread; nothing here waits for the network.

    Args:
        exchange: Tells what happened.
        store: Keeps it; None where this process has no journal.
        hub: Tells that something happened.
        orders: Knows fills that were pushed, and on which pairs there are orders.
        shelf: Is given all that is kept.
        account: Whose fills they are; None until the key was found fit.
        history: Is read now and then, beside the fills.
        placed: The symbols of what the desk was given to place on an account since a moment.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: SpotFillStore | None,
        hub: Hub,
        orders: Orders,
        *,
        shelf: FillShelf,
        history: OrderHistory,
        account: Callable[[], str | None],
        placed: Callable[[str, datetime], Collection[str]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._store = store if exchange.has_credentials else None
        self._orders = orders
        self._shelf = shelf
        self._history = history
        self._account = account
        self._placed = placed
        self._now = now
        self._sync: SpotSync | None = None
        self._upkeep = Upkeep(
            "desk-spot-ledger",
            title="spot ledger",
            work=self._bring_up_to_date,
            on=self._store is not None,
            monotonic=monotonic,
        )
        hub.listen("spot-ledger", self._hear, OrderChange)
        hub.on_resync(self._resync)

    def start(self) -> None:
        """Begin to read."""
        self._upkeep.start()

    def stop(self) -> None:
        """Stop reading; returns within 2 s even while the network hangs."""
        self._upkeep.stop()

    def progress(self) -> Progress:
        """Return how far the ledger is; ``since`` is from when on every trade is in it, on whatever pair."""
        return self._upkeep.progress

    def _bring_up_to_date(self) -> None:
        """Read the journal if that was not done yet, and then what the exchange has."""
        account, sync = self._begin()
        offset = timedelta(seconds=float(self._exchange.status().clock_offset or 0))
        until = self._now() + offset
        problem = sync.run(
            until,
            hinted=set(self._unkept(until - TOLD)),
            heard_of=lambda: self._heard_of(account, until - TOLD),
        )
        self._upkeep.show(
            state="ready", stage="", done=0, total=None, synced_at=until, since=sync.since(), problem=problem
        )
        self._history.read(until, sorted(sync.pairs()), sync.patiently)

    def _begin(self) -> tuple[str, SpotSync]:
        store = self._store
        if store is None:
            raise TypeError("a ledger without a journal was started")
        while (account := self._account()) is None:
            self._upkeep.wait(_LOOK)
        if self._sync is None:
            self._upkeep.show(state="reading", stage="the journal", problem=None)
            self._shelf.add(store.spot(account))
            self._sync = SpotSync(
                self._exchange,
                store,
                account,
                has=self._shelf.has,
                take=self._shelf.add,
                wait=self._upkeep.wait,
                tell=self._tell,
            )
            self._upkeep.show(state="syncing", stage="", since=self._sync.since())
        return account, self._sync

    def _tell(self, stage: Stage) -> None:
        """Show what is being read, unless it is only the latest."""
        if self.progress().state != "ready":
            self._upkeep.show(state="syncing", stage=stage.name, done=stage.done, total=stage.total)

    def _unkept(self, oldest: datetime) -> Iterator[Pair]:
        """Yield where there were fills that are known, but not kept."""
        for fill in self._orders.fills():
            if not isinstance(fill, SpotFill) or self._shelf.has((fill.symbol, fill.trade_id, fill.order_id)):
                continue
            if fill.at is not None and fill.at < oldest:
                continue
            order = self._orders.order(fill.order_id)
            known = order.trade_type if isinstance(order, SpotOrderState) else None
            yield from ((account, fill.symbol) for account in ((known,) if known else TradeType))

    def _heard_of(self, account: str, oldest: datetime) -> set[str]:
        """Return the pairs on which there may have been trades."""
        known = (*self._orders.open(), *self._orders.stops(), *self._orders.fills())
        symbols = {*(each.symbol for each in known), *self._placed(account, oldest)}
        return {symbol for symbol in symbols if not is_futures(symbol)}

    def _hear(self, events: list[Event]) -> None:
        if any(isinstance(event, OrderChange) and not event.futures and event.kind == "match" for event in events):
            self._upkeep.wake()

    def _resync(self, feed: str) -> None:
        """What ``feed`` did not tell may be anything."""
        if "public" not in feed and "futures" not in feed:
            self._upkeep.wake()
