"""Whole order books, with the sequence that joins them to the pushed updates."""

from __future__ import annotations

from itertools import chain

import msgspec

from kucoin.errors import OutcomeUnknown
from kucoin.model.feed import BookSnapshot, Level, sane
from kucoin.rest.answer import UNREADABLE, Answer
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Transport

FULL = Endpoint(
    "GET",
    "/api/v3/market/orderbook/level2",
    pool=Pool.SPOT,
    weight=3,
    private=True,
    permission="General",
    urgency=Urgency.ORDINARY,
)
PART = Endpoint(
    "GET",
    "/api/v1/market/orderbook/level2_100",
    pool=Pool.PUBLIC_SPOT,
    weight=2,
    private=False,
    urgency=Urgency.ORDINARY,
)
FUTURES = Endpoint(
    "GET",
    "/api/v1/level2/snapshot",
    pool=Pool.PUBLIC_FUTURES,
    weight=3,
    private=False,
    futures=True,
    urgency=Urgency.ORDINARY,
)


class _Book(msgspec.Struct, gc=False):
    sequence: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


_decode = msgspec.json.Decoder(_Book, strict=False).decode  # lax: the sequence may come as text


class OrderBooks:
    """Asks for books. Every method may raise what `Transport.call` raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def spot(self, *, symbol: str) -> BookSnapshot:
        """Return the whole book of a pair. Needs a key (General).

        Source: https://www.kucoin.com/docs-new/api-3470164
        """
        return _book(self._transport.call(FULL, params={"symbol": symbol}), symbol, complete=True)

    def spot_part(self, *, symbol: str) -> BookSnapshot:
        """Return the best 100 levels of each side of a pair; what lies beyond is unknown.

        Source: https://www.kucoin.com/docs-new/api-3470165
        """
        return _book(self._transport.call(PART, params={"symbol": symbol}), symbol, complete=False)

    def futures(self, *, symbol: str) -> BookSnapshot:
        """Return the whole book of a contract, sizes in lots.

        Source: https://www.kucoin.com/docs-new/api-3470224
        """
        return _book(self._transport.call(FUTURES, params={"symbol": symbol}), symbol, complete=True)


def _book(answer: Answer, symbol: str, *, complete: bool) -> BookSnapshot:
    data = bytes(answer.data)
    try:
        if b"_" in data or not data.isascii():  # "1_7" and digits of other scripts, which Decimal would read
            raise msgspec.DecodeError
        book = _decode(data)
    except UNREADABLE:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, its data is no order book") from None
    for price, size in chain(book.bids, book.asks):
        if not (sane(price) and sane(size) and price > 0 <= size):
            raise OutcomeUnknown(
                f"{answer.request}: unreadable answer, its book has a level of {size:.20g} at {price:.20g}"
            )
    if len(book.bids) < 100 and len(book.asks) < 100:
        complete = True  # a part of so few is all there is
    return BookSnapshot(symbol, book.sequence, book.bids, book.asks, complete)
