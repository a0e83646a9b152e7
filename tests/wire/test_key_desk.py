"""The check of the key, and the maintenance of the exchange, joined to the practice exchange."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.accounts import Pace
from kucoin.desk.desk import Desk
from kucoin.desk.portfolio import Standing
from kucoin.desk.upstream import Upstream
from kucoin.errors import AuthenticationFailed
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice, fetch

Start = Callable[..., Desk]
BRISK = Pace(prices=1.0, positions=2.0, balances=0.5)
FEES = "spot GET /api/v1/base-fee"


def until(holds: Callable[[], object]) -> None:
    """Wait for what comes to stay, long enough for a machine that is busy with other things."""
    end, pause = time.monotonic() + 40, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.02)


def client(practice: Practice, key: str, secret: str = "") -> Exchange:
    """A client with one of the exchange's keys."""
    credentials = Credentials(
        Secret(f"practice-key-{key}"), Secret(secret or f"practice-secret-{key}"), Secret(practice.passphrase)
    )
    return Exchange(hosts.Hosts(practice.spot, practice.futures), credentials)


@pytest.fixture
def start(practice: Practice) -> Iterator[Start]:
    """Start desks on the practice exchange; they are stopped at the end, and the exchange is open again."""
    with ExitStack() as stack:

        def build(key: str, pace: Pace | None = None) -> Desk:
            exchange = client(practice, key)
            desk = Desk(
                exchange,
                Upstream(exchange, practice=True),
                mode="practice",
                site="global",
                version="0",
                key_tail="tail",
                trading=True,
                pace=pace,
            )
            desk.start()
            stack.callback(desk.stop)
            return desk

        yield build
    practice.clear_faults()


def test_a_good_key_is_told_and_asked_about_no_oftener_than_allowed(practice: Practice, start: Start) -> None:
    """Fees as the exchange has them; three presses at once are one more question."""
    desk = start("0001")
    until(lambda: desk.key_check.view().fees_at)
    view = desk.key_check.view()
    assert view.standing in {Standing.READY, Standing.LOADING}
    assert view.facts is not None
    assert (view.facts.version, view.facts.addresses, view.level, view.subs) == (3, ("127.0.0.1",), 0, 3)
    assert "practice-key" not in repr(view)
    assert view.base is not None
    assert view.base.taker == Decimal(practice.get("/api/v1/base-fee").data["takerFeeRate"])
    raw = practice.get("/api/v1/trade-fees?symbol=XBTUSDTM", futures=True).data
    (rate,) = [each for each in view.contracts if each.symbol == "XBTUSDTM"]
    assert (rate.maker, rate.taker) == (Decimal(raw["makerFeeRate"]), Decimal(raw["takerFeeRate"]))
    assert {"BTC-USDT", "ETH-USDT"} <= {each.symbol for each in view.pairs}
    before = practice.state()["requests"][FEES]
    assert [desk.key_check.check_again() for _ in range(3)] == [True, False, False]
    until(lambda: practice.state()["requests"][FEES] > before)
    until(lambda: (read := desk.key_check.view().fees_at) and view.fees_at and read > view.fees_at)
    assert practice.state()["requests"][FEES] == before + 1


def test_what_a_poor_key_may_not_do_is_named_and_so_is_a_maintenance(practice: Practice, start: Start) -> None:
    """The futures overview is refused for want of a permission; the rest is read on while the exchange rests."""
    maintain(practice, announce={"title": "Trading system upgrade", "text": "Soon."})
    desk = start("general", BRISK)

    def refused() -> list[str]:
        return [why for names, why in desk.key_check.view().denied if "futures USDT" in names]

    until(refused)
    assert "400007" in refused()[0]
    until(lambda: all(each.at for each in desk.key_check.view().accepted))
    until(lambda: desk.status().maintenance)
    (announced,) = desk.status().maintenance
    assert (announced.under_way, announced.title) == (False, "Practice exchange: Trading system upgrade")
    maintain(practice, state="cancelonly", host="spot", message="until 03:00")
    until(lambda: len(desk.status().maintenance) == 2)
    (resting, _) = desk.status().maintenance
    assert (resting.under_way, resting.title) == (True, "until 03:00")
    assert "The practice exchange’s spot side takes cancels only" in resting.words
    maintain(practice, state="open")
    until(lambda: desk.status().maintenance == (announced,))
    assert desk.news.view().notices[0].said.title == announced.title


def maintain(practice: Practice, **wanted: Any) -> None:
    """Close or open the exchange, or announce something."""
    assert fetch("POST", f"{practice.spot}/_practice/maintenance", {}, json.dumps(wanted)).status == 200


def test_only_a_signed_request_that_was_done_counts_as_accepted(practice: Practice) -> None:
    """Not what is public, and not a refusal, though the exchange answered."""
    wrong = client(practice, "0001", secret="not-the-secret")
    wrong.market.time()
    with pytest.raises(AuthenticationFailed):
        wrong.account.mode()
    spot = wrong.status().hosts[0]
    assert (spot.answered_at is not None, spot.accepted_at) == (True, None)
    wrong.close()
    right = client(practice, "0001")
    right.account.mode()
    spot, futures = right.status().hosts
    assert spot.accepted_at == spot.answered_at is not None
    assert futures.accepted_at is None
    right.close()
