"""From a pushed message to a typed value, for every topic."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kucoin.model import feed, feed_private
from kucoin.model.order import Liquidity, Side
from kucoin.stream import message
from kucoin.stream.topics import FAMILIES, Event, family_of

_PUSHES = json.loads((Path(__file__).parents[1] / "payloads" / "pushes" / "feed.json").read_text(encoding="utf-8"))


def read(name: str, **changes: Any) -> Event | None:
    """The value of the push called ``name``, with some of its data changed."""
    push = _PUSHES[name]
    push = push | {"data": push["data"] | changes}
    said = message.decode(json.dumps(push).encode())
    return family_of(said.topic).read(said)


def test_every_topic_has_a_payload() -> None:
    """No reader is untested."""
    assert {push["topic"].partition(":")[0] for push in _PUSHES.values()} | {"/contract/positionAll"} == set(FAMILIES)


@pytest.mark.parametrize("name", _PUSHES)
def test_every_push_is_read(name: str) -> None:
    """Nothing published is unknown, and each has its time."""
    event = read(name)
    assert event is not None
    timeless = (feed_private.MarginModeChange, feed_private.LeverageChange, feed_private.RiskLimitChange)
    assert event.at is not None or isinstance(event, timeless)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("spot-match", feed.Trade("BTC-USDT", 1790000000123456789, "buy", Decimal("67523"), Decimal("0.003"), "1106")),
        ("futures-match", feed.Trade("XBTUSDTM", 1790000000520000000, "sell", Decimal("90503.9"), Decimal(2), "1794")),
        (
            "spot-ticker-all",
            feed.Quote(
                *("BTC-USDT", 1790000000612, Decimal("67218.6"), Decimal("0.01"), Decimal("67218.7"), Decimal("1.92")),
                *(Decimal("67220"), Decimal("0.00004316"), 14691455768),
            ),
        ),
        (
            "futures-ticker",
            feed.Quote(
                *("XBTUSDTM", 1790000000461000000, Decimal("88987.4"), Decimal(713), Decimal("88987.5"), Decimal(1037)),
                *(None, None, 1709284589209),
            ),
        ),
        (
            "spot-level1",
            feed.Best(
                *("BTC-USDT", 1790000000766, Decimal("68145.7"), Decimal("1.29"), Decimal("68145.8"), Decimal("0.51"))
            ),
        ),
        (
            "spot-level2",
            feed.BookChange(
                *("BTC-USDT", 1790000000625, 14701689782, 14701689783, []),
                [(Decimal("67993.3"), Decimal("1.21427407"), 14701689783)],
            ),
        ),
        (
            "futures-level2",
            feed.BookChange(
                *("XBTUSDTM", 1790000000182, 1709400450243, 1709400450243, []),
                [(Decimal("90631.2"), Decimal(2), 1709400450243)],
            ),
        ),
        (
            "futures-candle",
            feed.Candle(
                *("XBTUSDTM", 1790000000357, "1min", 1790000000, Decimal(1), Decimal(2), Decimal(3), Decimal("0.5")),
                Decimal(21),
            ),
        ),
        (
            "spot-candle",
            feed.Candle(
                *("BTC-USDT", 1790000000785164840, "1hour", 1790000000, Decimal(1), Decimal(2), Decimal(3)),
                *(Decimal("0.5"), Decimal("44.88"), Decimal("3027558.99")),
            ),
        ),
        ("futures-mark", feed.Mark("XBTUSDTM", 1790000000000, Decimal("90445.02"), Decimal("90445.01"))),
        ("futures-funding", feed.Funding("XBTUSDTM", 1790000060000, Decimal("-0.000076"))),
        (
            "futures-settled",
            feed.Settlement("XBTUSDTM", 1790000010000, Decimal("-0.002966"), 1790000000000, done=True),
        ),
        ("futures-mode", feed_private.MarginModeChange(time=0, modes={"ETHUSDTM": "ISOLATED"})),
        ("futures-leverage", feed_private.LeverageChange(time=0, leverages={"ETHUSDTM": Decimal(8)})),
    ],
)
def test_each_figure_lands_where_it_belongs(name: str, expected: Event) -> None:
    """Every digit kept, sides and columns not confused."""
    assert read(name) == expected


def test_a_ticker_without_its_usual_time_is_read() -> None:
    """Some published samples spell it ``Time``."""
    event = read("spot-ticker")
    assert isinstance(event, feed.Quote)
    assert event.time == 1790000000416


def test_depths_are_whole_and_know_how_deep_they_are() -> None:
    """Spot has no sequence and no symbol: the topic tells."""
    spot, futures = read("spot-depth50"), read("futures-depth5")
    assert isinstance(spot, feed.Depth)
    assert isinstance(futures, feed.Depth)
    assert (spot.symbol, spot.levels, spot.sequence) == ("BTC-USDT", 50, None)
    assert (futures.symbol, futures.levels, futures.sequence) == ("XBTUSDTM", 5, 1709294294670)
    assert futures.bids[0] == (Decimal("89720.9"), Decimal(513))


def test_a_match_of_an_order_carries_its_fill() -> None:
    """What the journal books: price, size, trade, side of the trade."""
    event = read("spot-order-match")
    assert isinstance(event, feed_private.OrderChange)
    assert (event.kind, event.status, event.side, event.liquidity) == ("match", "match", Side.SELL, Liquidity.TAKER)
    assert (event.match_price, event.match_size, event.trade_id) == (Decimal("0.96738"), Decimal("0.1"), "5efab07a")
    assert (event.filled_size, event.remaining_size, event.futures) == (Decimal("0.1"), Decimal(0), False)


def test_a_balance_says_why_it_changed() -> None:
    """Which account, which order."""
    event = read("balance")
    assert isinstance(event, feed_private.BalanceChange)
    assert (event.event, event.currency, event.order_id) == ("trade_hf.hold", "USDT", "6721d063")
    assert event.total == event.available + event.hold == Decimal("21.133773386762")


def test_a_mark_price_push_leaves_the_rest_of_a_position_unknown() -> None:
    """Unknown is None, so that merging it changes nothing else."""
    event = read("position-mark")
    assert isinstance(event, feed_private.PositionChange)
    assert (event.symbol, event.mark_price, event.current_qty) == ("XBTUSDM", Decimal("7947.83"), None)


def test_a_full_position_has_its_quantity_and_margins() -> None:
    """Numbers are exact, though they come as JSON numbers."""
    event = read("position")
    assert isinstance(event, feed_private.PositionChange)
    assert (event.current_qty, event.maint_margin, event.margin_mode) == (-20, Decimal("0.00252044"), "ISOLATED")
    assert event.opening_time == 1790000000000


def test_a_full_position_tells_what_it_must_keep_and_what_funding_it_paid() -> None:
    """The rate is its tier's, by KuCoin's name maintMarginReq."""
    event = read("position", posMaint="0.00001", maintMarginReq="0.005", fundingFee="-0.3")
    assert isinstance(event, feed_private.PositionChange)
    told = (event.pos_maint, event.maintain_rate, event.funding_fee)
    assert told == (Decimal("0.00001"), Decimal("0.005"), Decimal("-0.3"))


def test_an_isolated_pair_owes_principal_and_interest() -> None:
    """Added up by currency."""
    event = read("isolated")
    assert isinstance(event, feed_private.IsolatedChange)
    assert event.owed == {"BTC": Decimal(0), "USDT": Decimal("26.00025644")}


def test_a_wallet_is_ordered_by_version() -> None:
    """The older subjects are passed over."""
    event = read("wallet")
    assert isinstance(event, feed_private.WalletChange)
    assert (event.version, event.wallet_balance) == (1337, Decimal("81.072921258"))
    push = _PUSHES["wallet"] | {"subject": "availableBalance.change"}
    said = message.decode(json.dumps(push).encode())
    assert family_of(said.topic).read(said) is None


@pytest.mark.parametrize("name", ["balance", "wallet", "spot-order-match", "spot-match", "futures-mark"])
@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e99999", "one"])
def test_what_is_no_number_is_refused(name: str, text: str) -> None:
    """It never reaches a sum."""
    number = next(
        key for key, value in _PUSHES[name]["data"].items() if key in {"total", "walletBalance", "price", "markPrice"}
    )
    with pytest.raises((ValueError, msgspec.ValidationError)):
        read(name, **{number: text})


@pytest.mark.parametrize("change", ["1,2", "1,buy,2,3", "x,buy,1", "1,hold,2", ""])
def test_a_change_of_a_futures_book_has_three_parts(change: str) -> None:
    """price, side, size."""
    with pytest.raises(ValueError, match=r"unpack|no change of a book|no side of a book"):
        read("futures-level2", change=change)
