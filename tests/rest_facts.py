"""What an answer came to, figure by figure, so that two readings of it can be compared."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from kucoin.rest.tickers import TickerBoard


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every field and element below ``value``; of a list, whose rows are alike, the first and the last."""
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = [(index, inner) for index, inner in enumerate(value) if index in {0, len(value) - 1}]
    for key, inner in items:
        yield (*path, key)
        yield from leaves(inner, (*path, key))


# What tells the rows of one answer apart.
NAMES = (
    *("account_id", "user_id", "fill_id", "trade_id", "order_id", "entry_id", "close_id", "payment_id", "loan_id"),
    *("level", "rate", "symbol", "kind", "number"),
)


def facts(result: Any) -> dict[tuple[str, ...], Any]:
    """Every figure, moment and word in ``result`` by the names of its row and field."""
    found: dict[tuple[str, ...], Any] = {}

    def walk(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, TickerBoard):
            frame = value.frame()
            walk({s: value.ticker(s) for s in frame.index}, path)
            walk(frame, (*path, "frame"))
        elif isinstance(value, pd.DataFrame):
            keys = [str(key) for key in value.index]
            for column in value:
                for key, figure in zip(keys, value[column].tolist(), strict=True):
                    found[*path, key, str(column)] = None if math.isnan(figure) else figure
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            name = next((str(fields[n]) for n in NAMES if fields.get(n)), "")
            walk(fields, (*path, name))
        elif isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*path, key))
        elif isinstance(value, tuple):
            for inner in value:
                named = isinstance(inner, tuple)  # a name and its account
                walk(inner[1] if named else inner, (*path, inner[0] if named else str(getattr(inner, "currency", ""))))
        else:
            found[path] = value

    walk(result, ())
    return found


def is_figure(fact: Any) -> bool:
    """Whether ``fact`` is something to reckon with."""
    return isinstance(fact, Decimal | int | float | datetime) and not isinstance(fact, bool)
