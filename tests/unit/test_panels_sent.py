"""What was sent and what became of it, as the push socket tells it: words, hints, what can be pressed, what is news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk import facts, order_state, stops
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.reconcile import Divergence
from kucoin.desk.stops import Stop
from kucoin.errors import InvalidRequest
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    TimeInForce,
    TradeType,
)
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import (
    Bracket,
    FuturesTicket,
    OcoTerms,
    Placement,
    SpotTicket,
    SpotTrigger,
    Ticket,
    TicketState,
)
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web import names
from kucoin.web.machine import StatusPanel
from kucoin.web.sent import CONSEQUENCE, PANEL, SentPanel
from kucoin.web.sent_words import sentence, took
from kucoin.web.sight import LIVE, STALE
from tests import order_facts
from tests.push_scene import LINEAR, NOW, PAIR, Scene

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
SPOT = NewOrder(
    client_oid="own-2", symbol=PAIR, side=Side.SELL, type=OrderType.LIMIT, price=D("87050.0"), size=D("0.0500")
)
AT = datetime.fromtimestamp(NOW + 1000, UTC)


@dataclass
class Account:
    """In place of the desk: what was placed, and what is known of it."""

    scene: Scene
    placed: tuple[Placement, ...] = ()
    orders: dict[str, AnyOrder] = field(default_factory=dict)
    waiting: dict[str, Stop] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)
    wishes: dict[str, Cancellation] = field(default_factory=dict)
    generation: int = 0
    last_took: float | None = None
    found: tuple[Divergence, ...] = ()
    ends: dict[str, str] = field(default_factory=dict)

    def panel(self) -> SentPanel:
        """Open the panel on it."""
        told = SimpleNamespace(order=self.orders.get, stop=self.waiting.get, triggered=self.became.get, generation=0)
        sight = replace(self.scene.sight, trading=self, cancels=self, orders=told)
        panel = names.opened(sight, PANEL)
        assert isinstance(panel, SentPanel)
        return panel

    def placements(self) -> tuple[Placement, ...]:
        """As a test placed them."""
        return self.placed

    def divergences(self) -> tuple[Divergence, ...]:
        """As a test found them."""
        return self.found

    def ended(self, client_oid: str) -> str | None:
        """As a test has it in the journal."""
        return self.ends.get(client_oid)

    def cancellation(self, order_id: str) -> Cancellation | None:
        """As a test wished it."""
        return self.wishes.get(order_id)

    def row(self, placement: Placement) -> dict[str, Any]:
        """How one placement is told."""
        self.placed = (placement,)
        change = self.panel().change()
        assert change is not None
        (row,) = change.body["rows"].values()
        return dict(row)


@pytest.fixture
def account() -> Account:
    """One on which nothing was placed."""
    return Account(Scene())


def placement(state: TicketState, ticket: Ticket | None = None, **more: Any) -> Placement:
    """One that was handed over just now."""
    return Placement(ticket=ticket or FuturesTicket(order=LIMIT), by="local", state=state, handed_at=AT, **more)


def accepted(ticket: Ticket | None = None, **more: Any) -> Placement:
    """One that the exchange took."""
    return placement(TicketState.ACCEPTED, ticket, **{"order_id": "theirs-1", "took": 0.0842, **more})


def order(**changes: Any) -> AnyOrder:
    """What is known of a futures order of 5 lots."""
    told = replace(order_facts.FUTURES_ORDER, **changes)
    return order_state.state(facts.answered_futures(told), ours=True)


SENTENCES: list[tuple[Ticket, str]] = [
    (FuturesTicket(order=LIMIT), "Buy 100 XBTUSDTM at 87,104.0"),
    (
        FuturesTicket(order=replace(LIMIT, side=Side.SELL, size=Lots(1200), reduce_only=True)),
        "Sell 1,200 XBTUSDTM at 87,104.0, reduce-only",
    ),
    (
        FuturesTicket(order=replace(LIMIT, type=OrderType.MARKET, price=None, side=None, size=None, close_order=True)),
        "Close XBTUSDTM at market",
    ),
    (
        FuturesTicket(
            order=replace(LIMIT, leverage=10, position_side=PositionSide.LONG, time_in_force=TimeInForce.IOC),
            bracket=Bracket(above=D(92000), below=D("84500.5"), price_type=StopPriceType.MP),
        ),
        "Buy 100 XBTUSDTM at 87,104.0, IOC, long position, 10×, take profit at 92,000.0 by mark price,"
        " stop at 84,500.5 by mark price",
    ),
    (
        FuturesTicket(
            order=replace(LIMIT, side=Side.SELL),
            bracket=Bracket(above=D(90000), below=None, price_type=StopPriceType.TP),
        ),
        "Sell 100 XBTUSDTM at 87,104.0, stop at 90,000.0 by last price",
    ),
    (
        FuturesTicket(
            order=replace(
                LIMIT, stop=FuturesStop(direction=StopDirection.DOWN, price=D(86000), price_type=StopPriceType.IP)
            )
        ),
        "Buy 100 XBTUSDTM at 87,104.0, once the index price is at or below 86,000.0",
    ),
    (SpotTicket(order=replace(SPOT, post_only=True)), "Sell 0.05 BTC-USDT at 87,050.0, post-only"),
    (
        SpotTicket(order=replace(SPOT, price=D("0.000012345"), time_in_force=TimeInForce.GTT, cancel_after=60)),
        "Sell 0.05 BTC-USDT at 0.000012345, GTT 60 s",
    ),
    (
        SpotTicket(
            order=replace(SPOT, type=OrderType.MARKET, side=Side.BUY, price=None, size=None, funds=D(500)),
            trade_type=TradeType.MARGIN_TRADE,
            auto_borrow=True,
            auto_repay=True,
        ),
        "Buy BTC-USDT for 500 USDT at market, on cross margin, auto-borrow, auto-repay",
    ),
    (
        SpotTicket(order=SPOT, trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D(88000))),
        "Sell 0.05 BTC-USDT at 87,050.0, once the last price is at or above 88,000.0",
    ),
    (
        SpotTicket(order=SPOT, oco=OcoTerms(stop_price=D(84500), limit_price=D(84000))),
        "Sell 0.05 BTC-USDT at 87,050.0, or at 84,000.0 once the last price reaches 84,500.0",
    ),
]


@pytest.mark.parametrize(("ticket", "said"), SENTENCES, ids=[said[:40] for _, said in SENTENCES])
def test_a_ticket_is_one_sentence(ticket: Ticket, said: str) -> None:
    """With everything that makes it another order, and no digit cut off."""
    assert sentence(ticket, 1) == said


@pytest.mark.parametrize(("seconds", "text"), [(None, "–"), (0.0842, "84 ms"), (0.9996, "0.9 s"), (8.13, "8.1 s")])
def test_a_time_to_answer_is_told_in_its_own_unit(seconds: float | None, text: str) -> None:
    """Milliseconds as long as it is quick."""
    assert took(seconds) == text


def test_six_states_have_six_words(account: Account) -> None:
    """None of them is told apart by colour alone."""
    told = {state: account.row(placement(state))["word"] for state in TicketState}
    assert told == {
        TicketState.SENT: "Sent",
        TicketState.ACCEPTED: "Accepted",
        TicketState.REFUSED: "Refused",
        TicketState.UNKNOWN: "Unknown",
        TicketState.NOT_SENT: "Not sent",
        TicketState.ABSENT: "Never arrived",
    }


def test_an_unknown_outcome_says_what_is_done_about_it(account: Account) -> None:
    """What happened, how often it was asked for, when it is again; times by the exchange's clock, for the browser."""
    account.scene.exchange.status = lambda: SimpleNamespace(clock_offset=D(2))
    due = AT + timedelta(seconds=4)
    row = account.row(placement(TicketState.UNKNOWN, words="no answer in 10 s", lookups=3, next_lookup_at=due))
    assert (row["phrase"], row["notes"]) == ("being looked up", ["No answer in 10 s."])
    assert (row["asked"], row["act"]) == ("Asked 3 times by client id", None)
    stamp = int(AT.timestamp() * 1000)
    assert (row["at"], row["since"], row["due"]) == (stamp, stamp + 2000, stamp + 6000)
    assert row["took"] is None


