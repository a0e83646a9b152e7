"""The exchange's memory: one SQLite file in its data directory.

It is opened for this process alone, so two exchanges never write one file. A change is durable when `Store.commit`
returns (WAL, ``synchronous=FULL``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Value = str | int | bytes | None

# Each migration brings the file from its number to the next; they only add. `PRAGMA user_version` counts them.
_MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    -- What goes on changing, as it is now: kind is profile, balance, wallet, position, stop or oco. live: whether the
    -- engine needs it when it starts.
    CREATE TABLE record (
        kind TEXT NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL, live INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX record_of_user ON record (user, kind, live);

    -- Orders that were accepted; type is limit, market, limit_stop or market_stop, at the creation in ms.
    CREATE TABLE orders (
        serial INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, client_oid TEXT, user TEXT NOT NULL, account TEXT NOT NULL,
        symbol TEXT NOT NULL, live INTEGER NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX orders_listed ON orders (user, account, symbol, serial);
    CREATE INDEX orders_named ON orders (user, client_oid);
    CREATE INDEX orders_live ON orders (serial) WHERE live;

    -- What never changes: kind is a ledger, fills of a family, borrow, repay, interest, funding, closed, deposit or
    -- withdrawal; name the symbol or currency that it is asked for by, account whose it is.
    CREATE TABLE history (
        kind TEXT NOT NULL, id INTEGER NOT NULL, user TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
        at INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX history_by_time ON history (user, kind, at);

    -- What was traded in a minute (since 1970), for all markets.
    CREATE TABLE tape (minute INTEGER PRIMARY KEY, bars TEXT NOT NULL) STRICT;
    """,
)
_FILE = "exchange.sqlite3"


class Unusable(Exception):
    """The directory cannot be used; the text says why."""


class Busy(Unusable):
    """Another process holds the file."""


class Newer(Unusable):
    """The file was written by a later version of this program."""


class Store:
    """The open file. One thread uses it: the event loop's."""

    def __init__(self, directory: Path) -> None:
        """Open or make the file under ``directory``.

        Raises:
            Busy: Another process holds it.
            Newer: Its schema is newer than this program.
            Unusable: It cannot be written, or it is not what it should be.
        """
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(directory / _FILE, timeout=0.2, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise Unusable(f"{directory} cannot be used: {error}") from error
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._migrate()
        except sqlite3.Error as error:
            self._db.close()
            if "locked" in str(error):
                raise Busy(f"{directory} is in use by another practice exchange") from error
            raise Unusable(f"{directory / _FILE} cannot be used: {error}; move it away to begin anew") from error

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            self._db.close()
            raise Newer(
                f"{_FILE} has schema {version}, this program knows {len(_MIGRATIONS)}: use a newer program or --reset"
            )
        self._db.execute("BEGIN IMMEDIATE")  # takes the file for good, even where nothing is to do
        self._db.execute("COMMIT")
        for number, script in enumerate(_MIGRATIONS[version:], version + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version={number}; COMMIT;")

    def close(self) -> None:
        """Commit what is open and let the file go."""
        self.commit()
        self._db.close()

    def run(self, statement: str, *values: Value) -> None:
        """Execute ``statement``; what it changes is durable after `commit`."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(statement, values)

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit."""
        return self._db.in_transaction

    def commit(self) -> None:
        """Make what was changed durable, all of it together."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def rows(self, query: str, *values: Value) -> Iterator[tuple[Any, ...]]:
        """Yield what ``query`` finds, what is not committed included."""
        yield from self._db.execute(query, values)

    def wipe(self) -> None:
        """Empty every table."""
        for (name,) in list(self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")):
            self.run(f'DELETE FROM "{name}"')  # noqa: S608 the name comes from the schema above
        self.commit()

    def meta(self, name: str) -> str | None:
        """Return a remembered setting, None where there is none."""
        found = next(self.rows("SELECT value FROM meta WHERE name = ?", name), None)
        return found[0] if found else None

    def set_meta(self, **values: str) -> None:
        """Remember settings."""
        for name, value in values.items():
            self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value)
