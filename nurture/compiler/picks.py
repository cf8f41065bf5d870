"""What a mail holds: a template, or what is picked from the library; and its files.

Steps and broadcasts write both alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from nurture.compiler.names import NAME
from nurture.compiler.nodes import MapNode, Node, Scalar
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Schema, Shape, SharedParts, Text
from nurture.domain.library import FILES, ITEM_FILE, MATCHES, RESULTS_FILE, Pick
from nurture.language import say

TEMPLATE_NAME = Text(say("a template such as warm/hearing"), longest=150)

_FALLBACK = Text(say("an item of the library, or a template such as warm/material"), longest=150)

PICK = Key("pick", NAME, say("Kind of the item: case, paper, tool …"), required=True)
MATCH = Key(
    "match",
    ListOf(Choice(*MATCHES), or_one=True),
    say("What it has to suit, the most important first. Language and industry always have to fit."),
)
OTHERWISE = Key(
    "otherwise",
    _FALLBACK,
    say("What goes out where nothing fits: an item of the library, or a template (with a slash)."),
)
PICKED = Record(say("a pick"), (PICK, MATCH, OTHERWISE))


@dataclass(frozen=True, slots=True)
class Content:
    """What `send` names: a template, or a pick with its fall-back."""

    #: the template, or the one that goes out where nothing can be picked; "": none
    template: str
    pick: Pick | None = None
    #: the map, where something is picked
    fields: Fields | None = None

    @property
    def name(self) -> str:
        """What a step is called after it: the template, else the kind that is picked."""
        return self.pick.kind if self.pick is not None else self.template

    def at(self, key: Key[str], node: Node) -> Node:
        """Return where a key of the pick stands, else the `send` itself."""
        return self.fields.at(key) if self.fields is not None else node


class ContentShape(Shape[Content]):
    """The name of a template, or `{pick: …}`."""

    def read(self, node: Node, report: Report) -> Content | None:
        """Return what is sent."""
        if not isinstance(node, MapNode):
            name = TEMPLATE_NAME.read(node, report)
            return Content(name) if name is not None else None
        fields = PICKED.read(node, report)
        kind = fields.get(PICK) if fields is not None else None
        if fields is None or kind is None:
            return None
        match = fields.get_or(MATCH, [])
        for name in {one for one in match if match.count(one) > 1}:
            report.error(fields.at(MATCH), "duplicate", say("'{name}' stands twice", name=name))
        other = fields.get_or(OTHERWISE, "")
        template = other if "/" in other else ""
        pick = Pick(kind, tuple(match), "" if template else other)
        return Content(template, pick, fields)

    def schema(self, shared: SharedParts) -> Schema:
        """Return a string, or the map."""
        return {"anyOf": [{"type": "string"}, PICKED.schema(shared)]}


class _Attachment(Shape[str]):
    """A file of the project, or the word `item` or `results`."""

    _text = Text(
        say("a file such as {folder}rollout.{locale}.pdf, item or results", folder=FILES),
        longest=250,
    )

    def read(self, node: Node, report: Report) -> str | None:
        """Return the path as written."""
        path = self._text.read(node, report)
        if path is None or path in (ITEM_FILE, RESULTS_FILE):
            return path
        if not path.startswith(FILES) or "\\" in path or ".." in path.split("/"):
            hint = say("put it into {folder} and write that path", folder=FILES)
            report.error(
                node, "bad-path", say("'{path}' is not in {folder}", path=path, folder=FILES), hint
            )
            return None
        return path

    def schema(self, shared: SharedParts) -> Schema:
        """Return the two forms."""
        return {"type": "string", "pattern": f"^({ITEM_FILE}|{RESULTS_FILE}|{FILES}.+)$"}


ATTACHMENT = _Attachment()

SEND = Key(
    "send",
    ContentShape(),
    say("Sends a mail: the template's name, or what is picked from the library."),
)
ATTACH = Key(
    "attach",
    ListOf(ATTACHMENT, or_one=True),
    say(
        "PDFs that go with it, `{locale}` in a path being the mail's language; `item`: the file of "
        "the picked item, `results`: one page of the results that the mail is about."
    ),
)


def attached(fields: Fields) -> tuple[str, ...]:
    """Return the attachments of a step or broadcast as written, each once."""
    return tuple(dict.fromkeys(fields.get_or(ATTACH, [])))


def attachment_places(fields: Fields) -> list[Node]:
    """Return where each attachment of `attached` stands; one place where it is no list."""
    at = fields.at(ATTACH)
    return [at] if isinstance(at, Scalar) else list(getattr(at, "items", [at]))
