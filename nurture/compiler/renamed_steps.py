"""`renamed: {old-step: new-step}`: where people at a step of the live release go on."""

from __future__ import annotations

from collections.abc import Sequence

from nurture.compiler.outline import LONGEST_ID
from nurture.compiler.records import Named
from nurture.compiler.report import Report
from nurture.compiler.shapes import Text
from nurture.domain.steps import Graph
from nurture.language import say

#: ids that authors give, and those the compiler makes (`answer/then/task-1`, `warm/hearing`)
STEP_NAME = Text(say("the name of a step"), r"[^\s{}\[\],:#][^\s{}\[\],]*", longest=LONGEST_ID)


def read_renamed(
    written: Sequence[Named[str]], in_flight: str, graph: Graph, report: Report
) -> dict[str, str]:
    """Return old step → new step; what cannot be meant is reported.

    Old names are those of the live release, which the check does not know: that one of them
    is no step there is said by `nurture plan`.
    """
    if written and in_flight != "migrate":
        message = say("'renamed' does nothing where people under way do not go over")
        hint = say("write in_flight: migrate")
        report.error(written[0].at, "renamed-without-migrate", message, hint)
    found: dict[str, str] = {}
    names = {one.name: one.value for one in written}
    for one in written:
        old, new = one.name, one.value
        if old == new:
            message = say("'{step}' is renamed to itself", step=old)
            report.error(one.at, "renamed-to-itself", message, say("delete the line"))
        elif old in graph.steps:
            message = say("'{step}' is still a step of this file", step=old)
            hint = say("name the step as it was called before, or delete the line")
            report.error(one.at, "not-renamed", message, hint)
        elif _circle(old, names):
            way = " → ".join(_way(old, names))
            message = say("'{step}' is renamed in a circle: {way}", step=old, way=way)
            hint = say("name the step where people go on now")
            report.error(one.at, "renamed-in-circle", message, hint)
        elif new not in graph.steps:
            known = graph.steps if new not in names else {names[new]}
            hint = report.suggest(new, known) or say("name a step of this file")
            message = say("no step '{step}' in this workflow", step=new)
            report.error(one.at, "unknown-step", message, hint)
        else:
            found[old] = new
    return found


def _way(start: str, names: dict[str, str]) -> list[str]:
    way = [start]
    while way[-1] in names and names[way[-1]] not in way:
        way.append(names[way[-1]])
    return [*way, names[way[-1]]] if way[-1] in names else way


def _circle(start: str, names: dict[str, str]) -> bool:
    way = _way(start, names)
    return len(way) > 1 and way[-1] == start
