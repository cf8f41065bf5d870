"""Slips of the hand: full-width colons, spaces, signs and quotes where YAML wants others, a space
left out after a dash.

They look right on the screen. What was meant is clear, so a key that holds one is said and
read as it was meant, and the rest of the file is checked too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nurture.language import NOTHING, Said, say

#: spaces that are none for YAML
SPACES = "\u3000\u00a0\u2002\u2003\u2009\u202f"
#: characters without a width: nobody sees them, and a word with one is another word
_WIDTHLESS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e"
_SPACE = re.compile(f"[{SPACES}]")
_HIDDEN = re.compile(f"[{_WIDTHLESS}]")
_SIGNS = "：｛｝［］【】「」“”‘’＂＇、，＃－−"
_SIGN = re.compile(f"[{re.escape(_SIGNS)}]")

#: `send： x`, `send:　x`
_PAIR = re.compile(
    rf"(?P<key>[a-z_]+)[ {SPACES}]*(?P<mark>：[ {SPACES}]*|:[{SPACES}][ {SPACES}]*)(?P<value>.*)",
    re.DOTALL,
)
_LINE = re.compile(rf"[ {SPACES}]*(?:-[ {SPACES}]*)*(?P<pair>[a-z_]+[ {SPACES}]*：)")
#: `-wait: 7d`, `- -wait: 7d`
_DASH = re.compile(r" *(?:- +)*(?P<dash>-)(?P<key>[a-z_]+) *:")
_CLOSING = "”’＂＇"
_WRAPPED = re.compile("[“”‘’＂＇「『].*[“”‘’＂＇」』]")
_MINUS = re.compile("[−–—ー‐‑―][0-9０-９]")


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip: how far behind the start of the text, what it is, what to write."""

    offset: int
    message: Said
    hint: Said
    #: the text as it was meant; None where nobody can know
    meant: str | None


