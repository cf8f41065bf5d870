"""The local mailbox: takes every mail by real SMTP, keeps it, and sends nothing anywhere.

With it the whole circle turns on one machine: what Nurture sends arrives here to be looked at,
and answers, bounces and complaints to our own addresses are found in the same store.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import SMTP, Envelope, Session

from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns

#: Largest mail taken, in octets.
SIZE_LIMIT = 10 * 1024 * 1024

#: Recipients of one mail; RFC 5321 section 4.5.3.1.8 wants at least 100.
RECIPIENT_LIMIT = 100


class _Handler:
    """Answers RCPT by the refusals, and DATA once the mail is on the disk.

    Mails that arrive while a commit is under way share the next one: as many connections as
    there may be, the disk is asked to write once.
    """

    def __init__(
        self, store: MailboxStore, refuse: AddressPatterns, stored: Callable[[int], None] | None
    ) -> None:
        self._store = store
        self._refuse = refuse
        self._stored = stored
        self._waiting: list[tuple[Received, asyncio.Future[str]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mailbox")

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take a recipient, or say that there is no such user."""
        if self._refuse.match(address):
            return "550 5.1.1 User unknown"
        if len(envelope.rcpt_tos) >= RECIPIENT_LIMIT:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store a mail, then take responsibility for it."""
        raw = envelope.original_content or b""
        # aiosmtpd keeps the brackets of the null path.
        sender = (envelope.mail_from or "").removeprefix("<").removesuffix(">")
        mail = Received(sender, tuple(envelope.rcpt_tos), raw)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((mail, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def finish(self) -> None:
        """Wait until all that was received is stored."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    def _keep(self, mails: list[Received]) -> None:
        self._store.add(mails)
        if self._stored is not None:
            self._stored(self._store.last_number())

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await loop.run_in_executor(self._thread, self._keep, [m for m, _ in batch])
                said = "250 2.0.0 Stored"
            except sqlite3.Error as error:
                said = f"452 4.3.1 Not stored: {error}"
            for _, answer in batch:
                if not answer.done():
                    answer.set_result(said)
        self._writer = None


def serve(
    store: MailboxStore,
    host: str,
    port: int,
    refuse: AddressPatterns,
    ready: Callable[[int], None],
    stop: threading.Event,
    *,
    size_limit: int = SIZE_LIMIT,
    stored: Callable[[int], None] | None = None,
) -> None:
    """Receive mail at `host`:`port` until `stop` is set; blocks.

    Port 0 takes a free one; `ready` is told the port once mails can come. Recipients of `refuse`
    get `550 5.1.1`; `stored` is told the newest number before a mail is answered for (from a
    thread of its own). Raises OSError where the port cannot be had.
    """
    asyncio.run(_serve(store, (host, port), refuse, ready, stop, size_limit, stored))


async def _serve(
    store: MailboxStore,
    place: tuple[str, int],
    refuse: AddressPatterns,
    ready: Callable[[int], None],
    stop: threading.Event,
    size_limit: int,
    stored: Callable[[int], None] | None,
) -> None:
    loop = asyncio.get_running_loop()
    handler = _Handler(store, refuse, stored)

    def speak() -> SMTP:
        return SMTP(
            handler,
            data_size_limit=size_limit,
            enable_SMTPUTF8=True,
            # Named here: left out, each connection would ask the DNS for our name.
            hostname="mailbox.localhost",
            ident="Nurture mailbox",
            loop=loop,
        )

    server = await loop.create_server(speak, *place, backlog=200)
    async with server:
        ready(int(server.sockets[0].getsockname()[1]))
        while not stop.is_set():
            await asyncio.sleep(0.05)
    await handler.finish()
