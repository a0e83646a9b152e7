"""Alerts: told once for each crossing, never of what is not known, and never twice because of a restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from kucoin.desk.alert_events import Events
from kucoin.desk.alert_rules import RULES, USUAL, require
from kucoin.desk.alert_values import Value
from kucoin.desk.alerts import Alerts
from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, JournalError, NotAllowed
from kucoin.hub import Hub
from kucoin.journal import tables
from kucoin.journal.alerts import AlertStore
from kucoin.journal.database import Journal
from kucoin.model.alert import AlertKind, AlertState
from kucoin.model.feed_private import OrderChange, StopChange
from kucoin.model.order import Side
from kucoin.model.ticket import TicketState
from tests.push_scene import Shelf

D = Decimal
TRADER, VIEWER = Principal("ada", Role.TRADER), Principal("eve", Role.VIEWER)
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LONG = "XBTUSDTM long"


class Figures:
    """In place of the desk's figures: what a test says."""

    def __init__(self) -> None:
        self.told: dict[AlertKind, dict[str, Value] | None] = {kind: {} for kind in RULES}
        self.followed: set[str] = set()

    def read(self, kind: AlertKind, subject: str) -> Any:
        """What the test said, of this subject or all."""
        told = self.told[kind]
        return told if told is None or not subject else {k: v for k, v in told.items() if k.startswith(subject)}

    def follow(self, symbols: set[str], *, positions: bool) -> None:
        """Note it."""
        self.followed = symbols | ({"positions"} if positions else set())

    def require(self, symbol: str) -> None:
        """Only two symbols are listed."""
        if symbol not in {"BTC-USDT", "XBTUSDTM"}:
            raise InvalidRequest(f"{symbol} is not listed")

    def distance(self, value: str | None, name: str = LONG) -> None:
        """Say how far a position is from its liquidation."""
        self.told[AlertKind.LIQUIDATION] = {name: Value(D(value)) if value else Value(None, "its price is not known")}


class House:
    """Alerts of one account on a journal; `again` is another run on the same."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal.open(f"sqlite:///{path}", mode="practice")
        self.hub = Hub(Shelf())  # type: ignore[arg-type]  # a shelf does for books
        self.figures = Figures()
        self.now = AT
        self.again()

    def again(self) -> Alerts:
        """Start anew."""
        self.events = Events(self.hub)
        store: Any = AlertStore(self.journal)
        figures: Any = self.figures
        self.alerts = Alerts(store, figures, self.events, account=lambda: "1", now=lambda: self.now)
        return self.alerts

    def look(self) -> list[str]:
        """Let a second go by; return what was told in it, oldest first."""
        last = max((each.number for each in self.alerts.history(0)), default=0)
        self.now += timedelta(seconds=1)
        self.alerts.look()
        return [each.words for each in reversed(self.alerts.history(last))]

    def the(self, kind: AlertKind) -> Any:
        """The one alert of a kind."""
        (alert,) = (each for each in self.alerts.list() if each.kind is kind)
        return alert


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Alerts that were looked at once, so that the usual ones are there."""
    made = House(tmp_path / "journal.db")
    made.look()
    yield made
    made.journal.close()


# a threshold, the value just before it, at it, the nearest that is still within the margin, and one beyond
CROSSINGS = [
    (AlertKind.LIQUIDATION, "0.2", ("0.2001", "0.2", "0.22", "0.2201")),
    (AlertKind.PRICE_ABOVE, "90000", ("89999.9", "90000", "89820", "89819.9")),
    (AlertKind.PRICE_BELOW, "90000", ("90000.1", "90000", "90180", "90180.1")),
    (AlertKind.FUNDING, "0.0005", ("0.00049", "0.0005", "0.00045", "0.00044")),
    (AlertKind.FEED, "15", ("14.9", "15", "-10", "-10.1")),
    (AlertKind.LOSS, "500", ("499.99", "500", "450", "449.99")),
]


@pytest.mark.parametrize(("kind", "threshold", "steps"), CROSSINGS)
def test_it_fires_at_its_threshold_once_and_again_only_past_the_margin(
    house: House, kind: AlertKind, threshold: str, steps: tuple[str, str, str, str]
) -> None:
    """Not an increment earlier, and not while it trembles about the threshold."""
    subject = "BTC-USDT" if "price" in kind else ""
    if kind not in {known for known, _ in USUAL}:
        house.alerts.add(kind, subject, D(threshold), TRADER)
    before, at, within, beyond = steps
    told = []
    for value in (before, at, at, within, before, at, beyond, at):
        house.figures.told[kind] = {subject: Value(D(value))}
        told.append(len(house.look()))
    assert told == [0, 1, 0, 0, 0, 0, 0, 1]
    assert house.the(kind).state is AlertState.FIRED


