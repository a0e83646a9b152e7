"""The order book as a ladder of price groups, and how deep it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from kucoin.book.book import BookView
from kucoin.decimals import ZERO, ceil_to, floor_to, is_multiple, parse
from kucoin.desk.rules import Rules
from kucoin.errors import InvalidRequest
from kucoin.model.feed import Level, Mark, Quote, Summary
from kucoin.model.order import Side
from kucoin.web.panel import Body, Change, SymbolPanel, amount, rounded, written
from kucoin.web.sight import CATCHING_UP, OLD, STALE, Fresh, Sight
from kucoin.web.veil import Veil

_LEVELS = 15
_DEPTHS = (50, 500, 5_000, 50_000)  # levels a side that are looked at until the groups are full
_MANY = 500
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000)
_WIDEST = 200  # a group is at most this part of the price
_BANDS = (Decimal("0.001"), Decimal("0.005"), Decimal("0.01"), Decimal("0.02"))
_POINTS = 80
_SLOW = 0.4  # s between two looks at the whole depth
_COSTLY, _SELDOM = 0.01, 1.0  # s that a look may take of everybody's time, and s between two that take more
_SHARED = 200  # depths that are kept for all who ask


class Deep(NamedTuple):
    """How much lies within each of the bands around the middle, and the curves of it."""

    within: list[list[Any]]
    bids: list[list[float]]
    asks: list[list[float]]
    mid: float | None


class BookSight:
    """Follows one symbol's book, keeps its last levels while it is being read anew, and knows how old they are."""

    def __init__(self, sight: Sight, symbol: str) -> None:
        self._sight = sight
        self._symbol = symbol
        self._changed_at = sight.monotonic()
        self._sequence: int | None = None
        self._untrusted_since: float | None = None
        self._awaited: tuple[int, float] | None = None  # what the best prices came to that the book had not, and when
        self._kept: dict[int, BookView] = {}  # by depth: the last with levels in it

    def view(self, count: int) -> BookView | None:
        """Return the best levels, those of before where it has none now."""
        view = self._sight.books.view(self._symbol, count)
        now = self._sight.monotonic()
        if view is None:
            return self._kept.get(count)
        if view.sequence != self._sequence:
            self._sequence, self._changed_at = view.sequence, now
        self._untrusted_since = None if view.trusted else self._untrusted_since or now
        self._follow(view.sequence, now)
        if view.bids or view.asks:
            self._kept[count] = view
            return view
        return self._kept.get(count, view)

    @property
    def problem(self) -> str | None:
        """Why the book is not to be trusted, None where it may be."""
        view = self._sight.books.view(self._symbol, 1)
        return view.problem if view else "it is not kept"

    def fresh(self, waiting: float, *, futures: bool) -> Fresh:
        """Say how old the book is: by its last change, or by what comes steadily while nothing changes."""
        sight, hub, symbol = self._sight, self._sight.hub, self._symbol
        view = self.view(1)
        values = [hub.latest(Summary, symbol), hub.latest(Mark, symbol) if futures else None]
        changed = [sight.age(self._changed_at, view.time or None)] if view and view.sequence is not None else []
        fresh = sight.judge(symbol, sight.youngest(values, changed), waiting)
        if fresh.state == STALE:
            return fresh
        now = sight.monotonic()
        if self._untrusted_since is not None:
            state = STALE if now - self._untrusted_since >= OLD and waiting >= OLD else CATCHING_UP
            return Fresh(state, fresh.age, f"the book is read again: {self.problem}")
        if self._awaited is not None and now - self._awaited[1] >= OLD:
            return Fresh(STALE, now - self._awaited[1], "the book is behind the best prices that are told besides")
        return fresh

    def _follow(self, sequence: int | None, now: float) -> None:
        """Note where the best prices are ahead of the book, until it has come to where they were then."""
        if sequence is None or (self._awaited is not None and sequence >= self._awaited[0]):
            self._awaited = None
        quote = self._sight.hub.latest(Quote, self._symbol)
        told = quote.value.sequence if quote else None
        if self._awaited is None and told is not None and sequence is not None and told > sequence:
            self._awaited = told, now

    def deep(self, rules: Rules) -> Deep:
        """Return how deep the book is, as of at most 1 s ago; worked out once for all who ask."""
        shared, key, now = self._sight.shared, ("deep", self._symbol), self._sight.monotonic()
        known = shared.get(key)
        if isinstance(known, tuple) and now < known[0]:
            found: Deep = known[1]
            return found
        view = self._drawn()
        found = _deep(view, rules) if view else Deep([], [], [], None)
        took = self._sight.monotonic() - now
        if len(shared) >= _SHARED:
            shared.clear()
        shared[key] = (now + (_SELDOM if took > _COSTLY else _SLOW), found)
        return found

    def _drawn(self) -> BookView | None:
        """Return the book as far as its curves are drawn: whole ones may have tens of thousands of levels."""
        view: BookView | None = None
        for count in _DEPTHS[1:]:
            view = self.view(count)
            if view is None or not view.bids or not view.asks:
                break
            mid = (view.bids[0][0] + view.asks[0][0]) / 2
            sides = (view.bids, view.asks)
            if all(len(side) < count or abs(side[-1][0] - mid) > mid * _BANDS[-1] for side in sides):
                break
        return view


