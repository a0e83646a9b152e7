"""Every no that the engine says, with KuCoin's code and text.

Texts follow KuCoin where they are known; the others are written in its manner.
"""

from __future__ import annotations

from enum import Enum, auto

from kucoin.practice.engine.terms import Family


class Reason(Enum):
    """Why a command was refused, whatever the family."""

    NO_SYMBOL = auto()
    NOT_OPEN_YET = auto()
    CLOSED = auto()
    SUSPENDED = auto()
    SETTLING = auto()
    CANCELS_SUSPENDED = auto()
    HIDDEN = auto()
    PARAMETER = auto()
    TOO_LATE = auto()
    OID_FORM = auto()
    OID_LIVES = auto()
    TOO_SMALL = auto()
    TOO_LARGE = auto()
    SIZE_STEP = auto()
    PRICE_STEP = auto()
    FUNDS_TOO_SMALL = auto()
    FUNDS_TOO_LARGE = auto()
    FUNDS_STEP = auto()
    MIN_VALUE = auto()
    MIN_FUNDS = auto()
    PRICE_ABOVE = auto()
    PRICE_BELOW = auto()
    NO_BALANCE = auto()
    TOO_MANY_ORDERS = auto()
    TOO_MANY_STOPS = auto()
    NO_ORDER = auto()
    STOP_PRICE = auto()
    NOT_MARGINABLE = auto()
    LIQUIDATING = auto()
    BORROW_LIMIT = auto()
    BORROW_CAP = auto()
    NO_LIABILITY = auto()
    TRANSFER = auto()
    NO_TIER = auto()
    RISK_LIMIT = auto()
    LEVERAGE = auto()
    BANKRUPT_PRICE = auto()
    LIQUIDATION_PRICE = auto()
    NO_ASKS = auto()
    NO_BIDS = auto()
    NO_POSITION = auto()
    MARGIN_MODE = auto()
    POSITION_MODE = auto()
    POSITION_SIDE = auto()
    IN_USE = auto()
    TIER_BALANCE = auto()
    MARGIN_REMOVAL = auto()
    CROSS_ONLY = auto()


_BATTLE = "Balance not enough, please first deposit at least 2 USDT before you go to battle"

