"""Settings: what is read, what wins, and what stops the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from kucoin.errors import NotConfigured
from kucoin.settings import Mode, Settings, load, require_loopback

KEY = {"KUCOIN_API_KEY": "k-canary-1", "KUCOIN_API_SECRET": "s-canary-2", "KUCOIN_API_PASSPHRASE": "p canary 3"}
LIVE = {"KUCOIN_MODE": "live"}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Where the secrets file would stand; it does not exist yet."""
    return tmp_path / "secrets.toml"


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    """Write a secrets file with file mode ``mode``."""
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def revealed(settings: Settings) -> tuple[str, str, str, int]:
    """The credentials in plain text."""
    found = settings.credentials
    assert found
    return found.key.reveal(), found.secret.reveal(), found.passphrase.reveal(), found.version


def test_nothing_set_means_practice(secrets: Path) -> None:
    """The defaults run on any machine, with the published practice key."""
    settings = load({}, secrets)
    assert (settings.mode, settings.site, settings.trading) == (Mode.PRACTICE, "global", True)
    assert (settings.practice_spot_port, settings.practice_futures_port) == (8610, 8611)
    assert settings.data == Path("data").absolute()
    assert revealed(settings) == ("practice-key-0001", "practice-secret-0001", "practice-passphrase", 3)


def test_each_mode_has_a_journal_of_its_own(secrets: Path) -> None:
    """In the data folder, unless a database is named; its URL shows itself nowhere."""
    for environ, name in (({}, "journal-practice.sqlite3"), (LIVE, "journal-live.sqlite3")):
        assert load(environ, secrets).database_url.reveal() == f"sqlite:///{Path('data').absolute() / name}"
    settings = load({"DATABASE_URL": "postgresql://desk:s-canary-2@db:5433/desk"}, secrets)
    assert settings.database_url.reveal() == "postgresql://desk:s-canary-2@db:5433/desk"
    assert "canary" not in f"{settings!r} {settings}"


def test_practice_leaves_real_credentials_unread(secrets: Path) -> None:
    """Even half a real key changes nothing in practice mode."""
    assert revealed(load(KEY, secrets))[0] == "practice-key-0001"
    assert revealed(load({"KUCOIN_API_SECRET": "alone"}, secrets))[0] == "practice-key-0001"


def test_live_without_a_key_is_valid(secrets: Path) -> None:
    """Live mode without credentials starts, and cannot trade."""
    settings = load(LIVE, secrets)
    assert settings.credentials is None
    assert not settings.trading


@pytest.mark.parametrize(("said", "trading"), [("", False), ("on", True), ("off", False)])
def test_live_trades_only_where_that_was_asked_for(secrets: Path, said: str, trading: bool) -> None:
    """With a key or without: the switch is the setting's alone."""
    assert load(LIVE | {"KUCOIN_TRADING": said}, secrets).trading is trading
    assert load(LIVE | KEY | {"KUCOIN_TRADING": said}, secrets).trading is trading


def test_practice_can_be_looked_at_without_trading(secrets: Path) -> None:
    """Off is off in practice too."""
    assert not load({"KUCOIN_TRADING": "off"}, secrets).trading


def test_live_takes_the_key_from_the_environment(secrets: Path) -> None:
    """All three strings arrive unchanged, with their version."""
    settings = load(LIVE | KEY | {"KUCOIN_API_KEY_VERSION": "2", "KUCOIN_SITE": "eu"}, secrets)
    assert revealed(settings) == (*KEY.values(), 2)
    assert settings.site == "eu"


def test_the_environment_wins_over_the_file(secrets: Path) -> None:
    """Name by name: what the environment leaves out comes from the file."""
    written(secrets, 'KUCOIN_MODE = "live"\nKUCOIN_SITE = "eu"\nPRACTICE_SPOT_PORT = 9000\n[auth]\nother = 1\n')
    settings = load({"KUCOIN_SITE": "au", "KUCOIN_MODE": ""}, secrets)
    assert (settings.mode, settings.site, settings.practice_spot_port) == (Mode.LIVE, "au", 9000)


def test_the_file_may_hold_the_key(secrets: Path) -> None:
    """A file only its owner may open is accepted."""
    written(secrets, "\n".join(f'{name} = "{value}"' for name, value in (LIVE | KEY).items()))
    assert revealed(load({}, secrets))[:3] == tuple(KEY.values())


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_with_a_key_that_others_may_open_is_refused(secrets: Path, mode: int) -> None:
    """The sentence names the file and the mode; without a key or a database in it any mode will do."""
    for line in ('KUCOIN_API_SECRET = "s-canary-2"', 'DATABASE_URL = "postgresql://desk:s-canary-2@db/desk"'):
        written(secrets, line, mode)
        with pytest.raises(NotConfigured, match=rf"secrets\.toml .*\(mode {mode:04o}\)") as refusal:
            load({}, secrets)
        assert "canary" not in str(refusal.value)
    assert load({}, written(secrets, 'KUCOIN_MODE = "live"', mode)).mode is Mode.LIVE


