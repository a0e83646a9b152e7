"""From status, headers and bytes to data or a typed error."""

from __future__ import annotations

import json

import msgspec
import pytest

from kucoin import errors
from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    DuplicateOrder,
    InsufficientBalance,
    NotCancellable,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    TooManyRequests,
)
from kucoin.rest.answer import Interrupted, Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool

READ = Endpoint("GET", "/api/v1/accounts", pool=Pool.MANAGEMENT, weight=5, private=True)
READ_FUTURES = Endpoint("GET", "/api/v1/positions", pool=Pool.FUTURES, weight=2, private=True, futures=True)
ORDER = Endpoint("POST", "/api/v1/hf/orders", pool=Pool.SPOT, weight=1, private=True)
PAGE = b"<!DOCTYPE html><html><body>Access denied</body></html>"
QUOTA = {"gw-ratelimit-limit": "2000", "gw-ratelimit-remaining": "0", "gw-ratelimit-reset": "12345"}

ANYWHERE = {
    **dict.fromkeys(["400001", "400002", "400003", "400004", "400005", "400008", "400009"], AuthenticationFailed),
    **dict.fromkeys(["400006", "400007", "400010", "400301", "400302", "400303", "400304"], PermissionDenied),
    **dict.fromkeys(["400444", "400500", "400700", "411100", "411200"], PermissionDenied),
    **dict.fromkeys(["404", "404000"], NotFound),
    **dict.fromkeys(["429000", "429001", "429002", "1015", "110188"], TooManyRequests),
    **dict.fromkeys(["400100", "400101", "999999", "", "20000", "2000000"], ApiError),
}
SPOT = {
    **dict.fromkeys(["200004", "230003", "210021", "260100", "126013"], InsufficientBalance),
    **dict.fromkeys(["900001", "126043"], NotFound),
    **dict.fromkeys(["126033", "126044"], DuplicateOrder),
    **dict.fromkeys(["200009", "126002", "126005", "126021", "126037"], PermissionDenied),
    **dict.fromkeys(["126045", "126046", "126047", "126048"], PermissionDenied),
    **dict.fromkeys(["101030", "130201", "130302", "130306", "130307", "130323"], PermissionDenied),
    **dict.fromkeys(["300003", "200005", "40010", "300018", "100004", "300002", "300015"], ApiError),
}
FUTURES = {
    **dict.fromkeys(["300003", "200005"], InsufficientBalance),
    "200002": TooManyRequests,
    "40010": PermissionDenied,
    "300018": DuplicateOrder,
    "100004": NotCancellable,
    **dict.fromkeys(["200004", "900001", "126043", "126033", "126044", "126000", "135005"], ApiError),
    **dict.fromkeys(["200009", "126002", "130201"], ApiError),
}


def reply(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """A reply whose body is ``body`` as JSON, or as it is if it is bytes."""
    return Reply(status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode(), 0.1)


@pytest.mark.parametrize("http", [200, 400, 401, 403])
@pytest.mark.parametrize(
    ("endpoint", "code", "kind"),
    [
        *((endpoint, code, kind) for endpoint in (READ, READ_FUTURES) for code, kind in ANYWHERE.items()),
        *((READ, code, kind) for code, kind in SPOT.items()),
        *((READ_FUTURES, code, kind) for code, kind in FUTURES.items()),
    ],
)
def test_a_code_decides_the_class_whatever_the_status(
    endpoint: Endpoint, code: str, kind: type[ApiError], http: int
) -> None:
    """Every code of the table, and codes that are in none, in the family of its host."""
    with pytest.raises(ApiError) as refused:
        reply({"code": code, "msg": "Because."}, http).open(endpoint)
    assert type(refused.value) is kind
    assert (refused.value.code, refused.value.request) == (code or "no reason given", endpoint.name)
    assert "Because." in str(refused.value)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("400100", "validation.createOrder.clientOidDuplicated", DuplicateOrder),
        ("400100", "order_not_exist_or_not_allow_to_cancel", NotCancellable),
        ("400100", "order_not_exist", NotFound),
        ("400100", "order not exist.", NotFound),
        ("400100", "The order does not exist.", NotFound),
        ("100001", "error.getOrder.orderNotExist", NotFound),
        ("400100", "account.available.amount", InsufficientBalance),
        ("400100", "Order size increment invalid.", ApiError),
        ("100001", "Parameter error: clientOid", ApiError),
        ("200004", "order_not_exist", InsufficientBalance),
    ],
)
def test_the_words_decide_where_the_code_says_little(code: str, message: str, kind: type[ApiError]) -> None:
    """In KuCoin's three ways to write them; a code of the table is stronger."""
    with pytest.raises(ApiError) as refused:
        reply({"code": code, "msg": message}).open(ORDER)
    assert type(refused.value) is kind
    assert refused.value.message == message


