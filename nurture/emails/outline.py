"""What a finished mail shows besides its text: its preheader and where its links lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: elements without an end
_VOID = frozenset({"img", "br", "hr", "meta", "link", "input", "area", "col", "wbr"})


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as its reader sees it."""

    text: str
    target: str


@dataclass(slots=True)
class Outline:
    """The parts of a mail that lists and readers look at first."""

    preheader: str = ""
    links: list[ShownLink] = field(default_factory=list)


def outline(page: str) -> Outline:
    """Return the preheader of a mail's HTML (its first hidden text) and its links, in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return Outline(" ".join("".join(reader.hidden).split()), reader.links)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hidden: list[str] = []
        self.links: list[ShownLink] = []
        self._within_hidden = 0
        self._seen_text = False
        self._in_body = False
        self._target: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "body":
            self._in_body = True
        if self._within_hidden:
            self._within_hidden += tag not in _VOID
        elif not self.hidden and not self._seen_text and self._in_body:
            style = values.get("style", "").replace(" ", "")
            self._within_hidden = int("display:none" in style and tag not in _VOID)
        if tag == "a" and values.get("href"):
            self._target, self._words = values["href"], []
        elif tag == "img" and self._target is not None:
            self._words.append(values.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._within_hidden and tag not in _VOID:
            self._within_hidden -= 1
        if tag == "a" and self._target is not None:
            self.links.append(ShownLink(" ".join("".join(self._words).split()), self._target))
            self._target = None

    def handle_data(self, data: str) -> None:
        if self._within_hidden:
            self.hidden.append(data)
        elif self._in_body and data.strip():
            self._seen_text = True
        if self._target is not None:
            self._words.append(data)
