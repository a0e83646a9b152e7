"""From answers to orders and fills of spot and margin, each field translated once.

An order or fill that cannot be read makes its whole answer unreadable: a list without it would be wrong. Fields that
an order means something without are None where they are unreadable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from kucoin import errors
from kucoin.errors import ApiError, OutcomeUnknown
from kucoin.model.order import (
    CancelledAll,
    DeadMan,
    FeeRate,
    Fill,
    Liquidity,
    MarginPlaced,
    Order,
    OrderType,
    Side,
    Stp,
    TimeInForce,
    TradeType,
)
from kucoin.model.stop_order import OcoLeg, OcoOrder, SpotStop, StopOrder
from kucoin.rest.answer import Answer, one_line
from kucoin.rest.row import Row, row_of, rows_of, value_of


def given(row: Row, name: str) -> Decimal | None:
    """Return a number that an order may lack, such as a market order's price. KuCoin writes 0 there."""
    return row.number_or_none(name) or None


def order_id(answer: Answer, name: str = "orderId") -> str:
    """Read the id of what was placed. A success without one is none."""
    return row_of(answer).text(name)


def done(answer: Answer, word: object) -> None:
    """Make sure that the answer is ``word``, which is all that some calls say.

    Raises:
        OutcomeUnknown: It is something else.
    """
    value = value_of(answer)
    if type(value) is not type(word) or value != word:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, its data is not {word!r}")


def placed(answer: Answer, client_oids: Sequence[str]) -> dict[str, str | ApiError]:
    """Read what became of each order of a batch; rows come in the order of the orders, refused ones without ids.

    Raises:
        OutcomeUnknown: What became of one of them cannot be read.
    """
    rows = rows_of(answer)
    if len(rows) != len(client_oids):
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, {len(rows)} rows for {len(client_oids)} orders")
    found: dict[str, str | ApiError] = {}
    for client_oid, row in zip(client_oids, rows, strict=True):
        if row.text_or_none("clientOid") not in {None, client_oid}:
            raise OutcomeUnknown(f"{answer.request}: unreadable answer, the row for {client_oid} is another order's")
        if row.flag("success"):
            found[client_oid] = row.text("orderId")
        else:
            found[client_oid] = refusal(answer, "", row.text_or_none("failMsg") or "", futures=False)
    return found


def refusal(answer: Answer, code: str, message: str, *, futures: bool) -> ApiError:
    """Return the error for one row of a batch that was refused. Spot tells no code there."""
    kind = errors.of(code, message, futures=futures)
    return kind(code=code or "none", message=one_line(message), request=answer.request)


def margin_placed(answer: Answer) -> MarginPlaced:
    """Read the id of a margin order and what was borrowed for it."""
    row = row_of(answer)
    return MarginPlaced(row.text("orderId"), row.number_or_none("borrowSize"), row.text_or_none("loanApplyId"))


def cancelled_ids(answer: Answer) -> tuple[str, ...]:
    """Read which orders were cancelled."""
    return row_of(answer).texts("cancelledOrderIds")


def cancelled_all(answer: Answer) -> CancelledAll:
    """Read on which pairs the orders were cancelled, and why not on the others."""
    row = row_of(answer)
    failed = {each.text("symbol"): each.text_or_none("error") or "" for each in row.rows("failedSymbols")}
    return CancelledAll(row.texts("succeedSymbols"), failed)


def symbols(answer: Answer) -> tuple[str, ...]:
    """Read the pairs with open orders."""
    return row_of(answer).texts("symbols")