class LadderPanel(SymbolPanel):
    """Fifteen price groups a side.

    Args:
        step: How wide a group is, in quote currency; empty for the tick.

    Raises:
        InvalidRequest: No such symbol, or no such step.
    """

    def __init__(self, sight: Sight, symbol: str, step: str) -> None:
        super().__init__(sight, symbol)
        self._book = BookSight(sight, symbol)
        self._asked = step
        self._body: Body = {}
        self._seen: tuple[object, ...] = ()
        self._depth = 0  # which of _DEPTHS filled the groups last
        self._looked_at = -_SLOW
        try:
            self._step = _checked(step, self.rules)
        except InvalidRequest:
            self.close()
            raise

    def change(self) -> Change | None:
        """Tell all of it where anything in it has changed; seldom, where its groups take thousands of levels."""
        rules, orders, now = self.rules, self.sight.orders, self.sight.monotonic()
        if _DEPTHS[self._depth] > _MANY and now - self._looked_at < _SLOW:
            return None
        self._looked_at = now
        view, groups = self._grouped(rules)
        if view is None:
            body = _nothing(rules)
        else:
            deep = self._book.deep(rules)
            seen = (view, deep, orders.generation if orders else 0, self._book.problem, self.sight.veil())
            if self._body and seen == self._seen:
                return None
            self._seen = seen
            body = self._write(view, groups, deep)
        if body == self._body:
            return None
        self._body = body
        return Change("full", body)

    def full(self) -> Body:
        """Return the ladder as it was told last."""
        return self._body or _nothing(self.rules)

    def fresh(self) -> Fresh:
        """Judge by the book."""
        return self._book.fresh(self.waiting, futures=self.rules.futures)

    def _grouped(self, rules: Rules) -> tuple[BookView | None, tuple[list[Level], list[Level]]]:
        """Return the book and its groups a side, looking as deep as that takes."""
        view: BookView | None = None
        groups: tuple[list[Level], list[Level]] = ([], [])
        step = None if self._step == rules.tick else self._step
        for depth in range(self._depth, len(_DEPTHS)):
            self._depth, count = depth, _DEPTHS[depth]
            view = self._book.view(count)
            if view is None:
                break
            groups = (_group(view.bids, step, bids=True), _group(view.asks, step, bids=False))
            full = all(len(side) > _LEVELS for side in groups)
            if full or max(len(view.bids), len(view.asks)) < count:
                break
        return view, groups

    def _write(self, view: BookView, groups: tuple[list[Level], list[Level]], deep: Deep) -> Body:
        rules, problem, veil = self.rules, self._book.problem, self.sight.veil()
        own = self._own()
        bids, asks = (side[:_LEVELS] for side in groups)
        most = max(sum((size for _, size in side), ZERO) for side in (bids, asks))
        best_bid, best_ask = (side[0][0] if side else None for side in (view.bids, view.asks))
        spread = best_ask - best_bid if best_bid is not None and best_ask is not None else None
        mid = (best_ask + best_bid) / 2 if best_bid is not None and best_ask is not None else None
        return {
            "bids": _rows(bids, most, own["buy"], rules, veil),
            "asks": _rows(asks, most, own["sell"], rules, veil),
            "spread": written(spread, rules.price_decimals),
            "spread_ratio": rounded(spread / mid, 6) if spread is not None and mid else None,
            "mid": written(mid, rules.price_decimals),
            "step": written(self._step, rules.price_decimals),
            "steps": [written(step, rules.price_decimals) for step in _steps(rules, mid)],
            "trusted": problem is None,
            "problem": problem,
            "within": deep.within,
        }

    def _own(self) -> Mapping[str, Mapping[Decimal, Decimal]]:
        """Return what own orders have at each group."""
        own: dict[str, dict[Decimal, Decimal]] = {"buy": {}, "sell": {}}
        for order in self.sight.orders.open(self.symbol) if self.sight.orders else ():
            if order.price is not None and order.remaining_size:
                price = (floor_to if order.side == Side.BUY else ceil_to)(order.price, self._step)
                side = own[order.side]
                side[price] = side.get(price, ZERO) + order.remaining_size
        return own


class DepthPanel(SymbolPanel):
    """The curves of the book within 2 % of the middle, in plain numbers: they are drawn and nothing else."""

    def __init__(self, sight: Sight, symbol: str) -> None:
        super().__init__(sight, symbol)
        self._book = BookSight(sight, symbol)
        self._told: Deep | None = None

    def change(self) -> Change | None:
        """Tell all of it, at most 2.5 times a second."""
        deep = self._book.deep(self.rules)
        if deep is self._told or (self._told is not None and deep == self._told):
            return None
        self._told = deep
        return Change("full", self.full())

    def full(self) -> Body:
        """Return both curves from the best price outwards, and the bands' values."""
        deep = self._told or Deep([], [], [], None)
        return {"bids": deep.bids, "asks": deep.asks, "mid": deep.mid, "within": deep.within}

    def fresh(self) -> Fresh:
        """Judge by the book."""
        return self._book.fresh(self.waiting, futures=self.rules.futures)


