"""Jinja tags as they stand in a file: found without rendering, each with its place."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.errors import Place, Problem
from nurture.language import say

#: longest tag that is read; nesting within it is bounded by this
MAX_TAG = 500

_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": "}}", "{%": "%}"}


class TagKind(enum.Enum):
    """What a tag is for."""

    #: `{{ contact.title }}`
    VALUE = "value"
    #: `{% if … %}`
    STATEMENT = "statement"
    #: `{# … #}`
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its text with the braces, where it starts, and where it stands."""

    kind: TagKind
    text: str
    #: offsets in the text it was found in
    start: int
    end: int
    place: Place

    @property
    def inner(self) -> str:
        """What stands between the braces, without `-` and spaces."""
        return self.text[2:-2].strip("-").strip()

    @property
    def word(self) -> str:
        """The first word of a statement: `if`, `for`, `endif` …"""
        found = re.match(r"\w+", self.inner)
        return found.group() if found else ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a file and where it begins there."""

    text: str
    place: Place

    def at(self, offset: int) -> Place:
        """Return the place of a character of this passage."""
        breaks = self.text.count("\n", 0, offset)
        if not breaks:
            return Place(self.place.file, self.place.line, self.place.column + offset)
        column = offset - self.text.rfind("\n", 0, offset)
        return Place(self.place.file, self.place.line + breaks, column)


def find_tags(passage: Passage, problems: list[Problem]) -> Iterator[Tag]:
    """Yield the tags of a passage in order; what is never closed goes to `problems`."""
    text, position = passage.text, 0
    while (opening := _OPENING.search(text, position)) is not None:
        start = opening.start()
        if opening.group() == "{#":
            end, kind = _end_of_comment(text, start), TagKind.COMMENT
        else:
            end = _end_of_tag(text, start, _CLOSING[opening.group()])
            kind = TagKind.VALUE if opening.group() == "{{" else TagKind.STATEMENT
        if end is None:
            problems.append(_never_closed(passage, start, opening.group()))
            return
        if end - start > MAX_TAG and kind is not TagKind.COMMENT:
            problems.append(
                Problem(
                    passage.at(start),
                    "tag-too-long",
                    say(
                        "a tag of {length} characters; {most} is the most",
                        length=end - start,
                        most=MAX_TAG,
                    ),
                    say("close it earlier, or split the condition"),
                )
            )
            position = end
            continue
        yield Tag(kind, text[start:end], start, end, passage.at(start))
        position = end


def _never_closed(passage: Passage, start: int, opening: str) -> Problem:
    closing = "#}" if opening == "{#" else _CLOSING[opening]
    hint = say("end it with {closing}", closing=closing)
    if opening == "{#":
        hint = say(
            "end it with {closing}; in CSS write a space, `{ #name`, so that it is no comment",
            closing=closing,
        )
    return Problem(
        passage.at(start), "tag-not-closed", say("{opening} is never closed", opening=opening), hint
    )


def _end_of_comment(text: str, start: int) -> int | None:
    found = text.find("#}", start + 2)
    return None if found < 0 else found + 2


def _end_of_tag(text: str, start: int, closing: str) -> int | None:
    """Return the offset after `closing`, not counting one inside a quoted string."""
    position, quote = start + 2, ""
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif text.startswith(closing, position):
            return position + 2
        elif character in "\"'":
            quote = character
        position += 1
    return None
