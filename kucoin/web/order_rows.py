"""A working order as one row: every figure written out, with what is being done about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kucoin import figures
from kucoin.desk.order_state import AnyOrder, FuturesOrderState, SpotOrderState
from kucoin.desk.rules import Rules
from kucoin.desk.stops import Stop
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.change import Amend, AmendState
from kucoin.model.order import OrderStatus, OrderType, PositionSide, Side, StopPriceType, TimeInForce, TradeType
from kucoin.model.times import milliseconds
from kucoin.web import sent_words as words
from kucoin.web import veil as veils
from kucoin.web.panel import Body
from kucoin.web.veil import Veil

LOOKING_UP = "looking it up"
_LEAVE_FIRST = "Leave privacy to change this order."

_WATCHED: dict[str, str] = {StopPriceType.TP: "last", StopPriceType.MP: "mark", StopPriceType.IP: "index"}
_PURSES = {TradeType.MARGIN_TRADE: "cross margin", TradeType.MARGIN_ISOLATED_TRADE: "isolated margin"}
_ENDS = {
    OrderStatus.FILLED: "filled",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.PARTIALLY_CANCELLED: "rest cancelled",
}


@dataclass(frozen=True, slots=True)
class Near:
    """The prices that an order is measured against; a pair has neither mark nor index."""

    last: Decimal | None = None
    mark: Decimal | None = None
    index: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """What is known of an order besides itself.

    Attributes:
        cancel, amend: What became of the last wish to cancel or to change it.
        way: How it could be changed: ``amend``, or ``cancel and new``; None where it could not, and ``why`` not.
        ours: Whether this dashboard placed it; None while that is not known.
        sought: It is one whose outcome is unknown: nobody has its id yet.
    """

    cancel: Cancellation | None = None
    amend: Amend | None = None
    way: str | None = None
    why: str = ""
    ours: bool | None = None
    sought: bool = False


def order_row(order: AnyOrder, rules: Rules | None, near: Near, doing: Doing, veil: Veil | None = None) -> Body:
    """Return the row of an order in the market, or of one that just ended; nobody changes one under a veil."""
    places = rules.price_decimals if rules else 0
    futures = isinstance(order, FuturesOrderState)
    word, note = _standing(order.open, _ENDS.get(order.status, "ended") if order.status else "ended", doing, veil)
    size = None if order.size is None else Decimal(order.size)
    return {
        **_common(order, doing),
        "chip": word,
        "note": note,
        "act": word is None,
        "type": "Limit" if order.type is OrderType.LIMIT else "Market" if order.type else figures.UNKNOWN,
        "terms": ", ".join(_terms(order)),
        "price": figures.UNKNOWN if order.price is None else words.price(order.price, places),
        "size": figures.UNKNOWN if size is None else words.size(size, order.symbol, veil),
        "value": _value(order, size, rules, veil),
        "filled": _filled(order, size, veil),
        "share": _share(order, size),
        "away": _away(order.price, near.mark if futures else near.last),
        "from": "mark" if futures else "last",
        **_change(word is None, doing, veil),
        "asked": _asked(doing.amend, order.symbol, places, veil),
    }


def stop_row(
    stop: Stop, rules: Rules | None, near: Near, doing: Doing, effect: tuple[str, str], *, veil: Veil | None = None
) -> Body:
    """Return the row of an order that waits for a price, or of one that just ended.

    Args:
        effect: What it would do when its price is reached, and how that looks.
    """
    places = rules.price_decimals if rules else 0
    watched = _WATCHED.get(stop.stop_price_type, "") if stop.stop_price_type else "last"
    rises = _rises(stop)
    ended = "failed" if stop.error else "triggered" if stop.triggered else "cancelled" if stop.ended else "ended"
    word, note = _standing(stop.alive, ended, doing, veil)
    sign = "" if rises is None else " ≥" if rises else " ≤"
    return {
        **_common(stop, doing),
        "chip": word,
        "note": veils.words(veil, stop.error or "") or note,
        "act": word is None,
        "type": _kind(stop, rises, places),
        "size": _stop_size(stop, veil),
        "watched": f"{watched}{sign}",
        "trigger": figures.UNKNOWN if stop.stop_price is None else words.price(stop.stop_price, places),
        "away": _away(stop.stop_price, getattr(near, watched, None) if watched else None),
        "effect": effect,
        **_change(word is None, doing, veil),
    }


def _change(lives: bool, doing: Doing, veil: Veil | None) -> Body:
    """Return how it could be changed, and why not."""
    way = doing.way if lives else None
    return {"way": way, "why": doing.why} if veil is None else {"way": None, "why": _LEAVE_FIRST if way else doing.why}


def _common(order: AnyOrder | Stop, doing: Doing) -> Body:
    return {
        "symbol": order.symbol,
        "side": str(order.side),
        "at": milliseconds(order.created_at) if order.created_at else None,
        "placed": {True: "here", False: "elsewhere", None: None}[doing.ours],
    }


def _standing(lives: bool, ended: str, doing: Doing, veil: Veil | None) -> tuple[tuple[str, str] | None, str]:
    """Return the word that stands in the place of the button, with its look, and the sentence below the row."""
    chip, note = _told(lives, ended, doing)
    return chip, veils.words(veil, note)


def _told(lives: bool, ended: str, doing: Doing) -> tuple[tuple[str, str] | None, str]:
    cancel, amend = doing.cancel, doing.amend
    if doing.sought:
        return (LOOKING_UP, "warn"), ""
    if amend is not None and amend.state is AmendState.SENT:  # where that goes by a cancel, this is a part of it
        return ("amending", "going"), ""
    if amend is not None and amend.state is AmendState.UNKNOWN:
        return (LOOKING_UP, "warn"), words.said(amend.words)
    failed = amend is not None and amend.state in {AmendState.REFUSED, AmendState.HALF}
    note = words.said(amend.words) if amend is not None and failed else ""
    if not lives:
        half = amend is not None and amend.state is AmendState.HALF
        return (ended, "warn" if half or ended == "failed" else "over"), note
    if cancel is not None and cancel.state is CancelState.SENT:
        return ("cancelling", "going"), ""
    if cancel is not None and cancel.state is CancelState.REFUSED:
        return None, f"Cancel refused: {words.said(cancel.words)}"
    if cancel is not None and cancel.state is CancelState.UNKNOWN:
        return None, words.said(cancel.words)
    return None, note


def _terms(order: AnyOrder) -> Iterator[str]:
    if order.time_in_force not in {None, TimeInForce.GTC}:
        yield str(order.time_in_force)
    if order.post_only:
        yield "post-only"
    if isinstance(order, SpotOrderState):
        if order.trade_type in _PURSES:
            yield _PURSES[order.trade_type]
        return
    if order.reduce_only:
        yield "reduce-only"
    if order.position_side in {PositionSide.LONG, PositionSide.SHORT}:
        yield str(order.position_side).lower()


def _filled(order: AnyOrder, size: Decimal | None, veil: Veil | None) -> str:
    """Return how much is filled; under a veil which part of the order, beside the order's own share."""
    if veil is not None and size:
        return figures.percent(order.filled_size / size, places=1, signed=False)
    of = "" if size is None else f" of {words.size(size, order.symbol, veil)}"
    return f"{words.size(order.filled_size, order.symbol, veil)}{of}"


