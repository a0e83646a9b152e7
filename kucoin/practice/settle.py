"""What time alone does to the accounts, on every full hour: interest on loans, funding of positions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kucoin.practice.bank import FUTURES, Bank
from kucoin.practice.keys import USERS
from kucoin.practice.market import Market
from kucoin.practice.numbers import text
from kucoin.practice.positions import funding_of, value
from kucoin.practice.store import Store

HOUR_MS = 3_600_000
_DAY_RATES = {"USDT": "0.000296", "BTC": "0.000118", "ETH": "0.000152"}
_UNIT = Decimal("0.00000001")
_SETTLED = "settled_ms"


def day_rate(currency: str) -> Decimal:
    """Return the interest of a day on a loan in ``currency``, a fraction."""
    return Decimal(_DAY_RATES.get(currency, "0.000360"))


class Settlement:
    """Brings the accounts up to a moment; what it did is remembered, so that no hour counts twice."""

    def __init__(self, store: Store, bank: Bank, market: Market) -> None:
        self._store = store
        self._bank = bank
        self._market = market
        self._next = 0

    def begin(self, at: int) -> None:
        """Say that nothing before ``at`` needs settling."""
        self._store.set_meta(**{_SETTLED: str(at - at % HOUR_MS)})
        self._next = 0

    def advance(self, now: int) -> None:
        """Settle every full hour up to ``now`` that has not been yet. Costs nothing between two hours."""
        if now < self._next:
            return
        with self._store.transaction():
            hour = int(self._store.meta(_SETTLED) or now)
            while hour + HOUR_MS <= now:
                hour += HOUR_MS
                for user in USERS:
                    self._interest(user, hour)
                    self._funding(user, hour)
            self._store.set_meta(**{_SETTLED: str(hour)})
        self._next = hour + HOUR_MS

    def _interest(self, user: str, at: int) -> None:
        for loan in self._bank.loans(user):
            due = (loan.principal * day_rate(loan.currency) / 24).quantize(_UNIT)
            if not due:
                continue
            self._bank.owe(user, replace(loan, interest=loan.interest + due))
            body = {
                "currency": loan.currency,
                "dayRatio": text(day_rate(loan.currency)),
                "interestAmount": text(due),
                "createdTime": at,
            }
            kind = "interest-isolated" if loan.tag else "interest-cross"
            self._bank.record(user, kind, loan.tag or loan.currency, body, at=at)

    def _funding(self, user: str, at: int) -> None:
        for holding in self._bank.positions(user):
            contract = holding.contract
            if at % contract.interval_ms:
                continue
            mark = self._market.mark_price(contract, at)
            rate = self._market.funding_rate(contract, at - 1)
            paid = funding_of(holding, mark, rate)
            self._bank.keep(user, replace(holding, funding=holding.funding + paid))
            self._bank.post(user, FUTURES, contract.settle, paid, event="RealisedPNL", at=at, context=contract.symbol)
            body = {
                "symbol": contract.symbol,
                "timePoint": at,
                "fundingRate": text(rate),
                "markPrice": text(mark),
                "positionQty": holding.qty,
                "positionCost": text(value(contract, holding.qty, mark).quantize(_UNIT)),
                "funding": text(paid),
                "settleCurrency": contract.settle,
                "context": f'{{"marginMode": "{holding.mode}", "positionSide": "{holding.side}"}}',
                "marginMode": holding.mode,
            }
            self._bank.record(user, "funding", contract.symbol, body, at=at)
