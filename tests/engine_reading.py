"""An engine's positions and accounts as our client would have read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kucoin.decimals import ZERO
from kucoin.desk.margins import Group, Held, stretch
from kucoin.model.account import FuturesAccount
from kucoin.model.market import Contract
from kucoin.model.position import Position
from kucoin.practice.engine import instruments, records
from kucoin.practice.engine.positions import Figures
from kucoin.practice.engine.terms import MarginMode
from tests.engine_world import World


def contract_of(listed: instruments.Contract, **more: Any) -> Contract:
    """A contract with what the exchange tells of its rules; ``more`` are its figures of the moment."""
    words: dict[str, Any] = dict.fromkeys(Contract.__dataclass_fields__)
    words |= {
        "symbol": listed.symbol,
        "base_currency": listed.base,
        "quote_currency": listed.quote,
        "settle_currency": listed.settle,
        "status": "Open",
        "is_inverse": listed.is_inverse,
        "multiplier": listed.multiplier,
        "lot_size": int(listed.lot_size),
        "tick_size": listed.tick_size,
        "maintain_margin": listed.tiers[0].maintain,
        "maker_fee_rate": listed.maker_rate,
        "taker_fee_rate": listed.taker_rate,
    }
    return Contract(**(words | more))


def position_of(held: records.Position, at: Figures, listed: instruments.Contract, **changes: Any) -> Position:
    """A position as the exchange shows it, with ``changes``."""
    isolated = held.mode is MarginMode.ISOLATED
    tier = listed.tiers[held.level - 1]
    words: dict[str, Any] = {
        "symbol": held.symbol,
        "position_side": str(held.side),
        "margin_mode": str(held.mode),
        "settle_currency": held.settle,
        "is_inverse": listed.is_inverse,
        "current_qty": int(held.qty),
        "leverage": held.leverage,
        "avg_entry_price": at.entry_price,
        "mark_price": at.mark_price,
        "liquidation_price": ZERO if at.liquidation_price is None else at.liquidation_price,
        "mark_value": at.mark_value,
        "pos_cost": held.cost,
        "pos_init": held.init,
        "pos_margin": at.margin,
        "maint_margin": at.backing if isolated else None,
        "unrealised_pnl": at.pnl,
        "unrealised_pnl_ratio": at.pnl_ratio,
        "unrealised_roe_ratio": at.roe,
        "realised_pnl": held.gross + held.funding - held.paid,
        "adl_rank": ZERO,
        "opened_at": None,
        "at": None,
        "pos_maint": at.maintenance if isolated else None,
        "maintain_rate": tier.maintain if isolated else None,
        "funding_fee": held.funding,
    }
    return Position(**(words | changes))


def group_of(world: World, user: str, currency: str) -> Group:
    """A user's futures account in one currency and all that settles in it."""
    engine = world.engine
    found = engine.futures_account.overview(user, currency)
    account = FuturesAccount(
        currency=currency,
        account_equity=found.equity,
        unrealised_pnl=found.pnl,
        margin_balance=found.wallet,
        position_margin=found.isolated_positions + found.isolated_pnl + found.cross_positions,
        order_margin=found.isolated_orders + found.cross_orders,
        frozen_funds=ZERO,
        available_balance=found.available,
        risk_ratio=found.risk_ratio,
        max_withdraw_amount=found.withdrawable,
    )
    rows = [held for held in engine.user(user).positions.values() if held.settle == currency]
    group = Group(currency, account, tuple(_held(world, row) for row in rows), found.isolated_orders)
    return replace(group, stretched=stretch(group))


def _held(world: World, row: records.Position) -> Held:
    market = world.engine.futures.markets[row.symbol]
    figures = world.engine.futures_account.figures(row)
    contract = contract_of(market.contract, funding_rate=market.rate)
    return Held(position_of(row, figures, market.contract), contract, None)
