"""The working orders as the push socket tells them: figures, what is being done, what ended, whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.portfolio import Standing
from kucoin.errors import InvalidRequest
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.change import Amend, AmendState
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, PositionSide, Side, TimeInForce
from kucoin.model.ticket import FuturesTicket, Placement, TicketState
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web import names
from kucoin.web.orders import PANEL
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from tests.orders_scene import AT, Account, coins, lots, stop
from tests.push_scene import INVERSE, LINEAR, NOW, PAIR, Scene

D = Decimal
LIMIT = NewFuturesOrder(
    client_oid="own-1",
    symbol=LINEAR,
    type=OrderType.LIMIT,
    margin_mode=MarginMode.CROSS,
    side=Side.BUY,
    size=Lots(100),
    price=D("87104"),
)


@pytest.fixture
def account() -> Account:
    """One without any order, at 70,000."""
    scene = Scene()
    scene.mark("70000", "69990")
    scene.quote("69999.9", "70000.1")
    scene.summary("70000")
    return Account(scene)


def test_every_figure_of_an_order_is_written_out(account: Account) -> None:
    """Of futures in lots and from the mark; of spot in coins and from the last price."""
    account.orders |= {
        "f1": lots(filled_size=Lots(20), filled_value=D("1407"), post_only=True, reduce_only=True),
        "s1": coins(side=Side.SELL, time_in_force=TimeInForce.GTT, created_at=AT - timedelta(hours=2)),
    }
    body = account.look()
    assert (body["open"], body["stops"], body["quote"]) == (["f1", "s1"], [], "USDT")
    one, two = (body["rows"][name] for name in ("f1", "s1"))
    assert (one["price"], one["size"], one["value"]) == ("70,350.0", "100", ["7,035.00", "USDT"])
    assert (one["filled"], one["share"], one["terms"]) == ("20 of 100", 20.0, "post-only, reduce-only")
    assert (one["away"], one["from"], one["placed"], one["way"]) == ("+0.50\u2009%", "mark", "here", "amend")
    assert (two["price"], two["size"], two["value"]) == ("69,650.0", "0.05", ["3,482.50", "USDT"])
    assert (two["filled"], two["away"], two["from"], two["terms"]) == ("0 of 0.05", "−0.50\u2009%", "last", "GTT")
    assert two["at"] == int((NOW + 900 - 7200) * 1000)
    assert account.scene.heard.wanted.count(f"/contract/instrument:{LINEAR}") == 1
    assert f"/contractMarket/execution:{LINEAR}" not in account.scene.heard.wanted


def test_what_is_not_known_is_no_zero(account: Account) -> None:
    """A market order has no price, an unlisted symbol no value, and no distance from a price that never came."""
    account.orders |= {
        "f1": lots(symbol=INVERSE, price=None, type=OrderType.MARKET),
        "f2": lots("f2", symbol="GONEUSDTM"),
    }
    one, two = (account.look()["rows"][name] for name in ("f1", "f2"))
    assert (one["price"], one["value"][0], one["away"]) == ("–", "–", "–")
    assert (two["value"], two["away"], two["way"], two["why"]) == (["–", ""], "–", None, "It is a pair's.")
    assert account.panel.full()["quote"] == ""


STOPS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "Stop, market", "mark ≤"),
    ({"stop": "up", "stop_price_type": "TP"}, "Take profit, market", "last ≥"),
    ({"side": Side.BUY, "stop": "up", "stop_price_type": "IP"}, "Stop, market", "index ≥"),
    ({"type": OrderType.LIMIT, "price": D(67800)}, "Stop, limit 67,800.0", "mark ≤"),
    (
        {"futures": False, "symbol": PAIR, "stop": "loss", "stop_price_type": None, "lots": None, "size": D("0.1")},
        "Stop, market",
        "last ≤",
    ),
    (
        {"futures": False, "symbol": PAIR, "stop": "e_l_o", "stop_price_type": None, "price": D(71000)},
        "Take profit, market",
        "last ≥",
    ),
    (
        {"futures": False, "symbol": PAIR, "side": Side.BUY, "stop": "loss", "stop_price_type": None},
        "Buy below, market",
        "last ≤",
    ),
]


@pytest.mark.parametrize(("changes", "kind", "watched"), STOPS)
def test_a_waiting_order_says_what_for(account: Account, changes: dict[str, Any], kind: str, watched: str) -> None:
    """Its kind by side and direction, and which price it watches from which side."""
    account.waiting["w1"] = stop(**changes)
    row = account.row("w1")
    assert (row["type"], row["watched"], row["trigger"]) == (kind, watched, "67,900.0")
    assert row["away"] == ("−2.99\u2009%" if watched.startswith("index") else "−3.00\u2009%")


@pytest.mark.parametrize(
    ("changes", "held", "effect"),
    [
        ({}, [("BOTH", True)], ("closes long", "")),
        ({"side": Side.BUY}, [("BOTH", False)], ("closes short", "")),
        ({}, [("BOTH", False)], ("adds to short", "")),
        ({}, [], ("no position", "warn")),
        ({"position_side": PositionSide.SHORT}, [("LONG", True)], ("no position", "warn")),
        ({"symbol": PAIR, "futures": False, "stop": "loss"}, [], ("sells BTC", "")),
    ],
)
def test_a_waiting_order_says_what_it_would_do(
    account: Account, changes: dict[str, Any], held: list[tuple[str, bool]], effect: tuple[str, str]
) -> None:
    """By the positions that are there; where nobody knows of these it says nothing."""
    account.held = [SimpleNamespace(symbol=LINEAR, position_side=side, is_long=is_long) for side, is_long in held]
    account.waiting["w1"] = stop(**changes)
    assert account.row("w1")["effect"] == effect
    account.standing = Standing.LOADING
    assert account.row("w1")["effect"] == (effect if "-" in account.waiting["w1"].symbol else ("–", ""))


def cancel(state: CancelState, words: str = "") -> Cancellation:
    """What became of a wish."""
    return Cancellation(order_id="f1", symbol=LINEAR, state=state, words=words)


def amend(state: AmendState, words: str = "", **more: Any) -> Amend:
    """What became of another one."""
    return Amend(order_id="f1", symbol=LINEAR, state=state, words=words, price=D("70360"), **more)


DOING: list[tuple[Cancellation | Amend, tuple[tuple[str, str] | None, str, bool]]] = [
    (cancel(CancelState.SENT), (("cancelling", "going"), "", False)),
    (cancel(CancelState.REFUSED, "not now"), (None, "Cancel refused: Not now.", True)),
    (cancel(CancelState.UNKNOWN, "no answer"), (None, "No answer.", True)),
    (amend(AmendState.SENT), (("amending", "going"), "", False)),
    (amend(AmendState.UNKNOWN, "no answer"), (("looking it up", "warn"), "No answer.", False)),
    (amend(AmendState.REFUSED, "off the tick"), (None, "Off the tick.", True)),
    (amend(AmendState.HALF, "look at the order"), (None, "Look at the order.", True)),
    (amend(AmendState.DONE), (None, "", True)),
]


@pytest.mark.parametrize(("wish", "told"), DOING)
def test_what_is_being_done_stands_in_the_row(
    account: Account, wish: Cancellation | Amend, told: tuple[tuple[str, str] | None, str, bool]
) -> None:
    """Under way it cannot be pressed again, nor changed; where it came to nothing it can."""
    account.orders["f1"] = lots()
    if isinstance(wish, Cancellation):
        account.wishes["f1"] = wish
    else:
        account.amended["f1"] = wish
    row = account.row("f1")
    assert (row["chip"], row["note"], row["act"]) == told
    assert row["way"] == ("amend" if row["act"] else None)
    under_way = isinstance(wish, Amend) and wish.state in {AmendState.SENT, AmendState.UNKNOWN}
    assert row["asked"] == (["70,360.0", None] if under_way else None)


def test_why_nothing_came_of_a_press_is_said_for_a_minute(account: Account) -> None:
    """And again where the next press came to something else."""
    account.orders["f1"] = lots()
    account.amended["f1"] = amend(AmendState.REFUSED, "off the tick")
    account.look()
    assert account.look(58)["rows"]["f1"]["note"] == "Off the tick."
    assert account.look(2)["rows"]["f1"]["note"] == ""
    account.amended["f1"] = amend(AmendState.REFUSED, "below the minimum")
    assert account.look()["rows"]["f1"]["note"] == "Below the minimum."


def test_an_order_that_ended_under_an_amend_says_what_became_of_that(account: Account) -> None:
    """While the new one is on its way it is being amended; filled by itself, it says so."""
    account.orders["f1"] = lots()
    account.look()
    account.amended["f1"] = amend(AmendState.SENT)
    account.orders["f1"] = lots(active=False, cancelled=True)
    assert account.row("f1")["chip"] == ("amending", "going")
    account.amended["f1"] = amend(AmendState.REFUSED, "It was filled meanwhile")
    account.orders["f1"] = lots(active=False, filled_size=Lots(100), filled_value=D(7035))
    row = account.row("f1")
    assert (row["chip"], row["note"]) == (("filled", "over"), "It was filled meanwhile.")


@pytest.mark.parametrize(
    ("end", "word"),
    [
        ({"cancelled": True}, "cancelled"),
        ({"filled_size": Lots(100), "filled_value": D(7035)}, "filled"),
        ({"cancelled": True, "filled_size": Lots(20), "filled_value": D(1407)}, "rest cancelled"),
    ],
)
def test_what_became_of_an_order_stays_readable_for_a_while(account: Account, end: dict[str, Any], word: str) -> None:
    """For ten seconds it stands where it stood, and nothing can be done about it."""
    account.orders |= {"f1": lots(), "f2": lots("f2", created_at=AT - timedelta(seconds=5))}
    account.look()
    account.orders["f1"] = lots(active=False, **end)
    body = account.look()
    assert body["open"] == ["f1", "f2"]
    assert (body["rows"]["f1"]["chip"], body["rows"]["f1"]["act"]) == ((word, "over"), False)
    assert account.look(8)["open"] == ["f1", "f2"]
    assert account.look(2)["open"] == ["f2"]


def test_a_stop_that_went_off_or_failed_says_so(account: Account) -> None:
    """In the exchange's own words."""
    account.waiting |= {"w1": stop(), "w2": stop("w2")}
    account.look()
    account.waiting["w1"] = stop(ended=True, triggered=True)
    account.waiting["w2"] = stop("w2", ended=True, triggered=True, error="Balance insufficient!")
    rows = account.look()["rows"]
    assert rows["w1"]["chip"] == ("triggered", "over")
    assert (rows["w2"]["chip"], rows["w2"]["note"]) == (("failed", "warn"), "Balance insufficient!")


