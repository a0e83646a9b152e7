"""Every method of the client against every way in which an answer can be wrong: a typed error in time, or no change."""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import kucoin.rest
from kucoin.errors import AuthenticationFailed, KucoinError, NotFound, OutcomeUnknown, PermissionDenied
from kucoin.model.account import AccountMode
from kucoin.practice.faults import BAD_BODIES
from kucoin.practice.gateway import NOT_FOUND
from kucoin.practice.spoil import spoiled
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.line import Timeouts
from kucoin.rest.transport import Transport
from tests.rest_calls import CALLS, CANARY, newcomer, payload
from tests.rest_facts import facts, is_figure

every_call = pytest.mark.parametrize("name", CALLS)
READ = 0.25  # s
LARGEST = 100_000  # bytes, so that a huge body is quickly told
# A refusal for good -> what it is. Key, secret, address and permission; country, identity check, frozen.
LASTING = {
    **dict.fromkeys(("400001", "400003", "400004", "400005", "400008"), AuthenticationFailed),
    **dict.fromkeys(("400006", "400007", "400302", "400303", "400500", "411100"), PermissionDenied),
}


# --- nothing is left out


class _Ear:
    """Stands for the client and hears which methods of which parts are called."""

    def __init__(self, heard: set[str], where: str = "") -> None:
        self._heard = heard
        self._where = where

    def __getattr__(self, name: str) -> Any:
        return _Ear(self._heard, f"{self._where}.{name}" if self._where else name)

    def __call__(self, *_: object, **__: object) -> None:
        self._heard.add(self._where)


def test_every_method_has_its_call() -> None:
    """A public method of any part of the client that is not walked here fails this test."""
    parts = {name: part for name, part in vars(Exchange(hosts.practice(1, 1))).items() if not name.startswith("_")}
    public = {
        f"{name}.{method}"
        for name, part in parts.items()
        for method, _ in inspect.getmembers(part, inspect.ismethod)
        if not method.startswith("_")
    }
    heard: set[str] = set()
    for asked in CALLS.values():
        asked.call(_Ear(heard))  # type: ignore[arg-type]  # it stands for the client
    assert len(public) > 100
    assert public == heard


def test_every_endpoint_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that is declared anywhere under ``kucoin.rest``."""
    modules = [
        importlib.import_module(f"kucoin.rest.{found.name}") for found in pkgutil.iter_modules(kucoin.rest.__path__)
    ]
    declared = {endpoint for module in modules for endpoint in _endpoints(vars(module))}
    asked: set[Endpoint] = set()

    def call(self: Transport, endpoint: Endpoint, **_: object) -> None:
        asked.add(endpoint)
        raise OutcomeUnknown("not asked")

    monkeypatch.setattr(Transport, "call", call)
    exchange = Exchange(hosts.practice(1, 1))
    for name in CALLS:
        with pytest.raises(OutcomeUnknown):
            CALLS[name].call(exchange)
    assert len(declared) > 80
    assert declared == asked


def _endpoints(names: dict[str, Any]) -> Iterator[Endpoint]:
    for value in names.values():
        within = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else [value]
        yield from (each for each in within if isinstance(each, Endpoint))


# --- wrong in every way


@every_call
def test_a_bad_body_gives_a_typed_error_or_changes_nothing(
    name: str, scripted: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind that the practice exchange can send; at once, after one request, and no figure is another."""
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("kucoin.rest.line._LARGEST_ANSWER", LARGEST)
    asked, body = CALLS[name], payload(name)
    with newcomer(scripted) as exchange:
        scripted.say(scripted.http(body))
        true = facts(asked.call(exchange))
    figures = {(where[-1:], fact) for where, fact in true.items()}
    for kind in BAD_BODIES if name == "spot-prices" else (*BAD_BODIES, "renamed_field"):  # its names are currencies
        scripted.say(_wrong(scripted, kind, body))
        began = time.monotonic()
        with newcomer(scripted) as exchange:
            try:
                found = facts(asked.call(exchange))
            except KucoinError as error:
                found, said = {}, str(error)
            else:
                said = f"{asked.method} /api/"
        assert time.monotonic() - began < 11, kind  # the read timeout and 1 s
        assert f"{asked.method} /api/" in said, kind
        assert len(scripted.received) == 1, kind
        for where, fact in found.items():
            if is_figure(fact) and fact != true.get(where):
                renamed = where not in true and (where[-1:], fact) in figures
                assert renamed, f"{kind}: {where} became {fact!r}"


def _wrong(scripted: Any, kind: str, body: bytes) -> bytes:
    if kind == "huge":
        return bytes(scripted.http(b'{"code":"200000","data":"' + b"x" * LARGEST + b'"}'))
    content, headers = spoiled(body, kind, "")
    headers = {header.replace("-", "_"): value for header, value in headers.items()}
    if kind == "wrong_length":
        headers |= {"Content_Length": str(len(content) + 64), "Connection": "close"}
    return bytes(scripted.http(content, **headers))


def test_a_body_that_stalls_ends_within_the_read_timeout(scripted: Any) -> None:
    """Announced longer than it comes, the line left standing: every call, 32 at a time, ends after one request."""
    scripted.say(scripted.http('{"code":"200000","data":[', Content_Length="4096"))
    exchange = Exchange(scripted.hosts, CANARY, timeouts=Timeouts(read=READ))

    def took(name: str) -> float:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="did not end in time"):
            CALLS[name].call(exchange)
        return time.monotonic() - began

    with ThreadPoolExecutor(32) as pool:
        longest = max(pool.map(took, CALLS))
    exchange.close()
    assert longest < READ + 5  # the machine may be busy; the true 11 s stand in torture
    assert len(scripted.received) == len(CALLS)


@every_call
def test_a_refusal_for_good_is_one_request(name: str, scripted: Any) -> None:
    """Key, address, permission, country: with the reason, and not asked again."""
    for code, kind in LASTING.items():
        scripted.say(scripted.http(f'{{"code":"{code}","msg":"Because of {code}."}}', 403))
        with newcomer(scripted) as exchange, pytest.raises(kind, match=f"Because of {code}"):
            CALLS[name].call(exchange)
        assert len(scripted.received) == 1, code


@every_call
def test_a_path_that_is_gone_is_named(name: str, scripted: Any) -> None:
    """After one request; the question for the mode of the account is answered by it."""
    scripted.say(scripted.http(NOT_FOUND, 404))
    with newcomer(scripted) as exchange:
        if name == "account-mode":
            assert CALLS[name].call(exchange) is AccountMode.CLASSIC
        else:
            with pytest.raises(NotFound, match=f"{CALLS[name].method} /api/"):
                CALLS[name].call(exchange)
    assert len(scripted.received) == 1
