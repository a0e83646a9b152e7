"""What is said beside a refusal, and which field of the ticket it names."""

from __future__ import annotations

import pytest

from kucoin.desk.hints import hint
from kucoin.practice.engine.refusals import TABLE, Reason
from kucoin.practice.engine.terms import Family

FIELDS = {
    *("price", "size", "funds", "stop_price", "limit_price", "above", "below", "time_in_force", "post_only"),
    *("reduce_only", "leverage", "margin_mode", "symbol", "cancel_after", "auto_borrow", "balance"),
}
FUTURES_ONLY = {
    Reason.RISK_LIMIT: "size",
    Reason.LEVERAGE: "leverage",
    Reason.BANKRUPT_PRICE: "price",
    Reason.LIQUIDATION_PRICE: "price",
    Reason.NO_ASKS: "price",
    Reason.NO_BIDS: "price",
    Reason.NO_POSITION: "reduce_only",
    Reason.MARGIN_MODE: "margin_mode",
    Reason.POSITION_MODE: None,
    Reason.POSITION_SIDE: None,
}
SPOT_ONLY = {
    Reason.NOT_OPEN_YET: "symbol",
    Reason.CLOSED: "symbol",
    Reason.SUSPENDED: "symbol",
    Reason.TOO_LATE: None,
    Reason.FUNDS_TOO_SMALL: "size",
    Reason.FUNDS_TOO_LARGE: "size",
    Reason.FUNDS_STEP: "funds",
    Reason.MIN_VALUE: "size",
    Reason.MIN_FUNDS: "size",
    Reason.STOP_PRICE: "stop_price",
}
ANYWHERE = {
    Reason.NO_SYMBOL: "symbol",
    Reason.TOO_SMALL: "size",
    Reason.TOO_LARGE: "size",
    Reason.SIZE_STEP: "size",
    Reason.PRICE_STEP: "price",
    Reason.PRICE_ABOVE: "price",
    Reason.PRICE_BELOW: "price",
    Reason.NO_BALANCE: "balance",
    Reason.TOO_MANY_ORDERS: None,
    Reason.TOO_MANY_STOPS: None,
}
MARGIN_ONLY = {
    Reason.NOT_MARGINABLE: "margin_mode",
    Reason.LIQUIDATING: None,
    Reason.BORROW_LIMIT: "auto_borrow",
    Reason.BORROW_CAP: "auto_borrow",
}
WANTED = {
    Family.SPOT: ANYWHERE | SPOT_ONLY,
    Family.MARGIN: ANYWHERE | SPOT_ONLY | MARGIN_ONLY,
    Family.FUTURES: ANYWHERE | FUTURES_ONLY,
}


@pytest.mark.parametrize("family", Family)
def test_every_refusal_that_a_ticket_can_meet_has_a_hint_at_its_field(family: Family) -> None:
    """By code where that says enough, else by KuCoin's words."""
    told = {}
    for reason in WANTED[family]:
        code, words = TABLE[family][reason]
        found = hint(code, words, futures=family is Family.FUTURES)
        assert found is not None, f"{reason}: {words} ({code})"
        told[reason] = found.field
    assert told == WANTED[family]
    assert {field for field in told.values() if field} <= FIELDS


def test_one_number_means_what_its_market_says() -> None:
    """200003 is too many orders on spot and a symbol on futures."""
    spot, futures = (hint("200003", "", futures=futures) for futures in (False, True))
    assert spot is not None
    assert futures is not None
    assert (spot.field, futures.field) == (None, "symbol")


@pytest.mark.parametrize(("code", "words"), [(None, "Balance insufficient"), ("987654", "Something new.")])
def test_what_is_not_known_has_no_hint(code: str | None, words: str) -> None:
    """A guess would be worse than KuCoin's own words alone; so is one about what KuCoin did not say."""
    assert hint(code, words, futures=False) is None


@pytest.mark.parametrize("code", ["300002", "300010", "300014", "300015"])
def test_what_proves_nothing_has_no_hint(code: str) -> None:
    """Such an answer leaves open whether the order lives; nobody may be told to place another."""
    assert hint(code, "", futures=True) is None
