"""What a browser was told and shows, as numbers, and how an amount could be written among them."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from playwright.sync_api import Page

from kucoin import figures

SURE = 7
"""Digits from which on a number that is there twice is the same thing."""
LIKELY = 5
"""Digits from which on several are."""

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?(?:[eE]-?\d+)?")
_TABLE = b"\xff\xff\xff\xff"  # begins each part of what Arrow writes
# What everybody may see: books, tapes, candles. What of them is one's own, tests/unit/test_panels_veiled.py looks at.
_PUBLIC = ("head", "tape", "depth", "prices", "status", "account", "ladder", "candles")
_HEAR = """{
    globalThis.heard = [];
    const Plain = globalThis.WebSocket;
    globalThis.WebSocket = class extends Plain {
        constructor(...address) {
            super(...address);
            this.addEventListener('message', ({ data }) => heard.push(data));
        }
    };
}"""
_TAKE = """async () => {
    const bytes = async (data) => {
        const url = await new Promise((done) => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result);
            reader.readAsDataURL(new Blob([data]));
        });
        return ['bytes', url.slice(url.indexOf(',') + 1)];
    };
    return Promise.all(heard.splice(0).map((data) => typeof data === 'string' ? ['text', data] : bytes(data)));
}"""
_SHOWN = """() => {
    const told = [document.title, location.href];
    const open = '.st-key-panel-ladder, .st-key-panel-tape, .st-key-panel-candles, .st-key-panel-depth, '
        + '.st-key-head, .st-key-facts, .st-key-ticket-head, .st-key-ticket-facts, .st-key-watchlist';
    const look = (node) => {
        if (node.nodeType === Node.TEXT_NODE) told.push(node.data);
        if (node.nodeType === Node.ELEMENT_NODE) {
            if (['SCRIPT', 'STYLE'].includes(node.tagName) || node.matches(open)) return;
            for (const { name, value } of node.attributes)
                if (/^(aria-|data-|title$|alt$|placeholder$|value$|href$|download$)/.test(name)) told.push(value);
            if (typeof node.value === 'string') told.push(node.value);
            if (node.layout && Array.isArray(node.data)) told.push(JSON.stringify([node.data, node.layout]));
            if (node.shadowRoot) look(node.shadowRoot);
        }
        node.childNodes.forEach(look);
    };
    look(document.body);
    return told.join('\\n');
}"""


class Heard:
    """The numbers that came over the sockets of a page since it was asked last. Made before the page is opened."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.add_init_script(_HEAR)  # the browser's own account of its sockets would slow it down many times

    def take(self) -> set[str]:
        """Return them, and forget them."""
        frames: list[list[str]] = self._page.evaluate(_TAKE)
        told = (b64decode(text) if kind == "bytes" else text for kind, text in frames)
        return {number for frame in told for text in _texts(frame) for number in numbers(text)}


def _texts(frame: str | bytes) -> Iterator[str]:
    if isinstance(frame, bytes):
        yield frame.decode("latin-1")
        yield from _tables(frame)
        return
    with suppress(json.JSONDecodeError):
        told = json.loads(frame)
        if isinstance(told, dict) and str(told.get("panel", "")).removeprefix("veiled/").startswith(_PUBLIC):
            return
    yield frame


def _tables(frame: bytes) -> Iterator[str]:
    """Yield every cell of the tables in a message, whatever type its column has."""
    at = frame.find(_TABLE)
    while at >= 0:
        with suppress(pa.ArrowInvalid, OSError):  # it is no beginning, or only looks like one
            for column in pa.ipc.open_stream(io.BytesIO(frame[at:])).read_all().itercolumns():
                yield from (_cell(cell) for cell in column.to_pylist())
        at = frame.find(_TABLE, at + 4)


def _cell(cell: Any) -> str:
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def shown(page: Page) -> set[str]:
    """Return the numbers in texts, tooltips, labels, fields, addresses and plots of a page, in shadows too."""
    return numbers(page.evaluate(_SHOWN))


def numbers(text: str) -> set[str]:
    """Return the numbers in a text, without signs."""
    return {*_NUMBER.findall(text), *_PLAIN.findall(text)}


def in_file(name: str, content: bytes) -> set[str]:
    """Return the numbers in an export and in its name."""
    if not name.endswith(".parquet"):
        return numbers(f"{name}\n{content.decode()}")
    columns = pq.read_table(io.BytesIO(content)).itercolumns()
    return numbers("\n".join([name, *(_cell(cell) for column in columns for cell in column.to_pylist())]))


def written(amount: Decimal) -> set[str]:
    """Return how an amount could be written."""
    exact = amount.copy_abs().normalize()
    texts = {f"{exact:f}", f"{exact:,f}", repr(float(exact)), figures.amount(exact), figures.price(exact)}
    texts |= {figures.money(exact, unit) for unit in ("USDT", "BTC")} | {f"{exact:.2f}"}
    return {text for text in texts if digits(text) >= LIKELY}


def digits(text: str) -> int:
    """Return how many digits tell a number from others."""
    return len(text.partition("e")[0].replace(",", "").replace(".", "").strip("0"))


def leaked(found: set[str], amounts: Iterable[str]) -> set[str]:
    """Return the amounts among ``found``; one or two short numbers may be the same by chance."""
    same = found & set(amounts)
    return same if len(same) > 2 or any(digits(each) >= SURE for each in same) else set()
