"""Everything wrong with a subject that stands in a workflow or a broadcast."""

from __future__ import annotations

from nurture.emails.placeholders import Placeholders
from nurture.emails.subjects import check_subject
from nurture.emails.tags import Passage
from nurture.emails.template_context import TemplateContext
from nurture.errors import Place, Problem


def lint_subject(subject: str, place: Place, context: TemplateContext) -> list[Problem]:
    """Return what is wrong with a subject that a step wrote, at the step's place."""
    problems: list[Problem] = []
    tags = Placeholders(problems)
    passage = Passage(subject, place)
    tags.hide(passage)
    problems += check_subject(passage)
    return problems + [p for r in tags.references if (p := context.check(r)) is not None]
