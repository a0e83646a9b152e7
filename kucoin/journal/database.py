"""The journal: one database, one thread that writes to it, as many as want to read.

An SQLite file by default (WAL, ``synchronous=FULL``, ``BEGIN IMMEDIATE``), Postgres by ``DATABASE_URL``. What was
written is on disk when its Future says so. A fault of the disk or the server is a `JournalError` for the call that met
it; the next call tries anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from kucoin.errors import JournalError, NotConfigured
from kucoin.journal import tables
from kucoin.journal.migrations import MIGRATIONS

log = logging.getLogger(__name__)

T = TypeVar("T")

_FILE = "sqlite:///"
# Of the line to Postgres, where the URL says nothing else: a server that vanished is noticed in seconds.
_LINE = {
    "connect_timeout": "5",
    "tcp_user_timeout": "10000",  # ms
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "kucoin-dashboard",
}


class Journal:
    """An open database. Every method may be called from any thread; none belongs on a page's.

    Attributes:
        name: Tells it from other databases.
    """

    def __init__(self, engine: Engine, place: _Place) -> None:
        """Use `Journal.open`."""
        self._engine = engine
        self._place = place
        self.name = place.name
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")

    @classmethod
    def open(cls, url: str, *, mode: str, patience: float = 2.0) -> Journal:
        """Open the database at ``url``, making it or bringing its schema up to date where need be.

        Args:
            url: ``sqlite:///`` and the path of a file, or ``postgresql://user:password@host:port/name``.
            mode: ``practice`` or ``live``: a journal belongs to one of them for good.
            patience: Seconds to wait for a lock that another process holds on an SQLite file.

        Raises:
            NotConfigured: It cannot be reached or written, is no journal, is damaged, of a newer version or of the
                other mode; one sentence says what to do. Nothing was written to it.
        """
        place = _Place(url)
        engine = place.engine(patience)
        try:
            _prepare(engine, place, mode)
        except (SQLAlchemyError, JournalError) as error:
            engine.dispose()
            raise NotConfigured(f"{place} cannot be used: {place.words(error)}; {place.remedy}") from error
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, place)

    def write(self, work: Callable[[Connection], T]) -> Future[T]:
        """Have the writer's thread do ``work`` in one transaction; the Future brings what it returned, or JournalError.

        What is given is done in its order. An exception out of ``work`` undoes all of it and is the Future's.

        Raises:
            JournalError: The journal is closed.
        """
        try:
            return self._writer.submit(self._commit, work)
        except RuntimeError:
            raise JournalError("the journal could not be written: it is closed") from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection to read from, with one unchanging sight of the database on SQLite.

        Raises:
            JournalError: It cannot be had, or what was asked of it failed.
        """
        with self._told("read"), self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Finish what was given to write and let the database go."""
        self._writer.shutdown()
        self._engine.dispose()

    def __repr__(self) -> str:
        return f"Journal({self._place})"

    def _commit(self, work: Callable[[Connection], T]) -> T:
        with self._told("written"), _writing(self._engine) as connection:
            return work(connection)

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise JournalError(f"the journal could not be {done}: {self._place.words(error)}") from error


class _Place:
    """Where a database is, to be named without its password."""

    def __init__(self, url: str) -> None:
        """Take ``url`` apart.

        Raises:
            NotConfigured: It is none.
        """
        if url.startswith(_FILE):  # not parsed: a path may hold what ends a URL's
            self.path: Path | None = Path(url.removeprefix(_FILE)).absolute()
            self.url = URL.create("sqlite+pysqlite", database=str(self.path))
        else:
            self.path = None
            self.url = _postgres(url)
        given = {"password": self.url.password, **self.url.query}
        self._hidden = [str(value) for name, value in given.items() if "password" in name and value]

    def __str__(self) -> str:
        if self.path:
            return str(self.path)
        return f"DATABASE_URL ({self.url.database or '–'} at {self.url.host or 'localhost'}:{self.url.port or 5432})"

    @property
    def name(self) -> str:
        """What tells it from other databases, wherever a file of it is moved."""
        return self.path.name if self.path else f"{self.url.database}@{self.url.host}:{self.url.port or 5432}"

    @property
    def remedy(self) -> str:
        """What to do where it cannot be used."""
        if self.path:
            return "put that right, bring back a copy of it, or move it away to begin anew"
        return "put that right, or name another database"

    def words(self, error: Exception) -> str:
        """Return what the driver said, in one line and without the password."""
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        for secret in self._hidden:
            said = said.replace(secret, "…")
        return said[:300]

    def engine(self, patience: float) -> Engine:
        """Return the way to it; nothing is opened yet."""
        if self.path is None:
            engine = create_engine(self.url, pool_pre_ping=True, hide_parameters=True)
            event.listen(engine, "connect", _require_durable_commits)
            return engine
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(0o600)  # what somebody owns is nobody else's to read
        except OSError as error:
            raise NotConfigured(f"{self.path} cannot be made: {error.strerror}") from error
        engine = create_engine(self.url, connect_args={"timeout": patience}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_file)
        event.listen(engine, "begin", _begin)
        return engine


def _postgres(url: str) -> URL:
    """Read the URL of a Postgres database.

    Its parts are not repeated in an error: what they are is uncertain, and one of them is the password.
    """
    shape = "postgresql://user:password@host:5432/name, where @ in the password is written %40"
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or rest.count("@") > 1:
        raise NotConfigured(f"DATABASE_URL must read {_FILE}path or {shape}")
    try:
        parsed = make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):
        raise NotConfigured(f"DATABASE_URL must read {shape}") from None
    return parsed.set(query={**_LINE, **parsed.query})


def _require_durable_commits(connection: Any, record: object) -> None:  # noqa: ARG001  SQLAlchemy's signature
    """Refuse a server that confirms what is not on its disk yet."""
    (setting,) = connection.execute("SHOW synchronous_commit").fetchone()
    connection.rollback()
    if setting not in {"on", "remote_apply"}:
        raise JournalError(f"its synchronous_commit is {setting}, and an order must be on disk before it is sent")


def _set_up_file(connection: Any, record: object) -> None:  # noqa: ARG001  SQLAlchemy's signature
    connection.isolation_level = None  # `_begin` begins, the sqlite3 module does not
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        yield connection


def _prepare(engine: Engine, place: _Place, mode: str) -> None:
    """Look whether the database is this mode's journal, or could become it; only then write to it."""
    with engine.connect() as connection:
        if place.path:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if said != "ok":
                raise JournalError(str(said).replace("\n", " "))
        _version(connection, place, mode)
    if place.path:
        with closing(engine.raw_connection()) as raw:  # not within a transaction
            raw.cursor().execute("PRAGMA journal_mode=WAL")
    with _writing(engine) as connection:
        if not place.path:  # two dashboards that start at once; SQLite's transaction has the file to itself
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7105)")
        version = _version(connection, place, mode)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.exec_driver_sql(statement)
        if version < len(MIGRATIONS):
            connection.execute(delete(tables.about))
            connection.execute(insert(tables.about).values(version=len(MIGRATIONS), mode=mode))
        server = ".".join(map(str, connection.dialect.server_version_info or ()))
    log.info("journal: %s, %s %s, schema %d", place, engine.dialect.name, server, len(MIGRATIONS))


def _version(connection: Connection, place: _Place, mode: str) -> int:
    """Return the schema's number, 0 in an empty database.

    Raises:
        NotConfigured: It is no journal, or not ours to write.
    """
    found = inspect(connection).get_table_names()
    if not found:
        return 0
    if tables.about.name not in found:
        raise NotConfigured(f"{place} holds something else than a journal: give DATABASE_URL a database of its own")
    version, theirs = connection.execute(select(tables.about.c.version, tables.about.c.mode)).one()
    if version > len(MIGRATIONS):
        raise NotConfigured(
            f"{place} has schema {version} of a newer version, and this one knows {len(MIGRATIONS)}: "
            "start the newer version, or let DATABASE_URL name another database"
        )
    if theirs != mode:
        raise NotConfigured(
            f"{place} is the journal of {theirs} mode, and KUCOIN_MODE is {mode}: "
            "let DATABASE_URL name another database"
        )
    return int(version)
