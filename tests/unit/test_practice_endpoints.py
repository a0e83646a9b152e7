"""The list of endpoints in the documentation is the one that is served."""

from __future__ import annotations

import re
from pathlib import Path

from kucoin.practice import endpoints
from kucoin.practice.app import FUTURES, SPOT

PAGE = Path(__file__).parents[2] / "docs" / "practice-endpoints.md"


def test_the_page_is_up_to_date() -> None:
    """Write it anew with ``python -m kucoin.practice --endpoints > docs/practice-endpoints.md``."""
    assert PAGE.read_text(encoding="utf-8") == endpoints.document()


def test_nothing_is_both_served_and_not() -> None:
    """No endpoint is declared twice, and none that is listed as missing is there."""
    served = [
        (host, each.method, re.sub(r"\{.*?\}", "{}", each.path))
        for host, routes in (("spot", SPOT), ("futures", FUTURES))
        for each in routes
    ]
    assert len(served) == len(set(served)) > 150
    missing = {(host, method, re.sub(r"\{.*?\}", "{}", path)) for host, method, path, _ in endpoints.UNSERVED}
    assert not missing & set(served)


def test_every_endpoint_says_what_it_does() -> None:
    """In one line, which the page shows."""
    assert all(each.handler.__doc__ for each in (*SPOT, *FUTURES))
