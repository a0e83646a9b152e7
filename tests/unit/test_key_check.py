"""What a key is worth: its permissions, what should be changed, and how often everything may be asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.accounts import Verdict
from kucoin.desk.admission import Admission
from kucoin.desk.key_check import SPACING, KeyCheck
from kucoin.desk.key_rights import Worth, advice, rights
from kucoin.desk.portfolio import Standing
from kucoin.desk.refresh import Reading
from kucoin.desk.report import About
from kucoin.model.account import AccountMode, ApiKey
from kucoin.rest.client import LineStatus

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = ApiKey(
    key="68f0c2a41b7d1e0001a2c3d4",
    version=3,
    permissions=frozenset({"General", "Spot"}),
    ip_whitelist=("203.0.113.7",),
    uid="204411873",
    is_master=True,
    sub_name=None,
    remark="desk",
    created_at=NOW - timedelta(days=100),
)
TRADES, READS = True, False


@pytest.mark.parametrize(
    ("name", "has", "trading", "worth"),
    [
        ("General", True, READS, Worth.FINE),
        ("General", False, READS, Worth.MISSING),
        ("Spot", True, TRADES, Worth.FINE),
        ("Spot", True, READS, Worth.SPARE),
        ("Spot", False, TRADES, Worth.MISSING),
        ("Spot", False, READS, Worth.FINE),
        ("Margin", False, TRADES, Worth.MISSING),
        ("Futures", True, READS, Worth.FINE),
        ("Futures", False, READS, Worth.MISSING),
        ("InnerTransfer", False, TRADES, Worth.FINE),
        ("InnerTransfer", True, TRADES, Worth.FINE),
        ("InnerTransfer", True, READS, Worth.SPARE),
        ("Transfer", True, TRADES, Worth.REFUSED),
        ("Transfer", False, TRADES, Worth.FINE),
        ("Earn", True, TRADES, Worth.SPARE),
        ("SomethingNew", True, TRADES, Worth.SPARE),
    ],
)
def test_each_permission_is_weighed(name: str, has: bool, trading: bool, worth: Worth) -> None:
    """By what here needs it: reading at all times, acting only where trading is on."""
    found = {each.name: each for each in rights({name} if has else set(), trading=trading)}
    assert (found[name].has, found[name].worth) == (has, worth)
    assert found[name].words.endswith(".")


def test_a_permission_that_is_not_there_names_the_pages_it_concerns() -> None:
    """So that nobody looks for the fault there."""
    found = {each.name: each.words for each in rights({"General"}, trading=TRADES)}
    assert "Ticket" in found["Spot"]
    assert {"Portfolio", "Futures"} <= set(found["Futures"].replace(",", "").split())


def test_the_advice_never_is_to_tick_withdrawal() -> None:
    """And what only acts is only advised for trading."""
    told = {label: word for label, word, _ in advice()}
    assert told["Withdrawal"] == "no"
    assert [label for label, word in told.items() if word == "yes"] == ["General", "Futures trading"]


class World:
    """Everything that the check looks at, and what it has asked for again."""

    def __init__(self, key: ApiKey | None = KEY, refusal: str = "", offset: str = "0.012") -> None:
        self.seconds = 100.0
        self.retried: list[str] = []
        self.admission = SimpleNamespace(
            name="API key", reading=Reading(Admission(refusal, key, AccountMode.CLASSIC), NOW, None, NOW)
        )
        self.clock = SimpleNamespace(name="clock")
        self.contracts = None
        self.refused: tuple[Any, ...] = ()
        standing = Standing.REFUSED if refusal else Standing.READY
        self.verdict = lambda: Verdict(standing, refusal)
        self.denied = lambda: self.refused
        self.granted = lambda: not refusal
        line = LineStatus(hosts=(), clock_offset=Decimal(offset), pools=())
        account = SimpleNamespace(user_info=None, base_fee=None)
        exchange: Any = SimpleNamespace(account=account, has_futures=False, status=lambda: line)
        me: Any = self
        about = About(mode="live", site="global", version="1", key_tail="c3d4")
        clock = {"now": lambda: NOW, "monotonic": lambda: self.seconds}
        self.check = KeyCheck(exchange, me, me, about, trading=TRADES, **clock)  # type: ignore[arg-type]

    def add(self, source: Any) -> None:
        """A source is taken up; here nothing reads it."""

    def retry(self, *sources: Any) -> None:
        """Sources are to be read at once."""
        self.retried += [each.name for each in sources]


def test_the_view_holds_no_more_of_the_key_than_its_end() -> None:
    """Whatever becomes of the view, the key is not in it."""
    view = World().check.view()
    assert view.tail == "c3d4"
    assert KEY.key not in repr(view)
    assert KEY.uid not in repr(view)


def test_everything_is_asked_again_once_in_ten_seconds_whoever_asks() -> None:
    """The process asks, not the sessions."""
    world = World()
    assert [world.check.check_again() for _ in range(3)] == [True, False, False]
    assert world.retried == ["API key", "clock", "VIP level", "base fee", "fees of pairs"]
    assert world.check.view().again_in == SPACING
    world.seconds += SPACING
    assert world.check.view().again_in == 0
    assert world.check.check_again()


def test_what_was_refused_is_asked_again_and_told_together() -> None:
    """Four wallets refused for one reason are one line."""
    world = World()
    why = "Access denied (KuCoin code 400007)"
    world.refused = tuple(
        SimpleNamespace(name=name, reading=Reading(problem=why)) for name in ("futures A", "futures B")
    )
    world.check.check_again()
    assert world.retried[-2:] == ["futures A", "futures B"]
    assert world.check.view().denied == (("futures A, futures B", why),)


@pytest.mark.parametrize(
    ("changes", "offset", "said"),
    [
        ({}, "0.012", []),
        ({}, "2.0", []),
        ({}, "-2.1", ["2.1 s apart"]),
        ({}, "3", ["ahead"]),
        ({"version": 2}, "0", ["of version 2"]),
        ({"version": None}, "0", []),
        ({"ip_whitelist": ()}, "0", ["no IP list"]),
        ({"expires_at": NOW + timedelta(days=3)}, "0", ["ends on 2026-11-25"]),
        ({"expires_at": NOW + timedelta(days=30)}, "0", []),
        ({"permissions": KEY.permissions | {"InnerTransfer"}}, "0", ["InnerTransfer"]),
    ],
)
def test_what_should_be_changed_is_said(changes: dict[str, Any], offset: str, said: list[str]) -> None:
    """Each in a sentence; the clock before KuCoin refuses anything for it."""
    warnings = World(replace(KEY, **changes), offset=offset).check.view().warnings
    assert len(warnings) == len(said)
    for words, warning in zip(said, warnings, strict=True):
        assert words in warning


def test_a_refused_key_is_told_with_its_reason() -> None:
    """And what is known of it, if the exchange told."""
    view = World(refusal="It may withdraw.").check.view()
    assert (view.standing, view.reason) == (Standing.REFUSED, "It may withdraw.")
    assert view.facts is not None
    assert World(key=None, refusal="Who is that?").check.view().facts is None
