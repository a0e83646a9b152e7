"""The fills of the practice exchange's default account, out of its own books, beside what a desk holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from kucoin.model.ledger_fill import FillKind, LedgerFill
from kucoin.model.order import Liquidity, Side
from tests.conftest import Practice

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_KINDS = {"trade": FillKind.SPOT, "margin": FillKind.CROSS, "contract": FillKind.FUTURES}

Line = tuple[object, ...]


def of_exchange(practice: Practice, since: datetime) -> list[Line]:
    """Return the fills on spot and margin from ``since`` on, and those on futures, every amount exact."""
    lines: list[Line] = []
    for each in practice.fills():
        kind = _KINDS.get(each["account"], FillKind.ISOLATED)
        at = _EPOCH + each["created_ms"] * _MILLISECOND
        if kind is FillKind.FUTURES or at >= since:
            ids = each["symbol"], each["trade_id"], each["order_id"]
            sums = (Decimal(each[name]) for name in ("price", "size", "funds", "fee", "fee_rate"))
            words = Side(each["side"]), Liquidity(each["liquidity"]), each["fee_currency"]
            lines.append((*ids, kind, at, *words, *sums))
    return sorted(lines, key=str)


def of_desk(fills: Iterable[LedgerFill], since: datetime) -> list[Line]:
    """Return the same of a desk; futures are told in ns, and compared in ms."""
    lines: list[Line] = []
    for fill in fills:
        if fill.futures or fill.at >= since:
            at = fill.at - (fill.at - _EPOCH) % _MILLISECOND
            words = fill.side, fill.liquidity, fill.fee_currency
            sums = fill.price, fill.size, fill.funds, fill.fee, fill.fee_rate
            lines.append((*fill.key, fill.kind, at, *words, *map(_plain, sums)))
    return sorted(lines, key=str)


def _plain(amount: Decimal | None) -> Decimal | None:
    """Return an amount so that it reads the same with zeros at its end and without."""
    return None if amount is None else Decimal(f"{amount.normalize():f}")
