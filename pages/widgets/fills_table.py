"""How fills stand in a table: exact decimals that sort as numbers, money rounded as everywhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from kucoin.decimals import ZERO
from kucoin.model.ledger_fill import FillKind, LedgerFill
from kucoin.web.veil import HIDDEN, Veil
from pages.widgets import figures, ledger_line, veiled
from pages.widgets.plots import Look

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

Row = tuple[LedgerFill, Decimal | None]
"""A fill, and what it realised by its price; None where it closed nothing, or that is not known."""

_CENTS = ("USDT", "USDC")  # fees in others are small


def summary(fills: Sequence[LedgerFill], veil: Veil | None = None) -> str:
    """Return how many there are, and what was paid for them: ``8 fills, fees −28.01 USDT``, of all under a veil."""
    fees: dict[str, Decimal] = defaultdict(Decimal)
    unknown = 0
    for fill in fills:
        if fill.fee is None or fill.fee_currency is None:
            unknown += 1
        else:
            fees[fill.fee_currency] += fill.fee
    paid = [_share_of(fees, veil)] if veil else [_paid(fee, unit) for unit, fee in sorted(fees.items()) if fee]
    words = f"{len(fills):,} {'fill' if len(fills) == 1 else 'fills'}"
    if any(fees.values()):
        words += f", fees {', '.join(paid)}"
    return f"{words}; {unknown} not told yet" if unknown else words


def _share_of(fees: Mapping[str, Decimal], veil: Veil) -> str:
    """Write what all fees come to together; hidden where one of them has no share."""
    parts = [veil.fraction(-fee, unit) for unit, fee in fees.items()]
    known = [part for part in parts if part is not None]
    return HIDDEN if len(known) < len(parts) else figures.percent(sum(known, ZERO), signed=False)


def _paid(fee: Decimal, unit: str) -> str:
    return f"{figures.money(-fee, unit) if unit in _CENTS else figures.amount(-fee)} {unit}"


def table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return a row for each fill; numbers are exact decimals, what is not known is None."""
    fills = [fill for fill, _ in rows]
    return pd.DataFrame(
        {
            "Time, UTC": pd.to_datetime([fill.at for fill in fills], utc=True),
            "Symbol": [fill.symbol for fill in fills],
            "Side": [fill.side.capitalize() for fill in fills],
            "Price": [fill.price for fill in fills],
            "Size": [fill.size for fill in fills],
            "Value": [fill.funds for fill in fills],
            "Fee": [fill.fee.copy_negate() if fill.fee else fill.fee for fill in fills],
            "Realised": [earned for _, earned in rows],
            "Role": [fill.liquidity or figures.UNKNOWN for fill in fills],
            "Account": [_account(fill.kind) for fill in fills],
        }
    )


def _account(kind: FillKind | None) -> str:
    return figures.UNKNOWN if kind is None else kind.value.capitalize()


def shares(rows: Sequence[Row], veil: Veil) -> pd.DataFrame:
    """Return the same with each sum as a fraction of the account; a size says no more than its value does."""
    fills = [fill for fill, _ in rows]
    frame = table(rows).drop(columns="Size")
    frame["Value"] = [_share(fill.funds, fill.currency, veil) for fill in fills]
    frame["Fee"] = [_share(fill.fee and fill.fee.copy_negate(), fill.fee_currency, veil) for fill in fills]
    frame["Realised"] = [_share(earned, fill.currency, veil) for fill, earned in rows]
    return frame


def _share(value: Decimal | None, unit: str | None, veil: Veil) -> Decimal | None:
    return None if unit is None else veiled.fraction(veil.fraction(value, unit))


def hidden(rows: Sequence[Row], look: Look, now: datetime, veil: Veil, *, clock: bool) -> object:
    """Return the table of `shares` with its figures as text."""
    plain = partial(figures.percent, signed=False)
    written = {"Time, UTC": partial(moment, now, clock), "Price": figures.exact}
    written |= {"Value": plain, "Fee": plain, "Realised": figures.percent}
    return _hued(shares(rows, veil).style.format(written, na_rep=figures.UNKNOWN), look)


def styled(rows: Sequence[Row], look: Look, now: datetime, *, clock: bool) -> object:
    """Return the table with its figures as text: money rounded as everywhere, a fee in another coin with its name."""
    written = {"Time, UTC": partial(moment, now, clock), "Price": figures.exact, "Size": figures.exact}
    styler = _hued(table(rows).style.format(written, na_rep=figures.UNKNOWN), look)
    alike: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for row, (fill, _) in enumerate(rows):
        alike[fill.currency, fill.fee_currency].append(row)
    for (currency, fee_currency), places in alike.items():
        usual, fee = partial(_money, currency, currency), partial(_money, fee_currency, currency)
        for column, write in {"Value": usual, "Fee": fee, "Realised": partial(_earned, currency)}.items():
            styler = styler.format(write, subset=pd.IndexSlice[places, [column]], na_rep=figures.UNKNOWN)
    return styler


def _hued(styler: Styler, look: Look) -> Styler:
    hues = {"Buy": f"color: {look.gain}", "Sell": f"color: {look.loss}"}
    return styler.map(hues.__getitem__, subset=["Side"]).map(partial(_hue, look), subset=["Realised"])


def _hue(look: Look, earned: Decimal | None) -> str:
    return f"color: {look.gain if earned > 0 else look.loss}" if earned else ""


def _earned(unit: str | None, value: Decimal) -> str:
    return figures.money(value, unit or "", signed=True)


def _money(unit: str | None, usual: str | None, value: Decimal) -> str:
    """Write a sum; where it is not of the usual unit, with its name and every digit that counts."""
    if unit is None or unit != usual:
        return f"{figures.amount(value)} {unit or ''}".rstrip()
    return figures.money(value, unit)


def moment(now: datetime, clock: bool, at: pd.Timestamp) -> str:
    """Write a time; ``clock``: without its day."""
    told = f"{at:%H:%M:%S}"
    return told if clock else f"{ledger_line.day(at.to_pydatetime(), now)} {told}"


def exactly(fill: LedgerFill, veil: Veil | None = None) -> str:
    """Return everything that is known of one fill, to the last digit; shares under a veil."""
    unit = "contracts" if fill.futures else fill.symbol.partition("-")[0]
    size = veil.size(fill.size, fill.symbol) if veil else f"{figures.exact(fill.size)} {unit}"
    price = f"{size} at {figures.exact(fill.price)}"
    said = [f"{fill.symbol} {fill.side}, {fill.at:%Y-%m-%d %H:%M:%S.%f} UTC: {price}."]
    if fill.funds is not None:
        said.append(f"Value {_exactly(fill.funds, fill.currency, veil)}.")
    if fill.fee is None:
        said.append("The fee is not told yet.")
    else:
        rate = "" if fill.fee_rate is None else f" ({figures.percent(fill.fee_rate, places=4, signed=False)})"
        said.append(f"Fee {_exactly(fill.fee.copy_negate(), fill.fee_currency, veil)}{rate}.")
    said.append(f"Trade {fill.trade_id}, order {fill.order_id}.")
    return " ".join(said)


def _exactly(value: Decimal, unit: str | None, veil: Veil | None) -> str:
    return veil.share(value, unit or "") if veil else f"{figures.exact(value)} {unit}"
