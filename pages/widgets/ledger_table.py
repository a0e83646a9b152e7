"""How ledger rows stand in a table: numbers that sort as numbers and are written as everywhere else.

Most tables are Streamlit's own. Those that a press draws anew are the component's (ledger.js), since a browser takes
longer for two of Streamlit's than for all that stands around them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from kucoin.desk.rounds import Closed
from pages.widgets import figures, futures_days
from pages.widgets.plots import Look

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

Written = Callable[[float | Decimal], str]
"""How a number of a column is written. What is not known is NaN or None there, and always written as a dash."""

Rows = Mapping[str, Sequence[Any]]
"""A table by its columns: texts, numbers, or moments with their zone; None is what is not known."""

ROW = 32
"""The px of a row."""


def signed(unit: str) -> Written:
    """Return how changes of ``unit`` are written."""
    return lambda value: figures.money(_decimal(value), unit, signed=True)


def price(value: float | Decimal) -> str:
    """Write a price."""
    return figures.price(_decimal(value))


def count(value: float | Decimal) -> str:
    """Write a whole number."""
    return f"{value:,.0f}".replace("-", figures.MINUS)


def ratio(value: float | Decimal) -> str:
    """Write a fraction in percent, with its sign."""
    return figures.percent(_decimal(value))


def share(value: float | Decimal) -> str:
    """Write a fraction in percent, without a sign."""
    return figures.percent(_decimal(value), signed=False)


def rate(value: float | Decimal) -> str:
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


def payload(
    rows: Rows,
    written: Mapping[str, Callable[..., str]],
    *,
    label: str,
    seen: int,
    pinned: Sequence[str] = (),
    hued: Sequence[str] = (),
    heads: Mapping[str, tuple[str, str]] | None = None,
    told: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return what ledger.js draws.

    Args:
        written: How, by the columns' names; a column without a way holds texts.
        seen: How many rows are seen at a time.
        pinned: The first columns, which stay where they are while the others are scrolled.
        hued: Those in the colours of gain and loss.
        heads: Of columns whose name is long, what stands at their head, and what that means.
        told: A sentence for each row, shown when that is chosen.
    """
    columns = []
    for name, values in rows.items():
        head, hint = (heads or {}).get(name, (name, None))
        column: dict[str, Any] = {"name": name, "head": head, "hint": hint}
        column |= {"pinned": name in pinned, "hued": name in hued}
        if (write := written.get(name)) is None:
            column["texts"] = values
        else:
            column["texts"] = [figures.UNKNOWN if each is None else write(each) for each in values]
            column["ranks"] = [_rank(each) for each in values]
        columns.append(column)
    return {"label": label, "rows": min(seen, len(columns[0]["texts"])), "columns": columns, "told": told}


def _rank(value: Decimal | int | datetime | None) -> float | None:
    if value is None:
        return None
    return value.timestamp() if isinstance(value, datetime) else float(value)


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


def _decimal(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))
