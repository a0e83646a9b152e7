"""Cutting bytes into messages."""

from __future__ import annotations

import random

import pytest

from kucoin.errors import StreamError
from kucoin.stream.frames import LARGEST, Cutter


def frame(payload: bytes, first: int = 0x81) -> bytes:
    """Write an unmasked frame as a server does."""
    size = len(payload)
    if size < 126:
        head = bytes([first, size])
    elif size < 65536:
        head = bytes([first, 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([first, 127]) + size.to_bytes(8, "big")
    return head + payload


@pytest.mark.parametrize("seed", range(20))
def test_messages_are_whole_however_the_line_slices_them(seed: int) -> None:
    """Every way to slice a stream gives the same messages, of all three lengths, in pieces or not."""
    luck = random.Random(seed)
    messages = [luck.randbytes(luck.choice((0, 1, 125, 126, 65535, 65536))) for _ in range(12)]
    stream = b""
    for message in messages:
        middle = len(message) // 2
        if luck.random() < 0.3:
            stream += frame(message[:middle], 0x01) + frame(b"hi", 0x89) + frame(message[middle:], 0x80)
        else:
            stream += frame(message)
    cutter, got = Cutter(), []
    while stream:
        step = luck.choice((1, 2, 3, 7, 1000, 70_000))
        got += cutter.cut(stream[:step])
        stream = stream[step:]
    assert got == messages


def test_control_frames_are_handed_on_with_their_payload() -> None:
    """Pings and closes gather beside the messages."""
    cutter = Cutter()
    assert cutter.cut(frame(b"you?", 0x89) + frame(b"x") + frame(b"\x03\xe8Bye", 0x88)) == [b"x"]
    assert cutter.controls == [(0x9, b"you?"), (0x8, b"\x03\xe8Bye")]


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(bytes([0x81, 0x85]) + b"12345", id="masked"),
        pytest.param(bytes([0xC1, 1]) + b"1", id="extension"),
        pytest.param(bytes([0x81, 127]) + (LARGEST + 1).to_bytes(8, "big"), id="too large"),
        pytest.param(bytes([0x81, 127]) + b"\xff" * 8, id="absurdly large"),
        pytest.param(frame(b"x", 0x80), id="continues nothing"),
        pytest.param(frame(b"x", 0x01) + frame(b"y", 0x81), id="inside another"),
        pytest.param(frame(b"x", 0x83), id="unknown kind"),
        pytest.param(frame(b"x", 0x09), id="control in pieces"),
        pytest.param(frame(b"x" * 126, 0x89), id="long control"),
        pytest.param(frame(b"x", 0x01) + frame(b"y" * 2**20, 0x00) * 4, id="too large in pieces"),
    ],
)
def test_what_breaks_the_protocol_ends_the_connection(stream: bytes) -> None:
    """Nothing is guessed at, and nothing large is waited for."""
    with pytest.raises(StreamError):
        Cutter().cut(stream)
