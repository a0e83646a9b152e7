"""Tokens that open a socket: they say who it is for, and can be checked without being kept.

https://www.kucoin.com/docs-new/websocket-api/base-info/get-public-token-spot-margin
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import msgspec

LIFE_MS = 86_400_000
_SEAL = 32


class Refused(Exception):
    """A token opens nothing; the text is KuCoin's."""


class Bearer(msgspec.Struct, frozen=True):
    """Whom a token was given to: ``user`` None means that it opens public topics alone."""

    host: str
    user: str | None
    issued_ms: int
    serial: str


@dataclass(slots=True)
class Keepalive:
    """What the token's answer tells about pings. A client that says nothing for ``silence_s`` is cut."""

    ping_interval_ms: int = 18_000
    ping_timeout_ms: int = 10_000

    @property
    def silence_s(self) -> float:
        """60 s at KuCoin's interval of 18 s, and in proportion where tests are in a hurry."""
        return self.ping_interval_ms / 300


class Tokens:
    """Gives tokens out and looks at those that come back.

    Args:
        secret: What this exchange's tokens are sealed with, the same over its restarts.

    Attributes:
        issued: How many were given out.
    """

    def __init__(self, secret: str) -> None:
        self.issued = 0
        self._secret = secret.encode()

    def give(self, host: str, user: str | None, now_ms: int) -> str:
        """Return a new token for ``host``, spot or futures."""
        self.issued += 1
        bearer = msgspec.json.encode(Bearer(host, user, now_ms, secrets.token_hex(24)))
        return base64.urlsafe_b64encode(self._seal(bearer) + bearer).decode()

    def bearer(self, token: str, host: str, now_ms: int, life_ms: int = LIFE_MS) -> Bearer:
        """Return whom a token was given to.

        Raises:
            Refused: It was never given out, is for the other host, or is older than ``life_ms``.
        """
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except (binascii.Error, UnicodeEncodeError) as error:
            raise Refused("token is invalid") from error
        seal, body = raw[:_SEAL], raw[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(body)):
            raise Refused("token is invalid")
        bearer = msgspec.json.decode(body, type=Bearer)
        if bearer.host != host:
            raise Refused("token is invalid")
        if now_ms - bearer.issued_ms > life_ms:
            raise Refused("token is expired")  # other words keep some clients from ever fetching a new one
        return bearer

    def _seal(self, body: bytes) -> bytes:
        return hmac.new(self._secret, body, hashlib.sha256).digest()
