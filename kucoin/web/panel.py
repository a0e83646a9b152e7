"""What all panels have in common: a body that is told whole or by its changes, and an age."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from kucoin.desk.market import Watch
from kucoin.desk.rules import Rules
from kucoin.web.sight import Fresh, Sight

Body = dict[str, Any]


class Change(NamedTuple):
    """What became of a panel since it was last asked: the whole of it anew, or what is new in it."""

    kind: str  # "full" or "more"
    body: Body


class Panel(ABC):
    """One thing that is shown, for everybody who wants it.

    Nobody calls it from two threads at once, and nothing in it waits.
    """

    _watch: Watch | None = None

    @abstractmethod
    def change(self) -> Change | None:
        """Look again; return what is new, None where nothing is."""

    @abstractmethod
    def full(self) -> Body:
        """Return all of it, as of the last look."""

    @abstractmethod
    def fresh(self) -> Fresh:
        """Say how old what is shown is."""

    def close(self) -> None:
        """Let go of what it watches."""
        if self._watch is not None:
            self._watch.close()


class SymbolPanel(Panel):
    """A panel about one symbol, which is watched as long as the panel is open.

    Raises:
        InvalidRequest: The symbol is not listed.
    """

    def __init__(self, sight: Sight, symbol: str) -> None:
        self.sight = sight
        self.symbol = symbol
        self.opened = sight.monotonic()
        self._rules = sight.market.known(symbol)
        self._watch = sight.market.watch(symbol)

    @property
    def rules(self) -> Rules:
        """The symbol's rules; those of its last day where it was taken off the list."""
        self._rules = self.sight.market.rules(self.symbol) or self._rules
        return self._rules

    @property
    def waiting(self) -> float:
        """How long the panel has been open, in s."""
        return self.sight.monotonic() - self.opened


def written(value: Decimal | None, decimals: int) -> str | None:
    """Write a figure with at least ``decimals`` decimals, and with all that it has."""
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    own = -exponent if isinstance(exponent, int) else 0
    if own > decimals:  # zeros at the end say nothing
        value = value.normalize()
        exponent = value.as_tuple().exponent
        own = -exponent if isinstance(exponent, int) else 0
    return f"{value:.{max(decimals, own)}f}"


def rounded(value: Decimal | None, decimals: int) -> str | None:
    """Write a figure that was computed, rounded half to even."""
    return None if value is None else f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):f}"


def amount(value: Decimal | None) -> str | None:
    """Write an amount for the eye: cents from 1 on, three digits that count below."""
    if value is None:
        return None
    if not value or abs(value) >= 1:
        return rounded(value, 2)
    return rounded(value, 2 - value.adjusted())
