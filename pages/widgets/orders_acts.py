"""What a press on the working orders asks for, handed over to the Desk."""

from __future__ import annotations

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal
from kucoin.errors import KucoinError


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
