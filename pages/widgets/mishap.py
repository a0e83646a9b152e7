"""What a page shows when drawing it fails: a short text with a code; the detail stands in the log under that code."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from kucoin.errors import KucoinError
from pages.widgets import figures, veiled

_log = logging.getLogger(__name__)


@contextmanager
def contained(what: str) -> Iterator[None]:
    """Run a block that draws ``what``; whatever it raises ends that block and nothing else."""
    try:
        yield
    except KucoinError as error:  # its text is made for a page
        st.warning(figures.plain(veiled.words(str(error))))
    except Exception:  # noqa: BLE001  the last place before Streamlit's own error box, which would show the trace
        code = secrets.token_hex(3)
        _log.exception("drawing %s failed, code %s", what, code)
        st.warning(f"{figures.plain(what)} could not be drawn. Code {code}; the log has the detail under it.")
