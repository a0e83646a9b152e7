"""A process with one feed, to be put to sleep. Run: ``feed_sleeper.py PORT FACTOR``, 1 for KuCoin's own intervals.

On standard output, a line a state: when it began by this machine's monotonic clock, the state, and the problem.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kucoin.model.credentials import Secret
from kucoin.model.feed import Token
from kucoin.stream.feed import Feed, FeedStatus, Manners
from kucoin.stream.protocol import Timing
from tests.feed_server import Ear, until

TOPIC = "/market/match:BTC-USDT"


class Teller(Ear):
    """Says what becomes of the feed."""

    def changed(self, status: FeedStatus) -> None:
        """Say each new state once."""
        known = len(self.states)
        super().changed(status)
        if len(self.states) > known:
            print(time.monotonic(), status.state, status.problem or "", flush=True)


def main(port: int, factor: float) -> None:
    """Keep the feed until the input ends."""
    manners = Manners(
        Timing().faster(factor), first_pause=max(0.25, 3 * factor), late=max(0.5, 5 * factor), token_timing=False
    )
    feed = Feed(
        "feed-test",
        lambda: Token(f"ws://127.0.0.1:{port}/", Secret("public"), 18, 10),
        Teller(),
        practice=True,
        manners=manners,
    )
    feed.want([TOPIC])
    feed.start()
    sys.stdin.read()
    feed.stop()


class Sleeper:
    """The process from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.states: list[tuple[float, str, str]] = []  # when, state, problem
        self._process = process
        threading.Thread(target=self._listen, daemon=True).start()

    def sleep(self, seconds: float) -> float:
        """Stop the process for so long; return how many s after waking it was live again."""
        until(self._live)
        known = len(self.states)
        self._process.send_signal(signal.SIGSTOP)
        threading.Event().wait(seconds)
        woken = time.monotonic()
        self._process.send_signal(signal.SIGCONT)
        until(lambda: len(self.states) > known and self._live(), 20)
        assert any("stood still" in problem for _, _, problem in self.states[known:]), self.states
        return self.states[-1][0] - woken

    def _live(self) -> bool:
        return bool(self.states) and self.states[-1][1] == "live"

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            at, state, problem = line.rstrip("\n").split(" ", 2)
            self.states.append((float(at), state, problem))


@contextmanager
def sleeper(port: int, factor: float) -> Iterator[Sleeper]:
    """Start the process, and end it."""
    command = [sys.executable, "-m", "tests.feed_sleeper", str(port), str(factor)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Sleeper(process)
        finally:
            process.kill()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