WRONG: list[tuple[str, Mapping[str, str]]] = [
    ("KUCOIN_MODE", {"KUCOIN_MODE": "paper"}),
    ("KUCOIN_SITE", {"KUCOIN_SITE": "https://api.example.org"}),
    ("KUCOIN_API_KEY_VERSION", {"KUCOIN_API_KEY_VERSION": "1"}),
    ("KUCOIN_TRADING", {"KUCOIN_TRADING": "yes"}),
    ("PRACTICE_SPOT_PORT", {"PRACTICE_SPOT_PORT": "http"}),
    ("PRACTICE_SPOT_PORT", {"PRACTICE_SPOT_PORT": "65536"}),
    ("PRACTICE_SPOT_PORT", {"PRACTICE_SPOT_PORT": "-1"}),
    ("PRACTICE_FUTURES_PORT", {"PRACTICE_FUTURES_PORT": "8_611"}),
    ("PRACTICE_FUTURES_PORT", {"PRACTICE_FUTURES_PORT": "8610"}),
    ("PRACTICE_FUTURES_PORT", {"PRACTICE_FUTURES_PORT": "٨٦١١"}),
    ("DASHBOARD_DATA", {"DASHBOARD_DATA": __file__}),
    ("DASHBOARD_DATA", {"DASHBOARD_DATA": f"{__file__}/below"}),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://root:s-canary-2@localhost/kucoin"}),
    ("DATABASE_URL", {"DATABASE_URL": "canary.sqlite3"}),
    ("KUCOIN_API_SECRET and KUCOIN_API_PASSPHRASE", LIVE | {"KUCOIN_API_KEY": "k-canary-1"}),
    ("KUCOIN_API_PASSPHRASE", LIVE | KEY | {"KUCOIN_API_PASSPHRASE": ""}),
    ("KUCOIN_API_KEY", LIVE | KEY | {"KUCOIN_API_KEY": "k-canary-1\r\nX-Other: 1"}),
    ("KUCOIN_API_KEY", LIVE | KEY | {"KUCOIN_API_KEY": "k canary 1"}),
    ("KUCOIN_API_KEY", LIVE | KEY | {"KUCOIN_API_KEY": "k-canäry-1"}),
    ("KUCOIN_API_SECRET", LIVE | KEY | {"KUCOIN_API_SECRET": "s-canary\n-2"}),
]


@pytest.mark.parametrize(("named", "environ"), WRONG, ids=lambda each: each if isinstance(each, str) else "")
def test_a_wrong_setting_is_named(secrets: Path, named: str, environ: Mapping[str, str]) -> None:
    """One sentence that begins with the setting's name and repeats no secret."""
    with pytest.raises(NotConfigured) as refusal:
        load(environ, secrets)
    sentence = str(refusal.value)
    assert sentence.startswith(f"{named} ")
    assert "\n" not in sentence
    assert "canary" not in sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KUCOIN_API_SECRET = canary", "not valid TOML, at line 1, column"),
        ("KUCOIN_MODE = ['live']", "KUCOIN_MODE in"),
        ("KUCOIN_TRADING = true", "KUCOIN_TRADING in"),
        ("\udcff", "not valid TOML"),
    ],
)
def test_a_malformed_file_is_named(secrets: Path, text: str, said: str) -> None:
    """The file and the place, not the line, which may hold a secret."""
    secrets.write_bytes(text.encode("utf-8", "surrogateescape"))
    secrets.chmod(0o600)
    with pytest.raises(NotConfigured, match=r"secrets\.toml") as refusal:
        load({}, secrets)
    assert said in str(refusal.value)
    assert "canary" not in str(refusal.value)


def test_a_file_that_cannot_be_read_is_named(secrets: Path) -> None:
    """A folder in the file's place is no settings file."""
    secrets.mkdir()
    with pytest.raises(NotConfigured, match="cannot be read"):
        load({}, secrets)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_be_listened_on(address: str) -> None:
    """In each of its spellings."""
    require_loopback(address)


EVERYWHERE = "0.0.0.0"  # noqa: S104  (what must be refused)


@pytest.mark.parametrize(
    "address", [None, "", EVERYWHERE, "::", "192.168.1.4", "localhost.example.org", "unix:///tmp/x"]
)
def test_no_other_address_is_listened_on(address: str | None) -> None:
    """Unset is every network; a name may lead anywhere."""
    with pytest.raises(NotConfigured, match=r"^server\.address is .*127\.0\.0\.1$"):
        require_loopback(address)
