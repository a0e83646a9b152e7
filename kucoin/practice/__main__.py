"""``python -m kucoin.practice``: the practice exchange on this machine.

Prints one line when it is ready and runs until it is told to stop. Exit codes: 0 stopped, or already running with the
same data; 2 refused, with one sentence that says why.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from kucoin.practice import endpoints, server
from kucoin.practice.exchange import Exchange
from kucoin.practice.store import Unusable


def main(arguments: list[str] | None = None) -> int:
    """Run the exchange and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kucoin.practice", description=__doc__)
    parser.add_argument("--spot-port", type=int, default=8610, help="0: any free one (default: 8610)")
    parser.add_argument("--futures-port", type=int, default=8611, help="0: any free one (default: 8611)")
    parser.add_argument("--data", type=Path, default=Path("data/practice"), help="where its state is kept")
    parser.add_argument("--seed", type=int, default=None, help="of a new exchange: which world it is")
    parser.add_argument("--reset", action="store_true", help="forget what happened there and begin anew")
    parser.add_argument("--until-stdin-ends", action="store_true", help="stop when standard input closes")
    parser.add_argument(
        "--endpoints", action="store_true", help="print which endpoints are served, and do nothing else"
    )
    options = parser.parse_args(arguments)
    if options.endpoints:
        print(endpoints.document(), end="")
        return 0
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    try:
        spot, futures = server.listen_both(options.spot_port, options.futures_port)
    except server.Occupied as refusal:
        if line := server.running(options.spot_port, options.data):
            print(f"{line} adopted", flush=True)
            return 0
        server.say(refusal)
        return 2
    try:
        exchange = Exchange(options.data, seed=options.seed, reset=options.reset)
    except Unusable as refusal:
        server.say(refusal)
        return 2
    if options.until_stdin_ends:
        threading.Thread(target=_leave_with_stdin, name="stdin", daemon=True).start()
    server.serve(exchange, spot, futures)
    return 0


def _leave_with_stdin() -> None:
    """Ask this process to stop when the other end of standard input is gone, however its owner died."""
    while os.read(0, 4096):  # the bare descriptor: a buffered reader's lock would be in the way at exit
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
