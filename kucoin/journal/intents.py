"""What somebody wanted to be done, written down before it leaves, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, exists, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from kucoin.errors import DuplicateClientOid, JournalError
from kucoin.journal import tables
from kucoin.journal.audit import Act, Chain, written
from kucoin.journal.database import Journal
from kucoin.journal.tables import storable
from kucoin.model.ticket import (
    OPEN_STATES,
    FuturesTicket,
    Move,
    Placement,
    SpotTicket,
    Ticket,
    TicketState,
    Transfer,
)

# How a wish is kept: its type by its kind, and the kinds that are orders.
_KINDS: Mapping[str, type[Any]] = {"spot": SpotTicket, "futures": FuturesTicket, "transfer": Transfer}
_ORDERS = ("spot", "futures")

INTENT = "intent"
"""How the audit calls what was wished; what became of it goes by its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A wish of ``account``, by whom and when the desk was given it, and what it counts towards the limits in USDT."""

    account: str
    ticket: Ticket | Transfer
    by: str
    handed_at: datetime
    worth: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was learned of the intent with this id, and when; fields as those of `Placement`, ``took`` in s.

    ``intent`` is given where it may not have come to be written: it is made good then.
    """

    client_oid: str
    state: TicketState
    at: datetime
    order_id: str | None = None
    code: str | None = None
    words: str = ""
    took: float | None = None
    intent: Intent | None = None


