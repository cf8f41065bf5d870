"""What mails that ask a survey must hold: a way to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from nurture.domain.definitions import Definitions
from nurture.domain.steps import Send, SurveyQuestion
from nurture.emails.memory import NO_MEMORY, Memory, layouts_of, own_texts
from nurture.emails.sources import TemplatePath, template_paths
from nurture.errors import Place, Problem
from nurture.language import say

_LINK = ("survey", "link")


def survey_templates(definitions: Definitions) -> frozenset[str]:
    """Return the templates that ask a survey, or are sent in a journey that does."""
    found: set[str] = set()
    for workflow in definitions.workflows.values():
        sends = [one for one in workflow.graph.steps.values() if isinstance(one, Send)]
        if any(isinstance(one.question, SurveyQuestion) for one in sends):
            found |= {one.template for one in sends}
    return frozenset(found)


def check_survey_mails(
    files: Mapping[str, str], definitions: Definitions, memory: Memory = NO_MEMORY
) -> Iterator[Problem]:
    """Yield templates of `survey` steps that give their reader nothing to answer with."""
    asking = {
        step.template
        for workflow in definitions.workflows.values()
        for step in workflow.graph.steps.values()
        if isinstance(step, Send) and isinstance(step.question, SurveyQuestion)
    }
    layouts = layouts_of(files)
    for path in template_paths(files):
        if path.name not in asking:
            continue
        locale = path.locale or definitions.policy.default_locale
        key = ("survey-link", *own_texts(files, path), layouts, locale)
        yield from memory.recall(key, partial(_lacks_link, files, path, locale))


def _lacks_link(files: Mapping[str, str], path: TemplatePath, locale: str) -> list[Problem]:
    # Loaded where it is asked for: what is known already needs no compiler.
    from nurture.emails.compile import assemble

    whole = assemble(files, path, locale, [])
    if whole is None or any(one.path[:2] == _LINK for one in whole.references):
        return []
    message = say("this mail asks a survey and has no link to answer it")
    hint = say("write `layout: survey`, which brings the eleven buttons, or {{ survey.link }}")
    return [Problem(Place(path.path), "no-answer-link", message, hint)]
