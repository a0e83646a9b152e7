"""The scripts that live components load."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from kucoin.web import assets
from kucoin.web.live import Live
from tests.push_scene import Scene
from tests.push_server import serving

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server of a folder with a script, a style, and what is neither."""
    folder: Path = tmp_path_factory.mktemp("live")
    for name, text in {"tape.js": "export {};", "tape.css": "b {}", "live.py": "secret", ".hidden.js.swp": "x"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder.parent / "outside.js").write_text("outside", encoding="utf-8")
    with serving(Live(Scene().sight), assets.route(folder)) as server:
        yield server.port


def get(port: int, path: str, **headers: str) -> Answer:
    """Ask for a path, spelled as it is."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    line.close()
    return found


@pytest.mark.parametrize(("name", "kind"), [("tape.js", "text/javascript"), ("tape.css", "text/css")])
def test_a_script_is_asked_about_every_time_and_sent_once(port: int, name: str, kind: str) -> None:
    """With its kind, which no browser may guess."""
    status, headers, body = get(port, f"/assets/{name}")
    assert (status, body[:6]) == (200, b"export" if name == "tape.js" else b"b {}")
    assert headers["content-type"] == f"{kind}; charset=utf-8"
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-cache", "nosniff")
    status, _, body = get(port, f"/assets/{name}", **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")
    assert get(port, f"/assets/{name}", **{"If-None-Match": '"another"'})[0] == 200


def test_plotly_comes_out_of_the_wheel_and_stays_for_a_year(port: int) -> None:
    """Under a name that changes with it."""
    status, headers, body = get(port, f"/assets/{assets.PLOTLY}")
    assert (status, headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert b"plotly.js v" in body[:200]
    assert assets.PLOTLY != "plotly.min.js"


@pytest.mark.parametrize(
    "name",
    [
        *("live.py", ".hidden.js.swp", "", ".", "..", "../outside.js", "..%2foutside.js", "%2e%2e%2foutside.js"),
        *("..\\outside.js", "tape.js/", "tape.js%00", "TAPE.JS", "//tape.js", "%2fetc%2fpasswd", "plotly.min.js"),
    ],
)
def test_no_other_name_is_found(port: int, name: str) -> None:
    """Nothing is looked up in a folder."""
    status, _, body = get(port, f"/assets/{name}")
    assert status in {404, 405, 307, 400}
    assert b"outside" not in body
    assert b"secret" not in body
