"""Which events start a workflow, end its waits, or can make its goal or exits true.

Whoever ingests an event looks up the workflows it may concern here, instead of asking
every enrolment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nurture.domain.conditions import Scope
from nurture.domain.reads import Reads, reads
from nurture.domain.steps import WaitFor
from nurture.domain.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Wakes:
    """What a workflow listens to."""

    #: event types of its event triggers
    starts: frozenset[str]
    #: event types that some `wait_for` of it accepts
    continues: frozenset[str]
    #: event types that goal or exits accept or count
    ends: frozenset[str]
    #: fields whose change can make goal or exits true
    end_fields: frozenset[tuple[Scope, str]]
    #: a tag's coming or going can make goal or exits true
    end_tags: bool
    #: what its state triggers read
    states: Reads

    @property
    def event_types(self) -> frozenset[str]:
        """Every event type it listens to."""
        return self.starts | self.continues | self.ends | self.states.event_types


def wakes(workflow: Workflow) -> Wakes:
    """Return what a workflow listens to."""
    conditions = [way_out.condition for way_out in workflow.exits]
    conditions += [way_out.match.where for way_out in workflow.exits if way_out.match is not None]
    if workflow.goal is not None:
        conditions.append(workflow.goal)
    ended_by = reads(*conditions)
    matched = (way_out.match.event for way_out in workflow.exits if way_out.match is not None)
    return Wakes(
        starts=frozenset(trigger.match.event for trigger in workflow.event_triggers),
        continues=frozenset(_awaited(workflow)),
        ends=ended_by.event_types | frozenset(matched),
        end_fields=frozenset(
            (scope, name)
            for scope, name in ended_by.fields
            if scope in (Scope.CONTACT, Scope.ACCOUNT, Scope.DEAL)
        ),
        end_tags=ended_by.tags,
        states=reads(*(trigger.condition for trigger in workflow.state_triggers)),
    )


def _awaited(workflow: Workflow) -> Iterable[str]:
    for step in workflow.graph.steps.values():
        if isinstance(step, WaitFor):
            yield from (match.event for match in step.events)
