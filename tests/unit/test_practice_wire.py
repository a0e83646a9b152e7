"""What the practice exchange reads out of a request."""

from __future__ import annotations

from typing import cast

import pytest

from kucoin.practice.exchange import Exchange
from kucoin.practice.wire import Call, Refusal

DAY = 86_400_000
NOW = 1_795_000_000_000


def call(**query: int) -> Call:
    """A question with these parameters."""
    return Call(cast("Exchange", None), NOW, "127.0.0.1", {name: str(value) for name, value in query.items()}, {})


def test_what_is_old_is_told_no_more() -> None:
    """A window reaches back as far as is kept, whatever was asked for."""
    assert call().recent_span(kept=91)[0] == NOW - 91 * DAY
    assert call(startAt=NOW - 92 * DAY, endAt=NOW - 90 * DAY).recent_span(kept=91) == (NOW - 91 * DAY, NOW - 90 * DAY)
    assert call(startAt=NOW - 2 * DAY).recent_span(kept=91)[0] == NOW - 2 * DAY


@pytest.mark.parametrize(("days", "taken"), [(7, True), (8, False)])
def test_a_window_may_be_bounded(days: int, *, taken: bool) -> None:
    """One day too many is refused; where nothing bounds it, it is not."""
    wanted = call(startAt=NOW - days * DAY, endAt=NOW)
    assert wanted.recent_span(kept=91) == (NOW - days * DAY, NOW)
    if taken:
        assert wanted.recent_span(kept=91, widest=7) == (NOW - days * DAY, NOW)
    else:
        with pytest.raises(Refusal, match="must not exceed 7 days"):
            wanted.recent_span(kept=91, widest=7)
