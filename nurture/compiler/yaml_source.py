"""One YAML file to a tree of nodes, by the event stream of libyaml.

libyaml splits the text into events; what a plain scalar means is decided in
`nurture.compiler.nodes` by YAML 1.2, so the parser's own habits of 1.1 never show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import yaml

from nurture.compiler import slips
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, quoted
from nurture.compiler.report import Report
from nurture.compiler.yaml_words import remedy, said_by_yaml
from nurture.domain.file_text import INVISIBLE, file_text, invisible
from nurture.language import NOTHING, Said, say

#: bytes; a longer file was not written by a person
LARGEST_FILE = 1_000_000
#: levels of nesting
DEEPEST = 64
#: nodes once every alias is written out
MOST_NODES = 100_000

# libyaml in C is some 25 times faster than a parser in Python; every platform with a wheel
# of PyYAML has it, the rest get the same events more slowly.
_Loader: Any = getattr(yaml, "CLoader", yaml.Loader)


#: keys and values of a map as they stand in the file
_Read = list[tuple[Node, Node]]


@dataclass(slots=True)
class _Mark:
    """A place in the file, counted from 1."""

    line: int
    column: int


def read_yaml(content: bytes | str, report: Report) -> Node | None:
    """Return the tree of a file, or None where the report says why not. Never raises."""
    text = _decode(content, report)
    if text is None:
        return None
    hidden = invisible(text)
    if hidden is not None:
        report.error(hidden, "invisible-character", hidden.message, say("delete it"))
        return None
    tree = _Tree(report, text)
    try:
        return tree.build()
    except _Refused:
        return None
    except yaml.MarkedYAMLError as error:
        _syntax_error(error, text, report)
        return None


def _decode(content: bytes | str, report: Report) -> str | None:
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "replace"))
    if size > LARGEST_FILE:
        message = say(
            "the file has {size:,} bytes; the limit is {limit:,}",
            size=size,
            limit=LARGEST_FILE,
        )
        report.error(None, "file-too-large", message, say("split it into several files"))
        return None
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    text = file_text(content)
    if isinstance(text, str):
        return text
    report.error(text, "not-utf-8", text.message, say("save it as UTF-8"))
    return None


def _syntax_error(error: yaml.MarkedYAMLError, text: str, report: Report) -> None:
    mark = error.problem_mark or error.context_mark
    at = _Mark(mark.line + 1, mark.column + 1) if mark is not None else _Mark(1, 1)
    problem, context = error.problem or "it is not YAML", error.context or ""
    lines = text.split("\n")
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    letter = line[at.column - 1 : at.column]
    if (
        "tab" in problem
        or letter == "\t"
        or (line[: at.column].strip() == "" and "\t" in line[: at.column])
    ):
        report.error(at, "tab", say("a tab is used for indentation"), say("YAML wants spaces"))
        return
    if problem.startswith("found character that cannot start any token"):
        message = say("a value may not start with {letter}", letter=quoted(letter))
        report.error(at, "broken-yaml", message, say("put the value in quotes"))
        return
    if _is_slip(error, at, lines, report) or _is_dash(error, at, lines, report):
        return
    where = error.context_mark
    started = where.line + 1 if where is not None and where.line + 1 != at.line else None
    report.error(
        at, "broken-yaml", said_by_yaml(problem, context, started), remedy(problem, context)
    )


def _is_slip(error: yaml.MarkedYAMLError, at: _Mark, lines: list[str], report: Report) -> bool:
    """Report a slip of the input method where it explains why YAML gave up."""
    if any(problem.code == "full-width" for problem in report.problems):
        return True
    where = error.context_mark
    start = where.line + 1 if where is not None else at.line
    number, slip = start, None
    line = lines[start - 1] if start <= len(lines) else ""
    if where is not None and "quoted scalar" in (error.context or ""):
        slip = slips.closing_quote(line, where.column + 1)
    if slip is None and "flow" in (error.context or "") and at.line <= len(lines):
        number, slip = at.line, slips.comma_before(lines[at.line - 1], at.column)
    if slip is None:
        found = slips.slip_before(lines, at.line, start)
        number, slip = found if found is not None else (start, None)
    if slip is None:
        return False
    report.error(_Mark(number, slip.offset + 1), "full-width", slip.message, slip.hint)
    return True


def _is_dash(error: yaml.MarkedYAMLError, at: _Mark, lines: list[str], report: Report) -> bool:
    """Report the dashes without a space after them where one explains why YAML gave up."""
    where = error.context_mark
    start = where.line + 1 if where is not None else at.line
    found = list(slips.dashes_of(lines))
    # Where a line of text reads like one, YAML knows nothing of the slip: the rest stays as it is.
    if not any(min(start, at.line - 1) <= number <= at.line for number, _ in found):
        return False
    for number, slip in found:
        report.error(_Mark(number, slip.offset + 1), "dash-without-space", slip.message, slip.hint)
    return True


class _Refused(Exception):  # noqa: N818 - it never leaves this file
    """The report has said why."""


class _Tree:
    """Builds nodes from events; counts depth and nodes as it goes."""

    def __init__(self, report: Report, text: str) -> None:
        self._report = report
        self._lines = text.split("\n")
        self._events = iter(yaml.parse(text, Loader=_Loader))
        #: anchor → its node, how many nodes that is, and how many levels
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._open: set[str] = set()
        self._nodes = 0
        self._deepest = 0

    def build(self) -> Node | None:
        """Return the root node."""
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            self._report.error(None, "empty-file", say("the file is empty"))
            return None
        root = self._node(next(self._events), 1)
        if isinstance(root, Scalar) and slips.pair_in(root.value) is not None:
            # Lines without a colon of YAML's run together to one text.
            for number, slip in slips.slips_of(self._lines):
                mark = _Mark(number, slip.offset + 1)
                self._report.error(mark, "full-width", slip.message, slip.hint)
            raise _Refused
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.DocumentStartEvent):
            self._refuse(
                event,
                "two-documents",
                say("a second document starts here"),
                say("one file, one document"),
            )
        return root

    def _refuse(self, event: yaml.Event, code: str, message: Said, hint: Said = NOTHING) -> None:
        self._report.error(_mark(event), code, message, hint)
        raise _Refused

    def _node(self, event: Any, depth: int) -> Node:
        self._reach(event, depth)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if event.tag is not None:
            self._refuse(
                event,
                "tag",
                say("tags such as {tag} are not used here", tag=event.tag),
                say("delete it"),
            )
        nodes_before, deepest_before, self._deepest = self._nodes, self._deepest, depth
        self._count(event, 1)
        anchor: str | None = event.anchor
        if anchor is not None:
            self._open.add(anchor)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            at, style = _mark(event), event.style
            node = Scalar(at.line, at.column, self._visible(event), not style, style in ("|", ">"))
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(event, depth)
        else:
            node = self._map(event, depth)
        if anchor is not None:
            self._open.discard(anchor)
            self._anchors[anchor] = (node, self._nodes - nodes_before, self._deepest - depth)
        self._deepest = max(self._deepest, deepest_before)
        return node

    def _visible(self, event: Any) -> str:
        """Return a scalar's text without what an escape such as "\\0" made of it, and say so."""
        value: str = event.value
        found = INVISIBLE.search(value)
        if found is None:
            return value
        message = say(
            "an escape makes the invisible character U+{code:04X} here", code=ord(found.group())
        )
        self._report.error(_mark(event), "invisible-character", message, say("delete it"))
        return INVISIBLE.sub("", value)

    def _reach(self, event: yaml.Event, depth: int) -> None:
        if depth > DEEPEST:
            self._refuse(
                event, "too-deep", say("nested more than {most} levels deep", most=DEEPEST)
            )
        self._deepest = max(self._deepest, depth)

    def _count(self, event: yaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            message = say("more than {most:,} values, aliases written out", most=MOST_NODES)
            self._refuse(event, "too-many-values", message)

    def _alias(self, event: Any, depth: int) -> Node:
        name: str = event.anchor
        if name in self._open:
            self._refuse(
                event, "alias-circle", say("the alias *{name} stands inside itself", name=name)
            )
        if name not in self._anchors:
            self._refuse(
                event,
                "unknown-alias",
                say("no anchor &{name} stands above the alias *{name}", name=name),
            )
        node, nodes, levels = self._anchors[name]
        self._count(event, nodes)
        self._reach(event, depth + levels)
        return node

    def _list(self, start: Any, depth: int) -> ListNode:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            item = self._node(event, depth + 1)
            items.append(self._pair(item) or item)
        return ListNode(start.start_mark.line + 1, start.start_mark.column + 1, items)

    def _meant(self, key: Scalar, value: Node) -> tuple[Scalar, Node]:
        """Return key and value as they were meant, and say what slipped."""
        pair = slips.pair_in(key.value)
        if pair is not None and isinstance(value, Scalar) and value.is_nothing:
            self._slipped(key, pair.slip)
            place = key.column + pair.offset
            return replace(key, value=pair.key), Scalar(key.line, place, pair.value, True)
        slip = slips.slip_in_key(key.value)
        if slip is None:
            return key, value
        self._slipped(key, slip)
        if slip.meant is None:
            raise _Refused
        return replace(key, value=slip.meant), value

    def _pair(self, item: Node) -> MapNode | None:
        """Return the map that a plain text of a list was meant to be, or None."""
        if not isinstance(item, Scalar) or not item.plain or item.value.isascii():
            return None
        pair = slips.pair_in(item.value)
        if pair is None:
            return None
        self._slipped(item, pair.slip)
        key = replace(item, value=pair.key)
        value = Scalar(item.line, item.column + pair.offset, pair.value, True)
        return MapNode(item.line, item.column, {pair.key: (key, value)})

    def _slipped(self, at: Scalar, slip: slips.Slip) -> None:
        mark = _Mark(at.line, at.column + slip.offset)
        self._report.error(mark, "full-width", slip.message, slip.hint)

    def _map(self, start: Any, depth: int) -> MapNode | ListNode:
        read: _Read = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            read.append((key, self._node(next(self._events), depth + 1)))
        at = _mark(start)
        items = self._items(read)
        if items is not None:
            maps = [MapNode(key.line, key.column, self._pairs(pairs)) for key, pairs in items]
            return ListNode(at.line, at.column, list(maps))
        return MapNode(at.line, at.column, self._pairs(read))

    def _items(self, read: _Read) -> list[tuple[Scalar, _Read]] | None:
        """Return the entries of the list that a map was meant to be, each from its first key.

        None where it is a map; pairs in it that begin with a dash are said and taken out.
        """
        dashes = [(at, said) for at, pair in enumerate(read) if (said := _dash(pair[0]))]
        for at, slip in dashes:
            self._report.error(read[at][0], "dash-without-space", slip.message, slip.hint)
        if not dashes or dashes[0][0] > 0:
            for at, _ in reversed(dashes):
                del read[at]
            return None
        items: list[tuple[Scalar, _Read]] = []
        for key, value in read:
            if isinstance(key, Scalar) and _dash(key) is not None:
                key = replace(key, column=key.column + 1, value=key.value[1:].rstrip(" "))
                items.append((key, []))
            items[-1][1].append((key, value))
        return items

    def _pairs(self, read: _Read) -> dict[str, tuple[Scalar, Node]]:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for key, value in read:
            if isinstance(key, Scalar) and key.plain and not key.value.isascii():
                key, value = self._meant(key, value)
            if not isinstance(key, Scalar):
                self._report.error(key, "bad-key", say("a key must be a word, not a list or a map"))
            elif key.value in pairs:
                first = pairs[key.value][0].line
                message = say("'{key}' stands twice in this map", key=key.value)
                self._report.error(
                    key, "duplicate-key", message, say("first in line {line}", line=first)
                )
            else:
                pairs[key.value] = (key, value)
        return pairs


def _dash(key: Node) -> slips.Slip | None:
    return slips.dash_in(key.value) if isinstance(key, Scalar) and key.plain else None


def _mark(event: Any) -> _Mark:
    return _Mark(event.start_mark.line + 1, event.start_mark.column + 1)
