"""How the preview's templates write sizes, problems and the words for codes."""

from __future__ import annotations

from flask import Flask

from nurture.domain import glossary
from nurture.errors import Problem
from nurture.language import in_language
from nurture.web.languages import language

_FIELD_WORDS = {
    "family_name": ("姓", "Family name"),
    "given_name": ("名", "Given name"),
    "honorific": ("敬称（英語）", "Honorific"),
    "email": ("メールアドレス", "E-mail"),
    "company": ("会社名", "Company"),
    "department": ("部署", "Department"),
    "title": ("役職", "Job title"),
    "industry": ("業種", "Industry"),
    "role": ("役割", "Role"),
}


def furnish(app: Flask) -> None:
    """Give an application's templates their filters."""
    app.jinja_env.filters.update(
        size=_size,
        said=lambda text: in_language(text, language()),
        message=_message,
        field=lambda name: glossary.word(_FIELD_WORDS, name, language()),
        purpose=lambda code: glossary.word(glossary.PURPOSES, code, language()),
        item=lambda code: glossary.word(glossary.ITEMS, code, language()),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _size(octets: int) -> str:
    return f"{octets / 1024:,.1f} KB" if octets >= 1024 else f"{octets} B"


def _message(problem: Problem) -> str:
    """Return what is wrong and what to do, without place and code."""
    text = in_language(problem.message, language())
    hint = in_language(problem.hint, language()) if problem.hint else ""
    if not hint:
        return text
    return f"{text}（{hint}）" if language() == "ja" else f"{text} ({hint})"
