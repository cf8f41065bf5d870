"""Blocks and elements must not overlap: `{% if %}` and its `{% endif %}` share a parent."""

from __future__ import annotations

import re

from nurture.emails.placeholders import WORD, Placeholders
from nurture.errors import Problem
from nurture.language import say

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)

#: a style sheet whole, a comment, or a tag; scripts are refused elsewhere
_TOKEN = re.compile(
    r"<style\b.*?</style\s*>|<!--.*?-->|<![^>]*>"
    r"|<(?P<close>/)?(?P<name>[a-z][^\s/>]*)"
    r"(?P<attributes>(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+)>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"[^\s/>=\"']+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]*))?")
#: how the words begin that stand for tags
_MARK = "qvt"


def check_nesting(html: str, tags: Placeholders, problems: list[Problem]) -> None:
    """Report every block whose parts stand in different elements of the finished HTML."""
    parser = _Nesting(tags)
    parser.feed(html)
    for number in sorted(parser.crossed):
        tag = tags.tag(number)
        problems.append(
            Problem(
                tag.place,
                "block-across-elements",
                say(
                    "{text} and the tag that opens its block stand in different elements",
                    text=tag.text,
                ),
                say("put the block around whole paragraphs or elements, or inside one of them"),
            )
        )


class _Nesting:
    """Reads finished HTML, which the compilers made, for nothing but what holds what."""

    def __init__(self, tags: Placeholders) -> None:
        self.crossed: set[int] = set()
        self._tags = tags
        self._elements: list[tuple[str, int]] = []
        self._blocks: list[tuple[int, ...]] = []
        self._count = 0

    def feed(self, html: str) -> None:
        """Read a whole page."""
        position = 0
        for token in _TOKEN.finditer(html):
            self._see(html[position : token.start()], ())
            position = token.end()
            if token["name"] is None:
                continue
            name = token["name"].lower()
            if token["close"]:
                self._close(name)
            else:
                self._open(name, token["attributes"])
        self._see(html[position:], ())

    def _open(self, name: str, attributes: str) -> None:
        self._count += 1
        if _MARK in attributes:
            for index, one in enumerate(_ATTRIBUTE.finditer(attributes)):
                self._see(one[0], (-self._count, index))
        if name not in _VOID and not attributes.endswith("/"):
            self._elements.append((name, self._count))

    def _close(self, name: str) -> None:
        if any(one == name for one, _ in self._elements):
            while self._elements.pop()[0] != name:
                pass

    def _see(self, text: str, within: tuple[int, ...]) -> None:
        if _MARK not in text:
            return
        for found in WORD.finditer(text):
            number = int(found[1])
            if not self._tags.is_statement(number):
                continue
            here = (*(n for _, n in self._elements), *within)
            word = self._tags.tag(number).word
            if word in ("if", "for"):
                self._blocks.append(here)
                continue
            if not self._blocks or self._blocks[-1] != here:
                self.crossed.add(number)
            if word.startswith("end") and self._blocks:
                self._blocks.pop()
