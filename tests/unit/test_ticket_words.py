"""What the ticket and its confirmation say of an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.preview import Preview, Worst
from kucoin.desk.ticket_rules import Sizes
from kucoin.model.order import (
    FeeRate,
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
    TicketState,
)
from pages.widgets import ticket_outcome, ticket_strip, ticket_words
from tests.push_scene import LINEAR, PAIR
from tests.ticket_scene import futures_terms, held, spot_terms

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
FEE = FeeRate(PAIR, taker=D("0.001"), maker=D("0.001"))
SPOT, FUTURES = spot_terms(fee=FEE), futures_terms()


def spot(side: Side = BUY, **changes: Any) -> SpotTicket:
    """A limit order for half a coin; what belongs to the ticket goes there."""
    of_ticket = {name: changes.pop(name) for name in ("trade_type", "auto_borrow", "trigger", "oco") if name in changes}
    usual = {"type": OrderType.LIMIT, "price": D(70000), "size": D("0.5")}
    return SpotTicket(order=NewOrder(client_oid="1", symbol=PAIR, side=side, **{**usual, **changes}), **of_ticket)


def futures(bracket: Bracket | None = None, **changes: Any) -> FuturesTicket:
    """A limit order for 250 lots."""
    usual = {
        "type": OrderType.LIMIT,
        "price": D(70000),
        "size": Lots(250),
        "side": BUY,
        "margin_mode": MarginMode.CROSS,
    }
    return FuturesTicket(order=NewFuturesOrder(client_oid="1", symbol=LINEAR, **{**usual, **changes}), bracket=bracket)


CLOSING = futures(type=OrderType.MARKET, price=None, size=None, side=None, close_order=True)


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        (futures(), "Buy 250 contracts XBTUSDTM"),
        (futures(size=Lots(1), side=SELL), "Sell 1 contract XBTUSDTM"),
        (spot(SELL), "Sell 0.5 BTC, BTC-USDT"),
        (spot(type=OrderType.MARKET, price=None, size=None, funds=D(1000)), "Buy BTC-USDT for 1,000 USDT"),
        (CLOSING, "Close long 1,250 contracts XBTUSDTM"),
    ],
)
def test_the_button_is_a_verb_and_a_noun(ticket: Any, said: str) -> None:
    """Never OK."""
    terms = replace(FUTURES, positions=(held(1250),)) if ticket.futures else SPOT
    assert ticket_words.deed(ticket, terms) == said


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        (futures(), "Limit 70,000.0, good till cancelled: 0.25 BTC, 17,500.00 USDT, average fill 69,999.5."),
        (futures(type=OrderType.MARKET, price=None), "Market: 0.25 BTC, 17,500.00 USDT, average fill 69,999.5."),
        (
            futures(
                time_in_force=TimeInForce.IOC,
                stop=FuturesStop(direction=StopDirection.DOWN, price=D(65000), price_type=StopPriceType.MP),
            ),
            "When mark is at or below 65,000.0, limit 70,000.0, immediate or cancel: "
            "0.25 BTC, 17,500.00 USDT, average fill 69,999.5.",
        ),
        (
            futures(Bracket(above=D(72000), below=D(68000), price_type=StopPriceType.TP)),
            "Limit 70,000.0, good till cancelled: 0.25 BTC, 17,500.00 USDT, average fill 69,999.5, "
            "take profit 72,000.0 by last, stop 68,000.0 by last.",
        ),
    ],
)
def test_a_confirmation_is_one_line(ticket: FuturesTicket, said: str) -> None:
    """Type, price, life, size in the other units, average fill, what is attached."""
    preview = Preview(sizes=Sizes(D(250), D("0.250"), D(17500)), average=D("69999.5"))
    assert ticket_words.sentence(ticket, FUTURES, preview) == said


def test_waiting_orders_and_pairs_of_spot_say_for_what() -> None:
    """And how long an order lives that has an end."""
    preview = Preview(sizes=Sizes(None, D("0.5"), D(35000)))
    waits = spot(trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D(71000)), time_in_force=TimeInForce.FOK)
    assert ticket_words.sentence(waits, SPOT, preview).startswith(
        "When last is at or above 71,000.0, limit 70,000.0, fill"
    )
    pair = spot(SELL, oco=OcoTerms(stop_price=D(65000), limit_price=D(64900)))
    assert "limit 70,000.0, or stop at 65,000.0 with limit 64,900.0: 35,000.00 USDT" in ticket_words.sentence(
        pair, SPOT, preview
    )
    ends = spot(time_in_force=TimeInForce.GTT, cancel_after=60)
    assert "good for 60 s" in ticket_words.sentence(ends, SPOT, preview)


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        (spot(), "At most 35,035.00 USDT leave the account."),
        (spot(SELL), "At most 0.5 BTC leave the account."),
        (spot(oco=OcoTerms(stop_price=D(71000), limit_price=D(72000))), "At most 36,036.00 USDT leave the account."),
        (
            spot(type=OrderType.MARKET, price=None, size=None, funds=D(1000)),
            "At most 1,001.00 USDT leave the account.",
        ),
        (
            spot(type=OrderType.MARKET, price=None),
            "About 35,040.00 USDT leave the account; a market order has no highest price.",
        ),
    ],
)
def test_what_leaves_at_most_is_the_order_and_not_the_book_of_now(ticket: SpotTicket, said: str) -> None:
    """A limit order may fill at its own price, a pair at the dearer one, a market order at any."""
    assert ticket_words.unbounded(ticket, SPOT, Preview(cost=D(35040))) == said


def test_the_worst_case_is_said_or_that_there_is_no_bound() -> None:
    """At the stop, at liquidation, or where nothing can be lost."""
    stopped = Preview(worst=Worst(D("-679"), D("0.0146")), cost_currency="USDT")
    assert ticket_words.worst(stopped) == (
        "If the stop fills at its price, the worst case is −679.00 USDT, 1.46\u2009% of equity."
    )
    bare = Preview(liquidation=D("57123.90116"), distance=D("0.184"))
    assert "liquidation, estimated at 57,123.9, 18.4\u2009% from mark." in ticket_words.unbounded(
        futures(), FUTURES, bare
    )
    assert "only make the position smaller" in ticket_words.unbounded(CLOSING, FUTURES, bare)


def test_an_outcome_names_no_position_that_came_after() -> None:
    """The order closed a long; what is open by now is another one."""
    done = Placement(
        ticket=CLOSING, by="t", state=TicketState.ACCEPTED, handed_at=datetime(2026, 11, 22, tzinfo=UTC), order_id="1"
    )
    line = ticket_outcome.line(done, futures_terms(positions=(held(-5),)))
    assert line == "**Accepted:** Close position XBTUSDTM."


def test_badges_tell_account_mode_and_options() -> None:
    """Those that an order has."""
    hedged = futures(position_side=PositionSide.SHORT, reduce_only=True, leverage=None)
    assert ticket_words.badges(hedged, FUTURES) == ["Futures", "hedge, short side", "cross 10×", "reduce-only"]
    borrows = spot(trade_type=TradeType.MARGIN_TRADE, auto_borrow=True, post_only=True)
    assert ticket_words.badges(borrows, SPOT) == ["Cross margin", "auto-borrow", "post-only"]


def test_a_price_that_moved_meanwhile_is_said() -> None:
    """On the side that the order takes from."""
    assert ticket_words.moved(D(5), D(5), BUY, 1) == "Ask unchanged since the ticket was filled."
    assert ticket_words.moved(D(5), D("4.5"), SELL, 1) == "Bid 4.5, −0.5 since the ticket was filled."
    assert ticket_words.moved(None, D(5), BUY, 1) == "Ask is not known."


def test_the_rules_of_a_symbol_stand_in_one_strip() -> None:
    """What does not exist for it is left out."""
    assert dict(ticket_strip.rules(FUTURES)) == {
        "Tick": "0.1",
        "Lot": "1 = 0.001 BTC",
        "Min": "1",
        "Max": "1,000,000",
        "Sell from": "66,500.0",
        "Buy up to": "73,500.0",
        "Your fee, maker / taker": "0.020\u2009% / 0.060\u2009%",
    }
    assert dict(ticket_strip.rules(SPOT))["and"] == "0.1 USDT"
