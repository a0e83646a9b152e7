"""The Desk joined to the practice exchange: the figures are right, and what goes wrong is said."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal, localcontext
from typing import Any

import pytest

from kucoin.desk.accounts import Pace
from kucoin.desk.desk import Desk
from kucoin.desk.portfolio import Part, PartKind, Portfolio, Standing
from kucoin.desk.upstream import Upstream
from kucoin.errors import InvalidRequest
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange

D = Decimal
CENT = D("0.01")
ACCOUNTS = {"main": PartKind.FUNDING, "trade": PartKind.SPOT}
# Fast enough that a re-reading can be waited for, slow enough for the quotas.
FAST = Pace(prices=0.25, positions=1.5, balances=1.0, fiat=30.0, names=180.0)

Start = Callable[..., Desk]


@pytest.fixture
def start(practice: Any) -> Iterator[Start]:
    """Start Desks on the run's practice exchange; they are stopped at the end, and prices move again."""
    with ExitStack() as stack:

        def build(key: str = "0001", *, secret: str = "", passphrase: str = "", on: Any = practice, **how: Any) -> Desk:
            credentials = Credentials(
                key=Secret(f"practice-key-{key}"),
                secret=Secret(secret or f"practice-secret-{key}"),
                passphrase=Secret(passphrase or practice.passphrase),
            )
            return launch(on, credentials, stack, **how)

        yield build
    practice.clock(rate=1)


def launch(practice: Any, credentials: Credentials | None, stack: ExitStack, pace: Pace | None = None) -> Desk:
    """Start a Desk on ``practice`` that stops with ``stack``."""
    where = hosts.Hosts(practice.spot, practice.futures)
    tail = credentials.tail if credentials else None
    exchange = Exchange(where, credentials)
    upstream = Upstream(exchange, practice=True)
    desk = Desk(exchange, upstream, mode="live", site="global", version="0", key_tail=tail, pace=pace)
    desk.start()
    stack.callback(desk.stop)
    return desk


def until(holds: Callable[[], bool], *, within: float = 30.0) -> None:
    """Wait for a condition."""
    end, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.01)


def settled(desk: Desk) -> Portfolio:
    """The portfolio once the first reading has ended."""
    until(lambda: desk.portfolio("USDT").standing is not Standing.LOADING)
    return desk.portfolio("USDT")


def part(portfolio: Portfolio, kind: PartKind, name: str = "") -> Part:
    """One of the parts."""
    (found,) = [each for each in portfolio.parts if (each.kind, each.name) == (kind, name)]
    return found


def exactly(values: Iterable[Decimal | None]) -> Decimal:
    """The sum of what is known, without rounding."""
    with localcontext(prec=200):
        return sum((value for value in values if value is not None), D(0))


class Raw:
    """The portfolio reckoned from raw answers, with nothing of ours but this class."""

    def __init__(self, practice: Any) -> None:
        rows = practice.public("/api/v1/market/allTickers").data["ticker"]
        self.last = {row["symbol"]: D(row["last"]) for row in rows if row["last"]}
        self.dollars = {name: D(text) for name, text in practice.public("/api/v1/prices?base=USD").data.items()}
        euro = practice.public("/api/v1/prices?base=EUR&currencies=USDT").data
        self.units = {"USDT": D(1), "BTC": 1 / self.last["BTC-USDT"], "EUR": D(euro["USDT"])}
        self.values: Counter[tuple[PartKind, str]] = Counter()
        for row in practice.get("/api/v1/accounts").data:
            if row["type"] in ACCOUNTS:
                self.add(ACCOUNTS[row["type"]], "", row["currency"], row["balance"])
        for row in practice.get("/api/v3/margin/accounts").data["accounts"]:
            self.add(PartKind.CROSS, "", row["currency"], row["total"], row["liability"])
        for pair in practice.get("/api/v3/isolated/accounts").data["assets"]:
            for row in (pair["baseAsset"], pair["quoteAsset"]):
                self.add(PartKind.ISOLATED, "", row["currency"], row["total"], row["liability"])
        for row in practice.get("/api/v2/sub-accounts?currentPage=1&pageSize=100").data["items"]:
            for each in (*row["mainAccounts"], *row["tradeAccounts"]):
                self.add(PartKind.SUB, row["subName"], each["currency"], each["balance"])
        for currency in ("USDT", "USDC", "XBT", "ETH"):
            own = practice.get(f"/api/v1/account-overview?currency={currency}", futures=True).data
            self.add(PartKind.FUTURES, currency, currency, own["accountEquity"])
            everybody = practice.get(f"/api/v1/account-overview-all?currency={currency}", futures=True).data
            for row in everybody["accounts"]:
                if row["accountName"] != "main":
                    self.add(PartKind.SUB, row["accountName"], currency, row["accountEquity"])

    def add(self, kind: PartKind, name: str, currency: str, amount: Any, liability: Any = 0) -> None:
        """Count an amount where it sits, unless nothing gives it a price."""
        price = self.price("BTC" if currency == "XBT" else currency)
        if price is not None:
            self.values[kind, name] += (D(str(amount)) - D(str(liability))) * price

    def price(self, currency: str) -> Decimal | None:
        """In USDT."""
        if currency == "USDT":
            return D(1)
        if f"{currency}-USDT" in self.last:
            return self.last[f"{currency}-USDT"]
        for quote in ("BTC", "ETH", "KCS", "USDC"):
            if f"{currency}-{quote}" in self.last:
                return self.last[f"{currency}-{quote}"] * self.last[f"{quote}-USDT"]
        return self.dollars[currency] / self.dollars["USDT"] if currency in self.dollars else None


