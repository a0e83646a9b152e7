"""A process that keeps spot and margin fills, to be killed. Run: python -m tests.fills_child SPOT FUTURES JOURNAL

It prints a line for each progress, and ends by itself when it is up to date.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from kucoin.book.books import Books
from kucoin.desk.fill_shelf import FillShelf
from kucoin.desk.order_history import OrderHistory
from kucoin.desk.orders import Orders
from kucoin.desk.refresh import Refresher
from kucoin.desk.spot_ledger import SpotLedger
from kucoin.hub import Hub
from kucoin.journal.database import Journal
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice

ACCOUNT = "main"


def main() -> None:
    """Bring the journal up to date."""
    spot, futures, path = sys.argv[1:]
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    credentials = Credentials(Secret(Practice.key), Secret(Practice.secret), Secret(Practice.passphrase))
    exchange = Exchange(hosts.practice(int(spot), int(futures)), credentials)
    hub = Hub(Books(exchange.books.spot))
    orders = Orders(exchange, hub, Refresher(), granted=lambda: True)
    ledger = SpotLedger(
        exchange,
        SpotFillStore(journal),
        hub,
        orders,
        shelf=FillShelf(),
        history=OrderHistory(exchange, orders, tuple),
        account=lambda: ACCOUNT,
        placed=lambda _account, _since: (),
        now=lambda: datetime.now(UTC),
    )
    ledger.start()
    told = None
    while told is None or told.state != "ready":
        progress = ledger.progress()
        if progress != told:
            told = progress
            print(told.state, told.stage, told.problem or "", flush=True)
        time.sleep(0.001)
    ledger.stop()
    journal.close()


if __name__ == "__main__":
    main()
