"""The text of a file that somebody saved: UTF-8, or which other encoding it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nurture.language import Said, say

#: characters that no editor shows, or that some count as a line break and others do not, and
#: those that turn the direction of writing, so that a line reads other than it is
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufeff\ud800-\udfff\ufffe\uffff]"
)

#: marks at the start of a file, the longer ones first
_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
#: what switches to Japanese letters in ISO-2022-JP
_ESCAPES = (b"\x1b$B", b"\x1b$@")
#: bytes looked at for a file of two bytes a letter without a mark
_HEAD = 400


@dataclass(slots=True)
class NotText:
    """Why bytes are no text that can be read; line and column count from 1."""

    line: int
    column: int
    #: one sentence without a full stop
    message: Said


def file_text(content: bytes) -> str | NotText:
    """Return the text of a file without its byte order mark, or what it is instead."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _other(1, 1, name)
    head = content[:_HEAD]
    # Text in UTF-8 has no zero bytes; in UTF-16 each Latin letter has one.
    if len(head) > 3 and head.count(0) * 10 > len(head):
        return _other(1, 1, "UTF-16")
    for escape in _ESCAPES:
        if escape in content:
            line, column = _place(content, content.index(escape))
            return _other(line, column, "ISO-2022-JP")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(content, error.start)
        encoding = _japanese(content)
        if encoding:
            return _other(line, column, encoding)
        byte = f"0x{content[error.start]:02X}"
        return NotText(line, column, say("byte {byte} is not UTF-8", byte=byte))


def invisible(text: str) -> NotText | None:
    """Return the first character that nobody sees, or None."""
    found = INVISIBLE.search(text)
    if found is None:
        return None
    start = found.start()
    line, column = text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1
    code = f"U+{ord(found[0]):04X}"
    return NotText(line, column, say("the invisible character {code} stands here", code=code))


def _other(line: int, column: int, encoding: str) -> NotText:
    return NotText(line, column, say("the file is {encoding}, not UTF-8", encoding=encoding))


def _place(content: bytes, offset: int) -> tuple[int, int]:
    before = content[:offset]
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    return before.count(b"\n") + 1, column


def _japanese(content: bytes) -> str:
    """Return the Japanese encoding that bytes are in, or ""."""
    found = {"Shift_JIS": _kana(content, "cp932"), "EUC-JP": _kana(content, "euc_jp")}
    best = max(found, key=lambda name: found[name])
    return best if found[best] else ""


def _kana(content: bytes, encoding: str) -> int:
    """Return how many kana the bytes hold; any may happen to decode, kana make it Japanese."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return 0
    return sum("\u3041" <= letter <= "\u30ff" for letter in text)
