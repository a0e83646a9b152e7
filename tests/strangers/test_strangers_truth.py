"""What the strangers read is what the exchange really keeps, as its control route tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strangers import asking
from tests.strangers.asking import Standstill

CLIENTS = ("ccxt", "the SDK", "python-kucoin")
READ = dict[str, dict[str, Any]]
Figures = dict[str, float]


@pytest.fixture(scope="module")
def truth(standstill: Standstill) -> dict[str, Any]:
    """The exchange's own state; its market stands still."""
    return standstill.exchange.state()


def figures(rows: list[dict[str, Any]], name: str, figure: str) -> Figures:
    """Return a figure of each row by the row's name."""
    return {row[name]: float(row[figure]) for row in rows}


def rows(client: str, read: READ, what: str) -> Any:
    """Return what a client read, out of the SDK's wrapping."""
    value = read[client][what]["value"]
    return value["data"] if client == "the SDK" and value.keys() == {"data"} else value


@pytest.mark.parametrize(("what", "account"), [("funding account", "main"), ("spot account", "trade")])
@pytest.mark.parametrize("client", CLIENTS)
def test_balances_are_the_account(client: str, what: str, account: str, read: READ, truth: dict[str, Any]) -> None:
    """Every balance, and no other, of the funding and of the spot account."""
    kept = [row for row in truth["users"]["main"]["balances"] if row["account"] == account]
    found = rows(client, read, what)
    totals = found["total"] if client == "ccxt" else figures(found, "currency", "balance")
    assert kept
    assert totals == figures(kept, "currency", "total")


@pytest.mark.parametrize(("client", "what"), [("ccxt", "cross margin"), ("python-kucoin", "cross margin, the old way")])
def test_balances_are_the_margin_account(client: str, what: str, read: READ, truth: dict[str, Any]) -> None:
    """The cross margin account by its old path."""
    kept = [row for row in truth["users"]["main"]["balances"] if row["account"] == "cross"]
    found = rows(client, read, what)
    totals = found["total"] if client == "ccxt" else figures(found["accounts"], "currency", "totalBalance")
    assert kept
    assert {currency: total for currency, total in totals.items() if total} == figures(kept, "currency", "total")


@pytest.mark.parametrize("currency", ["USDT", "XBT"])
@pytest.mark.parametrize("client", CLIENTS)
def test_equity_is_the_futures_account(client: str, currency: str, read: READ, truth: dict[str, Any]) -> None:
    """Wallet and open profit together; told to ten places."""
    found = rows(client, read, f"futures account in {currency}")
    equity = found["total"]["BTC" if currency == "XBT" else currency] if client == "ccxt" else found["accountEquity"]
    assert equity == pytest.approx(float(truth["users"]["main"]["futures_equity"][currency]), abs=1e-10)


@pytest.mark.parametrize("client", CLIENTS)
def test_positions_are_the_positions(client: str, read: READ, truth: dict[str, Any]) -> None:
    """As many lots, at the same mark price, and no position more or less."""
    lots = "contracts" if client == "ccxt" else "currentQty"
    found = sorted((abs(row[lots]), row["markPrice"]) for row in rows(client, read, "positions"))
    kept = sorted((abs(row["qty"]), float(row["mark"])) for row in truth["users"]["main"]["positions"])
    assert kept
    assert found == kept


@pytest.mark.parametrize("client", CLIENTS)
def test_prices_are_the_market(client: str, read: READ, truth: dict[str, Any]) -> None:
    """The last price of every pair."""
    found = rows(client, read, "tickers")
    if client == "ccxt":
        last = {symbol.replace("/", "-"): row["last"] for symbol, row in found.items()}
    else:
        last = figures(found["ticker"], "symbol", "last")
    assert last == {symbol: float(price) for symbol, price in truth["last"].items()}


def test_missing_clients_are_a_failure(monkeypatch: pytest.MonkeyPatch, standstill: Standstill) -> None:
    """Where the strangers are not installed nothing is skipped: the sentence says what to do."""
    monkeypatch.setattr(asking, "PYTHON", standstill.exchange.data_dir / "no-python")
    with pytest.raises(AssertionError, match="run `make test`"):
        asking.ask(standstill)
