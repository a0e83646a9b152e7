"""What the ledgers tell, as parts of the whole account: for pages that hide amounts.

Every amount becomes a fraction, and the currency `figures.SHARE`, so that whoever draws them has nothing else to know.
Six digits are kept, which is more than is shown and less than would tell the amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Context, Decimal
from typing import TypeVar

from kucoin.desk.pnl import Bucket, Report, SymbolSum
from kucoin.desk.rounds import Closed, Round
from kucoin.model.ledger import EquityPoint
from kucoin.model.position import ClosedPosition, FundingPayment
from kucoin.web import veil as veils
from kucoin.web.veil import Veil
from pages.widgets import figures, privacy

_SIX = Context(prec=6)
_MISSING = "Fills of it are missing."

UNTOLD = "**Hidden.** What this comes to of the whole account is not known now."
"""What stands in the place of a panel whose amounts have no shares, as Markdown."""

Amount = TypeVar("Amount", Decimal, Decimal | None)
Sum = TypeVar("Sum", Bucket, SymbolSum)


def words(text: str) -> str:
    """Return a sentence of others as it may be shown: without any amount while privacy is on."""
    return veils.BLIND.words(text) if privacy.on() else text


def named(veil: Veil | None, value: Decimal | None, unit: str, *, signed: bool = False) -> str:
    """Write a sum with its unit, or as a share: ``+1,204.55 USDT``, ``+0.82 %``."""
    return figures.named(value, unit, signed=signed) if veil is None else veil.share(value, unit, signed=signed)


def fraction(value: Amount) -> Amount:
    """Return a fraction with the digits that are kept."""
    return value if value is None else _SIX.plus(value)


def about(veil: Veil | None) -> str:
    """Return the same as long as the account is worth much the same: shares need not be written anew before."""
    return "" if veil is None else f"{veil.whole:.1e}" if veil.whole is not None else figures.UNKNOWN


class Part:
    """Writes amounts of one currency as fractions of the account.

    Args:
        one: Which part of the account one of the currency is.
    """

    def __init__(self, one: Decimal) -> None:
        self._one = one

    @classmethod
    def under(cls, veil: Veil, currency: str) -> Part | None:
        """Return what writes amounts of a currency; None where their share is not known."""
        one = veil.fraction(Decimal(1), currency)
        return one if one is None else cls(one)

    @property
    def about(self) -> str:
        """The same as long as shares come to much the same: what was written once need not be written anew."""
        return f"{self._one:.1e}"

    def of(self, value: Amount) -> Amount:
        """Return which part of the account an amount is; None stays None."""
        return value if value is None else _SIX.multiply(value, self._one)

    def report(self, found: Report) -> Report:
        """Return a report without its positions, which are many and seldom all looked at: see `closed`."""
        best = found.best and self.closed(found.best)
        worst = best if found.worst is found.best else found.worst and self.closed(found.worst)
        return replace(
            found,
            currency=figures.SHARE,
            **{name: self.of(getattr(found, name)) for name in ("price", "fees", "funding", "turnover")},
            average_win=self.of(found.average_win),
            average_loss=self.of(found.average_loss),
            best=best,
            worst=worst,
            days=self._sums(found.days),
            by_symbol=self._sums(found.by_symbol),
            positions=(),
        )

    def _sums(self, found: Iterable[Sum]) -> tuple[Sum, ...]:
        names = "price", "fees", "funding"
        return tuple(replace(each, **{name: self.of(getattr(each, name)) for name in names}) for each in found)

    def closed(self, position: Closed) -> Closed:
        """Return a closed position; its lots are none, for a page leaves them out."""
        return replace(
            position,
            round=position.round and self._round(position.round),
            exchange=position.exchange and self._exchange(position.exchange),
            difference=self.of(position.difference),
            missing=_MISSING if position.missing else "",
        )

    def _round(self, found: Round) -> Round:
        return replace(
            found,
            settle_currency=figures.SHARE,
            opened_lots=0,
            held_lots=0,
            price_pnl=self.of(found.price_pnl),
            fees=self.of(found.fees),
            funding=self.of(found.funding),
            missing=_MISSING if found.missing else "",
        )

    def _exchange(self, found: ClosedPosition) -> ClosedPosition:
        return replace(
            found,
            settle_currency=figures.SHARE,
            pnl=self.of(found.pnl),
            trade_fee=self.of(found.trade_fee),
            funding_fee=self.of(found.funding_fee),
        )

    def equity(self, points: Iterable[EquityPoint]) -> tuple[EquityPoint, ...]:
        """Return what an account was worth, over what everything is worth now."""
        return tuple(
            EquityPoint(figures.SHARE, self.of(each.equity), self.of(each.unrealised), each.at) for each in points
        )

    def payments(self, found: Iterable[FundingPayment]) -> tuple[FundingPayment, ...]:
        """Return fundings, for which nothing tells how much was held."""
        return tuple(
            replace(
                each,
                settle_currency=figures.SHARE,
                funding=self.of(each.funding),
                position_qty=None,
                position_cost=self.of(each.position_cost),
            )
            for each in found
        )
