"""Feeds, books and hub joined to the practice exchange: what they hold is what it holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from kucoin.book.books import Books, Retries
from kucoin.hub import Hub, Inbox
from kucoin.model.feed import BookSnapshot, Candle, Depth, Mark, Quote, Summary
from kucoin.model.feed_private import BalanceChange, OrderChange, PrivatePush
from kucoin.model.order import Side
from kucoin.rest.client import Exchange
from kucoin.stream.feed import FeedState, Manners
from kucoin.stream.feeds import Feeds, Kind
from kucoin.stream.protocol import Timing
from tests.feed_server import until

SPOT, FUTURES = "BTC-USDT", "XBTUSDTM"
KINDS = tuple(Kind(futures, private) for futures in (False, True) for private in (False, True))


@dataclass
class Joined:
    """Everything between the sockets and a screen."""

    exchange: Exchange
    books: Books
    hub: Hub
    feeds: Feeds

    def live(self) -> bool:
        """Whether every socket is."""
        return all(status.state is FeedState.LIVE for status in self.feeds.status())

    def snapshot(self, symbol: str) -> BookSnapshot:
        """The exchange's own book."""
        return snapshot(self.exchange, symbol)


def snapshot(exchange: Exchange, symbol: str) -> BookSnapshot:
    """Ask for a book of either market."""
    return exchange.books.spot(symbol=symbol) if "-" in symbol else exchange.books.futures(symbol=symbol)


@pytest.fixture
def joined(connect: Callable[..., Exchange]) -> Iterator[Joined]:
    """Sockets of all four kinds, opened as they are wanted."""
    exchange = connect()
    books = Books(lambda symbol: snapshot(exchange, symbol), retries=Retries(first_look=0.25, pause=0.1))
    hub = Hub(books)
    feeds = Feeds(
        lambda kind: exchange.tokens.token(futures=kind.futures, private=kind.private),
        hub,
        practice=True,
        kinds=KINDS,
        manners=Manners(first_pause=0.25),
    )
    books.start()
    yield Joined(exchange, books, hub, feeds)
    feeds.stop()
    books.stop()


def follow(joined: Joined, symbol: str) -> None:
    """Keep the book of ``symbol``."""
    topic = "/market/level2" if "-" in symbol else "/contractMarket/level2"
    joined.books.add(symbol)
    joined.feeds.want(f"{topic}:{symbol}")


def agrees(joined: Joined, symbol: str) -> bool:
    """Whether the book is trusted and stands at the exchange's own sequence; then they must be the same."""
    theirs = joined.snapshot(symbol)
    ours = joined.books.view(symbol, 10_000)
    assert ours is not None
    if not ours.trusted or ours.sequence != theirs.sequence:
        return False
    assert (ours.bids, ours.asks) == (theirs.bids, theirs.asks)
    return True


@pytest.mark.parametrize("symbol", [SPOT, FUTURES])
def test_a_book_equals_the_exchanges_own(joined: Joined, symbol: str) -> None:
    """Level by level, at the same sequence."""
    follow(joined, symbol)
    until(lambda: agrees(joined, symbol), 20)


@pytest.mark.parametrize("symbol", [SPOT, FUTURES])
@pytest.mark.parametrize("fault", ["gap", "repeat", "swap", "overlap"])
def test_a_book_is_right_again_after_a_fault_of_its_updates(
    joined: Joined, practice: Any, caplog: pytest.LogCaptureFixture, fault: str, symbol: str
) -> None:
    """Whatever the stream does to it."""
    follow(joined, symbol)
    until(lambda: agrees(joined, symbol), 20)
    host = "spot" if "-" in symbol else "futures"
    topic = "/market/level2" if "-" in symbol else "/contractMarket/level2"
    practice.faults({"name": fault, "path": topic, "host": host, "times": 2})
    start = joined.snapshot(symbol).sequence
    until(lambda: joined.snapshot(symbol).sequence > start + 20, 20)
    until(lambda: agrees(joined, symbol), 20)
    assert ("are missing" in caplog.text) == (fault in {"gap", "swap"})


def test_an_old_snapshot_is_never_shown_as_right(joined: Joined, practice: Any) -> None:
    """The book stays untrusted with a reason, and is right soon after the exchange's cache is."""
    practice.faults({"name": "old_snapshot", "path": "/api/v3/market/orderbook/level2"})
    joined.snapshot(SPOT)  # what is answered from now on
    follow(joined, SPOT)
    until(lambda: "snapshot ends at" in str(joined.books.view(SPOT)) or "not been read" in str(joined.books.view(SPOT)))
    view = joined.books.view(SPOT)
    assert view is not None
    assert not view.trusted
    practice.clear_faults()
    until(lambda: agrees(joined, SPOT), 20)


def test_nine_hundred_topics_of_the_exchanges_own_limits(joined: Joined, caplog: pytest.LogCaptureFixture) -> None:
    """More than a connection may carry, asked for at once: no refusal, no mark, nothing else odd."""
    symbols = [each.symbol for each in joined.exchange.market.symbols()]
    families = ("ticker", "snapshot", "level2", "match")
    topics = [f"/market/{family}:{symbol}" for family in families for symbol in symbols]
    hours = ("1hour", "2hour", "4hour", "8hour", "12hour")
    for interval in ("1min", "3min", "5min", "15min", "30min", *hours, "1day", "1week", "1month"):
        topics += [f"/market/candles:{symbol}_{interval}" for symbol in symbols]
    topics = [*topics, *(f"/spotMarket/level2Depth5:{symbol}" for symbol in symbols)][-900:]
    assert len(topics) == 900
    joined.feeds.want(*topics)
    until(lambda: len(joined.feeds.status()) == 4 and joined.live(), 60)
    until(lambda: not any(status.topics for status in joined.feeds.status()), 60)
    assert "refused" not in caplog.text
    assert not any(status.oddities for status in joined.feeds.status())
    assert sorted(topic for status in joined.feeds.status() for topic in status.carries) == sorted(topics)


