"""From settings to a working Desk: the only place that builds the parts."""

from __future__ import annotations

import os
import threading
import tomllib
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from kucoin.desk.desk import Desk
from kucoin.desk.practice_process import PracticeProcess
from kucoin.desk.upstream import Upstream
from kucoin.journal.audit import Chain
from kucoin.journal.database import Journal
from kucoin.model.limits import Limits
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import Mode, Settings, load
from kucoin.web.live import Live
from kucoin.web.sight import Sight
from kucoin.web.veil import Cover

_ROOT = Path(__file__).resolve().parent.parent

# What holds until somebody sets something else; docs/limits.md says why these.
_LIMITS: Mapping[Mode, Limits] = {
    Mode.LIVE: Limits(
        order_value=Decimal(1_000),
        daily_value=Decimal(10_000),
        leverage=Decimal(5),
        open_orders=50,
        price_distance=Decimal("0.1"),
        orders_per_minute=20,
        daily_loss=Decimal(500),
    ),
    Mode.PRACTICE: Limits(
        order_value=Decimal(500_000),
        daily_value=Decimal(10_000_000),
        leverage=Decimal(100),
        open_orders=200,
        orders_per_minute=200,
    ),
}
_ARMED = timedelta(minutes=15)  # in live mode

_lock = threading.Lock()
_running: list[Desk] = []  # the process's one Desk, or nothing
_serving: list[Live] = []  # its push socket's server, likewise


def desk() -> Desk:
    """Return the Desk of this process; the first call reads the settings and starts it.

    Raises:
        NotConfigured: A setting is wrong; one sentence names it.
    """
    with _lock:
        if not _running:
            built = build(load(os.environ, Path.cwd() / ".streamlit" / "secrets.toml"))
            built.start()
            _running.append(built)
        return _running[0]


def live(allowed: Collection[str] = ()) -> Live:
    """Return the server of the push socket of this process; the first call builds it on the Desk.

    Args:
        allowed: Host names besides loopback's that the dashboard may be asked for under; only the first call's count.

    Raises:
        NotConfigured: As `desk`.
    """
    running = desk()
    with _lock:
        if not _serving:
            market, orders = running.market, running.orders
            sight = Sight(
                *(running.hub, running.feeds, running.books, market, orders, running.status),
                portfolio=running.portfolio,
                futures=running.futures.view,
                trading=running.trading,
                cancels=running.cancels,
                risk=running.risk,
                leavings=running.leaving,
                dead_man=running.dead_man,
                alerts=running.alerts,
                flips=running.flips,
                protection=running.protection,
                amends=running.amends,
                ours=running.origins.ours,
                audit=running.audit,
                blotter=running.blotter,
                activity=running.activity,
                cover=Cover(running.portfolio, running.appraisals.price, market.rules),
            )
            _serving.append(Live(sight, allowed=allowed))
        return _serving[0]


def stop() -> None:
    """Stop the Desk of this process, if it runs, and everything it started."""
    with _lock:
        _serving.clear()
        while _running:
            _running.pop().stop()


def build(settings: Settings) -> Desk:
    """Return a Desk that has not started to read. In practice mode the practice exchange runs when this returns.

    Raises:
        NotConfigured: The practice exchange cannot have its ports or its folder, or the journal its database or key.
    """
    with ExitStack() as held:
        journal = Journal.open(settings.database_url.reveal(), mode=settings.mode)
        held.callback(journal.close)
        chain = Chain(journal, settings.data)
        process = None
        if settings.mode is Mode.PRACTICE:
            process = PracticeProcess(settings.data, settings.practice_spot_port, settings.practice_futures_port)
            held.callback(process.stop)
            where = hosts.practice(*process.start())
        else:
            where = hosts.live(settings.site)
        exchange = Exchange(where, settings.credentials)
        return Desk(
            exchange,
            Upstream(exchange, practice=settings.mode is Mode.PRACTICE),
            mode=settings.mode,
            site=settings.site,
            version=_version(),
            key_tail=settings.credentials.tail if settings.credentials else None,
            trading=settings.trading,
            journal=journal,
            chain=chain,
            limits=_LIMITS[settings.mode],
            arm_for=_ARMED if settings.mode is Mode.LIVE else None,
            held=held.pop_all(),
            practice=process.standing if process else None,
        )


def _version() -> str:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
