"""What the private sockets push: each says what became of one order, balance or position.

None of these is the whole truth of its subject: they are facts that the desk joins. ``time`` is the exchange's own
count since 1970, in the unit it was sent in.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from kucoin.model.feed import check
from kucoin.model.order import Liquidity, Side
from kucoin.model.times import moment


class PrivatePush(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that concerns the account."""

    time: int

    @property
    def at(self) -> datetime | None:
        """The exchange's time of it, aware UTC; None where it is implausible."""
        return moment(self.time)

    def __post_init__(self) -> None:
        check(*(value for value in (getattr(self, name) for name in self.__struct_fields__) if type(value) is Decimal))


class OrderChange(PrivatePush, frozen=True, kw_only=True):
    """One step in the life of an order, spot, margin or futures; sizes in base currency or lots.

    ``kind`` is received, open, match, update, filled or canceled. ``filled_size`` counts from the order's beginning.
    The match fields are there on a match, ``old_size`` on an update. ``origin_size`` and the funds are told on spot
    only, ``margin_mode`` and ``trade_type`` (trade, liquid, adl) on futures only.
    """

    symbol: str
    order_id: str
    side: Side
    kind: str
    status: str
    futures: bool
    client_oid: str | None = None
    order_type: str | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    origin_size: Decimal | None = None
    origin_funds: Decimal | None = None
    old_size: Decimal | None = None
    filled_size: Decimal | None = None
    remaining_size: Decimal | None = None
    remaining_funds: Decimal | None = None
    cancelled_size: Decimal | None = None
    match_price: Decimal | None = None
    match_size: Decimal | None = None
    trade_id: str | None = None
    liquidity: Liquidity | None = None
    margin_mode: str | None = None
    trade_type: str | None = None
    order_time: int | None = None


class BalanceChange(PrivatePush, frozen=True, kw_only=True):
    """A spot, funding or margin balance after a change; ``event`` says which account and why, ``trade_hf.hold``."""

    account_id: str
    currency: str
    total: Decimal
    available: Decimal
    hold: Decimal
    available_change: Decimal
    hold_change: Decimal
    event: str
    event_id: str
    symbol: str | None = None
    order_id: str | None = None
    trade_id: str | None = None


class StopChange(PrivatePush, frozen=True, kw_only=True):
    """A conditional order; ``kind`` is open, triggered, cancel ... ``error`` says why a triggered one failed."""

    symbol: str
    order_id: str
    side: Side
    kind: str
    stop: str
    futures: bool
    stop_price: Decimal | None = None
    order_price: Decimal | None = None
    size: Decimal | None = None
    trade_type: str | None = None
    stop_price_type: str | None = None
    trigger_success: bool | None = None
    error: str | None = None


class MarginDebt(PrivatePush, frozen=True, kw_only=True):
    """The cross margin account while it owes something; the ratio is a fraction, ``total_asset`` in BTC."""

    debt_ratio: Decimal
    total_asset: Decimal | None
    total_debt: Decimal | None


class MarginStatus(PrivatePush, frozen=True, kw_only=True):
    """The cross margin account entered another state, in KuCoin's words: FROZEN_FL, LIABILITY ..."""

    status: str


class IsolatedChange(PrivatePush, frozen=True, kw_only=True):
    """One isolated margin pair after a change. Owed is principal plus interest, by currency."""

    symbol: str
    status: str
    kind: str | None
    total: dict[str, Decimal]
    hold: dict[str, Decimal]
    owed: dict[str, Decimal]


class PositionChange(PrivatePush, frozen=True, kw_only=True):
    """Part of a futures position: what is None was not sent and stays as it was. Amounts in settlement currency.

    The mark price alone changes most often; such a push has no ``current_qty``. ``time`` is 0 where it was not sent.
    """

    symbol: str
    reason: str | None = None
    position_side: str | None = None
    margin_mode: str | None = None
    settle_currency: str | None = None
    current_qty: int | None = None
    is_open: bool | None = None
    leverage: Decimal | None = None
    real_leverage: Decimal | None = None
    avg_entry_price: Decimal | None = None
    mark_price: Decimal | None = None
    liquidation_price: Decimal | None = None
    mark_value: Decimal | None = None
    pos_cost: Decimal | None = None
    pos_init: Decimal | None = None
    pos_margin: Decimal | None = None
    maint_margin: Decimal | None = None
    unrealised_pnl: Decimal | None = None
    unrealised_pnl_ratio: Decimal | None = None
    unrealised_roe_ratio: Decimal | None = None
    realised_pnl: Decimal | None = None
    adl_rank: Decimal | None = None
    opening_time: int | None = None
    pos_maint: Decimal | None = None
    maintain_rate: Decimal | None = None
    funding_fee: Decimal | None = None


class PositionFunding(PrivatePush, frozen=True, kw_only=True):
    """What a position paid (``fee`` negative) or received at a settlement."""

    symbol: str
    qty: int
    mark_price: Decimal
    rate: Decimal
    fee: Decimal
    funding_time: int
    settle_currency: str | None = None


class RiskLimitChange(PrivatePush, frozen=True, kw_only=True):
    """Whether a wanted risk limit was granted; ``message`` is KuCoin's reason where not. ``time`` is 0: not sent."""

    symbol: str
    success: bool
    level: int | None = None
    message: str | None = None


class WalletChange(PrivatePush, frozen=True, kw_only=True):
    """The futures account of one currency after a change. Higher ``version``, later fact; None where not sent."""

    currency: str
    wallet_balance: Decimal
    equity: Decimal | None = None
    available_balance: Decimal | None = None
    hold_balance: Decimal | None = None
    isolated_order_margin: Decimal | None = None
    isolated_position_margin: Decimal | None = None
    isolated_unrealised_pnl: Decimal | None = None
    cross_order_margin: Decimal | None = None
    cross_position_margin: Decimal | None = None
    cross_unrealised_pnl: Decimal | None = None
    total_cross_margin: Decimal | None = None
    max_withdraw_amount: Decimal | None = None
    version: int | None = None


class MarginModeChange(PrivatePush, frozen=True, kw_only=True):
    """The margin mode of contracts, ISOLATED or CROSS by symbol. ``time`` is 0: the exchange sends none."""

    modes: dict[str, str]


class LeverageChange(PrivatePush, frozen=True, kw_only=True):
    """The cross leverage of contracts by symbol. ``time`` is 0: the exchange sends none."""

    leverages: dict[str, Decimal]


class Lost(PrivatePush, frozen=True, kw_only=True):
    """Something private came that could not be read: what it would have said must be asked for. ``time`` is 0."""

    reason: str
