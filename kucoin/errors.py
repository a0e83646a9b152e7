"""Every error this package raises on purpose.

KucoinError
├── NotSent                     nothing left this machine: correct it and try again
│   ├── NotConfigured           no API key, or a setting that is missing or malformed
│   ├── InvalidRequest          off the tick, below the minimum, a host outside the fence
│   ├── NotAllowed              who asks may not act, or acting is switched off
│   │   └── LimitExceeded       it would pass a limit that was set here, or may
│   └── QuotaHeld               our own limiter keeps what is left of the quota for orders and cancels
├── ApiError                    KuCoin said no; carries code, message, request
│   ├── AuthenticationFailed    key, secret, passphrase or clock
│   ├── PermissionDenied        the key, its address or its region may not do this
│   ├── InsufficientBalance
│   ├── NotFound                no such path, symbol or order
│   ├── DuplicateOrder          an order with this clientOid lives: look it up
│   ├── NotCancellable          the order is finished, or never was: look it up
│   └── TooManyRequests         carries retry_after
├── OutcomeUnknown              sent, and no readable answer came back: timeout, cut line, HTTP 5xx
├── StreamError
│   ├── SubscriptionRefused
│   └── SequenceGap
└── JournalError
    └── DuplicateClientOid
"""

from __future__ import annotations

import re


class KucoinError(Exception):
    """The root of this tree; its text is fit for a page: no secret, no trace."""


class NotSent(KucoinError):
    """Nothing left this machine."""


class NotConfigured(NotSent):
    """A credential or setting is missing or malformed; the text names it."""


class InvalidRequest(NotSent):
    """The request breaks a rule that is known without asking; the text names the value."""


class NotAllowed(NotSent):
    """Who asks may not do this, or nobody may: trading is switched off, or not ready. The text says which."""


