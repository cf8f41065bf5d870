"""An SMTP server without manners: it hangs, dies, babbles and refuses where a plan says so."""

from __future__ import annotations

import contextlib
import enum
import socket
import ssl
import threading
from collections.abc import Mapping
from types import TracebackType


class Rude(enum.Enum):
    """What a stage does instead of answering."""

    HANG = enum.auto()
    DIE = enum.auto()
    #: dies, and takes no further connection
    LEAVE = enum.auto()
    #: dies after the first kilobyte of the body, with a reset
    DIE_EARLY = enum.auto()
    #: says 552 after the first kilobyte of the body, and dies
    REFUSE_EARLY = enum.auto()
    #: says 250 after the first kilobyte of the body, and reads no further
    TAKE_EARLY = enum.auto()
    #: stops reading after the first kilobyte of the body
    READ_NO_MORE = enum.auto()


#: stage (greeting, ehlo, starttls, auth, rset, mail, rcpt, data, body) → answer or rudeness
Plan = Mapping[str, bytes | Rude]

GOOD: Plan = {
    "greeting": b"220 rude.example ESMTP\r\n",
    "ehlo": b"250-rude.example\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n",
    "starttls": b"220 go ahead\r\n",
    "auth": b"235 2.7.0 welcome\r\n",
    "rset": b"250 2.0.0 forgotten\r\n",
    "mail": b"250 2.1.0 ok\r\n",
    "rcpt": b"250 2.1.5 ok\r\n",
    "data": b"354 go ahead\r\n",
    "body": b"250 2.0.0 taken\r\n",
    "quit": b"221 bye\r\n",
}


class _EndError(Exception):
    """The connection is over."""


class RudeServer:
    """Serves connection after connection in threads; the n-th follows the n-th plan.

    Plans add to `GOOD`; the last one holds for all further connections. A key like `mail:2`
    speaks of the second MAIL of a connection.
    """

    def __init__(
        self, *plans: Plan, context: ssl.SSLContext | None = None, tls: bool = False
    ) -> None:
        self._plans = plans or ({},)
        self._context = context
        self._tls = tls
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        #: every command line received, without its CRLF
        self.commands: list[bytes] = []
        #: every body that ended with a dot, as it came over the wire
        self.bodies: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._listen)

    def __enter__(self) -> RudeServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self.leave()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def leave(self) -> None:
        """Take no further connection."""
        # Closing alone does not wake a thread that stands in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            plan = self._plans[min(self.connections, len(self._plans) - 1)]
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection, plan)

    def _serve(self, connection: socket.socket, plan: Plan) -> None:
        connection.settimeout(5)
        try:
            if self._tls:
                connection = self._secured(connection)
            _Conversation(self, connection, plan, self._over).run()
        except (_EndError, OSError):
            pass  # being dropped is what most plans are about
        finally:
            with contextlib.suppress(OSError):
                connection.close()

    def _secured(self, connection: socket.socket) -> socket.socket:
        assert self._context is not None
        return self._context.wrap_socket(connection, server_side=True)

    def secured(self, connection: socket.socket) -> socket.socket:
        """Encrypt a connection after STARTTLS."""
        return self._secured(connection)


class _Conversation:
    def __init__(
        self, server: RudeServer, connection: socket.socket, plan: Plan, over: threading.Event
    ) -> None:
        self._server = server
        self._socket = connection
        self._plan = plan
        self._over = over
        self._buffer = b""
        self._counts: dict[str, int] = {}

    def run(self) -> None:
        self._answer("greeting")
        while True:
            line = self._until(b"\r\n")
            self._server.commands.append(line)
            verb = line.split(b" ", 1)[0].lower().decode()
            said = self._answer(verb)
            if verb == "starttls" and said.startswith(b"220"):
                self._socket = self._server.secured(self._socket)
            if verb == "data" and said.startswith(b"354"):
                self._body()

    def _body(self) -> None:
        early = self._plan.get("body")
        if isinstance(early, Rude) and early not in (Rude.HANG, Rude.DIE):
            while len(self._buffer) < 1000:
                self._receive()
            if early is Rude.TAKE_EARLY:
                self._socket.sendall(b"250 2.0.0 taken\r\n")
            if early in (Rude.TAKE_EARLY, Rude.READ_NO_MORE):
                self._over.wait(10)
                raise _EndError
            if early is Rude.REFUSE_EARLY:
                self._socket.sendall(b"552 5.3.4 too much\r\n")
                raise _EndError
            # A linger of nothing makes closing a reset.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            raise _EndError
        body = self._until(b"\r\n.\r\n")
        self._server.bodies.append(body + b"\r\n.\r\n")
        self._answer("body")

    def _answer(self, stage: str) -> bytes:
        count = self._counts[stage] = self._counts.get(stage, 0) + 1
        planned = self._plan.get(f"{stage}:{count}", self._plan.get(stage, GOOD.get(stage)))
        if planned is None:
            planned = b"502 5.5.2 what?\r\n"
        if planned is Rude.HANG:
            self._over.wait(10)
            raise _EndError
        if planned is Rude.LEAVE:
            self._server.leave()
        if isinstance(planned, Rude):
            raise _EndError
        self._socket.sendall(planned)
        if planned.startswith((b"421", b"221")):
            raise _EndError
        return planned

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._receive()
        found, self._buffer = self._buffer.split(end, 1)
        return found

    def _receive(self) -> None:
        data = self._socket.recv(65_536)
        if not data:
            raise _EndError
        self._buffer += data
