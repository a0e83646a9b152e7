"""What has to be agreed to before an order may leave."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.preview import CautionKind
from kucoin.model.order import FuturesStop, Side, StopDirection, StopPriceType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import SpotTrigger
from tests.preview_scene import book, coins, contract, group, lots, pair, see, terms_of

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
CALM = book("XBTUSDTM", bids="100@99999", asks="197@100000 100@100001")
TERMS = terms_of(contract())
SPOT = terms_of(pair(), available={})


def told(ticket: Any, view: Any, terms: Any = TERMS, **more: Any) -> list[tuple[str, str]]:
    """Every caution, kind and text."""
    return [(each.kind, each.text) for each in see(ticket, terms, view, group(), **more).cautions]


def test_a_calm_book_needs_no_tick() -> None:
    """Fresh, deep and near: nothing to agree to."""
    assert told(lots(BUY, 250), CALM, age=4.9) == []


@pytest.mark.parametrize(
    ("view", "age", "trouble", "text"),
    [
        (CALM, 5.0, None, "The order book is 5 s old."),
        (CALM, 190.0, "the socket is silent", "The order book is 3 min old: the socket is silent."),
        (CALM, 1.0, "the line is down", "The order book may be old: the line is down."),
        (
            book("XBTUSDTM", asks="300@100000", problem="no update has confirmed it yet"),
            1.0,
            None,
            "The order book may be wrong: no update has confirmed it yet.",
        ),
    ],
)
def test_an_old_book_says_how_old(view: Any, age: float, trouble: str | None, text: str) -> None:
    """The tick names the age, and the reason where there is one."""
    assert told(lots(BUY, 1), view, age=age, trouble=trouble) == [(CautionKind.STALE, text)]


def test_more_than_there_is_needs_a_tick() -> None:
    """297 lots are offered: all there is, or all that is known."""
    assert told(lots(BUY, 500), CALM) == [(CautionKind.THIN, "The book holds 297 of 500: the rest would be cancelled.")]
    known = book("XBTUSDTM", asks="197@100000 100@100001", edges=(None, D(100_001)))
    text = "Only 297 of 500 can be seen to fill: that is all that is known of the book."
    assert told(lots(BUY, 500), known) == [(CautionKind.THIN, text)]
    assert told(lots(BUY, 500, "100001"), CALM) == []  # the rest waits


@pytest.mark.parametrize(
    ("asks", "step", "text"),
    [
        ("1@100000 1@100198", 0, None),
        ("1@100000 1@100200", 1, None),
        ("1@100000 1@101000", 2, "The average fill would be 0.5 % worse than the best price."),
    ],
)
def test_slippage_is_quiet_amber_or_needs_a_tick(asks: str, step: int, text: str | None) -> None:
    """On futures from 0.1 % and from 0.5 %."""
    seen = see(lots(BUY, 2), TERMS, book("XBTUSDTM", asks=asks), group())
    assert seen.slippage_step == step
    assert [each.text for each in seen.cautions] == ([text] if text else [])


def test_spot_is_given_more_room() -> None:
    """From 2 % and from 5 %."""
    for far, step in (("103990", 0), ("104000", 1), ("110000", 2)):
        seen = see(coins(BUY, "2"), SPOT, book("BTC-USDT", asks=f"1@100000 1@{far}"))
        assert seen.slippage_step == step


def test_a_price_far_on_the_wrong_side_needs_a_tick() -> None:
    """A buy 3 % above the mark; 3 % below it costs nobody anything."""
    text = "The limit price is 3.0 % above the mark price, 100,000.0."
    assert told(lots(BUY, 1, "103000"), CALM) == [(CautionKind.FAR, text)]
    assert told(lots(SELL, 1, "97000"), CALM)[0][1] == "The limit price is 3.0 % below the mark price, 100,000.0."
    assert told(lots(BUY, 1, "97000"), CALM) == []


def test_the_price_of_a_stop_is_compared_with_its_trigger() -> None:
    """A buy that waits for 110,000 may cost 111,000, not 113,000."""
    stop = FuturesStop(direction=StopDirection.UP, price=D(110_000), price_type=StopPriceType.MP)
    assert told(lots(BUY, 1, "111000", stop=stop), CALM) == []
    ((kind, text),) = told(lots(BUY, 1, "113000", stop=stop), CALM)
    assert (kind, text) == (CautionKind.FAR, "The limit price is 2.7 % above its trigger, 110,000.0.")


@pytest.mark.parametrize(
    ("direction", "price", "watched", "text"),
    [
        (StopDirection.DOWN, "100001", StopPriceType.MP, "It would not wait: the mark price is 100,000.0 already."),
        (StopDirection.UP, "100000", StopPriceType.TP, "It would not wait: the last price is 100,000.0 already."),
        (StopDirection.UP, "99998", StopPriceType.IP, "It would not wait: the index price is 99,999.0 already."),
        (StopDirection.DOWN, "99999", StopPriceType.MP, None),
        (StopDirection.UP, "100001", StopPriceType.TP, None),
    ],
)
def test_a_stop_on_the_wrong_side_needs_a_tick_and_counts_as_an_order(
    direction: StopDirection, price: str, watched: StopPriceType, text: str | None
) -> None:
    """What was meant to wait would be sold or bought at once, at the prices of now and not at its trigger's."""
    terms = terms_of(contract(index_price=D(99_999)), last=D(100_000))
    ticket = lots(BUY, 1, stop=FuturesStop(direction=direction, price=D(price), price_type=watched))
    assert told(ticket, CALM, terms) == ([(CautionKind.AT_ONCE, text)] if text else [])
    seen = see(ticket, terms, CALM, group())
    assert seen.average == (D(100_000) if text else D(price))


@pytest.mark.parametrize(("stop", "waits"), [(SpotStop.ENTRY, "100001"), (SpotStop.LOSS, "99999")])
def test_so_does_one_on_spot(stop: SpotStop, waits: str) -> None:
    """By the last price, at or beyond which it waits for nothing."""
    terms = terms_of(pair(), last=D(100_000))

    def kinds(price: str) -> list[CautionKind]:
        ticket = replace(coins(SELL, "1"), trigger=SpotTrigger(stop=stop, price=D(price)))
        return [each.kind for each in see(ticket, terms, book("BTC-USDT", bids="5@99999")).cautions]

    assert CautionKind.AT_ONCE in kinds("100000")
    assert CautionKind.AT_ONCE not in kinds(waits)


def test_what_nobody_can_tell_needs_a_tick() -> None:
    """A market order without a book, a fee that was not read, a price beside nothing."""
    lost = "Nobody can tell what this would cost: the order book is not known."
    assert told(lots(BUY, 1), None) == [(CautionKind.UNKNOWN, lost)]
    ((kind, text),) = told(lots(BUY, 1), CALM, terms_of(contract(), fee=None))
    assert kind is CautionKind.UNKNOWN
    assert text == (
        "Not known: the fee, what it takes of the free money, the liquidation price. Your own fee rate is not read yet."
    )
    alone = told(coins(BUY, "1", "60000"), None, SPOT)
    assert alone == [(CautionKind.UNKNOWN, "No price is known that this one could be compared with.")]


def test_an_order_that_comes_to_nothing_needs_no_tick() -> None:
    """Why it would not is all there is to say."""
    assert told(lots(BUY, 500, "100000", post_only=True), CALM, age=60.0) == []
