"""A marketer's desk: a guide's files saved and its commands typed, one after the other."""

from __future__ import annotations

import shlex
import shutil
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert

from nurture.cli import main
from nurture.db.engine import make_engine, write
from nurture.db.tables import business_clock, release
from tests import documents
from tests.content.shipped import ROOT
from tests.services.house import House, make_house

#: a Tuesday, 09:05 in Tokyo
MORNING = datetime(2026, 11, 17, 0, 5, tzinfo=UTC)

#: what a first day needs of the shipped files; the rest is read by other tests
_WORKFLOWS = (
    "calendar", "hot-follow-up", "library", "policy", "scoring", "segments",
    "seminar-follow-up", "seminar-missed", "seminar-registration",
)  # fmt: skip
_TEMPLATES = ("hot", "layouts", "library", "onboarding", "seminar", "team")


class Desk:
    """A project folder, a terminal, and a house that works between the commands."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        (folder / "workflows").mkdir()
        for name in _WORKFLOWS:
            shutil.copy(ROOT / "workflows" / f"{name}.yaml", folder / "workflows")
        shutil.copytree(ROOT / "workflows" / "files", folder / "workflows" / "files")
        for name in _TEMPLATES:
            there = Path("templates", "email", name)
            shutil.copytree(ROOT / there, folder / there)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("NURTURE_PROJECT", str(folder))
        monkeypatch.setenv("NURTURE_VAR", str(folder / "var"))
        self.type(["migrate"])
        self.house: House = make_house(make_engine(f"sqlite:///{folder / 'var/nurture.sqlite'}"))
        self._step(MORNING)

    def follow(self, guide: str) -> None:
        """Do what a guide says, from its first line to its last."""
        for block in documents.blocks(guide):
            if block.language == "sh":
                lines = [line for line in block.text.splitlines() if line.startswith("nurture ")]
                for line, following in zip_longest(lines, lines[1:]):
                    # A publication checks by itself, and the same files once are enough.
                    if (line, following) != ("nurture check", "nurture publish"):
                        self._work(shlex.split(line)[1:])
            elif "." in block.about and " " not in block.about:
                path = self._folder / block.about
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")

    def type(self, arguments: list[str]) -> str:
        """Run a command, which has to succeed, and return what it said."""
        answer = CliRunner().invoke(main, arguments)
        assert answer.exit_code == 0, (arguments, answer.output, answer.exception)
        return answer.output

    def _work(self, arguments: list[str]) -> None:
        self.type(arguments)
        if self.house.rows(release):
            self.house.after(seconds=30)
        self._step(self.house.clock.now() + timedelta(minutes=1))

    def _step(self, moment: datetime) -> None:
        """Let the house and the commands read the same time."""
        self.house.clock.move_to(moment)
        with write(self.house.engine) as connection:
            connection.execute(delete(business_clock))
            connection.execute(
                insert(business_clock).values(
                    id=1, business_at=moment, set_at=moment, running=False, until=None
                )
            )
