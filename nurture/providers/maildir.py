"""Sending into a Maildir: each mail a file, for looking at mails without sending any."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from nurture.clock import machine_now
from nurture.providers.base import STOPPED, Answer, Envelope, Outcome, Stage, check_width
from nurture.providers.wire import unsafe_address


class MaildirProvider:
    """Writes mails into a Maildir, whole and on the disk before it says so.

    The envelope is kept in `Return-Path` and `Delivered-To` above the mail, as servers do. The
    folders are made at the first wave and are readable by their owner alone.
    """

    def __init__(self, path: Path, *, width: int = 20) -> None:
        self.name = f"maildir:{path}"
        self.width = width
        self._path = path
        self._host = socket.gethostname().replace("/", "_").replace(":", "_")
        self._numbers = count()

    def wave(self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]) -> list[Answer]:
        """Write the mails (see `base.Provider.wave`); a full disk defers."""
        check_width(envelopes, self.width)
        if envelopes and not keep_alive():
            return [Answer(Outcome.NOT_SENT, None, STOPPED) for _ in envelopes]
        return [self._deliver(envelope) for envelope in envelopes]

    def close(self) -> None:
        """Nothing is kept open."""

    def _deliver(self, envelope: Envelope) -> Answer:
        wrong = unsafe_address(envelope.return_path) or unsafe_address(envelope.recipient)
        if wrong or not envelope.recipient:
            return Answer(Outcome.REJECTED, None, wrong or "the mail has no recipient")
        head = f"Return-Path: <{envelope.return_path}>\nDelivered-To: {envelope.recipient}\n"
        mail = head.encode() + b"\n".join(envelope.data.splitlines()) + b"\n"
        try:
            name = self._write(mail)
        except OSError as error:
            return Answer(Outcome.DEFERRED, None, f"not written: {error.strerror}")
        return Answer(Outcome.ACCEPTED, 250, f"2.0.0 kept as {name}", stage=Stage.BODY)

    def _write(self, mail: bytes) -> str:
        """Write to `tmp`, make it durable, move it to `new`; return the file's name."""
        for folder in ("tmp", "new", "cur"):
            (self._path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        now = machine_now()
        name = (
            f"{int(now.timestamp())}.M{now.microsecond}P{os.getpid()}"
            f"Q{next(self._numbers)}.{self._host}"
        )
        part, whole = self._path / "tmp" / name, self._path / "new" / name
        try:
            with part.open("xb") as file:
                file.write(mail)
                file.flush()
                os.fsync(file.fileno())
            part.rename(whole)
            _make_durable(self._path / "new")
        except OSError:
            part.unlink(missing_ok=True)
            whole.unlink(missing_ok=True)
            raise
        return name


def _make_durable(folder: Path) -> None:
    """Put the folder's list of files on the disk; without it a new name can be forgotten."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
