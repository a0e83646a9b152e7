"""How the orders that ended stand in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

import pandas as pd

from kucoin.desk.order_history import PastOrder
from kucoin.web import veil as veils
from kucoin.web.veil import Veil
from pages.widgets import figures, fills_table, veiled
from pages.widgets.plots import Look

Row = tuple[PastOrder, bool | None]
"""An order, and whether it was placed here; None while that is not known."""


def summary(orders: Sequence[PastOrder]) -> str:
    """Return how many there are, and how they ended: ``14 orders: 9 filled, 5 cancelled``."""
    ends = ", ".join(f"{count:,} {status}" for status, count in Counter(each.status for each in orders).most_common())
    return f"{len(orders):,} {'order' if len(orders) == 1 else 'orders'}" + (f": {ends}" if ends else "")


def table(rows: Sequence[Row], veil: Veil | None = None) -> pd.DataFrame:
    """Return a row for each order; numbers are exact decimals, under a veil fractions, what is not known is None."""
    orders = [order for order, _ in rows]

    def size(value: Decimal | None, symbol: str) -> Decimal | None:
        return value if veil is None else veiled.fraction(veil.size_fraction(value, symbol))

    return pd.DataFrame(
        {
            "Ended, UTC": pd.to_datetime([each.at for each in orders], utc=True),
            "Symbol": [each.symbol for each in orders],
            "Side": [each.side.capitalize() if each.side else figures.UNKNOWN for each in orders],
            "Price": [each.price for each in orders],
            "Size": [size(each.size, each.symbol) for each in orders],
            "Filled": [size(each.filled, each.symbol) for each in orders],
            "Status": [each.status.capitalize() for each in orders],
            "Type": [each.type.capitalize() if each.type else figures.UNKNOWN for each in orders],
            "Placed": [_placed(ours) for _, ours in rows],
        }
    )


def styled(rows: Sequence[Row], look: Look, now: datetime, veil: Veil | None, *, clock: bool) -> object:
    """Return the table with its figures as text; under a veil sizes are shares of the account."""
    hues = {"Buy": f"color: {look.gain}", "Sell": f"color: {look.loss}", figures.UNKNOWN: ""}
    written = {"Ended, UTC": partial(fills_table.moment, now, clock)}
    written |= dict.fromkeys(("Price", "Size", "Filled"), figures.exact)
    if veil is not None:
        written |= dict.fromkeys(("Size", "Filled"), partial(figures.percent, signed=False))
    return table(rows, veil).style.format(written, na_rep=figures.UNKNOWN).map(hues.__getitem__, subset=["Side"])


def exactly(order: PastOrder, veil: Veil | None = None) -> str:
    """Return everything that is known of one order, to the last digit; shares under a veil."""
    unit = order.symbol.partition("-")[0] if "-" in order.symbol else "contracts"
    said = [f"{order.symbol} {order.side or 'close'}, {order.at:%Y-%m-%d %H:%M:%S.%f} UTC: {order.status}."]
    if order.words:
        said.append(f"{veils.words(veil, order.words).rstrip('.')}.")
    if order.filled is not None and veil is not None:
        of = "" if order.size is None else f" of {veil.size(order.size, order.symbol)}"
        said.append(f"Filled {veil.size(order.filled, order.symbol)}{of}.")
    elif order.filled is not None:
        of = "" if order.size is None else f" of {figures.exact(order.size)}"
        value = "" if order.value is None else f", value {figures.exact(order.value)}"
        said.append(f"Filled {figures.exact(order.filled)}{of} {unit}{value}.")
    said += [f"Order {order.order_id}."] if order.order_id else []
    said += [f"Own id {order.client_oid}."] if order.client_oid else []
    return " ".join(said)


def _placed(ours: bool | None) -> str:
    return figures.UNKNOWN if ours is None else "Here" if ours else "Elsewhere"
