"""The hub: state, tapes, inboxes, listeners."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.book.books import Books
from kucoin.errors import NotSent
from kucoin.hub import Hub
from kucoin.model.feed import BookChange, BookSnapshot, Candle, Mark, Pushed, Trade
from kucoin.model.feed_private import Lost, MarginModeChange
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.stream.topics import Event
from tests.feed_server import until

ONE = Decimal(1)


def snapshot(symbol: str) -> BookSnapshot:
    """No exchange to ask."""
    raise NotSent(symbol)


@pytest.fixture
def hub() -> Hub:
    """A hub whose books are never read."""
    return Hub(Books(snapshot))


def trades(*numbers: int, symbol: str = "BTC-USDT") -> list[Event]:
    """Trades by number."""
    return [Trade(symbol, 1729843222921, "buy", ONE, ONE, str(number)) for number in numbers]


def fact(number: int) -> MarginModeChange:
    """A private event by number."""
    return MarginModeChange(time=number, modes={})


def candle(interval: str, close: int) -> Candle:
    """A candle."""
    return Candle("BTC-USDT", 1, interval, 0, ONE, Decimal(close), ONE, ONE, ONE)


def status(state: FeedState, name: str = "feed-spot-private") -> FeedStatus:
    """A feed in ``state``."""
    return FeedStatus(name, state)


def test_the_newest_value_is_kept_with_both_times(hub: Hub) -> None:
    """The exchange's time in the value, ours beside it."""
    hub.publish([Mark("XBTUSDTM", 1731899129000, ONE, ONE), Mark("XBTUSDTM", 1731899130000, ONE, ONE)], received=7.5)
    latest = hub.latest(Mark, "XBTUSDTM")
    assert latest is not None
    assert (latest.value.time, latest.received) == (1731899130000, 7.5)
    assert hub.latest(Mark, "ETHUSDTM") is None


def test_candles_of_two_intervals_do_not_meet(hub: Hub) -> None:
    """The interval is part of what a candle is."""
    hub.publish([candle("1min", 5), candle("1hour", 6)], received=0)
    found = hub.latest(Candle, "BTC-USDT", "1min")
    assert found is not None
    assert found.value.close == 5


def test_a_tape_is_read_from_where_one_left_off(hub: Hub) -> None:
    """Numbers count all trades, and what fell out is told."""
    hub.publish(trades(0, 1, 2), received=0)
    first = hub.tape("BTC-USDT")
    assert [trade.trade_id for trade in first.trades] == ["0", "1", "2"]
    assert hub.tape("BTC-USDT", first.number) == ((), 3, 0)
    hub.publish(trades(3), received=0)
    assert [trade.trade_id for trade in hub.tape("BTC-USDT", first.number).trades] == ["3"]
    hub.publish(trades(*range(4, 604)), received=0)
    late = hub.tape("BTC-USDT", first.number)
    assert (len(late.trades), late.number, late.missed) == (500, 604, 101)
    assert hub.tape("ETH-USDT") == ((), 0, 0)


def test_forgetting_a_symbol_leaves_the_others(hub: Hub) -> None:
    """Memory is bounded by what is looked at."""
    hub.publish([*trades(1), *trades(1, symbol="ETH-USDT"), candle("1min", 5)], received=0)
    hub.forget("BTC-USDT")
    assert hub.tape("BTC-USDT").number == 0
    assert hub.latest(Candle, "BTC-USDT", "1min") is None
    assert hub.tape("ETH-USDT").number == 1


def test_private_events_reach_every_inbox_and_market_data_none(hub: Hub) -> None:
    """In order, each once; a new inbox begins with reading the store."""
    one, two = hub.open_inbox(), hub.open_inbox()
    assert one.drain() == ((), True)
    hub.publish([fact(1), *trades(1), fact(2)], received=0)
    assert one.drain() == ((fact(1), fact(2)), False)
    assert two.drain() == ((fact(1), fact(2)), True)
    hub.close_inbox(two)
    hub.publish([fact(3)], received=0)
    assert two.drain() == ((), False)


