"""What is known of a symbol, put together for whoever places an order on it: from readings and from pushes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from kucoin.decimals import ONE, ZERO
from kucoin.desk.accounts import Accounts
from kucoin.desk.market import Market
from kucoin.desk.refresh import Reading
from kucoin.desk.rules import Rules
from kucoin.desk.term_parts import Look, held
from kucoin.desk.terms import PriceLimit, Purse, Terms
from kucoin.hub import Hub
from kucoin.model.feed import Mark, Pushed, Quote
from kucoin.model.market import Contract
from kucoin.model.order import TradeType
from kucoin.model.position import PositionMode

_OLD = 10.0  # s after which a pushed price is older than what REST tells


class _Prices(NamedTuple):
    mark: Decimal | None = None
    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None


@dataclass(slots=True)
class _Money:
    available: dict[tuple[Purse, str], Decimal] = field(default_factory=dict)
    liabilities: dict[tuple[Purse, str], Decimal] = field(default_factory=dict)
    problem: str | None = None


class Making:
    """Makes terms.

    Args:
        monotonic: The feeds' clock.
    """

    def __init__(self, market: Market, accounts: Accounts, hub: Hub, *, monotonic: Callable[[], float]) -> None:
        self._market = market
        self._accounts = accounts
        self._hub = hub
        self._monotonic = monotonic

    def made(self, rules: Rules, look: Look, account: Reading[PositionMode]) -> Terms:
        """Return the terms of now; ``account`` tells the position mode."""
        if rules.futures:
            return self._of_contract(rules, look, account)
        pair = self._market.pair(look.symbol)
        prices = self._spot_prices(look.symbol)
        limit = PriceLimit()
        if pair is not None and pair.price_limit_rate is not None:
            rate = pair.price_limit_rate
            limit = PriceLimit(
                None if prices.ask is None else prices.ask * (ONE + rate),
                None if prices.bid is None else prices.bid * (ONE - rate),
            )
        money = self._coins(look.symbol, rules)
        return Terms(
            symbol=look.symbol,
            rules=rules,
            pair=pair,
            fee=look.fee.reading.value,
            available=MappingProxyType(money.available),
            liabilities=MappingProxyType(money.liabilities),
            price_limit=limit,
            **prices._asdict(),
            problems=_problems(fee=look.fee.reading.problem, balances=money.problem),
        )

    def _of_contract(self, rules: Rules, look: Look, account: Reading[PositionMode]) -> Terms:
        listed = self._market.contract(look.symbol)
        contract = listed.value
        mine = held(self._accounts, look.symbol)
        parts = {"mode": look.mode, "leverage": look.leverage, "tiers": look.tiers, "most": look.most}
        read: dict[str, Reading[Any]] = {name: part.reading for name, part in parts.items() if part is not None}
        mode = read["mode"]
        wallet = self._accounts.wallets.get(contract.settle_currency) if contract else None
        free = wallet.reading.value.available_balance if wallet and wallet.reading.value else None
        money: dict[tuple[Purse, str], Decimal] = {}
        if contract is not None and free is not None:
            money["futures", contract.settle_currency] = free
        return Terms(
            symbol=look.symbol,
            rules=rules,
            contract=contract,
            fee=look.fee.reading.value,
            position_mode=account.value,
            margin_mode=mode.value,
            leverage=look.used(mine),
            modes_at=min(mode.at, account.at) if mode.at and account.at else None,
            tiers=read["tiers"].value,
            max_lots=read["most"].value,
            available=MappingProxyType(money),
            price_limit=PriceLimit(contract.buy_limit, contract.sell_limit) if contract else PriceLimit(),
            **self._contract_prices(look, listed)._asdict(),
            problems=_problems(
                fee=look.fee.reading.problem,
                modes=mode.problem or account.problem,
                leverage=read["leverage"].problem,
                tiers=read["tiers"].problem,
                max_lots=read["most"].problem,
                balances=wallet.reading.problem if wallet else None,
            ),
            positions=mine,
        )

    def _spot_prices(self, symbol: str) -> _Prices:
        quote, ticker = self._pushed(Quote, symbol), self._market.ticker(symbol).value
        if quote is not None:
            last = quote.price or (ticker.last if ticker else None)
            return _Prices(last=last, bid=quote.bid, ask=quote.ask)
        return _Prices(last=ticker.last, bid=ticker.bid, ask=ticker.ask) if ticker else _Prices()

    def _contract_prices(self, look: Look, listed: Reading[Contract]) -> _Prices:
        mark, quote = self._pushed(Mark, look.symbol), self._pushed(Quote, look.symbol)
        stretch = self._hub.tape(look.symbol, look.trades)
        look.trades = stretch.number
        look.trade = stretch.trades[-1] if stretch.trades else look.trade
        contract, trade = listed.value, look.trade
        last = contract.last_trade_price if contract else None
        if trade and trade.at and (listed.at is None or trade.at > listed.at):
            last = trade.price
        return _Prices(
            mark=mark.mark_price if mark else contract.mark_price if contract else None,
            last=last,
            bid=quote.bid if quote else None,
            ask=quote.ask if quote else None,
        )

    def _pushed(self, kind: type[Pushed], symbol: str) -> Any:
        """What the socket told last, None where it was long ago."""
        latest = self._hub.latest(kind, symbol)
        return latest.value if latest and self._monotonic() - latest.received < _OLD else None

    def _coins(self, symbol: str, rules: Rules) -> _Money:
        """What there is of a pair's two coins in the accounts that can pay for an order on it, and what is owed."""
        accounts, wanted, money = self._accounts, {rules.base, rules.quote}, _Money()
        readings: tuple[Reading[Any], ...] = (accounts.spot.reading, accounts.cross.reading, accounts.isolated.reading)
        spot, cross, isolated = (reading.value for reading in readings)
        money.problem = next((reading.problem for reading in readings if reading.problem), None)
        # What of an account that was read is not listed, is not there.
        for purse, value in zip(TradeType, (spot, cross, isolated), strict=True):
            if value is not None:
                money.available |= dict.fromkeys(((purse, currency) for currency in wanted), ZERO)
        for row in spot or ():
            if row.kind == "trade" and row.currency in wanted:
                money.available[TradeType.TRADE, row.currency] = row.available
        of_pair = next((pair for pair in isolated or () if pair.symbol == symbol), None)
        margin = [(TradeType.MARGIN_TRADE, asset) for asset in (cross.assets if cross else ())]
        margin += [
            (TradeType.MARGIN_ISOLATED_TRADE, asset) for asset in ((of_pair.base, of_pair.quote) if of_pair else ())
        ]
        for purse, asset in margin:
            if asset.currency in wanted:
                money.available[purse, asset.currency] = asset.available
                money.liabilities[purse, asset.currency] = asset.liability
        return money


def _problems(**parts: str | None) -> Mapping[str, str]:
    return MappingProxyType({name: problem for name, problem in parts.items() if problem})
