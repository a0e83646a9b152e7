"""What would come of a spot or margin ticket. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kucoin.decimals import ONE, ZERO
from kucoin.desk.faults import said
from kucoin.desk.preview import Taking
from kucoin.desk.preview_trigger import waits_for
from kucoin.desk.preview_walk import Figures, Plan, Reach, Sight, Unknown, reach
from kucoin.desk.terms import Terms
from kucoin.desk.ticket_rules import Sizes, sizes
from kucoin.model.feed import Level
from kucoin.model.market import SpotSymbol
from kucoin.model.order import FeeRate, NewOrder, Side, TradeType
from kucoin.model.ticket import SpotTicket


@dataclass(frozen=True)
class _Case:
    """A ticket and what the book makes of it."""

    ticket: SpotTicket
    terms: Terms
    pair: SpotSymbol
    found: Reach

    @property
    def order(self) -> NewOrder:
        """What is asked for."""
        return self.ticket.order

    @property
    def buys(self) -> bool:
        """Which way it goes."""
        return self.order.side is Side.BUY

    @property
    def pays(self) -> str:
        """The currency it spends."""
        return self.pair.quote_currency if self.buys else self.pair.base_currency

    @property
    def gets(self) -> str:
        """The currency it brings."""
        return self.pair.base_currency if self.buys else self.pair.quote_currency


def spot(ticket: SpotTicket, terms: Terms, sight: Sight) -> tuple[Figures, Reach | None]:
    """Work out the figures of a preview, and what the book makes of the order; None where nothing would be sent."""
    figures, pair = Figures(), terms.pair
    order = ticket.order
    if pair is None:
        figures.known["problem"] = f"The rules of {ticket.symbol} are not read yet."
        return figures, None
    if order.size is None and order.funds is None:
        figures.known["problem"] = "No size is chosen yet."
        return figures, None
    case = _Case(ticket, terms, pair, reach(_plan(ticket, terms, pair), sight.book))
    figures.known |= {
        "cost_currency": case.pays,
        "gets_currency": case.gets,
        "fee_currency": pair.fee_currency,
    }
    figures.tell(lambda: _sizes(case), "sizes")
    figures.tell(lambda: _available(case), "available_before")
    if case.found.problem is None:
        figures.tell(lambda: case.found.priced(_paid(case)), "average", "slippage", "slippage_ratio")
        figures.tell(lambda: _fees(case), "fee", "fee_rate", "liquidity")
        figures.tell(lambda: _cost(case, figures), "cost")
        figures.tell(lambda: _brought(case, figures), "gets")
        if ticket.auto_borrow:
            figures.tell(lambda: _borrow(case, figures), "borrow")
        figures.tell(lambda: _left(case, figures), "available_after")
    return figures, case.found


def _plan(ticket: SpotTicket, terms: Terms, pair: SpotSymbol) -> Plan:
    order = ticket.order
    return Plan(
        side=order.side,
        price=order.price,
        size=order.size,
        funds=order.funds,
        lot=pair.base_increment,
        guard=pair.price_limit_rate,
        trigger=waits_for(ticket, terms),
        time_in_force=order.time_in_force,
        post_only=order.post_only,
        rests=ticket.oco is not None,
    )


def _sizes(case: _Case) -> Sizes:
    size = case.order.size if case.order.size is not None else case.found.filled
    price = case.order.price or _paid(case) or case.found.best
    if case.order.size is None and not size:
        return Sizes(None, None, case.order.funds)
    return sizes(size, price, case.terms)


def _paid(case: _Case) -> Decimal | None:
    """The average price of what fills at once."""
    return _worth(case.found.fills) / case.found.filled if case.found.filled else None


def _worth(fills: Iterable[Level]) -> Decimal:
    return sum((price * size for price, size in fills), ZERO)


def _size(fills: Iterable[Level]) -> Decimal:
    return sum((size for _, size in fills), ZERO)


def _rates(case: _Case) -> FeeRate:
    if case.terms.fee is None:
        raise Unknown(case.terms.problems.get("fee") or "Your own fee rate is not read yet.")
    return case.terms.fee


def _fees(case: _Case) -> tuple[Decimal, Decimal, Taking]:
    """Return the fee of all that can fill, the rate, and which one it is."""
    case.found.known()
    rates = _rates(case)
    counted = _worth if case.pair.fee_currency == case.pair.quote_currency else _size
    fee = counted(case.found.fills) * rates.taker + counted(case.found.resting) * rates.maker
    kind = case.found.taking
    return fee, rates.maker if kind is Taking.MAKER else rates.taker, kind


def _fee_in(case: _Case, figures: Figures, currency: str) -> Decimal:
    """The part of the fee that is taken in ``currency``."""
    if case.pair.fee_currency != currency:
        return ZERO
    fee: Decimal | None = figures.known.get("fee")
    if fee is None:
        raise Unknown(figures.reasons["fee"])
    return fee


def _cost(case: _Case, figures: Figures) -> Decimal:
    """What leaves the account that pays."""
    case.found.known()
    return (_worth if case.buys else _size)(case.found.all) + _fee_in(case, figures, case.pays)


def _brought(case: _Case, figures: Figures) -> Decimal:
    """What comes in."""
    case.found.known()
    return (_size if case.buys else _worth)(case.found.all) - _fee_in(case, figures, case.gets)


def _available(case: _Case) -> Decimal:
    account = case.ticket.trade_type
    free = case.terms.available.get((account, case.pays))
    if free is None:
        words = "spot" if account is TradeType.TRADE else "margin"
        raise Unknown(case.terms.problems.get("balances") or f"The {words} account is not read yet.")
    return free


def _borrow(case: _Case, figures: Figures) -> Decimal:
    """What is missing of what the exchange freezes for the order."""
    case.found.known()
    free: Decimal | None = figures.known.get("available_before")
    if free is None:
        raise Unknown(figures.reasons["available_before"])
    return max(ZERO, _frozen(case) - free)


def _frozen(case: _Case) -> Decimal:
    """What the exchange freezes: a limit order all at its own price, another what it finds; and the dearer fee."""
    size, price = case.order.size, case.order.price
    if price is not None and size is not None:
        amount = size * price if case.buys else size
    elif case.buys and case.order.funds is not None:
        amount = case.order.funds
    else:
        amount = _worth(case.found.fills) if case.buys else _size(case.found.fills)
    if case.pair.fee_currency != case.pays:
        return amount
    rates = _rates(case)
    return amount * (ONE + max(rates.taker, rates.maker))


def _left(case: _Case, figures: Figures) -> Decimal:
    """What may be used after; what was borrowed came in before."""
    known = figures.known
    for name in ("available_before", "cost", *(("borrow",) if case.ticket.auto_borrow else ())):
        if name not in known:
            raise Unknown(figures.reasons[name])
    left: Decimal = known["available_before"] + known.get("borrow", ZERO) - known["cost"]
    if left < ZERO:
        raise Unknown(f"{said(-left)} {case.pays} are missing.")
    return left
