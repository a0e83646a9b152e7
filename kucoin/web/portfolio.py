"""The portfolio's figures, written out one by one so that the push socket can tell those that changed.

Pages write theirs with the same functions, so that a figure looks the same whichever way it came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kucoin import figures
from kucoin.decimals import ZERO
from kucoin.desk.portfolio import Holding, Part, PartKind, Portfolio, Standing
from kucoin.desk.refresh import Reading
from kucoin.errors import InvalidRequest
from kucoin.model.feed import Quote, Summary
from kucoin.web import veil as veils
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import CATCHING_UP, LIVE, OLD, STALE, Fresh, Sight
from kucoin.web.veil import Veil

# A look that takes long, as with hundreds of assets, makes the next one wait: all of them take a twentieth of a core.
_REST = 19.0

Cell = tuple[str, str]
"""A figure as it is shown, and which way it points: a `figures.Direction`, or empty where that does not matter."""


@dataclass(frozen=True, slots=True)
class Place:
    """All parts of one kind taken together; None where no part, or not every part, knows the figure.

    ``value`` is the sum of the parts that have one, ``unread`` counts those that were never read; ``at`` is the oldest
    reading.
    """

    kind: PartKind
    parts: tuple[Part, ...]
    value: Decimal | None
    change: Decimal | None
    change_ratio: Decimal | None
    share: Decimal | None
    unread: int
    at: datetime | None


def gather(parts: Iterable[Part]) -> list[Place]:
    """Return one place for each kind of account that is there, in the order of ``PartKind``."""
    kinds: dict[PartKind, list[Part]] = defaultdict(list)
    for part in parts:
        kinds[part.kind].append(part)
    return [_place(kind, tuple(kinds[kind])) for kind in PartKind if kind in kinds]


def total_cells(portfolio: Portfolio, veil: Veil | None = None) -> dict[str, Cell]:
    """Write the total, its change, and ``in/<unit>`` for each conversion, which says nothing more under a veil."""
    unit, change = portfolio.unit, portfolio.change
    points = figures.direction(change)
    cells = {
        "total": (veils.money(veil, portfolio.total, unit), ""),
        "change": (figures.percent(portfolio.change_ratio), points),
        "sum": (veils.money(veil, change, unit, signed=True), points),
    }
    if veil is not None:
        return cells
    return cells | {
        f"in/{other}": (f"{figures.money(value, other)} {other}", "") for other, value in portfolio.conversions
    }


def place_cells(place: Place, unit: str, veil: Veil | None = None) -> dict[str, Cell]:
    """Write a place's ``value``, ``change`` and ``share``, and ``part/<name>`` for each account in it."""
    cells = {
        "value": (veils.money(veil, place.value, unit), ""),
        "change": (figures.percent(place.change_ratio), figures.direction(place.change)),
        "share": (figures.percent(place.share, places=1, signed=False), ""),
    }
    return cells | {f"part/{part.name}": (veils.money(veil, part.value, unit), "") for part in place.parts if part.name}


def asset_cells(holding: Holding, unit: str, veil: Veil | None = None) -> dict[str, Cell]:
    """Write the figures of an asset's row, by column."""

    def known(text: str, value: Decimal | None) -> Cell:
        return text, "" if value is not None else figures.Direction.UNKNOWN

    def quantity(value: Decimal | None) -> Cell:
        if not value and value is not None:
            return "0", figures.Direction.FLAT
        return known(veils.amount(veil, value, holding.currency), value)

    paid: dict[str, Cell] = {}
    if not holding.account:  # what was bought is not told apart by the accounts that it lies in
        gain = holding.unrealised
        paid["cost"] = known(veils.money(veil, holding.cost, unit), holding.cost)
        paid["unrealised"] = (veils.money(veil, gain, unit, signed=True), figures.direction(gain))
    return paid | {
        "total": quantity(holding.total),
        "available": quantity(holding.available),
        "on_hold": quantity(holding.on_hold),
        "price": known(figures.price(holding.price), holding.price),
        "change": (figures.percent(holding.change_ratio), figures.direction(holding.change_ratio)),
        "value": known(veils.money(veil, holding.value, unit), holding.value),
        "share": known(figures.percent(holding.share, places=1, signed=False), holding.share),
    }


def asset_id(holding: Holding) -> str:
    """Return what the cells of an asset's row are told by: ``Spot trading/BTC``, or ``/BTC`` over all accounts."""
    return f"{holding.account}/{holding.currency}"


