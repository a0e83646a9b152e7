"""What the page of the key shows, written out: tables for the component ``live.SHEET``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from kucoin.desk.key_check import Accepted, KeyFacts, KeyView
from kucoin.desk.key_rights import Right, Worth, advice
from pages.widgets import figures, freshness, strip
from pages.widgets.freshness import Pace

Cell = dict[str, Any]
Sheet = dict[str, Any]

CHECKED = Pace("checked", stale=freshness.BALANCES.stale, alarm=freshness.BALANCES.alarm)  # asked every 60 s
_READ = Pace("read", stale=1500, alarm=7200)  # fees, every 10 min
_ACCEPTED = Pace("", stale=freshness.BALANCES.stale, alarm=freshness.BALANCES.alarm)
_LOOKS = {Worth.FINE: "fine", Worth.MISSING: "warn", Worth.SPARE: "warn", Worth.REFUSED: "alert"}
_ADVICE = {"yes": ("Tick", "fine"), "to trade": ("Only to trade", "quiet"), "no": ("Leave", "warn")}


def sheet(title: str, rows: Sequence[list[Cell]], columns: Sequence[str] = (), **more: Any) -> Sheet:
    """Return a table as ``sheet.js`` draws it; ``more`` are ``kind``, ``age``, ``foot``, and ``none`` for no rows."""
    usual: Sheet = {"kind": "words" if columns else "facts", "age": None, "none": "", "foot": ""}
    return usual | {"title": title, "columns": list(columns), "rows": list(rows)} | more


def key(view: KeyView, now: datetime) -> Sheet:
    """Return what is known of the key; of itself its last four characters alone."""
    rows = [[_cell("Key"), _cell(f"····{view.tail}" if view.tail else figures.UNKNOWN)]]
    if view.facts is not None:
        rows += _facts(view.facts)
    rows.append([_cell("Account"), _cell(_account(view))])
    rows.append([_cell("VIP level"), _cell(figures.UNKNOWN if view.level is None else str(view.level))])
    return sheet("The key", rows, age=freshness.mark(CHECKED, view.asked_at, now), foot=view.problem or "")


def _facts(facts: KeyFacts) -> list[list[Cell]]:
    version = figures.UNKNOWN if facts.version is None else str(facts.version)
    if facts.addresses:
        addresses = _cell(", ".join(facts.addresses))
    else:
        addresses = _cell("none", look="warn", small="Whoever gets hold of the key can use it from anywhere.")
    return [
        *([[_cell("Name"), _cell(facts.remark)]] if facts.remark else []),
        [_cell("IP list"), addresses],
        [_cell("Version"), _cell(version)],
        [_cell("Made"), _cell(_day(facts.created_at))],
        *([[_cell("Ends"), _cell(_day(facts.expires_at))]] if facts.expires_at else []),
    ]


def _day(at: datetime | None) -> str:
    return figures.UNKNOWN if at is None else f"{at.day} {at:%b %Y}"


def _account(view: KeyView) -> str:
    facts = view.facts
    if facts is None:
        return figures.UNKNOWN
    who = "Master" if facts.is_master else f"Sub-account {facts.sub_name or ''}".strip()
    subs = "" if not view.subs else f", {view.subs} sub-account{'' if view.subs == 1 else 's'}"
    return f"{who}, {view.mode}{subs}" if view.mode else f"{who}{subs}"


def accepted(view: KeyView, now: datetime) -> Sheet:
    """Return when each market last did what a signed request asked for, how far the clocks are apart, and what was
    refused for want of a permission."""
    rows = [[_cell(each.market.capitalize()), _success(each, now)] for each in view.accepted]
    clock = strip.clock(view.clock_offset)
    small = "The exchange’s clock less this machine’s. KuCoin refuses from 5 s on (400002)."
    rows.append([_cell("Clock"), _cell(clock["text"], look="warn" if clock["trouble"] else "", small=small)])
    rows += [
        [_cell(name[:1].upper() + name[1:]), _cell("refused", look="warn", small=why)] for name, why in view.denied
    ]
    return sheet("Last accepted", rows)


def _success(each: Accepted, now: datetime) -> Cell:
    if each.at is None:
        return _cell("not yet", look="quiet", small=each.problem or "")
    return _cell("ago", look="quiet", mark=freshness.mark(_ACCEPTED, each.at, now), small=each.problem or "")


def rights(found: Sequence[Right]) -> Sheet:
    """Return what the key may do, and what that means here."""
    rows = []
    for each in found:
        look = "quiet" if each.worth is Worth.FINE and not each.has else _LOOKS[each.worth]
        rows.append([_cell(each.label), _cell("yes" if each.has else "no", look=look), _cell(each.words)])
    return sheet("What the key may do", rows, ("Permission", "Has it", "What here concerns it"))


def to_tick() -> Sheet:
    """Return what to tick where a key is made."""
    rows = []
    for label, word, words in advice():
        text, look = _ADVICE[word]
        rows.append([_cell(label), _cell(text, look=look), _cell(words)])
    return sheet(
        "What to tick at KuCoin",
        rows,
        ("Permission", "Tick it", "What here needs it"),
        foot="Put this machine’s address on the key’s IP list. No page takes a key in: it stands in the environment or "
        "in .streamlit/secrets.toml, and is read at the start.",
    )


def fees(view: KeyView, now: datetime) -> tuple[Sheet, Sheet]:
    """Return what trades cost on spot and on futures, each as a share of a trade's value."""
    age = freshness.mark(_READ, view.fees_at, now)
    base = [] if view.base is None else [_fee("Base, before a pair’s factor", view.base.maker, view.base.taker)]
    unread = {"kind": "figures", "age": age, "none": "No fee was read yet."}
    return (
        sheet(
            "Fees on spot and margin",
            base + [_fee(each.symbol, each.maker, each.taker) for each in view.pairs],
            ("Pair", "Maker", "Taker"),
            foot=view.fee_problem or "A discount for paying them in KCS is not told.",
            **unread,
        ),
        sheet(
            "Fees on futures",
            [_fee(each.symbol, each.maker, each.taker) for each in view.contracts],
            ("Contract", "Maker", "Taker"),
            **unread,
        ),
    )


def _fee(market: str, *rates: Decimal) -> list[Cell]:
    return [_cell(market), *(_cell(figures.percent(rate, places=3, signed=False)) for rate in rates)]


def _cell(text: str, **more: Any) -> Cell:
    return {"text": text, **more}