def _checked(step: str, rules: Rules) -> Decimal:
    """Read a step.

    Raises:
        InvalidRequest: It is no multiple of the tick, or absurd.
    """
    if not step:
        return rules.tick
    try:
        width = parse(step) if len(step) <= 24 and step.isascii() else ZERO
        fits = ZERO < width <= rules.tick * _STEPS[-1] and is_multiple(width, rules.tick)
    except (ArithmeticError, ValueError):
        fits = False
    if not fits:
        raise InvalidRequest(f"{step[:24]!r} is no step that prices of {rules.symbol} can be grouped by")
    return width


def _steps(rules: Rules, mid: Decimal | None) -> Iterable[Decimal]:
    """The steps to choose from: none so wide that few groups would be left."""
    return [rules.tick * times for times in _STEPS if times == 1 or mid is None or rules.tick * times * _WIDEST <= mid]


def _group(levels: Sequence[Level], step: Decimal | None, *, bids: bool) -> list[Level]:
    """Put levels together in groups of ``step``, best first: bids at the lower end, asks at the upper."""
    if step is None:
        return list(levels)
    groups: list[Level] = []
    snap, sign = (floor_to, -1) if bids else (ceil_to, 1)
    begin = 0
    while begin < len(levels) and len(groups) <= _LEVELS:
        end = snap(levels[begin][0], step)
        after = _count(levels, end, sign, begin)
        groups.append((end, sum((size for _, size in levels[begin:after]), ZERO)))
        begin = after
    return groups


def _count(levels: Sequence[Level], bound: Decimal, sign: int, begin: int = 0) -> int:
    """Return how many levels there are up to ``bound``, which counts; ``sign`` is -1 for bids, 1 for asks."""
    return bisect_right(levels, bound * sign, begin, key=lambda level: level[0] * sign)


def _rows(
    levels: Iterable[Level], most: Decimal, own: Mapping[Decimal, Decimal], rules: Rules, veil: Veil | None
) -> list[list[str | float | None]]:
    rows: list[list[str | float | None]] = []
    total = ZERO
    for price, size in levels:
        total += size
        rows.append(
            [
                *(written(price, rules.price_decimals), written(size, rules.size_decimals)),
                *(written(total, rules.size_decimals), round(float(total / most), 4)),
                _held(own.get(price), rules, veil),
            ]
        )
    return rows


def _held(size: Decimal | None, rules: Rules, veil: Veil | None) -> str | None:
    """Write what own orders have at a price."""
    return written(size, rules.size_decimals) if size is None or veil is None else veil.size(size, rules.symbol)


def _nothing(rules: Rules) -> Body:
    tick = written(rules.tick, rules.price_decimals)
    missing = dict.fromkeys(("spread", "spread_ratio", "mid"))
    known: Body = {"bids": [], "asks": [], "step": tick, "steps": [tick], "within": []}
    return missing | known | {"trusted": False, "problem": "it is not read yet"}


def _deep(view: BookView, rules: Rules) -> Deep:
    if not view.bids or not view.asks:
        return Deep([[float(band), None, None] for band in _BANDS], [], [], None)
    mid = (view.bids[0][0] + view.asks[0][0]) / 2
    sides = []
    for levels, sign, edge in ((view.bids, -1, view.edges[0]), (view.asks, 1, view.edges[1])):
        sides.append(_side(levels, mid, sign, edge, rules))
    (bid_values, bids), (ask_values, asks) = sides
    within = [[float(band), *each] for band, *each in zip(_BANDS, bid_values, ask_values, strict=True)]
    return Deep(within, bids, asks, float(mid))


def _side(
    levels: Sequence[Level], mid: Decimal, sign: int, edge: Decimal | None, rules: Rules
) -> tuple[list[str | None], list[list[float]]]:
    """Return the value within each band, None where the known book ends before it, and about 80 points of the curve."""
    bounds = [mid * (1 + sign * band) for band in _BANDS]
    ends = [_count(levels, bound, sign) for bound in bounds]
    values: list[str | None] = []
    value = ZERO
    for begin, end, bound in zip([0, *ends], ends, bounds, strict=False):
        value += rules.worth(levels[begin:end])
        # All of it, unless the levels that are known of ended before.
        reached = end < len(levels) or edge is None or (edge - bound) * sign >= 0
        values.append(amount(value) if reached else None)
    sums = list(accumulate(float(size) for _, size in levels[: ends[-1]]))
    width = (bounds[-1] - mid) / _POINTS
    counts = {_count(levels, mid + width * point, sign) for point in range(1, _POINTS + 1)} | {min(1, len(sums))}
    curve = [[float(levels[count - 1][0]), sums[count - 1]] for count in sorted(counts) if count]
    return values, curve
