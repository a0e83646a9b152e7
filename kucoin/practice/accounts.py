"""Accounts at the market's prices: what positions, margin accounts and balances are worth at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.practice import bank
from kucoin.practice.bank import Balance, Loan
from kucoin.practice.exchange import Exchange
from kucoin.practice.positions import CROSS, Overview, Valuation, overview, valuate


def valuations(exchange: Exchange, user: str, now: int, currency: str | None = None) -> list[Valuation]:
    """Return the open positions at their mark prices, all or those settled in ``currency``."""
    held = exchange.bank.positions(user)
    wanted = [each for each in held if currency in (None, each.contract.settle)]
    marks = {each.contract.symbol: exchange.market.mark_price(each.contract, now) for each in wanted}
    alone = [valuate(each, marks[each.contract.symbol]) for each in wanted]
    stakes = {each.holding.contract.settle: ZERO for each in alone if each.is_cross}
    for settle in stakes:
        wallet = exchange.bank.balance(user, bank.FUTURES, settle).total
        bound = sum(
            (each.margin for each in alone if not each.is_cross and each.holding.contract.settle == settle), ZERO
        )
        stakes[settle] = wallet - bound
    return [
        valuate(each.holding, each.mark, stake=stakes[each.holding.contract.settle])
        if each.holding.mode == CROSS
        else each
        for each in alone
    ]


def futures_overview(exchange: Exchange, user: str, currency: str, now: int) -> Overview:
    """Return the futures account in one settlement currency."""
    wallet = exchange.bank.balance(user, bank.FUTURES, currency)
    return overview(wallet.total, wallet.hold, valuations(exchange, user, now, currency))


@dataclass(frozen=True, slots=True)
class MarginAccount:
    """Cross margin, or one isolated pair, in USDT: what is there, what is owed."""

    assets: Decimal
    liabilities: Decimal

    @property
    def debt_ratio(self) -> Decimal:
        """What is owed as a fraction of what is there."""
        return (self.liabilities / self.assets).quantize(Decimal("0.0001")) if self.assets else ZERO


def margin_account(
    exchange: Exchange, balances: list[Balance], loans: list[Loan], now: int, *, quote: str = "USDT"
) -> MarginAccount:
    """Return the worth of ``balances`` and ``loans`` in ``quote``."""
    unit = exchange.market.coin_price(quote, now) or Decimal(1)

    def worth(currency: str, amount: Decimal) -> Decimal:
        price = exchange.market.coin_price(currency, now) if amount else None
        return amount * price / unit if price is not None else ZERO

    return MarginAccount(
        assets=sum((worth(each.currency, each.total) for each in balances), ZERO),
        liabilities=sum((worth(each.currency, each.total) for each in loans), ZERO),
    )


def margin_figures(exchange: Exchange, user: str, now: int) -> dict[str, dict[str, str]]:
    """Return assets and liabilities in USDT of cross margin (empty tag) and of each isolated pair."""
    balances = exchange.bank.balances(user, bank.CROSS) + exchange.bank.balances(user, bank.ISOLATED)
    loans = exchange.bank.loans(user)
    found = {}
    for tag in dict.fromkeys(each.tag for each in balances):
        account = margin_account(
            exchange, [each for each in balances if each.tag == tag], [each for each in loans if each.tag == tag], now
        )
        found[tag] = {"assets": f"{account.assets:f}", "liabilities": f"{account.liabilities:f}"}
    return found
