"""A new project: files that pass `nurture check --strict` and `nurture test` as they stand.

What is copied lies in `nurture/starter/`: `both/` for everybody, `ja/` and `en/` by the first
language of the project, `loop/` likewise for who wants it. `«name»` is filled in, quoted where the
file is YAML; a line that begins with `«loop»` or `«plain»` stands only with it, or without; a name
that begins with `_` begins with a dot in the project.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from babel.core import get_global

from nurture import __version__
from nurture.compiler.calendar import public_holidays
from nurture.compiler.schema import json_schemas
from nurture.errors import DefinitionError, NurtureError, Place, Problem
from nurture.language import say
from nurture.services.check import check
from nurture.services.project import FOLDERS

#: what a folder may hold and still be taken for empty: a clone of a new repository
_NOTHING = frozenset({".git"})

#: entries that a refusal names
_NAMED = 5

_FILLED = re.compile(r"«(\w+)»")
_ONLY = re.compile(r"^«(loop|plain)»(.*\n)", re.MULTILINE)

#: what `--with` adds: results, surveys and referrals
LOOP = "loop"

#: a value that the check refuses is told by the option it came from: file and key → option
_ASKED = {
    ("workflows/calendar.yaml", "zone"): "--zone",
    ("workflows/calendar.yaml", "holidays"): "--holidays",
    ("workflows/policy.yaml", "name"): "--name",
    ("workflows/policy.yaml", "email"): "--email",
    ("workflows/policy.yaml", "contact"): "--email",
    ("workflows/policy.yaml", "company"): "--company",
    ("workflows/policy.yaml", "address"): "--address",
}


class NotEmptyError(NurtureError):
    """The folder holds something already."""


class AnswersError(NurtureError):
    """What was said of the company cannot be used."""

    def __init__(self, refused: Mapping[str, Problem]) -> None:
        """Take the first problem of each option."""
        self.refused = dict(refused)
        super().__init__(say("{options} cannot be used", options=list(refused)))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the project's mails come from, and by which calendar."""

    company: str
    address: str
    #: the first sender's
    name: str
    email: str
    #: name of the IANA database
    zone: str
    #: country or region of the public holidays, as `public_holidays` takes it; empty: none
    holidays: str
    #: first language of the project: `ja` or `en`
    locale: str

    @property
    def website(self) -> str:
        """Return the company's site, as far as it can be guessed from an address."""
        return f"https://www.{self.email.rpartition('@')[2].lower()}/"


def holidays_of(zone: str) -> str:
    """Return the country whose public holidays a zone suggests; empty where none is known."""
    country = str(get_global("zone_territories").get(zone, ""))
    try:
        return country if country and public_holidays(country) else ""
    except NotImplementedError:
        return ""


def project_files(who: Identity, loop: bool = False) -> dict[str, str]:
    """Return the text of each file of a new project by its path, with forward slashes.

    `loop`: with results, a survey and a referral programme, and the journeys between them.
    They are checked before anybody sees them: raises AnswersError with the options whose values
    the check does not like, DefinitionError with whatever else it finds.
    """
    filled = {name: getattr(who, name) for name in Identity.__slots__}
    values = {**filled, "website": who.website, "version": __version__}
    starter = resources.files("nurture").joinpath("starter")
    files: dict[str, str] = {}
    parts = ["both", who.locale, *((f"{LOOP}/both", f"{LOOP}/{who.locale}") if loop else ())]
    for part in parts:
        for path, text in _texts(starter.joinpath(*part.split("/"))):
            text = _ONLY.sub(lambda found: found[2] if (found[1] == LOOP) == loop else "", text)
            if path.endswith("calendar.yaml") and not who.holidays:
                text = re.sub(r"^holidays:.*\n", "", text, flags=re.MULTILINE)
            files[path] = _fill(text, values, quoted=path.startswith("workflows/"))
    for kind, schema in json_schemas(who.locale).items():
        files[f"schema/{kind}.json"] = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    _, problems = check({p: t.encode() for p, t in files.items() if p.startswith(FOLDERS)})
    refused: dict[str, Problem] = {}
    for problem in problems:
        if option := _option(problem.place, files):
            refused.setdefault(option, problem)
    if refused:
        raise AnswersError(refused)
    if problems:
        raise DefinitionError(list(problems))
    return dict(sorted(files.items()))


