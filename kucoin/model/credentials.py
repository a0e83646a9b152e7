"""The three strings of an API key, in a form that cannot be printed by accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn


class Secret:
    """Text that never shows itself: not in a log, a page, a traceback or a pickle. ``reveal()`` is the only way out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; called where it is signed with, nowhere else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key. ``version`` goes into a header; 2 and 3 sign alike."""

    key: Secret
    secret: Secret
    passphrase: Secret
    version: int = 3

    @property
    def tail(self) -> str:
        """The last four characters of the key: enough to tell keys apart, too little to use one."""
        return self.key.reveal()[-4:]
