"""Reads out of the client's own code what an endpoint or topic is asked with and which fields are read of its answer.

Nothing here is written down twice: the code that sends and reads is parsed, never run, and followed from the method
that calls an endpoint through every function of the client that it hands the answer to.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, TypeGuard

import msgspec

from kucoin.rest.endpoint import Endpoint
from kucoin.rest.row import Row

_FOLLOWED = re.compile(r"kucoin\.(rest\.(?!transport|row|line|limits|answer)|stream\.parse_)")
_KINDS = {
    "text": "text",
    "word": "text",
    "number": "number",
    "integer": "whole number",
    "flag": "true or false",
    "moment": "time",
    "values": "list",
    "texts": "list of texts",
    "row": "object",
    "rows": "list of objects",
}
_TYPES = {
    "str": "text",
    "int": "whole number",
    "Decimal": "number",
    "float": "number",
    "bool": "true or false",
    "Any": "anything",
}


class Field(NamedTuple):
    """One field of an answer or message.

    ``kind`` is what it is read as, ``needed`` whether the answer is refused without it, ``becomes`` the value's
    attribute that it ends in, such as ``SpotAccount.balance``, and ``meaning`` what that says of itself; both may be
    empty.
    """

    name: str
    kind: str
    needed: bool
    becomes: str = ""
    meaning: str = ""


class Doc(NamedTuple):
    """A docstring taken apart: its first paragraph, the rest, and where it has that from."""

    summary: str
    more: str
    source: str


class Use(NamedTuple):
    """A method that calls an endpoint: ``Account.spot_accounts``."""

    name: str
    signature: str
    doc: Doc
    endpoints: tuple[Endpoint, ...]
    parameters: tuple[str, ...]
    fields: tuple[Field, ...]
    values: tuple[type, ...]


class _Spot(NamedTuple):
    """A piece of code and the module whose names it uses."""

    node: ast.AST
    module: ModuleType


def doc(thing: object) -> Doc:
    """Return what ``thing`` says of itself."""
    text = inspect.getdoc(thing) or ""
    text, _, source = text.partition("Source: ")
    summary, _, more = text.strip().partition("\n\n")
    return Doc(" ".join(summary.split()), more.strip(), source.strip())


def uses(module: ModuleType) -> Iterator[Use]:
    """Return every method in ``module`` that calls an endpoint."""
    for kind in _tree(module).body:
        if not isinstance(kind, ast.ClassDef):
            continue
        for node in kind.body:
            if isinstance(node, ast.FunctionDef) and (calls := list(_calls(node))):
                yield _use(node, _Spot(node, module), kind.name, calls)


def calls_in(module: ModuleType) -> int:
    """Count the places in ``module`` that call an endpoint."""
    return sum(1 for _ in _calls(_tree(module)))


def fields_of(reader: Any) -> tuple[tuple[Field, ...], tuple[type, ...]]:
    """Return the fields that the ``reader`` of a message reads, and the values it makes of them."""
    spot = _definition(reader)
    return _read([spot] if spot else [])


def _use(node: ast.FunctionDef, spot: _Spot, kind: str, calls: list[ast.Call]) -> Use:
    method = getattr(getattr(spot.module, kind), node.name)
    local = {
        target.id: statement
        for statement in ast.walk(node)
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    }
    asked = [_Spot(part, spot.module) for call in calls for keyword in call.keywords for part in _whole(keyword, local)]
    endpoints = [each for call in calls for part in _whole(call.args[0], local) for each in _endpoints(part, spot)]
    parameters = dict.fromkeys(
        name for part in _reached(asked) for key in _keys(part.node) if (name := _constant(key)) is not None
    )
    in_path = {name for each in endpoints for name in re.findall(r"\{(\w+)\}", each.path)}
    fields, values = _read([spot])
    return Use(
        name=f"{kind}.{node.name}",
        signature=str(inspect.signature(method)).replace("'", ""),
        doc=doc(method),
        endpoints=tuple(dict.fromkeys(endpoints)),
        parameters=tuple(sorted(parameters, key=lambda name: name not in in_path)),
        fields=fields,
        values=values,
    )


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "self._transport.call":
            yield each


def _whole(node: ast.AST, local: dict[str, ast.Assign | ast.AnnAssign]) -> list[ast.AST]:
    """Return ``node`` and the statements that gave the local names in it their values."""
    found: dict[int, ast.AST] = {}
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if id(part) not in found:
            found[id(part)] = part
            names = [each.id for each in ast.walk(part) if isinstance(each, ast.Name)]
            waiting += [local[name] for name in names if name in local]
    return list(found.values())


def _endpoints(node: ast.AST, spot: _Spot) -> Iterator[Endpoint]:
    for each in ast.walk(node):
        value = _named(each, spot.module)
        if isinstance(value, Endpoint):
            yield value
        elif isinstance(value, dict):
            yield from (one for one in value.values() if isinstance(one, Endpoint))


def _keys(node: ast.AST) -> Iterator[ast.expr | None]:
    """Every key that is written into a dictionary: ``{"a": 1}``, ``body["a"] = 1``."""
    for each in ast.walk(node):
        if isinstance(each, ast.Dict):
            yield from each.keys
        elif isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store):
            yield each.slice


def _constant(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _read(start: list[_Spot]) -> tuple[tuple[Field, ...], tuple[type, ...]]:
    """Return the fields that the code from ``start`` on reads, each once, and the values it makes of them."""
    fields: dict[str, Field] = {}
    values: dict[type, None] = {}
    reached = list(_reached(start))
    for spot in reached:
        owners = _owners(spot)
        for node, thing in _named_in(spot):
            for field in [*_structured(thing), *_asked(node, owners, spot, reached)]:
                known = fields.setdefault(field.name, field)
                fields[field.name] = field if not known.becomes else known
            if _is_value(thing):
                values[thing] = None
    return tuple(fields.values()), tuple(values)


def _asked(node: ast.AST, owners: dict[int, tuple[type, str]], spot: _Spot, reached: list[_Spot]) -> Iterator[Field]:
    """The fields that one expression asks a `Row` for."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return
    reader = node.func.attr.removesuffix("_or_none")
    if reader not in _KINDS or not hasattr(Row, node.func.attr):
        return
    if isinstance(node.func.value, ast.Call) and _named(node.func.value.func, spot.module) is Row:
        return  # a row that the parser made itself: its names are not KuCoin's
    kind = _KINDS[reader]
    if reader == "word" and len(node.args) > 1:
        words = _named(node.args[1], spot.module)
        if isinstance(words, type) and issubclass(words, StrEnum):
            kind = "one of " + ", ".join(words)
    for name, ends in _texts(node.args[0], spot, reached):
        owner, attribute = owners.get(id(node)) or ends or (None, "")
        becomes = f"{owner.__name__}.{attribute}" if owner else ""
        meaning = _attribute_docs(owner).get(attribute, "") if owner else ""
        yield Field(name, kind, not node.func.attr.endswith("_or_none"), becomes, meaning)


