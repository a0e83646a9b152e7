"""What a browser tells of the working orders: handed to the Desk one by one, and never believed."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, LimitExceeded
from pages.widgets import orders_acts

D = Decimal
WHO = Principal("local", Role.TRADER)


class Desk:
    """In place of the desk: notes what it is asked for, and refuses what a test names."""

    def __init__(self, **refused: Exception) -> None:
        self.refused = refused
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.cancels = SimpleNamespace(cancel=lambda order_id, _who: self._take(order_id))
        self.amends = SimpleNamespace(amend=self._take)

    def _take(self, order_id: str, **wanted: Any) -> None:
        if order_id in self.refused:
            raise self.refused[order_id]
        self.asked.append((order_id, {name: value for name, value in wanted.items() if name != "principal"}))


def test_one_refused_cancel_keeps_no_other_from_the_exchange() -> None:
    """And its reason is told of that one alone."""
    desk: Any = Desk(b=InvalidRequest("no order b is known here"))
    assert orders_acts.cancel(desk, ["a", "b", 7, "c"], WHO) == {"b": "no order b is known here"}
    assert [order_id for order_id, _ in desk.asked] == ["a", "c"]


@pytest.mark.parametrize("told", [None, "a", {"order": "a"}, 7])
def test_what_is_no_list_cancels_nothing(told: object) -> None:
    """Not even where it is an id."""
    desk: Any = Desk()
    assert orders_acts.cancel(desk, told, WHO) == {}
    assert desk.asked == []


def test_an_amend_is_exact_and_names_only_what_changes() -> None:
    """Decimals from the text that was written."""
    desk: Any = Desk()
    assert orders_acts.amend(desk, {"order": "a", "price": "87180.10"}, WHO) == {}
    assert orders_acts.amend(desk, {"order": "a", "size": "0.1", "by": "me"}, WHO) == {}
    assert desk.asked == [("a", {"price": D("87180.10")}), ("a", {"size": D("0.1")})]


@pytest.mark.parametrize("told", [None, [], {"order": 7, "price": "1"}, {"price": "1"}])
def test_what_names_no_order_changes_nothing(told: object) -> None:
    """Whatever else it says."""
    desk: Any = Desk()
    assert orders_acts.amend(desk, told, WHO) == {}
    assert desk.asked == []


def test_a_refused_amend_says_why_of_its_order() -> None:
    """A limit, or what is no number."""
    desk: Any = Desk(a=LimitExceeded("more than 250 (order value)", limit="order_value"))
    assert orders_acts.amend(desk, {"order": "a", "size": "300"}, WHO) == {"a": "more than 250 (order value)"}
    assert orders_acts.amend(desk, {"order": "b", "size": "3oo"}, WHO) == {"b": "That is no number."}
    assert desk.asked == []
