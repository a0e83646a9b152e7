"""From answers to orders, fills and positions' histories on futures, each field translated once.

A row that cannot be read makes its whole answer unreadable: a list without it would be wrong. Fields that a row means
something without are None where they are unreadable.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import msgspec

from kucoin.errors import ApiError, OutcomeUnknown
from kucoin.model.order import (
    FuturesFill,
    FuturesOrder,
    Liquidity,
    Lots,
    MarginMode,
    OpenOrderValue,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    Stp,
    TimeInForce,
)
from kucoin.model.position import ClosedPosition, FundingPayment, FundingRate, MaxOpenSize, PositionMode, RiskTier
from kucoin.rest.answer import Answer
from kucoin.rest.parse_order import given, refusal
from kucoin.rest.row import Row, row_of, rows_of, value_of


class _Context(msgspec.Struct):
    """What else a funding row says, as text."""

    side: PositionSide | None = msgspec.field(name="positionSide", default=None)


def order(row: Row) -> FuturesOrder:
    """Read an order, conditional or not.

    ``filledSize`` is lots and ``filledValue`` money, whatever the published descriptions say.
    """
    size = row.integer_or_none("size")
    return FuturesOrder(
        order_id=row.text("id"),
        client_oid=row.text_or_none("clientOid"),
        symbol=row.text("symbol"),
        side=row.word("side", Side),
        type=row.word_or_none("type", OrderType),
        price=given(row, "price"),
        size=Lots(size) if size else None,
        value=given(row, "value"),
        filled_size=Lots(row.integer("filledSize")),
        filled_value=row.number("filledValue"),
        average_price=given(row, "avgDealPrice"),
        settle_currency=row.text_or_none("settleCurrency"),
        leverage=row.number_or_none("leverage"),
        margin_mode=row.word_or_none("marginMode", MarginMode),
        position_side=row.word_or_none("positionSide", PositionSide),
        time_in_force=row.word_or_none("timeInForce", TimeInForce),
        post_only=row.flag_or_none("postOnly"),
        reduce_only=row.flag_or_none("reduceOnly"),
        close_order=row.flag_or_none("closeOrder"),
        stp=row.word_or_none("stp", Stp),
        stop=row.word_or_none("stop", StopDirection),
        stop_price=given(row, "stopPrice"),
        stop_price_type=row.word_or_none("stopPriceType", StopPriceType),
        stop_triggered=row.flag_or_none("stopTriggered"),
        active=row.flag("isActive"),
        cancelled=row.flag("cancelExist"),
        created_at=row.moment_or_none("createdAt"),
        updated_at=row.moment_or_none("updatedAt"),
        ended_at=row.moment_or_none("endAt"),
    )


def orders(answer: Answer) -> tuple[FuturesOrder, ...]:
    """Read a bare list of orders."""
    return tuple(map(order, rows_of(answer)))


def fill(row: Row) -> FuturesFill:
    """Read a fill. Its fee is in settlement currency, which a fill without one may not repeat."""
    return FuturesFill(
        trade_id=row.text("tradeId"),
        order_id=row.text("orderId"),
        symbol=row.text("symbol"),
        side=row.word("side", Side),
        type=row.word_or_none("orderType", OrderType),
        kind=row.text("tradeType"),
        liquidity=row.word_or_none("liquidity", Liquidity),
        price=row.number("price"),
        size=Lots(row.integer("size")),
        value=row.number("value"),
        fee=row.number("fee"),
        fee_rate=row.number_or_none("feeRate"),
        fee_currency=row.text_or_none("feeCurrency") or row.text("settleCurrency"),
        open_fee=row.number_or_none("openFeePay"),
        close_fee=row.number_or_none("closeFeePay"),
        settle_currency=row.text("settleCurrency"),
        margin_mode=row.word_or_none("marginMode", MarginMode),
        position_side=row.word_or_none("positionSide", PositionSide),
        at=row.moment("tradeTime"),
    )


def fills(answer: Answer) -> tuple[FuturesFill, ...]:
    """Read a bare list of fills, without its rows of the kind ``cancel``: no trade need have a price or a number."""
    return tuple(fill(row) for row in rows_of(answer) if row.text_or_none("tradeType") != "cancel")


def placed(answer: Answer, client_oids: Collection[str]) -> dict[str, str | ApiError]:
    """Read what became of each order of a batch.

    Raises:
        OutcomeUnknown: What became of one of them cannot be read.
    """
    rows = _by_id(answer, "clientOid", client_oids)
    return {client_oid: _refusal(answer, row) or row.text("orderId") for client_oid, row in rows.items()}


def cancelled(answer: Answer, name: str, ids: Collection[str]) -> dict[str, ApiError | None]:
    """Read what became of the cancels of the orders whose ``name`` is among ``ids``: None, or why not.

    Raises:
        OutcomeUnknown: What became of one of them cannot be read.
    """
    return {each: _refusal(answer, row) for each, row in _by_id(answer, name, ids).items()}


def _by_id(answer: Answer, name: str, ids: Collection[str]) -> dict[str, Row]:
    """Return the row of each of ``ids``, which must all have one, in their order."""
    rows = {row.text_or_none(name): row for row in rows_of(answer)}
    missing = [each for each in ids if each not in rows]
    if missing:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, it does not tell of {', '.join(missing)}")
    return {each: rows[each] for each in ids}


def _refusal(answer: Answer, row: Row) -> ApiError | None:
    """Return what was refused in one row of a batch, None where nothing was. KuCoin writes success in two ways."""
    code = row.text("code")
    if code in {"200", "200000"}:
        return None
    return refusal(answer, code, row.text_or_none("msg") or "", futures=True)


def open_value(answer: Answer) -> OpenOrderValue:
    """Read what the open orders on a contract would add."""
    row = row_of(answer)
    return OpenOrderValue(
        buy_size=Lots(row.integer("openOrderBuySize")),
        sell_size=Lots(row.integer("openOrderSellSize")),
        buy_cost=row.number("openOrderBuyCost"),
        sell_cost=row.number("openOrderSellCost"),
        settle_currency=row.text("settleCurrency"),
    )


def position_mode(answer: Answer) -> PositionMode:
    """Read the account's position mode."""
    number = row_of(answer).integer("positionMode")
    try:
        return PositionMode(number)
    except ValueError:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, no position mode has the number {number}") from None


