"""What is told of the sockets, and that something of the account changed."""

from __future__ import annotations

from decimal import Decimal

from kucoin.model.feed_private import BalanceChange
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web.machine import AccountPanel, StatusPanel
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from tests.push_scene import Scene


def test_a_sockets_pace_is_told_once_a_second() -> None:
    """With its state in our own three words, its round trip, its reconnects and the books that were repaired."""
    scene = Scene()
    scene.heard.statuses = (FeedStatus("feed-spot-public", FeedState.LIVE, dials=3, messages=100, round_trip=0.0123),)
    panel = StatusPanel(scene.sight)
    first = panel.change()
    assert first is not None
    (socket,) = first.body["sockets"]
    assert (
        socket.items()
        >= {
            "name": "feed-spot-public",
            "word": LIVE,
            "round_trip_ms": 12.3,
            "per_second": None,
            "repaired": 4,
            "reconnects": 2,
            "problem": None,
            "topics": {},
        }.items()
    )
    scene.now += 0.5
    assert panel.change() is None
    scene.now += 1.5
    silent = {"/market/match:BTC-USDT": "refused"}
    scene.heard.statuses = (
        FeedStatus("feed-futures-private", FeedState.DOWN, "cut", messages=7),
        FeedStatus("feed-spot-public", FeedState.OPEN, messages=300, topics=silent),
    )
    panel.change()
    down, opening = panel.full()["sockets"]
    assert (down["word"], down["problem"], down["repaired"], down["per_second"]) == (STALE, "cut", None, None)
    assert (opening["word"], opening["per_second"], opening["topics"]) == (CATCHING_UP, 100.0, silent)


def test_a_pace_is_unknown_until_two_counts_stand() -> None:
    """Whoever looks anew goes by the count of those who looked before; an old count is none."""
    scene = Scene()

    def pace(messages: int) -> float | None:
        scene.heard.statuses = (FeedStatus("feed-spot-public", FeedState.LIVE, messages=messages),)
        panel = StatusPanel(scene.sight)
        panel.change()
        rate: float | None = panel.full()["sockets"][0]["per_second"]
        return rate

    assert pace(100) is None
    scene.now += 2
    assert pace(300) == 100.0
    scene.now += 0.5
    assert pace(301) == 100.0
    scene.now += 600
    assert pace(90_000) is None


def test_the_accounts_count_grows_with_what_its_sockets_tell() -> None:
    """And stands still otherwise; a panel that is closed hears nothing more."""
    scene = Scene()
    panel = AccountPanel(scene.sight)
    assert panel.change() is not None
    before = panel.full()["count"]
    assert panel.change() is None
    figures = dict.fromkeys(("total", "available", "hold", "available_change", "hold_change"), Decimal(1))
    named = dict.fromkeys(("account_id", "currency", "event", "event_id"), "any")
    change = BalanceChange(time=scene.ms, **figures, **named)
    scene.publish(change, change)
    assert panel.change() == ("full", {"count": before + 2})
    panel.close()
    scene.publish(change)
    assert panel.change() is None


def tell(scene: Scene, *feeds: FeedStatus) -> None:
    """Have the account's sockets be like this."""
    scene.heard.statuses = feeds
    for feed in feeds:
        scene.hub.changed(feed)


def test_a_private_topic_that_is_not_heard_is_told() -> None:
    """Though its line is live: what it would tell is missing."""
    scene = Scene()
    panel = AccountPanel(scene.sight)
    silent = {"/account/balance": "the server refused it"}
    tell(
        scene,
        FeedStatus("feed-futures-private", FeedState.LIVE),
        FeedStatus("feed-spot-private", FeedState.LIVE, topics=silent),
    )
    assert panel.fresh() == (STALE, None, "/account/balance is not heard: the server refused it")


def test_the_account_is_as_fresh_as_its_sockets() -> None:
    """Nothing has to happen on them; where there are none, nothing is heard."""
    scene = Scene()
    panel = AccountPanel(scene.sight)
    assert panel.fresh() == (STALE, None, "the account's own messages are not heard")
    tell(scene, FeedStatus("feed-spot-private", FeedState.LIVE))
    assert panel.fresh().state == LIVE
    tell(scene, FeedStatus("feed-spot-private", FeedState.DIALLING, "cut", heard_at=scene.now - 2))
    assert panel.fresh() == (CATCHING_UP, 2, "cut")
    scene.now += 4
    assert panel.fresh() == (STALE, 6, "cut")
