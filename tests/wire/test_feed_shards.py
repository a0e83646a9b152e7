"""All sockets together: which of them carries what, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kucoin.errors import InvalidRequest, NotSent
from kucoin.stream.feed import FeedState, Manners
from kucoin.stream.feeds import Feeds, Kind
from kucoin.stream.protocol import Timing
from tests.feed_server import Ear, FeedServer, match, until

PUBLIC, PRIVATE = Kind(futures=False, private=False), Kind(futures=False, private=True)
FUTURES = Kind(futures=True, private=False)
MATCHES = "/market/match:BTC-USDT"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server that stands for both markets."""
    with FeedServer() as running:
        yield running


@pytest.fixture
def ear() -> Ear:
    """Who listens."""
    return Ear()


@pytest.fixture
def feeds(server: FeedServer, ear: Ear) -> Iterator[Feeds]:
    """Sockets with a key, in a place without futures' private half."""
    feeds = Feeds(
        lambda kind: server.token(kind=kind.label),
        ear,
        practice=True,
        kinds=(PUBLIC, PRIVATE, FUTURES),
        manners=Manners(Timing(), first_pause=0.25),
    )
    yield feeds
    feeds.stop()
    until(lambda: not [each for each in threading.enumerate() if each.name.startswith("feed-")])


def test_each_kind_has_one_socket_named_after_it(feeds: Feeds, server: FeedServer) -> None:
    """One a market and kind, opened when it is first wanted, with a token of its own kind."""
    feeds.want(MATCHES, "/account/balance", "/contractMarket/execution:XBTUSDTM")
    until(lambda: [each.state for each in feeds.status()] == [FeedState.LIVE] * 3)
    names = {"feed-spot-public", "feed-spot-private", "feed-futures-public"}
    assert {each.name for each in feeds.status()} == names
    assert names <= {each.name for each in threading.enumerate()}
    assert {token.rpartition("-")[0] for token in server.tokens_used} == {name[5:] for name in names}


def test_nine_hundred_topics_are_spread_without_a_refusal(feeds: Feeds, server: FeedServer, ear: Ear) -> None:
    """At most 280 a socket, few messages, and each topic is heard."""
    topics = [f"/market/match:S{number}-USDT" for number in range(900)]
    feeds.want(*topics)
    until(lambda: all(server.topics[topic] == 1 for topic in topics))
    assert len(feeds.status()) == 4
    assert len(server.asked("subscribe")) == 10  # of 100, 100 and 80 symbols thrice, and one of 60
    server.push(match(1, "S899-USDT"))
    until(lambda: len(ear.events) == 1)


def test_a_topic_is_heard_until_the_last_one_lets_it_go(feeds: Feeds, server: FeedServer) -> None:
    """Wanted twice, released once: still heard. The socket stays for whoever comes next."""
    feeds.want(MATCHES)
    feeds.want(MATCHES)
    until(lambda: server.topics[MATCHES] == 1)
    feeds.release(MATCHES)
    feeds.want("/market/match:ETH-USDT")
    until(lambda: server.topics["/market/match:ETH-USDT"] == 1)
    assert server.topics[MATCHES] == 1
    feeds.release(MATCHES, "/market/match:ETH-USDT")
    until(lambda: server.topics[MATCHES] == 0)
    assert len(server.asked("subscribe")) == 2
    assert feeds.status()[0].dials == 1


def test_further_sockets_end_with_their_last_topic(feeds: Feeds, server: FeedServer) -> None:
    """What was opened for many is closed when they are gone."""
    topics = [f"/market/match:S{number}-USDT" for number in range(300)]
    feeds.want(*topics)
    until(lambda: [each.state for each in feeds.status()] == [FeedState.LIVE] * 2)
    feeds.release(*topics)
    assert [each.name for each in feeds.status()] == ["feed-spot-public"]
    until(lambda: "feed-spot-public-2" not in {each.name for each in threading.enumerate()})


def test_one_symbol_that_goes_leaves_the_other_99_alone(server: FeedServer, ear: Ear) -> None:
    """Its silence calls for the market's list, once for all its sockets, and that list decides."""
    symbols = [f"S{number}-USDT" for number in range(100)]
    asked: list[Kind] = []

    def listed(kind: Kind) -> list[str]:
        asked.append(kind)
        if len(asked) == 1:
            raise NotSent("no exchange")
        return symbols[1:]

    manners = Manners(Timing(silent=0.5), first_pause=0.25)
    feeds = Feeds(
        lambda kind: server.token(kind=kind.label), ear, practice=True, kinds=(PUBLIC,), manners=manners, listed=listed
    )
    try:
        feeds.want(*(f"/market/match:{symbol}" for symbol in symbols))
        until(lambda: feeds.status() and "not listed" in str(feeds.status()[0].topics))
        assert feeds.status()[0].topics == {"/market/match:S0-USDT": "S0-USDT is not listed any more"}
        assert set(asked) == {PUBLIC}
        server.push(*(match(1, symbol) for symbol in symbols[1:]))
        until(lambda: len(ear.events) == 99)
        assert (feeds.status()[0].dials, feeds.status()[0].state) == (1, FeedState.LIVE)
    finally:
        feeds.stop()


@pytest.mark.parametrize("topic", ["/contract/positionAll", "/no/topic", "/market/match:A-B,C-D"])
def test_what_cannot_be_heard_is_refused_at_once(feeds: Feeds, topic: str) -> None:
    """No key, no such topic, or a list: nothing of the call is taken."""
    with pytest.raises(InvalidRequest, match=topic):
        feeds.want(MATCHES, topic)
    assert feeds.status() == ()
