"""How figures are written (kucoin/figures.py), and how text from outside is kept from meaning anything."""

from __future__ import annotations

import re

from kucoin.figures import (
    MINUS,
    SHARE,
    THIN_SPACE,
    UNKNOWN,
    Direction,
    age,
    amount,
    amount_places,
    decimals,
    direction,
    exact,
    fixed,
    money,
    named,
    percent,
    price,
    price_places,
    seconds_since,
)

__all__ = [
    "MINUS",
    "SHARE",
    "THIN_SPACE",
    "UNKNOWN",
    "Direction",
    "age",
    "amount",
    "amount_places",
    "decimals",
    "direction",
    "exact",
    "fixed",
    "money",
    "named",
    "percent",
    "plain",
    "price",
    "price_places",
    "seconds_since",
]


def plain(text: str) -> str:
    """Return ``text`` so that Streamlit's Markdown shows it character by character, on one line.

    Every ASCII punctuation mark is escaped, which disarms emphasis, links, HTML, formulas and Streamlit's own
    ``:directives[]``. A word joiner breaks bare addresses, which Markdown would turn into links even when escaped.
    """
    line = re.sub(r"\s+", " ", text)
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", line)
    return re.sub(r"(?i)(www|\\@|\\/\\/)", "\\1\u2060", escaped)
