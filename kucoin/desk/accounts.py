"""Everything the desk reads from the exchange, how often, and what it says of the account as a whole."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from kucoin.desk import admission, joins, places
from kucoin.desk.admission import Admission
from kucoin.desk.follow import Followed, Joining
from kucoin.desk.portfolio import Place, Standing
from kucoin.desk.refresh import Refresher, Source
from kucoin.errors import ApiError, AuthenticationFailed, PermissionDenied, TooManyRequests
from kucoin.model.account import AccountMode, FuturesAccount, SpotAccount
from kucoin.model.feed_private import (
    BalanceChange,
    IsolatedChange,
    MarginStatus,
    PositionChange,
    PrivatePush,
    WalletChange,
)
from kucoin.model.market import Contract, ServiceStatus
from kucoin.model.position import Position
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

log = logging.getLogger(__name__)

T = TypeVar("T")
P = TypeVar("P", bound=PrivatePush)

# Fiat currencies that a total may be wanted in. Which of them KuCoin quotes, it is asked.
FIATS = ("USD", "EUR", "GBP", "CHF", "AUD", "CAD", "JPY", "KRW", "BRL", "INR", "TRY")
# Where a futures account can hold money; others are learned from the contracts' settlement currencies.
_SETTLEMENT = ("USDT", "USDC", "XBT", "ETH")

# Seconds after the start at which what was read is shown, though some source has not answered yet.
_PATIENCE = 8.0

_UNIFIED = (
    "This is a unified trading account. Its balances are not in the classic accounts, which are all that this "
    "dashboard reads, so no figure is shown."
)
_NO_KEY = "No API key is set, so there is no account to read."


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two readings of the same kind.

    Together they take about 250 of the 2,000 that each public quota has per 30 s, and less of the private ones.
    """

    prices: float = 5.0
    positions: float = 30.0
    balances: float = 60.0  # the key, the clock and the hosts' service status as well
    fiat: float = 600.0
    names: float = 3600.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the readings are worth, taken as a whole, and why."""

    standing: Standing
    reason: str = ""


class Accounts:
    """The sources of every figure. Private ones are read only once the key was found fit.

    Args:
        exchange: Without credentials only its status, its clock and its prices are read.
        refresher: Takes up the sources.
        pace: How often they are read.
        granted: Called once, when the key was found fit.
        now: The present moment, aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        refresher: Refresher,
        *,
        pace: Pace | None = None,
        granted: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._on_granted: Callable[[], None] | None = granted
        self._now = now
        self._pace = pace or Pace()
        self._refresher = refresher
        self._monotonic = monotonic
        self._started = monotonic()
        market, account, margin = exchange.market, exchange.account, exchange.margin

        # Sources that are due together are read in this order.
        self.admission = self._source(
            "API key", self._admit, self._pace.balances, wanted=lambda: exchange.has_credentials
        )
        self.tickers = self._source("tickers", market.all_tickers, self._pace.prices, wanted=lambda: True)
        self.dollars = self._source(
            "dollar prices", lambda: market.fiat_prices(base="USD"), self._pace.fiat, wanted=self._in_use
        )
        self.spot: Followed[tuple[SpotAccount, ...], BalanceChange] = self._followed(
            "spot accounts", account.spot_accounts, self._pace.balances, joins.BALANCES
        )
        self.cross = self._source("cross margin", margin.cross, self._pace.balances, wanted=self.granted)
        self.isolated = self._source("isolated margin", margin.isolated, self._pace.balances, wanted=self.granted)
        self.subs = self._source("sub-accounts", account.sub_accounts, self._pace.balances, wanted=self._is_master)
        self.wallets: dict[str, Followed[FuturesAccount, WalletChange]] = {}
        self.sub_wallets: dict[str, Source[tuple[tuple[str, FuturesAccount], ...]]] = {}
        self.contracts: Source[tuple[Contract, ...]] | None = None
        self.positions: Followed[tuple[Position, ...], PositionChange] | None = None
        self.futures_service: Source[ServiceStatus] | None = None
        if exchange.has_futures:
            self._add_futures()
        self.rates = {fiat: self._rate(fiat) for fiat in FIATS}
        self.names = self._source("currency names", self._read_names, self._pace.names, wanted=self._in_use)
        self.spot_service = self._source(
            "spot service status", market.service_status, self._pace.balances, wanted=lambda: True
        )
        self.clock = self._source("clock", exchange.resync_clock, self._pace.balances, wanted=lambda: True)

    def verdict(self) -> Verdict:
        """Say whether there is an account to show."""
        if not self._exchange.has_credentials:
            return Verdict(Standing.NO_CREDENTIALS, _NO_KEY)
        asked = self.admission.reading
        if asked.value is None:
            return Verdict(Standing.UNREACHABLE, asked.problem) if asked.problem else Verdict(Standing.LOADING)
        if asked.value.refusal:
            return Verdict(Standing.REFUSED, asked.value.refusal)
        if asked.value.mode is AccountMode.UNIFIED:
            return Verdict(Standing.UNIFIED, _UNIFIED)
        sources = self._counted()
        untried = any(source.reading.tried_at is None for source in sources)
        if all(source.reading.at is None for source in sources):
            reasons = [source.reading.problem for source in sources if source.reading.problem]
            return Verdict(Standing.LOADING) if untried else Verdict(Standing.UNREACHABLE, reasons[0])
        late = self._monotonic() - self._started > _PATIENCE
        return Verdict(Standing.READY if late or not untried else Standing.LOADING)

    def places(
        self,
        now: datetime,
        mark: Callable[[Position], Decimal | None] = lambda position: None,  # noqa: ARG005  nothing is newer
    ) -> tuple[Place, ...]:
        """Return every account as it was read last, and as pushes and prices have made it since.

        Args:
            mark: The mark price of a position's contract where it is newer than the position's own, else None.
        """
        found = [
            *places.spot(self.spot.reading),
            places.cross(self.cross.reading),
            places.isolated(self.isolated.reading),
        ]
        listed = self.contracts.reading.value if self.contracts else None
        contracts = {each.symbol: each for each in listed or ()}
        positions = self.positions.reading.value if self.positions else None
        for currency, wallet in self.wallets.items():
            moved = places.moved(positions, contracts, currency, now)
            gain = places.unrealised(positions, contracts, currency, mark)
            found.append(places.futures(currency, wallet.reading, moved, gain))
        if self._is_master():
            sub_wallets = {currency: source.reading for currency, source in self.sub_wallets.items()}
            found += places.subs(self.subs.reading, sub_wallets)
        return tuple(found)

    def granted(self) -> bool:
        """Whether private calls may be made."""
        asked = self.admission.reading.value
        return asked is not None and asked.granted

    def held(self) -> frozenset[str]:
        """Return the contracts with a position, as far as is known."""
        positions = self.positions.reading.value if self.positions else None
        return frozenset(position.symbol for position in positions or ())

    def hear(self, events: Iterable[Event]) -> None:
        """Take what the private sockets push: what a push does not tell whole is read again."""
        at = self._now()
        for event in events:
            try:
                self._refresher.wake(*self._follow(event, at))
            except Exception:  # whatever it was, REST tells it as well
                log.exception("a push about the account broke, so everything is read again")
                self.resync("all")
        self._refresher.touch()

    def denied(self) -> tuple[Source[Any], ...]:
        """Return what the exchange refused to tell, because the key or the account may not read it."""
        return tuple(source for source in self._counted() if source.reading.denied)

    def resync(self, feed: str) -> None:
        """Read again what the private socket ``feed`` may not have told; public ones concern no account."""
        if "public" in feed:
            return
        sources = self._followed_by(feed)
        for source in sources:
            if isinstance(source, Followed):
                source.forget()
        self._refresher.wake(*sources)

    def look_again(self) -> None:
        """Have positions and futures accounts read soon: something was done of which a push may be missing."""
        self._refresher.wake(*self.wallets.values(), *([self.positions] if self.positions is not None else []))

    @property
    def repaired(self) -> int:
        """How many figures a reading put right that no push had told, since the start."""
        followed: list[Followed[Any, Any] | None] = [self.spot, *self.wallets.values(), self.positions]
        return sum(source.repaired for source in followed if source is not None)

    def quoted(self, fiat: str) -> bool:
        """Whether KuCoin quotes ``fiat``, or may yet turn out to."""
        reading = self.rates[fiat].reading
        return reading.value is not None or reading.at is None

    def _follow(self, event: Event, at: datetime) -> list[Source[Any]]:
        """Join ``event`` to what it is about, and return what has to be read for the rest of it."""
        match event:
            case BalanceChange():
                kind = event.event.partition(".")[0]
                rest: list[Source[Any]] = [self.cross] if kind == "margin" else []
                rest += [self.isolated] if kind.startswith("isolated") else []
                return rest if self.spot.follow(event, at) else [self.spot, *rest]
            case IsolatedChange():
                return [self.isolated]
            case MarginStatus():
                return [self.cross]
            case WalletChange():
                wallet = self.wallets.get(event.currency)
                if wallet is not None:
                    wallet.follow(event, at)
                return [] if wallet is None else [wallet]  # in either case: how the margin is spread is not told
            case PositionChange() if self.positions is not None:
                return [] if self.positions.follow(event, at) else [self.positions]
        return []

    def _followed_by(self, feed: str) -> list[Source[Any]]:
        """The sources that the socket ``feed`` carries on; all where its name tells no market."""
        spot: list[Source[Any]] = [self.spot, self.cross, self.isolated]
        futures: list[Source[Any]] = [*self.wallets.values()]
        futures += [self.positions] if self.positions is not None else []
        if feed.startswith("feed-spot"):
            return spot
        return futures if feed.startswith("feed-futures") else spot + futures

    def _counted(self) -> list[Source[Any]]:
        """The sources of the total and its change that are wanted."""
        every: list[Source[Any]] = [self.spot, self.cross, self.isolated, self.subs, self.tickers, self.dollars]
        every += self.wallets.values()
        every += self.sub_wallets.values()
        every += (source for source in (self.positions, self.contracts) if source is not None)
        return [source for source in every if source.wanted()]

    def _source(self, name: str, read: Callable[[], T], every: float, *, wanted: Callable[[], bool]) -> Source[T]:
        source = Source(name, read, every=every, wanted=wanted)
        self._refresher.add(source)
        return source

    def _followed(self, name: str, read: Callable[[], T], every: float, joining: Joining[T, P]) -> Followed[T, P]:
        source = Followed(name, read, every=every, wanted=self.granted, joining=joining)
        self._refresher.add(source)
        return source

    def _rate(self, fiat: str) -> Source[Decimal | None]:
        return self._source(f"{fiat} rate", lambda: self._read_rate(fiat), self._pace.fiat, wanted=self.granted)

    def _add_futures(self) -> None:
        """Read futures too; the European site has none."""
        futures = self._exchange.futures
        self.contracts = self._source("contracts", self._read_contracts, self._pace.prices, wanted=lambda: True)
        self._add_wallets(_SETTLEMENT)
        self.positions = self._followed("positions", futures.positions, self._pace.positions, joins.POSITIONS)
        self.futures_service = self._source(
            "futures service status", futures.service_status, self._pace.balances, wanted=lambda: True
        )

    def _add_wallets(self, currencies: Iterable[str]) -> None:
        """Read the futures accounts that settle in ``currencies`` as well, the sub-accounts' included."""
        # New dictionaries, since other threads may be walking through the present ones.
        self.wallets = self.wallets | {each: self._wallet(each) for each in currencies}
        self.sub_wallets = self.sub_wallets | {each: self._sub_wallet(each) for each in currencies}

    def _wallet(self, currency: str) -> Followed[FuturesAccount, WalletChange]:
        def read() -> FuturesAccount:
            return self._exchange.futures.account_overview(currency=currency)

        return self._followed(f"futures {currency}", read, self._pace.balances, joins.WALLET)

    def _sub_wallet(self, currency: str) -> Source[tuple[tuple[str, FuturesAccount], ...]]:
        def read() -> tuple[tuple[str, FuturesAccount], ...]:
            return self._exchange.futures.sub_accounts_overview(currency=currency)

        return self._source(f"sub-accounts' futures {currency}", read, self._pace.balances, wanted=self._is_master)

    def _admit(self) -> Admission:
        """Ask what the key may do, before any other private call is made and any private socket is opened."""
        admitted = self._examined()
        if admitted.granted and (granted := self._on_granted) is not None:
            self._on_granted = None
            granted()
        return admitted

    def _examined(self) -> Admission:
        try:
            key = self._exchange.account.api_key()
        except (AuthenticationFailed, PermissionDenied) as error:
            return Admission(admission.refusal(error))
        if objection := admission.objection(key):
            return Admission(objection, key)
        try:
            return Admission("", key, self._exchange.account.mode())
        except TooManyRequests:
            raise
        except ApiError as error:  # the classic accounts may be all there is, so they are read; but it is said
            return Admission("", key, AccountMode.CLASSIC, admission.doubt(error))

    def _read_contracts(self) -> tuple[Contract, ...]:
        contracts = self._exchange.futures.contracts()
        settlement = {contract.settle_currency for contract in contracts}
        if unknown := sorted(settlement - self.wallets.keys()):
            self._add_wallets(unknown)
        return contracts

    def _read_rate(self, fiat: str) -> Decimal | None:
        """What one USDT is in ``fiat``, None where KuCoin does not quote it."""
        try:
            return self._exchange.market.fiat_prices(base=fiat, currencies=("USDT",)).get("USDT")
        except TooManyRequests:
            raise
        except ApiError as error:
            log.info("%s is not offered as a unit: %s", fiat, error)
            return None

    def _read_names(self) -> dict[str, str]:
        return {currency.currency: currency.full_name for currency in self._exchange.market.currencies()}

    def _in_use(self) -> bool:
        """Whether there is an account whose figures need prices."""
        asked = self.admission.reading.value
        return self._exchange.has_credentials and (asked is None or asked.granted)

    def _is_master(self) -> bool:
        """Whether the key can see sub-accounts."""
        asked = self.admission.reading.value
        return asked is not None and asked.granted and asked.key is not None and asked.key.is_master
