"""Values of events that are probably misspelt: `form: contcat` beside `form: contact`.

Whoever sends an event decides what its properties say, so no list of right values exists but for
what this house records itself (`nurture.domain.own_words`). But a
value that stands in one place only, while one that is nearly the same stands elsewhere, starts
a journey that nobody will ever enter, without anybody being told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from nurture.compiler.nodes import MapNode, Node, Scalar
from nurture.compiler.records import MapOf, Named
from nurture.compiler.report import Report
from nurture.domain.own_words import own_words
from nurture.errors import Place
from nurture.language import NOTHING, say
from nurture.language.hints import misspelling_of

T = TypeVar("T")


def mention(name: str, node: Node, report: Report) -> None:
    """Remember that a property of events is to have the text of a node."""
    if isinstance(node, Scalar) and node.truth is None and node.number is None and node.value:
        report.mention(name, node.value, node)


class Mentioned(MapOf[T]):
    """A map of properties of events, whose texts are remembered."""

    def read(self, node: Node, report: Report) -> list[Named[T]] | None:
        """Return the entries that could be read, in file order."""
        if isinstance(node, MapNode):
            for key, value in node.pairs.values():
                mention(key.value, value, report)
        return super().read(node, report)


def misspelt_values(
    released: list[Report], scenarios: list[Report], asked: Mapping[str, frozenset[str]]
) -> None:
    """Warn of values that occur nowhere else in the release, where one that is near does.

    `asked`: property → every text that the release asks for, those of expressions as well.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Place] = {}
    for report in (*released, *scenarios):
        for name, text, place in report.mentions:
            counts[name, text] += 1
            first.setdefault((name, text), place)
    for report in released:
        for name, text, place in report.mentions:
            own = own_words(name)
            if counts[name, text] > 1 or text in own:
                continue
            # Of two that stand once each, the later one is the one to look at.
            others = [
                other
                for other in asked.get(name, ())
                if counts[name, other] != 1 or first[name, other] < place
            ]
            hint = misspelling_of(text, own.union(others))
            if hint:
                message = say("`{name}: {text}` stands nowhere else", name=name, text=text)
                report.warn_at(place, "misspelt-value", message, hint)
    for report in scenarios:
        for name, text, place in report.mentions:
            known = asked.get(name, frozenset()) | own_words(name)
            hint = misspelling_of(text, known) if text not in known else NOTHING
            if hint:
                message = say("nothing listens to `{name}: {text}`", name=name, text=text)
                report.warn_at(place, "misspelt-value", message, hint)
