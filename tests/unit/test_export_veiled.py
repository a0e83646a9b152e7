"""Exports while amounts are hidden: shares of the account in their place, and sizes nowhere."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from kucoin.desk.export import MONEY, closed_rows, fill_rows, rows, to_csv, to_parquet, veiled
from kucoin.desk.rounds import Closed
from kucoin.model.ledger_fill import of_futures
from tests.journal_facts import CLOSED as ENDED
from tests.journal_facts import FILL, PAYMENT

D = Decimal
PART = Closed(round=None, exchange=ENDED, difference=None, missing="3 lots are not told", roe=D("0.12"), leverage=D(5))


def share(value: Decimal, currency: str) -> Decimal | None:
    """Of an account of 800 USDT, where nothing else has a price."""
    return value / 800 if currency == "USDT" else None


def test_no_column_of_a_veiled_file_is_an_amount() -> None:
    """Every sum of money is a share by its name, and there is no size of anything."""
    for table in (rows([FILL], [PAYMENT]), closed_rows([PART]), fill_rows([of_futures(FILL)])):
        names = set(veiled(table, share).columns)
        assert not names & (MONEY | {"lots", "size", "missing"})
        assert {f"{name}_share" for name in MONEY & set(table.columns)} <= names


def test_a_share_is_the_amount_over_the_whole() -> None:
    """To ten decimals of a fraction, and empty where nobody knows; prices, rates and ids stay."""
    (fill, fee) = csv.DictReader(io.StringIO(to_csv(veiled(fill_rows([of_futures(FILL)]), share)).decode()))
    assert FILL.value is not None
    assert FILL.fee is not None
    assert D(fill["value_share"]) == (FILL.value / 800).quantize(D("1E-10"))
    assert D(fee["amount_share"]) == (-FILL.fee / 800).quantize(D("1E-10"))
    assert fill["amount_share"] == ""
    assert (fill["price"], fill["order_id"]) == (f"{FILL.price:f}", FILL.order_id)


def test_what_has_no_price_is_empty() -> None:
    """An amount never stands in for a share that is not known."""
    (row,) = csv.DictReader(io.StringIO(to_csv(veiled(closed_rows([PART]), lambda _value, _unit: None)).decode()))
    assert {row[name] for name in row if name.endswith("_share")} == {""}
    assert row["roe"] == "0.12"


def test_both_kinds_of_file_can_be_written() -> None:
    """Parquet takes the columns under their other names."""
    assert to_parquet(veiled(rows([FILL], [PAYMENT]), share)).startswith(b"PAR1")
