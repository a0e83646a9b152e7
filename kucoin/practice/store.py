"""The exchange's memory: one SQLite file in its data directory.

It is opened for this process alone, so two exchanges never write one file. Amounts are decimal text. A change is
durable when `transaction` returns (WAL, ``synchronous=FULL``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Each migration brings the file from its number to the next; they only add. `PRAGMA user_version` counts them.
_MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    -- What a user has in an account: main, trade, cross, isolated (tag: the pair) or futures.
    CREATE TABLE balance (
        user TEXT NOT NULL, account TEXT NOT NULL, tag TEXT NOT NULL, currency TEXT NOT NULL,
        total TEXT NOT NULL, hold TEXT NOT NULL,
        PRIMARY KEY (user, account, tag, currency)
    ) STRICT;

    -- What a user owes: tag is the pair, empty for cross margin.
    CREATE TABLE loan (
        user TEXT NOT NULL, tag TEXT NOT NULL, currency TEXT NOT NULL, principal TEXT NOT NULL, interest TEXT NOT NULL,
        PRIMARY KEY (user, tag, currency)
    ) STRICT;

    -- Every change of a balance. amount is net of fee; balance is what it left.
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, user TEXT NOT NULL, account TEXT NOT NULL, tag TEXT NOT NULL, currency TEXT NOT NULL,
        amount TEXT NOT NULL, fee TEXT NOT NULL, balance TEXT NOT NULL, event TEXT NOT NULL, at INTEGER NOT NULL,
        context TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ledger_by_time ON ledger (user, account, at);

    -- Open futures positions. qty is in lots, negative when short; funding is negative when paid.
    CREATE TABLE position (
        user TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, mode TEXT NOT NULL, leverage TEXT NOT NULL,
        qty INTEGER NOT NULL, entry TEXT NOT NULL, fees TEXT NOT NULL, funding TEXT NOT NULL, opened INTEGER NOT NULL,
        PRIMARY KEY (user, symbol, side)
    ) STRICT;

    -- Orders as the exchange tells them. book: spot, cross, isolated, futures, spot-stop, futures-stop.
    CREATE TABLE orders (
        serial INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, client_oid TEXT NOT NULL, user TEXT NOT NULL,
        book TEXT NOT NULL, symbol TEXT NOT NULL, active INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX orders_by_time ON orders (user, book, active, at);

    -- Facts that never change: fills, deposits, withdrawals, loans, interest, fundings, closed positions. name is the
    -- symbol or currency they are asked for by.
    CREATE TABLE record (
        id INTEGER PRIMARY KEY, user TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX record_by_time ON record (user, kind, at);
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
        """Let the file go."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside durable together, or undo it when it raises. Joins one that is open."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def rows(self, query: str, *values: str | int | None) -> list[tuple[str, ...]]:
        """Return what ``query`` finds."""
        return self._db.execute(query, values).fetchall()

    def run(self, statement: str, *values: str | int | None) -> int:
        """Execute ``statement`` and return the id of the row it added."""
        return self._db.execute(statement, values).lastrowid or 0

    def wipe(self) -> None:
        """Empty every table."""
        with self.transaction():
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
                self._db.execute(f'DELETE FROM "{name}"')  # noqa: S608 the name comes from the schema above

    def meta(self, name: str) -> str | None:
        """Return a remembered setting, None where there is none."""
        found = self.rows("SELECT value FROM meta WHERE name = ?", name)
        return found[0][0] if found else None

    def set_meta(self, **values: str) -> None:
        """Remember settings."""
        with self.transaction():
            for name, value in values.items():
                self.run(
                    "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    name,
                    value,
                )
