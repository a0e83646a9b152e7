"""How the ways to the exchange are: hosts, clock, quotas and key."""

from __future__ import annotations

from dataclasses import dataclass

from kucoin.desk import admission
from kucoin.desk.accounts import Accounts
from kucoin.desk.news import News
from kucoin.desk.status import HostStatus, QuotaStatus, Status
from kucoin.model.market import ServiceState
from kucoin.rest.client import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What never changes of it; fields as those of `Status`."""

    mode: str
    site: str
    version: str
    key_tail: str | None


def report(exchange: Exchange, accounts: Accounts, about: About, news: News) -> Status:
    """Return the state of everything between this machine and the exchange."""
    line = exchange.status()
    services = {"spot": accounts.spot_service, "futures": accounts.futures_service}
    hosts = []
    for host in line.hosts:
        source = services[host.name]
        service = source.reading.value if source else None
        hosts.append(
            HostStatus(
                name=host.name,
                answered_at=host.answered_at,
                problem=host.problem,
                service=service.state if service else ServiceState.UNKNOWN,
                service_message=service.message if service else "",
            )
        )
    quotas = [
        QuotaStatus(pool=each.pool.label, limit=each.limit, remaining=each.remaining, reset_in=each.reset_in)
        for each in line.pools
    ]
    asked = accounts.admission.reading.value
    practice = about.mode == "practice"
    return Status(
        mode=about.mode,
        site=about.site,
        version=about.version,
        hosts=tuple(hosts),
        clock_offset=line.clock_offset,
        quotas=tuple(quotas),
        key_tail=about.key_tail,
        warnings=admission.warnings(asked, practice=practice) if asked else (),
        maintenance=news.maintenance(hosts, "The practice exchange" if practice else "KuCoin"),
    )
