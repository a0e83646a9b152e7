"""Accounts as they are told: what the engine keeps of a user, at the market's prices of a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.practice.engine.records import Balance
from kucoin.practice.engine.terms import MARGIN
from kucoin.practice.exchange import Exchange

_ISOLATED = "isolated:"


def balances(exchange: Exchange, user: str, account: str) -> list[Balance]:
    """Return what there is, or owed, in an account, by currency."""
    held = [each for each in exchange.user(user).balances.values() if each.account == account]
    return sorted((each for each in held if each.total or each.liability), key=lambda each: each.currency)


def balance(exchange: Exchange, user: str, account: str, currency: str) -> Balance:
    """Return one balance, zero where the account never held the currency."""
    found = exchange.user(user).balances.get((account, currency))
    return found or Balance(user=user, account=account, currency=currency)


def isolated_pairs(exchange: Exchange, user: str) -> list[str]:
    """Return the pairs of which the user has an isolated margin account with something in it."""
    held = exchange.user(user).balances.values()
    accounts = {each.account for each in held if each.total or each.liability}
    return sorted(each.removeprefix(_ISOLATED) for each in accounts if each.startswith(_ISOLATED))


@dataclass(frozen=True, slots=True)
class Worth:
    """What margin accounts hold and owe, in one currency."""

    assets: Decimal
    liabilities: Decimal

    @property
    def debt_ratio(self) -> Decimal:
        """What is owed as a fraction of what is there."""
        return (self.liabilities / self.assets).quantize(Decimal("0.0001")) if self.assets else ZERO


def worth(exchange: Exchange, held: Iterable[Balance], now: int, *, quote: str = "USDT") -> Worth:
    """Return what ``held`` is worth in ``quote``; a currency without a price counts for nothing."""
    unit = exchange.market.coin_price(quote, now) or Decimal(1)
    assets = liabilities = ZERO
    for each in held:
        price = exchange.market.coin_price(each.currency, now)
        if price is not None:
            assets += each.total * price / unit
            liabilities += each.liability * price / unit
    return Worth(assets, liabilities)


def margin_figures(exchange: Exchange, user: str, now: int) -> dict[str, dict[str, str]]:
    """Return assets and liabilities in USDT of cross margin (``cross``) and of each isolated pair."""
    accounts = {"cross": MARGIN} | {pair: _ISOLATED + pair for pair in isolated_pairs(exchange, user)}
    found = {name: worth(exchange, balances(exchange, user, account), now) for name, account in accounts.items()}
    return {
        name: {"assets": f"{each.assets:f}", "liabilities": f"{each.liabilities:f}"}
        for name, each in found.items()
        if each.assets or each.liabilities
    }
