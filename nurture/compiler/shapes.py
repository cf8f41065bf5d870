"""Shapes of values: each reads a node, says what is wrong with it, and describes itself
as JSON Schema. One table of shapes is the source of the reader, the schemas that editors
use and the reference pages, so that they cannot differ.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe, number, quoted
from nurture.compiler.report import Report
from nurture.domain.conditions import Scalar as Value
from nurture.domain.metric_cells import FigureError, read_figure
from nurture.language import NOTHING, Said, say

T_co = TypeVar("T_co", covariant=True)

#: a JSON Schema, or a part of one
Schema: TypeAlias = dict[str, Any]
#: parts that several places refer to, by name
SharedParts: TypeAlias = dict[str, Schema]

#: characters; a longer text was not meant for this key
LONGEST_TEXT = 10_000

#: controls (tab, NUL, line feed …), U+2028 and U+2029 that break lines too, half characters
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Shape(ABC, Generic[T_co]):
    """What a value must look like."""

    #: a key with nothing behind it is read too
    takes_nothing: ClassVar[bool] = False

    @abstractmethod
    def read(self, node: Node, report: Report) -> T_co | None:
        """Return the value, or None where the report now says what is wrong."""

    @abstractmethod
    def schema(self, shared: SharedParts) -> Schema:
        """Return the JSON Schema; parts that are referred to by name go into `shared`."""


def scalar_of(node: Node, report: Report, expected: Said) -> Scalar | None:
    """Return the node where it is a scalar with a value, else None and report."""
    if isinstance(node, Scalar) and not node.is_nothing:
        return node
    report.error(
        node,
        "wrong-type",
        say("expected {expected}, found {found}", expected=expected, found=describe(node)),
    )
    return None


class Text(Shape[str]):
    """A text of one line; with a pattern, one of a certain form; with `lines`, of several.

    Most texts end in the header of a mail (RFC 5322: no line breaks, no controls) or in a
    name that people read; the few that stand in a mail's body say `lines`.
    """

    def __init__(
        self,
        expected: Said = say("a text"),  # noqa: B008 - it never changes
        pattern: str | None = None,
        longest: int = LONGEST_TEXT,
        lines: bool = False,
    ) -> None:
        self._expected = expected
        self._pattern = re.compile(pattern) if pattern is not None else None
        self._longest = longest
        self._lines = lines

    def read(self, node: Node, report: Report) -> str | None:
        """Return the text."""
        found = scalar_of(node, report, self._expected)
        if found is None:
            return None
        value = found.value
        if len(value) > self._longest:
            report.error(
                node, "too-long", say("longer than {longest} characters", longest=self._longest)
            )
            return None
        looked_at = value.replace("\n", "") if self._lines else value
        if (control := _CONTROL.search(looked_at)) is not None:
            _refuse_control(found, control.group(), report)
            return None
        if not value.strip() or not self.matches(value):
            message = say(
                "expected {expected}, found {found}", expected=self._expected, found=quoted(value)
            )
            report.error(node, "bad-value", message)
            return None
        return value

    def matches(self, value: str) -> bool:
        """Say whether a text has the form, without a word about it."""
        return self._pattern is None or self._pattern.fullmatch(value) is not None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a string with its pattern."""
        if self._pattern is None:
            # Unquoted digits (a phone number) are a text for us, a number for an editor.
            return {"type": ["string", "number"]}
        return {"type": "string", "pattern": f"^(?:{self._pattern.pattern})$"}


def _refuse_control(node: Scalar, control: str, report: Report) -> None:
    if control not in "\r\n":
        message = say("the control character U+{code:04X} has no place here", code=ord(control))
        report.error(node, "control-character", message, say("delete it"))
        return
    hint = say("write it on one line")
    if node.block:
        hint = say(
            "write it on one line, without `|` or `>`; `|-` and `>-` leave out the break at the end"
        )
    report.error(node, "control-character", say("a line break has no place here"), hint)


class Flag(Shape[bool]):
    """`true` or `false`."""

    def read(self, node: Node, report: Report) -> bool | None:
        """Return the boolean; `yes` and `no` are words in YAML 1.2 and get a hint."""
        if isinstance(node, Scalar) and node.truth is not None:
            return node.truth
        hint = NOTHING
        if isinstance(node, Scalar) and node.value.lower() in ("yes", "no", "on", "off"):
            truth = "true" if node.value.lower() in ("yes", "on") else "false"
            hint = say(
                "in YAML 1.2 '{value}' is a word; write {truth}", value=node.value, truth=truth
            )
        report.error(
            node,
            "wrong-type",
            say("expected true or false, found {found}", found=describe(node)),
            hint,
        )
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a boolean."""
        return {"type": "boolean"}


class Number(Shape[float]):
    """A number within bounds."""

    def __init__(self, low: float = -1e6, high: float = 1e6) -> None:
        self._low, self._high = low, high

    def read(self, node: Node, report: Report) -> float | None:
        """Return the number."""
        found = _number(node, report, say("a number"), self._low, self._high)
        return float(found) if found is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a number with its bounds."""
        return {"type": "number", "minimum": self._low, "maximum": self._high}


