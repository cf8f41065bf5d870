"""Webhooks: what a call says, how it is signed, what an answer means, when it is tried again.

The envelope, the signature and the rhythm are those of Standard Webhooks 1.0.0
(github.com/standard-webhooks/standard-webhooks, spec).
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

#: what an answer may hold: a text, a number, a truth, or nothing
Plain: TypeAlias = str | int | float | bool | None

#: how secrets are written
PREFIX = "whsec_"
#: bytes of a secret (the specification's bounds)
SHORTEST_SECRET, LONGEST_SECRET = 24, 64

#: waits before the next try (the specification's schedule, without its last two days); after
#: the last the call is given up
AGAIN = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
)
#: the longest wait that an endpoint may ask for
LONGEST_PAUSE = timedelta(days=1)

#: of an answer: fields that are kept, and characters of a text
MOST_FIELDS, LONGEST_TEXT = 50, 500

#: refusals that may be different next time: timeout, conflict, too early, too many requests
_PASSING = frozenset({408, 409, 425, 429})


class SecretError(ValueError):
    """A secret that is none; the message says what one looks like."""


class Verdict(enum.StrEnum):
    """What a call came to."""

    #: 2xx: the endpoint has it
    ANSWERED = "answered"
    #: it will never take it: gone, forbidden, not understood, a redirect
    REFUSED = "refused"
    #: not now
    AGAIN = "again"


def verdict_on(status: int | None) -> Verdict:
    """Return what an HTTP status means; None: there was no answer at all.

    A redirect is a refusal: a call goes where the policy says and nowhere else.
    """
    if status is None or status >= 500 or status in _PASSING:
        return Verdict.AGAIN
    return Verdict.ANSWERED if 200 <= status < 300 else Verdict.REFUSED


def next_try(tries: int, asked_for: timedelta | None = None) -> timedelta | None:
    """Return the wait after so many tries, or None where the call is given up.

    `asked_for` is the endpoint's own `Retry-After`; it lengthens a wait, within a day.
    """
    if tries > len(AGAIN):
        return None
    wait = AGAIN[tries - 1]
    return wait if asked_for is None else max(wait, min(asked_for, LONGEST_PAUSE))


def envelope(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """Return the body of a call: `type`, `timestamp` and `data`, as compact UTF-8 JSON."""
    body = {"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_text).encode()


def signatures(secrets: Sequence[bytes], call_id: str, at: datetime, body: bytes) -> str:
    """Return the header `webhook-signature`: one `v1,…` per secret, the newest first.

    HMAC-SHA256 over `id.timestamp.body`, timestamp in whole seconds since 1970, in base64.
    """
    signed = f"{call_id}.{seconds(at)}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        for secret in secrets
    )


def seconds(at: datetime) -> int:
    """Return whole seconds since 1970, as the header `webhook-timestamp` has them."""
    return int(at.timestamp())


def secret_of(text: str) -> bytes:
    """Return the bytes of a secret written `whsec_…` (base64).

    Raises SecretError for one that is not base64, or not 24 to 64 bytes long.
    """
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        raise SecretError(f"not {PREFIX} and {SHORTEST_SECRET} to {LONGEST_SECRET} bytes in base64")
    return secret


def written(secret: bytes) -> str:
    """Return a secret as receivers' libraries want it: `whsec_…`."""
    return PREFIX + base64.b64encode(secret).decode()


def answer_of(body: bytes) -> dict[str, Plain]:
    """Return what conditions may read of an answer: the plain fields of a JSON object.

    Lists, maps and fields whose names no condition could say are left out, long texts cut.
    Anything else than a JSON object says nothing.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    plain: dict[str, Plain] = {}
    for name, value in found.items():
        if len(plain) == MOST_FIELDS:
            break
        if not (name.isidentifier() and len(name) <= 100) or name.startswith("_"):
            continue
        if isinstance(value, str):
            plain[name] = value[:LONGEST_TEXT].replace("\x00", "")
        elif value is None or isinstance(value, bool | int | float):
            plain[name] = value if _storable(value) else None
    return plain


def _storable(value: float | bool | None) -> bool:
    """Say whether JSON of both databases takes a number: no NaN, no infinity, not endless."""
    return value is None or -1e15 < value < 1e15


def _text(value: Any) -> str:
    """Return moments and days as their ISO text."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