def test_the_total_is_what_the_raw_answers_add_up_to(practice: Any, start: Start) -> None:
    """To the cent in USDT and euro, to the satoshi in bitcoin, part by part, while prices stand still."""
    practice.clock(rate=0)
    desk = start()
    settled(desk)
    until(lambda: desk.portfolio("EUR").total is not None)
    raw = Raw(practice)
    for unit, worth in raw.units.items():
        step = D("0.00000001") if unit == "BTC" else CENT
        portfolio = desk.portfolio(unit)
        assert portfolio.total is not None
        assert portfolio.total.quantize(step) == (sum(raw.values.values()) * worth).quantize(step)
        assert {(each.kind, each.name): round(each.value or 0, 2) for each in portfolio.parts} == {
            place: round(value * worth, 2) for place, value in raw.values.items()
        }
        assert portfolio.unpriced == ("OMEGA",)
        assert not portfolio.complete
        assert exactly(each.value for each in portfolio.parts) == portfolio.total
    conversions = dict(desk.portfolio("USDT").conversions)
    assert conversions == {unit: desk.portfolio(unit).total for unit in ("BTC", "EUR")}


def test_the_total_moves_with_what_is_pushed_and_ends_where_the_exchange_is(practice: Any, start: Start) -> None:
    """Nothing is read a second time; when the market halts, quotes, marks and wallets make the raw answers' sums."""
    desk = start(pace=Pace(prices=3600, positions=3600, balances=3600))
    first = settled(desk)
    watch = desk.market.quotes(heard(desk, first))
    until(lambda: {each.kind for each in moved(first, desk.portfolio("USDT"))} >= {PartKind.SPOT, PartKind.FUTURES})
    practice.clock(rate=0)
    raw = Raw(practice)
    ours = {place: value for place, value in raw.values.items() if place[0] is not PartKind.SUB}

    def arrived() -> bool:
        parts = {(each.kind, each.name): each.value or D(0) for each in desk.portfolio("USDT").parts}
        return all(abs(parts[place] - value) < CENT for place, value in ours.items())

    until(arrived, within=30)
    watch.close()


def heard(desk: Desk, portfolio: Portfolio) -> list[str]:
    """Its pairs and contracts, once the lists that they stand in were read."""
    until(lambda: all(desk.market.rules(symbol) for symbol in portfolio.symbols))
    return list(portfolio.symbols)


def moved(before: Portfolio, after: Portfolio) -> list[Part]:
    """The parts that are worth something else."""
    return [new for old, new in zip(before.parts, after.parts, strict=True) if old.value != new.value]


def test_the_change_is_known_for_every_part(start: Start) -> None:
    """Spot by the tickers, futures by the contracts."""
    portfolio = settled(start())
    assert [each.name for each in portfolio.parts if each.change is None or each.change_ratio is None] == []
    assert portfolio.change == exactly(each.change for each in portfolio.parts)


