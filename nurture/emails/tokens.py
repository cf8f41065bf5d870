"""Signed tokens: what a link, a pixel or a return path carries instead of personal data.

A token is fixed-width binary in base64url without padding. Both widths are multiples of
three bytes, so every token has exactly one spelling. The MAC is keyed BLAKE2b (RFC 7693)
over everything before it and, for a click whose target is personal, over the target too.
"""

from __future__ import annotations

import binascii
import enum
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

#: bytes of a template's hash that clicks carry, so that a target is found without SQL
TEMPLATE_BYTES = 8
#: the link that no person sees; whoever follows it is a machine
TRAP_LINK = 0
#: longest token, characters
MAX_TOKEN = 60

#: version and key, purpose, message, contact, link
_HEAD = struct.Struct(">BBQQH")
_MAC_BYTES = 16
_CLICK_MAC_BYTES = 17
_SHORT = _HEAD.size + _MAC_BYTES
_LONG = _HEAD.size + TEMPLATE_BYTES + _CLICK_MAC_BYTES
_SPELLING = re.compile(rf"[A-Za-z0-9_-]{{{_SHORT * 4 // 3}}}(?:[A-Za-z0-9_-]{{12}})?")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = str.maketrans("-_", "+/")
_PERSON = b"nurture-token-1"


class Purpose(enum.IntEnum):
    """What a token may be used for; numbers are on the wire, never change one."""

    #: the open pixel
    OPEN = 1
    #: a link of a mail; TRAP_LINK is the hidden one
    CLICK = 2
    #: one-click unsubscribe and its page
    UNSUBSCRIBE = 3
    #: the preference centre
    PREFERENCES = 4
    #: the mail in the browser
    VIEW = 5
    #: VERP return path
    BOUNCE = 6
    #: confirming an address (double opt-in)
    CONFIRM = 7
    #: a task's page: `message_id` is the task, `contact_id` the team member it was sent to
    TASK = 8
    #: the way out of a test mail: shows what a reader would see, and changes nothing
    DEMONSTRATION = 9
    #: a survey's page: `message_id` is the invitation
    SURVEY = 10
    #: the referrer's own page: `message_id` is 0
    REFERRER = 11
    #: answering an ask: `message_id` is the ask
    ASK = 12
    #: the referred person agrees or not: `message_id` is the referral, `contact_id` the referrer
    INTRODUCTION = 13
    #: a results report as a PDF: `message_id` is the report
    RESULTS = 14
    #: stops the progress of one's own referrals: `message_id` is 0
    UPDATES_STOP = 15


#: as a plain number, which packs faster
_CLICK = int(Purpose.CLICK)


@dataclass(frozen=True, slots=True)
class Token:
    """What a verified token says."""

    purpose: Purpose
    message_id: int
    #: 0: a mail without a contact
    contact_id: int = 0
    link: int = 0
    #: first eight bytes of the template's hash; clicks only
    template: bytes = b""


class Keyring:
    """The keys tokens are signed with: old ones still verify, the current one signs."""

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        """Take keys by id (0-255), each of 16-64 random bytes; ValueError otherwise."""
        for number, key in keys.items():
            if not 0 <= number <= 255:
                raise ValueError(f"key id {number}: ids are 0 to 255")
            if not 16 <= len(key) <= 64:
                raise ValueError(f"key {number} has {len(key)} bytes: 16 to 64 are needed")
        if current not in keys:
            raise ValueError(f"the current key {current} is not among the keys")
        self._current = current
        self._macs = {
            size: {n: _keyed(key, size) for n, key in keys.items()}
            for size in (_MAC_BYTES, _CLICK_MAC_BYTES)
        }

    def sign(self, token: Token, target: str = "") -> str:
        """Return the token as text of at most MAX_TOKEN characters.

        `target` is a personal click target that stands beside the token in the URL.
        """
        if token.purpose is Purpose.CLICK:
            return self.click(
                token.message_id, token.contact_id, token.link, token.template, target
            )
        body = _HEAD.pack(
            self._current, token.purpose, token.message_id, token.contact_id, token.link
        )
        return self._seal(body, target, _MAC_BYTES)

    def click(
        self, message_id: int, contact_id: int, link: int, template: bytes, target: str = ""
    ) -> str:
        """Return a click token, as `sign` does; a mail needs a dozen, so without a Token."""
        if len(template) != TEMPLATE_BYTES:
            raise ValueError(f"a click carries {TEMPLATE_BYTES} bytes of its template's hash")
        body = _HEAD.pack(self._current, _CLICK, message_id, contact_id, link) + template
        return self._seal(body, target, _CLICK_MAC_BYTES)

    def verify(self, text: str, target: str = "") -> Token | None:
        """Return what a token says, or None for anything this keyring did not sign."""
        if _SPELLING.fullmatch(text) is None:
            return None
        raw = binascii.a2b_base64(text.translate(_FROM_URL), strict_mode=True)
        size = _MAC_BYTES if len(raw) == _SHORT else _CLICK_MAC_BYTES
        body = raw[:-size]
        base = self._macs[size].get(body[0])
        if base is None or not hmac.compare_digest(_digest(base, body, target), raw[-size:]):
            return None
        _, purpose, message_id, contact_id, link = _HEAD.unpack(body[: _HEAD.size])
        return Token(Purpose(purpose), message_id, contact_id, link, body[_HEAD.size :])

    def _seal(self, body: bytes, target: str, size: int) -> str:
        mac = _digest(self._macs[size][self._current], body, target)
        encoded = binascii.b2a_base64(body + mac, newline=False)
        return encoded.translate(_TO_URL).decode("ascii")


def _keyed(key: bytes, size: int) -> hashlib.blake2b:
    return hashlib.blake2b(key=key, digest_size=size, person=_PERSON)


def _digest(base: hashlib.blake2b, body: bytes, target: str) -> bytes:
    """Return the MAC; the body's width is fixed by the digest size, so nothing overlaps."""
    mac = base.copy()
    mac.update(body)
    if target:
        mac.update(target.encode("utf-8", "surrogatepass"))
    return mac.digest()
