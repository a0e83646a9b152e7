"""One practice exchange: its market, its engine, its memory, its clock and its door, put together."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from kucoin.practice import rulebook, story
from kucoin.practice.archive import Archive
from kucoin.practice.clock import Clock
from kucoin.practice.commits import Commits
from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.records import Profile
from kucoin.practice.engine.state import Changes, User
from kucoin.practice.engine.terms import Status
from kucoin.practice.faults import Faults
from kucoin.practice.keys import USERS
from kucoin.practice.life.life import Life
from kucoin.practice.market import Market
from kucoin.practice.past import DAY_MS, Past
from kucoin.practice.quota import Quotas
from kucoin.practice.service import Service
from kucoin.practice.sockets.hall import Hall
from kucoin.practice.sockets.tokens import Keepalive, Tokens
from kucoin.practice.store import Store, Unusable
from kucoin.practice.universe import CONTRACTS, PAIRS, USDT
from kucoin.practice.wire import Refusal

DEFAULT_SEED = 7
HOUR_MS = 3_600_000
# Everything that a margin account may be asked about.
_MARGIN_COINS = sorted({USDT, *rulebook.BORROWABLE} | {pair.base for pair in PAIRS.values() if pair.margin})


class Exchange:
    """Holds the parts that requests work with. `spot` and `futures` are the bases once it listens.

    Attributes:
        delisted: Symbols that are on no list for the time being.
        halls: Who listens on sockets, by host: spot and futures.
        listeners: Called with what the engine did, before it is durable.
    """

    def __init__(self, data: Path, *, seed: int | None = None, reset: bool = False) -> None:
        """Open the exchange kept under ``data``, or bring one to life there.

        Args:
            seed: Of a new exchange; one that is kept has its own, and another one is refused.

        Raises:
            store.Unusable: Another process holds the directory, it cannot be read, or it was made with another seed.
        """
        self.data = data.resolve()
        self.pid = os.getpid()
        self.store = Store(self.data)
        self.archive = Archive(self.store)
        self.commits = Commits(self.store, leave)
        self.spot = self.futures = ""
        self.requests: Counter[str] = Counter()
        self.quotas = Quotas()
        self.faults = Faults()
        self.service = Service()
        self.keepalive = Keepalive()
        self.halls = {host: Hall() for host in ("spot", "futures")}
        self.delisted: set[str] = set()
        self.listeners: list[Callable[[Changes], None]] = []
        if reset:
            self.store.wipe()
        known = self.store.meta("seed")
        if seed is not None and known is not None and seed != int(known):
            self.store.close()
            raise Unusable(f"{self.data} was made with seed {known}, not {seed}: --reset makes it anew")
        self._load(int(known) if known is not None else DEFAULT_SEED if seed is None else seed)

    def _load(self, seed: int) -> None:
        self.seed = seed
        self.clock = Clock(int(self.store.meta("clock_offset_ms") or 0))
        self.market = self.history = Market(seed)
        born = self.store.meta("born_ms")
        self.born_ms = int(born) if born is not None else self.clock.market_ms() // 60_000 * 60_000
        if born is None:
            begins = self.born_ms - int(story.BEGINS * DAY_MS)
            self._start(begins, settled_ms=begins)
            self._give_birth()
        self.tokens = Tokens(f"{seed} {self.born_ms}")
        self._start(self.clock.market_ms(), settled_ms=int(self.store.meta("settled_ms") or self.born_ms))
        self.engine.load(self.archive.saved())
        # Prices are not kept, and without them what margin accounts hold would count for nothing when hours fall due.
        self.price_coins(self._settled_ms)
        self.life = Life(self.engine, self.history, self.clock.market_ms(), rows=self.archive.minutes())
        self.market = self.life.market
        self.now()

    def _start(self, now_ms: int, *, settled_ms: int) -> None:
        """Make an engine that knows the rules and nobody but the house."""
        self.engine = Engine(
            now_ms=now_ms,
            settled_ms=settled_ms,
            pairs=rulebook.pairs(),
            contracts=rulebook.contracts(),
            loans=rulebook.loans(),
        )
        self._settled_ms = settled_ms - settled_ms % HOUR_MS
        self._second = -1

    def _give_birth(self) -> None:
        """Fill the accounts. Birth is on a full minute, so that equal minutes give equal exchanges."""
        for user in USERS.values():
            self.engine.add_user(Profile(id=user.name, hedge=user.hedge))
        story.tell(Past(self))
        self.store.set_meta(seed=str(self.seed), born_ms=str(self.born_ms))
        self.archive.keep(self.engine.drain())
        self.store.commit()

    # Time

    def now(self) -> int:
        """Return the market's moment after doing what was due by then."""
        moment = self.clock.market_ms()
        self.settle(moment)
        if moment // 1000 != self._second:
            self._second = moment // 1000
            market = self.history
            self.engine.tick(
                moment,
                coins=self._coins(moment),
                index={symbol: market.index_price(each, moment) for symbol, each in CONTRACTS.items()},
                marks={symbol: market.mark_price(each, moment) for symbol, each in CONTRACTS.items()},
                rates={symbol: market.funding_rate(each, moment) for symbol, each in CONTRACTS.items()},
            )
            self.keep(moment)
        return moment

    def live(self) -> None:
        """Let everything happen that happens by itself: time, bots, the tape."""
        moment = self.now()
        self.life.step(moment, set().union(*(hall.watched() for hall in self.halls.values())))
        self.keep(moment)
        for minute, bars in self.life.tape.rows():
            self.archive.tape(minute, bars, oldest=self.life.tape.oldest)

    def keep(self, moment: int) -> None:
        """Write down what the engine did at ``moment``, put it on the tape, and let listeners hear of it.

        The caller sees to the commit.
        """
        done = self.engine.drain()
        self.archive.keep(done)
        self.life.take(done, moment)
        for listener in self.listeners:
            listener(done)

    def settle(self, until_ms: int) -> None:
        """Charge interest and funding of every full hour up to a moment that has not been settled yet."""
        while self._settled_ms + HOUR_MS <= until_ms:
            self._settled_ms += HOUR_MS
            self.price(self._settled_ms, self._funded())
            self.store.set_meta(settled_ms=str(self._settled_ms))
            self._second = -1  # so that what this did is kept at once

    def _funded(self) -> set[str]:
        """Return the contracts on which somebody's funding falls due at the hour that is being settled."""
        held = {symbol for user in self.users() for symbol, _ in user.positions}
        return {symbol for symbol in held if self._settled_ms % CONTRACTS[symbol].interval_ms == 0}

    def price(self, at_ms: int, symbols: set[str]) -> None:
        """Let the engine see the prices of some contracts at a moment, and the rates that they charge then."""
        market = self.history
        self.engine.tick(
            at_ms,
            index={symbol: market.index_price(CONTRACTS[symbol], at_ms) for symbol in symbols},
            marks={symbol: market.mark_price(CONTRACTS[symbol], at_ms) for symbol in symbols},
            rates={symbol: market.funding_rate(CONTRACTS[symbol], at_ms - 1) for symbol in symbols},
        )

    def price_coins(self, at_ms: int) -> None:
        """Let the engine see what margin accounts are worth at a moment."""
        self.engine.tick(at_ms, coins=self._coins(at_ms))

    def _coins(self, at_ms: int) -> dict[str, Decimal]:
        prices = {currency: self.market.coin_price(currency, at_ms) for currency in _MARGIN_COINS}
        return {currency: price for currency, price in prices.items() if price is not None}

    # People

    def user(self, name: str) -> User:
        """Return a user's settings, money, and what is alive of their orders."""
        return self.engine.user(name)

    def users(self) -> list[User]:
        """Return everybody who is not the house."""
        return [self.engine.user(name) for name in USERS]

    # Delisting

    def delist(self, symbol: str) -> None:
        """Take an instrument off the lists; it takes no orders and is told of no more.

        Raises:
            Refusal: 400100, there is none of that name.
        """
        if symbol not in PAIRS and symbol not in CONTRACTS:
            raise Refusal("400100", f"nothing is called {symbol}", status=400)
        self.delisted.add(symbol)
        self.engine.set_status(symbol, Status.CLOSED)

    def relist(self) -> None:
        """Take everything back onto the lists."""
        for symbol in self.delisted:
            self.engine.set_status(symbol, Status.OPEN)
        self.delisted.clear()

    # Beginning again

    def set_offset(self, offset_ms: int) -> None:
        """Move the whole exchange in time, and remember it."""
        self.store.set_meta(clock_offset_ms=str(offset_ms))
        self.clock.set_offset(offset_ms)

    def reset(self, seed: int | None = None) -> None:
        """Forget everything that happened and begin again."""
        self.store.wipe()
        self.quotas, self.faults, self.keepalive = Quotas(), Faults(), Keepalive()
        self.requests.clear()
        self.delisted.clear()
        for hall in self.halls.values():
            hall.cut("rst")
        self._load(self.seed if seed is None else seed)


def leave() -> None:
    """Ask this process to end."""
    os.kill(os.getpid(), signal.SIGTERM)
