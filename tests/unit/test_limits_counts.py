"""What counts towards the limits: the day's orders, those in the market, the last minute, and what was lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.counts import Counts
from kucoin.desk.placements import Placements
from kucoin.desk.portfolio import Standing
from kucoin.desk.refresh import Reading
from kucoin.desk.terms import Terms
from kucoin.model.limits import Limits
from kucoin.model.order import StopPriceType
from kucoin.model.ticket import Amends, Bracket, OcoTerms, Placement, Ticket, TicketState
from tests.push_scene import LINEAR, PAIR, contract
from tests.ticket_scene import futures_terms, spot_terms
from tests.trading_rig import START, D, futures, spot

S = TicketState


@dataclass
class World:
    """Everything that is counted, as a test says it is; 12:00 UTC."""

    now: datetime = START
    placed: list[Placement] = field(default_factory=list)
    live: dict[str, str | None] = field(default_factory=dict)  # our ids by KuCoin's, of orders in the market
    waiting: dict[str, str | None] = field(default_factory=dict)  # of orders that wait for a price
    unsure: str | None = None
    terms: dict[str, Terms] = field(default_factory=lambda: {PAIR: spot_terms(), LINEAR: futures_terms()})
    read_at: datetime | None = START
    heard: float | None = None
    ledger: str = "ready"
    realised: dict[tuple[str, str], Any] = field(default_factory=dict)
    lines: list[Any] = field(default_factory=list)
    problem: str | None = None
    futures: bool = True

    def counts(self) -> Counts:
        """What counts them."""
        tickers = SimpleNamespace(ticker=lambda symbol: SimpleNamespace(symbol=symbol, **_BITCOIN))
        accounts = SimpleNamespace(
            positions=object() if self.futures else None,
            tickers=SimpleNamespace(reading=Reading(tickers)),
            dollars=SimpleNamespace(reading=Reading({"USDT": D("0.5")})),
        )
        orders = SimpleNamespace(
            unsure=lambda: self.unsure, open=lambda: _orders(self.live), stops=lambda: _orders(self.waiting)
        )
        reading: Callable[[str], Any] = lambda symbol: Reading(contract(symbol), self.read_at)  # noqa: E731  two names
        view = SimpleNamespace(standing=Standing.READY, reason="", problem=self.problem, positions=self.lines)
        market = SimpleNamespace(contract=reading, ticker=reading)
        ledger = SimpleNamespace(progress=lambda: self, realised_today=lambda: self.realised)
        parts: tuple[Any, ...] = (orders, market, self.terms.get)
        more: dict[str, Any] = {"accounts": accounts, "ledger": ledger, "futures": SimpleNamespace(view=lambda: view)}
        more["hub"] = SimpleNamespace(latest=lambda *_: None if self.heard is None else self)
        return Counts(
            lambda at: [each for each in self.placed if each.open or each.handed_at >= at],
            *parts,
            **more,
            now=lambda: self.now,
            monotonic=lambda: 1000.0,
        )

    @property
    def state(self) -> str:
        """How far the ledger is."""
        return self.ledger

    @property
    def received(self) -> float | None:
        """When a price was pushed last."""
        return self.heard

    def used(self, name: str, **more: Any) -> Any:
        """How much of one limit is used."""
        return getattr(self.counts().used(**more), name)


_BITCOIN: dict[str, Any] = {"last": D(80000), "change_price": None, "change_ratio": None}


def _orders(ids: dict[str, str | None]) -> list[Any]:
    return [SimpleNamespace(order_id=order_id, client_oid=client_oid) for order_id, client_oid in ids.items()]


def placement(ticket: Ticket | None = None, **more: Any) -> Placement:
    """An order worth 10 USDT that was accepted an hour ago."""
    usual: dict[str, Any] = {"by": "me", "state": S.ACCEPTED, "handed_at": START - timedelta(hours=1), "worth": D(10)}
    return Placement(ticket=ticket or spot(), **{**usual, **more})


def test_the_days_value_is_of_all_that_was_not_proven_to_be_nothing() -> None:
    """Unknown ones and those on their way count; refused, not sent and absent ones do not, nor what only reduces."""
    world = World(placed=[placement(state=state) for state in S])
    assert world.used("daily_value") == 30
    world.placed.append(placement(futures(reduce_only=True), worth=None))
    assert world.used("daily_value") == 30


def test_the_day_begins_at_midnight_utc() -> None:
    """One of 23:59:59 does not count, though it may still be open."""
    midnight = START.replace(hour=0)
    before = placement(handed_at=midnight - timedelta(microseconds=1), state=S.UNKNOWN)
    assert World(placed=[before, placement(handed_at=midnight)]).used("daily_value") == 10


def test_what_was_not_worth_anything_known_is_reckoned_now() -> None:
    """Or the day's value is not known at all."""
    world = World(placed=[placement(), placement(spot(price=D(60000), size=D("0.001")), worth=None)])
    assert world.used("daily_value") == 70
    world.terms.clear()
    assert "is worth is not known" in world.used("daily_value")


def test_an_order_in_the_market_counts_once_whatever_is_known_of_it() -> None:
    """On its way, in the market, waiting, here or elsewhere; under one id it is one."""
    sent, told = placement(state=S.SENT), placement(state=S.UNKNOWN)
    world = World(placed=[sent, told, placement()])
    world.live = {"k1": told.ticket.client_oid, "k2": "elsewhere", "k3": None}
    world.waiting = {"k4": None}
    assert world.used("open_orders") == 5
    world.live["k5"] = sent.ticket.client_oid
    assert world.used("open_orders") == 5
    assert world.used("open_orders", replaced="k2") == 4


