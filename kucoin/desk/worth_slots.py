"""When what the account is worth is noted, and of which places: once in five minutes, fresh or not at all. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from kucoin.desk.activity import ActivityReach, Flow
from kucoin.desk.equity_curve import SLOT
from kucoin.desk.portfolio import Part, PartKind, Portfolio, Standing
from kucoin.desk.prices import coin
from kucoin.model.activity import Activity, Worth

BOOKED = timedelta(hours=6)
"""Within this a ledger books what the lists of deposits and withdrawals tell."""

_FRESH = timedelta(seconds=90)  # the accounts are read every 60 s, prices every 5 s
_BORDER = frozenset({"funding", "deposits", "withdrawals"})  # the lists that tell what came into the whole account
_LEDGERS = {
    PartKind.FUNDING: "funding",
    PartKind.SPOT: "spot",
    PartKind.CROSS: "margin",
    PartKind.ISOLATED: "margin",
    PartKind.FUTURES: "futures",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def named(part: Part) -> str:
    """Return the place that a part is: ``Futures XBT``, ``Sub-account grid-02``, ``Funding``."""
    return f"{part.kind} {part.name}".strip()


def fresh(portfolio: Portfolio, now: datetime, noted: Collection[str], *, settled: bool) -> list[Worth]:
    """Return what the parts and the whole (place empty) are worth now, as far as that was read just before.

    The whole is left out while a part is old that was in it before: it would look like a loss. A part that was never
    read (the key may not) is not missed, once the start is over; the whole is not complete then.

    Args:
        portfolio: In USDT.
        noted: The places that were noted before. A part in which there never was anything is left out.
        settled: Whether what was not read so far will probably not be read soon.
    """
    if portfolio.standing is not Standing.READY or _old(portfolio.prices_at, now):
        return []
    found = []
    whole = portfolio.total is not None
    for part in portfolio.parts:
        place = named(part)
        if part.at is None:
            whole = whole and settled and place not in noted
        elif _old(part.at, now):
            whole = False
        elif part.value is not None and (part.value or place in noted):
            found.append(Worth(place, part.value, not part.unpriced, now))
    if whole and portfolio.total is not None and (portfolio.total or "" in noted):
        found.append(Worth("", portfolio.total, portfolio.complete, now))
    return found


def is_due(last: datetime | None, now: datetime) -> bool:
    """Say whether another snapshot is due after ``last``."""
    return last is None or _slot(now) > _slot(last)


def concerns(flow: Flow, place: str) -> bool:
    """Say whether ``flow`` went over the border of ``place``, which is the whole account where empty."""
    if not place:
        return flow.external
    kind, _, name = place.partition(" ")
    if kind == PartKind.FUTURES:
        return flow.place == kind and coin(flow.currency) == coin(name)
    if place == PartKind.ISOLATED:
        return flow.place.startswith(place)
    return flow.place == place


def known_since(place: str, reach: ActivityReach) -> datetime | None:
    """Return since when it is known what crossed the border of ``place``; None where it is not known at all yet."""
    kind = next((kind for kind in _LEDGERS if place.startswith(kind)), None)
    lists = _BORDER if kind is None else {_LEDGERS[kind]}
    found = [source.since for source in reach.sources if source.source in lists]
    known = [since for since in found if since is not None]
    return max(known) if len(known) == len(found) == len(lists) else None


def unbooked(told: Iterable[Activity], flows: Iterable[Flow]) -> datetime | None:
    """Return when the last deposit or withdrawal was told that is in none of the ledgers; None where all are.

    It may have gone straight into an account whose ledger does not reach back so far; or it was never booked.
    """
    booked = [(flow.currency, flow.at) for flow in flows if flow.external]
    lost = (
        each.at
        for each in told
        if not each.counts
        and not any(each.currency == currency and abs(each.at - at) < BOOKED for currency, at in booked)
    )
    return max(lost, default=None)


def is_followed(place: str) -> bool:
    """Say whether it is told what comes into ``place`` and leaves it: of sub-accounts that is not."""
    return not place.startswith(PartKind.SUB)


def _old(at: datetime | None, now: datetime) -> bool:
    return at is None or now - at > _FRESH


def _slot(at: datetime) -> int:
    return (at - _EPOCH) // SLOT
