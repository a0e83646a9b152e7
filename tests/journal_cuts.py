"""A process that writes into the journal and is killed while it does; what is there afterwards is checked."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore, Mark
from tests.journal_facts import fills

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 50

# Stores fills with their mark, some at a time, and says how many there are after each.
WRITER = """
import sys
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore, Mark
from tests.journal_facts import fills
store = LedgerStore(Journal.open(sys.argv[1], mode="practice"))
there, at_once = int(sys.argv[2]), int(sys.argv[3])
while True:
    some = fills(at_once, since=there)
    there += store.add_fills("1", some, Mark("fills", some[-1].at, None))
    print(there, flush=True)
"""


def cut(url: str, *, there: int = 0, after: int, pause: float = 0.0) -> int:
    """Kill a writer ``pause`` seconds after it acknowledged ``after`` batches; return how many fills are there then.

    Rows and mark must agree, no batch may be there in part, nothing that was acknowledged may be missing, and writing
    must go on.
    """
    command = [sys.executable, "-c", WRITER, url, str(there), str(AT_ONCE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        told = [int(writer.stdout.readline()) for _ in range(after)]
        time.sleep(pause)  # the moment of the cut, not a wait for anything
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in writer.stdout if line.endswith("\n")]
    with closing(Journal.open(url, mode="practice")) as journal:
        store = LedgerStore(journal)
        found = list(store.fills("1"))
        assert len(found) in {told[-1], told[-1] + AT_ONCE}
        assert found == fills(len(found))
        assert store.marks("1") == {"fills": Mark("fills", found[-1].at, None)}
        assert store.add_fills("1", fills(AT_ONCE, since=len(found) - 1)) == AT_ONCE - 1
        return len(found) + AT_ONCE - 1