def test_looking_causes_no_request(practice: Any, start: Start) -> None:
    """Ten tabs in every unit ask nothing: once the background reading has stopped, no counter moves."""
    desk = start()
    settled(desk)
    desk.stop()
    before = practice.state()["requests"]
    for _ in range(10):
        desk.status()
        for unit in desk.units():
            assert desk.portfolio(unit) is desk.portfolio(unit)
    assert practice.state()["requests"] == before


def test_units_are_what_the_exchange_quotes(start: Start) -> None:
    """USDT, bitcoin and fiat currencies; anything else is refused by name."""
    desk = start()
    settled(desk)
    assert {"USDT", "BTC", "USD", "EUR"} <= set(desk.units())
    with pytest.raises(InvalidRequest, match="'DOGE' is not a unit"):
        desk.portfolio("DOGE")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"key": "9999", "secret": "practice-secret-0001"}, "KUCOIN_API_KEY"),
        ({"secret": "practice-secret-9999"}, "KUCOIN_API_SECRET"),
        ({"passphrase": "guessed"}, "KUCOIN_API_PASSPHRASE"),
        ({"key": "elsewhere"}, "IP list"),
    ],
)
def test_a_wrong_credential_is_named(practice: Any, start: Start, wrong: dict[str, str], named: str) -> None:
    """Which of the three, as far as the exchange tells; no private call but the one that asked."""
    before = Counter(practice.state()["requests"])
    portfolio = settled(start(**wrong))
    assert (portfolio.standing, portfolio.total, portfolio.parts) == (Standing.REFUSED, None, ())
    assert named in portfolio.reason
    assert asked_privately(practice, before) == {"/api/v1/user/api-key"}


def asked_privately(practice: Any, before: Counter[str]) -> set[str]:
    """The private paths that were asked for since."""
    asked = {entry.split()[-1].split("?")[0] for entry in Counter(practice.state()["requests"]) - before}
    public = ("/api/v1/timestamp", "/api/v1/status", "/api/v1/market/", "/api/v1/contracts", "/api/v1/prices")
    more = ("/api/v2/symbols", "/api/v3/currencies", "/api/v3/announcements", "/_practice")
    return {path for path in asked if not path.startswith((*public, *more))}


def test_a_key_that_can_withdraw_is_refused(practice: Any, start: Start) -> None:
    """Its permissions are read first, and nothing private after them."""
    before = Counter(practice.state()["requests"])
    desk = start("withdraw")
    portfolio = settled(desk)
    assert portfolio.standing is Standing.REFUSED
    assert "withdrawal" in portfolio.reason
    assert asked_privately(practice, before) == {"/api/v1/user/api-key"}


def test_a_careless_key_is_warned_about(start: Start) -> None:
    """It works, with a sentence in the status."""
    desk = start("open")
    assert settled(desk).standing is Standing.READY
    (warning,) = desk.status().warnings
    assert "IP list" in warning


def test_a_unified_account_is_named(start: Start) -> None:
    """Its classic accounts look empty, so no figure is shown at all."""
    portfolio = settled(start("unified"))
    assert (portfolio.standing, portfolio.total) == (Standing.UNIFIED, None)
    assert "unified" in portfolio.reason


def test_an_empty_account_is_worth_nothing(start: Start) -> None:
    """Zero is a figure when it was read."""
    portfolio = settled(start("empty"))
    assert (portfolio.standing, portfolio.total, portfolio.complete) == (Standing.READY, D(0), True)
    assert portfolio.merged == ()


def test_a_missing_permission_leaves_the_other_parts(start: Start) -> None:
    """Without Futures the futures accounts are unknown, by name; the total says that it is incomplete."""
    portfolio = settled(start("general"))
    futures = part(portfolio, PartKind.FUTURES, "USDT")
    assert futures.value is None
    assert "400007" in str(futures.problem)
    assert part(portfolio, PartKind.SPOT).problem is None
    assert portfolio.total is not None
    assert not portfolio.complete


def test_without_a_key_no_account_is_asked_for(practice: Any) -> None:
    """Status is read all the same."""
    before = Counter(practice.state()["requests"])
    with ExitStack() as stack:
        desk = launch(practice, None, stack)
        assert desk.portfolio("USDT").standing is Standing.NO_CREDENTIALS
        until(lambda: desk.status().clock_offset is not None)
        until(lambda: all(host.answered_at for host in desk.status().hosts))
    assert asked_privately(practice, before) == set()
    assert (desk.status().key_tail, desk.status().warnings) == (None, ())


