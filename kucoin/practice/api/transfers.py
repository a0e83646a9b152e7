"""Money between accounts."""

from __future__ import annotations

from kucoin.practice.accounts import balance
from kucoin.practice.asked import Asked, asked
from kucoin.practice.engine.terms import CONTRACT, MAIN, MARGIN, TRADE, isolated
from kucoin.practice.keys import USERS, subs_of
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.universe import COINS, PAIRS, coin_of
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()
_KINDS = {"MAIN": MAIN, "TRADE": TRADE, "CONTRACT": CONTRACT, "MARGIN": MARGIN, "MARGIN_V2": MARGIN}
_ISOLATED = ("ISOLATED", "ISOLATED_V2")


def _account(kind: str, tag: str | None, name: str) -> str:
    """Return the engine's name of an account."""
    if kind in _ISOLATED:
        if tag not in PAIRS or not PAIRS[tag].margin:
            raise Refusal("400100", f"the tag of {name} must be a pair of isolated margin")
        return isolated(tag)
    if kind not in _KINDS:
        raise Refusal("400100", f"{name} is invalid")
    return _KINDS[kind]


@ROUTES.private("/api/v1/accounts/transferable", "General", Pool.MANAGEMENT, 20)
def transferable(call: Call) -> object:
    """What can be moved out of an account."""
    currency, kind = call.need("currency"), call.need("type")
    if kind == "CONTRACT":
        raise Refusal("400100", "type is invalid")
    account = _account(kind, call.param("tag") or "BTC-USDT", "type")
    held = balance(call.exchange, call.user, account, currency)
    return {
        "currency": currency,
        "balance": text(held.total),
        "available": text(held.available),
        "holds": text(held.hold),
        "transferable": text(call.exchange.engine.accounts.transferable(call.user, account, currency)),
    }


def _move(call: Call, wanted: Asked, *, giver: str, taker: str, source: str, target: str) -> dict[str, str]:
    """Move what is asked for. Bitcoin may be called XBT, as futures do."""
    currency, amount = coin_of(wanted.need("currency")), wanted.needed_amount("amount")
    if currency not in COINS:
        raise Refusal("400100", f"Unsupported currency: {currency}")
    if amount != round(amount, COINS[currency].precision):
        raise Refusal("400100", "amount is finer than the currency's precision")
    engine = call.exchange.engine
    engine.accounts.transfer(call.now, giver, currency, amount, source=source, target=target, to_user=taker)
    return {"orderId": f"{engine.number():024x}"}


@ROUTES.private("/api/v3/accounts/universal-transfer", "InnerTransfer", Pool.MANAGEMENT, 4, method="POST")
def universal(call: Call) -> object:
    """Between one's own accounts, or those of master and sub-account."""
    wanted = asked(call.body)
    wanted.need("clientOid")
    giver, taker = _people(call, wanted)
    return _move(
        call,
        wanted,
        giver=giver,
        taker=taker,
        source=_account(wanted.need("fromAccountType"), wanted.text("fromAccountTag"), "fromAccountType"),
        target=_account(wanted.need("toAccountType"), wanted.text("toAccountTag"), "toAccountType"),
    )


def _people(call: Call, wanted: Asked) -> tuple[str, str]:
    """Return who gives and who takes."""
    subs = {sub.user_id: sub.name for sub in subs_of(call.user)}
    kind = wanted.need("type")
    if kind == "INTERNAL":
        return call.user, call.user
    if kind not in ("PARENT_TO_SUB", "SUB_TO_PARENT"):
        raise wanted.wrong("type")
    name = "toUserId" if kind == "PARENT_TO_SUB" else "fromUserId"
    sub = subs.get(wanted.need(name))
    if sub is None:
        raise Refusal("400100", f"{name} is no sub-account of {USERS[call.user].uid}")
    return (call.user, sub) if kind == "PARENT_TO_SUB" else (sub, call.user)


@ROUTES.private("/api/v2/accounts/inner-transfer", "Spot", Pool.MANAGEMENT, 10, method="POST")
def inner(call: Call) -> object:
    """The old way between one's own accounts of the spot host."""
    wanted = asked(call.body)
    wanted.need("clientOid")
    return _move(
        call,
        wanted,
        giver=call.user,
        taker=call.user,
        source=_account(wanted.need("from").upper(), wanted.text("fromTag"), "from"),
        target=_account(wanted.need("to").upper(), wanted.text("toTag"), "to"),
    )
