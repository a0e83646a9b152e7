"""What a contract's page shows: its rules, its risk limits, own fees, past funding, and the mark beside the index.

Asked as long as somebody looks, and drawn, never counted with; so figures of the plot are floats.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from kucoin.desk.errands import Errands
from kucoin.desk.refresh import Reading
from kucoin.errors import KucoinError
from kucoin.model.market import Contract
from kucoin.model.order import FeeRate
from kucoin.model.position import FundingRate, RiskTier
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_AGAIN = 10.0  # s after a reading that failed
_KEPT = 20  # sheets; the one that nobody has looked at for longest goes first
_PAST_FUNDING = timedelta(days=30)
_PLOT = timedelta(hours=24)
_GRANULARITY = 5  # min

BASIS = ("mark", "index", "basis")
"""The columns of a sheet's plot."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A contract as it is known; the very same object until something of it was read anew.

    Attributes:
        contract: Its rules and its figures of the last reading.
        at: When that was.
        tiers: What isolated positions may grow to, level by level.
        fee: What trades cost this account.
        funding: The rates settled in the last 30 days, newest first.
        basis: The last 24 h: time (UTC, index), mark and index in quote currency, basis (a fraction); oldest first,
            float64. KuCoin keeps no history of mark prices: this ``mark`` is the index and the contract's premium over
            it, which the mark follows.
        problems: Why the last reading of a part failed, by the part's name here. A part that is None and has no
            problem is being read.
    """

    contract: Contract
    at: datetime | None
    tiers: tuple[RiskTier, ...] | None = None
    fee: FeeRate | None = None
    funding: tuple[FundingRate, ...] | None = None
    basis: pd.DataFrame | None = None
    problems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class _Part(NamedTuple):
    """How a part is asked for, and the s until it is read again."""

    ask: Callable[[Contract], Any]
    every: float


@dataclass(slots=True)
class _Kept:
    """What is known of one contract; ``due`` says when its parts are read next, None while one is being read."""

    sheet: Sheet
    parts: dict[str, Any]
    problems: dict[str, str]
    due: dict[str, float | None]
    changed: bool = False


class Sheets:
    """Keeps what contract pages show. Safe to call from any thread; nothing here waits for the network.

    Args:
        contract: The list's reading of a contract.
        errands: Runs what has to be asked.
        now: The exchange's time in s since 1970.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        contract: Callable[[str], Reading[Contract]],
        errands: Errands,
        *,
        now: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._contract = contract
        self._errands = errands
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._parts = {
            "tiers": _Part(self._tiers, 1800.0),
            "fee": _Part(self._fee, 1800.0),
            "funding": _Part(self._funding, 300.0),
            "basis": _Part(self._basis, 60.0),
        }

    def sheet(self, symbol: str) -> Sheet | None:
        """Return what is known of a contract, None where it is not listed or no list was read yet.

        What is missing or old is read meanwhile.
        """
        reading = self._contract(symbol)
        if reading.value is None:
            return None
        with self._lock:
            kept = self._kept.pop(symbol, None) or _Kept(
                Sheet(reading.value, reading.at), {}, {}, dict.fromkeys(self._parts, 0.0)
            )
            self._kept[symbol] = kept  # last in line, so first to stay
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
            for name, due in kept.due.items():
                if due is not None and due <= self._monotonic():
                    kept.due[name] = None
                    self._read_soon(name, reading.value, kept)
            if kept.changed or kept.sheet.contract is not reading.value:
                problems = MappingProxyType(dict(kept.problems))
                kept.sheet = Sheet(reading.value, reading.at, **kept.parts, problems=problems)
                kept.changed = False
            return kept.sheet

    def _read_soon(self, name: str, contract: Contract, kept: _Kept) -> None:
        self._errands.run(lambda: self._read(name, contract, kept))

    def _read(self, name: str, contract: Contract, kept: _Kept) -> None:
        part = self._parts[name]
        pause = _AGAIN
        try:
            value = part.ask(contract)
        except KucoinError as error:
            if name not in kept.problems:  # one line an outage
                log.warning("%s of %s: %s", name, contract.symbol, error)
            with self._lock:
                kept.problems[name] = str(error)
        else:
            pause = part.every
            with self._lock:
                kept.parts[name] = value
                kept.problems.pop(name, None)
        finally:
            with self._lock:
                kept.due[name] = self._monotonic() + pause
                kept.changed = True

    def _tiers(self, contract: Contract) -> tuple[RiskTier, ...]:
        return self._exchange.futures_positions.risk_tiers(symbol=contract.symbol)

    def _fee(self, contract: Contract) -> FeeRate:
        return self._exchange.futures_orders.trade_fee(symbol=contract.symbol)

    def _funding(self, contract: Contract) -> tuple[FundingRate, ...]:
        """Ask for the rates of 30 days; an answer holds 100 at most, so one for a contract that settles hourly has
        those of four days."""
        now = self._moment()
        return self._exchange.futures_positions.funding_rates(
            symbol=contract.symbol, start=now - _PAST_FUNDING, end=now
        )

    def _basis(self, contract: Contract) -> pd.DataFrame | None:
        """Ask for index and premium; None where the contract has no such series."""
        if contract.index_symbol is None or contract.premium_symbol is None:
            return None
        now = self._moment()
        index, premium = (
            self._exchange.futures.klines(symbol=symbol, granularity=_GRANULARITY, start=now - _PLOT, end=now)
            for symbol in (contract.index_symbol, contract.premium_symbol)
        )
        return basis(index["close"], premium["close"])

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def basis(index: pd.Series[float], premium: pd.Series[float]) -> pd.DataFrame:
    """Return mark, index and basis at the moments for which both are known."""
    both = pd.concat({"index": index, "basis": premium}, axis=1, join="inner")
    both["mark"] = both["index"] * (1 + both["basis"])
    return both[list(BASIS)]
