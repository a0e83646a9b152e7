"""A short play of futures on the practice engine: who trades what with whom, and what time and prices do to it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from kucoin.practice.engine.records import Profile
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.terms import CONTRACT, MarginMode, PositionSide, TimeInForce
from tests.engine_world import World
from tests.ledger_world import Told, told

D = Decimal
# One-way and isolated, one-way and cross, hedge and isolated, hedge and cross.
PLAYERS = ("ann", "bob", "cid", "dee")
_HEDGED = {"cid", "dee"}
_CROSS = {"bob", "dee"}
_RICH = D(10) ** 9


class Trade(NamedTuple):
    """Somebody trades with the market, or with another player; ``step`` is how far the price is from 50,000."""

    player: str
    other: str
    symbol: str
    buys: bool
    closes: bool
    lots: int
    step: int
    taker: bool


_STANDING = Trade("bot", "bot", "XBTUSDTM", buys=True, closes=False, lots=20, step=0, taker=False)


class Wait(NamedTuple):
    """Time passes, to the next funding if that is told, and prices move to ``step`` from 50,000.

    Where ``bids`` is told the market stands ready for those who are liquidated; else others have to close with them.
    """

    seconds: int
    funding: bool
    rate: int
    step: int
    bids: bool


Act = Trade | Wait
_lots = st.one_of(st.integers(1, 12), st.sampled_from([100, 250, 999]))
_steps = st.integers(-40, 40)
trades = st.builds(
    Trade,
    player=st.sampled_from(PLAYERS),
    other=st.sampled_from(("bot", "bot", "bot", *PLAYERS)),
    symbol=st.sampled_from(("XBTUSDTM", "XBTUSDTM", "XBTUSDM")),
    buys=st.booleans(),
    closes=st.booleans(),
    lots=_lots,
    step=_steps,
    taker=st.booleans(),
)
waits = st.builds(
    Wait,
    seconds=st.sampled_from((0, 3, 60, 7200)),
    funding=st.booleans(),
    rate=st.integers(-75, 75),
    step=st.one_of(_steps, st.sampled_from((-400, 400))),
    bids=st.booleans(),
)
acts = st.lists(st.one_of(trades, trades, trades, waits), min_size=1, max_size=14)


class Play:
    """A world with one player of each kind, and a market that always takes the other side."""

    def __init__(self, *, step_s: int = 0) -> None:
        """Begin; ``step_s`` seconds pass with every act."""
        self.world = World(*PLAYERS)
        self._step_s = step_s
        engine, now = self.world.engine, self.world.now
        engine.add_user(Profile(id="bot", house=True))
        for name in (*PLAYERS, "bot"):
            engine.accounts.credit(now, name, CONTRACT, "USDT", D(2000) if name != "bot" else _RICH)
            engine.accounts.credit(now, name, CONTRACT, "XBT", D(0) if name != "bot" else _RICH)
        for name in _HEDGED:
            engine.futures_account.switch_position_mode(now, name, hedge=True)
        for name in _CROSS:
            for symbol in ("XBTUSDTM", "XBTUSDM"):
                engine.futures_account.change_margin_mode(now, name, symbol, MarginMode.CROSS)
                engine.futures_account.change_cross_leverage(now, name, symbol, D(20))

    def do(self, act: Act) -> None:
        """Do one act, or have the exchange refuse it."""
        if self._step_s:
            self.world.later(self._step_s)
        try:
            if isinstance(act, Trade):
                self._trade(act)
            else:
                self._wait(act)
        except Refusal:
            return  # an order that the exchange does not take leaves the ledger as it is
        finally:
            for name in (*PLAYERS, "bot"):
                self.world.engine.futures.cancel_orders(self.world.now, name)

    def told(self) -> dict[str, Told]:
        """Return what the exchange told each player."""
        return told(self.world.engine)

    def _trade(self, act: Trade) -> None:
        price = D(50_000) + act.step * 25
        maker, taker = (act.other, act.player) if act.taker else (act.player, act.other)
        makes_buy = act.buys is not act.taker
        closes = act.closes if maker == act.player else not act.closes
        self._order(maker, act, price, buys=makes_buy, closes=closes)
        closes = act.closes if taker == act.player else not act.closes
        self._order(taker, act, price, buys=not makes_buy, closes=closes, time_in_force=TimeInForce.IOC)

    def _order(self, who: str, act: Trade, price: Decimal, *, buys: bool, closes: bool, **more: object) -> None:
        side = PositionSide.BOTH
        if who in _HEDGED:
            side = PositionSide.LONG if buys is not closes else PositionSide.SHORT
        mode = MarginMode.CROSS if who in _CROSS else MarginMode.ISOLATED
        self.world.future(
            who,
            "buy" if buys else "sell",
            price,
            act.lots,
            symbol=act.symbol,
            position_side=side,
            margin_mode=mode,
            leverage=D(20),
            **more,
        )

    def _wait(self, act: Wait) -> None:
        world = self.world
        market = world.engine.futures.markets["XBTUSDTM"]
        if act.bids and market.mark is not None:
            for buys, price in ((True, market.mark * D("0.96")), (False, market.mark * D("1.04"))):
                self._order("bot", _STANDING, price.quantize(D("0.1")), buys=buys, closes=False)
        world.now = market.funding_ms if act.funding else world.now + act.seconds * 1000
        price = D(50_000) + act.step * 25
        rate = D(act.rate) / 100_000
        symbols = ("XBTUSDTM", "XBTUSDM")
        world.engine.tick(world.now, index=dict.fromkeys(symbols, price), rates=dict.fromkeys(symbols, rate))