@pytest.mark.parametrize("message", [None, "", 17, [], {"reason": "x"}])
def test_a_refusal_without_words_is_a_refusal(message: object) -> None:
    """The code decides."""
    with pytest.raises(InsufficientBalance, match="200004"):
        reply({"code": "200004", "msg": message}).open(ORDER)


def test_the_table_of_codes_is_tested_whole() -> None:
    """A code added to the table wants a line above."""
    assert set(errors._ANYWHERE) <= set(ANYWHERE)
    assert set(errors._SPOT) <= set(SPOT)
    assert set(errors._FUTURES) <= set(FUTURES)


@pytest.mark.parametrize("data", [1, "text", True, [], {}, [1.50], {"a": None}])
def test_a_success_gives_its_data_untouched(data: object) -> None:
    """Whatever it is, as JSON text."""
    answer = reply({"code": "200000", "data": data}).open(READ)
    assert msgspec.json.decode(answer.data) == data
    assert (answer.request, answer.took) == ("GET /api/v1/accounts", 0.1)


def test_every_digit_survives() -> None:
    """Numbers are handed on as text: nothing rounds them."""
    answer = reply(b'{"code":"200000","data":123456789012345678.123456789012345678}').open(READ)
    assert bytes(answer.data) == b"123456789012345678.123456789012345678"


@pytest.mark.parametrize("body", [{"code": "200000"}, {"code": "200000", "data": None}])
def test_a_success_without_data_has_none(body: dict[str, object]) -> None:
    """Null is left to the reader of the data, who knows whether it may be."""
    assert bytes(reply(body).open(READ).data) == b"null"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_sentence_after_an_order_proves_nothing(method: str) -> None:
    """A success is no refusal, whatever it says."""
    endpoint = Endpoint(method, "/api/v1/orders", pool=Pool.FUTURES, weight=2, private=True, futures=True)
    assert bytes(reply({"code": "200000", "msg": "There is none"}).open(endpoint).data) == b"null"


@pytest.mark.parametrize("extra", [{}, {"data": None}])
def test_a_success_with_a_sentence_instead_of_data_found_nothing(extra: dict[str, object]) -> None:
    """KuCoin's way to say that there is no such position."""
    with pytest.raises(NotFound, match="Position does not exist"):
        reply({"code": "200000", "msg": "Position does not exist", **extra}).open(READ)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b'{"code":"200000","data":[1,2',
        b"null",
        b"[]",
        b"200000",
        b'{"data":[]}',
        b'{"code":200000,"data":[]}',
        b'{"code":null,"data":[]}',
        b'{"code":"200000","data":NaN}',
        b'{"code":"200000","data":[Infinity]}',
        b'{"code":"200000","data":[]} trailing',
        b"\xff\xfe\x00",
        b'{"code":"200000","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
@pytest.mark.parametrize("endpoint", [READ, ORDER])
def test_an_unreadable_success_is_unknown(body: bytes, endpoint: Endpoint) -> None:
    """Not a refusal, not a success."""
    with pytest.raises(OutcomeUnknown, match=endpoint.path):
        reply(body).open(endpoint)


FAULTS = ["408000", "500000", "503000", "504000", "505000"]


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        *((endpoint, code) for endpoint in (READ, ORDER, READ_FUTURES) for code in FAULTS),
        *((ORDER, code) for code in ["126000", "126038", "126039", "135005", "135018"]),
        *((READ_FUTURES, code) for code in ["300002", "300010", "300014", "300015"]),
    ],
)
def test_a_fault_of_the_exchange_is_unknown_even_with_http_200(code: str, endpoint: Endpoint) -> None:
    """It says itself that it does not know, so an order is looked up and a question may be put again."""
    with pytest.raises(Interrupted, match=code):
        reply({"code": code, "msg": "busy"}).open(endpoint)


