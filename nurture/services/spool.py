"""A local file for facts that arrive while the database is away.

Lines are JSON objects, each on disk (fsync) before its sender is told that it was taken.
Any number of processes may append while another takes the file in.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

#: name of the spool in the state folder
SPOOL = "spool.jsonl"

Line = Mapping[str, Any]


class Spool:
    """One spool file; beside it, while it is taken in, `NAME.taking`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, lines: Sequence[Line]) -> None:
        """Write lines and wait until they are on disk; raise OSError where they cannot be."""
        # The leading line break parts the lines from one that a crash left half written.
        text = "".join(f"\n{json.dumps(line, separators=(',', ':'))}\n" for line in lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            with self.path.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not self._is_current(file.fileno()):
                    continue  # it was put aside between open and lock
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
                return

    def take(self, act: Callable[[list[Line]], None]) -> int:
        """Hand all lines to `act` and forget them; return how many there were.

        Where `act` raises, nothing is forgotten and the lines come again next time, so
        `act` must bear lines that it has seen before. A line half written by a crash was
        never answered for and is left out. Returns 0 while another process takes.
        """
        aside = self.path.with_name(self.path.name + ".taking")
        if not self.path.exists() and not aside.exists():
            return 0
        taken = 0
        with aside.with_suffix(".lock").open("ab") as turn:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            # First what a taker before us left, then what has come since.
            for _ in range(2):
                if not aside.exists() and not self._put_aside(aside):
                    break
                lines = _read(aside)
                act(lines)
                aside.unlink()
                taken += len(lines)
        return taken

    def _put_aside(self, aside: Path) -> bool:
        try:
            with self.path.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not file.tell():
                    return False
                self.path.rename(aside)
        except FileNotFoundError:
            return False
        return True

    def _is_current(self, descriptor: int) -> bool:
        try:
            return self.path.stat().st_ino == os.fstat(descriptor).st_ino
        except FileNotFoundError:
            return False


def _read(path: Path) -> list[Line]:
    lines: list[Line] = []
    for text in path.read_bytes().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines
