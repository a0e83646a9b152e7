"""What would come of the order on the ticket, row by row, before it is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypedDict

from kucoin.desk.preview import Holding, Preview, Rest, Taking
from kucoin.desk.terms import Terms
from kucoin.web.futures import CLOSE, NEAR
from pages.widgets import figures
from pages.widgets.freshness import Mark
from pages.widgets.live import live

_STALE, _ALARM = 5.0, 15.0  # s of age of a book
_LEVELS = 2  # named one by one; of more the ends are
_STEPS = ("", "warn", "alert")
_RATES = {Taking.TAKER: "taker {}, your rate", Taking.MAKER: "maker {}, your rate", Taking.BOTH: "taker {}, then maker"}
_NOTHING = Preview()
_EMPTY = "Fill in price and size to see what would come of it."


class Row(TypedDict, total=False):
    """A consequence as it is drawn; a ``short`` one has no ``second`` line."""

    label: str
    value: str
    look: str
    beside: str
    beside_look: str
    second: str
    hint: str | None
    short: bool


def show(preview: Preview | None, terms: Terms | None, *, futures: bool, key: str = "preview") -> None:
    """Draw the preview of a ticket; without one, or while nothing is known of the symbol, the same rows with dashes."""
    live.PREVIEW(key=key, data=payload(preview, terms, futures=futures))


def payload(preview: Preview | None, terms: Terms | None, *, futures: bool) -> dict[str, Any]:
    """Return what the component draws."""
    told = preview if preview is not None and terms is not None else _NOTHING
    write = _Writer(told, terms)
    own = (write.margin, write.liquidation, write.position) if futures else (write.cost, write.gets, write.borrow)
    rows = [make() for make in (write.average, write.slippage, write.fee, *own, write.worst)]
    return {
        "title": "If it fills now",
        "age": None if told.book_age is None else _age(told.book_age),
        "rows": rows,
        "problem": told.problem,
        "notes": list(told.notes) if preview is not None else [_EMPTY],
    }


def _age(seconds: float) -> Mark:
    return {"word": "book", "fresh": "", "seconds": seconds, "stale": _STALE, "alarm": _ALARM}


class _Writer:
    """Writes the rows of one preview; what is unknown is a dash that says why."""

    def __init__(self, preview: Preview, terms: Terms | None) -> None:
        self._told = preview
        self._places = terms.rules.price_decimals if terms else 0
        self._quote = terms.rules.quote if terms else ""
        self._unit = " contracts" if terms and terms.rules.futures else ""

    def average(self) -> Row:
        """What is paid, and at which levels."""
        return self._row("Average fill", self._computed(self._told.average), "average", second=self._fills())

    def slippage(self) -> Row:
        """How much worse that is than the best price."""
        told = self._told
        row = self._row("Slippage", self._computed(told.slippage), "slippage")
        if told.slippage_ratio is not None:
            row["beside"] = figures.percent(told.slippage_ratio, places=3, signed=False)
            row["beside_look"] = _STEPS[told.slippage_step]
        return row | {"short": True}

    def fee(self) -> Row:
        """What the exchange takes."""
        told = self._told
        second = ""
        if told.liquidity is not None and told.fee_rate is not None:
            rate = f"{figures.exact((told.fee_rate * 100).normalize())}{figures.THIN_SPACE}%"
            second = _RATES[told.liquidity].format(rate)
        return self._row("Fee", self._sum(told.fee, told.fee_currency), "fee", second=second)

    def margin(self) -> Row:
        """What is set aside for the position."""
        told = self._told
        return self._row(
            "Margin needed", self._sum(told.margin, told.cost_currency), "margin", second=self._available()
        )

    def cost(self) -> Row:
        """What leaves the account."""
        told = self._told
        return self._row("Cost", self._sum(told.cost, told.cost_currency), "cost", second=self._available())

    def gets(self) -> Row:
        """What comes in."""
        told = self._told
        return self._row("You receive", self._sum(told.gets, told.gets_currency), "gets")

    def borrow(self) -> Row:
        """What is borrowed by itself."""
        told = self._told
        if told.borrow is None and "borrow" not in told.reasons:
            return {"label": "Borrowed", "value": "nothing", "look": "quiet", "second": ""}
        return self._row("Borrowed", self._sum(told.borrow, told.cost_currency), "borrow", second="at interest")

    def liquidation(self) -> Row:
        """Where the position would be taken away, and how far that is."""
        told = self._told
        before = told.liquidation_before
        second = f"from {figures.fixed(before, self._places)}" if before else ""
        if not told.liquidation and "liquidation" not in told.reasons and told.position_after is not None:
            return {"label": "Liquidation, estimated", "value": "none", "look": "", "second": second}
        row = self._row("Liquidation, estimated", self._price(told.liquidation), "liquidation", second=second)
        if told.distance is not None:
            row["beside"] = figures.percent(told.distance, places=1, signed=False)
            row["beside_look"] = "alert" if told.distance < NEAR else "warn" if told.distance < CLOSE else ""
        return row

    def position(self) -> Row:
        """What the account would hold of the contract."""
        before, after = self._told.position_before, self._told.position_after
        row = self._row("Position after", None if after is None else _held(after), "position_after")
        if after is None:
            return row
        row["look"] = "up" if after.lots > 0 else "down" if after.lots < 0 else ""
        entries = [f"entry {self._computed(after.entry)}"] if after.entry is not None else []
        if before is not None and before.lots:
            entries.append(f"from {_held(before)}" if before.entry is None else f"from {self._computed(before.entry)}")
        return row | {"second": ", ".join(entries)}

    def worst(self) -> Row:
        """What is left at the attached stop."""
        worst = self._told.worst
        if worst is None and "worst" not in self._told.reasons:
            return self._row("Worst case at the stop", None, "worst", second="no stop is attached")
        row = self._row("Worst case at the stop", worst and self._signed(worst.amount), "worst")
        if worst is None:
            return row
        row["look"] = {"up": "gain", "down": "loss"}.get(figures.direction(worst.amount), "")
        share = "" if worst.share is None else f", {figures.percent(abs(worst.share), signed=False)} of equity"
        return row | {"second": f"fees counted{share}"}

    def _row(self, label: str, value: str | None, name: str, *, second: str = "") -> Row:
        reason = self._told.reasons.get(name)
        known = value is not None
        return {
            "label": label,
            "value": value if value is not None else figures.UNKNOWN,
            "look": "" if known else "quiet",
            "second": second or ("" if known else reason or ""),
            "hint": None if known else reason,
        }

    def _price(self, value: Decimal | None) -> str | None:
        return None if value is None else figures.fixed(value, self._places)

    def _computed(self, value: Decimal | None) -> str | None:
        """Write a price that was computed, which may lie between two ticks."""
        return None if value is None else figures.fixed(value, self._places + 1)

    def _sum(self, value: Decimal | None, currency: str) -> str | None:
        """Write a sum: money of the quote currency in its smallest coin, any other coin with the digits that count."""
        if value is None:
            return None
        text = figures.money(value, currency) if currency == self._quote else figures.amount(value)
        return f"{text} {currency}"

    def _signed(self, value: Decimal) -> str:
        currency = self._told.cost_currency
        return f"{figures.money(value, currency, signed=True)} {currency}"

    def _available(self) -> str:
        before, after = self._told.available_before, self._told.available_after
        if before is None or after is None:
            return ""
        currency = self._told.cost_currency
        written = (self._sum(value, currency) or "" for value in (before, after))
        return "available " + " → ".join(text.removesuffix(f" {currency}") for text in written)

    def _fills(self) -> str:
        told = self._told
        levels = [f"{figures.exact(size)} at {self._price(price)}" for price, size in told.fills]
        if len(levels) > _LEVELS:
            levels = [f"{len(levels)} levels from {self._price(told.fills[0][0])} to {self._price(told.fills[-1][0])}"]
        said = " and ".join(levels)
        if not told.rest or told.rest_is is None:
            return said
        ends = {Rest.RESTS: "rests" if told.rest == 1 else "rest", Rest.CANCELLED: "cancelled"}[told.rest_is]
        rest = f"{figures.exact(told.rest)}{self._unit} {ends}"
        return f"{said}, {rest}" if said else rest


def _held(holding: Holding) -> str:
    if not holding.lots:
        return "none"
    return f"{'Long' if holding.lots > 0 else 'Short'} {abs(holding.lots):,}"
