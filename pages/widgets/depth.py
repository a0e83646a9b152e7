"""The depth of one market's book as a chart: what depth.js has to know."""

from __future__ import annotations

from kucoin.desk.rules import Rules
from kucoin.web.assets import PLOTLY
from pages.widgets import pushed
from pages.widgets.live import live


def show(rules: Rules) -> None:
    """Draw the panel: heading, and cumulative sizes on both sides of the middle price."""
    pushed.show(
        live.DEPTH,
        f"depth:{rules.symbol}",
        key="depth",
        plotly=f"/assets/{PLOTLY}",
        symbol=rules.symbol,
        places=rules.price_decimals,
        unit="contracts" if rules.futures else rules.base,
    )
