"""The mails to our own people: a task, or a morning mail, that nobody would be told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nurture.compiler.nodes import MapNode, Node
from nurture.compiler.report import Placed, Report
from nurture.compiler.sources import Sources
from nurture.compiler.workflow import CompiledWorkflow
from nurture.domain.policy import Policy
from nurture.domain.steps import Task
from nurture.language import say

#: template of the mail that tells of one task
TASK = "team/task"
#: template of the morning mail
TODAY = "team/today"


def check_team_mails(
    sources: Sources,
    policy: Policy,
    compiled: Mapping[str, CompiledWorkflow],
    templates: Iterable[str],
) -> None:
    """Warn, once each, of tasks and morning mails that have no template to be told by.

    A template that lacks a language is the check of templates' to say.
    """
    known = frozenset(templates)
    made = _first_task(sources, compiled)
    if made is not None and TASK not in known:
        at, report = made
        message = say("tasks are told to nobody: there is no template '{name}'", name=TASK)
        hint = say("add templates/email/{name}.LOCALE.mjml or .md", name=TASK)
        report.warn(at, "untold-tasks", message, hint)
    for source in sources.of("policy")[:1]:
        tasks = source.root.get("tasks")
        if not isinstance(tasks, MapNode):
            continue
        if policy.tasks.digest_at is not None and TODAY not in known:
            message = say(
                "the morning mail goes to nobody: there is no template '{name}'", name=TODAY
            )
            hint = say("add templates/email/{name}.LOCALE.mjml or .md", name=TODAY)
            source.report.warn(tasks.get("digest_at"), "untold-day", message, hint)
        if policy.tasks.mail == "digest" and tasks.get("digest_at") is None:
            message = say("tasks wait for a morning mail, and nothing says when that goes")
            source.report.warn(
                tasks.get("mail"), "untold-day", message, say('add `digest_at: "08:30"`')
            )


def _first_task(
    sources: Sources, compiled: Mapping[str, CompiledWorkflow]
) -> tuple[Placed, Report] | None:
    """Return where the first task of the release is made: at the hand-off, else in a step."""
    for source in sources.of("scoring")[:1]:
        handoff: Node | None = source.root.get("handoff")
        if handoff is not None:
            return handoff, source.report
    for one in compiled.values():
        for step in one.workflow.graph.steps.values():
            if isinstance(step, Task):
                return one.places[step.id], one.report
    return None
