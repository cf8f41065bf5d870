"""How long a mail's HTML will be with values as most readers have them.

Rendering each template with made-up values for every check would take longer than all the
rest of it; what stands between the tags is known to the byte, and values are short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: octets of an address with a token: a link, the way out, the pixel
_ADDRESS = 92
#: octets of a value: a name, a company, a date; a dozen full-width letters
_VALUE = 36
#: values that are sentences
_SENTENCE = 300
#: rounds of a loop
_ROUNDS = 3

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_IS_ADDRESS = re.compile(r"\{\{-?\s*(?:nv_|urls\.)")
_IS_SENTENCE = re.compile(r"\.(?:summary|text|note|description)\b|\borigin\b")
_WORD = re.compile(r"\{%-?\s*(\w+)")


@dataclass(slots=True)
class _Block:
    """A block that is not closed yet: its branch so far, and the longest one before."""

    word: str
    size: int = 0
    longest: int = 0


def typical_size(page: str) -> int:
    """Return the octets of a page of HTML with typical values.

    Of the branches of a condition the longest counts, and a loop goes three rounds.
    """
    open_ = [_Block("")]
    position = 0
    for tag in _TAG.finditer(page):
        open_[-1].size += _octets(page[position : tag.start()])
        position = tag.end()
        if tag[0].startswith("{{"):
            open_[-1].size += _of_value(tag[0])
            continue
        word = _WORD.match(tag[0])
        _statement(word[1] if word else "", open_)
    open_[-1].size += _octets(page[position:])
    while len(open_) > 1:
        _close(open_)
    return max(open_[0].longest, open_[0].size)


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _of_value(tag: str) -> int:
    if _IS_ADDRESS.match(tag):
        return _ADDRESS
    return _SENTENCE if _IS_SENTENCE.search(tag) else _VALUE


def _statement(word: str, open_: list[_Block]) -> None:
    if word in ("if", "for", "filter"):
        open_.append(_Block(word))
    elif word in ("elif", "else"):
        block = open_[-1]
        block.longest, block.size = max(block.longest, block.size), 0
    elif word.startswith("end") and len(open_) > 1:
        _close(open_)


def _close(open_: list[_Block]) -> None:
    block = open_.pop()
    size = max(block.longest, block.size)
    if block.word == "for":
        size *= _ROUNDS
    elif block.word == "filter":
        # A link that carries its target, signed.
        size += _ADDRESS
    open_[-1].size += size
