"""What is listed, and what of it is heard for whom."""

from __future__ import annotations

import pytest

from kucoin.errors import InvalidRequest
from kucoin.model.feed import Summary
from kucoin.stream.feed import FeedState, FeedStatus
from tests.push_scene import INVERSE, LINEAR, PAIR, Scene, contract, pair

SPOT_TOPICS = [f"/market/{name}:{PAIR}" for name in ("level2", "match", "snapshot", "ticker")]
FUTURES_TOPICS = [
    *(f"/contract/instrument:{LINEAR}", f"/contractMarket/execution:{LINEAR}", f"/contractMarket/level2:{LINEAR}"),
    *(f"/contractMarket/snapshot:{LINEAR}", f"/contractMarket/tickerV2:{LINEAR}"),
]


def test_rules_are_those_of_the_last_list() -> None:
    """Pairs and contracts in one shape."""
    scene = Scene(pair(tick="0.01", lot="0.001"))
    rules = scene.market.rules(PAIR)
    assert rules is not None
    assert (rules.price_decimals, rules.size_decimals, rules.coins, rules.futures) == (2, 3, None, False)
    linear, inverse = scene.market.rules(LINEAR), scene.market.rules(INVERSE)
    assert linear is not None
    assert inverse is not None
    assert (linear.base, str(linear.coins), linear.inverse, "3min" in linear.intervals) == (
        "BTC",
        "0.001",
        False,
        False,
    )
    assert (inverse.quote, inverse.coins, inverse.inverse) == ("USD", None, True)
    assert [rules.symbol for rules in scene.market.symbols()] == [PAIR, LINEAR, INVERSE]
    scene.list([pair("ETH-USDT")], [contract()])
    assert scene.market.rules(PAIR) is None
    assert scene.market.trouble(PAIR) == "'BTC-USDT' is not listed on KuCoin"


def test_before_a_list_was_read_nobody_says_that_a_symbol_is_unknown() -> None:
    """It may yet turn out to be listed."""
    scene = Scene()
    scene.sources["pairs"].reading = type(scene.sources["pairs"].reading)()
    assert scene.market.trouble(PAIR) is None
    with pytest.raises(InvalidRequest, match="is not read yet"):
        scene.market.watch(PAIR)


@pytest.mark.parametrize(("symbol", "topics"), [(PAIR, SPOT_TOPICS), (LINEAR, FUTURES_TOPICS)])
def test_a_symbol_is_heard_once_however_many_watch_it(symbol: str, topics: list[str]) -> None:
    """And its book is kept."""
    scene = Scene()
    first, second = scene.market.watch(symbol), scene.market.watch(symbol)
    assert sorted(scene.heard.wanted) == topics
    assert scene.shelf.kept == [symbol]
    first.close()
    first.close()
    scene.now += 100
    scene.market.sweep()
    assert sorted(scene.heard.wanted) == topics
    assert scene.market.watched() == {symbol: 1}
    second.close()


def test_what_nobody_watches_is_let_go_after_a_while() -> None:
    """Not at once, for whoever comes back within 30 s; then it is forgotten altogether."""
    scene = Scene()
    scene.summary()
    watch = scene.market.watch(PAIR)
    watch.close()
    scene.now += 29
    scene.market.sweep()
    assert len(scene.heard.wanted) == 4
    again = scene.market.watch(PAIR)
    scene.now += 29
    again.close()
    scene.now += 29
    scene.market.sweep()
    assert len(scene.heard.wanted) == 4
    scene.now += 1
    scene.market.sweep()
    assert (scene.heard.wanted, scene.shelf.kept, scene.market.watched()) == ([], [], {})
    assert scene.hub.latest(Summary, PAIR) is None


def test_a_list_of_prices_keeps_what_it_shows_of_a_symbol() -> None:
    """While its tape and its book are let go."""
    scene = Scene()
    scene.summary()
    quotes, watch = scene.market.quotes([PAIR, PAIR]), scene.market.watch(PAIR)
    watch.close()
    scene.now += 31
    scene.market.sweep()
    assert sorted(scene.heard.wanted) == SPOT_TOPICS[2:]
    assert scene.shelf.kept == []
    assert scene.hub.latest(Summary, PAIR) is not None
    quotes.close()
    scene.now += 31
    scene.market.sweep()
    assert scene.heard.wanted == []


def test_candles_are_heard_by_interval() -> None:
    """Those that a market does not have are refused."""
    scene = Scene()
    watches = [scene.market.watch_candles(PAIR, "3min"), scene.market.watch_candles(LINEAR, "1week")]
    assert scene.heard.wanted == [f"/market/candles:{PAIR}_3min", f"/contractMarket/limitCandle:{LINEAR}_1week"]
    for symbol, interval in ((PAIR, "7sec"), (LINEAR, "3min"), (PAIR, "")):
        with pytest.raises(InvalidRequest, match="is no interval of"):
            scene.market.watch_candles(symbol, interval)
    for watch in watches:
        watch.close()
    scene.now += 31
    scene.market.sweep()
    assert scene.heard.wanted == []


def test_an_unlisted_symbol_leaves_nothing_heard() -> None:
    """Neither in a list with others."""
    scene = Scene()
    for look in (lambda: scene.market.watch("NO-SUCH"), lambda: scene.market.quotes([PAIR, "NO-SUCH"])):
        with pytest.raises(InvalidRequest, match="'NO-SUCH' is not listed"):
            look()
    assert scene.heard.wanted == []


def test_a_problem_is_told_of_the_symbol_that_has_it() -> None:
    """A line's concerns all its symbols, a topic's only its own."""
    scene = Scene()
    silent = {f"/market/match:{PAIR}": "BTC-USDT is not listed any more"}
    scene.hub.changed(FeedStatus("feed-spot-public", FeedState.LIVE, topics=silent))
    assert scene.market.problem(PAIR) == "BTC-USDT is not listed any more"
    assert scene.market.problem("ETH-USDT") is None
    scene.hub.changed(FeedStatus("feed-spot-public", FeedState.DOWN, "cut"))
    assert (scene.market.problem("ETH-USDT"), scene.market.problem(LINEAR)) == ("cut", None)


@pytest.mark.parametrize("before", [-1, 0, 10**12, 10**40])
def test_no_candles_are_asked_for_before_an_absurd_moment(before: int) -> None:
    """It would only cost a request."""
    with pytest.raises(InvalidRequest, match="is no moment"):
        Scene().market.older(PAIR, "1min", before)


def test_of_a_position_only_the_mark_is_heard() -> None:
    """What else there is to hear of a contract would cost many times as much."""
    scene = Scene()
    watch = scene.market.marks([LINEAR, LINEAR])
    assert scene.heard.wanted == [f"/contract/instrument:{LINEAR}"]
    assert scene.market.watched() == {LINEAR: 1}
    watch.close()
    assert scene.market.watched() == {LINEAR: 0}
    with pytest.raises(InvalidRequest, match="not listed"):
        scene.market.marks(["GONEUSDTM"])
