"""Catalogues of translated texts: gettext's `.po` files, which translators' tools can edit.

Babel reads a `.po` file as it is, so that no compiled file can be stale and nothing is written.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from importlib import resources


class _Texts(gettext.NullTranslations):
    """Translations into a language without plural forms, such as Japanese."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        return self._texts.get(message) or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._texts.get(msgid1) or super().ngettext(msgid1, msgid2, n)


@cache
def catalogue(package: str, file: str, language: str) -> gettext.NullTranslations:
    """Return the texts of a `.po` file inside a package, for a language like `ja`."""
    # Loaded where it is asked for: most commands never need it, and it takes a while.
    from babel.messages.pofile import read_po

    with resources.files(package).joinpath(file).open("rb") as opened:
        entries = [one for one in read_po(opened, locale=language) if one.id and not one.fuzzy]
    return _Texts({_first(one.id): _first(one.string) for one in entries})


def _first(text: str | list[str] | tuple[str, ...] | None) -> str:
    return text if isinstance(text, str) else (text or ("",))[0]


@cache
def sentences(language: str) -> gettext.NullTranslations:
    """Return the sentences of `said.py` in a language; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    return catalogue("nurture.language", f"{language}.po", language)