def _value(order: AnyOrder, size: Decimal | None, rules: Rules | None, veil: Veil | None) -> list[str]:
    """Return what all of it is worth at its own price, and in which currency, which a share has none of."""
    if rules is None:
        return [figures.UNKNOWN, ""]
    worth = rules.value(order.price, size) if order.price is not None and size is not None else None
    if worth is None and isinstance(order, SpotOrderState):
        worth = order.funds
    return [veils.money(veil, worth, rules.quote), rules.quote if veil is None else ""]


def _share(order: AnyOrder, size: Decimal | None) -> float:
    """Return the percentage that is filled; no bar is longer than whole."""
    return round(float(min(order.filled_size / size, Decimal(1))) * 100, 1) if size else 0.0


def _away(price: Decimal | None, of: Decimal | None) -> str:
    return figures.percent((price - of) / of if price is not None and of else None)


def _asked(amend: Amend | None, symbol: str, places: int, veil: Veil | None) -> list[str | None] | None:
    """Return the price and the size that were asked for, while that is under way."""
    if amend is None or amend.state not in {AmendState.SENT, AmendState.UNKNOWN}:
        return None
    price = None if amend.price is None else words.price(amend.price, places)
    return [price, None if amend.size is None else words.size(amend.size, symbol, veil)]


def _rises(stop: Stop) -> bool | None:
    """Say whether it triggers at or above its price: ``up``, ``entry``, and of a pair's ``e_l_o`` and ``e_s_o``."""
    if not stop.stop:
        return None
    return stop.stop == "up" or stop.stop.startswith("e")


def _kind(stop: Stop, rises: bool | None, places: int) -> str:
    """Return what kind it is: a sell above the price takes a profit, below it stops a loss; a buy the other way."""
    if rises is None or rises is (stop.side is Side.BUY):
        name = "Stop"
    else:
        name = "Take profit" if stop.futures or stop.side is Side.SELL else "Buy below"
    if stop.type is OrderType.MARKET or (stop.type is None and stop.price is None):
        return f"{name}, market"
    return f"{name}, limit" if stop.price is None else f"{name}, limit {words.price(stop.price, places)}"


def _stop_size(stop: Stop, veil: Veil | None) -> str:
    size = stop.lots if stop.futures else stop.size
    if size is not None:
        return words.size(size, stop.symbol, veil)
    if stop.funds is not None:
        return words.sum_of(stop.funds, stop.symbol.partition("-")[2], veil)
    return "all" if stop.futures else figures.UNKNOWN
