"""An SMTP server that takes everything and counts what it took by Message-ID."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType

from nurture.clock import machine_sleep

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*<([^>]+)>")


class Sink:
    """Serves each connection in a thread; a mail counts as soon as its dot has come.

    It counts before it answers, as a server does that has taken a mail whose sender dies.
    """

    def __init__(self, pause: float = 0.0) -> None:
        #: seconds between the dot and its answer
        self.pause = pause
        self.counted: Counter[str] = Counter()
        #: mails between DATA and its answer, by how their sender names itself
        self.inside: Counter[str] = Counter()
        #: set: RCPT is answered; clear: it is not, until it is set again
        self.answers_rcpt = threading.Event()
        self.answers_rcpt.set()
        #: RCPTs that wait for their answer
        self.waiting = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.answers_rcpt.set()
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def url(self, name: str = "sender") -> str:
        """Return the address as SMTP_URL names it; few connections, so that few are in doubt."""
        return f"smtp://127.0.0.1:{self.port}?width=3&ehlo={name}.example"

    def total(self) -> int:
        """Return how many bodies were taken."""
        with self._lock:
            return self.counted.total()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        who = [""]
        try:
            with connection, connection.makefile("rb") as lines:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(b"220 sink\r\n")
                for line in lines:
                    if not self._answer(connection, lines, line.strip(), who):
                        return
        except OSError:
            return  # the sender died
        finally:
            self._open.discard(connection)

    def _answer(
        self, connection: socket.socket, lines: Iterable[bytes], line: bytes, who: list[str]
    ) -> bool:
        verb = line[:4].upper()
        if verb == b"EHLO":
            who[0] = line[5:].decode()
            connection.sendall(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
        elif verb == b"RCPT":
            with self._lock:
                self.waiting += 1
            self.answers_rcpt.wait()
            with self._lock:
                self.waiting -= 1
            connection.sendall(b"250 2.1.5 OK\r\n")
        elif verb == b"DATA":
            with self._counting(who[0]):
                connection.sendall(b"354 go on\r\n")
                if not self._take(lines):
                    return False
                machine_sleep(self.pause)
                connection.sendall(b"250 2.0.0 taken\r\n")
        else:
            connection.sendall(b"250 OK\r\n")
            return verb != b"QUIT"
        return True

    @contextmanager
    def _counting(self, who: str) -> Iterator[None]:
        with self._lock:
            self.inside[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self.inside[who] -= 1

    def _take(self, lines: Iterable[bytes]) -> bool:
        body = bytearray()
        for line in lines:
            if line == b".\r\n":
                break
            body += line
        else:
            return False
        found = _MESSAGE_ID.search(bytes(body))
        assert found is not None
        with self._lock:
            self.counted[found.group(1).decode()] += 1
        return True
