"""What was paid for what is held: the average cost of an asset by the account's own trades, fees included. Pure.

The trades explain a holding where, followed back from it, they come to nothing held: all of it was bought since then.
What came as a deposit or a reward has no price that the account paid, so such a holding has no cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from typing import NamedTuple

from kucoin.decimals import ONE, ZERO
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Side

_RATIOS = Context(prec=28)  # an average is rounded once

Price = Callable[[str, datetime], Decimal | None]
"""What one of a currency cost in USDT at a moment, None where nothing says so."""


class Trade(NamedTuple):
    """What a fill did to one currency.

    Attributes:
        change: Of the amount held, fees in the currency itself taken off.
        paid: The amounts that were given for it, by currency, fees among them; nothing where it was sold.
    """

    at: datetime
    change: Decimal
    paid: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a holding cost, in USDT; None where that is not known, and ``why`` then says why, as a sentence."""

    cost: Decimal | None
    why: str = ""


def trades(fill: LedgerFill) -> Iterator[tuple[str, Trade]]:
    """Yield what a spot or margin fill did to each currency that it changed; nothing where not all of it is known."""
    if fill.funds is None or fill.fee is None:
        return
    base, _, quote = fill.symbol.rpartition("-")
    bought = fill.side is Side.BUY
    given = (quote, fill.funds) if bought else (base, fill.size)
    changes = {base: fill.size, quote: -fill.funds} if bought else {base: -fill.size, quote: fill.funds}
    fee, currency = fill.fee, fill.fee_currency or quote
    if fee:
        changes[currency] = changes.get(currency, ZERO) - fee
    got = base if bought else quote
    for each, change in changes.items():
        paid: tuple[tuple[str, Decimal], ...] = ()
        if each == got:
            paid = (given, (currency, fee)) if fee and currency != got else (given,)
        yield each, Trade(fill.at, change, paid)


def explain(
    currency: str, held: Decimal, past: Sequence[Trade], *, dust: Decimal, since: datetime | None, price: Price
) -> Basis:
    """Return what ``held`` of a currency cost.

    Args:
        held: The amount, net of debt.
        past: Its trades, oldest first.
        dust: How much of it may remain unexplained.
        since: The trades are complete from here on; None where nothing is known yet.
        price: What currencies cost that were paid with.
    """
    if held <= 0:
        return Basis(None, f"More {currency} is owed than held." if held else f"No {currency} is held.")
    if since is None:
        return Basis(None, "The trades of this account are being read.")
    first = _begin(held, dust, past)
    if first is None or past[first].at < since:
        return Basis(None, _unexplained(currency, past, since))
    return _averaged(past[first:], price)


def _begin(held: Decimal, dust: Decimal, past: Sequence[Trade]) -> int | None:
    """Return the number of the trade before which nothing was held, None where there is no such one."""
    for number in range(len(past) - 1, -1, -1):
        held -= past[number].change
        if abs(held) <= dust:
            return number
        if held < 0:
            return None
    return None


def _averaged(past: Sequence[Trade], price: Price) -> Basis:
    """Return the cost of what ``past`` leaves, at the average of what was paid for it."""
    amount, cost = ZERO, ZERO
    for trade in past:
        if not trade.paid:
            left = amount + trade.change
            cost = _RATIOS.divide(_RATIOS.multiply(cost, max(left, ZERO)), amount) if amount > 0 else ZERO
            amount = left
            continue
        amount += trade.change
        for paid, of in trade.paid:
            rate = ONE if paid == "USDT" else price(paid, trade.at)
            if rate is None:
                day = f"{trade.at.day} {trade.at:%b %Y}"
                return Basis(None, f"Some of it was paid for in {paid} on {day}, whose price then was not noted.")
            cost = _RATIOS.add(cost, _RATIOS.multiply(of, rate))
    return Basis(cost)


def _unexplained(currency: str, past: Sequence[Trade], since: datetime) -> str:
    day = f"{since.day} {since:%b %Y}"
    if not past:
        return f"No {currency} was traded since {day}, from when on trades are known: it came otherwise."
    return (
        f"The trades since {day} do not explain all of it: some {currency} came or went as a deposit, withdrawal, "
        "interest or reward, or earlier."
    )
