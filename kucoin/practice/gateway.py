"""The door of one host: a request comes in, faults and rules are applied in KuCoin's order, an answer goes out.

Known path → fault before the work → signature → quota → permission → maintenance → endpoint → disk → fault after the
work.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kucoin.practice.auth import identify
from kucoin.practice.engine.refusals import Refusal as Refused
from kucoin.practice.exchange import Exchange
from kucoin.practice.faults import Fault
from kucoin.practice.keys import Key
from kucoin.practice.quota import Pool
from kucoin.practice.spoil import spoiled
from kucoin.practice.wire import Call, Nothing, Refusal, Route, success

_log = logging.getLogger(__name__)
_JSON = "application/json"
NOT_FOUND = b'{"code":"404","msg":"Not Found","retry":false,"success":false}'
_EMPTY = Refusal("429000", "Too many requests in a short period of time, please retry later", status=429)
_CDN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Attention Required!</title></head>"
    b"<body><h1>Sorry, you have been blocked</h1><p>The edge answered, not the exchange.</p></body></html>"
)


@dataclass(slots=True)
class Reply:
    """An answer before it is written."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = _JSON


class Gateway:
    """Answers the requests of one host, ``spot`` or ``futures``."""

    def __init__(self, exchange: Exchange, host: str) -> None:
        self._exchange = exchange
        self._host = host

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer a request for ``route``, faults included."""
        exchange, path = self._exchange, request.url.path
        exchange.requests[f"{self._host} {request.method} {path}"] += 1
        try:
            body = await request.body()
        except ClientDisconnect:  # before it had said all: nothing is done, and nobody is there to be answered
            return Response()
        fault = exchange.faults.strike(self._host, request.method, path)
        reply = before(fault) or self._reply(route, request, body)
        await exchange.commits.durable()  # what is told has happened, whatever becomes of this process
        return await after(fault, reply, request)

    def _reply(self, route: Route, request: Request, body: bytes) -> Reply:
        """Answer as KuCoin would."""
        try:
            if body and request.headers.get("content-type", "").split(";")[0].strip().lower() != _JSON:
                raise Refusal("415000", "Unsupported Media Type", status=415)
            key = self._identify(route, request, body)
        except Refusal as stopped:
            return Reply(stopped.body(), stopped.status)
        grant = self._exchange.quotas.take(*self._counted(route, key, request), route.weight, time.monotonic())
        headers = grant.headers() if route.counted else {}
        if not grant.allowed:
            return Reply(_EMPTY.body(), _EMPTY.status, headers)
        try:
            if key is not None and route.permission not in key.permissions.split(","):
                raise Refusal("400007", f"Access denied, require more permission: {route.permission}.", status=403)
            if refusal := self._exchange.service.refusal(self._host, request.method, request.url.path):
                raise refusal
            return Reply(self._work(route, request, body, key), headers=headers)
        except Refused as refused:
            return Reply(Refusal(refused.code, refused.text).body(), headers=headers)
        except Refusal as refusal:
            return Reply(refusal.body(), refusal.status, headers)
        except Nothing as nothing:
            return Reply(nothing.body(), headers=headers)

    def _identify(self, route: Route, request: Request, body: bytes) -> Key | None:
        """Return who signed; public paths ignore the headers, right or wrong."""
        if route.permission is None:
            return None
        return identify(
            request.headers,
            method=request.method,
            path=request.url.path,
            query=request.scope["query_string"],
            body=body,
            address=_address(request),
            now_ms=self._exchange.clock.server_ms(),
        )

    def _counted(self, route: Route, key: Key | None, request: Request) -> tuple[str, Pool]:
        """Return whose quota pays."""
        return (f"{self._host} {_address(request)}" if key is None else key.user), route.pool

    def _work(self, route: Route, request: Request, body: bytes, key: Key | None) -> bytes:
        query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        call = Call(
            exchange=self._exchange,
            now=self._exchange.now(),
            address=_address(request),
            query=dict(query),
            path=request.path_params,
            body=body,
            key=key,
        )
        try:
            return success(route.handler(call))
        finally:
            self._exchange.keep(call.now)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def before(fault: Fault | None) -> Reply | None:
    """Return the answer of a fault that keeps the request from being done, None where it does not."""
    if fault is None:
        return None
    options = fault.options
    match fault.name:
        case "refuse_5xx":
            return _server_error(options["status"])
        case "refuse":
            return Reply(Refusal(options["code"], options["text"]).body())
        case "http_429":
            headers = {"limit": "2000", "remaining": "0", "reset": str(options["reset_ms"])}
            told = {f"gw-ratelimit-{name}": text for name, text in headers.items()}
            return Reply(_EMPTY.body(), 429, told)
        case "http_429_bare":
            return Reply(Refusal("429000", "Too Many Requests").body(), 429)
        case "cdn_page":
            return Reply(_CDN_PAGE, options["status"], media_type="text/html")
        case "gone":
            return Reply(NOT_FOUND, 404)
        case "redirect":
            return Reply(b"", 302, {"location": options["location"]})
    return None


async def after(fault: Fault | None, reply: Reply, request: Request) -> Response:
    """Return the answer, late, false or not at all where a fault says so."""
    name = fault.name if fault else ""
    options = fault.options if fault else {}
    if name == "lose_answer":
        request.state.line.abort()
        await _gone(request)
    elif name in ("late_answer", "push_first"):
        await asyncio.sleep(options["seconds"])
    elif name == "accept_then_5xx":
        reply = _server_error(options["status"])
    elif fault and name in ("old_snapshot", "stale_list"):
        reply = fault.first.setdefault(f"{request.url.path}?{request.url.query}", reply)
    elif name in ("bad_body", "renamed_field"):
        kind = options.get("kind", "renamed_field")
        if kind == "wrong_length":
            _write_short(request, reply.body)
            await _gone(request)
        body, headers = spoiled(reply.body, kind, options["field"])
        reply = Reply(body, reply.status, reply.headers | headers, "text/html" if kind == "html" else _JSON)
    return Response(reply.body, reply.status, reply.headers, reply.media_type)


async def _gone(request: Request) -> None:
    """Wait until the line is down, so that nothing more is written to it."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _server_error(status: int) -> Reply:
    return Reply(Refusal("500000", "Internal Server Error").body(), status)


def _write_short(request: Request, body: bytes) -> None:
    """Promise more bytes than come, then cut the line: no well-behaved server can be asked to do this."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {_JSON}\r\ncontent-length: {len(body) + 64}\r\n\r\n"
    request.state.line.write(head.encode() + body)
    request.state.line.close()


def failed(error: Exception) -> Response:
    """Return the answer to a request that broke the exchange itself, and write down why."""
    _log.error("a request failed", exc_info=error)
    return Response(Refusal("500000", "Internal Server Error").body(), 500, media_type=_JSON)


def json_body(body: bytes) -> dict[str, object]:
    """Return a control request's JSON object.

    Raises:
        Refusal: 400100.
    """
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, object])
    except msgspec.DecodeError as error:
        raise Refusal("400100", f"the body is not a JSON object: {error}", status=400) from None
