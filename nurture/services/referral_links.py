"""Addresses of a referral: where the person agrees, and where its referrer stops hearing of it."""

from __future__ import annotations

from nurture.emails.tokens import Purpose, Token
from nurture.services.runtime import Runtime


def consent_address(runtime: Runtime, referral_id: int, referrer_id: int) -> str:
    """Return where the referred person agrees or declines."""
    token = Token(Purpose.INTRODUCTION, referral_id, referrer_id)
    return f"{runtime.public_url}/c/{runtime.keyring.sign(token)}"


def stop_address(runtime: Runtime, referrer_id: int) -> str:
    """Return where a referrer stops the news of their referrals, and nothing else."""
    token = Token(Purpose.UPDATES_STOP, 0, referrer_id)
    return f"{runtime.public_url}/x/{runtime.keyring.sign(token)}"