def margin_mode(answer: Answer) -> MarginMode:
    """Read a contract's margin mode."""
    return row_of(answer).word("marginMode", MarginMode)


def leverage(answer: Answer) -> Decimal:
    """Read a contract's leverage on cross margin."""
    return row_of(answer).number("leverage")


def sum_of_money(answer: Answer) -> Decimal:
    """Read data that is one amount."""
    return Row({"amount": value_of(answer)}, f"{answer.request}: unreadable answer, its data").number("amount")


def max_open_size(answer: Answer) -> MaxOpenSize:
    """Read how many lots could be bought and sold."""
    row = row_of(answer)
    buy, sell = row.integer("maxBuyOpenSize"), row.integer("maxSellOpenSize")
    return MaxOpenSize(row.text("symbol"), Lots(buy), Lots(sell))


def risk_tiers(answer: Answer) -> tuple[RiskTier, ...]:
    """Read the levels of a contract's risk limit."""
    return tuple(
        RiskTier(
            symbol=row.text("symbol"),
            level=row.integer("level"),
            min_risk_limit=row.number("minRiskLimit"),
            max_risk_limit=row.number("maxRiskLimit"),
            max_leverage=row.number("maxLeverage"),
            initial_margin=row.number("initialMargin"),
            maintain_margin=row.number("maintainMargin"),
        )
        for row in rows_of(answer)
    )


def closed_position(row: Row) -> ClosedPosition:
    """Read a position that ended."""
    return ClosedPosition(
        close_id=row.text("closeId"),
        symbol=row.text("symbol"),
        settle_currency=row.text("settleCurrency"),
        kind=row.text_or_none("type"),
        position_side=row.word_or_none("side", PositionSide),
        margin_mode=row.word_or_none("marginMode", MarginMode),
        leverage=row.number_or_none("leverage"),
        pnl=row.number("pnl"),
        trade_fee=row.number_or_none("tradeFee"),
        funding_fee=row.number_or_none("fundingFee"),
        roe=row.number_or_none("roe"),
        open_price=row.number_or_none("openPrice"),
        close_price=row.number_or_none("closePrice"),
        opened_at=row.moment_or_none("openTime"),
        closed_at=row.moment("closeTime"),
    )


def funding_payment(row: Row) -> FundingPayment:
    """Read what a position paid or received at one settlement."""
    return FundingPayment(
        payment_id=row.integer("id"),
        symbol=row.text("symbol"),
        funding=row.number("funding"),
        funding_rate=row.number_or_none("fundingRate"),
        mark_price=row.number_or_none("markPrice"),
        position_qty=row.integer_or_none("positionQty"),
        position_cost=row.number_or_none("positionCost"),
        settle_currency=row.text("settleCurrency"),
        margin_mode=row.word_or_none("marginMode", MarginMode),
        at=row.moment("timePoint"),
        position_side=_side_in(row.text_or_none("context")),
    )


def _side_in(context: str | None) -> PositionSide | None:
    """Read which position of a contract a row is about out of its ``context``, which is JSON in a text."""
    try:
        return msgspec.json.decode(context or "{}", type=_Context).side
    except msgspec.DecodeError:
        return None


def funding_rates(answer: Answer) -> tuple[FundingRate, ...]:
    """Read settled funding rates. Their time is ``timepoint``, not ``timePoint`` as elsewhere."""
    return tuple(
        FundingRate(row.text("symbol"), row.number("fundingRate"), row.moment("timepoint")) for row in rows_of(answer)
    )
