"""The form that sets an alert, over a desk that notes what it is asked."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.errors import InvalidRequest
from kucoin.model.alert import AlertKind
from pages.widgets.alerts_panel import threshold_of

D = Decimal


def panel() -> None:
    """The page of the panel alone."""
    from pages.widgets import alerts_panel, session  # noqa: PLC0415  AppTest takes the body of a function

    alerts_panel.show(session.desk())


@pytest.fixture
def form(desk: Any) -> AppTest:
    """The panel, drawn; what it asks of the alerts stands in ``desk.asked``."""
    symbols = [SimpleNamespace(symbol=each, futures="-" not in each) for each in ("BTC-USDT", "XBTUSDTM")]
    desk.market = SimpleNamespace(symbols=lambda: symbols)

    def add(*asked: Any) -> None:
        desk.asked.append(asked[:3])
        if asked[2] == 0:
            raise InvalidRequest("0 is no threshold: it has to be above zero")

    desk.alerts.add = add
    return AppTest.from_function(panel).run()


def set_alert(form: AppTest, kind: AlertKind, subject: str | None, threshold: str | None) -> AppTest:
    """Fill the form in and press its button."""
    form.selectbox(key="alert-kind").set_value(kind).run()
    if subject:
        form.selectbox(key="alert-subject").set_value(subject)
    if threshold is not None:
        form.text_input(key="alert-threshold").set_value(threshold)
    return form.button(key="alert-set").click().run()


@pytest.mark.parametrize(
    ("kind", "filled", "asked"),
    [
        (AlertKind.LIQUIDATION, (None, "15"), ("", D("0.15"))),
        (AlertKind.PRICE_ABOVE, ("BTC-USDT", "90,000.5"), ("BTC-USDT", D("90000.5"))),
        (AlertKind.FUNDING, ("XBTUSDTM", "0.05 %"), ("XBTUSDTM", D("0.0005"))),
        (AlertKind.LOSS, (None, "500"), ("", D(500))),
        (AlertKind.FILL, ("XBTUSDTM", None), ("XBTUSDTM", None)),
    ],
)
def test_the_form_asks_for_what_was_written(
    form: AppTest, desk: Any, kind: AlertKind, filled: tuple[str | None, str | None], asked: tuple[Any, ...]
) -> None:
    """Percent as a fraction; only the fields that the kind has."""
    set_alert(form, kind, *filled)
    assert desk.asked == [(kind, *asked)]
    assert not form.warning


def test_only_contracts_can_be_near_liquidation(form: AppTest) -> None:
    """All of them first; a price alert is of one symbol."""
    assert form.selectbox(key="alert-subject").options == ["All", "XBTUSDTM"]
    form.selectbox(key="alert-kind").set_value(AlertKind.PRICE_BELOW).run()
    assert form.selectbox(key="alert-subject").options == ["BTC-USDT", "XBTUSDTM"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("much", "Not set: 'much' is no number above 0"),
        ("0", "Not set: '0' is no number above 0"),
        ("12,5", "Not set: '12,5' is not clear: commas part thousands, as in 1,250.40"),
    ],
)
def test_what_cannot_be_set_is_said(form: AppTest, written: str, said: str) -> None:
    """In the words of every other figure that is typed."""
    set_alert(form, AlertKind.LOSS, None, written)
    assert [each.value.replace("\\", "") for each in form.warning] == [said]


def test_a_threshold_is_read_exactly() -> None:
    """No binary fraction comes in between."""
    assert threshold_of(AlertKind.LIQUIDATION, "12.3") == D("0.123")
    assert threshold_of(AlertKind.PRICE_ABOVE, "0.00000001") == D("0.00000001")
    with pytest.raises(InvalidRequest):
        threshold_of(AlertKind.LOSS, "")
