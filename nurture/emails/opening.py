"""The opening of a letter: what a layout says for it where its reader meets us anew.

A layout's `NAME.opening.md` says where we know the reader from and whom we take over from,
on the mails where that is so. It is put behind the sentence in which the letter introduces
its sender, or else, with an introduction of its own, below the line that addresses the
reader. What the letter says by itself is not said again.
"""

from __future__ import annotations

import re

from nurture.emails.layouts import LayoutBuilder
from nurture.emails.placeholders import WORD, Placeholders
from nurture.emails.sources import OWN, Source

#: how a newsletter names its layout
EXTENDS = re.compile(r"\[%-?\s*extends\s+[\"']([\w/-]+)\.mjml[\"']")

_TEXT_END = "</mj-text>"
_ADDRESSEE = re.compile(r"\|\s*addressee\b")
_SENDER = re.compile(r"\bsender\.name\b")
_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n|\Z)")
#: headings, quotes, lists, tables
_NO_PROSE = re.compile(r"[#>|]|[-*+] |\d+[.)] ")
_SENTENCE_END = re.compile(r"[。！？]|[.!?](?=\s|\Z)")
#: sentences within which a letter introduces its sender
_SOON = 2


def says_origin(source: Source, tags: Placeholders) -> bool:
    """Return whether a template says itself where we know the reader from.

    `tags` hold the template's own tags and no layout's yet.
    """
    header = source.header.get("origin")
    return tags.reads("origin") or (header is not None and header.text == OWN)


def opening_values(source: Source, tags: Placeholders) -> dict[str, str]:
    """Return what layouts know of the template when they are put together: "yes" or ""."""
    return {
        "own_origin": "yes" if says_origin(source, tags) else "",
        "own_predecessor": "yes" if tags.reads("predecessor") else "",
    }


def open_letter(
    hidden: str, layout: str, values: dict[str, str], builder: LayoutBuilder, tags: Placeholders
) -> str:
    """Return a letter with its layout's opening in place, tags hidden in both.

    Each line of the opening is a sentence or two of its own, or nothing.
    """
    name = f"{layout}.opening.md"
    if not builder.has(name):
        return hidden
    greeting = _greeting(hidden, tags)
    at = _introduction_end(hidden, greeting, tags)
    introduced = at is not None
    # Sentences in Latin letters are parted by a space.
    gap = " " if introduced and values["locale"] != "ja" else ""
    said = {"introduced": "yes" if introduced else "", "gap": gap}
    opening = builder.layout(name, values | said)
    lines = [line.strip() for line in opening.splitlines() if line.strip()]
    if at is not None:
        return hidden[:at] + "".join(lines) + hidden[at:]
    below = _paragraph_end(hidden, greeting) if greeting else 0
    parts = (hidden[:below].rstrip(), *lines, hidden[below:].lstrip("\n"))
    return "\n\n".join(part for part in parts if part)


def open_newsletter(source: Source, builder: LayoutBuilder, tags: Placeholders) -> bool:
    """Put the layout's opening below the text that addresses the reader; False: there is none.

    The layout then has it where it wants it.
    """
    hidden = builder.hide(source.body)
    extends = EXTENDS.search(hidden)
    name = f"{extends[1]}.opening.mjml" if extends else ""
    greeting = _greeting(hidden, tags)
    at = hidden.find(_TEXT_END, greeting)
    if not builder.has(name) or not greeting or at < 0:
        return False
    at += len(_TEXT_END)
    builder.amend(source.body, f'{hidden[:at]}\n[% include "{name}" %]{hidden[at:]}')
    return True


def _greeting(hidden: str, tags: Placeholders) -> int:
    """Return where the tag ends that addresses the reader; 0: there is none."""
    return next(
        (
            found.end()
            for found in WORD.finditer(hidden)
            if _ADDRESSEE.search(tags.tag(int(found[1])).text)
        ),
        0,
    )


def _paragraph_end(hidden: str, start: int) -> int:
    found = _BLANK_LINE.search(hidden, start)
    return found.start() if found else len(hidden)


def _introduction_end(hidden: str, greeting: int, tags: Placeholders) -> int | None:
    """Return where the sentence ends that introduces the sender, soon after the greeting.

    It stands on the lines right below it or in the next paragraph.
    """
    line_end = hidden.find("\n", greeting)
    if line_end < 0:
        return None
    start = line_end + 1
    for _ in range(2):
        while hidden[start : start + 1] == "\n":
            start += 1
        end = _paragraph_end(hidden, start)
        paragraph = hidden[start:end].rstrip()
        if _NO_PROSE.match(paragraph):
            return None
        ends = [found.end() for found in _SENTENCE_END.finditer(paragraph)]
        for at in [*ends, len(paragraph)][:_SOON]:
            if _says(paragraph[:at], _SENDER, tags):
                return start + at
        start = end
    return None


def _says(text: str, pattern: re.Pattern[str], tags: Placeholders) -> bool:
    return any(pattern.search(tags.tag(int(word)).text) for word in WORD.findall(text))
