"""Closing and reversing: what is placed for it, in one-way and in hedge mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.closing import Closing
from kucoin.desk.limits import reduces
from kucoin.errors import InvalidRequest, LimitExceeded
from kucoin.model.order import Lots, MarginMode, PositionSide, Side
from kucoin.model.position import Position
from tests.acts_stands import Trading
from tests.preview_scene import contract, position, terms_of
from tests.trading_rig import ME

D = Decimal
SYMBOL = "XBTUSDTM"


@dataclass
class Flips:
    """Keeps the pairs."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def flip(self, close: Any, second: Any, who: Any) -> None:  # noqa: ARG002  as the real one
        """Keep it."""
        self.pairs.append((close.order, second.order))


def closing(*held: Position, lot: int = 1, known: bool = True) -> tuple[Closing, Trading, Flips]:
    """Closing of these positions."""
    trading, flips = Trading(), Flips()
    terms = terms_of(contract(lot_size=lot))
    made = Closing(
        trading,  # type: ignore[arg-type]  # stand-ins
        flips,  # type: ignore[arg-type]
        held=lambda: held if known else None,
        terms=lambda _: terms,
    )
    return made, trading, flips


@pytest.mark.parametrize(("part", "lot", "size"), [("0.25", 1, 312), ("0.5", 100, 600), ("0.75", 1, 937)])
def test_a_part_is_rounded_down_and_only_reduces(part: str, lot: int, size: int) -> None:
    """Of 1,250 lots."""
    made, trading, _ = closing(position(1250, 99_000), lot=lot)
    made.close(SYMBOL, "BOTH", D(part), ME)
    order = trading.placed[0].ticket.order
    assert (order.side, order.size, order.reduce_only, order.close_order) == (Side.SELL, Lots(size), True, False)


@pytest.mark.parametrize(("lots", "side"), [(1250, "BOTH"), (-3, "BOTH"), (7, "SHORT")])
def test_all_of_it_is_closed_whatever_it_is_by_then(lots: int, side: str) -> None:
    """The exchange knows its size and its side."""
    made, trading, _ = closing(position(lots, 99_000, position_side=side, margin_mode="CROSS"))
    made.close(SYMBOL, side, D(1), ME)
    ticket = trading.placed[0].ticket
    assert reduces(ticket)
    order = ticket.order
    assert (order.close_order, order.side, order.size, order.margin_mode) == (True, None, None, MarginMode.CROSS)
    assert order.position_side is PositionSide(side)


def test_a_reverse_is_a_pair_of_the_same_size() -> None:
    """In hedge mode the second is of the other side; on isolated margin it has the position's leverage."""
    made, _, flips = closing(position(-5, 99_000, leverage=D("7.9")), position(6, 1, position_side="SHORT"))
    made.reverse(SYMBOL, "BOTH", ME)
    made.reverse(SYMBOL, "SHORT", ME)
    (close, second), (hedged, other) = flips.pairs
    assert (close.side, close.size, close.reduce_only) == (Side.BUY, Lots(5), True)
    assert (second.side, second.size, second.reduce_only, second.leverage) == (Side.BUY, Lots(5), False, 7)
    assert (hedged.position_side, hedged.side) == (PositionSide.SHORT, Side.BUY)
    assert (other.position_side, other.side) == (PositionSide.LONG, Side.BUY)


def test_a_reverse_whose_second_half_is_not_allowed_closes_nothing() -> None:
    """Limits are asked before."""
    made, trading, flips = closing(position(5, 99_000))
    trading.refusal = LimitExceeded("too much", limit="order_value")
    with pytest.raises(LimitExceeded):
        made.reverse(SYMBOL, "BOTH", ME)
    assert flips.pairs == []


def test_what_cannot_be_closed_says_why() -> None:
    """Nothing there, nothing read, less than a lot, an unknown margin mode."""
    made, trading, _ = closing(position(3, 99_000), position(2, 1, symbol="A", margin_mode=None))
    for symbol, side, part, words in (
        (SYMBOL, "LONG", "1", "There is no long position on XBTUSDTM"),
        ("ETHUSDTM", "BOTH", "1", "There is no position on ETHUSDTM"),
        (SYMBOL, "BOTH", "0.25", "25 % of 3 XBTUSDTM is less than 1 lot"),
        (SYMBOL, "BOTH", "NaN", "no part of a position"),
        ("A", "BOTH", "1", "The margin mode of A is not known yet"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            made.close(symbol, side, D(part), ME)
    with pytest.raises(InvalidRequest, match="not read yet"):
        closing(known=False)[0].lots(SYMBOL, "BOTH", D(1))
    assert trading.placed == []
