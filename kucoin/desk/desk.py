"""The one place that knows the account: it reads in the background, and answers everybody from what was read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from kucoin.desk import admission
from kucoin.desk.accounts import FIATS, Accounts, Pace, Verdict
from kucoin.desk.alert_events import Events
from kucoin.desk.alert_values import AlertValues
from kucoin.desk.alerts import Alerts
from kucoin.desk.amend_ways import AmendWays
from kucoin.desk.amends import Amends
from kucoin.desk.audit import Audit
from kucoin.desk.blotter import Blotter
from kucoin.desk.cancels import Cancels
from kucoin.desk.closing import Closing
from kucoin.desk.dead_man import DeadMan
from kucoin.desk.fill_book import FillBook
from kucoin.desk.flip import Flips
from kucoin.desk.futures import Futures
from kucoin.desk.health import Health, History
from kucoin.desk.leaving import Leavings
from kucoin.desk.ledger import Ledger
from kucoin.desk.market import Market
from kucoin.desk.moves import Moves
from kucoin.desk.orders import Orders
from kucoin.desk.origins import Origins
from kucoin.desk.portfolio import Portfolio, Standing, appraise, nothing
from kucoin.desk.preview import Preview
from kucoin.desk.previews import Previews
from kucoin.desk.prices import Measure, Prices
from kucoin.desk.protection import Protection
from kucoin.desk.pushes import Pushes
from kucoin.desk.reconcile import Reconciler
from kucoin.desk.refresh import Refresher
from kucoin.desk.risk import Risk
from kucoin.desk.settle import Settlement
from kucoin.desk.status import HostStatus, QuotaStatus, Status
from kucoin.desk.termbook import Termbook
from kucoin.desk.trading import Trading
from kucoin.desk.upstream import Upstream
from kucoin.desk.witness import Witness
from kucoin.errors import InvalidRequest
from kucoin.journal.alerts import AlertStore
from kucoin.journal.audit import Chain
from kucoin.journal.database import Journal
from kucoin.journal.ends import EndStore
from kucoin.journal.intents import IntentStore
from kucoin.journal.ledger import LedgerStore
from kucoin.model.feed_private import PrivatePush
from kucoin.model.limits import Limits
from kucoin.model.market import ServiceState
from kucoin.model.position import Position
from kucoin.model.ticket import Ticket
from kucoin.rest.client import Exchange

# The total is repeated in these, whatever unit it is shown in.
_REPEATED = ("USDT", "BTC", "EUR")


class _Appraised(NamedTuple):
    """A portfolio and what it was made of; as long as none of that changes, it is the present one."""

    generation: int
    verdict: Verdict
    pushes: Pushes
    portfolio: Portfolio


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
        self._site = site
        self._version = version
        self._key_tail = key_tail
        self._exchange = exchange
        self._held = held or ExitStack()
        self._practice = practice
        self._now = now
        self._monotonic = monotonic
        self._refresher = Refresher(now=now)
        self._upstream = upstream
        self.hub, self.feeds, self.books = upstream.hub, upstream.feeds, upstream.books
        self._accounts = Accounts(exchange, self._refresher, pace=pace, granted=upstream.hear_account, now=now)
        self.hub.listen("accounts", self._accounts.hear, PrivatePush)
        self.hub.on_resync(self._accounts.resync)
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
            now=now,
            monotonic=monotonic,
        )
        self.risk = Risk(limits=limits, arm_for=arm_for, now=now, monotonic=monotonic)
        self.audit = Audit(chain, account=self._ledger_of, now=now, monotonic=monotonic)
        self.trading = Trading(
            exchange,
            IntentStore(journal, chain) if journal else None,
            self.orders,
            on=trading,
            account=self._ledger_of,
            standing=lambda: self._accounts.verdict().reason,
            vet=self._faults,
            now=now,
            monotonic=monotonic,
        )
        self.trading.on_change(self.terms.learn)
        witness = Witness(self.audit)
        self.trading.on_change(witness.placed)
        self.moves = Moves(
            exchange,
            IntentStore(journal, chain) if journal else None,
            self._accounts,
            account=self._ledger_of,
            shut=lambda: self.trading.state().reason,
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
        self.flips = Flips(self.trading, self.orders, exchange, monotonic=monotonic)
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
        self.fills = FillBook(
            exchange,
            journal,
            self.hub,
            self.orders,
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
        self.futures = Futures(
            self._accounts,
            self.orders,
            self.hub,
            self._refresher,
            ledger=self.ledger,
            now=now,
            monotonic=monotonic,
        )
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
        self.closing = Closing(self.trading, self.flips, held=self._positions, rules=self.market.rules)
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
            note=self.audit.note,
            monotonic=monotonic,
        )
        self._history = History(self.feeds.status, monotonic=monotonic, now=now)
        self._lock = threading.Lock()
        self._portfolios: dict[str, _Appraised] = {}

    def start(self) -> None:
        """Begin to read from the exchange, and to hear it; returns at once."""
        self._upstream.start()
        self._refresher.start()
        self.market.start()
        self.ledger.start()
        self.fills.start()
        self.terms.start()
        self.audit.start()
        self.blotter.start()
        self.moves.start()
        self.trading.start()
        self.cancels.start()
        self.flips.start()
        self.leaving.start()
        self.dead_man.start()
        self.protection.start()
        self.amends.start()
        self._settlement.start()
        if self._reconciler:
            self._reconciler.start()
        self._history.start()
        self.origins.start()
        self.alerts.start()

    def stop(self) -> None:
        """Stop reading and close what the desk holds; returns within a few seconds even while the network hangs."""
        parts = (self.trading, self._settlement, self.flips, self.cancels, self.terms, self.moves)
        acts = (self.protection, self.amends)
        stops = [
            each.stop
            for each in (*parts, *acts, self.origins, self._history, self.alerts, self._refresher, self.ledger)
        ]
        stops += [self.fills.stop, self.leaving.stop, self.dead_man.stop]
        if self._reconciler:
            stops.append(self._reconciler.stop)
        stopping = [threading.Thread(target=stop, name="desk-stop") for stop in stops]
        for thread in stopping:  # all at once: each may wait for an answer that does not come
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
        """Return the units that a portfolio can be had in: USDT, BTC, and the fiat currencies that KuCoin quotes.

        A fiat currency whose rate has not been asked for yet is among them.
        """
        return ("USDT", "BTC", *(fiat for fiat in FIATS if self._accounts.quoted(fiat)))

    def portfolio(self, unit: str) -> Portfolio:
        """Return the whole account in ``unit``; the very same object until something new was read or pushed.

        Prices move with the sockets as far as somebody has the portfolio's ``symbols`` watched.

        Raises:
            InvalidRequest: ``unit`` is none of `units`.
        """
        if unit not in self.units():
            raise InvalidRequest(f"{unit!r} is not a unit of this account: it takes {', '.join(self.units())}")
        generation, verdict = self._refresher.generation, self._accounts.verdict()
        with self._lock:
            known = self._portfolios.get(unit)
        if known and known[:2] == (generation, verdict) and known.pushes.unchanged():
            return known.portfolio
        now = self._now()
        pushes = Pushes(self.hub, self._accounts.tickers.reading.at, now=now, monotonic=self._monotonic())
        portfolio = self._appraised(unit, verdict, pushes, now)
        with self._lock:
            self._portfolios[unit] = _Appraised(generation, verdict, pushes, portfolio)
        return portfolio

    def preview(self, ticket: Ticket) -> Preview:
        """Return what would come of ``ticket`` now; see `Previews.preview`."""
        return self._previews.preview(ticket)

    def status(self) -> Status:
        """Return the state of the hosts, the clock, the quotas and the key."""
        line = self._exchange.status()
        services = {"spot": self._accounts.spot_service, "futures": self._accounts.futures_service}
        hosts = []
        for host in line.hosts:
            source = services[host.name]
            service = source.reading.value if source else None
            hosts.append(
                HostStatus(
                    name=host.name,
                    answered_at=host.answered_at,
                    problem=host.problem,
                    service=service.state if service else ServiceState.UNKNOWN,
                    service_message=service.message if service else "",
                )
            )
        quotas = [
            QuotaStatus(
                pool=report.pool.label, limit=report.limit, remaining=report.remaining, reset_in=report.reset_in
            )
            for report in line.pools
        ]
        asked = self._accounts.admission.reading.value
        return Status(
            mode=self.mode,
            site=self._site,
            version=self._version,
            hosts=tuple(hosts),
            clock_offset=line.clock_offset,
            quotas=tuple(quotas),
            key_tail=self._key_tail,
            warnings=admission.warnings(asked, practice=self.mode == "practice") if asked else (),
        )

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

    def _positions(self) -> tuple[Position, ...] | None:
        """The open futures positions as they were last read or pushed; None while they were never read."""
        source = self._accounts.positions
        return source.reading.value if source is not None else None

    def _faults(self, ticket: Ticket) -> list[str]:
        """Everything that is known against ``ticket``; what the order holds that it replaces, is there for it."""
        replaced = self.orders.order(ticket.replaces) if ticket.replaces is not None else None
        return [fault.text for fault in self.terms.vet(ticket, replaced)]

    def _appraised(self, unit: str, verdict: Verdict, pushes: Pushes, now: datetime) -> Portfolio:
        if verdict.standing is not Standing.READY:
            return nothing(unit, verdict.standing, verdict.reason)
        accounts = self._accounts
        tickers, dollars = accounts.tickers.reading, accounts.dollars.reading
        prices = Prices(tickers.value, dollars.value or {}, pushes.last)
        appraised = appraise(
            accounts.places(now, pushes.mark),
            self._measure(prices, unit),
            others=[self._measure(prices, other) for other in _REPEATED if other != unit],
            names=accounts.names.reading.value or {},
            prices_at=tickers.at,
            reason=f"Prices are not being read: {tickers.problem}" if tickers.problem else "",
        )
        return replace(appraised, symbols=pushes.symbols)

    def _measure(self, prices: Prices, unit: str) -> Measure:
        rate = self._accounts.rates[unit].reading.value if unit in self._accounts.rates else None
        return Measure(prices, unit, rate)
