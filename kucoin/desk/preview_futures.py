"""What would come of a futures ticket. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kucoin.decimals import ZERO
from kucoin.desk import positions
from kucoin.desk.faults import said
from kucoin.desk.margins import Group, Held
from kucoin.desk.preview import Taking, Worst
from kucoin.desk.preview_position import Change, before, worth
from kucoin.desk.preview_trigger import waits_for
from kucoin.desk.preview_walk import Figures, Plan, Reach, Sight, Unknown, reach, split
from kucoin.desk.terms import Terms
from kucoin.desk.ticket_rules import Sizes, sizes
from kucoin.model.lots import price_of
from kucoin.model.market import Contract
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, PositionSide, Side
from kucoin.model.ticket import FuturesTicket

_CLOSES = {(PositionSide.LONG, Side.SELL), (PositionSide.SHORT, Side.BUY)}
_AFTER = ("position_after", "liquidation", "margin", "cost", "available_after")
_UNREAD = "The open positions are not read yet."


class _Aim(NamedTuple):
    """What an order comes to beside the position it meets: how many lots, and how many of them close."""

    side: Side
    size: int
    closable: int
    only_closes: bool


@dataclass(frozen=True)
class _Case:
    """A ticket, what the book makes of it, and the position that it meets."""

    ticket: FuturesTicket
    terms: Terms
    contract: Contract
    sight: Sight
    held: Held | None
    aim: _Aim
    found: Reach

    @property
    def order(self) -> NewFuturesOrder:
        """What is asked for."""
        return self.ticket.order


def futures(ticket: FuturesTicket, terms: Terms, sight: Sight) -> tuple[Figures, Reach | None]:
    """Work out the figures of a preview, and what the book makes of the order; None where nothing would be sent."""
    figures = Figures()
    contract, group = terms.contract, sight.group
    if contract is None:
        figures.known["problem"] = f"The rules of {ticket.symbol} are not read yet."
        return figures, None
    figures.known |= {"cost_currency": contract.settle_currency, "fee_currency": contract.settle_currency}
    held = _held(ticket.order, sight)
    aim = _aim(ticket.order, held, known=group is not None)
    if isinstance(aim, str):
        waits = ticket.order.stop is not None and not ticket.order.close_order  # maybe for its position as well
        figures.known |= {"notes": (aim,)} if waits else {"problem": aim}
        return figures, None
    found = reach(_plan(ticket, terms, aim), sight.book)
    case = _Case(ticket, terms, contract, sight, held, aim, found)
    figures.tell(lambda: _sizes(case), "sizes")
    figures.tell(lambda: _available(case), "available_before")
    if found.problem is None:
        figures.tell(lambda: found.priced(_paid(case)), "average", "slippage", "slippage_ratio")
        figures.tell(lambda: _fees(case), "fee", "fee_rate", "liquidity")
    _consequences(case, figures)
    return figures, found


def _consequences(case: _Case, figures: Figures) -> None:
    """Tell what becomes of position and account."""
    group = case.sight.group
    if group is None:
        figures.reasons |= dict.fromkeys(("position_before", *_AFTER), _UNREAD)
        return
    figures.known["liquidation_before"] = group.liquidation(case.held) if case.held else None
    figures.known["position_before"] = before(case.held)
    if case.found.problem is not None:
        return
    try:
        change = _change(case, group, figures)
    except Unknown as why:
        figures.reasons |= dict.fromkeys(_AFTER, str(why))
        return
    figures.tell(lambda: change.after, "position_after")
    figures.tell(change.liquidation, "liquidation")
    figures.tell(lambda: change.margin, "margin")
    figures.tell(lambda: change.cost, "cost")
    figures.tell(lambda: _left(case, figures), "available_after")
    figures.tell(lambda: _distance(figures, change), "distance")
    figures.tell(lambda: _worst(case, change), "worst")


def _held(order: NewFuturesOrder, sight: Sight) -> Held | None:
    rows = sight.group.held if sight.group else ()
    mine = (each for each in rows if each.position.symbol == order.symbol)
    return next((each for each in mine if each.position.position_side == order.position_side), None)


def _aim(order: NewFuturesOrder, held: Held | None, *, known: bool) -> _Aim | str:
    """What the order comes to; in words why to nothing."""
    has = held.position.current_qty if held else 0
    closes = order.close_order or order.reduce_only or (order.position_side, order.side) in _CLOSES
    if closes and not known:
        return _UNREAD
    if order.close_order:
        side = Side.SELL if has > 0 else Side.BUY
        return _Aim(side, abs(has), abs(has), only_closes=True) if has else "There is no position to close."
    if order.side is None or order.size is None:
        return "Side and size are not chosen yet."
    closable = abs(has) if (has > 0) is (order.side is Side.SELL) else 0
    if closes and not closable:
        return "There is no position that this order would close."
    return _Aim(order.side, min(order.size, closable) if closes else order.size, closable, closes)


def _plan(ticket: FuturesTicket, terms: Terms, aim: _Aim) -> Plan:
    order, trigger = ticket.order, waits_for(ticket, terms)
    limit = terms.price_limit.buy if aim.side is Side.BUY else terms.price_limit.sell
    return Plan(
        side=aim.side,
        price=order.price,
        size=Decimal(aim.size),
        funds=None,
        lot=terms.rules.lot,
        bound=limit if trigger is None else None,
        trigger=trigger,
        time_in_force=order.time_in_force,
        post_only=order.post_only,
    )


def _sizes(case: _Case) -> Sizes:
    price = case.order.price or _paid(case) or case.found.best
    return sizes(Decimal(case.aim.size), price, case.terms)


def _paid(case: _Case) -> Decimal | None:
    """The average price of what fills at once."""
    return price_of(Lots(int(case.found.filled)), worth(case.found.fills, case.contract), case.contract)


def _fees(case: _Case) -> tuple[Decimal, Decimal, Taking]:
    """Return the fee of all that can fill, the rate, and which one it is; what was a stop is a taker for good."""
    fee = case.terms.fee
    case.found.known()
    if fee is None:
        raise Unknown(case.terms.problems.get("fee") or "Your own fee rate is not read yet.")
    later = fee.taker if case.order.stop else fee.maker
    due = worth(case.found.fills, case.contract) * fee.taker + worth(case.found.resting, case.contract) * later
    kind = Taking.TAKER if case.order.stop else case.found.taking
    return due, fee.maker if kind is Taking.MAKER else fee.taker, kind


def _available(case: _Case) -> Decimal:
    free = case.terms.available.get(("futures", case.contract.settle_currency))
    if free is None:
        raise Unknown(case.terms.problems.get("balances") or "The futures account is not read yet.")
    return free


def _change(case: _Case, group: Group, figures: Figures) -> Change:
    case.found.known()
    fee: Decimal | None = figures.known.get("fee")
    if fee is None:
        raise Unknown(figures.reasons["fee"])
    closing, opening = split(case.found.all, Decimal(case.aim.closable))
    cross = case.order.margin_mode is MarginMode.CROSS
    return Change(
        contract=case.contract,
        held=case.held,
        group=group,
        sign=1 if case.aim.side is Side.BUY else -1,
        closing=closing,
        opening=opening,
        cross=case.held.is_cross if case.held is not None and not opening else cross,
        leverage=_leverage(case, cross=cross),
        fee=fee,
        mark=case.terms.mark or (case.held.mark if case.held else case.contract.mark_price),
        tiers=case.terms.tiers,
    )


def _leverage(case: _Case, *, cross: bool) -> Decimal | None:
    chosen = case.order.leverage
    return case.terms.leverage if cross or chosen is None else Decimal(chosen)


def _left(case: _Case, figures: Figures) -> Decimal:
    """What may be used after."""
    before, cost = figures.known.get("available_before"), figures.known.get("cost")
    if before is None or cost is None:
        raise Unknown(figures.reasons.get("available_before") or figures.reasons["cost"])
    left: Decimal = before - cost
    if left < ZERO:
        raise Unknown(f"{said(-left)} {case.contract.settle_currency} are missing.")
    return left


def _distance(figures: Figures, change: Change) -> Decimal | None:
    price = figures.known.get("liquidation")
    if price is None or change.mark is None:
        return None
    return positions.distance(change.mark, price, is_long=change.lots > 0)


def _worst(case: _Case, change: Change) -> Worst | None:
    bracket, fee = case.ticket.bracket, case.terms.fee
    stop = None if bracket is None else bracket.below if case.aim.side is Side.BUY else bracket.above
    if stop is None or not change.opening or fee is None:
        return None
    share = worth(change.opening, case.contract) / worth(case.found.all, case.contract)
    left = change.at_stop(stop, fee.taker, change.fee * share)
    return Worst(left, positions.ratio(left, case.sight.group.equity if case.sight.group else None))
