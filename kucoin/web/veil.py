"""How the account's own amounts are written while privacy is on: as shares of all that it is worth.

The one place that decides it. Whoever writes an amount takes a ``veil``: None writes it as it is, a `Veil` as a share.
Market prices, percentages, leverage and counts are nobody's secret and stay as they are.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal

from kucoin import figures
from kucoin.decimals import ONE, ZERO
from kucoin.desk.portfolio import Portfolio
from kucoin.desk.prices import coin
from kucoin.desk.rules import Rules

HIDDEN = "hidden"
"""What stands for an amount whose share is not known."""

_RATIOS = Context(prec=28)  # a share is for the eye alone
_LASTS = 3.0  # s

_SPARED = (
    r"KuCoin code (?:HTTP )?\d{1,9}(?=\))",  # why it refused
    r"\d{4}-\d\d-\d\d",  # a day
    r"\d\d?:\d\d(?::\d\d)?",  # a time
    r"\d[\d,]*(?:\.\d+)?\s?(?:%|×|(?:ms|s|min|h|d)\b)",
    r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z][A-Za-z0-9]*)*(?![.,]?\d)",  # a word or a symbol
    r"\d+[A-Z]+(?:-[A-Z]+|USD[A-Z]*M)\b",  # a symbol such as 1INCH-USDT
    r"(?=[\d-]*[a-f])[\da-f-]{16,}",  # an id
)
_TEXT = re.compile(rf"({'|'.join(_SPARED)})|[-+−]?<?\d(?:[\d,.]*\d)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Veil:
    """Writes amounts as shares of ``whole``.

    Attributes:
        whole: What the account is worth; None where that is not known.
        price: What one of a currency is worth in the unit of ``whole``; None where nothing says so.
        rules: Those of a symbol; None where it is not listed.
    """

    whole: Decimal | None
    price: Callable[[str], Decimal | None]
    rules: Callable[[str], Rules | None] = lambda _symbol: None

    def fraction(self, value: Decimal | int | None, currency: str) -> Decimal | None:
        """Return which fraction of the whole an amount is; None where that is not known."""
        if value is None:
            return None
        if not value:
            return ZERO
        price = self.price(currency) if self.whole is not None and self.whole > 0 else None
        if self.whole is None or price is None:
            return None
        return _RATIOS.divide(_RATIOS.multiply(Decimal(value), price), self.whole)

    def size_fraction(self, size: Decimal | int | None, symbol: str) -> Decimal | None:
        """Return the same of a size of orders or positions of ``symbol``: base currency, or lots on futures."""
        rules = self.rules(symbol)
        if size is None or not size:
            return None if size is None else ZERO
        if rules is None:
            return None if "-" not in symbol else self.fraction(size, symbol.partition("-")[0])
        if rules.inverse:  # a lot is worth one unit of quote currency
            return self.fraction(size, rules.quote)
        return self.fraction(size * (rules.coins or ONE), rules.base)

    def share(self, value: Decimal | int | None, currency: str, *, signed: bool = False, places: int = 2) -> str:
        """Write an amount: ``12.34 %``; ``–`` where it is unknown itself, ``hidden`` where its share is."""
        return _written(value, self.fraction(value, currency), signed=signed, places=places)

    def size(self, size: Decimal | int | None, symbol: str, *, signed: bool = False) -> str:
        """Write a size of orders or positions of ``symbol`` likewise."""
        return _written(size, self.size_fraction(size, symbol), signed=signed, places=2)

    def words(self, text: str) -> str:
        """Return a sentence of others with every figure hidden that may be an amount.

        Days, times, spans, percentages, leverage, symbols and ids stay.
        """
        return _TEXT.sub(lambda found: found[1] or HIDDEN, text)


BLIND = Veil(None, lambda _currency: None)
"""Under this one no share is known: every amount is hidden."""


def money(veil: Veil | None, value: Decimal | None, currency: str, *, signed: bool = False) -> str:
    """Write a sum of ``currency``, without its name."""
    return figures.money(value, currency, signed=signed) if veil is None else veil.share(value, currency, signed=signed)


def amount(veil: Veil | None, value: Decimal | None, currency: str) -> str:
    """Write a quantity of ``currency``, without its name."""
    return figures.amount(value) if veil is None else veil.share(value, currency)


def exact(veil: Veil | None, value: Decimal | None, currency: str) -> str:
    """Write every digit of an amount of ``currency``; a share has no more of them."""
    return figures.exact(value) if veil is None else veil.share(value, currency)


def words(veil: Veil | None, text: str) -> str:
    """Write a sentence of others."""
    return text if veil is None else veil.words(text)


def over(portfolio: Portfolio, more: Callable[[str], Decimal | None] = BLIND.price) -> Veil:
    """Return the veil whose whole is this very portfolio, so that its parts come to 100 %.

    Args:
        more: The prices, in the portfolio's unit, of what is not in it.
    """
    known = {each.currency: each.price for each in portfolio.merged} | {portfolio.unit: ONE}
    return Veil(portfolio.total, lambda currency: known.get(coin(currency)) or more(currency))


class Cover:
    """Makes the veil of an account, anew every 3 s at most. From any thread; nothing here waits.

    Args:
        portfolio: Returns the account in a unit.
        price: What one of a currency is worth in USDT.
        rules: Those of a symbol.
    """

    def __init__(
        self,
        portfolio: Callable[[str], Portfolio],
        price: Callable[[str], Decimal | None],
        rules: Callable[[str], Rules | None],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = portfolio
        self._price = price
        self._rules = rules
        self._monotonic = monotonic
        self._due = 0.0
        self._made: tuple[Portfolio | None, Veil] = None, BLIND

    def __call__(self) -> Veil:
        """Return it; the very same one as long as nothing new was read or pushed."""
        now = self._monotonic()
        if now >= self._due:
            self._due = now + _LASTS
            portfolio = self._ask("USDT")
            if portfolio is not self._made[0]:
                veil = over(portfolio, self._price)
                self._made = portfolio, Veil(veil.whole, veil.price, self._rules)
        return self._made[1]


def _written(value: Decimal | int | None, fraction: Decimal | None, *, signed: bool, places: int) -> str:
    if value is None:
        return figures.UNKNOWN
    return HIDDEN if fraction is None else figures.percent(fraction, places=places, signed=signed)
