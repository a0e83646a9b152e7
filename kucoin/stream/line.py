"""One open socket: dialled by websocket-client, read in large pieces."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from typing import Self
from urllib.parse import quote
from uuid import uuid4

import websocket
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from kucoin.errors import StreamError
from kucoin.model.feed import Token
from kucoin.stream import frames, hosts

_PIECE = 32 * 1024  # bytes asked of the socket at a time
_CONNECT = 3.05  # s, as for requests
_HANDSHAKE = 5.0  # s that the TLS and the WebSocket handshake may take
_SEND = 1.5  # s that a message may take to leave
_NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Line:
    """A connection to the exchange, owned by one thread."""

    def __init__(self, connected: socket.socket, waker: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._records = isinstance(connected, ssl.SSLSocket)
        self._reads = 1  # attempts at a record that the next turn may make
        # The handshake may have taken the beginning of a record, which poll does not see.
        self._flowing = self._records
        self._cutter = frames.Cutter()
        self._over: StreamError | None = None  # said together with the last messages, so raised after them
        self._waker = waker
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._poll.register(waker, select.POLLIN)

    @classmethod
    def dial(cls, token: Token, waker: socket.socket, *, practice: bool) -> Self:
        """Open a connection with ``token``.

        Args:
            waker: When it becomes readable, `read` returns.
            practice: Which side of the fence may be dialled.

        Raises:
            StreamError: Outside the fence, no connection, or no agreement.
        """
        address = hosts.admit(token.endpoint, practice=practice)
        where = f"{address.host}:{address.port}"
        try:
            # Connected here, because the library would ask the environment for a proxy.
            connected = socket.create_connection((address.host, address.port), timeout=_CONNECT)
        except OSError as error:
            raise StreamError(f"no connection to {where} ({type(error).__name__})") from None
        try:
            return cls(_shake_hands(connected, address, token), waker)
        except ssl.SSLCertVerificationError as error:
            failure = StreamError(f"the certificate of {where} is not to be trusted: {error.verify_message}")
        except (OSError, ValueError, websocket.WebSocketException) as error:
            failure = StreamError(f"no agreement with {where} ({type(error).__name__})")
        # Raised out here on purpose: an error of the library may carry the address with the token.
        raise failure

    def read(self, timeout: float) -> list[bytes]:
        """Wait ``timeout`` s at most and return the messages that came, none where time passed or someone called.

        Raises:
            StreamError: The connection ended.
        """
        if self._over is not None:
            raise self._over
        try:
            piece = self._receive() if self._flowing else None
            if piece is None:
                if any(ready == self._waker.fileno() for ready, _ in self._poll.poll(timeout * 1000)):
                    self._hush()
                piece = self._receive()
        except OSError as error:
            raise StreamError(f"the line broke ({type(error).__name__})") from None
        if piece is None:
            return []
        if not piece:
            raise StreamError("the line ended without a word")
        messages = self._cutter.cut(piece)
        try:
            self._answer_controls()
        except StreamError as error:
            if not messages:
                raise
            self._over = error
        return messages

    def send(self, text: str) -> None:
        """Send one message.

        Raises:
            StreamError: The line takes nothing any more.
        """
        self._send(text.encode(), websocket.ABNF.OPCODE_TEXT)

    def close(self) -> None:
        """Say goodbye, as far as the line takes it at once, and close."""
        with contextlib.suppress(OSError):  # nothing depends on the goodbye
            goodbye = websocket.ABNF.create_frame(b"\x03\xe8", websocket.ABNF.OPCODE_CLOSE)
            self._socket.send(goodbye.format())
        self._socket.close()

    def _receive(self) -> bytes | None:
        """Return what waits on the socket: empty at its end, None where nothing does.

        TLS hands out a record at a time, and a message often has one to itself. Beside a busy thread every attempt
        costs a switch interval, also the one that finds nothing: so a lone record is handed on at once, and more are
        tried for where more came.
        """
        pieces: list[bytes] = []
        room = _PIECE
        try:
            while room > 0 and len(pieces) < self._reads:
                piece = self._socket.recv(_PIECE)
                pieces.append(piece)
                room -= len(piece)
                if not piece:
                    break
            self._flowing = self._records
            self._reads = 2 * len(pieces) if self._records else 1
        except OSError as error:
            self._flowing = False
            self._reads = max(1, len(pieces) // 2)
            if not (pieces or isinstance(error, _NOTHING_YET)):
                raise
        return b"".join(pieces) if pieces else None

    def _send(self, payload: bytes, opcode: int) -> None:
        frame = websocket.ABNF.create_frame(payload, opcode).format()
        try:
            self._socket.settimeout(_SEND)
            self._socket.sendall(frame)
            self._socket.setblocking(False)
        except OSError as error:
            raise StreamError(f"the line takes nothing ({type(error).__name__})") from None

    def _answer_controls(self) -> None:
        controls, self._cutter.controls = self._cutter.controls, []
        for opcode, payload in controls:
            if opcode == frames.CLOSE:
                code = int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1005
                reason = payload[2:].decode("utf-8", "replace")
                raise StreamError(f"the exchange closed the connection: {code} {reason}".rstrip())
            if opcode == frames.PING:
                self._send(payload, websocket.ABNF.OPCODE_PONG)

    def _hush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._waker.recv(4096):
                pass


def _shake_hands(connected: socket.socket, address: hosts.Address, token: Token) -> socket.socket:
    """Agree on TLS, where it is wanted, and on WebSocket; return the socket to read from. Closes it on any error."""
    where = f"{'wss' if address.secure else 'ws'}://{address.host}:{address.port}{address.path}"
    line = connected
    if address.secure:
        # The authorities that requests goes by as well: neither REST nor sockets look at those of the environment.
        context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
        line = context.wrap_socket(connected, server_hostname=address.host, do_handshake_on_connect=False)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.settimeout(_HANDSHAKE)
    # The timeout is for each read: a line that keeps dripping something else would hold the library for ever.
    watchdog = threading.Timer(_HANDSHAKE, _end, (line,))
    watchdog.daemon = True
    watchdog.start()
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        websocket.create_connection(
            f"{where}?token={quote(token.token.reveal(), safe='')}&connectId={uuid4().hex}",
            socket=line,
            redirect_limit=0,
            skip_utf8_validation=True,  # in pure Python, and the decoder checks it anyway
        )
    except BaseException:
        line.close()
        raise
    finally:
        watchdog.cancel()
    return line


def _end(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended by itself
        line.shutdown(socket.SHUT_RDWR)
