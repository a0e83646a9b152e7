"""Half an hour at KuCoin's own intervals. Run: pytest tests/torture/test_torture_outage.py -s

FEED_SHARE (1 by default) makes it shorter.
"""

from __future__ import annotations

import os
import threading
import time
from itertools import pairwise

from kucoin.stream.feed import Feed, FeedState
from tests.feed_server import Ear, FeedServer, match, until
from tests.line_proxy import LineProxy

SECONDS = 1800 * float(os.environ.get("FEED_SHARE", "1"))
MATCHES = "/market/match:BTC-USDT"
CUT_AFTER = 60.0  # s without a word of the client, as KuCoin counts


def test_half_an_hour_without_the_exchange_beside_a_busy_line() -> None:
    """One feed's exchange is gone: at most 45 dials, live within 65 s of its return. The other's never rests: it is
    pinged every 18 s all the while and not cut once.
    """
    gone_ear, busy_ear = Ear(), Ear()
    with FeedServer() as gone, LineProxy(gone.port) as line, FeedServer() as busy:
        busy.cut_after = CUT_AFTER
        lost = Feed("feed-lost", lambda: gone.token(line.port), gone_ear, practice=True)
        kept = Feed("feed-kept", busy.token, busy_ear, practice=True)
        for feed in (lost, kept):
            feed.want([MATCHES])
            feed.start()
        until(lambda: lost.status.state is kept.status.state is FeedState.LIVE)
        line.refuse = True
        line.cut()
        done = threading.Event()
        pushed: list[int] = []
        pushing = threading.Thread(target=_push, args=(busy, pushed, done))
        pushing.start()
        threading.Event().wait(SECONDS)
        dials = lost.status.dials - 1
        line.refuse = False
        back = time.monotonic()
        try:
            until(lambda: lost.status.state is FeedState.LIVE, 65)
        finally:
            done.set()
            pushing.join()
        took = time.monotonic() - back
        until(lambda: len(busy_ear.events) == sum(pushed))
        spoken = [at for at, said in zip(busy.said_at, busy.said, strict=True) if said["type"] == "ping"]
        gaps = [later - sooner for sooner, later in pairwise(spoken)]
        print(f"gone for {SECONDS:g} s: {dials} dials, live {took:.1f} s after the return")
        print(f"beside it {sum(pushed)} messages, pings {min(gaps):.2f} to {max(gaps):.2f} s apart, {busy.cuts} cuts")
        assert dials <= 45
        assert busy.cuts == 0
        assert kept.status.dials == 1
        assert all(abs(gap - 18) <= 1 for gap in gaps)
        lost.stop()
        kept.stop()


def _push(server: FeedServer, pushed: list[int], done: threading.Event) -> None:
    """Fifty trades a second; note to how many each went."""
    while not done.wait(0.02):
        pushed.append(server.push(match(len(pushed))))
