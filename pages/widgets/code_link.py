"""From a refusal's code to its entry in the reference."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from pages.widgets import figures, privacy

_CODE = re.compile(r"(?<=\()KuCoin code ((?:HTTP )?\d+)(?=\))")


def address(code: str) -> str:
    """Return where the reference tells what ``code`` means; it opens beside this page and hides what is hidden here."""
    return "reference?" + urlencode({"code": code} | ({"privacy": "on"} if privacy.on() else {}))


def plain(text: str) -> str:
    """Return the Markdown of a text in which ``(KuCoin code 300012)`` leads to the reference."""
    pieces = _CODE.split(text)
    said = [figures.plain(piece) for piece in pieces[::2]]
    links = [f"[KuCoin code {figures.plain(code)}]({address(code)})" for code in pieces[1::2]]
    return "".join(part for pair in zip(said, [*links, ""], strict=True) for part in pair)