def _texts(node: ast.expr, spot: _Spot, reached: list[_Spot]) -> Iterator[tuple[str, tuple[type, str] | None]]:
    """What the name of a field may be, and which attribute it ends in where a caller says so.

    It is a constant, or a name: of one of the function's parameters, or of what runs through a table in it.
    """
    constant = _constant(node)
    if constant is not None:
        yield constant, None
    elif isinstance(node, ast.Name) and isinstance(spot.node, ast.FunctionDef):
        names = [argument.arg for argument in spot.node.args.args]
        if node.id in names:
            yield from _handed(spot.node, names.index(node.id), spot.module, reached)
        else:
            tables = [each for each in ast.walk(spot.node) if isinstance(each, ast.Dict)]
            yield from ((text, None) for table in tables for value in table.values if (text := _constant(value)))


def _handed(
    function: ast.FunctionDef, place: int, module: ModuleType, reached: list[_Spot]
) -> Iterator[tuple[str, tuple[type, str] | None]]:
    """The texts that the code of ``reached`` hands to ``function`` in that place, or its default."""
    target = getattr(module, function.name, None)
    from_the_end = place - len(function.args.args)
    default = function.args.defaults[from_the_end] if len(function.args.defaults) >= -from_the_end else None
    for spot in reached:
        owners = _owners(spot)
        for call, _ in _named_in(spot):
            if isinstance(call, ast.Call) and _named(call.func, spot.module) is target:
                text = _constant(call.args[place] if len(call.args) > place else default)
                if text is not None:
                    yield text, owners.get(id(call))