def test_a_pair_counts_twice_and_an_amend_not_again() -> None:
    """A pair also for a while after it was taken: its orders have other ids."""
    pair = spot(oco=OcoTerms(stop_price=D(6), limit_price=D(5)))
    world = World(placed=[placement(pair, state=S.SENT)])
    assert world.used("open_orders") == 2
    world.placed = [placement(pair, handed_at=START - timedelta(seconds=39))]
    assert world.used("open_orders") == 2
    world.placed = [placement(pair, handed_at=START - timedelta(seconds=41))]
    assert world.used("open_orders") == 0
    amended = replace(spot(), replaces="k1", amends=Amends(client_oid="old"))
    world.placed, world.live = [placement(amended, state=S.SENT)], {"k1": "old"}
    assert world.used("open_orders") == 1


def test_what_a_bracket_will_leave_in_the_market_counts_from_the_beginning() -> None:
    """Else the limit lets orders pass whose brackets, once they are filled, are more than it."""
    bracket = Bracket(above=D(90000), below=D(80000), price_type=StopPriceType.MP)
    entry = placement(futures(bracket=bracket))
    world = World(placed=[entry], live={"k1": entry.ticket.client_oid})
    assert world.used("open_orders") == 3
    assert world.used("open_orders", replaced="k1") == 0
    world.live, world.waiting = {}, {"k2": None, "k3": None}  # it was filled
    assert world.used("open_orders") == 2


def test_what_may_live_unseen_leaves_the_number_unknown() -> None:
    """Lists that were not read yet."""
    assert World(unsure="open spot orders have not been read yet").used("open_orders").startswith("open spot orders")


def test_the_last_minute_has_60_seconds() -> None:
    """Of all that was handed over, whatever became of it, but not of what only reduces."""
    ages = (0, 59.999, 60, 3600)
    world = World(placed=[placement(handed_at=START - timedelta(seconds=age), state=S.REFUSED) for age in ages])
    world.placed.append(placement(futures(close_order=True), handed_at=START))
    assert world.used("orders_per_minute") == 2


def test_a_minute_of_yesterday_is_still_counted_after_midnight() -> None:
    """The desk lets it go only then; what is shown begins at midnight."""
    now = [START.replace(hour=0)]
    known = Placements(note=lambda *_: None, now=lambda: now[0])
    ids = []
    for age in (61, 60, 1):
        ticket = spot()
        known.begin(placement(ticket, state=S.SENT, handed_at=now[0] - timedelta(seconds=age)), "1")
        known.settle(ticket.client_oid, S.REFUSED)
        ids.append(ticket.client_oid)
    assert known.today() == ()
    assert [each.ticket.client_oid for each in known.since(now[0] - timedelta(seconds=60))] == ids[1:]


def test_the_loss_is_what_was_realised_today_and_what_stands_open() -> None:
    """In USDT, whatever it settles in; a gain is below zero."""
    world = World(realised={(LINEAR, "BOTH"): D("-100.5"), ("XBTUSDM", "BOTH"): D("-0.001")})
    world.lines = [SimpleNamespace(symbol=LINEAR, unrealised=D("20.5"), settle_currency="USDT")]
    assert world.used("daily_loss") == D("100.5") + 80 - D("20.5")
    world.lines.append(SimpleNamespace(symbol="XBTUSDM", unrealised=D("0.01"), settle_currency="XBT"))
    assert world.used("daily_loss") == D(160) - 800
    assert World(futures=False, ledger="off").used("daily_loss") == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ledger": "syncing"}, "what was realised today is not known: the ledger is syncing"),
        ({"realised": {(LINEAR, "BOTH"): None}}, f"what was realised today on {LINEAR} is not known"),
        ({"problem": "The positions cannot be read: no answer."}, "The positions cannot be read: no answer"),
        ({"lines": [SimpleNamespace(symbol=LINEAR, unrealised=None)]}, f"what {LINEAR} stands at is not known"),
        (
            {"lines": [SimpleNamespace(symbol="X", unrealised=D(1), settle_currency="USD")], "futures": True},
            D(-2),
        ),
    ],
)
def test_a_loss_of_which_a_part_is_not_known_is_not_known(changes: dict[str, Any], words: Any) -> None:
    """Each part says why; a dollar is worth two USDT here."""
    assert World(**changes).used("daily_loss") == words


def test_a_price_that_is_old_holds_no_order() -> None:
    """Read or pushed within a minute, or it is none."""
    world = World(read_at=START - timedelta(seconds=59.9))
    assert world.counts().measured(futures()).prices[0].anchor == D("70000.1")
    world.read_at = START - timedelta(seconds=60)
    assert world.counts().measured(futures()).prices[0].anchor == "its mark price is 60 s old"
    assert world.counts().measured(spot()).prices[0].anchor == "its last price is 60 s old"
    world.heard = 940.1
    assert world.counts().measured(futures()).prices[0].anchor == D("70000.1")
    world.heard = 940.0
    assert isinstance(world.counts().measured(futures()).prices[0].anchor, str)
    world.terms[LINEAR] = futures_terms(mark=None)
    assert world.counts().measured(futures()).prices[0].anchor == "its mark price is not known"


def test_a_symbol_without_rules_is_worth_nothing_that_is_known() -> None:
    """Every figure says so."""
    world = World(terms={})
    found = world.counts().measured(futures())
    assert found.worth == found.leverage == f"the rules of {LINEAR} are not known"
    assert world.counts().leverage(LINEAR) is None


def test_only_what_a_set_limit_needs_is_counted() -> None:
    """What nobody asked for costs nothing, and refuses nothing."""
    world = World(ledger="failed", unsure="open orders are not read")
    assert world.used("daily_value", limits=Limits(daily_value=D(1))) == 0
    assert world.used("daily_loss", limits=Limits(daily_value=D(1))) == "nobody asked for it"
