"""What is listed: coins, spot pairs and futures contracts, with their rules.

The figures are of the kind KuCoin lists (increments, minimums, multipliers, fees, leverage), the prices those of a
made-up late 2026. Prices here only set the level around which `history` moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kucoin.decimals import places

USDT = "USDT"


@dataclass(frozen=True, slots=True)
class Coin:
    """A currency.

    Attributes:
        price: USDT, the level its market moves around; 0 where it has no market and no price.
        sigma: Daily volatility, a fraction.
        rho: How much of its movement is the whole market's, 0 to 1.
        precision: Decimals of its amounts.
    """

    code: str
    name: str
    price: float
    sigma: float
    rho: float
    chain: str
    precision: int = 8


@dataclass(frozen=True)
class Listing:
    """What can be bought and sold by price: the common part of pairs, contracts and indices.

    Attributes:
        legs: The coins whose USDT prices, multiplied or divided (+1, -1), make its price.
        tick: Price increment.
        lot: Size increment: base currency, or contracts.
        lot_coins: How much base currency a size of 1 stands for; 0 on inverse contracts, where it is 1 quote unit.
        turnover: Typical turnover of a day in quote currency; sets sizes and volume.
        beats: Trades a minute at most; the price moves at most so often.
        premium: Whether its price carries a futures premium over its legs.
    """

    symbol: str
    legs: tuple[tuple[str, int], ...]
    tick: Decimal
    lot: Decimal
    lot_coins: float
    turnover: float
    beats: int
    premium: bool = False

    @cached_property
    def tick_float(self) -> float:
        """The tick for the market's own arithmetic, which is not money."""
        return float(self.tick)

    @cached_property
    def lot_float(self) -> float:
        """The size increment, likewise."""
        return float(self.lot)

    def price(self, ticks: int) -> Decimal:
        """Return the price that is ``ticks`` increments high."""
        return self.tick * ticks

    def size(self, lots: int) -> Decimal:
        """Return the size of ``lots`` increments."""
        return self.lot * lots


@dataclass(frozen=True)
class Pair(Listing):
    """A spot pair."""

    base: str = ""
    quote: str = ""
    base_min: Decimal = Decimal(0)
    quote_increment: Decimal = Decimal(0)
    quote_min: Decimal = Decimal(0)
    margin: bool = False

    @property
    def market(self) -> str:
        """KuCoin's group of the pair."""
        return {"USDT": "USDS", "USDC": "USDS", "BTC": "BTC", "KCS": "KCS"}.get(self.quote, "ALTS")


@dataclass(frozen=True)
class Contract(Listing):
    """A perpetual contract. ``multiplier`` is coins per lot, or -1 where a lot is one unit of quote (inverse)."""

    base: str = ""
    quote: str = ""
    settle: str = ""
    multiplier: Decimal = Decimal(0)
    max_leverage: int = 0
    interval_hours: int = 8
    max_order: int = 0
    index: str = ""
    maker: Decimal = Decimal("0.0002")
    taker: Decimal = Decimal("0.0006")

    @property
    def is_inverse(self) -> bool:
        """Whether it settles in the coin itself."""
        return self.multiplier < 0

    @property
    def interval_ms(self) -> int:
        """Milliseconds between two fundings."""
        return self.interval_hours * 3_600_000

    @property
    def rate_symbol(self) -> str:
        """The name of its funding rate: `.XBTUSDTMFPI8H`."""
        return f".{self.symbol}FPI{self.interval_hours}H"


