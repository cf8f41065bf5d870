"""Lists that the team turns the pages of: contacts and workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nurture.db import contact_list, workflow_counts
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.db.workflow_counts import StepCount
from nurture.domain.scoring import Engagement, score_at
from nurture.domain.step_tree import Node, draw
from nurture.domain.workflow import Workflow
from nurture.errors import NotFoundError
from nurture.language import say
from nurture.services.holdout_results import HoldoutResult, holdout_results_at
from nurture.services.house import house_at
from nurture.services.runtime import Runtime
from nurture.services.split_results import SplitResult, split_results_at

#: rows of one page
PAGE = 50


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact in the list."""

    id: int
    name: str
    email: str
    company: str
    title: str
    score: float
    temperature: str
    lifecycle: str


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow in the list; one that is no longer published has no definition."""

    name: str
    title: str
    workflow: Workflow | None
    active: int
    ended: int


@dataclass(frozen=True, slots=True)
class WorkflowReport:
    """A workflow with its steps drawn and counted."""

    workflow: Workflow
    tree: Sequence[Node]
    steps: Mapping[str, StepCount]
    active: int
    #: outcome → journeys that ended so
    outcomes: Mapping[str, int]
    #: people at steps that the live release does not have any more
    elsewhere: int
    #: what its splits have shown, those of earlier releases last
    splits: Sequence[SplitResult] = ()
    #: its lift over those held out
    holdouts: Sequence[HoldoutResult] = ()


def contacts(
    runtime: Runtime,
    query: str = "",
    temperature: str = "",
    lifecycle: str = "",
    tag: str = "",
    before: int | None = None,
) -> tuple[list[ContactRow], list[str]]:
    """Return a page of contacts, one more than PAGE where there is another, and all tags."""
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        half_life = house_at(runtime, connection).half_life
        rows = contact_list.page(
            connection,
            query=query,
            temperature=temperature,
            lifecycle=lifecycle,
            tag=tag,
            before=before,
            limit=PAGE + 1,
        )
        tags = contact_list.tags(connection)
    found = [
        ContactRow(
            id=row.id,
            name=full_name(row.family_name, row.given_name, row.locale or "ja") or "",
            email=row.email or "",
            company=row.account_name or "",
            title=" ".join(part for part in (row.department, row.title) if part),
            score=score_at(Engagement(row.engagement, row.scored_at), row.fit, half_life, now),
            temperature=row.temperature,
            lifecycle=row.lifecycle,
        )
        for row in rows
    ]
    return found, tags


def workflows(runtime: Runtime) -> list[WorkflowRow]:
    """Return all workflows that are published or still have people in them."""
    with read(runtime.engine) as connection:
        house = house_at(runtime, connection)
        counted: dict[str, dict[str, int]] = {}
        for row in workflow_counts.by_workflow(connection):
            counted.setdefault(row.workflow, {})[row.state] = row.number
    return [
        WorkflowRow(
            name,
            house.titles.get(name, name),
            house.workflows.get(name),
            counted.get(name, {}).get("active", 0),
            counted.get(name, {}).get("ended", 0),
        )
        for name in sorted({*house.workflows, *counted})
    ]


def workflow(runtime: Runtime, name: str) -> WorkflowReport:
    """Return a published workflow with its figures; NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        house = house_at(runtime, connection)
        found = house.workflows.get(name)
        if found is None:
            raise NotFoundError(say("workflow '{name}' is not published", name=name))
        steps = workflow_counts.by_step(connection, name, house.count_unknown_opens)
        outcomes = workflow_counts.outcomes(connection, name)
        splits = split_results_at(runtime, connection, name)
        holdouts = holdout_results_at(runtime, connection, name)
    known = {*found.graph.steps, ""}
    return WorkflowReport(
        workflow=found,
        tree=draw(found.graph),
        steps=steps,
        active=sum(count.here for count in steps.values()),
        outcomes=outcomes,
        elsewhere=sum(count.here for step, count in steps.items() if step not in known),
        splits=splits,
        holdouts=holdouts,
    )
