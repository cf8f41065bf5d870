"""Names that come back to us: Message-ID in replies, return path in bounces."""

from __future__ import annotations

import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from nurture.emails.headers import canonical_domain

_MESSAGE_ID = re.compile(r"<?\s*n(?P<id>[1-9][0-9]{0,18})\.mail@(?P<domain>[^<>\s@]+?)\s*>?")
_RETURN_PATH = re.compile(r"b-(?P<token>[a-z2-7]{58})", re.IGNORECASE)


def message_id(number: int, domain: str) -> str:
    """Return the Message-ID (RFC 5322 section 3.6.4) of a message; all attempts share it."""
    return f"<{canonical_domain(f'n{number}.mail@{domain}')}>"


def parse_message_id(text: str, domain: str) -> int | None:
    """Return the message that a Message-ID of ours names, None for anyone else's."""
    found = _MESSAGE_ID.fullmatch(text.strip())
    if found is None or found["domain"].lower() != domain.lower():
        return None
    return int(found["id"])


def return_path(token: str, domain: str) -> str:
    """Return a VERP envelope sender that carries a token of purpose BOUNCE.

    Base32, since some servers change the case of a local part; 60 of its 64 octets.
    """
    data = urlsafe_b64decode(token)
    return f"b-{b32encode(data).decode('ascii').rstrip('=').lower()}@{domain}"


def parse_return_path(address: str) -> str | None:
    """Return the token in a return path of ours (to be verified), None for others."""
    found = _RETURN_PATH.fullmatch(address.strip().strip("<>").rpartition("@")[0])
    if found is None:
        return None
    text = found["token"].upper()
    try:
        data = b32decode(text + "=" * (-len(text) % 8))
    except Error:
        return None
    if b32encode(data).decode("ascii").rstrip("=") != text:
        return None
    return urlsafe_b64encode(data).decode("ascii")