def test_a_failing_endpoint_keeps_its_last_good_value(new_practice: Callable[..., Any], start: Start) -> None:
    """The part says what failed and keeps value and age; the others are read on; it recovers by itself."""
    exchange = new_practice()
    exchange.clock(rate=0)
    desk = start(on=exchange, pace=FAST)
    good = part(settled(desk), PartKind.CROSS)
    exchange.faults({"name": "refuse_5xx", "path": "/api/v3/margin/accounts"})
    until(lambda: part(desk.portfolio("USDT"), PartKind.CROSS).problem is not None)
    failing = part(desk.portfolio("USDT"), PartKind.CROSS)
    assert "/api/v3/margin/accounts" in str(failing.problem)
    assert failing.value == good.value
    spot = part(desk.portfolio("USDT"), PartKind.SPOT).at
    until(lambda: part(desk.portfolio("USDT"), PartKind.SPOT).at != spot)
    assert part(desk.portfolio("USDT"), PartKind.CROSS).at == failing.at
    exchange.clear_faults()
    until(lambda: part(desk.portfolio("USDT"), PartKind.CROSS).problem is None)


def test_an_endpoint_that_was_never_read_is_unknown(practice: Any, start: Start) -> None:
    """No zero in its place, and the total is incomplete."""
    practice.faults({"name": "gone", "path": "/api/v3/isolated/accounts"})
    portfolio = settled(start())
    isolated = part(portfolio, PartKind.ISOLATED)
    assert (isolated.value, isolated.at) == (None, None)
    assert "/api/v3/isolated/accounts" in str(isolated.problem)
    assert portfolio.total is not None
    assert not portfolio.complete


def test_prices_that_fail_leave_the_last_ones(new_practice: Callable[..., Any], start: Start) -> None:
    """The total stands, its prices say how old they are, and balances are read on."""
    exchange = new_practice()
    desk = start(on=exchange, pace=FAST)
    settled(desk)
    exchange.faults({"name": "refuse_5xx", "path": "/api/v1/market/allTickers"})
    until(lambda: "/api/v1/market/allTickers" in desk.portfolio("USDT").reason)
    old = desk.portfolio("USDT").prices_at
    spot = part(desk.portfolio("USDT"), PartKind.SPOT).at
    until(lambda: part(desk.portfolio("USDT"), PartKind.SPOT).at != spot)
    assert desk.portfolio("USDT").prices_at == old
    assert desk.portfolio("USDT").total is not None
    exchange.clear_faults()
    until(lambda: desk.portfolio("USDT").prices_at != old)
    assert desk.portfolio("USDT").reason == ""


@pytest.mark.parametrize("seconds", [30.0, -30.0])
def test_a_clock_that_is_off_is_corrected(practice: Any, start: Start, seconds: float) -> None:
    """The exchange's clock is measured and used; the status tells the offset."""
    practice.faults({"name": "skew", "seconds": seconds})
    desk = start()
    assert settled(desk).standing is Standing.READY
    until(lambda: desk.status().clock_offset is not None)
    assert abs((desk.status().clock_offset or D(0)) - D(seconds)) < D("0.5")


def test_an_exchange_that_is_away_is_said_and_waited_for(new_practice: Callable[..., Any], start: Start) -> None:
    """The desk starts all the same; when the exchange comes, so do the figures."""
    exchange = new_practice()
    exchange.stop()
    desk = start(on=exchange)
    portfolio = settled(desk)
    assert portfolio.standing is Standing.UNREACHABLE
    assert "/api/v1/user/api-key" in portfolio.reason
    spot, futures = (base.rpartition(":")[2] for base in (exchange.spot, exchange.futures))
    new_practice("--spot-port", spot, "--futures-port", futures)
    until(lambda: desk.portfolio("USDT").standing is Standing.READY, within=20)


def test_stopping_is_quick_while_the_exchange_hangs(new_practice: Callable[..., Any], start: Start) -> None:
    """Answers that are long in coming hold up nothing."""
    exchange = new_practice()
    exchange.faults({"name": "late_answer", "seconds": 5.0, "path": "/api"})
    desk = start(on=exchange)
    until(lambda: bool(exchange.state()["requests"]))
    began = time.monotonic()
    desk.stop()
    assert time.monotonic() - began < 3