def test_what_is_undecided_can_be_decided_and_says_what_that_means(account: Account) -> None:
    """Once it was decided there is nothing to press."""
    row = account.row(placement(TicketState.UNKNOWN, lookups=9, undecided=True))
    assert row["act"] == "decide"
    assert CONSEQUENCE in row["notes"]
    row = account.row(placement(TicketState.ABSENT, undecided=True, words="local says that it never arrived"))
    assert (row["act"], row["notes"]) == (None, ["Local says that it never arrived."])


def test_a_refusal_has_the_exchanges_words_and_our_hint(account: Account) -> None:
    """The words in quotes with their code; what we refused ourselves is only said."""
    row = account.row(placement(TicketState.REFUSED, code="300003", words="Balance not enough", took=0.071))
    assert row["took"] == "71 ms"
    (note,) = row["notes"]
    assert note.startswith("“Balance not enough” (300003) This account has less free")
    assert row["code"] == "300003"
    row = account.row(placement(TicketState.NOT_SENT, words="the journal cannot be written: disk full"))
    assert row["notes"] == ["The journal cannot be written: disk full.", "Nothing left this machine."]


def test_details_name_both_ids_who_and_when(account: Account) -> None:
    """With the exact time, and the time zone."""
    details = dict(account.row(accepted())["details"])
    assert details["Client id"] == "own-1"
    assert details["Order id"] == "theirs-1"
    assert details["Placed by"] == "local"
    assert details["Handed over"] == f"{AT:%Y-%m-%d %H:%M:%S}.000 UTC"
    assert dict(account.row(placement(TicketState.UNKNOWN))["details"])["Order id"] == "–"


