"""Refusals for reasons that the practice exchange never has: a fault brings them, and our client reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    DuplicateOrder,
    InsufficientBalance,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    TooManyRequests,
)
from kucoin.practice.engine.refusals import TABLE
from kucoin.practice.engine.terms import Family
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import PAIR, opening, resting

REFUSED = [
    ("spot", "400008", "keys of this version are not accepted here", AuthenticationFailed),
    ("spot", "400010", "this user may not use the call", PermissionDenied),
    ("spot", "400101", "the request's data are invalid", ApiError),
    ("spot", "400102", "the request's parameters are invalid", ApiError),
    ("spot", "400200", "the pair is not open to this account", ApiError),
    ("spot", "400201", "the partner headers are wrong", ApiError),
    ("spot", "400202", "the partner headers are wrong", ApiError),
    ("spot", "400301", "not available in the user's country", PermissionDenied),
    ("spot", "400302", "not available from this address", PermissionDenied),
    ("spot", "400303", "an identity check is required", PermissionDenied),
    ("spot", "400304", "an identity check of the master account is required", PermissionDenied),
    ("spot", "400330", "the price is too far from the reference", ApiError),
    ("spot", "400350", "the holding cap of the coin is reached", ApiError),
    ("spot", "400370", "the price is beyond its cap", ApiError),
    ("spot", "400444", "the account is limited for the moment", PermissionDenied),
    ("spot", "400500", "the coin may not be traded in the user's country", PermissionDenied),
    ("spot", "400700", "the account is under restriction", PermissionDenied),
    ("spot", "400800", "the leveraged order failed", ApiError),
    ("spot", "401000", "the endpoint is withdrawn", ApiError),
    ("spot", "411100", "the user is frozen", PermissionDenied),
    ("spot", "411200", "the address is blocked for this user", PermissionDenied),
    ("spot", "429001", "the system is over its limit", TooManyRequests),
    ("spot", "200009", "the pair asks for an identity check", PermissionDenied),
    ("spot", "210021", "the balance is insufficient", InsufficientBalance),
    ("spot", "230005", "the system is busy", ApiError),
    ("spot", "260100", "the balance is insufficient", InsufficientBalance),
    ("margin", "400400", "the parameters are wrong", ApiError),
    ("margin", "400401", "not logged in", ApiError),
    ("margin", "101030", "margin trading is not enabled", PermissionDenied),
    ("margin", "126001", "the account has not been moved", ApiError),
    ("margin", "126002", "the account is restricted", PermissionDenied),
    ("margin", "126005", "an identity check is required", PermissionDenied),
    ("margin", "126009", "the pair is closed for orders", ApiError),
    ("margin", "126015", "the pair is closed for cancels", ApiError),
    ("margin", "126021", "the account is restricted", PermissionDenied),
    ("margin", "126022", "the price would break price protection", ApiError),
    ("margin", "126027", "limit orders only", ApiError),
    ("margin", "126028", "limit orders only for now", ApiError),
    ("margin", "126033", "the order was placed before", DuplicateOrder),
    ("margin", "126036", "the margin order could not be made", ApiError),
    ("margin", "126037", "the account is restricted", PermissionDenied),
    ("margin", "126042", "the position limit is exceeded", ApiError),
    ("margin", "126045", "not available in the user's country", PermissionDenied),
    ("margin", "126046", "not available in the user's country", PermissionDenied),
    ("margin", "126047", "an identity check is required", PermissionDenied),
    ("margin", "126048", "an identity check is required", PermissionDenied),
    ("margin", "130105", "the balance is insufficient for the loan", ApiError),
    ("margin", "130201", "margin trading is not opened", PermissionDenied),
    ("margin", "130202", "the account is being liquidated", ApiError),
    ("margin", "130204", "the platform's position limit is reached", ApiError),
    ("margin", "130302", "the agreement is not signed", PermissionDenied),
    ("margin", "130304", "the pair is not open to cross margin", ApiError),
    ("margin", "130305", "the pair is not open to isolated margin", ApiError),
    ("margin", "130306", "margin trading is restricted", PermissionDenied),
    ("margin", "130307", "margin trading is restricted", PermissionDenied),
    ("margin", "130308", "the position is frozen for renewal", ApiError),
    ("margin", "130310", "the position is abnormal", ApiError),
    ("margin", "130311", "the platform's position limit is reached", ApiError),
    ("margin", "130312", "the platform's position limit is reached", ApiError),
    ("margin", "130313", "the platform's position limit is reached", ApiError),
    ("margin", "130314", "the platform's position limit is reached", ApiError),
    ("margin", "130316", "a loan is being renewed", ApiError),
    ("margin", "130323", "margin trading is restricted", PermissionDenied),
    ("margin", "210014", "the borrow limit is reached", ApiError),
    ("futures", "40010", "not available in the user's country", PermissionDenied),
    ("futures", "100002", "the server's configuration is faulty", ApiError),
    ("futures", "110188", "too many requests, the system is busy", TooManyRequests),
    ("futures", "116241", "only closing is allowed", ApiError),
    ("futures", "200002", "too many requests in a short time", TooManyRequests),
    ("futures", "300017", "the position belongs to another product", ApiError),
    ("futures", "330008", "margin and leverage are at their limit", ApiError),
]
UNKNOWN = [
    ("spot", "408000", "the network timed out"),
    ("spot", "500000", "server error"),
    ("spot", "503000", "the service is busy"),
    ("spot", "504000", "the gateway timed out"),
    ("spot", "505000", "the reason is not known"),
    ("margin", "126000", "service fault"),
    ("margin", "126038", "service fault"),
    ("margin", "126039", "service fault"),
    ("margin", "135005", "service fault"),
    ("margin", "135018", "service fault"),
    ("futures", "300010", "the close failed"),
    ("futures", "300014", "the position is being liquidated"),
]
# What KuCoin's documentation says that an order may be refused with, by family; what it says of all stands with spot.
# 400001 to 400007 and 400009 are the door's, whatever is asked; 415000 and 429000 are the gateway's.
DOCUMENTED = {
    "spot": """
        400008 400010 400100 400101 400102 400200 400201 400202 400301 400302 400303 400304 400330 400350
        400370 400413 400444 400500 400600 400700 400760 400800 401000 408000 411100 411200 429001 500000
        503000 504000 505000 200001 200002 200003 200004 200009 210021 230003 230005 260100 600100 600101
        600203 900001
    """,
    "margin": """
        101030 103000 126000 126001 126002 126003 126004 126005 126006 126007 126009 126010 126011 126013
        126015 126021 126022 126027 126028 126029 126030 126033 126034 126036 126037 126038 126039 126041
        126042 126043 126044 126045 126046 126047 126048 130105 130201 130202 130203 130204 130301 130302
        130303 130304 130305 130306 130307 130308 130309 130310 130311 130312 130313 130314 130316 130323
        135005 135018 210014 400400 400401
    """,
    "futures": """
        40010 100001 100002 100003 100004 100005 110188 116241 200002 200005 300000 300001 300002 300003
        300004 300005 300006 300007 300008 300009 300010 300011 300012 300013 300014 300015 300016 300017
        300018 330005 330008 330011 330012 404000
    """,
}
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


def refuse(floor: Practice, family: str, cases: Sequence[tuple[str, str]]) -> None:
    """Have one order of ``family`` after the other refused with a code and a text."""
    where = {"name": "refuse", "method": "POST", "path": PATHS[family], "times": 1}
    floor.faults(*({**where, "code": code, "text": text} for code, text in cases))


@pytest.mark.parametrize("family", PATHS)
def test_a_refusal_keeps_kucoins_code_and_text(floor: Practice, trader: Callable[..., Exchange], family: str) -> None:
    """The client's error is of the right class and tells both; nothing was placed, and one request left for each."""
    before = floor.state()
    cases = [row[1:] for row in REFUSED if row[0] == family]
    refuse(floor, family, [row[:2] for row in cases])
    for code, text, kind in cases:
        with pytest.raises(ApiError) as refused:
            place(trader(), floor, family)  # a new client each time: one that was told to wait does
        assert (refused.value.code, refused.value.message, type(refused.value)) == (code, text, kind)
    after = floor.state()
    asked = f"{'futures' if family == 'futures' else 'spot'} POST {PATHS[family]}"
    assert after["requests"][asked] - before["requests"].get(asked, 0) == len(cases)
    assert [who["orders"] for who in after["users"].values()] == [who["orders"] for who in before["users"].values()]


@pytest.mark.parametrize("family", PATHS)
def test_a_code_that_decides_nothing_is_an_unknown_outcome(
    floor: Practice, trader: Callable[..., Exchange], family: str
) -> None:
    """Only a lookup can tell; here it says that there is no such order."""
    exchange = trader()
    cases = [row[1:] for row in UNKNOWN if row[0] == family]
    refuse(floor, family, cases)
    for code, text in cases:
        with pytest.raises(OutcomeUnknown, match=f"{text}.*{code}"):
            place(exchange, floor, family)
    with pytest.raises(NotFound):
        exchange.spot_orders.order_by_client_oid(client_oid="never-placed", symbol=PAIR)


def test_every_documented_refusal_of_an_order_is_had() -> None:
    """From the engine, each of whose refusals has a test of its own, or from the fault, above: never from both."""
    for family, told in DOCUMENTED.items():
        own = {code for code, _ in TABLE[Family[family.upper()]].values()}
        brought = {row[1] for row in (*REFUSED, *UNKNOWN) if row[0] == family}
        assert not own & brought
        assert set(told.split()) <= own | brought, family
        assert brought <= set(told.split())
