"""Purposes: which consent a mail needs."""

from __future__ import annotations

import enum


class Purpose(enum.StrEnum):
    """Which consent a mail needs."""

    MARKETING = "marketing"
    SURVEY = "survey"
    REFERRAL = "referral"
    #: limited to templates that the policy lists; no consent needed, no marketing in it
    SERVICE = "service"
