"""The futures page's figures: margin accounts, positions and their totals, written out one by one for the push socket.

What there is to draw (which accounts, which positions, their badges) goes by the name ``layout``, and what was done
with positions lately by ``acts``; every other name is that of a figure. One panel carries all of it, since they change
together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

from kucoin import figures
from kucoin.desk.futures import FuturesView
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import AccountLine, Flag, PositionLine, SideTotals
from kucoin.errors import InvalidRequest
from kucoin.figures import Direction
from kucoin.model.feed import Mark
from kucoin.model.times import milliseconds
from kucoin.web import veil as veils
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.position_acts import Act, PositionActs
from kucoin.web.sight import CATCHING_UP, LIVE, OLD, STALE, Fresh, Sight
from kucoin.web.veil import Veil

LAYOUT, ACTS = "layout", "acts"
PANEL = "futures:"
"""What the panel is asked for by."""

NEAR, CLOSE = Decimal("0.1"), Decimal("0.3")
"""Distances from mark to liquidation below which a position calls for action, or for a look."""

_FULL_BAR = Decimal("0.5")  # the distance at which its bar is full: what is further away is far
_TIGHT, _HIGH = Decimal("0.5"), Decimal("0.8")  # risk ratios to look at; at 1 cross positions are liquidated
_STEPS = 5  # of the rank in the queue for deleveraging, as KuCoin draws it
_HOT = 4
_SHOWN = 6  # of what was done lately
_LOOK = 0.3  # s between two looks at that
_REST = 9.0  # a look that takes long makes the next one wait, so that all of them take a tenth of a core

_ALERT, _WARN = "alert", "warn"

Cell = tuple[str, str] | tuple[str, str, float]
"""A figure as it is shown, how it looks (a `figures.Direction`, ``warn``, ``alert`` or empty), the size of its bar."""


def account_cells(line: AccountLine, veil: Veil | None = None) -> dict[str, Cell]:
    """Write an account's figures by column."""
    columns = ("equity", "available", "position_margin", "order_margin", "frozen")
    cells: dict[str, Cell] = {name: _amount(getattr(line, name), line.currency, veil) for name in columns}
    ratio = line.risk_ratio
    return cells | {
        "unrealised": _gain(line.unrealised, line.currency, veil),
        "risk_ratio": _measured(ratio, _look(ratio, warn=_TIGHT, alert=_HIGH), ratio),
    }


def position_cells(line: PositionLine, veil: Veil | None = None) -> dict[str, Cell]:
    """Write a position's figures by column; ``roe`` and ``plain_return`` are the same gain in two ways."""
    currency, places = line.settle_currency, line.price_places
    prices = ("entry", "break_even", "mark", "take_profit", "stop_loss")
    cells = {name: _price(getattr(line, name), places) for name in prices}
    return cells | {
        **_sizes(line, veil),
        "value": _amount(line.value, currency, veil),
        "margin": _amount(line.margin, currency, veil),
        "liquidation": ("none", "") if line.liquidation == 0 else _price(line.liquidation, places),
        "distance": _distance(line.distance),
        "unrealised": _gain(line.unrealised, currency, veil),
        "roe": _ratio(line.roe),
        "plain_return": _ratio(line.plain_return),
        "realised_today": _gain(line.realised_today, currency, veil),
        "funding_paid": _flow(line.funding_paid, currency, veil),
        "funding_next": _flow(line.funding_next, currency, veil),
        "funding_rate": (figures.percent(line.funding_rate, places=4), _known(line.funding_rate)),
        "adl": _rank(line.adl_rank),
    }


def total_cells(line: SideTotals, veil: Veil | None = None) -> dict[str, Cell]:
    """Write the totals of a settlement currency."""
    currency = line.currency
    return {
        "long": _amount(line.long, currency, veil),
        "short": _amount(line.short, currency, veil),
        "net": (veils.money(veil, line.net, currency, signed=True), _known(line.net)),
        "hedged": _share(line.hedged, places=0),
        "margin_ratio": _share(line.margin_ratio, places=1),
        "unrealised": _gain(line.unrealised, currency, veil),
        "realised_today": _gain(line.realised_today, currency, veil),
        "funding_paid": _flow(line.funding_paid, currency, veil),
    }


def position_id(line: PositionLine) -> str:
    """Return what a position's cells are told by: ``XBTUSDTM/BOTH``."""
    return f"{line.symbol}/{line.position_side}"


