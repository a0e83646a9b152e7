"""What a preview is worked out from: enough of the book, its age, and the account that pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from kucoin.book.book import BookView
from kucoin.desk.margins import Group
from kucoin.desk.previews import Previews
from kucoin.desk.terms import Terms
from kucoin.hub import Latest
from kucoin.model.feed import Mark
from kucoin.model.order import Side
from tests.preview_scene import coins, contract, group, lots, pair, terms_of

D = Decimal
NOW = 1_800_000_000.0


@dataclass
class Around:
    """A desk around the previews, of which a test sets what it needs; its books have many levels of 0.001."""

    known: Terms | None
    levels: int = 700
    time: int = 0
    mark: Latest | None = None
    listed: bool = True
    asked: list[int] = field(default_factory=list)

    def of(self, symbol: str) -> Terms | None:
        """The terms."""
        assert symbol in {"XBTUSDTM", "BTC-USDT"}
        return self.known

    def group(self, currency: str) -> Group | None:
        """The account."""
        assert currency == "USDT"
        return group()

    def exchange_time(self) -> float:
        """Now."""
        return NOW

    def problem(self, symbol: str) -> str | None:
        """Nothing is wrong."""
        return None if symbol else ""

    def trouble(self, symbol: str) -> str | None:
        """Whether it is listed."""
        return None if self.listed else f"{symbol!r} is not listed on KuCoin"

    def view(self, symbol: str, count: int) -> BookView:
        """As much as is asked for, and there is."""
        self.asked.append(count)
        asks = tuple((D(100_000 + at), D("0.001")) for at in range(min(count, self.levels)))
        bids = tuple((D(99_999 - at), D("0.001")) for at in range(min(count, self.levels)))
        return BookView(symbol, bids, asks, None, 1, self.time)

    def latest(self, kind: type, symbol: str) -> Latest | None:
        """What was pushed."""
        assert symbol
        return self.mark if kind is Mark else None

    def previews(self) -> Previews:
        """The previews of it."""
        return Previews(self, self, self, self, self, monotonic=lambda: 100.0)  # type: ignore[arg-type]  # all is there


def test_it_looks_as_deep_as_the_order_goes() -> None:
    """500 levels for 0.4 coins, more for 0.6, by size or by funds."""
    around = Around(terms_of(pair()))
    assert around.previews().preview(coins(Side.BUY, "0.4")).rest == 0
    assert around.asked == [500]
    around.asked.clear()
    assert around.previews().preview(coins(Side.BUY, "0.6")).rest == 0
    assert around.asked == [500, 5_000]
    around.asked.clear()
    assert around.previews().preview(coins(Side.BUY, None, funds=D(60_000))).filled > D("0.59")
    assert around.asked == [500, 5_000]


def test_a_book_is_as_old_as_the_last_word_about_it() -> None:
    """Its own change 9 s ago, a mark heard 2 s ago; what came late is as old as the exchange says."""
    around = Around(terms_of(contract()), time=int((NOW - 9) * 1000))
    assert around.previews().preview(lots(Side.BUY, 1)).book_age == 9
    around.mark = Latest(Mark("XBTUSDTM", int((NOW - 1) * 1000), D(1), D(1)), 98.0)
    assert around.previews().preview(lots(Side.BUY, 1)).book_age == 2
    around.mark = Latest(Mark("XBTUSDTM", int((NOW - 30) * 1000), D(1), D(1)), 98.0)
    assert around.previews().preview(lots(Side.BUY, 1)).book_age == 9
    assert Around(terms_of(pair())).previews().preview(coins(Side.BUY, "0.1")).book_age is None


def test_what_is_not_listed_or_not_read_has_no_preview() -> None:
    """In words."""
    unread, gone = Around(None), Around(None, listed=False)
    assert unread.previews().preview(lots(Side.BUY, 1)).problem == "The rules of XBTUSDTM are not read yet."
    assert gone.previews().preview(lots(Side.BUY, 1)).problem == "'XBTUSDTM' is not listed on KuCoin."
