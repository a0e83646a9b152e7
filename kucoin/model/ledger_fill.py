"""A fill as the account's ledger holds it, of whichever market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kucoin.model.order import Fill, FuturesFill, Liquidity, OrderType, Side, TradeType


class FillKind(StrEnum):
    """Which account a fill belongs to."""

    SPOT = "spot"
    CROSS = "cross margin"
    ISOLATED = "isolated margin"
    FUTURES = "futures"


_KINDS = {
    TradeType.TRADE: FillKind.SPOT,
    TradeType.MARGIN_TRADE: FillKind.CROSS,
    TradeType.MARGIN_ISOLATED_TRADE: FillKind.ISOLATED,
}


@dataclass(frozen=True, slots=True)
class LedgerFill:
    """A trade of one of the account's orders, spot, margin or futures.

    Attributes:
        trade_type: None on futures, and where only a push told of it yet.
        size: In base currency; on futures in lots.
        funds: What it came to, in ``currency``; None, like all about the fee, where only a push told of it yet.
        fee: Positive when paid.
    """

    symbol: str
    trade_id: str
    order_id: str
    side: Side
    type: OrderType | None
    trade_type: TradeType | None
    liquidity: Liquidity | None
    price: Decimal
    size: Decimal
    funds: Decimal | None
    fee: Decimal | None
    fee_rate: Decimal | None
    fee_currency: str | None
    at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other: a trade has one number, but two fills where both orders are ours."""
        return self.symbol, self.trade_id, self.order_id

    @property
    def kind(self) -> FillKind | None:
        """The account; None where it is not known yet."""
        if self.futures:
            return FillKind.FUTURES
        return None if self.trade_type is None else _KINDS[self.trade_type]

    @property
    def futures(self) -> bool:
        """Whether it is of a contract: pairs have a dash, contracts have none."""
        return "-" not in self.symbol

    @property
    def currency(self) -> str | None:
        """What ``funds`` counts: a pair's quote currency, a contract's settlement currency, in which its fee is too."""
        return self.fee_currency if self.futures else self.symbol.rpartition("-")[2]


def of_spot(fill: Fill, account: TradeType) -> LedgerFill:
    """Return a fill of the spot or a margin account."""
    return LedgerFill(
        symbol=fill.symbol,
        trade_id=str(fill.trade_id),
        order_id=fill.order_id,
        side=fill.side,
        type=fill.type,
        trade_type=account,
        liquidity=fill.liquidity,
        price=fill.price,
        size=fill.size,
        funds=fill.funds,
        fee=fill.fee,
        fee_rate=fill.fee_rate,
        fee_currency=fill.fee_currency,
        at=fill.at,
    )


def of_futures(fill: FuturesFill) -> LedgerFill:
    """Return a fill of a contract."""
    return LedgerFill(
        symbol=fill.symbol,
        trade_id=fill.trade_id,
        order_id=fill.order_id,
        side=fill.side,
        type=fill.type,
        trade_type=None,
        liquidity=fill.liquidity,
        price=fill.price,
        size=Decimal(fill.size),
        funds=fill.value,
        fee=fill.fee,
        fee_rate=fill.fee_rate,
        fee_currency=fill.fee_currency,
        at=fill.at,
    )
