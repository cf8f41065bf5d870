"""The files of a release as text, and those that should be text and are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nurture.domain.file_text import file_text, invisible
from nurture.domain.library import FILES
from nurture.errors import Place, Problem
from nurture.language import say

#: bytes; nobody writes a longer mail, and mail programs cut it long before
LARGEST_TEMPLATE = 200_000
#: what a template may hold, and how often; a mail with more was not written by a person, and
#: compilers would take the square of it in time
MOST = {
    "{{": 1500, "{%": 1000, "{#": 300, "[%": 300, "[[": 1000, "[#": 300,
    "<": 10_000, "<!--": 300, "<style": 50, "<mj-style": 50, "<mj-attributes": 20, "[": 5000,
}  # fmt: skip

_TEMPLATES = "templates/"
_ENDINGS = (".md", ".mjml", ".txt")


def as_text(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files that are UTF-8 text; pictures, PDFs and the like are left out."""
    texts = {}
    for path, content in files.items():
        if not path.startswith(FILES) and isinstance(text := file_text(content), str):
            texts[path] = text
    return texts


def text_problems(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Yield why templates cannot be read; the compiler says it of definitions."""
    for path, content in files.items():
        if not (path.startswith(_TEMPLATES) and path.endswith(_ENDINGS)):
            continue
        if len(content) > LARGEST_TEMPLATE:
            message = say(
                "the file has {size:,} bytes; the limit is {limit:,}",
                size=len(content),
                limit=LARGEST_TEMPLATE,
            )
            hint = say("nobody reads a mail so long")
            yield Problem(Place(path), "file-too-large", message, hint)
            continue
        text = file_text(content)
        if not isinstance(text, str):
            place = Place(path, text.line, text.column)
            yield Problem(place, "not-utf-8", text.message, say("save it as UTF-8"))
        elif (hidden := invisible(text)) is not None:
            place = Place(path, hidden.line, hidden.column)
            yield Problem(place, "invisible-character", hidden.message, say("delete it"))
        else:
            yield from _too_much(path, text)


def _too_much(path: str, text: str) -> Iterator[Problem]:
    for sign, most in MOST.items():
        if (number := text.count(sign)) > most:
            message = say(
                "{sign} stands {number:,} times in this file; the limit is {limit:,}",
                sign=sign,
                number=number,
                limit=most,
            )
            hint = say("nobody reads a mail so long")
            yield Problem(Place(path), "template-too-large", message, hint)
