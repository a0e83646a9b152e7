"""What happened to each practice account before it was born, in the order of time.

The default account ends at about 150,000 USDT: some of everything the dashboard shows, a coin without a price, dust.
Leverage is low and the positions are young, so that none is ruined by the market before somebody looks.
"""

from __future__ import annotations

from kucoin.practice.engine.terms import CONTRACT, MAIN, MARGIN, TRADE, MarginMode, PositionSide, isolated
from kucoin.practice.past import Past, Person
from kucoin.practice.past_futures import FuturesPerson

BEGINS = 62.0  # days before the birth; nothing happened earlier
_DUST = (
    ("ALGO", "3.117"), ("APT", "0.0412"), ("ARB", "2.804"), ("ATOM", "0.1187"), ("BONK", "21744"), ("ETC", "0.0091"),
    ("FIL", "0.2216"), ("HBAR", "4.08"), ("INJ", "0.0153"), ("OP", "1.992"), ("RENDER", "0.4001"), ("SHIB", "40211"),
    ("TON", "0.3071"), ("UNI", "0.0604"), ("WIF", "1.0427"), ("XLM", "2.6613"), ("EURC", "0.72"), ("DGB", "88.4"),
    ("XNO", "0.61"), ("MLK", "5.3"),
)  # fmt: skip
# Days before the birth, contract, lots (bought, or sold where negative; 0 closes what is held), leverage: entries,
# additions, partial closes and turns from long to short, on both kinds of contract.
_TRADES = (
    (26.6, "XBTUSDTM", 70, 5), (26.1, "XBTUSDTM", -25, 5), (25.7, "SOLUSDTM", -90, 4), (25.2, "XBTUSDTM", 0, 5),
    (24.4, "SOLUSDTM", 0, 4), (24.1, "ETHUSDTM", 140, 5), (23.3, "ETHUSDTM", 60, 5), (22.9, "ETHUSDTM", -130, 5),
    (22.2, "ETHUSDTM", 0, 5), (21.7, "XBTUSDTM", -55, 5), (20.9, "XBTUSDTM", 95, 5), (20.2, "XBTUSDTM", 0, 5),
    (19.8, "DOGEUSDTM", 130, 3), (19.3, "XBTUSDM", -1400, 3), (19.0, "DOGEUSDTM", -60, 3), (18.7, "XBTUSDM", 500, 3),
    (18.4, "DOGEUSDTM", 0, 3), (17.9, "XBTUSDM", 0, 3), (17.6, "LINKUSDTM", 1500, 4), (16.9, "AVAXUSDTM", -700, 4),
    (16.2, "LINKUSDTM", 0, 4), (15.8, "AVAXUSDTM", 250, 4), (15.1, "AVAXUSDTM", 0, 4), (14.7, "XBTUSDTM", 60, 6),
    (14.0, "XBTUSDTM", 0, 6), (13.6, "SUIUSDTM", -900, 4), (13.2, "SUIUSDTM", 0, 4),
)  # fmt: skip
_LATER_TRADES = (
    (11.3, "ETHUSDTM", -160, 5), (10.8, "ETHUSDTM", 70, 5), (10.4, "XRPUSDTM", 90, 4), (10.1, "ETHUSDTM", 0, 5),
    (9.7, "XRPUSDTM", -40, 4), (9.2, "XRPUSDTM", 0, 4), (8.9, "SOLUSDTM", 120, 5), (8.5, "SOLUSDTM", 0, 5),
)  # fmt: skip


def tell(past: Past) -> None:
    """Let everything happen, up to the birth."""
    main = Person(past, "main")
    _beginnings(past, main)
    _purchases(past, main)
    _family(past, main)
    _contracts(past, main)
    _margin(past, main)
    _trade(past, _LATER_TRADES)
    _repayments(past, main)
    _futures(past, main)
    _lately(past, main)
    past.at(0)


def _beginnings(past: Past, main: Person) -> None:
    past.at(61.3)
    main.deposit("USDT", "69000", "trx")
    past.at(60.9)
    main.deposit("BTC", "0.5", "btc")
    main.deposit("ETH", "8.3", "eth")
    main.deposit("KCS", "520", "kcc")
    main.deposit("OMEGA", "1250", "eth")
    past.at(60.2)
    main.transfer("USDT", "35000", MAIN, TRADE)
    main.transfer("BTC", "0.26", MAIN, TRADE)
    main.transfer("ETH", "4.6", MAIN, TRADE)
    main.transfer("KCS", "320", MAIN, TRADE)
    past.at(58.4)
    for currency, amount in _DUST:
        main.deposit(currency, amount, "eth")
        main.transfer(currency, amount, MAIN, TRADE)


def _purchases(past: Past, main: Person) -> None:
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
        main.trade("buy", symbol, funds)
    past.at(30.1)
    main.trade("sell", "LINK-USDT", "450")
    main.trade("buy", "KCS-BTC", "0.004")


