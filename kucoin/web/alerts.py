"""The alerts as they stand, and what was told last, for everybody who looks."""

from __future__ import annotations

from collections.abc import Mapping

from kucoin.desk.alert_rules import threshold_text
from kucoin.errors import InvalidRequest
from kucoin.model.alert import Alert, AlertKind, AlertState, Firing
from kucoin.model.times import milliseconds
from kucoin.web import veil as veils
from kucoin.web.panel import Body, Change, Panel
from kucoin.web.sight import LIVE, Fresh, Sight
from kucoin.web.veil import Veil
from kucoin.web.veil_words import alert_words

PANEL = "alerts:"
"""What the panel is asked for by."""

NAMES: Mapping[AlertKind, str] = {
    AlertKind.LIQUIDATION: "Distance to liquidation",
    AlertKind.PRICE_ABOVE: "Price at or above",
    AlertKind.PRICE_BELOW: "Price at or below",
    AlertKind.FUNDING: "Funding at or above",
    AlertKind.LOSS: "Daily loss",
    AlertKind.FEED: "Socket silent",
    AlertKind.FILL: "Order filled",
    AlertKind.REFUSED: "Order refused",
}
"""How a kind is called on a page."""

_ALL: Mapping[AlertKind, str] = {
    AlertKind.LIQUIDATION: "every position",
    AlertKind.FUNDING: "every position",
    AlertKind.LOSS: "futures",
    AlertKind.FEED: "every socket",
    AlertKind.FILL: "every symbol",
    AlertKind.REFUSED: "every symbol",
}
_SHOWN = 20  # of what was told


class AlertsPanel(Panel):
    """A row for each alert, in the order in which they were set.

    Raises:
        InvalidRequest: There is no account.
    """

    def __init__(self, sight: Sight) -> None:
        if sight.alerts is None:
            raise InvalidRequest("there is no account here that alerts could be about")
        self._alerts = sight.alerts
        self._sight = sight
        self._seen: tuple[int, Veil | None] | None = None
        self._body: Body = {}

    def change(self) -> Change | None:
        """Tell all of it where anything changed."""
        veil = self._sight.veil()
        seen = self._alerts.generation, veil
        if seen == self._seen:
            return None
        self._seen = seen
        told = self._alerts.history()[:_SHOWN]
        self._body = {
            "rows": [_row(alert, veil) for alert in self._alerts.list()],
            "told": [{"at": milliseconds(each.at), "words": _words(each, veil)} for each in told],
            "problem": veils.words(veil, self._alerts.problem),
        }
        return Change("full", self._body)

    def full(self) -> Body:
        """Return all of it."""
        return self._body

    def fresh(self) -> Fresh:
        """Every row says for itself what is not known."""
        return Fresh(LIVE, None, None)


def _row(alert: Alert, veil: Veil | None) -> Body:
    hides = veil is not None and alert.kind is AlertKind.LOSS
    unknown = alert.state is AlertState.UNKNOWN
    return {
        "number": alert.number,
        "what": NAMES[alert.kind],
        "of": alert.subject or _ALL[alert.kind],
        "at": veils.HIDDEN if hides else threshold_text(alert.kind, alert.threshold),
        "state": alert.state,
        "since": milliseconds(alert.since),
        "words": veils.words(veil, alert.words) if unknown else _words(alert, veil),
    }


def _words(told: Alert | Firing, veil: Veil | None) -> str:
    return told.words if veil is None else alert_words(told.kind, told.subject, told.words)
