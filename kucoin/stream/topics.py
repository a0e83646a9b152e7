"""Every topic this client knows: which socket carries it, and what reads its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kucoin.errors import InvalidRequest
from kucoin.model.feed import Pushed
from kucoin.model.feed_private import PrivatePush
from kucoin.stream import parse_futures as futures
from kucoin.stream import parse_private as private
from kucoin.stream import parse_spot as spot
from kucoin.stream.message import Message

Event = Pushed | PrivatePush
Reader = Callable[[Message], Event | None]

_JOINED = 100  # symbols that one subscription may name


@dataclass(frozen=True, slots=True)
class Family:
    """Topics with one beginning.

    Attributes:
        name: What stands before the colon.
        read: Makes a value of a message; None where its subject is not ours to know. Raises ValueError or an error
            of msgspec where the message has the wrong shape.
        lone: It takes no list of symbols.
        steady: It sends something within 30 s, whatever the market does.
    """

    name: str
    read: Reader
    futures: bool = False
    private: bool = False
    lone: bool = False
    steady: bool = False


def _families() -> Iterator[Family]:
    yield Family("/market/ticker", spot.quote, steady=True)
    yield Family("/market/snapshot", spot.summary, steady=True)
    yield Family("/spotMarket/level1", spot.best, steady=True)
    yield Family("/spotMarket/level2Depth5", spot.depth, steady=True)
    yield Family("/spotMarket/level2Depth50", spot.depth, steady=True)
    yield Family("/market/level2", spot.book_change)
    yield Family("/market/match", spot.trade)
    yield Family("/market/candles", spot.candle)
    yield Family("/indicator/markPrice", spot.margin_mark, steady=True)
    yield Family("/indicator/index", spot.margin_index, steady=True)
    yield Family("/spotMarket/tradeOrdersV2", private.order(futures=False), private=True, lone=True)
    yield Family("/spotMarket/advancedOrders", private.stop(futures=False), private=True, lone=True)
    yield Family("/account/balance", private.balance, private=True, lone=True)
    yield Family("/margin/position", private.margin, private=True, lone=True)
    yield Family("/margin/isolatedPosition", private.isolated, private=True)
    yield Family("/contractMarket/tickerV2", futures.quote, futures=True)
    yield Family("/contractMarket/level2", futures.book_change, futures=True)
    yield Family("/contractMarket/level2Depth5", futures.depth, futures=True, steady=True)
    yield Family("/contractMarket/level2Depth50", futures.depth, futures=True, steady=True)
    yield Family("/contractMarket/execution", futures.trade, futures=True)
    yield Family("/contractMarket/limitCandle", futures.candle, futures=True)
    yield Family("/contractMarket/snapshot", futures.summary, futures=True, steady=True)
    yield Family("/contract/instrument", futures.instrument, futures=True, steady=True)
    yield Family("/contract/announcement", futures.settlement, futures=True)
    yield Family("/contractMarket/tradeOrders", private.order(futures=True), futures=True, private=True)
    yield Family("/contractMarket/advancedOrders", private.stop(futures=True), futures=True, private=True, lone=True)
    yield Family("/contract/positionAll", private.position, futures=True, private=True, lone=True)
    yield Family("/contract/position", private.position, futures=True, private=True)
    yield Family("/contractAccount/wallet", private.wallet, futures=True, private=True, lone=True)
    yield Family("/contract/marginMode", private.margin_mode, futures=True, private=True, lone=True)
    yield Family("/contract/crossLeverage", private.leverage, futures=True, private=True, lone=True)


FAMILIES = {family.name: family for family in _families()}


def family_of(topic: str) -> Family:
    """Return the family that ``topic`` belongs to.

    Raises:
        InvalidRequest: It is none of ours, or names more than one symbol.
    """
    family = FAMILIES.get(topic.partition(":")[0])
    if family is None or "," in topic:
        raise InvalidRequest(f"{topic[:80]!r} is no topic of this client")
    return family


def symbol_of(topic: str) -> str | None:
    """Return the symbol that its market has to list for ``topic`` to be heard.

    None where no list decides: all symbols, a whole market, an index, the account's own messages.
    """
    family = family_of(topic)
    symbol = topic.partition(":")[2].partition("_")[0]
    if family.private or not symbol or symbol == "all":
        return None
    if family.futures:
        return None if symbol.startswith(".") else symbol
    return symbol if "-" in symbol and not family.name.startswith("/indicator/") else None


def umbrella(topic: str) -> str:
    """Return the topic of all symbols under which a message about ``topic`` may have been asked for."""
    name = topic.partition(":")[0]
    return "/contract/positionAll" if name == "/contract/position" else name


def joined(topics: Iterable[str]) -> list[tuple[str, ...]]:
    """Return ``topics`` in groups that one message can ask for: a family each, at most 100 symbols."""
    groups: dict[str, list[list[str]]] = {}
    for topic in topics:
        family = family_of(topic)
        alone = family.lone or ":" not in topic or topic.endswith(":all")
        of_family = groups.setdefault(topic if alone else family.name, [[]])
        if len(of_family[-1]) == _JOINED:
            of_family.append([])
        of_family[-1].append(topic)
    return [tuple(group) for of_family in groups.values() for group in of_family]


def spelled(group: tuple[str, ...]) -> str:
    """Return a group of `joined` as one topic: ``/market/match:BTC-USDT,ETH-USDT``."""
    first, *others = group
    return ",".join([first, *(topic.partition(":")[2] for topic in others)])
