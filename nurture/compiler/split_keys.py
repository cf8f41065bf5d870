"""The keys of `winner`, and of a variant's share."""

from __future__ import annotations

from nurture.compiler.event_maps import EVENT
from nurture.compiler.moments import Elapsed
from nurture.compiler.nodes import MapNode, Node, Scalar
from nurture.compiler.records import Key, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Number, Schema, Shape, SharedParts, Whole
from nurture.domain.winner import By, Otherwise
from nurture.language import say

_WORDS = (By.CLICKED.value, By.REPLY.value, By.GOAL.value)
#: weak evidence, and what people write for it
_OPENS = frozenset({"opened", "open", "opens"})


class Share(Whole):
    """A part of the people, relative to the others."""

    def __init__(self) -> None:
        super().__init__(1, 1_000_000)

    def read(self, node: Node, report: Report) -> int | None:
        """Return the share; nobody for a variant is a variant too many."""
        if isinstance(node, Scalar) and node.number == 0:
            message = say("a share of 0: nobody gets this variant")
            hint = say("delete it, or give it a share of 1 at least")
            report.error(node, "no-share", message, hint)
            return None
        return super().read(node, report)


class Confidence(Number):
    """How sure a decision must be, as a part of 1."""

    def __init__(self) -> None:
        super().__init__(0.5, 0.999)

    def read(self, node: Node, report: Report) -> float | None:
        """Return the confidence; percentages get a hint."""
        found = node.number if isinstance(node, Scalar) else None
        if found is not None and 50 <= found < 100:
            message = say("expected a part of 1 from 0.5 to 0.999, found {found}", found=found)
            hint = say("write {number}", number=f"{found / 100:g}")
            report.error(node, "out-of-range", message, hint)
            return None
        return super().read(node, report)


class ByWhat(Shape[Node]):
    """`clicked`, `reply`, `goal`, or an event such as `{form: hearing}`."""

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node: what it means depends on the workflow around it."""
        if isinstance(node, MapNode):
            return node
        if isinstance(node, Scalar) and node.value in _OPENS:
            message = say("opens decide nothing: machines open mails, too")
            report.error(node, "opens-decide", message, say("write clicked"))
            return None
        return node if Choice(*_WORDS).read(node, report) is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the words, or an event."""
        return {"anyOf": [{"enum": list(_WORDS)}, EVENT.schema(shared)]}


SHARE = Key("share", Share(), say("Its part, relative to the others."), required=True)

BY = Key(
    "by",
    ByWhat(),
    say(
        "What counts: clicked (by a person, in a variant's mails), reply, goal, or an event "
        "such as {form: hearing}."
    ),
    required=True,
)
AFTER = Key(
    "after",
    Whole(1, 1_000_000),
    say("No decision before so many people of each variant have been observed to the end."),
    required=True,
)
WITHIN = Key(
    "within",
    Elapsed(),
    say(
        "How long each person is observed: from their first mail of the variant (clicked, "
        "reply; without it 7d), else from the split."
    ),
)
CONFIDENCE = Key(
    "confidence",
    Confidence(),
    say(
        "1 − the chance to take a variant for the best that is not; 0.95. Holds however often "
        "one looks."
    ),
)
LIMIT = Key(
    "at_most",
    Elapsed(),
    say("From the first contact on: then it is decided `otherwise`."),
)
OTHERWISE = Key(
    "otherwise",
    Choice(*(one.value for one in Otherwise)),
    say(
        "Who wins when the time is over: best (so far; without it), first (the one written "
        "first), or none."
    ),
)
WINNER = Key(
    "winner",
    Record(say("a winner"), (BY, AFTER, WITHIN, CONFIDENCE, LIMIT, OTHERWISE)),
    say("What decides the split; newcomers then get the winner."),
)