def layout(view: FuturesView) -> Body:
    """Return what there is to draw: accounts, positions and totals, with everything about them that is no figure."""
    return {
        "accounts": [line.currency for line in view.accounts],
        "positions": [_drawn(line) for line in view.positions],
        "totals": [
            {"currency": line.currency, "partial": line.partial, "one_way": _one_way(line, view)}
            for line in view.totals
        ],
    }


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as it was written last: as long as the line is the same, so are its cells."""

    line: AccountLine | PositionLine | SideTotals
    cells: dict[str, Cell]


class FuturesPanel(Panel):
    """Every figure of the futures accounts by name: ``account/USDT/equity``, ``XBTUSDTM/BOTH/mark``.

    Raises:
        InvalidRequest: There is no account.
    """

    def __init__(self, sight: Sight) -> None:
        if sight.futures is None:
            raise InvalidRequest("there is no account here whose positions could be shown")
        self._sight = sight
        self._ask = sight.futures
        self._view = self._ask()
        self._shown: FuturesView | None = None
        self._veil: Veil | None = None
        self._layout: Body = {}
        self._rows: dict[str, _Row] = {}
        self._watched: tuple[str, ...] = ()
        self._heard_at: float | None = None  # in s of the feeds' clock
        self._due = 0.0
        self._done = _acts_of(sight)
        self._acts: list[Body] = []
        self._acts_due = 0.0

    def change(self) -> Change | None:
        """Tell the figures that changed; all of it where some went."""
        acts, changed = self._look_at_acts(), self._look_at_figures()
        if changed is None:
            return Change("more", acts) if acts else None
        return changed if changed.kind == "full" else Change("more", changed.body | acts)

    def _look_at_figures(self) -> Change | None:
        began = self._sight.monotonic()
        self._listen()
        if began < self._due:
            return None
        self._view = self._ask()
        self._follow()
        veil = self._sight.veil()
        if self._view is self._shown and veil is self._veil:
            return None
        before, drawn, first = self._rows, self._layout, self._shown is None
        self._shown, self._layout = self._view, layout(self._view)
        self._rows = dict(_rows(self._view, before if veil is self._veil else {}, veil))
        self._veil = veil
        changed: Body = {} if drawn == self._layout else {LAYOUT: self._layout}
        for name, row in self._rows.items():
            known = before.get(name)
            if known is not row:
                told = known.cells if known else {}
                changed |= {f"{name}/{key}": cell for key, cell in row.cells.items() if told.get(key) != cell}
        self._due = began + _REST * (self._sight.monotonic() - began)
        if first or before.keys() - self._rows.keys():
            return Change("full", self.full())
        return Change("more", changed) if changed else None

    def _look_at_acts(self) -> Body:
        """Return what was done with positions lately where that is another than it was."""
        now = self._sight.monotonic()
        if self._done is None or now < self._acts_due:
            return {}
        self._acts_due = now + _LOOK
        lately = self._done.lately(datetime.fromtimestamp(self._sight.wall(), UTC), self._sight.veil())
        acts = [_act(each) for each in lately[:_SHOWN]]
        if acts == self._acts:
            return {}
        self._acts = acts
        return {ACTS: acts}

    def full(self) -> Body:
        """Return all of it."""
        cells = {f"{name}/{key}": cell for name, row in self._rows.items() for key, cell in row.cells.items()}
        return {LAYOUT: self._layout, ACTS: self._acts, **cells}

    def fresh(self) -> Fresh:
        """Judge by the newest mark price, and by whether the account's own messages are heard."""
        sight, view = self._sight, self._view
        if view.standing is not Standing.READY or view.at is None:
            return Fresh(CATCHING_UP, None, view.reason or "the positions are being read")
        read = max(0.0, sight.wall() - view.at.timestamp())
        silent = None if self._heard_at is None else max(0.0, sight.monotonic() - self._heard_at)
        known = read if silent is None else min(read, silent)
        private = sight.hub.problem(futures=True, private=True)
        if private is not None:
            return Fresh(CATCHING_UP if known < OLD else STALE, known, private)
        return self._by_marks(view.problem) if self._watched else Fresh(LIVE, known, view.problem)

    def _by_marks(self, problem: str | None) -> Fresh:
        sight, market = self._sight, self._sight.market
        age = sight.youngest(sight.hub.latest(Mark, symbol) for symbol in self._watched)
        public = sight.hub.problem(futures=True, private=False)
        if age is not None and age < OLD:
            if public is None and sight.monotonic() - age >= market.live_since(futures=True):
                return Fresh(LIVE, age, problem)
            return Fresh(CATCHING_UP, age, public or "the line is back, and nothing new came over it yet")
        net = sight.net_age(market.contract(self._watched[0]))
        if net is not None:
            return Fresh(
                CATCHING_UP, net, f"{public or 'the socket is silent'}; prices are read every few seconds instead"
            )
        return Fresh(STALE, age, public or problem or "the exchange says nothing about these contracts any more")

    def _follow(self) -> None:
        """Have the mark prices heard that are in it, as far as their contracts are listed."""
        market = self._sight.market
        symbols = tuple(symbol for symbol in self._view.symbols if market.rules(symbol) is not None)
        if symbols == self._watched:
            return
        before, self._watch, self._watched = self._watch, market.marks(symbols), symbols
        if before is not None:
            before.close()

    def _listen(self) -> None:
        """Note when the account's own line said something last; while it is dialled anew it does not know itself."""
        for status in self._sight.hub.feeds():
            if status.name.startswith("feed-futures-private") and status.heard_at is not None:
                self._heard_at = max(status.heard_at, self._heard_at or 0.0)