def test_an_amended_order_keeps_its_place(account: Account) -> None:
    """The new one stands where the old one stood, also after it was changed again; nothing lingers."""
    account.orders |= {"f1": lots(), "f2": lots("f2")}
    assert account.look()["open"] == ["f1", "f2"]
    for old, new in (("f1", "f3"), ("f3", "f4")):
        account.amended[old] = replace(amend(AmendState.DONE, new_order_id=new), order_id=old)
        account.orders[old] = lots(old, active=False, cancelled=True)
        account.orders[new] = lots(new, created_at=AT + timedelta(seconds=60))
        body = account.look()
        assert (body["open"], body["rows"][new]["was"]) == ([new, "f2"], old)


def test_a_half_done_amend_says_that_nothing_stands_in_its_place(account: Account) -> None:
    """The old order has ended: its row says what is missing."""
    account.orders["f1"] = lots()
    account.look()
    account.amended["f1"] = amend(AmendState.HALF, "Cancelled, and the new one was refused")
    account.orders["f1"] = lots(active=False, cancelled=True)
    row = account.row("f1")
    assert (row["chip"], row["note"]) == (("cancelled", "warn"), "Cancelled, and the new one was refused.")


def test_an_order_whose_outcome_is_unknown_stands_among_the_others(account: Account) -> None:
    """It cannot be cancelled, for nobody knows its id; once it is found it is an order like any other."""
    unknown = Placement(ticket=FuturesTicket(order=LIMIT), by="local", state=TicketState.UNKNOWN, handed_at=AT)
    account.placed = (unknown,)
    body = account.look()
    row = body["rows"]["own-1"]
    assert body["open"] == ["own-1"]
    assert (row["chip"], row["act"], row["size"], row["placed"]) == (("looking it up", "warn"), False, "100", "here")
    account.placed = (replace(unknown, state=TicketState.ACCEPTED, order_id="f1"),)
    account.orders["f1"] = lots()
    assert account.look()["open"] == ["f1"]


