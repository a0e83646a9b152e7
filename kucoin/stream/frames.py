"""Cuts a byte stream into WebSocket frames, many at a time. Pure: bytes in, messages out.

Source: RFC 6455, section 5.
"""

from __future__ import annotations

from kucoin.errors import StreamError

LARGEST = 4 * 1024 * 1024  # bytes of one message; KuCoin's largest, a market's snapshot, has a few kilobytes

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_WHOLE_TEXT = 0x80 | TEXT


class Cutter:
    """The receiving half of one connection.

    `cut` returns whole messages; control frames met on the way gather in ``controls`` as (opcode, payload) for whoever
    owns the socket to answer and clear.
    """

    def __init__(self) -> None:
        self.controls: list[tuple[int, bytes]] = []
        self._rest = b""
        self._parts: list[bytes] | None = None  # of a message in pieces
        self._size = 0  # bytes in them

    def cut(self, piece: bytes) -> list[bytes]:
        """Return the messages that ``piece`` completes, oldest first.

        Raises:
            StreamError: The bytes break the protocol, or a message is longer than 4 MB.
        """
        data = self._rest + piece if self._rest else piece
        messages: list[bytes] = []
        at, end = 0, len(data)
        while end - at >= 2:
            first, length = data[at], data[at + 1]
            start = at + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                if length > 127:
                    raise StreamError("the exchange sent a masked frame")
                if end - start < wide:
                    break
                length = int.from_bytes(data[start : start + wide], "big")
                start += wide
                if length > LARGEST:
                    raise StreamError(f"a frame of {length} bytes is longer than {LARGEST}")
            stop = start + length
            if stop > end:
                break
            if first == _WHOLE_TEXT and self._parts is None:
                messages.append(data[start:stop])
            else:
                self._take(first, data[start:stop], messages)
            at = stop
        self._rest = data[at:]
        return messages

    def _take(self, first: int, payload: bytes, messages: list[bytes]) -> None:
        """Take a frame that is no whole text."""
        final, opcode = first & 0x80, first & 0x0F
        if first & 0x70:
            raise StreamError(f"a frame begins with {first:#04x}: no extension was agreed")
        if opcode in {CLOSE, PING, PONG}:
            if not final or len(payload) > 125:
                raise StreamError("a control frame is too long or in pieces")
            self.controls.append((opcode, payload))
            return
        if opcode in {TEXT, BINARY}:
            if self._parts is not None:
                raise StreamError("a message began inside another")
            self._parts, self._size = [], 0
        elif opcode != CONTINUATION or self._parts is None:
            raise StreamError(f"a frame of kind {opcode:#x} was not expected")
        self._parts.append(payload)
        self._size += len(payload) + 1  # so that endless empty pieces end as well
        if self._size > LARGEST:
            raise StreamError(f"a message in pieces is longer than {LARGEST} bytes")
        if final:
            messages.append(b"".join(self._parts))
            self._parts = None
