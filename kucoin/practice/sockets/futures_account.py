"""The private topics of futures.

https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from kucoin.practice.api.futures_bodies import futures_request, position
from kucoin.practice.engine.events import (
    FundingPaid,
    LeverageChanged,
    MarginModeChanged,
    OrderUpdate,
    PositionUpdate,
    RiskLevelChanged,
    StopUpdate,
    WalletUpdate,
)
from kucoin.practice.engine.records import Position
from kucoin.practice.engine.terms import MarginMode, PositionSide
from kucoin.practice.exchange import Exchange
from kucoin.practice.numbers import number, text
from kucoin.practice.sockets.spot_account import matched, sized
from kucoin.practice.sockets.teller import Teller

_STATUS = {"open": "open", "match": "match", "update": "open", "filled": "done", "canceled": "done"}
_ALL, _ONE = "/contract/positionAll", "/contract/position"
_REST_ONLY = ("id", "isInverse", "dealComm", "fundingFee", "tax", "maintainMargin", "posCrossMargin", "posCommCommon")
_TWO = Decimal("0.01")
_SECOND = 10  # beats
_Key = tuple[str, str, PositionSide]


class FuturesAccount:
    """Tells users what happens to their futures orders, positions and wallets."""

    def __init__(self, exchange: Exchange, teller: Teller) -> None:
        self._exchange = exchange
        self._tell = teller
        self._told: dict[_Key, dict[str, Any]] = {}  # positions as they were last told in full
        self._marks: dict[str, object] = {}

    # Orders ---------------------------------------------------------------------------------------------------

    def order(self, event: OrderUpdate) -> None:
        """Tell a step of an order's life; that it was received is not told here."""
        order = event.order
        if event.kind == "received":
            return
        data = {
            "symbol": order.symbol,
            "orderType": order.type,
            "side": order.side,
            "canceledSize": text(event.canceled_size),
            "orderId": order.id,
            "marginMode": futures_request(order).margin_mode,
            "type": event.kind,
            "orderTime": order.ordered_ns,
            "size": text(event.filled_size + event.remaining + event.canceled_size),
            "filledSize": text(event.filled_size),
            "price": text(order.price),
            "remainSize": text(event.remaining),
            "status": _STATUS[event.kind],
            "ts": event.at_ns,
            "tradeType": order.kind,
            **({} if order.client_oid is None else {"clientOid": order.client_oid}),
            **sized(event),
            **matched(event),
        }
        family = "/contractMarket/tradeOrders"
        self._tell.private(order.user, family, "", "orderChange", data)
        self._tell.private(order.user, family, order.symbol, "symbolOrderChange", data)

    def stop(self, event: StopUpdate) -> None:
        """Tell a step of a conditional order's life."""
        stop, request = event.stop, futures_request(event.stop)
        contract = self._exchange.engine.futures.markets[stop.symbol].contract
        lots = request.size if request.qty is None else request.qty / contract.multiplier
        data: dict[str, Any] = {
            "createdAt": stop.created_ms,
            "marginMode": request.margin_mode,
            "orderId": stop.id,
            "orderPrice": text(request.price) if request.price is not None else "0",
            "orderType": "stop",
            "side": stop.side,
            "size": int(lots or 0),
            "stop": stop.kind,
            "stopPrice": text(stop.stop_price),
            "stopPriceType": stop.price_type,
            "symbol": stop.symbol,
            "ts": event.at_ns,
            "type": event.kind,
        }
        if event.kind == "triggered":
            data["triggerSuccess"] = event.error is None
        if event.error is not None:
            data["error"] = event.error
        self._tell.private(stop.user, "/contractMarket/advancedOrders", "", "stopOrder", data)

    # Positions ------------------------------------------------------------------------------------------------

    def position(self, event: PositionUpdate, changed: Sequence[Position]) -> None:
        """Tell a position in full; ``changed`` are all that changed together, those that ended included."""
        key = (event.user, event.symbol, event.side)
        held = next((each for each in changed if (each.user, each.symbol, each.side) == key), None)
        if held is None or not self._heard(event.user, event.symbol):
            return
        data = {**self._full(held), "changeReason": event.reason}
        before, self._told[key] = self._told.get(key), data
        if before is not None and self._tell.strikes("partial_push", (_ALL, "")):
            data = {name: value for name, value in data.items() if name == "symbol" or value != before.get(name)}
        self._to_both(event.user, event.symbol, "position.change", data)

    def beat(self, count: int) -> None:
        """Tell what new mark prices mean for positions, once a second."""
        if count % _SECOND:
            return
        now = self._exchange.clock.market_ms()
        account = self._exchange.engine.futures_account
        moved: set[str] = set()
        for user in self._tell.hall.users():
            for held in self._exchange.user(user).positions.values():
                if not self._heard(user, held.symbol):
                    continue
                at = account.figures(held)
                if self._marks.get(held.symbol) == at.mark_price and held.symbol not in moved:
                    continue
                moved.add(held.symbol)
                self._marks[held.symbol] = at.mark_price
                full = position(self._exchange, held, now)
                self._to_both(user, held.symbol, "position.change", _by_mark(full, held, at.leverage, at.backing))

    def funded(self, event: FundingPaid) -> None:
        """Tell what a position paid or received."""
        data = {
            "symbol": event.symbol,
            "fundingTime": event.time_ms,
            "qty": int(event.qty),
            "markPrice": event.mark_price,
            "fundingRate": event.rate,
            "fundingFee": number(event.funding),
            "ts": event.at_ns,
            "settleCurrency": self._exchange.engine.futures.markets[event.symbol].contract.settle,
        }
        self._to_both(event.user, event.symbol, "position.settlement", data)

    def risk_level(self, event: RiskLevelChanged) -> None:
        """Tell that a risk limit was changed."""
        data = {"symbol": event.symbol, "success": True, "riskLimitLevel": event.level, "msg": ""}
        self._to_both(event.user, event.symbol, "position.adjustRiskLimit", data)

    def _heard(self, user: str, symbol: str) -> bool:
        return self._tell.hall.hears(_ALL, "", user) or self._tell.hall.hears(_ONE, symbol, user)

    def _to_both(self, user: str, symbol: str, subject: str, data: dict[str, Any]) -> None:
        self._tell.private(user, _ALL, "", subject, data)
        self._tell.private(user, _ONE, symbol, subject, data)

    def _full(self, held: Position) -> dict[str, Any]:
        now = self._exchange.clock.market_ms()
        if not held.qty:
            mark = self._exchange.engine.futures.markets[held.symbol].mark_of(held)
            return _ended(held, now, mark)
        found = position(self._exchange, held, now)
        return {name: value for name, value in found.items() if name not in _REST_ONLY}

    # The rest -------------------------------------------------------------------------------------------------

    def wallet(self, event: WalletUpdate) -> None:
        """Tell what a wallet is now."""
        at = self._exchange.engine.futures_account.overview(event.user, event.currency)
        orders = at.isolated_orders + at.cross_orders
        bound = at.isolated_positions + at.isolated_pnl + at.cross_positions
        amounts = {
            "walletBalance": at.wallet,
            "equity": at.equity,
            "availableBalance": at.equity - bound - orders,
            "isolatedOrderMargin": at.isolated_orders,
            "isolatedPosMargin": at.isolated_positions,
            "isolatedUnPnl": at.isolated_pnl,
            "crossOrderMargin": at.cross_orders,
            "crossPosMargin": at.cross_positions,
            "crossUnPnl": at.cross_pnl,
            "totalCrossMargin": at.cross_backing,
            "maxWithdrawAmount": at.withdrawable,
        }
        data = {
            **{name: text(number(amount)) for name, amount in amounts.items()},
            "holdBalance": "0",
            "isolatedFundingFeeMargin": "0",
            "currency": event.currency,
            "version": str(self._exchange.user(event.user).wallets[event.currency].version),
            "timestamp": str(event.at_ns // 1_000_000),
        }
        told = str(event.at_ns)
        self._tell.private(event.user, "/contractAccount/wallet", "", "walletBalance.change", data, id=told)

    def margin_mode(self, event: MarginModeChanged) -> None:
        """Tell the margin mode of a contract."""
        self._tell.private(event.user, "/contract/marginMode", "", "user.config", {event.symbol: event.mode})

    def leverage(self, event: LeverageChanged) -> None:
        """Tell the cross leverage of a contract."""
        data = {event.symbol: {"leverage": text(event.leverage)}}
        self._tell.private(event.user, "/contract/crossLeverage", "", "user.config", data)


def _by_mark(full: dict[str, Any], held: Position, leverage: Decimal, backing: Decimal) -> dict[str, Any]:
    """Return the small form: what a new mark price has changed. Symbol and side say of which position."""
    names = ("symbol", "markPrice", "markValue", "unrealisedPnl", "unrealisedPnlPcnt", "unrealisedRoePcnt")
    return {
        **{name: full[name] for name in (*names, "delevPercentage", "currentTimestamp", "settleCurrency")},
        "maintMargin": number(backing),
        "realLeverage": leverage.quantize(_TWO),
        "positionSide": held.side,
        "changeReason": "markPriceChange",
    }


def _ended(held: Position, now: int, mark: Decimal) -> dict[str, Any]:
    """Return a position of which nothing is left, but what it has earned."""
    zeros = ("currentCost", "unrealisedCost", "markValue", "posCost", "posInit", "posMargin", "unrealisedPnl")
    more = ("unrealisedPnlPcnt", "unrealisedRoePcnt", "avgEntryPrice", "liquidationPrice", "bankruptPrice")
    return {
        "symbol": held.symbol,
        "crossMode": held.mode is MarginMode.CROSS,
        "delevPercentage": 0,
        "openingTimestamp": held.opened_ms,
        "currentTimestamp": now,
        "currentQty": 0,
        "currentComm": number(held.paid + held.funding),
        "realisedGrossCost": number(-held.gross),
        "realisedCost": number(held.paid + held.funding - held.gross),
        "isOpen": False,
        "markPrice": mark,
        "realisedGrossPnl": number(held.gross),
        "realisedPnl": number(held.gross + held.funding - held.paid),
        "settleCurrency": held.settle,
        "marginMode": held.mode,
        "positionSide": held.side,
        "leverage": held.leverage,
        **dict.fromkeys(zeros + more, 0),
    }
