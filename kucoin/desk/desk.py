"""The one place that knows the account: it reads in the background, and answers everybody from what was read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kucoin.desk import wealth
from kucoin.desk.accounts import Accounts, Pace
from kucoin.desk.activity_book import ActivityBook
from kucoin.desk.alert_events import Events
from kucoin.desk.alert_values import AlertValues
from kucoin.desk.alerts import Alerts
from kucoin.desk.amend_ways import AmendWays
from kucoin.desk.amends import Amends
from kucoin.desk.appraisals import Appraisals
from kucoin.desk.audit import Audit
from kucoin.desk.blotter import Blotter
from kucoin.desk.cancels import Cancels
from kucoin.desk.closing import Closing
from kucoin.desk.counts import Counts
from kucoin.desk.dead_man import DeadMan
from kucoin.desk.fill_book import FillBook
from kucoin.desk.flip import Flips
from kucoin.desk.futures import Futures
from kucoin.desk.health import Health, History
from kucoin.desk.key_check import KeyCheck
from kucoin.desk.leaving import Leavings
from kucoin.desk.ledger import Ledger
from kucoin.desk.market import Market
from kucoin.desk.moves import Moves
from kucoin.desk.news import News
from kucoin.desk.order_history import OrderHistory
from kucoin.desk.orders import Orders
from kucoin.desk.origins import Origins
from kucoin.desk.portfolio import Portfolio
from kucoin.desk.preview import Preview
from kucoin.desk.previews import Previews
from kucoin.desk.protection import Protection
from kucoin.desk.reconcile import Reconciler
from kucoin.desk.refresh import Refresher
from kucoin.desk.report import About, report
from kucoin.desk.risk import Risk
from kucoin.desk.settle import Settlement
from kucoin.desk.status import Status
from kucoin.desk.termbook import Termbook
from kucoin.desk.trading import Trading
from kucoin.desk.trials import Trials
from kucoin.desk.upstream import Upstream
from kucoin.desk.warden import Warden
from kucoin.desk.witness import Witness
from kucoin.journal.activity import ActivityStore
from kucoin.journal.alerts import AlertStore
from kucoin.journal.audit import Chain
from kucoin.journal.database import Journal
from kucoin.journal.ends import EndStore
from kucoin.journal.intents import IntentStore
from kucoin.journal.ledger import LedgerStore
from kucoin.journal.limits import LimitStore
from kucoin.model.feed_private import PrivatePush
from kucoin.model.limits import Limits
from kucoin.model.position import Position
from kucoin.model.ticket import Ticket
from kucoin.rest.client import Exchange


class _Part(Protocol):
    """Something with threads of its own."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End; returns within a few seconds."""


