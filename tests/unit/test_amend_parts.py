"""The parts of an amend: its ticket, its way to the exchange, and what is found of it where no answer came."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk import dispatch, facts, lookup, stops
from kucoin.desk.changed import Wish, changed, reached, triggered
from kucoin.desk.faults_spot import of_spot
from kucoin.desk.freed import freed
from kucoin.desk.order_state import state
from kucoin.errors import InvalidRequest, NotFound
from kucoin.model.order import FuturesStop, Lots, Order, Side, StopDirection, StopPriceType, TradeType
from kucoin.model.page import Page
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Amends, SpotTicket, SpotTrigger
from tests.order_facts import FUTURES_ORDER, ORDER, START
from tests.preview_scene import coins, contract, lots, pair, terms_of
from tests.trading_rig import Wire, answer, exchange_on, spot

D = Decimal
AMENDED = SpotTicket(
    order=replace(spot().order, client_oid="ours-amend", symbol=ORDER.symbol, price=D(71), size=D("0.5")),
    replaces=ORDER.order_id,
    amends=Amends(client_oid="own-1", price=D(71)),
)
WIDE = {"base_min_size": D("0.0001"), "base_max_size": D(1_000), "quote_min_size": D(1), "quote_max_size": D(10**6)}
DOWN = FuturesStop(direction=StopDirection.DOWN, price=D(90_000), price_type=StopPriceType.MP)


def anew(ticket: Any, **wish: Any) -> Any:
    """What takes a ticket's place, 2 of it being filled."""
    return changed(ticket, Wish(**wish), client_oid="new", replaces="old", filled=D(2))


def test_what_is_left_of_an_order_takes_its_place_and_all_else_stays() -> None:
    """The size that is wished for is that of the whole."""
    old = lots(Side.BUY, 5, "100", reduce_only=True, post_only=True)
    assert anew(old).order == replace(old.order, client_oid="new", size=Lots(3))
    assert anew(old, size=D(7), price=D(99)).order == replace(old.order, client_oid="new", size=Lots(5), price=D(99))
    margin = coins(Side.BUY, "5.5", "100", trade_type=TradeType.MARGIN_TRADE, auto_borrow=True)
    assert anew(margin) == replace(margin, order=replace(margin.order, client_oid="new", size=D("3.5")), replaces="old")


def test_a_wish_says_what_is_to_become_of_an_order() -> None:
    """In one line, with what changes."""
    order = state(facts.answered(ORDER), ours=True)
    assert Wish(price=D("71.5")).of(order) == "Buy 0.5 LTC-USDT at 70 → 71.5"
    assert Wish(size=D(2), price=D(1)).of(None) == "price 1, size 2"
    stop = stops.answered_futures(replace(FUTURES_ORDER, stop=StopDirection.DOWN, stop_price=D(19), price=None))
    assert Wish(trigger=D("18.50"), size=D(4)).of(stop) == "Sell 5 → 4 AVAXUSDTM once at 19 → 18.5"


def test_a_trigger_is_changed_and_what_had_triggered_waits_no_more() -> None:
    """On futures and on spot."""
    stop = lots(Side.SELL, 5, stop=DOWN)
    assert anew(stop, trigger=D(91_000)).order.stop == replace(DOWN, price=D(91_000))
    entry = coins(Side.BUY, "5", "100", trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D(110)))
    assert anew(entry, trigger=D(120)).trigger == SpotTrigger(stop=SpotStop.ENTRY, price=D(120))
    assert triggered(stop).order.stop is None
    assert triggered(entry).trigger is None
    plain = lots(Side.SELL, 5)
    assert triggered(plain) is plain


@pytest.mark.parametrize(
    ("ticket", "wish", "words"),
    [
        (lots(Side.SELL, 5), {"price": D(1)}, "no price of its own"),
        (lots(Side.SELL, 5, "100"), {"trigger": D(1)}, "waits for no price"),
        (lots(None, None, close_order=True), {"size": D(1)}, "no size that could be changed"),
        (lots(Side.SELL, 5, "100"), {"size": D("4.5")}, "no whole number of lots"),
    ],
)
def test_a_wish_for_what_an_order_does_not_have_is_refused(ticket: Any, wish: Any, words: str) -> None:
    """Nothing is made up."""
    with pytest.raises(InvalidRequest, match=words):
        anew(ticket, **wish)


@pytest.mark.parametrize(
    ("ticket", "is_reached"),
    [
        (lots(Side.SELL, 5, stop=DOWN), False),
        (lots(Side.SELL, 5, stop=replace(DOWN, price=D(100_000))), True),
        (lots(Side.SELL, 5, stop=replace(DOWN, price_type=StopPriceType.TP, price=D(99_999))), True),
        (lots(Side.SELL, 5, stop=replace(DOWN, price_type=StopPriceType.IP, price=D(999_999))), False),
        (lots(Side.SELL, 5, stop=replace(DOWN, direction=StopDirection.UP)), True),
        (coins(Side.BUY, "1", "9", trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D(99_998))), True),
        (coins(Side.BUY, "1", "9", trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(99_998))), False),
        (coins(Side.BUY, "1", "9"), False),
    ],
)
def test_a_price_that_is_reached_already_is_told(ticket: Any, is_reached: bool) -> None:
    """The mark price is 100,000, the last 99,999; the index price is not known here."""
    assert bool(reached(ticket, D(99_999), D(100_000))) is is_reached
    assert reached(ticket, None, None) == ""


