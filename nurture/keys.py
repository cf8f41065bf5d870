"""Keys that links are signed with: from NURTURE_SECRET, else from a file made once.

A secret is any long text, so operators can make one with the tool they trust. Several
are written `2:NEW,1:OLD`: the first signs, the others still verify what is out there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from nurture.errors import NurtureError
from nurture.language import say

#: Shortest secret, characters: 16 random bytes written in hex.
SHORTEST = 32
_ENTRY = re.compile(r"(?:(\d{1,3}):)?(\S+)")
_HINT = say("python -c 'import secrets; print(secrets.token_hex(32))' makes one")


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """Keys by id (0-255) and the id of the one that signs."""

    by_id: Mapping[int, bytes] = field(repr=False)
    current: int

    def derived(self, purpose: str) -> bytes:
        """Return 32 bytes for another use (cookies, forms), independent of the links' keys."""
        return hashlib.blake2b(
            purpose.encode(), key=self.by_id[self.current], digest_size=32
        ).digest()


def signing_keys(secret: SecretStr | None, var: Path) -> SigningKeys:
    """Return the keys of NURTURE_SECRET, else those of the file `secret` in `var`.

    The file is made with a random key where there is none, readable by its owner only.
    Raises NurtureError for short or unreadable secrets and for a file that others can read.
    """
    if secret is not None:
        return _parsed(secret.get_secret_value(), "NURTURE_SECRET")
    path = var / "secret"
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise NurtureError(
            say("{path} can be read by others", path=path), say("run: chmod 600 {path}", path=path)
        )
    return _parsed(path.read_text(encoding="utf-8"), str(path))


def suppression_key(secret: SecretStr | None, var: Path) -> bytes:
    """Return the 32-byte key of address hashes: from NURTURE_HASH_SECRET, else a file made once.

    Unlike the links' keys it never rotates: the suppression list outlives the addresses.
    """
    if secret is None:
        path = var / "hash-secret"
        if not path.exists():
            _make(path)
        secret = SecretStr(path.read_text(encoding="utf-8"))
    keys = _parsed(secret.get_secret_value(), "NURTURE_HASH_SECRET")
    return keys.derived("suppression")


def _make(path: Path) -> None:
    """Put a random key at `path`, whole or not at all; of several at once, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp opens with 0600, and the link fails where another process was first
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"1:{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(name)
    finally:
        Path(name).unlink()


def _parsed(text: str, where: str) -> SigningKeys:
    keys: dict[int, bytes] = {}
    entries = [entry.strip() for entry in text.strip().split(",")]
    for entry in entries:
        match = _ENTRY.fullmatch(entry)
        if match is None or (match[1] is None and len(entries) > 1) or int(match[1] or 1) > 255:
            raise NurtureError(
                say("{where} is neither one secret nor a list of them", where=where),
                say("write SECRET, or 2:NEW,1:OLD with numbers up to 255"),
            )
        if len(match[2]) < SHORTEST:
            raise NurtureError(
                say(
                    "{where} holds a secret under {shortest} characters",
                    where=where,
                    shortest=SHORTEST,
                ),
                _HINT,
            )
        number = int(match[1] or 1)
        if number in keys:
            raise NurtureError(
                say("{where} has two secrets numbered {number}", where=where, number=number),
                say("number each once"),
            )
        keys[number] = hashlib.blake2b(
            match[2].encode(), digest_size=32, person=b"nurture-key"
        ).digest()
    return SigningKeys(keys, current=next(iter(keys)))
