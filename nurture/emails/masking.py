"""A template's text with its tags covered: the same length, so that places stay true."""

from __future__ import annotations

import re

#: covers what is known only when a mail is rendered; a letter, so that CSS and MJML take it
#: for a word
LATER = "\ue000"

_OPENING = re.compile(r"\{[{%#]|\[[\[%#]")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}", "[[": "]]", "[%": "%]", "[#": "#]"}
_LETTER = re.compile(r"[^\n]")


def masked(text: str) -> str:
    """Return a text whose values are words and whose statements are spaces."""
    out: list[str] = []
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        end = text.find(_CLOSING[opening[0]], opening.end())
        if end < 0:
            # Said elsewhere; nothing after it can be told apart.
            break
        cover = LATER if opening[0] == "{{" else "x" if opening[0] == "[[" else " "
        out.append(text[position : opening.start()])
        out.append(_LETTER.sub(cover, text[opening.start() : end + 2]))
        position = end + 2
    out.append(text[position:])
    return "".join(out)
