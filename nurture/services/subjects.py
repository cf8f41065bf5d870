"""Subjects that a step writes instead of the template's, one for all or one by language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from nurture.domain.policy import Policy
from nurture.domain.steps import Send
from nurture.services.places import locale_of


def subject_columns(step: Send, person: Row[Any], policy: Policy) -> dict[str, Any]:
    """Return the columns of a mail; the first shows its subject until it is written."""
    if not step.subjects:
        return {"subject_override": step.subject}
    texts = dict(step.subjects)
    return {"subject_override": texts.get(locale_of(person, policy)), "subjects": texts}


def subject_of(message: Row[Any], locale: str) -> str | None:
    """Return the subject that a message brings in the language of its mail, or None."""
    if message.subjects:
        by_locale: str | None = message.subjects.get(locale)
        return by_locale
    override: str | None = message.subject_override
    return override
