"""What the readings are worth as a whole, and what is read at all. Nothing is started, so nothing is asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kucoin.desk.accounts import Accounts
from kucoin.desk.admission import Admission
from kucoin.desk.desk import Desk
from kucoin.desk.portfolio import PartKind, Standing
from kucoin.desk.refresh import Reading, Refresher, Source
from kucoin.desk.upstream import Upstream
from kucoin.errors import ApiError, KucoinError, OutcomeUnknown, PermissionDenied, TooManyRequests
from kucoin.model.account import AccountMode, ApiKey
from kucoin.model.market import Contract
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = ApiKey("k", 3, frozenset({"General"}), (), "1", True, None, "", None)
CLASSIC = Admission("", KEY, AccountMode.CLASSIC)


class Seconds:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        """The seconds."""
        return self.now


@pytest.fixture
def clock() -> Seconds:
    """The clock of `accounts`."""
    return Seconds()


@pytest.fixture
def accounts(clock: Seconds) -> Accounts:
    """Accounts of an exchange that is not there."""
    return Accounts(Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS), Refresher(), monotonic=clock)


def answered(source: Source[Any], value: Any) -> None:
    """Let a source have been read."""
    source.reading = Reading(value, NOW, None, NOW)


def failed(source: Source[Any], problem: str) -> None:
    """Let the last reading of a source have failed."""
    source.reading = replace(source.reading, problem=problem, tried_at=NOW)


def counted(accounts: Accounts) -> list[Source[Any]]:
    """Every source of the total and its change."""
    every: list[Source[Any] | None] = [accounts.spot, accounts.cross, accounts.isolated, accounts.subs]
    every += [accounts.tickers, accounts.dollars, accounts.positions, accounts.contracts]
    every += [*accounts.wallets.values(), *accounts.sub_wallets.values()]
    return [source for source in every if source is not None]


def test_without_a_key_there_is_no_account() -> None:
    """Said at once."""
    accounts = Accounts(Exchange(hosts.practice(1, 2)), Refresher())
    assert accounts.verdict().standing is Standing.NO_CREDENTIALS


@pytest.mark.parametrize(
    ("arrange", "standing", "reason"),
    [
        (lambda _: None, Standing.LOADING, ""),
        (lambda each: failed(each.admission, "no connection"), Standing.UNREACHABLE, "no connection"),
        (lambda each: answered(each.admission, Admission("wrong key")), Standing.REFUSED, "wrong key"),
        (lambda each: answered(each.admission, CLASSIC), Standing.LOADING, ""),
        (
            lambda each: answered(each.admission, replace(CLASSIC, mode=AccountMode.UNIFIED)),
            Standing.UNIFIED,
            "unified",
        ),
    ],
)
def test_the_key_comes_first(
    accounts: Accounts, arrange: Callable[[Accounts], None], standing: Standing, reason: str
) -> None:
    """What the exchange says of it decides, before any balance is read."""
    arrange(accounts)
    assert accounts.verdict().standing is standing
    assert reason in accounts.verdict().reason


def test_loading_ends_when_everything_was_tried(accounts: Accounts) -> None:
    """Read or failed: the first total is a whole one."""
    answered(accounts.admission, CLASSIC)
    *others, last = counted(accounts)
    for source in others:
        failed(source, "no answer")
    answered(others[0], ())
    assert accounts.verdict().standing is Standing.LOADING
    failed(last, "no answer")
    assert accounts.verdict().standing is Standing.READY


def test_loading_ends_in_time_though_a_source_hangs(accounts: Accounts, clock: Seconds) -> None:
    """Somebody waits for the figures that are there; nothing at all is no figure."""
    answered(accounts.admission, CLASSIC)
    clock.now = 8.1
    assert accounts.verdict().standing is Standing.LOADING
    answered(accounts.spot, ())
    assert accounts.verdict().standing is Standing.READY
    clock.now = 8.0
    assert accounts.verdict().standing is Standing.LOADING


def test_nothing_but_failures_is_unreachable(accounts: Accounts) -> None:
    """Until one of them is read; later failures leave the account shown."""
    answered(accounts.admission, CLASSIC)
    for source in counted(accounts):
        failed(source, "no answer")
    assert accounts.verdict().standing is Standing.UNREACHABLE
    assert accounts.verdict().reason == "no answer"
    answered(accounts.spot, ())
    failed(accounts.spot, "no answer")
    assert accounts.verdict().standing is Standing.READY


def test_private_sources_wait_for_the_key(accounts: Accounts) -> None:
    """Before it was found fit, and after it was refused, no balance is wanted; prices are public, and always wanted."""
    private = [
        each for each in counted(accounts) if each not in (accounts.tickers, accounts.dollars, accounts.contracts)
    ]
    assert not any(source.wanted() for source in private)
    assert accounts.tickers.wanted()
    answered(accounts.admission, CLASSIC)
    assert all(source.wanted() for source in private)
    answered(accounts.admission, Admission("no"))
    assert [source for source in counted(accounts) if source.wanted()] == [accounts.tickers, accounts.contracts]


@pytest.mark.parametrize(
    ("refusal", "granted"),
    [
        (ApiError(code="400100", message="not here", request="GET /api/ua/v1/account/mode"), True),
        (PermissionDenied(code="400007", message="not you", request="GET /api/ua/v1/account/mode"), True),
        (TooManyRequests(code="429000", message="later", request="GET /api/ua/v1/account/mode"), False),
        (OutcomeUnknown("no answer"), False),
    ],
)
def test_an_unknown_kind_of_account_is_read_with_a_doubt(
    monkeypatch: pytest.MonkeyPatch, refusal: KucoinError, granted: bool
) -> None:
    """Where KuCoin will not say whether it is unified, the classic accounts are shown and the doubt beside them."""
    exchange = Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS)

    def mode() -> AccountMode:
        raise refusal

    monkeypatch.setattr(exchange.account, "api_key", lambda: KEY, raising=False)
    monkeypatch.setattr(exchange.account, "mode", mode, raising=False)
    source = Accounts(exchange, Refresher()).admission
    with nullcontext() if granted else pytest.raises(type(refusal)):
        asked = source.read()
        assert asked.granted
        assert str(refusal) in asked.doubt


def test_a_sub_accounts_key_asks_for_no_sub_accounts(accounts: Accounts) -> None:
    """It has none, and is not allowed to ask."""
    answered(accounts.admission, replace(CLASSIC, key=replace(KEY, is_master=False)))
    assert not accounts.subs.wanted()
    assert not any(source.wanted() for source in accounts.sub_wallets.values())
    assert accounts.spot.wanted()
    assert PartKind.SUB not in {place.kind for place in accounts.places(NOW)}


def test_a_new_settlement_currency_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contracts say in what they settle."""
    exchange = Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS)
    accounts = Accounts(exchange, Refresher())
    listed = [
        Contract(f"{coin}USDM", coin, "USD", coin, "Open", True, *(None,) * 22)  # type: ignore[arg-type]  # rules play no part
        for coin in ("SOL", "XBT")
    ]
    monkeypatch.setattr(exchange.futures, "contracts", lambda: tuple(listed), raising=False)
    assert accounts.contracts
    accounts.contracts.read()
    assert list(accounts.wallets) == list(accounts.sub_wallets) == ["USDT", "USDC", "XBT", "ETH", "SOL"]


def test_the_european_site_has_no_futures() -> None:
    """No futures source, no futures part, one host in the status."""
    exchange = Exchange(hosts.live("eu"), PRACTICE_CREDENTIALS)
    accounts = Accounts(exchange, Refresher())
    assert (accounts.contracts, accounts.positions, dict(accounts.wallets)) == (None, None, {})
    assert PartKind.FUTURES not in {place.kind for place in accounts.places(NOW)}
    desk = Desk(exchange, Upstream(exchange, practice=True), mode="live", site="eu", version="0", key_tail="0001")
    assert [host.name for host in desk.status().hosts] == ["spot"]
    assert desk.portfolio("USDT").standing is Standing.LOADING