def slip_in_key(key: str) -> Slip | None:
    """Return what is wrong with a key as it is written, or None."""
    if key.isascii():
        return None
    plain = unicodedata.normalize("NFKC", _HIDDEN.sub("", key)).strip()
    if (hidden := _HIDDEN.search(key)) is not None:
        code = f"U+{ord(hidden[0]):04X}"
        message = say("the invisible character {code} stands here", code=code)
        return Slip(hidden.start(), message, say("delete it"), plain)
    if (space := _SPACE.search(key)) is not None:
        inner = plain.lstrip("- ")
        # What a list or an inner map was meant to be is not known.
        meant = plain if plain == inner and key[0] not in SPACES else None
        return Slip(space.start(), _space(space[0]), say("write half-width spaces"), meant)
    if (sign := _SIGN.search(key)) is not None:
        return Slip(sign.start(), *_said_of(sign[0]), None)
    if plain.isascii():
        message = say("'{key}' is written in full-width letters", key=key)
        return Slip(0, message, say("write '{plain}'", plain=plain), plain)
    return None


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value that were read as one text, and where the value begins."""

    key: str
    value: str
    slip: Slip
    offset: int


def pair_in(text: str) -> Pair | None:
    """Return the pair that a text was meant to be, `send： warm/hearing`, or None."""
    found = _PAIR.fullmatch(text)
    if found is None or found["key"] not in known_keys():
        return None
    key, at = found["key"], found.start("mark")
    if found["mark"].startswith("："):
        slip = Slip(at, *_colon(key), None)
    else:
        slip = Slip(at + 1, _space(found["mark"][1]), say("write half-width spaces"), None)
    return Pair(key, found["value"].strip(f" {SPACES}"), slip, found.start("value"))


def slip_before(lines: list[str], line: int, start: int) -> tuple[int, Slip] | None:
    """Return the first slip from line `start` to `line`, where YAML gave up (from 1)."""
    return next(slips_of(lines[: max(line, 0)], max(1, start)), None)


def slips_of(lines: list[str], start: int = 1) -> Iterator[tuple[int, Slip]]:
    """Yield the lines, from `start`, that begin with a key and a full-width colon or space."""
    for number, text in enumerate(lines[start - 1 :], start):
        found = _LINE.match(text)
        if found is not None:
            key = found["pair"].rstrip("：").rstrip(f" {SPACES}")
            if key in known_keys():
                yield number, Slip(found.end() - 1, *_colon(key), None)
                continue
        bare = text.lstrip(" ")
        if bare[:1] and bare[0] in SPACES:
            hint = say("write half-width spaces")
            yield number, Slip(len(text) - len(bare), _space(bare[0]), hint, None)


def dash_in(key: str) -> Slip | None:
    """Return the slip of a key such as `-wait`, which was to begin an entry of a list, or None."""
    word = key[1:].rstrip(" ")
    return Slip(0, *_dash(word), word) if key[:1] == "-" and word in known_keys() else None


def dashes_of(lines: list[str]) -> Iterator[tuple[int, Slip]]:
    """Yield the lines (from 1) that begin like an entry of a list, without a space: `-wait: 7d`."""
    for number, text in enumerate(lines, 1):
        found = _DASH.match(text)
        if found is not None and found["key"] in known_keys():
            yield number, Slip(found.start("dash"), *_dash(found["key"]), None)


def closing_quote(line: str, column: int) -> Slip | None:
    """Return the full-width quote that was to close the quote at a column (from 1), or None."""
    opening = line[column - 1 : column]
    if opening not in ("'", '"') or not opening:
        return None
    for offset in range(column, len(line)):
        if line[offset] in _CLOSING:
            return Slip(offset, *_said_of(line[offset]), None)
    return None


def comma_before(line: str, column: int) -> Slip | None:
    """Return the last full-width comma before a column (from 1), or None."""
    offset = max(line.rfind(comma, 0, column) for comma in "、，")
    return Slip(offset, *_said_of(line[offset]), None) if offset >= 0 else None


def remedy_of(value: str) -> Said:
    """Return what to do with a value that is wrong, where the way it is typed explains it."""
    if value.isascii():
        return NOTHING
    if (hidden := _HIDDEN.search(value)) is not None:
        return say("delete the invisible character {code}", code=f"U+{ord(hidden[0]):04X}")
    if len(value) > 1 and _WRAPPED.fullmatch(value):
        return say("take the quotes {quotes} away", quotes=f"{value[0]} {value[-1]}")
    if _MINUS.match(value):
        return say("write the minus sign as -")
    if "＃" in value:
        return say("a comment starts with a half-width # and a space before it")
    return NOTHING


@cache
def known_keys() -> frozenset[str]:
    """Return every key that some file may have."""
    # Loaded where it is asked for: the tables of all files read YAML themselves.
    from nurture.compiler.schema import json_schemas

    keys: set[str] = set()
    pending: list[object] = [json_schemas()]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending.extend(one)
        elif isinstance(one, dict):
            pending.extend(one.values())
            if isinstance(properties := one.get("properties"), dict):
                keys.update(properties)
    return frozenset(keys)


def _dash(key: str) -> tuple[Said, Said]:
    message = say("no space stands between '-' and '{key}'", key=key)
    return message, say("write `- {key}: …`", key=key)


def _colon(key: str) -> tuple[Said, Said]:
    message = say("a full-width colon '：' stands after '{key}'", key=key)
    return message, say("write `{key}: …`, half-width and with a space", key=key)


def _space(space: str) -> Said:
    if space == "\u3000":
        return say("a full-width space stands here")
    return say("a space stands here that is no plain one (U+{code})", code=f"{ord(space):04X}")


def _said_of(sign: str) -> tuple[Said, Said]:
    plain = {"【": "[", "】": "]", "「": '"', "」": '"', "“": '"', "”": '"', "‘": "'", "’": "'",
             "、": ",", "−": "-"}.get(sign) or unicodedata.normalize("NFKC", sign)  # fmt: skip
    message = say("the full-width sign '{sign}' stands here", sign=sign)
    return message, say("write {plain}", plain=plain)
