"""Ten thousand sealed rows, spoilt 1,000 times and verified whole. Run: pytest tests/torture/test_torture_audit.py -s

AUDIT_SEED repeats a run, AUDIT_TAMPERS makes it shorter or longer.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from tests.audit_tampers import ROWS, Spoilt


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
