"""Blocks and elements must not overlap: `{% if %}` and its `{% endif %}` share a parent."""

from __future__ import annotations

from html.parser import HTMLParser

from nurture.emails.placeholders import WORD, Placeholders
from nurture.errors import Problem
from nurture.language import say

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


def check_nesting(html: str, tags: Placeholders, problems: list[Problem]) -> None:
    """Report every block whose parts stand in different elements of the finished HTML."""
    parser = _Nesting(tags)
    parser.feed(html)
    parser.close()
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


class _Nesting(HTMLParser):
    def __init__(self, tags: Placeholders) -> None:
        super().__init__(convert_charrefs=True)
        self.crossed: set[int] = set()
        self._tags = tags
        self._elements: list[tuple[str, int]] = []
        self._blocks: list[tuple[int, ...]] = []
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._count += 1
        for index, (_, value) in enumerate(attrs):
            self._see(value or "", (-self._count, index))
        if tag not in _VOID:
            self._elements.append((tag, self._count))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._elements.pop()

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._elements):
            while self._elements.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._see(data, ())

    def _see(self, text: str, within: tuple[int, ...]) -> None:
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