_COINS = (
    ("USDT", "Tether", 1.0, 0.0, 0.0, "trx"),
    ("USDC", "USD Coin", 1.0001, 0.00012, 0.0, "eth"),
    ("EURC", "Euro Coin", 1.164, 0.004, 0.1, "eth"),
    ("BTC", "Bitcoin", 87150.0, 0.021, 0.97, "btc"),
    ("ETH", "Ethereum", 3010.0, 0.028, 0.86, "eth"),
    ("SOL", "Solana", 141.0, 0.034, 0.8, "sol"),
    ("KCS", "KuCoin Token", 12.1, 0.018, 0.55, "kcc"),
    ("XRP", "XRP", 2.11, 0.033, 0.72, "xrp"),
    ("BNB", "BNB", 861.0, 0.022, 0.75, "bsc"),
    ("ADA", "Cardano", 0.4312, 0.035, 0.78, "ada"),
    ("DOGE", "Dogecoin", 0.1523, 0.038, 0.78, "doge"),
    ("LINK", "Chainlink", 13.05, 0.035, 0.78, "eth"),
    ("AVAX", "Avalanche", 14.2, 0.037, 0.8, "avaxc"),
    ("DOT", "Polkadot", 2.31, 0.036, 0.8, "dot"),
    ("LTC", "Litecoin", 84.6, 0.029, 0.74, "ltc"),
    ("BCH", "Bitcoin Cash", 541.0, 0.03, 0.7, "bch"),
    ("TRX", "TRON", 0.2781, 0.017, 0.45, "trx"),
    ("TON", "Toncoin", 1.534, 0.034, 0.66, "ton"),
    ("NEAR", "NEAR Protocol", 1.873, 0.041, 0.8, "near"),
    ("ATOM", "Cosmos", 2.466, 0.036, 0.78, "atom"),
    ("UNI", "Uniswap", 6.14, 0.04, 0.74, "eth"),
    ("AAVE", "Aave", 176.4, 0.039, 0.75, "eth"),
    ("ARB", "Arbitrum", 0.2114, 0.042, 0.8, "arbitrum"),
    ("OP", "Optimism", 0.3127, 0.043, 0.8, "optimism"),
    ("SUI", "Sui", 1.562, 0.043, 0.78, "sui"),
    ("APT", "Aptos", 2.418, 0.04, 0.78, "aptos"),
    ("INJ", "Injective", 5.82, 0.044, 0.76, "inj"),
    ("FIL", "Filecoin", 1.587, 0.039, 0.76, "fil"),
    ("ETC", "Ethereum Classic", 13.64, 0.034, 0.74, "etc"),
    ("XLM", "Stellar", 0.2431, 0.034, 0.7, "xlm"),
    ("HBAR", "Hedera", 0.1428, 0.038, 0.72, "hbar"),
    ("ALGO", "Algorand", 0.1391, 0.037, 0.74, "algo"),
    ("RENDER", "Render", 1.744, 0.045, 0.74, "sol"),
    ("TAO", "Bittensor", 287.0, 0.046, 0.68, "tao"),
    ("XMR", "Monero", 372.0, 0.028, 0.4, "xmr"),
    ("SHIB", "Shiba Inu", 0.000008612, 0.037, 0.76, "eth"),
    ("PEPE", "Pepe", 0.0000046318, 0.05, 0.74, "eth"),
    ("BONK", "Bonk", 0.0000095127, 0.05, 0.72, "sol"),
    ("WIF", "dogwifhat", 0.3684, 0.054, 0.7, "sol"),
    ("BTC3L", "BTC 3x Long", 2.7143, 0.062, 0.96, "kcc"),
    ("DGB", "DigiByte", 0.00714, 0.041, 0.66, "dgb"),  # listed against BTC only
    ("XNO", "Nano", 0.7421, 0.039, 0.6, "xno"),  # listed against ETH only
    ("MLK", "MiL.k", 0.0734, 0.041, 0.4, "eth"),  # listed against KCS only
    ("OMEGA", "Omega Relic", 0.0, 0.0, 0.0, "eth"),  # delisted: no market, no price anywhere
)

COINS = {row[0]: Coin(*row) for row in _COINS}