LIVES: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "resting", "cancel"),
    ({"filled_size": Lots(2), "filled_value": D("4.04")}, "resting, filled 2 of 5", "cancel"),
    ({"filled_size": Lots(5), "filled_value": D("10.05"), "active": False}, "filled 5 of 5", None),
    ({"active": False, "cancelled": True}, "cancelled, nothing filled", None),
    (
        {"filled_size": Lots(2), "filled_value": D("4.04"), "active": False, "cancelled": True},
        "filled 2 of 5, rest cancelled",
        None,
    ),
]


@pytest.mark.parametrize(("changes", "phrase", "act"), LIVES)
def test_an_accepted_order_is_followed_to_its_end(
    account: Account, changes: dict[str, Any], phrase: str, act: str | None
) -> None:
    """It can be cancelled for as long as it is open."""
    account.orders["theirs-1"] = order(**changes)
    row = account.row(accepted())
    assert (row["phrase"], row["act"]) == (phrase, act)


def test_an_order_of_which_nothing_was_told_yet_offers_nothing(account: Account) -> None:
    """It is accepted, and more is not known."""
    row = account.row(accepted())
    assert (row["word"], row["phrase"], row["act"]) == ("Accepted", "", None)


def test_a_stop_is_followed_to_what_it_became(account: Account) -> None:
    """Waiting, triggered, filled; a cancel goes by the id that placing it gave."""
    waiting = replace(
        order_facts.FUTURES_ORDER, stop=StopDirection.UP, stop_price=D("88000"), stop_price_type=StopPriceType.MP
    )
    stop = stops.answered_futures(waiting)
    account.waiting["theirs-1"] = stop
    row = account.row(accepted())
    assert (row["phrase"], row["act"], row["order"]) == ("waiting for 88,000.0 (mark price)", "cancel", "theirs-1")
    account.waiting["theirs-1"] = replace(stop, ended=True, triggered=True)
    row = account.row(accepted())
    assert (row["phrase"], row["act"]) == ("triggered", None)
    account.became["theirs-1"] = "theirs-2"
    account.orders["theirs-2"] = order(order_id="theirs-2")
    row = account.row(accepted())
    assert (row["phrase"], row["act"], row["order"]) == ("triggered, resting", "cancel", "theirs-1")
    assert dict(row["details"])["Became order"] == "theirs-2"
    account.waiting["theirs-1"] = replace(stop, ended=True)
    account.orders.clear()
    assert account.row(accepted())["phrase"] == "cancelled, never triggered"


def test_a_stop_that_the_exchange_knows_no_more_waits_no_more(account: Account) -> None:
    """Nor is it called cancelled before anybody has said so."""
    stop = stops.answered_futures(replace(order_facts.FUTURES_ORDER, stop=StopDirection.UP, stop_price=D("88000")))
    account.waiting["theirs-1"] = replace(stop, seen=False)
    row = account.row(accepted())
    assert (row["word"], row["phrase"], row["act"]) == ("Accepted", "", None)
    account.ends["own-1"] = "gone: the exchange knows it no more"
    assert account.row(accepted())["phrase"] == "gone: the exchange knows it no more"


