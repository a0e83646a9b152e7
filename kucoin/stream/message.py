"""One JSON message of the sockets, in and out, before its data is read."""

from __future__ import annotations

from typing import Any

import msgspec

# What msgspec raises at bytes that are not the JSON asked for: wrong syntax or type, wrong UTF-8, endless brackets.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)

WELCOME, PONG, ACK, ERROR, MESSAGE = "welcome", "pong", "ack", "error", "message"


class Message(msgspec.Struct, gc=False):
    """What the exchange says. ``data`` is read by the topic's own reader, or is the text of an error."""

    type: str = MESSAGE  # one published sample of a push lacks it
    topic: str = ""
    subject: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")
    id: Any = None
    code: Any = None


decode = msgspec.json.Decoder(Message).decode


def ping(number: str) -> str:
    """Return a ping."""
    return msgspec.json.encode({"id": number, "type": "ping"}).decode()


def subscription(number: str, topic: str, *, private: bool, wanted: bool) -> str:
    """Return the request to begin sending ``topic``, or to end it; it asks for an acknowledgement."""
    kind = "subscribe" if wanted else "unsubscribe"
    body = {"id": number, "type": kind, "topic": topic, "privateChannel": private, "response": True}
    return msgspec.json.encode(body).decode()
