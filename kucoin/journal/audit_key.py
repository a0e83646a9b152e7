"""What proves the audit, kept outside the database: the key of its chain, and where the chain was last known to end.

Both are files of the folder that ``DASHBOARD_DATA`` names, readable by their owner alone. Without the key nobody can
write a row that fits; without the known end nobody could tell that rows were cut off there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path
from typing import NamedTuple

import msgspec

from kucoin.errors import JournalError, NotConfigured

KEY = "audit.key"


class End(NamedTuple):
    """The last row of a chain: its number, 0 before the first, and its seal."""

    seq: int
    mac: str


BEGINNING = End(0, "")


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    seq: int
    mac: str
    seal: str


class Seals:
    """Seals rows under the key, and keeps the end of one journal's chain.

    Attributes:
        problem: Why nothing can be sealed or verified; empty where it can.
    """

    def __init__(self, folder: Path, journal: str, *, fresh: bool) -> None:
        """Read the key, or make it.

        Args:
            folder: Where the files are.
            journal: Tells the databases apart that share the key.
            fresh: Whether the audit has no rows yet. A key is made only then, and where none has sealed anything.

        Raises:
            NotConfigured: The key can be read by others, or not at all, or not be made.
        """
        self._key: bytes | None = None
        self._path = folder / KEY
        self.end_path = folder / f"audit-{re.sub(r'[^A-Za-z0-9._-]', '_', journal)}.end"
        try:
            if fresh and not self._path.exists() and not any(folder.glob("audit-*.end")):
                _make(self._path)
            self.problem = self._read()
            if fresh and not self.problem and not self.end_path.exists():
                self.keep(BEGINNING)
        except OSError as error:
            raise NotConfigured(f"{self._path} cannot be used: {error.strerror}") from error

    def seal(self, before: str, row: tuple[object, ...]) -> str:
        """Return what binds ``row`` to the seal of the row before it, as hex; empty without a key."""
        return self._sign("row", before, *row)

    def kept(self) -> End | None:
        """Return where the chain was last known to end; None where that was never kept, or there is no key.

        Raises:
            JournalError: The file is not as it was written.
        """
        if self._key is None:
            return None
        try:
            kept = msgspec.json.decode(self.end_path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise JournalError(f"{self.end_path} cannot be read: {error}") from error
        if not hmac.compare_digest(kept.seal, self._sign("end", kept.seq, kept.mac)):
            raise JournalError(f"{self.end_path} is not as it was written")
        return End(kept.seq, kept.mac)

    def keep(self, end: End) -> None:
        """Replace the file: either the old end stands there or the new one.

        Raises:
            OSError: It cannot be written.
        """
        if self._key is not None:
            kept = _Kept(end.seq, end.mac, self._sign("end", *end))
            beside = self.end_path.with_suffix(".new")
            _write(beside, msgspec.json.encode(kept))
            beside.replace(self.end_path)

    def _sign(self, *parts: object) -> str:
        if self._key is None:
            return ""
        return hmac.new(self._key, msgspec.json.encode(parts), hashlib.sha256).hexdigest()

    def _read(self) -> str:
        """Take the key; return why that cannot be done."""
        try:
            with self._path.open("rb") as file:
                mode, text = stat.S_IMODE(os.fstat(file.fileno()).st_mode), file.read(200)
        except FileNotFoundError:
            return f"{self._path} is missing: bring it back from a copy, for nothing else can prove what is written"
        if os.name == "posix" and mode & 0o077:
            raise NotConfigured(f"{self._path} can be opened by others (mode {mode:04o}): chmod 600 it")
        if not re.fullmatch(rb"[0-9a-f]{64}\n?", text):
            return f"{self._path} holds no key: bring it back from a copy"
        self._key = bytes.fromhex(text.decode())
        return ""


def _make(path: Path) -> None:
    """Make a key, unless another process does so at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.new")
    _write(beside, f"{secrets.token_hex(32)}\n".encode())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass  # the other one's holds
    finally:
        beside.unlink()


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
