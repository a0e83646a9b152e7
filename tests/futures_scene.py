"""A futures account as the exchange's own answers tell it, read by our parsers, seen through `Futures`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from kucoin.book.books import Books
from kucoin.desk.accounts import Accounts
from kucoin.desk.admission import Admission
from kucoin.desk.futures import Futures, FuturesView
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.position_lines import PositionLine
from kucoin.desk.refresh import Reading, Refresher, Source
from kucoin.desk.rounds import Round
from kucoin.desk.stops import Stop
from kucoin.hub import Hub
from kucoin.model.account import AccountMode, ApiKey
from kucoin.model.feed import Mark
from kucoin.rest import hosts, parse_account, parse_market
from kucoin.rest.answer import Answer
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_MS = int(NOW.timestamp() * 1000)
KEY = ApiKey("k", 3, frozenset({"General"}), (), "1", True, None, "", None)

# KuCoin's own sample of a position list, linear and inverse, with contracts and accounts that go with it.
_TOLD = json.loads((Path(__file__).parent / "payloads" / "scenes" / "futures.json").read_text(encoding="utf-8"))
LINEAR: dict[str, Any] = _TOLD["positions"][0]
INVERSE: dict[str, Any] = _TOLD["positions"][1]
CONTRACTS: list[dict[str, Any]] = _TOLD["contracts"]
ACCOUNTS: dict[str, dict[str, Any]] = _TOLD["accounts"]
EMPTY: dict[str, Any] = {name: 0 for name in ACCOUNTS["USDT"] if name != "currency"}


@dataclass
class Waiting:
    """What `Futures` asks of the account's orders."""

    generation: int = 0
    orders: tuple[AnyOrder, ...] = ()
    waiting: tuple[Stop, ...] | None = ()
    problem: str | None = None

    def open(self) -> tuple[AnyOrder, ...]:
        """Those in the market."""
        return self.orders

    def stops(self) -> tuple[Stop, ...]:
        """Those that wait for a price."""
        return self.waiting or ()

    def knows_stops(self, *, futures: bool) -> bool:
        """Whether they were read."""
        assert futures
        return self.waiting is not None

    def stops_problem(self, *, futures: bool) -> str | None:
        """Why they may be old."""
        assert futures
        return self.problem


@dataclass
class Book:
    """What `Futures` asks of the ledger."""

    rounds: Mapping[tuple[str, str], Round] = field(default_factory=dict)
    today: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    state: str = "ready"
    generation: int = 0

    def progress(self) -> Book:
        """How far it is."""
        return self

    def open_rounds(self) -> Mapping[tuple[str, str], Round]:
        """What fills tell of the open positions."""
        return self.rounds

    def realised_today(self) -> Mapping[tuple[str, str], Decimal]:
        """What was realised since midnight."""
        return self.today


class Scene:
    """Accounts of which everything was read, and nothing is asked."""

    def __init__(self, ledger: Book | None = None) -> None:
        self.refresher = Refresher()
        self.accounts = Accounts(Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS), self.refresher)
        self.hub = Hub(Books(_nobody))
        self.orders = Waiting()
        self.futures = Futures(
            self.accounts,
            self.orders,  # type: ignore[arg-type]  # all that is asked of it is there
            self.hub,
            self.refresher,
            ledger=ledger,
        )
        self.read(self.accounts.admission, Admission("", KEY, AccountMode.CLASSIC))
        for source in (self.accounts.spot, self.accounts.isolated, self.accounts.subs):
            self.read(source, ())
        for source in (self.accounts.cross, self.accounts.tickers, self.accounts.dollars):
            self.read(source, {})
        for sub_wallet in self.accounts.sub_wallets.values():
            self.read(sub_wallet, ())
        self.tell()

    def tell(
        self,
        positions: list[dict[str, Any]] | None = None,
        contracts: list[dict[str, Any]] | None = None,
        accounts: Mapping[str, dict[str, Any]] = ACCOUNTS,
    ) -> FuturesView:
        """Let the exchange answer these rows, and return what is to be seen then."""
        rows, listed = [LINEAR, INVERSE] if positions is None else positions, contracts or CONTRACTS
        assert self.accounts.positions is not None
        assert self.accounts.contracts is not None
        self.read(self.accounts.positions, parse_account.positions(_answer(rows)))
        self.read(self.accounts.contracts, parse_market.contracts(_answer(listed)))
        for currency, wallet in self.accounts.wallets.items():
            row = accounts.get(currency, EMPTY | {"currency": currency})
            self.read(wallet, parse_account.futures_account(_answer(row), currency))
        return self.futures.view()

    def read(self, source: Source[Any], value: Any) -> None:
        """Let a source have been read."""
        source.reading = Reading(value, NOW, None, NOW)
        self.refresher.touch()

    def fail(self, source: Source[Any], problem: str) -> None:
        """Let the last reading of a source have failed."""
        source.reading = replace(source.reading, problem=problem, tried_at=NOW)
        self.refresher.touch()

    def see(self) -> FuturesView:
        """The view."""
        return self.futures.view()

    def line(self, symbol: str = "XBTUSDTM") -> PositionLine:
        """The row of a position."""
        (found,) = [line for line in self.see().positions if line.symbol == symbol]
        return found

    def mark(self, price: str, symbol: str = "XBTUSDTM") -> None:
        """Let a socket push a mark price, newer than what was read."""
        self.hub.publish([Mark(symbol, _MS + 1000, Decimal(price), Decimal(price))], received=0.0)


def _answer(value: Any) -> Answer:
    return Answer("GET /api/v1/any", msgspec.Raw(json.dumps(value).encode()), 0.0)


def _nobody(symbol: str) -> Any:
    raise AssertionError(f"nobody asks for the book of {symbol}")
