"""The reference holds what the client's code holds, and finds it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from kucoin import errors
from kucoin.desk import hints, reference_read
from kucoin.desk.reference import Entry, Reference, key_of, modules, reference
from kucoin.model.account import ApiKey
from kucoin.rest import answer, codes
from kucoin.rest.endpoint import Endpoint
from kucoin.stream.topics import FAMILIES

PERMISSIONS = {"General", "Spot", "Margin", "Futures", "InnerTransfer"}
# Signed, and KuCoin's page names no permission for it.
UNNAMED = {"futures GET /api/v1/contracts/risk-limit/{symbol}"}


def declared() -> Iterator[Endpoint]:
    """Every endpoint that stands in a module of the client, in a table or by itself."""
    for module in modules():
        for value in vars(module).values():
            several = value.values() if isinstance(value, dict) else [value]
            yield from (each for each in several if isinstance(each, Endpoint))


@pytest.fixture(scope="module")
def book() -> Reference:
    """The reference."""
    return reference()


def test_every_endpoint_has_its_entry(book: Reference) -> None:
    """Whoever declares an endpoint finds it here: with a purpose, and a method that calls it."""
    missing = []
    for endpoint in declared():
        entry = book.entry(key_of(endpoint))
        if entry is None or not entry.summary or not entry.uses:
            missing.append(endpoint.name)
    assert not missing
    assert len({key_of(each) for each in declared()}) == sum(1 for entry in book.entries if entry.endpoint)


def test_every_place_that_calls_is_in_an_entry(book: Reference) -> None:
    """No call of the transport is overlooked: each stands in a method that names its endpoint."""
    places = sum(reference_read.calls_in(module) for module in modules())
    methods = {use.name for module in modules() for use in reference_read.uses(module)}
    told = {use.name for entry in book.entries for use in entry.uses}
    assert methods == told
    assert len(methods) == places > 100


def test_every_private_endpoint_names_its_permission() -> None:
    """One of KuCoin's words where it is signed, none where it is public."""
    for endpoint in declared():
        if not endpoint.private or key_of(endpoint) in UNNAMED:
            assert endpoint.permission == "", endpoint.name
        else:
            assert endpoint.permission in PERMISSIONS, endpoint.name


def test_one_path_is_declared_alike_everywhere() -> None:
    """Two constants for one endpoint agree on what KuCoin counts and asks for."""
    facts: dict[str, set[object]] = {}
    for each in declared():
        facts.setdefault(key_of(each), set()).add((each.pool, each.weight, each.private, each.permission))
    assert not {key: found for key, found in facts.items() if len(found) > 1}


def test_every_topic_has_its_entry(book: Reference) -> None:
    """With a purpose, and the fields that its reader reads."""
    for name in FAMILIES:
        entry = book.entry(f"topic {name}")
        assert entry is not None, name
        assert entry.summary, name
        assert entry.fields or name == "/contract/marginMode", name  # which is a table by symbol


def test_every_code_that_the_client_knows_has_its_words(book: Reference) -> None:
    """A code in one of the client's tables can be looked up."""
    tables = [
        *(errors._ANYWHERE, errors._SPOT, errors._FUTURES, hints._ANYWHERE, hints._SPOT, hints._FUTURES),
        *(answer._SPOT_FAULTS, answer._FUTURES_FAULTS, answer._PAUSES),
    ]
    known = {code for table in tables for code in table}
    assert not {code for code in known if book.code(code) is None}
    assert {"Becomes", "Means"} <= {label for label, _ in facts(book, "300012")}


def test_a_code_says_what_this_client_makes_of_it_on_each_host(book: Reference) -> None:
    """Read from the code that opens answers, not written down."""
    spot, futures = [text for label, text in facts(book, "200002") if label == "Becomes"]
    assert spot.startswith("ApiError")
    assert futures.startswith("TooManyRequests")
    assert [text for label, text in facts(book, "400007") if label == "Host"] == ["spot and futures"]
    assert "OutcomeUnknown" in dict(facts(book, "HTTP 403"))["Becomes"]
    assert dict(facts(book, "400413"))["What helps"] == "Hidden and iceberg orders are not taken any more."


def test_an_entry_says_what_is_asked_and_what_is_read(book: Reference) -> None:
    """Parameters from what is sent, fields from what the parsers ask a row for, through every function between."""
    entry = found(book, "futures GET /api/v1/orders/{orderId}")
    fields = {field.name: field for field in entry.fields}
    assert entry.parameters == ("orderId",)
    assert fields["filledSize"].becomes == "FuturesOrder.filled_size"
    assert fields["filledSize"].needed
    assert fields["avgDealPrice"].becomes == "FuturesOrder.average_price"
    assert not fields["stopPrice"].needed
    assert fields["side"].kind == "one of buy, sell"
    assert {"page", "orderIds"}.isdisjoint(fields)
    sub_accounts = {field.name for field in found(book, "spot GET /api/v2/sub-accounts").fields}
    assert {"mainAccounts", "tradeAccounts", "marginAccounts", "holds", "totalPage"} <= sub_accounts
    placed = found(book, "spot POST /api/v1/hf/orders")
    assert {"clientOid", "timeInForce", "postOnly", "cancelAfter"} <= set(placed.parameters)
    assert [field.name for field in placed.fields] == ["orderId"]
    assert "trade_id" not in {field.name for field in found(book, "topic /market/match").fields}


def test_every_text_that_a_parser_asks_for_is_in_an_entry(book: Reference) -> None:
    """A field that is read anywhere in the client's parsers can be sought."""
    readers = re.compile(r"\.(text|number|integer|flag|moment|rows?|word|values|texts)(_or_none)?\(\"(\w+)\"")
    asked = {
        name
        for module in modules()
        if ".parse_" in module.__name__
        for _, _, name in readers.findall(ast.unparse(ast.parse(inspect.getsource(module))).replace("'", '"'))
    }
    told = {field.name for entry in book.entries for field in entry.fields}
    assert len(asked) > 150
    assert asked - told <= {"time"}  # a candle's, which KuCoin sends without names


def test_a_docstring_is_taken_apart() -> None:
    """First paragraph, the rest, and where it has that from; a value's attributes are explained one by one."""

    def asks() -> None:
        """Return a thing
        of two lines.

        Args:
            none: At all.

        Source: https://www.kucoin.com/docs-new/api-1
        """

    said = reference_read.doc(asks)
    assert said.summary == "Return a thing of two lines."
    assert said.more == "Args:\n    none: At all."
    assert said.source == "https://www.kucoin.com/docs-new/api-1"
    assert reference_read.doc(ApiKey).summary


def test_no_meaning_stands_in_two_tables_alike() -> None:
    """A host's own table holds what differs there."""
    for own in (codes.SPOT, codes.FUTURES):
        assert not {code for code in own if codes.ANYWHERE.get(code) == own[code]}


def found(book: Reference, key: str) -> Entry:
    """The entry of ``key``, which must be there."""
    entry = book.entry(key)
    assert entry is not None, key
    return entry


def facts(book: Reference, code: str) -> tuple[tuple[str, str], ...]:
    """What is said of a code, label by label."""
    return found(book, f"code {code}").facts
