"""A process that keeps a ledger, to be killed. Run: python -m tests.ledger_child SPOT_PORT FUTURES_PORT JOURNAL

It prints a line for each progress, ``state done total problem``, and ends by itself when it is up to date.
"""

from __future__ import annotations

import sys
import time

from kucoin.book.books import Books
from kucoin.desk.ledger import Ledger
from kucoin.hub import Hub
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange

ACCOUNT = "empty"  # the practice exchange's name of the user whose past was written


def main() -> None:
    """Bring the journal up to date."""
    spot, futures, path = sys.argv[1:]
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    credentials = Credentials(
        Secret("practice-key-empty"), Secret("practice-secret-empty"), Secret("practice-passphrase")
    )
    exchange = Exchange(hosts.practice(int(spot), int(futures)), credentials)
    hub = Hub(Books(exchange.books.futures))
    ledger = Ledger(exchange, LedgerStore(journal), hub, account=lambda: ACCOUNT, held=frozenset, wallets=dict)
    ledger.start()
    told = None
    while told is None or told.state != "ready":
        progress = ledger.progress()
        if progress != told:
            told = progress
            print(told.state, told.done, told.total, told.problem or "", told.stage, flush=True)
        time.sleep(0.002)
    ledger.stop()
    journal.close()


if __name__ == "__main__":
    main()
