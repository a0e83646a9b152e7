"""What a person is told where answers are missing, spoilt or refused: each feature by its name, and the rest stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kucoin.desk.accounts import Pace
from kucoin.desk.desk import Desk
from kucoin.desk.portfolio import PartKind
from kucoin.desk.upstream import Upstream
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.feed_server import until

PACE = Pace(prices=0.5, positions=3.0, balances=3.0, fiat=30.0, names=180.0)
# path -> what is wrong there, and what is said of it
WRONG: dict[str, tuple[dict[str, Any], PartKind, str]] = {
    "/api/v1/accounts": (
        {"name": "renamed_field", "field": "balance"},
        PartKind.SPOT,
        "no readable balance",
    ),
    "/api/v3/margin/accounts": ({"name": "gone"}, PartKind.CROSS, "GET /api/v3/margin/accounts refused"),
    "/api/v3/isolated/accounts": (
        {"name": "refuse", "code": "400302", "text": "Not available in your country"},
        PartKind.ISOLATED,
        "Not available in your country",
    ),
}


@pytest.fixture
def desk(practice: Any) -> Iterator[Desk]:
    """A Desk that begins while all of it is wrong."""
    practice.faults(*({**fault, "host": "spot", "path": path} for path, (fault, _, _) in WRONG.items()))
    key = Credentials(*(Secret(text) for text in (practice.key, practice.secret, practice.passphrase)))
    exchange = Exchange(hosts.Hosts(practice.spot, practice.futures), key)
    desk = Desk(
        exchange, Upstream(exchange, practice=True), mode="live", site="global", version="0", key_tail="0001", pace=PACE
    )
    desk.start()
    yield desk
    desk.stop()


def asked(practice: Any, path: str) -> int:
    """How often the exchange was asked for ``path``."""
    return int(practice.state()["requests"].get(f"spot GET {path}", 0))


def told(desk: Desk) -> dict[PartKind, str]:
    """What is said of each kind of part: nothing where every one of the kind has its value."""
    said: dict[PartKind, str] = {}
    for part in desk.portfolio("USDT").parts:
        said[part.kind] = said.get(part.kind, "") + ("" if part.value is not None else str(part.problem))
    return said


def as_it_should(desk: Desk) -> bool:
    """Whether each of what is wrong is said where it is missing, and of nothing else anything."""
    said = told(desk)
    wrong = {kind: words for _, kind, words in WRONG.values()}
    rest = PartKind.FUTURES, PartKind.SUB
    return all(words in said.get(kind, "") for kind, words in wrong.items()) and all(said.get(k) == "" for k in rest)


def test_what_fails_is_named_and_the_rest_stands(practice: Any, desk: Desk) -> None:
    """A renamed field, a path that is gone, a country that is shut out: no zero, no total that hides them.

    What was refused for good is not asked again, whatever is asked beside it meanwhile.
    """
    until(lambda: as_it_should(desk), 60, every=0.1)
    refused = asked(practice, "/api/v3/isolated/accounts")
    again = asked(practice, "/api/v1/market/allTickers") + 4
    until(lambda: asked(practice, "/api/v1/market/allTickers") >= again, 60, every=0.1)
    assert asked(practice, "/api/v3/isolated/accounts") == refused
    assert as_it_should(desk)
    assert not desk.portfolio("USDT").complete