def _acts_of(sight: Sight) -> PositionActs | None:
    """Return what collects what was done; None where nothing can be."""
    if sight.trading is None or sight.orders is None or sight.flips is None or sight.protection is None:
        return None

    def places(symbol: str) -> int:
        rules = sight.market.rules(symbol)
        return rules.price_decimals if rules else 0

    return PositionActs(sight.trading, sight.orders, sight.flips, sight.protection, places)


def _act(act: Act) -> Body:
    at = milliseconds(act.at)
    return {"of": act.of, "what": act.what, "state": act.state, "words": act.words, "at": at}


def _rows(view: FuturesView, before: dict[str, _Row], veil: Veil | None) -> Iterator[tuple[str, _Row]]:
    """Write every line that is not as it was, by its name; none of an account that cannot be shown."""
    if view.standing is not Standing.READY:
        return

    def row(name: str, line: Any, write: Any) -> tuple[str, _Row]:
        known = before.get(name)
        return name, known if known is not None and known.line == line else _Row(line, write(line, veil))

    yield from (row(f"account/{line.currency}", line, account_cells) for line in view.accounts)
    yield from (row(position_id(line), line, position_cells) for line in view.positions)
    yield from (row(f"total/{line.currency}", line, total_cells) for line in view.totals)


def _drawn(line: PositionLine) -> Body:
    leverage = f"{line.leverage.normalize():f}×" if line.leverage is not None else figures.UNKNOWN
    return {
        "id": position_id(line),
        "symbol": line.symbol,
        "settle": line.settle_currency or figures.UNKNOWN,
        "long": line.is_long,
        "terms": f"{leverage} {_MODES.get(line.margin_mode, line.margin_mode.lower() or figures.UNKNOWN)}",
        "orders": line.open_orders,
        "no_stop": Flag.NO_STOP in line.flags,
        "places": line.price_places,
        "funding_at": int(line.funding_at.timestamp() * 1000) if line.funding_at else None,
    }


_MODES = {"ISOLATED": "isol.", "CROSS": "cross"}


def _one_way(line: SideTotals, view: FuturesView) -> Literal["long", "short"] | None:
    """Return which way all positions of a currency point where there are several."""
    ways = [position.is_long for position in view.positions if position.settle_currency == line.currency]
    if len(ways) < 2 or len(set(ways)) > 1:
        return None
    return "long" if ways[0] else "short"


def _known(value: Decimal | None) -> str:
    return Direction.UNKNOWN if value is None else ""


def _amount(value: Decimal | None, currency: str, veil: Veil | None) -> Cell:
    return veils.money(veil, value, currency), figures.direction(value) if not value else ""


def _flow(value: Decimal | None, currency: str, veil: Veil | None) -> Cell:
    """What was paid or received; the sign alone says which, since neither is a gain of the position."""
    return veils.money(veil, value, currency, signed=True), figures.direction(value) if not value else ""


def _gain(value: Decimal | None, currency: str, veil: Veil | None) -> Cell:
    return veils.money(veil, value, currency, signed=True), figures.direction(value)


def _ratio(value: Decimal | None) -> Cell:
    return figures.percent(value), figures.direction(value)


def _share(value: Decimal | None, *, places: int) -> Cell:
    return figures.percent(value, places=places, signed=False), _known(value)


def _price(value: Decimal | None, places: int | None) -> Cell:
    return figures.price(value) if places is None else figures.fixed(value, places), _known(value)


def _sizes(line: PositionLine, veil: Veil | None) -> dict[str, Cell]:
    """Write the size in lots and in coins; as a share both are the same."""
    if veil is not None:
        return {"lots": (veil.size(line.lots, line.symbol), ""), "coins": ("", "")}
    unit = f" {line.base_currency}" if line.base_currency and line.coins is not None else ""
    return {"lots": (f"{line.lots:,}", ""), "coins": (figures.amount(line.coins) + unit, _known(line.coins))}


def _distance(value: Decimal | None) -> Cell:
    look = "" if value is None else _ALERT if value < NEAR else _WARN if value < CLOSE else ""
    return _measured(value, look, None if value is None else value / _FULL_BAR)


def _look(ratio: Decimal | None, *, warn: Decimal, alert: Decimal) -> str:
    return "" if ratio is None or ratio < warn else _WARN if ratio < alert else _ALERT


def _measured(ratio: Decimal | None, look: str, bar: Decimal | None) -> Cell:
    """Write a fraction beside its bar, whose length is in percent."""
    if ratio is None or bar is None:
        return figures.UNKNOWN, Direction.UNKNOWN, 0.0
    return (
        figures.percent(ratio, places=1, signed=False),
        look,
        round(float(min(max(bar, Decimal(0)), Decimal(1))) * 100, 1),
    )


def _rank(value: Decimal | None) -> Cell:
    """Write the rank in the queue for deleveraging, from 1, the last in line, to 5."""
    if value is None:
        return figures.UNKNOWN, Direction.UNKNOWN, 0.0
    step = min(max(int((value * _STEPS).to_integral_value(ROUND_CEILING)), 1), _STEPS)
    return f"{step} of {_STEPS}", _WARN if step >= _HOT else "", float(step)
