"""Money between the account's own wallets: each transfer is written down before it is sent, and sent at most once."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.desk.accounts import Accounts
from kucoin.desk.audit import silent, turning_away
from kucoin.desk.errands import Errands
from kucoin.desk.faults import is_figure, said
from kucoin.desk.principal import Principal
from kucoin.errors import (
    ApiError,
    DuplicateClientOid,
    InvalidRequest,
    JournalError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    TooManyRequests,
)
from kucoin.journal.intents import Intent, IntentStore, Outcome, wish
from kucoin.model.ledger import Wallet
from kucoin.model.ticket import Move, TicketState, Transfer
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_LATE = 5.0  # s from the press, after which it is not sent any more: a person should decide again
_BACK = timedelta(days=1)
_DOUBT = "No readable answer came: look at the balances before moving it again"
_NO_PERMISSION = "the API key may not move money between accounts: it lacks InnerTransfer"
_KINDS = {Wallet.MAIN: "main", Wallet.TRADE: "trade"}


class Moves:
    """The account's transfers from this desk. Safe to call from any thread; nothing here waits.

    Args:
        store: Keeps the intents; None where this process has no journal, and no transfers.
        account: Whose money it is; None until the key was found fit.
        shut: Why nothing is moved at present, empty where it may be.
        note: Is told who was turned away; see `Audit.note`.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: IntentStore | None,
        accounts: Accounts,
        *,
        account: Callable[[], str | None],
        shut: Callable[[], str],
        note: Callable[..., None] = silent,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._accounts = accounts
        self._account = account
        self._shut = shut
        self._note = note
        self._now = now
        self._monotonic = monotonic
        self._errands = Errands(1, name="desk-move")
        self._lock = threading.Lock()
        self._moves: dict[str, Move] = {}
        self._earlier: str | None = None  # the account whose earlier transfers were read

    def start(self) -> None:
        """Begin to send what is asked for."""
        self._errands.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        self._errands.stop()

    def free(self, currency: str) -> Mapping[Wallet, Decimal]:
        """Return what each wallet can give of a currency, as far as it is known; those that have none are left out.

        Isolated margin is not among them: it has a wallet for each pair.
        """
        accounts, found = self._accounts, {}
        for wallet, kind in _KINDS.items():
            rows = accounts.spot.reading.value or ()
            found[wallet] = sum((row.available for row in rows if (row.kind, row.currency) == (kind, currency)), ZERO)
        cross = accounts.cross.reading.value
        assets = cross.assets if cross else ()
        found[Wallet.MARGIN] = sum((each.available for each in assets if each.currency == currency), ZERO)
        futures = accounts.wallets.get("XBT" if currency == "BTC" else currency)
        if futures is not None and (value := futures.reading.value) is not None:
            most = value.available_balance if value.max_withdraw_amount is None else value.max_withdraw_amount
            found[Wallet.CONTRACT] = most or ZERO
        return {wallet: amount for wallet, amount in found.items() if amount > ZERO}

    def recent(self) -> tuple[Move, ...]:
        """Return the transfers of the last day, newest first."""
        self._read_earlier()
        with self._lock:
            return tuple(sorted(self._moves.values(), key=lambda move: move.handed_at, reverse=True))

    def move(
        self,
        currency: str,
        amount: Decimal,
        source: Wallet,
        target: Wallet,
        principal: Principal,
        *,
        source_symbol: str | None = None,
        target_symbol: str | None = None,
        client_oid: str | None = None,
    ) -> Move:
        """Have money moved, and return at once; what becomes of it, `recent` tells.

        Args:
            source_symbol: The pair where ``source`` is ISOLATED; ``target_symbol`` likewise.
            client_oid: Our id for it: the same again moves nothing, and returns what became of it so far.

        Raises:
            NotAllowed: Who asks may not, the key may not, or nothing is moved at present.
            InvalidRequest: The wallets are one, the amount is none, or the wallet is known to have less.
        """
        transfer = Transfer(
            client_oid=client_oid or uuid.uuid4().hex,
            currency=currency,
            amount=amount,
            source=source,
            target=target,
            source_symbol=source_symbol,
            target_symbol=target_symbol,
        )
        pressed = self._monotonic()
        with self._lock:
            if known := self._moves.get(transfer.client_oid):
                return known
        with turning_away(self._note, principal.name, transfer.client_oid, **wish(transfer)):
            principal.require_trader("move money")
            account, store = self._allowed()
            self._check(transfer)
        asked = Move(transfer=transfer, by=principal.name, state=TicketState.SENT, handed_at=self._now())
        with self._lock:
            move = self._moves.setdefault(transfer.client_oid, asked)
        if move is asked:
            self._errands.run(lambda: self._send(move, account, store, pressed))
        return move

    def _allowed(self) -> tuple[str, IntentStore]:
        """Return whose money may be moved, and where that is written down."""
        if reason := self._shut():
            raise NotAllowed(reason)
        account = self._account()
        if self._store is None or account is None:
            raise NotAllowed("there is no journal, or the exchange has not said yet what the API key may do")
        admission = self._accounts.admission.reading.value
        if admission is not None and admission.key is not None and "InnerTransfer" not in admission.key.permissions:
            raise NotAllowed(_NO_PERMISSION)
        return account, self._store

    def _check(self, transfer: Transfer) -> None:
        of_pair = ((transfer.source, transfer.source_symbol), (transfer.target, transfer.target_symbol))
        if of_pair[0] == of_pair[1]:
            raise InvalidRequest(f"money cannot be moved from {transfer.source} to where it is")
        if any((wallet is Wallet.ISOLATED) is not bool(symbol) for wallet, symbol in of_pair):
            raise InvalidRequest("the isolated margin account is that of a pair, and only it is")
        if not is_figure(transfer.amount):
            raise InvalidRequest(f"{transfer.amount!s:.40} is no amount above 0")
        there_is = self.free(transfer.currency).get(transfer.source)
        if there_is is not None and transfer.amount > there_is:
            raise InvalidRequest(
                f"{said(transfer.amount)} {transfer.currency} is more than the {said(there_is)} in {transfer.source}"
            )

    def _send(self, move: Move, account: str, store: IntentStore, pressed: float) -> None:
        if barred := self._barred(account, pressed):
            self._keep(replace(move, state=TicketState.NOT_SENT, words=barred))
            return
        try:
            store.add(Intent(account=account, ticket=move.transfer, by=move.by, handed_at=move.handed_at))
        except DuplicateClientOid as error:  # by another process or run, which may have moved it
            self._keep(replace(move, state=TicketState.UNKNOWN, words=f"{_DOUBT} ({error})"))
            return
        except JournalError as error:
            self._keep(replace(move, state=TicketState.NOT_SENT, words=str(error)))
            return
        ended = self._outcome(move)
        self._keep(ended)
        outcome = Outcome(
            client_oid=move.transfer.client_oid,
            state=ended.state,
            at=self._now(),
            order_id=ended.order_id,
            code=ended.code,
            words=ended.words,
        )
        try:
            store.note([outcome])
        except JournalError as error:  # the next start shows it as unknown, which is the safe side
            log.warning("what became of transfer %s is not in the journal: %s", move.transfer.client_oid, error)

    def _barred(self, account: str, pressed: float) -> str:
        """Why a transfer whose turn has come is not sent after all; empty where it is."""
        if self._monotonic() - pressed > _LATE:
            return f"it waited for more than {_LATE:g} s"
        if reason := self._shut():
            return reason
        return "" if self._account() == account else "the account is another one than at the press"

    def _outcome(self, move: Move) -> Move:
        """Send a transfer once, and return it with what became of it."""
        transfer = move.transfer
        try:
            order_id = self._exchange.transfers.transfer(
                client_oid=transfer.client_oid,
                currency=transfer.currency,
                amount=transfer.amount,
                source=transfer.source,
                target=transfer.target,
                source_symbol=transfer.source_symbol,
                target_symbol=transfer.target_symbol,
            )
        except (OutcomeUnknown, TooManyRequests) as error:
            return replace(move, state=TicketState.UNKNOWN, words=f"{_DOUBT} ({error})")
        except ApiError as error:
            return replace(move, state=TicketState.REFUSED, code=error.code, words=error.message)
        except NotSent as error:
            return replace(move, state=TicketState.NOT_SENT, words=str(error))
        except Exception as error:  # a fault of ours, and it may have left
            log.exception("what became of transfer %s is not known", transfer.client_oid)
            return replace(move, state=TicketState.UNKNOWN, words=f"{_DOUBT} ({type(error).__name__})")
        return replace(move, state=TicketState.ACCEPTED, order_id=order_id)

    def _keep(self, move: Move) -> None:
        with self._lock:
            self._moves[move.transfer.client_oid] = move

    def _read_earlier(self) -> None:
        """Have the transfers of earlier runs read, once; those that were on their way are unknown now."""
        account, store = self._account(), self._store
        if account is None or store is None:
            return
        with self._lock:
            if self._earlier == account:
                return
            if self._earlier is not None:  # the practice exchange began anew
                self._moves.clear()
            self._earlier = account

        def work() -> None:
            try:
                earlier = store.transfers(account, self._now() - _BACK)
            except JournalError as error:
                log.warning("earlier transfers cannot be read: %s", error)
                with self._lock:
                    self._earlier = None
                return
            with self._lock:
                for move in earlier:
                    sent = move.state is TicketState.SENT
                    known = replace(move, state=TicketState.UNKNOWN, words=f"{_DOUBT}.") if sent else move
                    self._moves.setdefault(known.transfer.client_oid, known)

        self._errands.run(work)
