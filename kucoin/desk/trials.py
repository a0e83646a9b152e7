"""Questions put to KuCoin by hand, out of the reference, to see what goes out and what comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from kucoin.desk.principal import Principal
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.model.look import Looked
from kucoin.rest.client import Exchange
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Urgency

_LONGEST = 200  # characters of a parameter
_SPACING = 1.0  # s at least from one question to the next: what reads in the background has no more urgency than they


class Trial:
    """One question, under way or answered; ``looked`` is None as long as it is under way."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.looked: Looked | None = None


class Trials:
    """Asks one question at a time, on a thread of its own. Safe to call from any thread; nothing here waits.

    It asks as the least urgent of all, and once a second at most, so that whoever tries things out takes no quota from
    anybody.

    Args:
        monotonic: Seconds that never jump.
    """

    def __init__(self, exchange: Exchange, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._exchange = exchange
        self._monotonic = monotonic
        self._busy = threading.Lock()
        self._due = float("-inf")  # guarded by the lock of what is under way

    def ask(self, endpoint: Endpoint, parameters: Mapping[str, str], principal: Principal) -> Trial:
        """Ask ``endpoint`` with ``parameters`` by KuCoin's names; those left empty are left out.

        Raises:
            NotAllowed: ``principal`` may only look, or another question is under way or was asked a moment ago.
            InvalidRequest: It is no question, a parameter of its path is missing, or one is no line of text.
        """
        principal.require_trader("ask KuCoin by hand")
        if endpoint.method != "GET":
            raise InvalidRequest(f"{endpoint.name} is no question: it would act")
        given = {name: text.strip() for name, text in parameters.items() if text.strip()}
        for name, text in given.items():
            if len(text) > _LONGEST or not text.isprintable():
                raise InvalidRequest(f"{name} is no line of at most {_LONGEST} characters")
        missing = [name for name in parameters if f"{{{name}}}" in endpoint.path and name not in given]
        if missing:
            raise InvalidRequest(f"{endpoint.path} needs {', '.join(missing)}")
        if not self._busy.acquire(blocking=False):
            raise NotAllowed("another question is under way")
        if self._monotonic() < self._due:
            self._busy.release()
            raise NotAllowed("another question was asked a moment ago")
        self._due = self._monotonic() + _SPACING
        trial = Trial(replace(endpoint, urgency=Urgency.BACKGROUND))
        threading.Thread(target=self._run, args=(trial, given), name="trial", daemon=True).start()
        return trial

    def _run(self, trial: Trial, given: Mapping[str, str]) -> None:
        looked = Looked(None, None, None, "", 0, "this program failed; its log says how")
        try:
            looked = self._exchange.look(trial.endpoint, given)
        finally:
            trial.looked = looked
            self._busy.release()
