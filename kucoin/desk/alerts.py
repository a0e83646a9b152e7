"""Alerts: each is told once whenever it comes about, and again only after what fired it has recovered by a margin.

They are looked at once a second, by a thread of their own. What fired is written down before it is told, so that a
restart tells nothing twice; what is old or unknown fires nothing. Fills and refusals are told as they happen, and
are not written down here: the ledger and the journal of orders have them.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from kucoin.desk import alert_rules
from kucoin.desk.alert_events import Events
from kucoin.desk.alert_rules import OF_CONTRACTS, RULES
from kucoin.desk.alert_values import AlertValues, Values
from kucoin.desk.principal import Principal
from kucoin.errors import InvalidRequest, JournalError, NotAllowed
from kucoin.journal.alerts import AlertNote, AlertStore, Written
from kucoin.model.alert import Alert, AlertKind, AlertState, Firing

log = logging.getLogger(__name__)

_EVERY = 1.0  # s between two looks
_KEPT = 500  # firings that are remembered
_AT_ONCE = 3  # fills that are told of one look; more are counted
_NOT_READ = "the alerts were not read yet"
_HOUSE = "dashboard"  # who sets the usual ones
_NOT_KNOWN = "What it watches is not known yet."


@dataclass(slots=True)
class _Held:
    """An alert, and what of it has fired: the sentence of each, by what it is of."""

    alert: Alert
    fired: dict[str, str] = field(default_factory=dict)


class Alerts:
    """The alerts of an account. Safe to call from any thread; only `add` and `remove` wait, for the disk.

    Args:
        store: Keeps them; None where this process has no journal: they last as long as it then.
        values: What they compare.
        events: What else they tell.
        account: Whose they are; None until the key was found fit.
        note: Takes down for the audit who did what: ``note(who, act, subject, text=...)``; it never waits.
        now: Aware UTC.
    """

    def __init__(
        self,
        store: AlertStore | None,
        values: AlertValues,
        events: Events,
        *,
        account: Callable[[], str | None],
        note: Callable[..., None] = lambda *_, **__: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._values = values
        self._events = events
        self._account = account
        self._audit = note
        self._now = now
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._held: dict[int, _Held] = {}
        self._owner: str | None = None  # whose they are; None while they were not read
        self._firings: deque[Firing] = deque(maxlen=_KEPT)
        self._problem = _NOT_READ
        self._generation = 0
        self._counted = 0  # firings of this run
        self._rows = 0  # changes that would have been written down, where there is no store
        self._owed: list[AlertNote] = []  # what could not be written yet; of the thread alone
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-alerts", daemon=True)

    @property
    def generation(self) -> int:
        """Rises with every change of `list`, `history` or `problem`."""
        with self._lock:
            return self._generation

    @property
    def problem(self) -> str:
        """Why no alert is watched, or what became of one is not written down; empty otherwise."""
        with self._lock:
            return self._problem

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns within 2 s."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(2.0)

    def list(self) -> tuple[Alert, ...]:
        """Return all of them, in the order in which they were set."""
        with self._lock:
            return tuple(held.alert for held in self._held.values())

    def history(self, after: int | None = None) -> tuple[Firing, ...]:
        """Return what was told, newest first, as far back as it is remembered; what came ``after`` a number alone."""
        with self._lock:
            return tuple(each for each in reversed(self._firings) if after is None or each.number > after)

    def add(self, kind: AlertKind, subject: str, threshold: Decimal | None, principal: Principal) -> Alert:
        """Set an alert, on disk when this returns.

        Args:
            subject: A symbol; empty for all where the kind can be of all.
            threshold: In the unit of its kind.

        Raises:
            NotAllowed: ``principal`` may not, or the account is not known yet.
            InvalidRequest: It makes no sense, or there is one like it.
            JournalError: It could not be written down.
        """
        principal.require_trader("set an alert")
        alert_rules.require(kind, subject, threshold)
        if subject:
            self._values.require(subject)
        if any((each.kind, each.subject, each.threshold) == (kind, subject, threshold) for each in self.list()):
            raise InvalidRequest(f"there is an alert on {kind} like this already")
        note = AlertNote(deed="added", kind=kind, subject=subject, threshold=threshold)
        (alert,) = self._added(self._account_of(), [note], principal.name)
        with self._lock:
            self._held[alert.number] = _Held(alert)
            self._generation += 1
        self._audit(principal.name, "alert set", subject, text=f"Alert set: {_named(alert)}.")
        return alert

    def remove(self, number: int, principal: Principal) -> None:
        """Take an alert away, on disk when this returns; one that is not there already is left at that.

        Raises:
            NotAllowed, JournalError: As `add`.
        """
        principal.require_trader("remove an alert")
        with self._lock:
            known = self._held.get(number)
        if known is None:
            return
        self._write(self._account_of(), [AlertNote(deed="removed", alert=number)], principal.name)
        with self._lock:
            self._held.pop(number, None)
            self._generation += 1
        alert = known.alert
        self._audit(principal.name, "alert removed", alert.subject, text=f"Alert removed: {_named(alert)}.")

    def test(self, principal: Principal) -> None:
        """Tell something that shows whether alerts arrive.

        Raises:
            NotAllowed: ``principal`` may not.
        """
        principal.require_trader("test the alerts")
        self._tell(None, None, "", f"A test by {principal.name}: alerts arrive.")

    def look(self) -> None:
        """Look at everything once. Only one thread may."""
        account = self._account()
        if account is None:
            return
        if account != self._owner:
            self._read(account)
        with self._lock:
            held = list(self._held.values())
        of = {each.alert.subject for each in held if each.alert.kind in alert_rules.OF_A_SYMBOL}
        self._values.follow(of, positions=any(each.alert.kind is AlertKind.LIQUIDATION for each in held))
        fired = [(each.alert, words) for each in held if each.alert.kind in RULES for words in self._compare(each)]
        self._pay()
        for alert, words in fired:
            self._audit("desk", "alert fired", alert.subject, text=words, state="unknown")
            self._tell(alert.number, alert.kind, alert.subject, words)
        self._pass_on([each.alert for each in held])

    def _run(self) -> None:
        failed = False
        while not self._stopping.wait(_EVERY):
            try:
                self.look()
                failed = False
            except Exception as error:
                if not failed:  # one line a fault, not one a second
                    log.exception("looking at the alerts broke")
                failed = True
                self._excuse(f"the alerts cannot be looked at: {error}")

    def _read(self, account: str) -> None:
        """Take up what the journal has of an account; one that never had an alert gets the usual ones."""
        rows = self._store.read(account) if self._store else ()
        held, firings = _replayed(rows)
        if not rows:
            usual = [AlertNote(deed="added", kind=kind, threshold=line) for kind, line in alert_rules.USUAL]
            held = {alert.number: _Held(alert) for alert in self._added(account, usual, _HOUSE)}
        self._owed.clear()  # what is left of another account stays unwritten
        with self._lock:
            self._held, self._owner = held, account
            self._firings = deque(firings, maxlen=_KEPT)
            self._generation += 1

    def _added(self, owner: str, notes: Sequence[AlertNote], by: str) -> tuple[Alert, ...]:
        """Write alerts down, all of them or none, and return them."""
        at = self._now()
        return tuple(
            _alert(number, note, by, at) for number, note in zip(self._write(owner, notes, by), notes, strict=True)
        )

    def _compare(self, held: _Held) -> Sequence[str]:
        """Return what of an alert fires now, in sentences, and take in what has recovered."""
        alert, threshold = held.alert, held.alert.threshold
        values = self._values.read(alert.kind, alert.subject)
        if threshold is None or values is None:
            self._show(held, AlertState.UNKNOWN, _NOT_KNOWN)
            return []
        told = []
        rule = RULES[alert.kind]
        gone = [name for name in held.fired if name not in values] if alert.kind in OF_CONTRACTS else []
        for name in gone:  # its position was closed; a socket that is not in use stays as it was
            self._recover(held, name)
        for name, value in values.items():
            if value.amount is None:
                continue
            before = name in held.fired
            fired = rule.after(value.amount, threshold, fired=before)
            if fired and not before:
                words = alert_rules.fired_words(alert.kind, name, value.amount, threshold, value.detail)
                held.fired[name] = words
                self._owed.append(AlertNote(deed="fired", alert=alert.number, of=name, words=words))
                told.append(words)
            elif before and not fired:
                self._recover(held, name)
        self._show(held, *_standing(held, values))
        return told

    def _recover(self, held: _Held, name: str) -> None:
        del held.fired[name]
        self._owed.append(AlertNote(deed="recovered", alert=held.alert.number, of=name))

    def _pass_on(self, alerts: Sequence[Alert]) -> None:
        """Tell what happened, as far as somebody wants to know."""
        wanted = []
        for happening in self._events.take():
            fits = (each for each in alerts if each.kind is happening.kind and each.subject in {"", happening.symbol})
            if alert := next(fits, None):
                wanted.append((alert, happening))
        many = sum(happening.kind is AlertKind.FILL for _, happening in wanted)
        left = many if many <= _AT_ONCE else _AT_ONCE - 1
        for alert, happening in wanted:
            if happening.kind is AlertKind.FILL:
                left -= 1
                if left < 0:
                    continue
            self._tell(alert.number, alert.kind, happening.symbol, happening.words)
        if many > _AT_ONCE:
            self._tell(None, AlertKind.FILL, "", f"{many - _AT_ONCE + 1} more orders were filled.")

    def _tell(self, number: int | None, kind: AlertKind | None, subject: str, words: str) -> None:
        at = self._now()
        log.info("alert: %s", words)
        with self._lock:
            self._counted += 1
            fired = Firing(number=self._counted, alert=number, kind=kind, subject=subject, words=words, at=at)
            self._firings.append(fired)
            held = self._held.get(number) if number is not None else None
            if held is not None and kind not in RULES:
                held.alert = replace(held.alert, since=at, words=words)
            self._generation += 1

    def _show(self, held: _Held, state: AlertState, words: str) -> None:
        with self._lock:
            alert = held.alert
            if (alert.state, alert.words) == (state, words):
                return
            since = alert.since if alert.state is state else self._now()
            held.alert = replace(alert, state=state, words=words, since=since)
            self._generation += 1

    def _account_of(self) -> str:
        """Return whose the alerts are.

        Raises:
            NotAllowed: That is not known yet, or they could not be read.
        """
        with self._lock:
            if self._owner is None:
                raise NotAllowed(f"Nothing can be changed: {self._problem}.")
            return self._owner

    def _write(self, owner: str, notes: Sequence[AlertNote], by: str) -> tuple[int, ...]:
        """Write changes down, all of them or none, and return their numbers; JournalError where the journal fails."""
        if self._store is not None:
            return self._store.add(owner, notes, by=by, at=self._now())
        with self._lock:
            self._rows += len(notes)
            return tuple(range(self._rows - len(notes) + 1, self._rows + 1))

    def _pay(self) -> None:
        """Write down what was found; where the journal fails, that is tried again with the next look."""
        if self._owed:
            try:
                self._write(self._account_of(), self._owed, _HOUSE)
            except JournalError as error:
                self._excuse(f"what became of alerts is not written down: {error}")
                return
            self._owed.clear()
        self._excuse("")

    def _excuse(self, problem: str) -> None:
        with self._lock:
            if self._problem != problem:
                self._problem = problem
                self._generation += 1


def _named(alert: Alert) -> str:
    """Return what an alert is of, such as ``liquidation of XBTUSDTM, 20 %``."""
    of = f" of {alert.subject}" if alert.subject else ""
    threshold = alert_rules.threshold_text(alert.kind, alert.threshold)
    return f"{alert.kind}{of}{threshold and f', {threshold}'}"


def _alert(number: int, note: AlertNote, by: str, at: datetime) -> Alert:
    """Return an alert as it begins."""
    if note.kind is None:
        raise JournalError(f"change {number} of the alerts adds one of no kind")
    return Alert(
        number=number,
        kind=note.kind,
        subject=note.subject,
        threshold=note.threshold,
        state=AlertState.ARMED,
        since=at,
        words="",
        by=by,
    )


def _replayed(rows: Iterable[Written]) -> tuple[dict[int, _Held], tuple[Firing, ...]]:
    """Return the alerts as their changes left them, and what was told, oldest first; the last of it is number 0."""
    held: dict[int, _Held] = {}
    firings: list[Firing] = []
    for row in rows:
        note = row.note
        if note.deed == "added":
            held[row.seq] = _Held(_alert(row.seq, note, row.by, row.at))
            continue
        known = held.get(note.alert)
        if known is None:  # noted while it was being removed
            continue
        match note.deed:
            case "removed":
                del held[note.alert]
                continue
            case "fired":
                known.fired[note.of] = note.words
                firings.append(_firing(known.alert, note.words, row.at))
            case "recovered":
                known.fired.pop(note.of, None)
        state = AlertState.FIRED if known.fired else AlertState.ARMED
        known.alert = replace(known.alert, state=state, words=" ".join(known.fired.values()), since=row.at)
    last = len(firings) - 1
    return held, tuple(replace(each, number=index - last) for index, each in enumerate(firings))


def _firing(alert: Alert, words: str, at: datetime) -> Firing:
    return Firing(number=0, alert=alert.number, kind=alert.kind, subject=alert.subject, words=words, at=at)


def _standing(held: _Held, values: Values) -> tuple[AlertState, str]:
    """Return how an alert stands, and what there is to say of it."""
    known = [words for name, words in held.fired.items() if name in values and values[name].amount is not None]
    unknown = [value.detail for value in values.values() if value.amount is None]
    if known:
        return AlertState.FIRED, " ".join(held.fired.values())
    if unknown:
        return AlertState.UNKNOWN, f"{unknown[0][:1].upper()}{unknown[0][1:]}."
    return (AlertState.FIRED if held.fired else AlertState.ARMED), " ".join(held.fired.values())
