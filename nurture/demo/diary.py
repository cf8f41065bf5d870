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
    """One file in the demo's folder, written by the audience and read at the end."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "dry-runs.jsonl"

    def note(self, one: DryRunNote) -> None:
        """Write a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(one)) + "\n")

    def notes(self) -> list[DryRunNote]:
        """Return all lines, oldest first; none where nothing was noted."""
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [DryRunNote(**json.loads(line)) for line in lines]
