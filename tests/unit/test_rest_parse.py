"""What the payloads say, read to the digit."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.errors import OutcomeUnknown
from kucoin.model.account import (
    AccountMode,
    ApiKey,
    BaseFee,
    FuturesAccount,
    MarginAsset,
    SpotAccount,
    SubAccount,
    SubBalance,
    UserInfo,
)
from kucoin.model.announcement import Announcement
from kucoin.model.market import Contract, Currency, ServiceState, ServiceStatus, SpotSymbol, Ticker
from kucoin.model.position import Position
from kucoin.rest import parse_account, parse_market
from kucoin.rest.answer import Answer, Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool
from kucoin.rest.row import number_in
from kucoin.rest.tickers import COLUMNS, TickerBoard

PAYLOADS = Path(__file__).resolve().parent.parent / "payloads"
ANY = Endpoint("GET", "/api/v1/any", pool=Pool.SPOT, weight=1, private=False)
AT = datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=UTC)
D = Decimal


def answer(name: str) -> Answer:
    """The payload called ``name``, opened."""
    return Reply(200, {}, (PAYLOADS / f"{name}.json").read_bytes(), 0.0).open(ANY)


def data(text: str) -> Answer:
    """An answer with ``text`` for its data."""
    return Answer("GET /api/v1/any", msgspec.Raw(text.encode()), 0.0)


def test_the_clock_is_read_to_the_millisecond() -> None:
    """Both hosts."""
    assert parse_market.server_time(answer("spot-time")) == AT
    assert parse_market.server_time(answer("futures-time")).microsecond == 127_000


def test_the_state_of_a_host_is_read() -> None:
    """An unknown word is UNKNOWN, with the remark kept."""
    assert parse_market.service_status(answer("spot-status")) == ServiceStatus(ServiceState.OPEN, "")
    cancel_only = ServiceStatus(ServiceState.CANCEL_ONLY, "settlement review")
    assert parse_market.service_status(answer("futures-status")) == cancel_only
    asleep = parse_market.service_status(data('{"status":"asleep","msg":"zzz"}'))
    assert asleep == ServiceStatus(ServiceState.UNKNOWN, "zzz")


def test_the_rules_of_a_pair_are_read() -> None:
    """Steps and bounds exactly as sent."""
    symbols = parse_market.spot_symbols(answer("spot-symbols"))
    assert [symbol.symbol for symbol in symbols] == ["BTC-USDT", "KCS-BTC", "PEPE-USDT"]
    assert symbols[2] == SpotSymbol(
        symbol="PEPE-USDT",
        base_currency="PEPE",
        quote_currency="USDT",
        fee_currency="USDT",
        base_min_size=D(1000),
        base_max_size=D(10000000000),
        quote_min_size=D("0.1"),
        quote_max_size=D(99999999),
        base_increment=D("0.01"),
        quote_increment=D("0.0001"),
        price_increment=D("0.0000000001"),
        min_funds=D("0.1"),
        price_limit_rate=D("0.1"),
        maker_fee_coefficient=D("2.00"),
        taker_fee_coefficient=D("2.00"),
        enable_trading=True,
        is_margin_enabled=False,
    )


def test_currencies_are_read() -> None:
    """With the name that people know."""
    found = parse_market.currencies(answer("spot-currencies"))
    assert found[2] == Currency("OMEGA", "OMEGA", "Omega Chain", 10)


def test_fiat_prices_are_read() -> None:
    """To the last zero."""
    prices = parse_market.fiat_prices(answer("spot-prices"))
    assert prices["PEPE"] == D("0.0000046671088")
    assert set(prices) == {"BTC", "USDT", "KCS", "PEPE"}


def test_spot_candles_are_turned_round() -> None:
    """They come newest first as open, close, high, low, counted in seconds."""
    frame = parse_market.spot_candles(answer("spot-klines"))
    assert list(frame.columns) == ["open", "high", "low", "close", "volume", "turnover"]
    assert frame.index[0] == pd.Timestamp("2026-09-21 12:00", tz="UTC")
    assert frame.index.is_monotonic_increasing
    assert frame.iloc[-1].tolist() == [87102.4, 87260.0, 87011.8, 87214.6, 81.20441187, 7077402.118203911]


def test_futures_candles_may_lack_the_turnover() -> None:
    """They come oldest first as open, high, low, close, counted in milliseconds."""
    frame = parse_market.futures_candles(answer("futures-klines"))
    assert frame.iloc[0].tolist() == [87001.7, 87044.4, 86790.1, 86944.0, 512044.0, 44520118.2]
    assert np.isnan(frame.turnover.iloc[-1])
    assert (frame.index.name, str(frame.index.dtype)) == ("time", "datetime64[ms, UTC]")


def test_no_candles_are_an_empty_table_of_the_same_shape() -> None:
    """So that a page need not ask."""
    empty, full = (parse_market.spot_candles(a) for a in (data("[]"), answer("spot-klines")))
    assert list(empty.columns) == list(full.columns)
    assert empty.index.dtype == full.index.dtype
    assert (empty.dtypes == "float64").all()


def test_the_mode_of_an_account_is_read() -> None:
    """Only one word means unified; no word means nothing."""
    assert parse_account.account_mode(answer("account-mode")) is AccountMode.CLASSIC
    assert parse_account.account_mode(data('{"selfAccountMode":"UNIFIED"}')) is AccountMode.UNIFIED
    with pytest.raises(OutcomeUnknown, match="selfAccountMode"):
        parse_account.account_mode(data("{}"))


def test_what_a_key_may_do_is_read() -> None:
    """Permissions and addresses as sets of words."""
    key = parse_account.api_key(answer("api-key"))
    assert key == ApiKey(
        key="68f0c2a41b7d1e0001a2c3d4",
        version=3,
        permissions=frozenset({"General", "Futures"}),
        ip_whitelist=("203.0.113.7", "198.51.100.22"),
        uid="204411873",
        is_master=True,
        sub_name=None,
        remark="portfolio",
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    assert not key.may_withdraw


def test_a_key_without_readable_permissions_is_no_answer() -> None:
    """None would be read as: may not withdraw."""
    with pytest.raises(OutcomeUnknown, match="permission"):
        parse_account.api_key(data('{"apiKey":"k","apiVersion":3,"isMaster":true,"uid":1,"permission":""}'))


def test_the_user_is_read() -> None:
    """Fee level and number of sub-accounts."""
    assert parse_account.user_info(answer("user-info")) == UserInfo(vip_level=2, sub_accounts=3)


def test_the_base_fee_is_read() -> None:
    """Which of the two is which."""
    assert parse_account.base_fee(answer("base-fee")) == BaseFee(taker=Decimal("0.0009"), maker=Decimal("0.0008"))


def test_announcements_are_read() -> None:
    """Newest first; an address that is not on KuCoin's site is none."""
    found = parse_market.announcements(answer("announcements"))
    assert [each.number for each in found] == [131101, 131045, 130877]
    assert found[0] == Announcement(
        number=131101,
        title="Spot Trading System Upgrade on September 22, 2026",
        text="The upgrade begins at 07:00 on September 22, 2026 (UTC) and will take about 1 hour.",
        kinds=("latest-announcements", "maintenance-updates"),
        at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
        url="https://www.kucoin.com/announcement/en-spot-upgrade-september-22?lang=en_US",
    )
    assert found[2].url is None