def test_an_overfull_inbox_says_that_it_is(hub: Hub) -> None:
    """Nothing goes lost silently: what does not fit means reading the store."""
    inbox = hub.open_inbox(bound=10)
    inbox.drain()
    hub.publish([fact(number) for number in range(10)], received=0)
    assert len(inbox.drain().events) == 10
    hub.publish([fact(number) for number in range(11)], received=0)
    assert inbox.drain() == ((), True)
    hub.publish([fact(1)], received=0)
    assert inbox.drain() == ((fact(1),), False)


def test_a_listener_that_breaks_is_marked_and_the_others_hear_everything(hub: Hub) -> None:
    """A fault stays where it happened."""
    heard: list[Event] = []

    def broken(events: list[Event]) -> None:
        raise ZeroDivisionError

    bad = hub.listen("the table", broken, Pushed)
    good = hub.listen("the tape", heard.extend, Trade)
    for number in range(3):
        hub.publish(trades(number), received=0)
    assert bad.problem == "the table broke (ZeroDivisionError): what it shows may be old"
    assert good.problem is None
    assert len(heard) == 3
    hub.unlisten(good)
    hub.publish(trades(4), received=0)
    assert len(heard) == 3


def test_listeners_are_called_outside_the_lock(hub: Hub) -> None:
    """One that looks at the hub from another thread does not stand still."""
    found: list[int] = []

    def look(_: list[Event]) -> None:
        thread = threading.Thread(target=lambda: found.append(hub.tape("BTC-USDT").number))
        thread.start()
        thread.join(5)

    hub.listen("one that looks", look, Trade)
    hub.publish(trades(1), received=0)
    assert found == [1]


def test_after_every_break_everything_is_read_anew(hub: Hub) -> None:
    """A feed that becomes live calls for a resync; so does a private message that nobody could read."""
    called: list[str] = []

    def broken(name: str) -> None:
        raise ZeroDivisionError

    hub.on_resync(broken)
    hub.on_resync(called.append)
    inbox = hub.open_inbox()
    inbox.drain()
    for state in (FeedState.DIALLING, FeedState.OPEN, FeedState.LIVE, FeedState.LIVE):
        hub.changed(status(state))
    assert called == ["feed-spot-private"]
    assert inbox.drain().reread
    hub.publish([Lost(time=0, reason="x"), fact(1)], received=0)
    assert called == ["feed-spot-private", "something unreadable"]
    assert inbox.drain() == ((fact(1),), True)
    hub.changed(status(FeedState.DOWN))
    hub.changed(status(FeedState.LIVE))
    assert len(called) == 3


def test_a_kind_of_line_is_as_good_as_its_worst(hub: Hub) -> None:
    """The page says so for what comes over it, and for nothing else."""
    assert hub.problem(futures=False, private=True) == "there is no such line"
    hub.changed(status(FeedState.LIVE))
    hub.changed(FeedStatus("feed-spot-public", FeedState.LIVE))
    hub.changed(FeedStatus("feed-spot-public-2", FeedState.DOWN, problem="no pong for 10 s"))
    assert hub.problem(futures=False, private=True) is None
    assert hub.problem(futures=False, private=False) == "no pong for 10 s"
    hub.changed(FeedStatus("feed-spot-public-2", FeedState.STALE))
    assert hub.problem(futures=False, private=False) == "the line is stale"


def test_a_line_that_says_nothing_is_old_by_the_clock() -> None:
    """Whatever it said last: its thread may hang. One that was opened for many and ended is missed by nobody."""
    now = [100.0]
    hub = Hub(Books(snapshot), monotonic=lambda: now[0])
    hub.changed(FeedStatus("feed-spot-private", FeedState.LIVE, heard_at=99.0))
    now[0] = 109.0
    assert hub.problem(futures=False, private=True) is None
    now[0] = 109.1
    assert hub.problem(futures=False, private=True) == "nothing was heard for more than 10 s"
    hub.changed(FeedStatus("feed-spot-private", FeedState.LIVE, heard_at=109.0))
    hub.changed(FeedStatus("feed-spot-private-2", FeedState.STOPPED))
    assert hub.problem(futures=False, private=True) is None
    assert [each.name for each in hub.feeds()] == ["feed-spot-private"]


