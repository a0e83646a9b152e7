"""What the payloads of futures orders, positions and money that moved say, read to the digit."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from kucoin.errors import OutcomeUnknown
from kucoin.model.ledger import (
    Borrowing,
    Deposit,
    Direction,
    FuturesLedgerEntry,
    InterestCharge,
    LedgerEntry,
    Repayment,
    Transferable,
    Withdrawal,
)
from kucoin.model.order import (
    FuturesFill,
    FuturesOrder,
    Liquidity,
    Lots,
    MarginMode,
    OpenOrderValue,
    OrderStatus,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    Stp,
    TimeInForce,
)
from kucoin.model.position import ClosedPosition, FundingPayment, FundingRate, MaxOpenSize, PositionMode, RiskTier
from kucoin.rest import paging, parse_futures, parse_ledger
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, row_of, value_of
from tests.rest_payloads import ms, opened

D = Decimal


def test_a_futures_order_is_read() -> None:
    """Sizes in lots, values in money."""
    assert parse_futures.order(row_of(opened("futures-order"))) == FuturesOrder(
        order_id="250444645610336256",
        client_oid="oid-1",
        symbol="XBTUSDTM",
        side=Side.BUY,
        type=OrderType.LIMIT,
        price=D("86000.1"),
        size=Lots(12),
        value=D("1032.0012"),
        filled_size=Lots(5),
        filled_value=D("430.0005"),
        average_price=D("86000.1"),
        settle_currency="USDT",
        leverage=D("3.5"),
        margin_mode=MarginMode.ISOLATED,
        position_side=PositionSide.LONG,
        time_in_force=TimeInForce.GTC,
        post_only=True,
        reduce_only=False,
        close_order=False,
        stp=Stp.CO,
        stop=None,
        stop_price=None,
        stop_price_type=None,
        stop_triggered=False,
        active=True,
        cancelled=False,
        created_at=ms(1),
        updated_at=ms(2),
        ended_at=None,
    )


def test_a_futures_stop_is_read() -> None:
    """What it waits for; nothing is filled, so it has no average price."""
    (stop,) = (parse_futures.order(row) for row in row_of(opened("futures-stops")).rows("items"))
    assert (stop.stop, stop.stop_price, stop.stop_price_type) == (StopDirection.DOWN, D(78500), StopPriceType.MP)
    assert (stop.average_price, stop.filled_size) == (None, 0)


def test_finished_futures_orders_are_read() -> None:
    """A filled market order, and one that was cancelled after a part."""
    market, part = parse_futures.orders(opened("futures-recent-done"))
    assert (market.price, market.status, market.ended_at) == (None, OrderStatus.FILLED, ms(-50))
    assert part.status is OrderStatus.PARTIALLY_CANCELLED
    assert paging.numbered(opened("futures-done"), 1, parse_futures.order).cursor == 2


def test_futures_fills_are_read() -> None:
    """Nanoseconds, and fees in the settlement currency."""
    trade, liquidation = parse_futures.fills(opened("futures-recent-fills"))
    assert trade == FuturesFill(
        trade_id="1828954878212",
        order_id="250444645610336257",
        symbol="XBTUSDTM",
        side=Side.SELL,
        type=OrderType.MARKET,
        kind="trade",
        liquidity=Liquidity.TAKER,
        price=D(87010),
        size=Lots(7),
        value=D("609.07"),
        fee=D("0.365442"),
        fee_rate=D("0.0006"),
        fee_currency="USDT",
        open_fee=D(0),
        close_fee=D("0.365442"),
        settle_currency="USDT",
        margin_mode=MarginMode.CROSS,
        position_side=PositionSide.BOTH,
        at=ms(-50),
    )
    assert (liquidation.kind, liquidation.size, liquidation.fee) == ("liquid", 100, D("0.00000023"))


def test_what_was_no_trade_spoils_no_list_of_fills() -> None:
    """It has no price, and none is asked of it."""
    rows = value_of(opened("futures-recent-fills"))
    none = {"symbol": "XBTUSDTM", "tradeType": "cancel", "tradeId": None, "price": None, "value": None}
    kept = parse_futures.fills(Answer("GET /api/v1/recentFills", msgspec.Raw(msgspec.json.encode([none, *rows])), 0.0))
    assert kept == parse_futures.fills(opened("futures-recent-fills"))


def test_a_fill_that_names_no_currency_of_its_fee_has_that_of_its_contract() -> None:
    """A settlement without a fee is money all the same."""
    row = value_of(opened("futures-recent-fills"))[0] | {"feeCurrency": None}
    assert parse_futures.fill(Row(row, "it")).fee_currency == "USDT"


def test_small_answers_of_futures_are_read() -> None:
    """Modes, leverage, limits, margin."""
    value = OpenOrderValue(Lots(12), Lots(3), D("1032.0012"), D(234), "USDT")
    assert parse_futures.open_value(opened("futures-open-value")) == value
    assert parse_futures.position_mode(opened("futures-position-mode")) is PositionMode.HEDGE
    assert parse_futures.margin_mode(opened("futures-margin-mode")) is MarginMode.CROSS
    assert parse_futures.leverage(opened("futures-cross-leverage")) == D("12.5")
    size = MaxOpenSize("XBTUSDTM", Lots(1843), Lots(1790))
    assert parse_futures.max_open_size(opened("futures-max-open-size")) == size
    assert parse_futures.sum_of_money(opened("futures-margin-sum")) == D("21.1135719252")
    assert parse_futures.risk_tiers(opened("futures-risk-tiers")) == (
        RiskTier("XBTUSDTM", 1, D(0), D(100000), D(125), D("0.008"), D("0.004")),
        RiskTier("XBTUSDTM", 2, D(100000), D(500000), D(100), D("0.01"), D("0.005")),
    )


def test_closed_positions_are_read() -> None:
    """Profit is net: gross less fee, and funding."""
    page = paging.numbered(opened("futures-closed-positions"), 4, parse_futures.closed_position)
    assert (page.cursor, page.total) == (None, 4)
    (closed,) = page.items
    assert closed == ClosedPosition(
        close_id="500000000036305465",
        symbol="XBTUSDTM",
        settle_currency="USDT",
        kind="CLOSE_LONG",
        position_side=PositionSide.LONG,
        margin_mode=MarginMode.CROSS,
        leverage=D(1),
        pnl=D("0.51214413"),
        trade_fee=D("0.03766066"),
        funding_fee=D("-0.03389521"),
        roe=D("0.0055"),
        open_price=D("93859.8"),
        close_price=D("94443.5"),
        opened_at=ms(-80_000_000),
        closed_at=ms(-40_000_000),
    )


def test_funding_is_read() -> None:
    """Payments with the id to go on from; rates below a thousandth, in whatever way they are written."""
    page = paging.by_more(
        opened("futures-funding-payments"), parse_futures.funding_payment, lambda payment: payment.payment_id
    )
    assert page.cursor == 1472387374042586
    assert page.items == (
        FundingPayment(
            payment_id=1472387374042586,
            symbol="XBTUSDTM",
            funding=D("0.05585669"),
            funding_rate=D("0.000641"),
            mark_price=D("87139.92"),
            position_qty=-1,
            position_cost=D("-87.13992"),
            settle_currency="USDT",
            margin_mode=MarginMode.ISOLATED,
            at=ms(-1_000_000),
            position_side=PositionSide.BOTH,
        ),
    )
    rates = parse_futures.funding_rates(opened("futures-funding-rates"))
    assert rates[1] == FundingRate("XBTUSDTM", D("-0.00002"), ms(-29_800_000))


@pytest.mark.parametrize(
    ("context", "side"),
    [
        ('{"marginMode": "CROSS", "positionSide": "SHORT"}', PositionSide.SHORT),
        ('{"marginMode": "CROSS"}', None),
        ('{"positionSide": "UP"}', None),
        ("SHORT", None),
        (None, None),
    ],
)
def test_a_funding_says_which_position_paid(context: str | None, side: PositionSide | None) -> None:
    """The side stands in a JSON text beside the rest; what cannot be read is not known."""
    (fields,) = value_of(opened("futures-funding-payments"))["dataList"]
    assert parse_futures.funding_payment(Row({**fields, "context": context}, "a row")).position_side is side


# --- money that moved


def test_an_older_line_of_the_funding_ledger_has_a_hexadecimal_id() -> None:
    """It is no number, and is kept as it is, even where it could be taken for one."""
    (answer,) = value_of(opened("ledger-funding"))["items"]
    for told in ("611a1e7c6a053300067a88d9", "611118000000000000000e12"):
        assert parse_ledger.entry(Row({**answer, "id": told}, "a row")).entry_id == told
    with pytest.raises(OutcomeUnknown):
        parse_ledger.entry(Row({**answer, "id": None}, "a row"))


def test_ledger_lines_are_read() -> None:
    """Their ids are sent as text or number, their times too."""
    (funding,) = paging.numbered(opened("ledger-funding"), 1, parse_ledger.entry).items
    assert (funding.entry_id, funding.direction, funding.change) == (265329987780896, Direction.OUT, D("-12.01"))
    spot = parse_ledger.entries(opened("ledger-spot"))
    assert spot.cursor == 254062248624417
    assert spot.items[0] == LedgerEntry(
        entry_id=254062248624417,
        currency="USDT",
        amount=D("1.59760080"),
        direction=Direction.IN,
        fee=D("0.00159920"),
        balance=D("26.73759503"),
        account="TRADE_HF",
        business="TRADE_EXCHANGE",
        context='{"symbol":"KCS-USDT","orderId":"68f1a0b21b7d1e0001b3d5ff","tradeId":"10046097631627265"}',
        at=ms(-7539),
    )
    assert spot.items[0].change == D("1.59760080")
    assert parse_ledger.entries(opened("ledger-margin")).items[0].account == "MARGIN_V2"


def test_futures_ledger_lines_are_read() -> None:
    """With their sign, and the id to go on from."""
    page = paging.by_more(opened("ledger-futures"), parse_ledger.futures_entry, lambda entry: entry.entry_id)
    assert page.cursor == 51352430
    pending = FuturesLedgerEntry(
        51352430, "USDT", "RealisedPNL", D("-0.00630042"), D(0), D(20), "Pending", "XBTUSDTM", ms(-9000)
    )
    assert page.items[1] == pending


def test_transfers_deposits_and_withdrawals_are_read() -> None:
    """Statuses as KuCoin writes them."""
    expected = Transferable("USDT", D("10.5"), D("9.25"), D("1.25"), D("9.2"))
    assert parse_ledger.transferable(opened("transferable")) == expected
    (deposit,) = paging.numbered(opened("deposits"), 1, parse_ledger.deposit).items
    assert deposit == Deposit(
        currency="USDT",
        amount=D(6),
        fee=D("0.01"),
        status="SUCCESS",
        chain="trx",
        address="TSv3L1fS7******X4nLP6rqNxYz",
        wallet_tx_id="41bd2f@x",
        is_inner=False,
        created_at=ms(-930_000),
        updated_at=ms(-920_000),
    )
    (withdrawal,) = paging.numbered(opened("withdrawals"), 1, parse_ledger.withdrawal).items
    assert withdrawal == Withdrawal(
        withdrawal_id="67e6515f7960ba0007b42025",
        currency="USDT",
        amount=D(3),
        fee=D("0.5"),
        status="WALLET_PROCESSING",
        chain="trx",
        address="TKFRQXSDcY4******DhWk",
        wallet_tx_id=None,
        is_inner=True,
        created_at=ms(-359_000),
        updated_at=ms(-358_000),
    )


def test_the_history_of_debts_is_read() -> None:
    """What was lent, paid back and charged."""
    page = paging.numbered(opened("margin-borrowings"), 1, parse_ledger.borrowing)
    assert page.cursor == 2
    loan = Borrowing("68f1a0b21b7d1e0001b3d6ff", "BTC-USDT", "USDT", D("10.5"), D("10.25"), "SUCCESS", ms(-1000))
    assert page.items[0] == loan
    assert (page.items[1].symbol, page.items[1].actual_size) == (None, D(0))
    (repayment,) = paging.numbered(opened("margin-repayments"), 1, parse_ledger.repayment).items
    assert repayment == Repayment(
        "68f1a0b21b7d1e0001b3d6fd", None, "USDT", D(10), D("9.99986518"), D("0.00013482"), "SUCCESS", ms(-500)
    )
    (interest,) = paging.numbered(opened("margin-interest"), 1, parse_ledger.interest_charge).items
    assert interest == InterestCharge("USDT", D("0.00000123"), D("0.000296"), ms(-3_600_000))