def look_for_room(folder: Path, force: bool = False) -> None:
    """Raise NotEmptyError where a project would be mixed with what is there already.

    With `force` it may be; `.git` alone is nothing, so that a fresh clone is taken for empty.
    """
    if folder.exists() and not folder.is_dir():
        raise NotEmptyError(say("{folder} is a file", folder=folder), say("name another folder"))
    there = sorted(p.name for p in folder.iterdir()) if folder.exists() else []
    there = [name for name in there if name not in _NOTHING]
    if there and not force:
        more = len(there) - _NAMED
        named = [*there[:_NAMED], *([say("{count} more", count=more)] if more > 0 else [])]
        raise NotEmptyError(
            say("{folder} is not empty; in it: {names}", folder=folder, names=named),
            say("name another folder; with --force, only what is missing is added"),
        )


def make_project(folder: Path, files: Mapping[str, str], force: bool = False) -> list[str]:
    """Write the files of a project to a folder, all or none; return those left as they were.

    Files of the same name that are there with `force` stay and are returned. Raises
    NotEmptyError as `look_for_room` does, NurtureError where the folder cannot be written.
    """
    look_for_room(folder, force)
    # also a link that leads nowhere is somebody's
    kept = [path for path in files if os.path.lexists(folder / path)]
    missing = {path: text for path, text in files.items() if path not in kept}
    folder = folder.absolute()
    made: list[Path] = []
    try:
        _make_folders(folder.parent, made)
        # On the file system where it is to stand: what is complete is renamed, not copied.
        near = folder if folder.exists() else folder.parent
        with tempfile.TemporaryDirectory(prefix=".nurture-init-", dir=near) as beside:
            whole = Path(beside, "project")
            for path, text in missing.items():
                (whole / path).parent.mkdir(parents=True, exist_ok=True)
                (whole / path).write_text(text, encoding="utf-8", newline="\n")
            if near is folder:
                for path in missing:
                    _make_folders((folder / path).parent, made)
                    (whole / path).rename(folder / path)
                    made.append(folder / path)
            else:
                whole.rename(folder)
    except BaseException as error:
        _unmake(made)
        if isinstance(error, OSError):
            why = (error.strerror or str(error)).lower()
            raise NurtureError(
                say("{folder} cannot be written: {why}", folder=error.filename or folder, why=why),
                say("nothing was left behind; look at permissions and space"),
            ) from None
        raise
    return kept


def _texts(folder: Traversable, prefix: str = "") -> Iterable[tuple[str, str]]:
    """Yield path in the project and text of the files below a folder of the package."""
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        name = prefix + re.sub(r"^_", ".", entry.name)
        if entry.is_dir():
            yield from _texts(entry, f"{name}/")
        else:
            yield name, entry.read_text(encoding="utf-8")


def _fill(text: str, values: Mapping[str, str], quoted: bool) -> str:
    def value(found: re.Match[str]) -> str:
        given = values[found[1]]
        # a string of JSON is one of YAML, whatever it holds
        return json.dumps(given, ensure_ascii=False) if quoted else given

    return _FILLED.sub(value, text)


def _option(place: Place, files: Mapping[str, str]) -> str | None:
    """Return the option that a place in a file was filled in from."""
    line = files.get(place.file, "").splitlines()[place.line - 1 : place.line]
    return _ASKED.get((place.file, line[0].partition(":")[0].strip())) if line else None


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it that are missing, and note them."""
    if not folder.exists():
        _make_folders(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def _unmake(made: list[Path]) -> None:
    """Take away what was made, the last first; never what somebody else put there since."""
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:
            continue
