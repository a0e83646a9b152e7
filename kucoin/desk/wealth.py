"""How the parts are put together that know what the account was worth and what was paid for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kucoin.desk.activity_book import ActivityBook
from kucoin.desk.appraisals import Appraisals
from kucoin.desk.costs import Costs
from kucoin.desk.fill_book import FillBook
from kucoin.desk.worths import Worths
from kucoin.journal.database import Journal
from kucoin.journal.worth import WorthStore


def parts(
    journal: Journal | None,
    appraisals: Appraisals,
    fills: FillBook,
    activity: ActivityBook,
    account: Callable[[], str | None],
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> tuple[Worths, Costs]:
    """Return both; the portfolios of ``appraisals`` tell costs from now on."""
    worths = Worths(
        WorthStore(journal) if journal else None,
        account=account,
        portfolio=appraisals.portfolio,
        price=appraisals.price,
        activity=activity,
        now=now,
        monotonic=monotonic,
    )
    costs = Costs(fills.kept, lambda: fills.reach().spot, worths.rate, on=journal is not None, monotonic=monotonic)
    appraisals.rely_on(costs)
    return worths, costs