@pytest.fixture
def kept() -> Iterator[tuple[Hub, Books]]:
    """A hub with three trusted books, two of them carried by one socket each."""
    books = Books(lambda symbol: BookSnapshot(symbol, 1, ((ONE, ONE),), ((ONE + 1, ONE),), complete=True))
    hub = Hub(books)
    for symbol in ("BTC-USDT", "ETH-USDT", "XBTUSDTM"):
        books.add(symbol)
    hub.changed(carrying("feed-spot-public", "/market/level2:BTC-USDT", "/market/match:ETH-USDT"))
    hub.changed(carrying("feed-spot-public-2", "/market/level2:ETH-USDT"))
    hub.changed(carrying("feed-futures-public", "/contractMarket/level2:XBTUSDTM"))
    hub.publish([BookChange(symbol, 1, 1, 1, [], []) for symbol in books.symbols], received=0)
    books.start()
    until(lambda: not any(problems(books).values()))
    yield hub, books
    books.stop()


def carrying(name: str, *topics: str, **more: Any) -> FeedStatus:
    """A live feed."""
    return FeedStatus(name, FeedState.LIVE, carries=frozenset(topics), **more)


def problems(books: Books) -> dict[str, str | None]:
    """Why each book is not trusted."""
    views = {symbol: books.view(symbol) for symbol in books.symbols}
    return {symbol: view.problem for symbol, view in views.items() if view is not None}


@pytest.mark.parametrize("state", [FeedState.DOWN, FeedState.STALE])
def test_a_lost_line_takes_the_books_along_that_it_carries(kept: tuple[Hub, Books], state: FeedState) -> None:
    """The others stay as they are; a line that does not tell what it carries takes its market's."""
    hub, books = kept
    gone = f"its line is {state}"
    hub.changed(FeedStatus("feed-spot-public-2", state, carries=frozenset(["/market/level2:ETH-USDT"])))
    assert problems(books) == {"BTC-USDT": None, "ETH-USDT": gone, "XBTUSDTM": None}
    hub.changed(FeedStatus("feed-spot-public", state))
    assert problems(books) == {"BTC-USDT": gone, "ETH-USDT": gone, "XBTUSDTM": None}


def test_a_book_whose_topic_is_marked_is_not_trusted(kept: tuple[Hub, Books]) -> None:
    """However right its snapshot is: it gets no updates. Once it does, it is read anew."""
    hub, books = kept
    topic = "/market/level2:BTC-USDT"
    hub.changed(carrying("feed-spot-public", topic, topics={topic: "refused", "/market/match:ETH-USDT": "refused"}))
    assert problems(books) == {"BTC-USDT": "refused", "ETH-USDT": None, "XBTUSDTM": None}
    hub.changed(carrying("feed-spot-public", topic))
    hub.publish([BookChange("BTC-USDT", 1, 2, 2, [], [])], received=0)
    until(lambda: not any(problems(books).values()))


def test_a_private_line_is_as_good_as_its_topics(hub: Hub) -> None:
    """One that is not heard is said of the line that lacks it; once it is heard, what it missed is asked for."""
    called: list[str] = []
    hub.on_resync(called.append)
    lacking = carrying("feed-spot-private", topics={"/account/balance": "refused"})
    hub.changed(lacking)
    assert hub.problem(futures=False, private=True) == "/account/balance is not heard: refused"
    hub.changed(lacking)
    assert called == ["feed-spot-private"]
    hub.changed(carrying("feed-spot-private"))
    assert hub.problem(futures=False, private=True) is None
    assert called == ["feed-spot-private"] * 2
    for topics in ({"/account/balance": "refused"}, {}):  # as on the way back: being live will call for it
        hub.changed(replace(status(FeedState.DIALLING), topics=topics))
    assert len(called) == 2


def test_a_public_topic_that_is_not_heard_harms_no_other(hub: Hub) -> None:
    """Whoever looks at its symbol is told; the line is well."""
    hub.changed(carrying("feed-spot-public", topics={"/market/match:BTC-USDT": "refused"}))
    assert hub.problem(futures=False, private=False) is None
