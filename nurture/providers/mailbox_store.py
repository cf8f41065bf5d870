"""The mails of the local mailbox: one SQLite file that many processes may read.

A mail has a number, ascending in the order in which mails were stored; a reader that keeps the
last number it saw misses none.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path

from nurture.errors import NurtureError
from nurture.language import say
from nurture.providers.headers import header, message_ids
from nurture.providers.patterns import AddressPatterns

_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS mail (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    mail_from TEXT NOT NULL,
    rcpt_to TEXT NOT NULL,
    subject TEXT NOT NULL,
    sender TEXT NOT NULL,
    message_id TEXT NOT NULL,
    is_ours INTEGER NOT NULL,
    size INTEGER NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS mail_is_ours ON mail (is_ours, number);
CREATE INDEX IF NOT EXISTS mail_rcpt_to ON mail (rcpt_to, number);
CREATE INDEX IF NOT EXISTS mail_message_id ON mail (message_id);
PRAGMA user_version = {_VERSION};
"""

_HEAD = "number, received_at, mail_from, rcpt_to, subject, sender, message_id, is_ours, size"


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it came in by SMTP; stored once for each recipient."""

    #: the envelope's sender, empty for the null path of bounces
    mail_from: str
    rcpt_tos: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class MailHead:
    """What a list shows of a stored mail."""

    number: int
    #: business time, aware, UTC
    received_at: datetime
    #: the envelope's sender, empty for the null path
    mail_from: str
    #: the envelope's recipient
    rcpt_to: str
    #: headers, decoded, on one line; empty where missing
    subject: str
    sender: str
    #: without brackets
    message_id: str
    #: addressed to us: a reply, a bounce, a complaint
    is_ours: bool
    #: octets
    size: int


@dataclass(frozen=True, slots=True)
class StoredMail(MailHead):
    """A stored mail with its bytes."""

    raw: bytes


class MailboxStore:
    """Stores and finds mails. May be used from several threads; opens the file when made.

    `now` tells business time; `ours` are the addresses that belong to us, such as
    `*@nurture.example`. Raises NurtureError where the file is no mailbox of this version.
    """

    def __init__(
        self, path: Path, now: Callable[[], datetime], ours: AddressPatterns | None = None
    ) -> None:
        self._now = now
        self._ours = ours or AddressPatterns()
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = sqlite3.connect(
                path, timeout=5, isolation_level=None, check_same_thread=False
            )
            found = self._database.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, _VERSION):
                raise NurtureError(
                    say(
                        "{path} is a mailbox of version {found}, known is {version}",
                        path=path,
                        found=found,
                        version=_VERSION,
                    ),
                    say("move it away, a new one will be made"),
                )
            self._database.execute("PRAGMA journal_mode = WAL")
            # FULL: a mail that was answered by 250 outlives a power cut.
            self._database.execute("PRAGMA synchronous = FULL")
            if found != _VERSION:
                self._database.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise NurtureError(
                say("{path} cannot be opened as a mailbox: {error}", path=path, error=error),
                say("move it away, or mend its rights"),
            ) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def add(self, mails: Sequence[Received]) -> None:
        """Store mails for each of their recipients in one durable commit (sqlite3.Error)."""
        at = (self._now() - _EPOCH) // timedelta(microseconds=1)
        rows = [row for mail in mails for row in self._rows(mail, at)]
        with self._transaction() as database:
            database.executemany(
                "INSERT INTO mail (received_at, mail_from, rcpt_to, subject, sender, message_id,"
                " is_ours, size, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def last_number(self) -> int:
        """Return the number of the newest mail, 0 for an empty mailbox."""
        number = self._select("SELECT coalesce(max(number), 0) FROM mail", ())[0][0]
        assert isinstance(number, int)
        return number

    def get(self, number: int) -> StoredMail | None:
        """Return one mail, None where there is none of that number."""
        found = self._select(f"SELECT {_HEAD}, raw FROM mail WHERE number = ?", (number,))
        return _mail(found[0]) if found else None

    def since(self, number: int, limit: int = 100, ours: bool | None = None) -> list[StoredMail]:
        """Return the mails after `number`, oldest first; only (not) ours, if told."""
        which = "" if ours is None else " AND is_ours = ?"
        values = (number, limit) if ours is None else (number, int(ours), limit)
        rows = self._select(
            f"SELECT {_HEAD}, raw FROM mail WHERE number > ?{which} ORDER BY number LIMIT ?", values
        )
        return [_mail(row) for row in rows]

    def page(
        self,
        before: int | None = None,
        limit: int = 50,
        query: str = "",
        ours: bool | None = None,
    ) -> list[MailHead]:
        """Return mails before a number, newest first.

        `query` finds text in subject, From header and both envelope addresses, whatever its
        case (of ASCII letters); all its words must be found.
        """
        where, values = ["1"], list[object]()
        if before is not None:
            where.append("number < ?")
            values.append(before)
        if ours is not None:
            where.append("is_ours = ?")
            values.append(int(ours))
        for word in query.split()[:10]:
            where.append(
                "subject || char(10) || sender || char(10) || rcpt_to || char(10) || mail_from"
                " LIKE ? ESCAPE '!'"
            )
            values.append(f"%{_unwild(word)}%")
        rows = self._select(
            f"SELECT {_HEAD} FROM mail WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?",
            (*values, limit),
        )
        return [_head(row) for row in rows]

    def _rows(self, mail: Received, at: int) -> Iterator[tuple[object, ...]]:
        head = BytesHeaderParser().parsebytes(mail.raw[:262_144])
        subject, sender = header(head, "Subject"), header(head, "From")
        ids = message_ids(head, "Message-ID")
        message_id = ids[0] if ids else ""
        for recipient in mail.rcpt_tos:
            ours = self._ours.match(recipient)
            size = len(mail.raw)
            yield (at, mail.mail_from, recipient, subject, sender, message_id, ours, size, mail.raw)

    def _select(self, sql: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def _unwild(word: str) -> str:
    """Escape what LIKE reads as a wildcard."""
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _head(row: tuple[object, ...]) -> MailHead:
    return MailHead(*_fields(row))


def _mail(row: tuple[object, ...]) -> StoredMail:
    raw = row[9]
    assert isinstance(raw, bytes)
    return StoredMail(*_fields(row), raw)


def _fields(
    row: tuple[object, ...],
) -> tuple[int, datetime, str, str, str, str, str, bool, int]:
    number, at, mail_from, rcpt_to, subject, sender, message_id, ours, size = row[:9]
    assert isinstance(number, int)
    assert isinstance(at, int)
    assert isinstance(size, int)
    received = _EPOCH + timedelta(microseconds=at)
    texts = (str(mail_from), str(rcpt_to), str(subject), str(sender), str(message_id))
    return (number, received, *texts, bool(ours), size)
