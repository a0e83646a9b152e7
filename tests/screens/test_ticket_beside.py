"""What stands beside the ticket's form: the rows of a preview, and what a press in the list of orders comes to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.preview import Holding, Preview, Rest, Taking, Worst
from kucoin.desk.principal import Role
from kucoin.errors import InvalidRequest
from pages.widgets import ticket_sent
from pages.widgets.ticket_preview import Row, payload

D = Decimal
CONTRACT: Any = SimpleNamespace(rules=SimpleNamespace(price_decimals=1, quote="USDT", futures=True))
PAIR: Any = SimpleNamespace(rules=SimpleNamespace(price_decimals=1, quote="USDT", futures=False))
FUTURES = Preview(
    fills=((D("87113"), D(197)), (D("87114"), D(53))),
    average=D("87113.212"),
    slippage=D("0.812"),
    slippage_ratio=D("0.00001"),
    fee=D("13.0669"),
    fee_currency="USDT",
    fee_rate=D("0.0006"),
    liquidity=Taking.TAKER,
    cost_currency="USDT",
    margin=D("2177.83"),
    available_before=D("20646.71"),
    available_after=D("18455.81"),
    liquidation=D(72380),
    liquidation_before=D(71940),
    distance=D("0.169"),
    position_before=Holding(1250, D("85204.6")),
    position_after=Holding(1500, D("85522.7")),
    worst=Worst(D(-679), D("0.0146")),
    book_age=0.1,
)


def rows(preview: Preview | None, terms: Any = CONTRACT) -> dict[str, Row]:
    """Return what is drawn, by label."""
    futures = terms is not None and terms.rules.futures
    return {row["label"]: row for row in payload(preview, terms, futures=futures)["rows"]}


def texts(preview: Preview | None, terms: Any = CONTRACT) -> dict[str, tuple[str, str]]:
    """Return figure and second line by label."""
    return {label: (row["value"], row.get("second", "")) for label, row in rows(preview, terms).items()}


def test_every_consequence_of_a_futures_order_is_written_out() -> None:
    """Figures with their unit, and beneath them what they come from."""
    assert texts(FUTURES) == {
        "Average fill": ("87,113.21", "197 at 87,113.0 and 53 at 87,114.0"),
        "Slippage": ("0.81", ""),
        "Fee": ("13.07 USDT", "taker 0.06\u2009%, your rate"),
        "Margin needed": ("2,177.83 USDT", "available 20,646.71 → 18,455.81"),
        "Liquidation, estimated": ("72,380.0", "from 71,940.0"),
        "Position after": ("Long 1,500", "entry 85,522.70, from 85,204.60"),
        "Worst case at the stop": ("−679.00 USDT", "fees counted, 1.46\u2009% of equity"),
    }
    drawn = rows(FUTURES)
    assert drawn["Slippage"]["beside"] == "0.001\u2009%"
    assert (drawn["Position after"]["look"], drawn["Worst case at the stop"]["look"]) == ("up", "loss")


def test_a_spot_order_says_what_goes_and_what_comes() -> None:
    """Money in cents, coins with the digits that count; what is borrowed is named."""
    spot = Preview(
        fills=tuple((D(87113 + index), D("0.01")) for index in range(9)),
        rest=D("0.2"),
        rest_is=Rest.RESTS,
        average=D("87117.1"),
        cost=D("25263.95"),
        cost_currency="USDT",
        gets=D("0.28971012"),
        gets_currency="BTC",
        borrow=D("1200.5"),
    )
    told = texts(spot, PAIR)
    assert told["Average fill"] == ("87,117.10", "9 levels from 87,113.0 to 87,121.0, 0.2 rest")
    assert told["Cost"] == ("25,263.95 USDT", "")
    assert told["You receive"] == ("0.28971012 BTC", "")
    assert told["Borrowed"] == ("1,200.50 USDT", "at interest")
    assert texts(replace(spot, borrow=None), PAIR)["Borrowed"] == ("nothing", "")


def test_what_is_not_known_is_a_dash_with_its_reason() -> None:
    """Never a nought; before anything is known every row stands there all the same."""
    unread = Preview(reasons={"fee": "Your rate was not read yet.", "liquidation": "The tiers were not read yet."})
    drawn = rows(unread)
    assert (drawn["Fee"]["value"], drawn["Fee"]["hint"]) == ("–", "Your rate was not read yet.")
    assert drawn["Liquidation, estimated"]["value"] == "–"
    assert {row["value"] for row in rows(None, CONTRACT).values()} == {"–"}
    nothing = payload(None, None, futures=True)
    assert len(nothing["rows"]) == len(rows(FUTURES))
    assert nothing["notes"] == ["Fill in price and size to see what would come of it."]


def test_an_order_that_fills_nothing_now_says_where_it_goes() -> None:
    """It rests, or what is left of it is cancelled."""
    resting = replace(FUTURES, fills=(), average=None, rest=D(250), rest_is=Rest.RESTS)
    assert texts(resting)["Average fill"] == ("–", "250 contracts rest")
    cut = replace(FUTURES, rest=D(53), rest_is=Rest.CANCELLED, fills=FUTURES.fills[:1])
    assert texts(cut)["Average fill"][1] == "197 at 87,113.0, 53 contracts cancelled"


@pytest.mark.parametrize(("distance", "look"), [("0.05", "alert"), ("0.169", "warn"), ("0.4", "")])
def test_a_liquidation_that_is_near_stands_out(distance: str, look: str) -> None:
    """By the same steps as in the table of positions."""
    assert rows(replace(FUTURES, distance=D(distance)))["Liquidation, estimated"]["beside_look"] == look


def test_a_position_that_nothing_liquidates_says_so() -> None:
    """As does one that is closed by the order; neither is unknown."""
    flat = replace(FUTURES, liquidation=None, distance=None, position_after=Holding(0, None))
    told = texts(flat)
    assert told["Liquidation, estimated"][0] == "none"
    assert told["Position after"] == ("none", "from 85,204.60")
    safe = replace(FUTURES, liquidation=D(0), distance=None)
    assert texts(safe)["Liquidation, estimated"][0] == "none"


@pytest.mark.parametrize(("act", "told"), [("cancel", "theirs-1"), ("decide", "own-1")])
def test_a_press_goes_to_the_desk_with_who_pressed(act: str, told: str) -> None:
    """The session's own principal, and the id as the browser told it."""
    heard: list[tuple[str, str, Role]] = []
    desk: Any = SimpleNamespace(
        cancels=SimpleNamespace(cancel=lambda order_id, who: heard.append(("cancel", order_id, who.role))),
        trading=SimpleNamespace(decide=lambda client_oid, who: heard.append(("decide", client_oid, who.role))),
    )
    assert ticket_sent.carry_out(desk, act, told) is None
    assert heard == [(act, told, Role.ADMIN)]


def test_a_press_that_comes_to_nothing_says_why() -> None:
    """In the Desk's words; what is no id does not even reach it."""

    def refuse(order_id: str, who: object) -> None:
        raise InvalidRequest(f"no order {order_id} is known here")

    desk: Any = SimpleNamespace(cancels=SimpleNamespace(cancel=refuse))
    assert ticket_sent.carry_out(desk, "cancel", "forged") == "no order forged is known here"
    assert ticket_sent.carry_out(desk, "cancel", {"id": "forged"}) is None
