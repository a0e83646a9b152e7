"""A desk that takes tickets without an exchange behind it: what became of one is what a test says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from kucoin.desk.checks import Checked
from kucoin.desk.preview import Preview
from kucoin.desk.principal import Principal
from kucoin.desk.rules import Rules, of_contract, of_pair
from kucoin.desk.terms import PriceLimit, Terms
from kucoin.desk.ticket_rules import Sizes
from kucoin.desk.trading import Gate
from kucoin.errors import InvalidRequest, KucoinError
from kucoin.model.order import FeeRate, MarginMode, TradeType
from kucoin.model.position import Position, PositionMode
from kucoin.model.ticket import Placement, Ticket, TicketState
from tests.push_scene import LINEAR, PAIR, contract, pair

D = Decimal
QUOTES: dict[str, Any] = {"last": D("70000.1"), "bid": D("70000"), "ask": D("70000.2")}


def spot_terms(**changes: Any) -> Terms:
    """What is known of a pair: a million of everything on every account."""
    listed = pair(PAIR, lot="0.00001")
    free = {(account, currency): D(10**6) for account in TradeType for currency in ("BTC", "USDT")}
    usual = Terms(symbol=PAIR, rules=of_pair(listed), pair=listed, available=free, **QUOTES)
    return replace(usual, **changes)


def futures_terms(symbol: str = LINEAR, **changes: Any) -> Terms:
    """What is known of a contract of a one-way account, on cross margin at 10×."""
    listed = contract(symbol, supports_cross=True, max_order_qty=1_000_000)
    usual = Terms(
        symbol=symbol,
        rules=of_contract(listed),
        contract=listed,
        fee=FeeRate(symbol, taker=D("0.0006"), maker=D("0.0002")),
        position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSS,
        leverage=D(10),
        modes_at=datetime.now(UTC),
        available={("futures", listed.settle_currency): D(10**6)},
        price_limit=PriceLimit(buy=D(73500), sell=D(66500)),
        mark=D("70000.1"),
        positions=(),
        **QUOTES,
    )
    return replace(usual, **changes)


def held(lots: int, side: str = "BOTH") -> Position:
    """An open position, of which the ticket reads size and side alone."""
    known = {"symbol", "position_side", "current_qty"}
    unknown: dict[str, Any] = dict.fromkeys(set(Position.__dataclass_fields__) - known)
    return Position(symbol=LINEAR, position_side=side, current_qty=lots, **unknown)


@dataclass
class Termbook:
    """What is known, and what was asked to be changed."""

    known: dict[str, Terms] = field(default_factory=lambda: {PAIR: spot_terms(), LINEAR: futures_terms()})
    changed: list[tuple[Any, ...]] = field(default_factory=list)
    words: str | None = None
    unread: bool = False

    def of(self, symbol: str) -> Terms | None:
        return None if self.unread else self.known.get(symbol)

    def changes(self, symbol: str) -> str | None:  # noqa: ARG002  the same for all
        return self.words

    def set_leverage(self, *wish: Any) -> None:
        self.changed.append(wish)

    def set_margin_mode(self, *wish: Any) -> None:
        self.changed.append(wish)


@dataclass
class Trading:
    """Takes every ticket once; `answer` says what became of it."""

    gate: Gate = field(default_factory=lambda: Gate(open=True))
    unswitched: Gate | None = None  # the gate of what only reduces, where that is another
    refusal: KucoinError | None = None
    placed: list[Ticket] = field(default_factory=list)
    found: dict[str, Placement] = field(default_factory=dict)
    asked: list[Ticket] = field(default_factory=list)
    said: Checked | None = None

    def state(self) -> Gate:
        return self.gate

    def ready(self) -> Gate:
        return self.unswitched or self.gate

    def place(self, ticket: Ticket, principal: Principal) -> Placement:
        if self.refusal:
            raise self.refusal
        if ticket.client_oid not in self.found:
            self.placed.append(ticket)
            self.found[ticket.client_oid] = Placement(
                ticket=ticket, by=principal.name, state=TicketState.SENT, handed_at=datetime.now(UTC)
            )
        return self.found[ticket.client_oid]

    def answer(self, state: TicketState, **changes: Any) -> None:
        """Say what became of the last ticket."""
        last = self.placed[-1].client_oid
        self.found[last] = replace(self.found[last], state=state, **changes)

    def placement(self, client_oid: str) -> Placement | None:
        return self.found.get(client_oid)

    def placements(self) -> tuple[Placement, ...]:
        return tuple(reversed(self.found.values()))

    def check(self, ticket: Ticket, principal: Principal) -> None:  # noqa: ARG002  anybody may
        self.asked.append(ticket)

    def checked(self, client_oid: str) -> Checked | None:  # noqa: ARG002  the last one
        return self.said


class Market:
    """What is listed."""

    def __init__(self, terms: Termbook) -> None:
        self._terms = terms

    def symbols(self) -> tuple[Rules, ...]:
        return tuple(each.rules for each in self._terms.known.values())

    def trouble(self, symbol: str) -> str | None:
        return f"{symbol!r} is not listed on KuCoin"


@dataclass
class Moves:
    """Money elsewhere, and what was moved of it."""

    elsewhere: dict[Any, Decimal] = field(default_factory=dict)
    moved: list[tuple[Any, ...]] = field(default_factory=list)

    def free(self, currency: str) -> dict[Any, Decimal]:  # noqa: ARG002  the same of all
        return self.elsewhere

    def move(self, *wish: Any, **more: Any) -> None:
        self.moved.append((*wish, more))

    def recent(self) -> tuple[Any, ...]:
        return ()


def seat(desk: Any) -> SimpleNamespace:
    """Put all of it into a fake desk, and return the parts; `preview` may be replaced."""
    told = SimpleNamespace(
        terms=Termbook(), trading=Trading(), moves=Moves(), preview=Preview(sizes=Sizes(None, None, None))
    )
    desk.terms, desk.trading, desk.moves, desk.market = told.terms, told.trading, told.moves, Market(told.terms)
    told.limited = None  # why a ticket would pass a limit
    desk.risk = SimpleNamespace(refusal=lambda ticket: told.limited)  # noqa: ARG005  the same for all
    desk.preview = lambda ticket: told.preview  # noqa: ARG005  the same for all
    return told


class Live:
    """A push socket that nobody is on."""

    def __init__(self, tickets: Any) -> None:
        self.tickets = tickets

    def glance(self, panel: str) -> tuple[dict[str, Any], tuple[str, float, str | None]]:
        if panel.startswith("nothing"):
            raise InvalidRequest("there is no such panel")
        return {"of": panel}, ("live", 0.5, None)
