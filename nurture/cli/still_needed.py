"""What `nurture publish` says of what people under way need and the new release lacks."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.language import Said, say, say_number
from nurture.services.still_needed import StillNeeded


def needed_lines(needed: StillNeeded) -> Iterator[Said]:
    """Yield a sentence for each template, window, file and library item that is missed."""
    for name, template, people in needed.templates:
        yield _older(name, people, say("{template}", template=template))
    for name, path, people in needed.files:
        yield _older(name, people, say("the file {path}", path=path))
    for name, window, people in needed.windows:
        yield say_number(
            "{number} person in {name} still needs the window '{window}', which this release "
            "lacks: their mails wait until a release has it, or expire",
            "{number} people in {name} still need the window '{window}', which this release "
            "lacks: their mails wait until a release has it, or expire",
            people,
            name=name,
            window=window,
        )
    for name, item, people in needed.items:
        yield say_number(
            "{number} person in {name} still needs the library item '{item}' where nothing else "
            "suits them, and this release lacks it: they get the template that is named instead, "
            "and where none is their mail fails",
            "{number} people in {name} still need the library item '{item}' where nothing else "
            "suits them, and this release lacks it: they get the template that is named instead, "
            "and where none is their mail fails",
            people,
            name=name,
            item=item,
        )


def _older(name: str, people: int, what: Said) -> Said:
    return say_number(
        "{number} person in {name} still needs {what}, which this release lacks: they get it as "
        "the newest release that had it",
        "{number} people in {name} still need {what}, which this release lacks: they get it as "
        "the newest release that had it",
        people,
        name=name,
        what=what,
    )
