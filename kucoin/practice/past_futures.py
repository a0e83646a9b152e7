"""Futures deeds at moments gone by; the counterpart of `past` for contracts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kucoin.decimals import ZERO, floor_to
from kucoin.practice import orders
from kucoin.practice.bank import FUTURES, Body
from kucoin.practice.keys import USERS
from kucoin.practice.numbers import UNIT, text
from kucoin.practice.past import Past
from kucoin.practice.positions import ISOLATED, Holding, value
from kucoin.practice.universe import CONTRACTS, Contract


class FuturesPerson:
    """Somebody trading contracts at the past's present. Sizes are lots, negative when short."""

    def __init__(self, past: Past, name: str) -> None:
        self._past = past
        self._bank = past.bank
        self.name = name

    def open(self, symbol: str, lots: int, leverage: int, *, mode: str = ISOLATED, side: str = "BOTH") -> None:
        """A market order opens a position, its fee taken from the wallet."""
        contract = CONTRACTS[symbol]
        price = self._past.market.last(symbol, self._past.now)
        held = Holding(
            contract, side, mode, Decimal(leverage), lots, price, fees=ZERO, funding=ZERO, opened=self._past.now
        )
        fee = self._fill(held, lots, price, closing=False)
        self._post(contract, -fee)
        self._bank.keep(self.name, replace(held, fees=fee))

    def close(self, symbol: str) -> None:
        """A market order closes the whole position."""
        held = next(each for each in self._bank.positions(self.name) if each.contract.symbol == symbol)
        price = self._past.market.last(symbol, self._past.now)
        fee = self._fill(held, -held.qty, price, closing=True)
        gross = (value(held.contract, held.qty, price) - value(held.contract, held.qty, held.entry)).quantize(UNIT)
        self._post(held.contract, gross - fee)
        self._bank.keep(self.name, replace(held, qty=0))
        self._bank.record(
            self.name, "closed", symbol, self._closed(held, price, gross, held.fees + fee), at=self._past.now
        )

    def _closed(self, held: Holding, price: Decimal, gross: Decimal, fees: Decimal) -> Body:
        side = "LONG" if held.qty > 0 else "SHORT"
        return {
            "closeId": str(self._past.number()),
            "userId": USERS[self.name].user_id,
            "symbol": held.contract.symbol,
            "settleCurrency": held.contract.settle,
            "leverage": text(held.leverage),
            "type": f"CLOSE_{side}",
            "pnl": text(gross - fees + held.funding),
            "realisedGrossCost": text(-gross),
            "realisedGrossCostNew": text(-gross),
            "withdrawPnl": "0.0",
            "tradeFee": text(fees),
            "fundingFee": text(held.funding),
            "openTime": held.opened,
            "closeTime": self._past.now,
            "openPrice": text(held.entry),
            "closePrice": text(price),
            "marginMode": held.mode,
            "tax": "0.0",
            "roe": None,
            "liquidAmount": None,
            "liquidPrice": None,
            "side": side,
        }

    def rest(self, side: str, symbol: str, lots: int, offset: str, leverage: int) -> None:
        """A limit order rests ``offset`` (a fraction) away from the price, its margin and fees on hold."""
        contract = CONTRACTS[symbol]
        price = self._away(contract, offset)
        worth = abs(value(contract, lots, price)).quantize(UNIT)
        body = self._order(contract, side, lots, leverage, price=price, worth=worth)
        self._bank.hold(
            self.name, FUTURES, contract.settle, (worth / leverage + worth * contract.taker * 2).quantize(UNIT)
        )
        self._bank.put_order(self.name, FUTURES, body, active=True, at=self._past.now)

    def stop(self, side: str, symbol: str, lots: int, offset: str, leverage: int) -> None:
        """A conditional order waits to close part of a position; nothing is held for it."""
        trigger = self._away(CONTRACTS[symbol], offset)
        body = self._order(CONTRACTS[symbol], side, lots, leverage) | {
            "stop": "down" if Decimal(offset) < 0 else "up",
            "stopPriceType": "MP",
            "stopPrice": text(trigger),
            "reduceOnly": True,
        }
        self._bank.put_order(self.name, "futures-stop", body, active=True, at=self._past.now)

    def _away(self, contract: Contract, offset: str) -> Decimal:
        return floor_to(self._past.market.last(contract.symbol, self._past.now) * (1 + Decimal(offset)), contract.tick)

    def _fill(self, held: Holding, lots: int, price: Decimal, *, closing: bool) -> Decimal:
        """Write the order and the fill of a trade in ``held`` and return its fee."""
        contract, now = held.contract, self._past.now
        worth = abs(value(contract, lots, price)).quantize(UNIT)
        fee = (worth * contract.taker).quantize(UNIT)
        side = "buy" if lots > 0 else "sell"
        body = self._order(contract, side, abs(lots), int(held.leverage), worth=worth)
        body |= {"marginMode": held.mode, "positionSide": held.side, "reduceOnly": closing}
        done = orders.futures_filled(body, price, worth, now + 21)
        self._bank.put_order(self.name, FUTURES, done, active=False, at=now)
        trade_id = self._past.number()
        fill = orders.futures_fill(
            done, contract, price=price, worth=worth, fee=fee, trade_id=trade_id, closing=closing, at=now
        )
        self._bank.record(self.name, "fill-futures", contract.symbol, fill, at=now)
        return fee

    def _order(
        self,
        contract: Contract,
        side: str,
        lots: int,
        leverage: int,
        *,
        price: Decimal | None = None,
        worth: Decimal = ZERO,
    ) -> Body:
        """Return a limit order, or a market order where there is no price."""
        return orders.futures(
            id_=str(self._past.number()),
            client_oid=self._past.hex_id(32),
            contract=contract,
            side=side,
            kind="market" if price is None else "limit",
            price=price or ZERO,
            size=lots,
            worth=worth,
            leverage=leverage,
            mode=ISOLATED,
            at=self._past.now,
        )

    def _post(self, contract: Contract, amount: Decimal) -> None:
        """Realise a profit or a cost in the wallet."""
        self._bank.post(
            self.name, FUTURES, contract.settle, amount, event="RealisedPNL", at=self._past.now, context=contract.symbol
        )