def test_what_is_announced_is_one_line_of_what_can_be_seen() -> None:
    """No page grows by it, and no sign of it turns the words beside it around or hides some."""
    told = {"annId": 7, "annTitle": f"Pay\u202e\u200b here\n now\0 {'x' * 900}", "annDesc": "y" * 90_000}
    (found,) = parse_market.announcements(data(msgspec.json.encode({"items": [told]}).decode()))
    assert found.title.startswith("Pay here now xxx")
    assert (len(found.title), len(found.text)) == (200, 4000)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.kucoin.com/announcement/a",
        "https://www.kucoin.com.example.org/a",
        "https://www.kucoin.com@example.org/a",
        "https://example.org/https://www.kucoin.com/",
        "javascript:alert(1)//https://www.kucoin.com/",
        "//www.kucoin.com/a",
        "https://www.kucoin.com/a) [b](https://example.org",
        'https://www.kucoin.com/a"onclick="b',
        "https://www.kucoin.com/a\n",
        "https://www.kucoin.com:444/a",
        "https://xn--kucoin-9ta.com/a",
    ],
)
def test_no_address_but_kucoins_is_taken(url: str) -> None:
    """What an announcement links to is a page of KuCoin's, or nothing."""
    row = {"annId": 1, "annTitle": "t", "annType": ["others"], "annUrl": url}
    (found,) = parse_market.announcements(data(json.dumps({"items": [row]})))
    assert found.url is None


