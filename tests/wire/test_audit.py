"""The audit on both databases: what is spoilt is found, what is written stands in order, a lost key is told."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from kucoin.errors import DuplicateClientOid, NotConfigured
from kucoin.journal.audit import Chain, Flaw
from kucoin.journal.audit_key import KEY, End
from kucoin.journal.database import Journal
from kucoin.journal.intents import Intent, IntentStore, Outcome, wished
from kucoin.model.ticket import TicketState
from tests import postgres
from tests.audit_tampers import Spoilt, act
from tests.trading_rig import START, futures, spot

needs_postgres = pytest.mark.skipif(
    postgres.binaries() is None, reason="no Postgres server: install Debian's package postgresql"
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=needs_postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    return str(request.getfixturevalue("server").database())


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Postgres]:
    """One server for this file."""
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    """Ten thousand rows that may be spoilt."""
    with closing(Spoilt(tmp_path_factory.mktemp("audit"))) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database of 20 rows, whose dashboard has ended."""
    with closing(Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice")) as journal:
        chain = Chain(journal, tmp_path)
        chain.add([act(number) for number in range(20)])
        chain.keep_end()
    return tmp_path / "journal.sqlite3"


def verdict(chain: Chain) -> End | Flaw | None:
    """What verifying the whole chain comes to; None where it cannot be verified."""
    return next(reversed(list(chain.verify())), None)


def change(file: Path, statement: str) -> None:
    """Write into the database as somebody else would."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize("kind", range(11))
def test_whatever_is_spoilt_of_10000_rows_is_found(spoilt: Spoilt, kind: int) -> None:
    """Columns altered, rows deleted, inserted, swapped, moved, cut off, sealed under another key: every time."""
    random = Random(kind)
    slow = spoilt.kinds[kind].__name__ in {"_delete_and_close", "_insert_between"}  # of every row that follows
    for number in range(10 if slow else 32):
        assert spoilt.spoil(spoilt.kinds[kind], random) is not None, (kind, number)


def test_rows_that_are_put_back_hold_again(spoilt: Spoilt) -> None:
    """Verifying finds what is there, not what once was: nothing is said of 10,000 good rows."""
    assert spoilt.spoil(spoilt.kinds[0], Random(1), whole=True) is not None
    assert spoilt.flaw() is None


def test_four_processes_write_one_chain(url: str, tmp_path: Path) -> None:
    """Rows of several writers at once stand in one order without a gap, each sealed on to the one before it."""
    journals = [Journal.open(url, mode="practice", patience=20) for _ in range(4)]
    chains = [Chain(journal, tmp_path) for journal in journals]

    def write(each: Chain) -> None:
        for number in range(12):
            each.add([act(number), act(number + 1)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, chains))
    found = [verdict(each) for each in chains]
    for journal in journals:
        journal.close()
    assert all(isinstance(each, End) and each.seq == 96 for each in found), found


def test_an_order_and_its_rows_are_written_together_or_not_at_all(url: str, tmp_path: Path) -> None:
    """Wish and outcome stand in the audit, readable again; a wish that was not written down leaves nothing there."""
    with closing(Journal.open(url, mode="practice")) as journal:
        chain = Chain(journal, tmp_path)
        store = IntentStore(journal, chain)
        tickets = [spot(), futures()]
        for ticket in tickets:
            store.add(Intent(account="uid-1", ticket=ticket, by="ana", handed_at=START))
        with suppress(DuplicateClientOid):
            store.add(Intent(account="uid-1", ticket=tickets[0], by="ana", handed_at=START))
        said = {"state": TicketState.REFUSED, "code": "200004", "words": "a\0b\ud800"}
        store.note([Outcome(client_oid=tickets[0].client_oid, at=START, **said)])
        late = Intent(account="uid-1", ticket=spot(), by="eve", handed_at=START)
        store.note([Outcome(client_oid=late.ticket.client_oid, state=TicketState.NOT_SENT, at=START, intent=late)])
        rows = chain.between("uid-1", START, START.replace(hour=23))
        found = verdict(chain)
    wanted = [("ana", "intent"), ("ana", "intent"), ("desk", "refused"), ("eve", "intent"), ("desk", "not sent")]
    assert [(row.who, row.act) for row in rows] == wanted
    assert [wished(json.loads(row.body)) for row in rows[:2]] == tickets
    assert isinstance(found, End)
    assert found.seq == 5


def test_text_that_became_bytes_is_found(file: Path, tmp_path: Path) -> None:
    """Also where both would be sealed alike: bytes are written as base64, and these spell the very word."""
    with closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal:
        chain = Chain(journal, tmp_path)
        chain.add([act(20, subject="AAAA")])
        change(file, "UPDATE audit SET subject = x'000000' WHERE seq = 21")
        assert verdict(chain) == Flaw(21, "row 21 is not as it was written")


def test_rows_cut_off_while_nobody_ran_are_missed_for_good(file: Path, tmp_path: Path) -> None:
    """The end that is kept beside the database tells, at the next start and after new rows were added as well."""
    change(file, "DELETE FROM audit WHERE seq > 18")
    with closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal:
        chain = Chain(journal, tmp_path)
        assert verdict(chain) == Flaw(19, "rows 19 to 20 were cut off at the end")
        chain.add([act(99)])
        chain.keep_end()
        found = verdict(Chain(journal, tmp_path))
    assert isinstance(found, Flaw)
    assert found.seq == 19


def test_rows_written_just_before_the_end_of_power_are_no_flaw(file: Path, tmp_path: Path) -> None:
    """The end beside the database may lag behind what is in it, and the chain holds."""
    with closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal:
        Chain(journal, tmp_path).add([act(20)])
        found = verdict(Chain(journal, tmp_path))
    assert isinstance(found, End)
    assert found.seq == 21


def test_a_lost_key_is_not_made_anew(file: Path, tmp_path: Path) -> None:
    """Rows go on being written, nothing is said to hold, and the key that comes back verifies what it sealed."""
    key = tmp_path / KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    kept = key.read_bytes()
    assert kept.strip() not in file.read_bytes()
    key.unlink()
    with closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal:
        chain = Chain(journal, tmp_path)
        assert "audit.key is missing" in chain.problem
        assert verdict(chain) is None
        chain.add([act(21)])
        assert not key.exists()
        key.write_bytes(kept)
        key.chmod(0o600)
        found = verdict(Chain(journal, tmp_path))
    assert isinstance(found, Flaw)
    assert found.seq == 21


def test_a_key_that_others_may_read_stops_the_start(file: Path, tmp_path: Path) -> None:
    """One sentence says which file and what to do."""
    (tmp_path / KEY).chmod(0o640)
    with (
        closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal,
        pytest.raises(NotConfigured, match=r"audit\.key can be opened by others \(mode 0640\): chmod 600 it"),
    ):
        Chain(journal, tmp_path)


def test_an_end_that_was_altered_or_lost_is_told(file: Path, tmp_path: Path) -> None:
    """Whoever moves the end back to hide a cut needs the key for it."""
    end = next(tmp_path.glob("audit-*.end"))
    end.write_bytes(end.read_bytes().replace(b'"seq":20', b'"seq":18'))
    with closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal:
        found = verdict(Chain(journal, tmp_path))
        end.unlink()
        lost = Chain(journal, tmp_path)
    assert isinstance(found, Flaw)
    assert "is not as it was written" in found.words
    assert "is missing: whether rows were cut off cannot be told" in lost.problem


def test_the_script_of_the_documentation_comes_to_the_same(file: Path, tmp_path: Path) -> None:
    """Whoever trusts nothing of ours verifies with a few lines of Python, foreign letters and line breaks included."""
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    script = page.partition("```python\n")[2].partition("```")[0]

    def run() -> str:
        command = [sys.executable, "-c", script, str(tmp_path), str(file)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout.strip()

    with closing(Journal.open(f"sqlite:///{file}", mode="practice")) as journal:
        chain = Chain(journal, tmp_path)
        chain.add([act(20, who="Ænæ 资", body='{"text": "\\u00e9\\n\x01 \u007f – \u2028 / \\\\ \\" 😀"}')])
        chain.keep_end()
        assert isinstance(verdict(chain), End)
    assert run() == "21 rows hold"
    change(file, "DELETE FROM audit WHERE seq = 21")
    assert run() == "rows after 20 are missing"
    change(file, "UPDATE audit SET act = 'accepted' WHERE seq = 7")
    assert run() == "row 7 does not hold"