def test_a_pair_can_be_cancelled_until_that_is_known_to_be_done(account: Account) -> None:
    """What became of its two orders nobody links to it."""
    pair = accepted(SpotTicket(order=SPOT, oco=OcoTerms(stop_price=D(84500), limit_price=D(84000))))
    assert account.row(pair)["act"] == "cancel"
    account.wishes["theirs-1"] = wish(CancelState.CANCELLED, "Both of the pair are cancelled.")
    row = account.row(pair)
    assert (row["act"], row["notes"]) == (None, ["Both of the pair are cancelled."])


@pytest.mark.parametrize(
    ("placed", "before", "after"),
    [
        (accepted(), "", "cancelled"),
        (
            accepted(SpotTicket(order=SPOT, oco=OcoTerms(stop_price=D(84500), limit_price=D(84000)))),
            "as a pair",
            "as a pair, cancelled",
        ),
    ],
)
def test_an_end_that_only_the_journal_knows_is_told(
    account: Account, placed: Placement, before: str, after: str
) -> None:
    """Of an earlier run's order, and of a pair; nothing else changes when it is noted."""
    account.placed = (placed,)
    panel = account.panel()
    panel.change()
    (row,) = panel.full()["rows"].values()
    assert row["phrase"] == before
    account.ends[placed.ticket.client_oid] = "cancelled"
    assert panel.change() is not None
    (row,) = panel.full()["rows"].values()
    assert (row["phrase"], row["act"]) == (after, None)
    assert panel.change() is None


def test_the_journal_helps_out_where_fills_alone_are_known(account: Account) -> None:
    """They do not tell how it ended."""
    (fact,) = facts.filled_futures([order_facts.futures_fill(1, "20.2", 2, "4.04")])
    account.orders["theirs-1"] = order_state.state(fact, ours=True)
    assert account.row(accepted())["phrase"] == "filled 2, its end is not known"
    account.ends["own-1"] = "partially filled, rest cancelled"
    assert account.row(accepted())["phrase"] == "partially filled, rest cancelled"


def wish(state: CancelState, words: str = "", took: float | None = None) -> Cancellation:
    """What became of a wish to cancel."""
    return Cancellation(order_id="theirs-1", symbol=LINEAR, state=state, words=words, took=took)


@pytest.mark.parametrize(
    ("wished", "act", "notes"),
    [
        (wish(CancelState.SENT), "cancelling", ["Cancel sent, no answer yet."]),
        (wish(CancelState.REFUSED, "not now"), "cancel", ["Cancel refused: Not now."]),
        (wish(CancelState.UNKNOWN, "No answer in 15 s."), "cancel", ["No answer in 15 s."]),
    ],
)
def test_a_cancel_has_an_outcome_of_its_own(account: Account, wished: Cancellation, act: str, notes: list[str]) -> None:
    """Under way it cannot be pressed again; where it came to nothing it can."""
    account.orders["theirs-1"] = order()
    account.wishes["theirs-1"] = wished
    row = account.row(accepted())
    assert (row["act"], row["notes"]) == (act, notes)


def test_a_cancel_that_came_too_late_says_so(account: Account) -> None:
    """What the order itself tells is not told twice."""
    account.orders["theirs-1"] = order(filled_size=Lots(5), filled_value=D("10.05"), active=False)
    account.wishes["theirs-1"] = wish(CancelState.FILLED, "It was filled before the cancel came.", 0.1)
    row = account.row(accepted())
    assert (row["phrase"], row["notes"]) == ("filled 5 of 5", ["It was filled before the cancel came."])
    account.orders["theirs-1"] = order(active=False, cancelled=True)
    account.wishes["theirs-1"] = wish(CancelState.CANCELLED, "Cancelled, nothing of it was filled.", 0.084)
    row = account.row(accepted())
    assert (row["notes"], dict(row["details"])["Cancel"]) == ([], "cancelled, 84 ms")


def several(count: int, state: Callable[[int], TicketState]) -> tuple[Placement, ...]:
    """Placements, newest first."""
    tickets = [FuturesTicket(order=replace(LIMIT, client_oid=f"own-{index}")) for index in range(count)]
    return tuple(placement(state(index), ticket) for index, ticket in enumerate(tickets))


