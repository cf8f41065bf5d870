"""The two languages of all pages: English in the templates, Japanese in a catalogue.

flask-babel was tried first; it wants compiled files on disk.
"""

from __future__ import annotations

import gettext

from flask import Flask, g, request

from nurture.language import LANGUAGES
from nurture.language.catalogue import catalogue as read_catalogue

#: names of the languages in themselves
NAMES = {"ja": "日本語", "en": "English"}


def catalogue(language: str) -> gettext.NullTranslations:
    """Return the texts of a language; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    return read_catalogue("nurture.web", f"translations/{language}.po", language)


def known(language: str | None) -> str | None:
    """Return the language of pages for a locale (`ja-JP` → `ja`), or None."""
    short = (language or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else None


def asked_for() -> str:
    """Return the language that the browser asks for, the first of ours where it asks for none."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def language() -> str:
    """Return the language of the page being made."""
    return str(g.get("language") or asked_for())


def translate(text: str) -> str:
    """Return an English text in the language of the page being made."""
    return catalogue(language()).gettext(text)


def translate_number(one: str, many: str, number: int) -> str:
    """Return the form of a text that fits a number."""
    return catalogue(language()).ngettext(one, many, number)


def speak(app: Flask) -> None:
    """Teach an application's templates both languages: `_("…")`, `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        translate, translate_number, newstyle=True
    )
    app.jinja_env.globals.update(language=language, languages=LANGUAGES, language_names=NAMES)
