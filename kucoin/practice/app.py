"""The two web applications, spot and futures, made of the endpoint tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as WebRoute

from kucoin.practice import control
from kucoin.practice.api import (
    bullet,
    futures_account,
    futures_market,
    futures_orders,
    futures_series,
    futures_settings,
    futures_trading,
    margin,
    margin_trading,
    spot_account,
    spot_history,
    spot_market,
    spot_orders,
    spot_stops,
    spot_trading,
    transfers,
)
from kucoin.practice.exchange import Exchange
from kucoin.practice.gateway import NOT_FOUND, Gateway, failed
from kucoin.practice.sockets.sockets import Sockets
from kucoin.practice.wire import Refusal, Route

SPOT = (
    *spot_market.ROUTES.listed,
    *spot_account.ROUTES.listed,
    *spot_history.ROUTES.listed,
    *spot_orders.ROUTES.listed,
    *spot_trading.ROUTES.listed,
    *spot_stops.ROUTES.listed,
    *margin.ROUTES.listed,
    *margin_trading.ROUTES.listed,
    *transfers.ROUTES.listed,
    *bullet.SPOT.listed,
)
FUTURES = (
    *futures_market.ROUTES.listed,
    *futures_series.ROUTES.listed,
    *futures_account.ROUTES.listed,
    *futures_orders.ROUTES.listed,
    *futures_trading.ROUTES.listed,
    *futures_settings.ROUTES.listed,
    *bullet.FUTURES.listed,
)


def applications(exchange: Exchange, sockets: Sockets) -> tuple[Starlette, Starlette]:
    """Return the spot application, which has the control routes as well, and the futures application."""
    spot = _application(exchange, "spot", SPOT, (*control.routes(exchange), sockets.route("spot")))
    return spot, _application(exchange, "futures", FUTURES, (sockets.route("futures"),))


def _application(exchange: Exchange, host: str, routes: Sequence[Route], more: Sequence[BaseRoute]) -> Starlette:
    gateway = Gateway(exchange, host)
    fixed_first = sorted(routes, key=lambda route: "{" in route.path)  # `/accounts/ledgers` is no account's id
    listed = [WebRoute(route.path, _endpoint(gateway, route), methods=[route.method]) for route in fixed_first]
    application = Starlette(
        routes=[*more, *listed],
        exception_handlers={404: _not_found, 405: _not_allowed, Exception: _failed},
    )
    application.router.redirect_slashes = False  # a path with a slash too many is unknown, not elsewhere
    return application


def _endpoint(gateway: Gateway, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await gateway.answer(route, request)

    return endpoint


async def _not_found(_request: Request, _error: Exception) -> Response:
    return Response(NOT_FOUND, 404, media_type="application/json")


async def _not_allowed(request: Request, _error: Exception) -> Response:
    refusal = Refusal("405", f"Request method '{request.method}' not supported")
    return Response(refusal.body(), 405, media_type="application/json")


async def _failed(_request: Request, error: Exception) -> Response:
    return failed(error)
