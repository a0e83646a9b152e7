"""What guards the account: the ways out with what each would do now, what became of them, switches and limits.

Whoever looks at any page is told of all of it, so that a way out is one press away and says what it does.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kucoin import figures
from kucoin.desk.futures import FuturesView
from kucoin.desk.portfolio import Standing
from kucoin.errors import InvalidRequest
from kucoin.model.leaving import ItemState, Leaving, LeavingItem
from kucoin.model.limits import RiskView
from kucoin.model.times import milliseconds
from kucoin.web import limit_words
from kucoin.web import sent_words as words
from kucoin.web import veil as veils
from kucoin.web.machine import judge_private
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import LIVE, Fresh, Sight
from kucoin.web.veil import Veil

PANEL = "guard:"
"""What the panel is asked for by."""

_RATE = 1.0  # s between two counts of orders and positions
_SHOWN = 3  # presses
_READING = "it is being read"


class GuardPanel(Panel):
    """The ways out, the newest presses, the switches and the use of the limits.

    Raises:
        InvalidRequest: There is no account.
    """

    def __init__(self, sight: Sight) -> None:
        if sight.orders is None or sight.futures is None or sight.leavings is None or sight.risk is None:
            raise InvalidRequest("there is no account here that could be left")
        self._sight = sight
        self._orders, self._futures = sight.orders, sight.futures
        self._leavings, self._risk = sight.leavings, sight.risk
        self._counted_at: float | None = None
        self._counts: Body = {}
        self._seen: tuple[RiskView, tuple[Leaving, ...], Veil | None] | None = None
        self._body: Body = {}

    def change(self) -> Change | None:
        """Tell what became another: the switches and the presses at once, what is counted once a second."""
        now, view = self._sight.monotonic(), self._risk.view()
        veil = self._sight.veil()
        seen = (view, self._leavings.leavings()[:_SHOWN], veil)
        due = self._counted_at is None or now - self._counted_at >= _RATE
        if not due and seen == self._seen:
            return None
        self._seen = seen
        if due:
            self._counted_at = now
            self._counts = {"cancel": self._cancel(veil), "flatten": self._flatten(veil)}
        before = self._body
        self._body = {
            **self._counts,
            "stop": _stop(view),
            **self._switches(view, veil),
            "uses": [limit_words.use(each, known=view.limits is not None, veil=veil) for each in view.uses],
            "presses": [_press(each, veil) for each in seen[1]],
        }
        if not before:
            return Change("full", self._body)
        changed = {name: value for name, value in self._body.items() if before[name] != value}
        return Change("more", changed) if changed else None

    def full(self) -> Body:
        """Return all of it."""
        return self._body

    def fresh(self) -> Fresh:
        """Judge by the private sockets: they tell how many orders and positions there are."""
        fresh = judge_private(self._sight)
        return fresh._replace(age=None) if fresh.state == LIVE else fresh

    def _cancel(self, veil: Veil | None) -> Body:
        orders, stops = len(self._orders.open()), len(self._orders.stops())
        doubt, barred = veils.words(veil, self._doubt()), self._barred()
        total = orders + stops
        if not total:
            does = "Cancels every open order on spot and futures."
        else:
            which = " and ".join([*_many(orders, "order"), *_many(stops, "stop")])
            does = f"{which} on spot and futures. Positions stay{' and lose their stops' if stops else ''}."
        return {
            "label": f"Cancel all {total}" if total else "Cancel all",
            "does": does,
            "doubt": "" if barred else doubt.rstrip("."),
            "dead": barred or ("" if total or doubt else "No order is open."),
        }

    def _flatten(self, veil: Veil | None) -> Body:
        view = self._futures()
        barred = self._barred()
        read = view.standing is Standing.READY
        doubt = veils.words(veil, view.reason or _READING if not read else view.problem or "")
        total = len(view.positions)
        many = " and ".join(_many(total, "position")) or "every position"
        return {
            "label": f"Flatten {many}" if total else "Flatten",
            "does": f"Cancels every futures order, then closes {many} at market{_worth(view) if veil is None else ''}. "
            "Spot orders and balances stay.",
            "doubt": "" if barred else doubt.rstrip("."),
            "dead": barred or ("" if total or doubt else "No position is open."),
        }

    def _barred(self) -> str:
        """Return why nothing could be asked of the exchange at all, empty where it could."""
        view = self._futures()
        return view.reason if view.standing is Standing.NO_CREDENTIALS else ""

    def _doubt(self) -> str:
        """Return why there may be other orders than are known, empty where nothing says so."""
        for futures in (False, True):
            if not self._orders.knows_stops(futures=futures):
                return _READING
            if problem := self._orders.stops_problem(futures=futures):
                return problem
        return self._orders.problem() or ""

    def _switches(self, view: RiskView, veil: Veil | None) -> Body:
        halt = view.halt
        return {
            "halt": None if halt is None else {"by": halt.by, "at": milliseconds(halt.at)},
            "arming": view.arming,
            "arm_for": "" if view.arm_for is None else f"{view.arm_for.total_seconds() / 60:.0f} min",
            "armed_until": self._sight.exchanges(view.armed_until),
            "problem": words.said(veils.words(veil, view.problem)),
            # at the start, and without a key, that is as it has to be
            "blind": bool(view.problem) and self._futures().standing not in {Standing.LOADING, Standing.NO_CREDENTIALS},
        }


def _stop(view: RiskView) -> Body:
    stopped = f"Stopped by {view.halt.by} at {view.halt.at:%H:%M:%S} UTC." if view.halt else ""
    return {
        "label": "Stop new orders",
        "does": "Refuses every new order that opens risk. Leaves orders and positions as they are.",
        "doubt": "",
        "dead": stopped,
    }


def _press(told: Leaving, veil: Veil | None) -> dict[str, Any]:
    """Return one press and its items, with how many came to what."""
    counts = {state: sum(item.state is state for item in told.items) for state in ItemState}
    said = [f"{counts[state]} {state}" for state in (ItemState.FAILED, ItemState.UNKNOWN) if counts[state]]
    total = len(told.items)
    sum_up = ", ".join([f"{counts[ItemState.DONE]} of {total} done", *said]) if total else "nothing found yet"
    if told.over and not total:
        sum_up = "nothing was found"
    return {
        "number": told.number,
        "way": told.way,
        "by": told.by,
        "at": milliseconds(told.at),
        "over": told.over,
        "said": sum_up,
        "trouble": bool(said) or bool(told.notes),
        "notes": [veils.words(veil, note) for note in told.notes],
        "items": [_item(item, veil) for item in told.items],
    }


def _item(item: LeavingItem, veil: Veil | None) -> dict[str, Any]:
    said = {"what": veils.words(veil, item.what), "words": veils.words(veil, item.words)}
    return asdict(item) | said | {"took": words.took(item.took)}


def _worth(view: FuturesView) -> str:
    """Return what the positions come to, by settlement currency; empty where nothing of it is known."""
    sums = [
        f"{figures.money(line.long + line.short, line.currency)} {line.currency}"
        for line in view.totals
        if line.long is not None and line.short is not None
    ]
    return f", about {' and '.join(sums)}" if sums else ""


def _many(count: int, what: str) -> list[str]:
    return [f"{count} {what}{'' if count == 1 else 's'}"] if count else []
