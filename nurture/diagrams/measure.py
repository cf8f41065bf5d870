"""How wide a text will be, and where its lines break, without a font at hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

#: may not begin a line (JIS X 4051, what occurs in practice)
_NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〉》〕］｝ー～…‥％ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%"
)
#: may not end one
_NOT_LAST = frozenset("（「『【〈《〔［｛([{")
#: narrow and wide letters among the Latin ones, in the fonts that systems use for pages
_NARROW = frozenset("iIjl.,:;'|!()[]{}tfr -/")
_WIDE = frozenset("mwMW@%—")


def width(text: str) -> float:
    """Return the width of a text in ems, rather too wide than too narrow."""
    return sum(map(_em, text))


def wrap(text: str, ems: float, most: int) -> list[str]:
    """Break a text into at most `most` lines of `ems`; the last ends in `…` where it is cut.

    Latin words stay whole where they fit on a line; Japanese breaks between characters, but
    not before closing marks or after opening ones.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(" ".join(text.split())):
        if line and width(line + piece.rstrip()) > ems:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while width(line) > ems:
            cut = _fitting(line, ems)
            lines.append(line[:cut])
            line = line[cut:]
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) > most:
        last = lines[most - 1] + "…"
        while width(last) > ems and len(last) > 1:
            last = last[:-2] + "…"
        lines = [*lines[: most - 1], last]
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what may not be broken: a Latin word with its space, a Japanese character."""
    piece = ""
    for character in text:
        joined = piece and (
            piece[-1] in _NOT_LAST
            or character in _NOT_FIRST
            or (not _wide(character) and not _wide(piece[-1]) and piece[-1] != " ")
            or character == " "
        )
        if piece and not joined:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _fitting(line: str, ems: float) -> int:
    """Return how many characters fit, at least one."""
    used = 0.0
    for at, character in enumerate(line):
        used += _em(character)
        if used > ems:
            return max(at, 1)
    return len(line)


def _em(character: str) -> float:
    if _wide(character):
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.36
    return 0.92 if character in _WIDE else 0.7 if character.isupper() else 0.58


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA"