def test_spot_accounts_are_read() -> None:
    """Every digit, empty balances included."""
    accounts = parse_account.spot_accounts(answer("spot-accounts"))
    assert accounts[1] == SpotAccount(
        "68f0c2b11b7d1e0001a2c402", "trade", "BTC", D("0.41270033"), D("0.36270033"), D("0.05")
    )
    assert [account.currency for account in accounts] == ["USDT", "BTC", "PEPE", "OMEGA"]


def test_sub_accounts_are_read() -> None:
    """By kind of account; one may be empty."""
    found, pages = parse_account.sub_accounts(answer("sub-accounts"))
    assert pages == 1
    assert found[1] == SubAccount("68f0c3de1b7d1e0001a2c502", "family", ())
    assert found[0].balances[1] == SubBalance("trade", "USDT", D("4100.22"), D("3900.22"), D(200))
    assert [balance.kind for balance in found[0].balances] == ["main", "trade", "trade", "margin"]
    assert found[0].balances[3] == SubBalance("margin", "BTC", D("0.01"), D("0.01"), D(0))


def test_margin_is_read() -> None:
    """Debt beside what is held, the ratio as a fraction."""
    cross = parse_account.cross_margin(answer("cross-margin"))
    assert (cross.status, cross.debt_ratio) == ("EFFECTIVE", D("0.2741"))
    assert cross.assets[0] == MarginAsset("USDT", D("400.1"), D("350.1"), D(50), D("2500.0841"), D("0.5841"))
    (eth, _) = parse_account.isolated_pairs(answer("isolated-margin"))
    assert (eth.symbol, eth.base.total, eth.quote.liability) == ("ETH-USDT", D(1), D("801.22"))


def test_a_contract_is_read() -> None:
    """Rules and live figures; what an older row lacks is None."""
    linear, inverse = parse_market.contracts(answer("futures-contracts"))
    assert linear == Contract(
        symbol="XBTUSDTM",
        base_currency="XBT",
        quote_currency="USDT",
        settle_currency="USDT",
        status="Open",
        is_inverse=False,
        multiplier=D("0.001"),
        lot_size=1,
        tick_size=D("0.1"),
        max_order_qty=1000000,
        max_leverage=125,
        initial_margin=D("0.008"),
        maintain_margin=D("0.004"),
        maker_fee_rate=D("0.0002"),
        taker_fee_rate=D("0.0006"),
        mark_price=D("87210.04"),
        index_price=D("87221.17"),
        last_trade_price=D("87209.9"),
        price_change=D("1042.8"),
        price_change_ratio=D("0.0121"),
        high_price=D("87966.6"),
        low_price=D("85790.1"),
        volume_24h=D("13877.221"),
        turnover_24h=D("1204118203.3312"),
        open_interest=D(7120411),
        funding_rate=D("0.000112"),
        funding_interval_ms=14_400_000,
        next_funding_at=datetime(2026, 9, 21, 16, tzinfo=UTC),
        index_symbol=".KXBTUSDT",
        premium_symbol=".XBTUSDTMPI",
        supports_cross=True,
        listed_at=datetime(2020, 3, 30, 8, tzinfo=UTC),
        market_max_order_qty=100_000,
        max_price=D(1_000_000),
        buy_limit=D("91570.5"),
        sell_limit=D("82849.5"),
    )
    assert (inverse.buy_limit, inverse.sell_limit) == (None, None)
    assert (inverse.is_inverse, inverse.multiplier, inverse.settle_currency) == (True, D(-1), "ETH")
    assert (inverse.funding_interval_ms, inverse.next_funding_at) == (None, None)


def test_a_futures_account_is_read() -> None:
    """Numbers of JSON become decimals without a detour over floats."""
    assert parse_account.futures_account(answer("futures-account"), "USDT") == FuturesAccount(
        currency="USDT",
        account_equity=D("5120.441802"),
        unrealised_pnl=D("-84.2207"),
        margin_balance=D("5204.662502"),
        position_margin=D("911.4420118"),
        order_margin=D("40.5"),
        frozen_funds=D(0),
        available_balance=D("4252.7204902"),
        risk_ratio=D("0.0411"),
        max_withdraw_amount=D("4168.4997902"),
    )


