"""What `nurture publish` says of what people under way need and the new release lacks."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.services.still_needed import StillNeeded

_OLDER = "which this release lacks: they get it as the newest release that had it"


def needed_lines(needed: StillNeeded) -> Iterator[str]:
    """Yield a line for each template, window, file and library item that is missed."""
    for name, template, people in needed.templates:
        yield f"{_people(people, name)} {template}, {_OLDER}"
    for name, path, people in needed.files:
        yield f"{_people(people, name)} the file {path}, {_OLDER}"
    for name, window, people in needed.windows:
        yield (
            f"{_people(people, name)} the window '{window}', which this release lacks: their "
            "mails wait until a release has it, or expire"
        )
    for name, item, people in needed.items:
        yield (
            f"{_people(people, name)} the library item '{item}' where nothing else suits them, "
            "and this release lacks it: they get the template that is named instead, and "
            "where none is their mail fails"
        )


def _people(people: int, name: str) -> str:
    verb = "person in {} still needs" if people == 1 else "people in {} still need"
    return f"{people} {verb.format(name)}"
