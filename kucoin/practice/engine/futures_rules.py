"""What a futures order may ask for. Each check refuses with KuCoin's code or returns."""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ZERO, floor_to, is_multiple
from kucoin.practice.engine import rules
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import User
from kucoin.practice.engine.terms import Family, MarginMode, OrderType, PositionSide, Side, Stp, TimeInForce

_FUTURES = Family.FUTURES


def form(request: FuturesRequest) -> None:
    """Refuse what can be seen without knowing contract or account."""
    rules.client_oid(request.client_oid, _FUTURES)
    if request.hidden:
        raise Refusal(Reason.HIDDEN, _FUTURES)
    if request.time_in_force not in {TimeInForce.GTC, TimeInForce.IOC}:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="timeInForce")
    if request.post_only and request.time_in_force is TimeInForce.IOC:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="postOnly does not go with IOC")
    if request.stp is Stp.DC:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="stp")
    if request.side is None and not request.close_order:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="side")
    if request.leverage is not None and request.leverage < 1:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="leverage")
    _stop_form(request)


def _stop_form(request: FuturesRequest) -> None:
    parts = (request.stop, request.stop_price, request.price_type)
    if request.up_price is None and request.down_price is None:
        if any(part is not None for part in parts) and None in parts:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail="stop, stopPrice and stopPriceType go together")
        if request.stop not in {None, "up", "down"}:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail="stop")
    elif request.price_type is None or request.stop is not None:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="stopPriceType")
    for price in (request.stop_price, request.up_price, request.down_price):
        if price is not None and price <= ZERO:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail="stopPrice")


def modes(request: FuturesRequest, user: User) -> None:
    """Refuse an order that does not fit the account's position mode or the contract's margin mode."""
    one_way = request.position_side is PositionSide.BOTH
    if user.profile.hedge and one_way:
        raise Refusal(Reason.POSITION_MODE, _FUTURES)
    if not user.profile.hedge and not one_way:
        raise Refusal(Reason.POSITION_SIDE, _FUTURES, side=request.position_side)
    chosen = user.profile.modes.get(request.symbol, MarginMode.ISOLATED)
    if request.margin_mode is not chosen and not request.close_order:
        raise Refusal(Reason.MARGIN_MODE, _FUTURES)


def price(request: FuturesRequest, market: FuturesMarket, side: Side) -> Decimal:
    """Return a limit order's price, zero for a market order; refuse one off the tick or outside the band."""
    if request.type is OrderType.MARKET:
        return ZERO
    if request.price is None:
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="price")
    on_tick(market, request.price)
    bound = market.band(side)
    if bound is not None and side is Side.BUY and request.price > bound:
        raise Refusal(Reason.PRICE_ABOVE, _FUTURES, bound=f"{bound:f}")
    if bound is not None and side is Side.SELL and request.price < bound:
        raise Refusal(Reason.PRICE_BELOW, _FUTURES, bound=f"{bound:f}")
    return request.price


def on_tick(market: FuturesMarket, *prices: Decimal | None) -> None:
    """Refuse a price that is no positive multiple of the tick; those not given are no matter."""
    step = market.contract.tick_size
    if any(one is not None and (one <= ZERO or not is_multiple(one, step)) for one in prices):
        raise Refusal(Reason.PRICE_STEP, _FUTURES, step=f"{step:f}")


def lots(request: FuturesRequest, market: FuturesMarket, side: Side) -> Decimal:
    """Return the size in lots, from whichever of the three ways it is given in."""
    contract = market.contract
    given = [one for one in (request.size, request.qty, request.value_qty) if one is not None]
    if len(given) != 1 or (contract.is_inverse and request.size is None):
        raise Refusal(Reason.PARAMETER, _FUTURES, detail="exactly one of size, qty and valueQty")
    if request.qty is not None:
        count = request.qty / contract.multiplier
    elif request.value_qty is not None:
        at = request.price or market.book.best(Side.SELL if side is Side.BUY else Side.BUY) or market.mark
        if at is None:
            raise Refusal(Reason.NO_ASKS if side is Side.BUY else Reason.NO_BIDS, _FUTURES, symbol=market.symbol)
        count = floor_to(request.value_qty / (at * contract.multiplier), contract.lot_size)
    else:
        count = given[0]
    if count <= ZERO:
        raise Refusal(Reason.TOO_SMALL, _FUTURES)
    if not is_multiple(count, contract.lot_size):
        raise Refusal(Reason.SIZE_STEP, _FUTURES, step=f"{contract.lot_size:f}")
    limit = contract.max_qty if request.type is OrderType.LIMIT else contract.market_max_qty
    if count > limit:
        raise Refusal(Reason.TOO_LARGE, _FUTURES, limit=f"{limit:f}")
    return count


def bound(request: FuturesRequest, market: FuturesMarket, side: Side) -> Decimal:
    """Return the worst price an order may trade at; refuse a market order that meets nobody."""
    if request.type is OrderType.LIMIT and request.price is not None:
        return request.price
    facing = market.book.facing(side)
    if not facing:
        raise Refusal(Reason.NO_ASKS if side is Side.BUY else Reason.NO_BIDS, _FUTURES, symbol=market.symbol)
    band = market.band(side)
    return facing[0].price if band is None else band
