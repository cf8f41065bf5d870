"""Catalogues of translated texts: gettext's `.po` files, which translators' tools can edit.

Babel reads a `.po` file and compiles it in memory, so that no compiled file can be stale and
nothing is written.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources


@cache
def catalogue(package: str, file: str, language: str) -> gettext.NullTranslations:
    """Return the texts of a `.po` file inside a package, for a language like `ja`."""
    # Loaded where it is asked for: most commands never need it, and it takes a while.
    import io

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    text = resources.files(package).joinpath(file).read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language))
    compiled.seek(0)
    return Translations(compiled)


@cache
def sentences(language: str) -> gettext.NullTranslations:
    """Return the sentences of `said.py` in a language; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    return catalogue("nurture.language", f"{language}.po", language)
