"""Panels for pages that get theirs by the script, where no socket gets through."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from kucoin.web import names
from kucoin.web.panel import Body, Panel
from kucoin.web.sight import Fresh, Sight

_KEPT = 10.0  # s: such a page asks again every few seconds, and a new panel would know nothing of before


@dataclass(slots=True)
class _Open:
    panel: Panel
    asked_at: float


class Glances:
    """Looks at panels from any thread, one look at a time; what nobody asks for any more is closed by `sweep`."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}

    def look(self, name: str) -> tuple[Body, Fresh]:
        """Return all that the panel ``name`` shows now, and how old that is.

        Raises:
            InvalidRequest: There is no such panel, or not yet.
        """
        with self._lock:
            held = self._open.get(name)
            if held is None:
                held = self._open[name] = _Open(names.opened(self._sight, name), 0.0)
            held.asked_at = self._sight.monotonic()
            try:
                held.panel.change()
                return held.panel.full(), names.judged(name, held.panel.fresh())
            except Exception:
                self._close(name)
                raise

    def sweep(self) -> None:
        """Close what was not asked for in the last 10 s; to be called about once a second."""
        now = self._sight.monotonic()
        with self._lock:
            for name in [name for name, held in self._open.items() if now - held.asked_at >= _KEPT]:
                self._close(name)

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            for name in list(self._open):
                self._close(name)

    def __len__(self) -> int:
        with self._lock:
            return len(self._open)

    def _close(self, name: str) -> None:
        self._open.pop(name).panel.close()
