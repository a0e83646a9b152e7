"""What a fill's own kind says of the position it moved, where its fee says nothing."""

from __future__ import annotations

import pytest

from kucoin.desk.pnl import PnlBook
from tests.ledger_facts import fill


@pytest.mark.parametrize("kind", ["settlement", "liquid", "adl"])
@pytest.mark.parametrize("known", [0, 3])
def test_what_the_exchange_does_by_itself_opens_nothing(kind: str, known: int) -> None:
    """Not even without a fee, where the ledger knows nothing or too little of what was held."""
    book = PnlBook()
    before = [fill("09:00", known, "60000")] if known else []
    book.feed(fills=[*before, fill("09:10", -5, "60000", kind=kind, rate="0")])
    assert book.open_rounds() == {}
    [ended] = book.report(currency="USDT").positions
    assert f"{5 - known} lots bought" in ended.missing
