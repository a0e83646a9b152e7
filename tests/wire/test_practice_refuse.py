"""Refusals for reasons that the practice exchange never has: a fault brings them, and our client reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kucoin.errors import ApiError, DuplicateOrder, NotFound, OutcomeUnknown, PermissionDenied, TooManyRequests
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import PAIR, opening, resting

REFUSED = [
    ("spot", "400200", "the pair is not open to this account", ApiError),
    ("spot", "400330", "the price is too far from the reference", ApiError),
    ("spot", "400350", "the holding cap of the coin is reached", ApiError),
    ("spot", "400370", "the price is beyond its cap", ApiError),
    ("spot", "400500", "the coin may not be traded in the user's country", PermissionDenied),
    ("spot", "400700", "the account is under restriction", PermissionDenied),
    ("margin", "126022", "the price would break price protection", ApiError),
    ("margin", "126027", "limit orders only", ApiError),
    ("margin", "126028", "limit orders only for now", ApiError),
    ("margin", "126033", "the order was placed before", DuplicateOrder),
    ("margin", "126036", "the margin order could not be made", ApiError),
    ("margin", "126042", "the position limit is exceeded", ApiError),
    ("margin", "130202", "the account is being liquidated", ApiError),
    ("margin", "130204", "the platform's position limit is reached", ApiError),
    ("futures", "110188", "too many requests, the system is busy", TooManyRequests),
    ("futures", "116241", "only closing is allowed", ApiError),
    ("futures", "300017", "the position belongs to another product", ApiError),
    ("futures", "330008", "margin and leverage are at their limit", ApiError),
]
UNKNOWN = [
    ("futures", "300010", "the close failed"),
    ("futures", "300014", "the position is being liquidated"),
    ("margin", "126000", "service fault"),
]
PATHS = {"spot": "/api/v1/hf/orders", "margin": "/api/v3/hf/margin/order", "futures": "/api/v1/orders"}


def place(exchange: Exchange, floor: Practice, family: str) -> str:
    """Place a resting order of ``family`` and return its client order id."""
    if family == "futures":
        future = opening(floor)
        exchange.futures_orders.place(future)
        return future.client_oid
    order = resting(floor)
    if family == "spot":
        exchange.spot_orders.place(order)
    else:
        exchange.margin_orders.place(order, isolated=False)
    return order.client_oid


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]}-{case[1]}")
def test_a_refusal_keeps_kucoins_code_and_text(
    floor: Practice, trader: Callable[..., Exchange], case: tuple[str, str, str, type[ApiError]]
) -> None:
    """The client's error is of the right class and tells both; nothing was placed, and one request left."""
    family, code, text, kind = case
    floor.faults({"name": "refuse", "method": "POST", "path": PATHS[family], "code": code, "text": text})
    before = floor.state()
    with pytest.raises(ApiError) as refused:
        place(trader(), floor, family)
    assert type(refused.value) is kind
    assert (refused.value.code, refused.value.message) == (code, text)
    after = floor.state()
    asked = f"{'futures' if family == 'futures' else 'spot'} POST {PATHS[family]}"
    assert after["requests"][asked] - before["requests"].get(asked, 0) == 1
    assert [who["orders"] for who in after["users"].values()] == [who["orders"] for who in before["users"].values()]


@pytest.mark.parametrize(("family", "code", "text"), UNKNOWN)
def test_a_code_that_decides_nothing_is_an_unknown_outcome(
    floor: Practice, trader: Callable[..., Exchange], family: str, code: str, text: str
) -> None:
    """Only a lookup can tell; here it says that there is no such order."""
    floor.faults({"name": "refuse", "method": "POST", "path": PATHS[family], "code": code, "text": text})
    exchange = trader()
    with pytest.raises(OutcomeUnknown, match=text):
        place(exchange, floor, family)
    floor.clear_faults()
    with pytest.raises(NotFound):
        exchange.spot_orders.order_by_client_oid(client_oid="never-placed", symbol=PAIR)