class PortfolioPanel(Panel):
    """Every figure of the portfolio page in one unit, by name: ``total``, ``Futures/value``, ``/BTC/price``.

    Raises:
        InvalidRequest: There is no account, or not in this unit.
    """

    def __init__(self, sight: Sight, unit: str) -> None:
        if sight.portfolio is None:
            raise InvalidRequest("there is no account here whose portfolio could be shown")
        self._sight = sight
        self._ask = sight.portfolio
        self._unit = unit
        self._portfolio = self._ask(unit)
        self._shown: Portfolio | None = None
        self._cells: dict[str, Cell] = {}
        self._watched: tuple[str, ...] = ()
        self._due = 0.0

    def change(self) -> Change | None:
        """Tell the figures that changed; all of them where some went."""
        began = self._sight.monotonic()
        if began < self._due:
            return None
        try:
            self._portfolio = self._ask(self._unit)
        except InvalidRequest:  # the unit is quoted no more, which the page notices for itself
            return None
        self._follow()
        if self._portfolio is self._shown:
            return None
        before, first = self._cells, self._shown is None
        veil = None if self._sight.veil() is None else veils.over(self._portfolio)
        self._shown, self._cells = self._portfolio, dict(written(self._portfolio, veil))
        self._due = began + _REST * (self._sight.monotonic() - began)
        if first or before.keys() - self._cells.keys():
            return Change("full", self.full())
        changed: Body = {name: cell for name, cell in self._cells.items() if before.get(name) != cell}
        return Change("more", changed) if changed else None

    def full(self) -> Body:
        """Return every figure."""
        return dict(self._cells)

    def fresh(self) -> Fresh:
        """Judge by the newest of the prices, and by whether the account's own messages are heard."""
        sight, portfolio = self._sight, self._portfolio
        age, problem = self._age(), self._problem()
        if age is not None and age < OLD:
            if problem is None and sight.monotonic() - age >= sight.market.live_since(futures=False):
                return Fresh(LIVE, age, None)
            return Fresh(CATCHING_UP, age, problem or "the line is back, and nothing new came over it yet")
        net = sight.net_age(Reading(portfolio, portfolio.prices_at, portfolio.reason or None))
        if net is not None:
            why = problem or "the sockets are silent"
            return Fresh(CATCHING_UP, net, f"{why}; prices are read every few seconds instead")
        if portfolio.prices_at is not None:
            read = max(0.0, sight.wall() - portfolio.prices_at.timestamp())
            age = read if age is None else min(age, read)
        return Fresh(STALE, age, portfolio.reason or problem or "the exchange says nothing any more")

    def _follow(self) -> None:
        """Have the prices heard that are in it, as far as they are listed."""
        market = self._sight.market
        symbols = tuple(symbol for symbol in self._portfolio.symbols if market.rules(symbol) is not None)
        if symbols == self._watched:
            return
        before, self._watch, self._watched = self._watch, market.quotes(symbols), symbols
        if before is not None:
            before.close()

    def _age(self) -> float | None:
        """How old the newest price is, in s."""
        sight, hub = self._sight, self._sight.hub
        quotes = [hub.latest(Quote, symbol) for symbol in self._watched]
        # A pair's quote tells the time of its last trade, not its own.
        heard = [sight.age(quote.received) for quote in quotes if quote is not None]
        return sight.youngest((hub.latest(Summary, symbol) for symbol in self._watched), heard)

    def _problem(self) -> str | None:
        """Why something in it may be old, None where nothing says so."""
        hub = self._sight.hub
        futures = any(part.kind is PartKind.FUTURES and part.at is not None for part in self._portfolio.parts)
        contracts = any("-" not in symbol for symbol in self._watched)
        lines = [(False, False), (False, True)]
        lines += [(True, False)] if contracts else []
        lines += [(True, True)] if futures else []
        problems = (hub.problem(futures=of_futures, private=private) for of_futures, private in lines)
        return next((problem for problem in problems if problem is not None), None)


def written(portfolio: Portfolio, veil: Veil | None = None) -> Iterator[tuple[str, Cell]]:
    """Write every figure with its name; none of an account that cannot be shown."""
    if portfolio.standing is not Standing.READY:
        return
    yield from total_cells(portfolio, veil).items()
    for place in gather(portfolio.parts):
        for name, cell in place_cells(place, portfolio.unit, veil).items():
            yield f"{place.kind}/{name}", cell
    for holding in (*portfolio.merged, *portfolio.holdings):
        for name, cell in asset_cells(holding, portfolio.unit, veil).items():
            yield f"{asset_id(holding)}/{name}", cell


def _place(kind: PartKind, parts: tuple[Part, ...]) -> Place:
    valued = [part for part in parts if part.value is not None]
    value = _sum(part.value for part in valued)
    change = _sum(part.change for part in valued)
    before = None if value is None or change is None else value - change
    return Place(
        kind=kind,
        parts=parts,
        value=value,
        change=change,
        change_ratio=change / before if change is not None and before is not None and before > 0 else None,
        share=_sum(part.share for part in valued),
        unread=sum(part.at is None for part in parts),
        at=min((part.at for part in parts if part.at is not None), default=None),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum, or None where there is nothing to add or one of the values is unknown."""
    known = list(values)
    return None if not known or None in known else sum((value for value in known if value is not None), ZERO)
