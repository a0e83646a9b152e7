"""A desk that answers from memory with figures that are easy to check by hand, and the frame drawn over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk import equity_curve
from kucoin.desk.futures import FuturesView
from kucoin.desk.health import Health, Point, Sample
from kucoin.desk.key_check import Accepted, KeyFacts, KeyView
from kucoin.desk.key_rights import rights
from kucoin.desk.maintenance import notice
from kucoin.desk.news import NewsView
from kucoin.desk.portfolio import Holding, Part, PartKind, Portfolio, Standing
from kucoin.desk.status import HostStatus, QuotaStatus, Status
from kucoin.desk.upkeep import Progress
from kucoin.desk.what_if import Liquidation, WhatIf, WhatIfAccount
from kucoin.desk.worths import Curve, CurveWish
from kucoin.model.account import AccountMode, BaseFee
from kucoin.model.alert import Alert, Firing
from kucoin.model.announcement import Announcement
from kucoin.model.market import ServiceState
from kucoin.model.order import FeeRate
from kucoin.stream.feed import FeedState
from kucoin.web.tickets import Tickets
from kucoin.web.veil import over
from tests import futures_views

FRAME = Path(__file__).parents[2] / "pages" / "frame.py"
UNITS = ("USDT", "BTC", "USD", "EUR", "JPY")
# What one USDT is in each unit.
RATES = {
    "USDT": Decimal(1),
    "BTC": Decimal(1) / Decimal("87112.4"),
    "USD": Decimal("0.9995"),
    "EUR": Decimal("0.92"),
    "JPY": Decimal("151.5"),
}
# currency, name, total, available, debt, price in USDT, change of 24 h
ASSETS = (
    ("BTC", "Bitcoin", "0.84213", "0.79213", "0", "87112.4", "0.0094"),
    ("ETH", "Ether", "9.4105", "9.4105", "0", "3018.11", "0.0187"),
    ("USDT", "Tether", "26087.33", "16873.23", "8500", "1", "0"),
    ("SOL", "Solana", "61.74", "49.74", "0", "141.083", "-0.0162"),
    ("KCS", "KuCoin Token", "512.3", "512.3", "0", "12.184", "-0.0042"),
    ("USDC", "USD Coin", "5204.10", "5204.10", "0", "0.9998", "-0.0001"),
    ("XRP", "XRP", "1840.2", "1840.2", "0", "2.0914", "-0.0127"),
    ("LINK", "Chainlink", "150.25", "150.25", "0", "13.207", "0.0088"),
    ("AVAX", "Avalanche", "84.1", "84.1", "0", "17.42", "-0.0203"),
    ("DOGE", "Dogecoin", "6410", "6410", "0", "0.15208", "0.0015"),
    ("PEPE", "Pepe", "120000", "120000", "0", "0.000004", "0.1"),
    ("SHIB", "Shiba Inu", "30000", "30000", "0", "0.00001", "-0.03"),
    ("OMEGA", "", "1200", "1200", "0", None, None),
)
# kind, name, share of the whole; together 1
PLACES = (
    (PartKind.FUNDING, "", "0.03"),
    (PartKind.SPOT, "", "0.40"),
    (PartKind.CROSS, "", "0.08"),
    (PartKind.ISOLATED, "", "0.01"),
    (PartKind.FUTURES, "USDT", "0.30"),
    (PartKind.FUTURES, "XBT", "0.08"),
    (PartKind.FUTURES, "USDC", "0.02"),
    (PartKind.SUB, "grid-01", "0.05"),
    (PartKind.SUB, "grid-02", "0.03"),
)


def holdings(unit: str, *, accounts: tuple[str, ...], at: datetime) -> tuple[Holding, ...]:
    """Return ``ASSETS`` in ``unit``, spread evenly over ``accounts``; one empty account gives the merged view."""
    rows = []
    for account in accounts:
        for currency, name, total, available, debt, price, change in ASSETS:
            part = Decimal(1) / len(accounts)
            held, free, owed = (Decimal(text) * part for text in (total, available, debt))
            worth = None if price is None else Decimal(price) * RATES[unit]
            rows.append(
                Holding(
                    account=account,
                    currency=currency,
                    full_name=name,
                    total=held,
                    available=free,
                    on_hold=held - free,
                    liability=owed,
                    price=worth,
                    change_ratio=None if change is None else Decimal(change),
                    value=None if worth is None else (held - owed) * worth,
                    share=None,
                    at=at,
                )
            )
    whole = sum((row.value for row in rows if row.value is not None), Decimal(0))
    return tuple(replace(row, share=None if row.value is None else row.value / whole) for row in rows)


def make_portfolio(unit: str, now: datetime) -> Portfolio:
    """Return a portfolio of ``ASSETS``, read 42 s ago and priced 3 s ago."""
    at, prices_at = now - timedelta(seconds=42.5), now - timedelta(seconds=3.5)
    merged = holdings(unit, accounts=("",), at=at)
    total = sum((row.value for row in merged if row.value is not None), Decimal(0))
    ratio = Decimal("0.0082")
    parts = tuple(
        Part(
            kind=kind,
            name=name,
            value=total * Decimal(share),
            change=total * Decimal(share) * ratio / (1 + ratio),
            change_ratio=ratio,
            share=Decimal(share),
            unpriced=(),
            at=at,
            problem=None,
        )
        for kind, name, share in PLACES
    )
    return Portfolio(
        unit=unit,
        standing=Standing.READY,
        reason="",
        total=total,
        change=total * ratio / (1 + ratio),
        change_ratio=ratio,
        complete=False,
        unpriced=("OMEGA",),
        parts=parts,
        holdings=holdings(unit, accounts=("Spot trading", "Futures USDT"), at=at),
        merged=merged,
        conversions=tuple(
            (other, total / RATES[unit] * RATES[other]) for other in ("USDT", "BTC", "EUR") if other != unit
        ),
        at=at,
        prices_at=prices_at,
    )


def make_status(now: datetime) -> Status:
    """Return the status of a practice exchange that answered 2 s ago."""
    hosts = tuple(
        HostStatus(
            name=name,
            answered_at=now - timedelta(seconds=2.5),
            problem=None,
            service=ServiceState.OPEN,
            service_message="",
        )
        for name in ("spot", "futures")
    )
    quotas = (
        QuotaStatus(pool="spot", limit=4000, remaining=3880, reset_in=12.0),
        QuotaStatus(pool="futures", limit=2000, remaining=1880, reset_in=12.0),
        QuotaStatus(pool="management", limit=2000, remaining=1990, reset_in=12.0),
        QuotaStatus(pool="public", limit=2000, remaining=None, reset_in=None),
    )
    return Status(
        mode="practice",
        site="global",
        version="0.1.0",
        hosts=hosts,
        clock_offset=Decimal("0.012"),
        quotas=quotas,
        key_tail="0001",
        warnings=(),
    )


def make_health(now: datetime) -> Health:
    """Return a minute of a socket that was away for a moment."""
    states = [FeedState.LIVE, FeedState.LIVE, FeedState.DOWN, FeedState.LIVE]
    samples = [
        Sample(now - timedelta(seconds=20 - 5 * index), {"feed-spot-public": Point(state, 84.2, 0.012)})
        for index, state in enumerate(states)
    ]
    return Health(tuple(samples), {"accounts": 1, "orders": 0, "books": 2}, "runs on ports 1 and 2 as process 3")


class FakeFutures:
    """Stands where the Desk's futures do; a move of the marks by 1 % is worth 1,000 USDT."""

    def __init__(self) -> None:
        self.alter: Callable[[FuturesView], FuturesView] = lambda view: view
        self.asked: list[Decimal] = []

    def view(self) -> FuturesView:
        return self.alter(futures_views.view(datetime.now(UTC) - timedelta(seconds=2.5)))

    def what_if(self, shift: Decimal) -> WhatIf:
        self.asked.append(shift)
        moved = shift * 100_000
        before = {"unrealised_before": Decimal("1643.64"), "equity_before": Decimal("46415.01")}
        account = WhatIfAccount(
            currency="USDT",
            unrealised=before["unrealised_before"] + moved,
            equity=before["equity_before"] + moved,
            risk_ratio=None,
            risk_ratio_before=Decimal("0.124"),
            **before,
        )
        near = Liquidation("SOLUSDTM", "BOTH", Decimal("0.0748"))
        return WhatIf(shift=shift, accounts=(account,), liquidated=(near,) if shift >= near.at else (), first=near)


