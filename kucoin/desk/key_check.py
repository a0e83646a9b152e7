"""What the API key may do, and from where; what trades cost with it, and when it was accepted last."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.desk import admission
from kucoin.desk.accounts import Accounts
from kucoin.desk.admission import Admission
from kucoin.desk.key_rights import Right, rights
from kucoin.desk.portfolio import Standing
from kucoin.desk.refresh import Refresher, Source
from kucoin.desk.report import About
from kucoin.model.account import AccountMode, ApiKey, BaseFee
from kucoin.model.order import FeeRate
from kucoin.rest.client import Exchange

SPACING = 10.0
"""Seconds at least between two times that everything is asked again, however many ask for it."""

_EVERY = 600.0  # s; fees change by the day
_PAIRS = ("BTC-USDT", "ETH-USDT", "KCS-USDT")
_CONTRACTS = ("XBTUSDTM", "ETHUSDTM")
_MOST = 6  # pairs, and contracts: each of those is a request
_FAR = Decimal(2)  # s between the clocks; KuCoin refuses signed requests from 5 s on, so say it well before
_NEWEST = 3  # the version of every key that KuCoin makes today
_ENDING = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A market, and when it last did what a signed request asked for; ``problem``: why the last request failed."""

    market: str
    at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What the exchange said of a key. ``addresses`` is empty where it may be used from anywhere."""

    remark: str
    version: int | None
    created_at: datetime | None
    expires_at: datetime | None
    is_master: bool
    sub_name: str | None
    addresses: tuple[str, ...]
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """Everything the page of the key shows. No secret is in it, and of the key itself the last four characters.

    Attributes:
        standing: What the account is worth to the pages; ``reason`` is why, in words, where it is not ready.
        facts: None where the exchange has said nothing of the key.
        mode: Classic or unified, None where that was not told.
        asked_at: When the exchange was asked about the key last; ``problem`` is why it did not answer, if it did not.
        clock_offset: The exchange's clock less ours in s.
        accepted: The markets.
        level: The VIP level, ``subs`` the number of sub-accounts.
        base: Fees of spot and margin; ``pairs`` and ``contracts`` what some of them really cost this account.
        fees_at: When the oldest of them were read, None where one was not yet.
        fee_problem: Why one of them could not be read.
        denied: What was asked for and refused for want of a permission: its names, and the exchange's words.
        warnings: What should be known, or changed.
        again_in: Seconds until everything may be asked again.
    """

    standing: Standing
    reason: str
    tail: str | None
    facts: KeyFacts | None = None
    mode: AccountMode | None = None
    asked_at: datetime | None = None
    problem: str | None = None
    clock_offset: Decimal | None = None
    accepted: tuple[Accepted, ...] = ()
    level: int | None = None
    subs: int | None = None
    base: BaseFee | None = None
    pairs: tuple[FeeRate, ...] = ()
    contracts: tuple[FeeRate, ...] = ()
    fees_at: datetime | None = None
    fee_problem: str | None = None
    denied: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    again_in: float = 0.0


class KeyCheck:
    """Keeps what is known of the key; answers from memory. Safe to call from any thread.

    Args:
        accounts: Asks the exchange about the key every minute; here is added what trades cost.
        trading: Whether orders may be placed at all.
        now: The present moment, aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        accounts: Accounts,
        refresher: Refresher,
        about: About,
        *,
        trading: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._accounts = accounts
        self._refresher = refresher
        self._about = about
        self._trading = trading
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked_again_at: float | None = None
        granted = accounts.granted
        self._user = Source("VIP level", exchange.account.user_info, every=_EVERY, wanted=granted)
        self._base = Source("base fee", exchange.account.base_fee, every=_EVERY, wanted=granted)
        self._pairs = Source("fees of pairs", self._read_pairs, every=_EVERY, wanted=self._pairs_known)
        self._contracts = Source("fees of contracts", self._read_contracts, every=_EVERY, wanted=self._contracts_known)
        self._costs: tuple[Source[Any], ...] = (self._user, self._base, self._pairs)
        self._costs += (self._contracts,) if exchange.has_futures else ()
        for source in self._costs:
            refresher.add(source)

    def check_again(self) -> bool:
        """Have everything asked again soon, what was refused included; False where that was done moments ago."""
        with self._lock:
            if self._again_in() > 0:
                return False
            self._asked_again_at = self._monotonic()
        self._refresher.retry(self._accounts.admission, self._accounts.clock, *self._costs, *self._accounts.denied())
        return True

    def view(self) -> KeyView:
        """Return what is known of the key now."""
        asked = self._accounts.admission.reading
        said = asked.value
        verdict = self._accounts.verdict()
        line = self._exchange.status()
        user = self._user.reading.value
        costs = [source.reading for source in self._costs]
        times = [reading.at for reading in costs if reading.at is not None]
        return KeyView(
            standing=verdict.standing,
            reason=verdict.reason,
            tail=self._about.key_tail,
            facts=self._facts(said.key) if said and said.key else None,
            mode=said.mode if said else None,
            asked_at=asked.at,
            problem=asked.problem,
            clock_offset=line.clock_offset,
            accepted=tuple(Accepted(host.name, host.accepted_at, host.problem) for host in line.hosts),
            level=user.vip_level if user else None,
            subs=user.sub_accounts if user else None,
            base=self._base.reading.value,
            pairs=self._pairs.reading.value or (),
            contracts=self._contracts.reading.value or (),
            fees_at=min(times) if len(times) == len(costs) else None,
            fee_problem=next((reading.problem for reading in costs if reading.problem), None),
            denied=self._denied(),
            warnings=self._warnings(said, line.clock_offset),
            again_in=self._again_in(),
        )

    def _denied(self) -> tuple[tuple[str, str], ...]:
        """What is refused, that for the same reason together."""
        names: dict[str, list[str]] = {}
        for source in self._accounts.denied():
            names.setdefault(source.reading.problem or "", []).append(source.name)
        return tuple((", ".join(each), why) for why, each in names.items())

    def _facts(self, key: ApiKey) -> KeyFacts:
        return KeyFacts(
            remark=key.remark,
            version=key.version,
            created_at=key.created_at,
            expires_at=key.expires_at,
            is_master=key.is_master,
            sub_name=key.sub_name,
            addresses=key.ip_whitelist,
            rights=rights(key.permissions, trading=self._trading),
        )

    def _warnings(self, said: Admission | None, offset: Decimal | None) -> tuple[str, ...]:
        found = list(admission.warnings(said, practice=self._about.mode == "practice") if said else ())
        key = said.key if said else None
        if key is not None and key.version is not None and key.version < _NEWEST:
            found.append(
                f"This API key is of version {key.version}. KuCoin refuses some calls to it (400008): make a new one."
            )
        if key is not None and key.expires_at is not None and key.expires_at - self._now() < _ENDING:
            found.append(f"This API key ends on {key.expires_at:%Y-%m-%d %H:%M} UTC: make a new one in time.")
        if offset is not None and abs(offset) > _FAR:
            found.append(
                f"The clocks are {abs(offset):.1f} s apart: the exchange’s is {'ahead' if offset > 0 else 'behind'}. "
                "Requests are stamped with the exchange’s time, so they pass for now; where that is measured too late, "
                "KuCoin refuses them (400002). Set this machine’s clock."
            )
        return tuple(found)

    def _again_in(self) -> float:
        """Seconds until everything may be asked again."""
        if self._asked_again_at is None:
            return 0.0
        return max(0.0, self._asked_again_at + SPACING - self._monotonic())

    def _pairs_known(self) -> bool:
        return self._accounts.granted() and self._accounts.tickers.reading.value is not None

    def _contracts_known(self) -> bool:
        listed = self._accounts.contracts
        return self._accounts.granted() and listed is not None and listed.reading.value is not None

    def _read_pairs(self) -> tuple[FeeRate, ...]:
        """Ask for the usual pairs, and for those of coins that are held, in one request."""
        board = self._accounts.tickers.reading.value
        held = sorted({each.currency for each in self._accounts.spot.reading.value or () if each.balance})
        wanted = dict.fromkeys((*_PAIRS, *(f"{currency}-USDT" for currency in held)))
        listed = [pair for pair in wanted if board is not None and board.ticker(pair) is not None]
        return self._exchange.spot_orders.trade_fees(symbols=listed[:_MOST]) if listed else ()

    def _read_contracts(self) -> tuple[FeeRate, ...]:
        """Ask for the usual contracts, and for those with a position."""
        source = self._accounts.contracts
        known = {each.symbol for each in (source.reading.value if source else None) or ()}
        wanted = [each for each in dict.fromkeys((*_CONTRACTS, *sorted(self._accounts.held()))) if each in known]
        return tuple(self._exchange.futures_orders.trade_fee(symbol=each) for each in wanted[:_MOST])
