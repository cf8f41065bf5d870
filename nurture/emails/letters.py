"""Letters: Markdown to the HTML that a person's mail program would have written.

A line break is a line break, as in a mail. Statements on lines of their own leave no empty
line behind, wherever they stand.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nurture.emails.placeholders import WORD, Placeholders

#: looks of a letter's elements, inline because some mail programs drop style sheets
STYLES = {
    "p": "margin:0 0 1.2em",
    "ul": "margin:0 0 1.2em;padding:0 0 0 1.4em",
    "ol": "margin:0 0 1.2em;padding:0 0 0 1.6em",
    "li": "margin:0 0 .3em",
    "h1": "margin:1.6em 0 .6em;font-size:18px;line-height:1.5",
    "h2": "margin:1.6em 0 .6em;font-size:16px;line-height:1.5",
    "h3": "margin:1.4em 0 .5em;font-size:15px;line-height:1.5",
    "blockquote": "margin:0 0 1.2em;padding:0 0 0 14px;border-left:3px solid #c3ccd6",
    "hr": "margin:1.6em 0;border:0;border-top:1px solid #d5dbe1",
    "a": "color:#0b5cad",
    "table": "margin:0 0 1.2em;border-collapse:collapse;font-size:inherit",
    "th": "padding:6px 14px 6px 0;text-align:left;border-bottom:1px solid #d5dbe1",
    "td": "padding:6px 14px 6px 0;text-align:left;border-bottom:1px solid #d5dbe1",
    "img": "max-width:100%;height:auto;border:0",
}

_STRONG = re.compile(r"(?<![\\*`])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?!\*)")
_PARAGRAPH = re.compile(r"<p [^>]*>(.*?)</p>", re.DOTALL)
_LISTS = re.compile(
    r"(?P<before></(?:ul|ol)>\s*)?(?P<start>qvt\d+zq)\s*(?P<opening><(?P<kind>ul|ol)[^>]*>)"
    r"(?P<items>(?:(?!</?(?:ul|ol)\b).)*)</(?P=kind)>\s*(?P<end>qvt\d+zq)"
    r"(?P<after>\s*<(?P=kind)[^>]*>)?",
    re.DOTALL,
)
#: two lists one below the other, each under a condition of its own
_TWO_LISTS = re.compile(
    r"(?P<start>qvt\d+zq)\s*(?P<opening><(?P<kind>ul|ol)[^>]*>)"
    r"(?P<items>(?:(?!</?(?:ul|ol)\b).)*)</(?P=kind)>\s*(?P<end>qvt\d+zq)\s*"
    r"(?P<start2>qvt\d+zq)\s*<(?P=kind)[^>]*>"
    r"(?P<items2>(?:(?!</?(?:ul|ol)\b).)*)</(?P=kind)>\s*(?P<end2>qvt\d+zq)",
    re.DOTALL,
)
_BLOCK_START = re.compile(r"\s*(?:[-*+] |\d{1,9}[.)] |#{1,6} |>|\||---|\*\*\*)")


def letter_html(hidden: str, tags: Placeholders) -> str:
    """Return the HTML of a letter's Markdown, tags still hidden."""
    # CommonMark does not close ** between a Japanese full stop and a letter, so bold is
    # marked by words of our own before it is parsed.
    marked = _STRONG.sub(r"qvbszq\1qvbezq", _settle_statements(hidden, tags))
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    tokens = markdown.parse(marked)
    _dress(tokens)
    html = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("qvbszq", "<strong>").replace("qvbezq", "</strong>")
    html = _PARAGRAPH.sub(lambda found: _lift(found, tags), html)
    return _join_lists(html, tags)