def test_an_account_in_another_currency_is_refused() -> None:
    """KuCoin answers for XBT when it does not understand: that would be taken for dollars."""
    with pytest.raises(OutcomeUnknown, match="asked for XBT and got USDT"):
        parse_account.futures_account(answer("futures-account"), "XBT")
    with pytest.raises(OutcomeUnknown, match="main holds USDT, not XBT"):
        parse_account.futures_accounts(answer("futures-all-accounts"), "XBT")


def test_an_equity_that_is_not_told_is_unknown_but_not_in_a_sum() -> None:
    """The account's other figures still hold; among sub-accounts the sum would be wrong."""
    row = '{"accountName":"a","currency":"USDT","accountEquity":null,"availableBalance":1}'
    account = parse_account.futures_account(data(row), "USDT")
    assert (account.account_equity, account.available_balance) == (None, 1)
    with pytest.raises(OutcomeUnknown, match="a has no readable accountEquity"):
        parse_account.futures_accounts(data(f'{{"accounts":[{row}]}}'), "USDT")


def test_the_futures_of_sub_accounts_are_named() -> None:
    """The row ``main`` is there too."""
    named = parse_account.futures_accounts(answer("futures-all-accounts"), "USDT")
    assert [(name, account.account_equity) for name, account in named] == [("main", D("5120.441802")), ("grid02", 1001)]


def test_a_position_is_read() -> None:
    """Signed lots; a flat row is no position; what a cross position lacks is None."""
    long, short = parse_account.positions(answer("futures-positions"))
    assert long == Position(
        symbol="XBTUSDTM",
        position_side="BOTH",
        margin_mode="ISOLATED",
        settle_currency="USDT",
        is_inverse=False,
        current_qty=52,
        leverage=D("5.0"),
        avg_entry_price=D("86732.77"),
        mark_price=D("87210.04"),
        liquidation_price=D("69581.2"),
        mark_value=D("4534.92208"),
        pos_cost=D("4510.1042"),
        pos_init=D("902.02084"),
        pos_margin=D("911.4420118"),
        maint_margin=D("936.2598918"),
        unrealised_pnl=D("24.81788"),
        unrealised_pnl_ratio=D("0.0055"),
        unrealised_roe_ratio=D("0.0275"),
        realised_pnl=D("-2.70606252"),
        adl_rank=D("0.44"),
        opened_at=datetime(2026, 9, 18, 2, 53, 20, 456000, tzinfo=UTC),
        at=datetime(2026, 9, 21, 14, 13, 20, 100000, tzinfo=UTC),
        pos_maint=D("21.2"),
        maintain_rate=D("0.004"),
    )
    assert (short.current_qty, short.is_inverse, short.realised_pnl) == (-1200, True, D("-0.0002389"))
    assert short.maint_margin is None


@pytest.mark.parametrize(
    ("side", "told", "lots"), [("SHORT", 8, -8), ("SHORT", -8, -8), ("LONG", 8, 8), ("BOTH", -8, -8), ("BOTH", 8, 8)]
)
def test_in_hedge_mode_the_side_tells_which_way_a_position_points(side: str, told: int, lots: int) -> None:
    """Whatever the sign of its size."""
    [found] = parse_account.positions(data(f'[{{"symbol":"XBTUSDTM","positionSide":"{side}","currentQty":{told}}}]'))
    assert found.current_qty == lots


def test_money_without_a_currency_spoils_the_whole_answer() -> None:
    """A sum without that row would be wrong."""
    with pytest.raises(OutcomeUnknown, match="row 1 has no readable balance"):
        parse_account.spot_accounts(
            data(
                '[{"id":"1","type":"main","currency":"A","balance":"1","available":"1","holds":"0"},'
                '{"id":"2","type":"main","currency":"B","balance":null,"available":"1","holds":"0"}]'
            )
        )