_SPOT: dict[Reason, tuple[str, str]] = {
    Reason.NO_SYMBOL: ("900001", "The symbol {symbol} does not exist."),
    Reason.NOT_OPEN_YET: ("400600", "{symbol} is not open for trading yet."),
    Reason.CLOSED: ("600203", "{symbol} is not enabled for trading."),
    Reason.SUSPENDED: ("200001", "Order creation for this pair suspended"),
    Reason.CANCELS_SUSPENDED: ("200002", "Order cancel for this pair suspended"),
    Reason.HIDDEN: ("400413", "Invaild order type, hidden and iceberg orders are not supported any more."),
    Reason.PARAMETER: ("400100", "Parameter error: {detail}"),
    Reason.TOO_LATE: ("400100", "The order arrived later than clientTimestamp plus allowMaxTimeWindow."),
    Reason.OID_FORM: ("400100", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -"),
    Reason.OID_LIVES: ("400100", "validation.createOrder.clientOidDuplicated"),
    Reason.TOO_SMALL: ("400100", "Order size below the minimum requirement."),
    Reason.TOO_LARGE: ("400100", "Order size above the maximum requirement."),
    Reason.SIZE_STEP: ("400100", "Order size increment invalid."),
    Reason.PRICE_STEP: ("400100", "Order price increment invalid."),
    Reason.FUNDS_TOO_SMALL: ("400100", "The quantity is below the minimum requirement."),
    Reason.FUNDS_TOO_LARGE: ("400100", "The quantity is above the maximum requirement."),
    Reason.FUNDS_STEP: ("400100", "The amount increment is invalid."),
    Reason.MIN_VALUE: ("600101", "The order funds should more then {minimum} {currency}."),
    Reason.MIN_FUNDS: ("600100", "The order funds should more then {minimum} {currency}."),
    Reason.PRICE_ABOVE: ("400760", "The order price cannot be higher than {bound}."),
    Reason.PRICE_BELOW: ("400760", "The order price cannot be lower than {bound}."),
    Reason.NO_BALANCE: ("200004", "Balance insufficient!"),
    Reason.TOO_MANY_ORDERS: ("200003", "The number of open orders cannot exceed {limit}."),
    Reason.TOO_MANY_STOPS: ("200003", "The number of stop orders cannot exceed {limit}."),
    Reason.NO_ORDER: ("400100", "order_not_exist_or_not_allow_to_cancel"),
    Reason.STOP_PRICE: ("400100", "The stop price {stop} does not fit the last price {last}."),
    Reason.TRANSFER: ("230003", "Balance insufficient!"),
}
_MARGIN: dict[Reason, tuple[str, str]] = {
    **{reason: row for reason, row in _SPOT.items() if reason is not Reason.TRANSFER},
    Reason.CLOSED: ("126004", "{symbol} is not open for orders."),
    Reason.NOT_OPEN_YET: ("126006", "{symbol} is not open for trading yet."),
    Reason.SUSPENDED: ("126007", "Order creation for this pair suspended"),
    Reason.CANCELS_SUSPENDED: ("126010", "Order cancel for this pair suspended"),
    Reason.TOO_LATE: ("126041", "The order arrived later than clientTimestamp plus allowMaxTimeWindow."),
    Reason.OID_LIVES: ("126044", "Duplicate clientOid"),
    Reason.MIN_VALUE: ("126003", "The order funds should more then {minimum} {currency}."),
    Reason.MIN_FUNDS: ("126003", "The order funds should more then {minimum} {currency}."),
    Reason.PRICE_ABOVE: ("126029", "The order price cannot be higher than {bound}."),
    Reason.PRICE_BELOW: ("126030", "The order price cannot be lower than {bound}."),
    Reason.NO_BALANCE: ("126013", "Balance insufficient"),
    Reason.TOO_MANY_ORDERS: ("126011", "The number of open orders cannot exceed {limit}."),
    Reason.TOO_MANY_STOPS: ("126034", "The number of stop orders cannot exceed {limit}."),
    Reason.NO_ORDER: ("126043", "The order does not exist."),
    Reason.STOP_PRICE: ("126034", "The stop price {stop} does not fit the last price {last}."),
    Reason.NOT_MARGINABLE: ("130303", "{symbol} does not support this margin mode."),
    Reason.LIQUIDATING: ("130309", "The position is frozen for liquidation."),
    Reason.BORROW_LIMIT: ("130203", "The balance does not carry a loan of {amount} {currency}."),
    Reason.BORROW_CAP: ("103000", "The borrow limit of {limit} {currency} is reached."),
    Reason.NO_LIABILITY: ("130301", "There is no debt in {currency} to repay."),
}
_FUTURES: dict[Reason, tuple[str, str]] = {
    Reason.NO_SYMBOL: ("404000", "The contract information you requested does not exist."),
    Reason.NOT_OPEN_YET: ("300002", "{symbol} is not open for trading yet."),
    Reason.CLOSED: ("300002", "{symbol} is closed."),
    Reason.SUSPENDED: ("300002", "Order entry for {symbol} is suspended."),
    Reason.SETTLING: ("300015", "{symbol} is being settled."),
    Reason.CANCELS_SUSPENDED: ("100004", "The order cannot be canceled."),
    Reason.HIDDEN: ("400413", "Invaild order type, hidden and iceberg orders are not supported any more."),
    Reason.PARAMETER: ("100001", "Parameter error: {detail}"),
    Reason.OID_FORM: ("100001", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -"),
    Reason.OID_LIVES: ("300018", "clientOid parameter repeated"),
    Reason.TOO_SMALL: ("100001", "Order size below the minimum requirement."),
    Reason.TOO_LARGE: ("100001", "Order size above the maximum requirement of {limit}."),
    Reason.SIZE_STEP: ("100003", "The size must be a multiple of {step}."),
    Reason.PRICE_STEP: ("100003", "The price must be a multiple of {step}."),
    Reason.PRICE_ABOVE: ("300011", "The order price cannot be higher than {bound}."),
    Reason.PRICE_BELOW: ("300012", "The order price cannot be lower than {bound}."),
    Reason.NO_BALANCE: ("300003", _BATTLE),
    Reason.TOO_MANY_ORDERS: ("300001", "Active orders limit is {limit}, you have {count}."),
    Reason.TOO_MANY_STOPS: ("300004", "Stop orders limit is {limit}, you have {count}."),
    Reason.NO_ORDER: ("100004", "The order cannot be canceled."),
    Reason.NO_TIER: ("100005", "{symbol} has no risk limit level {level}."),
    Reason.RISK_LIMIT: ("300005", "The position value cannot exceed the risk limit of {limit} {currency}."),
    Reason.LEVERAGE: ("300016", "The leverage cannot be greater than {limit}."),
    Reason.BANKRUPT_PRICE: ("300006", "The order price is worse than the bankruptcy price {bound}."),
    Reason.LIQUIDATION_PRICE: ("300007", "The order price is worse than the liquidation price {bound}."),
    Reason.NO_ASKS: ("300008", "There is no order to sell {symbol} at present."),
    Reason.NO_BIDS: ("300013", "There is no order to buy {symbol} at present."),
    Reason.NO_POSITION: ("300009", "No open positions to close."),
    Reason.MARGIN_MODE: (
        "330005",
        "The order's margin mode does not match the selected one. Please switch and try again.",
    ),
    Reason.POSITION_MODE: (
        "330011",
        "The order's position mode does not match the selected one: positionSide is missing.",
    ),
    Reason.POSITION_SIDE: ("330012", "The positionSide {side} does not fit the one-way position mode."),
    Reason.IN_USE: ("300000", "{setting} cannot be switched while there are open positions or orders."),
    Reason.TIER_BALANCE: ("200005", "Balance insufficient to change the risk limit level."),
    Reason.MARGIN_REMOVAL: ("300000", "At most {limit} can be removed from the margin."),
    Reason.CROSS_ONLY: ("300000", "The position on {symbol} is not isolated."),
}
TABLE: dict[Family, dict[Reason, tuple[str, str]]] = {
    Family.SPOT: _SPOT,
    Family.MARGIN: _MARGIN,
    Family.FUTURES: _FUTURES,
}


class Refusal(Exception):
    """The exchange says no, and nothing has changed.

    Attributes:
        reason: What is wrong.
        family: Which of KuCoin's tables the code is from.
        code: KuCoin's code.
        text: What KuCoin writes in ``msg``.
    """

    def __init__(self, reason: Reason, family: Family, **values: object) -> None:
        self.reason = reason
        self.family = family
        self.code, template = TABLE[family][reason]
        self.text = template.format(**values)
        super().__init__(f"{self.text} ({self.code})")