@dataclass
class FakeAlerts:
    """What stands in the lists of the alerts: those that are set, and those that were told, oldest first."""

    alerts: tuple[Alert, ...] = ()
    told: tuple[Firing, ...] = ()

    def list(self) -> tuple[Alert, ...]:
        return self.alerts

    def history(self, after: int) -> tuple[Firing, ...]:
        return tuple(each for each in reversed(self.told) if each.number > after)


class FakeWorths:
    """What the account was worth: an hour of it, unless a test says otherwise."""

    generation = 1

    def __init__(self) -> None:
        self.asked: list[CurveWish] = []
        self.alter: Callable[[Curve], Curve] = lambda curve: curve

    def places(self) -> tuple[str, ...]:
        return ("Spot trading", "Funding", "Sub-account grid-01")

    def progress(self) -> Progress:
        return Progress("ready")

    def curve(self, wish: CurveWish) -> Curve:
        self.asked.append(wish)
        start = datetime.now(UTC) - timedelta(hours=1)
        values = (100_000, 101_000, 102_500)
        run = tuple(
            equity_curve.Point(start + number * equity_curve.SLOT, Decimal(value))
            for number, value in enumerate(values)
        )
        return self.alter(Curve((run,), start))


def make_key(now: datetime) -> KeyView:
    """Return a key with everything it needs, asked about 12 s ago."""
    facts = KeyFacts(
        remark="portfolio",
        version=3,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        expires_at=None,
        is_master=True,
        sub_name=None,
        addresses=("203.0.113.7",),
        rights=rights({"General", "Spot", "Margin", "Futures"}, trading=True),
    )
    return KeyView(
        standing=Standing.READY,
        reason="",
        tail="0001",
        facts=facts,
        mode=AccountMode.CLASSIC,
        asked_at=now - timedelta(seconds=12),
        clock_offset=Decimal("0.012"),
        accepted=(Accepted("spot", now - timedelta(seconds=3), None), Accepted("futures", None, None)),
        level=1,
        subs=2,
        base=BaseFee(taker=Decimal("0.001"), maker=Decimal("0.0009")),
        pairs=(FeeRate("BTC-USDT", Decimal("0.001"), Decimal("0.0008")),),
        contracts=(FeeRate("XBTUSDTM", Decimal("0.0006"), Decimal("0.0002")),),
        fees_at=now - timedelta(seconds=90),
    )