def order(row: Row) -> Order:
    """Read an order of the spot or a margin account."""
    return Order(
        order_id=row.text("id"),
        client_oid=row.text_or_none("clientOid"),
        symbol=row.text("symbol"),
        side=row.word("side", Side),
        type=row.word_or_none("type", OrderType),
        trade_type=row.word_or_none("tradeType", TradeType),
        price=given(row, "price"),
        size=given(row, "size"),
        funds=given(row, "funds"),
        filled_size=row.number("dealSize"),
        filled_funds=row.number("dealFunds"),
        remaining_size=row.number_or_none("remainSize"),
        remaining_funds=row.number_or_none("remainFunds"),
        cancelled_size=row.number_or_none("cancelledSize"),
        cancelled_funds=row.number_or_none("cancelledFunds"),
        fee=row.number_or_none("fee"),
        fee_currency=row.text_or_none("feeCurrency"),
        time_in_force=row.word_or_none("timeInForce", TimeInForce),
        post_only=row.flag_or_none("postOnly"),
        stp=row.word_or_none("stp", Stp),
        active=row.flag("active"),
        in_book=row.flag_or_none("inOrderBook"),
        cancelled=row.flag("cancelExist"),
        cancel_reason=row.text_or_none("cancelReason"),
        created_at=row.moment_or_none("createdAt"),
        updated_at=row.moment_or_none("lastUpdatedAt"),
    )


def fill(row: Row) -> Fill:
    """Read a fill of the spot or a margin account."""
    return Fill(
        fill_id=row.integer("id"),
        trade_id=row.integer("tradeId"),
        order_id=row.text("orderId"),
        symbol=row.text("symbol"),
        side=row.word("side", Side),
        type=row.word_or_none("type", OrderType),
        trade_type=row.word_or_none("tradeType", TradeType),
        liquidity=row.word_or_none("liquidity", Liquidity),
        price=row.number("price"),
        size=row.number("size"),
        funds=row.number("funds"),
        fee=row.number("fee"),
        fee_rate=row.number_or_none("feeRate"),
        fee_currency=row.text("feeCurrency"),
        at=row.moment("createdAt"),
    )


def stop_order(row: Row) -> StopOrder:
    """Read a spot order that waits for its price."""
    return StopOrder(
        order_id=row.text("id"),
        client_oid=row.text_or_none("clientOid"),
        symbol=row.text("symbol"),
        side=row.word("side", Side),
        type=row.word_or_none("type", OrderType),
        trade_type=row.word_or_none("tradeType", TradeType),
        status=row.text("status"),
        stop=row.word_or_none("stop", SpotStop),
        stop_price=row.number("stopPrice"),
        price=given(row, "price"),
        limit_price=given(row, "limitPrice"),
        size=given(row, "size"),
        funds=given(row, "funds"),
        time_in_force=row.word_or_none("timeInForce", TimeInForce),
        post_only=row.flag_or_none("postOnly"),
        stp=row.word_or_none("stp", Stp),
        created_at=row.moment_or_none("createdAt"),
        triggered_at=row.moment_or_none("stopTriggerTime"),
    )


def oco_order(row: Row) -> OcoOrder:
    """Read a pair of orders of which one cancels the other, as the lists tell it: without its legs."""
    return OcoOrder(
        order_id=row.text("orderId"),
        client_oid=row.text_or_none("clientOid"),
        symbol=row.text("symbol"),
        status=row.text("status"),
        created_at=row.moment_or_none("orderTime"),
    )


def oco_with_legs(answer: Answer) -> OcoOrder:
    """Read a pair with its two orders."""
    row = row_of(answer)
    legs = tuple(
        OcoLeg(
            order_id=leg.text("id"),
            symbol=leg.text("symbol"),
            side=leg.word("side", Side),
            price=leg.number("price"),
            stop_price=given(leg, "stopPrice"),
            size=leg.number("size"),
            status=leg.text("status"),
        )
        for leg in row.rows("orders")
    )
    return replace(oco_order(row), legs=legs)


def dead_man(answer: Answer) -> DeadMan | None:
    """Read the dead-man switch, None where it is not set: KuCoin tells nothing then."""
    if value_of(answer) in (None, {}):
        return None
    row = row_of(answer)
    named = (row.text_or_none("symbols") or "").split(",")
    return DeadMan(row.integer("timeout"), tuple(filter(None, named)), row.moment("triggerTime"))


def fee_rates(answer: Answer) -> tuple[FeeRate, ...]:
    """Read what trades cost."""
    return tuple(map(fee_rate, rows_of(answer)))


def fee_rate(row: Row) -> FeeRate:
    """Read what trades on one symbol cost."""
    return FeeRate(row.text("symbol"), row.number("takerFeeRate"), row.number("makerFeeRate"))
