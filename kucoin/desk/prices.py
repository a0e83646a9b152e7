"""What a coin is worth, now and 24 hours ago, in the unit that somebody wants to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import NamedTuple, Protocol

from kucoin.decimals import ONE
from kucoin.model.market import Ticker

# Quote currencies through which a coin without a USDT pair is priced, the first that has a pair.
_CROSSES = ("BTC", "ETH", "KCS", "USDC")
# A price that had to be divided or multiplied is rounded once, here; whatever is computed from it is exact.
_ROUNDED = Context(prec=28)


class Tickers(Protocol):
    """Every spot pair's last 24 hours, by symbol."""

    def ticker(self, symbol: str) -> Ticker | None:
        """Return the pair's ticker, None where there is no such pair."""
        ...


class Quote(NamedTuple):
    """A price now and 24 h ago; ``ago`` is None where only today's is known."""

    now: Decimal
    ago: Decimal | None


def coin(currency: str) -> str:
    """Return the name of ``currency`` in spot: futures call bitcoin XBT."""
    return "BTC" if currency == "XBT" else currency


class Prices:
    """Prices in USDT, looked up once each.

    A coin's price is the last trade of its USDT pair; without one, that of its pair with BTC, ETH, KCS or USDC times
    the USDT price of these; without one of those either, KuCoin's own US dollar value over that of USDT.

    Args:
        tickers: All spot tickers, None where they were never read.
        usd: KuCoin's US dollar value of a currency, by its name.
        pushed: A pair's last price where something newer than its ticker told it, else None.
    """

    def __init__(
        self,
        tickers: Tickers | None,
        usd: Mapping[str, Decimal],
        pushed: Callable[[str], Decimal | None] = lambda symbol: None,  # noqa: ARG005  nothing is newer
    ) -> None:
        self._tickers = tickers
        self._usd = usd
        self._pushed = pushed
        self._known: dict[str, Quote | None] = {"USDT": Quote(ONE, ONE)}

    def usdt(self, currency: str) -> Quote | None:
        """Return what one ``currency`` is worth in USDT, None where nothing says so."""
        name = coin(currency)
        if name not in self._known:
            self._known[name] = self._pair(name, "USDT") or self._cross(name) or self._listed(name)
        return self._known[name]

    def _pair(self, base: str, quote: str) -> Quote | None:
        ticker = self._tickers.ticker(f"{base}-{quote}") if self._tickers else None
        if ticker is None or ticker.last is None or ticker.last <= 0:
            return None
        ago = None
        if ticker.change_price is not None:
            ago = _ROUNDED.subtract(ticker.last, ticker.change_price)
        elif ticker.change_ratio is not None and ticker.change_ratio > -1:
            ago = _ROUNDED.divide(ticker.last, _ROUNDED.add(ONE, ticker.change_ratio))
        return Quote(self._pushed(ticker.symbol) or ticker.last, ago if ago is not None and ago > 0 else None)

    def _cross(self, name: str) -> Quote | None:
        for through in _CROSSES:
            if (pair := self._pair(name, through)) and (worth := self._pair(through, "USDT")):
                return _times(pair, worth)
        return None

    def _listed(self, name: str) -> Quote | None:
        price, usdt = self._usd.get(name), self._usd.get("USDT")
        if price is None or usdt is None or price <= 0 or usdt <= 0:
            return None
        return Quote(_ROUNDED.divide(price, usdt), None)


class Measure:
    """Prices in one unit: ``USDT``, ``BTC``, or a fiat currency by what KuCoin gives for one USDT.

    A fiat currency's own move within 24 h is not known: both prices are taken at today's rate.

    Args:
        rate: One USDT in the fiat currency; left out for USDT and BTC. None: no price is known in this unit.
    """

    def __init__(self, prices: Prices, unit: str, rate: Decimal | None = None) -> None:
        self.unit = unit
        self._prices = prices
        self._rate = rate
        self._known: dict[str, Quote | None] = {}

    def price(self, currency: str) -> Quote | None:
        """Return what one ``currency`` is worth in the unit, None where nothing says so."""
        name = coin(currency)
        if name not in self._known:
            quote = self._prices.usdt(name)
            self._known[name] = self._converted(quote) if quote else None
        return self._known[name]

    def _converted(self, quote: Quote) -> Quote | None:
        if self.unit == "USDT":
            return quote
        if self.unit == "BTC":
            bitcoin = self._prices.usdt("BTC")
            return _over(quote, bitcoin) if bitcoin else None
        return _times(quote, Quote(self._rate, self._rate)) if self._rate is not None else None


def _times(one: Quote, other: Quote) -> Quote:
    ago = _ROUNDED.multiply(one.ago, other.ago) if one.ago is not None and other.ago is not None else None
    return Quote(_ROUNDED.multiply(one.now, other.now), ago)


def _over(one: Quote, other: Quote) -> Quote:
    ago = _ROUNDED.divide(one.ago, other.ago) if one.ago is not None and other.ago is not None else None
    return Quote(_ROUNDED.divide(one.now, other.now), ago)