@dataclass
class FakeKeyCheck:
    """Stands where the Desk's check of the key does."""

    alter: Callable[[KeyView], KeyView] = lambda view: view
    asked_again: int = 0

    def view(self) -> KeyView:
        return self.alter(make_key(datetime.now(UTC)))

    def check_again(self) -> bool:
        self.asked_again += 1
        return True


@dataclass
class FakeNews:
    """What was announced."""

    said: tuple[Announcement, ...] = ()

    def view(self) -> NewsView:
        return NewsView(tuple(map(notice, self.said)), datetime.now(UTC) - timedelta(seconds=20), None)


@dataclass
class FakeDesk:
    """Stands where the Desk does; ``alter`` and ``alter_status`` turn the usual answer into the one a test wants."""

    alter: Callable[[Portfolio], Portfolio] = lambda portfolio: portfolio
    alter_status: Callable[[Status], Status] = lambda status: status
    offered: tuple[str, ...] = UNITS
    asked: list[str] = field(default_factory=list)
    alter_health: Callable[[Health], Health] = lambda health: health
    futures: FakeFutures = field(default_factory=FakeFutures)
    alerts: FakeAlerts = field(default_factory=FakeAlerts)
    key_check: FakeKeyCheck = field(default_factory=FakeKeyCheck)
    news: FakeNews = field(default_factory=FakeNews)
    worths: FakeWorths = field(default_factory=FakeWorths)
    activity: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(generation=0))

    @property
    def mode(self) -> str:
        return self.status().mode

    def units(self) -> tuple[str, ...]:
        return self.offered

    def portfolio(self, unit: str) -> Portfolio:
        self.asked.append(unit)
        return self.alter(make_portfolio(unit, datetime.now(UTC)))

    def health(self) -> Health:
        return self.alter_health(make_health(datetime.now(UTC)))

    def status(self) -> Status:
        return self.alter_status(make_status(datetime.now(UTC)))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDesk]:
    """Put a fake in the place of the process's Desk for the length of a test, and a push socket that nobody is on."""
    fake = FakeDesk()
    server = SimpleNamespace(tickets=Tickets(), veil=lambda: over(fake.portfolio("USDT")))
    monkeypatch.setattr(assemble, "live", lambda: server)
    monkeypatch.setattr(assemble, "desk", lambda: fake)
    st.cache_resource.clear()
    yield fake
    st.cache_resource.clear()


Drawn = Callable[[AppTest, str], dict[str, Any]]


@pytest.fixture
def drawn() -> Drawn:
    """Return what the component of a key was given to draw; KeyError if it was not drawn."""

    def look(app: AppTest, key: str) -> dict[str, Any]:
        found = {element.proto.id.split("-", 2)[-1]: element.proto.json for element in app.get("bidi_component")}
        return dict(json.loads(found[key]))

    return look


@pytest.fixture
def app(desk: FakeDesk) -> AppTest:
    """Return the frame over the fake desk, not yet run."""
    return AppTest.from_file(str(FRAME), default_timeout=20)
