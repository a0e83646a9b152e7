"""What the engine did, written down and found again: records as they are now, and what happened, over the store.

The engine keeps what is alive; whatever has ended is asked for here. Only users' records come here, never the house's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from kucoin.practice.engine.engine import Saved
from kucoin.practice.engine.loans import is_margin
from kucoin.practice.engine.records import (
    Balance,
    ClosedPosition,
    Entry,
    Fill,
    FundingEntry,
    LoanEntry,
    Oco,
    Order,
    Position,
    Profile,
    Stop,
    Wallet,
)
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import Changes
from kucoin.practice.engine.terms import CONTRACT, MAIN, MARGIN
from kucoin.practice.store import Store, Value

FOREVER = (0, 1 << 62)
_encode = msgspec.json.Encoder().encode
_Row = TypeVar("_Row")
_Event = Fill | Entry | LoanEntry | FundingEntry | ClosedPosition


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit or withdrawal, as it is told; ``amount`` and ``fee`` as text."""

    id: str
    currency: str
    chain: str
    address: str
    amount: str
    fee: str
    hash: str
    created_ms: int


class Archive:
    """Writes into the open transaction of the store; who calls decides when it is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Writing

    def keep(self, done: Changes) -> None:
        """Write what the engine did."""
        self._keep_records(done)
        for order in done.orders:
            self._order(order)
        for fill in done.fills:
            self._event(f"fill-{fill.family}", fill, fill.account, fill.symbol, fill.created_ms)
        for entry in done.ledger:
            self._event(_ledger_of(entry.account), entry, entry.account, entry.currency, entry.created_ms)
        for loan in done.loans:
            self._event(loan.kind, loan, loan.account, loan.currency, loan.created_ms)
        for paid in done.fundings:
            self._event("funding", paid, CONTRACT, paid.symbol, paid.time_ms)
        for closed in done.closed:
            self._event("closed", closed, CONTRACT, closed.symbol, closed.closed_ms)
        if self._store.dirty:
            self._store.set_meta(serial=str(done.serial))

    def _keep_records(self, done: Changes) -> None:
        for profile in done.profiles:
            self._record("profile", profile.id, profile.id, profile)
        for balance in done.balances:
            self._record("balance", f"{balance.user} {balance.account} {balance.currency}", balance.user, balance)
        for wallet in done.wallets:
            self._record("wallet", f"{wallet.user} {wallet.currency}", wallet.user, wallet)
        for position in done.positions:
            self._record("position", position.id, position.user, position, live=bool(position.qty))
        for stop in done.stops:
            self._record("stop", stop.id, stop.user, stop, live=stop.status == "NEW")
        for oco in done.ocos:
            self._record("oco", oco.id, oco.user, oco, live=oco.status == "NEW")

    def move(self, kind: str, number: int, user: str, movement: Movement) -> None:
        """Write a ``deposit`` or ``withdrawal``."""
        self._write(kind, number, user, MAIN, movement.currency, movement.created_ms, _encode(movement))

    def use(self, user: str, once: str) -> None:
        """Remember an id that counts once."""
        self._store.run("INSERT INTO record VALUES ('once', ?, ?, 0, x'')", f"{user} {once}", user)

    def was_used(self, user: str, once: str) -> bool:
        """Say whether an id that counts once was there before."""
        found = self._store.rows("SELECT 1 FROM record WHERE kind = 'once' AND id = ?", f"{user} {once}")
        return next(found, None) is not None

    def _record(self, kind: str, name: str, user: str, body: msgspec.Struct, *, live: bool = True) -> None:
        self._store.run("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)", kind, name, user, live, _encode(body))

    def _event(self, kind: str, body: _Event, account: str, name: str, at: int) -> None:
        self._write(kind, body.id, body.user, account, name, at, _encode(body))

    def _write(self, *row: Value) -> None:
        self._store.run("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)", *row)

    def _order(self, order: Order) -> None:
        self._store.run(
            "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(order.serial, order.id, order.client_oid, order.user, order.account, order.symbol, order.active),
            *(order.side, listed_type(order), order.created_ms, _encode(order)),
        )

    def tape(self, minute: int, bars: str, *, oldest: int) -> None:
        """Write a minute of the tape, and forget those before ``oldest``."""
        self._store.run("INSERT OR REPLACE INTO tape VALUES (?, ?)", minute, bars)
        self._store.run("DELETE FROM tape WHERE minute < ?", oldest)

    # Starting again

    def minutes(self) -> Iterator[tuple[int, str]]:
        """Yield what was written of the tape, oldest first."""
        return ((int(minute), str(bars)) for minute, bars in self._store.rows("SELECT * FROM tape ORDER BY minute"))

    def saved(self) -> Saved:
        """Return what an engine needs to go on."""
        live = self._store.rows("SELECT body FROM orders WHERE live ORDER BY serial")
        return Saved(
            serial=int(self._store.meta("serial") or 0),
            profiles=self._live("profile", Profile),
            balances=self._live("balance", Balance),
            wallets=self._live("wallet", Wallet),
            orders=[msgspec.json.decode(body, type=Order) for (body,) in live],
            stops=self._live("stop", Stop),
            ocos=self._live("oco", Oco),
            positions=self._live("position", Position),
        )

    def _live(self, kind: str, into: type[_Row]) -> list[_Row]:
        found = self._store.rows("SELECT body FROM record WHERE kind = ? AND live", kind)
        return [msgspec.json.decode(body, type=into) for (body,) in found]

    # Orders

    def done_orders(
        self,
        user: str,
        account: str,
        *,
        symbol: str | None = None,
        side: str | None = None,
        kind: str | None = None,
        span: tuple[int, int] = FOREVER,
        before: int = 0,
    ) -> Iterator[Order]:
        """Yield finished orders, newest first, those with a serial below ``before`` if it is given."""
        found = self._store.rows(
            "SELECT body FROM orders WHERE user = ?1 AND account = ?2 AND NOT live AND (?3 IS NULL OR symbol = ?3)"
            " AND (?4 IS NULL OR side = ?4) AND (?5 IS NULL OR type = ?5) AND at BETWEEN ?6 AND ?7"
            " AND (?8 = 0 OR serial < ?8) ORDER BY serial DESC",
            *(user, account, symbol, side, kind, *span, before),
        )
        return (msgspec.json.decode(body, type=Order) for (body,) in found)

    def order(self, user: str, accounts: Sequence[str], *, order_id: str = "", client_oid: str = "") -> Order | None:
        """Return the newest order of that id or client order id in one of ``accounts``, alive or not."""
        column, value = ("id", order_id) if order_id else ("client_oid", client_oid)
        found = self._store.rows(
            f"SELECT account, body FROM orders WHERE user = ? AND {column} = ? ORDER BY serial DESC",  # noqa: S608 ours
            *(user, value),
        )
        return next((msgspec.json.decode(body, type=Order) for account, body in found if account in accounts), None)

    def stops(self, user: str) -> list[Stop]:
        """Return every stop, waiting or not, newest first."""
        return self._of_user("stop", user, Stop)

    def stop(self, user: str, stop_id: str) -> Stop | None:
        """Return one stop, waiting or not."""
        found = self._store.rows("SELECT body FROM record WHERE kind = 'stop' AND id = ? AND user = ?", stop_id, user)
        return next((msgspec.json.decode(body, type=Stop) for (body,) in found), None)

    def ocos(self, user: str) -> list[Oco]:
        """Return every OCO order, newest first."""
        return self._of_user("oco", user, Oco)

    def _of_user(self, kind: str, user: str, into: type[_Row]) -> list[_Row]:
        found = self._store.rows("SELECT body FROM record WHERE kind = ? AND user = ? ORDER BY id DESC", kind, user)
        return [msgspec.json.decode(body, type=into) for (body,) in found]

    # What happened

    def fills(
        self, user: str, family: str, symbol: str | None = None, span: tuple[int, int] = FOREVER
    ) -> Iterator[Fill]:
        """Yield fills, newest first."""
        return self._past(f"fill-{family}", user, Fill, name=symbol, span=span)

    def ledger(self, user: str, account: str, span: tuple[int, int] = FOREVER) -> Iterator[Entry]:
        """Yield the ledger of an account, newest first; all margin accounts, isolated ones included, have one."""
        return self._past(_ledger_of(account), user, Entry, span=span)

    def loans(
        self, user: str, kind: str, accounts: str, currency: str | None = None, span: tuple[int, int] = FOREVER
    ) -> Iterator[LoanEntry]:
        """Yield what was borrowed, repaid or charged (``borrow``, ``repay``, ``interest``), newest first.

        ``accounts`` is a name or a pattern of names: ``isolated:*``.
        """
        return self._past(kind, user, LoanEntry, accounts=accounts, name=currency, span=span)

    def fundings(self, user: str, symbol: str | None = None) -> Iterator[FundingEntry]:
        """Yield fundings, newest first."""
        return self._past("funding", user, FundingEntry, name=symbol)

    def closed(self, user: str, symbol: str | None = None, span: tuple[int, int] = FOREVER) -> Iterator[ClosedPosition]:
        """Yield closed positions, newest first."""
        return self._past("closed", user, ClosedPosition, name=symbol, span=span)

    def movements(
        self, user: str, kind: str, currency: str | None = None, span: tuple[int, int] = FOREVER
    ) -> Iterator[Movement]:
        """Yield each ``deposit`` or ``withdrawal``, newest first."""
        return self._past(kind, user, Movement, name=currency, span=span)

    def _past(
        self,
        kind: str,
        user: str,
        into: type[_Row],
        *,
        accounts: str = "*",
        name: str | None = None,
        span: tuple[int, int] = FOREVER,
    ) -> Iterator[_Row]:
        found = self._store.rows(
            "SELECT body FROM history WHERE user = ?1 AND kind = ?2 AND account GLOB ?3 AND (?4 IS NULL OR name = ?4)"
            " AND at BETWEEN ?5 AND ?6 ORDER BY at DESC, id DESC",
            *(user, kind, accounts, name, *span),
        )
        return (msgspec.json.decode(body, type=into) for (body,) in found)


def _ledger_of(account: str) -> str:
    return f"ledger-{MARGIN if is_margin(account) else account}"


def listed_type(order: Order | Stop) -> str:
    """Return the type by which futures orders are asked for: limit, market, limit_stop, market_stop."""
    request = order.request
    plain = str(request.type if isinstance(order, Stop) else order.type)
    conditional = isinstance(order, Stop) or (isinstance(request, FuturesRequest) and order.stop_id is not None)
    return f"{plain}_stop" if conditional else plain
