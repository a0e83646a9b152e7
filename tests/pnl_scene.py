"""A ledger made by hand, for what is drawn of it: positions that ended, and the report of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.desk.pnl import Bucket, Report, SymbolSum
from kucoin.desk.rounds import Closed, Round
from kucoin.desk.upkeep import Progress
from kucoin.model.ledger import EquityPoint
from kucoin.model.order import MarginMode, PositionSide
from kucoin.model.position import ClosedPosition, FundingPayment

D = Decimal
NOW = datetime(2026, 3, 12, 12, 32, 6, tzinfo=UTC)


def exchange_says(closed_at: datetime, net: str, symbol: str = "XBTUSDTM", **changes: Any) -> ClosedPosition:
    """Return the exchange's word for a long position that ended."""
    usual: dict[str, Any] = {
        "close_id": f"{symbol}-{closed_at:%s}",
        "symbol": symbol,
        "settle_currency": "USDT",
        "kind": "CLOSE_LONG",
        "position_side": PositionSide.BOTH,
        "margin_mode": MarginMode.ISOLATED,
        "leverage": D(10),
        "pnl": D(net),
        "trade_fee": D("20.82"),
        "funding_fee": D("-1.42"),
        "roe": D("0.0731"),
        "open_price": D("86408.2"),
        "close_price": D("87116.4"),
        "opened_at": closed_at - timedelta(hours=9),
        "closed_at": closed_at,
    }
    return ClosedPosition(**usual | changes)


def ended(closed_at: datetime, price: str, symbol: str = "XBTUSDTM", **changes: Any) -> Closed:
    """Return a long position that our fills tell wholly, and the exchange alike; fees 20.82, funding 1.42 paid."""
    usual: dict[str, Any] = {
        "symbol": symbol,
        "settle_currency": "USDT",
        "position_side": "BOTH",
        "is_long": True,
        "margin_mode": "ISOLATED",
        "opened_at": closed_at - timedelta(hours=9),
        "closed_at": closed_at,
        "opened_lots": 300,
        "held_lots": 0,
        "entry": D("86408.2"),
        "exit": D("87116.4"),
        "price_pnl": D(price),
        "fees": D("-20.82"),
        "funding": D("-1.42"),
        "fills": 4,
        "liquidated": False,
        "complete": True,
    }
    our = Round(**usual | changes)
    told = exchange_says(closed_at, str(our.net), symbol, settle_currency=our.settle_currency)
    return Closed(our, told, D(0), "", D("0.0731"), D(10))


def reported(positions: Sequence[Closed], currency: str = "USDT", since: datetime | None = None) -> Report:
    """Return the report of ``positions``, every one of them told by its round, newest first."""
    newest = sorted(positions, key=lambda each: each.closed_at, reverse=True)
    rounds = [each.round for each in newest if each.round is not None]
    gains, losses = ([each.net for each in rounds if each.net * sign > 0] for sign in (1, -1))
    by_net = sorted(newest, key=lambda each: each.net or D(0))
    return Report(
        currency=currency,
        since=since,
        **_sums(rounds),
        turnover=D(50000) * len(rounds),
        payments=2 * len(rounds),
        closed=len(newest),
        won=len(gains),
        win_rate=D(len(gains)) / D(len(gains) + len(losses)) if gains or losses else None,
        average_win=sum(gains, D(0)) / len(gains) if gains else None,
        average_loss=sum(losses, D(0)) / len(losses) if losses else None,
        best=by_net[-1] if by_net else None,
        worst=by_net[0] if by_net else None,
        days=_days(rounds),
        by_symbol=tuple(_by_symbol(rounds)),
        positions=tuple(newest),
        partial=0,
        unpriced=0,
    )


def _sums(rounds: Sequence[Round]) -> dict[str, Decimal]:
    return {
        "price": sum((each.price_pnl for each in rounds), D(0)),
        "fees": sum((each.fees for each in rounds), D(0)),
        "funding": sum((each.funding for each in rounds), D(0)),
    }


def _days(rounds: Sequence[Round]) -> tuple[Bucket, ...]:
    dates = sorted({each.closed_at.date() for each in rounds if each.closed_at})
    days = [(day, [each for each in rounds if each.closed_at and each.closed_at.date() == day]) for day in dates]
    return tuple(Bucket(start=day, **_sums(those), closed=len(those)) for day, those in days)


def _by_symbol(rounds: Sequence[Round]) -> list[SymbolSum]:
    symbols = sorted({each.symbol for each in rounds})
    of = {symbol: [each for each in rounds if each.symbol == symbol] for symbol in symbols}
    sums = [
        SymbolSum(symbol=symbol, **_sums(those), closed=len(those), won=sum(each.net > 0 for each in those))
        for symbol, those in of.items()
    ]
    return sorted(sums, key=lambda each: each.net, reverse=True)


@dataclass
class FakeLedger:
    """Stands where the desk's ledger does, over positions of one or several settlement currencies."""

    positions: list[Closed] = field(default_factory=list)
    generation: int = 1
    state: Progress = field(
        default_factory=lambda: Progress(
            "ready", synced_at=datetime.now(UTC) - timedelta(seconds=40), since=datetime.now(UTC) - timedelta(days=128)
        )
    )
    points: tuple[EquityPoint, ...] = ()
    paid: tuple[FundingPayment, ...] = ()
    unread: bool = False
    asked: list[tuple[str, datetime | None]] = field(default_factory=list)
    exported: list[tuple[str, str, str | None, datetime | None]] = field(default_factory=list)

    def progress(self) -> Progress:
        """How far it is."""
        return self.state

    def currencies(self) -> tuple[str, ...]:
        """What the positions are settled in."""
        return tuple(sorted({each.settle_currency for each in self.positions}))

    def report(self, *, currency: str, symbol: str | None = None, since: datetime | None = None) -> Report | None:
        """The report of those that ended since."""
        self.asked.append((currency, since))
        if self.unread:
            return None
        known = [each for each in self.positions if each.settle_currency == currency]
        recent = [each for each in known if since is None or each.closed_at >= since]
        return reported([each for each in recent if symbol in (None, each.symbol)], currency, since)

    def equity(self, currency: str, since: datetime | None = None) -> tuple[EquityPoint, ...]:
        """The snapshots."""
        return tuple(each for each in self.points if each.currency == currency and (since is None or each.at >= since))

    def payments(
        self,
        *,
        currency: str | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[FundingPayment, ...]:
        """The fundings."""
        known = [each for each in self.paid if since is None or each.at >= since]
        known = [each for each in known if symbol in (None, each.symbol)]
        return tuple(each for each in known if currency in (None, each.settle_currency))[:limit]

    def export(self, kind: str, what: str, *, symbol: str | None = None, since: datetime | None = None) -> bytes:
        """Note what was asked for."""
        self.exported.append((kind, what, symbol, since))
        return f"{kind} {what}".encode()
