"""Active content: what would run in a reader's mail program, where nothing may."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from nurture.language import Said, say

#: elements that run or load something
_ELEMENT = re.compile(r"<(script|iframe|object|embed|applet)\b", re.IGNORECASE)
_TAG = re.compile(r"<[a-z][^\s<>/]*\s[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\s(?P<name>[a-z][\w:-]*)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'<>]+))""",
    re.IGNORECASE,
)
#: what browsers leave out of an address before they read its scheme (URL standard, 4.4)
_IGNORED = re.compile(r"[\x00-\x20]")
_RUNS = re.compile(r"(?:javascript|vbscript):", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\]\(\s*<?([^()<>\n]*)")
_HANDLER = re.compile(r"on[a-z]+", re.IGNORECASE)
_SCRIPT_ADDRESS = say("an address that runs a script")


def find_active(page: str) -> Iterator[tuple[Said, str]]:
    """Yield (what it is, how it is written) for each piece in a page, or in a letter's source.

    A letter shows such a thing as text instead of running it: harmless, and not what was meant.
    """
    for found in _ELEMENT.finditer(page):
        yield say("a <{name}> element", name=found[1].lower()), found[0]
    for link in _MARKDOWN_LINK.finditer(page):
        if _runs(link[1]):
            yield _SCRIPT_ADDRESS, link[1]
    for tag in _TAG.finditer(page):
        for found in _ATTRIBUTE.finditer(tag[0]):
            value = found["a"] or found["b"] or found["c"] or ""
            if _HANDLER.fullmatch(found["name"]):
                yield say("the event handler {name}", name=found["name"].lower()), found[0].strip()
            elif _runs(value):
                yield _SCRIPT_ADDRESS, value


def _runs(address: str) -> bool:
    return _RUNS.match(_IGNORED.sub("", html.unescape(address))) is not None
