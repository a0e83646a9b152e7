"""The books of one position while its fills come in: what it holds, cost, earned and paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from kucoin.decimals import ZERO
from kucoin.desk.rounds import Round
from kucoin.model.order import FuturesFill, Side
from kucoin.model.position import FundingPayment

_MONEY = Decimal("1E-10")  # KuCoin's samples carry ten decimals wherever a quotient had to be cut
_FORCED = frozenset({"liquid", "adl"})
_ENDING = _FORCED | {"settlement"}  # of a dated contract on its last day


@dataclass(frozen=True, slots=True)
class Gap:
    """Lots that moved in fills which the ledger lacks; ``after`` is None where that may have been before it began."""

    lots: int
    bought: bool
    after: datetime | None
    before: datetime


def portion(amount: Decimal, lots: int, whole: int) -> Decimal:
    """Return the part of ``amount`` that falls to ``lots`` of ``whole``: exact, or to ten decimals if it never ends."""
    product = amount * lots
    share = product / whole
    return share if share * whole == product else share.quantize(_MONEY, ROUND_HALF_UP)


def value_of(fill: FuturesFill, lots: int) -> Decimal:
    """Return what ``lots`` of ``fill`` are worth, in settlement currency, as the exchange reckons it."""
    if lots == fill.size:
        return fill.value
    if is_inverse(fill):
        return (lots / fill.price).quantize(_MONEY, ROUND_HALF_UP)
    return portion(fill.value, lots, fill.size)


def is_inverse(of: FuturesFill | FundingPayment) -> bool:
    """Say whether a contract settles in its base coin, with whose name its symbol begins: XBTUSDM in XBT."""
    return of.symbol.startswith(of.settle_currency)


class Tally:
    """One position from flat to flat.

    Lots that the ledger lacks are counted as soon as something tells of them, so that the size stays right: the
    exchange says of every fill how much of its fee was for closing, and of every funding how many lots it was paid on.

    Attributes:
        held: Lots whose cost is known.
        strange: Lots held that no fill of the ledger has opened.
        sure_at: The last moment when the ledger was seen to have all fills; None where it may have begun later.
        loose: More lots may turn up that no fill of the ledger has opened.
    """

    __slots__ = (
        "_closed",
        "_closed_weight",
        "_cost",
        "_fees",
        "_fills",
        "_funding",
        "_gaps",
        "_liquidated",
        "_mode",
        "_opened",
        "_opened_at",
        "_opened_weight",
        "_price_pnl",
        "complete",
        "currency",
        "held",
        "inverse",
        "is_long",
        "loose",
        "opened_value",
        "side",
        "strange",
        "sure_at",
        "symbol",
    )

    def __init__(
        self, first: FuturesFill | FundingPayment, side: str, *, is_long: bool, sure_at: datetime | None, complete: bool
    ) -> None:
        """Begin a position with ``first``, which is not counted yet."""
        self.symbol = first.symbol
        self.currency = first.settle_currency
        self.side = side
        self.is_long = is_long
        self.inverse = is_inverse(first)
        self.sure_at = sure_at
        self.complete = complete
        self.loose = False
        self.held = self.strange = 0
        self.opened_value = ZERO
        self._mode = first.margin_mode
        self._opened_at = first.at
        self._cost = self._opened_weight = self._closed_weight = ZERO
        self._opened = self._closed = self._fills = 0
        self._price_pnl = self._fees = self._funding = ZERO
        self._liquidated = False
        self._gaps: list[Gap] = []

    @property
    def lots(self) -> int:
        """All that is held."""
        return self.held + self.strange

    @property
    def net(self) -> Decimal:
        """What it earned so far, after fees and funding."""
        return self._price_pnl + self._fees + self._funding

    @property
    def opened_at(self) -> datetime:
        """When the first that the ledger knows of it happened."""
        return self._opened_at

    def open(self, fill: FuturesFill, lots: int, value: Decimal, fee: Decimal) -> None:
        """Add ``lots`` of ``fill``; its ``fee`` is positive when paid."""
        self.held += lots
        self._cost += value
        self._opened += lots
        self.opened_value += value
        self._opened_weight += value if self.inverse else lots * fill.price
        self._count(fill, fee)

    def close(self, fill: FuturesFill, lots: int, value: Decimal, fee: Decimal) -> Decimal:
        """Take ``lots`` of ``fill`` out, those of known cost first; return what they earned before fees.

        The cost of a part of the position is rounded to ten decimals; when the rest is closed, nothing is left over.
        """
        known = min(lots, self.held)
        self._closed += lots
        self._closed_weight += value if self.inverse else lots * fill.price
        self.strange -= lots - known
        self._count(fill, fee)
        if not known:
            return ZERO
        cost = self._release(known)
        proceeds = value if known == lots else value_of(fill, known)
        earned = proceeds - cost if self.is_long is not self.inverse else cost - proceeds
        self._price_pnl += earned
        return earned

    def fund(self, payment: FundingPayment) -> None:
        """Count a funding."""
        self._funding += payment.funding

    def find(self, lots: int, before: datetime, *, all_of_them: bool) -> None:
        """Hold ``lots`` that were opened at some time before ``before`` by fills which the ledger lacks."""
        self._gaps.append(Gap(lots, self.is_long, self.sure_at, before))
        self.strange += lots
        self._opened += lots
        self.loose = not all_of_them

    def lose(self, lots: int, before: datetime) -> None:
        """Hold ``lots`` less, which were closed at some time before ``before`` by fills which the ledger lacks."""
        self._gaps.append(Gap(lots, not self.is_long, self.sure_at, before))
        strange = min(lots, self.strange)
        self.strange -= strange
        if strange < lots:
            self._release(lots - strange)

    def absorb(self, later: Tally) -> None:
        """Take in what came after this and was, as the exchange says, the same position."""
        self._opened += later._opened
        self._closed += later._closed
        self._opened_weight += later._opened_weight
        self._closed_weight += later._closed_weight
        self.opened_value += later.opened_value
        self._price_pnl += later._price_pnl
        self._fees += later._fees
        self._funding += later._funding
        self._fills += later._fills
        self._liquidated = self._liquidated or later._liquidated
        self._gaps += later._gaps

    def round(self, closed_at: datetime | None) -> Round:
        """Return the position as it stands, or as it ended."""
        return Round(
            symbol=self.symbol,
            settle_currency=self.currency,
            position_side=self.side,
            is_long=self.is_long,
            margin_mode=self._mode,
            opened_at=self._opened_at,
            closed_at=closed_at,
            opened_lots=self._opened,
            held_lots=self.held + self.strange,
            entry=self._average(self._opened, self._opened_weight) if self.complete and not self._gaps else None,
            exit=self._average(self._closed, self._closed_weight),
            price_pnl=self._price_pnl,
            fees=self._fees,
            funding=self._funding,
            fills=self._fills,
            liquidated=self._liquidated,
            complete=self.complete,
            missing=self.missing(closed_at) if self._gaps else "",
        )

    def missing(self, closed_at: datetime | None, opened_at: datetime | None = None) -> str:
        """Name the fills that the ledger lacks; ``opened_at`` is when the exchange says that it began."""
        return _in_words(self._gaps, closed_at, opened_at)

    def _count(self, fill: FuturesFill, fee: Decimal) -> None:
        self._fees -= fee
        self._fills += 1
        if fill.kind in _FORCED:
            self._liquidated = True

    def _release(self, lots: int) -> Decimal:
        """Let ``lots`` of known cost go; return what they cost."""
        cost = self._cost
        if lots != self.held:
            cost = (cost * lots / self.held).quantize(_MONEY, ROUND_HALF_UP)
        self.held -= lots
        self._cost -= cost
        return cost

    def _average(self, lots: int, weight: Decimal) -> Decimal | None:
        if not lots or not weight:
            return None
        return lots / weight if self.inverse else weight / lots


def said_to_close(fill: FuturesFill, side: str, ours: int) -> int:
    """Return how many lots of ``fill`` close something by the fill's own word; ``ours`` where it is mute or agrees.

    In hedge mode the side tells. In one-way mode the split of the fee does, where there is a fee: a part of it is for
    a part of the lots. A share of nothing may still be for a few lots, since fees are cut to eight decimals. What the
    exchange does by itself closes, whatever it costs.
    """
    if side != "BOTH":
        return fill.size if (side == "LONG") is (fill.side is Side.SELL) else 0
    if fill.kind in _ENDING:
        return fill.size
    if not fill.fee or fill.close_fee is None:
        return ours
    if ours in (0, fill.size) and fill.close_fee == (fill.fee if ours else ZERO):
        return ours
    least = 1 if fill.close_fee else 0
    most = fill.size if fill.close_fee == fill.fee else fill.size - 1
    if least <= ours <= most and abs(fill.close_fee * fill.size - fill.fee * ours) <= _FEE_CUT * fill.size:
        return ours
    share = fill.close_fee * fill.size / fill.fee
    return max(least, min(int(share.to_integral_value(ROUND_HALF_UP)), most))


_FEE_CUT = Decimal("2E-8")  # KuCoin cuts fees to eight decimals


def _in_words(gaps: list[Gap], ended: datetime | None, began: datetime | None) -> str:
    """Name the lots of each direction that are missing; all of a direction may have moved at once."""
    words = []
    for bought in (True, False):
        some = [gap for gap in gaps if gap.bought is bought]
        if some:
            before = max(gap.before for gap in some)
            known = [gap.after for gap in some if gap.after is not None]
            after = min(known) if len(known) == len(some) else began
            when = _when(after if after is None or after < before else None, before, ended or before)
            lots = sum(gap.lots for gap in some)
            moved = "bought" if bought else "sold"
            words.append(f"1 lot {moved} {when} is" if lots == 1 else f"{lots:,} lots {moved} {when} are")
    return " and ".join(f"{one} missing" for one in words)


def _when(after: datetime | None, before: datetime, day: datetime) -> str:
    """Return a span in words, with as much of the dates and the seconds as it takes."""
    same_day = all(moment.date() == day.date() for moment in (after or before, before))
    near = after is not None and before - after < timedelta(minutes=1)
    form = ("" if same_day else "%Y-%m-%d ") + ("%H:%M:%S" if near else "%H:%M")
    if after is None:
        return f"before {before.strftime(form)} UTC"
    if after.strftime(form) == before.strftime(form):
        return f"at {before.strftime(form)} UTC"
    return f"between {after.strftime(form)} and {before.strftime(form)} UTC"
