"""When an alert fires, when it may fire again, and how that is said. Pure.

Between the two lies a margin, so that what trembles about a threshold is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from kucoin.decimals import ZERO
from kucoin.errors import InvalidRequest
from kucoin.model.alert import AlertKind

_LIVE_AGAIN = Decimal(-10)  # s that a socket has to be live before its next failure is told
_MOST_TEXT = 40


class Rule(NamedTuple):
    """``falling``: it fires at its threshold or below, else at it or above. ``back`` is the farther end of its margin.

    ``unit`` is what the threshold is counted in, ``percent`` where it is a fraction.
    """

    falling: bool
    back: Callable[[Decimal], Decimal]
    unit: str

    def after(self, value: Decimal, threshold: Decimal, *, fired: bool) -> bool:
        """Return whether it has fired, now that the value is this."""
        line = self.back(threshold) if fired else threshold
        return value <= line if self.falling else value >= line


def _times(factor: str) -> Callable[[Decimal], Decimal]:
    by = Decimal(factor)
    return lambda threshold: threshold * by


RULES: Mapping[AlertKind, Rule] = {
    AlertKind.LIQUIDATION: Rule(True, _times("1.1"), "percent"),
    AlertKind.PRICE_ABOVE: Rule(False, _times("0.998"), "price"),
    AlertKind.PRICE_BELOW: Rule(True, _times("1.002"), "price"),
    AlertKind.FUNDING: Rule(False, _times("0.9"), "percent"),
    AlertKind.FEED: Rule(False, lambda _: _LIVE_AGAIN, "s"),
    AlertKind.LOSS: Rule(False, _times("0.9"), "USDT"),
}
"""The kinds that compare a figure with a threshold; all others tell of every event."""

OF_A_SYMBOL = frozenset({AlertKind.PRICE_ABOVE, AlertKind.PRICE_BELOW})
OF_NO_SYMBOL = frozenset({AlertKind.FEED, AlertKind.LOSS})
OF_CONTRACTS = frozenset({AlertKind.LIQUIDATION, AlertKind.FUNDING})

USUAL: tuple[tuple[AlertKind, Decimal | None], ...] = (
    (AlertKind.LIQUIDATION, Decimal("0.2")),
    (AlertKind.FILL, None),
    (AlertKind.REFUSED, None),
    (AlertKind.FEED, Decimal(15)),
)
"""What an account has until somebody changes it, about every symbol."""


def require(kind: AlertKind, subject: str, threshold: Decimal | None) -> None:
    """Raise InvalidRequest unless such an alert makes sense; whether the symbol is listed, others know."""
    if (threshold is not None) != (kind in RULES):
        wants = "a threshold" if kind in RULES else "no threshold"
        raise InvalidRequest(f"an alert on {kind} takes {wants}, not {threshold}")
    if threshold is not None and not (threshold.is_finite() and threshold > ZERO):
        raise InvalidRequest(f"{threshold} is no threshold: it has to be above zero")
    if kind is AlertKind.LIQUIDATION and threshold is not None and threshold >= 1:
        raise InvalidRequest(f"{threshold} is no distance to liquidation below 100 %")
    if not subject and kind in OF_A_SYMBOL:
        raise InvalidRequest(f"an alert on {kind} needs a symbol")
    if subject and kind in OF_NO_SYMBOL:
        raise InvalidRequest(f"an alert on {kind} takes no symbol, not {subject[:_MOST_TEXT]}")
    if "-" in subject and kind in OF_CONTRACTS:
        raise InvalidRequest(f"{subject[:_MOST_TEXT]} is no contract, and an alert on {kind} is of contracts")


def threshold_text(kind: AlertKind, threshold: Decimal | None) -> str:
    """Return a threshold as it is read: ``20 %``, ``87,000``, ``15 s``; empty where there is none."""
    if threshold is None:
        return ""
    unit = RULES[kind].unit
    if unit == "percent":
        return f"{said(threshold * 100)} %"
    return said(threshold) if unit == "price" else f"{said(threshold)} {unit}"


def said(value: Decimal) -> str:
    """Return a figure with every digit that counts."""
    return f"{value.normalize():,f}"


def fired_words(kind: AlertKind, name: str, value: Decimal, threshold: Decimal, detail: str) -> str:
    """Return what fired an alert, as a sentence.

    Args:
        name: What it is of: a symbol, a position, a socket.
        detail: More of it, such as the price of the liquidation; may be empty.
    """
    line = threshold_text(kind, threshold)
    match kind:
        case AlertKind.LIQUIDATION:
            words = f"{name} is {value * 100:.1f} % from its liquidation{detail}: at or below {line}."
        case AlertKind.PRICE_ABOVE | AlertKind.PRICE_BELOW:
            way = "below" if RULES[kind].falling else "above"
            words = f"{name} is at {said(value)}: at or {way} {line}."
        case AlertKind.FUNDING:
            words = f"Funding of {name} is {value * 100:.4f} % as predicted: at or above {line}."
        case AlertKind.FEED:
            words = f"{name} brought nothing for {line}{detail}."
        case _:
            words = f"{value:,.2f} USDT were lost today, open positions included: {line} or more."
    return words
