"""The journal's SQLite file when the disk, another program or a person is against it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kucoin.errors import JournalError, NotConfigured
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore, Mark
from tests.journal_facts import START, fills
from tests.journal_faults import FAULTS, Fault, locked

ROOT = Path(__file__).resolve().parents[2]

# Opens a journal as somebody who owns nothing; the modules are there before the rights are gone.
STRANGER = """
import os, sys
from kucoin.errors import NotConfigured
from kucoin.journal.database import Journal
Journal.open("sqlite:///" + sys.argv[1], mode="practice").close()
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    Journal.open("sqlite:///" + sys.argv[2], mode="practice")
except NotConfigured as error:
    print(error)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal with 200 fills."""
    opened = Journal.open(f"sqlite:///{path}", mode="practice", patience=0.1)
    assert LedgerStore(opened).add_fills("1", fills(200)) == 200
    yield opened
    opened.close()


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_a_disk_that_fails_is_used_again_once_it_is_well(
    journal: Journal, path: Path, fault: Fault, words: str
) -> None:
    """Meanwhile each write is a JournalError that leaves nothing, and what is there can be read."""
    store, more = LedgerStore(journal), fills(1000, since=200)
    with fault(journal, path):
        for _ in range(3):
            with pytest.raises(JournalError, match=f"^the journal could not be written: {words}$"):
                store.add_fills("1", more, Mark("fills", START, None))
        assert list(store.fills("1")) == fills(200)
        assert store.marks("1") == {}
    assert store.add_fills("1", more) == 1000
    assert list(store.fills("1")) == fills(1200)


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be taken for one\n" * 100)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _scratched(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = bytes(4096)
    path.write_bytes(content)


def _of_another(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE journal (entry TEXT)")


@pytest.mark.parametrize("harm", [_garbage, _cut, _scratched, _of_another])
def test_a_damaged_file_is_refused_and_left_as_it_is(
    journal: Journal, path: Path, harm: Callable[[Path], None]
) -> None:
    """One sentence names the file and what to do; not a byte of it changes."""
    LedgerStore(journal).add_fills("1", fills(1000, since=200))
    journal.close()
    harm(path)
    before = path.read_bytes()
    with pytest.raises(NotConfigured) as refusal:
        Journal.open(f"sqlite:///{path}", mode="practice")
    assert str(refusal.value).startswith(f"{path} cannot be used: ")
    assert str(refusal.value).endswith("; put that right, bring back a copy of it, or move it away to begin anew")
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == before


def test_a_locked_file_is_refused_at_the_start(journal: Journal, path: Path) -> None:
    """Another program that writes and does not end is named as what it is; once it has ended the file opens."""
    with locked(journal, path), pytest.raises(NotConfigured, match=r"cannot be used: database is locked; put that"):
        Journal.open(f"sqlite:///{path}", mode="practice", patience=0.1)
    Journal.open(f"sqlite:///{path}", mode="practice").close()


def test_nobody_else_may_read_it(journal: Journal, path: Path) -> None:
    """Neither the file nor what lies beside it while it is open."""
    assert journal
    found = {each.name: each.stat().st_mode & 0o077 for each in path.parent.glob("journal*")}
    assert found == dict.fromkeys(("journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3-shm"), 0)


def test_two_processes_may_share_the_file(journal: Journal, path: Path) -> None:
    """Another journal on the same file adds to it, and each sees what the other did."""
    with closing(Journal.open(f"sqlite:///{path}", mode="practice")) as other:
        assert LedgerStore(other).add_fills("1", fills(201)) == 1
        assert LedgerStore(journal).add_fills("1", fills(202)) == 1
        assert list(LedgerStore(other).fills("1")) == fills(202)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter, but nobody may write to."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        yield folder
        folder.chmod(0o755)


def test_a_file_that_may_not_be_written_is_refused(tmp_path: Path, public: Path) -> None:
    """Neither a file without the right to write is opened, nor one made where that is not allowed."""
    path = public / "journal.sqlite3"
    Journal.open(f"sqlite:///{path}", mode="practice").close()
    path.chmod(0o444)
    public.chmod(0o555)
    for name, words in (
        ("journal.sqlite3", "attempt to write a readonly database|unable to open database file"),
        ("other.sqlite3", "Permission denied"),
        ("below/other.sqlite3", "Permission denied"),
    ):
        command = [sys.executable, "-c", STRANGER, str(tmp_path / "own.sqlite3"), str(public / name)]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
        assert re.fullmatch(rf"{public}/\S+ cannot be (used|made): ({words})(; put that right, .*)?\n", said)
    assert sorted(each.name for each in public.iterdir()) == ["journal.sqlite3"]
