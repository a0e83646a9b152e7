"""What is known of an endpoint before it is called, declared beside the method that calls it."""

from __future__ import annotations

from dataclasses import dataclass

from kucoin.rest.limits import Pool, Urgency

CANCEL_SILENCE = 4.0  # s; KuCoin answers in less than half a second


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method and path of KuCoin's.

    Attributes:
        path: May name parameters in braces, ``/api/v1/orders/{orderId}``; the call fills them in.
        weight: What a call takes from ``pool``.
        private: Whether it is signed.
        permission: What the key must be allowed to do, as `ApiKey.permissions` calls it; empty where KuCoin names none.
        futures: Whether it lives on the futures host.
        stamped: Whether each order in the body gets ``clientTimestamp`` and ``allowMaxTimeWindow`` at the moment of
            signing: the exchange then refuses it when it arrives late, which makes "not found" a proof afterwards.
        urgency: Which part of the quota it may use, and how long it waits for its turn.
        silence: Seconds without an answer after which it is given up; the line's own where None, or where that is
            shorter. Set where a request may be repeated at once, such as a cancel.
    """

    method: str
    path: str
    pool: Pool
    weight: int
    private: bool
    permission: str = ""
    futures: bool = False
    stamped: bool = False
    urgency: Urgency = Urgency.BACKGROUND
    silence: float | None = None

    def __post_init__(self) -> None:
        if not self.path.startswith("/api/"):  # the path is joined to a host: "@elsewhere" would change it
            raise ValueError(f"{self.path!r} does not start with /api/")

    @property
    def name(self) -> str:
        """Method and path: how errors call the request. Without query, which may say who owns what."""
        return f"{self.method} {self.path}"
