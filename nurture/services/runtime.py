"""What a use case needs to do its work, wired together by `nurture.app`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from nurture.clock import Clock
from nurture.db.outbox import LEASE
from nurture.emails.tokens import Keyring
from nurture.services.releases import Releases

#: the two doorbells
DECIDE = "decide"
SEND = "send"


@dataclass(frozen=True, slots=True)
class Sending:
    """Whether mails may leave this house at all."""

    #: live | allowlist | off
    mode: str = "live"
    #: address patterns that `allowlist` lets through, e.g. `*@example.com`
    allowed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts every service works with; immutable, shared by threads."""

    engine: Engine
    clock: Clock
    releases: Releases
    #: signs and verifies the tokens in links
    keyring: Keyring
    #: key of the suppression list's address hashes
    hash_key: bytes
    #: rings DECIDE or SEND; must never raise: the clock process is the safety net
    ring: Callable[[str], None]
    #: where prospects reach the public pages, without a trailing slash
    public_url: str
    #: domain of Message-IDs and return paths
    mail_domain: str
    sending: Sending = Sending()
    #: where link targets are kept for when SQL is away; None: in SQL only
    links_file: Path | None = None
    #: how long a worker may be silent before its mails are taken from it (machine time)
    lease: timedelta = LEASE
