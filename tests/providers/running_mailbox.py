"""The local mailbox running in a thread, for tests that send it real mail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

from nurture.providers.mailbox import SIZE_LIMIT, serve
from nurture.providers.mailbox_store import MailboxStore
from nurture.providers.patterns import AddressPatterns

#: Business time of every mail received in tests.
NOW = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)


@contextmanager
def running_mailbox(
    path: Path, refuse: str = "", ours: str = "", size_limit: int = SIZE_LIMIT
) -> Iterator[tuple[MailboxStore, int]]:
    """Yield a store and the port where mails to it are taken."""
    store = MailboxStore(path, lambda: NOW, AddressPatterns.listed(ours))
    ready: Queue[int] = Queue()
    stop = threading.Event()
    thread = threading.Thread(
        target=serve,
        args=(store, "127.0.0.1", 0, AddressPatterns.listed(refuse), ready.put, stop),
        kwargs={"size_limit": size_limit},
    )
    thread.start()
    try:
        yield store, ready.get(timeout=10)
    finally:
        stop.set()
        thread.join(10)
        store.close()
