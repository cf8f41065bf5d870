"""What the demo's marketer does in its days, read from `examples/season.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from nurture.errors import NurtureError
from nurture.services.project import read_project


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in a file that becomes another."""

    file: str
    find: str
    put: str


@dataclass(frozen=True, slots=True)
class Publication:
    """A day on which files change."""

    at: datetime
    #: folder of new files, "" for none
    add: str
    edits: tuple[Edit, ...]
    #: who leaves, who takes over, and why; None: nobody
    handover: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that is done to a broadcast at a moment: dry_run, pause, resume."""

    at: datetime
    what: str
    broadcast: str


@dataclass(frozen=True, slots=True)
class Season:
    """Everything a marketer has planned."""

    publications: tuple[Publication, ...] = ()
    moments: tuple[Moment, ...] = ()

    @classmethod
    def read(cls, path: Path, zone: ZoneInfo) -> Season:
        """Read a season, its moments on the wall clock of `zone`.

        Raises NurtureError where the file is missing or does not say what it should.
        """

        def moment(written: str) -> datetime:
            return datetime.fromisoformat(written).replace(tzinfo=zone)

        try:
            found = yaml.safe_load(path.read_text("utf-8"))
            moments = [
                Moment(moment(one["at"]), "dry_run", one["broadcast"]) for one in found["dry_runs"]
            ]
            for one in found["holds"]:
                moments.append(Moment(moment(one["from"]), "pause", one["broadcast"]))
                moments.append(Moment(moment(one["until"]), "resume", one["broadcast"]))
            publications = [_publication(one, moment(one["at"])) for one in found["publications"]]
        except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
            raise NurtureError(f"{path} does not describe a season: {error!r}") from error
        return cls(tuple(publications), tuple(moments))


def _publication(said: Mapping[str, Any], at: datetime) -> Publication:
    who = said.get("handover")
    return Publication(
        at,
        str(said.get("add", "")),
        tuple(Edit(one["file"], one["find"], one["put"]) for one in said.get("edits", ())),
        (who["from"], who["to"], who["reason"]) if who else None,
    )


def changed(
    files: Mapping[str, bytes], publication: Publication, project: Path
) -> dict[str, bytes]:
    """Return a project's files as they are after a publication's changes.

    Raises NurtureError where a text that is to be edited does not stand there exactly once.
    """
    after = dict(files)
    for edit in publication.edits:
        text = after.get(edit.file, b"").decode()
        if text.count(edit.find) != 1:
            raise NurtureError(
                f"{edit.file} does not say {edit.find.strip()!r} exactly once",
                "bring examples/season.yaml up to date",
            )
        after[edit.file] = text.replace(edit.find, edit.put).encode()
    return after | read_project(project / publication.add) if publication.add else after
