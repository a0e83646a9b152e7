"""Signatures: from a key and a request to the headers that prove it. No network, no clock."""

from __future__ import annotations

import base64
import hmac
import json
from urllib.parse import quote

from kucoin.errors import NotConfigured
from kucoin.model.credentials import Credentials, Secret


class Signer:
    """Signs requests with one API key. The passphrase header never changes, so it is computed once.

    Raises:
        NotConfigured: A string that no key of KuCoin's is; the text says which of the three, not what it is.

    Source: https://www.kucoin.com/docs-new/authentication
    """

    __slots__ = ("_key", "_passphrase", "_secret", "_secrets", "_version")

    def __init__(self, credentials: Credentials) -> None:
        # Checked here because a library that chokes on one of them would quote it.
        self._key = _printable("key", credentials.key)
        self._secret = _printable("secret", credentials.secret).encode()
        self._passphrase = self._digest(_printable("passphrase", credentials.passphrase))
        self._version = str(credentials.version)
        self._secrets = (credentials.key, credentials.secret, credentials.passphrase, Secret(self._passphrase))

    def headers(self, *, timestamp_ms: int, method: str, path: str, body: str = "") -> dict[str, str]:
        """Return the headers of one private request.

        Args:
            timestamp_ms: The exchange's time; more than 5 s off and it refuses with 400002.
            method: In upper case.
            path: From ``/api`` on, with the query as plain text: a value that needs percent-encoding on the wire
                is signed without it.
            body: The very text that is sent; empty where there is none.
        """
        timestamp = str(timestamp_ms)
        return {
            "KC-API-KEY": self._key,
            "KC-API-SIGN": self._digest(timestamp + method + path + body),
            "KC-API-TIMESTAMP": timestamp,
            "KC-API-PASSPHRASE": self._passphrase,
            "KC-API-KEY-VERSION": self._version,
        }

    def blot(self, text: str) -> str:
        """Return ``text`` with each of the key's strings in it hidden, as it is and as JSON and addresses spell it."""
        for secret in self._secrets:
            plain = secret.reveal()
            spellings = {plain, json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
            spellings |= {each.replace("/", "\\/") for each in spellings}  # as some libraries write JSON
            for spelling in spellings | {quote(plain, safe=safe) for safe in ("", ",", "/")}:
                text = text.replace(spelling, "(hidden)")
        return text

    def _digest(self, text: str) -> str:
        return base64.b64encode(hmac.digest(self._secret, text.encode(), "sha256")).decode()


def _printable(name: str, secret: Secret) -> str:
    text = secret.reveal()
    if not text or not text.isprintable() or (name == "key" and not text.isascii()):  # the key goes into a header
        raise NotConfigured(f"the API {name} is empty or holds a character that no {name} can have")
    return text
