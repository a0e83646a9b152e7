"""The assets panel: what is held, merged or account by account, with search and a switch that hides small balances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from kucoin.decimals import ONE, ZERO
from kucoin.desk.portfolio import Holding, Portfolio
from kucoin.web import veil as veils
from kucoin.web.portfolio import asset_cells, asset_id
from kucoin.web.veil import Veil
from pages.widgets import figures, freshness, privacy, pushed, veiled
from pages.widgets.live import live

_SMALL = ONE  # USDT; what is worth less counts as small
_MERGED, _BY_ACCOUNT = "Merged", "By account"
_COSTS = 1  # when the column of costs goes
_HOLDS = 2  # and when those go of shares and of what is on hold


def show(portfolio: Portfolio, now: datetime) -> None:
    """Draw the panel: tools, table, and what the table leaves out; a sentence where nothing is held at all."""
    if not portfolio.holdings:
        st.markdown(_empty(portfolio, now))
        return
    with st.container(border=True, key="assets"):
        sought, by_account, hide = _tools(portfolio)
        veil = privacy.over(portfolio)
        everything = portfolio.holdings if by_account else portfolio.merged
        found = [holding for holding in everything if matches(holding, sought)]
        kept, hidden = split_small(found, small_from(portfolio) if hide else None)
        if kept:
            rows = payload(kept, portfolio.unit, now, veil, by_account=by_account)
            pushed.show(live.TABLE, _panel(portfolio), key="assets-table", **rows)
        elif not hidden:
            st.markdown(_nothing(sought, len(everything)))
        if hidden:
            st.caption(hidden_note(hidden, portfolio, veil))


def _panel(portfolio: Portfolio) -> str:
    return f"portfolio:{portfolio.unit}"


def _tools(portfolio: Portfolio) -> tuple[str, bool, bool]:
    with st.container(horizontal=True, vertical_alignment="center", key="bar-assets"):
        st.header("Assets", anchor=False, width="content")
        with st.container(width="content"):
            pushed.show(live.FRESH, _panel(portfolio), key="assets-fresh")
        st.space("stretch")
        hidden: dict[str, Any] = {"label_visibility": "collapsed"}
        sought = st.text_input("Find an asset", key="find", placeholder="Find", width=130, live=True, **hidden)
        view = st.segmented_control(
            "View", (_MERGED, _BY_ACCOUNT), default=_MERGED, required=True, key="view", bind="query-params", **hidden
        )
        hide = st.toggle("Hide small", value=True, key="small")
    return (sought or "").strip(), view == _BY_ACCOUNT, hide


def matches(holding: Holding, sought: str) -> bool:
    """Say whether ``sought`` stands in the currency's code or name, or in the account's, in any case of letters."""
    return sought.casefold() in f"{holding.currency}\n{holding.full_name}\n{holding.account}".casefold()


def small_from(portfolio: Portfolio) -> Decimal | None:
    """Return what 1 USDT is in the portfolio's unit, None where the portfolio does not tell."""
    usdt = portfolio.total if portfolio.unit == "USDT" else dict(portfolio.conversions).get("USDT")
    return _SMALL * portfolio.total / usdt if portfolio.total and usdt else None


def split_small(holdings: Iterable[Holding], limit: Decimal | None) -> tuple[list[Holding], list[Holding]]:
    """Return the holdings to show and the small ones; debt counts by its size, and what has no price is never small."""
    kept: list[Holding] = []
    small: list[Holding] = []
    for holding in holdings:
        is_small = limit is not None and holding.value is not None and abs(holding.value) < limit
        (small if is_small else kept).append(holding)
    return kept, small


def hidden_note(hidden: Sequence[Holding], portfolio: Portfolio, veil: Veil | None = None) -> str:
    """Return how many balances are hidden and their sum, and which assets the total leaves out, as Markdown."""
    together = sum((holding.value for holding in hidden if holding.value is not None), ZERO)
    count = "1 balance under 1 USDT" if len(hidden) == 1 else f"{len(hidden)} balances under 1 USDT each"
    total = veiled.named(veil, together, portfolio.unit)
    included = "It is in the total" if len(hidden) == 1 else "They are in the total"
    out = ", ".join(portfolio.unpriced)
    but = f"; {out} {'is' if len(portfolio.unpriced) == 1 else 'are'} not" if out else ""
    return figures.plain(f"{count} hidden, together {total}. {included}{but}.")


def payload(
    holdings: Sequence[Holding], unit: str, now: datetime, veil: Veil | None = None, *, by_account: bool
) -> dict[str, Any]:
    """Return the table until the push socket tells more: largest value first, assets without a price last."""
    widest = max((holding.share for holding in holdings if holding.share is not None), default=ZERO)
    return {
        "label": "Assets",
        "columns": _columns(holdings, unit, by_account=by_account, shares=veil is not None),
        "rows": [_row(holding, unit, widest, now, veil) for holding in holdings],
        "sort": {"column": "value", "falling": True},
    }