def test_everything_comes_first_and_then_the_rows_that_changed(account: Account) -> None:
    """A look at which nothing is new tells nothing."""
    panel = account.panel()
    empty = panel.change()
    assert empty is not None
    assert (empty.kind, empty.body["rows"], empty.body["order"]) == ("full", {}, [])
    account.placed = several(2, lambda _: TicketState.SENT)
    more = panel.change()
    assert more is not None
    assert more.kind == "more"
    assert (more.body["order"], set(more.body["rows"])) == (["own-0", "own-1"], {"own-0", "own-1"})
    assert more.body["said"] == "2 sent"
    assert panel.change() is None
    account.placed = (replace(account.placed[0], state=TicketState.UNKNOWN, lookups=1), account.placed[1])
    more = panel.change()
    assert more is not None
    assert (set(more.body), set(more.body["rows"])) == ({"said", "rows"}, {"own-0"})
    assert more.body["said"] == "2 sent, 1 being looked up"
    account.placed = account.placed[1:]
    assert panel.change() == ("more", {"said": "1 sent", "order": ["own-1"]})
    assert set(panel.full()["rows"]) == {"own-1"}


def test_a_wish_that_runs_out_of_time_is_noticed(account: Account) -> None:
    """It changes only when it is asked about, and nothing else does."""
    account.orders["theirs-1"] = order()
    account.wishes["theirs-1"] = wish(CancelState.SENT)
    account.placed = (accepted(),)
    panel = account.panel()
    panel.change()
    account.wishes["theirs-1"] = wish(CancelState.UNKNOWN, "No answer in 15 s.")
    assert panel.change() is not None
    assert panel.full()["rows"]["own-1"]["act"] == "cancel"


def test_open_ones_are_shown_however_many_came_after(account: Account) -> None:
    """Of the others fifty are, and the rest is counted; what never left is not counted as sent."""
    account.placed = several(
        70, lambda index: {0: TicketState.NOT_SENT, 69: TicketState.UNKNOWN}.get(index, TicketState.REFUSED)
    )
    change = account.panel().change()
    assert change is not None
    assert (len(change.body["order"]), change.body["order"][-1], change.body["earlier"]) == (51, "own-69", 19)
    assert change.body["said"] == "69 sent, 1 being looked up"


def test_what_was_found_at_the_exchange_stands_at_its_row_or_apart(account: Account) -> None:
    """An order from elsewhere has no row, and is named with its id."""
    account.found = (
        Divergence("own-1", "theirs-1", LINEAR, "It was filled, and this desk had not been told."),
        Divergence(None, "theirs-9", PAIR, "It is in the market, and no ticket of this desk has its id."),
    )
    row = account.row(accepted())
    assert row["notes"] == ["It was filled, and this desk had not been told."]
    panel = account.panel()
    panel.change()
    assert panel.full()["apart"] == [
        "BTC-USDT, order theirs-9: It is in the market, and no ticket of this desk has its id."
    ]
    account.found = ()
    more = panel.change()
    assert more is not None
    assert (more.body["apart"], more.body["rows"]["own-1"]["notes"]) == ([], [])


def test_it_is_as_fresh_as_the_accounts_own_sockets(account: Account) -> None:
    """What we sent is always known; what became of it is told there."""
    private = FeedStatus("feed-spot-private", FeedState.LIVE)
    account.scene.heard.statuses = (private,)
    account.scene.hub.changed(private)
    assert account.panel().fresh() == (LIVE, None, None)
    account.scene.heard.statuses = ()
    assert account.panel().fresh().state == STALE


def test_without_an_account_there_is_no_panel() -> None:
    """The page says why."""
    with pytest.raises(InvalidRequest, match="no account"):
        names.opened(Scene().sight, PANEL)


@pytest.mark.parametrize(("last", "told"), [(None, None), (0.0842, 84)])
def test_the_strip_is_told_how_long_the_last_order_took(account: Account, last: float | None, told: int | None) -> None:
    """From the press to the answer; nothing where nothing was answered."""
    account.last_took = last
    change = StatusPanel(replace(account.scene.sight, trading=account)).change()
    assert change is not None
    assert change.body["answered_ms"] == told