def test_a_currency_without_a_name_is_left_out_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """The others still hold; these answers come all the time, the line does not."""
    spoilt = Answer("GET /api/v1/logged-once", msgspec.Raw(b'[{"currency":"A"},{"currency":null},7]'), 0.0)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert parse_market.currencies(spoilt) == (Currency("A", "A", "A", None),)
    assert [record.getMessage() for record in caplog.records] == [
        "GET /api/v1/logged-once: unreadable answer, row 1 has no readable currency; left out, with 1 more of 3"
    ]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=18))
def test_a_number_is_the_same_as_text_and_as_number(number: Decimal) -> None:
    """Whichever way KuCoin sends it, no digit is lost."""
    for text in (f'["{number}"]', f"[{number}]"):
        values = msgspec.json.Decoder(float_hook=Decimal).decode(text)
        assert number_in(values[0]) == number


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "NaN",
        "Infinity",
        "-inf",
        "1,5",
        "0x10",
        True,
        False,
        [],
        {},
        "1e99",
        D("1e-99"),
        "9" * 65,
        10**80,
    ],
)
def test_what_is_no_number_is_none(value: object) -> None:
    """Never zero."""
    assert number_in(value) is None


def test_the_board_is_exact_per_pair() -> None:
    """Decimals as sent; None where KuCoin has none, and for a pair that it does not have."""
    board = TickerBoard(answer("spot-all-tickers"))
    assert (len(board), board.at) == (4, AT)
    assert board.ticker("PEPE-USDT") == Ticker(
        symbol="PEPE-USDT",
        last=D("0.0000046712"),
        bid=D("0.0000046711"),
        ask=D("0.0000046715"),
        change_ratio=D("-0.0308"),
        change_price=D("-0.0000001484"),
        high=D("0.0000048811"),
        low=D("0.0000046402"),
        volume=D("918273645512.21"),
        turnover=D("4402118.20114"),
        at=AT,
    )
    new = board.ticker("NEW-USDT")
    assert new is not None
    assert (new.last, new.change_ratio, new.volume) == (None, None, 0)
    assert "XYZ-USDT" not in board
    assert board.ticker("XYZ-USDT") is None


def test_the_board_is_a_table() -> None:
    """Floats by symbol, NaN where unknown."""
    frame = TickerBoard(answer("spot-all-tickers")).frame()
    assert tuple(frame.columns) == COLUMNS
    assert (frame.dtypes == "float64").all()
    assert frame.loc["BTC-USDT"].tolist() == [
        *(87214.6, 87214.5, 87214.6, 0.0123, 1059.8, 87950.1, 85810.4, 2210.41208877, 192204118.5120912)
    ]
    assert frame.loc["NEW-USDT", "last":"low"].isna().all()


@pytest.mark.parametrize(
    "row",
    [
        '{"symbol":"B","last":"abc","vol":"2"}',
        '{"symbol":"B","last":"NaN","vol":"2"}',
        '{"symbol":"B","last":"Infinity","vol":"2"}',
        '{"symbol":"B","last":{},"vol":"2"}',
        '{"symbol":"B","last":"","vol":2}',
        '{"symbol":"B","last":true,"vol":2.0}',
        '{"symbol":"B","vol":"2"},{"symbol":""}',
        '{"symbol":"B","vol":"2"},{"last":"3"}',
        '{"symbol":"B","vol":"9"},{"symbol":"B","vol":"2"}',
        '{"symbol":"B","vol":"2"},null',
    ],
)
def test_an_unusual_row_spoils_no_other(row: str) -> None:
    """Table and decimals agree on what is known; a row without a symbol is left out."""
    board = TickerBoard(data(f'{{"time":null,"ticker":[{{"symbol":"A","last":"0.1"}},{row}]}}'))
    frame = board.frame()
    assert list(frame.index) == ["A", "B"]
    assert frame.loc["A", "last"] == 0.1
    ticker = board.ticker("B")
    assert ticker is not None
    assert (ticker.last, ticker.volume, board.at) == (None, 2, None)
    assert np.isnan(frame.loc["B", "last"])
    assert frame.loc["B", "volume"] == 2


def test_an_empty_board_is_an_empty_table() -> None:
    """With its columns."""
    frame = TickerBoard(data('{"time":1790000000123,"ticker":[]}')).frame()
    assert (len(frame), tuple(frame.columns)) == (0, COLUMNS)
