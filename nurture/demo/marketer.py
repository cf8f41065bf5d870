"""The company's marketer: publishes, moves a seminar, looks before a letter goes, counts guests.

Everything goes through what `nurture publish`, `owner`, `broadcast` and the API go through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from nurture.compiler.release import compile_files
from nurture.db.engine import read
from nurture.demo.browser import Web
from nurture.demo.diary import Diary, DryRunNote
from nurture.demo.hours import Hours
from nurture.demo.season import Moment, Publication, Season, changed
from nurture.demo.seminars import Seminars
from nurture.domain.definitions import require
from nurture.errors import NotFoundError, NurtureError
from nurture.services import mailing_control
from nurture.services.dry_run import Outcome, dry_run
from nurture.services.owners import change_all
from nurture.services.project import read_project
from nurture.services.publish import ConfirmationNeededError, publish
from nurture.services.runtime import Runtime

#: who presses the keys, as releases and histories name it
BY = "mori"


@dataclass(frozen=True, slots=True)
class GuestList:
    """After a seminar: the list of those who came is handed in."""

    at: datetime
    seminar: str


Duty: TypeAlias = Publication | Moment | GuestList


class Marketer:
    """Does what is planned, when its moment has come."""

    def __init__(
        self, runtime: Runtime, project: Path, seminars: Seminars, web: Web, diary: Diary
    ) -> None:
        self._runtime, self._project = runtime, project
        self._seminars, self._web, self._diary = seminars, web, diary
        self._files: Mapping[str, bytes] | None = None
        #: seminars whose list is planned for
        self._planned: set[str] = set()

    def plans(self, hours: Hours, start: datetime) -> Iterator[Duty]:
        """Yield everything that is known at the beginning."""
        season = Season.read(self._project / "examples" / "season.yaml", hours.zone)
        yield from (one for one in season.publications if one.at > start)
        yield from (one for one in season.moments if one.at > start)
        yield from self._look(hours)

    def does(self, duty: Duty, hours: Hours) -> list[Duty]:
        """Do one thing; return what is planned because of it.

        The demo runs whatever files there are: what does not fit them is left out and noted.
        """
        try:
            return self._do(duty, hours)
        except NurtureError as error:
            self._diary.leave_out(f"{duty.at:%Y-%m-%d}: {error}")
            return []

    def _do(self, duty: Duty, hours: Hours) -> list[Duty]:
        match duty:
            case Publication():
                self._publish(duty)
                return list(self._look(hours))
            case Moment():
                self._look_after(duty)
                return []
            case GuestList():
                return self._hand_in(duty, hours)

    def _look(self, hours: Hours) -> Iterator[Duty]:
        """Read what is live; yield the lists of seminars that are new."""
        with read(self._runtime.engine) as connection:
            definitions = self._runtime.releases.live(connection).definitions
        self._seminars.publish(definitions.seminars.values())
        for name in self._seminars.names:
            ends = self._seminars.ends(name)
            if name not in self._planned and ends is not None:
                self._planned.add(name)
                yield GuestList(_afterwards(ends, hours), name)

    def _publish(self, publication: Publication) -> None:
        before = self._files if self._files is not None else read_project(self._project)
        self._files = changed(before, publication, self._project)
        require(compile_files(self._files))
        if publication.handover is not None:
            leaver, heir, why = publication.handover
            change_all(self._runtime, leaver, heir, why, BY)
        try:
            publish(self._runtime, self._files, BY)
        except ConfirmationNeededError as error:
            publish(self._runtime, self._files, BY, yes=error.total)

    def _look_after(self, moment: Moment) -> None:
        match moment.what:
            case "pause":
                mailing_control.pause(self._runtime, moment.broadcast, "one look more")
            case "resume":
                mailing_control.resume(self._runtime, moment.broadcast)
            case _:
                self._diary.note(self._asked_before(moment.broadcast))

    def _asked_before(self, name: str) -> DryRunNote:
        with read(self._runtime.engine) as connection:
            definitions = self._runtime.releases.live(connection).definitions
        written = definitions.mailings.get(name)
        if written is None:
            raise NotFoundError(f"there is no broadcast {name!r}")
        found = dry_run(self._runtime, definitions, written, keep=0)
        return DryRunNote(name, *(found.count(outcome) for outcome in Outcome))

    def _hand_in(self, duty: GuestList, hours: Hours) -> list[Duty]:
        ends = self._seminars.ends(duty.seminar)
        if ends is None:
            return []
        if ends > duty.at:
            # It was moved meanwhile.
            return [GuestList(_afterwards(ends, hours), duty.seminar)]
        guests = self._seminars.guests(duty.seminar)
        if guests:
            self._web.tell_who_came(duty.seminar, guests)
        return []


def _afterwards(ends: datetime, hours: Hours) -> datetime:
    """Return when the list is handed in: at the next moment at the desk, questions answered."""
    return hours.nth(ends + timedelta(minutes=10), 1)
