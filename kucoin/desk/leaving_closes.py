"""Closing every position: market orders that can only reduce, repeated until the exchange shows none any more.

It is repeated whatever became of the last try, also where its answer was lost: an order that closes finds nothing to
close the second time, and can never open or turn a position.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kucoin.errors import NotSent
from kucoin.model.leaving import ItemState, LeavingItem
from kucoin.model.market import Contract
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, PositionSide, Side
from kucoin.model.position import Position
from kucoin.model.ticket import FuturesTicket, Placement, TicketState

log = logging.getLogger(__name__)

_PAUSES = (0.25, 0.5, 1.0, 2.0)  # s between two tries; the last one for all that follow
_AT_ONCE = 8  # parts of one position that are sent together; what is left is for the next try
_HALVINGS = 3  # how often a part that is refused is made smaller
_NOTHING_TO_CLOSE = "300009"
_OTHER_MODE = "330005"
# Refusals that a smaller size does not mend: nobody to trade with, modes, liquidation, settlement.
_NOT_OF_SIZE = frozenset({_NOTHING_TO_CLOSE, _OTHER_MODE, "300008", "300013", "300014", "300015", "330011", "330012"})
_NEVER = float("-inf")

Key = tuple[str, str]


@dataclass(slots=True)
class _Case:
    """One position.

    Attributes:
        position: As it was seen last.
        lots: The most it was seen to have.
        mode: The margin mode that its orders name.
        flying: Our ids of orders whose answer is not there yet.
        settled_at: When the last of them had one: only what was read after that tells of it.
        again: The next try needs no reading: the last one was refused for how it was put.
        accepted: How many orders were.
        doubtful: The answer to one was lost.
        trouble: What the last try brought instead, as a sentence.
    """

    position: Position
    item: LeavingItem
    lots: int
    mode: MarginMode
    flying: list[str] = field(default_factory=list)
    settled_at: float = _NEVER
    due: float = _NEVER
    tries: int = 0
    halvings: int = -1  # below zero: it is closed as a whole
    turned: bool = False  # the other margin mode was tried
    again: bool = False
    accepted: int = 0
    doubtful: bool = False
    trouble: str = ""
    reopened: bool = False

    @property
    def left(self) -> int:
        return abs(self.position.current_qty)


class Closes:
    """The positions of one way out. For one thread at a time; nothing here waits.

    Args:
        place: Has an order sent; raises NotSent where this desk never would.
        placement: What became of one, by our id.
        contract: A contract by its symbol, None where it is not known.
        monotonic: Seconds that never jump; ``began`` is when it was pressed.
    """

    def __init__(
        self,
        place: Callable[[FuturesTicket], Placement],
        placement: Callable[[str], Placement | None],
        contract: Callable[[str], Contract | None],
        *,
        began: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = place
        self._placement = placement
        self._contract = contract
        self._began = began
        self._monotonic = monotonic
        self._cases: dict[Key, _Case] = {}
        self.own: set[str] = set()  # our ids of all that was sent

    @property
    def items(self) -> list[LeavingItem]:
        """One for each position that was seen since the press."""
        return [case.item for case in self._cases.values()]

    @property
    def open(self) -> list[Position]:
        """Those that are not proven to be closed."""
        return [case.position for case in self._cases.values() if case.item.state is not ItemState.DONE]

    @property
    def busy(self) -> bool:
        """Whether there is something to wait for."""
        return any(case.item.state is ItemState.SENT for case in self._cases.values())

    @property
    def flying(self) -> bool:
        """Whether the answer to an order is waited for."""
        return any(case.flying for case in self._cases.values())

    @property
    def moved(self) -> float:
        """When an order was answered last: a reading must be newer than that."""
        return max((case.settled_at for case in self._cases.values()), default=_NEVER)

    def step(self, seen: Sequence[Position], read_at: float, *, late: bool) -> None:
        """Take in what was read and what became of the orders, and send what is due.

        Args:
            read_at: When ``seen`` was asked for; before all time where it was known before the press.
            late: Nothing is sent any more.
        """
        shown = {(each.symbol, each.position_side): each for each in seen if each.current_qty}
        for key, position in shown.items():
            if key not in self._cases:
                self._cases[key] = _case(position)
        for key, case in self._cases.items():
            self._land(case)
            if case.flying:
                continue
            if read_at >= case.settled_at and not case.again:
                self._learn(case, shown.get(key))
            if case.item.state is ItemState.SENT and not late and self._due(case, read_at):
                self._send(case)

    def finish(self, read_at: float, problem: str) -> None:
        """Say of each position that is not closed how it stands; ``problem`` is why they cannot be read."""
        for case in self._cases.values():
            if case.item.state is not ItemState.SENT:
                continue
            if read_at >= case.settled_at and not case.flying:
                words = f"{_of_lots(case.left)} still open. {case.trouble}".strip()
                self._end(case, ItemState.FAILED, words)
            elif case.accepted or case.doubtful or case.flying:
                why = problem or "no answer came in time"
                self._end(case, ItemState.UNKNOWN, f"Whether it is closed is not known: {why}. {case.trouble}".strip())
            else:
                self._end(case, ItemState.FAILED, case.trouble)

    def _due(self, case: _Case, read_at: float) -> bool:
        return case.again or (read_at >= case.settled_at and self._monotonic() >= case.due)

    def _learn(self, case: _Case, position: Position | None) -> None:
        """Take in how the position was read, after all that was sent."""
        if position is None:
            if case.item.state is ItemState.SENT:
                sent = f"Closed by {case.accepted} orders." if case.accepted > 1 else "Closed."
                mine = case.accepted or case.doubtful
                self._end(case, ItemState.DONE, sent if mine else "It was closed already.")
            return
        if case.item.state is ItemState.DONE:  # a waiting order was triggered, or somebody opened it again
            case.reopened, case.tries = True, 0
            case.item = replace(case.item, state=ItemState.SENT, took=None)
        case.position = position
        if case.left > case.lots:
            case.lots = case.left
            case.item = replace(case.item, what=_what(position))
        self._say(case)

    def _send(self, case: _Case) -> None:
        case.again = False
        case.trouble = ""
        try:
            for order in self._orders(case):
                self.own.add(order.client_oid)
                case.flying.append(order.client_oid)
                self._place(FuturesTicket(order=order))
        except NotSent as error:
            case.flying = [oid for oid in case.flying if self._placement(oid) is not None]
            self._end(case, ItemState.FAILED, f"Nothing was sent: {error}")
        except Exception as error:  # it must not hold up the others
            log.exception("%s was not closed", case.item.key)
            case.flying = [oid for oid in case.flying if self._placement(oid) is not None]
            fault = f"a fault of this program ({type(error).__name__}), of which its log tells more"
            self._end(case, ItemState.FAILED, f"Nothing was sent: {fault}.")
        case.tries += 1

    def _land(self, case: _Case) -> None:
        """Take in what became of the orders that were sent."""
        if not case.flying:
            return
        for client_oid in list(case.flying):
            placement = self._placement(client_oid)
            if placement is not None and placement.state is TicketState.SENT:
                continue
            case.flying.remove(client_oid)
            if placement is not None:
                self._take(case, placement)
        if not case.flying:
            now = self._monotonic()
            case.settled_at, case.due = now, now + _PAUSES[min(case.tries, len(_PAUSES)) - 1]
            self._say(case)

    def _take(self, case: _Case, placement: Placement) -> None:
        match placement.state:
            case TicketState.ACCEPTED:
                case.accepted += 1
            case TicketState.UNKNOWN:
                case.doubtful = True
                case.trouble = f"No answer came to an order that closes it: {placement.words}."
            case TicketState.REFUSED if placement.code == _NOTHING_TO_CLOSE:
                pass  # whether that is so, the next reading tells
            case TicketState.REFUSED:
                case.trouble = f"KuCoin refused: {placement.words} ({placement.code})."
                if placement.code == _OTHER_MODE and not case.turned:
                    case.turned = case.again = True
                    case.mode = MarginMode.CROSS if case.mode is MarginMode.ISOLATED else MarginMode.ISOLATED
                elif placement.code not in _NOT_OF_SIZE and case.halvings < _HALVINGS and not case.again:
                    case.halvings += 1
                    case.again = True
            case _:
                case.trouble = f"An order that closes it was not sent: {placement.words}."

    def _orders(self, case: _Case) -> Iterator[NewFuturesOrder]:
        """Return what closes a position: one order for the whole of it, or parts of what is left."""
        position = case.position
        whole = NewFuturesOrder(
            client_oid=uuid.uuid4().hex,
            symbol=position.symbol,
            type=OrderType.MARKET,
            margin_mode=case.mode,
            position_side=PositionSide(position.position_side),
            close_order=True,
        )
        if case.halvings < 0:
            yield whole
            return
        contract = self._contract(position.symbol)
        step = contract.lot_size if contract else 1
        most = (contract.market_max_order_qty or contract.max_order_qty if contract else None) or case.left
        part = max(step, min(most, case.left) >> case.halvings)
        part -= part % step
        left = case.left
        for _ in range(_AT_ONCE):
            if left <= 0:
                break
            size = Lots(min(part, left))
            side = Side.SELL if position.current_qty > 0 else Side.BUY
            yield replace(whole, client_oid=uuid.uuid4().hex, side=side, size=size, close_order=False, reduce_only=True)
            left -= size

    def _say(self, case: _Case) -> None:
        """Say how it goes while it is not closed."""
        if case.item.state is not ItemState.SENT:
            return
        parts = ["It was open again."] if case.reopened else []
        if case.left < case.lots:
            parts.append(f"{case.left:,} of {case.lots:,} lots are left.")
        parts += [case.trouble] if case.trouble else []
        case.item = replace(case.item, words=" ".join(parts))

    def _end(self, case: _Case, state: ItemState, words: str) -> None:
        took = self._monotonic() - self._began
        case.item = replace(case.item, state=state, words=words, took=took)


def _case(position: Position) -> _Case:
    item = LeavingItem(
        kind="position",
        key=f"{position.symbol} {position.position_side}",
        symbol=position.symbol,
        what=_what(position),
    )
    mode = MarginMode.CROSS if position.margin_mode == MarginMode.CROSS else MarginMode.ISOLATED
    return _Case(position, item, abs(position.current_qty), mode)


def _what(position: Position) -> str:
    return f"{'Long' if position.current_qty > 0 else 'Short'} {abs(position.current_qty):,} {position.symbol}"


def _of_lots(lots: int) -> str:
    return f"{lots:,} {'lot is' if lots == 1 else 'lots are'}"
