"""Addresses as identities: one canonical form, and a keyed hash for suppression."""

from __future__ import annotations

import hashlib
import unicodedata


def canonical(address: str) -> str:
    """Return the form under which an address is unique: NFKC, trimmed, lower case.

    RFC 5321 leaves the case of the local part to its host; no host in use tells two people
    apart by it, and people write it as they please. The domain becomes its IDNA form.
    Raises ValueError where there is no `local@domain`.
    """
    text = unicodedata.normalize("NFKC", address).strip().lower()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"{address!r} is not an address")
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def domain_of(address: str) -> str:
    """Return the canonical domain of an address."""
    return canonical(address).rpartition("@")[2]


def address_hash(address: str, key: bytes) -> str:
    """Return the keyed hash (BLAKE2b, 32 bytes, hex) by which suppression knows an address."""
    return hashlib.blake2b(
        canonical(address).encode(), key=key[:64], digest_size=32, person=b"suppression"
    ).hexdigest()
