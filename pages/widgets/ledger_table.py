"""How ledger rows stand in ``st.dataframe``: numbers that sort as numbers and are written as everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kucoin.desk.rounds import Closed
from pages.widgets import figures, futures_days
from pages.widgets.plots import Look

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

Written = Callable[[float], str]
"""How a number of a column is written. None is NaN there, and always written as a dash."""

ROW = 32
"""The px of a row."""


def signed(unit: str) -> Written:
    """Return how changes of ``unit`` are written."""
    return lambda value: figures.money(_decimal(value), unit, signed=True)


def price(value: float) -> str:
    """Write a price."""
    return figures.price(_decimal(value))


def count(value: float) -> str:
    """Write a whole number."""
    return f"{value:,.0f}".replace("-", figures.MINUS)


def ratio(value: float) -> str:
    """Write a fraction in percent, with its sign."""
    return figures.percent(_decimal(value))


def share(value: float) -> str:
    """Write a fraction in percent, without a sign."""
    return figures.percent(_decimal(value), signed=False)


def rate(value: float) -> str:
    """Write a funding rate, a small fraction, in percent with its sign."""
    return figures.percent(_decimal(value), places=4)


def times(value: float) -> str:
    """Write leverage."""
    return f"{value:g}×"


def moment(now: datetime) -> Callable[[pd.Timestamp], str]:
    """Return how times are written; their head says UTC."""
    return lambda at: futures_days.moment(at.to_pydatetime(), now)


def styled(
    frame: pd.DataFrame, written: Mapping[str, Callable[..., str]], look: Look, *, hued: Sequence[str] = ()
) -> Styler:
    """Return the frame with its numbers as text; the columns ``hued`` in the colours of gain and loss.

    Args:
        written: How, by the columns' names; there may be more of them than columns.
    """

    def hue(value: float) -> str:
        return f"color: {look.gain}" if value > 0 else f"color: {look.loss}" if value < 0 else ""

    known = {name: write for name, write in written.items() if name in frame}
    return frame.style.format(known, na_rep=figures.UNKNOWN).map(hue, subset=list(hued))


def number(value: Decimal | int | None) -> float:
    """Return a figure as a column of numbers holds it."""
    return float("nan") if value is None else float(value)


def height(rows: int) -> int:
    """Return the px of a table of so many rows and its head."""
    return ROW * (rows + 1) + 2


def side(position: Closed) -> str:
    """Return ``Long`` or ``Short``, a dash where nobody says."""
    if position.round is not None:
        return "Long" if position.round.is_long else "Short"
    kind = (position.exchange.kind or "") if position.exchange else ""
    return "Long" if kind.endswith("LONG") else "Short" if kind.endswith("SHORT") else figures.UNKNOWN


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))