class IntentStore:
    """Adds intents, and what became of them, and reads both.

    What writes waits until it is on disk. No id is ever taken twice. All of it raises JournalError where the database
    fails, or holds what this version cannot read.
    """

    def __init__(self, journal: Journal, chain: Chain | None = None) -> None:
        """Use ``journal``, and have each intent and outcome stand in the audit as well, in the same transaction."""
        self._journal = journal
        self._chain = chain

    def add(self, intent: Intent) -> None:
        """Write down that ``intent`` is about to be sent.

        Raises:
            DuplicateClientOid: Its id was written down before, by whomever.
            JournalError: It may be on disk or not.
        """
        client_oid = intent.ticket.client_oid

        def work(connection: Connection) -> list[Act]:
            if not _add(connection, intent):
                raise DuplicateClientOid(f"the client id {client_oid} was used before")
            _note(connection, Outcome(client_oid=client_oid, state=TicketState.SENT, at=intent.handed_at))
            return [_wish_act(intent)]

        self._write(work)

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what was learned, in this order: all of it or nothing."""

        def work(connection: Connection) -> list[Act]:
            acts = []
            for outcome in outcomes:
                if outcome.intent is not None and _add(connection, outcome.intent):
                    acts.append(_wish_act(outcome.intent))
                _note(connection, outcome)
                acts.append(_outcome_act(outcome, _account(connection, outcome.client_oid)))
            return acts

        self._write(work)

    def get(self, client_oid: str) -> Placement | None:
        """Return the order with this id; None where there is none."""
        found = self._read(_intents.client_oid == client_oid)
        return found[0] if found else None

    def open(self, account: str) -> tuple[Placement, ...]:
        """Return the orders of which it is not known what became of them, oldest first."""
        return self._read(_intents.account == account, _events.state.in_(OPEN_STATES))

    def since(self, account: str, at: datetime) -> tuple[Placement, ...]:
        """Return the orders that the desk was given from ``at`` on, oldest first."""
        return self._read(_intents.account == account, _intents.handed_at >= at)

    def transfers(self, account: str, at: datetime) -> tuple[Move, ...]:
        """Return the transfers that the desk was given from ``at`` on, oldest first."""
        rows = self._rows(("transfer",), _intents.account == account, _intents.handed_at >= at)
        return tuple(Move(transfer=_wish(row.kind, row.body, row.client_oid), **_known(row)) for row in rows)

    def _write(self, work: Callable[[Connection], Sequence[Act]]) -> None:
        if self._chain is not None:
            self._chain.write(work)
        else:
            self._journal.write(work).result()

    def _read(self, *conditions: ColumnElement[bool]) -> tuple[Placement, ...]:
        rows = self._rows(_ORDERS, *conditions)
        return tuple(
            Placement(ticket=_wish(row.kind, row.body, row.client_oid), worth=row.worth, **_known(row)) for row in rows
        )

    def _rows(self, kinds: tuple[str, ...], *conditions: ColumnElement[bool]) -> Sequence[Any]:
        later = tables.intent_event.alias()
        last = ~exists().where(later.c.client_oid == _events.client_oid, later.c.seq > _events.seq)
        query = (
            select(
                *(_intents.client_oid, _intents.kind, _intents.body, _intents.by, _intents.handed_at, _intents.worth),
                *(_events.state, _events.order_id, _events.code, _events.words),
            )
            .join(tables.intent_event, _intents.client_oid == _events.client_oid)
            .where(last, _intents.kind.in_(kinds), *conditions)
            .order_by(_intents.handed_at, _intents.client_oid)
        )
        with self._journal.read() as connection:
            return connection.execute(query).all()


def wish(ticket: Ticket | Transfer) -> dict[str, object]:
    """Return a wish as the audit keeps it."""
    return {"kind": _kind(ticket), "ticket": ticket}


def wished(body: Mapping[str, Any]) -> Ticket | Transfer:
    """Return the wish that the audit keeps of an intent.

    Raises:
        KeyError, msgspec.ValidationError: It holds none that this version can read.
    """
    found: Ticket | Transfer = msgspec.convert(body["ticket"], _KINDS[body["kind"]])
    return found


_intents = tables.intent.c
_events = tables.intent_event.c


def _add(connection: Connection, intent: Intent) -> bool:
    """Insert an intent; say whether it was new."""
    ticket = intent.ticket
    row = {
        "client_oid": ticket.client_oid,
        "account": intent.account,
        "kind": _kind(ticket),
        "symbol": ticket.symbol,
        "by": intent.by,
        "body": msgspec.json.encode(ticket).decode(),
        "handed_at": intent.handed_at,
        "worth": intent.worth,
    }
    adding = _insert(connection, tables.intent).on_conflict_do_nothing().returning(_intents.client_oid)
    return connection.execute(adding, row).first() is not None


def _account(connection: Connection, client_oid: str) -> str:
    """Whose intent it is; empty where it was never written down."""
    return connection.execute(select(_intents.account).where(_intents.client_oid == client_oid)).scalar() or ""


def _wish_act(intent: Intent) -> Act:
    ticket = intent.ticket
    return Act(
        account=intent.account,
        at=intent.handed_at,
        who=intent.by,
        act=INTENT,
        subject=ticket.client_oid,
        body=written(wish(ticket)),
    )


def _outcome_act(outcome: Outcome, account: str) -> Act:
    told = {"order_id": outcome.order_id, "code": outcome.code, "words": outcome.words, "took": outcome.took}
    body = written({name: value for name, value in told.items() if value not in {None, ""}})
    return Act(account=account, at=outcome.at, who="desk", act=outcome.state, subject=outcome.client_oid, body=body)


def _kind(ticket: Ticket | Transfer) -> str:
    return next(kind for kind, of in _KINDS.items() if isinstance(ticket, of))


def _note(connection: Connection, outcome: Outcome) -> None:
    of = _events
    seq = select(func.coalesce(func.max(of.seq) + 1, 0)).where(of.client_oid == outcome.client_oid)
    row = {
        "client_oid": outcome.client_oid,
        "seq": seq.scalar_subquery(),
        "state": outcome.state,
        "order_id": outcome.order_id and storable(outcome.order_id),
        "code": outcome.code and storable(outcome.code),
        "words": storable(outcome.words),
        "at": outcome.at,
        "took_us": None if outcome.took is None else round(outcome.took * 1_000_000),
    }
    connection.execute(insert(tables.intent_event).values(row))


def _known(row: Any) -> dict[str, Any]:
    """What a row tells besides the wish itself."""
    return {name: getattr(row, name) for name in ("by", "state", "handed_at", "order_id", "code", "words")}


def _wish(kind: str, body: str, client_oid: str) -> Any:
    try:
        return msgspec.json.decode(body, type=_KINDS[kind])
    except msgspec.DecodeError as error:
        raise JournalError(f"the journal's intent {client_oid} cannot be read: {error}") from error


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