@pytest.mark.parametrize("fault", ["delist", "ack_silent"])
def test_a_topic_that_falls_silent_is_marked_and_harms_no_other(joined: Joined, practice: Any, fault: str) -> None:
    """One of a hundred: the list of symbols says why, and when something comes the mark goes."""
    gone = "/market/ticker:MLK-KCS"
    symbols = [each.symbol for each in joined.exchange.market.symbols()]
    others = [f"{family}:{symbol}" for family in ("/market/ticker", "/market/match") for symbol in symbols]
    feeds = Feeds(
        lambda kind: joined.exchange.tokens.token(futures=kind.futures, private=kind.private),
        joined.hub,
        practice=True,
        kinds=KINDS,
        manners=Manners(Timing(silent=1.0), first_pause=0.25),
        listed=lambda _: {each.symbol for each in joined.exchange.market.symbols() if each.enable_trading},
    )
    try:
        feeds.want(*[topic for topic in others if "MLK" not in topic][:99])
        until(lambda: feeds.status()[0].state is FeedState.LIVE)
        dials = feeds.status()[0].dials
        practice.faults({"name": fault, "symbol": "MLK-KCS"} if fault == "delist" else {"name": fault, "path": gone})
        feeds.want(gone)
        why = "is not listed any more" if fault == "delist" else "is listed, but silent for 1 s"
        until(lambda: feeds.status()[0].topics.get(gone) == f"MLK-KCS {why}", 20)
        number = joined.hub.tape(SPOT).number
        until(lambda: joined.hub.tape(SPOT).number > number, 20)
        assert not [
            topic for topic, problem in feeds.status()[0].topics.items() if topic != gone and "listed" in problem
        ]
        assert feeds.status()[0].dials == dials
        if fault == "delist":
            practice.clear_faults()
            until(lambda: gone not in feeds.status()[0].topics, 20)
    finally:
        feeds.stop()


def test_every_public_topic_brings_its_values(joined: Joined) -> None:
    """Typed, both markets."""
    joined.feeds.want(
        *(f"/market/ticker:{SPOT}", f"/market/snapshot:{SPOT}", f"/spotMarket/level2Depth50:{SPOT}"),
        *(f"/market/match:{SPOT}", f"/market/candles:{SPOT}_1min"),
        *(f"/contractMarket/tickerV2:{FUTURES}", f"/contractMarket/level2Depth5:{FUTURES}"),
        *(f"/contractMarket/execution:{FUTURES}", f"/contract/instrument:{FUTURES}"),
        *("/contract/announcement", f"/contractMarket/snapshot:{FUTURES}"),
    )
    hub = joined.hub
    until(lambda: hub.tape(SPOT).number and hub.tape(FUTURES).number, 20)
    for kind, symbol, more in (
        *((Quote, SPOT, ()), (Summary, SPOT, ()), (Depth, SPOT, (50,)), (Candle, SPOT, ("1min",))),
        *((Quote, FUTURES, ()), (Depth, FUTURES, (5,)), (Mark, FUTURES, ()), (Summary, FUTURES, ())),
    ):
        latest = until(lambda k=kind, s=symbol, m=more: hub.latest(k, s, *m), 20)
        assert latest.value.at is not None
    assert until(joined.live)
    assert all(not status.topics and not status.oddities for status in joined.feeds.status())


def test_an_orders_life_is_pushed_and_agrees_with_rest(joined: Joined) -> None:
    """Received, open, cancelled; the balance is held and freed again."""
    inbox = joined.hub.open_inbox()
    joined.feeds.want("/spotMarket/tradeOrdersV2", "/account/balance")
    until(joined.live)
    order_id = joined.exchange.spot_orders.place_limit(
        client_oid=uuid.uuid4().hex, symbol=SPOT, side=Side.BUY, price=Decimal(1000), size=Decimal("0.001")
    )
    events: list[PrivatePush] = []
    until(lambda: of_kind(collect(inbox, events), order_id) == ["received", "open"])
    joined.exchange.spot_orders.cancel(order_id=order_id, symbol=SPOT)
    until(lambda: of_kind(collect(inbox, events), order_id)[-1] == "canceled")
    held = until(lambda: [e for e in collect(inbox, events) if isinstance(e, BalanceChange)][1:])
    rest = {each.currency: each for each in joined.exchange.account.spot_accounts() if each.kind == "trade"}
    assert (held[-1].total, held[-1].hold) == (rest["USDT"].balance, rest["USDT"].holds)


def collect(inbox: Inbox, events: list[PrivatePush]) -> list[PrivatePush]:
    """Everything that came so far."""
    events.extend(inbox.drain().events)
    return events


def of_kind(events: list[PrivatePush], order_id: str) -> list[str]:
    """The steps of one order."""
    return [event.kind for event in events if isinstance(event, OrderChange) and event.order_id == order_id]
