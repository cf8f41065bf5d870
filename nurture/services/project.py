"""The working tree of a marketer: which files make a release, and which nobody would read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nurture.errors import DefinitionError, NurtureError, Place, Problem, Severity
from nurture.language import say
from nurture.services.file_names import display, left_behind, name_problems

#: folders whose files a release holds
FOLDERS = ("workflows", "templates")

#: a release is text and small pictures; more is a mistake (bytes)
_LARGEST = 20_000_000

#: scenarios are checked and run by `nurture test`, never published: what is live depends on no
#: test, and a test that was changed is no new release
SCENARIOS = "workflows/tests/"


class NoProjectError(NurtureError):
    """The folder is no project."""


@dataclass(slots=True)
class Found:
    """What lies in a project."""

    #: path, with forward slashes → content
    files: dict[str, bytes] = field(default_factory=dict)
    #: what could not be read, or would be read by nobody
    problems: list[Problem] = field(default_factory=list)


def find_files(folder: Path, scenarios: bool = False) -> Found:
    """Return the files of a project and what is wrong with them as files.

    Those of a release; with `scenarios`, what `nurture test` runs too.

    Hidden files and what editors leave behind (`~`, `.swp`) are left out. Raises
    NoProjectError where there is no `workflows` folder.
    """
    if not (folder / "workflows").is_dir():
        raise NoProjectError(
            say("there is no folder 'workflows' in {folder}", folder=folder),
            say("run the command in your project, or name it with --project"),
        )
    found = Found()
    inside = os.path.realpath(folder)
    size = 0
    for top in FOLDERS:
        for name, entry in _walk(folder / top, top, inside, found.problems):
            if name.startswith(SCENARIOS) and not scenarios:
                continue
            size += entry.stat().st_size
            if size > _LARGEST:
                message = say(
                    "the project is larger than {limit} MB with this file",
                    limit=_LARGEST // 1_000_000,
                )
                hint = say("a release is text and a few PDFs; keep large files elsewhere and link")
                found.problems.append(Problem(Place(name), "project-too-large", message, hint))
                return found
            try:
                found.files[name] = Path(entry.path).read_bytes()
            except OSError as error:
                found.problems.append(_unreadable(name, error))
    found.problems += name_problems(found.files)
    return found


def read_project(folder: Path, scenarios: bool = False) -> dict[str, bytes]:
    """Return the files of a project by their path in it, with forward slashes.

    Those of a release; with `scenarios`, what `nurture test` runs too. Raises NoProjectError
    where there is no `workflows` folder, DefinitionError with every file that cannot be read.
    """
    found = find_files(folder, scenarios)
    errors = [one for one in found.problems if one.severity is Severity.ERROR]
    if errors:
        raise DefinitionError(errors)
    return found.files


def _walk(
    folder: Path, name: str, inside: str, problems: list[Problem]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the regular files below a folder, by name; report what is none."""
    pending = [(str(folder), name)]
    while pending:
        path, prefix = pending.pop()
        try:
            with os.scandir(path) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(_unreadable(prefix, error))
            continue
        folders = []
        for entry in ordered:
            if left_behind(entry.name):
                continue
            inner = f"{prefix}/{entry.name}"
            if (problem := _not_ours(inner, entry, inside)) is not None:
                problems.append(problem)
            elif entry.is_dir():
                folders.append((entry.path, inner))
            else:
                yield inner, entry
        pending.extend(reversed(folders))


def _not_ours(name: str, entry: os.DirEntry[str], inside: str) -> Problem | None:
    """Return why an entry is neither a file nor a folder of the project's own."""
    place = Place(display(name))
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if not target.startswith(inside + os.sep):
            message = say("{file} is a link that leads out of the project", file=display(name))
            hint = say("a release holds the project's own files: copy the file here")
            return Problem(place, "link-outside", message, hint)
        if not Path(target).exists():
            message = say("a link that leads nowhere")
            return Problem(place, "link-broken", message, say("delete it"))
        if entry.is_dir():
            message = say("a link to a folder, which is not followed")
            hint = say("copy the folder, or delete the link")
            return Problem(place, "link-to-folder", message, hint)
    if entry.is_dir():
        if entry.name.lower().endswith((".yaml", ".yml", ".md", ".mjml", ".txt")):
            message = say("a folder with the name of a file")
            hint = say("rename it; a definition is a file of its own")
            return Problem(place, "folder-as-file", message, hint)
        return None
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        return _unreadable(name, error)
    if not stat.S_ISREG(mode):
        message = say("a device or a pipe, not a file")
        return Problem(place, "not-a-file", message, say("delete it"))
    return None


def _unreadable(name: str, error: OSError) -> Problem:
    why = (error.strerror or str(error)).lower()
    message = say("{file} cannot be read: {why}", file=display(name), why=why)
    return Problem(Place(display(name)), "unreadable", message, say("look at its permissions"))
