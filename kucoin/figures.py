"""How numbers, signs and ages are written, by the pages as by the push socket.

Pure functions. Rounding happens here and nowhere before; None is an en dash, never a zero; a figure too small for its
decimals says so instead of looking like nothing.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum

UNKNOWN = "–"
MINUS = "−"
THIN_SPACE = "\u2009"
SHARE = "%"
"""The unit of what is told as a fraction of the whole account, while amounts are hidden."""

# Units that are not counted in cents; of coins, those that contracts are settled in.
_DECIMALS = dict.fromkeys(("BTC", "XBT", "ETH", "SOL", "XRP", "DOT", "ADA", "LTC", "BNB", "DOGE"), 8)
_DECIMALS |= dict.fromkeys(("JPY", "KRW", "VND", "IDR", "CLP"), 0)
_AMOUNT_DIGITS = 9  # enough for a satoshi of ten coins, and for cents of a million
_AMOUNT_PLACES = 8
_PRICE_DIGITS = 6  # what KuCoin's own ticks need
_PRICE_PLACES = 18
_WIDE = Context(prec=60)  # quantize raises where the default 28 digits do not suffice; a page must not


class Direction(StrEnum):
    """Which way a change went; drawn with a glyph of its own, so that hue is never the only bearer."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"
    UNKNOWN = "unknown"


def decimals(unit: str) -> int:
    """Return how many decimals money in ``unit`` is shown with: its smallest coin, a satoshi for BTC."""
    return _DECIMALS.get(unit, 2)


def money(value: Decimal | None, unit: str, *, signed: bool = False) -> str:
    """Return a sum of ``unit`` without its name: ``148,231.07``, ``+1,204.55``, ``<0.01``; of `SHARE` in percent."""
    if unit == SHARE:
        return percent(value, signed=signed)
    return _fixed(value, decimals(unit), signed=signed)


def named(value: Decimal | None, unit: str, *, signed: bool = False) -> str:
    """Return a sum with its unit: ``148,231.07 USDT``, ``+0.82 %``."""
    text = money(value, unit, signed=signed)
    return text if unit == SHARE else f"{text} {unit}"


def percent(ratio: Decimal | None, *, places: int = 2, signed: bool = True) -> str:
    """Return the fraction ``ratio`` in percent, with a thin space before the sign: ``+0.82 %``."""
    if ratio is None:
        return UNKNOWN
    return f"{_fixed(ratio * 100, places, signed=signed)}{THIN_SPACE}%"


def fixed(value: Decimal | None, places: int) -> str:
    """Return a figure with so many decimals, as a price has that is quoted in ticks: ``87,112.40``."""
    return _fixed(value, places, signed=False)


def amount(value: Decimal | None) -> str:
    """Return a quantity of a currency, never more than is there: cut to nine digits, at most eight decimals."""
    if value is None:
        return UNKNOWN
    return _trimmed(value, digits=_AMOUNT_DIGITS, most=_AMOUNT_PLACES, rounding=ROUND_DOWN)


def price(value: Decimal | None) -> str:
    """Return a price with six significant digits and no zeros behind them: ``87,112.4``, ``0.15208``."""
    if value is None:
        return UNKNOWN
    return _trimmed(value, digits=_PRICE_DIGITS, most=_PRICE_PLACES, rounding=ROUND_HALF_EVEN)


def amount_places(value: Decimal | None) -> int:
    """Return how many decimals `amount` shows at most of a quantity of this size."""
    return _places(value, digits=_AMOUNT_DIGITS, most=_AMOUNT_PLACES) if value else 0


def price_places(value: Decimal | None) -> int:
    """Return how many decimals `price` shows at most of a price of this size."""
    return _places(value, digits=_PRICE_DIGITS, most=_PRICE_PLACES) if value else 0


def exact(value: Decimal | None) -> str:
    """Return every digit of ``value``, for the tooltip of a shortened figure."""
    return UNKNOWN if value is None else _typeset(f"{value:,f}")


def direction(change: Decimal | None) -> Direction:
    """Return which way ``change`` points; zero is flat, None is unknown."""
    if change is None:
        return Direction.UNKNOWN
    if change == 0:
        return Direction.FLAT
    return Direction.UP if change > 0 else Direction.DOWN


def seconds_since(at: datetime | None, now: datetime) -> float | None:
    """Return the age of a reading in s, never negative; both times carry their zone."""
    return None if at is None else max(0.0, (now - at).total_seconds())


def age(seconds: float | None) -> str:
    """Return an age as a reader takes it in, never rounded up: ``0.4 s``, ``14 s``, ``3 min``, ``5 h``, ``2 d``.

    The pages' ``base.js`` writes ages alike, so that they can go on growing between two drawings.
    """
    if seconds is None:
        return UNKNOWN
    if seconds < 10:
        return f"{int(seconds * 10) / 10:.1f} s"
    for limit, size, unit in ((60, 1, "s"), (3600, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds // 86_400)} d"


def _fixed(value: Decimal | None, places: int, *, signed: bool) -> str:
    if value is None:
        return UNKNOWN
    step = Decimal(1).scaleb(-places)
    rounded = value.quantize(step, rounding=ROUND_HALF_EVEN, context=_WIDE)
    sign = "" if value == 0 else "-" if value < 0 else "+" if signed else ""
    if rounded == 0 and value != 0:
        return _typeset(f"{sign}<{step:f}")
    return _typeset(f"{sign}{rounded.copy_abs():,f}")


def _trimmed(value: Decimal, *, digits: int, most: int, rounding: str) -> str:
    if value == 0:
        return "0"
    step = Decimal(1).scaleb(-_places(value, digits=digits, most=most))
    with localcontext(_WIDE):
        rounded = value.quantize(step, rounding=rounding)
        if rounded == 0:
            return _typeset(f"{'-' if value < 0 else ''}<{step:f}")
        return _typeset(f"{_without_zeros(rounded):,f}")


def _places(value: Decimal, *, digits: int, most: int) -> int:
    return min(most, max(0, digits - 1 - value.adjusted()))


def _without_zeros(value: Decimal) -> Decimal:
    """Drop zeros behind the point; ``normalize`` alone would turn 100 into 1E+2."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _typeset(text: str) -> str:
    return text.replace("-", MINUS)
