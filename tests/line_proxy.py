"""A bad line: plain TCP between a client and a server, with switches for what lines do."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from typing import Self


class LineProxy:
    """Listens on a free port and passes bytes to ``upstream`` and back.

    Switches, to be set at any time and true for every connection from then on:

        silent_up, silent_down: bytes of that direction vanish, the sockets stay.
        slow: bytes a second, 0 for as fast as can be.
        delay, jitter: s that each piece is held back.
        slice: bytes a piece is cut into, 0 for none.
        stall: nothing moves until it is False again.
        refuse: new connections are closed at once.
    """

    def __init__(self, upstream: int, *, seed: int = 0) -> None:
        self.upstream = upstream
        self.silent_up = self.silent_down = self.stall = self.refuse = False
        self.slow = self.slice = 0
        self.delay = self.jitter = 0.0
        self.dials = 0
        self._random = random.Random(seed)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="line-proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stall = False
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        self.cut("fin")

    @property
    def alive(self) -> int:
        """How many connections stand."""
        with self._lock:
            return len(self._pairs)

    def cut(self, kind: str = "rst") -> None:
        """End every connection: ``rst`` as a crash does, ``fin`` in order."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    if kind == "rst":
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        end.close()  # a pump that waits in recv holds it open until the other side moves
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.dials += 1
            try:
                if self.refuse:
                    raise ConnectionRefusedError
                far = socket.create_connection(("127.0.0.1", self.upstream), timeout=5)
            except OSError:
                near.close()
                continue
            pair = (near, far)
            for end in pair:
                end.settimeout(0.05)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append(pair)
            ended = threading.Barrier(2)
            for source, target, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pump, args=(source, target, up, pair, ended), daemon=True).start()

    def _pump(
        self,
        source: socket.socket,
        target: socket.socket,
        up: bool,
        pair: tuple[socket.socket, socket.socket],
        ended: threading.Barrier,
    ) -> None:
        try:
            while self._standing(pair):
                if self.stall:
                    time.sleep(0.005)
                    continue
                try:
                    piece = source.recv(self.slow // 20 or 65536)
                except TimeoutError:
                    continue
                if not piece:
                    break
                if self.silent_up if up else self.silent_down:
                    continue
                self._pass(piece, target)
        except OSError:
            pass  # the line is gone: that is what it is here for
        finally:
            with self._lock:
                if pair in self._pairs:
                    self._pairs.remove(pair)
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            if ended.wait() == 0:
                for end in pair:
                    end.close()

    def _pass(self, piece: bytes, target: socket.socket) -> None:
        if self.delay or self.jitter:
            time.sleep(self.delay + self.jitter * self._random.random())
        step = self.slice or len(piece)
        for start in range(0, len(piece), step):
            part = memoryview(piece)[start : start + step]
            while part:
                with contextlib.suppress(TimeoutError):
                    part = part[target.send(part) :]
            if self.slow:
                time.sleep(step / self.slow)

    def _standing(self, pair: tuple[socket.socket, socket.socket]) -> bool:
        with self._lock:
            return pair in self._pairs