def test_an_order_is_called_foreign_only_once_that_is_known(account: Account) -> None:
    """Neither before the journal was asked, nor where a push told no id of ours."""
    account.orders["f1"] = lots(ours=False)
    account.waiting["w1"] = stop(client_oid=None)
    rows = account.look()["rows"]
    assert (rows["f1"]["placed"], rows["w1"]["placed"]) == (None, None)
    account.known |= {"ours-f1": False, "ours-w1": True}
    account.waiting["w1"] = stop()
    rows = account.look()["rows"]
    assert (rows["f1"]["placed"], rows["w1"]["placed"]) == ("elsewhere", "here")


def test_one_symbol_is_told_by_itself(account: Account) -> None:
    """And how many orders there are on others."""
    account.orders |= {"f1": lots(), "s1": coins()}
    account.waiting["w1"] = stop()
    account.panel = account.opened(PAIR)
    body = account.look()
    assert (body["open"], body["stops"], body["elsewhere"]) == (["s1"], [], 2)


def test_only_what_changed_is_told(account: Account) -> None:
    """And nothing where nothing did; prices are looked at twice a second."""
    account.orders |= {"f1": lots(), "s1": coins()}
    assert account.panel.change() is not None
    account.scene.now += 1
    assert account.panel.change() is None
    account.scene.mark("70350", "70350")
    assert account.panel.change() is None
    account.scene.now += 0.6
    change = account.panel.change()
    assert change is not None
    assert (change.kind, list(change.body)) == ("more", ["rows"])
    assert list(change.body["rows"]) == ["f1"]
    assert change.body["rows"]["f1"]["away"] == "0.00\u2009%"


