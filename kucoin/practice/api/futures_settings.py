"""What a trader sets on futures, and what the settings allow: modes, leverage, tiers, margin of positions, sizes."""

from __future__ import annotations

from decimal import Decimal

from kucoin.practice.api import futures_bodies
from kucoin.practice.api.futures_market import contract, required
from kucoin.practice.asked import FUTURES, Asked, asked
from kucoin.practice.engine.refusals import Refusal as Refused
from kucoin.practice.engine.terms import MarginMode, PositionSide
from kucoin.practice.numbers import UNIT, text
from kucoin.practice.quota import Pool
from kucoin.practice.universe import CONTRACTS, Contract
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()
_IN_USE = ("50002", "exist.order.or.position")  # how the batch call names what the single one refuses


# Modes and leverage


def _mode(call: Call, symbol: str) -> MarginMode:
    return call.exchange.user(call.user).profile.modes.get(symbol, MarginMode.ISOLATED)


@ROUTES.private("/api/v2/position/getMarginMode", "General", Pool.FUTURES, 2)
def margin_mode(call: Call) -> object:
    """Cross or isolated."""
    symbol = contract(call).symbol
    return {"symbol": symbol, "marginMode": _mode(call, symbol)}


def _wanted_mode(wanted: Asked) -> MarginMode:
    mode = wanted.word("marginMode", MarginMode)
    if mode is None:
        raise wanted.wrong("marginMode")
    return mode


@ROUTES.private("/api/v2/position/changeMarginMode", "Futures", Pool.FUTURES, 2, method="POST")
def change_margin_mode(call: Call) -> object:
    """Choose a contract's margin mode; refused while anything is open on it."""
    wanted = asked(call.body, FUTURES)
    symbol, mode = wanted.need("symbol"), _wanted_mode(wanted)
    call.exchange.engine.futures_account.change_margin_mode(call.now, call.user, symbol, mode)
    return {"symbol": symbol, "marginMode": mode}


@ROUTES.private("/api/v2/position/batchChangeMarginMode", "Futures", Pool.FUTURES, 2, method="POST")
def change_margin_modes(call: Call) -> object:
    """Choose the margin mode of several contracts, each on its own."""
    wanted = asked(call.body, FUTURES)
    mode, symbols = _wanted_mode(wanted), wanted.texts("symbols")
    errors: list[dict[str, str]] = []
    for symbol in symbols:
        try:
            call.exchange.engine.futures_account.change_margin_mode(call.now, call.user, symbol, mode)
        except Refused as refused:
            code, text = _IN_USE if symbol in CONTRACTS else (refused.code, refused.text)
            errors.append({"code": code, "msg": text, "symbol": symbol})
    known = [symbol for symbol in symbols if symbol in CONTRACTS]
    return {"marginMode": {symbol: _mode(call, symbol) for symbol in known}, "errors": errors}


@ROUTES.private("/api/v2/position/getPositionMode", "Futures", Pool.FUTURES, 2)
def position_mode(call: Call) -> object:
    """0 one-way, 1 hedge."""
    return {"positionMode": int(call.exchange.user(call.user).profile.hedge)}


@ROUTES.private("/api/v2/position/switchPositionMode", "Futures", Pool.FUTURES, 2, method="POST")
def switch_position_mode(call: Call) -> object:
    """Choose one-way or hedge mode; refused while anything is open."""
    wanted = asked(call.body, FUTURES)
    mode = wanted.need("positionMode")
    if mode not in ("0", "1"):
        raise wanted.wrong("positionMode")
    call.exchange.engine.futures_account.switch_position_mode(call.now, call.user, hedge=mode == "1")
    return {"positionMode": int(mode)}


@ROUTES.private("/api/v2/getCrossUserLeverage", "General", Pool.FUTURES, 2)
def cross_leverage(call: Call) -> object:
    """The leverage of cross positions in a contract."""
    symbol = contract(call).symbol
    chosen = call.exchange.user(call.user).profile.cross_leverage.get(symbol, Decimal(1))
    return {"symbol": symbol, "leverage": text(chosen)}


@ROUTES.private("/api/v2/changeCrossUserLeverage", "Futures", Pool.FUTURES, 2, method="POST")
def change_cross_leverage(call: Call) -> object:
    """Choose the leverage of cross positions in a contract."""
    wanted = asked(call.body, FUTURES)
    symbol, leverage = wanted.need("symbol"), wanted.needed_amount("leverage")
    call.exchange.engine.futures_account.change_cross_leverage(call.now, call.user, symbol, leverage)
    return True


@ROUTES.private("/api/v1/position/risk-limit-level/change", "Futures", Pool.FUTURES, 5, method="POST")
def change_risk_level(call: Call) -> object:
    """Choose the risk limit level of isolated positions in a contract; its open orders end."""
    wanted = asked(call.body, FUTURES)
    level = wanted.whole("level")
    if level is None:
        raise wanted.wrong("level")
    call.exchange.engine.futures_account.change_risk_level(call.now, call.user, wanted.need("symbol"), level)
    return True


