"""The names that panels are asked for by: ``head:BTC-USDT``, ``candles:XBTUSDTM:1hour``, ``prices:BTC-USDT,A-B``.

With ``veiled/`` before it, as ``veiled/orders:``, a panel shows the account's own amounts as shares.
"""

from __future__ import annotations

from collections.abc import Callable

from kucoin.errors import InvalidRequest
from kucoin.web.activity import ActivityPanel
from kucoin.web.alerts import AlertsPanel
from kucoin.web.blotter import BlotterPanel
from kucoin.web.chart import CandlesPanel
from kucoin.web.futures import FuturesPanel
from kucoin.web.guard import GuardPanel
from kucoin.web.head import HeadPanel, PricesPanel
from kucoin.web.ladder import DepthPanel, LadderPanel
from kucoin.web.machine import AccountPanel, StatusPanel
from kucoin.web.orders import OrdersPanel
from kucoin.web.panel import Panel
from kucoin.web.portfolio import PortfolioPanel
from kucoin.web.sent import SentPanel
from kucoin.web.sight import Fresh, Sight
from kucoin.web.tape import TapePanel
from kucoin.web.veil import BLIND

_VEILED = "veiled/"
_LONGEST = 1_500  # characters of a name
_SYMBOLS = 60  # of one list of prices

_KINDS: dict[str, tuple[int, Callable[..., Panel]]] = {  # how many parts follow the kind, and what is made of them
    "head": (1, HeadPanel),
    "tape": (1, TapePanel),
    "ladder": (2, LadderPanel),
    "depth": (1, DepthPanel),
    "candles": (2, CandlesPanel),
    "prices": (1, lambda sight, symbols: PricesPanel(sight, tuple(dict.fromkeys(filter(None, symbols.split(",")))))),
    "status": (1, lambda sight, _nothing: StatusPanel(sight)),
    "portfolio": (1, PortfolioPanel),
    "futures": (1, lambda sight, _nothing: FuturesPanel(sight)),
    "account": (1, lambda sight, _nothing: AccountPanel(sight)),
    "activity": (1, ActivityPanel),
    "alerts": (1, lambda sight, _nothing: AlertsPanel(sight)),
    "blotter": (1, BlotterPanel),
    "guard": (1, lambda sight, _nothing: GuardPanel(sight)),
    "orders": (1, OrdersPanel),
    "sent": (1, lambda sight, _nothing: SentPanel(sight)),
}

_PUBLIC = frozenset({"head", "tape", "depth", "prices", "status", "account"})  # with nobody's amounts in them


def veiled(name: str) -> str:
    """Return what a panel is asked for by those who look with privacy on; one without own amounts is for all alike."""
    return name if name.startswith(_VEILED) or name.partition(":")[0] in _PUBLIC else f"{_VEILED}{name}"


def plain(name: str) -> str:
    """Return the name of the panel itself."""
    return name.removeprefix(_VEILED)


def opened(sight: Sight, name: str) -> Panel:
    """Open the panel called ``name``.

    Raises:
        InvalidRequest: There is no such panel; the text can be shown.
    """
    if name.startswith(_VEILED):
        sight = sight.veiled()
    kind, *parts = plain(name).split(":")
    wanted, make = _KINDS.get(kind, (0, None))
    if make is None or len(parts) != wanted or len(name) > _LONGEST or name.count(",") >= _SYMBOLS:
        raise InvalidRequest(f"{name[:80]!r} is nothing that can be shown")
    return make(sight, *parts)


def waits(sight: Sight, name: str) -> bool:
    """Say whether a panel that cannot be had may be had soon: a list that a symbol of it stands in is not read yet."""
    symbols = name.split(":")[1].split(",") if ":" in name else []
    market = sight.market
    return any(symbol and market.rules(symbol) is None and market.trouble(symbol) is None for symbol in symbols)


def judged(name: str, fresh: Fresh) -> Fresh:
    """Return how fresh a panel is as it may be told under its name: words of trouble may name amounts."""
    return fresh._replace(why=BLIND.words(fresh.why)) if fresh.why and name.startswith(_VEILED) else fresh
