"""A file of scenarios: one under `scenario:`, or several under `scenarios:`.

One file, one document, as everywhere; what all its scenarios share stands once, under the
file's own `given`. Scenarios live in `workflows/tests/` and nothing else does, since a
release leaves that folder out: what is live depends on no test, and a changed test is no
new release.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from nurture.compiler.durations import is_zero
from nurture.compiler.nodes import ListNode, MapNode, Node
from nurture.compiler.records import Fields
from nurture.compiler.references import References
from nurture.compiler.scenario_expect import is_negative, read_expectations
from nurture.compiler.scenario_given import merged, read_given
from nurture.compiler.scenario_keys import (
    ALL,
    EXPECT,
    GIVEN_KEY,
    SCENARIO,
    SCENARIOS,
    SHARED,
    TITLE,
    WHEN,
)
from nurture.compiler.scenario_scope import About, ScenarioScope
from nurture.compiler.scenario_when import read_moments
from nurture.compiler.sources import Source, Sources
from nurture.domain.definitions import Definitions
from nurture.domain.scenario import Check, Expectation, Moment, NotSent, Scenario
from nurture.domain.scenario_end import bounds_of
from nurture.language import say

#: where scenarios live in a project
FOLDER = "workflows/tests/"


def compile_scenarios(
    sources: Sources, definitions: Definitions, references: References
) -> tuple[Scenario, ...]:
    """Return the scenarios of a project, by file and line; the reports say what is wrong."""
    about = About(definitions, references)
    found: list[Scenario] = []
    for source in sources.of("scenarios"):
        found += _of_file(source, about)
    return tuple(found)


def check_folder(sources: Sources) -> None:
    """Report scenarios outside of their folder, and other files inside of it."""
    for kind, files in sources.by_kind.items():
        for source in files:
            inside = source.report.file.startswith(FOLDER)
            if kind == "scenarios" and not inside:
                message = say("scenarios live in workflows/tests/")
                hint = say("move the file there: a release leaves that folder out")
                source.report.error(source.root, "wrong-folder", message, hint)
            elif kind != "scenarios" and inside:
                message = say("only scenarios live in workflows/tests/")
                hint = say("move the file: a release leaves this folder out")
                source.report.error(source.root, "wrong-folder", message, hint)


def _of_file(source: Source, about: About) -> list[Scenario]:
    root, report = source.root, source.report
    scope = ScenarioScope(report, about, ZoneInfo(about.definitions.calendar.zone))
    if ALL.name not in root.pairs:
        one = _scenario(root, None, scope)
        return [one] if one is not None else []
    # The list is read entry by entry, so each knows where it stands.
    listed = root.get(ALL.name)
    others = {name: pair for name, pair in root.pairs.items() if name != ALL.name}
    empty = ListNode(root.line, root.column, [])
    known = others | {ALL.name: (root.pairs[ALL.name][0], empty)}
    checked = MapNode(root.line, root.column, known)
    shared_fields = _outer(checked, listed, scope)
    shared = shared_fields.node.get(SHARED.name) if shared_fields is not None else None
    if not isinstance(listed, ListNode):
        return []
    found = [_scenario(item, shared, scope) for item in listed.items]
    return _unique([one for one in found if one is not None], scope)


def _outer(checked: MapNode, listed: Node | None, scope: ScenarioScope) -> Fields | None:
    """Report what is wrong with the file around its scenarios."""
    report = scope.report
    if not isinstance(listed, ListNode) or not listed.items:
        ALL.shape.read(listed if listed is not None else checked, report)
    for name, (key, _) in checked.pairs.items():
        if name not in (SHARED.name, ALL.name):
            hint = report.suggest(name, (SHARED.name, ALL.name))
            message = say("unknown key '{name}' in a file of scenarios", name=name)
            report.error(key, "unknown-key", message, hint)
    return Fields(checked)


def _unique(scenarios: list[Scenario], scope: ScenarioScope) -> list[Scenario]:
    first: dict[str, Scenario] = {}
    for one in scenarios:
        if one.title in first:
            message = say("a scenario of this title stands above already")
            hint = say("first in line {line}", line=first[one.title].place.line)
            scope.report.error(one.place, "duplicate-title", message, hint)
        first.setdefault(one.title, one)
    return scenarios


def _scenario(node: Node, shared: Node | None, scope: ScenarioScope) -> Scenario | None:
    report = scope.report
    fields = SCENARIO.read(_without_given(node), report)
    if fields is None or not isinstance(node, MapNode):
        return None
    given = merged(shared, node.get(GIVEN_KEY.name))
    begins, people = read_given(given, node, scope)
    if begins is None or not people:
        return None
    scope.people = tuple(people)
    moments = read_moments(fields.get_or(WHEN, []), begins, scope)
    expected = read_expectations(fields.get_or(EXPECT, []), scope)
    title = fields.get(TITLE)
    _check_that_time_passes(moments, expected, scope)
    if title is None:
        return None
    return Scenario(title, scope.place(fields.at(TITLE)), begins, people, moments, expected)


def _without_given(node: Node) -> Node:
    """Return a scenario without `given`, which is read with what the file shares."""
    if not isinstance(node, MapNode):
        return node
    pairs = {name: pair for name, pair in node.pairs.items() if name != GIVEN_KEY.name}
    return MapNode(node.line, node.column, pairs)


def _check_that_time_passes(
    moments: tuple[Moment, ...], expected: tuple[Expectation, ...], scope: ScenarioScope
) -> None:
    """Report what cannot fail: that nothing happens, where no time passes for it to happen."""
    stretches: list[tuple[bool, tuple[Expectation, ...]]] = []
    passes = False
    for moment in moments:
        passes = passes or not is_zero(moment.after) or moment.at is not None
        if isinstance(moment.deed, Check):
            stretches.append((passes, moment.deed.expect))
        elif moment.deed is not None:
            passes = False
    stretches.append((passes, expected))
    for time_passes, some in stretches:
        if time_passes or any(bounds_of(one) for one in some):
            continue
        for one in some:
            if not is_negative(one):
                continue
            message = say("this cannot fail: no time passes in which it could happen")
            hint = say("end `when` with `- wait: 14d`")
            if isinstance(one, NotSent):
                hint = say("end `when` with `- wait: 14d`, or add `within: 14d`")
            scope.report.error(one.place, "cannot-fail", message, hint)


__all__ = ["FOLDER", "SCENARIO", "SCENARIOS", "check_folder", "compile_scenarios"]