# Margin of isolated positions


def _side(wanted: Asked) -> PositionSide:
    return wanted.word("positionSide", PositionSide) or PositionSide.BOTH


@ROUTES.private("/api/v1/position/margin/deposit-margin", "Futures", Pool.FUTURES, 4, method="POST")
def deposit_margin(call: Call) -> object:
    """Put money behind an isolated position, once for each ``bizNo``."""
    wanted = asked(call.body, FUTURES)
    symbol, amount, once = wanted.need("symbol"), wanted.needed_amount("margin"), wanted.need("bizNo")
    if call.exchange.archive.was_used(call.user, once):
        raise Refusal(FUTURES, "bizNo parameter repeated")
    held = call.exchange.engine.futures_account.add_margin(call.now, call.user, symbol, amount, side=_side(wanted))
    call.exchange.archive.use(call.user, once)
    return futures_bodies.position(call.exchange, held, call.now)


@ROUTES.private("/api/v1/margin/withdrawMargin", "Futures", Pool.FUTURES, 10, method="POST")
def withdraw_margin(call: Call) -> object:
    """Take margin back from an isolated position; tell how much."""
    wanted = asked(call.body, FUTURES)
    symbol, amount = wanted.need("symbol"), wanted.needed_amount("withdrawAmount")
    call.exchange.engine.futures_account.remove_margin(call.now, call.user, symbol, amount, side=_side(wanted))
    return text(amount)


@ROUTES.private("/api/v1/margin/maxWithdrawMargin", "General", Pool.FUTURES, 10)
def max_withdraw_margin(call: Call) -> object:
    """How much margin an isolated position can spare; nothing where there is none."""
    symbol, side = contract(call).symbol, _side(Asked(call.query, FUTURES))
    held = call.exchange.user(call.user).positions.get((symbol, side))
    if held is None or held.mode is not MarginMode.ISOLATED:
        return "0"
    return text(call.exchange.engine.futures_account.max_removable(call.user, symbol, side))


# Fees and sizes


@ROUTES.private("/api/v1/trade-fees", "General", Pool.FUTURES, 3)
def trade_fees(call: Call) -> object:
    """The account's fees in a contract."""
    wanted = contract(call)
    return {"symbol": wanted.symbol, "takerFeeRate": text(wanted.taker), "makerFeeRate": text(wanted.maker)}


@ROUTES.private("/api/v2/getMaxOpenSize", "General", Pool.FUTURES, 2)
def max_open_size(call: Call) -> object:
    """How many lots the free money opens at a price and leverage."""
    wanted, query = contract(call), Asked(call.query, FUTURES)
    price, leverage = query.needed_amount("price"), query.needed_amount("leverage")
    if price <= 0 or leverage < 1:
        raise Refusal(FUTURES, "price and leverage must be positive numbers")
    lots = int(call.exchange.engine.futures_account.max_open(call.user, wanted.symbol, price, leverage))
    return {"symbol": wanted.symbol, "maxBuyOpenSize": lots, "maxSellOpenSize": lots}


def _lot_value(call: Call, wanted: Contract, price: Decimal) -> Decimal:
    """Return what one lot is worth at a price."""
    return abs(call.exchange.engine.futures.markets[wanted.symbol].contract.value(Decimal(1), price))


@ROUTES.private("/api/v2/getCrossModeMarginRequirement", "Futures", Pool.FUTURES, 3)
def cross_requirement(call: Call) -> object:
    """The margin rates of a cross position of a given value."""
    wanted = contract(call)
    worth, leverage = Decimal(call.number("positionValue", 0)), Decimal(max(1, call.number("leverage", 3)))
    initial, maintenance = required(wanted, worth, leverage)
    price = call.exchange.market.mark_price(wanted, call.now)
    size = int(worth / _lot_value(call, wanted, price))
    return {
        "symbol": wanted.symbol,
        "imr": text(initial),
        "mmr": text(maintenance),
        "size": size,
        "positionValue": text(worth),
        "price": text(price),
    }


@ROUTES.private("/api/v2/batchGetCrossOrderLimit", "General", Pool.FUTURES, 2)
def cross_limits(call: Call) -> object:
    """The largest cross position in each of some contracts for a margin and leverage."""
    rows = []
    for symbol in call.need("symbol").split(","):
        wanted = contract(call, symbol=symbol)
        margin, leverage = Decimal(call.number("totalMargin", 10_000)), Decimal(max(1, call.number("leverage", 3)))
        initial, maintenance = required(wanted, margin * leverage, leverage)
        price = call.exchange.market.mark_price(wanted, call.now)
        worth = margin / initial
        rows.append(
            {
                "symbol": symbol,
                "maxOpenSize": int(worth / _lot_value(call, wanted, price)),
                "maxOpenValue": text(worth.quantize(UNIT)),
                "totalMargin": text(margin),
                "price": text(price),
                "leverage": text(leverage),
                "mmr": text(maintenance),
                "imr": text(initial),
                "currency": wanted.settle,
            }
        )
    return rows
