"""Brings the journal's spot and margin fills up to what the exchange has.

KuCoin lists these fills pair by pair, and has no list of the pairs. But every trade stands in the ledger of its account
too, with its pair: so the ledgers are read first, and then the pairs on which they name a trade that is not kept yet.
A ledger's mark moves last, when all that it names is kept: whenever the reading is cut off, that is named again.
The ledgers reach back 3 days, fills 7; where a ledger has a gap, every pair that was ever heard of is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from kucoin.desk.catch_up import LATE, WEEK, CatchUp, Stage, Stream, moved, stage
from kucoin.errors import ApiError, AuthenticationFailed, OutcomeUnknown, PermissionDenied, TooManyRequests
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.ledger import LedgerEntry
from kucoin.model.ledger_fill import LedgerFill, of_spot
from kucoin.model.order import Fill, TradeType
from kucoin.model.page import Page
from kucoin.rest.client import Exchange
from kucoin.rest.limits import Urgency

A = TypeVar("A")

Pair = tuple[TradeType, str]
"""An account and a symbol."""
Key = tuple[str, str, str]
"""Of a fill: symbol, trade and order."""

MARGINS = (TradeType.MARGIN_TRADE, TradeType.MARGIN_ISOLATED_TRADE)
SPOT_LEDGER, MARGIN_LEDGER = "spot ledger", "margin ledger"
TOLD = WEEK
"""How long KuCoin tells of a fill."""
_NAMED = timedelta(days=3)  # how long a ledger tells of a trade
_DAY = timedelta(days=1)
_ACCOUNTS = {each.value: each for each in TradeType}
_OF_ALL = (AuthenticationFailed, PermissionDenied, TooManyRequests)  # refusals that are not about one list
_PAGE, _LEDGER_PAGE = 100, 200  # the most rows that are told at once


class SpotSync:
    """Reads the fills of one account. For one thread.

    Args:
        exchange: Is asked with no urgency, so that what others need of the quotas stays theirs.
        store: Keeps the fills and the marks.
        account: Whose they are.
        has: Whether a fill is kept.
        take: Is given fills that are kept, some of them again and again.
        wait: Waits so many s; what it raises ends the reading.
        tell: Is told the present stage.

    Attributes:
        missing: The trades that a ledger named and no list of fills told, though they had time to.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: SpotFillStore,
        account: str,
        *,
        has: Callable[[Key], bool],
        take: Callable[[Sequence[LedgerFill]], object],
        wait: Callable[[float], None],
        tell: Callable[[Stage], None],
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._account = account
        self._has = has
        self._take = take
        self._tell = tell
        self._catch_up = CatchUp(store.marks(account), wait=wait, tell=tell)
        self._wanted: set[Pair] = set()  # where there are fills that are not kept
        self.missing: set[Key] = set()

    def since(self) -> datetime | None:
        """Return from when on every trade is known, on whatever pair; None before the first reading."""
        marks = [self._catch_up.marks.get(name) for name in (SPOT_LEDGER, MARGIN_LEDGER)]
        known = [mark.since for mark in marks if mark is not None and mark.since is not None]
        return max(known) if len(known) == len(marks) else None

    def pairs(self) -> set[Pair]:
        """Return where fills were ever read."""
        return {pair for pair in map(_pair, self._catch_up.marks) if pair is not None}

    def patiently(self, ask: Callable[[], A]) -> A:
        """Ask, as often as it takes where nothing but the quota is in the way."""
        return self._catch_up.patiently(ask)

    def run(self, until: datetime, *, hinted: Collection[Pair], heard_of: Callable[[], Iterable[str]]) -> str | None:
        """Read everything up to ``until``.

        What was read is kept whatever happens, and the next run goes on from there.

        Args:
            hinted: Where there may be trades that are not kept, though no ledger names them yet.
            heard_of: The pairs on which there may have been trades; asked for where a ledger has a gap. One on which
                there can be none, for KuCoin lists it no more or not on margin, does no harm.

        Returns:
            Why some fills may be missing; all else was read.

        Raises:
            KucoinError: Something could not be read, or not be kept.
        """
        self._read(hinted, until)
        refusal = self._read_wanted(until)
        for ledger in (SPOT_LEDGER, MARGIN_LEDGER):
            try:
                refusal = self._follow(ledger, until, heard_of) or refusal
            except _OF_ALL:
                raise
            except ApiError as error:  # an account without margin, say: it keeps the other from nothing
                refusal = f"The {ledger} cannot be read: {error}"
        return refusal or (_said(self.missing) if self.missing else None)

    def _follow(self, ledger: str, until: datetime, heard_of: Callable[[], Iterable[str]]) -> str | None:
        """Read a ledger from its mark on, a day at a time, and after each day what it names.

        Returns:
            Why some of that cannot be read, and the mark stays where it is.
        """
        mark, oldest = self._catch_up.marks.get(ledger), until - _NAMED
        gap = mark is None or mark.upto < oldest
        from_ = start = oldest if mark is None else max(mark.upto, oldest)
        refusal: str | None = None
        while start < until:
            end = min(start + _DAY, until)
            self._tell(stage(ledger, from_, start, until))
            named: dict[Key, datetime] = {}
            gap |= self._names(ledger, start, end, named)
            if gap:
                self._read(self._guessed(ledger, heard_of()), until)
                gap = False
            refusal = self._read_wanted(until)
            if refusal is None:
                self.missing |= {key for key, at in named.items() if at < until - LATE and not self._has(key)}
                self._passed(ledger, end, until)
            start = end
        return refusal

    def _names(self, ledger: str, start: datetime, end: datetime, named: dict[Key, datetime]) -> bool:
        """Take the trades of a ledger that are not kept into ``named``, and where they were to what is wanted.

        Returns:
            Whether the ledger tells of a trade and not on what it was.
        """
        silent = False
        for entry in self._entries(ledger, start, end):
            trade = entry.trade
            silent |= trade is None and "EXCHANGE" in (entry.business or "")
            if trade is not None and not self._has(trade):
                named[trade] = entry.at
                self._wanted.add((_account(ledger, entry), trade[0]))
        return silent

    def _entries(self, ledger: str, start: datetime, end: datetime) -> Iterator[LedgerEntry]:
        ledgers = self._exchange.ledgers
        ask = ledgers.spot if ledger == SPOT_LEDGER else ledgers.margin
        asked: set[int] = set()
        cursor: int | None = None
        while True:
            question = partial(ask, start=start, end=end, cursor=cursor, limit=_LEDGER_PAGE, urgency=Urgency.BACKGROUND)
            page: Page[LedgerEntry] = self._catch_up.patiently(question)
            yield from page.items
            cursor = page.cursor
            if cursor is None:
                return
            if cursor in asked:
                raise OutcomeUnknown(f"the pages of the {ledger} do not end: nothing new on number {cursor}")
            asked.add(cursor)

    def _guessed(self, ledger: str, heard_of: Iterable[str]) -> set[Pair]:
        """Return where there may have been trades that a ledger does not name."""
        accounts = (TradeType.TRADE,) if ledger == SPOT_LEDGER else MARGINS
        before = {pair for pair in self.pairs() if pair[0] in accounts}
        return before | {(account, symbol) for account in accounts for symbol in heard_of}

    def _read_wanted(self, until: datetime) -> str | None:
        """Read the fills wherever some are wanted; what cannot be read stays wanted, and why is returned."""
        refusals = self._read(set(self._wanted), until)
        return next((f"Fills on {pair[1]} cannot be read: {error}" for pair, error in refusals.items()), None)

    def _read(self, pairs: Iterable[Pair], until: datetime) -> dict[Pair, ApiError]:
        """Read the fills on ``pairs``; return what was refused, the others were read."""
        refusals: dict[Pair, ApiError] = {}
        for pair in sorted(pairs):
            try:
                self._catch_up.read(self._stream(pair), until)
            except _OF_ALL:
                raise
            except ApiError as error:  # listed no more, or a passing trouble
                refusals[pair] = error
            else:
                self._wanted.discard(pair)
        return refusals

    def _stream(self, pair: Pair) -> Stream[Fill]:
        account, symbol = pair
        if account is TradeType.TRADE:
            asked = partial(self._exchange.spot_orders.fills, symbol=symbol)
        else:
            asked = partial(self._exchange.margin_orders.fills, symbol=symbol, trade_type=account)

        def ask(start: datetime, end: datetime, cursor: int | None) -> Page[Fill]:
            return asked(start=start, end=end, cursor=cursor, limit=_PAGE, urgency=Urgency.BACKGROUND)

        return Stream(
            name=f"{account}:{symbol}",
            title=f"fills on {symbol}",
            ask=ask,
            add=lambda fills, mark: self._store.add_spot(self._account, _kept(fills, account), mark),
            take=lambda fills: self._take(_kept(fills, account)),
            told=TOLD,
            widest=WEEK,
            late=LATE,
        )

    def _passed(self, ledger: str, end: datetime, until: datetime) -> None:
        """Write down that everything which a ledger names up to ``end`` is kept."""
        marks = self._catch_up.marks
        mark = moved(marks.get(ledger), ledger, until - _NAMED, min(end, until - LATE))
        self._store.add_spot(self._account, (), mark)
        self._catch_up.marks = {**marks, ledger: mark}


def _kept(fills: Iterable[Fill], account: TradeType) -> list[LedgerFill]:
    """Return fills as they are kept; the account is the one that was asked for them."""
    return [of_spot(fill, account) for fill in fills]


def _account(ledger: str, entry: LedgerEntry) -> TradeType:
    if ledger == SPOT_LEDGER:
        return TradeType.TRADE
    isolated = any("ISOLATED" in (word or "") for word in (entry.account, entry.business))
    return TradeType.MARGIN_ISOLATED_TRADE if isolated else TradeType.MARGIN_TRADE


def _pair(stream: str) -> Pair | None:
    """Return which account and pair a stream is of, None where it is another."""
    account, _, symbol = stream.partition(":")
    return (_ACCOUNTS[account], symbol) if account in _ACCOUNTS else None


def _said(missing: Collection[Key]) -> str:
    symbols = ", ".join(sorted({symbol for symbol, _, _ in missing}))
    trades = "a trade" if len(missing) == 1 else f"{len(missing)} trades"
    return f"The account's ledger names {trades} on {symbols} that KuCoin's list of fills does not have"
