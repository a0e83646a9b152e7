"""What to do about a refusal: KuCoin's code as one sentence, and the field of the ticket that it concerns. Pure.

KuCoin's own words are always shown beside a hint, never replaced by it. A code that is not known has none.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Hint(NamedTuple):
    """What helps.

    ``field`` names what to change as `kucoin.desk.ticket_rules.Fault` does; None where it is nothing on the ticket.
    """

    text: str
    field: str | None = None


_BALANCE = Hint("This account has less free than the order needs: make it smaller, or transfer money in.", "balance")
_SMALL = Hint("Below the smallest order of this symbol: raise the size.", "size")
_LARGE = Hint("Above the largest order of this symbol: lower the size, or place several.", "size")
_LITTLE = Hint("Worth less than the smallest order of this symbol: raise the size.", "size")
_STEP = Hint("The size is no multiple of the lot.", "size")
_TICK = Hint("The price is no multiple of the tick.", "price")
_HIGH = Hint("The price is above what the exchange takes just now: lower it.", "price")
_LOW = Hint("The price is below what the exchange takes just now: raise it.", "price")
_FAR = Hint("The price is too far from the market: bring it closer.", "price")
_STOP = Hint("The stop price lies on the wrong side of the last price: it would trigger at once.", "stop_price")
_MANY = Hint("Too many orders are open: cancel some.")
_MANY_STOPS = Hint("Too many stop orders wait: cancel some.")
_CLOSED = Hint("The exchange takes no orders for this symbol now.", "symbol")
_NO_SYMBOL = Hint("The exchange does not list this symbol.", "symbol")
_BORROW = Hint("No more can be borrowed: make the order smaller, or leave auto-borrow off.", "auto_borrow")
_RESTRICTED = Hint("The exchange restricts this account here; its own site says why.")
_IDENTITY = Hint("The exchange asks for an identity check first, on its own site.")
_NO_MARGIN = Hint("Margin trading is not opened on this account; that is done on the exchange's own site.")
_LIQUIDATION = Hint("The position is being liquidated or renewed: wait until that is over.")
_LATE = Hint("It took too long on its way and was turned down at the door: place a new one if it is still wanted.")
_LIMIT_ONLY = Hint("Only limit orders are taken for this symbol now.", "price")
_MODE = Hint(
    "The margin mode changed meanwhile and is being read again: look at it, then place a new order.", "margin_mode"
)
_SIDES = Hint("The position mode changed meanwhile and is being read again: look at it, then place a new order.")

_ANYWHERE: dict[str, Hint] = {
    "400002": Hint("This machine's clock is off: set it, then place a new order."),
    "400005": Hint("The key's secret does not fit: look at its strings."),
    "400006": Hint("This address is not on the key's IP list: add it there."),
    "400007": Hint("The key may not trade: tick Spot, Margin or Futures for it at the exchange."),
    "400413": Hint("Hidden and iceberg orders are not taken any more."),
    **dict.fromkeys(("400003", "400004", "400008"), Hint("The exchange does not take the key: look at its strings.")),
    **dict.fromkeys(("400301", "400302", "400500"), Hint("Not available in this country or from this address.")),
    **dict.fromkeys(("400303", "400304"), _IDENTITY),
    **dict.fromkeys(("400010", "400444", "400700", "411100", "411200"), _RESTRICTED),
    **dict.fromkeys(("400330", "400370", "400760"), _FAR),
    "400350": Hint("The exchange caps how much of this coin one account may hold."),
    "400800": Hint("The exchange could not place it with this leverage.", "leverage"),
}
_SPOT: dict[str, Hint] = {
    **dict.fromkeys(("200004", "230003", "210021", "260100", "126013", "130105", "130301"), _BALANCE),
    **dict.fromkeys(
        ("200001", "400200", "400600", "600203", "126004", "126006", "126007", "126009", "126015"), _CLOSED
    ),
    **dict.fromkeys(("200003", "126011"), _MANY),
    **dict.fromkeys(("200009", "126005", "126047", "126048"), _IDENTITY),
    **dict.fromkeys(("600100", "600101", "126003"), _LITTLE),
    "900001": _NO_SYMBOL,
    **dict.fromkeys(("126001", "101030", "130201", "130302"), _NO_MARGIN),
    **dict.fromkeys(("126002", "126021", "126037", "126045", "126046", "130306", "130307", "130323"), _RESTRICTED),
    "126022": Hint("It would fill worse than price protection allows: make it smaller, or a limit order.", "price"),
    **dict.fromkeys(("126027", "126028"), _LIMIT_ONLY),
    "126029": _HIGH,
    "126030": _LOW,
    "126041": _LATE,
    **dict.fromkeys(("126042", "130204", "130311", "130312", "130313", "130314"), _LARGE),
    **dict.fromkeys(("130202", "130308", "130309", "130310", "130316"), _LIQUIDATION),
    **dict.fromkeys(("130203", "103000", "210014"), _BORROW),
    **dict.fromkeys(
        ("130303", "130304", "130305"), Hint("This pair is not traded on that margin account.", "margin_mode")
    ),
}
_FUTURES: dict[str, Hint] = {
    "300003": _BALANCE,
    **dict.fromkeys(("404000", "200003"), _NO_SYMBOL),
    "40010": _RESTRICTED,
    "300001": _MANY,
    "300004": _MANY_STOPS,
    **dict.fromkeys(("300005", "100005"), Hint("Beyond the risk limit of this contract: lower the size.", "size")),
    "300006": Hint("The price is worse than the bankruptcy price of the position.", "price"),
    "300007": Hint("The price is worse than the liquidation price of the position.", "price"),
    **dict.fromkeys(("300008", "300013"), Hint("The other side of the book is empty: place a limit order.", "price")),
    "300009": Hint("There is no position to close.", "reduce_only"),
    "300011": _HIGH,
    "300012": _LOW,
    "300016": Hint("The leverage is above what the contract allows at this size: lower it.", "leverage"),
    "300017": _RESTRICTED,
    "330005": _MODE,
    "330008": Hint("Margin or leverage stand at their limit: lower the size or the leverage.", "leverage"),
    **dict.fromkeys(("330011", "330012"), _SIDES),
    "116241": Hint("The exchange lets this account only close positions now.", "reduce_only"),
}
# Codes such as 400100 and 100001 say only that a parameter is wrong, and the words which: texts as letters alone, the
# first that occurs decides.
_TEXTS: tuple[tuple[str, Hint], ...] = (
    ("accountavailableamount", _BALANCE),
    ("balance", _BALANCE),
    ("belowtheminimum", _SMALL),
    ("abovethemaximum", _LARGE),
    ("sizeincrement", _STEP),
    ("amountincrement", Hint("The amount is no multiple of what the pair counts in.", "funds")),
    ("thesizemustbeamultiple", _STEP),
    ("priceincrement", _TICK),
    ("thepricemustbeamultiple", _TICK),
    ("stoporderscannotexceed", _MANY_STOPS),
    ("stopprice", _STOP),
    ("arrivedlater", _LATE),
    ("fundsshouldmorethen", _LITTLE),
    ("postonly", Hint("It would have traded at once, which post-only forbids.", "post_only")),
    ("reduceonly", Hint("It would open or grow a position, which reduce-only forbids.", "reduce_only")),
)


def hint(code: str | None, words: str, *, futures: bool) -> Hint | None:
    """Return what helps against a refusal with KuCoin's ``code`` and ``words``, None where that is not known.

    One number can mean different things on the spot and the futures host.
    """
    if code is None:
        return None
    known = (_FUTURES if futures else _SPOT).get(code) or _ANYWHERE.get(code)
    if known is not None:
        return known
    said = re.sub("[^a-z]", "", words.lower())
    return next((found for text, found in _TEXTS if text in said), None)
