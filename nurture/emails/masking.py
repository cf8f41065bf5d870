"""A template's text with its tags covered: the same length, so that places stay true."""

from __future__ import annotations

import re

#: covers what is known only when a mail is rendered; a letter, so that CSS and MJML take it
#: for a word
LATER = "\ue000"

_TAGS = re.compile(
    r"(?P<later>\{\{.*?\}\})|(?P<now>\[\[.*?\]\])|\{%.*?%\}|\{\#.*?\#\}|\[%.*?%\]|\[\#.*?\#\]",
    re.DOTALL,
)
_LETTER = re.compile(r"[^\n]")


def masked(text: str) -> str:
    """Return a text whose values are words and whose statements are spaces."""

    def cover(tag: re.Match[str]) -> str:
        with_ = LATER if tag["later"] else "x" if tag["now"] else " "
        return _LETTER.sub(with_, tag[0])

    return _TAGS.sub(cover, text)
