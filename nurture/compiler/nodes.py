"""The tree of a YAML file: text, lists and maps that know their line and column.

Scalars stay text until a shape reads them, by the rules of YAML 1.2's core schema: `no`
is a word, `10:00` a time and `2026-04-03` text. Only a plain (unquoted) scalar can be a
number, a boolean or nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from nurture.language import Said, say

_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_FRACTION = re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,3})?")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Scalar:
    """Text; `plain` where it was written without quotes."""

    line: int
    column: int
    value: str
    plain: bool
    #: a block scalar (`|`, `>`): its text starts on a later line
    block: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was written, or a word for it."""
        return self.plain and self.value in _NOTHING

    @property
    def truth(self) -> bool | None:
        """The boolean it is, or None."""
        return _TRUTH.get(self.value) if self.plain else None

    @property
    def number(self) -> int | float | None:
        """The number it is, or None; full-width digits count."""
        return number(self.value) if self.plain else None


@dataclass(slots=True, eq=False)
class ListNode:
    """A sequence."""

    line: int
    column: int
    items: list[Node]


@dataclass(slots=True, eq=False)
class MapNode:
    """A mapping in file order; keys are unique."""

    line: int
    column: int
    pairs: dict[str, tuple[Scalar, Node]]

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        pair = self.pairs.get(key)
        return pair[1] if pair is not None else None


Node: TypeAlias = Scalar | ListNode | MapNode


def number(text: str) -> int | float | None:
    """Return the number that a text says, full-width digits included, or None."""
    if not text.isascii():
        # The minus sign proper, U+2212, is one too; NFKC leaves it as it is.
        text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else None


def describe(node: Node) -> Said:
    """Return what a node is, as a message says it: `a list`, `'abc'`, `nothing`."""
    if isinstance(node, ListNode):
        return say("a list")
    if isinstance(node, MapNode):
        return say("a map")
    if node.is_nothing:
        return say("nothing")
    return quoted(node.value)


def quoted(text: str) -> Said:
    """Return a text in quotes, on one line, shortened where it is long."""
    text = " ".join(text.split())
    return say("'{text}'", text=f"{text[:57]}…" if len(text) > 60 else text)
