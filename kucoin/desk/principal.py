"""Who asks the desk to act, and what that allows. Checked here, whatever a page has checked before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kucoin.errors import NotAllowed


class Role(StrEnum):
    """What somebody may do: look; act on orders and money; set limits and lift a stop of new orders besides."""

    VIEWER = "viewer"
    TRADER = "trader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody, by a name that the journal keeps."""

    name: str
    role: Role

    def require_trader(self, act: str) -> None:
        """Raise NotAllowed where this one may not act; ``act`` says on what, such as ``place an order``."""
        if self.role not in {Role.TRADER, Role.ADMIN}:
            raise NotAllowed(f"{self.name} is a {self.role} and may not {act}")

    def require_admin(self, act: str) -> None:
        """Raise NotAllowed where this one may not decide what others are held to; ``act`` as in `require_trader`."""
        if self.role is not Role.ADMIN:
            raise NotAllowed(f"{self.name} is a {self.role} and may not {act}")
