"""With a wrong key, secret, passphrase or clock all three strangers are refused, with KuCoin's code, on both hosts."""

from __future__ import annotations

from typing import Any

import pytest

CODES = {
    "key": "400003 KC-API-KEY not exists",
    "secret": "400005 Invalid KC-API-SIGN",
    "passphrase": "400004 Invalid KC-API-PASSPHRASE",
    "clock": "400002 Invalid KC-API-TIMESTAMP",
}
CLIENTS = ("ccxt", "the SDK", "python-kucoin")
REFUSED = dict[str, dict[str, Any]]


@pytest.mark.parametrize("wrong", CODES)
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("what", ["funding account", "futures account in USDT"])
def test_refused_for_what_is_wrong(client: str, wrong: str, what: str, refused: REFUSED) -> None:
    """The code says which of the four it was, and the text comes with it."""
    outcome = refused[client][wrong][what]
    code, text = CODES[wrong].split(" ", 1)
    assert "value" not in outcome
    assert code in outcome["error"]
    assert text in outcome["error"]


def test_ccxt_takes_a_wrong_clock_for_what_it_is(refused: REFUSED) -> None:
    """It has a class of errors for that."""
    assert refused["ccxt"]["clock"]["funding account"]["error"].startswith("InvalidNonce")


@pytest.mark.parametrize("wrong", CODES)
@pytest.mark.parametrize("client", ["the SDK", "python-kucoin"])
def test_public_data_is_told_whatever_is_wrong(client: str, wrong: str, refused: REFUSED) -> None:
    """Both send their login on public calls too, where it does not matter."""
    ticker = refused[client][wrong]["ticker"]["value"]
    assert float(ticker["bestBid"]) < float(ticker["bestAsk"])
