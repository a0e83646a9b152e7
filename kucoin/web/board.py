"""What is shown to everybody just now: panels by name, each looked at and written out once however many want it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import msgspec

from kucoin.errors import InvalidRequest
from kucoin.web import names
from kucoin.web.panel import Change, Panel
from kucoin.web.sight import CATCHING_UP, STALE, Fresh, Sight

log = logging.getLogger(__name__)

_SOON = 1.0  # s until a panel is tried again whose symbol may yet turn out to exist
_LATER = 30.0  # the same for one that broke, or that cannot be had: symbols are listed every day
_encode = msgspec.json.encode


class Shown:
    """A panel's place on the board.

    Attributes:
        news: What was new at the last look, written out; None where nothing was.
        fresh: How old it is as of the last look, written out; None where nobody asked.
        again: The next attempt to open it, in s of the feeds' clock; of no account while it is open.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.panel: Panel | None = None
        self.news: str | None = None
        self.fresh: str | None = None
        self.again = 0.0
        self.trouble: str | None = None
        self._whole: str | None = None

    def whole(self) -> str | None:
        """Return all of it written out, None where there is nothing yet."""
        if self.trouble is not None:
            return self.write("trouble", self.trouble)
        if self.panel is None:
            return None
        if self._whole is None:
            self._whole = self.write("full", self.panel.full())
        return self._whole

    def tell(self, change: Change | None) -> None:
        """Take what became of the panel."""
        self.news = None
        if change is None:
            return
        self._whole = None
        if change.kind == "full":
            self.news = self._whole = self.write("full", change.body)
        else:
            self.news = self.write("more", change.body)

    def write(self, kind: str, body: object) -> str:
        """Write a frame of this panel."""
        return _encode({"panel": self.name, kind: body}).decode()


class Board:
    """The panels that somebody wants. Used by one thread alone."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.shown: dict[str, Shown] = {}

    def want(self, wanted: Iterable[str]) -> None:
        """Open what is newly wanted, close what is not wanted any more."""
        names_now = dict.fromkeys(wanted)
        for name in [name for name in self.shown if name not in names_now]:
            self._close(self.shown.pop(name))
        for name in names_now:
            if name not in self.shown:
                self.shown[name] = Shown(name)

    def look(self) -> None:
        """Look at every panel once; what is new stands in its ``news`` until the next look."""
        now = self.sight.monotonic()
        for shown in self.shown.values():
            shown.news = shown.fresh = None
            try:
                if shown.panel is None and shown.again <= now:
                    self._open(shown, now)
                if shown.panel is not None:
                    shown.tell(shown.panel.change())
            except Exception:
                log.exception("the panel %s broke", shown.name)
                self._give_up(shown, "This part of the page broke; the log tells why.", now + _LATER)

    def fresh(self, name: str) -> str:
        """Return how fresh a panel is, written out as a pair of an object; judged once a look."""
        shown = self.shown[name]
        if shown.fresh is None:
            shown.fresh = f"{_encode(name).decode()}:{_encode(self._judge(shown)).decode()}"
        return shown.fresh

    def close(self) -> None:
        """Close every panel."""
        self.want(())

    def _open(self, shown: Shown, now: float) -> None:
        try:
            shown.panel = names.opened(self.sight, shown.name)
        except InvalidRequest as error:
            if names.waits(self.sight, shown.name):
                shown.again = now + _SOON
            else:
                self._give_up(shown, str(error), now + _LATER)
        else:
            shown.trouble = None

    def _give_up(self, shown: Shown, trouble: str, again: float) -> None:
        self._close(shown)
        new = trouble != shown.trouble
        shown.trouble, shown.again = trouble, again
        shown.news = shown.whole() if new else None

    def _close(self, shown: Shown) -> None:
        panel, shown.panel = shown.panel, None
        if panel is not None:
            panel.close()

    def _judge(self, shown: Shown) -> Fresh:
        if shown.panel is None:
            waiting = shown.trouble is None
            return Fresh(
                CATCHING_UP if waiting else STALE, None, shown.trouble or "the exchange's lists are being read"
            )
        try:
            fresh = names.judged(shown.name, shown.panel.fresh())
        except Exception:
            log.exception("nobody knows how old %s is", shown.name)
            return Fresh(STALE, None, "its age is not known")
        return fresh if fresh.age is None else fresh._replace(age=round(fresh.age, 1))