class Whole(Shape[int]):
    """A whole number within bounds."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def read(self, node: Node, report: Report) -> int | None:
        """Return the number."""
        found = _number(node, report, say("a whole number"), self._low, self._high)
        if isinstance(found, float):
            report.error(
                node,
                "bad-value",
                say("expected a whole number, found {found}", found=describe(node)),
            )
            return None
        return found

    def schema(self, shared: SharedParts) -> Schema:
        """Return an integer with its bounds."""
        return {"type": "integer", "minimum": self._low, "maximum": self._high}


def _number(
    node: Node, report: Report, expected: Said, low: float, high: float
) -> int | float | None:
    found = node.number if isinstance(node, Scalar) else None
    if found is None:
        report.error(
            node,
            "wrong-type",
            say("expected {expected}, found {found}", expected=expected, found=describe(node)),
            _as_number(node) if isinstance(node, Scalar) else NOTHING,
        )
        return None
    if not low <= found <= high:
        message = say(
            "expected {expected} from {low:,} to {high:,}, found {found}",
            expected=expected,
            low=low,
            high=high,
            found=describe(node),
        )
        report.error(node, "out-of-range", message)
        return None
    return found


def _as_number(node: Scalar) -> Said:
    """Return how to write what stands there as people write figures: ３万円, 30,000, "30"."""
    try:
        found = read_figure(node.value)
    except FigureError:
        found = None
    # Another unit than money's may mean something else: 1m, 20%.
    if found is not None and found[1] in ("", "円") and number(node.value) is None:
        return say("write {number}", number=f"{found[0]:.12g}")
    return NOTHING if node.plain else say("take the quotes away")


class Choice(Shape[str]):
    """One word of several."""

    def __init__(self, *words: str, later: Mapping[str, Said] | None = None) -> None:
        self._words = words
        #: words of later versions → what they are for
        self._later = later or {}

    def read(self, node: Node, report: Report) -> str | None:
        """Return the word."""
        several = len(self._words) > 1
        known = (
            say("{words}", words=self._words) if several else say("`{word}`", word=self._words[0])
        )
        expected = say("one of {known}", known=known) if several else known
        found = scalar_of(node, report, expected)
        if found is None:
            return None
        if found.value in self._later:
            message = say(
                "'{name}' is not available yet: {later}",
                name=found.value,
                later=self._later[found.value],
            )
            report.error(node, "not-available", message)
            return None
        if found.value not in self._words:
            message = say("{value} is not one of {known}", value=quoted(found.value), known=known)
            if not several:
                message = say(
                    "expected {expected}, found {found}", expected=known, found=quoted(found.value)
                )
            report.error(node, "unknown-value", message, report.near(found.value, self._words))
            return None
        return found.value

    def schema(self, shared: SharedParts) -> Schema:
        """Return an enumeration."""
        return {"enum": list(self._words)}


def plain_value(node: Scalar) -> Value:
    """Return what a scalar says: text, number, boolean or nothing."""
    if node.is_nothing:
        return None
    if node.truth is not None:
        return node.truth
    found = node.number
    return node.value if found is None else found


class PlainValue(Shape[str | int | float | bool]):
    """A text, a number, or true or false."""

    def read(self, node: Node, report: Report) -> str | int | float | bool | None:
        """Return the value."""
        found = scalar_of(node, report, say("a text, a number, true or false"))
        return plain_value(found) if found is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the three types."""
        return {"type": ["string", "number", "boolean"]}


class Part(Shape[Node]):
    """A part that another table reads (a condition, steps); a map or list, as asked."""

    def __init__(
        self,
        name: str,
        describe_part: Callable[[SharedParts], Schema],
        kinds: Iterable[type[Scalar] | type[ListNode] | type[MapNode]],
        expected: Said,
    ) -> None:
        self._name = name
        self._describe_part = describe_part
        self._kinds = tuple(kinds)
        self._expected = expected

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node itself."""
        if isinstance(node, self._kinds) and not (isinstance(node, Scalar) and node.is_nothing):
            return node
        message = say(
            "expected {expected}, found {found}", expected=self._expected, found=describe(node)
        )
        report.error(node, "wrong-type", message)
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a reference; the part describes itself once."""
        if self._name not in shared:
            # Set before it is described: conditions and steps contain themselves.
            shared[self._name] = {}
            shared[self._name] = self._describe_part(shared)
        return {"$ref": f"#/$defs/{self._name}"}


class Localized(Shape[Mapping[str, str]]):
    """A text, or one per locale; with `lines`, texts of several lines."""

    def __init__(self, longest: int = LONGEST_TEXT, lines: bool = False) -> None:
        self._longest, self._lines = longest, lines

    def read(self, node: Node, report: Report) -> Mapping[str, str] | None:
        """Return texts by locale; one text alone stands under ''."""
        if not isinstance(node, MapNode):
            expected = say("a text, or texts by locale such as {ja: …, en: …}")
            text = Text(expected, longest=self._longest, lines=self._lines).read(node, report)
            return {"": text} if text is not None else None
        texts = {}
        for locale, (_, value) in node.pairs.items():
            text = Text(longest=self._longest, lines=self._lines).read(value, report)
            if text is not None:
                texts[locale] = text
        return texts

    def schema(self, shared: SharedParts) -> Schema:
        """Return a string or a map of strings."""
        return {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
