"""What a press on the working orders asks for, handed over to the Desk."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal
from kucoin.errors import KucoinError

_FIELDS = ("price", "size", "trigger")


def cancel(desk: Desk, told: object, principal: Principal) -> dict[str, str]:
    """Have orders cancelled by KuCoin's ids; return why not, by the ids of those that were not taken.

    Args:
        told: What the browser named. One that the Desk refuses keeps no other from its cancel.
    """
    refused: dict[str, str] = {}
    for order_id in told if isinstance(told, list) else ():
        if not isinstance(order_id, str):
            continue
        try:
            desk.cancels.cancel(order_id, principal)
        except KucoinError as error:
            refused[order_id] = str(error)
    return refused


def amend(desk: Desk, told: object, principal: Principal) -> dict[str, str]:
    """Have an order changed as ``{order: its id, price: "87180.0"}`` says; return why not, by its id.

    Args:
        told: Besides ``order`` one of price, size and trigger.
    """
    if not isinstance(told, dict) or not isinstance(order_id := told.get("order"), str):
        return {}
    try:
        wanted = {name: Decimal(told[name]) for name in _FIELDS if isinstance(told.get(name), str)}
        desk.amends.amend(order_id, **wanted, principal=principal)
    except InvalidOperation:
        return {order_id: "That is no number."}
    except KucoinError as error:
        return {order_id: str(error)}
    return {}
