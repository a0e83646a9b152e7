"""The positions of one contract, told in order of time: fills, fundings, and the exchange's word that one has ended.

Nothing here decides what is true by itself. What the fills say goes, unless the exchange says otherwise: by the split
of a fill's fee, by the size that a funding was paid on, or by a position in its history. What does not fit is counted
as lots that the ledger lacks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.desk.round_end import End, is_long
from kucoin.desk.round_tally import Tally, portion, said_to_close, value_of
from kucoin.desk.rounds import Realised, Round
from kucoin.model.order import FuturesFill, PositionSide, Side
from kucoin.model.position import ClosedPosition, FundingPayment

GRACE = timedelta(seconds=1)  # how far the exchange's times of one event may lie apart
_LATE = timedelta(seconds=10)  # how much later than its last fill the exchange may say that a position has ended


@dataclass(slots=True)
class Line:
    """One of a contract's positions: BOTH, LONG or SHORT."""

    side: str
    now: Tally | None = None
    last: End | None = None
    flat_at: datetime | None = None
    touched_at: datetime | None = None

    @property
    def fresh(self) -> bool:
        """Whether the ledger has nothing about it yet."""
        return self.touched_at is None and self.flat_at is None


class Track:
    """The positions of one contract.

    Attributes:
        ends: Those that ended, in order of time.
        realised: What was realised, in order of time. It only grows.
        until: What happened up to here has been judged: a later event from before needs a new track. None at first.
    """

    def __init__(self) -> None:
        self.ends: list[End] = []
        self.realised: list[Realised] = []
        self.until: datetime | None = None
        self._lines: dict[PositionSide, Line] = {}
        self._rows: list[ClosedPosition] = []  # that wait for their closing fill
        self._payments: list[FundingPayment] = []  # that wait for the size that they were paid on

    def open_rounds(self) -> list[Round]:
        """Return what is held."""
        return [line.now.round(None) for line in self._lines.values() if line.now is not None]

    def fill(self, fill: FuturesFill) -> None:
        """Take the next fill."""
        line = self._line(fill.position_side)
        if self._payments:
            self._judge_payments(fill.at)
        if self._rows:
            self._judge_rows(fill, line)
        buys = fill.side is Side.BUY
        tally = line.now
        ours = min(fill.size, tally.lots) if tally is not None and tally.is_long is not buys else 0
        closes = said_to_close(fill, line.side, ours)
        if closes != ours:
            self._mend(line, fill, closes)
        line.touched_at = fill.at
        if closes == 0:
            self._open(line, fill, fill.size, fill.value, fill.fee)
        elif closes == fill.size:
            self._close(line, fill, closes, fill.value, fill.fee)
        else:
            value = value_of(fill, closes)
            fee = portion(fill.fee, closes, fill.size) if fill.close_fee is None else fill.close_fee
            self._close(line, fill, closes, value, fee)
            self._open(line, fill, fill.size - closes, fill.value - value, fill.fee - fee)
        for payment in self._payments[:]:
            if self._paid_on(payment) is line and _fits(line, payment):
                self._payments.remove(payment)
                self._fund(line, payment)

    def payment(self, payment: FundingPayment) -> None:
        """Take the next funding. It may be that of a fill which is told later but happened before."""
        self._pass(payment.at)
        line = self._paid_on(payment)
        if not payment.position_qty or _fits(line, payment):
            self._fund(line, payment)
        else:
            self._payments.append(payment)

    def row(self, row: ClosedPosition) -> None:
        """Take the exchange's word that a position has ended."""
        self._pass(row.closed_at)
        if self.match(row):
            return
        if any(_may_end(line.now, row) for line in self._lines.values()):
            self._rows.append(row)
        else:
            self._put(End(row.closed_at, None, row))

    def match(self, row: ClosedPosition, *, late: bool = False) -> bool:
        """Set a row against the round that it is about, and say whether there is one.

        That is one that earned just what the row says; else the one that ended when it says so, or began then. Of a row
        that is told ``late``, after what came later, only the first is sure to be what it would have been in time.
        """
        recent = row.closed_at - _LATE
        begins = recent if row.opened_at is None else min(recent, row.opened_at)
        ends = row.closed_at + (timedelta(milliseconds=1) if late else GRACE)
        first, after = (bisect_left(self.ends, at, key=_time) for at in (begins, ends))
        free = [end for end in self.ends[first:after] if end.matches(row)]
        found = [end for end in free if end.earned(row)]
        if not found and not late:
            near = [end for end in free if end.at >= recent]
            found = near or [end for end in free if end.began(row, GRACE)]
        if not found:
            return False
        nearest = min(found, key=lambda end: end.distance(row))
        nearest.show(row)
        if not nearest.earned(row):
            self._join(nearest, row)
        return True

    def _join(self, last: End, row: ClosedPosition) -> None:
        """Take for one position what the exchange says was one, and what fell apart since fills are missing."""
        if row.opened_at is None:
            return
        first, after = bisect_left(self.ends, row.opened_at, key=_time), bisect_right(self.ends, last.at, key=_time)
        pieces = [end for end in self.ends[first:after] if end.matches(row) and end.is_piece(last, row.opened_at)]
        for piece in reversed(pieces):
            self.ends.remove(piece)
            last.precede(piece)

    def settle(self) -> None:
        """Judge what waits for an event that may never come."""
        waits = [*(row.closed_at for row in self._rows), *(payment.at for payment in self._payments)]
        if waits:
            until = max(waits) + GRACE
            self.until = until if self.until is None else max(self.until, until)
            self._judge_payments(until)
            for row in self._rows[:]:
                self._enforce(row)

    # One position ---------------------------------------------------------------------------------------------

    def _line(self, side: PositionSide | None) -> Line:
        name = side or PositionSide.BOTH
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = Line(name.value)
        return line

    def _paid_on(self, payment: FundingPayment) -> Line:
        """The position that a funding is about. One that names no side is about that which it fits best."""
        if payment.position_side is not None or not self._lines:
            return self._line(payment.position_side)
        up = (payment.position_qty or 0) > 0
        return max(
            self._lines.values(),
            key=lambda line: (
                _fits(line, payment),
                line.now is not None and line.now.is_long is up,
                line.now is not None,
            ),
        )

    def _open(self, line: Line, fill: FuturesFill, lots: int, value: Decimal, fee: Decimal) -> None:
        tally = line.now
        if tally is None:
            tally = line.now = Tally(fill, line.side, is_long=fill.side is Side.BUY, sure_at=fill.at, complete=True)
        tally.open(fill, lots, value, fee)
        self.realised.append(Realised(fill.at, fill.symbol, fill.settle_currency, line.side, ZERO, -fee, ZERO, value))

    def _close(self, line: Line, fill: FuturesFill, lots: int, value: Decimal, fee: Decimal) -> None:
        tally = line.now
        if tally is None:
            raise ValueError(f"{fill.symbol}: fill {fill.trade_id} closes what is not there")
        unpriced = lots if tally.strange else 0  # a lot costs what all have cost on average
        earned = tally.close(fill, lots, value, fee)
        name = fill.trade_id, fill.order_id
        self.realised.append(
            Realised(fill.at, fill.symbol, fill.settle_currency, line.side, earned, -fee, ZERO, value, unpriced, name)
        )
        if not tally.lots:
            self._end(line, fill.at)

    def _fund(self, line: Line, payment: FundingPayment) -> None:
        if line.now is not None:
            line.now.fund(payment)
        elif line.last is not None and payment.at - line.last.at <= GRACE:
            line.last.fund(payment)
        self.realised.append(
            Realised(payment.at, payment.symbol, payment.settle_currency, line.side, ZERO, ZERO, payment.funding, ZERO)
        )

    def _end(self, line: Line, at: datetime, row: ClosedPosition | None = None) -> None:
        """Let a position be over, as ``row`` says, or set it against the exchange's word that is there already."""
        tally = line.now
        if tally is None:
            return
        line.now, line.flat_at = None, at
        line.last = End(at, tally, row)
        self._put(line.last)
        for told in [one for one in self._rows if line.last.matches(one)] if self._rows else ():
            if abs(told.closed_at - at) <= GRACE:
                self._rows.remove(told)
                line.last.show(told)
                return

    def _put(self, end: End) -> None:
        if self.ends and end.at < self.ends[-1].at:
            insort(self.ends, end, key=_time)
        else:
            self.ends.append(end)

    # What does not fit ----------------------------------------------------------------------------------------

    def _mend(self, line: Line, fill: FuturesFill, closes: int) -> None:
        """Let the position have the lots that ``fill`` closes, since it says so."""
        is_long = fill.side is Side.SELL
        tally = line.now
        if tally is not None and closes and tally.is_long is not is_long:
            self._lose(line, 0, fill.at)
            tally = None
        if tally is None:
            tally = self._reopen(line, is_long=is_long) or self._begin(line, fill, is_long=is_long)
        if closes > tally.lots:
            tally.find(closes - tally.lots, fill.at, all_of_them=closes < fill.size)
        else:
            self._lose(line, closes, fill.at)

    def _lose(self, line: Line, left: int, at: datetime, row: ClosedPosition | None = None) -> None:
        """Leave ``left`` lots of the position; none where ``row`` says so."""
        tally = line.now
        if tally is None:
            return
        lost = tally.lots - left
        tally.lose(lost, at)
        seen = max(at, self.realised[-1].at) if self.realised else at
        self.realised.append(Realised(seen, tally.symbol, tally.currency, line.side, ZERO, ZERO, ZERO, ZERO, lost))
        if not left:
            self._end(line, at, row)

    def _begin(self, line: Line, first: FuturesFill | FundingPayment, *, is_long: bool) -> Tally:
        """Begin a position that the ledger did not see opened."""
        sure_at = None if line.fresh else line.flat_at
        line.now = Tally(first, line.side, is_long=is_long, sure_at=sure_at, complete=not line.fresh)
        return line.now

    def _reopen(self, line: Line, *, is_long: bool) -> Tally | None:
        """Take back that a position was over when that was no more than a guess."""
        last = line.last
        if last is None or last.tally is None or last.row is not None:
            return None
        if not last.tally.loose or last.tally.is_long is not is_long:
            return None
        self.ends.remove(last)
        line.now, line.last = last.tally, None
        return line.now

    def _pass(self, now: datetime) -> None:
        """Judge what waited for something that would have come by now."""
        self._judge_payments(now)
        for row in [row for row in self._rows if row.closed_at + GRACE < now]:
            self._enforce(row)

    def _judge_payments(self, now: datetime) -> None:
        """Believe fundings whose size no fill has explained by now."""
        for payment in [one for one in self._payments if one.at + GRACE <= now]:
            self._payments.remove(payment)
            for row in [row for row in self._rows if row.closed_at + GRACE < payment.at]:
                self._enforce(row)
            line = self._paid_on(payment)
            if line.touched_at is None or line.touched_at < payment.at - GRACE:
                self._resize(line, payment)
            self._fund(line, payment)

    def _resize(self, line: Line, payment: FundingPayment) -> None:
        """Let the position have the lots that ``payment`` was paid on."""
        qty = payment.position_qty or 0
        is_long = qty > 0 if line.side == PositionSide.BOTH else line.side == PositionSide.LONG
        if line.now is not None and line.now.is_long is not is_long:
            self._lose(line, 0, payment.at)
        tally = line.now or self._begin(line, payment, is_long=is_long)
        if abs(qty) > tally.lots:
            tally.find(abs(qty) - tally.lots, payment.at, all_of_them=True)
        else:
            self._lose(line, abs(qty), payment.at)

    def _judge_rows(self, fill: FuturesFill, line: Line) -> None:
        """Believe rows whose closing fill has not come and is not ``fill``."""
        for row in self._rows[:]:
            opens = _may_end(line.now, row) and not said_to_close(fill, line.side, _against(line, fill))
            if fill.at > row.closed_at + GRACE or opens:
                self._enforce(row)

    def _enforce(self, row: ClosedPosition) -> None:
        """End the position that ``row`` says has ended, unless something has meanwhile."""
        if row not in self._rows:
            return
        self._rows.remove(row)
        for line in self._lines.values():
            if line.now is not None and _may_end(line.now, row):
                self._lose(line, 0, row.closed_at, row)
                return
        self._put(End(row.closed_at, None, row))


def _time(end: End) -> datetime:
    return end.at


def _against(line: Line, fill: FuturesFill) -> int:
    """How many lots ``fill`` would close by our count."""
    tally = line.now
    if tally is None or tally.is_long is (fill.side is Side.BUY):
        return 0
    return min(fill.size, tally.lots)


def _fits(line: Line, payment: FundingPayment) -> bool:
    """Whether a funding was paid on what is held."""
    tally, qty = line.now, payment.position_qty
    if tally is None or not qty:
        return False
    return tally.lots == abs(qty) and (line.side != PositionSide.BOTH or tally.is_long is (qty > 0))


def _may_end(tally: Tally | None, row: ClosedPosition) -> bool:
    """Whether an open position could be the one that a row says has ended."""
    return tally is not None and tally.is_long is is_long(row) and tally.opened_at <= row.closed_at
