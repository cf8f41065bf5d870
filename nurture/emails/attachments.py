"""Files that go with a mail: encoded once per name and content, then only copied.

File names travel twice: by RFC 2231 in Content-Disposition, which is the standard, and by
RFC 2047 in Content-Type, which is none and what older Outlook and some carriers read.
"""

from __future__ import annotations

import binascii
import hashlib
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote

from nurture.emails.errors import HeaderError
from nurture.emails.headers import MAX_LINE, checked, words_within
from nurture.language import say

#: octets of encoded attachments kept at once
_KEPT = 64_000_000
#: octets that fill one base64 line of 76 characters (RFC 2045 section 6.8)
_LINE = 57
#: longest file name, characters; file systems take 255 octets
LONGEST_NAME = 80

_PDF = "application/pdf"
#: what stands for a character that some file system refuses
_REFUSED = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a release and what it is known by."""

    content: bytes
    #: SHA-256 of the content
    digest: bytes

    @classmethod
    def of(cls, content: bytes) -> StoredFile:
        """Return a file with its digest, which is computed once per release, not per mail."""
        return cls(content, hashlib.sha256(content).digest())


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with the name under which readers save it."""

    name: str
    file: StoredFile


class EncodedFiles:
    """MIME parts by name and content, so that ten thousand mails encode a file once."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._parts: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def part(self, attachment: Attachment) -> bytes:
        """Return a file as a MIME part without boundary; HeaderError for a name that breaks it."""
        key = (attachment.name, attachment.file.digest)
        with self._lock:
            found = self._parts.get(key)
            if found is not None:
                self._parts.move_to_end(key)
                return found
        made = encode(attachment)
        with self._lock:
            if key not in self._parts:
                self._parts[key] = made
                self._size += len(made)
            while self._size > self._kept and len(self._parts) > 1:
                self._size -= len(self._parts.popitem(last=False)[1])
        return made


def encode(attachment: Attachment) -> bytes:
    """Return headers, an empty line, and the content in base64 lines of 76 characters."""
    name = checked(attachment.name, say("a file name"))
    if not name.strip():
        raise HeaderError(say("an attachment without a file name"))
    head = "\r\n".join(
        (
            f"Content-Type: {_PDF};{_type_name(name)}",
            "Content-Transfer-Encoding: base64",
            f"Content-Disposition: attachment;{_file_name(name)}",
            "",
            "",
        )
    )
    content = attachment.file.content
    lines = b"".join(
        binascii.b2a_base64(content[start : start + _LINE], newline=False) + b"\r\n"
        for start in range(0, len(content), _LINE)
    )
    return head.encode("ascii") + lines.removesuffix(b"\r\n")


def file_name(title: str, path: str) -> str:
    """Return a file name for a title, with the ending of the path it is stored under.

    What a file system refuses becomes a space; a long title is cut.
    """
    plain = unicodedata.normalize("NFC", title).translate(_REFUSED)
    shown = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return f"{shown.strip('. ')[:LONGEST_NAME] or 'document'}{dot}{ending}"


def _type_name(name: str) -> str:
    if _is_simple(name):
        return f'\r\n name="{name}"'
    # Words of a quoted string, which RFC 2047 section 5 forbids and every sender does.
    words = words_within(name, len(' name="'), MAX_LINE - 1)
    return '\r\n name="' + "\r\n ".join(words) + '"'


def _file_name(name: str) -> str:
    """Return the `filename` parameter (RFC 2231, continued over lines where it is long)."""
    if _is_simple(name):
        return f'\r\n filename="{name}"'
    room = MAX_LINE - len(" filename*00*=;")
    chunks, chunk = [], "UTF-8''"
    for character in name:
        octets = quote(character, safe="!#$&+-.^_`|~")
        if len(chunk) + len(octets) > room:
            chunks.append(chunk)
            chunk = ""
        chunk += octets
    chunks.append(chunk)
    if len(chunks) == 1:
        return f"\r\n filename*={chunks[0]}"
    return ";".join(f"\r\n filename*{number}*={chunk}" for number, chunk in enumerate(chunks))


def _is_simple(name: str) -> bool:
    """Say whether a name can stand between quotes as it is."""
    return (
        name.isascii()
        and len(name) <= 50
        and '"' not in name
        and "\\" not in name
        and "=?" not in name
    )
