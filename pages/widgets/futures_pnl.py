"""What futures trading earned: figures, curves, calendar, by contract, and every position that ended.

Everything comes from the desk's ledger, which reads in the background; nothing here waits or asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.ledger import Ledger
from kucoin.desk.pnl import Report
from kucoin.model.ledger import EquityPoint
from pages.widgets import (
    figures,
    futures_calendar,
    futures_closed,
    futures_curves,
    futures_days,
    futures_symbols,
    ledger_line,
    leftovers,
    mishap,
    plots,
    privacy,
    session,
    veiled,
)
from pages.widgets.live import live
from pages.widgets.veiled import Part

_PERIOD, _SPAN, _CURRENCY = "pnl-period", "pnl-span", "pnl-currency"
_HELD, _VEILED = "pnl-report", "pnl-veiled"
_USUAL = "USDT"
_LINE = 3  # snapshots of equity; fewer make no line


class Choice(NamedTuple):
    """What the reader looks at."""

    period: str
    span: str
    currency: str


class _Reported(NamedTuple):
    """The reports that were looked at, by settlement currency and beginning, and the ledger's generation then."""

    generation: int
    reports: dict[tuple[str, datetime | None], Report]


@st.fragment
def show(desk: Desk) -> None:
    """Draw the section. A fragment of its own: a choice here draws nothing else, and no tick elsewhere draws this."""
    with leftovers.noted(), mishap.contained("What was realised"):
        ledger = desk.ledger
        now = session.now()
        ledger_line.drawn(ledger)
        with st.container(border=True, key="pnl"):
            choice = _tools(ledger)
            report = _report(ledger, choice, now)
            if report is None or not (report.days or report.positions):
                _nothing(ledger, report, choice)
                return
            veil = privacy.veil()
            part = veil and veiled.Part.under(veil, choice.currency)
            if veil is not None and part is None:
                st.markdown(veiled.UNTOLD)
                return
            shown = report if part is None else _veiled(report, part)
            live.METRICS(key="pnl-figures", data={"figures": metrics(shown)})
            _days(ledger, shown, choice, now)
        _beside(ledger, shown, choice, part, now)
        futures_closed.show(ledger, report, choice.span, now)


def _tools(ledger: Ledger) -> Choice:
    currencies = sorted(ledger.currencies(), key=lambda name: (name != _USUAL, name)) or [_USUAL]
    if st.session_state.get(_CURRENCY, st.query_params.get(_CURRENCY)) not in currencies:
        st.session_state[_CURRENCY] = currencies[0]
    with st.container(horizontal=True, vertical_alignment="center", key="bar-pnl"):
        heading = st.container(horizontal=True, vertical_alignment="center", width="content", gap="small")
        st.space("stretch")
        currency = currencies[0]
        if len(currencies) > 1:
            currency = _control("Settled in", currencies, _CURRENCY)
        period = _control("Period", list(futures_days.PERIODS), _PERIOD, default="Day")
        span = _control("Span", list(futures_days.SPANS), _SPAN, default="30 d")
    with heading:
        st.header(f"Realised, {futures_days.title(span)}", anchor=False, width="content")
        st.caption(f"{figures.plain(currency)}, days end at 00:00 UTC", width="content")
    return Choice(period, span, currency)


def _control(label: str, options: list[str], key: str, default: str | None = None) -> str:
    chosen = st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params", label_visibility="collapsed"
    )
    return chosen or options[0]


def _report(ledger: Ledger, choice: Choice, now: datetime) -> Report | None:
    """Return the report, asked anew only when the ledger has changed or another one is wanted."""
    generation, asked = ledger.generation, (choice.currency, futures_days.since(choice.span, now))
    held: _Reported | None = st.session_state.get(_HELD)
    if held is None or held.generation != generation:
        held = st.session_state[_HELD] = _Reported(generation, {})
    if asked not in held.reports and (report := ledger.report(currency=asked[0], since=asked[1])) is not None:
        held.reports[asked] = report
    return held.reports.get(asked)


def _veiled(report: Report, part: Part) -> Report:
    """Return a report as shares; the very same one as long as they come to much the same, for plots are made of it."""
    held: tuple[Report, str, Report] | None = st.session_state.get(_VEILED)
    if held is None or held[0] is not report or held[1] != part.about:
        held = st.session_state[_VEILED] = (report, part.about, part.report(report))
    return held[2]


def _nothing(ledger: Ledger, report: Report | None, choice: Choice) -> None:
    """Say why there are no figures, and what would bring some."""
    if report is None or ledger.progress().synced_at is None:  # what the exchange may yet tell is not nothing
        st.markdown("**Not read yet.** The figures come with the ledger.")
    elif choice.span == "All":
        st.markdown(f"**Nothing was ever realised in {figures.plain(choice.currency)}.** A fill, a fee or a funding "
                    "shows here within seconds.")  # fmt: skip
    else:
        st.markdown(
            f"**Nothing was realised in {futures_days.title(choice.span)}.** Choose a longer span above; a fill, a fee "
            "or a funding shows here within seconds."
        )
    ledger_line.show(ledger)


