"""The text part, derived once per template from its HTML, tags still hidden."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from nurture.emails.placeholders import Placeholders

_SKIPPED = {"head", "style", "script", "title"}
_VOID = {"br", "img", "hr", "meta", "link", "input", "col", "wbr"}
_BLOCKS = {"li", "p", "h1", "h2", "h3", "h4", "blockquote", "ul", "ol", "table", "tr", "div", "pre"}
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "blockquote", "ul", "ol"}
_HIDDEN = re.compile(r"display\s*:\s*none")
#: class of parts that the text says in its own words, such as a footer
_HTML_ONLY = "nv-html-only"
_SPACES = re.compile(r"[ \t\r\n]+")

#: marks by language: (list item, heading)
_MARKS = {"ja": ("・", "■ ")}
_PLAIN_MARKS = ("- ", "")


def plain_text(html: str, tags: Placeholders, link: Callable[[str], str], locale: str) -> str:
    """Return HTML as text that reads well: paragraphs, list marks, targets below links.

    `link` turns a target into what the text shows for it.
    """
    parser = _Reader(tags, link, locale.split("-")[0])
    parser.feed(html)
    parser.close()
    lines = [line.rstrip() for line in "".join(parser.out).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self, tags: Placeholders, link: Callable[[str], str], language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._tags = tags
        self._link = link
        self._item, self._heading = _MARKS.get(language, _PLAIN_MARKS)
        self._skip: list[str] = []
        self._hrefs: list[tuple[str, int]] = []
        self._counts: list[int | None] = []
        #: open tables, whether they are mere layout
        self._tables: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        hidden = _HIDDEN.search(given.get("style", "")) or _HTML_ONLY in given.get("class", "")
        if self._skip or tag in _SKIPPED or hidden:
            if tag not in _VOID:
                self._skip.append(tag)
            return
        if tag == "br":
            self.out.append("\n")
        elif tag == "hr":
            self._break(2)
            self.out.append("-" * 40)
            self._break(2)
        elif tag == "img" and given.get("alt"):
            self.out.append(given["alt"])
        elif tag == "a":
            self._hrefs.append((given.get("href", ""), len(self.out)))
        elif tag in ("ul", "ol"):
            self._break(1 if self._counts else 2)
            self._counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._break(1)
            self.out.append("  " * (len(self._counts) - 1) + self._mark())
        elif tag in _BLOCKS:
            if tag == "table":
                self._tables.append(given.get("role") == "presentation")
            self._break(self._gap(tag))
            if tag in ("h1", "h2", "h3"):
                self.out.append(self._heading)
        elif tag in ("td", "th") and self._line() and not self._line().endswith(" "):
            self.out.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._skip:
            if tag in self._skip:
                while self._skip.pop() != tag:
                    pass
            return
        if tag == "a" and self._hrefs:
            self._close_link(*self._hrefs.pop())
        elif tag in ("ul", "ol") and self._counts:
            self._counts.pop()
        if tag in _BLOCKS:
            self._break(self._gap(tag))
            if tag == "table" and self._tables:
                self._tables.pop()

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        text = _SPACES.sub(" ", data)
        at_start = not self._line()
        if at_start:
            text = text.lstrip(" ")
        if self._tags.only_statements(text):
            # Between paragraphs that conditions leave out nothing may remain.
            text = text.replace(" ", "") if at_start else text.strip()
        self.out.append(text)

    def _close_link(self, href: str, start: int) -> None:
        shown = "".join(self.out[start:]).strip()
        if not href or href.startswith("#"):
            return
        bare = href.removeprefix("mailto:").removeprefix("tel:")
        if self._tags.restore(shown) not in (self._tags.restore(href), self._tags.restore(bare)):
            target = self._link(href)
            before = self._tags.without_statements("".join(self.out[:start]))
            alone = not before.rpartition("\n")[2].strip()
            self.out.append(f"\n{target}" if alone and shown else f" {target} ")

    def _gap(self, tag: str) -> int:
        """Return how many line ends stand around an element; layout rows are paragraphs."""
        laid_out = tag == "tr" and bool(self._tables) and self._tables[-1]
        return 2 if tag in _PARAGRAPHS or laid_out else 1

    def _mark(self) -> str:
        if self._counts and (count := self._counts[-1]) is not None:
            self._counts[-1] = count + 1
            return f"{count + 1}. "
        return self._item

    def _tail(self) -> str:
        """Return the end of what was written, as it looks without its statements."""
        return self._tags.without_statements("".join(self.out[-12:]))

    def _line(self) -> str:
        """Return what stands on the current line."""
        return self._tail().rpartition("\n")[2]

    def _break(self, breaks: int) -> None:
        """End the line (1) or the paragraph (2); at the top there is nothing to end."""
        tail = self._tail()
        if not tail and len(self.out) <= 12:
            return
        have = len(tail) - len(tail.rstrip("\n"))
        self.out.append("\n" * max(breaks - have, 0))
