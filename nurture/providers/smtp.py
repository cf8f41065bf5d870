"""Sending by SMTP over kept connections: one thread, one selector, a wave at a time.

Up to `width` conversations overlap, so a wave lasts as long as its slowest mail, not as long as
all of them together.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from selectors import DefaultSelector

from nurture.clock import machine_seconds
from nurture.providers.base import STOPPED, Answer, Envelope, Outcome, check_width
from nurture.providers.smtp_connection import Address, Connection
from nurture.providers.smtp_dialogue import Mail, Relay, Timeouts

#: Mails over one connection before it is replaced; many relays count along and hang up.
MAILS_PER_CONNECTION = 100

#: Seconds for which the relay's addresses are believed, and that it has none.
ADDRESSES_LAST, NO_ADDRESS_LASTS = 60.0, 5.0


class _Lease:
    """Asks the caller whether to go on, no more often than needed, and remembers a no."""

    def __init__(self, keep_alive: Callable[[], bool], piece: float) -> None:
        self._keep_alive = keep_alive
        self._piece = piece
        self._asked_at = float("-inf")
        self._error: BaseException | None = None
        #: when the caller said stop; None while it has not
        self.stopped_at: float | None = None

    @property
    def next_at(self) -> float:
        """When to ask again, in machine seconds."""
        return self._asked_at + self._piece

    def holds(self) -> bool:
        """Whether a body may begin; asks again if the last yes is older than a piece.

        A process that was stopped and went on notices here that its yes is old.
        """
        if machine_seconds() >= self.next_at:
            # Asked at, not answered at: the yes is as old as the question.
            self._asked_at = machine_seconds()
            try:
                goes_on = self._keep_alive()
            except BaseException as error:  # noqa: BLE001 - raised again by `check`
                # Here it could be taken for a fault of the network.
                self._error, goes_on = error, False
            if not goes_on and self.stopped_at is None:
                self.stopped_at = machine_seconds()
        return self.stopped_at is None

    def check(self) -> None:
        """Raise what the caller's function raised."""
        if self._error is not None:
            raise self._error


class SmtpProvider:
    """Hands mails to a relay by SMTP (RFC 5321) over connections that are kept between waves."""

    def __init__(
        self,
        relay: Relay,
        *,
        width: int = 20,
        timeouts: Timeouts | None = None,
        mails_per_connection: int = MAILS_PER_CONNECTION,
    ) -> None:
        self.name = f"smtp:{relay.host}:{relay.port}"
        self.width = width
        self._relay = relay
        self._timeouts = timeouts or Timeouts()
        self._mails_per_connection = mails_per_connection
        self._selector = DefaultSelector()
        self._kept: list[Connection] = []
        self._addresses: list[Address] = []
        self._resolved_at = float("-inf")

    def __repr__(self) -> str:
        return f"<SmtpProvider {self.name} width={self.width}>"

    def wave(self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]) -> list[Answer]:
        """Send at most `width` mails, one per connection (see `base.Provider.wave`)."""
        check_width(envelopes, self.width)
        answers: dict[int, Answer] = {}
        mails: dict[int, Mail] = {}
        for number, envelope in enumerate(envelopes):
            prepared = Mail.prepared(envelope)
            if isinstance(prepared, Answer):
                answers[number] = prepared
            else:
                mails[number] = prepared
        if mails:
            lease = _Lease(keep_alive, self._timeouts.piece)
            active: dict[int, Connection] = {}
            try:
                self._retire()
                self._run(mails, answers, active, lease)
            except BaseException:
                for connection in active.values():
                    connection.drop()
                self.close()
                raise
        return [answers[number] for number in range(len(envelopes))]

    def close(self) -> None:
        """Say goodbye on kept connections and drop them; the next wave opens new ones."""
        for connection in self._kept:
            connection.quit()
        self._kept = []

    def _run(
        self,
        mails: dict[int, Mail],
        answers: dict[int, Answer],
        active: dict[int, Connection],
        lease: _Lease,
    ) -> None:
        """Start all mails, move their conversations, and fill in the answers."""
        for number, mail in mails.items():
            connection = self._kept.pop() if self._kept else self._fresh(lease)
            if lease.holds():
                active[number] = connection
                connection.start(mail, lease.holds)
            else:
                answers[number] = Answer(Outcome.NOT_SENT, None, STOPPED)
                self._keep(connection)
        while active:
            settled = [(n, c, c.answer) for n, c in active.items() if c.answer is not None]
            for number, connection, answer in settled:
                del active[number]
                if connection.was_stale and lease.holds():
                    connection.drop()
                    active[number] = self._fresh(lease)
                    active[number].start(mails[number], lease.holds)
                else:
                    answers[number] = answer
                    self._keep(connection)
            lease.check()
            # After a second start look again before waiting: it may have been settled at once.
            if not settled:
                self._wait(active, lease)
        lease.check()

    def _wait(self, active: dict[int, Connection], lease: _Lease) -> None:
        """Let the selector tell what happened, for at most a piece, and end what took too long."""
        until = min(lease.next_at, min(connection.deadline for connection in active.values()))
        for key, mask in self._selector.select(max(0.0, until - machine_seconds())):
            connection: Connection = key.data
            connection.on_event(mask)
        if not lease.holds():
            for connection in active.values():
                connection.stop()
        now = machine_seconds()
        over = lease.stopped_at is not None and now >= lease.stopped_at + self._timeouts.grace
        for connection in active.values():
            if connection.answer is None and (over or now >= connection.deadline):
                connection.expire()

    def _fresh(self, lease: _Lease) -> Connection:
        return Connection(self._relay, self._resolve(lease), self._timeouts, self._selector)

    def _keep(self, connection: Connection) -> None:
        if not connection.is_open:
            return
        if connection.carried >= self._mails_per_connection:
            connection.quit()
        else:
            self._kept.append(connection)

    def _retire(self) -> None:
        """Part with kept connections that the server has closed or that were idle for long."""
        for key, mask in self._selector.select(0):
            connection: Connection = key.data
            connection.on_event(mask)
        oldest = machine_seconds() - self._timeouts.idle
        for connection in self._kept:
            if connection.used_at < oldest:
                connection.quit()
        self._kept = [connection for connection in self._kept if connection.is_open]

    def _resolve(self, lease: _Lease) -> list[Address]:
        """Return the relay's addresses; none where it cannot be found.

        The system's resolver blocks, so it runs beside while the caller's lease is kept.
        """
        lasts = ADDRESSES_LAST if self._addresses else NO_ADDRESS_LASTS
        if machine_seconds() < self._resolved_at + lasts:
            return self._addresses
        self._addresses = []
        pool = ThreadPoolExecutor(1, thread_name_prefix="resolve")
        found = pool.submit(
            socket.getaddrinfo, self._relay.host, self._relay.port, type=socket.SOCK_STREAM
        )
        pool.shutdown(wait=False)
        while not wait([found], self._timeouts.piece).done and lease.holds():
            pass
        # Not found, or not in time: no address, and each connection says so in its answer.
        if found.done() and found.exception() is None:
            self._addresses = [(info[0], info[4]) for info in found.result()]  # type: ignore[misc]
        self._resolved_at = machine_seconds()
        return self._addresses
