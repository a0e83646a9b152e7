"""A Postgres server of the tests' own, on loopback with a folder of its own, from Debian's package.

Run as a script it installs that package where it is missing and may be (`make test` does so).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

USER = "dashboard"
PASSWORD = "canary pass%Zaunkönig/7:3"  # everything that a URL wants encoded
_DEADLINE = 60.0


def binaries() -> Path | None:
    """Return the folder of the newest installed server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which("initdb")
    return Path(path).parent if path else None


@dataclass
class Postgres:
    """A server that runs, with databases to be had from it."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        """Start the server; it answers when this returns. After `kill` it recovers what was committed."""
        quick = ["-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=40", "-c", "jit=off"]
        where = ["-D", str(self.folder), "-p", str(self.port), "-h", "127.0.0.1", "-k", ""]
        with (self.folder / "log").open("ab") as output:
            command = [str(self.programs / "postgres"), *where, *quick]
            self.process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder, **_as_owner())
        by = time.monotonic() + _DEADLINE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > by:
                raise RuntimeError(
                    f"Postgres did not start: {(self.folder / 'log').read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a crash does: every connection is cut, nothing is finished."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process is not None:
            self._end(signal.SIGQUIT)

    def database(self, *options: str) -> str:
        """Make an empty database and return its URL; ``options`` are its settings, such as ``work_mem = '8MB'``."""
        name = f"journal_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        for option in options:
            self.run(f"ALTER DATABASE {name} SET {option}")
        password = "".join(f"%{byte:02X}" for byte in PASSWORD.encode())
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Execute ``statement`` as a stranger to the journal."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def conninfo(self, database: str) -> str:
        """Return how libpq is told to connect."""
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname=database
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.conninfo("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(_DEADLINE)
        self.process = None


@contextmanager
def server() -> Iterator[Postgres]:
    """Set up a server, start it, and clear it away afterwards."""
    programs = binaries()
    assert programs is not None, "ask `binaries` before"
    folder = Path(tempfile.mkdtemp(prefix="dashboard-postgres-"))
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if owner := _as_owner():
            for path in (folder, secret):
                shutil.chown(path, owner["user"], owner["group"])
        how = ["-U", USER, "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        command = [str(programs / "initdb"), "-D", str(folder / "data"), *how]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=_DEADLINE, **owner)
        running = Postgres(programs, folder / "data", _free_port())
        try:
            running.start()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)


def _as_owner() -> dict[str, Any]:
    """How to start its programs: they refuse to run as root, and the package brings a user for them."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def provide() -> None:
    """Install Debian's package where no server is, without making a database of the system's."""
    if binaries() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    settings = Path("/etc/postgresql-common/createcluster.conf")
    settings.parent.mkdir(exist_ok=True)
    if not settings.exists():
        settings.write_text("create_main_cluster = false\n", encoding="utf-8")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"]
    for command in (["apt-get", "update", "-qq"], install):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, check=False, stdout=sys.stderr, env=environment).returncode:
            print("Postgres could not be installed: its tests will be skipped", file=sys.stderr)
            return


if __name__ == "__main__":
    provide()
