"""The blotter as the push socket tells it: words, marks, what is news, how far back, and what is said of the chain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.audit import Verdict
from kucoin.desk.blotter import BlotterLine
from kucoin.errors import InvalidRequest
from kucoin.model.ledger import Wallet
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Side
from kucoin.model.ticket import TicketState, Transfer
from kucoin.web import names
from kucoin.web.blotter import PANEL
from kucoin.web.sight import CATCHING_UP, LIVE
from tests.push_scene import PAIR, Scene
from tests.trading_rig import futures, spot

D = Decimal
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOON.date()
INTACT = Verdict(state="intact", rows=1_204, at=NOON)


@dataclass
class Book:
    """In place of the desk's audit and blotter: what was read of each day."""

    days: dict[date, tuple[BlotterLine, ...] | None] = field(default_factory=dict)
    earlier: date | None = None
    told: Verdict = INTACT
    generation: int = 0
    problem: str | None = None
    owed: int = 0
    chain: object = True

    def say(self, days: dict[date, tuple[BlotterLine, ...] | None]) -> None:
        """Have read this of the days."""
        self.days, self.generation = days, self.generation + 1

    def today(self) -> date:
        """Always the same."""
        return TODAY

    def lines(self, day: date) -> tuple[BlotterLine, ...] | None:
        """What was read of a day."""
        return self.days.get(day, ())

    def before(self, day: date) -> date | None:
        """The day before on which something was done."""
        return self.earlier if self.earlier and self.earlier < day else None

    def verdict(self) -> Verdict:
        """Of the chain."""
        return self.told

    def opened(self, since: str = "") -> Any:
        """Open the panel on it, in a market whose prices have one decimal."""
        market = SimpleNamespace(rules=lambda _symbol: SimpleNamespace(price_decimals=1))
        orders = SimpleNamespace(order=lambda _id: SimpleNamespace(size=D(50)))
        sight = replace(Scene().sight, audit=self, blotter=self, market=market, orders=orders)
        return names.opened(sight, f"{PANEL}{since}")


def line(act: str, **more: Any) -> BlotterLine:
    """Something that was done at noon."""
    return BlotterLine(**{"key": act, "at": NOON, "who": "ana", "act": act, "subject": "o-1", **more})


def row(shown: BlotterLine) -> dict[str, Any]:
    """How a line is drawn."""
    panel = Book({TODAY: (shown,)}).opened()
    body: dict[str, Any] = panel.change().body["rows"][shown.key]
    return body


FILL = LedgerFill(
    symbol=PAIR,
    trade_id="7",
    order_id="o-1",
    side=Side.BUY,
    price=D(86_750),
    size=D("20.00"),
    at=NOON,
    **dict.fromkeys(("type", "trade_type", "liquidity", "funds", "fee", "fee_rate", "fee_currency")),
)
TRANSFER = Transfer(client_oid="t", currency="USDT", amount=D("100.0"), source=Wallet.MAIN, target=Wallet.CONTRACT)
ORDER = {"symbol": "SOL-USDT", "side": "sell", "size": "12.00", "price": "149.80"}


@pytest.mark.parametrize(
    ("shown", "mark", "text", "note", "by"),
    [
        (line("intent", wish=futures()), "sent", "Intent written: Buy 100 XBTUSDTM at 87,104.1, 3×", "", "ana"),
        (line("intent", wish=TRANSFER), "sent", "Intent written: 100 USDT from MAIN to CONTRACT", "", "ana"),
        (
            line("refused", wish=spot(), body={"code": "200004", "words": "Balance insufficient", "took": 0.071}),
            *("refused", "Refused: Buy 0.0023 BTC-USDT at 87,104.1 (200004)", "Balance insufficient.", "71 ms"),
        ),
        (
            line("unknown", wish=spot(), who="desk", body={"words": "no answer"}, lookups=3),
            *("unknown", "No answer: Buy 0.0023 BTC-USDT at 87,104.1"),
            *("No answer. Looked up by client id, 3 times.", "desk"),
        ),
        (line("turned away", body={"words": "off"}), "not_sent", "Turned away: o-1", "Off.", "ana"),
        (
            line("cancel", body={"state": "sent", **ORDER}),
            *("sent", "Cancel sent: Sell 12 SOL-USDT at 149.8", "", "ana"),
        ),
        (
            line("cancel", body={"state": "refused", "words": "it lives", "took": 15, **ORDER}),
            *("refused", "Cancel refused: Sell 12 SOL-USDT at 149.8", "It lives.", "15 s"),
        ),
        (line("fill", fill=FILL, who="kucoin"), "accepted", f"Filled 20 of 50: Buy {PAIR} at 86,750.0", "", "kucoin"),
        (line("arm", body={"text": "Arm: until 12:15", "state": "switch"}), "switch", "Arm: until 12:15", "", "ana"),
        (line("strange", body={"state": {}, "took": "long", "text": 3}), "sent", "Strange: o-1", "", "ana"),
    ],
)
def test_each_line_says_what_was_done_and_what_came_of_it(
    shown: BlotterLine, mark: str, text: str, note: str, by: str
) -> None:
    """One mark, one sentence, what else is to be known below it, and who did it or how long it took."""
    told = {"at": 1_795_348_800_000, "mark": mark, "text": text, "note": note, "by": by}
    assert row(shown) == told | ({"code": shown.body["code"]} if "code" in shown.body else {})