def test_its_age_is_that_of_the_accounts_own_sockets(account: Account) -> None:
    """And of the prices that orders are measured against; a list that cannot be read is said besides."""
    account.orders["f1"] = lots()
    account.trouble = "Spot orders cannot be read: no answer"
    assert account.look()["problem"] == account.trouble
    assert account.panel.fresh().state == STALE
    private = [
        FeedStatus(f"feed-{market}-private", FeedState.LIVE, None, heard_at=account.scene.now - ago)
        for market, ago in (("spot", 0.2), ("futures", 3))
    ]
    account.scene.heard.statuses = tuple(private)
    for each in private:
        account.scene.hub.changed(each)
    assert account.panel.fresh() == (LIVE, 3.0, None)
    account.scene.line(FeedState.DIALLING, "the line was cut")
    assert account.panel.fresh().state == CATCHING_UP


def test_what_it_watches_is_let_go(account: Account) -> None:
    """Of orders that ended, and all of it when the panel closes."""
    account.orders["f1"] = lots()
    account.look()
    assert account.scene.market.watched() == {LINEAR: 1}
    account.orders.clear()
    account.look(20)
    assert account.scene.market.watched() == {LINEAR: 0}
    account.orders["s1"] = coins()
    account.look()
    account.panel.close()
    assert set(account.scene.market.watched().values()) == {0}


def test_without_an_account_there_is_no_panel() -> None:
    """Its name says so."""
    with pytest.raises(InvalidRequest, match="no account"):
        names.opened(Scene().sight, PANEL)
