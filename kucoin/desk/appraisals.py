"""The whole account in a unit, made anew only where something in it has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal
from typing import NamedTuple, Protocol

from kucoin.decimals import ONE
from kucoin.desk.accounts import FIATS, Accounts, Verdict
from kucoin.desk.cost_basis import Basis
from kucoin.desk.portfolio import Holding, Portfolio, Standing, appraise, nothing
from kucoin.desk.prices import Measure, Prices
from kucoin.desk.pushes import Pushes
from kucoin.desk.refresh import Refresher
from kucoin.errors import InvalidRequest
from kucoin.hub import Hub

# The total is repeated in these, whatever unit it is shown in.
_REPEATED = ("USDT", "BTC", "EUR")
_RATES = Context(prec=28)


class _Costs(Protocol):
    """Knows what was paid."""

    @property
    def generation(self) -> int:
        """Grows whenever `of` may answer otherwise than before."""

    def of(self, currency: str, held: Decimal, worth: Decimal | None) -> Basis:
        """Return what ``held`` of a currency cost, of which one is worth ``worth`` USDT."""


class _Appraised(NamedTuple):
    """A portfolio and what it was made of; as long as none of that changes, it is the present one."""

    generation: tuple[int, int]
    verdict: Verdict
    pushes: Pushes
    portfolio: Portfolio


class Appraisals:
    """Makes portfolios. Safe to call from any thread; nothing here waits.

    Args:
        refresher: Its generation tells when something was read or pushed.
        now: The present moment, aware UTC, and ``monotonic`` the same moment in s of the feeds' clock.
    """

    def __init__(
        self,
        accounts: Accounts,
        hub: Hub,
        refresher: Refresher,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._accounts = accounts
        self._hub = hub
        self._refresher = refresher
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._portfolios: dict[str, _Appraised] = {}
        self._costs: _Costs | None = None

    def rely_on(self, costs: _Costs) -> None:
        """Say of each holding what ``costs`` knows was paid for it."""
        self._costs = costs

    def units(self) -> tuple[str, ...]:
        """Return the units that a portfolio can be had in: USDT, BTC, and the fiat currencies that KuCoin quotes.

        A fiat currency whose rate has not been asked for yet is among them.
        """
        return ("USDT", "BTC", *(fiat for fiat in FIATS if self._accounts.quoted(fiat)))

    def price(self, currency: str) -> Decimal | None:
        """Return what one ``currency`` is worth in USDT by what was read last; None where nothing says so.

        A US dollar counts as one USDT while its rate is not read.
        """
        accounts = self._accounts
        source = accounts.rates.get(currency)
        rate = source.reading.value if source else None
        if rate:
            return _RATES.divide(ONE, rate)
        if currency == "USD":
            return ONE
        quote = Prices(accounts.tickers.reading.value, accounts.dollars.reading.value or {}).usdt(currency)
        return quote.now if quote else None

    def portfolio(self, unit: str) -> Portfolio:
        """Return the whole account in ``unit``; the very same object until something new was read or pushed.

        Prices move with the sockets as far as somebody has the portfolio's ``symbols`` watched.

        Raises:
            InvalidRequest: ``unit`` is none of `units`.
        """
        if unit not in self.units():
            raise InvalidRequest(f"{unit!r} is not a unit of this account: it takes {', '.join(self.units())}")
        costs, verdict = self._costs, self._accounts.verdict()
        generation = self._refresher.generation, costs.generation if costs else 0
        with self._lock:
            known = self._portfolios.get(unit)
        if known and known[:2] == (generation, verdict) and known.pushes.unchanged():
            return known.portfolio
        now = self._now()
        pushes = Pushes(self._hub, self._accounts.tickers.reading.at, now=now, monotonic=self._monotonic())
        portfolio = self._appraised(unit, verdict, pushes, now)
        with self._lock:
            self._portfolios[unit] = _Appraised(generation, verdict, pushes, portfolio)
        return portfolio

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
        merged = tuple(self._costed(holding, prices, unit) for holding in appraised.merged)
        return replace(appraised, merged=merged, symbols=pushes.symbols)

    def _costed(self, holding: Holding, prices: Prices, unit: str) -> Holding:
        """Put beside a holding what it cost."""
        worth, dollar = prices.usdt(holding.currency), self._measure(prices, unit).price("USDT")
        if self._costs is None or holding.currency == "USDT" or dollar is None:
            return holding
        held = holding.total - holding.liability
        basis = self._costs.of(holding.currency, held, worth.now if worth else None)
        cost = None if basis.cost is None else _RATES.multiply(basis.cost, dollar.now)
        return replace(holding, cost=cost, cost_why=basis.why)

    def _measure(self, prices: Prices, unit: str) -> Measure:
        rate = self._accounts.rates[unit].reading.value if unit in self._accounts.rates else None
        return Measure(prices, unit, rate)