@cache
def _owners(spot: _Spot) -> dict[int, tuple[type, str]]:
    """Return for each expression inside ``Value(attribute=...)`` the value and the attribute that it ends in."""
    found: dict[int, tuple[type, str]] = {}
    for node, _ in _named_in(spot):
        kind = _named(node.func, spot.module) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and _is_value(kind):
            parts = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
            parts += zip(_attributes(kind), node.args, strict=False)
            found |= {id(each): (kind, name) for name, value in parts for each in ast.walk(value)}
    return found


def _structured(thing: object) -> tuple[Field, ...]:
    """The fields of a decoder's structure, those of structures inside it included; none of anything else."""
    decoder = thing if isinstance(thing, msgspec.json.Decoder) else getattr(thing, "__self__", None)
    return _decoded(decoder) if isinstance(decoder, msgspec.json.Decoder) else ()


@cache
def _decoded(decoder: msgspec.json.Decoder[Any]) -> tuple[Field, ...]:
    return tuple(_struct_fields(msgspec.inspect.type_info(decoder.type)))


def _struct_fields(kind: msgspec.inspect.Type) -> Iterator[Field]:
    match kind:
        case msgspec.inspect.StructType():
            hints = kind.cls.__annotations__
            for field in kind.fields:
                yield Field(field.encode_name, _worded(hints.get(field.name, "")), field.required)
                yield from _struct_fields(field.type)
        case msgspec.inspect.UnionType():
            for each in kind.types:
                yield from _struct_fields(each)
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            yield from _struct_fields(kind.item_type)
        case msgspec.inspect.DictType():
            yield from _struct_fields(kind.value_type)


def _worded(annotation: object) -> str:
    words = str(annotation).removesuffix(" | None")
    plain = _TYPES.get(words)
    return plain or ("list" if words.startswith(("list", "tuple")) else "object" if words.startswith("_") else "text")


def _reached(start: list[_Spot]) -> Iterator[_Spot]:
    """Walk from ``start`` through every function of the client that is named on the way."""
    seen: set[tuple[str, int]] = set()
    waiting = list(start)
    while waiting:
        spot = waiting.pop(0)
        key = (spot.module.__name__, id(spot.node))
        if key in seen:
            continue
        seen.add(key)
        yield spot
        waiting += [further for _, thing in _named_in(spot) if (further := _definition(thing))]


@cache
def _named_in(spot: _Spot) -> tuple[tuple[ast.AST, Any], ...]:
    """Return every node of a piece of code with what it names."""
    return tuple((node, _named(node, spot.module)) for node in ast.walk(spot.node))


def _definition(thing: Any) -> _Spot | None:
    """Return where a function or class of the client that reads or writes is written, None for anything else."""
    if not isinstance(thing, FunctionType | type) or not _FOLLOWED.match(thing.__module__ or ""):
        return None
    return _written(thing)


@cache
def _written(thing: FunctionType | type) -> _Spot | None:
    module = sys.modules[thing.__module__]
    name = thing.__qualname__.partition(".")[0]
    node = next((each for each in _tree(module).body if getattr(each, "name", None) == name), None)
    return _Spot(node, module) if node is not None else None


def _named(node: ast.AST, module: ModuleType) -> Any:
    """Return what a name of ``module``, ``parse.entry`` or ``_ENDPOINTS``, stands for, None where for nothing."""
    if isinstance(node, ast.Name):
        return vars(module).get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(vars(module).get(node.value.id), node.attr, None)
    return None


def _is_value(thing: object) -> TypeGuard[type]:
    """Whether ``thing`` is a type of the model that answers are made into."""
    return isinstance(thing, type) and thing.__module__.startswith("kucoin.model.") and bool(_attributes(thing))


def _attributes(kind: Any) -> tuple[str, ...]:
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    return tuple(getattr(kind, "__struct_fields__", ()) or getattr(kind, "_fields", ()))


@cache
def _attribute_docs(kind: type) -> dict[str, str]:
    """Return what the docstring of ``kind`` says under ``Attributes:``, by attribute."""
    _, _, listed = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in listed.splitlines():
        begins = re.fullmatch(r" {4}(\w+): (.*)", line)
        if begins:
            name = begins[1]
            found[name] = begins[2]
        elif name and line.startswith(" " * 8):
            found[name] += " " + line.strip()
        else:
            name = ""
    return found


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))
