"""The activity as a file: every line once and to the last digit, in both forms alike; it can be ended and can fail."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet as pq

from kucoin.desk.activity import ActivityRow
from kucoin.desk.activity_export import ACTIVITY, ActivityExport, State
from kucoin.model.activity import ActivityKind
from tests.activity_scene import View, entry, lines

D = Decimal
PATIENCE = 30.0  # s


def view(count: int = 3_000) -> View:
    """Return a view of many lines, one of which has more digits than a double, one a formula, one no balance."""
    made = lines(count)
    made[3] = entry(change=D("-12345678901234567.123456789012345678"), fee=D("0.000000000000000001"))
    made[4] = entry(detail="=cmd|' /C calc'!A0", counts=False, kind=ActivityKind.OTHER)
    made[5] = entry(balance=None)
    return View([ActivityRow(each, each.balance) for each in made])


def finished(export: ActivityExport) -> bytes:
    """Return what it made."""
    assert export.wait(PATIENCE)
    assert (export.state, export.problem, export.progress) == (State.READY, "", 1.0)
    return export.content()


def test_both_forms_hold_every_line_to_the_last_digit() -> None:
    """What is read back is what was there, oldest first; text that could be a formula is guarded, unknown is empty."""
    wanted = view()
    rows = list(csv.DictReader(io.StringIO(finished(ActivityExport(wanted, "csv")).decode())))
    table = pq.read_table(io.BytesIO(finished(ActivityExport(wanted, "parquet"))))
    assert list(rows[0]) == table.column_names == list(ACTIVITY)
    columns = {name: table[name].to_pylist() for name in table.column_names}
    assert len(rows) == table.num_rows == wanted.count
    for place, (row, there) in enumerate(zip(rows, wanted.found, strict=True)):
        told, line = {name: cells[place] for name, cells in columns.items()}, there.entry
        for name, value in (("change", line.change), ("fee", line.fee), ("balance", there.balance)):
            assert (D(row[name]) if row[name] else None) == told[name] == value, name
        assert datetime.fromisoformat(row["time_utc"]) == told["time_utc"] == line.at
        assert row["id"] == told["id"] == line.entry_id
        assert row["kind"] == told["kind"] == line.kind.value
        assert row["counts"] == told["counts"] == ("yes" if line.counts else "no")
    assert rows[4]["detail"] == columns["detail"][4] == "'=cmd|' /C calc'!A0"
    assert rows[5]["balance"] == ""


def test_hidden_amounts_become_shares_and_nothing_tells_of_them() -> None:
    """With shares wanted there is no column of amounts, and none of what the exchange said in words."""
    whole = D(50_000)

    def share(value: Decimal, currency: str) -> Decimal | None:
        return value / whole if currency == "USDT" else None

    told = (
        entry(change=D("1234.5"), detail="size 1234.5", entry_id="USDT 1763800000 1234.5"),
        entry(change=D("77.125"), currency="OMEGA"),
    )
    made = View([ActivityRow(each, D(999)) for each in told])
    text = finished(ActivityExport(made, "csv", share)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [name for name in rows[0] if "share" in name] == ["change_share", "fee_share", "balance_share"]
    assert not {"change", "fee", "balance", "detail", "id"} & set(rows[0])
    assert [row["change_share"] for row in rows] == ["0.0246900000", ""]
    assert not [figure for figure in ("1234.5", "77.125", "999") if figure in text]


class Held(View):
    """Lines of which the first thousand come, and the others once a test lets them."""

    def __init__(self, found: list[ActivityRow]) -> None:
        super().__init__(found)
        self.reached, self.go = threading.Event(), threading.Event()

    def entries(self) -> Iterator[ActivityRow]:
        """Wait half way."""
        for place, row in enumerate(self.found):
            if place == 1_000:
                self.reached.set()
                assert self.go.wait(PATIENCE)
            yield row


def test_it_tells_how_far_it_is_and_ends_when_it_is_wanted_no_longer() -> None:
    """Half way it says so; cancelled, it takes no more lines and holds no file."""
    held = Held(view().found)
    export = ActivityExport(held, "csv")
    assert held.reached.wait(PATIENCE)
    assert export.state is State.MAKING
    assert 0 < export.progress < 0.8
    assert export.content() == b""
    export.cancel()
    held.go.set()
    assert export.wait(PATIENCE)
    assert (export.state, export.content()) == (State.CANCELLED, b"")


def test_a_file_that_cannot_be_made_says_why() -> None:
    """Figures that no column holds: failed, with the reason, and no file under way for ever."""
    apart = entry(change=D("1E+60")), entry(change=D("1E-60"))
    export = ActivityExport(View([ActivityRow(each, None) for each in apart]), "parquet")
    assert export.wait(PATIENCE)
    assert (export.state, export.content()) == (State.FAILED, b"")
    assert "do not fit" in export.problem
