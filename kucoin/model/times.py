"""Moments. KuCoin counts in seconds, milli-, micro- and nanoseconds; here there is aware UTC and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Exclusive upper bound of a plausible count -> how many of it make a second. 10, 13, 16 and 19 digits; a count
# below 10 digits lies before 2001, one above 19 after 2286: neither is a moment of this exchange.
_UNITS = ((10**10, 1), (10**13, 10**3), (10**16, 10**6), (10**19, 10**9))
_LONGEST = 19  # digits of a count


def moment(count: int | str | None) -> datetime | None:
    """Return the moment that ``count`` means, told apart by its number of digits.

    Args:
        count: Since 1970 in s, ms, µs or ns; text is accepted, since KuCoin sends some times as text.

    Returns:
        Aware UTC, cut to microseconds; None where ``count`` is missing or implausible.
    """
    if isinstance(count, str):
        count = int(count) if count.isascii() and count.isdigit() and len(count) <= _LONGEST else None
    if count is None or count < 10**9:
        return None
    for bound, per_second in _UNITS:
        if count < bound:
            return _EPOCH + timedelta(microseconds=count * 10**6 // per_second)
    return None


def milliseconds(at: datetime) -> int:
    """Return ``at`` as whole milliseconds since 1970, the unit of most request parameters."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
