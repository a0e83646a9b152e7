"""What the surroundings ask for: read once at the start, checked, and never changed after."""

from __future__ import annotations

import ipaddress
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kucoin.errors import NotConfigured
from kucoin.model.credentials import Credentials, Secret

SITES = ("global", "eu", "au")

# Public knowledge: the practice exchange knows these three, and KuCoin does not.
PRACTICE_CREDENTIALS = Credentials(
    key=Secret("practice-key-0001"), secret=Secret("practice-secret-0001"), passphrase=Secret("practice-passphrase")
)

_CREDENTIALS = ("KUCOIN_API_KEY", "KUCOIN_API_SECRET", "KUCOIN_API_PASSPHRASE")
_SECRETS = (*_CREDENTIALS, "DATABASE_URL")  # the last may hold a password
_DATABASES = ("postgresql://", "postgresql+psycopg://", "postgres://", "sqlite:///")
_NAMES = (
    *("KUCOIN_MODE", "KUCOIN_SITE", *_CREDENTIALS, "KUCOIN_API_KEY_VERSION", "KUCOIN_TRADING"),
    *("DASHBOARD_DATA", "DATABASE_URL", "PRACTICE_SPOT_PORT", "PRACTICE_FUTURES_PORT"),
)


class Mode(StrEnum):
    """Whose money is on the screen."""

    PRACTICE = "practice"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, each of them valid. ``credentials`` is None where live mode was given none.

    ``data`` is a folder that can be written or made; ``database_url`` is where the journal is, password and all; a
    practice port of 0 means any free one. ``trading`` is whether orders may be placed at all: in live mode only where
    that was asked for.
    """

    mode: Mode
    site: str
    credentials: Credentials | None
    trading: bool
    data: Path
    database_url: Secret
    practice_spot_port: int
    practice_futures_port: int


def load(environ: Mapping[str, str], secrets_path: Path) -> Settings:
    """Read the settings from ``environ`` and, where it is silent, from the TOML file at ``secrets_path``.

    An empty value counts as not set. In practice mode real credentials are left unread on purpose: they never
    reach a simulator.

    Raises:
        NotConfigured: One is malformed or contradicts another; one sentence names it, never a secret's value.
    """
    given = _from_file(secrets_path) | {name: environ[name].strip() for name in _NAMES if environ.get(name, "").strip()}
    mode = Mode(_choice(given, "KUCOIN_MODE", tuple(Mode), default=Mode.PRACTICE))
    spot_port, futures_port = _port(given, "PRACTICE_SPOT_PORT", 8610), _port(given, "PRACTICE_FUTURES_PORT", 8611)
    if spot_port == futures_port != 0:
        raise NotConfigured(f"PRACTICE_FUTURES_PORT is {futures_port}, which PRACTICE_SPOT_PORT already takes")
    data = _folder(given, "DASHBOARD_DATA", "data")
    version = int(_choice(given, "KUCOIN_API_KEY_VERSION", ("2", "3"), default="3"))
    return Settings(
        mode=mode,
        site=_choice(given, "KUCOIN_SITE", SITES, default="global"),
        credentials=_credentials(given, version) if mode is Mode.LIVE else PRACTICE_CREDENTIALS,
        trading=_trading(given, mode),
        data=data,
        database_url=_database(given, data / f"journal-{mode}.sqlite3"),
        practice_spot_port=spot_port,
        practice_futures_port=futures_port,
    )


def require_loopback(address: str | None) -> None:
    """Refuse to be reached from other machines, since nobody has to say who they are yet.

    Args:
        address: Streamlit's ``server.address``; None would be every network.

    Raises:
        NotConfigured: It is not this machine's own.
    """
    try:
        own = address == "localhost" or ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        own = False
    if not own:
        shown = _short(address) if address else "not set, which means every network"
        raise NotConfigured(f"server.address is {shown}: without users to log in it must be 127.0.0.1")


def _from_file(path: Path) -> dict[str, str]:
    """The settings in the TOML file at ``path``; none where there is no file."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NotConfigured(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        # The parser's own words may quote the line, and the line may hold a secret: only the place is repeated.
        place = re.search(r"at line \d+, column \d+", str(error))
        raise NotConfigured(f"{path} is not valid TOML{f', {place.group()}' if place else ''}") from None
    if os.name == "posix" and mode & 0o077 and any(table.get(name) for name in _SECRETS):
        raise NotConfigured(f"{path} holds credentials and others may open it (mode {mode:04o}): chmod 600 it")
    given = {}
    for name in _NAMES:
        value = table.get(name, "")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise NotConfigured(f"{name} in {path} must be text, in quotes")
        if text := str(value).strip():
            given[name] = text
    return given


def _choice(given: Mapping[str, str], name: str, allowed: tuple[str, ...], *, default: str) -> str:
    text = given.get(name, default)
    if text not in allowed:
        raise NotConfigured(f"{name} is {_short(text)}: it takes {', '.join(allowed[:-1])} or {allowed[-1]}")
    return text


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise NotConfigured(f"{name} is {_short(text)}: it takes a port from 1 to 65535, or 0 for any free one")
    return int(text)


def _trading(given: Mapping[str, str], mode: Mode) -> bool:
    return _choice(given, "KUCOIN_TRADING", ("on", "off"), default="on" if mode is Mode.PRACTICE else "off") == "on"


def _folder(given: Mapping[str, str], name: str, default: str) -> Path:
    """The folder that ``name`` gives, absolute; it need not exist yet, but it must be possible to make it."""
    text = given.get(name, default)
    if "\0" in text:
        raise NotConfigured(f"{name} holds a NUL character")
    path = Path(text).expanduser().absolute()
    existing = next(each for each in (path, *path.parents) if each.exists())
    if not existing.is_dir():
        raise NotConfigured(f"{name} is {path}: {existing} is not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise NotConfigured(f"{name} is {path}: {existing} cannot be written")
    return path


def _database(given: Mapping[str, str], default: Path) -> Secret:
    """The URL of the journal's database, of which only the kind is looked at here: no part of it is fit to be shown."""
    url = given.get("DATABASE_URL", f"sqlite:///{default}")
    if not url.startswith(_DATABASES):
        raise NotConfigured("DATABASE_URL must begin with postgresql:// or sqlite:///")
    return Secret(url)


def _credentials(given: Mapping[str, str], version: int) -> Credentials | None:
    missing = [name for name in _CREDENTIALS if name not in given]
    if len(missing) == len(_CREDENTIALS):
        return None
    if missing:
        present = " and ".join(name for name in _CREDENTIALS if name in given)
        raise NotConfigured(f"{' and '.join(missing)} is missing beside {present}: an API key is all three")
    for name in _CREDENTIALS:
        # The key goes into a header as it is; in the others a control character can only be a slip of the clipboard.
        if not given[name].isprintable() or (name == "KUCOIN_API_KEY" and not re.fullmatch(r"[!-~]+", given[name])):
            raise NotConfigured(f"{name} holds a character that no API key has, perhaps a line break or a space")
    key, secret, passphrase = (Secret(given[name]) for name in _CREDENTIALS)
    return Credentials(key=key, secret=secret, passphrase=passphrase, version=version)


def _short(text: str) -> str:
    """``text`` quoted, cut to what a sentence bears."""
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
