"""One non-blocking connection to a relay: sockets, TLS and deadlines under a dialogue.

A connection is moved by events of a selector that many share, in one thread. What it cannot
answer by the server's words it answers by how far it came: before the TCP connection stood
`DEFERRED`, before the body `NOT_SENT`, from the body's first byte on `IN_DOUBT`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Callable, Generator, Sequence
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from nurture.clock import machine_seconds
from nurture.providers.base import STOPPED, Answer, Outcome, Stage
from nurture.providers.reply import GarbledReply, Reply, ReplyReader
from nurture.providers.smtp_dialogue import (
    Ask,
    Body,
    LostError,
    Mail,
    Relay,
    RelayRefusedError,
    Secure,
    Session,
    Step,
    Timeouts,
    deliver,
    hello,
)

#: family and socket address, as `getaddrinfo` returns them
Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]


class Connection:
    """A kept connection, or one about to be made; carries at most one mail at a time."""

    def __init__(
        self,
        relay: Relay,
        addresses: Sequence[Address],
        timeouts: Timeouts,
        selector: BaseSelector,
    ) -> None:
        self._relay = relay
        self._addresses = list(addresses)
        self._timeouts = timeouts
        self._selector = selector
        self._socket: socket.socket | ssl.SSLSocket | None = None
        self._interest = 0
        self._reader = ReplyReader()
        self._session: Session | None = None
        self._talk: Generator[Step, Reply | None, Answer] | None = None
        self._may_begin: Callable[[], bool] = bool
        self._out: bytes | memoryview = b""
        self._seconds = 0.0
        self._stage = Stage.SESSION
        self._late = False
        self._connected = False
        self._was_kept = False
        self._securing = False
        #: mails carried so far
        self.carried = 0
        #: when the last mail was settled
        self.used_at = 0.0
        #: machine time after which the present wait has lasted too long
        self.deadline = 0.0
        #: the first byte of the present mail's body has left, or may have
        self.begun = False
        #: the answer to the last mail, None while it is under way
        self.answer: Answer | None = None

    @property
    def is_open(self) -> bool:
        """Whether the socket stands; a closed connection is never opened again."""
        return self._socket is not None

    @property
    def was_stale(self) -> bool:
        """Whether a kept connection died of age before the body: a new one deserves a try."""
        return (
            self._was_kept
            and not (self.begun or self._late)
            and self.answer is not None
            and (self.answer.outcome is Outcome.NOT_SENT or self.answer.code == 421)
        )

    def start(self, mail: Mail, may_begin: Callable[[], bool]) -> None:
        """Set out with a mail; `may_begin` is asked right before the body's first byte."""
        self.answer, self.begun, self._late = None, False, False
        self._stage = Stage.SESSION
        self._was_kept = self.is_open
        self._may_begin = may_begin
        self._talk = self._conversation(mail)
        if self._was_kept:
            self._guarded(lambda: self._advance(None))
        else:
            self._guarded(self._connect)

    def on_event(self, mask: int) -> None:
        """React to the socket being readable or writable."""
        if self._talk is None:
            # Nothing was asked: the server hangs up (EOF, 421) or babbles.
            self.drop()
        else:
            self._guarded(lambda: self._react(mask))

    def expire(self) -> None:
        """Give up the present wait."""
        self._guarded(self._time_out)

    def stop(self) -> None:
        """Give up a mail whose body has not begun, because the caller said so."""
        if self.answer is None and not self.begun:
            self._settle(Answer(Outcome.NOT_SENT, None, STOPPED), keep=False)

    def quit(self) -> None:
        """Say goodbye without waiting for the answer, and drop."""
        if self._socket is not None:
            # Where it has gone already, that is all that was wanted.
            with contextlib.suppress(OSError):
                self._socket.send(b"QUIT\r\n")
            self.drop()

    def drop(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._unwatch()
            self._socket.close()
            self._socket = None

    # -- the conversation ------------------------------------------------------------------

    def _conversation(self, mail: Mail) -> Generator[Step, Reply | None, Answer]:
        if self._session is None:
            self._session = yield from hello(self._relay, self._own_name(), self._timeouts)
        return (yield from deliver(mail, self._session, self._timeouts))

    def _own_name(self) -> bytes:
        if self._relay.own_name is not None:
            return self._relay.own_name.encode("idna")
        assert self._socket is not None
        host = self._socket.getsockname()[0]
        return (f"[IPv6:{host}]" if ":" in host else f"[{host}]").encode()

    def _advance(self, reply: Reply | None) -> None:
        assert self._talk is not None
        try:
            step = self._talk.send(reply)
        except StopIteration as end:
            answer: Answer = end.value
            if self._out and answer.outcome is Outcome.ACCEPTED:
                # It cannot have taken a mail whose end it has not heard.
                answer = Answer(Outcome.IN_DOUBT, answer.code, answer.text, stage=Stage.BODY)
            # 421: the server closes (RFC 5321, 3.8). Leftovers: it has answered more than asked.
            # Unsent bytes: the rest of the body would be taken for commands.
            broken = answer.code == 421 or self._reader.pending or len(self._out) > 0
            breach = answer.outcome in (Outcome.NOT_SENT, Outcome.IN_DOUBT)
            self._settle(answer, keep=not (broken or breach))
            return
        if self._reader.pending:
            raise GarbledReply("an answer to nothing that was asked")
        self._take(step)

    def _take(self, step: Step) -> None:
        match step:
            case Ask(line, stage, seconds):
                self._stage = stage
                self._say(line, seconds)
            case Secure():
                self._secure()
            case Body(data, seconds):
                if not self._may_begin():
                    self.stop()
                    return
                self.begun, self._stage = True, Stage.BODY
                self._say(memoryview(data), seconds)

    def _settle(self, answer: Answer, keep: bool) -> None:
        self.answer = answer
        self._talk = None
        self._out = b""
        self.carried += 1
        self.used_at = machine_seconds()
        if not keep:
            self.drop()

    def _guarded(self, act: Callable[[], None]) -> None:
        """Run `act`; what goes wrong on the wire becomes the mail's answer."""
        try:
            act()
        except RelayRefusedError as refused:
            self._settle(refused.answer, keep=False)
        except (OSError, GarbledReply, LostError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        text = (error.strerror if isinstance(error, OSError) else None) or str(error)
        if not self._connected:
            self.drop()
            if self._addresses:
                self._guarded(self._connect)
                return
            outcome, text = Outcome.DEFERRED, f"no connection to the relay: {text}"
        elif self.begun:
            outcome, text = Outcome.IN_DOUBT, f"no answer to the mail: {text}"
        elif self._securing and isinstance(error, ssl.SSLError):
            outcome, text = Outcome.DEFERRED, f"no encrypted connection to the relay: {error}"
        else:
            outcome, text = Outcome.NOT_SENT, f"ended before the body: {text}"
        self._settle(Answer(outcome, None, text, stage=self._stage), keep=False)

    def _time_out(self) -> None:
        self._late = True
        raise LostError("the relay took too long")

    # -- the socket --------------------------------------------------------------------------

    def _connect(self) -> None:
        if not self._addresses:
            raise LostError(f"{self._relay.host} has no address")
        family, address = self._addresses.pop(0)
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        # Commands are small and each waits for its answer: holding them back only costs time.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.deadline = machine_seconds() + self._timeouts.connect
        try:
            self._socket.connect(address)
        except BlockingIOError:
            self._want(EVENT_WRITE)
        else:
            self._on_connected()

    def _on_connected(self) -> None:
        self._connected = True
        self._advance(None)

    def _react(self, mask: int) -> None:
        assert self._socket is not None
        if not self._connected:
            if error := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(error, os.strerror(error))
            self._on_connected()
        elif self._securing:
            self._shake_hands()
        else:
            if mask & EVENT_READ:
                self._receive()
            if mask & EVENT_WRITE and self._out:
                self._flush()

    def _secure(self) -> None:
        assert self._socket is not None
        if self._relay.context is None:
            raise LostError("the relay is to be encrypted, but no TLS context was given")
        self._unwatch()
        self._socket = self._relay.context.wrap_socket(
            self._socket, server_hostname=self._relay.host, do_handshake_on_connect=False
        )
        self._securing = True
        self.deadline = machine_seconds() + self._timeouts.command
        self._shake_hands()

    def _shake_hands(self) -> None:
        assert isinstance(self._socket, ssl.SSLSocket)
        try:
            self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self._want(EVENT_READ)
        except ssl.SSLWantWriteError:
            self._want(EVENT_WRITE)
        else:
            self._securing = False
            self._advance(None)

    def _say(self, data: bytes | memoryview, seconds: float) -> None:
        self._out, self._seconds = data, seconds
        self._flush()

    def _flush(self) -> None:
        assert self._socket is not None
        while self._out:
            try:
                sent = self._socket.send(self._out)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                self.deadline = machine_seconds() + min(self._timeouts.block, self._seconds)
                self._want(EVENT_READ | EVENT_WRITE)
                return
            except (BrokenPipeError, ConnectionResetError):
                # A server that refuses a body while it is coming says why and hangs up.
                self._receive()
                if self.answer is None:
                    raise
                return
            self._out = b"" if sent == len(self._out) else self._out[sent:]
        self.deadline = machine_seconds() + self._seconds
        self._want(EVENT_READ)

    def _receive(self) -> None:
        connection = self._socket
        assert connection is not None
        while True:
            try:
                data = connection.recv(65_536)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            if not data:
                raise LostError("the relay closed the connection")
            reply = self._reader.feed(data)
            if reply is not None:
                self._advance(reply)
            if self._socket is not connection or not isinstance(connection, ssl.SSLSocket):
                return
            # Decrypted bytes wait inside the TLS layer, where no selector sees them.
            if not connection.pending() or self._talk is None:
                return

    def _want(self, interest: int) -> None:
        assert self._socket is not None
        if interest == self._interest:
            return
        if self._interest:
            self._selector.modify(self._socket, interest, self)
        else:
            self._selector.register(self._socket, interest, self)
        self._interest = interest

    def _unwatch(self) -> None:
        if self._interest:
            assert self._socket is not None
            self._selector.unregister(self._socket)
            self._interest = 0