class LimitExceeded(NotAllowed):
    """It would pass a limit that was set here; ``limit`` names which, and the text both figures."""

    def __init__(self, message: str, *, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class QuotaHeld(NotSent):
    """The pool's remaining quota is kept for more urgent calls.

    Attributes:
        retry_after: Seconds until the quota refills.
    """

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ApiError(KucoinError):
    """KuCoin answered and refused.

    Attributes:
        code: KuCoin's code as text, or ``HTTP 403`` where the body carried none.
        message: KuCoin's own words, cut to 200 characters.
        request: Method and path, without query, such as ``GET /api/v1/accounts``.
    """

    def __init__(self, *, code: str, message: str, request: str) -> None:
        super().__init__(f"{request} refused: {message} (KuCoin code {code})")
        self.code = code
        self.message = message
        self.request = request


class AuthenticationFailed(ApiError):
    """Key, secret, passphrase or clock: the code says which, as far as KuCoin tells."""


class PermissionDenied(ApiError):
    """The key, its address, the account or its region may not do this; repeating changes nothing."""


class InsufficientBalance(ApiError):
    """The account does not hold what the request needs."""


class NotFound(ApiError):
    """No such path, symbol or order."""


class DuplicateOrder(ApiError):
    """An order with this client order id is live: what was sent before did arrive. Look it up, never send another."""


class NotCancellable(ApiError):
    """The order is finished or never was, so there is nothing to cancel. Which of the two, only a look at it tells."""


class TooManyRequests(ApiError):
    """A quota is used up.

    Attributes:
        retry_after: Seconds until it refills, None where KuCoin did not say.
    """

    def __init__(self, *, code: str, message: str, request: str, retry_after: float | None = None) -> None:
        super().__init__(code=code, message=message, request=request)
        self.retry_after = retry_after


class OutcomeUnknown(KucoinError):
    """It was sent, or may have been, and no readable answer came back."""


class StreamError(KucoinError):
    """A socket conversation broke."""


class SubscriptionRefused(StreamError):
    """The exchange will not send this topic."""


class SequenceGap(StreamError):
    """Updates are missing between two that arrived."""


class JournalError(KucoinError):
    """The journal could not be read or written."""


class DuplicateClientOid(JournalError):
    """This client order id was used before."""


# KuCoin's code -> class. One number can mean different things in different families; where it does, the
# family's own table comes first (`of` below). A code in neither table is a plain ApiError.
_ANYWHERE: dict[str, type[ApiError]] = {
    "400001": AuthenticationFailed,  # a header is missing
    "400002": AuthenticationFailed,  # timestamp off by more than 5 s
    "400003": AuthenticationFailed,  # key unknown
    "400004": AuthenticationFailed,  # passphrase wrong
    "400005": AuthenticationFailed,  # signature, that is the secret, wrong
    "400008": AuthenticationFailed,  # key version not accepted here
    "400009": AuthenticationFailed,  # KC-API-KEY-VERSION malformed
    "400006": PermissionDenied,  # caller's address not on the key's list
    "400007": PermissionDenied,  # key lacks the permission
    "400010": PermissionDenied,
    "400301": PermissionDenied,  # country
    "400302": PermissionDenied,  # address
    "400303": PermissionDenied,  # identity check
    "400304": PermissionDenied,
    "400444": PermissionDenied,
    "400500": PermissionDenied,
    "400700": PermissionDenied,
    "411100": PermissionDenied,  # user frozen
    "411200": PermissionDenied,
    "404": NotFound,
    "404000": NotFound,
    "429000": TooManyRequests,
    "429001": TooManyRequests,
    "429002": TooManyRequests,
    "1015": TooManyRequests,  # the CDN's limit per address
    "110188": TooManyRequests,
}
_SPOT: dict[str, type[ApiError]] = {
    "200004": InsufficientBalance,
    "230003": InsufficientBalance,
    "210021": InsufficientBalance,
    "260100": InsufficientBalance,
    "126013": InsufficientBalance,
    "900001": NotFound,
    "126043": NotFound,
    "126033": DuplicateOrder,
    "126044": DuplicateOrder,
    **dict.fromkeys(("200009", "126005", "126047", "126048"), PermissionDenied),  # identity check
    **dict.fromkeys(("126002", "126021", "126037", "126045", "126046"), PermissionDenied),  # risk or region
    # Margin trading not opened, its agreement not signed, or restricted.
    **dict.fromkeys(("101030", "130201", "130302", "130306", "130307", "130323"), PermissionDenied),
}
_FUTURES: dict[str, type[ApiError]] = {
    "300003": InsufficientBalance,
    "200005": InsufficientBalance,
    "200002": TooManyRequests,
    "40010": PermissionDenied,
    "300018": DuplicateOrder,
    "100004": NotCancellable,
}
# Some codes say little (400100: a parameter), and the text behind them the rest. Texts as `_squeezed`, the first that
# occurs decides: one that holds another stands before it.
_TEXTS: tuple[tuple[str, type[ApiError]], ...] = (
    ("clientoidduplicated", DuplicateOrder),
    ("notallowtocancel", NotCancellable),
    ("ordernotexist", NotFound),
    ("orderdoesnotexist", NotFound),
    ("accountavailableamount", InsufficientBalance),
)


def of(code: str, message: str = "", *, futures: bool) -> type[ApiError]:
    """Return the class for KuCoin's ``code`` as the spot or the futures host means it.

    ``message`` decides where the code is in no table.
    """
    family = _FUTURES if futures else _SPOT
    return family.get(code) or _ANYWHERE.get(code) or _by_text(message)


def _by_text(message: str) -> type[ApiError]:
    said = _squeezed(message)
    return next((kind for text, kind in _TEXTS if text in said), ApiError)


def _squeezed(message: str) -> str:
    """Return the letters of ``message``: KuCoin writes ``order_not_exist``, ``orderNotExist``, ``order not exist.``."""
    return re.sub("[^a-z]", "", message.lower())