def test_an_amend_leaves_as_one_and_only_with_what_is_changed() -> None:
    """No order is placed besides."""
    wire = Wire()
    wire.say = lambda: answer('{"newOrderId":"2","clientOid":"own-1"}')
    assert dispatch.send(exchange_on(wire), AMENDED) == "2"
    ((endpoint, body),) = wire.sent
    assert endpoint.path == "/api/v1/hf/orders/alter"
    assert body == {"symbol": ORDER.symbol, "orderId": ORDER.order_id, "newPrice": "71"}
    assert dispatch.test(exchange_on(wire), AMENDED) is False
    assert lookup.windowed(AMENDED) is False
    for wrong in ({"trade_type": TradeType.MARGIN_TRADE}, {"replaces": None}):
        with pytest.raises(InvalidRequest, match="changed in one call"):
            dispatch.verify(replace(AMENDED, **wrong))


@dataclass
class Sources:
    """Stands for the exchange's spot orders, and for the exchange that has them."""

    old: Order
    others: list[Order] = field(default_factory=list)

    @property
    def spot_orders(self) -> Sources:
        """Itself."""
        return self

    def order(self, *, order_id: str, symbol: str) -> Order:
        """The old one."""
        assert (order_id, symbol) == (self.old.order_id, self.old.symbol)
        return self.old

    def order_by_client_oid(self, **_: str) -> Order:
        """None: it is told by lists only."""
        raise NotFound(code="1", message="none", request="GET")

    def open_orders(self, **_: str) -> list[Order]:
        """All but those that have ended."""
        return [each for each in [*self.others, self.old] if each.active]

    def done_orders(self, **_: Any) -> Page[Order]:
        """Those."""
        return Page(tuple(each for each in [*self.others, self.old] if not each.active), None)


def found(old: Order, *others: Order, ticket: SpotTicket = AMENDED) -> lookup.Amended:
    """What is found of the amend."""
    now = START + timedelta(minutes=5)
    return lookup.find_amended(Sources(old, list(others)), ticket, handed_at=now, now=now)  # type: ignore[arg-type]


LATER = replace(ORDER, order_id="2", price=D(71), created_at=START + timedelta(minutes=5))


def test_as_long_as_the_old_order_lives_nothing_is_known() -> None:
    """The amend may still come."""
    assert found(ORDER) == lookup.Amended(None, in_vain=False)


def test_the_new_order_is_told_by_client_id_price_and_age() -> None:
    """Not by that of a stranger, of another price, or of one that was there before the old one."""
    old = replace(ORDER, active=False, cancelled=True)
    assert found(old, LATER) == lookup.Amended(LATER, in_vain=False)
    ended = replace(LATER, active=False)
    assert found(old, ended).order == ended
    for wrong in (
        {"client_oid": "another"},
        {"price": D(70)},
        {"created_at": START - timedelta(minutes=1), "active": False},
    ):
        assert found(old, replace(LATER, **wrong)) == lookup.Amended(None, in_vain=True)


def test_without_a_client_id_only_a_filled_order_proves_that_there_is_no_new_one() -> None:
    """A cancelled one may have been amended."""
    assert AMENDED.amends is not None
    nameless = replace(AMENDED, amends=replace(AMENDED.amends, client_oid=None))
    cancelled = replace(ORDER, active=False, cancelled=True)
    filled = replace(ORDER, active=False, filled_size=D("0.5"))
    assert found(cancelled, LATER, ticket=nameless) == lookup.Amended(None, in_vain=False)
    assert found(filled, ticket=nameless) == lookup.Amended(None, in_vain=True)


def test_an_accepted_amend_is_known_under_the_old_client_id() -> None:
    """And its size is left to the exchange."""
    fact = facts.placed(AMENDED, "2")
    assert fact is not None
    assert (fact.client_oid, fact.price, fact.size, fact.trade_type) == ("own-1", D(71), None, TradeType.TRADE)


def test_what_the_old_order_holds_is_there_for_the_new_one() -> None:
    """A buy of 2 at 100 frees 200 and the fee; one that has ended frees nothing."""
    terms = terms_of(pair(), available={(TradeType.TRADE, "USDT"): D(10)})
    order = replace(ORDER, symbol="BTC-USDT", price=D(100), size=D(2), remaining_size=D(2))
    there_is = freed(terms, state(facts.answered(order), ours=True)).available
    assert there_is == {(TradeType.TRADE, "USDT"): D(10) + 200 * D("1.001")}
    over = state(facts.answered(replace(order, active=False)), ours=True)
    assert freed(terms, over).available == terms.available
    new = coins(Side.BUY, "2", "101")
    needed = [each.field for each in of_spot(new, terms, pair(**WIDE)) if each.field == "balance"]
    assert needed == ["balance"]
    less = coins(Side.BUY, "2", "100")
    assert list(of_spot(less, freed(terms, state(facts.answered(order), ours=True)), pair(**WIDE))) == []


def test_an_opening_futures_order_frees_its_margin_and_a_reducing_one_nothing() -> None:
    """100 lots at 100,000 are worth 10,000: at 10x that is 1,000 and what else is frozen."""
    terms = terms_of(contract())
    order = replace(FUTURES_ORDER, symbol="XBTUSDTM", price=D(100_000), size=Lots(100))
    before = terms.available["futures", "USDT"]
    after = freed(terms, state(facts.answered_futures(order), ours=True)).available["futures", "USDT"]
    assert D(1_000) < after - before < D(1_100)
    reducing = state(facts.answered_futures(replace(order, reduce_only=True)), ours=True)
    assert freed(terms, reducing).available == terms.available