def _join_lists(html: str, tags: Placeholders) -> str:
    """Make one list of items that stand under a condition and those around them."""

    def join(found: re.Match[str]) -> str:
        before, opening, start, items, end, after = found.group(
            "before", "opening", "start", "items", "end", "after"
        )
        first, last = int(start[3:-2]), int(end[3:-2])
        is_loop = tags.tag(first).word == "for"
        if tags.partner.get(first) != last or not (before or after or is_loop):
            return found[0]
        head = "" if before else opening
        tail = "" if after else f"</{found['kind']}>"
        return head + start + items + end + tail

    def join_two(found: re.Match[str]) -> str:
        for start, end in (("start", "end"), ("start2", "end2")):
            if tags.partner.get(int(found[start][3:-2])) != int(found[end][3:-2]):
                return found[0]
        parts = ("opening", "start", "items", "end", "start2", "items2", "end2")
        return "".join(found[part] for part in parts) + f"</{found['kind']}>"

    while (joined := _LISTS.sub(join, _TWO_LISTS.sub(join_two, html))) != html:
        html = joined
    return html


def _dress(tokens: list[Token]) -> None:
    for token in tokens:
        if token.nesting >= 0 and token.tag in STYLES:
            own = token.attrGet("style")
            token.attrSet("style", f"{STYLES[token.tag]}{f';{own}' if own else ''}")
        if token.children:
            _dress(token.children)


def _lift(found: re.Match[str], tags: Placeholders) -> str:
    """Take statements out of a paragraph that is nothing but them, or all theirs."""
    inner = found[1]
    if tags.only_statements(inner):
        return inner
    words = list(WORD.finditer(inner))
    if len(words) > 1 and words[0].start() == 0 and words[-1].end() == len(inner):
        first, last = int(words[0][1]), int(words[-1][1])
        between = (int(word[1]) for word in words[1:-1])
        branches = {"else", "elif"}
        if (
            tags.partner.get(first) == last
            and tags.tag(first).word == "if"
            and not any(tags.is_statement(n) and tags.tag(n).word in branches for n in between)
        ):
            paragraph = found[0].replace(inner, inner[words[0].end() : words[-1].start()])
            return words[0][0] + paragraph + words[-1][0]
    return found[0]


def _settle_statements(hidden: str, tags: Placeholders) -> str:
    """Move statements that stand on lines of their own to where they break nothing.

    Around paragraphs and lists they become blocks; within a paragraph they move to the end
    of the line before (or, where it begins with them, to the start of the line after).
    """
    lines = hidden.split("\n")
    bare = [tags.only_statements(line) for line in lines]
    where = {n: i for i, line in enumerate(lines) for n in tags.numbers(line)}
    out: list[str] = []
    prefix = ""
    for index, line in enumerate(lines):
        if not bare[index]:
            out.append(prefix + line if line.strip() else line)
            prefix = "" if line.strip() else prefix
            continue
        number = tags.numbers(line)[0]
        match _mode(number, tags, lines, bare, where):
            case "block":
                out.extend(("", line.strip(), ""))
            case "suffix" if out and out[-1].strip():
                out[-1] += line.strip()
            case _:
                prefix += line.strip()
    return "\n".join((*out, prefix))


def _mode(
    number: int, tags: Placeholders, lines: list[str], bare: list[bool], where: dict[int, int]
) -> str:
    """Return `block`, `suffix` or `prefix` for a statement; all of one block agree."""
    first, last = _ends(number, tags)
    if first not in where or last not in where:
        return "suffix"
    top, bottom = where[first], where[last]
    inside = [
        line
        for line, is_bare in zip(lines[top:bottom], bare[top:bottom], strict=True)
        if not is_bare
    ]
    if any(not line.strip() or _BLOCK_START.match(line) for line in inside):
        return "block"
    before = next((lines[i] for i in range(top - 1, -1, -1) if not bare[i]), "")
    after = next((lines[i] for i in range(bottom + 1, len(lines)) if not bare[i]), "")
    if _BLOCK_START.match(before) or _BLOCK_START.match(after):
        return "block"
    if before.strip():
        return "suffix"
    return "prefix" if after.strip() else "block"


def _ends(number: int, tags: Placeholders) -> tuple[int, int]:
    """Return the opening and closing statement of the block that a statement belongs to."""
    if number in tags.partner:
        other = tags.partner[number]
        return min(number, other), max(number, other)
    around = [(start, end) for start, end in tags.partner.items() if start < number < end]
    return max(around, default=(number, number))
