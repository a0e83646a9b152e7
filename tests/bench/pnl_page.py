"""The PnL section over a year of 100,000 fills: the script that bench_pnl_page.py has Streamlit run."""

from __future__ import annotations

import gc
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kucoin.desk.pnl import PnlBook, Report  # noqa: E402  the path has to be set first
from pages.widgets import futures_pnl, session  # noqa: E402  likewise
from tests.bench.bench_pnl import BEGINS, DAY, ledger  # noqa: E402  likewise
from tests.pnl_scene import FakeLedger  # noqa: E402  likewise


class Year(FakeLedger):
    """A ledger whose answers are the book's."""

    def __init__(self) -> None:
        super().__init__()
        fills, funding, closed = ledger()
        self.book = PnlBook()
        self.book.feed(fills=fills, funding=funding, closed=closed)
        gc.freeze()  # as the ledger does with so many
        self.state = SimpleNamespace(state="ready", synced_at=DAY, since=BEGINS)  # type: ignore[assignment]  # the same fields

    def currencies(self) -> tuple[str, ...]:
        """What something was realised in."""
        return tuple(self.book.currencies())

    def report(self, *, currency: str, symbol: str | None = None, since: datetime | None = None) -> Report | None:
        """The book's."""
        return self.book.report(currency=currency, symbol=symbol, since=since)


@st.cache_resource(show_spinner=False)
def desk() -> SimpleNamespace:
    """Make it once for the process."""
    return SimpleNamespace(ledger=Year())


session.now = lambda: DAY
st.set_page_config(layout="wide")
st.html(ROOT / "pages" / "frame.css")


def section() -> None:
    """The page that is measured."""
    futures_pnl.show(desk())


def elsewhere() -> None:
    """Another page with a plot, where the reader comes from."""
    st.session_state["pnl-span"] = st.query_params.get("span", "30 d")
    st.plotly_chart({"data": [{"y": [1, 2]}]}, key="small")


page = st.navigation([st.Page(elsewhere, default=True), st.Page(section, url_path="section")], position="top")
page.run()
