"""Ten thousand sealed rows in an SQLite file, and hands that spoil them one way at a time."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from kucoin.journal.audit import Act, Chain, Flaw, written
from kucoin.journal.audit_key import BEGINNING, End
from kucoin.journal.database import Journal

ROWS = 10_000
START = datetime(2026, 11, 20, tzinfo=UTC)
COLUMNS = ("seq", "account", "at_us", "who", "act", "subject", "body", "mac")
_READ = "SELECT seq, account, at_us, who, act, subject, body, mac FROM audit ORDER BY seq"
_ADD = "INSERT INTO audit (seq, account, at_us, who, act, subject, body, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_OUTSIDE = "DELETE FROM audit WHERE seq NOT BETWEEN 1 AND ? OR typeof(seq) != 'integer'"
Row = tuple[Any, ...]


def act(number: int, **more: Any) -> Act:
    """Something that was done, unlike any other."""
    who, what = ("ana", "desk", "kucoin")[number % 3], ("intent", "accepted", "cancel", "arm")[number % 4]
    body = written({"words": f"number {number}", "took": number / 1000})
    made = {"account": "uid-1", "at": START + timedelta(seconds=7 * number), "who": who, "act": what}
    return Act(**{**made, "subject": f"order-{number}", "body": body, **more})


class Spoilt:
    """The rows, and everything that may be done to them by whoever can write to the database, but has no key."""

    def __init__(self, folder: Path, rows: int = ROWS) -> None:
        self._journal = Journal.open(f"sqlite:///{folder / 'journal.sqlite3'}", mode="practice")
        self.chain = Chain(self._journal, folder)
        for begin in range(0, rows, 1_000):
            self.chain.add([act(number) for number in range(begin, min(begin + 1_000, rows))])
        self._raw = sqlite3.connect(folder / "journal.sqlite3", isolation_level=None)
        self.rows: list[Row] = self._raw.execute(_READ).fetchall()
        self._holds = [BEGINNING, *(found for found in self.chain.verify() if isinstance(found, End))]
        self.kinds: tuple[Callable[[Random], Iterable[int]], ...] = (
            *(self._alter, self._alter, self._alter, self._delete, self._delete_and_close, self._insert_between),
            *(self._insert_outside, self._swap, self._reorder, self._cut, self._forge),
        )

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()
        self._journal.close()

    def spoil(self, kind: Callable[[Random], Iterable[int]], random: Random, *, whole: bool = False) -> Flaw | None:
        """Spoil the rows, return what verifying them finds, and put them back.

        Args:
            whole: Verify from the beginning, not from the last batch before what was spoilt.
        """
        self._raw.execute("BEGIN")
        touched = sorted(kind(random))
        self._raw.execute("COMMIT")
        since = BEGINNING if whole else max(end for end in self._holds if end == BEGINNING or end.seq < touched[0])
        flaw = self.flaw(since)
        self._put_back(touched)
        return flaw

    def flaw(self, since: End = BEGINNING) -> Flaw | None:
        """Return where the chain does not hold, None where it does."""
        return next((found for found in self.chain.verify(since) if isinstance(found, Flaw)), None)

    def _put_back(self, touched: list[int]) -> None:
        ours = [seq for seq in touched if 1 <= seq <= len(self.rows)]
        self._raw.execute("BEGIN")
        self._raw.execute(_OUTSIDE, [len(self.rows)])
        self._raw.executemany("DELETE FROM audit WHERE seq = ?", [[seq] for seq in ours])
        self._add([self.rows[seq - 1] for seq in ours])
        self._raw.execute("COMMIT")

    def _add(self, rows: Iterable[Row]) -> None:
        self._raw.executemany(_ADD, rows)

    def _shift(self, seq: int, by: int) -> None:
        """Give every row from ``seq`` on another number."""
        self._raw.execute("UPDATE audit SET seq = -(seq + ?) WHERE seq >= ?", [by, seq])
        self._raw.execute("UPDATE audit SET seq = -seq WHERE seq < 0")

    def _alter(self, random: Random) -> Iterable[int]:
        """One column of one row."""
        seq, place = random.randint(1, len(self.rows)), random.randrange(len(COLUMNS))
        column, old = COLUMNS[place], self.rows[seq - 1][place]
        if column == "seq":
            new: object = random.choice([0, -seq, seq + len(self.rows), f"{seq}x", -(2**63)])
        elif column == "at_us":
            new = random.choice([old + random.choice([-1, 1]), old + 10**9, "soon", b"soon"])
        else:
            character = random.randrange(len(old))
            flipped = f"{old[:character]}{chr(ord(old[character]) ^ 1)}{old[character + 1 :]}"
            other = random.choice(self.rows)[place]
            new = random.choice([f"{old} ", "", old[:-1], old.encode(), flipped, other if other != old else flipped])
        self._raw.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", [new, seq])  # noqa: S608  one of COLUMNS
        return [seq]

    def _delete(self, random: Random) -> Iterable[int]:
        """Some rows, not at the end."""
        first = random.randint(1, len(self.rows) - 10)
        gone = range(first, first + random.randint(1, 5))
        self._raw.execute("DELETE FROM audit WHERE seq BETWEEN ? AND ?", [gone[0], gone[-1]])
        return gone

    def _delete_and_close(self, random: Random) -> Iterable[int]:
        """One row, and the others move up."""
        seq = random.randint(1, len(self.rows) - 1)
        self._raw.execute("DELETE FROM audit WHERE seq = ?", [seq])
        self._shift(seq, -1)
        return range(seq, len(self.rows) + 1)

    def _insert_between(self, random: Random) -> Iterable[int]:
        """A copy of some row, and the others make room."""
        seq, like = random.randint(1, len(self.rows)), random.choice(self.rows)
        self._shift(seq, 1)
        self._add([(seq, *like[1:])])
        return range(seq, len(self.rows) + 2)

    def _insert_outside(self, random: Random) -> Iterable[int]:
        """A copy of some row before the first one, or after the last."""
        seq = random.choice([0, -7, len(self.rows) + 1, len(self.rows) + 9])
        self._add([(seq, *random.choice(self.rows)[1:])])
        return [seq]

    def _swap(self, random: Random) -> Iterable[int]:
        """What two rows say, seals included."""
        one, two = random.sample(range(1, len(self.rows) + 1), 2)
        self._raw.execute("DELETE FROM audit WHERE seq IN (?, ?)", [one, two])
        self._add([(one, *self.rows[two - 1][1:]), (two, *self.rows[one - 1][1:])])
        return [one, two]

    def _reorder(self, random: Random) -> Iterable[int]:
        """Some neighbours, backwards."""
        first = random.randint(1, len(self.rows) - 6)
        some = range(first, first + random.randint(2, 6))
        self._raw.execute("DELETE FROM audit WHERE seq BETWEEN ? AND ?", [some[0], some[-1]])
        self._add([(seq, *self.rows[other - 1][1:]) for seq, other in zip(some, reversed(some), strict=True)])
        return some

    def _cut(self, random: Random) -> Iterable[int]:
        """The end, or all of it."""
        first = len(self.rows) + 1 - random.choice([1, 2, 17, 500, len(self.rows)])
        self._raw.execute("DELETE FROM audit WHERE seq >= ?", [first])
        return range(first, len(self.rows) + 1)

    def _forge(self, random: Random) -> Iterable[int]:
        """What one row says, sealed anew under another key, as is all that follows."""
        seq = random.randint(max(1, len(self.rows) - 200), len(self.rows))
        before, forged = self.rows[seq - 2][-1] if seq > 1 else "", []
        for number in range(seq, len(self.rows) + 1):
            row = list(self.rows[number - 1])
            row[3] = "nobody" if number == seq else row[3]
            text = json.dumps(["row", before, *row[:-1]], ensure_ascii=False, separators=(",", ":"))
            row[-1] = before = hmac.new(b"another key", text.encode(), hashlib.sha256).hexdigest()
            forged.append(tuple(row))
        self._raw.execute("DELETE FROM audit WHERE seq >= ?", [seq])
        self._add(forged)
        return range(seq, len(self.rows) + 1)
