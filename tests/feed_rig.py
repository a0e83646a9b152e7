"""What feeds are tried with: manners, a topic, and the ids of what was heard."""

from __future__ import annotations

from kucoin.model.feed import Trade
from kucoin.stream.feed import Manners
from kucoin.stream.protocol import Timing
from tests.feed_server import Ear

CALM = Manners(first_pause=0.25, token_timing=False)
FAST = Manners(Timing().faster(1 / 20), first_pause=0.25, longest_pause=3.0)
MATCHES = "/market/match:BTC-USDT"


def heard(ear: Ear) -> list[str]:
    """The ids of the trades that came."""
    return [event.trade_id for event in ear.events if isinstance(event, Trade)]
