"""The documents as tests see them: fenced blocks, links, commands, tables."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.content.shipped import ROOT

#: what we wrote for people; the changelog only tells what was
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"))
)
#: documents with files that a reader writes
GUIDES = (
    "README.md",
    "docs/first-day.md",
    "docs/first-day.ja.md",
    "docs/marketer.md",
    "docs/marketer.ja.md",
    "docs/workbench.md",
    "docs/workbench.ja.md",
)

_FENCE = re.compile(r"^( *)```(\S+)(?: +(\S[^\n]*))?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?<=src=\")([^\"]+)")
_NURTURE = re.compile(r"^(?:\.venv/bin/)?nurture(?= |$)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands behind it, and its text."""

    language: str
    about: str
    text: str


def text_of(document: str) -> str:
    """Return a document's text."""
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str) -> list[Block]:
    """Return the fenced blocks of a document, those inside lists too."""
    found = _FENCE.finditer(text_of(document))
    return [Block(m[2], m[3] or "", dedent(m[4])) for m in found]


def files(document: str) -> dict[str, str]:
    """Return the files that a guide has its reader write, by path."""
    return {
        block.about: block.text
        for block in blocks(document)
        if block.language in ("yaml", "markdown") and "/" in block.about and " " not in block.about
    }


def about(document: str, language: str, what: str) -> list[Block]:
    """Return the blocks of a language whose fence begins with a word."""
    return [
        block
        for block in blocks(document)
        if block.language == language and block.about.split(" ")[0] == what
    ]


def whole_commands(document: str) -> list[list[str]]:
    """Return the arguments of each `nurture` command that stands ready to be typed."""
    lines = [
        line
        for block in blocks(document)
        if block.language == "sh"
        for line in block.text.split("\n")
    ]
    return [_arguments(line) for line in lines if _NURTURE.match(_plain(line))]


def mentioned_commands(document: str) -> list[list[str]]:
    """Return the arguments of each `nurture` command in running text; may hold PLACEHOLDERS."""
    prose = _FENCE.sub("", text_of(document))
    return [_arguments(code) for code in _CODE.findall(prose) if _NURTURE.match(_plain(code))]


def _plain(line: str) -> str:
    """Return a line without the variables that are set in front of a command."""
    return re.sub(r"^(?:[A-Z_]+=\S+ +)+", "", line.strip())


def _arguments(line: str) -> list[str]:
    return shlex.split(_NURTURE.sub("", _plain(line)), comments=True)


def links(document: str) -> list[str]:
    """Return the targets of links and pictures that lie in the checkout."""
    found = [one or other for one, other in _LINK.findall(_FENCE.sub("", text_of(document)))]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    prose = _FENCE.sub("", document.read_text(encoding="utf-8"))
    names = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names}


def first_cells(document: str, header: str) -> list[list[str]]:
    """Return the code words in the first cell of each row of the table with a header."""
    lines = text_of(document).split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {header} |"))
    rows: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(_CODE.findall(line.split("|")[1]))
    return rows
