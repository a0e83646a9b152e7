"""What is told on both hosts: from what the engine did, and at the beats."""

from __future__ import annotations

from dataclasses import dataclass, field

from kucoin.practice.engine import events
from kucoin.practice.engine.state import Changes
from kucoin.practice.engine.terms import Family
from kucoin.practice.exchange import Exchange
from kucoin.practice.sockets.futures_account import FuturesAccount
from kucoin.practice.sockets.futures_market import FuturesMarket
from kucoin.practice.sockets.spot_account import SpotAccount
from kucoin.practice.sockets.spot_market import SpotMarket
from kucoin.practice.sockets.teller import Teller
from kucoin.practice.universe import PAIRS

_Waiting = tuple[int, ...]  # frames on spot and on futures


@dataclass(slots=True)
class _Market:
    """What happened on one host's books."""

    levels: dict[str, list[events.LevelChange]] = field(default_factory=dict)
    trades: list[events.Trade] = field(default_factory=list)


class News:
    """Sorts what happened by host and hands it to those who put it into words."""

    def __init__(self, exchange: Exchange) -> None:
        self._halls = exchange.halls
        self._tellers = {host: Teller(host, hall, exchange) for host, hall in exchange.halls.items()}
        spot, futures = self._tellers["spot"], self._tellers["futures"]
        self._spot = SpotMarket(exchange, spot)
        self._futures = FuturesMarket(exchange, futures)
        self._spot_users = SpotAccount(exchange, spot)
        self._futures_users = FuturesAccount(exchange, futures)

    def take(self, done: Changes) -> None:
        """Put into words what the engine did."""
        spot, futures = _Market(), _Market()
        present = self._halls["spot"].users() | self._halls["futures"].users()
        for event in done.events:
            match event:
                case events.LevelChange():
                    market = spot if event.symbol in PAIRS else futures
                    market.levels.setdefault(event.symbol, []).append(event)
                case events.Trade():
                    (spot if event.symbol in PAIRS else futures).trades.append(event)
                case events.FundingSettled():
                    self._futures.settled(event)
                case _ if _whose(event) in present:
                    self._own(event, done)
        self._spot.take(spot.levels, spot.trades)
        self._futures.take(futures.levels, futures.trades)

    def _own(self, event: events.Event, done: Changes) -> None:
        """Put into words what is one user's own affair."""
        spot, futures = self._spot_users, self._futures_users
        match event:
            case events.OrderUpdate():
                (futures if event.order.request.family is Family.FUTURES else spot).order(event)
            case events.StopUpdate():
                (futures if event.stop.request.family is Family.FUTURES else spot).stop(event)
            case events.BalanceUpdate():
                spot.balance(event)
            case events.DebtChanged():
                spot.debt(event)
            case events.WalletUpdate():
                futures.wallet(event)
            case events.PositionUpdate():
                futures.position(event, done.positions)
            case events.FundingPaid():
                futures.funded(event)
            case events.RiskLevelChanged():
                futures.risk_level(event)
            case events.MarginModeChanged():
                futures.margin_mode(event)
            case events.LeverageChanged():
                futures.leverage(event)

    def beat(self, count: int) -> None:
        """Put into words what is told in steps of 100 ms; ``count`` is the number of the step."""
        for host, market in (("spot", self._spot), ("futures", self._futures)):
            fresh, self._halls[host].fresh = self._halls[host].fresh, set()
            market.beat(count, fresh)
        self._spot_users.beat(count)
        self._futures_users.beat(count)

    def waiting(self) -> _Waiting:
        """Return how many frames wait on each host."""
        return tuple(len(teller) for teller in self._tellers.values())

    def release(self, waiting: _Waiting) -> None:
        """Let the oldest frames go, so many on each host."""
        for teller, count in zip(self._tellers.values(), waiting, strict=True):
            teller.release(count)


def _whose(event: events.Event) -> str:
    """Return whose own affair it is; "" for what concerns everybody."""
    match event:
        case events.OrderUpdate():
            return event.order.user
        case events.StopUpdate():
            return event.stop.user
        case events.LevelChange() | events.Trade() | events.FundingSettled():
            return ""
    return event.user
