"""Storms that end well, or end as a test case: the few commands that are enough to fail, written as code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from typing import Any

from msgspec import Struct, structs

from kucoin.practice.engine.refusals import Refusal
from tests.engine_storm import Command, Storm, commands

_DESKS = ("spot", "margin", "futures", "futures_account", "accounts")


def survive(seed: int, count: int, every: int) -> Storm:
    """Let a storm of ``count`` commands pass; after ``every`` so many, check all that must hold.

    Raises:
        AssertionError: Something did not hold. It says what, and shows a test that fails of it.
    """
    storm, todo = Storm(), commands(seed, count)
    for number, command in enumerate(todo, 1):
        try:
            storm.do(command)
            if number % every == 0 or number == count:
                storm.check()
        except Exception as error:
            enough = shrink(todo[:number], _fails)
            message = f"seed {seed}, {error!r}: {len(enough)} of {number} commands are enough\n\n{code(enough)}"
            raise AssertionError(message) from error
    return storm


def shrink(todo: Sequence[Command], fails: Callable[[Sequence[Command]], object]) -> Sequence[Command]:
    """Return a part of ``todo`` that fails as well and of which no single command can be spared."""
    size = len(todo)
    while size:
        before = len(todo)
        for start in range(before - size, -size, -size):
            rest = [*todo[: max(0, start)], *todo[start + size :]]
            if fails(rest):
                todo = rest
        if len(todo) == before:
            size //= 2
    return todo


def code(todo: Sequence[Command]) -> str:
    """Return a test that does with the engine what ``todo`` does, and checks it."""
    storm = Storm()
    lines: list[str] = []
    for name in _DESKS:
        setattr(storm.engine, name, _Desk(getattr(storm.engine, name), f"engine.{name}", lines))
    storm.engine.tick = _told(storm.engine.tick, "engine.tick", lines)  # type: ignore[method-assign]
    with suppress(Exception):  # the last of it may be what fails
        for command in todo:
            storm.do(command)
    body = ["storm = Storm()", "engine = storm.engine", *lines, "storm.check()"]
    return "def test_it() -> None:\n" + "".join(f"    {line}\n" for line in body)


def _fails(todo: Sequence[Command]) -> bool:
    storm = Storm()
    try:
        for command in todo:
            storm.do(command)
        storm.check()
    except Exception:  # noqa: BLE001 - an engine may fail as it likes
        return True
    return False


class _Desk:
    """A desk of an engine that writes down what it is asked to do."""

    def __init__(self, desk: Any, path: str, lines: list[str]) -> None:
        self._desk = desk
        self._path = path
        self._lines = lines

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._desk, name)
        if callable(found):
            return _told(found, f"{self._path}.{name}", self._lines)
        return _Desk(found, f"{self._path}.{name}", self._lines) if name == "stops" else found


def _told(act: Callable[..., Any], path: str, lines: list[str]) -> Callable[..., Any]:
    def told(*args: Any, **more: Any) -> Any:
        asked = [literal(one) for one in args] + [f"{name}={literal(one)}" for name, one in more.items()]
        lines.append(f"{path}({', '.join(asked)})")
        at = len(lines)
        try:
            return act(*args, **more)
        except Refusal:
            lines[at - 1] = f"with suppress(Refusal): {lines[at - 1]}"
            raise
        finally:
            del lines[at:]  # what it asked of other desks in its turn

    return told


def literal(value: object) -> str:
    """Return the code that makes ``value``."""
    match value:
        case Decimal():
            return f'D("{value}")'
        case Enum():
            return f"{type(value).__name__}.{value.name}"
        case Struct():
            fields = {one.name: getattr(value, one.name) for one in structs.fields(value)}
            told = [one.name for one in structs.fields(value) if fields[one.name] != one.default]
            return f"{type(value).__name__}({', '.join(f'{name}={literal(fields[name])}' for name in told)})"
        case dict():
            return "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
        case tuple():
            return "(" + "".join(f"{literal(one)}, " for one in value) + ")"
    return repr(value)
