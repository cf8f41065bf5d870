"""What the parts of a scenario are read with: the files it is about, its zone and its people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from nurture.compiler.fields import Catalogue
from nurture.compiler.names import KNOWN_EVENTS
from nurture.compiler.nodes import Node, quoted
from nurture.compiler.references import References
from nurture.compiler.report import Placed, Report
from nurture.compiler.scope import ConditionScope, StepNames
from nurture.domain.calendar import at_wall
from nurture.domain.definitions import Definitions
from nurture.domain.library import Pick, kind_template
from nurture.domain.lookups import look_up
from nurture.domain.scenario import ONLY, Bound
from nurture.domain.scenario_match import fits
from nurture.domain.steps import Send, WaitFor
from nurture.domain.workflow import Workflow
from nurture.errors import Place
from nurture.language import say
from nurture.language.hints import is_near


@dataclass(frozen=True)
class About:
    """The files that scenarios are about, compiled; None where they could not be trusted."""

    definitions: Definitions
    references: References

    @cached_property
    def sendable(self) -> frozenset[str]:
        """Every template that a workflow, a mailing or an item of the library sends."""
        found: set[str] = set()
        for workflow in self.definitions.workflows.values():
            for step in workflow.graph.steps.values():
                if isinstance(step, Send):
                    found |= self._sends(step.template, step.pick)
        for mailing in self.definitions.mailings.values():
            found |= self._sends(mailing.template, mailing.pick)
        return frozenset(found)

    def _sends(self, template: str, pick: Pick | None) -> set[str]:
        found = {template} if template else set()
        if pick is not None:
            items = self.definitions.library.items
            found.add(kind_template(pick.kind))
            found |= {item.sent_in for item in items.values() if item.kind == pick.kind}
            if pick.otherwise in items:
                found.add(items[pick.otherwise].sent_in)
        return found

    @cached_property
    def heard(self) -> frozenset[str]:
        """Every event that a workflow, a score or a stage listens to."""
        lookups = look_up(self.definitions)
        found = set(lookups.starts) | set(lookups.event_types)
        for types in lookups.journey_types.values():
            found |= types
        for workflow in self.definitions.workflows.values():
            ways_out = (way.match for way in workflow.exits)
            found |= {match.event for match in ways_out if match is not None}
            for step in workflow.graph.steps.values():
                if isinstance(step, WaitFor):
                    found |= {match.event for match in step.events}
        return frozenset(found)


@dataclass
class ScenarioScope:
    """One file of scenarios as it is read."""

    report: Report
    about: About
    #: where the calendar's clocks stand
    zone: ZoneInfo
    #: names of the people of the scenario under way
    people: tuple[str, ...] = (ONLY,)
    _steps: dict[str, StepNames] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """The fields that there are."""
        return self.about.references.catalogue

    @property
    def conditions(self) -> ConditionScope:
        """What a condition of a scenario may name."""
        references = self.about.references
        return ConditionScope(self.report, references.catalogue, references.segment)

    def place(self, node: Placed) -> Place:
        """Return where a node stands."""
        return Place(self.report.file, node.line, node.column)

    def instant(self, wall: datetime) -> datetime:
        """Return the instant of a wall time in the calendar's zone (UTC)."""
        found = at_wall(wall.date(), wall.time(), self.zone)
        return found + timedelta(seconds=wall.second)

    def bound(self, point: Bound | None) -> Bound | None:
        """Return a span as it is, a wall time as an instant."""
        return self.instant(point) if isinstance(point, datetime) else point

    def workflow(self, name: str, at: Node) -> Workflow | None:
        """Return a workflow by name, or None and report."""
        references = self.about.references
        references.check_workflow(name, at, self.report)
        return self.about.definitions.workflows.get(name)

    def step(self, workflow: Workflow, name: str, at: Node) -> str | None:
        """Return the id of a step that a name means, or None and report."""
        steps = workflow.graph.steps
        if name in steps:
            return name
        kinds = {step: "send" if isinstance(one, Send) else "" for step, one in steps.items()}
        short = StepNames.of(kinds).short.get(name, ())
        if len(short) == 1:
            return short[0]
        known = [*steps, *StepNames.of(kinds).short]
        message = say("no step {name} in {workflow}", name=quoted(name), workflow=workflow.name)
        self.report.error(at, "unknown-step", message, self.report.suggest(name, known))
        return None

    def mail(self, pattern: str, at: Node) -> None:
        """Report a template that does not exist, or that nothing ever sends."""
        templates = self.about.references.templates
        if templates is None:
            return
        known = {*templates}
        if not any(fits(pattern, one) for one in known):
            if _is_pattern(pattern):
                message = say("no template is meant by {pattern}", pattern=quoted(pattern))
            else:
                message = say("no template {pattern}", pattern=quoted(pattern))
            hint = self.report.suggest(pattern, known)
            self.report.error(at, "unknown-template", message, hint)
            return
        if self.about.references.workflows is None:
            return
        sendable = self.about.sendable
        if not any(fits(pattern, one) for one in sendable):
            if is_near(self.report.near(pattern, sendable - known)):
                # A step misspells this template and is told so itself; the scenario has it right.
                return
            message = say(
                "nothing sends {pattern} to a contact: no workflow, broadcast or seminar",
                pattern=quoted(pattern),
            )
            hint = self.report.near(pattern, sendable & known)
            self.report.error(at, "never-sent", message, hint)

    def event(self, name: str, at: Node) -> None:
        """Warn of an event that nothing listens to."""
        heard = self.about.heard
        if name in heard or name in KNOWN_EVENTS or self.about.references.workflows is None:
            return
        message = say("no workflow, score or stage listens to '{name}'", name=name)
        hint = self.report.near(name, heard | KNOWN_EVENTS)
        self.report.warn(at, "unheard-event", message, hint)

    def person(self, name: str | None, at: Placed) -> str:
        """Return whom an entry means; report a name that is not there, or is missing."""
        if name is None:
            if len(self.people) > 1:
                hint = say("add `contact: {people}`", people=self.people[0])
                message = say("which of {people}?", people=self.people)
                self.report.error(at, "which-contact", message, hint)
            return self.people[0]
        if name not in self.people:
            message = say("no contact {name} in this scenario", name=quoted(name))
            hint = self.report.suggest(name, self.people)
            self.report.error(at, "unknown-contact", message, hint)
            return self.people[0]
        return name


def outcomes_of(workflow: Workflow, ends: Iterable[str]) -> set[str]:
    """Return every outcome with which a journey through a workflow can end."""
    always = {"completed", "stopped", "unsubscribed", "revised", "erased", "lost"}
    found = always | {way_out.outcome for way_out in workflow.exits} | set(ends)
    return found | ({"converted"} if workflow.goal is not None else set())


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in "*?[")