def _columns(holdings: Sequence[Holding], unit: str, *, by_account: bool, shares: bool) -> list[dict[str, Any]]:
    def figure(name: str, head: str, place: str | None = None, *, spare: int = 0, **more: Any) -> dict[str, Any]:
        return {"id": name, "head": head, "side": "end", "place": place, "sorts": True, "spare": spare, **more}

    def text(name: str, head: str, place: str | None = None, *, strong: bool = False) -> dict[str, Any]:
        return {"id": name, "head": head, "side": "start", "place": place, "sorts": True, "strong": strong}

    # The most decimals that figures of their size can come to need, so that columns stand still while they change.
    amounts = [each for holding in holdings for each in (holding.total, holding.available, holding.on_hold)]
    amount_places = figures.decimals(figures.SHARE) if shares else max(map(figures.amount_places, amounts), default=0)
    price_places = max((figures.price_places(holding.price) for holding in holdings), default=0)
    money = figures.decimals(figures.SHARE if shares else unit)
    gained = figure("unrealised", "Unrealised", "gain", digits=money)
    return [
        text("asset", "Asset", "head", strong=True),
        *([text("account", "Account")] if by_account else []),
        figure("total", "Total", "second", digits=amount_places),
        figure("available", "Available", spare=3, digits=amount_places),  # total less what is on hold
        figure("on_hold", "On hold", spare=_HOLDS, digits=amount_places),
        figure("price", f"Price, {unit}", flashes=True, digits=price_places),
        figure("change", "24 h", "change"),
        figure("value", "Value" if shares else f"Value, {unit}", "figure", digits=money),
        *([] if by_account else [figure("cost", "Cost", spare=_COSTS, digits=money), gained]),
        figure("share", "Share", spare=_HOLDS),
    ]


def _row(holding: Holding, unit: str, widest: Decimal, now: datetime, veil: Veil | None) -> dict[str, Any]:
    old, coin = freshness.is_stale(freshness.BALANCES, holding.at, now), holding.currency
    figure = {
        name: {"text": text, "direction": points} for name, (text, points) in asset_cells(holding, unit, veil).items()
    }
    return {
        "id": asset_id(holding),
        "dim": holding.price is None or old,
        "cells": {
            "asset": _asset(holding, veil, old=old, now=now),
            "account": {"text": holding.account, "rank": holding.account},
            "total": figure["total"] | _exactly(holding.total, coin, veil) | _under_total(holding, veil),
            "available": figure["available"] | _exactly(holding.available, coin, veil),
            "on_hold": figure["on_hold"] | _exactly(holding.on_hold, coin, veil),
            "price": figure["price"] | _exactly(holding.price, unit, None),
            "change": figure["change"] | {"rank": _rank(holding.change_ratio)},
            "value": figure["value"] | _exactly(holding.value, unit, veil),
            **_paid(holding, figure, unit, veil),
            "share": figure["share"] | {"rank": _rank(holding.share), "share": _bar(holding.share, widest)},
        },
    }


def _paid(holding: Holding, figure: dict[str, Any], unit: str, veil: Veil | None) -> dict[str, Any]:
    """Return the cells of what was paid for a holding, each of which tells why it is unknown."""
    if holding.account:
        return {}
    gain, why = holding.unrealised, {"hint": holding.cost_why} if holding.cost is None else {}
    ratio = gain / holding.cost if gain is not None and holding.cost else None
    beside = {} if ratio is None else {"hint": f"{figures.percent(ratio)} of what was paid"}
    return {
        "cost": figure["cost"] | _exactly(holding.cost, unit, veil) | why,
        "unrealised": figure["unrealised"] | _exactly(gain, unit, veil) | beside | why | _under_gain(holding, figure),
    }


def _under_gain(holding: Holding, figure: dict[str, Any]) -> dict[str, Any]:
    if holding.cost is None:
        return {"bare": True}
    return {"under": [f"cost {figure['cost']['text']}", _COSTS], "card": "unrealised"}


def _under_total(holding: Holding, veil: Veil | None) -> dict[str, Any]:
    card = {"card": _beside(holding)}
    if not holding.on_hold:
        return card
    held = veils.amount(veil, holding.on_hold, holding.currency)
    return card | {"under": [f"{held} on hold", _HOLDS]}


def _asset(holding: Holding, veil: Veil | None, *, old: bool, now: datetime) -> dict[str, Any]:
    owed = veils.amount(veil, holding.liability, holding.currency)
    remarks = [f"value net of {owed} borrowed"] if holding.liability else []
    if old:
        remarks.append(f"read {figures.age(figures.seconds_since(holding.at, now))} ago")
    return {
        "text": holding.currency,
        "name": holding.full_name if holding.full_name != holding.currency else "",
        "badge": "no price" if holding.price is None else None,
        "second": ", ".join(remarks) or None,
        "rank": holding.currency,
    }


def _beside(holding: Holding) -> str:
    """What a card says beside the amount: the account where there is one, else the price."""
    return f"in {holding.account}" if holding.account else f"at {figures.price(holding.price)}"


def _exactly(value: Decimal | None, unit: str, veil: Veil | None) -> dict[str, Any]:
    rank = value if veil is None else veiled.fraction(veil.fraction(value, unit))
    return {"hint": veils.exact(veil, value, unit), "rank": _rank(rank)}


def _bar(share: Decimal | None, widest: Decimal) -> float | None:
    return float(max(share, ZERO) / widest * 100) if share is not None and widest > 0 else None


def _rank(value: Decimal | None) -> float | None:
    """A sort key for the browser; figures that differ by less than a double can tell stand beside each other anyway."""
    return None if value is None else float(value)


def _nothing(sought: str, count: int) -> str:
    return f"No asset matches “{figures.plain(sought)}”. Clear the search to see all {count}."


def _empty(portfolio: Portfolio, now: datetime) -> str:
    if portfolio.at is None:
        return "**No balances to show.** No account was read yet; the dashboard goes on trying."
    old = figures.age(figures.seconds_since(portfolio.at, now))
    return f"**No balances.** The accounts were read {old} ago and hold nothing. A deposit shows within two minutes."