def test_what_is_not_known_fires_nothing_and_forgets_nothing(house: House) -> None:
    """It says why it is unknown; a position that comes back as it was is not told of twice."""
    house.figures.distance("0.15")
    assert house.look() == [f"{LONG} is 15.0 % from its liquidation: at or below 20 %."]
    house.figures.distance(None)
    assert house.look() == []
    assert house.the(AlertKind.LIQUIDATION).state is AlertState.UNKNOWN
    assert house.the(AlertKind.LIQUIDATION).words == "Its price is not known."
    house.figures.told[AlertKind.LIQUIDATION] = None
    assert house.look() == []
    assert house.the(AlertKind.LIQUIDATION).state is AlertState.UNKNOWN
    house.figures.distance("0.15")
    assert house.look() == []
    assert house.the(AlertKind.LIQUIDATION).state is AlertState.FIRED


def test_a_restart_tells_nothing_twice_and_forgets_no_crossing(house: House) -> None:
    """Fired before and still so: silent; recovered meanwhile and crossed again: told."""
    house.figures.distance("0.15")
    (words,) = house.look()
    house.again()
    assert house.look() == []
    assert [each.words for each in house.alerts.history()] == [words]
    assert house.the(AlertKind.LIQUIDATION).state is AlertState.FIRED
    house.figures.distance("0.5")
    house.look()
    house.again()
    assert house.look() == []
    house.figures.distance("0.15")
    assert len(house.look()) == 1


def test_a_position_that_was_closed_arms_its_alert_again(house: House) -> None:
    """The next one on the contract is another."""
    house.figures.distance("0.15")
    house.look()
    house.figures.told[AlertKind.LIQUIDATION] = {}
    house.look()
    assert house.the(AlertKind.LIQUIDATION).state is AlertState.ARMED
    house.figures.distance("0.15")
    assert len(house.look()) == 1


def test_each_position_is_told_of_by_itself(house: House) -> None:
    """One that has fired hides no other."""
    house.figures.distance("0.15")
    house.look()
    near = {LONG: Value(D("0.15")), "ETHUSDTM short": Value(D("0.1"), " at 4,000")}
    house.figures.told[AlertKind.LIQUIDATION] = near
    assert house.look() == ["ETHUSDTM short is 10.0 % from its liquidation at 4,000: at or below 20 %."]


def test_what_was_removed_stays_away_and_what_was_set_stays(house: House) -> None:
    """Also after a restart, the usual ones included."""
    assert [(each.kind, each.threshold) for each in house.alerts.list()] == list(USUAL)
    house.alerts.remove(house.the(AlertKind.FILL).number, TRADER)
    added = house.alerts.add(AlertKind.PRICE_ABOVE, "BTC-USDT", D(90000), TRADER)
    with pytest.raises(InvalidRequest, match="like this already"):
        house.alerts.add(AlertKind.PRICE_ABOVE, "BTC-USDT", D(90000), TRADER)
    house.again()
    house.look()
    kinds = [each.kind for each in house.alerts.list()]
    assert kinds == [*(kind for kind, _ in USUAL if kind is not AlertKind.FILL), AlertKind.PRICE_ABOVE]
    assert house.alerts.list()[-1].number == added.number
    assert house.figures.followed == {"BTC-USDT", "positions"}


def test_a_journal_that_fails_keeps_no_alert_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told at once, said not to be written, and written as soon as that can be."""
    good, full = AlertStore.add, JournalError("the journal could not be written: disk full")

    def fail(*_: object, **__: object) -> None:
        raise full

    monkeypatch.setattr(AlertStore, "add", fail)
    house.figures.distance("0.15")
    assert len(house.look()) == 1
    assert "disk full" in house.alerts.problem
    with pytest.raises(JournalError):
        house.alerts.add(AlertKind.LOSS, "", D(5), TRADER)
    monkeypatch.setattr(AlertStore, "add", good)
    assert house.look() == []
    assert house.alerts.problem == ""
    house.again()
    assert house.look() == []
    assert house.the(AlertKind.LIQUIDATION).state is AlertState.FIRED


def test_an_account_gets_the_usual_alerts_as_soon_as_they_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first start on a full disk takes none of them away for good."""
    house, good = House(tmp_path / "journal.db"), AlertStore.add

    def fail(*_: object, **__: object) -> None:
        raise JournalError("disk full")

    monkeypatch.setattr(AlertStore, "add", fail)
    with pytest.raises(JournalError):
        house.look()
    monkeypatch.setattr(AlertStore, "add", good)
    house.look()
    assert [each.kind for each in house.alerts.list()] == [kind for kind, _ in USUAL]
    house.journal.close()


