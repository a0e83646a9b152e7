"""The exports: every figure to the last digit, fees and funding in rows of their own, no formula anywhere."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kucoin.desk.export import Column, Table, closed_rows, guarded, rows, to_csv, to_parquet
from kucoin.desk.rounds import Closed, Round
from kucoin.model.order import PositionSide
from tests.journal_facts import CLOSED, FILL, PAYMENT, START, fills

DANGEROUS = (
    *(
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
        "\u00a0=1+1",
        "\ufeff=1+1",
        "\x00=1+1",
    ),
    *("=cmd|' /C calc'!A0", "@cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", '=HYPERLINK("http://a.example","b")'),
    *(
        "=IMPORTXML(CONCAT(A1:E1), 1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        '"=1+1',
        "'=1+1",
        "a;=1+1",
        "a,=1+1",
        "a\t=1+1",
    ),
    *("a\n=1+1", "a\r\n@SUM(A1)", 'a",=1+1', 'a"\n=1+1', "x|-1", "-", "\t\t\t=A1", " \r\n +1"),
)
ROUND = Round(
    symbol="XBTUSDTM",
    settle_currency="USDT",
    position_side="LONG",
    is_long=True,
    margin_mode="CROSS",
    opened_at=START,
    closed_at=START + timedelta(hours=9, microseconds=3),
    opened_lots=12,
    held_lots=0,
    entry=Decimal("93859.80000000000000000000001"),
    exit=Decimal("94443.5"),
    price_pnl=Decimal("0.58370000"),
    fees=Decimal("-0.03766066"),
    funding=Decimal("-0.03389521"),
    fills=3,
    liquidated=False,
    complete=True,
)


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows by the header's names."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def read_parquet(content: bytes) -> pa.Table:
    """The table."""
    return pq.read_table(io.BytesIO(content))


def spelled(value: object) -> str:
    """A value of the Parquet file as the CSV has it, but for zeros at a decimal's end."""
    if isinstance(value, datetime):
        assert value.utcoffset() == timedelta(0)
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return "" if value is None else str(value)


def assert_same(table: Table, again: Table) -> None:
    """CSV and Parquet of the same rows hold the same cells."""
    lines, stored = read_csv(to_csv(table)), read_parquet(to_parquet(again))
    assert stored.column_names == list(table.columns)
    assert len(lines) == stored.num_rows
    for line, row in zip(lines, stored.to_pylist(), strict=True):
        for name, column in table.columns.items():
            if column is Column.EXACT and line[name]:
                assert Decimal(line[name]) == row[name], name
            else:
                assert line[name] == spelled(row[name]), name


def test_fee_and_funding_are_rows_of_their_own() -> None:
    """A fill, its fee and a funding payment: three rows by time, amounts with the sign of what they did."""
    payment = replace(PAYMENT, at=START - timedelta(microseconds=1))
    funding, fill, fee = read_csv(to_csv(rows([FILL], [payment])))
    assert (funding["entry"], funding["time_utc"]) == ("funding", "2026-03-01T08:00:00.123456+00:00")
    assert (funding["amount"], funding["currency"], funding["id"]) == ("-0.05585669", "USDT", "1472387374042586")
    assert (funding["lots"], funding["price"], funding["rate"]) == ("1", "87139.92", "0.000641")
    assert (fill["entry"], fill["side"], fill["lots"], fill["price"]) == ("fill", "sell", "7", "87010.10")
    assert (fill["value"], fill["amount"], fill["id"]) == ("609.0707", "", "1828954878212")
    assert (fee["entry"], fee["amount"], fee["rate"], fee["value"]) == ("fee", "-0.365442", "0.00060", "")
    assert fee["order_id"] == fill["order_id"] == "250444645610336257"


def test_the_rows_add_up_to_what_was_paid() -> None:
    """The amounts of a ledger are its fees and funding, exactly."""
    some = [replace(fill, fee=Decimal(number) / 10**9) for number, fill in enumerate(fills(50))]
    amounts = [Decimal(row["amount"] or 0) for row in read_csv(to_csv(rows(some, [PAYMENT] * 3)))]
    assert sum(amounts) == -sum(fill.fee for fill in some) + 3 * PAYMENT.funding


def test_a_row_with_missing_fills_adds_up() -> None:
    """Net is what its own parts come to, and net less the exchange's is the difference."""
    short = Closed(ROUND, replace(CLOSED, pnl=ROUND.net - 3), Decimal(3), "2 lots sold are missing", None, None)
    (row,) = read_csv(to_csv(closed_rows([short])))
    assert Decimal(row["net"]) == sum(Decimal(row[name]) for name in ("price_pnl", "fees", "funding"))
    assert Decimal(row["net"]) - Decimal(row["exchange_net"]) == Decimal(row["difference"]) == 3


@pytest.mark.parametrize("fee", ["0", "0.00", "-0.5", "1234567890123456789012345678901.5"])
def test_a_fee_turns_its_sign_and_nothing_else(fee: str) -> None:
    """No digit is lost, a rebate is money that came, and zero has no sign."""
    amount = read_csv(to_csv(rows([replace(FILL, fee=Decimal(fee))], [])))[1]["amount"]
    assert amount == (fee.removeprefix("-") if fee.startswith(("-", "0")) else f"-{fee}")


