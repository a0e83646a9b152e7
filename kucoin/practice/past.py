"""How an account comes to a past: deeds at moments gone by, each through the bank as a live one would be.

So every balance is the sum of its ledger, every hold belongs to an open order, and every closed position's profit
stands in the ledger. `story` says who did what and when.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

from kucoin.decimals import ZERO, floor_to
from kucoin.practice import orders
from kucoin.practice.bank import CROSS, FUTURES, ISOLATED, MAIN, TRADE, Bank, Body, Loan
from kucoin.practice.keys import USERS
from kucoin.practice.market import Market
from kucoin.practice.numbers import UNIT, text
from kucoin.practice.settle import Settlement
from kucoin.practice.universe import PAIRS, Pair

DAY_MS = 86_400_000
_FEE = Decimal("0.001")
ADDRESS = "TPracticeAddressThatHoldsNothing00"


class Past:
    """Time before the birth, in ms, going forward; and the ids of what happens in it."""

    def __init__(self, bank: Bank, market: Market, settlement: Settlement, born: int) -> None:
        self.bank = bank
        self.market = market
        self.now = born
        self._settlement = settlement
        self._born = born
        self._count = 0

    def at(self, days_before: float) -> None:
        """Go to the moment so many days before the birth, settling what falls due on the way; never backwards."""
        self.now = self._born - int(days_before * DAY_MS)
        self._settlement.advance(self.now)

    def hex_id(self, length: int = 24) -> str:
        """Return the next hexadecimal id: the same for the same past."""
        self._count += 1
        return hashlib.blake2b(f"{self._born} {self._count}".encode(), digest_size=length // 2).hexdigest()

    def number(self) -> int:
        """Return the next rising number of 18 digits, such as futures orders and trades have."""
        self._count += 1
        return self.now * 100_000 + self._count


class Person:
    """Somebody acting at the past's present: money in, out and about, spot, margin. Amounts are decimal text."""

    def __init__(self, past: Past, name: str) -> None:
        self._past = past
        self._bank = past.bank
        self.name = name

    # Money in, out and about

    def deposit(self, currency: str, amount: str, chain: str) -> None:
        """Money arrives in the funding account."""
        size = Decimal(amount)
        self._post(MAIN, currency, size, "DEPOSIT")
        self._record("deposit", currency, self._movement(currency, size, ZERO, chain))

    def withdraw(self, currency: str, amount: str, fee: str, chain: str) -> None:
        """Money leaves the exchange."""
        size, cost = Decimal(amount), Decimal(fee)
        self._post(MAIN, currency, -(size + cost), "WITHDRAWAL", fee=cost)
        body = {"id": self._past.hex_id(), **self._movement(currency, size, cost, chain)}
        self._record("withdrawal", currency, body)

    def _movement(self, currency: str, size: Decimal, fee: Decimal, chain: str) -> Body:
        return {
            "currency": currency,
            "chain": chain,
            "status": "SUCCESS",
            "address": ADDRESS,
            "memo": "",
            "isInner": False,
            "amount": text(size),
            "fee": text(fee),
            "walletTxId": self._past.hex_id(64),
            "createdAt": self._past.now,
            "updatedAt": self._past.now + 240_000,
            "remark": "",
            "arrears": False,
        }

    def transfer(self, currency: str, amount: str, source: str, target: str, *, tag: str = "") -> None:
        """Money moves between accounts of one's own; ``tag`` is the pair of an isolated ``target``."""
        self.send(self, currency, amount, source, target, tag=tag, event="TRANSFER")

    def send(
        self,
        other: Person,
        currency: str,
        amount: str,
        source: str,
        target: str,
        *,
        tag: str = "",
        event: str = "SUB_TRANSFER",
    ) -> None:
        """Money moves into another person's account. Futures call Bitcoin XBT."""
        size = Decimal(amount)
        self._post(source, currency, -size, event)
        if target == FUTURES:
            other._post(FUTURES, "XBT" if currency == "BTC" else currency, size, "TransferIn")
        else:
            other._post(target, currency, size, event, tag=tag)

    # Spot and margin

    def trade(self, side: str, symbol: str, funds: str, account: str = TRADE) -> None:
        """A market order for about ``funds`` of quote currency, filled at the price of the moment."""
        pair, now = PAIRS[symbol], self._past.now
        price = self._past.market.last(symbol, now)
        size = floor_to(Decimal(funds) / price, pair.lot)
        worth = price * size
        fee = (worth * _FEE).quantize(UNIT)
        body = self._order(pair, side, size, account)
        trade_id = self._past.number() % 10**17
        context = f'{{"symbol":"{symbol}","orderId":"{body["id"]}","tradeId":"{trade_id}"}}'
        tag = symbol if account == ISOLATED else ""
        sign = 1 if side == "buy" else -1
        self._post(account, pair.base, sign * size, "TRADE_EXCHANGE", tag=tag, context=context)
        self._post(account, pair.quote, -sign * worth - fee, "TRADE_EXCHANGE", fee=fee, tag=tag, context=context)
        self._bank.put_order(self.name, account, orders.filled(body, worth, fee, now + 37), active=False, at=now)
        fill_id = self._past.number() % 10**14
        fill = orders.spot_fill(body, price=price, size=size, fee=fee, trade_id=trade_id, fill_id=fill_id, at=now)
        self._record(f"fill-{account}", symbol, fill)

    def rest(self, side: str, symbol: str, size: str, offset: str, account: str = TRADE) -> None:
        """A limit order rests ``offset`` (a fraction) away from the price of the moment, its funds on hold."""
        pair, amount = PAIRS[symbol], Decimal(size)
        price = self._away(pair, offset)
        body = self._order(pair, side, amount, account, price=price)
        needed = price * amount * (1 + _FEE) if side == "buy" else amount
        self._bank.hold(self.name, account, pair.quote if side == "buy" else pair.base, needed)
        self._bank.put_order(self.name, account, body, active=True, at=self._past.now)

    def change_mind(self, side: str, symbol: str, size: str, offset: str, account: str = TRADE) -> None:
        """A limit order is placed away from the price and cancelled 90 minutes later, before it met anything."""
        pair, now = PAIRS[symbol], self._past.now
        body = self._order(pair, side, Decimal(size), account, price=self._away(pair, offset))
        self._bank.put_order(self.name, account, orders.cancelled(body, now + 5_400_000), active=False, at=now)

    def stop(self, side: str, symbol: str, size: str, offset: str) -> None:
        """A conditional order waits; nothing is held for it."""
        pair, now = PAIRS[symbol], self._past.now
        body = orders.spot_stop(
            id_=f"vs{self._past.hex_id(22)}",
            client_oid=self._past.hex_id(32),
            user_id=USERS[self.name].user_id,
            pair=pair,
            side=side,
            size=Decimal(size),
            stop_price=self._away(pair, offset),
            at=now,
        )
        self._bank.put_order(self.name, "spot-stop", body, active=True, at=now)

    def _away(self, pair: Pair, offset: str) -> Decimal:
        return floor_to(self._past.market.last(pair.symbol, self._past.now) * (1 + Decimal(offset)), pair.tick)

    def _order(self, pair: Pair, side: str, size: Decimal, account: str, *, price: Decimal | None = None) -> Body:
        """Return a limit order, or a market order where there is no price."""
        return orders.spot(
            id_=self._past.hex_id(),
            client_oid=self._past.hex_id(32),
            pair=pair,
            side=side,
            kind="market" if price is None else "limit",
            price=price or ZERO,
            size=size,
            trade_type=orders.TRADE_TYPES[account],
            at=self._past.now,
        )

    # Loans

    def borrow(self, currency: str, amount: str, tag: str = "") -> None:
        """A margin loan; ``tag`` is the pair of an isolated one."""
        size = Decimal(amount)
        loan = self._bank.loan(self.name, currency, tag)
        self._bank.owe(self.name, replace(loan, principal=loan.principal + size))
        told = {"size": text(size), "actualSize": text(size)}
        self._lend("borrow", currency, size, tag, told)

    def repay(self, currency: str, amount: str, tag: str = "") -> None:
        """A repayment: interest first, then principal."""
        size = Decimal(amount)
        loan = self._bank.loan(self.name, currency, tag)
        interest = min(size, loan.interest)
        left = Loan(tag, currency, loan.principal - (size - interest), loan.interest - interest)
        self._bank.owe(self.name, left)
        told = {"size": text(size), "principal": text(size - interest), "interest": text(interest)}
        self._lend("repay", currency, -size, tag, told)

    def _lend(self, what: str, currency: str, amount: Decimal, tag: str, told: Body) -> None:
        """Move the money of a loan and write it down."""
        account = ISOLATED if tag else CROSS
        self._post(account, currency, amount, what.upper(), tag=tag)
        head = {"orderNo": self._past.hex_id(), "symbol": tag or None, "currency": currency}
        body = {**head, **told, "status": "SUCCESS", "createdTime": self._past.now}
        self._record(f"{what}-{account}", currency, body)

    # What every deed writes

    def _post(
        self,
        account: str,
        currency: str,
        amount: Decimal,
        event: str,
        *,
        fee: Decimal = ZERO,
        tag: str = "",
        context: str = "",
    ) -> None:
        self._bank.post(
            self.name, account, currency, amount, event=event, at=self._past.now, tag=tag, fee=fee, context=context
        )

    def _record(self, kind: str, name: str, body: Body) -> None:
        self._bank.record(self.name, kind, name, body, at=self._past.now)