def metrics(report: Report) -> list[tuple[str, str, str]]:
    """Return label, figure and second line of each figure."""
    unit = report.currency

    def signed(value: Decimal | None) -> str:
        return figures.money(value, unit, signed=True)

    best, worst = report.best_day, report.worst_day
    extremes = "no day with a result"
    if best and worst:
        extremes = f"best day {futures_calendar.brief(best.net, unit)}, worst {futures_calendar.brief(worst.net, unit)}"
    share = figures.percent(-report.fees / report.turnover, places=3, signed=False) if report.turnover else None
    payments = "1 payment" if report.payments == 1 else f"{report.payments} payments"
    return [
        ("Net", signed(report.net), "price + fees + funding"),
        ("Price", signed(report.price), extremes),
        ("Fees", signed(report.fees), f"{share} of turnover" if share else "nothing was traded"),
        ("Funding", signed(report.funding), payments),
        ("Won", figures.percent(report.win_rate, places=0, signed=False), f"{report.won} of {report.closed} closed"),
        ("Average win", signed(report.average_win), f"average loss {signed(report.average_loss)}"),
    ]


def _days(ledger: Ledger, report: Report, choice: Choice, now: datetime) -> None:
    """Draw cumulative line and calendar of the days for which the ledger is complete."""
    since = ledger.progress().since
    days = futures_days.drawn(report.days, since, futures_days.since(choice.span, now), now)
    if not days:
        st.caption("No day is drawn: the ledger is not complete for any of them yet.")
        return
    period = futures_days.PERIODS[choice.period]
    unit, today = report.currency, now.date().isoformat()
    left, right = st.columns([7, 5], gap="medium")
    with left:
        height = max(futures_curves.HEIGHT, futures_calendar.height(days))
        build = partial(futures_curves.realised, futures_days.by(period, days), period, unit, height)
        total = figures.named(sum((day.net for day in days), Decimal(0)), unit, signed=True)
        told = f"Realised net by {period} since {futures_days.named(days[0].start)}, cumulative: {total}"
        plots.show("pnl-curve", build, report, period, str(since), today, alt=told)
    with right:
        futures_calendar.show(days, unit)
    if said := notes(report, days[0].start, len(days)):
        st.caption(" ".join(said))


def notes(report: Report, first: date, count: int) -> list[str]:
    """Return what the figures and the plots of ``count`` days from ``first`` on leave out."""
    said = []
    if report.unpriced:
        often = "once" if report.unpriced == 1 else f"{report.unpriced} times"
        said.append(
            f"Contracts were closed {often} whose price the ledger does not know: what they earned is in no figure."
        )
    if any(day.start < first for day in report.days):
        said.append("Days before the ledger is complete are in the figures, not in the plots.")
    if count > futures_calendar.WEEKS * 7:
        said.append(f"The calendar shows the newest {futures_calendar.WEEKS} weeks.")
    return said


def _beside(ledger: Ledger, report: Report, choice: Choice, part: Part | None, now: datetime) -> None:
    """Draw the equity of the account, and what each contract came to."""
    left, right = st.columns([7, 5], gap="small")
    with left, st.container(border=True, key="pnl-equity", height="stretch"):
        _equity(ledger, choice, part, now)
    with right, st.container(border=True, key="pnl-symbols", height="stretch"):
        futures_symbols.show(report, now)


def _equity(ledger: Ledger, choice: Choice, part: Part | None, now: datetime) -> None:
    points = ledger.equity(choice.currency, futures_days.since(choice.span, now))
    points = points if part is None else part.equity(points)
    with st.container(key="bar-equity", horizontal=True, vertical_alignment="center"):
        st.header("Equity", anchor=False, width="content")
        st.caption(f"{figures.plain(choice.currency)}, every 5 minutes while the dashboard runs", width="content")
    if len(points) < _LINE:
        st.markdown(few(points))
        return
    last = points[-1]
    told = f"Equity {figures.named(last.equity, last.currency)} at {last.at:%H:%M} UTC"
    build = partial(futures_curves.equity, points, last.currency)
    made_of = len(points), last.at.isoformat(), choice.span, choice.currency, part and part.about
    plots.show("pnl-equity-plot", build, *made_of, alt=told)
    if futures_curves.gaps(points):
        st.caption("Shaded: nothing was recorded, because the dashboard did not run or could not read the account.")


def few(points: Sequence[EquityPoint]) -> str:
    """Return what stands in the place of an equity line of so few snapshots, as Markdown."""
    if not points:
        return "**No equity recorded yet.** A snapshot is taken every 5 minutes; the line begins with the third."
    first = points[0]
    equity = figures.named(first.equity, first.currency)
    return (
        f"**Recorded since {first.at:%H:%M} UTC,** when it was {figures.plain(equity)}. A snapshot is taken every "
        "5 minutes; the line begins with the third."
    )
