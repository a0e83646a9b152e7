"""Who is calling: the signature of a private request, checked as KuCoin checks it.

https://www.kucoin.com/docs-new/authentication
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import unquote

from kucoin.practice.keys import KEYS, PASSPHRASE, Key
from kucoin.practice.wire import Refusal

_WINDOW_MS = 5_000
_HEADERS = ("kc-api-key", "kc-api-sign", "kc-api-timestamp", "kc-api-passphrase")


def _digest(secret: str, text: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def identify(
    headers: Mapping[str, str], *, method: str, path: str, query: bytes, body: bytes, address: str, now_ms: int
) -> Key:
    """Return the key that signed the request.

    The signature covers the bytes received: the query percent-decoded, in the order it came, and the body as it is.
    It is checked before the passphrase, because a wrong secret spoils both and is then called by its name.

    Args:
        headers: Names in lower case.
        query: As received, without the question mark.
        address: Where the request came from.
        now_ms: The exchange's clock.

    Raises:
        Refusal: 400001 to 400006, 400009.
    """
    if not all(headers.get(name) for name in _HEADERS):
        raise Refusal(
            "400001",
            "Please check the header of your request for KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE.",
            status=400,
        )
    version = headers.get("kc-api-key-version", "1")
    if version not in ("1", "2", "3"):
        raise Refusal("400009", "Invalid KC-API-KEY-VERSION", status=400)
    stamp = headers["kc-api-timestamp"]
    if not (stamp.isascii() and stamp.isdigit()) or abs(now_ms - int(stamp)) > _WINDOW_MS:
        raise Refusal("400002", "Invalid KC-API-TIMESTAMP", status=401)
    key = KEYS.get(headers["kc-api-key"])
    if key is None:
        raise Refusal("400003", "KC-API-KEY not exists", status=401)
    asked = unquote(query.decode("latin-1"), errors="replace")
    text = f"{stamp}{method}{path}{'?' if asked else ''}{asked}".encode() + body
    if not hmac.compare_digest(_digest(key.secret, text), headers["kc-api-sign"]):
        raise Refusal("400005", "Invalid KC-API-SIGN", status=401)
    expected = PASSPHRASE if version == "1" else _digest(key.secret, PASSPHRASE.encode())
    if not hmac.compare_digest(expected.encode(), headers["kc-api-passphrase"].encode()):
        raise Refusal("400004", "Invalid KC-API-PASSPHRASE", status=401)
    if key.addresses and address not in key.addresses:
        raise Refusal("400006", f"Invalid request ip, the current clientIp is:{address}", status=403)
    return key