@pytest.mark.parametrize("http", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [{"code": "200000", "data": []}, {"code": "400100", "msg": "no"}, b"", b"oops"])
def test_http_5xx_is_unknown_whatever_it_says(http: int, body: object) -> None:
    """A refusal must be proven; a server in trouble proves nothing."""
    with pytest.raises(Interrupted, match="/api/v1/hf/orders"):
        reply(body, http).open(ORDER)


@pytest.mark.parametrize("http", [400, 418])
def test_a_success_with_an_error_status_is_unknown(http: int) -> None:
    """Two halves of one answer that contradict each other."""
    with pytest.raises(OutcomeUnknown, match=str(http)):
        reply({"code": "200000", "data": []}, http).open(READ)


@pytest.mark.parametrize("http", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("body", [b"", PAGE, {"code": "200000", "data": []}])
def test_a_redirect_is_a_refusal(http: int, body: object) -> None:
    """Wherever it leads and whatever it carries."""
    with pytest.raises(ApiError, match="redirect, not followed") as refused:
        reply(body, http, {"Location": "https://evil.example/"}).open(READ)
    assert refused.value.code == f"HTTP {http}"


@pytest.mark.parametrize("http", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("body", [b"", PAGE, {"code": "200000", "data": []}])
def test_after_an_order_a_redirect_proves_nothing(http: int, body: object) -> None:
    """Whoever stands between may have passed it on first."""
    with pytest.raises(OutcomeUnknown, match=rf"redirect, not followed \(HTTP {http}\)"):
        reply(body, http, {"Location": "https://evil.example/"}).open(ORDER)


@pytest.mark.parametrize(
    ("http", "for_a_question", "for_an_order"),
    [
        (200, OutcomeUnknown, OutcomeUnknown),
        (401, ApiError, OutcomeUnknown),
        (403, ApiError, OutcomeUnknown),
        (404, NotFound, OutcomeUnknown),
        (429, TooManyRequests, TooManyRequests),
        (500, OutcomeUnknown, OutcomeUnknown),
        (503, OutcomeUnknown, OutcomeUnknown),
    ],
)
def test_a_page_is_judged_by_its_status(
    http: int, for_a_question: type[Exception], for_an_order: type[Exception]
) -> None:
    """A page in KuCoin's place refuses a question; of an order it proves nothing."""
    for endpoint, kind in ((READ, for_a_question), (ORDER, for_an_order)):
        with pytest.raises(errors.KucoinError) as raised:
            reply(PAGE, http).open(endpoint)
        assert type(raised.value) is kind


def test_a_page_is_told_from_an_unreadable_answer() -> None:
    """Only a page trips the circuit of a host, and a single missing path does not."""
    assert reply(b"\n " + PAGE, 503).is_page
    assert not reply(b"", 503).is_page
    assert not reply({"code": "1"}, 503).is_page
    assert not reply(PAGE, 404).is_page


@pytest.mark.parametrize(
    ("http", "body", "headers", "seconds"),
    [
        (429, {"code": "429000", "msg": "Too many requests"}, QUOTA, 12.345),
        (429, {"code": "429000", "msg": "Too many requests"}, {}, None),
        (429, {"code": "987", "msg": "Too many requests"}, QUOTA, 12.345),
        (429, PAGE, {}, None),
        (429, b"", QUOTA, 12.345),
        (200, {"code": "110188", "msg": "busy"}, QUOTA, None),
        (200, {"code": "1015", "msg": "blocked"}, {}, 30.0),
    ],
)
def test_too_many_requests_say_when_to_come_back(
    http: int, body: object, headers: dict[str, str], seconds: float | None
) -> None:
    """In seconds, from the header of a 429, or from what the code is known to mean."""
    with pytest.raises(TooManyRequests) as refused:
        reply(body, http, headers).open(READ)
    assert refused.value.retry_after == seconds


@pytest.mark.parametrize("body", [b"<p>" + b"x\n" * 50_000, b'{"code":"400100","msg":"' + b"x " * 50_000 + b'"}'])
def test_foreign_text_is_cut(body: bytes) -> None:
    """To one line that fits on a page."""
    with pytest.raises(ApiError) as refused:
        reply(body, 400).open(READ)
    assert len(refused.value.message) <= 200
    assert "\n" not in str(refused.value)
