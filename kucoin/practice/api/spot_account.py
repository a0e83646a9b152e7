"""Accounts of the spot host: who one is, and what one has."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice import story
from kucoin.practice.accounts import balances
from kucoin.practice.engine.records import Balance
from kucoin.practice.engine.terms import MAIN, MARGIN, TRADE
from kucoin.practice.keys import USERS, User, subs_of
from kucoin.practice.numbers import text
from kucoin.practice.past import DAY_MS
from kucoin.practice.quota import Pool
from kucoin.practice.rulebook import FEE
from kucoin.practice.universe import PAIRS
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_KINDS = {"main": MAIN, "trade": TRADE, "trade_hf": TRADE}
_FEE = text(FEE)


@ROUTES.private("/api/ua/v1/account/mode", "General", Pool.UNIFIED, 30)
def account_mode(call: Call) -> object:
    """Classic or unified."""
    return {"selfAccountMode": "UNIFIED" if USERS[call.user].unified else "CLASSIC"}


@ROUTES.private("/api/v1/user/api-key", "General", Pool.MANAGEMENT, 20)
def api_key(call: Call) -> object:
    """What the key may do."""
    if call.key is None:
        raise TypeError("a private call without a key")
    user = USERS[call.user]
    told: dict[str, Any] = {
        "remark": call.key.remark,
        "apiKey": call.key.key,
        "apiVersion": 3,
        "permission": call.key.permissions,
        "ipWhitelist": ",".join(call.key.addresses),
        "createdAt": call.exchange.born_ms - int(story.BEGINS * DAY_MS),
        "uid": user.uid,
        "isMaster": user.parent is None,
        "region": "XX",
        "kycStatus": 1,
        "siteType": "global",
        "expiredAt": None,
    }
    return told if user.parent is None else told | {"subName": user.name}


@ROUTES.private("/api/v2/user-info", "General", Pool.MANAGEMENT, 20)
def user_info(call: Call) -> object:
    """The fee level and how many sub-accounts there are."""
    subs = len(subs_of(call.user))
    return {
        "level": 0,
        "subQuantity": subs,
        "spotSubQuantity": subs,
        "marginSubQuantity": 0,
        "futuresSubQuantity": subs,
        "optionSubQuantity": 0,
        "maxSubQuantity": 5,
        "maxDefaultSubQuantity": 5,
        "maxSpotSubQuantity": 0,
        "maxMarginSubQuantity": 0,
        "maxFuturesSubQuantity": 0,
        "maxOptionSubQuantity": 0,
    }


@ROUTES.private("/api/v1/hf/accounts/opened", "General", Pool.SPOT, 30)
def opened(_call: Call) -> object:
    """Every spot account here is a high-frequency one."""
    return True


def account_id(user: str, kind: str, currency: str) -> str:
    """Return the id of an account: the same for ever."""
    name = f"{user} {kind} {currency}"
    return hashlib.blake2b(name.encode(), digest_size=12).hexdigest()


def _rows(call: Call, kind: str) -> list[dict[str, str]]:
    return [
        {
            "id": account_id(call.user, kind, each.currency),
            "currency": each.currency,
            "type": kind,
            "balance": text(each.total),
            "available": text(each.available),
            "holds": text(each.hold),
        }
        for each in balances(call.exchange, call.user, _KINDS[kind])
    ]


@ROUTES.private("/api/v1/accounts", "General", Pool.MANAGEMENT, 5)
def accounts(call: Call) -> object:
    """Funding and spot balances. ``trade_hf`` rows only for who asks for that type: some clients know no such type."""
    asked = call.choice("type", _KINDS)
    currency = call.param("currency")
    kinds = (asked,) if asked else ("main", "trade")
    return [row for kind in kinds for row in _rows(call, kind) if currency in (None, row["currency"])]


@ROUTES.private("/api/v1/accounts/{accountId}", "General", Pool.MANAGEMENT, 5)
def account(call: Call) -> object:
    """One account by its id."""
    wanted = call.path["accountId"]
    for kind in ("main", "trade"):
        for row in _rows(call, kind):
            if row["id"] == wanted:
                return {name: row[name] for name in ("currency", "balance", "available", "holds")}
    raise Refusal("400100", "account not exists")


@ROUTES.private("/api/v1/base-fee", "General", Pool.SPOT, 3)
def base_fee(_call: Call) -> object:
    """The fee of level 0."""
    return {"takerFeeRate": _FEE, "makerFeeRate": _FEE}


@ROUTES.private("/api/v1/trade-fees", "General", Pool.SPOT, 3)
def trade_fees(call: Call) -> object:
    """The fees of up to ten pairs."""
    wanted = call.need("symbols").split(",")
    if len(wanted) > 10:
        raise Refusal("400100", "symbols: at most 10")
    if any(each not in PAIRS for each in wanted):
        raise Refusal("900001", "symbol not exists")
    return [{"symbol": each, "takerFeeRate": _FEE, "makerFeeRate": _FEE} for each in wanted]


# Sub-accounts


def _sub_rows(call: Call, balances: list[Balance]) -> list[dict[str, str]]:
    market = call.exchange.market
    bitcoin = market.last("BTC-USDT", call.now)
    rows = []
    for each in balances:
        price = market.coin_price(each.currency, call.now) or ZERO
        rows.append(
            {
                "currency": each.currency,
                "balance": text(each.total),
                "available": text(each.available),
                "holds": text(each.hold),
                "baseCurrency": "BTC",
                "baseCurrencyPrice": text(bitcoin),
                "baseAmount": text((each.total * price / bitcoin).quantize(Decimal("0.00000001"))),
                "tag": "DEFAULT",
            }
        )
    return rows


def _sub(call: Call, sub: User) -> dict[str, Any]:
    def rows(account: str) -> list[dict[str, str]]:
        return _sub_rows(call, balances(call.exchange, sub.name, account))

    return {
        "subUserId": sub.user_id,
        "subName": sub.name,
        "mainAccounts": rows(MAIN),
        "tradeAccounts": rows(TRADE),
        "marginAccounts": rows(MARGIN),
        "tradeHFAccounts": [],
    }


@ROUTES.private("/api/v2/sub-accounts", "General", Pool.MANAGEMENT, 20)
def sub_accounts(call: Call) -> object:
    """The spot and margin balances of every sub-account."""
    return page(call, [_sub(call, sub) for sub in subs_of(call.user)], most=100, size=10)


@ROUTES.private("/api/v1/sub-accounts/{subUserId}", "General", Pool.MANAGEMENT, 15)
def sub_account(call: Call) -> object:
    """The spot and margin balances of one sub-account."""
    for sub in subs_of(call.user):
        if sub.user_id == call.path["subUserId"]:
            return _sub(call, sub)
    raise Refusal("400100", "sub user not exists")


@ROUTES.private("/api/v2/sub/user", "General", Pool.MANAGEMENT, 20)
def sub_users(call: Call) -> object:
    """The sub-accounts by name."""
    rows = [
        {
            "userId": sub.user_id,
            "uid": sub.uid,
            "subName": sub.name,
            "status": 2,
            "type": 0,
            "access": "All",
            "createdAt": 1728443843000,
            "remarks": "",
            "tradeTypes": ["Spot", "Futures", "Margin"],
            "openedTradeTypes": ["Spot", "Futures"],
            "hostedStatus": None,
        }
        for sub in subs_of(call.user)
    ]
    return page(call, rows, most=100, size=10)
