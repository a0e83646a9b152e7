"""Bodies that are wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

_MISSING = object()


def spoiled(body: bytes, kind: str, name: str) -> tuple[bytes, dict[str, str]]:
    """Return ``body`` made wrong, and the headers that go with it.

    Args:
        kind: One of `faults.BAD_BODIES`, or ``renamed_field``.
        name: The field concerned; empty: the first one of every object in ``data``.
    """
    whole: dict[str, Callable[[], bytes]] = {
        "empty": lambda: b"",
        "truncated": lambda: body[: len(body) * 2 // 3],
        "wrong_length": lambda: body,
        "broken_gzip": lambda: b"\x1f\x8b\x08\x00 this was never compressed",
        "data_null": lambda: b'{"code":"200000","data":null}',
        "data_list": lambda: b'{"code":"200000","data":[]}',
        "no_data": lambda: b'{"code":"200000"}',
        "huge": lambda: b'{"code":"200000","data":"' + b"x" * 40_000_000 + b'"}',
        "html": lambda: b"<!DOCTYPE html><html><body>maintenance</body></html>",
    }
    if kind in whole:
        return whole[kind](), {"content-encoding": "gzip"} if kind == "broken_gzip" else {}
    new: dict[str, Any] = {
        "field_null": None,
        "field_missing": _MISSING,
        "unknown_enum": "SOMETHING_NEW",
        "nan": _MISSING,
    }
    decoded = msgspec.json.decode(body)
    if kind == "nan":
        changed = _changed(decoded.get("data"), name, lambda key, _: (key, "\x00NaN"))
        return msgspec.json.encode(decoded | {"data": changed}).replace(b'"\\u0000NaN"', b"NaN"), {}
    if kind == "renamed_field":
        changed = _changed(decoded.get("data"), name, lambda key, value: (f"{key}New", value))
    else:
        changed = _changed(decoded.get("data"), name, lambda key, _: (key, new[kind]))
    return msgspec.json.encode(decoded | {"data": changed}), {}


def _changed(data: Any, name: str, change: Callable[[str, Any], tuple[str, Any]]) -> Any:
    """Return ``data`` with ``change`` applied to the field ``name`` of every object in it."""
    if isinstance(data, list):
        return [_changed(each, name, change) for each in data]
    if not isinstance(data, dict):
        return data
    wanted = name or next(iter(data), "")
    pairs = [
        change(key, value) if key == wanted else (key, _changed(value, name, change)) for key, value in data.items()
    ]
    return {key: value for key, value in pairs if value is not _MISSING}