def test_a_damaged_store_watches_nothing_and_says_so(house: House) -> None:
    """No usual alert takes the place of what cannot be read."""
    spoil = update(tables.alert).where(tables.alert.c.seq == 1).values(body="{")
    house.journal.write(lambda connection: connection.execute(spoil)).result()
    with pytest.raises(JournalError, match="change 1 of the alerts cannot be read"):
        house.again().look()
    assert house.alerts.list() == ()
    with pytest.raises(NotAllowed):
        house.alerts.add(AlertKind.LOSS, "", D(5), TRADER)


def change(number: int, symbol: str = "BTC-USDT", size: str = "1") -> OrderChange:
    """A fill of an order: of a pair it bought, of a contract it sold."""
    futures = "-" not in symbol
    match = {"side": Side.SELL if futures else Side.BUY, "match_price": D(100 + number), "match_size": D(size)}
    return OrderChange(
        time=1, symbol=symbol, order_id=str(number), kind="match", status="match", futures=futures, **match
    )


def test_fills_of_one_order_are_one_and_many_orders_are_counted(house: House) -> None:
    """At the average price."""
    house.hub.publish([change(1), change(1, size="2"), change(3)], received=0.0)
    assert house.look() == ["Bought 3 BTC-USDT at 101.", "Bought 1 BTC-USDT at 103."]
    house.hub.publish([change(number) for number in range(5)], received=0.0)
    told = house.look()
    assert told == ["Bought 1 BTC-USDT at 100.", "Bought 1 BTC-USDT at 101.", "3 more orders were filled."]


def test_only_what_somebody_wants_to_know_is_told(house: House) -> None:
    """Fills of one symbol alone where the alert is of one."""
    house.alerts.remove(house.the(AlertKind.FILL).number, TRADER)
    house.alerts.add(AlertKind.FILL, "XBTUSDTM", None, TRADER)
    house.hub.publish([change(1), change(2, "XBTUSDTM")], received=0.0)
    assert house.look() == ["Sold 1 lot XBTUSDTM at 102."]
    assert house.the(AlertKind.FILL).words == "Sold 1 lot XBTUSDTM at 102."


def test_a_refused_order_and_a_stop_that_failed_are_told_once(house: House) -> None:
    """With the exchange's words; what is only looked for is no refusal."""
    ticket = SimpleNamespace(symbol="XBTUSDTM", side=Side.BUY, client_oid="a")
    for state in (TicketState.UNKNOWN, TicketState.REFUSED, TicketState.REFUSED):
        placement: Any = SimpleNamespace(ticket=ticket, state=state, words="Balance insufficient.")
        house.events.placed(placement)
    stop = StopChange(
        time=1,
        symbol="XBTUSDTM",
        order_id="9",
        side=Side.SELL,
        kind="triggered",
        stop="down",
        futures=True,
        error="300",
    )
    house.hub.publish([stop], received=0.0)
    told = house.look()
    assert told == [
        "Buying XBTUSDTM was refused: Balance insufficient.",
        "A stop on XBTUSDTM was triggered, and failed: 300.",
    ]
    assert house.look() == []


def test_only_a_trader_sets_removes_or_tests(house: House) -> None:
    """A viewer is told so, and nothing happens."""
    for act in (
        lambda: house.alerts.add(AlertKind.LOSS, "", D(5), VIEWER),
        lambda: house.alerts.remove(1, VIEWER),
        lambda: house.alerts.test(VIEWER),
    ):
        with pytest.raises(NotAllowed, match="eve is a viewer"):
            act()
    assert len(house.alerts.list()) == len(USUAL)
    house.alerts.test(TRADER)
    assert [each.words for each in house.alerts.history()] == ["A test by ada: alerts arrive."]


@pytest.mark.parametrize(
    ("kind", "subject", "threshold", "words"),
    [
        (AlertKind.FILL, "", D(1), "takes no threshold, not 1"),
        (AlertKind.LOSS, "", None, "takes a threshold, not None"),
        (AlertKind.LOSS, "", D(0), "0 is no threshold"),
        (AlertKind.LOSS, "", D("NaN"), "NaN is no threshold"),
        (AlertKind.LOSS, "BTC-USDT", D(1), "takes no symbol, not BTC-USDT"),
        (AlertKind.PRICE_ABOVE, "", D(1), "needs a symbol"),
        (AlertKind.LIQUIDATION, "", D(1), "1 is no distance"),
        (AlertKind.LIQUIDATION, "BTC-USDT", D("0.1"), "BTC-USDT is no contract"),
    ],
)
def test_an_alert_that_makes_no_sense_is_refused(
    kind: AlertKind, subject: str, threshold: Decimal | None, words: str
) -> None:
    """The text names the value."""
    with pytest.raises(InvalidRequest, match=words):
        require(kind, subject, threshold)
