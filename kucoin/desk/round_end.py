"""A position that ended: our figures against the exchange's."""

from __future__ import annotations

from datetime import datetime, timedelta

from kucoin.decimals import plain
from kucoin.desk.round_tally import Tally
from kucoin.desk.rounds import Closed, Ended, Round
from kucoin.model.order import PositionSide
from kucoin.model.position import ClosedPosition, FundingPayment


class End:
    """A position that ended, by our fills, by the exchange's word, or by both: ``tally`` or ``row`` may be None."""

    __slots__ = ("_shown", "at", "row", "tally")

    def __init__(self, at: datetime, tally: Tally | None, row: ClosedPosition | None = None) -> None:
        self.at = at
        self.tally = tally
        self.row = row
        self._shown: Ended | None = None

    @property
    def shown(self) -> Ended:
        """What is to be said of it."""
        if self._shown is None:
            ours = None if self.tally is None else self.tally.round(self.at)
            closed = _compared(ours, self.row, self.tally)
            whole = ours is not None and ours.complete and not closed.missing
            self._shown = Ended(self.at, closed.net, whole, closed)
        return self._shown

    def matches(self, row: ClosedPosition) -> bool:
        """Whether a row could be about it, times apart."""
        return self.row is None and self.tally is not None and self.tally.is_long is is_long(row)

    def earned(self, row: ClosedPosition) -> bool:
        """Whether it earned just what a row says."""
        return self.tally is not None and self.tally.net == row.pnl

    def began(self, row: ClosedPosition, grace: timedelta) -> bool:
        """Whether it began when a row says so."""
        began = row.opened_at
        return self.tally is not None and began is not None and abs(self.tally.opened_at - began) <= grace

    def distance(self, row: ClosedPosition) -> timedelta:
        """How far its times and those of a row that `matches` lie apart."""
        apart = abs(self.at - row.closed_at)
        if row.opened_at is None or self.tally is None:
            return apart
        return apart + abs(self.tally.opened_at - row.opened_at)

    def is_piece(self, last: End, opened_at: datetime) -> bool:
        """Whether it may be an earlier piece of the position that ended with ``last`` and began at ``opened_at``."""
        if self.tally is None or last.tally is None or self is last:
            return False
        return self.tally.side == last.tally.side and self.tally.opened_at >= opened_at

    def show(self, row: ClosedPosition) -> None:
        """Set our figures against the exchange's."""
        self.row = row
        self._shown = None

    def fund(self, payment: FundingPayment) -> None:
        """Count a funding that was settled in the moment of the end."""
        if self.tally is not None:
            self.tally.fund(payment)
            self._shown = None

    def precede(self, piece: End) -> None:
        """Count what a piece of the same position did before, or in the same moment; nothing is left of the piece."""
        if self.tally is not None and piece.tally is not None:
            piece.tally.absorb(self.tally)
            self.tally, piece.tally = piece.tally, None
            self._shown = None


def is_long(row: ClosedPosition) -> bool:
    """Which way a position was held that the exchange says has ended."""
    if row.position_side is not None:
        return row.position_side is PositionSide.LONG
    return (row.kind or "").endswith("LONG")


def _compared(ours: Round | None, row: ClosedPosition | None, tally: Tally | None) -> Closed:
    """Set a round against the exchange's word for it."""
    if row is None or ours is None or tally is None:
        missing = "all of its fills are missing" if ours is None else ours.missing
        return Closed(ours, row, None, missing, row.roe if row else None, row.leverage if row else None)
    difference = ours.net - row.pnl if ours.complete else None
    roe = row.roe
    if roe is None and row.leverage and tally.opened_value and not ours.missing:
        roe = ours.net * row.leverage / tally.opened_value
    missing = ""
    if ours.missing:
        missing = tally.missing(ours.closed_at, row.opened_at)
    elif difference:
        missing = _unnamed(ours, row)
    return Closed(ours, row, difference, missing, roe, row.leverage)


def _unnamed(ours: Round, row: ClosedPosition) -> str:
    """Name by their amounts what the exchange counted and no size betrays."""
    parts = []
    if row.trade_fee is not None and (fees := row.trade_fee + ours.fees):
        parts.append(f"fills with {plain(fees.normalize())} {ours.settle_currency} of fees")
    if row.funding_fee is not None and (funding := row.funding_fee - ours.funding):
        parts.append(f"fundings of {plain(funding.normalize())} {ours.settle_currency}")
    return " and ".join(parts) + " are missing" if parts else ""
