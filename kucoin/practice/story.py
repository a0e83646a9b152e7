"""What happened to each practice account before it was born, in the order of time.

The default account ends at about 150,000 USDT: some of everything the dashboard shows, a coin without a price, dust.
"""

from __future__ import annotations

from kucoin.practice.bank import CROSS, FUTURES, ISOLATED, MAIN, TRADE
from kucoin.practice.past import Past

BEGINS = 62.0  # days before the birth; nothing happened earlier
_DUST = (
    ("ALGO", "3.117"), ("APT", "0.0412"), ("ARB", "2.804"), ("ATOM", "0.1187"), ("BONK", "21744"), ("ETC", "0.0091"),
    ("FIL", "0.2216"), ("HBAR", "4.08"), ("INJ", "0.0153"), ("OP", "1.992"), ("RENDER", "0.4001"), ("SHIB", "40211"),
    ("TON", "0.3071"), ("UNI", "0.0604"), ("WIF", "1.0427"), ("XLM", "2.6613"), ("EURC", "0.72"), ("DGB", "88.4"),
)  # fmt: skip


def tell(past: Past) -> None:
    """Let everything happen, up to the birth."""
    _beginnings(past)
    _holdings(past)
    _margin(past)
    _futures(past)
    _lately(past)
    past.at(0)


def _beginnings(past: Past) -> None:
    past.at(61.3)
    past.deposit("main", "USDT", "62000", "trx")
    past.deposit("second", "USDT", "9000", "trx")
    past.deposit("unified", "USDT", "100", "trx")
    past.at(60.9)
    past.deposit("main", "BTC", "0.46", "btc")
    past.deposit("main", "ETH", "6.8", "eth")
    past.deposit("main", "KCS", "520", "kcc")
    past.deposit("main", "OMEGA", "1250", "eth")
    past.at(60.2)
    past.transfer("main", "USDT", "30000", MAIN, TRADE)
    past.transfer("main", "BTC", "0.23", MAIN, TRADE)
    past.transfer("main", "ETH", "3.9", MAIN, TRADE)
    past.transfer("main", "KCS", "320", MAIN, TRADE)
    past.at(58.4)
    for currency, amount in _DUST:
        past.deposit("main", currency, amount, "eth")
        past.transfer("main", currency, amount, MAIN, TRADE)
    past.transfer("second", "USDT", "5000", MAIN, FUTURES)


def _holdings(past: Past) -> None:
    for days, symbol, funds in (
        (54.2, "SOL-USDT", "5200"),
        (51.7, "XRP-USDT", "3600"),
        (47.1, "LINK-USDT", "1900"),
        (44.6, "ADA-USDT", "1400"),
        (40.3, "USDC-USDT", "2600"),
        (38.8, "AVAX-USDT", "900"),
        (33.5, "DOGE-USDT", "700"),
        (31.2, "PEPE-USDT", "250"),
    ):
        past.at(days)
        past.trade("main", "buy", symbol, funds)
    past.at(30.1)
    past.trade("main", "sell", "LINK-USDT", "450")
    past.trade("main", "buy", "KCS-BTC", "0.004")
    past.at(29.4)
    past.cancelled_order("main", "buy", "BTC-USDT", "0.02", "-0.08")
    past.transfer("main", "USDT", "4200", MAIN, TRADE, to="grid-bots")
    past.transfer("main", "USDT", "5000", MAIN, FUTURES, to="carry-desk")
    past.transfer("main", "BTC", "0.015", MAIN, TRADE, to="carry-desk")
    past.transfer("main", "ETH", "1.1", MAIN, MAIN, to="savings")
    past.transfer("main", "USDT", "3300", MAIN, MAIN, to="savings")
    past.at(27.9)
    past.trade("grid-bots", "buy", "SOL-USDT", "1500")
    past.trade("grid-bots", "buy", "ETH-USDT", "800")