def _family(past: Past, main: Person) -> None:
    carry, grid, savings = (Person(past, name) for name in ("carry-desk", "grid-bots", "savings"))
    past.at(29.4)
    main.change_mind("buy", "BTC-USDT", "0.02", "-0.08")
    main.send(grid, "USDT", "4200", MAIN, TRADE)
    main.send(carry, "USDT", "5000", MAIN, CONTRACT)
    main.send(carry, "BTC", "0.015", MAIN, TRADE)
    main.send(savings, "ETH", "1.1", MAIN, MAIN)
    main.send(savings, "USDT", "3300", MAIN, MAIN)
    past.at(27.9)
    grid.trade("buy", "SOL-USDT", "1500")
    grid.trade("buy", "ETH-USDT", "800")
    second = Person(past, "second")
    second.deposit("USDT", "9000", "trx")
    second.transfer("USDT", "5000", MAIN, CONTRACT)
    second.transfer("USDT", "2500", MAIN, TRADE)


def _contracts(past: Past, main: Person) -> None:
    past.at(26.8)
    main.transfer("USDT", "6000", MAIN, CONTRACT)
    main.transfer("BTC", "0.03", MAIN, CONTRACT)
    _trade(past, _TRADES)


def _trade(past: Past, trades: tuple[tuple[float, str, int, int], ...]) -> None:
    trader = FuturesPerson(past, "main")
    for days, symbol, lots, leverage in trades:
        past.at(days)
        if lots:
            trader.open(symbol, lots, leverage)
        else:
            trader.close(symbol)


def _margin(past: Past, main: Person) -> None:
    past.at(12.6)
    main.transfer("USDT", "6500", TRADE, MARGIN)
    main.transfer("ETH", "0.6", TRADE, MARGIN)
    main.borrow("USDT", "4000")
    main.borrow("XRP", "400")
    main.trade("buy", "BTC-USDT", "5200", MARGIN)
    past.at(11.8)
    main.transfer("USDT", "2400", TRADE, isolated("BTC-USDT"))
    main.transfer("ETH", "0.5", TRADE, isolated("ETH-USDT"))
    main.transfer("SOL", "2", TRADE, isolated("SOL-USDT"))
    main.borrow("USDT", "1500", isolated("BTC-USDT"))
    main.borrow("USDT", "700", isolated("ETH-USDT"))
    main.trade("buy", "BTC-USDT", "3000", isolated("BTC-USDT"))


def _repayments(past: Past, main: Person) -> None:
    past.at(8.3)
    main.repay("USDT", "900")
    main.repay("USDT", "200", isolated("ETH-USDT"))
    past.at(5.5)
    main.change_mind("sell", "BTC-USDT", "0.01", "0.05", MARGIN)


def _futures(past: Past, main: Person) -> None:
    trader, carry, second = (FuturesPerson(past, name) for name in ("main", "carry-desk", "second"))
    past.at(5.2)
    main.transfer("USDT", "14000", MAIN, CONTRACT)
    main.transfer("USDC", "2400", TRADE, MAIN)
    main.transfer("USDC", "2300", MAIN, CONTRACT)
    main.transfer("BTC", "0.08", MAIN, CONTRACT)
    main.transfer("ETH", "1.4", MAIN, CONTRACT)
    trader.open("ADAUSDTM", 400, 3)
    trader.open("DOGEUSDTM", -90, 3)
    past.at(4.9)
    trader.open("XBTUSDTM", 120, 4)
    trader.open("XBTUSDM", 2500, 3)
    carry.open("ETHUSDTM", 60, 3)
    second.open("XBTUSDTM", 20, 4, side=PositionSide.LONG)
    second.open("XBTUSDTM", -8, 4, side=PositionSide.SHORT)
    past.at(3.7)
    trader.open("ETHUSDTM", -150, 4)
    trader.open("XBTUSDCM", 300, 4)
    trader.open("XRPUSDTM", -80, 3, mode=MarginMode.CROSS)
    past.at(2.6)
    trader.close("ADAUSDTM")
    trader.open("ETHUSDM", 900, 5, mode=MarginMode.CROSS)
    trader.open("WIFUSDTM", 2500, 3)


def _lately(past: Past, main: Person) -> None:
    trader = FuturesPerson(past, "main")
    past.at(1.1)
    main.withdraw("USDT", "1200", "1.5", "trx")
    past.at(0.84)
    trader.close("DOGEUSDTM")
    past.at(0.72)
    main.trade("buy", "ETH-USDT", "640")
    main.trade("buy", "BTC-USDT", "900")
    past.at(0.51)
    main.change_mind("sell", "SOL-USDT", "5", "0.04")
    past.at(0.33)
    main.rest("buy", "BTC-USDT", "0.03", "-0.14")
    main.rest("sell", "ETH-USDT", "0.8", "0.17")
    main.rest("buy", "KCS-USDT", "60", "-0.12")
    main.rest("sell", "BTC-USDT", "0.01", "0.19", MARGIN)
    main.stop("sell", "SOL-USDT", "4", "-0.18")
    trader.rest("buy", "XBTUSDTM", 30, "-0.13", 4)
    trader.rest("sell", "SOLUSDTM", 25, "0.16", 3)
    trader.stop("buy", "ETHUSDTM", 50, "0.15", 4)
    trader.stop("sell", "XBTUSDTM", 40, "-0.12", 4)
    past.at(0.12)
    main.trade("sell", "XRP-USDT", "180")