def test_a_closed_position_shows_its_difference() -> None:
    """Ours beside the exchange's word; zero is a figure, and what only one of them knows is empty."""
    both = Closed(ROUND, CLOSED, Decimal(0), "", Decimal("0.0055"), Decimal(1))
    theirs = Closed(None, CLOSED, None, "12 lots sold before 09:10 UTC are missing", None, None)
    first, second = read_csv(to_csv(closed_rows([both, theirs])))
    assert (first["net"], first["exchange_net"], first["difference"]) == ("0.51214413", "0.51214413", "0")
    assert (first["entry"], first["direction"]) == ("93859.80000000000000000000001", "long")
    assert (first["opened_utc"], first["closed_utc"]) == (
        "2026-03-01T08:00:00.123457+00:00",
        "2026-03-01T17:00:00.123460+00:00",
    )
    assert (second["difference"], second["direction"], second["price_pnl"]) == ("", "", "")
    assert (second["fees"], second["funding"], second["exchange_net"]) == ("-0.03766066", "-0.03389521", "0.51214413")
    assert second["missing"] == "12 lots sold before 09:10 UTC are missing"
    assert_same(closed_rows([both, theirs]), closed_rows([both, theirs]))


@pytest.mark.parametrize("text", DANGEROUS, ids=ascii)
def test_no_cell_runs_as_a_formula(text: str) -> None:
    """However a reader cuts the line, no piece of a text begins like a formula; the words themselves stay."""
    fill = replace(FILL, symbol=text, trade_id=text, order_id=text, kind=text, settle_currency=text)
    content = to_csv(rows([fill], []))
    for row in read_csv(content):
        for name in ("symbol", "id", "order_id", "kind"):
            assert row[name].replace("'", "") == text.replace("'", "")
            assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    pieces = content.decode().translate(dict.fromkeys(map(ord, ";,|\t\r\n"), "\n")).splitlines()
    for piece in pieces:
        bare = piece.strip(' "\x00\u00a0\ufeff')
        assert not bare.startswith(("=", "@", "＝", "＋", "－", "＠", "+")), piece
        assert not bare.startswith("-") or Decimal(bare)
    assert_same(rows([fill], []), rows([fill], []))


def test_there_are_enough_of_them() -> None:
    """No dangerous text stands twice, and harmless ones stay as they are."""
    assert len(set(DANGEROUS)) == len(DANGEROUS) >= 30
    for text in (
        "XBTUSDTM",
        "CLOSE_LONG",
        "250444645610336257",
        "a-b",
        "USDT, XBT",
        "12 lots sold at 09:10",
        "",
        "a=b",
    ):
        assert guarded(text) == text


def test_numbers_stay_numbers() -> None:
    """A negative amount is no text: neither quoted nor guarded in the CSV, a decimal in the Parquet file."""
    payment = replace(PAYMENT, funding=Decimal("-1E-18"), position_qty=-3)
    assert b",-0.000000000000000001,USDT,,-3," in to_csv(rows([], [payment]))
    stored = read_parquet(to_parquet(rows([], [payment])))
    assert stored.schema.field("amount").type == pa.decimal128(38, 18)
    assert stored.schema.field("lots").type == pa.int64()
    assert stored.schema.field("time_utc").type == pa.timestamp("us", tz="UTC")
    assert stored["amount"].to_pylist() == [Decimal("-1E-18")]


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        (["1", "-0.1"], pa.decimal128(38, 18)),
        (["12345678901234567890123456.5"], pa.decimal128(38, 1)),
        (["1E-30", "12345678"], pa.decimal128(38, 30)),
        (["1E-30", "123456789"], pa.decimal256(76, 30)),
        (["9" * 28, "-0." + "9" * 28, "1E+20"], pa.decimal256(76, 28)),
    ],
)
def test_parquet_finds_room_for_every_digit(numbers: list[str], kind: pa.DataType) -> None:
    """As a rule 38 digits, 18 of them behind the point; otherwise as many as the column needs."""
    payments = [replace(PAYMENT, funding=Decimal(number)) for number in numbers]
    stored = read_parquet(to_parquet(rows([], payments)))
    assert stored.schema.field("amount").type == kind
    assert stored["amount"].to_pylist() == [payment.funding for payment in payments]


def test_numbers_beyond_any_column_are_refused() -> None:
    """Rather than rounded."""
    payments = [replace(PAYMENT, funding=Decimal(number)) for number in ("1E+50", "1E-50")]
    with pytest.raises(ValueError, match="51 digits before and 50 behind"):
        to_parquet(rows([], payments))


def test_an_empty_export_has_its_header() -> None:
    """And its types."""
    assert to_csv(rows([], [])).startswith(b"time_utc,entry,symbol,amount,currency,")
    assert to_csv(rows([], [])).count(b"\n") == 1
    assert read_parquet(to_parquet(closed_rows([]))).schema.field("difference").type == pa.decimal128(38, 18)


def test_times_of_any_zone_are_utc() -> None:
    """An aware moment elsewhere is the same moment in UTC."""
    elsewhere = replace(PAYMENT, at=START.astimezone(timezone(timedelta(hours=9))))
    assert read_csv(to_csv(rows([], [elsewhere])))[0]["time_utc"] == "2026-03-01T08:00:00.123457+00:00"
    assert_same(rows([], [elsewhere]), rows([], [elsewhere]))


EXACT = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=18)
UNKNOWN = st.none()


@settings(deadline=None)  # a busy machine is no fault of the export
@given(
    st.lists(
        st.builds(
            replace,
            st.just(FILL),
            symbol=st.text(max_size=8),
            order_id=st.text(max_size=8),
            fee=EXACT,
            value=EXACT,
            price=EXACT,
            fee_rate=EXACT | UNKNOWN,
            position_side=st.sampled_from(PositionSide) | UNKNOWN,
            liquidity=UNKNOWN,
        ),
        max_size=4,
    )
)
def test_csv_and_parquet_hold_the_same(some: list) -> None:  # type: ignore[type-arg]
    """Whatever the text and the figures are."""
    assert_same(rows(some, [PAYMENT]), rows(some, [PAYMENT]))