# symbol, tick, lot, smallest order in base, turnover of a day in USDT, trades a minute, margin
_PAIRS = (
    ("BTC-USDT", "0.1", "0.00000001", "0.00001", 118e6, 240, True),
    ("ETH-USDT", "0.01", "0.0000001", "0.0001", 74e6, 240, True),
    ("SOL-USDT", "0.001", "0.0001", "0.01", 31e6, 240, True),
    ("XRP-USDT", "0.00001", "0.0001", "0.1", 27e6, 240, True),
    ("KCS-USDT", "0.001", "0.0001", "0.01", 3.1e6, 120, True),
    ("BNB-USDT", "0.01", "0.0001", "0.001", 6.4e6, 120, True),
    ("ADA-USDT", "0.0001", "0.01", "1", 5.2e6, 120, True),
    ("DOGE-USDT", "0.00001", "0.01", "1", 9.3e6, 120, True),
    ("LINK-USDT", "0.0001", "0.0001", "0.01", 4.4e6, 120, True),
    ("AVAX-USDT", "0.001", "0.0001", "0.01", 3.9e6, 120, True),
    ("DOT-USDT", "0.0001", "0.0001", "0.1", 2.1e6, 60, True),
    ("LTC-USDT", "0.01", "0.000001", "0.001", 3.7e6, 60, True),
    ("BCH-USDT", "0.01", "0.000001", "0.001", 2.6e6, 60, True),
    ("TRX-USDT", "0.0001", "0.01", "1", 4.8e6, 60, True),
    ("TON-USDT", "0.0001", "0.0001", "0.1", 1.9e6, 60, True),
    ("NEAR-USDT", "0.001", "0.0001", "0.1", 1.7e6, 60, True),
    ("ATOM-USDT", "0.0001", "0.0001", "0.1", 1.1e6, 60, True),
    ("UNI-USDT", "0.0001", "0.0001", "0.1", 1.6e6, 60, True),
    ("AAVE-USDT", "0.01", "0.0001", "0.01", 1.9e6, 60, True),
    ("ARB-USDT", "0.0001", "0.0001", "1", 1.2e6, 60, True),
    ("OP-USDT", "0.0001", "0.0001", "1", 0.9e6, 60, True),
    ("SUI-USDT", "0.0001", "0.0001", "0.1", 4.1e6, 60, True),
    ("APT-USDT", "0.0001", "0.0001", "0.1", 1.0e6, 60, True),
    ("INJ-USDT", "0.001", "0.0001", "0.1", 0.8e6, 60, True),
    ("FIL-USDT", "0.0001", "0.0001", "0.1", 0.7e6, 60, True),
    ("ETC-USDT", "0.001", "0.0001", "0.01", 0.6e6, 60, True),
    ("XLM-USDT", "0.00001", "0.0001", "1", 1.4e6, 60, True),
    ("HBAR-USDT", "0.00001", "0.0001", "1", 1.5e6, 60, False),
    ("ALGO-USDT", "0.0001", "0.0001", "1", 0.4e6, 60, False),
    ("RENDER-USDT", "0.0001", "0.0001", "0.1", 0.5e6, 60, False),
    ("TAO-USDT", "0.01", "0.0001", "0.01", 1.2e6, 60, False),
    ("XMR-USDT", "0.01", "0.0001", "0.01", 1.1e6, 60, False),
    ("SHIB-USDT", "0.000000001", "1", "1000", 1.3e6, 60, True),
    ("PEPE-USDT", "0.0000000001", "1", "10000", 2.4e6, 60, True),
    ("BONK-USDT", "0.0000000001", "1", "1000", 0.9e6, 60, False),
    ("WIF-USDT", "0.0001", "0.0001", "1", 0.8e6, 60, False),
    ("BTC3L-USDT", "0.0001", "0.0001", "0.1", 0.3e6, 60, False),
    ("USDC-USDT", "0.0001", "0.0001", "1", 8.8e6, 120, True),
    ("BTC-USDC", "0.1", "0.00000001", "0.00001", 4.2e6, 60, False),
    ("ETH-USDC", "0.01", "0.0000001", "0.0001", 2.7e6, 60, False),
    ("SOL-USDC", "0.001", "0.0001", "0.01", 1.3e6, 60, False),
    ("XRP-USDC", "0.00001", "0.0001", "0.1", 0.9e6, 60, False),
    ("EURC-USDC", "0.0001", "0.0001", "1", 0.2e6, 60, False),
    ("ETH-BTC", "0.00001", "0.0000001", "0.0001", 2.2e6, 60, True),
    ("KCS-BTC", "0.0000001", "0.0001", "0.01", 0.12e6, 60, True),
    ("XRP-BTC", "0.00000001", "0.0001", "0.1", 0.3e6, 60, True),
    ("LTC-BTC", "0.000001", "0.000001", "0.001", 0.2e6, 60, True),
    ("DGB-BTC", "0.00000000001", "0.01", "10", 0.03e6, 60, False),
    ("KCS-ETH", "0.000001", "0.0001", "0.01", 0.05e6, 60, False),
    ("XNO-ETH", "0.0000001", "0.0001", "1", 0.02e6, 60, False),
    ("MLK-KCS", "0.000001", "0.0001", "1", 0.01e6, 60, False),
)

_QUOTES = {  # quote currency: its increment, the smallest order in it
    "USDT": ("0.000001", "0.1"),
    "USDC": ("0.000001", "0.1"),
    "BTC": ("0.00000001", "0.000001"),
    "ETH": ("0.00000001", "0.0001"),
    "KCS": ("0.000001", "0.01"),
}


def _pair(row: tuple[str, str, str, str, float, int, bool]) -> Pair:
    symbol, tick, lot, base_min, turnover, beats, margin = row
    base, quote = symbol.split("-")
    increment, least = _QUOTES[quote]
    legs = ((base, 1),) if quote == USDT else ((base, 1), (quote, -1))
    return Pair(
        symbol=symbol,
        legs=legs,
        tick=Decimal(tick),
        lot=Decimal(lot),
        lot_coins=1.0,
        turnover=turnover / COINS[quote].price,
        beats=beats,
        base=base,
        quote=quote,
        base_min=Decimal(base_min),
        quote_increment=Decimal(increment),
        quote_min=Decimal(least),
        margin=margin,
    )


