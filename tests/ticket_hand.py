"""A hand on the ticket page in AppTest: opens it, types, presses, confirms, reads."""

from __future__ import annotations

import re
from typing import Any

from streamlit.testing.v1 import AppTest


def opened(app: AppTest, symbol: str) -> AppTest:
    """The ticket page for a symbol."""
    app.run()
    app.switch_page("ticket.py")
    app.query_params["symbol"] = symbol
    return app.run()


def said(app: AppTest) -> str:
    """All text."""
    kinds = (app.markdown, app.caption, app.warning, app.header)
    text = "\n".join(element.value for kind in kinds for element in kind)
    return text.replace("\\", "").replace("\u2060", "")


def type_in(app: AppTest, symbol: str, **fields: str) -> AppTest:
    """Type into fields."""
    for field, text in fields.items():
        at(app, field, symbol).set_value(text)
    return app.run()


def at(app: AppTest, field: str, symbol: str) -> Any:
    """The field; some have another key on each ticket."""
    (found,) = [each for each in app.text_input if re.fullmatch(rf"ticket-{field}-{symbol}(-\d+)?", each.key)]
    return found


def press(app: AppTest, side: str) -> AppTest:
    """Press buy or sell."""
    return app.button(key=f"ticket-{side}").click().run()


def confirm(app: AppTest) -> AppTest:
    """Press the button of the confirmation."""
    return app.button(key="confirm-press").click().run()


def ordered(app: AppTest, symbol: str, side: str = "buy", **fields: str) -> AppTest:
    """Fill in, press, confirm."""
    type_in(app, symbol, **{"price": "70000", "size": "1", **fields})
    return confirm(press(app, side))
