"""Tickets: what somebody wants to be done with an order, and what became of it.

A ticket owns one ``client_oid``. It is written down before it is sent, sent at most once, and asked about after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kucoin.model.ledger import Wallet
from kucoin.model.order import NewFuturesOrder, NewOrder, Side, StopPriceType, TradeType
from kucoin.model.stop_order import SpotStop


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotTrigger:
    """What a spot or cross margin order waits for: the last price reaching ``price``, in quote currency."""

    stop: SpotStop
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OcoTerms:
    """The stop order beside a limit order of which one cancels the other: what it waits for, and its own limit."""

    stop_price: Decimal
    limit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Prices at which the position that a futures order opens is closed again; at least one of them.

    ``above`` takes the profit of a long and stops the loss of a short, ``below`` the other way round.
    """

    above: Decimal | None
    below: Decimal | None
    price_type: StopPriceType


@dataclass(frozen=True, slots=True, kw_only=True)
class Amends:
    """What is changed of a working spot order: KuCoin ends it and places one anew, which keeps the old client id.

    Attributes:
        client_oid: Of the order as it was; None where whoever placed it gave it none.
        price, size: What it is to have; None stays as it is. The size counts what is filled already.
    """

    client_oid: str | None
    price: Decimal | None = None
    size: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotTicket:
    """A spot or margin order to place.

    Attributes:
        trade_type: Which account pays.
        auto_borrow: Margin only: borrow what is missing, at interest.
        auto_repay: Margin only: pay debts with what comes in.
        trigger: None for an order that is live at once. Not on isolated margin.
        oco: Spot limit orders only, and not with ``trigger``.
        replaces: KuCoin's id of the order in whose place this one comes: it has ended before this one is sent, or
            ends by it where ``amends`` is given.
        amends: The order is not placed by itself: ``replaces`` is changed into it, in one call. Spot account only.
    """

    order: NewOrder
    trade_type: TradeType = TradeType.TRADE
    auto_borrow: bool = False
    auto_repay: bool = False
    trigger: SpotTrigger | None = None
    oco: OcoTerms | None = None
    replaces: str | None = None
    amends: Amends | None = None

    @property
    def futures(self) -> bool:
        """Which market it is for."""
        return False

    @property
    def client_oid(self) -> str:
        """Our id for it."""
        return self.order.client_oid

    @property
    def symbol(self) -> str:
        """The pair."""
        return self.order.symbol

    @property
    def side(self) -> Side | None:
        """Whether it buys or sells."""
        return self.order.side

    @property
    def waits(self) -> bool:
        """Whether it waits for a price before it comes to the market."""
        return self.trigger is not None or self.oco is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesTicket:
    """A futures order to place; ``order.stop`` where it waits for a price, which excludes ``bracket``.

    ``replaces`` is KuCoin's id of the order in whose place it comes, which has ended before it is sent.
    """

    order: NewFuturesOrder
    bracket: Bracket | None = None
    replaces: str | None = None

    @property
    def futures(self) -> bool:
        """Which market it is for."""
        return True

    @property
    def client_oid(self) -> str:
        """Our id for it."""
        return self.order.client_oid

    @property
    def symbol(self) -> str:
        """The contract."""
        return self.order.symbol

    @property
    def side(self) -> Side | None:
        """Whether it buys or sells; None where it closes a whole position."""
        return self.order.side

    @property
    def waits(self) -> bool:
        """Whether it waits for a price before it comes to the market."""
        return self.order.stop is not None


Ticket = SpotTicket | FuturesTicket


class TicketState(StrEnum):
    """What became of a ticket, as far as it is known.

    ``SENT``: it is being written down and sent. ``UNKNOWN``: no readable answer came, and it is being looked up.
    ``NOT_SENT``: it never left this machine. ``ABSENT``: it left, and it is proven, or a person decided, that it never
    arrived. Only SENT and UNKNOWN are open; a late fact still turns any other but REFUSED into ACCEPTED.
    """

    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"
    ABSENT = "absent"


OPEN_STATES = frozenset({TicketState.SENT, TicketState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A ticket and what became of it.

    Attributes:
        by: Who placed it.
        order_id: KuCoin's id, once it is known.
        code: KuCoin's code of a refusal; None where it was not KuCoin who refused.
        words: What was said of it, by KuCoin where ``code`` is given, else by us; may be empty.
        handed_at: When the desk was given it.
        took: Seconds from then to the answer that settled it; None while open, and where another run placed it.
        lookups: How often the exchange was asked for it after its outcome was unknown.
        next_lookup_at: When it is asked for next, None where it is not.
        undecided: Every source was asked for long enough and none knows it, but that is no proof: a person decides.
        worth: What it counts towards the limits, in USDT; None where that was not known, or it only reduces.
    """

    ticket: Ticket
    by: str
    state: TicketState
    handed_at: datetime
    order_id: str | None = None
    code: str | None = None
    words: str = ""
    took: float | None = None
    lookups: int = 0
    next_lookup_at: datetime | None = None
    undecided: bool = False
    worth: Decimal | None = None

    @property
    def open(self) -> bool:
        """Whether it is not known yet what became of it."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money to be moved between the account's own wallets, under an id of ours that was never used before.

    ``source_symbol`` is the pair where ``source`` is ISOLATED; ``target_symbol`` likewise.
    """

    client_oid: str
    currency: str
    amount: Decimal
    source: Wallet
    target: Wallet
    source_symbol: str | None = None
    target_symbol: str | None = None

    @property
    def symbol(self) -> str:
        """What it is of: the currency."""
        return self.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A transfer and what became of it; fields as those of `Placement`.

    Nothing can be asked about a transfer by our id, so one that is UNKNOWN stays so: the balances tell.
    """

    transfer: Transfer
    by: str
    state: TicketState
    handed_at: datetime
    order_id: str | None = None
    code: str | None = None
    words: str = ""
