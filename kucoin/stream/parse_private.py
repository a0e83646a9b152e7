"""Reads what both hosts push to the account's owner alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from kucoin.model import feed_private as model
from kucoin.model.order import Liquidity, Side
from kucoin.stream.message import Message


class _Order(msgspec.Struct, rename="camel"):
    symbol: str
    order_id: str
    side: Side
    type: str
    status: str
    ts: int
    client_oid: str | None = None
    order_type: str | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    origin_size: Decimal | None = None
    origin_funds: Decimal | None = None
    old_size: Decimal | None = None
    filled_size: Decimal | None = None
    remain_size: Decimal | None = None
    remain_funds: Decimal | None = None
    canceled_size: Decimal | None = None
    match_price: Decimal | None = None
    match_size: Decimal | None = None
    trade_id: str | None = None
    liquidity: Liquidity | None = None
    margin_mode: str | None = None
    trade_type: str | None = None
    order_time: int | None = None


class _Context(msgspec.Struct, rename="camel"):
    symbol: str | None = None
    order_id: str | None = None
    trade_id: str | None = None


class _Balance(msgspec.Struct, rename="camel"):
    account_id: str
    currency: str
    total: Decimal
    available: Decimal
    hold: Decimal
    available_change: Decimal
    hold_change: Decimal
    relation_event: str
    time: int
    relation_event_id: str = ""
    relation_context: _Context | None = None


class _Stop(msgspec.Struct, rename="camel"):
    symbol: str
    order_id: str
    side: Side
    type: str
    ts: int
    stop: str = ""
    stop_price: Decimal | None = None
    order_price: Decimal | None = None
    size: Decimal | None = None
    trade_type: str | None = None
    stop_price_type: str | None = None
    trigger_success: bool | None = None
    error: str | None = None


class _Debt(msgspec.Struct, rename="camel"):
    debt_ratio: Decimal
    timestamp: int
    total_asset: Decimal | None = None
    total_debt: Decimal | None = None


class _MarginStatus(msgspec.Struct):
    type: str
    timestamp: int


class _Assets(msgspec.Struct, rename="camel"):
    total: Decimal
    hold: Decimal
    liability_principal: Decimal
    liability_interest: Decimal


class _Isolated(msgspec.Struct, rename="camel"):
    tag: str
    status: str
    timestamp: int
    change_assets: dict[str, _Assets]
    status_biz_type: str | None = None


class _Position(msgspec.Struct, rename="camel"):
    current_timestamp: int = 0
    symbol: str = ""
    change_reason: str | None = None
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
    unrealised_pnl_pcnt: Decimal | None = None
    unrealised_roe_pcnt: Decimal | None = None
    realised_pnl: Decimal | None = None
    delev_percentage: Decimal | None = None
    opening_timestamp: int | None = None
    pos_maint: Decimal | None = None
    maint_margin_req: Decimal | None = None
    funding_fee: Decimal | None = None


class _PositionFunding(msgspec.Struct, rename="camel"):
    funding_time: int
    qty: int
    mark_price: Decimal
    funding_rate: Decimal
    funding_fee: Decimal
    ts: int
    symbol: str = ""
    settle_currency: str | None = None


class _RiskLimit(msgspec.Struct, rename="camel"):
    success: bool
    risk_limit_level: int | None = None
    msg: str | None = None
    symbol: str = ""


class _Wallet(msgspec.Struct, rename="camel"):
    currency: str
    wallet_balance: Decimal
    timestamp: int
    equity: Decimal | None = None
    available_balance: Decimal | None = None
    hold_balance: Decimal | None = None
    isolated_order_margin: Decimal | None = None
    isolated_pos_margin: Decimal | None = None
    isolated_un_pnl: Decimal | None = None
    cross_order_margin: Decimal | None = None
    cross_pos_margin: Decimal | None = None
    cross_un_pnl: Decimal | None = None
    total_cross_margin: Decimal | None = None
    max_withdraw_amount: Decimal | None = None
    version: int | None = None


class _Leverage(msgspec.Struct):
    leverage: Decimal


# Lax, because KuCoin sends many whole numbers as text.
_order = msgspec.json.Decoder(_Order, strict=False).decode
_balance = msgspec.json.Decoder(_Balance, strict=False).decode
_stop = msgspec.json.Decoder(_Stop, strict=False).decode
_debt = msgspec.json.Decoder(_Debt, strict=False).decode
_margin_status = msgspec.json.Decoder(_MarginStatus, strict=False).decode
_isolated = msgspec.json.Decoder(_Isolated, strict=False).decode
_position = msgspec.json.Decoder(_Position, strict=False).decode
_position_funding = msgspec.json.Decoder(_PositionFunding, strict=False).decode
_risk_limit = msgspec.json.Decoder(_RiskLimit, strict=False).decode
_wallet = msgspec.json.Decoder(_Wallet, strict=False).decode
_modes = msgspec.json.Decoder(dict[str, str]).decode
_leverages = msgspec.json.Decoder(dict[str, _Leverage]).decode

# Wire name -> ours, where more differs than the style of writing.
_ORDER_NAMES = {
    "type": "kind",
    "ts": "time",
    "remain_size": "remaining_size",
    "remain_funds": "remaining_funds",
    "canceled_size": "cancelled_size",
}
_STOP_NAMES = {"type": "kind", "ts": "time"}
_POSITION_NAMES = {
    "current_timestamp": "time",
    "change_reason": "reason",
    "unrealised_pnl_pcnt": "unrealised_pnl_ratio",
    "unrealised_roe_pcnt": "unrealised_roe_ratio",
    "delev_percentage": "adl_rank",
    "opening_timestamp": "opening_time",
    "maint_margin_req": "maintain_rate",
}
_WALLET_NAMES = {
    "timestamp": "time",
    "isolated_pos_margin": "isolated_position_margin",
    "isolated_un_pnl": "isolated_unrealised_pnl",
    "cross_pos_margin": "cross_position_margin",
    "cross_un_pnl": "cross_unrealised_pnl",
}


def _fields(struct: msgspec.Struct, names: dict[str, str]) -> dict[str, object]:
    return {names.get(name, name): getattr(struct, name) for name in struct.__struct_fields__}


def order(*, futures: bool) -> Callable[[Message], model.OrderChange]:
    """Return the reader of order changes of one host."""

    def read(message: Message) -> model.OrderChange:
        """Read what became of an order: its change and, of a trade, the fill."""
        fields = _fields(_order(message.data), _ORDER_NAMES)
        return msgspec.convert(fields | {"futures": futures}, model.OrderChange)

    return read


def stop(*, futures: bool) -> Callable[[Message], model.StopChange]:
    """Return the reader of stop order changes of one host."""

    def read(message: Message) -> model.StopChange:
        """Read what became of an order that waits for a price."""
        fields = _fields(_stop(message.data), _STOP_NAMES)
        return msgspec.convert(fields | {"futures": futures}, model.StopChange)

    return read


def balance(message: Message) -> model.BalanceChange:
    """Read the change of a spot, funding or margin balance."""
    said = _balance(message.data)
    context = said.relation_context or _Context()
    return model.BalanceChange(
        time=said.time,
        account_id=said.account_id,
        currency=said.currency,
        total=said.total,
        available=said.available,
        hold=said.hold,
        available_change=said.available_change,
        hold_change=said.hold_change,
        event=said.relation_event,
        event_id=said.relation_event_id,
        symbol=context.symbol,
        order_id=context.order_id,
        trade_id=context.trade_id,
    )


def margin(message: Message) -> model.PrivatePush | None:
    """Read what the cross margin account owes, or the state it entered; None for a subject not known."""
    if message.subject == "debt.ratio":
        debt = _debt(message.data)
        return model.MarginDebt(
            time=debt.timestamp, debt_ratio=debt.debt_ratio, total_asset=debt.total_asset, total_debt=debt.total_debt
        )
    if message.subject == "position.status":
        state = _margin_status(message.data)
        return model.MarginStatus(time=state.timestamp, status=state.type)
    return None


def isolated(message: Message) -> model.IsolatedChange:
    """Read the change of an isolated margin pair."""
    pair = _isolated(message.data)
    assets = pair.change_assets
    return model.IsolatedChange(
        time=pair.timestamp,
        symbol=pair.tag,
        status=pair.status,
        kind=pair.status_biz_type,
        total={currency: asset.total for currency, asset in assets.items()},
        hold={currency: asset.hold for currency, asset in assets.items()},
        owed={currency: asset.liability_principal + asset.liability_interest for currency, asset in assets.items()},
    )


def position(message: Message) -> model.PrivatePush | None:
    """Read what became of a futures position; None for a subject not known. The symbol may stand in the topic alone."""
    symbol = message.topic.partition(":")[2]
    if message.subject == "position.change":
        fields = _fields(_position(message.data), _POSITION_NAMES)
        fields["symbol"] = fields["symbol"] or symbol
        return msgspec.convert(fields, model.PositionChange)
    if message.subject == "position.settlement":
        paid = _position_funding(message.data)
        return model.PositionFunding(
            time=paid.ts,
            symbol=paid.symbol or symbol,
            qty=paid.qty,
            mark_price=paid.mark_price,
            rate=paid.funding_rate,
            fee=paid.funding_fee,
            funding_time=paid.funding_time,
            settle_currency=paid.settle_currency,
        )
    if message.subject == "position.adjustRiskLimit":
        limit = _risk_limit(message.data)
        return model.RiskLimitChange(
            time=0,
            symbol=limit.symbol or symbol,
            success=limit.success,
            level=limit.risk_limit_level,
            message=limit.msg,
        )
    return None


def wallet(message: Message) -> model.WalletChange | None:
    """Read a futures account; None for the older subjects, which repeat a part of it."""
    if message.subject != "walletBalance.change":
        return None
    return msgspec.convert(_fields(_wallet(message.data), _WALLET_NAMES), model.WalletChange)


def margin_mode(message: Message) -> model.MarginModeChange:
    """Read the margin modes that changed."""
    return model.MarginModeChange(time=0, modes=_modes(message.data))


def leverage(message: Message) -> model.LeverageChange:
    """Read the cross leverages that changed."""
    leverages = {symbol: said.leverage for symbol, said in _leverages(message.data).items()}
    return model.LeverageChange(time=0, leverages=leverages)
