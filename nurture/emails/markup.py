"""Markup as it stands in a template's or a layout's file: elements, attributes, styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nurture.emails.masking import masked
from nurture.emails.tags import Passage
from nurture.errors import Place

_ELEMENT = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)"
    r"(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*+)>",
    re.DOTALL,
)
_DEFAULTS = re.compile(r"<mj-attributes>.*?</mj-attributes>", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?P<name>[A-Za-z_:][\w:.-]*)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)')")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute with a value in quotes; offsets are those of the file."""

    name: str
    value: str
    start: int
    #: where the value begins
    at: int


@dataclass(frozen=True)
class Element:
    """A start or end tag."""

    name: str
    closes: bool
    #: it closes itself: `<mj-image />`
    empty: bool
    start: int
    end: int
    _attributes: str
    _offset: int

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Its attributes, in order."""
        found = []
        for one in _ATTRIBUTE.finditer(self._attributes):
            group = "a" if one["a"] is not None else "b"
            at = self._offset + one.start(group)
            found.append(Attribute(one["name"].lower(), one[group], self._offset + one.start(), at))
        return tuple(found)

    def value(self, name: str) -> str | None:
        """Return an attribute's value, or None."""
        return next((one.value for one in self.attributes if one.name == name), None)


class Markup:
    """A file's text with its tags covered, and the elements in it."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self.text = masked(passage.text)

    def at(self, offset: int) -> Place:
        """Return where an offset stands in the file."""
        return self._passage.at(offset)

    @cached_property
    def _defaults(self) -> tuple[tuple[int, int], ...]:
        return tuple(found.span() for found in _DEFAULTS.finditer(self.text))

    def is_default(self, element: Element) -> bool:
        """Say whether an element stands for the defaults of all of its kind."""
        return any(start <= element.start < end for start, end in self._defaults)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """All tags outside of comments, in order."""
        return tuple(self._elements())

    def _elements(self) -> Iterator[Element]:
        for found in _ELEMENT.finditer(self.text):
            if found["name"] is None:
                continue
            attributes = found["attributes"]
            yield Element(
                found["name"].lower(),
                bool(found["close"]),
                attributes.rstrip().endswith("/"),
                found.start(),
                found.end(),
                attributes,
                found.start("attributes"),
            )
