"""Headers of mails written by strangers, as text; nothing here raises, whatever the bytes."""

from __future__ import annotations

import email.header
import re
from email.errors import MessageError
from email.message import Message

#: Longest header kept, in characters; a real one is below 1,000.
HEADER_LIMIT = 2000

#: What labels mean in practice: makers of Japanese mail write the standard's name and use
#: the characters of Windows (①, ㈱, 髙).
_MEANT = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "euc-jp": "euc_jis_2004",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb2312": "gb18030",
    "ks_c_5601-1987": "cp949",
}

#: Codecs of text that no mail is written in; some of them take quadratic time.
_REFUSED = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_BRACKETS = re.compile(r"<\s*([^<>\s@]{1,64}@[^<>\s@]{1,255})\s*>")
_BARE = re.compile(r"(?<![^\s,;:(])([^<>()\[\]\",;:\s@]{1,64}@[^<>()\",;:\s@]{1,255})")

#: one of several addresses: what stands between commas that are in no quoted name
_ONE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,;"])+')

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")


def decoded(data: bytes, charset: str | None) -> str:
    """Return bytes as text by the charset they claim, else by the likely ones; never raises."""
    claimed = (charset or "utf-8").strip().lower()
    for name in (_MEANT.get(claimed, claimed), "utf-8", "cp932"):
        try:
            if name.replace("-", "_") not in _REFUSED:
                return _storable(data.decode(name))
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def header(message: Message, name: str) -> str:
    """Return a header's text on one line, encoded words decoded; empty where it is missing."""
    return _text(_first(message, name))


def address(message: Message, name: str) -> str:
    """Return the first address of a header, in lower case; empty where there is none."""
    # Taken from the raw text: a decoded name may hold commas and brackets of its own. Not by
    # the standard library, whose reader goes as deep as a stranger opens parentheses.
    raw = _QUOTED.sub("", _raw(_first(message, name)))
    found = _IN_BRACKETS.search(raw) or _BARE.search(raw)
    return found.group(1).lower() if found else ""


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """Return (name, address) of all in a header, in their order; the name may be empty.

    Addresses are as written, names decoded; what is no address is left out.
    """
    found = []
    for one in _ONE.findall(_raw(_first(message, name))):
        bare = _QUOTED.sub("", one)
        match = _IN_BRACKETS.search(bare) or _BARE.search(bare)
        if match is not None:
            called = one.rpartition("<")[0].strip()
            if called.startswith('"') and called.endswith('"'):
                called = re.sub(r"\\(.)", r"\1", called[1:-1])
            called = _text(called).strip()
            found.append(("" if "@" in called else called, match.group(1)))
    return found


def message_ids(message: Message, name: str) -> list[str]:
    """Return the message ids of a header, in their order, without brackets."""
    return _MESSAGE_ID.findall(_raw(_first(message, name), 20_000))


def _first(message: Message, name: str) -> str:
    """Return a field as it came, raw bytes as surrogates; `get` would lose them."""
    for field, value in message.raw_items():
        if field.lower() == name.lower():
            return str(value)
    return ""


def _raw(value: str, limit: int = HEADER_LIMIT) -> str:
    """Return a value as characters: raw bytes in it stand as surrogates, and are read as text."""
    text = value[:limit]
    if not text.isascii():
        text = decoded(text.encode("utf-8", "surrogateescape"), None)
    return " ".join(_storable(text).split())


def _text(value: str) -> str:
    raw = _raw(value)
    if "=?" not in raw:
        return raw
    try:
        text = "".join(_word(part, charset) for part, charset in email.header.decode_header(raw))
    except (MessageError, ValueError, LookupError):
        return raw
    return " ".join(_storable(text).split())[:HEADER_LIMIT]


def _word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    # What stands between encoded words comes back in this form.
    return part.decode("raw-unicode-escape") if charset is None else decoded(part, charset)


def _storable(text: str) -> str:
    """Return text without lone surrogates and NUL, which no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "�")
