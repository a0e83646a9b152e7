"""Prices: which source a coin is priced by, now and 24 hours ago."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.desk.prices import Measure, Prices, Quote
from kucoin.model.market import Ticker

D = Decimal


class Board(dict[str, Ticker]):
    """Tickers by symbol, made of (last, change price, change ratio)."""

    def __init__(self, **rows: tuple[str | None, str | None, str | None]) -> None:
        for name, figures in rows.items():
            last, price, ratio = (D(each) if each is not None else None for each in figures)
            symbol = name.replace("_", "-")
            self[symbol] = Ticker(symbol, last, None, None, ratio, price, None, None, None, None, None)

    def ticker(self, symbol: str) -> Ticker | None:
        """The pair's ticker."""
        return self.get(symbol)


BOARD = Board(
    BTC_USDT=("80000", "-5000", "-0.0588"),
    ETH_USDT=("3000", None, "0.25"),
    USDC_USDT=("0.9998", None, None),
    KCS_USDT=("12", "0", "0"),
    XRP_BTC=("0.00002", "0.000004", None),
    LINK_ETH=("0.005", None, None),
    DUST_USDC=("2", "1", None),
    GONE_USDT=(None, None, None),
    ZERO_USDT=("0", "0", "0"),
    NEW_USDT=("5", "5", None),
)


@pytest.mark.parametrize(
    ("currency", "now", "ago"),
    [
        ("USDT", "1", "1"),
        ("BTC", "80000", "85000"),
        ("XBT", "80000", "85000"),
        ("ETH", "3000", "2400"),
        ("XRP", "1.6", "1.36"),
        ("LINK", "15", None),
        ("DUST", "1.9996", None),
        ("NEW", "5", None),
        ("EUR", "1.1", None),
    ],
)
def test_a_coin_is_priced_by_its_nearest_pair(currency: str, now: str, ago: str | None) -> None:
    """USDT pair first, then a cross, then KuCoin's dollar value; the change price goes before the ratio."""
    prices = Prices(BOARD, {"EUR": D("1.0989"), "USDT": D("0.999"), "BTC": D("1")})
    assert prices.usdt(currency) == Quote(D(now), D(ago) if ago else None)


@pytest.mark.parametrize("currency", ["OMEGA", "GONE", "ZERO"])
def test_a_coin_without_a_price_has_none(currency: str) -> None:
    """No pair, no last trade or a price of nothing is not a price of zero."""
    assert Prices(BOARD, {"USDT": D(1), "ZERO": D(0)}).usdt(currency) is None
    assert Measure(Prices(BOARD, {}), "BTC").price(currency) is None


def test_nothing_read_prices_only_the_unit() -> None:
    """Before the first reading USDT is worth one USDT and the rest is unknown."""
    prices = Prices(None, {})
    assert prices.usdt("USDT") == Quote(D(1), D(1))
    assert prices.usdt("BTC") is None


def test_bitcoin_as_the_unit_divides_by_its_price() -> None:
    """One bitcoin is one bitcoin, 24 h ago too, and a dollar was worth less of it."""
    measure = Measure(Prices(BOARD, {}), "BTC")
    assert measure.price("XBT") == Quote(D(1), D(1))
    assert measure.price("USDT") == Quote(D("0.0000125"), D(1) / D(85000))
    assert measure.price("ETH") == Quote(D("0.0375"), D(2400) / D(85000))
    assert measure.price("LINK") == Quote(D("0.0001875"), None)


def test_a_fiat_unit_multiplies_by_its_rate() -> None:
    """Both prices at today's rate; without a rate nothing has a price."""
    prices = Prices(BOARD, {})
    assert Measure(prices, "EUR", D("0.92")).price("BTC") == Quote(D("73600"), D("78200"))
    assert Measure(prices, "EUR", None).price("USDT") is None
