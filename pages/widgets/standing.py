"""What a page says in the place of the account's figures: each cause has its own words and next step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kucoin.desk.futures import FuturesView
from kucoin.desk.key_check import KeyView
from kucoin.desk.portfolio import Portfolio, Standing
from pages.widgets import code_link

_LINE = 760  # px; longer lines of text are hard to read
_SHARES = {1: [1], 2: [5, 7]}  # of the width, by the number of panels in a row
_NO_CREDENTIALS = """
**No API key is set.** Make one at KuCoin under *API management*:

- tick **General**, and **Futures** if futures balances are to be shown;
- leave *Transfer* (that is withdrawal), *FlexTransfers* and everything else unticked;
- put this machine's address on the key's IP list.

Then set these variables, or write them into `.streamlit/secrets.toml`, and start again:

- `KUCOIN_API_KEY`
- `KUCOIN_API_SECRET`
- `KUCOIN_API_PASSPHRASE`
- `KUCOIN_API_KEY_VERSION`, only for a key that is not of version 3
"""
_REFUSED = "**The key cannot be used.** {reason}"
_UNIFIED = "**Unified account.** {reason}"
_UNREACHABLE = (
    "**The exchange is not reachable.** {reason} Nothing was read from it yet. The dashboard goes on trying, and this "
    "page fills itself."
)


def show(found: Portfolio | FuturesView | KeyView, heights: Sequence[Sequence[int]]) -> bool:
    """Draw what is to be said, and tell whether there are figures to draw below it.

    Args:
        heights: What the panels take, in px, row by row; blocks of that height stand there at first. Two in a row are
            laid out as those of the portfolio.
    """
    reason = code_link.plain(_sentence(found.reason))
    match found.standing:
        case Standing.READY:
            return True
        case Standing.LOADING:
            st.caption("Reading the accounts for the first time.")
            _skeletons(heights)
        case Standing.NO_CREDENTIALS:
            with st.container(border=True, width=_LINE):
                st.markdown(_NO_CREDENTIALS)
        case Standing.REFUSED:
            st.warning(_REFUSED.format(reason=reason), width=_LINE)
        case Standing.UNIFIED:
            st.warning(_UNIFIED.format(reason=reason), width=_LINE)
        case Standing.UNREACHABLE:
            st.warning(_UNREACHABLE.format(reason=reason), width=_LINE)
    return False


def _skeletons(heights: Sequence[Sequence[int]]) -> None:
    """Stand in for panels with blocks of the height of what replaces them."""
    for row in heights:
        for place, height in zip(st.columns(_SHARES[len(row)], gap="medium"), row, strict=True):
            place.skeleton(height=height)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
