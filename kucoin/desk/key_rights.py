"""The permissions of an API key: what here needs each of them, and what its being there or missing means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Worth(StrEnum):
    """What it means that a key has a permission, or has it not."""

    FINE = "fine"
    MISSING = "missing"
    SPARE = "spare"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Right:
    """One permission.

    Attributes:
        name: As KuCoin calls it in its answer, which is text from outside where this program does not know it.
        label: As KuCoin's page of API keys calls it.
        has: Whether the key has it.
        worth: What that means.
        words: What here concerns it, and on which page.
    """

    name: str
    label: str
    has: bool
    worth: Worth
    words: str


@dataclass(frozen=True, slots=True)
class _Use:
    """What a permission is good for here: ``reads`` at all times, ``acts`` only where trading is on.

    ``without`` is what it means to lack it, which is nothing to worry about where it is ``optional``.
    """

    label: str
    advice: str
    reads: str = ""
    acts: str = ""
    without: str = ""
    optional: bool = False


_USES = {
    "General": _Use(
        "General",
        "yes",
        reads="Balances, orders, fills, positions and history: every page reads with it.",
        without="Nothing of the account can be read, so every page stays empty.",
    ),
    "Spot": _Use(
        "Spot trading",
        "to trade",
        acts="Orders on spot: Ticket, Orders and fills, Way out.",
        without="Orders on spot are refused: Ticket, Orders and fills, Way out. Reading goes on.",
    ),
    "Margin": _Use(
        "Margin trading",
        "to trade",
        acts="Orders on margin, and loans: Ticket, Orders and fills, Way out.",
        without="Orders on margin are refused: Ticket, Orders and fills, Way out. Reading goes on.",
    ),
    "Futures": _Use(
        "Futures trading",
        "yes",
        reads="The balance of the futures accounts: Portfolio, Futures.",
        acts="Orders on futures, leverage and stops: Ticket, Futures, Orders and fills, Way out.",
        without="Futures balances are missing from Portfolio and Futures, and orders on futures are refused.",
    ),
    "InnerTransfer": _Use(
        "FlexTransfers",
        "to trade",
        acts="Moving money between your own accounts: the transfer on the Ticket page.",
        without="The transfer on the Ticket page is refused. Nothing else needs it.",
        optional=True,
    ),
}
_WITHDRAWAL = "Transfer"
_NAMES = {_WITHDRAWAL: "Withdrawal", "Earn": "Earn"}


def rights(permissions: Iterable[str], *, trading: bool) -> tuple[Right, ...]:
    """Return every permission that is known here or that the key has, the known ones first.

    Args:
        permissions: KuCoin's names, see `ApiKey.permissions`.
        trading: Whether orders may be placed at all.
    """
    held = set(permissions)
    known = [_right(name, use, name in held, trading) for name, use in _USES.items()]
    if _WITHDRAWAL in held:
        words = (
            "Money could leave the exchange with this key. The dashboard never withdraws, and does not use such a key."
        )
        known.append(Right(_WITHDRAWAL, _NAMES[_WITHDRAWAL], True, Worth.REFUSED, words))
    else:
        words = "Rightly not there: a key that has it is refused."
        known.append(Right(_WITHDRAWAL, _NAMES[_WITHDRAWAL], False, Worth.FINE, words))
    spare = sorted(held - _USES.keys() - {_WITHDRAWAL})
    words = "Nothing here needs it. Untick it at KuCoin."
    return (*known, *(Right(name, _NAMES.get(name, name), True, Worth.SPARE, words) for name in spare))


def advice() -> tuple[tuple[str, str, str], ...]:
    """Return what to tick where a key is made: label, ``yes``, ``to trade`` or ``no``, and what for."""
    uses = [(use.label, use.advice, " ".join(filter(None, (use.reads, use.acts)))) for use in _USES.values()]
    return (*uses, (_NAMES[_WITHDRAWAL], "no", "Never needed here. A key that has it is refused."))


def _right(name: str, use: _Use, has: bool, trading: bool) -> Right:
    if not has:
        needed = trading or bool(use.reads)
        worth = Worth.MISSING if needed and not use.optional else Worth.FINE
        words = use.without if needed else "Not needed as long as trading is switched off (KUCOIN_TRADING)."
    elif trading or not use.acts:
        worth, words = Worth.FINE, " ".join(filter(None, (use.reads, use.acts)))
    elif use.reads:
        worth, words = Worth.FINE, f"{use.reads} Trading is switched off (KUCOIN_TRADING)."
    else:
        worth, words = Worth.SPARE, "Not needed as long as trading is switched off (KUCOIN_TRADING)."
    return Right(name, use.label, has, worth, words)
