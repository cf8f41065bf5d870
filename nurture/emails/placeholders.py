"""Tags hidden as plain words while Markdown and MJML work, and put back afterwards.

Markdown turns quotes into entities and MJML breaks on `<`; a lower-case ASCII word goes
through both whole, in text, attributes and addresses alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nurture.emails.expressions import Path, Reading, Reference, read_tag
from nurture.emails.tags import Passage, Tag, TagKind, find_tags
from nurture.emails.values import MAX_BLOCKS, MAX_LOOPS
from nurture.errors import Place, Problem
from nurture.language import Said, say

WORD = re.compile(r"qvt(\d+)zq")

#: the subject, where a layout wants it as the title
SUBJECT = "qvsubjectzq"
#: where a layout takes the letter
CONTENT = "qvcontentzq"

#: tags of layouts have numbers below, which depend on the layout alone
OWN = 1_000_000

_RESERVED = re.compile(r"qv[a-z]*\d*zq")
_CLOSES = {"endif": "if", "elif": "if", "endfor": "for"}


#: behind a word that only came to be when what stood within it was taken out
_NO_TAG = Tag(TagKind.VALUE, "", 0, 0, Place(""))


@dataclass(slots=True)
class _Open:
    """A block that is not closed yet."""

    number: int
    tag: Tag
    ensures: tuple[Path, ...] = ()
    binds: tuple[str, ...] = ()
    #: `else` was seen
    last: bool = False


class Placeholders:
    """The tags of one template, by number, over all files it is made of."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._tags: dict[int, Tag] = {}
        self._next = OWN
        #: every value that is read, loop variables aside, in order
        self.references: list[Reference] = []
        #: number of the opening statement → number of its end, and back
        self.partner: dict[int, int] = {}

    def hide(self, passage: Passage, first: int | None = None) -> str:
        """Return the passage with words in place of tags and without comments.

        `first` is the number of its first tag, below OWN; without one, the next free one.
        """
        if (clash := _RESERVED.search(passage.text)) is not None:
            self._problem(
                passage, clash.start(), "reserved-word", say("'{word}' is reserved", word=clash[0])
            )
        text = _RESERVED.sub(lambda found: "x" * len(found[0]), passage.text)
        out: list[str] = []
        blocks: list[_Open] = []
        position = 0
        for tag in find_tags(passage, self._problems):
            out.append(text[position : tag.start])
            position = tag.end
            if tag.kind is TagKind.COMMENT:
                out.append("\n" * tag.text.count("\n"))
                continue
            number, self._next = self._next, self._next + 1
            if first is not None:
                number, self._next, first = first, self._next - 1, first + 1
            self._tags[number] = tag
            out.append(f"qvt{number}zq")
            reading = read_tag(tag, self._problems)
            self._refer(reading, blocks)
            if tag.kind is TagKind.STATEMENT:
                self._nest(number, tag, reading, blocks)
        for block in blocks:
            self._problems.append(
                Problem(
                    block.tag.place,
                    "block-not-closed",
                    say("{% {word} %} is never closed", word=block.tag.word),
                    say("end it with {% end{word} %}", word=block.tag.word),
                )
            )
        out.append(text[position:])
        return "".join(out)

    def adopt(self, others: Placeholders) -> None:
        """Take in the tags of a file that was read before, with numbers of their own."""
        self._tags.update(others._tags)
        self.references.extend(others.references)
        self.partner.update(others.partner)

    def restore(self, text: str) -> str:
        """Return the text with its tags back in place."""
        return WORD.sub(lambda found: self.tag(int(found[1])).text, text)

    def tag(self, number: int) -> Tag:
        """Return the tag behind a word."""
        return self._tags.get(number, _NO_TAG)

    def is_statement(self, number: int) -> bool:
        """Return whether a word stands for a statement."""
        return self.tag(number).kind is TagKind.STATEMENT

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of the words in a text, in order."""
        return [int(found) for found in WORD.findall(text)]

    def reads(self, name: str) -> bool:
        """Return whether any tag hidden so far reads a value or a field of it."""
        return any(reference.path[0] == name for reference in self.references)

    def only_statements(self, text: str) -> bool:
        """Return whether a text consists of statements and nothing else."""
        numbers = self.numbers(text)
        return (
            bool(numbers)
            and not WORD.sub("", text).strip()
            and all(self.is_statement(n) for n in numbers)
        )

    def without_statements(self, text: str) -> str:
        """Return a text without the words that stand for statements."""
        return WORD.sub(lambda m: "" if self.is_statement(int(m[1])) else m[0], text)

    def _refer(self, reading: Reading, blocks: list[_Open]) -> None:
        bound = {name for block in blocks for name in block.binds}
        if any(block.tag.word == "for" for block in blocks):
            bound.add("loop")
        sure = {path for block in blocks for path in block.ensures}
        self.references.extend(
            replace(
                found,
                guarded=found.guarded or found.path in sure,
                holder_sure=found.path[:1] in sure,
            )
            for found in reading.references
            if found.path[0] not in bound
        )

    def _nest(self, number: int, tag: Tag, reading: Reading, blocks: list[_Open]) -> None:
        word = tag.word
        if word in ("if", "for"):
            blocks.append(_Open(number, tag, reading.ensures, reading.binds))
            if len(blocks) == MAX_BLOCKS + 1:
                message = say("blocks nest {most} deep at most", most=MAX_BLOCKS)
                self._problems.append(Problem(tag.place, "blocks", message))
            if word == "for" and sum(block.tag.word == "for" for block in blocks) > MAX_LOOPS:
                self._problems.append(
                    Problem(
                        tag.place,
                        "loops",
                        say("loops nest {most} deep at most", most=MAX_LOOPS),
                    )
                )
            return
        wanted = _CLOSES.get(word)
        if word == "else":
            wanted = blocks[-1].tag.word if blocks else "if"
        if wanted is None:
            return
        if not blocks or blocks[-1].tag.word != wanted:
            message = say("{tag} has no {% {wanted} %}", tag=tag.text, wanted=wanted)
            if blocks:
                message = say(
                    "{tag} inside {% {block} %} has no {% {wanted} %}",
                    tag=tag.text,
                    block=blocks[-1].tag.word,
                    wanted=wanted,
                )
            self._problems.append(
                Problem(
                    tag.place,
                    "block-order",
                    message,
                )
            )
            return
        block = blocks[-1]
        if word.startswith("end"):
            blocks.pop()
            self.partner[block.number] = number
            self.partner[number] = block.number
            return
        if block.last:
            self._problems.append(
                Problem(tag.place, "block-order", say("{tag} after {% else %}", tag=tag.text))
            )
        block.ensures = reading.ensures
        block.last = word == "else"

    def _problem(self, passage: Passage, offset: int, code: str, message: Said) -> None:
        self._problems.append(Problem(passage.at(offset), code, message))
