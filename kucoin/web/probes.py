"""An answer to the browser's search for the folder that the dashboard is served from.

On an address below the first, as ``/trades``, Streamlit's script asks for ``/trades/_stcore/health`` and
``/trades/_stcore/host-config`` first, takes any failure for "not here", and then asks at the root, where they are. Left
to itself the first pair is not found, and browsers write each such answer into the console as an error. So the server
says 300 instead: neither a success, at which the script would stay, nor an error.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_ASKED = ("health", "host-config")


def routes() -> list[Route]:
    """Return the routes ``/{page}/_stcore/...``, for a dashboard at the root of its address (no baseUrlPath)."""
    return [Route(f"/{{page}}/_stcore/{name}", _elsewhere) for name in _ASKED]


async def _elsewhere(_request: Request) -> Response:
    return PlainTextResponse("The dashboard is served from /", 300, {"Cache-Control": "no-store"})
