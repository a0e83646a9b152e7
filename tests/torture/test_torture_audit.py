"""Ten thousand sealed rows spoilt 1,000 times, and writers killed 40 times. Run with pytest -s.

AUDIT_SEED repeats a run, AUDIT_TAMPERS and AUDIT_CUTS make it shorter or longer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from kucoin.journal.audit import Chain
from kucoin.journal.audit_key import End
from kucoin.journal.database import Journal
from tests.audit_tampers import ROWS, Spoilt

WRITER = """
import sys
from pathlib import Path
from kucoin.journal.audit import Chain
from kucoin.journal.database import Journal
from tests.audit_tampers import act
folder = Path(sys.argv[1])
chain = Chain(Journal.open(f"sqlite:///{folder / 'journal.sqlite3'}", mode="practice"), folder)
print("ready", flush=True)
while True:
    chain.add([act(chain.end.seq), act(chain.end.seq + 1)])
    chain.keep_end()
"""


def test_every_spoilt_row_is_found(tmp_path: Path) -> None:
    """Verifying from the first row on finds each, and nothing once it is put back."""
    seed = int(os.environ.get("AUDIT_SEED", str(time.time_ns() % 10**9)))
    tampers = int(os.environ.get("AUDIT_TAMPERS", "1000"))
    print(f"seed {seed}: {tampers} tampers with {ROWS:,} rows", flush=True)
    random, missed, done = Random(seed), Counter[str](), Counter[str]()
    with closing(Spoilt(tmp_path)) as spoilt:
        for number in range(tampers):
            kind = random.choice(spoilt.kinds)
            done[kind.__name__] += 1
            missed[kind.__name__] += spoilt.spoil(kind, random, whole=True) is None
            if number % 100 == 99:
                assert spoilt.flaw() is None, number
    print(dict(done), flush=True)
    assert not +missed


def test_a_killed_writer_leaves_a_chain_that_holds(tmp_path: Path) -> None:
    """At whichever moment it dies, what it wrote is whole, and the next one goes on from there: no false alarm."""
    seed = int(os.environ.get("AUDIT_SEED", str(time.time_ns() % 10**9)))
    cuts = int(os.environ.get("AUDIT_CUTS", "40"))
    print(f"seed {seed}: {cuts} cuts", flush=True)
    random, before = Random(seed), 0
    for cut in range(cuts):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(random.uniform(0, 0.3))  # when it dies is drawn, and nothing is waited for
            writer.kill()
        with closing(Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice")) as journal:
            chain = Chain(journal, tmp_path)
            found = list(chain.verify())[-1]
        assert not chain.problem, cut
        assert isinstance(found, End), (cut, found)
        assert found.seq >= before
        before = found.seq
    print(f"{before} rows", flush=True)
    assert before > cuts
