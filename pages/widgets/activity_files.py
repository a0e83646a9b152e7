"""The activity as a file: what is chosen or all of it, made behind the page, with its progress and a way to end it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import streamlit as st

from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_export import ActivityExport, Kind, State
from kucoin.desk.desk import Desk
from pages.widgets import activity_table, figures, mishap, privacy, session

_JOB = "activity-file"
_WHAT = "activity-file-what"
_CADENCE = 0.4  # s between two looks at a file under way
_CHOSEN, _ALL = "What is chosen", "All of it"
_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("csv", "CSV", "text/csv"),
    ("parquet", "Parquet", "application/vnd.apache.parquet"),
)


class Job(NamedTuple):
    """A file of this session, under way or ready.

    Attributes:
        veiled: Whether it tells shares in the place of amounts.
    """

    export: ActivityExport
    name: str
    mime: str
    veiled: bool


def show(desk: Desk) -> None:
    """Draw the button and what opens below it. Outside of any fragment: it has one of its own."""
    job = _job()
    making = job is not None and job.export.state is State.MAKING
    with st.popover("Export", key="activity-export"):
        st.fragment(_panel, run_every=_CADENCE if making else None)(desk, making)


def _panel(desk: Desk, was_making: bool) -> None:
    with mishap.contained("The export"):
        job = _job()
        making = job is not None and job.export.state is State.MAKING
        if making != was_making:
            st.rerun()  # at the pace that fits
        st.caption(_meaning())
        what = st.segmented_control(
            "What", (_CHOSEN, _ALL), default=_CHOSEN, required=True, key=_WHAT, label_visibility="collapsed"
        )
        with st.container(horizontal=True, key="activity-file-kinds"):
            for kind, word, mime in _KINDS:
                st.button(
                    f"Make {word}",
                    key=f"activity-make-{kind}",
                    disabled=making,
                    on_click=_begin,
                    args=(desk, kind, mime, what == _ALL),
                )
        if job is not None:
            _tell(job)


def _meaning() -> str:
    told = "Shares of the whole account, as amounts are hidden" if privacy.on() else "Exact decimals"
    return f"{told}, oldest first, UTC, with the balance after each line."


def _tell(job: Job) -> None:
    """Draw what became of a file."""
    export = job.export
    if export.state is State.MAKING:
        st.progress(export.progress, f"{export.rows:,} lines: {export.progress:.0%}")
        st.button("Cancel", key="activity-file-cancel", on_click=export.cancel)
    elif export.state is State.READY:
        size = len(export.content()) / 1e6
        st.caption(figures.plain(f"{job.name}: {export.rows:,} lines, {size:.1f} MB."))
        st.download_button(
            "Download",
            export.content,
            file_name=job.name,
            mime=job.mime,
            key="activity-file-download",
            on_click="ignore",
        )
    elif export.state is State.CANCELLED:
        st.caption("Cancelled. Nothing was made.")
    else:
        st.warning(f"**The file could not be made:** {figures.plain(export.problem.rstrip('. '))}.")


def _begin(desk: Desk, kind: Kind, mime: str, everything: bool) -> None:
    now = session.now()
    wish = ActivityWish() if everything else activity_table.chosen(now)
    veil = privacy.veil()
    before = _job()
    if before is not None:
        before.export.cancel()
    export = ActivityExport(desk.activity.view(wish), kind, veil.fraction if veil else None)
    st.session_state[_JOB] = Job(export, _name(wish, now, kind, veiled=veil is not None), mime, veil is not None)


def _name(wish: ActivityWish, now: datetime, kind: Kind, *, veiled: bool) -> str:
    since = f"-{wish.start:%Y%m%d}" if wish.start else ""
    return f"activity{'-shares' if veiled else ''}{since}-{now:%Y%m%d}.{kind}"


def _job() -> Job | None:
    """Return the session's file; one with amounts is let go of as soon as they are hidden."""
    job: Job | None = st.session_state.get(_JOB)
    if job is not None and privacy.on() and not job.veiled:
        job.export.cancel()
        del st.session_state[_JOB]
        return None
    return job
