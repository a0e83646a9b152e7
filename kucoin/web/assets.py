"""The scripts and styles that live components load, and plotly.js out of the installed wheel."""

from __future__ import annotations

import hashlib
from importlib import metadata, resources
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PLOTLY = f"plotly-{metadata.version('plotly')}.min.js"
"""The name that plotly.js is served under; it changes with its content."""

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_EVERY_TIME = "no-cache"


class _Asset(NamedTuple):
    content: bytes
    etag: str
    kind: str
    caching: str


def route(folder: Path) -> Route:
    """Return the route ``/assets/{name}``, for every script and style in ``folder`` and for plotly.js.

    What is there is read once, now; any other name is not found.
    """
    assets = {
        path.name: _asset(path.read_bytes(), path.suffix, _ASK_EVERY_TIME)
        for path in folder.iterdir()
        if path.suffix in _TYPES
    }
    plotly = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    assets[PLOTLY] = _asset(plotly, ".js", _FOR_A_YEAR)

    async def answer(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            return Response("not found", 404, media_type="text/plain")
        headers = {"ETag": asset.etag, "Cache-Control": asset.caching, "X-Content-Type-Options": "nosniff"}
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(asset.content, headers=headers, media_type=asset.kind)

    return Route("/assets/{name}", answer)


def _asset(content: bytes, suffix: str, caching: str) -> _Asset:
    return _Asset(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', _TYPES[suffix], caching)