class Desk:
    """One exchange account, for all browser sessions of a process. Safe to call from any thread; nothing here waits.

    Args:
        exchange: The signing client.
        upstream: The sockets, books and hub beside it; the desk starts and stops them.
        mode: ``practice`` or ``live``.
        site: Which of KuCoin's entities: ``global``, ``eu`` or ``au``.
        version: This program's.
        key_tail: The last four characters of the API key, None where there is none.
        trading: Whether orders may be placed at all.
        journal: Where the ledger and the intents are kept; None where this process has none, no ledger and no trading.
        chain: The journal's audit; None where none is kept.
        limits: What new risk is held to as long as nobody has set anything else.
        arm_for: How long new risk may be taken once somebody armed; None where that needs no arming.
        held: What has to be closed when the desk stops.
        practice: Says how the practice exchange's process is; None where this process has none.
        pace: How often things are read.
        now: The present moment, aware UTC; readings are marked with it.
        monotonic: Seconds that never jump: the feeds' clock.
    """

    def __init__(
        self,
        exchange: Exchange,
        upstream: Upstream,
        *,
        mode: str,
        site: str,
        version: str,
        key_tail: str | None,
        trading: bool = False,
        journal: Journal | None = None,
        chain: Chain | None = None,
        limits: Limits | None = None,
        arm_for: timedelta | None = None,
        held: ExitStack | None = None,
        practice: Callable[[], str] | None = None,
        pace: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.mode = mode
        self._about = About(mode=mode, site=site, version=version, key_tail=key_tail)
        self._exchange = exchange
        self._held = held or ExitStack()
        self._practice = practice
        self._refresher = Refresher(now=now)
        self._upstream = upstream
        self.hub, self.feeds, self.books = upstream.hub, upstream.feeds, upstream.books
        self._accounts = Accounts(exchange, self._refresher, pace=pace, granted=upstream.hear_account, now=now)
        self.hub.listen("accounts", self._accounts.hear, PrivatePush)
        self.hub.on_resync(self._accounts.resync)
        self.audit = Audit(chain, account=self._ledger_of, now=now, monotonic=monotonic)
        self.market = Market(
            exchange,
            self._refresher,
            self.feeds,
            self.hub,
            self.books,
            tickers=self._accounts.tickers,
            contracts=self._accounts.contracts,
        )
        self.sheets = self.market.sheets
        self.orders = Orders(exchange, self.hub, self._refresher, granted=self._accounts.granted)
        self.terms = Termbook(
            exchange,
            self.market,
            self._accounts,
            self.hub,
            self._refresher,
            shut=lambda: self.trading.state().reason,
            leverage=lambda symbol, leverage: self.risk.require_leverage(symbol, leverage),  # noqa: PLW0108  made below
            note=self.audit.note,
            now=now,
            monotonic=monotonic,
        )
        self.order_history = OrderHistory(
            exchange,
            self.orders,
            lambda: self.trading.placements(),  # noqa: PLW0108  trading is made further down
        )
        self.fills = FillBook(
            exchange,
            journal,
            self.hub,
            self.orders,
            self.order_history,
            account=self._ledger_of,
            futures=lambda: self.ledger,
            now=now,
            monotonic=monotonic,
        )
        self.ledger = Ledger(
            exchange,
            LedgerStore(journal) if journal else None,
            self.hub,
            account=self._ledger_of,
            held=self._accounts.held,
            wallets=lambda: {currency: each.reading for currency, each in self._accounts.wallets.items()},
            told=self.fills.keep,
            now=now,
            monotonic=monotonic,
        )
        self.activity = ActivityBook(
            exchange,
            ActivityStore(journal) if journal else None,
            self.hub,
            self._accounts,
            account=self._ledger_of,
            ledger=self.ledger,
            now=now,
            monotonic=monotonic,
        )
        self.futures = Futures(
            self._accounts,
            self.orders,
            self.hub,
            self._refresher,
            ledger=self.ledger,
            now=now,
            monotonic=monotonic,
        )
        counts = Counts(
            lambda at: self.trading.placed_since(at),  # noqa: PLW0108  made below
            *(self.orders, self.market, self.terms.of),
            accounts=self._accounts,
            ledger=self.ledger,
            futures=self.futures,
            hub=self.hub,
            now=now,
            monotonic=monotonic,
        )
        self.risk = Risk(
            Warden(LimitStore(journal) if journal else None, account=self._ledger_of, now=now),
            counts,
            limits=limits,
            arm_for=arm_for,
            now=now,
            monotonic=monotonic,
        )
        self.trading = Trading(
            exchange,
            IntentStore(journal, chain) if journal else None,
            self.orders,
            on=trading,
            account=self._ledger_of,
            standing=lambda: self._accounts.verdict().reason,
            barred=self._barred,
            vet=self._faults,
            risk=self.risk,
            now=now,
            monotonic=monotonic,
        )
        self.trading.on_change(self.terms.learn)
        Witness(self.audit, self.trading, self.risk)
        self.moves = Moves(
            exchange,
            IntentStore(journal, chain) if journal else None,
            self._accounts,
            account=self._ledger_of,
            shut=lambda: self.trading.ready().reason,
            note=self.audit.note,
            now=now,
            monotonic=monotonic,
        )
        self.cancels = Cancels(
            exchange,
            self.orders,
            ticket_of=self.trading.ticket_of,
            note=self.audit.note,
            monotonic=monotonic,
        )
        self.origins = Origins(IntentStore(journal) if journal else None, monotonic=monotonic)
        self.flips = Flips(
            self.trading,
            self.orders,
            exchange,
            left=lambda symbol: self.leaving.pressed(symbol),  # noqa: PLW0108  made below
            monotonic=monotonic,
        )
        self.leaving = Leavings(
            exchange,
            self.orders,
            self.cancels,
            self.trading,
            self._accounts,
            note=self.audit.note,
            now=now,
            monotonic=monotonic,
        )
        self.dead_man = DeadMan(
            exchange, ready=self._accounts.granted, note=self.audit.note, now=now, monotonic=monotonic
        )
        self._settlement = Settlement(
            exchange, self.hub, self.trading, told=self.orders.told, monotonic=monotonic, now=now
        )
        self._reconciler = (
            Reconciler(
                exchange,
                self.hub,
                self.orders,
                self.trading,
                store=IntentStore(journal),
                ends=EndStore(journal),
                found=self._settlement.found,
                now=now,
            )
            if journal
            else None
        )
        if self._reconciler:
            self.trading.rely_on(self._reconciler)
        happened = Events(self.hub)
        self.trading.on_change(happened.placed)
        self.alerts = Alerts(
            AlertStore(journal) if journal else None,
            AlertValues(self.market, self.hub, self.futures.view, self.risk.view, now=now, monotonic=monotonic),
            happened,
            account=self._ledger_of,
            note=self.audit.note,
            now=now,
        )
        self.blotter = Blotter(
            chain,
            account=self._ledger_of,
            store=IntentStore(journal) if journal else None,
            fills=self.fills.fills,
            now=now,
            monotonic=monotonic,
        )
        self._previews = Previews(self.terms, self.futures, self.market, self.books, self.hub, monotonic=monotonic)
        self.closing = Closing(self.trading, self.flips, held=self._positions, terms=self.terms.of)
        self.protection = Protection(
            self.trading,
            self.cancels,
            self.orders,
            exchange,
            held=self._positions,
            lines=lambda: self.futures.view().positions,
            terms=self.terms.of,
            note=self.audit.note,
            now=now,
            monotonic=monotonic,
        )
        self.amends = Amends(
            self.trading,
            self.cancels,
            self.orders,
            AmendWays(self.trading, self.orders, exchange, self.origins.ours),
            terms=self.terms.of,
            left=self.leaving.pressed,
            note=self.audit.note,
            monotonic=monotonic,
        )
        self._history = History(self.feeds.status, monotonic=monotonic, now=now)
        self.appraisals = Appraisals(self._accounts, self.hub, self._refresher, now=now, monotonic=monotonic)
        self.worths, costs = wealth.parts(
            *(journal, self.appraisals, self.fills, self.activity, self._ledger_of), now=now, monotonic=monotonic
        )
        self.news, self.trials = News(exchange, self._refresher, now=now), Trials(exchange)
        self.key_check = KeyCheck(
            *(exchange, self._accounts, self._refresher, self._about), trading=trading, now=now, monotonic=monotonic
        )
        # Begun in this order, ended all at once: each may wait for an answer that does not come.
        self._parts: tuple[_Part, ...] = (
            *(self._refresher, self.ledger, self.fills, self.terms, self.risk, self.moves),
            *(self.trading, self.cancels, self.flips, self.leaving, self.dead_man, self.protection),
            *(self.amends, self._settlement, self._history, self.origins, self.alerts, self.activity),
            *(self.worths, costs),
            *([self._reconciler] if self._reconciler else []),
        )

    def start(self) -> None:
        """Begin to read from the exchange, and to hear it; returns at once."""
        self._upstream.start()
        self.market.start()
        self.audit.start()
        self.blotter.start()
        for part in self._parts:
            part.start()

    def stop(self) -> None:
        """Stop reading and close what the desk holds; returns within a few seconds even while the network hangs."""
        stopping = [threading.Thread(target=part.stop, name="desk-stop") for part in self._parts]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        self.blotter.stop()
        self.audit.stop()  # the others may have noted something at their end
        self._exchange.close()
        self._upstream.stop()
        self.market.stop()
        self._held.close()

    def units(self) -> tuple[str, ...]:
        """Return the units that a portfolio can be had in; see `Appraisals.units`."""
        return self.appraisals.units()

    def portfolio(self, unit: str) -> Portfolio:
        """Return the whole account in ``unit``; see `Appraisals.portfolio`."""
        return self.appraisals.portfolio(unit)

    def preview(self, ticket: Ticket) -> Preview:
        """Return what would come of ``ticket`` now; see `Previews.preview`."""
        return self._previews.preview(ticket)

    def status(self) -> Status:
        """Return the state of the hosts, the clock, the quotas and the key."""
        return report(self._exchange, self._accounts, self._about, self.news)

    def health(self) -> Health:
        """Return the last hour of the sockets, and what had to be repaired."""
        repaired = {"accounts": self._accounts.repaired, "orders": self.orders.repaired}
        repaired["books"] = sum(self.books.repaired(futures=futures) for futures in (False, True))
        return Health(self._history.samples, repaired, self._practice() if self._practice else None)

    def _ledger_of(self) -> str | None:
        """Whose ledger is kept; None until the key was found fit.

        The practice exchange can begin anew under the same uid: how old the key is tells one beginning from another.
        """
        asked = self._accounts.admission.reading.value
        if asked is None or asked.key is None or not asked.granted:
            return None
        born = asked.key.created_at if self.mode == "practice" else None
        return asked.key.uid if born is None else f"{asked.key.uid} {born:%Y-%m-%dT%H:%MZ}"

    def _barred(self) -> str:
        """Why the key is not to be used at all; empty where it may be, or was not asked about yet."""
        asked = self._accounts.admission.reading.value
        return asked.refusal if asked else ""

    def _positions(self) -> tuple[Position, ...] | None:
        """The open futures positions as they were last read or pushed; None while they were never read."""
        source = self._accounts.positions
        return source.reading.value if source is not None else None

    def _faults(self, ticket: Ticket) -> list[str]:
        """Everything that is known against ``ticket``; what the order holds that it replaces, is there for it."""
        replaced = self.orders.order(ticket.replaces) if ticket.replaces is not None else None
        return [fault.text for fault in self.terms.vet(ticket, replaced)]
