"""The past that the practice accounts are born with: what happened in the weeks before, at the prices of those days.

Everything goes through the bank as a live event would: every balance is the sum of its ledger, every hold belongs to an
open order, every closed position's profit stands in the ledger.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO, floor_to, plain
from kucoin.practice import orders
from kucoin.practice.bank import CROSS, FUTURES, ISOLATED, MAIN, TRADE, Bank, Loan
from kucoin.practice.keys import USERS
from kucoin.practice.market import Market
from kucoin.practice.positions import Holding, value
from kucoin.practice.settle import Settlement
from kucoin.practice.universe import CONTRACTS, PAIRS

DAY_MS = 86_400_000
_UNIT = Decimal("0.00000001")
_FEE = Decimal("0.001")
_DEPOSIT_ADDRESS = "TPracticeAddressThatHoldsNothing00"


class Past:
    """Lets things happen to the accounts, in the order of time.

    `at` moves the present of the past; every method after it happens at that moment.
    """

    def __init__(self, bank: Bank, market: Market, settlement: Settlement, born: int) -> None:
        self._bank = bank
        self._market = market
        self._settlement = settlement
        self._born = born
        self._count = 0
        self.now = born

    def at(self, days_before: float) -> None:
        """Go to the moment so many days before the birth; never backwards."""
        self.now = self._born - int(days_before * DAY_MS)
        self._settlement.advance(self.now)

    def _id(self, length: int = 24) -> str:
        """Return an id as KuCoin's are: hexadecimal, the next one each time."""
        self._count += 1
        return hashlib.blake2b(f"{self._born} {self._count}".encode(), digest_size=length // 2).hexdigest()

    def _number(self) -> int:
        """Return a rising 18-digit number, as futures orders and trades have."""
        self._count += 1
        return self.now * 100_000 + self._count

    # Money in, out and about

    def deposit(self, user: str, currency: str, amount: str, chain: str) -> None:
        """Money arrives in the funding account."""
        size = Decimal(amount)
        self._bank.post(user, MAIN, currency, size, event="Deposit", at=self.now)
        self._bank.record(user, "deposit", currency, self._movement(currency, size, ZERO, chain), at=self.now)

    def withdraw(self, user: str, currency: str, amount: str, fee: str, chain: str) -> None:
        """Money leaves the exchange."""
        size, cost = Decimal(amount), Decimal(fee)
        self._bank.post(user, MAIN, currency, -(size + cost), fee=cost, event="Withdrawal", at=self.now)
        body = self._movement(currency, size, cost, chain) | {"id": self._id()}
        self._bank.record(user, "withdrawal", currency, body, at=self.now)

    def _movement(self, currency: str, size: Decimal, fee: Decimal, chain: str) -> dict[str, Any]:
        return {
            "currency": currency,
            "chain": chain,
            "status": "SUCCESS",
            "address": _DEPOSIT_ADDRESS,
            "memo": "",
            "isInner": False,
            "amount": plain(size),
            "fee": plain(fee),
            "walletTxId": self._id(64),
            "createdAt": self.now,
            "updatedAt": self.now + 240_000,
            "remark": "",
            "arrears": False,
        }

    def transfer(
        self, user: str, currency: str, amount: str, source: str, target: str, *, tag: str = "", to: str | None = None
    ) -> None:
        """Money moves between accounts; ``tag`` is the pair of an isolated ``target``, ``to`` another user."""
        size = Decimal(amount)
        settle = "XBT" if (target, currency) == (FUTURES, "BTC") else currency
        event = "Sub-account transfer" if to else "Transfer"
        self._bank.post(user, source, currency, -size, event=event, at=self.now)
        self._bank.post(
            to or user, target, settle, size, tag=tag, event="TransferIn" if target == FUTURES else event, at=self.now
        )

    # Spot and margin

    def trade(self, user: str, side: str, symbol: str, funds: str, account: str = TRADE) -> None:
        """A market order for about ``funds`` of quote currency, filled at the price of the moment."""
        pair = PAIRS[symbol]
        price = self._market.last(symbol, self.now)
        size = floor_to(Decimal(funds) / price, pair.lot)
        value_ = price * size
        fee = (value_ * _FEE).quantize(_UNIT)
        tag = symbol if account == ISOLATED else ""
        trade_id, order_id = self._number() % 10**17, self._id()
        context = f'{{"symbol":"{symbol}","orderId":"{order_id}","tradeId":"{trade_id}"}}'
        sign = 1 if side == "buy" else -1
        for currency, amount, cost in ((pair.base, sign * size, ZERO), (pair.quote, -sign * value_ - fee, fee)):
            self._bank.post(
                user, account, currency, amount, fee=cost, tag=tag, event="TRADE_EXCHANGE", at=self.now, context=context
            )
        body = orders.spot(
            id_=order_id,
            client_oid=self._id(32),
            pair=pair,
            side=side,
            kind="market",
            price=ZERO,
            size=size,
            trade_type=orders.TRADE_TYPES[account],
            at=self.now,
        )
        self._bank.put_order(user, account, orders.filled(body, value_, fee, self.now + 37), active=False, at=self.now)
        fill = orders.spot_fill(
            body, price=price, size=size, fee=fee, trade_id=trade_id, fill_id=self._number() % 10**14, at=self.now
        )
        self._bank.record(user, f"fill-{account}", symbol, fill, at=self.now)

    def open_order(self, user: str, side: str, symbol: str, size: str, offset: str, account: str = TRADE) -> None:
        """A limit order that rests ``offset`` (a fraction) away from the present price, its funds on hold."""
        pair = PAIRS[symbol]
        price = floor_to(self._market.last(symbol, self.now) * (1 + Decimal(offset)), pair.tick)
        amount = Decimal(size)
        body = self._limit(pair.symbol, side, price, amount, account)
        if side == "buy":
            self._bank.hold(user, account, pair.quote, price * amount * (1 + _FEE))
        else:
            self._bank.hold(user, account, pair.base, amount)
        self._bank.put_order(user, account, body, active=True, at=self.now)

    def cancelled_order(self, user: str, side: str, symbol: str, size: str, offset: str, account: str = TRADE) -> None:
        """A limit order that was cancelled before it met anything."""
        pair = PAIRS[symbol]
        price = floor_to(self._market.last(symbol, self.now) * (1 + Decimal(offset)), pair.tick)
        body = self._limit(symbol, side, price, Decimal(size), account)
        self._bank.put_order(user, account, orders.cancelled(body, self.now + 5_400_000), active=False, at=self.now)

    def stop_order(self, user: str, side: str, symbol: str, size: str, offset: str) -> None:
        """A conditional order that waits; nothing is held for it."""
        pair = PAIRS[symbol]
        trigger = floor_to(self._market.last(symbol, self.now) * (1 + Decimal(offset)), pair.tick)
        body = orders.spot_stop(
            id_=f"vs{self._id(22)}",
            client_oid=self._id(32),
            user_id=USERS[user].user_id,
            pair=pair,
            side=side,
            size=Decimal(size),
            stop_price=trigger,
            at=self.now,
        )
        self._bank.put_order(user, "spot-stop", body, active=True, at=self.now)

    def _limit(self, symbol: str, side: str, price: Decimal, size: Decimal, account: str) -> dict[str, Any]:
        return orders.spot(
            id_=self._id(),
            client_oid=self._id(32),
            pair=PAIRS[symbol],
            side=side,
            kind="limit",
            price=price,
            size=size,
            trade_type=orders.TRADE_TYPES[account],
            at=self.now,
        )

    # Loans

    def borrow(self, user: str, currency: str, amount: str, tag: str = "") -> None:
        """A margin loan; ``tag`` is the pair of an isolated one."""
        size = Decimal(amount)
        account = ISOLATED if tag else CROSS
        loan = self._bank.loan(user, currency, tag)
        self._bank.owe(user, replace(loan, principal=loan.principal + size))
        self._bank.post(user, account, currency, size, tag=tag, event="BORROW", at=self.now)
        body = {
            "orderNo": self._id(),
            "symbol": tag or None,
            "currency": currency,
            "size": plain(size),
            "actualSize": plain(size),
            "status": "SUCCESS",
            "createdTime": self.now,
        }
        self._bank.record(user, f"borrow-{account}", currency, body, at=self.now)

    def repay(self, user: str, currency: str, amount: str, tag: str = "") -> None:
        """A repayment: interest first, then principal."""
        size = Decimal(amount)
        account = ISOLATED if tag else CROSS
        loan = self._bank.loan(user, currency, tag)
        interest = min(size, loan.interest)
        left = Loan(tag, currency, loan.principal - (size - interest), loan.interest - interest)
        self._bank.owe(user, left)
        self._bank.post(user, account, currency, -size, tag=tag, event="REPAY", at=self.now)
        body = {
            "orderNo": self._id(),
            "symbol": tag or None,
            "currency": currency,
            "size": plain(size),
            "principal": plain(size - interest),
            "interest": plain(interest),
            "status": "SUCCESS",
            "createdTime": self.now,
        }
        self._bank.record(user, f"repay-{account}", currency, body, at=self.now)

    # Futures

    def open_position(
        self, user: str, symbol: str, lots: int, leverage: int, *, mode: str = "ISOLATED", side: str = "BOTH"
    ) -> None:
        """A market order that opens a position, its fee taken from the wallet."""
        contract = CONTRACTS[symbol]
        price = self._market.last(symbol, self.now)
        fee = self._futures_fill(user, symbol, lots, price, leverage, mode, closing=False)
        self._bank.post(user, FUTURES, contract.settle, -fee, event="RealisedPNL", at=self.now, context=symbol)
        self._bank.keep(
            user, Holding(contract, side, mode, Decimal(leverage), lots, price, fees=fee, funding=ZERO, opened=self.now)
        )

    def close_position(self, user: str, symbol: str) -> None:
        """A market order that closes the whole position."""
        held = next(each for each in self._bank.positions(user) if each.contract.symbol == symbol)
        contract = held.contract
        price = self._market.last(symbol, self.now)
        fee = self._futures_fill(user, symbol, -held.qty, price, int(held.leverage), held.mode, closing=True)
        gross = (value(contract, held.qty, price) - value(contract, held.qty, held.entry)).quantize(_UNIT)
        self._bank.post(user, FUTURES, contract.settle, gross - fee, event="RealisedPNL", at=self.now, context=symbol)
        self._bank.keep(user, replace(held, qty=0))
        long = held.qty > 0
        body = {
            "closeId": str(self._number()),
            "userId": USERS[user].user_id,
            "symbol": symbol,
            "settleCurrency": contract.settle,
            "leverage": plain(held.leverage),
            "type": "CLOSE_LONG" if long else "CLOSE_SHORT",
            "pnl": plain(gross - held.fees - fee + held.funding),
            "realisedGrossCost": plain(-gross),
            "realisedGrossCostNew": plain(-gross),
            "withdrawPnl": "0.0",
            "tradeFee": plain(held.fees + fee),
            "fundingFee": plain(held.funding),
            "openTime": held.opened,
            "closeTime": self.now,
            "openPrice": plain(held.entry),
            "closePrice": plain(price),
            "marginMode": held.mode,
            "tax": "0.0",
            "roe": None,
            "liquidAmount": None,
            "liquidPrice": None,
            "side": "LONG" if long else "SHORT",
        }
        self._bank.record(user, "closed", symbol, body, at=self.now)

    def _futures_fill(
        self, user: str, symbol: str, lots: int, price: Decimal, leverage: int, mode: str, *, closing: bool
    ) -> Decimal:
        """Write the order and fill of a trade and return its fee."""
        contract = CONTRACTS[symbol]
        worth = abs(value(contract, lots, price)).quantize(_UNIT)
        fee = (worth * contract.taker).quantize(_UNIT)
        body = orders.futures(
            id_=str(self._number()),
            client_oid=self._id(32),
            contract=contract,
            side="buy" if lots > 0 else "sell",
            kind="market",
            price=ZERO,
            size=abs(lots),
            worth=worth,
            leverage=leverage,
            mode=mode,
            at=self.now,
        ) | {"reduceOnly": closing}
        done = orders.futures_filled(body, price, worth, self.now + 21)
        self._bank.put_order(user, FUTURES, done, active=False, at=self.now)
        fill = orders.futures_fill(
            done, contract, price=price, worth=worth, fee=fee, trade_id=self._number(), closing=closing, at=self.now
        )
        self._bank.record(user, "fill-futures", symbol, fill, at=self.now)
        return fee

    def open_futures_order(self, user: str, side: str, symbol: str, lots: int, offset: str, leverage: int) -> None:
        """A limit order that rests away from the price, its margin and fee on hold."""
        contract = CONTRACTS[symbol]
        price = floor_to(self._market.last(symbol, self.now) * (1 + Decimal(offset)), contract.tick)
        worth = abs(value(contract, lots, price)).quantize(_UNIT)
        body = orders.futures(
            id_=str(self._number()),
            client_oid=self._id(32),
            contract=contract,
            side=side,
            kind="limit",
            price=price,
            size=lots,
            worth=worth,
            leverage=leverage,
            mode="ISOLATED",
            at=self.now,
        )
        self._bank.hold(user, FUTURES, contract.settle, (worth / leverage + worth * contract.taker * 2).quantize(_UNIT))
        self._bank.put_order(user, FUTURES, body, active=True, at=self.now)

    def futures_stop(self, user: str, side: str, symbol: str, lots: int, offset: str, leverage: int) -> None:
        """A conditional order that closes part of a position; nothing is held for it."""
        contract = CONTRACTS[symbol]
        trigger = floor_to(self._market.last(symbol, self.now) * (1 + Decimal(offset)), contract.tick)
        worth = abs(value(contract, lots, trigger)).quantize(_UNIT)
        body = orders.futures(
            id_=str(self._number()),
            client_oid=self._id(32),
            contract=contract,
            side=side,
            kind="market",
            price=ZERO,
            size=lots,
            worth=worth,
            leverage=leverage,
            mode="ISOLATED",
            at=self.now,
        ) | {
            "stop": "down" if Decimal(offset) < 0 else "up",
            "stopPriceType": "MP",
            "stopPrice": plain(trigger),
            "reduceOnly": True,
        }
        self._bank.put_order(user, "futures-stop", body, active=True, at=self.now)
