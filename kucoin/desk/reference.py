"""What this client knows of KuCoin's interface: every endpoint it calls, topic it hears and code it understands.

Made of the client's own declarations, signatures and docstrings when it is first asked for, so that it says what the
code does. Nothing is asked of anybody.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

import kucoin.rest
from kucoin.desk import hints
from kucoin.desk import reference_read as read
from kucoin.desk.reference_read import Field, Use
from kucoin.errors import KucoinError
from kucoin.rest import codes
from kucoin.rest.answer import Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Urgency
from kucoin.rest.transport import SERVER_TIME
from kucoin.stream.topics import FAMILIES, Family

_HOSTS = {False: "spot", True: "futures"}
_URGENCIES = {
    Urgency.BACKGROUND: "background: given up where the quota runs low",
    Urgency.ORDINARY: "ordinary: waits its turn",
    Urgency.ORDER: "order: before everything else",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One endpoint, topic or code.

    Attributes:
        key: What finds it again, fit for an address: ``spot GET /api/v1/accounts``, ``topic /market/match``,
            ``code 300012``.
        badge: ``GET``, ``topic`` or ``code`` and the like, a word or two.
        title: Path, topic or code.
        summary: What it is for, in a sentence.
        facts: Label and text, in the order they are read in.
        parameters: What it is asked with, as KuCoin calls it.
        fields: What is read of the answer or message.
        uses: The client's methods that call it.
        values: What the answer is made into: name and docstring.
        endpoint: Itself, where it is one.
    """

    key: str
    badge: str
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...] = ()
    parameters: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    uses: tuple[Use, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    endpoint: Endpoint | None = None


class Reference:
    """The entries, endpoints first, then topics and codes. Never changes; safe to use from any thread."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_key = {entry.key: entry for entry in self.entries}

    def entry(self, key: str) -> Entry | None:
        """Return the entry with that key, None where there is none."""
        return self._by_key.get(key)

    def code(self, code: str) -> Entry | None:
        """Return the entry of a code of KuCoin's, None where it is not known here."""
        return self._by_key.get(f"code {code}")


@cache
def reference() -> Reference:
    """Return the reference; the first call takes about a second, which it spends on reading the client's code."""
    return Reference([*_endpoint_entries(), *map(_topic_entry, FAMILIES.values()), *_code_entries()])


def modules() -> Iterator[ModuleType]:
    """Return every module in which endpoints may be declared."""
    for each in pkgutil.iter_modules(kucoin.rest.__path__, "kucoin.rest."):
        yield importlib.import_module(each.name)


def _endpoint_entries() -> Iterator[Entry]:
    used: dict[str, list[Use]] = defaultdict(list)
    declared: dict[str, Endpoint] = {}
    for module in modules():
        for use in read.uses(module):
            for endpoint in use.endpoints:
                key = key_of(endpoint)
                declared.setdefault(key, endpoint)
                used[key].append(use)
    for key in sorted(declared, key=lambda key: (declared[key].path, key)):
        yield _endpoint_entry(key, declared[key], used[key])


def key_of(endpoint: Endpoint) -> str:
    """Return the key of the entry of ``endpoint``."""
    return f"{_HOSTS[endpoint.futures]} {endpoint.name}"


def _endpoint_entry(key: str, endpoint: Endpoint, used: list[Use]) -> Entry:
    fields: dict[str, Field] = {}
    for use in used:
        for field in use.fields:
            fields.setdefault(field.name, field)
    sources = dict.fromkeys(use.doc.source for use in used if use.doc.source)
    return Entry(
        key=key,
        badge=endpoint.method,
        title=endpoint.path,
        summary=used[0].doc.summary,
        facts=(
            ("Host", _HOSTS[endpoint.futures]),
            ("Signed", "yes" if endpoint.private else "no, public"),
            ("Permission", endpoint.permission or ("none is named" if endpoint.private else "none is needed")),
            ("Pool", endpoint.pool.label),
            ("Weight", _weight(endpoint)),
            ("Urgency", _URGENCIES[endpoint.urgency]),
            ("KuCoin's page", "\n".join(sources) or "not known"),
        ),
        parameters=tuple(dict.fromkeys(name for use in used for name in use.parameters)),
        fields=tuple(fields.values()),
        uses=tuple(used),
        values=_values(kind for use in used for kind in use.values),
        endpoint=endpoint,
    )


def _weight(endpoint: Endpoint) -> str:
    pool = endpoint.pool
    return f"{endpoint.weight} of {pool.quota:,} in {pool.window:.0f} s at VIP level 0"


def _values(kinds: Iterable[type]) -> tuple[tuple[str, str], ...]:
    docs = {kind.__name__: read.doc(kind) for kind in kinds}
    return tuple((name, "\n\n".join(filter(None, doc[:2]))) for name, doc in docs.items())


def _topic_entry(family: Family) -> Entry:
    fields, values = read.fields_of(family.read)
    said = read.doc(family.read)
    return Entry(
        key=f"topic {family.name}",
        badge="topic",
        title=family.name,
        summary=said.summary,
        facts=(
            ("Host", _HOSTS[family.futures]),
            ("Signed", "yes, on the private socket" if family.private else "no, public"),
            ("Asked for", "as it is, without a symbol" if family.lone else f"{family.name}:SYMBOL"),
            ("Silence", "at most 30 s" if family.steady else "any length: it sends when something happens"),
            *([("More", said.more)] if said.more else []),
        ),
        fields=fields,
        values=_values(values),
    )


def _code_entries() -> Iterator[Entry]:
    for code in sorted({*codes.ANYWHERE, *codes.SPOT, *codes.FUTURES}, key=lambda code: (len(code), code)):
        by_host = [
            (host, words, _made_of(code, futures=futures), hints.hint(code, "", futures=futures))
            for futures, host in _HOSTS.items()
            if (words := (codes.FUTURES if futures else codes.SPOT).get(code) or codes.ANYWHERE.get(code))
        ]
        if len(by_host) == 2 and by_host[0][1:] == by_host[1][1:]:
            by_host = [("spot and futures", *by_host[0][1:])]
        facts: list[tuple[str, str]] = []
        for host, words, made, hint in by_host:
            facts += [("Host", host), ("Means", words), ("Becomes", made)]
            facts += [("What helps", hint.text)] if hint else []
        summary = " ".join(dict.fromkeys(words for _, words, _, _ in by_host))
        yield Entry(key=f"code {code}", badge="code", title=code, summary=summary, facts=tuple(facts))
    for code, words in codes.STATUSES.items():
        yield Entry(f"code {code}", "code", code, words, (("Means", words), ("Becomes", _made_of(code, futures=False))))


def _made_of(code: str, *, futures: bool) -> str:
    """Return what the client makes of an answer with ``code``, by giving it one: to a question, and to an act."""
    status, content = (int(code[5:]), b"") if code.startswith("HTTP ") else (200, b'{"code":"%s"}' % code.encode())
    made = []
    for method in ("GET", "POST"):
        try:
            Reply(status, {}, content, 0.0).open(replace(SERVER_TIME, method=method, futures=futures))
        except KucoinError as error:
            made.append(type(error))
    names = [f"{kind.__name__}: {read.doc(kind).summary}" for kind in dict.fromkeys(made)]
    return names[0] if len(names) == 1 else f"{names[0]} After an act {names[1]}"
