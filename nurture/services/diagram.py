"""Drawings of workflows: as the files say, or as it is live, with the people in it."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.compiler.release import compile_files
from nurture.db import workflow_counts
from nurture.db.engine import read
from nurture.diagrams.drawing import Drawing, StepFigures
from nurture.domain.steps import Branch, Split, WaitFor
from nurture.domain.workflow import Workflow
from nurture.errors import DefinitionError, NotFoundError
from nurture.language import say
from nurture.language.hints import nearest
from nurture.services.house import house_at
from nurture.services.runtime import Runtime


def drawings(files: Mapping[str, bytes], locale: str, name: str | None = None) -> list[Drawing]:
    """Return the drawing of one workflow of these files, or of all that can be drawn.

    Raises DefinitionError with what is wrong in a file that cannot be drawn, NotFoundError
    where no file writes the workflow down. What is wrong in other files stops nothing here.
    """
    definitions = compile_files(files)
    if name is None:
        if definitions.errors:
            raise DefinitionError(definitions.errors)
        return [Drawing(one, locale) for one in definitions.workflows.values()]
    found = definitions.workflows.get(name)
    file = found.file if found is not None else _file_of(files, name)
    if wrong := [one for one in definitions.errors if one.place.file == file]:
        raise DefinitionError(wrong)
    if found is None:
        raise _unknown(name, definitions.workflows)
    return [Drawing(found, locale)]


def live_drawings(
    runtime: Runtime, locale: str, name: str | None = None, ways: bool = True
) -> list[Drawing]:
    """Return the drawing of one published workflow with its people, or of all.

    Opens and clicks are those of people. `ways`: count too which way people went where it
    parts, which reads every journey there ever was. Raises NotFoundError where the workflow
    is not published.
    """
    with read(runtime.engine) as connection:
        house = house_at(runtime, connection)
        if name is not None and name not in house.workflows:
            raise _unknown(name, house.workflows, published=True)
        found = []
        for one in house.workflows.values() if name is None else [house.workflows[name]]:
            counts = workflow_counts.by_step(connection, one.name, house.count_unknown_opens)
            parts = parting(one) if ways else []
            went = workflow_counts.ways(connection, one.name, parts)
            figures = {
                step: StepFigures(
                    count.here, count.sent, count.opened, count.clicked, went.get(step, {})
                )
                for step in one.graph.steps
                for count in [counts.get(step, workflow_counts.StepCount())]
            }
            outcomes = workflow_counts.outcomes(connection, one.name)
            active = sum(count.here for count in counts.values())
            found.append(Drawing(one, locale, figures, active, outcomes))
    return found


def parting(workflow: Workflow) -> list[str]:
    """Return the steps at which people go different ways."""
    return [
        step.id
        for step in workflow.graph.steps.values()
        if isinstance(step, Branch | Split | WaitFor)
    ]


def _file_of(files: Mapping[str, bytes], name: str) -> str:
    """Return the file that seems to write a workflow down, though it cannot be read as one."""
    said = f"workflow: {name}".encode()
    lines = ((path, line) for path, content in files.items() for line in content.splitlines())
    return next((path for path, line in lines if line.split(b"#")[0].rstrip() == said), "")


def _unknown(name: str, known: Mapping[str, Workflow], published: bool = False) -> NotFoundError:
    if published:
        message = say("no workflow '{name}' is published", name=name)
    else:
        message = say("no file has a workflow '{name}'", name=name)
    return NotFoundError(
        message, nearest(name, known) or say("known: {known}", known=sorted(known))
    )
