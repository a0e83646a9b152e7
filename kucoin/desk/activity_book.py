"""What changed the account's balances, for everybody: kept in the journal, answered from memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kucoin.desk.activity import (
    ActivityChoices,
    ActivityReach,
    ActivityRow,
    ActivitySum,
    ActivityView,
    ActivityWish,
    Flow,
    Tie,
)


class ActivityBook:
    """Answers from memory. Safe to call from any thread; nothing here waits."""

    @property
    def generation(self) -> int:
        """Another whenever an answer may be."""
        return 0

    def view(self, wish: ActivityWish) -> ActivityView:  # noqa: ARG002  nothing is read yet
        """Return the lines that ``wish`` wants."""
        return _Empty()

    def choices(self) -> ActivityChoices:
        """Return what there is to choose from."""
        return ActivityChoices((), (), ())

    def reach(self) -> ActivityReach:
        """Return how far the activity is known."""
        return ActivityReach(None, "", reading=False, problem="", sources=())

    def ties(self) -> tuple[Tie, ...]:
        """Return for each balance whether the activity explains it."""
        return ()

    def flows(self, start: datetime | None, end: datetime | None) -> tuple[Flow, ...]:  # noqa: ARG002  as above
        """Return the deposits, withdrawals and transfers from ``start`` on and before ``end``, oldest first."""
        return ()


class _Empty:
    """No lines."""

    count = 0
    sums: tuple[ActivitySum, ...] = ()

    def rows(self, offset: int, limit: int) -> tuple[ActivityRow, ...]:  # noqa: ARG002  there are none
        """Return none."""
        return ()

    def entries(self) -> Iterator[ActivityRow]:
        """Yield none."""
        return iter(())
