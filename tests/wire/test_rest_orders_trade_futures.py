"""Our client trades futures, moves money and loses answers on the practice exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.errors import (
    ApiError,
    DuplicateOrder,
    InsufficientBalance,
    KucoinError,
    NotCancellable,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    TooManyRequests,
)
from kucoin.model.ledger import Direction, Wallet
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    OrderStatus,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
)
from kucoin.model.position import PositionMode
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import CONTRACT, PAIR, mark, new_id, opening, resting

D = Decimal
Connect = Callable[..., Exchange]


def test_a_futures_order_lives_as_it_was_wished(floor: Practice, trader: Connect) -> None:
    """Placed, found, refused a second time, cancelled."""
    orders = trader().futures_orders
    wish = opening(floor, post_only=True)
    orders.test_order(wish)
    order_id = orders.place(wish)
    order = orders.order(order_id=order_id)
    assert (order.client_oid, order.side, order.price, order.size, order.leverage) == (
        *(wish.client_oid, wish.side, wish.price, wish.size, wish.leverage),
    )
    assert (order.margin_mode, order.position_side, order.post_only, order.status) == (
        *(MarginMode.ISOLATED, PositionSide.BOTH, True, OrderStatus.OPEN),
    )
    assert orders.order_by_client_oid(client_oid=wish.client_oid) == order
    assert order in orders.open_orders(symbol=CONTRACT)
    assert orders.open_value(symbol=CONTRACT).buy_size == 3
    with pytest.raises(DuplicateOrder):
        orders.place(wish)
    assert orders.cancel(order_id=order_id) == (order_id,)
    assert orders.order(order_id=order_id).status is OrderStatus.CANCELLED
    with pytest.raises(NotCancellable):
        orders.cancel(order_id=order_id)


def closing() -> NewFuturesOrder:
    """An order that closes the whole position."""
    return NewFuturesOrder(
        client_oid=new_id(), symbol=CONTRACT, type=OrderType.MARKET, margin_mode=MarginMode.ISOLATED, close_order=True
    )


def test_a_position_is_opened_fed_and_closed(floor: Practice, trader: Connect) -> None:
    """Its margin changes as asked; closed, it is in the history with its fees."""
    exchange = trader()
    orders, positions = exchange.futures_orders, exchange.futures_positions
    for _left_by_others in exchange.futures.positions_of(symbol=CONTRACT):
        orders.place(closing())
    opened = orders.place(opening(floor, type=OrderType.MARKET, price=None, size=Lots(5)))
    order = orders.order(order_id=opened)
    assert (order.status, order.filled_size, order.price) == (OrderStatus.FILLED, 5, None)
    (position,) = (each for each in exchange.futures.positions() if each.symbol == CONTRACT)
    assert (position.current_qty, position.avg_entry_price) == (5, order.average_price)
    positions.add_margin(symbol=CONTRACT, margin=D("1.5"), client_id=new_id())
    (fed,) = exchange.futures.positions_of(symbol=CONTRACT)
    assert position.pos_margin is not None
    assert fed.pos_margin == position.pos_margin + D("1.5")
    assert positions.most_removable_margin(symbol=CONTRACT) >= 1
    positions.remove_margin(symbol=CONTRACT, margin=D(1))
    closed = orders.order(order_id=orders.place(closing()))
    assert (closed.status, closed.side, closed.filled_size) == (OrderStatus.FILLED, Side.SELL, 5)
    assert CONTRACT not in {each.symbol for each in exchange.futures.positions()}
    fills = [*orders.fills(order_id=opened).items, *orders.fills(order_id=closed.order_id).items]
    past = positions.closed_positions(symbol=CONTRACT).items[0]
    assert past.trade_fee == sum(fill.fee for fill in fills)
    assert past.pnl == closed.filled_value - order.filled_value - past.trade_fee


def test_many_futures_orders_at_once(floor: Practice, trader: Connect) -> None:
    """Placed in a batch, each told apart; cancelled by lists of either id, and all of a contract."""
    orders = trader().futures_orders
    wishes = [opening(floor) for _ in range(4)]
    fates = orders.place_batch(wishes)
    ids = [str(fates[wish.client_oid]) for wish in wishes]
    refused = orders.place_batch([replace(wishes[0], size=Lots(2)), opening(floor, leverage=10_000)])
    assert isinstance(refused[wishes[0].client_oid], DuplicateOrder)
    assert all(isinstance(fate, ApiError) for fate in refused.values())
    assert orders.cancel_many(order_ids=ids[:2]) == {ids[0]: None, ids[1]: None}
    again = orders.cancel_many(order_ids=ids[1:3])
    assert isinstance(again[ids[1]], NotCancellable)
    assert again[ids[2]] is None
    oid = wishes[3].client_oid
    assert orders.cancel_many_by_client_oid(client_oids=[oid], symbol=CONTRACT) == {oid: None}
    last = opening(floor)
    assert orders.cancel_all(symbol=CONTRACT) == ()
    placed = orders.place(last)
    assert orders.cancel_all(symbol=CONTRACT) == (placed,)


def test_futures_stops_wait_and_are_cancelled(floor: Practice, trader: Connect) -> None:
    """One that opens, and a bracket around an order."""
    orders = trader().futures_orders
    stop = FuturesStop(direction=StopDirection.DOWN, price=mark(floor, "0.8"), price_type=StopPriceType.MP)
    wish = opening(floor, stop=stop, price=mark(floor, "0.79"))
    order_id = orders.place(wish)
    waiting = orders.order(order_id=order_id)
    assert (waiting.stop, waiting.stop_price, waiting.stop_price_type) == (
        *(StopDirection.DOWN, stop.price, StopPriceType.MP),
    )
    assert waiting in orders.stops(symbol=CONTRACT)
    assert waiting not in orders.open_orders(symbol=CONTRACT)
    assert orders.cancel_stops(symbol=CONTRACT) == (order_id,)
    entry = opening(floor)
    orders.place_bracket(entry, above=mark(floor, "1.2"), below=mark(floor, "0.7"), price_type=StopPriceType.TP)
    orders.cancel_by_client_oid(client_oid=entry.client_oid, symbol=CONTRACT)
    orders.cancel_stops(symbol=CONTRACT)
    assert orders.stops(symbol=CONTRACT) == ()


def test_modes_and_leverage_are_set(trader: Connect) -> None:
    """On a user who owns nothing, so that nothing stands against it."""
    positions = trader("empty").futures_positions
    positions.switch_margin_mode(symbol=CONTRACT, mode=MarginMode.CROSS)
    assert positions.margin_mode(symbol=CONTRACT) is MarginMode.CROSS
    positions.set_cross_leverage(symbol=CONTRACT, leverage=D(7))
    assert positions.cross_leverage(symbol=CONTRACT) == 7
    for mode in (PositionMode.HEDGE, PositionMode.ONE_WAY):
        positions.switch_position_mode(mode=mode)
        assert positions.position_mode() is mode
    for level in (2, 1):
        positions.change_risk_tier(symbol=CONTRACT, level=level)


# --- money


def test_money_is_moved_and_written_down(trader: Connect) -> None:
    """From funding to spot, with a line in the ledger; a key without the permission may not."""
    exchange = trader()
    before = exchange.transfers.transferable(currency="USDT", wallet=Wallet.MAIN).transferable
    move: dict[str, Any] = {"currency": "USDT", "amount": D("12.5"), "source": Wallet.MAIN, "target": Wallet.TRADE}
    exchange.transfers.transfer(client_oid=new_id(), **move)
    after = exchange.transfers.transferable(currency="USDT", wallet=Wallet.MAIN).transferable
    assert before - after == D("12.5")
    line = exchange.ledgers.funding(currencies=["USDT"]).items[0]
    assert (line.direction, line.change, line.balance) == (Direction.OUT, D("-12.5"), after)
    with pytest.raises(PermissionDenied):
        trader("open").transfers.transfer(client_oid=new_id(), **move)
    with pytest.raises(InsufficientBalance):
        exchange.transfers.transfer(client_oid=new_id(), **(move | {"amount": D(10**9)}))


# --- faults


@pytest.mark.parametrize("futures", [False, True], ids=["spot", "futures"])
@pytest.mark.parametrize(
    ("fault", "kind", "exists"),
    [
        ({"name": "lose_answer"}, OutcomeUnknown, True),
        ({"name": "accept_then_5xx"}, OutcomeUnknown, True),
        ({"name": "refuse_5xx"}, OutcomeUnknown, False),
        ({"name": "cdn_page"}, OutcomeUnknown, False),
        ({"name": "bad_body", "kind": "data_null"}, OutcomeUnknown, True),
        ({"name": "bad_body", "kind": "field_missing", "field": "orderId"}, OutcomeUnknown, True),
        ({"name": "bad_body", "kind": "truncated"}, OutcomeUnknown, True),
        ({"name": "http_429_bare"}, TooManyRequests, False),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_an_order_whose_answer_is_lost_is_found_or_not(
    *, fault: dict[str, Any], kind: type[KucoinError], exists: bool, futures: bool, floor: Practice, trader: Connect
) -> None:
    """Sent once, unknown, and then looked up by our own id: there it is exactly where the exchange took it."""
    exchange = trader()
    orders = exchange.futures_orders if futures else exchange.spot_orders
    wish: Any = opening(floor) if futures else resting(floor)
    path = "/api/v1/orders" if futures else "/api/v1/hf/orders"
    floor.faults({**fault, "method": "POST", "path": path, "times": 1})
    with pytest.raises(kind):
        orders.place(wish)
    place: dict[str, str] = {} if futures else {"symbol": PAIR}
    orders = trader().futures_orders if futures else trader().spot_orders  # the old one may spare the host for a while
    if exists:
        assert orders.order_by_client_oid(client_oid=wish.client_oid, **place).status is OrderStatus.OPEN
        found = [order.client_oid for order in orders.open_orders(symbol=wish.symbol)]
        assert found.count(wish.client_oid) == 1
    else:
        with pytest.raises(NotFound):
            orders.order_by_client_oid(client_oid=wish.client_oid, **place)