def _margin(past: Past) -> None:
    past.at(12.6)
    past.transfer("main", "USDT", "6500", TRADE, CROSS)
    past.transfer("main", "ETH", "0.6", TRADE, CROSS)
    past.borrow("main", "USDT", "4000")
    past.borrow("main", "XRP", "400")
    past.trade("main", "buy", "BTC-USDT", "5200", CROSS)
    past.at(11.8)
    past.transfer("main", "USDT", "2400", TRADE, ISOLATED, tag="BTC-USDT")
    past.transfer("main", "ETH", "0.5", TRADE, ISOLATED, tag="ETH-USDT")
    past.transfer("main", "SOL", "2", TRADE, ISOLATED, tag="SOL-USDT")
    past.borrow("main", "USDT", "1500", "BTC-USDT")
    past.borrow("main", "USDT", "700", "ETH-USDT")
    past.trade("main", "buy", "BTC-USDT", "3000", ISOLATED)
    past.at(8.3)
    past.repay("main", "USDT", "900")
    past.repay("main", "USDT", "200", "ETH-USDT")
    past.at(5.5)
    past.cancelled_order("main", "sell", "BTC-USDT", "0.01", "0.05", CROSS)


def _futures(past: Past) -> None:
    past.at(5.2)
    past.transfer("main", "USDT", "14000", MAIN, FUTURES)
    past.transfer("main", "USDC", "2400", TRADE, MAIN)
    past.transfer("main", "USDC", "2300", MAIN, FUTURES)
    past.transfer("main", "BTC", "0.08", MAIN, FUTURES)
    past.transfer("main", "ETH", "1.4", MAIN, FUTURES)
    past.open_position("main", "ADAUSDTM", 400, 3)
    past.open_position("main", "DOGEUSDTM", -90, 3)
    past.at(4.9)
    past.open_position("main", "XBTUSDTM", 120, 4)
    past.open_position("main", "XBTUSDM", 2500, 3)
    past.open_position("carry-desk", "ETHUSDTM", 60, 3)
    past.open_position("second", "XBTUSDTM", 20, 4, side="LONG")
    past.open_position("second", "XBTUSDTM", -8, 4, side="SHORT")
    past.at(3.7)
    past.open_position("main", "ETHUSDTM", -150, 4)
    past.open_position("main", "XBTUSDCM", 300, 4)
    past.open_position("main", "XRPUSDTM", -80, 3, mode="CROSS")
    past.at(2.6)
    past.close_position("main", "ADAUSDTM")
    past.open_position("main", "ETHUSDM", 900, 5, mode="CROSS")
    past.open_position("main", "WIFUSDTM", 2500, 3)
    past.at(1.4)
    past.close_position("main", "DOGEUSDTM")


def _lately(past: Past) -> None:
    past.at(1.1)
    past.withdraw("main", "USDT", "1200", "1.5", "trx")
    past.at(0.72)
    past.trade("main", "buy", "ETH-USDT", "640")
    past.at(0.51)
    past.cancelled_order("main", "sell", "SOL-USDT", "5", "0.04")
    past.at(0.33)
    past.open_order("main", "buy", "BTC-USDT", "0.03", "-0.14")
    past.open_order("main", "sell", "ETH-USDT", "0.8", "0.17")
    past.open_order("main", "buy", "KCS-USDT", "60", "-0.12")
    past.open_order("main", "sell", "BTC-USDT", "0.01", "0.19", CROSS)
    past.stop_order("main", "sell", "SOL-USDT", "4", "-0.18")
    past.open_futures_order("main", "buy", "XBTUSDTM", 30, "-0.13", 4)
    past.open_futures_order("main", "sell", "SOLUSDTM", 25, "0.16", 3)
    past.futures_stop("main", "buy", "ETHUSDTM", 50, "0.15", 4)
    past.at(0.12)
    past.trade("main", "sell", "XRP-USDT", "180")
