"""When the exchange rests: what its hosts say of themselves, and what it announced, read from its own sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from kucoin.desk.status import HostStatus, Maintenance
from kucoin.model.announcement import MAINTENANCE, Announcement
from kucoin.model.market import ServiceState

_AHEAD = timedelta(hours=24)  # so long before it begins it is told on every page
_YOUNG = timedelta(hours=24)  # so long an announcement is told whose times cannot be read
_LONGEST = timedelta(hours=48)  # an announced maintenance that seems to take longer was misread
_ENDLESS = timedelta(hours=2)  # so long one is told whose end cannot be read

# KuCoin announces under the same heading that one coin's wallet rests, which keeps nobody from trading.
_ELSEWHERE = re.compile(
    r"wallet|deposit|withdraw|network|mainnet|hard fork|swap|migration|earn|staking|fiat|card|p2p|convert|\bbots?\b",
    re.IGNORECASE,
)
_TRADING = re.compile(r"trading|futures|\bspot\b|margin|system (?:upgrade|maintenance)|\bapi\b", re.IGNORECASE)
_OVER = re.compile(r"complete|resume|restored|finished|concluded|is now (?:open|available)", re.IGNORECASE)

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_TOKEN = re.compile(
    rf"(?P<iso>\b\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}\b)"
    rf"|(?P<date>\b{_MONTH}\s+{_DAY}(?:,?\s+\d{{4}})?\b|\b{_DAY}\s+{_MONTH}(?:,?\s+\d{{4}})?\b)"
    rf"|(?P<time>\b\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s*[ap]\.?m\b\.?)?)"
    # "02:00 UTC-04:00" is a span; only in brackets of its own is a minus before minutes the zone's.
    rf"|(?P<zone>\bUTC(?:\s?\+\s?\d{{1,2}}(?::[0-5]\d)?\b|[-−]\d{{1,2}}\b(?!:)|(?<=\(UTC)[-−]\d{{1,2}}:[0-5]\d(?=\)))?)",
    re.IGNORECASE,
)
_YEARS = range(2000, 2100)  # any other is no year
_LENGTH = re.compile(
    r"(?:take|last|about|around|approximately)\D{0,30}(\d{1,3}(?:\.\d)?)\s*(minute|min|hour|h)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, aware UTC; ``end`` is None where it was not told."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """An announcement, and for a maintenance of trading when that is; None where its times cannot be read."""

    said: Announcement
    window: Window | None
    rests: bool


def notice(said: Announcement) -> Notice:
    """Read ``said``: whether trading rests, and when."""
    about = said.title
    elsewhere = _ELSEWHERE.search(about) is not None and _TRADING.search(about) is None
    rests = MAINTENANCE in said.kinds and not elsewhere and _OVER.search(about) is None
    found = (window(said.text, said.at) or window(said.title, said.at)) if rests else None
    return Notice(said, found, rests)


def window(text: str, told_at: datetime | None) -> Window | None:
    """Return when something is, as the first moment or span in ``text`` says that names its time zone.

    Read are such as ``at 07:40 on November 23, 2022 (UTC)``, ``2022-08-16 06:30:00 AM (UTC)``, ``from 02:00 to 04:00
    on 5 March 2024 (UTC+8)``, and after them how long it takes. Anything else is None: better unknown than wrong.

    Args:
        told_at: When it was published, which a date without a year counts from.
    """
    dates: list[date | None] = []
    times: list[time | None] = []
    zone: timezone | None = None
    for token in _TOKEN.finditer(text):
        written = token.group()
        if token.lastgroup == "zone":
            zone = _zone(written)
        elif token.lastgroup == "time":
            times.append(_time(written))
        else:
            dates.append(_date(written, told_at))
        if dates and times and zone is not None:
            return _span(dates, times, zone, text[token.end() :])
    return None


def _span(days: Sequence[date | None], hours: Sequence[time | None], zone: timezone, rest: str) -> Window | None:
    dates, times = [each for each in days if each], [each for each in hours if each is not None]
    unread = len(dates) < len(days) or len(times) < len(hours)
    if unread or len(times) > 2 or len(dates) > len(times):
        return None
    start = datetime.combine(dates[0], times[0], zone).astimezone(UTC)
    if len(times) == 1:
        length = _LENGTH.search(rest)
        if length is None:
            return Window(start, None)
        unit = timedelta(hours=1) if length[2].lower().startswith("h") else timedelta(minutes=1)
        end = start + float(length[1]) * unit
    else:
        end = datetime.combine(dates[-1], times[1], zone).astimezone(UTC)
        if len(dates) == 1 and end <= start:  # over midnight
            end += timedelta(days=1)
    return Window(start, end) if timedelta(0) < end - start <= _LONGEST else None


def _time(written: str) -> time | None:
    hour, minute, *second = (int(each) for each in re.findall(r"\d+", written))
    half = re.search(r"([ap])\.?m", written, re.IGNORECASE)
    if half and 1 <= hour <= 12:  # 16:30 PM is written at times, and means what it says without
        hour = hour % 12 + (12 if half[1].lower() == "p" else 0)
    try:
        return time(hour, minute, second[0] if second else 0)
    except ValueError:
        return None


def _date(written: str, told_at: datetime | None) -> date | None:
    numbers = [int(each) for each in re.findall(r"\d+", written)]
    name = re.search(r"[a-z]{3}", re.sub(r"\d(?:st|nd|rd|th)", "", written.lower()))
    if name is None:
        year, month, day = numbers
    else:
        month, day = _MONTHS.index(name[0]) + 1, numbers[0]
        if len(numbers) > 1:
            year = numbers[1]
        elif told_at is not None:
            year = told_at.year + (month < told_at.month - 6)  # in December of the January that comes
        else:
            return None
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _zone(written: str) -> timezone:
    shift = re.search(r"([+\-−])\s*(\d+)(?::(\d+))?", written)
    if shift is None:
        return UTC
    ahead = timedelta(hours=min(int(shift[2]), 14), minutes=int(shift[3] or 0))
    return timezone(ahead if shift[1] == "+" else -ahead)


def current(
    hosts: Sequence[HostStatus], notices: Iterable[Notice], now: datetime, *, exchange: str
) -> tuple[Maintenance, ...]:
    """Return what every page has to say: how the hosts are that do not take everything, and what comes next.

    Nothing in it changes from one second to the next, so that a page is not drawn anew for it.

    Args:
        exchange: How the sentences call it.
    """
    found = [*_closed(hosts, exchange)]
    due = [each for each in notices if each.rests and _is_due(each, now)]
    if due:
        first = min(due, key=lambda each: each.window.start if each.window else now + _AHEAD)
        found.append(_announced(first, now, exchange))
    return tuple(found)


def _closed(hosts: Sequence[HostStatus], exchange: str) -> Iterable[Maintenance]:
    for state, sentence in (
        (
            ServiceState.CLOSE,
            "has closed trading: orders can be neither placed nor cancelled. Balances and prices are still read, as "
            "far as it answers.",
        ),
        (
            ServiceState.CANCEL_ONLY,
            "takes cancels only: open orders can be cancelled, new ones are refused. Balances and prices are still "
            "read.",
        ),
    ):
        those = [host for host in hosts if host.service is state]
        if those:
            who = exchange if len(those) == len(hosts) else f"{exchange}’s {those[0].name} side"
            said = next((host.service_message for host in those if host.service_message), "")
            yield Maintenance(under_way=True, words=f"{who} {sentence}", title=said, url=None)


def _is_due(each: Notice, now: datetime) -> bool:
    if each.window is None:
        return each.said.at is not None and abs(now - each.said.at) < _YOUNG
    end = each.window.end or each.window.start + _ENDLESS
    return each.window.start - _AHEAD <= now < end


def _announced(each: Notice, now: datetime, exchange: str) -> Maintenance:
    if each.window is None:
        words = f"{exchange} announced maintenance, without a time that could be read here."
        return Maintenance(under_way=False, words=words, title=each.said.title, url=each.said.url)
    under_way = each.window.start <= now
    if under_way:
        words = f"{exchange} announced maintenance {when(each.window)}. Orders and cancels may be refused meanwhile."
    else:
        words = (
            f"{exchange} announced maintenance {when(each.window)}. Orders and cancels may be refused meanwhile, and "
            "stops may trigger late: do before then what must not wait."
        )
    return Maintenance(under_way=under_way, words=words, title=each.said.title, url=each.said.url)


def when(span: Window) -> str:
    """Return a window in words, such as ``from 25 Nov 2026 02:00 to 04:00 UTC``."""
    start, end = span.start, span.end
    words = f"from {start.day} {start:%b %Y %H:%M}"
    if end is None:
        return f"{words} UTC on"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end.day} {end:%b %H:%M}"
    return f"{words} to {until} UTC"
