"""What the portfolio page says beside its figures or in their place: each cause has its own words and next step."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.portfolio import Portfolio, Standing
from pages.widgets import figures

_LINE = 760  # px; longer lines of text are hard to read
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


def show(portfolio: Portfolio) -> bool:
    """Draw what is to be said, and tell whether there are figures to draw below it."""
    reason = figures.plain(_sentence(portfolio.reason))
    match portfolio.standing:
        case Standing.READY:
            return True
        case Standing.LOADING:
            _skeletons()
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


def _skeletons() -> None:
    """Stand in for total, allocation, places and assets with blocks of the height of what replaces them."""
    st.caption("Reading the accounts for the first time.")
    total, allocation = st.columns([5, 7], gap="medium")
    total.skeleton(height=150)
    allocation.skeleton(height=200)
    st.skeleton(height=170)
    st.skeleton(height=480)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
