"""Base64 of a page whose constant stretches are encoded once per template.

Base64 turns three bytes into four characters, so a constant stretch encodes in one of
three ways, by how many bytes stand before it. All three are kept; a mail then encodes only
its values and the few bytes around them. Lines may be shorter than 76 characters (RFC 2045
section 6.8), so each stretch begins a line of its own.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from types import CodeType

#: bytes on one line of 76 characters
_LINE = 57
#: stretches shorter than this (bytes) are not worth a line of their own
_WORTH = 2 * _LINE


def encode(data: bytes) -> bytes:
    """Return base64 in lines of at most 76 characters, each ended by CRLF."""
    if len(data) <= _LINE:
        return b2a_base64(data, newline=False) + b"\r\n" if data else b""
    return b"".join(
        [
            b2a_base64(data[at : at + _LINE], newline=False) + b"\r\n"
            for at in range(0, len(data), _LINE)
        ]
    )


def wire(text: str) -> bytes:
    """Return text as it travels: UTF-8 with CRLF, what cannot be encoded replaced."""
    if "\n" in text:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text.encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A constant text, encoded for each number of bytes it must first give away."""

    #: 0, 1 or 2 bytes given away → (those bytes, encoded lines, bytes left over)
    phases: tuple[tuple[bytes, bytes, bytes], ...]


def stretch(text: str) -> Stretch:
    """Encode a constant text of two bytes or more at all three phases."""
    data = wire(text)
    if len(data) < 2:
        raise ValueError("a stretch must be able to give two bytes away")
    phases = []
    for given in range(3):
        whole = given + (len(data) - given) // 3 * 3
        phases.append((data[:given], encode(data[given:whole]), data[whole:]))
    return Stretch(tuple(phases))


def stretches(code: CodeType) -> dict[str, Stretch]:
    """Return the constant texts of a compiled template that are worth encoding ahead."""
    return {
        constant: stretch(constant)
        for constant in code.co_consts
        if isinstance(constant, str) and len(wire(constant)) >= _WORTH
    }


def encode_pieces(pieces: Iterable[str], known: dict[str, Stretch]) -> bytes:
    """Return the base64 of pieces one after another, using what is encoded already."""
    out: list[bytes] = []
    pending: list[str] = []
    rest = b""
    for piece in pieces:
        found = known.get(piece)
        if found is None:
            pending.append(piece)
            continue
        before = rest + wire("".join(pending))
        head, lines, rest = found.phases[-len(before) % 3]
        out.append(encode(before + head))
        out.append(lines)
        pending.clear()
    out.append(encode(rest + wire("".join(pending))))
    return b"".join(out)