def test_only_what_is_new_is_told() -> None:
    """A new line brings itself and the order; a look-up changes its line; nothing new is nothing told."""
    unknown = line(TicketState.UNKNOWN, wish=spot())
    book = Book({TODAY: (unknown,)})
    panel = book.opened()
    assert panel.change().kind == "full"
    assert panel.change() is None
    book.say({TODAY: (line("arm"), replace(unknown, lookups=1))})
    change = panel.change()
    assert change.kind == "more"
    assert change.body.keys() == {"order", "rows"}
    assert change.body["order"] == ["arm", "unknown"]
    assert change.body["rows"].keys() == {"arm", "unknown"}
    book.say({TODAY: (line("arm"), replace(unknown, lookups=2))})
    assert panel.change().body["rows"].keys() == {"unknown"}


def test_earlier_days_stand_below_and_the_next_one_is_offered() -> None:
    """From the chosen day on everything is shown, and what is not read yet is said to be."""
    yesterday = TODAY - timedelta(days=1)
    book = Book({TODAY: (line("arm"),), yesterday: None}, earlier=TODAY - timedelta(days=4))
    assert book.opened().change().body["earlier"] == "2026-11-18"
    panel = book.opened(yesterday.isoformat())
    body = panel.change().body
    assert (body["order"], body["reading"], body["since"]) == (["arm"], True, "2026-11-21")
    book.say({**book.days, yesterday: (line("disarm"),)})
    assert panel.change().body.items() >= {"order": ["arm", "disarm"], "reading": False}.items()
    book.earlier = TODAY - timedelta(days=31)
    assert book.opened().change().body["earlier"] is None


@pytest.mark.parametrize("day", ["2026-11-23", "2026-10-22", "tomorrow", "2026-1-1"])
def test_no_other_day_can_be_asked_for(day: str) -> None:
    """Neither one to come nor one too long ago, nor what is none."""
    with pytest.raises(InvalidRequest):
        Book().opened(day)


def test_a_day_of_many_lines_says_how_many_are_not_shown() -> None:
    """500 lines are drawn, the newest ones."""
    many = tuple(line("arm", key=f"{number}") for number in range(510))
    body = Book({TODAY: many}).opened().change().body
    assert len(body["rows"]) == 500
    assert body["hidden"] == 10


@pytest.mark.parametrize(
    ("told", "word", "words"),
    [
        (Verdict(state="reading"), "being verified", ""),
        (INTACT, "chain intact", ""),
        (
            Verdict(state="broken", first_bad=2, words="row 2 is missing", at=NOON),
            "chain broken",
            "The audit does not hold: row 2 is missing.",
        ),
        (
            Verdict(state="unverifiable", words="audit.key is missing", at=NOON),
            "not verifiable",
            "The audit cannot be verified: audit.key is missing.",
        ),
    ],
)
def test_the_chain_is_told_in_a_word_and_where_it_is_bad_in_a_sentence(told: Verdict, word: str, words: str) -> None:
    """A chip says so; what is wrong stands in the open."""
    chain = Book(told=told).opened().change().body["chain"]
    assert chain["word"] == word
    assert chain["words"] == words


def test_what_is_not_written_down_yet_is_told_as_late() -> None:
    """The panel is live but for what stands between it and the disk."""
    book = Book()
    panel = book.opened()
    assert panel.fresh().state == LIVE
    book.problem, book.owed = "the journal could not be written: disk full", 3
    assert panel.fresh().state == CATCHING_UP
    assert "disk full" in panel.fresh().why
