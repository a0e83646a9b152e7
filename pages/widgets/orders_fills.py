"""Fills of the account's orders, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.fills import AnyFill
from pages.widgets import figures, ledger_table, mishap, plots, session

_CADENCE = 4.0  # s
_PAGE = 100
_ROWS = 8  # before the table scrolls


@st.fragment(run_every=_CADENCE)
def show(desk: Desk) -> None:
    """Draw the panel. A fragment of its own: to be called outside of any other."""
    with mishap.contained("The fills"), st.container(border=True, key="fills"):
        with st.container(horizontal=True, vertical_alignment="center", key="bar-fills"):
            st.header("Fills", anchor=False, width="content")
        _table(desk.orders.fills()[::-1][:_PAGE])


def _table(fills: Sequence[AnyFill]) -> None:
    written = {"Time, UTC": ledger_table.moment(session.now())}
    st.dataframe(
        ledger_table.styled(table(fills), written, plots.look()),
        key="fills-table",
        hide_index=True,
        row_height=ledger_table.ROW,
        height=ledger_table.height(_ROWS),
        alt="Fills",
    )


def table(fills: Sequence[AnyFill]) -> pd.DataFrame:
    """Return a row for each fill."""
    return pd.DataFrame(
        {
            "Time, UTC": pd.to_datetime([each.at for each in fills], utc=True),
            "Symbol": [each.symbol for each in fills],
            "Side": [each.side.capitalize() for each in fills],
            "Price": [figures.exact(each.price) for each in fills],
            "Size": [figures.exact(Decimal(each.size)) for each in fills],
            "Fee": [figures.exact(each.fee) for each in fills],
            "Role": [each.liquidity or figures.UNKNOWN for each in fills],
        }
    )
