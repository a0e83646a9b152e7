"""The launcher, for `streamlit run dashboard.py`: starts the Desk, hands the pages to Streamlit, does nothing else."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from kucoin import assemble
from kucoin.errors import NotConfigured
from kucoin.settings import require_loopback
from kucoin.web import assets, probes


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up before the first visitor; stop the Desk after the last."""
    for heavy in ("pandas", "plotly.graph_objects", "pyarrow"):
        importlib.import_module(heavy)
    # What was imported stays for good, so the collector need not walk through it; a full pass held up every thread.
    gc.collect()
    gc.freeze()
    # In s: how long a thread that wakes for the network waits for one that computes. The default is ten times that.
    sys.setswitchinterval(0.0005)
    print(f"KuCoin dashboard ({desk.mode}) on http://127.0.0.1:{st.get_option('server.port')}", flush=True)
    try:
        async with live.running():
            yield
    finally:
        assemble.stop()


try:
    require_loopback(st.get_option("server.address"))
    desk = assemble.desk()
    live = assemble.live(st.get_option("server.allowedHosts"))
except NotConfigured as error:
    raise SystemExit(str(error)) from None

scripts = assets.route(Path(__file__).parent / "pages" / "widgets" / "live")
app = st.App("pages/frame.py", lifespan=lifespan, routes=[*live.routes, scripts, *probes.routes()])
