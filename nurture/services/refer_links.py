"""Addresses that referrers get and hand on.

The referrer's own page is opened by a signed link that carries the day it was made, so that
an old mail that was passed round opens nothing for ever. What they hand on carries a code
that names them and opens nothing of theirs.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from nurture.emails.tokens import Purpose, Token
from nurture.services.runtime import Runtime

#: how long the link to a referrer's own page works; each mail to them brings a fresh one
LIFETIME = timedelta(days=180)

#: the day number travels in the two bytes that other tokens use for a link
_FIRST_DAY = date(2020, 1, 1)

#: the address that referrers copy is this, a plus sign and their code
_COPY = "intro"


def page_of(runtime: Runtime, contact_id: int, now: datetime) -> str:
    """Return the address of a referrer's own page, good for LIFETIME."""
    token = Token(Purpose.REFERRER, 0, contact_id, _day(now))
    return f"{runtime.public_url}/r/{runtime.keyring.sign(token)}"


def _day(now: datetime) -> int:
    return max((now.astimezone(UTC).date() - _FIRST_DAY).days, 1)


def is_fresh(token: Token, now: datetime) -> bool:
    """Say whether a referrer's link still works; one without a day does not."""
    made = _FIRST_DAY + timedelta(days=token.link)
    return token.link > 0 and now.astimezone(UTC).date() - made <= LIFETIME


def link_of(runtime: Runtime, code: str) -> str:
    """Return the personal link that a referrer hands on."""
    return f"{runtime.public_url}/i/{quote(code)}"


def copy_address(runtime: Runtime, code: str) -> str:
    """Return the address that a referrer copies into a mail of their own to introduce somebody."""
    return f"{_COPY}+{code}@{runtime.mail_domain}"


def code_copied(runtime: Runtime, address: str) -> str:
    """Return the code in an address of `copy_address`, "" where it is another address of ours."""
    local, _, domain = address.strip().rpartition("@")
    name, plus, code = local.partition("+")
    ours = domain.lower() == runtime.mail_domain.lower() and name.lower() == _COPY
    return code if ours and plus else ""


def ticket_address(runtime: Runtime, code: str) -> str:
    """Return the address of a golden ticket."""
    return f"{runtime.public_url}/g/{quote(code)}"


def download_of(runtime: Runtime, code: str, item: str) -> str:
    """Return the address of a library item that carries its referrer."""
    return f"{runtime.public_url}/d/{quote(code)}/{quote(item)}"


def rules_of(runtime: Runtime, program: str) -> str:
    """Return the address of a programme's public rules."""
    return f"{runtime.public_url}/rules/{quote(program)}"


def stop_of(runtime: Runtime, contact_id: int) -> str:
    """Return the address where a referrer stops the news of their referrals, and nothing else.

    It stops for ever; while `is_fresh`, it leads on to their page as well.
    """
    token = Token(Purpose.UPDATES_STOP, 0, contact_id, _day(runtime.clock.now()))
    return f"{runtime.public_url}/x/{runtime.keyring.sign(token)}"


def consent_of(runtime: Runtime, referral_id: int, referrer_id: int) -> str:
    """Return the address where a referred person agrees or does not (`/c/` is for clicks)."""
    token = Token(Purpose.INTRODUCTION, referral_id, referrer_id)
    return f"{runtime.public_url}/y/{runtime.keyring.sign(token)}"