PAIRS = {row[0]: _pair(row) for row in _PAIRS}

# symbol, coin, quote, settle, multiplier, tick, top leverage, funding hours, turnover of a day in USD, largest order
_CONTRACTS = (
    ("XBTUSDTM", "BTC", "USDT", "USDT", "0.001", "0.1", 125, 8, 1034e6, 1_000_000),
    ("ETHUSDTM", "ETH", "USDT", "USDT", "0.01", "0.01", 100, 8, 618e6, 1_000_000),
    ("SOLUSDTM", "SOL", "USDT", "USDT", "0.1", "0.001", 75, 8, 212e6, 500_000),
    ("XRPUSDTM", "XRP", "USDT", "USDT", "10", "0.0001", 75, 8, 141e6, 500_000),
    ("DOGEUSDTM", "DOGE", "USDT", "USDT", "100", "0.00001", 75, 8, 66e6, 500_000),
    ("LINKUSDTM", "LINK", "USDT", "USDT", "0.1", "0.001", 75, 8, 38e6, 500_000),
    ("ADAUSDTM", "ADA", "USDT", "USDT", "10", "0.0001", 75, 8, 34e6, 500_000),
    ("AVAXUSDTM", "AVAX", "USDT", "USDT", "0.1", "0.001", 75, 8, 29e6, 500_000),
    ("SUIUSDTM", "SUI", "USDT", "USDT", "1", "0.0001", 75, 4, 41e6, 500_000),
    ("PEPEUSDTM", "PEPE", "USDT", "USDT", "100000", "0.0000000001", 50, 4, 22e6, 500_000),
    ("WIFUSDTM", "WIF", "USDT", "USDT", "1", "0.0001", 20, 1, 6e6, 200_000),
    ("TAOUSDTM", "TAO", "USDT", "USDT", "0.01", "0.01", 50, 4, 9e6, 200_000),
    ("XBTUSDCM", "BTC", "USDC", "USDC", "0.0001", "0.1", 100, 8, 33e6, 1_000_000),
    ("ETHUSDCM", "ETH", "USDC", "USDC", "0.001", "0.01", 75, 8, 17e6, 1_000_000),
    ("XBTUSDM", "BTC", "USD", "XBT", "-1", "0.1", 100, 8, 24e6, 10_000_000),
    ("ETHUSDM", "ETH", "USD", "ETH", "-1", "0.01", 75, 8, 11e6, 10_000_000),
)


def _contract(row: tuple[str, str, str, str, str, str, int, int, float, int]) -> Contract:
    symbol, coin, quote, settle, multiplier, tick, leverage, hours, turnover, most = row
    base = "XBT" if coin == "BTC" else coin
    times = Decimal(multiplier)
    return Contract(
        symbol=symbol,
        legs=((coin, 1),) if quote != "USDC" else ((coin, 1), ("USDC", -1)),
        tick=Decimal(tick),
        lot=Decimal(1),
        lot_coins=float(times) if times > 0 else 0.0,
        turnover=turnover,
        beats=240 if turnover > 100e6 else 120,
        premium=True,
        base=base,
        quote=quote,
        settle=settle,
        multiplier=times,
        max_leverage=leverage,
        interval_hours=hours,
        max_order=most,
        index=f".K{base}{quote}" if quote != "USD" else f".B{base}",
    )


CONTRACTS = {row[0]: _contract(row) for row in _CONTRACTS}


def _index(contract: Contract) -> Listing:
    """The index behind ``contract``: the price of its legs, one decimal finer than the contract trades."""
    decimals = places(contract.tick) + 1
    return Listing(
        symbol=contract.index,
        legs=contract.legs,
        tick=Decimal(1).scaleb(-decimals),
        lot=Decimal(1),
        lot_coins=1.0,
        turnover=0.0,
        beats=60,
    )


INDICES = {contract.index: _index(contract) for contract in CONTRACTS.values()}

LISTINGS: dict[str, Listing] = {**PAIRS, **CONTRACTS, **INDICES}

SETTLE_CURRENCIES = ("USDT", "USDC", "XBT", "ETH")


def coin_of(currency: str) -> str:
    """Return the coin behind a currency's name: futures call Bitcoin XBT."""
    return "BTC" if currency == "XBT" else currency
