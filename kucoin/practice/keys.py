"""Who may come in: the practice exchange's users and their API keys. All of it is public knowledge.

The secret of ``practice-key-<name>`` is ``practice-secret-<name>``; every passphrase is ``practice-passphrase``.

key                       what it is for
practice-key-0001         the default: reads, trades, moves money between accounts; classic account, one-way mode,
                          contracts isolated
practice-key-readonly     the same account, may not trade: General and Futures, what a dashboard needs to read
practice-key-general      the same account, General alone: the futures overview is refused with 400007
practice-key-withdraw     the same account, may withdraw: the dashboard refuses it
practice-key-open         the same account, no address list: the dashboard warns; may not move money
practice-key-elsewhere    the same account, usable from 203.0.113.7 only: refused with 400006
practice-key-second       another user, in hedge mode
practice-key-unified      a user with a unified account, which the classic calls show empty
practice-key-empty        a new user who owns nothing
"""

from __future__ import annotations

from dataclasses import dataclass

PASSPHRASE = "practice-passphrase"  # noqa: S105 public on purpose, see above
_TRADER = "General,Spot,Margin,Futures"


@dataclass(frozen=True, slots=True)
class User:
    """An account holder. ``user_id`` is KuCoin's long id, ``uid`` the short one."""

    name: str
    user_id: str
    uid: int
    parent: str | None = None
    unified: bool = False
    hedge: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. ``addresses`` empty means usable from anywhere."""

    key: str
    secret: str
    user: str
    permissions: str = _TRADER
    addresses: tuple[str, ...] = ("127.0.0.1",)
    remark: str = "practice"


USERS = {
    user.name: user
    for user in (
        User("main", "6705f5c311545b000157d301", 165111201),
        User("carry-desk", "6705f5c311545b000157d302", 165111202, parent="main"),
        User("grid-bots", "6705f5c311545b000157d303", 165111203, parent="main"),
        User("savings", "6705f5c311545b000157d304", 165111204, parent="main"),
        User("second", "6705f5c311545b000157d305", 165111205, hedge=True),
        User("unified", "6705f5c311545b000157d306", 165111206, unified=True),
        User("empty", "6705f5c311545b000157d307", 165111207),
    )
}


def _key(name: str, user: str = "main", permissions: str = _TRADER, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Key:
    return Key(f"practice-key-{name}", f"practice-secret-{name}", user, permissions, addresses)


KEYS = {
    key.key: key
    for key in (
        _key("0001", permissions=f"{_TRADER},InnerTransfer"),
        _key("readonly", permissions="General,Futures"),
        _key("general", permissions="General"),
        _key("withdraw", permissions=f"{_TRADER},Transfer"),
        _key("open", addresses=()),
        _key("elsewhere", addresses=("203.0.113.7",)),
        _key("second", user="second"),
        _key("unified", user="unified"),
        _key("empty", user="empty"),
    )
}


def subs_of(user: str) -> tuple[User, ...]:
    """Return the sub-accounts of ``user``."""
    return tuple(each for each in USERS.values() if each.parent == user)
