"""Header fields folded by RFC 2047 and RFC 5322, and nothing let through that breaks one.

The standard library overruns both limits for Japanese (encoded words over 75 characters,
lines over 76), so words are cut here: on character borders, each word standing alone.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from functools import lru_cache

import idna

from nurture.emails.errors import HeaderError
from nurture.language import say

#: RFC 2047 section 2: longest line that holds an encoded word
MAX_LINE = 76
#: RFC 2047 section 2: longest encoded word
MAX_WORD = 75
#: RFC 5321 section 4.5.3.1: longest local part and address, octets
MAX_LOCAL = 64
MAX_ADDRESS = 254

_OPEN, _CLOSE = "=?utf-8?B?", "?="
#: bytes of text in an encoded word of a given length
_OVERHEAD = len(_OPEN) + len(_CLOSE)

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def checked(value: str, what: str) -> str:
    """Return a header value; HeaderError where it holds a line break or a control."""
    if (found := _FORBIDDEN.search(value)) is not None:
        raise HeaderError(
            say("{what} holds the character U+{code:04X}", what=what, code=ord(found[0])),
            say("line breaks and control characters cannot stand in a header"),
        )
    return value


def unstructured(name: str, value: str) -> str:
    """Return `Name: value` for free text such as a subject, folded, without a last CRLF."""
    checked(value, name)
    start = len(name) + 2
    if _PLAIN.fullmatch(value) and "=?" not in value:
        if start + len(value) <= MAX_LINE:
            return f"{name}: {value}"
        if max(map(len, value.split(" "))) < MAX_LINE - start:
            return f"{name}: {_fold(value.split(' '), start)}"
    return f"{name}: {_fold(_words(value, start), start)}"


def structured(name: str, value: str) -> str:
    """Return `Name: value` for ASCII that we made ourselves, folded at its spaces."""
    checked(value, name)
    if not value.isascii():
        raise HeaderError(say("{name} holds characters beyond ASCII", name=name))
    return f"{name}: {_fold(value.split(' '), len(name) + 2)}"


@lru_cache(maxsize=4096)
def mailbox(name: str, address: str, start: int) -> str:
    """Return a display name and an address (RFC 5322), folded behind `start` characters."""
    checked(name, say("a display name"))
    wire = f"<{canonical_domain(address)}>"
    if not name.strip():
        return wire if start + len(wire) <= MAX_LINE else f"\r\n {wire}"
    if _PLAIN.fullmatch(name) and "=?" not in name and start + len(name) * 2 < MAX_LINE:
        quoted = name if _ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
        return _fold([quoted, wire], start)
    return _fold([*_words(name, start), wire], start)


def canonical_domain(address: str) -> str:
    """Return an address with its domain in ASCII (IDNA 2008, UTS 46).

    HeaderError where it is no address that can travel without SMTPUTF8.
    """
    checked(address, say("an address"))
    local, at, domain = address.rpartition("@")
    if not at or len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local):
        raise HeaderError(
            say("{address} is no mail address", address=repr(address[:80])),
            say("write name@example.com"),
        )
    ascii_domain = _ascii_domain(domain)
    if not ascii_domain:
        raise HeaderError(
            say("{address} has no domain that can travel", address=repr(address[:80]))
        )
    whole = f"{local}@{ascii_domain}"
    if len(whole) > MAX_ADDRESS:
        raise HeaderError(
            say(
                "an address of {length} characters; {most} is the most",
                length=len(whole),
                most=MAX_ADDRESS,
            )
        )
    return whole


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    """Return a domain in ASCII, "" where it has no such form."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def words_within(text: str, start: int, line: int) -> list[str]:
    """Return encoded words for lines of `line` characters, a space before all but the first.

    The first follows `start` characters of its line.
    """
    return _words(text, start, min(MAX_WORD, line - 1), line)


def _words(text: str, start: int, longest: int = MAX_WORD, line: int = MAX_LINE) -> list[str]:
    """Return encoded words, the first one short enough to follow the field's name."""
    words: list[str] = []
    room = _room(min(longest, line - start))
    chunk = bytearray()
    for character in text:
        data = character.encode("utf-8")
        if len(chunk) + len(data) > room:
            words.append(_word(bytes(chunk)))
            chunk.clear()
            room = _room(longest)
        chunk += data
    words.append(_word(bytes(chunk)))
    return words


def _room(length: int) -> int:
    """Return how many bytes fit into an encoded word of `length` characters."""
    return (length - _OVERHEAD) // 4 * 3


def _word(data: bytes) -> str:
    return _OPEN + b2a_base64(data, newline=False).decode("ascii") + _CLOSE


def _fold(words: list[str], start: int) -> str:
    """Join words with spaces, breaking lines before one that would overrun."""
    out, length = [words[0]], start + len(words[0])
    for word in words[1:]:
        if length + 1 + len(word) > MAX_LINE:
            out.append("\r\n " + word)
            length = 1 + len(word)
        else:
            out.append(" " + word)
            length += 1 + len(word)
    return "".join(out)
