"""A sentence that is said in English and can be said again in another language.

It is an English `str`, so that it can be compared, sorted, logged and stored like any text,
and it remembers the template and the values it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from nurture.language.catalogue import sentences

#: `{name}` or `{name:format}`, as in f-strings, or `{mails:mail|mails}`, the word that fits a
#: number; other braces stand for themselves
SLOT = re.compile(r"\{([a-z_]+)(?::([^{}|\s]+|[^{}|]+\|[^{}|]+))?\}")

#: what stands between the words of a list, by language
_BETWEEN = {"ja": "、", "en": ", "}


class Said(str):
    """An English sentence with its template and values."""

    __slots__ = ("_many", "_number", "_template", "_values")
    _template: str
    #: the template for other numbers than 1, where a number decides
    _many: str | None
    _number: int
    _values: Mapping[str, object]

    def __new__(
        cls,
        template: str,
        values: Mapping[str, object] | None = None,
        many: str | None = None,
        number: int = 1,
    ) -> Self:
        """Put the values into the template; `say` and `say_number` are how sentences are made."""
        values = values or {}
        english = template if many is None or number == 1 else many
        made = super().__new__(cls, _filled(english, values, "en"))
        made._template, made._many, made._number, made._values = template, many, number, values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, object], str | None, int]:  # type: ignore[override]
        return self._template, self._values, self._many, self._number

    def but(self, **values: object) -> Self:
        """Return the sentence with other values."""
        return type(self)(self._template, {**self._values, **values}, self._many, self._number)

    def in_language(self, language: str) -> str:
        """Return the sentence in a language of `LANGUAGES`; English where it has no other."""
        if language == "en" or not self._template:
            return str(self)
        known = sentences(language)
        if self._many is None:
            template = known.gettext(self._template)
        else:
            template = known.ngettext(self._template, self._many, self._number)
        return _filled(template, self._values, language)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the glossary as a value of a sentence, in both languages."""

    japanese: str
    english: str


def say(template: str, /, **values: object) -> Said:
    """Return a sentence: `say("unknown key '{key}'", key=name)`.

    A value may be a sentence itself, and is translated with the whole; a list or tuple stands
    as its words with commas between them; anything else as f-strings would show it.
    `tests/catalogue.py` holds each template against the catalogue `nurture/language/ja.po`.
    """
    return Said(template, values)


def say_number(one: str, many: str, number: int, /, **values: object) -> Said:
    """Return the sentence that fits a number, which the templates call `{number}`."""
    return Said(one, {"number": number, **values}, many, number)


def in_language(text: str, language: str) -> str:
    """Return a sentence in a language; a text that is none stands as it is."""
    return text.in_language(language) if isinstance(text, Said) else text


def _filled(template: str, values: Mapping[str, object], language: str) -> str:
    """Return a template with its values; a slot without a value stands as it is."""

    def value(slot: re.Match[str]) -> str:
        name, form = slot[1], slot[2]
        if name not in values:
            return slot[0]
        return _shown(values[name], form or "", language)

    return SLOT.sub(value, template)


def _shown(value: object, form: str, language: str) -> str:
    if "|" in form:
        return fitting(form, value)
    if isinstance(value, Word):
        return value.japanese if language == "ja" else value.english
    if isinstance(value, str):
        return in_language(value, language)
    if isinstance(value, list | tuple):
        return _BETWEEN[language].join(_shown(one, form, language) for one in value)
    return format(value, form)


def fitting(words: str, number: object) -> str:
    """Return the word of `mail|mails` that fits a number: the first for 1, else the second."""
    one, _, many = words.partition("|")
    return one if number == 1 else many


#: for hints that need no words
NOTHING = Said("")
