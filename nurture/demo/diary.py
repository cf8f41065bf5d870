"""What the marketer noted while the days went by: a line of JSON for each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DryRunNote:
    """What a dry run said of a broadcast before it went out: people."""

    broadcast: str
    now: int
    later: int
    lapses: int
    never: int


class Diary:
    """Two files in the demo's folder, written by the audience and read at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "dry-runs.jsonl"
        self._beside = folder / "left-out.txt"

    def note(self, one: DryRunNote) -> None:
        """Write a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(one)) + "\n")

    def leave_out(self, what: str) -> None:
        """Write down something planned that could not be done with these files, and why."""
        with self._beside.open("a", encoding="utf-8") as file:
            file.write(" ".join(what.split()) + "\n")

    def notes(self) -> list[DryRunNote]:
        """Return all dry runs, oldest first; none where nothing was noted."""
        return [DryRunNote(**json.loads(line)) for line in _lines(self._path)]

    def left_out(self) -> list[str]:
        """Return what could not be done, oldest first."""
        return _lines(self._beside)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
